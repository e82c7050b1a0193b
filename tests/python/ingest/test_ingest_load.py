"""Good files are loaded once, whole, as the text that stands in them."""

import gzip
import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from stammkunde.ingest import (
    ColumnContract,
    FeedContract,
    LoadError,
    LoadProgress,
    SourceContract,
    load,
    loader,
    read_contract,
    require_rows,
)
from stammkunde.paths import PROJECT
from stammkunde.settings import sources_file

from .ingest_shop import CONTRACT, HEADER, Shop, messages

ROW = "1,a@example.org,2025-01-01T10:00:00Z,hello\n"
SHARED = PROJECT.parent / "shared" / "data"


def test_every_raw_table_is_there_even_where_no_file_came(shop: Shop) -> None:
    report = shop.load()
    assert shop.rows("select count(*) from raw.shop__orders") == [(0,)]
    assert shop.rows("select count(*) from raw.shop__events") == [(0,)]
    assert shop.rows("select count(*) from raw._files") == [(0,)]
    assert "no folder" in messages(report, "no_feed_folder")[0]
    columns = shop.rows(
        "select column_name, data_type from information_schema.columns "
        "where table_name = 'shop__orders' order by ordinal_position"
    )
    assert columns == [
        *((name, "VARCHAR") for name in ("order_key", "email", "ordered_at", "note", "_file")),
        ("_row_number", "BIGINT"),
        ("_loaded_at", "TIMESTAMP"),
        ("_batch_id", "VARCHAR"),
    ]


def test_every_format_gives_the_same_rows(shop: Shop) -> None:
    rows = {"order_key": ["1", "2"], "ordered_at": ["t1", "t2"], "note": ["é, x", None]}
    plain = 'order_key,ordered_at,note\n1,t1,"é, x"\n2,t2,\n'
    lines = '{"order_key":"1","ordered_at":"t1","note":"é, x"}\n{"order_key":"2","ordered_at":"t2"}'
    array = "[" + lines.replace("\n", ",\n") + "]"
    shop.write("orders/a.csv", plain)
    shop.write("orders/b.csv.gz", gzip.compress(plain.encode()))
    shop.write("orders/c.jsonl", lines)
    shop.write("orders/d.jsonl.gz", gzip.compress(lines.encode()))
    shop.write("orders/e.json", array)
    shop.write("orders/f.json", "\n" + lines + "\n")
    shop.write("orders/g.json.gz", gzip.compress(b"\xef\xbb\xbf" + array.encode()))
    parquet.write_table(pa.table(rows), shop.landing / "orders/h.parquet")
    shop.write("orders/i.ndjson", lines + "\n\n")
    report = shop.load()
    assert report.messages == []
    assert shop.orders() == [("1", None, "t1", "é, x"), ("2", None, "t2", None)] * 9
    assert shop.rows("select distinct _row_number from raw.shop__orders order by 1") == [(1,), (2,)]
    assert shop.rows("select distinct _loaded_at, _batch_id from raw.shop__orders") == [
        (report.loaded_at, report.batch_id)
    ]


CSV_SPELLINGS = {
    "byte_order_mark": b"\xef\xbb\xbf" + (HEADER + ROW).encode(),
    "byte_order_mark_and_quotes": b'\xef\xbb\xbf"order_key",email,ordered_at,note\n' + ROW.encode(),
    "crlf": (HEADER + ROW).replace("\n", "\r\n").encode(),
    "mixed_line_ends": (HEADER + ROW[:-1]).encode() + b"\r\n",
    "no_line_end_at_the_end": (HEADER + ROW[:-1]).encode(),
    "blank_lines": ("\n" + HEADER + "\n\n" + ROW + "\n  \n").encode(),
    "another_order": b"note,ordered_at,order_key,email\nhello,2025-01-01T10:00:00Z,1,a@example.org",
    "other_cases_and_spaces": (" Order Key ,E_MAIL,Ordered-At,NOTE\n" + ROW)
    .replace("E_MAIL", "eMail")
    .encode(),
    "all_quoted": b'"order_key","email","ordered_at","note"\n'
    b'"1","a@example.org","2025-01-01T10:00:00Z","hello"\n',
    "semicolons": (HEADER + ROW).replace(",", ";").encode(),
    "tabs": (HEADER + ROW).replace(",", "\t").encode(),
    "header_over_two_lines": b'order_key,email,ordered_at,note,"a\nb"\n'
    + ROW[:-1].encode()
    + b",\n",
}


