"""The checks on many simulated days: they find the planted faults and let clean days pass."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from stammkunde.quality import Rule, read_rules

from .quality_bench import Bench

Counts = npt.NDArray[np.int64]

REPLICATES = 300
DAYS = 70

# A shop with a growing share of app users, a weekly rhythm and a slow rise.
DEVICES = ["mobile", "desktop", "tablet"]
WEEKDAY = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.2, 1.15])


def rule_of(check_id: str, feed: str, subject: str = "") -> Rule:
    return next(rule for rule in read_rules() if rule.concerns(check_id, feed, subject))


def simulate(
    seed: int,
    events_a_day: float,
    session_length: int,
    weekend_shift: float = 0.0,
    day_spread: float = 0.0,
) -> Counts:
    """Events per replicate, day (the last is under test) and device; sessions come whole.

    With `day_spread`, days differ by themselves: weather, campaigns (coefficient of variation).
    """
    random = np.random.default_rng(seed)
    day = np.arange(DAYS)
    sessions = events_a_day / session_length * WEEKDAY[day % 7] * (1 + 0.001 * day)
    mobile = np.where(day % 7 >= 5, 0.49 + weekend_shift, 0.49)
    shares = np.stack([mobile, 0.92 - mobile, np.full(DAYS, 0.08)], axis=1)
    expected = np.broadcast_to(sessions[:, None] * shares, (REPLICATES, DAYS, len(DEVICES)))
    if day_spread:
        shape = day_spread**-2
        expected = expected * random.gamma(shape, 1 / shape, size=(REPLICATES, DAYS, 1))
    return random.poisson(expected) * session_length


def lose(counts: Counts, share: float, devices: list[str], seed: int = 0) -> Counts:
    """The same, with a share of the last day's events of some devices lost, one by one."""
    random = np.random.default_rng(seed)
    lossy = counts.copy()
    for device in devices:
        place = DEVICES.index(device)
        lossy[:, -1, place] -= random.binomial(lossy[:, -1, place], share)
    return lossy


def fill(bench: Bench, counts: Counts) -> None:
    """Writes the daily tables that the checks read, a replicate as a source of its own."""
    replicate, day, device = np.indices(counts.shape).reshape(3, -1)
    frame = pd.DataFrame(
        {
            "source_system": np.char.add("s", replicate.astype(str)),
            "day": day,
            "dimension_value": np.array(DEVICES)[device],
            "row_count": counts.ravel(),
        }
    )
    with bench.connect() as connection:
        connection.register("frame", frame)
        connection.execute("delete from quality.quality_enabled_feeds")
        connection.execute(
            "insert into quality.quality_enabled_feeds "
            "select distinct source_system, 'events' from frame"
        )
        connection.execute(
            "create or replace table quality.quality_daily_mix as select source_system, "
            "'events' as feed, 'device_type' as subject, dimension_value, "
            f"date '2025-12-31' - ({DAYS - 1} - day)::int as record_date, row_count from frame "
            "where row_count > 0"
        )
        connection.execute(
            "create or replace table quality.quality_daily_counts as select source_system, feed, "
            "record_date, sum(row_count) as row_count, record_date::timestamp as newest_at "
            "from quality.quality_daily_mix group by all"
        )


def red_share(
    bench: Bench, model: str, check_id: str, subject: str = "", *, small_days: bool = False
) -> float:
    """Share of the replicates in which the check fails.

    With `small_days`, some may have too few rows to be judged.
    """
    if model == "quality_event_mix":
        bench.build("quality_mix_days", "quality_mix_cells", "quality_mix_dispersions")
    bench.build(model)
    rule = rule_of(check_id, "events", subject)
    with bench.connect() as connection:
        rows = connection.execute(
            "select count(*), count(*) filter (where statistic is null or isnan(statistic)), "
            "count(*) filter (where statistic >= ? and effect >= ?) "
            f"from quality.{model} where subject = ? and check_id = ?",
            [rule.threshold, rule.effect_threshold, subject, check_id],
        ).fetchall()
    total, unknown, red = rows[0]
    assert total == REPLICATES
    assert unknown == 0 or small_days
    return float(red / total)


@pytest.mark.parametrize(
    ("events_a_day", "session_length", "weekend_shift"),
    [(1200, 1, 0.0), (1200, 5, 0.0), (20000, 5, 0.0), (20000, 5, 0.1)],
    ids=["single events", "sessions", "a large shop", "other devices at weekends"],
)
def test_clean_days_pass(
    bench: Bench, events_a_day: float, session_length: int, weekend_shift: float
) -> None:
    fill(bench, simulate(1, events_a_day, session_length, weekend_shift))
    assert red_share(bench, "quality_event_mix", "B1", "device_type") <= 0.01


