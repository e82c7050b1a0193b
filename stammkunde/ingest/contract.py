"""What a source may deliver: its feeds and columns, read from the dbt YAML of its sources.

``models/staging/<source>/_<source>__sources.yml`` is the only contract. dbt documents and tests it,
the loader obeys it: the columns named there are loaded, those with ``config.meta.required`` must be
in every file, and everything else is named and left behind. It also says which columns identify a
person (``identifier``) and what becomes of the rows of a person who is erased (``on_erasure``).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_SEPARATORS = re.compile(r"[\W_]+")


# What may become of the rows of a person who is erased.
DELETE = "delete"  # nothing of them stays
ANONYMISE = "anonymise"  # they stay, without what tells of the person
REDUCE = "reduce"  # requests: their identifiers become keyed hashes
ON_ERASURE = (DELETE, ANONYMISE, REDUCE)


class ContractError(ValueError):
    """The contract of a source is missing or says something that the loader cannot follow."""


@dataclass(frozen=True)
class Identifier:
    """What a column identifies.

    Attributes:
        type: type of the identifier, as in seed ``identifier_types``.
        of: column that says whether it does, since the column holds several types; None: always.
        value: what `of` must hold.
    """

    type: str
    of: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class ColumnContract:
    """A column of a feed.

    Attributes:
        name: normalised name (see `normalise_name`); the name in the raw table.
        required: a file without this column is refused.
        pii: the column holds data of a person.
        identifiers: the types of identifier that it may hold.
        pseudonym: where a row is anonymised, the column gets a value of its own and is not emptied.
    """

    name: str
    required: bool = False
    pii: bool = False
    identifiers: tuple[Identifier, ...] = ()
    pseudonym: bool = False


@dataclass(frozen=True)
class FeedContract:
    """A feed of a source.

    Attributes:
        name: name of the feed, and of its folder in the landing folder.
        table: name of its table in the raw schema.
        columns: its columns in the order of the contract.
        on_erasure: one of `ON_ERASURE`; None: the feed tells of no person.
    """

    name: str
    table: str
    columns: tuple[ColumnContract, ...]
    on_erasure: str | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be in every file."""
        return tuple(column.name for column in self.columns if column.required)

    def column_of(self, name: str) -> str | None:
        """The column that a name in a file means; None where the contract knows none.

        By its normalised name, or else by its letters and digits alone: ``E-Mail`` is ``email``.
        """
        column = normalise_name(name)
        if column in self.column_names:
            return column
        letters = column.replace("_", "")
        alike = [each for each in self.column_names if each.replace("_", "") == letters]
        return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True)
class SourceContract:
    """A source system and its feeds.

    Attributes:
        name: name of the source.
        feeds: its feeds by name, in the order of the contract.
    """

    name: str
    feeds: Mapping[str, FeedContract] = field(default_factory=dict)


def normalise_name(name: str) -> str:
    """The name under which a column of a file is known.

    Trimmed and lower-cased, with each run of other characters than letters and digits as one ``_``
    and none at the ends: ``" Invoice No."`` becomes ``invoice_no``, ``InvoiceNo`` ``invoiceno``.
    """
    return _SEPARATORS.sub("_", unicodedata.normalize("NFKC", name).lower()).strip("_")


def read_contract(path: Path) -> SourceContract:
    """Read the contract of a source.

    Args:
        path: the dbt YAML file of the source; it holds no other.

    Raises:
        ContractError: the file is missing, is no YAML, does not hold exactly one source, or names a
            table or column in a way that the raw table cannot carry.
    """
    if not path.is_file():
        raise ContractError(f"no contract: there is no file {path}")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path} is no YAML: {error}") from error
    entries = document.get("sources") if isinstance(document, dict) else None
    if not entries or len(entries) != 1:
        raise ContractError(f"{path} holds {len(entries or [])} sources, not one")
    (entry,) = entries
    source = str(entry.get("name"))
    _check_identifier(source, "source", path)
    feeds: dict[str, FeedContract] = {}
    for table in entry.get("tables") or []:
        feed = _feed(table, source, path)
        if feed.name in feeds:
            raise ContractError(f"{path}: feed {feed.name!r} stands there twice")
        feeds[feed.name] = feed
    if not feeds:
        raise ContractError(f"{path}: source {source!r} has no tables")
    return SourceContract(name=source, feeds=feeds)


def _feed(table: Mapping[str, Any], source: str, path: Path) -> FeedContract:
    name = str(table.get("name"))
    identifier = str(table.get("identifier") or name)
    _check_identifier(name, "table", path)
    _check_identifier(identifier, "identifier", path)
    if identifier != f"{source}__{name}":
        # dbt would look for another table than the loader fills.
        raise ContractError(
            f"{path}: table {name!r} needs `identifier: {source}__{name}`, not {identifier!r}"
        )
    columns = []
    for column in table.get("columns") or []:
        column_name = str(column.get("name"))
        if normalise_name(column_name) != column_name:
            raise ContractError(
                f"{path}: column {column_name!r} of {name!r} must be written as it is loaded: "
                f"{normalise_name(column_name)!r}"
            )
        meta = _meta(column)
        columns.append(
            ColumnContract(
                column_name,
                bool(meta.get("required")),
                bool(meta.get("pii")),
                _identifiers(meta.get("identifier")),
                meta.get("on_erasure") == "pseudonym",
            )
        )
    names = [column.name for column in columns]
    repeated = sorted({each for each in names if names.count(each) > 1})
    if repeated:
        raise ContractError(f"{path}: {name!r} names columns twice: {', '.join(repeated)}")
    if not columns:
        raise ContractError(f"{path}: table {name!r} has no columns")
    feed = FeedContract(name, identifier, tuple(columns), _meta(table).get("on_erasure"))
    _check_erasure(feed, path)
    return feed


def _meta(node: Mapping[str, Any]) -> dict[str, Any]:
    return {**(node.get("meta") or {}), **((node.get("config") or {}).get("meta") or {})}


def _identifiers(given: object) -> tuple[Identifier, ...]:
    """The types that ``identifier`` names: one, a list, or one a value of another column."""
    if isinstance(given, dict):
        return tuple(
            Identifier(str(kind), str(given.get("of")), str(value))
            for value, kind in given.items()
            if value != "of"
        )
    kinds = given if isinstance(given, list) else [given] if given else []
    return tuple(Identifier(str(kind)) for kind in kinds)


def _check_erasure(feed: FeedContract, path: Path) -> None:
    """Refuse a contract that leaves open what an erasure does."""
    if feed.on_erasure is not None and feed.on_erasure not in ON_ERASURE:
        raise ContractError(
            f"{path}: {feed.name!r} has on_erasure {feed.on_erasure!r}; "
            f"it must be one of {', '.join(ON_ERASURE)}"
        )
    identifying = [column for column in feed.columns if column.identifiers]
    if identifying and feed.on_erasure is None:
        raise ContractError(
            f"{path}: {feed.name!r} has identifiers of persons ({identifying[0].name}): its meta "
            f"must say on_erasure, one of {', '.join(ON_ERASURE)}"
        )
    for column in identifying:
        for identifier in column.identifiers:
            if identifier.of is not None and identifier.of not in feed.column_names:
                raise ContractError(
                    f"{path}: {feed.name!r} has no column {identifier.of!r}, which is to say what "
                    f"{column.name!r} identifies"
                )


def _check_identifier(name: str, what: str, path: Path) -> None:
    if not _IDENTIFIER.fullmatch(name):
        raise ContractError(f"{path}: {what} {name!r} is not of the form a-z, 0-9 and _")
