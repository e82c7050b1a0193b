"""Each bad delivery ends in a message that names file and line, and in a refusal or quarantine."""

import gzip
import hashlib
import json
import os
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from stammkunde.ingest import LoadReport, content, csv_files, loader
from stammkunde.ingest.landing import look

from .ingest_shop import CONTRACT, HEADER, Shop, messages

GOOD = HEADER + "1,a@example.org,2025-01-01T10:00:00Z,hello\n"
ROW = ("1", "a@example.org", "2025-01-01T10:00:00Z", "hello")
SECRET = "secret.person@example.org"


def assert_refused(shop: Shop, report: LoadReport, file: str, reason: str) -> str:
    """The file is refused with that reason, the good file beside it is loaded."""
    assert [row[:2] for row in shop.ledger(file)] == [("refused", reason)]
    assert shop.rows(f"select count(*) from raw.shop__orders where _file = '{file}'") == [(0,)]
    found = [str(each) for each in report.errors if each.file == file and each.code == reason]
    assert len(found) == 1
    assert report.feeds["orders"].files_refused == 1
    assert SECRET not in " ".join(map(str, report.messages))
    if (shop.landing / "orders/good.csv").exists():
        assert shop.ledger("orders/good.csv") == [("loaded", None, 1, 1, 0)]
    return found[0]


@pytest.fixture(autouse=True)
def good_file(shop: Shop) -> None:
    shop.write("orders/good.csv", GOOD)


