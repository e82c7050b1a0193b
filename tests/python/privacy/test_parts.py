"""The parts of an erasure, on warehouses made by hand: contract, vault, purge, copy, request."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from stammkunde.ingest import ContractError, SourceContract, load, read_contract
from stammkunde.ingest.warehouse import connect, create_tables
from stammkunde.paths import PROJECT
from stammkunde.privacy import ErasureError, persons, purge, raw, write_request
from stammkunde.privacy.compact import compact
from stammkunde.privacy.normaliser import Project
from stammkunde.privacy.scan import find_erased
from stammkunde.privacy.vault import Vault, make_vault, open_vault
from stammkunde.publish import serving
from stammkunde.settings import sources_file

NOW = datetime(2026, 1, 1)

# A stand-in for the compiled model: keys count within their source, everything else as it is.
_GIVEN = '"warehouse"."identity"."int_identity__raw_identifiers"'
NORMALISING = f"""
    select
        record_node,
        identifier_type,
        case when identifier_type like '%key' then source_system || '|' else '' end
        || lower(trim(raw_value)) as identifier_value,
        cast(null as varchar) as rejection_reason
    from {_GIVEN}
"""


def _node(schema: str, name: str, full_refresh: bool | None = None) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "alias": name,
        "name": name,
        "relation_name": f'"warehouse"."{schema}"."{name}"',
        "config": {"full_refresh": full_refresh},
    }


PROJECT_OF_THREE = Project(
    {
        f"model.stammkunde.{name}": _node("identity", name, full_refresh)
        for name, full_refresh in (
            ("int_identity__raw_identifiers", None),
            ("identity_crosswalk", None),
            ("identity_changes", False),
        )
    },
    (('"warehouse"."identity"."int_identity__record_identifiers"', NORMALISING),),
)


@dataclass
class Bench:
    """A warehouse with the raw tables of one source, and a vault."""

    root: Path
    contract: SourceContract
    vault: Vault

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    def fill(self, feed: str, rows: Sequence[dict[str, Any]]) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            for number, row in enumerate(rows, 1):
                values = {**row, "_file": f"{feed}/1.csv", "_row_number": number}
                names = ", ".join([*values, "_batch_id"])
                marks = ", ".join("?" * len(values))
                connection.execute(
                    f"insert into raw.{self.contract.name}__{feed} ({names}) "
                    f"values ({marks}, 'batch')",
                    list(values.values()),
                )

    def erase(self, *identifiers: tuple[str, str]) -> purge.Purge:
        """Tombstone identifiers in their normal form, and purge."""
        with duckdb.connect(str(self.warehouse)) as connection:
            self.vault.attach(connection)
            feeds = raw.raw_feeds(connection, {self.contract.name: self.contract})
            persons.create_tables(connection)
            purge.create_tables(connection)
            raw.create_tables(connection)
            values = ", ".join(f"('{kind}', '{value}')" for kind, value in identifiers)
            purge.add_tombstones(
                connection,
                f"select * from (values {values}) as given(identifier_type, identifier_value)",
            )
            raw.collect_values(connection, feeds, PROJECT_OF_THREE, None)
            while raw.find_hits(connection, feeds) and purge.widen(
                connection, feeds, all_rows=True
            ):
                pass
            return purge.purge(connection, feeds, PROJECT_OF_THREE, [], 1, NOW)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _bench(root: Path, source: str) -> Bench:
    contract = read_contract(sources_file(source))
    bench = Bench(root, contract, make_vault(root / "privacy"))
    with connect(bench.warehouse) as connection:
        create_tables(connection, contract)
    return bench


def test_invoices_stay_without_their_customer_and_keep_the_letter_of_a_cancellation(
    tmp_path: Path,
) -> None:
    bench = _bench(tmp_path, "online_retail")
    bench.fill(
        "order_lines",
        [
            {"invoiceno": "536365", "stockcode": "A", "quantity": "6", "customerid": "17850"},
            {"invoiceno": "536365", "stockcode": "B", "quantity": "2", "customerid": "17850"},
            {"invoiceno": "C536379", "stockcode": "A", "quantity": "-1", "customerid": "17850"},
            {"invoiceno": "536366", "stockcode": "A", "quantity": "1", "customerid": "13047"},
            {"invoiceno": "536367", "stockcode": "A", "quantity": "1"},
        ],
    )
    bench.erase(("contact_key", "online_retail|17850"))
    rows = bench.rows(
        "select invoiceno, quantity, customerid from raw.online_retail__order_lines"
        " order by _row_number"
    )
    first, second, cancelled, *others = rows
    assert first[0] == second[0]
    assert first[0].startswith("erased-")
    assert cancelled[0].startswith("C-erased-")
    assert [row[1] for row in rows] == ["6", "2", "-1", "1", "1"]
    assert {row[2] for row in (first, second, cancelled)} == {None}
    assert others == [("536366", "1", "13047"), ("536367", "1", None)]


@pytest.mark.parametrize(
    ("scopes", "erased", "other", "customers"),
    [
        # A data frame wrote the whole number with decimals.
        ({}, "online_retail|17850", "13047", [None, None, "13047"]),
        # Here decimals mean something: 17850.0 is somebody else.
        ({}, "online_retail|17850", "13047.1", [None, "17850.0", "13047.1"]),
        # The customers are those of the till, by seed key_scopes.
        ({("online_retail", "contact_key"): "till"}, "till|17850", "1", [None, None, "1"]),
    ],
)
def test_a_key_is_erased_however_a_source_writes_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scopes: dict[tuple[str, str], str],
    erased: str,
    other: str,
    customers: list[str | None],
) -> None:
    monkeypatch.setattr(raw, "key_scopes", lambda: scopes)
    bench = _bench(tmp_path, "online_retail")
    bench.fill(
        "order_lines",
        [
            {"invoiceno": "1", "stockcode": "A", "quantity": "1", "customerid": "17850"},
            {"invoiceno": "2", "stockcode": "A", "quantity": "1", "customerid": "17850.0"},
            {"invoiceno": "3", "stockcode": "A", "quantity": "1", "customerid": other},
        ],
    )
    bench.erase(("contact_key", erased))
    found = bench.rows("select customerid from raw.online_retail__order_lines order by _row_number")
    assert [row[0] for row in found] == customers


def test_orders_that_need_a_customer_get_one_each(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "cdnow")
    bench.fill(
        "orders",
        [
            {"master_id": "4", "sample_id": "1", "order_date": "19970101", "dollar_value": "29.33"},
            {"customer_id": "4", "order_date": "19970118", "dollar_value": "29.73"},
            {"customer_id": "21", "order_date": "19970101", "dollar_value": "63.34"},
        ],
    )
    bench.erase(("contact_key", "cdnow|4"))
    rows = bench.rows(
        "select customer_id, master_id, sample_id, dollar_value from raw.cdnow__orders"
        " order by _row_number"
    )
    assert rows[0][0] != rows[1][0]
    assert all(row[0].startswith("erased-") for row in rows[:2])
    assert [row[1:] for row in rows] == [
        (None, None, "29.33"),
        (None, None, "29.73"),
        (None, None, "63.34"),
    ]
    assert rows[2][0] == "21"


def test_an_order_takes_the_key_of_its_lines_along(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    bench.fill(
        "orders",
        [
            {"order_key": "O-1", "email": "ada@example.org"},
            {"order_key": "O-2", "email": "bob@example.org"},
        ],
    )
    bench.fill("order_lines", [{"order_key": "O-1"}, {"order_key": "O-2"}])
    bench.fill("feedback", [{"feedback_key": "F", "order_key": "O-1"}])
    bench.erase(("email", "ada@example.org"))
    orders = bench.rows("select order_key from raw.shop__orders order by _row_number")
    assert bench.rows("select order_key from raw.shop__order_lines order by _row_number") == orders
    assert orders[1] == ("O-2",)
    assert orders[0][0].startswith("erased-")
    assert bench.rows("select * from raw.shop__feedback") == []


def test_what_an_older_version_said_goes_unless_others_say_it_too(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    bench.fill(
        "contacts",
        [
            {"contact_key": "1", "email": "before@example.org", "phone": "1"},
            {"contact_key": "1", "email": "now@example.org", "phone": "2"},
            {"contact_key": "2", "email": "other@example.org", "phone": "2"},
        ],
    )
    bench.fill(
        "messages",
        [
            {"message_key": "a", "address": "before@example.org"},
            {"message_key": "b", "address": "2"},
        ],
    )
    bench.erase(("contact_key", "shop|1"))
    assert bench.rows("select contact_key from raw.shop__contacts") == [("2",)]
    assert bench.rows("select message_key from raw.shop__messages") == [("b",)]


def test_an_unmerge_of_an_order_is_not_taken_for_one_of_a_contact(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    common = {"other_record_type": "contact", "other_record_key": "9"}
    bench.fill(
        "unmerges",
        [
            {"request_key": "a", "record_type": "contact", "record_key": "1", **common},
            {"request_key": "b", "record_type": "order", "record_key": "1", **common},
        ],
    )
    bench.erase(("contact_key", "shop|1"))
    assert bench.rows("select request_key from raw.shop__unmerges") == [("b",)]


def test_nothing_is_dropped_where_nobody_is_hit(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    bench.fill("contacts", [{"contact_key": "1", "email": "bob@example.org"}])
    with duckdb.connect(str(bench.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_customers as select 1 as a")
    assert bench.erase(("email", "ada@example.org")).is_empty
    assert bench.rows("select * from marts.dim_customers") == [(1,)]
    bench.erase(("email", "bob@example.org"))
    assert bench.rows("select table_name from duckdb_tables() where schema_name = 'marts'") == []


def test_the_crosswalk_of_a_backup_loses_the_erased(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    with duckdb.connect(str(bench.warehouse)) as connection:
        connection.execute("create schema identity")
        connection.execute(
            "create table identity.identity_crosswalk as from (values "
            "('contact', 'shop|1', 1, 'ada', true), ('device', 'shop|tablet|1', 2, 'ada', true), "
            "('address', 'shop|abc', 3, 'ada', false), ('contact', 'shop|2', 4, 'bob', true)) as "
            "rows(record_type, record_id, record_node, customer_id, is_present)"
        )
        connection.execute(
            "create table identity.identity_changes as select 'c' as change_id, 'merge' as "
            "change_type, 'old' as old_customer_id, 'ada' as new_customer_id, 1::bigint as "
            "record_count, 'email' as identifier_type, 7::bigint as identifier_node, 'x' as cause, "
            "now()::timestamp as changed_at, 'r' as run_id"
        )
    bench.erase(("contact_key", "shop|1"))
    assert bench.rows("select customer_id from identity.identity_crosswalk") == [("bob",)]
    assert bench.rows(
        "select change_type, old_customer_id, new_customer_id, identifier_node, record_count "
        "from identity.identity_changes order by 1"
    ) == [("erase", "ada", None, None, 3), ("merge", "old", "ada", None, 1)]


def test_what_is_left_of_an_erased_person_is_found_wherever_it_stands(tmp_path: Path) -> None:
    bench = _bench(tmp_path, "shop")
    assert find_erased(bench.warehouse, bench.vault, PROJECT_OF_THREE) == {}
    bench.erase(("email", "ada@example.org"), ("contact_key", "shop|1"), ("phone", "+493012345"))
    bench.fill("messages", [{"message_key": "a", "address": "ADA@example.org"}])
    with duckdb.connect(str(bench.warehouse)) as connection:
        connection.execute(
            "insert into raw._unreadable_lines values ('shop', 'orders', 'f', 1, 1, "
            "'{\"email\": \"ada@example.org\"', 'not_json', 'x', now(), 'late')"
        )
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.rows as select 'ada@example.org' as note, '+493012345' as dialled, "
            "'shop|1' as record_id, '1' as quantity, '1' as contact_key, 'shop' as source_system, "
            "'bob@example.org' as email"
        )
    assert dict(find_erased(bench.warehouse, bench.vault, PROJECT_OF_THREE)) == {
        'raw."shop__messages"': 1,
        "raw._unreadable_lines": 1,
        "marts.rows.note": 1,
        "marts.rows.dialled": 1,
        "marts.rows.record_id": 1,
        "marts.rows.contact_key": 1,
    }


def test_the_hash_in_sql_is_an_hmac(tmp_path: Path) -> None:
    vault = make_vault(tmp_path / "privacy")
    with duckdb.connect() as connection:
        vault.attach(connection)
        for text in ("email|ada@example.org", "", "ü" * 200):
            assert connection.execute("select keyed(?)", [text]).fetchall() == [
                (vault.keyed(text),)
            ]
    other = make_vault(tmp_path / "other")
    assert vault.keyed("a") != other.keyed("a")


def test_the_key_is_for_its_owner_alone_and_outlives_the_tombstones_file(tmp_path: Path) -> None:
    folder = tmp_path / "privacy"
    assert open_vault(folder, people_were_erased=False) is None
    made = make_vault(folder)
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "tombstones.duckdb").stat().st_mode) == 0o600
    assert open_vault(folder, people_were_erased=True) == made
    assert made.key.hex().encode() not in (folder / "tombstones.duckdb").read_bytes()


def test_a_copy_that_fails_leaves_the_warehouse(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.rows as select 'ada@example.org' as email")
    with pytest.raises(ErasureError, match="cannot be copied"):
        compact(warehouse)  # nobody asked for it: the table that asks for it is missing
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.duckdb"]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table raw._compaction_due as select 1 as a")
        connection.execute("delete from raw.rows")
        connection.execute("create table raw.kept (a int not null)")
    # A half-made copy of a killed process is no hindrance.
    (tmp_path / ".erasing.duckdb").write_bytes(b"half")
    compact(warehouse)
    assert b"ada@example.org" not in warehouse.read_bytes()
    with duckdb.connect(str(warehouse)) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        assert names == [("kept",), ("rows",)]
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("insert into raw.kept values (null)")
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.duckdb"]


def test_versions_from_before_an_erasure_are_removed_unless_they_are_current(
    tmp_path: Path,
) -> None:
    versions = [f"2026010{day}T000000000000Z" for day in (1, 2, 3)]
    for version in versions:
        serving.building_file(tmp_path, version).touch()
        serving.name(tmp_path, version)
    serving.point_to(tmp_path, versions[2])
    serving.prune(tmp_path)
    assert serving.versions(tmp_path) == versions
    serving.prune(tmp_path, datetime(2026, 1, 2))
    assert serving.versions(tmp_path) == versions[1:]
    serving.prune(tmp_path, datetime(2026, 1, 4))
    assert serving.versions(tmp_path) == versions[2:]


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({}, "must say on_erasure"),
        ({"on_erasure": "burn"}, "must be one of delete, anonymise, reduce"),
        ({"on_erasure": "delete"}, "has no column 'kind'"),
    ],
)
def test_a_contract_that_leaves_an_erasure_open_is_refused(
    meta: dict[str, str], said: str, tmp_path: Path
) -> None:
    column = {"name": "key", "meta": {"identifier": {"contact": "contact_key", "of": "kind"}}}
    table = {"name": "rows", "identifier": "new__rows", "columns": [column], "meta": meta}
    file = tmp_path / "sources.yml"
    file.write_text(yaml.safe_dump({"sources": [{"name": "new", "tables": [table]}]}))
    with pytest.raises(ContractError, match=said):
        read_contract(file)


def test_every_personal_column_of_the_shop_is_erased_with_its_row() -> None:
    contract = read_contract(sources_file("shop"))
    for feed in contract.feeds.values():
        personal = [column.name for column in feed.columns if column.pii]
        assert feed.on_erasure or not personal, feed.name


def test_identifiers_are_types_of_the_seed() -> None:
    seed = PROJECT / "seeds" / "reference" / "identifier_types.csv"
    known = {line.split(",")[0] for line in seed.read_text(encoding="utf-8").splitlines()[1:]}
    for source in ("shop", "online_retail", "cdnow"):
        for feed in read_contract(sources_file(source)).feeds.values():
            for column in feed.columns:
                assert {identifier.type for identifier in column.identifiers} <= known


def test_a_written_request_is_loaded_as_one(tmp_path: Path) -> None:
    contract = read_contract(sources_file("shop"))
    landing = tmp_path / "landing"
    moment = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
    write_request(landing, {"email": " Müller@Example.org ", "phone": ""}, moment, "E-1")
    load("shop", landing, tmp_path / "warehouse.duckdb", contract, settle_seconds=0)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        rows = connection.execute(
            "select request_key, email, phone, requested_at from raw.shop__erasures"
        ).fetchall()
    assert rows == [("E-1", "Müller@Example.org", None, "2025-01-02T03:04:00+00:00")]
    with pytest.raises(ErasureError, match="There is a request 'E-1' already"):
        write_request(landing, {"email": "a@example.org"}, moment, "E-1")
    with pytest.raises(ErasureError, match="needs one of"):
        write_request(landing, {"email": " "})
    with pytest.raises(ErasureError, match="made of letters"):
        write_request(landing, {"email": "a@example.org"}, moment, "../E-2")
