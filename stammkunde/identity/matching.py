"""One step of a run: score the pairs of contact records that the deterministic rules left apart.

It runs between two builds of the models, since a warehouse has one writer. What it needs is copied
into memory, Splink works there, and what it found is written back in one transaction:

* ``probabilistic_calibrations``: each trained model, with the day whose data it was learnt from;
* ``probabilistic_term_frequencies``: how frequent names and cities were on that day, by a hash;
* ``probabilistic_matches``: the pairs of this run, each with why it does not link.

A model is trained once a calibration date and then used again, so that the same records get the
same scores tomorrow, whatever else has come in.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb

from stammkunde.identity import model
from stammkunde.identity.links import EVEN_ODDS, KEPT_APART, Limits, Pair, Traits, decide
from stammkunde.identity.options import Options

_SCHEMA = "identity"
_TABLES = """
    create table if not exists {schema}.probabilistic_calibrations (
        calibration_date date,
        fingerprint varchar,
        threshold double,
        contact_count bigint,
        model varchar
    );
    create table if not exists {schema}.probabilistic_term_frequencies (
        calibration_date date,
        fingerprint varchar,
        attribute_name varchar,
        value_hash varchar,
        frequency double
    );
    create or replace table {schema}.probabilistic_matches (
        record_node bigint,
        other_record_node bigint,
        component_id bigint,
        other_component_id bigint,
        match_weight double,
        match_probability double,
        calibration_date date,
        rejection_reason varchar
    );