REFUSED: dict[str, tuple[str, str | bytes, str, str]] = {
    "latin_1": (
        "bad.csv",
        HEADER.encode() + b"1,,2025-01-01,ok\n2,,2025-01-01,caf\xe9\n",
        "encoding",
        "orders/bad.csv, line 3: is not UTF-8",
    ),
    "latin_1_jsonl": (
        "bad.jsonl",
        b'{"order_key":"1","ordered_at":"x","note":"caf\xe9"}\n',
        "encoding",
        "orders/bad.jsonl, line 1: is not UTF-8",
    ),
    "utf_16": ("bad.csv", GOOD.encode("utf-16"), "encoding", "is UTF-16"),
    "utf_16_without_mark": ("bad.csv", GOOD.encode("utf-16-le"), "not_text", "NUL bytes"),
    "cut_in_a_character": (
        "bad.csv",
        HEADER.encode() + "1,,2025-01-01,é".encode()[:-1],
        "cut_off",
        "ends in the middle of a character",
    ),
    "empty_csv": ("bad.csv", b"", "empty", "is empty"),
    "empty_jsonl": ("bad.jsonl", b"", "empty", "is empty"),
    "blank_jsonl": ("bad.jsonl", b"\n \n", "empty", "blank lines"),
    "empty_parquet": ("bad.parquet", b"", "empty", "is empty"),
    "empty_gzip": ("bad.csv.gz", gzip.compress(b""), "empty", "is empty"),
    "empty_with_mark": ("bad.csv", b"\xef\xbb\xbf", "empty", "is empty"),
    "truncated_gzip": (
        "bad.csv.gz",
        gzip.compress(GOOD.encode() * 50)[:-10],
        "cut_off",
        "ends in the middle of its gzip data",
    ),
    "no_gzip": ("bad.csv.gz", GOOD.encode(), "not_gzip", "no gzip file"),
    "damaged_gzip": (
        "bad.jsonl.gz",
        gzip.compress(b'{"order_key":"1","ordered_at":"x"}\n')[:-8] + b"12345678",
        "not_gzip",
        "damaged",
    ),
    "missing_required_column": (
        "bad.csv",
        f"order_key,email\n1,{SECRET}\n",
        "missing_column",
        "lacks the required column 'ordered_at'",
    ),
    "missing_required_column_jsonl": (
        "bad.jsonl",
        '{"order_key":"1"}\n',
        "missing_column",
        "'ordered_at'",
    ),
    "no_header_line": (
        "bad.csv",
        f"1,{SECRET},2025-01-01,x\n2,b@example.org,2025-01-01,x\n",
        "no_header",
        "is its header line missing",
    ),
    "unclosed_header": ("bad.csv", 'order_key,"ordered_at\n1,2\n', "no_header", "never closed"),
    "wrong_folder_jsonl": ("bad.jsonl", '{"event_key":"1"}\n', "no_header", "wrong folder"),
    "duplicate_column": (
        "bad.csv",
        "order_key,ordered_at,order_key\n1,2025-01-01,2\n",
        "duplicate_column",
        "'order_key' twice (columns 1 and 3",
    ),
    "duplicate_column_in_another_spelling": (
        "bad.csv",
        "order_key,ordered_at, Order Key \n1,2025-01-01,2\n",
        "duplicate_column",
        "'order_key' twice",
    ),
    "cut_off_csv": (
        "bad.csv",
        HEADER + f"1,,2025-01-01,x\n2,{SECRET}",
        "cut_off",
        "orders/bad.csv, line 3: ends in the middle of a row",
    ),
    "cut_off_in_quotes": (
        "bad.csv",
        HEADER + '1,,2025-01-01,x\n2,,2025-01-01,"half a no',
        "cut_off",
        "line 3: ends in the middle of a row",
    ),
    "cut_off_jsonl": (
        "bad.jsonl",
        '{"order_key":"1","ordered_at":"x"}\n{"order_key":"2","ord',
        "cut_off",
        "line 2: ends in the middle of a row",
    ),
    "cut_off_array": (
        "bad.json",
        '[{"order_key":"1","ordered_at":"x"},\n{"order_key":"2","ordered_at":"x"}',
        "cut_off",
        "line 2",
    ),
    "broken_array": (
        "bad.json",
        '[{"order_key":"1","ordered_at":"x"},\n{"order_key":nonsense}]',
        "not_json",
        "line 2",
    ),
    "array_that_goes_on": (
        "bad.json",
        '[{"order_key":"1","ordered_at":"x"}]\n[]',
        "not_json",
        "line 2: goes on",
    ),
    "pretty_printed_object": (
        "bad.json",
        '{\n "order_key": "1",\n "ordered_at": "x"\n}\n',
        "no_readable_row",
        "line 1: has no row that can be read",
    ),
    "carriage_returns_alone": (
        "bad.csv",
        GOOD.replace("\n", "\r"),
        "line_ends",
        "CR alone",
    ),
    "truncated_parquet": ("bad.parquet", b"PAR1" + b"\0" * 100, "not_parquet", "no whole Parquet"),
    "binary_as_csv": ("bad.csv", b"PK\x03\x04\0\0\0\n" * 9, "not_text", "no text file"),
    "no_row_readable": (
        "bad.csv",
        HEADER + f"1,{SECRET}\n2,{SECRET}\n",
        "no_readable_row",
        "line 2: has no row that can be read; the first of 2: has 2 fields instead of 4",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_faulty_file_is_refused_and_the_others_are_loaded(shop: Shop, case: str) -> None:
    name, data, reason, message = REFUSED[case]
    shop.write(f"orders/{name}", data)
    report = shop.load()
    assert message in assert_refused(shop, report, f"orders/{name}", reason)
    assert shop.orders() == [ROW]
    # Delivered again, whole, under the same name where that is a CSV file, it is loaded.
    (shop.landing / f"orders/{name}").unlink()
    shop.write("orders/bad.csv", GOOD.replace("hello", "again"))
    again = shop.load()
    assert again.feeds["orders"].files_loaded == 1
    assert again.errors == []
    assert {row[0] for row in shop.ledger(f"orders/{name}")} <= {"withdrawn", "loaded"}


def test_a_truncated_parquet_file_is_refused(shop: Shop) -> None:
    path = shop.landing / "orders/bad.parquet"
    parquet.write_table(pa.table({"order_key": ["1"], "ordered_at": ["x"]}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert_refused(shop, shop.load(), "orders/bad.parquet", "not_parquet")
    path.write_bytes(whole)
    assert shop.load().feeds["orders"].files_loaded == 1


def test_a_parquet_file_without_a_required_column_is_refused(shop: Shop) -> None:
    path = shop.landing / "orders/bad.parquet"
    parquet.write_table(pa.table({"order_key": ["1"], "x": ["x"]}), path)
    assert "ordered_at" in assert_refused(shop, shop.load(), "orders/bad.parquet", "missing_column")


def test_an_array_too_large_for_memory_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stammkunde.ingest.json_files.MAX_ARRAY_BYTES", 10)
    shop.write("orders/bad.json", '[{"order_key":"1","ordered_at":"x"}]')
    assert "JSON Lines" in assert_refused(shop, shop.load(), "orders/bad.json", "too_large")


# -- rows that cannot be split ---------------------------------------------------------------------

NUL = "\0"
QUARANTINED = {
    "too_few_fields": (f"2,{SECRET}\n", "ragged", f"2,{SECRET}"),
    "too_many_fields": (f"2,{SECRET},2025-01-01,a,b\n", "ragged", f"2,{SECRET},2025-01-01,a,b"),
    "nul_byte": (f"2,{SECRET},2025-01-01,a{NUL}b\n", "nul", f"2,{SECRET},2025-01-01,a\u2400b"),
    "quote_never_closed": ('2,,2025-01-01,"oops\n', "quotes", '2,,2025-01-01,"oops'),
    "text_behind_a_quote": ('2,,2025-01-01,"a"b\n', "quotes", '2,,2025-01-01,"a"b'),
    "carriage_return_in_a_row": ("2,,2025-01-01,a\rb\n", "line_ends", "2,,2025-01-01,a\rb"),
    "ragged_row_over_two_lines": ('2,"a\nb"\n', "ragged", '2,"a\nb"'),
}


@pytest.mark.parametrize("case", QUARANTINED)
@pytest.mark.parametrize("packed", [False, True])
def test_a_row_that_cannot_be_split_is_set_aside_and_the_rest_is_loaded(
    shop: Shop, case: str, packed: bool
) -> None:
    bad, reason, text = QUARANTINED[case]
    data = (HEADER + "1,,2025-01-01,x\n" + bad + "3,,2025-01-01,y\n4,,2025-01-01,z\n").encode()
    name = "orders/bad.csv" + ".gz" * packed
    shop.write(name, gzip.compress(data) if packed else data)
    (shop.landing / "orders/good.csv").unlink()
    report = shop.load()
    assert [row[0] for row in shop.orders()] == ["1", "3", "4"]
    assert shop.rows("select _row_number from raw.shop__orders order by 1") == [(1,), (3,), (4,)]
    assert shop.quarantine() == [(name, 3, 2, reason, text)]
    assert shop.ledger(name) == [("loaded", "unreadable_lines", 4, 3, 1)]
    (message,) = messages(report, reason)
    assert message.startswith(f"{name}, line 3: ")
    assert "2025" not in message
    assert SECRET not in " ".join(map(str, report.messages))


JSON_QUARANTINED = {
    "no_json": ("{nonsense}\n", "not_json"),
    "no_object": ("[1, 2]\n", "not_an_object"),
    "not_a_number": ('{"order_key":NaN}\n', "not_json"),
    "repeated_key": ('{"order_key":"2","order_key":"3"}\n', "repeated_key"),
    "two_spellings_of_a_column": ('{"order_key":"2","Order Key":"3"}\n', "repeated_key"),
    "nul_character": ('{"order_key":"a\\u0000b"}\n', "nul"),
    "half_a_character": ('{"order_key":"\\ud83d"}\n', "not_text"),
    "too_deep": ("[" * 100_000 + "\n", "not_json"),
}


@pytest.mark.parametrize("case", JSON_QUARANTINED)
def test_a_json_row_that_cannot_be_read_is_set_aside(shop: Shop, case: str) -> None:
    bad, reason = JSON_QUARANTINED[case]
    row = '{{"order_key":"{}","ordered_at":"x"}}\n'
    shop.write("orders/bad.jsonl", row.format(1) + bad + row.format(3))
    (shop.landing / "orders/good.csv").unlink()
    report = shop.load()
    assert [each[0] for each in shop.orders()] == ["1", "3"]
    assert [each[:4] for each in shop.quarantine()] == [("orders/bad.jsonl", 2, 2, reason)]
    assert messages(report, reason)[0].startswith("orders/bad.jsonl, line 2: ")


def test_an_element_of_an_array_that_is_no_object_is_set_aside(shop: Shop) -> None:
    shop.write("orders/bad.json", '[\n{"order_key":"1","ordered_at":"x"},\n7,\n\n"text"\n]\n')
    shop.load()
    assert [row[:4] for row in shop.quarantine()] == [
        ("orders/bad.json", 3, 2, "not_an_object"),
        ("orders/bad.json", 5, 3, "not_an_object"),
    ]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_longer_than_the_limit_is_set_aside(shop: Shop, quote: str) -> None:
    long = quote + "x" * (content.MAX_ROW_BYTES + 7) + quote
    shop.write(
        "orders/bad.csv", HEADER + f"1,,2025-01-01,{long}\n2,,2025-01-01,y\n" + f"{long}\n" * 3
    )
    report = shop.load()
    assert [row[0] for row in shop.orders()] == ["2", "1"]
    assert [row[1:4] for row in shop.quarantine()] == [
        (line, row, "row_too_long") for line, row in ((2, 1), (4, 3), (5, 4), (6, 5))
    ]
    assert max(len(row[4]) for row in shop.quarantine()) < 20_000
    assert "1,048,576 are allowed" in messages(report, "row_too_long")[0]


def test_a_json_row_longer_than_the_limit_is_set_aside(shop: Shop) -> None:
    long = '{"order_key":"1","ordered_at":"' + "x" * content.MAX_ROW_BYTES + '"}\n'
    shop.write("orders/bad.jsonl", long + '{"order_key":"2","ordered_at":"x"}\n')
    shop.load()
    assert [row[1:4] for row in shop.quarantine()] == [(1, 1, "row_too_long")]


def test_a_stray_quote_does_not_swallow_the_rows_behind_it(shop: Shop) -> None:
    good = "".join(f'{n},,2025-01-01,"note {n}"\n' for n in range(3000))
    shop.write("orders/bad.csv", HEADER + 'x,,2025-01-01,"oops\n' + good)
    shop.load()
    assert shop.rows("select count(*) from raw.shop__orders where note like 'note%'") == [(3000,)]
    assert [row[1:4] for row in shop.quarantine()] == [(2, 1, "quotes")]


def test_many_unreadable_lines_are_all_kept_and_a_few_are_named(shop: Shop) -> None:
    shop.write("orders/bad.csv", HEADER + "1,,2025-01-01,\n" + "short\n" * 50)
    report = shop.load()
    assert len(shop.quarantine()) == 50
    assert len(messages(report, "ragged")) == 5
    assert "45 further rows" in messages(report, "unreadable_lines")[0]


def test_the_fast_reader_hands_over_in_the_middle_of_a_large_file(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "IN_MEMORY", 1000)
    monkeypatch.setattr(csv_files, "_ARROW_BLOCK", 4000)
    monkeypatch.setattr(csv_files, "CHUNK_ROWS", 100)
    for name, note in (("plain", "x"), ("quoted", '"x"')):
        rows = [f"{n},,2025-01-01,{note}\n" for n in range(1, 2001)]
        rows[1499] = "broken\n"
        shop.write(f"orders/{name}.csv", HEADER + "".join(rows))
    shop.load()
    for name in ("plain", "quoted"):
        file = f"orders/{name}.csv"
        assert shop.ledger(file) == [("loaded", "unreadable_lines", 2000, 1999, 1)]
        assert shop.rows(
            "select count(*) from raw.shop__orders "
            f"where _file = '{file}' and order_key = cast(_row_number as varchar)"
        ) == [(1999,)]
    assert [row[1:4] for row in shop.quarantine()] == [(1501, 1500, "ragged")] * 2


# -- columns ---------------------------------------------------------------------------------------


def test_an_unknown_column_is_named_and_not_loaded(shop: Shop) -> None:
    shop.write("orders/a.csv", "order_key,Social Security,ordered_at\n1,12-34,2025-01-01\n")
    shop.write("orders/b.jsonl", '{"order_key":"2","ordered_at":"x","shoe_size":"43"}\n')
    parquet.write_table(
        pa.table({"order_key": ["3"], "ordered_at": ["x"], "iq": [100]}),
        shop.landing / "orders/c.parquet",
    )
    report = shop.load()
    text = " ".join(messages(report, "unknown_columns"))
    for name in ("social_security", "shoe_size", "iq"):
        assert repr(name) in text
    assert "12-34" not in text
    assert shop.rows("select unknown_columns from raw._files order by file")[:3] == [
        ("social_security",),
        ("shoe_size",),
        ("iq",),
    ]
    assert shop.rows("select count(*) from raw.shop__orders") == [(4,)]


def test_a_column_name_that_looks_like_data_is_not_repeated(shop: Shop) -> None:
    shop.write("orders/a.csv", f"order_key,{SECRET},ordered_at,\n1,x,2025-01-01,\n")
    report = shop.load()
    (message,) = messages(report, "unknown_columns")
    assert "column 2" in message
    assert "column 4, without name" in message
    assert "secret" not in message
    assert "secret" not in str(shop.rows("from raw._files"))


# -- files that are not, or not yet, what they seem ------------------------------------------------


@pytest.mark.parametrize("suffix", [".part", ".tmp", ".filepart", "~"])
def test_a_file_with_a_temporary_name_waits(shop: Shop, suffix: str) -> None:
    path = shop.write("orders/new.csv" + suffix, GOOD.replace("hello", "new"))
    report = shop.load()
    assert report.feeds["orders"].files_waiting == 1
    assert "still being written" in messages(report, "temporary_name")[0]
    assert shop.ledger("orders/new.csv" + suffix) == [("waiting", "temporary_name", 0, 0, 0)]
    path.rename(shop.landing / "orders/new.csv")
    assert shop.load().feeds["orders"].files_loaded == 1
    assert shop.ledger("orders/new.csv" + suffix)[0][0] == "withdrawn"


def test_a_file_that_changes_while_it_is_read_waits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.write("orders/new.csv", HEADER + "1,,2025-01-01,\n")
    real = content.open_file

    def open_and_write_on(which: Path) -> object:
        if which == path:
            with path.open("a") as stream:
                stream.write("2,,2025-01-01,\n")
        return real(which)

    monkeypatch.setattr(content, "open_file", open_and_write_on)
    report = shop.load()
    assert shop.ledger("orders/new.csv") == [("waiting", "changing", 0, 0, 0)]
    assert "changed while it was read" in messages(report, "changing")[0]
    monkeypatch.undo()
    shop.load()
    assert ("loaded", None, 2, 2, 0) in shop.ledger("orders/new.csv")


def test_a_large_file_that_changes_while_it_is_loaded_is_rolled_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "IN_MEMORY", 1000)
    path = shop.write("orders/new.csv", HEADER + "1,,2025-01-01,\n" * 1000)
    grown: list[int] = []

    def write_on(step: object) -> None:
        if not grown and getattr(step, "rows_loaded", 0) > 1:
            grown.append(1)
            with path.open("a") as stream:
                stream.write("2,,2025-01-01,\n")

    shop.load(progress=write_on)
    assert grown
    assert shop.ledger("orders/new.csv") == [("waiting", "changing", 0, 0, 0)]
    assert shop.orders() == [ROW]
    shop.load()
    assert ("loaded", None, 1001, 1001, 0) in shop.ledger("orders/new.csv")


def test_a_file_that_grows_between_two_looks_waits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.write("orders/new.csv", HEADER)
    (shop.landing / "orders/good.csv").unlink()

    def write_on(_: float) -> None:
        path.write_text(HEADER + "1,,2025-01-01,\n")

    monkeypatch.setattr(time, "sleep", write_on)
    found = look(shop.landing, CONTRACT)
    assert loader._second_look(found.files, 3600.0) == {"orders/new.csv"}
    assert loader._second_look(look(shop.landing, CONTRACT).files, 0.0) == set()


def test_a_file_that_cannot_be_opened_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Permissions do not bind the superuser, so the operating system's answer is played.
    path = shop.write("orders/bad.csv", GOOD)
    real = os.open

    def deny(which: Path, *arguments: int) -> int:
        if which == path:
            raise PermissionError(13, "denied")
        return real(which, *arguments)

    monkeypatch.setattr(os, "open", deny)
    report = shop.load()
    assert "permissions" in assert_refused(shop, report, "orders/bad.csv", "unreadable_file")


def test_links_in_a_circle_and_pipes_are_refused_without_waiting(shop: Shop) -> None:
    folder = shop.landing / "orders"
    (folder / "circle.csv").symlink_to(folder / "circle.csv")
    (folder / "nowhere.csv").symlink_to(folder / "missing.csv")
    (folder / "up").symlink_to(shop.landing)
    (shop.landing / "loop").symlink_to(shop.landing / "loop")
    os.mkfifo(folder / "pipe.csv")
    report = shop.load()
    assert shop.ledger("orders/circle.csv") == [("refused", "unreadable_file", 0, 0, 0)]
    assert shop.ledger("orders/nowhere.csv") == [("refused", "unreadable_file", 0, 0, 0)]
    assert shop.ledger("orders/pipe.csv") == [("refused", "not_a_file", 0, 0, 0)]
    assert messages(report, "left_alone") == [
        "loop: is a link that leads nowhere or to itself; left alone",
        "orders/up/: is a folder within a feed's folder, which is flat; left alone",
    ]
    assert shop.orders() == [ROW]


def test_other_files_and_folders_are_named_and_left_alone(shop: Shop) -> None:
    shop.write("returns/a.csv", GOOD)
    shop.write("readme.txt", "hello")
    shop.write("orders.csv", GOOD)
    shop.write("orders/notes.xlsx", b"x")
    shop.write("orders/.hidden.csv", GOOD)
    shop.write("orders/2024/a.csv", GOOD)
    (shop.landing / "orders/folder.csv").mkdir()
    shop.write("_SUCCESS", "")
    report = shop.load()
    named = {
        str(message.file): (message.level, message.text.partition(" (")[0].partition(";")[0])
        for message in report.messages
        if message.code == "left_alone"
    }
    flat = "is a folder within a feed's folder, which is flat"
    assert named == {
        "_SUCCESS": ("info", "lies outside of the feeds' folders"),
        "orders.csv": ("warning", "lies outside of the feeds' folders"),
        "orders/.hidden.csv": ("info", "is a hidden file"),
        "orders/2024/": ("warning", flat),
        "orders/folder.csv/": ("warning", flat),
        "orders/notes.xlsx": ("warning", "has a name of no known format"),
        "readme.txt": ("warning", "lies outside of the feeds' folders"),
        "returns/": ("warning", "is the folder of no feed"),
    }
    assert shop.orders() == [ROW]


def test_a_name_with_a_line_end_spoils_no_message(shop: Shop) -> None:
    shop.write("orders/a\nb.csv", "")
    report = shop.load()
    assert str(report.errors[0]).startswith("orders/a\\nb.csv: is empty")


# -- manifests -------------------------------------------------------------------------------------


def manifest(**promised: object) -> str:
    return json.dumps(promised)


def test_a_manifest_that_agrees_is_accepted(shop: Shop) -> None:
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    shop.write("orders/good.csv.manifest.json", manifest(row_count=1, sha256=digest.upper()))
    report = shop.load()
    assert report.messages == []


@pytest.mark.parametrize(
    ("promised", "reason"),
    [
        (manifest(row_count=2), "manifest_mismatch"),
        (manifest(sha256="0" * 64), "manifest_mismatch"),
        (manifest(row_count="1"), "manifest_unreadable"),
        (manifest(row_count=True), "manifest_unreadable"),
        (manifest(row_count=-1), "manifest_unreadable"),
        (manifest(sha256="short"), "manifest_unreadable"),
        (manifest(rows=1), "manifest_unreadable"),
        ("[]", "manifest_unreadable"),
        ("{", "manifest_unreadable"),
    ],
)
def test_a_manifest_that_disagrees_refuses_its_file(shop: Shop, promised: str, reason: str) -> None:
    shop.write("orders/bad.csv", GOOD.replace("hello", "other"))
    shop.write("orders/bad.csv.manifest.json", promised)
    assert_refused(shop, shop.load(), "orders/bad.csv", reason)
    (shop.landing / "orders/bad.csv.manifest.json").unlink()
    shop.load()
    assert shop.ledger("orders/bad.csv") == [("loaded", None, 1, 1, 0)]


def test_a_manifest_counts_unreadable_rows_too(shop: Shop) -> None:
    shop.write("orders/a.csv", HEADER + "1,,2025-01-01,\nshort\n")
    shop.write("orders/a.csv.manifest.json", manifest(row_count=2))
    shop.load()
    assert shop.ledger("orders/a.csv") == [("loaded", "unreadable_lines", 2, 1, 1)]


def test_a_large_file_that_breaks_its_manifest_is_rolled_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "IN_MEMORY", 1000)
    shop.write("orders/bad.csv", HEADER + "1,,2025-01-01,\n" * 1000)
    shop.write("orders/bad.csv.manifest.json", manifest(row_count=999))
    report = shop.load()
    assert_refused(shop, report, "orders/bad.csv", "manifest_mismatch")
    assert report.feeds["orders"].rows_loaded == 1


def test_a_manifest_may_promise_an_empty_file(shop: Shop) -> None:
    shop.write("orders/a.csv", "")
    shop.write("orders/a.csv.manifest.json", manifest(row_count=0))
    shop.load()
    assert shop.ledger("orders/a.csv") == [("loaded", "no_rows", 0, 0, 0)]


def test_a_manifest_without_its_file_is_named(shop: Shop) -> None:
    shop.write("orders/a.csv.manifest.json", manifest(row_count=0))
    (message,) = messages(shop.load(), "manifest_without_file")
    assert message.startswith("orders/a.csv.manifest.json: ")
