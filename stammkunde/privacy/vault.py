"""What a home remembers of erased people: a key, and keyed hashes of their identifiers.

An unkeyed hash of an e-mail address or a telephone number is found again by trying them all. So
each hash is an HMAC-SHA-256 with a secret of the home, which lies in a file of its own beside the
hashes and never in the warehouse. Both outlive the warehouse: files that are loaded again into a
new one do not bring anybody back.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from stammkunde.publish.serving import sync

# States of a request.
BEGUN = "begun"  # its tombstones stand; what they say may not be done yet
DONE = "done"
# Names several people, so nobody, and never will: with one of them gone it would mean another.
SHARED = "shared"

_KEY_BYTES = 32
_BLOCK_BYTES = 64  # of SHA-256, by which HMAC pads the key
_CHECK = "key check"


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    Attributes:
        state: `BEGUN`, `DONE` or `SHARED`.
        outcome: who was found, as the log says it.
        customers: how many customers.
        records: their records.
    """

    state: str
    outcome: str
    customers: int
    records: int


class ErasureError(RuntimeError):
    """An erasure cannot be carried out or kept; the message says why, without data of a person."""


@dataclass(frozen=True)
class Vault:
    """The key and the tombstones of a home.

    Attributes:
        folder: the folder that holds both.
        key: the secret.
    """

    folder: Path
    key: bytes

    def keyed(self, text: str) -> str:
        """HMAC-SHA-256 of a text, hexadecimal; the same as macro ``keyed`` in SQL."""
        return hmac.new(self.key, text.encode(), "sha256").hexdigest()

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tombstones known as ``vault`` and the hash as macro ``keyed``.

        The key goes into the connection as a bound parameter: no text of SQL ever holds it.
        """
        connection.execute(f"attach {_text(_store(self.folder))} as vault")
        padded = self.key.ljust(_BLOCK_BYTES, b"\0")
        for name, pad in (("erasure_inner", 0x36), ("erasure_outer", 0x5C)):
            connection.execute(f"set variable {name} = ?", [bytes(byte ^ pad for byte in padded)])
        connection.execute(
            "create or replace temp macro keyed(value) as sha256(getvariable('erasure_outer') || "
            "unhex(sha256(getvariable('erasure_inner') || encode(value))))"
        )

    def answers(self) -> Mapping[str, Answer]:
        """What became of each request so far, by its keyed hash."""
        with duckdb.connect(str(_store(self.folder)), read_only=True) as store:
            rows = store.execute(
                "select hash, state, outcome, customers, records from requests"
            ).fetchall()
        return {str(hash_): Answer(*answer) for hash_, *answer in rows}

    def remember(self, answers: Mapping[str, Answer]) -> None:
        """Keep what became of requests."""
        if not answers:
            return
        with duckdb.connect(str(_store(self.folder))) as store:
            store.executemany(
                "insert or replace into requests values (?, ?, ?, ?, ?)",
                [[hash_, *astuple(answer)] for hash_, answer in answers.items()],
            )

    def count(self) -> int:
        """Number of tombstones."""
        with duckdb.connect(str(_store(self.folder)), read_only=True) as store:
            return int(store.execute("select count(*) from tombstones").fetchall()[0][0])


def open_vault(folder: Path, *, people_were_erased: bool) -> Vault | None:
    """The vault of a home, or None where there is none yet.

    Args:
        folder: the folder of key and tombstones.
        people_were_erased: the warehouse says that somebody was erased, so that there must be one.

    Raises:
        ErasureError: key or tombstones are missing, damaged or do not belong together, or others
            may read the key. Going on would let erased people return.
    """
    store, key_file = _store(folder), _key(folder)
    if not store.exists():
        if people_were_erased:
            raise ErasureError(
                f"People were erased here, and their tombstones are missing: {store}. Put the "
                f"folder back from a backup; docs/runbooks/privacy.md says what to do without one."
            )
        return None
    if not key_file.exists():
        raise ErasureError(
            f"The key of the erased people is missing: {key_file}. Without it nobody can tell "
            "whether a row is one of theirs, so nothing is loaded. Put it back from a backup; "
            "docs/runbooks/privacy.md says what to do without one."
        )
    if stat.S_IMODE(key_file.stat().st_mode) & 0o077:
        raise ErasureError(f"Others may read the key {key_file}: run chmod 600 on it.")
    try:
        key = bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    vault = Vault(folder, key)
    try:
        with duckdb.connect(str(store), read_only=True) as connection:
            (check,) = connection.execute("select key_check from about").fetchall()
    except (duckdb.Error, ValueError):
        raise ErasureError(
            f"The tombstones {store} cannot be read: put them back from a backup."
        ) from None
    if len(key) != _KEY_BYTES or vault.keyed(_CHECK) != check[0]:
        raise ErasureError(
            f"The key {key_file} is not the one that the tombstones beside it were made with: put "
            "the right one back from a backup."
        )
    return vault


def make_vault(folder: Path) -> Vault:
    """Make key and tombstones of a home that has none; the key may be there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _key(folder).exists():
        _write_secret(_key(folder), secrets.token_hex(_KEY_BYTES) + "\n")
    key = bytes.fromhex(_key(folder).read_text(encoding="ascii").strip())
    vault = Vault(folder, key)
    # Under another name until it is whole: what bears the name is never half a store.
    building = folder / ".building.duckdb"
    building.unlink(missing_ok=True)
    with duckdb.connect(str(building)) as store:
        store.execute(
            "create table tombstones (hash varchar primary key, identifier_type varchar not null)"
        )
        store.execute(
            "create table requests (hash varchar primary key, state varchar not null,"
            " outcome varchar not null, customers bigint not null, records bigint not null)"
        )
        store.execute("create table about as select ? as key_check", [vault.keyed(_CHECK)])
        store.execute("checkpoint")
    building.chmod(0o600)
    sync(building)
    building.rename(_store(folder))
    sync(folder)
    return vault


def _write_secret(path: Path, text: str) -> None:
    building = path.with_name(f".building-{path.name}")
    building.unlink(missing_ok=True)
    descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    building.rename(path)
    sync(path.parent)


def _store(folder: Path) -> Path:
    return folder / "tombstones.duckdb"


def _key(folder: Path) -> Path:
    return folder / "key"


def _text(value: object) -> str:
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"