"""


class MatchingError(RuntimeError):
    """People could not be matched; the message says why."""


@dataclass(frozen=True)
class Calibration:
    """A trained model.

    Attributes:
        date: day of the data that it was learnt from, as ISO text.
        threshold: weight from which a pair may link.
        contacts: contact records that it was learnt from.
        settings: Splink's settings with every weight.
    """

    date: str
    threshold: float
    contacts: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class MatchReport:
    """What came of matching.

    Attributes:
        contacts: contact records that were compared.
        calibration: the model; None where the records say too little to learn one.
        trained: whether this run trained it.
        pairs: scored pairs with odds of one person.
        links: those that link.
    """

    contacts: int
    calibration: Calibration | None
    trained: bool
    pairs: int
    links: int


def fingerprint() -> str:
    """Changes with the model: what is compared, on which keys, and how it is trained."""
    described = [
        [comparison.get_comparison("duckdb").as_dict() for comparison in _all_comparisons()],
        sorted(model.BLOCKING_KEYS.items()),
        list(model.TRAINING_KEYS),
        sorted(model.BESIDE_NAMES.items()),
        [model.LEAST_FILLED, model.LEAST_TRAINING_PAIRS, model.MOST_TRAINING_PAIRS],
        [model.RANDOM_PAIRS, model.SEED, model.LEAST_SHARE, model.ITERATIONS],
    ]
    return md5(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _all_comparisons() -> list[Any]:
    return model.comparisons(model.ATTRIBUTES)


def threshold_of(weights: Sequence[float], expected_precision: float) -> float:
    """The smallest weight at or above which the model expects that share of pairs to be right.

    Args:
        weights: match weights of the pairs that links are chosen from.
        expected_precision: the share, above 0 and up to 1.

    Returns:
        The weight; never below even odds, and where no pair is as good, that of one pair that is.
    """
    found = certain = _weight(expected_precision)
    total = 0.0
    ranked = sorted((weight for weight in weights if weight >= EVEN_ODDS), reverse=True)
    for count, weight in enumerate(ranked, start=1):
        total += _probability(weight)
        if total / count < expected_precision:
            break
        found = weight
    return min(found, certain)


def _probability(weight: float) -> float:
    return 1 / (1 + 2.0**-weight) if weight > -1000 else 0.0


def _weight(probability: float) -> float:
    from math import inf, log2

    return log2(probability / (1 - probability)) if probability < 1 else inf


def match_people(warehouse: Path, chosen: Options, least_weight: float = EVEN_ODDS) -> MatchReport:
    """Score the pairs and decide on links, in a warehouse whose components stand.

    Args:
        warehouse: DuckDB file with the models up to `int_identity__matchable_contacts`.
        chosen: how strictly.
        least_weight: pairs below are not kept; no link comes of one below even odds.

    Raises:
        MatchingError: the warehouse is not that far, or nobody can open it.
    """
    try:
        with duckdb.connect(str(warehouse)) as connection, _quiet_splink():
            place = '"' + str(_one(connection, "select current_database()")) + '"'
            with _in_memory(connection, place):
                return _match(connection, place, chosen, least_weight)
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise MatchingError(f"People could not be matched: {reason}") from error


def _match(
    connection: duckdb.DuckDBPyConnection, place: str, chosen: Options, least_weight: float
) -> MatchReport:
    """The step between opening the warehouse and closing it; `place` is its quoted name."""
    _read(connection, place, chosen)
    day = _one(connection, f"select cast(as_of_date as varchar) from {place}.conformed.as_of")
    known = _stored(connection, place, chosen, day)
    if not known and chosen.calibration_date not in ("", day):
        raise MatchingError(
            f"There is no model of {chosen.calibration_date}. One is learnt from what was known on "
            "its day: run that day once (AS_OF), or set matching.calibration_date to the day of "
            f"this run, {day}."
        )
    calibration = known or _train(connection, chosen, day)
    contacts = int(_one(connection, "select count(*) from contacts"))
    pairs: list[Pair] = []
    reasons: dict[tuple[int, int], str] = {}
    if calibration is not None:
        pairs = _score(connection, calibration, least_weight)
        limits = _read_limits(connection, place, chosen, calibration.threshold)
        reasons = decide(pairs, _read_traits(connection), limits)
    _write(connection, place, calibration, known is None, pairs, reasons)
    return MatchReport(
        contacts,
        calibration,
        calibration is not None and known is None,
        sum(pair.weight >= EVEN_ODDS for pair in pairs),
        sum(not reason for reason in reasons.values()),
    )


@contextmanager
def _in_memory(connection: duckdb.DuckDBPyConnection, place: str) -> Iterator[None]:
    """Splink makes its tables where the connection stands: meanwhile that is in memory."""
    connection.execute("attach ':memory:' as matching_work")
    connection.execute("use matching_work")
    try:
        yield
    finally:
        connection.execute(f"use {place}")
        connection.execute("detach matching_work")


def _one(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> Any:  # noqa: ANN401
    return connection.execute(sql, list(values)).fetchall()[0][0]


@contextmanager
def _quiet_splink() -> Iterator[None]:
    """Splink warns of every level that the data do not show; they name columns, and are many."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _read(connection: duckdb.DuckDBPyConnection, place: str, chosen: Options) -> None:
    """Copy the contact records into table ``contacts``, in an order that never changes."""
    keys = ", ".join(f"{sql} as key_{name}" for name, sql in model.BLOCKING_KEYS.items())
    limited = ", ".join(
        f"case when count(*) over (partition by key_{name}) between 2 and"
        f" {chosen.max_records_per_key} then key_{name} end as key_{name}"
        for name in model.BLOCKING_KEYS
    )
    columns = ", ".join(("record_node", "component_id", *model.ATTRIBUTES))
    connection.execute(
        f"""
        create table contacts as
        with keyed as (
            select {columns}, {keys}
            from {place}.{_SCHEMA}.int_identity__matchable_contacts
        )
        select {columns}, {limited}
        from keyed
        order by record_node
        """
    )
    connection.execute(
        f"""
        create table limited_identifiers as
        select distinct
            components.component_id, edges.identifier_type, edges.identifier_value,
            types.is_unique, types.max_identifiers_per_customer
        from {place}.{_SCHEMA}.int_identity__edge_decisions as edges
        inner join {place}.{_SCHEMA}.int_identity__components as components
            on edges.record_node = components.node_id
        inner join {place}.reference.identifier_types as types using (identifier_type)
        where edges.rejection_reason is null
            and (types.is_unique or types.max_identifiers_per_customer is not null)
            and components.component_id in (select component_id from contacts)
        union all
        -- Each side of a request is a value of which a customer has one at most.
        select
            components.component_id,
            '{KEPT_APART}|' || sides.source_system || '|' || sides.request_key,
            cast(records.record_node as varchar),
            true,
            null
        from (
            select source_system, request_key, record_type, record_id
            from {place}.conformed.unmerges
            union all
            select source_system, request_key, other_record_type, other_record_id
            from {place}.conformed.unmerges
        ) as sides
        inner join {place}.{_SCHEMA}.int_identity__records as records
            using (record_type, record_id)
        inner join {place}.{_SCHEMA}.int_identity__components as components
            on records.record_node = components.node_id
        where components.component_id in (select component_id from contacts)
        """
    )


