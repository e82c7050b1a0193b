"""What publishing writes, keeps, refuses and survives."""

import datetime as dt
import os
import signal
import stat
import struct
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from stammkunde.publish import (
    NothingPublishedError,
    Publication,
    PublishError,
    open_marts,
    public_tables,
    publish,
)
from stammkunde.publish.serving import (
    LINK,
    OLD_LINK,
    adopt,
    current_version,
    only_publisher,
    version_file,
    versions,
)

from .publish_warehouse import build_warehouse, default_nodes, node, write_manifest

PROJECT = Path(__file__).resolve().parents[3]
PUBLIC = ["dim_customers", "fct_orders", "segment_sizes", "segments"]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a warehouse of stamp 1 and its manifest."""
    write_manifest(tmp_path / "manifest.json", default_nodes())
    build_warehouse(tmp_path / "stammkunde.duckdb", 1)
    return tmp_path


def publish_house(house: Path, wait_seconds: float = 60) -> Publication:
    return publish(
        house / "stammkunde.duckdb",
        house / "serving",
        house / "manifest.json",
        wait_seconds=wait_seconds,
    )


def published_stamp(house: Path) -> int:
    with open_marts(house / "serving") as connection:
        rows = connection.execute("select distinct stamp from marts.dim_customers").fetchall()
    (stamp,) = rows[0]
    assert isinstance(stamp, int)
    return stamp


def leftovers(house: Path) -> list[str]:
    serving = house / "serving"
    known = {serving / name for name in (LINK, OLD_LINK, ".publish.lock", "versions")}
    for version in versions(serving):
        file = version_file(serving, version)
        known |= {file.parent, file}
    return [entry.name for entry in serving.rglob("*") if entry not in known]


def test_exactly_the_public_tables_are_published_with_their_rows_and_comments(house: Path) -> None:
    publication = publish_house(house)

    assert publication.is_new
    assert publication.as_of_date == dt.date(2025, 12, 31)
    assert publication.source_run == "run-1"
    with open_marts(house / "serving") as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() order by table_name"
        ).fetchall()
        info = connection.execute(
            "select version, as_of_date, source_run from marts._publication"
        ).fetchall()
        amounts = connection.execute("select sum(amount), count(*) from marts.fct_orders")
        total, count = amounts.fetchall()[0]
        comment = connection.execute(
            "select comment from duckdb_columns() where column_name = 'amount'"
        ).fetchall()
    assert [(schema, name) for schema, name, _ in tables] == [
        ("marts", name)
        for name in ["_publication", "_publication_keys", "_publication_tables", *PUBLIC]
    ]
    assert ("marts", "dim_customers", "One row per thing of dim_customers; it's a test.") in tables
    assert comment == [("The amount.",)]
    assert info == [(publication.version, dt.date(2025, 12, 31), "run-1")]
    assert (float(total), count) == (1.25 * sum(range(200)), 200)
    assert [table.row_count for table in publication.tables] == [200, 200, 1, 1]


def test_the_file_is_read_only_linked_relatively_and_readable_by_older_clients(
    house: Path,
) -> None:
    publication = publish_house(house)

    link = house / "serving" / LINK
    assert link.readlink() == Path("versions", publication.version, "stammkunde.duckdb")
    assert link.resolve() == publication.path.resolve()
    assert stat.S_IMODE(publication.path.stat().st_mode) == 0o444
    header = publication.path.read_bytes()[:20]
    # Bytes 8 to 20: the letters DUCK and the storage number; 64 is what DuckDB 1.0 writes itself.
    assert struct.unpack("<8x4sQ", header) == (b"DUCK", 64)
    assert leftovers(house) == []


def test_nothing_new_keeps_the_current_version(house: Path) -> None:
    first = publish_house(house)
    with duckdb.connect(house / "stammkunde.duckdb") as connection:
        # The same rows in another order are the same rows.
        connection.execute(
            "create or replace table marts.dim_customers as "
            "select customer_id, stamp from marts.dim_customers order by customer_id desc"
        )
    write_manifest(house / "manifest.json", default_nodes(), run="run-2")
    second = publish_house(house)

    assert not second.is_new
    assert (second.version, second.path) == (first.version, first.path)
    assert second.tables == first.tables
    assert second.source_run == "run-1"
    assert second.published_at == first.published_at
    assert versions(house / "serving") == [first.version]


@pytest.mark.parametrize(
    "change",
    [
        "update marts.fct_orders set amount = amount + 0.01 where order_id = 'shop|7'",
        "insert into marts.dim_customers select * from marts.dim_customers limit 1",
        "update marts.dim_customers set stamp = null where customer_id = md5('3')",
        "alter table marts.fct_orders alter amount type decimal(18, 3)",
        "update conformed.as_of set as_of_date = date '2026-01-01'",
        # Two cells that trade places leave each column's own content as it was.
        """update marts.fct_orders set amount = case order_id when 'shop|7' then 10 else 8.75 end
        where order_id in ('shop|7', 'shop|8')""",
    ],
)
def test_every_change_is_a_new_version(house: Path, change: str) -> None:
    first = publish_house(house)
    with duckdb.connect(house / "stammkunde.duckdb") as connection:
        connection.execute(change)
    second = publish_house(house)
    assert second.is_new
    assert second.version > first.version


def test_one_doubled_row_for_another_is_a_new_version(house: Path) -> None:
    # Hashes that cancel each other in pairs would not see the difference.
    for customer in ("first", "second"):
        with duckdb.connect(house / "stammkunde.duckdb") as connection:
            connection.execute(
                "create or replace table marts.dim_customers as "
                f"select '{customer}' as customer_id, 1 as stamp from range(2)"
            )
        assert publish_house(house).is_new


def test_a_changed_description_is_a_new_version(house: Path) -> None:
    publish_house(house)
    nodes = default_nodes()
    nodes[0]["columns"]["stamp"]["description"] = "Said better."
    write_manifest(house / "manifest.json", nodes)
    assert publish_house(house).is_new


def test_the_last_three_versions_stay(house: Path) -> None:
    made = []
    for stamp in range(5):
        build_warehouse(house / "stammkunde.duckdb", stamp)
        made.append(publish_house(house).version)
    assert versions(house / "serving") == made[-3:]
    assert current_version(house / "serving") == made[-1]


def test_a_clock_set_back_does_not_hide_the_new_version(house: Path) -> None:
    first = publish_house(house)
    late = first.path.parent.with_name("29991231T000000000000Z")
    first.path.parent.rename(late)
    link = house / "serving" / LINK
    link.unlink()
    link.symlink_to(Path("versions", late.name, LINK))
    build_warehouse(house / "stammkunde.duckdb", 2)
    second = publish_house(house)
    assert second.version > "29991231T000000000000Z"
    assert published_stamp(house) == 2


def test_an_open_reader_keeps_its_version_and_a_new_one_gets_the_new(house: Path) -> None:
    publish_house(house)
    with open_marts(house / "serving") as old:
        for stamp in range(2, 7):
            build_warehouse(house / "stammkunde.duckdb", stamp)
            publish_house(house)
        assert published_stamp(house) == 6
        assert old.execute("select max(stamp) from marts.dim_customers").fetchall() == [(1,)]


def test_a_personal_column_is_refused_and_named(house: Path) -> None:
    personal = {"config": {"meta": {"pii": True}}}
    nodes = [*default_nodes(), node("int_secret", {"email": personal})]
    write_manifest(house / "manifest.json", nodes[:4] + nodes[-1:])
    with pytest.raises(PublishError, match=r"int_secret\.email"):
        publish_house(house)
    assert not (house / "serving" / LINK).exists()


def test_a_column_nobody_described_is_refused(house: Path) -> None:
    publish_house(house)
    with duckdb.connect(house / "stammkunde.duckdb") as connection:
        connection.execute("alter table marts.dim_customers add column email varchar")
    with pytest.raises(PublishError, match=r"does not describe.*email"):
        publish_house(house)
    assert published_stamp(house) == 1


def test_a_missing_mart_is_named_and_the_old_version_stays(house: Path) -> None:
    first = publish_house(house)
    with duckdb.connect(house / "stammkunde.duckdb") as connection:
        connection.execute("drop table marts.fct_orders")
    with pytest.raises(PublishError, match=r"marts\.fct_orders is missing"):
        publish_house(house)
    assert current_version(house / "serving") == first.version
    assert leftovers(house) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        ("{", "no manifest"),
        ('{"nodes": {}}', "declares no model public"),
        ("[]", "no manifest"),
    ],
)
def test_a_bad_manifest_is_refused(house: Path, content: str | None, message: str) -> None:
    manifest = house / "manifest.json"
    manifest.unlink()
    if content is not None:
        manifest.write_text(content, encoding="utf-8")
    with pytest.raises(PublishError, match=message):
        publish_house(house)


def test_two_tables_of_one_name_and_ephemeral_models_are_refused(tmp_path: Path) -> None:
    twins = [
        node("dim_customers", {"customer_id": {}}),
        node("dim_customers", {"customer_id": {}}, unique_id="model.other.dim_customers"),
    ]
    with pytest.raises(PublishError, match=r"model\.other\.dim_customers"):
        public_tables(write_manifest(tmp_path / "twins.json", twins))
    ephemeral = node("dim_customers", {}, config={"materialized": "ephemeral"})
    with pytest.raises(PublishError, match="ephemeral"):
        public_tables(write_manifest(tmp_path / "ephemeral.json", [ephemeral]))


def test_a_missing_or_broken_warehouse_is_refused(house: Path) -> None:
    warehouse = house / "stammkunde.duckdb"
    warehouse.write_bytes(b"no database")
    with pytest.raises(PublishError, match="cannot be read"):
        publish_house(house)
    warehouse.unlink()
    with pytest.raises(PublishError, match="run the pipeline first"):
        publish_house(house)


WRITER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("writing", flush=True)
sys.stdin.read()
"""