@pytest.mark.parametrize("case", CSV_SPELLINGS)
def test_a_csv_file_may_be_spelled_in_many_ways(shop: Shop, case: str) -> None:
    shop.write("orders/a.csv", CSV_SPELLINGS[case])
    report = shop.load()
    assert shop.orders() == [("1", "a@example.org", "2025-01-01T10:00:00Z", "hello")]
    assert report.errors == []
    assert shop.quarantine() == []


def test_line_ends_and_quotes_within_quotes_are_text(shop: Shop) -> None:
    note = 'first line\r\nsecond, "quoted"\n\nfourth'
    quoted = note.replace('"', '""')
    shop.write("orders/a.csv", HEADER + f'1,,t,"{quoted}"\n2,,t,5" pipe\n3,,t,""\n')
    shop.load()
    assert [(row[0], row[3]) for row in shop.orders()] == [
        ("1", note),
        ("2", '5" pipe'),
        ("3", None),
    ]
    assert shop.rows("select _row_number from raw.shop__orders order by 1") == [(1,), (2,), (3,)]


def test_the_careful_reader_splits_good_rows_like_the_quick_ones(shop: Shop) -> None:
    good = '1,,t,"a\nb"\n2,,t,"say ""hi"""\n\n3,,t,5" pipe\n4,," x ",\n'
    shop.write("orders/quick.csv", HEADER + good)
    shop.write("orders/slow.csv", HEADER + good + "short\n")
    shop.load()
    quick, slow = (
        shop.rows(
            "select order_key, ordered_at, note, _row_number from raw.shop__orders "
            f"where _file = 'orders/{name}.csv' order by _row_number"
        )
        for name in ("quick", "slow")
    )
    assert quick == slow
    assert len(quick) == 4


def test_numbers_in_json_keep_their_digits(shop: Shop) -> None:
    shop.write(
        "events/a.jsonl",
        "\n".join(
            f'{{"event_key":"{n}","value":{value}}}'
            for n, value in enumerate(
                [
                    "10.00",
                    "0.1",
                    "12345678901234567890.123456789",
                    "1e-7",
                    "2.5E3",
                    "-3",
                    "true",
                    "false",
                    "null",
                    '""',
                    '" x "',
                    '{"a": [1.50, "é", null, true]}',
                    "1e999999",
                    "0",
                ]
            )
        ),
    )
    shop.load()
    assert [
        value for (value,) in shop.rows("select value from raw.shop__events order by _row_number")
    ] == [
        "10.00",
        "0.1",
        "12345678901234567890.123456789",
        "0.0000001",
        "2500",
        "-3",
        "true",
        "false",
        None,
        None,
        " x ",
        '{"a":[1.50,"é",null,true]}',
        "1e999999",
        "0",
    ]


