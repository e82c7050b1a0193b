"""From planted faults to verdicts, and from verdicts to their record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from stammkunde.quality import Rule, Verdict, evaluate, gates, latest_verdicts, read_rules, record
from stammkunde.quality.statistics import Statistic

from .quality_bench import AS_OF, Bench

EVENTS_A_DAY = {"mobile": 600, "desktop": 500, "tablet": 100}
ORDERS_A_DAY = 400


def fill_shop(bench: Bench) -> None:
    """Seventy whole days of one shop: events and orders, everything accepted."""
    bench.enable(("shop", "events"), ("shop", "orders"))
    values = ", ".join(f"('{device}', {count})" for device, count in EVENTS_A_DAY.items())
    with bench.connect() as connection:
        connection.execute(
            "insert into conformed.events by name select 'shop' as source_system, "
            "device || day || '-' || number as event_key, moment as occurred_at, "
            "moment + interval 5 second as received_at, device as device_type, "
            "'web' as platform, 'DE' as country, 'c' || number % 100 as user_key from ("
            "select device, day, number, date '2025-12-31' - day::int + "
            "to_seconds(number * 80000 // amount) as moment "
            f"from range(70) as days(day), (values {values}) as devices(device, amount), "
            "range(600) as numbers(number) where number < amount)"
        )
        connection.execute(
            "insert into conformed.orders by name select 'shop' as source_system, "
            "day || '-' || number as order_key, "
            "date '2025-12-31' - day::int + to_seconds(number * 200) as ordered_at, "
            "'c' || number % 100 as contact_key "
            f"from range(70) as days(day), range({ORDERS_A_DAY}) as numbers(number)"
        )
        connection.execute(
            "insert into conformed.contacts select 'shop', 'c' || number, null "
            "from range(100) as numbers(number)"
        )


def count_rows(bench: Bench) -> None:
    """What staging would have counted had it accepted every row."""
    with bench.connect() as connection:
        for feed, moment in (("events", "occurred_at"), ("orders", "ordered_at")):
            connection.execute(
                "insert into quality.quality_row_counts select source_system, ?, "
                f"{moment}::date, count(*), count(*), 0, 0, 0, 0, 0 "
                f"from conformed.{feed} group by all",
                [feed],
            )
            connection.execute(
                "insert into quality.quality_staged_counts select source_system, ?, count(*) "
                f"from conformed.{feed} group by all",
                [feed],
            )


def change(bench: Bench, *statements: str) -> None:
    with bench.connect() as connection:
        for statement in statements:
            connection.execute(statement)


def reject(feed: str, reason: str, rows: int) -> list[str]:
    """Statements that turn accepted rows of the day into rejected ones."""
    return [
        f"insert into quality.quality_rejection_counts values "
        f"('shop', '{feed}', date '2025-12-31', '{reason}', {rows})",
        f"update quality.quality_row_counts set rows_in = rows_in + {rows}, "
        f"rows_rejected = {rows} where feed = '{feed}' and record_date = date '2025-12-31'",
    ]


SHUT_ON_SUNDAYS = [
    "delete from conformed.events where dayofweek(occurred_at) = 0",
    "delete from conformed.orders where dayofweek(ordered_at) = 0",
]


def judge_on(day: date) -> list[str]:
    """Statements that make it the day of the run."""
    return [f"update conformed.as_of set as_of_date = '{day}', as_of_end = date '{day}' + 1"]


FAULTS = {
    "clean": ([], []),
    "30 % of the mobile events lost": (
        [
            "delete from conformed.events where device_type = 'mobile' "
            "and occurred_at >= date '2025-12-31' and hash(event_key) % 10 < 3"
        ],
        [],
    ),
    "30 % of all events lost": (
        [
            "delete from conformed.events where occurred_at >= date '2025-12-31' "
            "and hash(event_key) % 10 < 3"
        ],
        [],
    ),
    "events stop": (["delete from conformed.events where received_at >= date '2025-12-30'"], []),
    "events twice": ([], reject("events", "duplicate_key", 180)),
    "currencies empty": ([], reject("orders", "missing:currency", 8)),
    "keys of orders shortened": ([], reject("orders", "shortened:order_key", 40)),
    "keys of contacts shortened": (
        [],
        ["insert into quality.quality_rejection_counts values ('shop', 'orders', "
         "date '2025-11-01', 'emptied:shortened:contact_key', 40)"],
    ),
    "one key for many orders": (
        [],
        ["update quality.quality_row_counts set rows_colliding = 300 "
         "where feed = 'orders' and record_date < date '2025-11-01'"],
    ),
    "users of another source": (
        ["update conformed.events set user_key = 'u' || user_key "
         "where hash(user_key) % 10 < 4"],
        [],
    ),
    "a lossy join": (
        [],
        ["update quality.quality_row_counts set rows_accepted = rows_accepted - 5 "
         "where feed = 'orders' and record_date = date '2025-12-31'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "red"),
    [
        ("clean", set()),
        ("30 % of the mobile events lost", {"B1 events device_type", "F2 events"}),
        ("30 % of all events lost", {"F2 events"}),
        ("events stop", {"F1 events", "F2 events"}),
        ("events twice", {"R2 events"}),
        ("currencies empty", {"C1 orders"}),
        ("keys of orders shortened", {"C1 orders", "K1 orders"}),
        ("keys of contacts shortened", {"K1 orders"}),
        ("one key for many orders", {"K2 orders"}),
        ("a lossy join", {"R4 orders"}),
    ],
)
def test_a_planted_fault_turns_its_check_red(bench: Bench, fault: str, red: set[str]) -> None:
    landed, staged = FAULTS[fault]
    fill_shop(bench)
    change(bench, *landed)
    count_rows(bench)
    change(bench, *staged)
    bench.build()

    verdicts = evaluate(bench.path)

    assert not [verdict for verdict in verdicts if verdict.status == "errored"]
    failed = {
        f"{verdict.check_id} {verdict.feed} {verdict.subject}".strip()
        for verdict in verdicts
        if verdict.status == "failed"
    }
    # 15 % of a day's volume gone with the mobile events: F2 sees it at this steady volume
    assert failed == red
    assert any(verdict.blocks for verdict in verdicts) == bool(red)


@pytest.mark.parametrize("day", [date(2026, 5, 31), date(2026, 6, 3)], ids=["Sunday", "Wednesday"])
@pytest.mark.parametrize("shut_on_sundays", [False, True])
def test_a_run_on_dead_data_is_red_on_any_day(
    bench: Bench, day: date, shut_on_sundays: bool
) -> None:
    fill_shop(bench)
    if shut_on_sundays:
        change(bench, *SHUT_ON_SUNDAYS)
    change(bench, *judge_on(day))
    count_rows(bench)
    bench.build()
    failed = [v for v in evaluate(bench.path, published=AS_OF) if v.status == "failed"]
    assert {(v.check_id, v.feed) for v in failed} == {("F1", "events"), ("F1", "orders")}
    assert all(v.blocks and "silent since 2025-12-31" in v.message for v in failed)
    assert all("marts stay at 2025-12-31" in v.message for v in failed)


def test_a_shop_that_is_shut_on_sundays_is_green_on_a_sunday(bench: Bench) -> None:
    fill_shop(bench)
    sunday = date(2025, 12, 28)
    change(bench, *SHUT_ON_SUNDAYS, *judge_on(sunday))
    for feed, moment in (("events", "occurred_at"), ("orders", "ordered_at")):
        change(bench, f"delete from conformed.{feed} where {moment} >= date '{sunday}'")
    count_rows(bench)
    bench.build()
    assert not [v for v in evaluate(bench.path) if v.status in ("failed", "errored")]


def test_keys_that_meet_no_contact_are_said_with_the_remedy(bench: Bench) -> None:
    fill_shop(bench)
    change(bench, *FAULTS["users of another source"][0])
    count_rows(bench)
    bench.build()
    failed = [verdict for verdict in evaluate(bench.path) if verdict.status == "failed"]
    assert [f"{verdict.check_id} {verdict.feed}" for verdict in failed] == ["K3 events"]
    assert "contact keys of 7 days are those of no contact record of shop" in failed[0].message
    assert "key_scopes" in failed[0].message
    assert not failed[0].blocks


def test_the_message_says_what_is_missing_and_what_to_do(bench: Bench) -> None:
    fill_shop(bench)
    change(bench, *FAULTS["30 % of the mobile events lost"][0])
    count_rows(bench)
    bench.build()
    verdicts = evaluate(bench.path, published=date(2025, 12, 30))
    (message,) = [v.message for v in verdicts if v.check_id == "B1" and v.status == "failed"]
    assert "mobile rows missing on 2025-12-31" in message
    assert "about 600 expected" in message
    assert "marts stay at 2025-12-30" in message
    assert "What to do: look at the tracker" in message


def test_a_cold_start_is_not_evaluated_and_blocks_nothing(bench: Bench) -> None:
    fill_shop(bench)
    change(
        bench,
        "delete from conformed.events where occurred_at < date '2025-12-20'",
        "delete from conformed.orders where ordered_at < date '2025-12-20'",
    )
    count_rows(bench)
    bench.build()
    verdicts = [v for v in evaluate(bench.path) if v.source_system]
    assert {v.status for v in verdicts if v.check_id in ("F1", "F2", "B1")} == {"not evaluated"}
    assert {v.status for v in verdicts if v.check_id in ("R4", "R2", "C1")} == {"passed"}
    assert not any(verdict.blocks for verdict in verdicts)


def test_every_rule_has_a_verdict_and_a_feed_that_nobody_gives_is_not_evaluated(
    bench: Bench,
) -> None:
    fill_shop(bench)
    count_rows(bench)
    bench.build()
    verdicts = evaluate(bench.path)
    keys = {(v.check_id, v.feed) for v in verdicts}
    assert keys == {(rule.check_id, rule.feed) for rule in read_rules()}
    (messages,) = [v for v in verdicts if (v.check_id, v.feed) == ("R4", "messages")]
    assert messages.status == "not evaluated"
    assert "no enabled source" in messages.message


def test_the_loaders_ledger_is_held_against_raw(bench: Bench) -> None:
    fill_shop(bench)
    count_rows(bench)
    bench.build()
    change(
        bench,
        "create schema raw",
        "create table raw.shop__orders as select 1 from range(97)",
        "create table raw._files as select 'shop' as source, 'orders' as feed, "
        "'loaded' as status, 101 as rows_read, 98 as rows_loaded, 2 as rows_unreadable, "
        "1 as rows_erased",
    )
    (ledger,) = [v for v in evaluate(bench.path) if v.subject == "files to raw"]
    assert (ledger.status, ledger.statistic, ledger.blocks) == ("failed", 1.0, True)
    change(bench, "insert into raw.shop__orders values (1)")
    (ledger,) = [v for v in evaluate(bench.path) if v.subject == "files to raw"]
    assert ledger.status == "passed"
    change(bench, "drop table raw.shop__orders")
    assert {v.status for v in evaluate(bench.path)} == {"errored"}


def test_what_cannot_be_read_is_errored_and_blocks(tmp_path: Path, bench: Bench) -> None:
    missing = evaluate(tmp_path / "nowhere.duckdb")
    unbuilt = evaluate(bench.path)
    for verdicts in (missing, unbuilt):
        assert len(verdicts) == len(read_rules())
        assert {v.status for v in verdicts} == {"errored"}
        assert all(v.blocks for v in verdicts)
        assert not any(str(tmp_path) in v.message for v in verdicts)
    assert "build it first" in missing[0].message


def test_statistics_of_another_day_are_no_verdict_on_this_one(bench: Bench) -> None:
    fill_shop(bench)
    count_rows(bench)
    bench.build()
    verdicts = evaluate(bench.path, as_of=AS_OF + timedelta(1))
    assert {v.status for v in verdicts} == {"errored"}
    assert "no statistics for 2026-01-01" in verdicts[0].message


def test_a_rule_without_a_statistic_is_errored(bench: Bench) -> None:
    fill_shop(bench)
    count_rows(bench)
    bench.build()
    unknown = replace(rule_of("B1", "events", "platform"), subject="region")
    (verdict,) = evaluate(bench.path, rules=[unknown])
    assert verdict.status == "errored"
    assert "no statistic for this rule" in verdict.message


def rule_of(check_id: str, feed: str, subject: str = "") -> Rule:
    return next(rule for rule in read_rules() if rule.concerns(check_id, feed, subject))


def measured(rule: Rule, statistic: float | None, effect: float | None = None) -> Statistic:
    return Statistic(
        rule.check_id, "shop", rule.feed, rule.subject, statistic, effect, 1000, None, "so"
    )


NAN = float("nan")


@pytest.mark.parametrize(
    ("rule", "statistic", "effect", "status"),
    [
        (rule_of("F1", "orders"), 24.0, 400, "passed"),
        (rule_of("F1", "orders"), 24.1, 7, "failed"),
        (rule_of("F1", "orders"), 240.0, 6.9, "passed"),
        (rule_of("F2", "orders"), 3.49, 0.5, "passed"),
        (rule_of("F2", "orders"), 3.5, 0.5, "failed"),
        (rule_of("F2", "orders"), 99.0, 0.09, "passed"),
        (rule_of("C1", "orders"), 0.995, 5, "passed"),
        (rule_of("C1", "orders"), 0.994, 5, "failed"),
        (rule_of("C1", "orders"), 0.98, 1, "passed"),
        (rule_of("R4", "orders"), 1.0, None, "failed"),
        (rule_of("F1", "orders"), None, 9, "errored"),
        (rule_of("F1", "orders"), NAN, 9, "errored"),
        (rule_of("F1", "orders"), float("inf"), 9, "errored"),
        (rule_of("C1", "orders"), 0.5, None, "errored"),
        (rule_of("C1", "orders"), 0.5, NAN, "errored"),
    ],
)
def test_limits(rule: Rule, statistic: float | None, effect: float | None, status: str) -> None:
    failing, broken = gates.judge([(rule, measured(rule, statistic, effect))])
    found = "errored" if 0 in broken else "failed" if 0 in failing else "passed"
    assert found == status


def test_an_exception_within_an_expectation_is_no_plain_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = rule_of("F1", "orders")
    frame, rules = gates._frame([(rule, measured(rule, 1.0))])
    monkeypatch.setattr(gates, "_frame", lambda _: (frame.assign(statistic="a text"), rules))
    failing, broken = gates.judge([(rule, measured(rule, 1.0))])
    assert not failing
    assert list(broken) == [0]


def test_an_exception_of_great_expectations_is_errored(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_shop(bench)
    count_rows(bench)
    bench.build()

    def refuse(*_: object) -> None:
        raise RuntimeError("no suite today")

    monkeypatch.setattr(gates, "_validate", refuse)
    errored = [v for v in evaluate(bench.path) if v.status == "errored"]
    assert errored
    assert all("no suite today" in v.message and v.blocks for v in errored)


def test_a_wrong_rule_is_named_with_its_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    header = "check_id,feed,subject,check_name,severity,fails_when,threshold,effect_threshold,"
    rules.write_text(f"{header}guards,remedy\nF1,orders,,f,loud,above,24,,orders,x\n")
    with pytest.raises(ValueError, match=r"rules.csv, line 2: severity is 'loud'"):
        read_rules(rules)
    row = "F1,orders,,f,warn,above,24,,orders,x\n"
    rules.write_text(f"{header}guards,remedy\n{row}{row}")
    with pytest.raises(ValueError, match=r"line 3: .* twice"):
        read_rules(rules)


def verdict_of(status: str, day: date) -> Verdict:
    return Verdict(
        check_id="F1",
        source_system="shop",
        feed="orders",
        subject="",
        status=status,  # type: ignore[arg-type]
        severity="error",
        as_of_date=day,
        statistic=1.5,
        threshold=24.0,
        effect=None,
        effect_threshold=None,
        sample_size=8,
        message="words",
        guards="orders",
    )


def test_verdicts_are_recorded_and_say_since_when(tmp_path: Path) -> None:
    warehouse = tmp_path / "stammkunde.duckdb"
    assert latest_verdicts(warehouse) == []
    with duckdb.connect(str(warehouse)):
        pass
    assert latest_verdicts(warehouse) == []
    days = [date(2025, 12, day) for day in (1, 2, 3, 4)]
    for number, (day, status) in enumerate(
        zip(days, ["failed", "passed", "failed", "failed"], strict=True)
    ):
        moment = datetime(2026, 1, 1, 6, number, tzinfo=UTC)
        for _ in range(2):  # recorded again, it stands there once
            record(warehouse, [verdict_of(status, day)], f"run-{number}", moment)
    (latest,) = latest_verdicts(warehouse)
    expected = replace(verdict_of("failed", days[3]), since=days[2], run_id="run-3")
    assert latest == expected
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = connection.execute("select count(*) from quality.gate_verdicts").fetchall()
    assert counted == [(4,)]