def test_a_warehouse_that_a_run_is_writing_to_is_refused(house: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(house / "stammkunde.duckdb")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        with pytest.raises(PublishError, match="a run is writing to it"):
            publish_house(house)
        writer.communicate("")
    assert publish_house(house).is_new


def test_a_file_of_the_users_own_is_not_overwritten(house: Path) -> None:
    (house / "serving").mkdir()
    (house / "serving" / LINK).write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match="move it away"):
        publish_house(house)
    assert (house / "serving" / LINK).read_text(encoding="utf-8") == "mine"


def test_the_old_name_of_the_link_leads_to_the_newest_version(house: Path) -> None:
    for stamp in (1, 2):
        build_warehouse(house / "stammkunde.duckdb", stamp)
        publish_house(house)
        with duckdb.connect(house / "serving" / OLD_LINK, read_only=True) as connection:
            rows = connection.execute("select max(stamp) from marts.dim_customers").fetchall()
        assert rows == [(stamp,)]


def test_a_file_of_the_users_own_under_the_old_name_stays(house: Path) -> None:
    (house / "serving").mkdir()
    (house / "serving" / OLD_LINK).write_text("mine", encoding="utf-8")
    assert publish_house(house).is_new
    assert (house / "serving" / OLD_LINK).read_text(encoding="utf-8") == "mine"