PARQUET_VALUES = [
    (
        pa.array([2.55, 6.0, 0.1, None, float("nan"), -11062.06]),
        ["2.55", "6", "0.1", None, None, "-11062.06"],
    ),
    (
        pa.array([1e-7, 1.2345678901234567e-05, 1e21, 1e300]),
        ["0.0000001", "0.000012345678901234568", "1" + "0" * 21, "1e+300"],
    ),
    (pa.array([9007199254740990.0, float("inf"), -0.0]), ["9007199254740990", "inf", "0"]),
    (pa.array([2.55, 16.1], pa.float32()), ["2.55", "16.1"]),
    (pa.array([2**63 - 1, -1, None]), ["9223372036854775807", "-1", None]),
    (pa.array([Decimal("12.00"), Decimal("0.01")]), ["12.00", "0.01"]),
    (pa.array([True, False, None]), ["true", "false", None]),
    (pa.array([date(2025, 1, 31)]), ["2025-01-31"]),
    (
        pa.array([datetime(2010, 12, 1, 8, 26), datetime(2025, 1, 1, 0, 0, 0, 120000)]),
        ["2010-12-01T08:26:00", "2025-01-01T00:00:00.12"],
    ),
    (
        pa.array([datetime(2025, 6, 1, 12, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")),
        ["2025-06-01T12:00:00+00:00"],
    ),
    (pa.array(["", " x ", None]), [None, " x ", None]),
    (pa.array([b"caf\xc3\xa9"]), ["café"]),
    (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    (pa.array([None, None], pa.null()), [None, None]),
    (pa.array([[1, 2], []]), ["[1,2]", "[]"]),
    (pa.array([{"a": 1}]), ['{"a":1}']),
]


@pytest.mark.parametrize("case", range(len(PARQUET_VALUES)))
def test_values_of_parquet_have_one_text(shop: Shop, case: int) -> None:
    values, texts = PARQUET_VALUES[case]
    path = shop.landing / "events/a.parquet"
    path.parent.mkdir(parents=True)
    keys = [str(n) for n in range(len(values))]
    parquet.write_table(pa.table({"Event Key": keys, "VALUE": values}), path)
    report = shop.load()
    assert report.messages == []
    found = shop.rows("select value from raw.shop__events order by _row_number")
    assert [value for (value,) in found] == texts


def test_a_value_of_parquet_that_is_no_text_refuses_the_file_without_showing_it(shop: Shop) -> None:
    path = shop.landing / "events/a.parquet"
    path.parent.mkdir(parents=True)
    parquet.write_table(pa.table({"event_key": ["1"], "value": [b"secret\xff"]}), path)
    report = shop.load()
    assert shop.ledger("events/a.parquet") == [("refused", "not_text", 0, 0, 0)]
    assert "secret" not in str(report.errors[0])


# -- once ------------------------------------------------------------------------------------------


def test_a_second_load_finds_nothing_new(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("orders/a.csv", HEADER + ROW)
    shop.write("orders/b.csv", HEADER + ROW)
    shop.write("orders/c.csv", HEADER)
    shop.load()
    before = shop.rows("from raw._files order by file")

    def never(*_: object) -> None:
        raise AssertionError("an unchanged file was opened")

    monkeypatch.setattr(loader, "Content", never)
    report = shop.load()
    assert report.feeds["orders"].files_known == 3
    assert report.feeds["orders"].files_loaded == 0
    assert report.messages == []
    assert shop.rows("from raw._files order by file") == before


def test_two_files_with_the_same_content_are_loaded_once(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + ROW)
    shop.write("orders/b.csv", HEADER + ROW)
    report = shop.load()
    assert report.feeds["orders"].files_duplicate == 1
    assert messages(report, "duplicate") == [
        "orders/b.csv: has the same content as orders/a.csv, which is loaded; not loaded again"
    ]
    assert shop.ledger("orders/b.csv") == [("duplicate", "duplicate", 0, 0, 0)]
    shop.write("orders/c.csv", HEADER + ROW)
    assert shop.load().feeds["orders"].files_duplicate == 1
    assert len(shop.orders()) == 1


def test_files_without_rows_are_no_duplicates(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER)
    shop.write("orders/b.csv", HEADER)
    shop.write("orders/c.json", "[]")
    report = shop.load()
    assert report.feeds["orders"].files_loaded == 3
    assert len(messages(report, "no_rows")) == 3
    # What was empty can be filled: nothing of it can be counted twice.
    shop.write("orders/a.csv", HEADER + ROW)
    assert shop.load().feeds["orders"].files_loaded == 1
    assert shop.ledger("orders/a.csv") == [("loaded", None, 1, 1, 0)]


@pytest.mark.parametrize("keep_time", [False, True])
def test_a_file_replaced_under_its_name_is_refused(shop: Shop, keep_time: bool) -> None:
    path = shop.write("orders/a.csv", HEADER + ROW)
    shop.load()
    before = path.stat()
    shop.write("orders/a.csv", HEADER + ROW.replace("hello", "HELLO"))
    if keep_time:  # same size, and the time set back: only the time of change tells
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    report = shop.load()
    assert "deliver the new content under a new name" in messages(report, "replaced")[0]
    assert [row[3] for row in shop.orders()] == ["hello"]
    assert sorted(row[0] for row in shop.ledger("orders/a.csv")) == ["loaded", "refused"]
    # It stays refused, and stays named, until somebody acts.
    assert len(messages(shop.load(), "replaced")) == 1
    assert shop.forget("orders/a.csv") == 1
    assert shop.orders() == []
    assert shop.load().errors == []
    assert [row[3] for row in shop.orders()] == ["HELLO"]


def test_a_file_that_grew_after_it_was_loaded_is_refused(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + ROW)
    shop.load()
    shop.write("orders/a.csv", HEADER + ROW + ROW.replace("1", "2"))
    assert "grew after it was loaded" in messages(shop.load(), "replaced")[0]
    assert len(shop.orders()) == 1
    shop.write("orders/a.csv", HEADER + ROW)
    assert shop.load().errors == []
    assert sorted(row[0] for row in shop.ledger("orders/a.csv")) == ["loaded", "withdrawn"]


def test_a_file_touched_or_moved_is_not_loaded_again(shop: Shop) -> None:
    path = shop.write("orders/a.csv", HEADER + ROW)
    shop.load()
    os.utime(path, (1, 1))
    assert shop.load().feeds["orders"].files_known == 1
    path.rename(shop.landing / "orders/b.csv")
    assert shop.load().feeds["orders"].files_duplicate == 1
    (shop.landing / "orders/b.csv").unlink()
    shop.load()
    assert len(shop.orders()) == 1


def test_the_copy_of_a_forgotten_file_is_loaded(shop: Shop) -> None:
    path = shop.write("orders/a.csv", HEADER + ROW + "short\n")
    shop.write("orders/b.csv", HEADER + ROW + "short\n")
    shop.load()
    path.unlink()
    assert shop.forget("orders/a.csv") == 1
    assert shop.quarantine() == []
    assert shop.ledger("orders/a.csv") == [("forgotten", "forgotten", 0, 0, 0)]
    assert shop.load().feeds["orders"].files_loaded == 1
    assert shop.ledger("orders/b.csv") == [("loaded", "unreadable_lines", 2, 1, 1)]
    with pytest.raises(LoadError, match=r"no file 'orders/x.csv'"):
        shop.forget("orders/x.csv")


def test_the_same_content_in_two_feeds_is_no_duplicate(shop: Shop) -> None:
    data = "order_key,ordered_at,event_key\n1,t,e\n"
    shop.write("orders/a.csv", data)
    shop.write("events/a.csv", data)
    assert shop.load().total("files_loaded") == 2


# -- whole -----------------------------------------------------------------------------------------


def test_many_files_are_split_over_several_transactions(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_FILES_A_TRANSACTION", 3)
    for n in range(10):
        shop.write(f"orders/{n}.csv", HEADER + f"{n},,t,\n")
        shop.write(f"events/{n}.jsonl", f'{{"event_key":"{n}"}}\n' * (n + 1))
    steps: list[LoadProgress] = []
    report = shop.load(progress=steps.append)
    assert report.feeds["orders"].rows_loaded == 10
    assert report.feeds["events"].rows_loaded == 55
    assert [step.files_done for step in steps] == list(range(1, 21))
    assert steps[-1].bytes_done == steps[-1].bytes_total
    assert steps[-1].rows_loaded == 65


KILLED = """
    import os, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from tests.python.ingest.ingest_shop import CONTRACT
    from stammkunde.ingest import content, csv_files, load, loader
    loader._FILES_A_TRANSACTION = 2
    content.IN_MEMORY = 5000
    csv_files._ARROW_BLOCK = 20000
    steps = 0
    def stop(step):
        global steps
        steps += 1
        if steps == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
    load("shop", Path(sys.argv[1]), Path(sys.argv[2]), CONTRACT, stop, settle_seconds=0.0)
"""


@pytest.mark.parametrize("killed_at", [1, 4, 7, 9])
def test_a_killed_load_leaves_no_file_half_loaded(shop: Shop, killed_at: int) -> None:
    # Steps 1 to 6 are small files, two a transaction; those behind are chunks of a large one.
    for n in range(6):
        shop.write(f"orders/a{n}.csv", HEADER + f"{n},,t,\n" * 10)
    shop.write("orders/large.csv", HEADER + "1,,2025-01-01,a note of some length\n" * 5000)
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(KILLED),
            str(shop.landing),
            str(shop.warehouse),
            str(PROJECT),
            str(killed_at),
        ],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    shop.check_nothing_lost()
    loaded = shop.rows("select count(*) from raw._files where status = 'loaded'")[0][0]
    assert loaded < 7
    assert shop.rows("select count(*) from raw.shop__orders") == [(10 * loaded,)]
    report = shop.load()
    assert report.errors == []
    assert report.feeds["orders"].files_loaded == 7 - loaded
    assert shop.rows("select count(*) from raw.shop__orders") == [(5060,)]


def test_rows_changed_by_hand_are_noticed(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + ROW)
    shop.load()
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute("delete from raw.shop__orders")
    with pytest.raises(LoadError, match=r"counts 1 rows for raw.shop__orders, there are 0"):
        shop.load()


def test_a_warehouse_in_use_is_a_clear_error(shop: Shop) -> None:
    shop.load()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
            str(shop.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LoadError, match="open in another process"):
            load("shop", shop.landing, shop.warehouse, CONTRACT, settle_seconds=0.0)
    finally:
        holder.communicate(b"\n")


def test_a_missing_landing_folder_is_a_clear_error(shop: Shop) -> None:
    with pytest.raises(LoadError, match="there is no landing folder"):
        load("shop", shop.root / "nowhere", shop.warehouse, CONTRACT)
    with pytest.raises(LoadError, match="not of 'till'"):
        load("till", shop.root, shop.warehouse, CONTRACT)


def test_a_column_that_the_contract_gained_is_added(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + ROW)
    shop.load()
    orders = CONTRACT.feeds["orders"]
    wider = SourceContract(
        "shop",
        {
            **CONTRACT.feeds,
            "orders": FeedContract(
                "orders", "shop__orders", (*orders.columns, ColumnContract("voucher"))
            ),
        },
    )
    shop.write("orders/b.csv", "order_key,ordered_at,voucher\n2,t,XMAS\n")
    shop.load(wider)
    assert shop.rows("select order_key, voucher from raw.shop__orders order by 1") == [
        ("1", None),
        ("2", "XMAS"),
    ]


def test_a_refused_file_is_tried_again_when_the_contract_changes(shop: Shop) -> None:
    shop.write("orders/a.csv", "order_key\n1\n")
    assert len(shop.load().errors) == 1
    relaxed = SourceContract(
        "shop",
        {
            **CONTRACT.feeds,
            "orders": FeedContract(
                "orders",
                "shop__orders",
                tuple(ColumnContract(name) for name in CONTRACT.feeds["orders"].column_names),
            ),
        },
    )
    assert shop.load(relaxed).feeds["orders"].files_loaded == 1
    assert shop.ledger("orders/a.csv") == [("loaded", None, 1, 1, 0)]


# -- whatever comes --------------------------------------------------------------------------------

_PIECES = st.lists(
    st.sampled_from(
        ["1", "x", ",", ",,", '"', '""', "\n", "\r\n", "\r", "\0", "é", " ", ";", "a,b,c,d\n"]
    ),
    max_size=40,
).map("".join)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=_PIECES, cut=st.booleans())
def test_no_text_breaks_a_load_or_loses_a_row(
    tmp_path_factory: pytest.TempPathFactory, body: str, cut: bool
) -> None:
    shop = Shop(tmp_path_factory.mktemp("any"))
    shop.write("orders/a.csv", HEADER + "first,,t,\n" + body + ("" if cut else "\nlast,,t,\n"))
    report = shop.load()  # checks that nothing is lost
    if not report.errors:
        keys = [row[0] for row in shop.orders()]
        assert keys[0] == "first"
        # The last line is a row, unless an odd quote before it makes it the text of another.
        in_quarantine = any("last,,t," in row[4] for row in shop.quarantine())
        in_a_field = any("last,,t," in (value or "") for row in shop.orders() for value in row)
        assert cut or keys[-1] == "last" or in_quarantine or in_a_field


# -- real data -------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data beside the project")
def test_online_retail_adds_up(tmp_path: Path) -> None:
    contract = read_contract(sources_file("online_retail"))
    warehouse = tmp_path / "warehouse.duckdb"
    report = load("online_retail", SHARED / "online_retail", warehouse, contract)
    assert report.messages == []
    assert report.feeds["order_lines"].rows_loaded == 541_909
    with duckdb.connect(str(warehouse)) as connection:
        net = connection.execute(
            "select round(sum(cast(quantity as bigint) * cast(unitprice as decimal(18, 4))), 2) "
            "from raw.online_retail__order_lines"
        ).fetchall()
    assert net == [(Decimal("9747747.93"),)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data beside the project")
def test_real_contacts_of_the_identity_data_are_read_whole(tmp_path: Path) -> None:
    for name, rows in (("fake_1000", 1000), ("febrl3", 5000)):
        path = next((SHARED / "identity" / name / "contacts").glob("*.csv"))
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        feed = FeedContract(
            "contacts",
            f"{name}__contacts",
            tuple(ColumnContract(each.strip()) for each in header),
        )
        report = load(
            name,
            SHARED / "identity" / name,
            tmp_path / f"{name}.duckdb",
            SourceContract(name, {"contacts": feed}),
        )
        assert report.messages == []
        assert report.feeds["contacts"].rows_loaded == rows


def test_times_without_an_offset_are_said_once_for_each_feed(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + "1,,2025-06-01 10:00,\n2,,2025-06-01T10:00:00.5,\n")
    shop.write("orders/b.csv", HEADER + "3,,2025-06-01T10:00:00Z,\n4,,2025-06-01 10:00+02:00,\n")
    shop.write("orders/c.csv", HEADER + "5,,2025-06-01,2025-06-01 10:00\n")
    shop.write("events/a.csv", "event_key,value\n1,2025-06-01 10:00\n")
    (said,) = messages(shop.load(), "no_offset")
    assert said.startswith("2 of 5 new rows of orders have times without an offset (ordered_at)")
    assert "read as UTC" in said
    assert messages(shop.load(), "no_offset") == []


def test_a_load_that_only_refused_files_is_nothing_to_go_on_with(shop: Shop) -> None:
    shop.write("orders/orders.csv", "number,at\n1,2025-01-01\n")
    with pytest.raises(LoadError, match=r"Every file was refused.*orders/orders\.csv: "):
        require_rows([shop.load()])
    # Rows of an earlier day are something to go on with, whatever becomes of today's file.
    shop.write("orders/better.csv", f"{HEADER}o-1,,2025-01-01,\n")
    require_rows([shop.load()])
    require_rows([shop.load()])


def test_a_landing_folder_without_files_refuses_nothing(shop: Shop) -> None:
    (shop.landing / "orders").mkdir(parents=True)
    require_rows([shop.load()])