# Events a day; how many come at once; how far days differ by themselves; share of clean days on
# which the check may alarm (docs/scenarios/quality.md states it). Eight days give a rough spread:
# where rows do not come one by one, the check is wrong a little more often.
CLEAN_DAYS = [
    (16, 1, 0.0, 0.005),
    (60, 1, 0.0, 0.005),
    (300, 1, 0.0, 0.005),
    (1200, 1, 0.0, 0.005),
    (60, 5, 0.0, 0.02),
    (1200, 5, 0.0, 0.02),
    (20000, 5, 0.0, 0.005),
    (300, 1, 0.1, 0.02),
    (1200, 1, 0.1, 0.03),
    (1200, 1, 0.2, 0.03),
]


@pytest.mark.parametrize(("events_a_day", "session_length", "day_spread", "limit"), CLEAN_DAYS)
def test_clean_days_lack_no_volume(
    bench: Bench, events_a_day: float, session_length: int, day_spread: float, limit: float
) -> None:
    fill(bench, simulate(6, events_a_day, session_length, day_spread=day_spread))
    assert red_share(bench, "quality_daily_volume", "F2", small_days=True) <= limit


@pytest.mark.parametrize(
    ("events_a_day", "lost"), [(60, 0.8), (120, 0.6), (300, 0.42), (1200, 0.25)]
)
def test_a_lost_volume_is_found(bench: Bench, events_a_day: float, lost: float) -> None:
    fill(bench, lose(simulate(7, events_a_day, 1), lost, DEVICES))
    assert red_share(bench, "quality_daily_volume", "F2", small_days=True) >= 0.95


@pytest.mark.parametrize("weeks", [[], [1], [1, 5], [1, 2, 3, 4]], ids=str)
def test_a_peak_is_a_surge_and_no_loss_and_does_not_blind_the_weeks_after(
    bench: Bench, weeks: list[int]
) -> None:
    """Peaks so many weeks ago; first the day after them is clean, then a peak, then a loss."""
    counts = simulate(8, 300, 1)
    for week in weeks:
        counts[:, -1 - 7 * week] *= 4
    fill(bench, counts)
    assert red_share(bench, "quality_daily_volume", "F2") <= 0.01
    assert red_share(bench, "quality_daily_volume", "F7") <= 0.01
    if len(weeks) < 4:  # four sales in eight weeks: nobody knows what is usual
        peak = counts.copy()
        peak[:, -1] *= 4
        fill(bench, peak)
        assert red_share(bench, "quality_daily_volume", "F2") == 0
        assert red_share(bench, "quality_daily_volume", "F7") >= 0.95
        fill(bench, lose(counts, 0.6, DEVICES))
        assert red_share(bench, "quality_daily_volume", "F2") >= 0.95


@pytest.mark.parametrize(
    ("events_a_day", "session_length"), [(1200, 1), (20000, 5)], ids=["demo", "a large shop"]
)
def test_a_lost_part_of_the_mobile_events_is_found(
    bench: Bench, events_a_day: float, session_length: int
) -> None:
    fill(bench, lose(simulate(2, events_a_day, session_length), 0.3, ["mobile"]))
    assert red_share(bench, "quality_event_mix", "B1", "device_type") >= 0.95


def test_a_lost_part_of_all_events_is_found_by_volume_and_not_by_mix(bench: Bench) -> None:
    fill(bench, lose(simulate(3, 1200, 1), 0.3, DEVICES))
    assert red_share(bench, "quality_daily_volume", "F2") >= 0.95
    assert red_share(bench, "quality_event_mix", "B1", "device_type") <= 0.01


def test_an_old_incident_in_the_baseline_does_not_blind_the_checks(bench: Bench) -> None:
    counts = lose(simulate(4, 1600, 1), 0.3, ["mobile"])
    counts[:, -8, 0] = counts[:, -8, 0] * 7 // 10  # the same incident a week before
    fill(bench, counts)
    assert red_share(bench, "quality_event_mix", "B1", "device_type") >= 0.95


def test_the_day_after_an_incident_passes(bench: Bench) -> None:
    counts = simulate(5, 1200, 1)
    counts[:, -2, 0] //= 10
    counts[:, -8, :] = 0
    fill(bench, counts)
    assert red_share(bench, "quality_event_mix", "B1", "device_type") <= 0.01
    assert red_share(bench, "quality_daily_volume", "F2") <= 0.01