def old_layout(house: Path) -> list[str]:
    """Three published versions, laid out as release 0.1 did."""
    serving = house / "serving"
    for stamp in (1, 2, 3):
        build_warehouse(house / "stammkunde.duckdb", stamp)
        publish_house(house)
    found = versions(serving)
    for version in found:
        file = version_file(serving, version)
        file.rename(serving / f"marts-{version}.duckdb")
        file.parent.rmdir()
    (serving / "versions").rmdir()
    for link in (LINK, OLD_LINK):
        (serving / link).unlink()
    (serving / OLD_LINK).symlink_to(f"marts-{found[-1]}.duckdb")
    return found


def test_the_files_of_the_release_before_are_taken_over(house: Path) -> None:
    found = old_layout(house)
    serving = house / "serving"
    adopt(serving)
    assert versions(serving) == found
    assert current_version(serving) == found[-1]
    assert published_stamp(house) == 3
    assert (serving / OLD_LINK).readlink() == Path(LINK)
    assert leftovers(house) == []
    assert not publish_house(house).is_new


ADOPTED = """
import os, signal, sys
from pathlib import Path
import duckdb
from stammkunde.publish.serving import adopt
serving, kill_at = Path(sys.argv[1]), int(sys.argv[2])
seen = 0
def watch(event, arguments):
    global seen
    if event in ("os.rename", "os.remove", "os.symlink", "os.rmdir", "os.link", "os.mkdir"):
        seen += 1
        assert (serving / "marts.duckdb").resolve().is_file(), f"torn before {event} {arguments}"
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
adopt(serving)
print(seen)
"""