def _read_limits(
    connection: duckdb.DuckDBPyConnection, place: str, chosen: Options, threshold: float
) -> Limits:
    """The guards, with the limits of seed ``identifier_types``."""
    types = connection.execute(
        f"""
        select
            identifier_type,
            case when is_unique then 1 else max_identifiers_per_customer end as most
        from {place}.reference.identifier_types
        where is_unique or max_identifiers_per_customer is not null
        union all
        select distinct identifier_type, 1
        from limited_identifiers
        where starts_with(identifier_type, '{KEPT_APART}')
        """
    ).fetchall()
    years = _one(
        connection, f"select max(max_birth_years_apart) from {place}.reference.identifier_types"
    )
    return Limits(threshold, chosen.max_contacts_per_customer, years, dict(types))


def _read_traits(connection: duckdb.DuckDBPyConnection) -> dict[int, Traits]:
    identifiers: dict[int, dict[str, set[str]]] = {}
    for component, kind, value in connection.execute(
        "select component_id, identifier_type, identifier_value from limited_identifiers"
    ).fetchall():
        identifiers.setdefault(component, {}).setdefault(kind, set()).add(value)
    rows = connection.execute(
        """
        select
            component_id,
            count(*) as contact_count,
            coalesce(list(distinct birth_date) filter (where birth_date is not null), [])
                as birth_dates
        from contacts
        group by component_id
        """
    ).fetchall()
    return {
        component: Traits(
            count,
            frozenset(dates),
            {kind: frozenset(values) for kind, values in identifiers.get(component, {}).items()},
        )
        for component, count, dates in rows
    }


def _stored(
    connection: duckdb.DuckDBPyConnection, place: str, chosen: Options, day: str
) -> Calibration | None:
    """The calibration to use again, with its frequencies in table ``frequencies``."""
    connection.execute(
        "create table frequencies (attribute_name varchar, value_hash varchar, frequency double)"
    )
    if not _one(
        connection,
        "select count(*) from duckdb_tables() where database_name = ?"
        " and schema_name = ? and table_name = 'probabilistic_calibrations'",
        place.strip('"'),
        _SCHEMA,
    ):
        return None
    rows = connection.execute(
        f"""
        select cast(calibration_date as varchar), threshold, contact_count, model
        from {place}.{_SCHEMA}.probabilistic_calibrations
        where fingerprint = ?
            and case
                when ? = '' then calibration_date <= cast(? as date)
                else cast(calibration_date as varchar) = ?
            end
        order by calibration_date desc
        limit 1
        """,
        [fingerprint(), chosen.calibration_date, day, chosen.calibration_date],
    ).fetchall()
    if not rows:
        return None
    row = rows[0]
    connection.execute(
        f"""
        insert into frequencies
        select attribute_name, value_hash, frequency
        from {place}.{_SCHEMA}.probabilistic_term_frequencies
        where fingerprint = ? and cast(calibration_date as varchar) = ?
        """,
        [fingerprint(), row[0]],
    )
    return Calibration(row[0], row[1], row[2], json.loads(row[3]))


def _train(connection: duckdb.DuckDBPyConnection, chosen: Options, date: str) -> Calibration | None:
    """Learn a model from the contact records; None where they say too little."""
    attributes = [
        column
        for column in model.ATTRIBUTES
        if _one(
            connection,
            f"select count({column}) >= ? and count(distinct {column}) > 1 from contacts",
            model.LEAST_FILLED,
        )
    ]
    if not {"first_name", "last_name", "birth_date"} & set(attributes):
        return None
    for column in model.WEIGHED_BY_FREQUENCY:
        connection.execute(
            f"""
            insert into frequencies
            select '{column}', md5({column}), count(*) / sum(count(*)) over ()
            from contacts
            where {column} is not null
            group by {column}
            """
        )
    # Sums of fractions depend on the order in which threads hand in theirs.
    threads = _one(connection, "select current_setting('threads')")
    connection.execute("set threads = 1")
    try:
        settings = _trained_settings(connection, chosen, attributes)
    finally:
        connection.execute(f"set threads = {threads}")
    contacts = int(_one(connection, "select count(*) from contacts"))
    untested = Calibration(date, 0.0, contacts, settings)
    scored = _score(connection, untested, EVEN_ODDS)
    weights = [pair.weight for pair in scored if not pair.objection]
    return Calibration(date, threshold_of(weights, chosen.expected_precision), contacts, settings)


