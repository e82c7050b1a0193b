"""Landing files into the raw tables of the warehouse: each once, as text, append-only."""

from stammkunde.ingest.contract import (
    ColumnContract,
    ContractError,
    FeedContract,
    Identifier,
    SourceContract,
    normalise_name,
    read_contract,
)
from stammkunde.ingest.errors import LoadError
from stammkunde.ingest.loader import forget, load, require_rows
from stammkunde.ingest.report import FeedTotals, LoadProgress, LoadReport, Message

__all__ = [
    "ColumnContract",
    "ContractError",
    "FeedContract",
    "FeedTotals",
    "Identifier",
    "LoadError",
    "LoadProgress",
    "LoadReport",
    "Message",
    "SourceContract",
    "forget",
    "load",
    "normalise_name",
    "read_contract",
    "require_rows",
]