def test_taking_over_never_tears_the_link_and_can_be_killed(house: Path) -> None:
    found = old_layout(house)
    serving = house / "serving"
    for kill_at in range(1, 30):
        result = subprocess.run(
            [sys.executable, "-c", ADOPTED, str(serving), str(kill_at)],
            env={"PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode == 0:
            break
        assert result.returncode == -signal.SIGKILL, result.stderr
    assert result.returncode == 0
    assert versions(serving) == found
    assert published_stamp(house) == 3
    assert leftovers(house) == []


def test_an_unreadable_current_version_is_replaced(house: Path) -> None:
    first = publish_house(house)
    first.path.chmod(0o644)
    first.path.write_bytes(b"torn")
    assert publish_house(house).is_new
    assert published_stamp(house) == 1


def test_without_a_publication_reading_says_so(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError):
        open_marts(tmp_path)
    (tmp_path / LINK).symlink_to(f"versions/20250101T000000000000Z/{LINK}")
    with pytest.raises(NothingPublishedError, match="missing"):
        open_marts(tmp_path)


def test_two_publishes_at_once_do_not_harm_each_other(house: Path) -> None:
    results: list[Publication] = []
    threads = [
        threading.Thread(target=lambda: results.append(publish_house(house))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.is_new for result in results) == [False, False, False, True]
    assert {result.version for result in results} == {current_version(house / "serving")}
    assert leftovers(house) == []


def test_a_publisher_that_waits_too_long_says_who_works(house: Path) -> None:
    (house / "serving").mkdir()
    with (
        only_publisher(house / "serving", 0),
        pytest.raises(PublishError, match=f"process {os.getpid()}"),
    ):
        publish_house(house, wait_seconds=0.1)
    assert publish_house(house).is_new


WATCHED = """
import sys
from pathlib import Path
from stammkunde.publish import publish
from stammkunde.publish.serving import current_version
house = Path(sys.argv[1])
seen = []
def watch(event, arguments):
    if event in ("os.rename", "os.remove", "os.symlink", "os.rmdir", "os.chmod"):
        assert current_version(house / "serving"), f"no current version before {event} {arguments}"
        seen.append(event)
sys.addaudithook(watch)
publish(house / "stammkunde.duckdb", house / "serving", house / "manifest.json")
assert seen.count("os.rename") == 2, seen
"""


def test_between_any_two_file_operations_the_link_names_a_whole_version(house: Path) -> None:
    for stamp in range(4):
        build_warehouse(house / "stammkunde.duckdb", stamp)
        publish_house(house)
    build_warehouse(house / "stammkunde.duckdb", 9)
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, str(house)],
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert published_stamp(house) == 9


KILLED = """
import os, signal, sys
from pathlib import Path
from stammkunde.publish import publish
house, step = Path(sys.argv[1]), sys.argv[2]
def kill(what, done, total):
    if what == step:
        os.kill(os.getpid(), signal.SIGKILL)
publish(house / "stammkunde.duckdb", house / "serving", house / "manifest.json", progress=kill)
"""


@pytest.mark.parametrize(
    ("step", "stamp_after"),
    [
        ("compare fct_orders", 1),
        ("copy dim_customers", 1),
        ("copy segments", 1),
        ("seal", 1),
        ("name", 1),
        ("swap", 1),
        ("published", 2),
    ],
)
def test_killed_at_any_step_a_whole_version_stays_and_the_next_publish_cleans_up(
    house: Path, step: str, stamp_after: int
) -> None:
    publish_house(house)
    build_warehouse(house / "stammkunde.duckdb", 2)
    result = subprocess.run(
        [sys.executable, "-c", KILLED, str(house), step],
        env={"PYTHONPATH": str(PROJECT)},
        check=False,
    )
    assert result.returncode == -signal.SIGKILL
    assert published_stamp(house) == stamp_after

    publication = publish_house(house)
    assert publication.is_new == (stamp_after == 1)
    assert published_stamp(house) == 2
    assert len(versions(house / "serving")) == 2
    assert leftovers(house) == []


FULL = """
import resource, sys
from pathlib import Path
from stammkunde.publish import publish, PublishError
house = Path(sys.argv[1])
# No file may grow beyond this: a write fails as it does on a full disk.
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    publish(house / "stammkunde.duckdb", house / "serving", house / "manifest.json")
except PublishError as error:
    print(error)
    sys.exit(3)
"""


def test_when_the_disk_is_full_the_old_version_stays(house: Path) -> None:
    first = publish_house(house)
    build_warehouse(house / "stammkunde.duckdb", 2, rows=200_000)
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(house)],
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 3, result.stderr
    assert "failed" in result.stdout
    assert current_version(house / "serving") == first.version
    assert published_stamp(house) == 1
    assert leftovers(house) == []


def test_progress_counts_to_its_end(house: Path) -> None:
    told: list[tuple[str, int, int]] = []
    publish(
        house / "stammkunde.duckdb",
        house / "serving",
        house / "manifest.json",
        dt.date(2025, 6, 30),
        lambda *step: told.append(step),
    )
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1] == ("published", 11, 11)