def _trained_settings(
    connection: duckdb.DuckDBPyConnection, chosen: Options, attributes: Sequence[str]
) -> dict[str, Any]:
    """Splink's settings with the weights it learnt."""
    from splink import Linker, SettingsCreator, block_on
    from splink.blocking_rule_library import CustomRule

    rules: list[Any] = [
        CustomRule(f"l.key_{name} = r.key_{name} and l.component_id <> r.component_id")
        for name in model.BLOCKING_KEYS
        if _one(connection, f"select count(key_{name}) > 0 from contacts")
    ]
    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_node",
        comparisons=model.comparisons(attributes),
        blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=_share_of_matches(connection, chosen.known_share),
        max_iterations=model.ITERATIONS[0],
        linker_uid="stammkunde",
    )
    linker = Linker(_registered(connection), creator, log_level=None)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=model.RANDOM_PAIRS, seed=model.SEED, min_count_per_level=None
    )
    for columns in model.TRAINING_KEYS:
        if set(columns) <= set(attributes) and _pairs(connection, columns) >= (
            model.LEAST_TRAINING_PAIRS
        ):
            linker = _after_session(connection, linker, block_on(*columns))
    settings: dict[str, Any] = json.loads(json.dumps(linker.misc.save_model_to_json()))
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                learnt = level.get("m_probability") or 0.0
                level["m_probability"] = max(learnt, model.LEAST_SHARE)
                level["u_probability"] = level.get("u_probability") or model.LEAST_SHARE
    return settings


def _after_session(connection: duckdb.DuckDBPyConnection, linker: Any, rule: Any) -> Any:  # noqa: ANN401 - Splink's own objects
    """The linker after a training session.

    A level that no record of one person shows gets rarer with every iteration, until Splink refuses
    the number. Then fewer iterations have to do; where these are too many as well, the session
    teaches nothing.
    """
    from splink import Linker

    for iterations in model.ITERATIONS:
        settings = {**linker.misc.save_model_to_json(), "max_iterations": iterations}
        if iterations != model.ITERATIONS[0]:
            linker = Linker(_registered(connection), settings, log_level=None)
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, max_pairs=model.MOST_TRAINING_PAIRS
            )
        except ValueError:
            continue
        return linker
    return linker


def _share_of_matches(connection: duckdb.DuckDBPyConnection, known_share: float) -> float:
    """How probable it is that two records drawn at random are one person's.

    Counted are the pairs that one component holds, and those of one name and birth date.
    """
    known, everything = connection.execute(
        """
        with components as (
            select sum(count(*)) over () as contacts, count(*) * (count(*) - 1) / 2 as pairs
            from contacts
            group by component_id
        ),
        named as (
            select count(*) * (count(*) - 1) / 2 as pairs
            from contacts
            where first_name is not null and last_name is not null and birth_date is not null
            group by first_name, last_name, birth_date
        ),
        both_ways as (
            select count(*) * (count(*) - 1) / 2 as pairs
            from contacts
            where first_name is not null and last_name is not null and birth_date is not null
            group by first_name, last_name, birth_date, component_id
        )
        select
            (select sum(pairs) from components)
            + coalesce((select sum(pairs) from named), 0)
            - coalesce((select sum(pairs) from both_ways), 0),
            (select any_value(contacts * (contacts - 1) / 2) from components)
        """
    ).fetchall()[0]
    return float(min(max(known, 1) / known_share / max(everything, 1), 0.5))


