"""The gates: verdicts about the collection as asset checks that block everything downstream."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from orchestration.defs.day import settings_of_run
from stammkunde import progress
from stammkunde.engines import Engine
from stammkunde.paths import Home
from stammkunde.publish import published_day
from stammkunde.quality import Rule, Verdict, evaluate, read_rules, record
from stammkunde.settings import Settings

# A check of Dagster: the conformed feed that it guards, and its name.
CheckKey = tuple[str, str]


def check_key(check_id: str, subject: str, guards: str) -> CheckKey:
    """The check that a rule or a verdict belongs to: one an id, guarded feed and named subject."""
    return guards, f"{check_id}_{subject}" if subject else check_id


def check_specs(rules: Iterable[Rule]) -> list[dg.AssetCheckSpec]:
    """One check a rule, on the conformed feed that it guards.

    All of them may block, since a rule that only warns blocks when it could not be asked; the
    severity of the result decides.
    """
    return [
        dg.AssetCheckSpec(
            name=check_key(rule.check_id, rule.subject, rule.guards)[1],
            asset=dg.AssetKey(["conformed", rule.guards]),
            description=f"{rule.check_id} {rule.name}, {rule.feed}",
            blocking=True,
        )
        for rule in rules
    ]


def verdicts_by_check(
    rules: Sequence[Rule], verdicts: Sequence[Verdict]
) -> Mapping[CheckKey, list[Verdict]]:
    """The verdicts of each rule; a rule has one a source and measured subject."""
    grouped: dict[CheckKey, list[Verdict]] = {}
    for rule in rules:
        grouped[check_key(rule.check_id, rule.subject, rule.guards)] = [
            verdict
            for verdict in verdicts
            if rule.concerns(verdict.check_id, verdict.feed, verdict.subject)
        ]
    return grouped


def check_result(key: CheckKey, verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    """Several verdicts as one result: passed only where all of them passed.

    Dagster knows passed and not passed. "Not evaluated" is no pass, so it is shown as a warning,
    which holds nothing back; to leave the result out would show the check as skipped, without its
    reason, and as broken in a run that another check stops. The first words of the description and
    the metadata tell it from a warning that failed. Messages and numbers hold no personal data.
    """
    broken = [verdict for verdict in verdicts if verdict.status in ("failed", "errored")]
    unknown = [verdict for verdict in verdicts if verdict.status == "not evaluated"]
    blocks = any(verdict.blocks for verdict in broken)
    statuses = sorted({verdict.status for verdict in verdicts}) or ["not evaluated"]
    told = [verdict.message for verdict in broken or unknown or verdicts]
    if "passed" not in statuses and not broken:
        told.insert(0, "Not evaluated.")
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(["conformed", key[0]]),
        check_name=key[1],
        passed=bool(verdicts) and not broken and not unknown,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description=" ".join(told),
        metadata={"status": ", ".join(statuses)}
        | {
            f"statistic {verdict.source_system} {verdict.subject}".strip(): verdict.statistic
            for verdict in verdicts
            if verdict.statistic is not None
        },
    )


def gates(settings: Settings, place: Home, engine: Engine) -> dg.AssetChecksDefinition:
    """Every check of seed ``collection_checks``, in one step between feeds and marts."""
    rules = read_rules()
    # A feed that no source gives has nothing to look at: its rules are recorded, and no checks.
    given = {feed for feeds in settings.sources.values() for feed in feeds}
    shown = [rule for rule in rules if rule.feed in given]

    @dg.multi_asset_check(name="gates", specs=check_specs(shown))
    def gates(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """Great Expectations holds the statistics against the rules; the record stays."""
        display = progress.current()
        display.stage("Ask the gates")
        engine.bring_statistics(place, settings_of_run(settings, context.run.tags))
        written = engine.record(place)
        published = published_day(engine.serving(place))
        verdicts = evaluate(written, published=published, rules=rules)
        record(written, verdicts, context.run.run_id)
        for verdict in verdicts:
            if verdict.blocks:
                display.stop(verdict.message)
            elif verdict.status == "failed":
                display.warn(verdict.message)
        for key, own in verdicts_by_check(shown, verdicts).items():
            yield check_result(key, own)

    return gates
