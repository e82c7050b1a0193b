"""Erasing people on request, for good: docs/runbooks/privacy.md."""

from stammkunde.privacy.erase import Erasure, carry_out, last_purge, require_vault
from stammkunde.privacy.request import write_request
from stammkunde.privacy.scan import require_erased
from stammkunde.privacy.vault import ErasureError, Vault

__all__ = [
    "Erasure",
    "ErasureError",
    "Vault",
    "carry_out",
    "last_purge",
    "require_erased",
    "require_vault",
    "write_request",
]