def _pairs(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> int:
    """Pairs of records with the same values in these columns."""
    filled = " and ".join(f"{column} is not null" for column in columns)
    return int(
        _one(
            connection,
            "select coalesce(sum(records * (records - 1) // 2), 0) from (select count(*) as records"
            f" from contacts where {filled} group by {', '.join(columns)})",
        )
    )


def _registered(connection: duckdb.DuckDBPyConnection) -> Any:  # noqa: ANN401 - Splink's own frame
    """The contact records with their frequencies, as Splink takes them.

    A value that was not there on the calibration date counts as the rarest that was.
    """
    from splink.backends.duckdb import DuckDBAPI

    frequent = model.WEIGHED_BY_FREQUENCY
    columns = ", ".join(
        f"case when contacts.{column} is not null then"
        f" coalesce(of_{column}.frequency, rarest_{column}.frequency) end as tf_{column}"
        for column in frequent
    )
    joins = " ".join(
        f"left join frequencies as of_{column} on of_{column}.attribute_name = '{column}'"
        f" and md5(contacts.{column}) = of_{column}.value_hash"
        f" cross join (select min(frequency) as frequency from frequencies"
        f" where attribute_name = '{column}') as rarest_{column}"
        for column in frequent
    )
    connection.execute(
        f"create or replace table weighed_contacts as select contacts.*, {columns}"
        f" from contacts {joins} order by contacts.record_node"
    )
    return DuckDBAPI(connection=connection).register("weighed_contacts")


def _score(
    connection: duckdb.DuckDBPyConnection, calibration: Calibration, least_weight: float
) -> list[Pair]:
    """The pairs of different components, at or above a weight."""
    from splink import Linker

    # The guards on pairs look at levels (with the matching columns) and at weights of attributes.
    retained = {"retain_matching_columns": True, "retain_intermediate_calculation_columns": True}
    settings = {**calibration.settings, **retained}
    linker = Linker(_registered(connection), settings, log_level=None)
    scored = linker.inference.predict(threshold_match_weight=least_weight, warning_mode="never")
    columns = {column.name.strip('"') for column in scored.columns}
    # Level 0 is what is left: no likeness of any kind.
    names_differ = "scored.gamma_first_name = 0" if "gamma_first_name" in columns else "false"
    beside_names = " or ".join(
        condition for column, condition in model.BESIDE_NAMES.items() if f"mw_{column}" in columns
    )
    rows = connection.execute(
        f"""
        select
            scored.record_node_l, scored.record_node_r, one.component_id, other.component_id,
            scored.match_weight, scored.match_probability,
            case
                when {names_differ} then 'first_names_differ'
                when
                    {beside_names or "false"}
                    or coalesce(one.street = other.street, false)
                    or coalesce(one.postcode = other.postcode, false)
                    then ''
                else 'only_names_agree'
            end as objection
        from {scored.physical_name} as scored
        inner join contacts as one on scored.record_node_l = one.record_node
        inner join contacts as other on scored.record_node_r = other.record_node
        order by scored.match_weight desc, scored.record_node_l, scored.record_node_r
        """
    ).fetchall()
    scored.drop_table_from_database_and_remove_from_cache()
    return [Pair(*row) for row in rows]


def _write(
    connection: duckdb.DuckDBPyConnection,
    place: str,
    calibration: Calibration | None,
    is_new: bool,
    pairs: Sequence[Pair],
    reasons: dict[tuple[int, int], str],
) -> None:
    import pyarrow as pa

    connection.execute("begin")
    connection.execute(_TABLES.format(schema=f"{place}.{_SCHEMA}"))
    if calibration is not None and is_new:
        print_ = fingerprint()
        connection.execute(
            f"insert into {place}.{_SCHEMA}.probabilistic_calibrations"
            " values (cast(? as date), ?, ?, ?, ?)",
            [
                calibration.date,
                print_,
                calibration.threshold,
                calibration.contacts,
                json.dumps(calibration.settings, sort_keys=True),
            ],
        )
        connection.execute(
            f"insert into {place}.{_SCHEMA}.probabilistic_term_frequencies"
            " select cast(? as date), ?, attribute_name, value_hash, frequency from frequencies"
            " order by attribute_name, value_hash",
            [calibration.date, print_],
        )
    if calibration is not None and pairs:
        rows = {
            "record": [pair.record for pair in pairs],
            "other_record": [pair.other_record for pair in pairs],
            "component": [pair.component for pair in pairs],
            "other_component": [pair.other_component for pair in pairs],
            "weight": [pair.weight for pair in pairs],
            "probability": [pair.probability for pair in pairs],
            "reason": [reasons[pair.record, pair.other_record] or None for pair in pairs],
        }
        connection.register("decided", pa.table(rows))
        connection.execute(
            f"insert into {place}.{_SCHEMA}.probabilistic_matches"
            " select record, other_record, component, other_component, weight, probability,"
            " cast(? as date), reason from decided",
            [calibration.date],
        )
    connection.execute("commit")
