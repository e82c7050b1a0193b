"""Why two records are one customer, or two: the shortest path of evidence between them.

Records and identifiers are the nodes of the graph that `models/identity` solves; a path goes from a
record over an identifier that it carries to another record, and so on. Where people are matched, a
probabilistic link ties two contact records directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import networkx as nx

RECORD_TYPES = ("contact", "order", "device", "address", "feedback")

# A path of fewer steps always beats one of more; among equals, identifiers that are trusted more,
# and any identifier more than a link.
_STEP = 1_000
_LINK_PRIORITY = 100
PROBABILISTIC = "probabilistic"

_RECORD = """
    select customer_id
    from identity.int_identity__customer_records
    where record_type = ? and record_id = ?
"""
_EDGES = """
    select
        records.record_type,
        records.record_id,
        edges.identifier_node,
        edges.identifier_type,
        edges.identifier_value,
        types.priority
    from identity.int_identity__edges as edges
    inner join identity.int_identity__customer_records as records using (record_node)
    inner join reference.identifier_types as types using (identifier_type)
    where records.customer_id = ? and edges.record_count > 1
    order by all
"""
_LINKS = """
    select
        one.record_type,
        one.record_id,
        other.record_type,
        other.record_id,
        links.link_node,
        links.match_weight
    from identity.int_identity__probabilistic_links as links
    inner join identity.int_identity__customer_records as one
        on links.record_node = one.record_node
    inner join identity.int_identity__customer_records as other
        on links.other_record_node = other.record_node
    where one.customer_id = ? and other.customer_id = one.customer_id
        and links.rejection_reason is null
    order by all
"""
_REJECTED_LINKS = """
    select links.match_weight, links.rejection_reason
    from identity.int_identity__probabilistic_links as links
    inner join identity.int_identity__customer_records as one
        on links.record_node = one.record_node
    inner join identity.int_identity__customer_records as other
        on links.other_record_node = other.record_node
    where one.record_type = ? and one.record_id = ?
        and other.record_type = ? and other.record_id = ?
        and links.rejection_reason is not null
    order by all
"""
_REJECTED = """
    select distinct mine.identifier_type, mine.identifier_value, mine.rejection_reason
    from identity.int_identity__rejected_edges as mine
    inner join identity.int_identity__record_identifiers as theirs
        using (identifier_type, identifier_value)
    inner join identity.int_identity__customer_records as records
        on theirs.record_node = records.record_node
    where mine.record_type = ? and mine.record_id = ?
        and records.record_type = ? and records.record_id = ?
    order by all
"""

# An identifier of several people, or of several times, ties each one's records apart.
_DIVIDED = """
    with carried as (
        select
            records.record_type,
            records.record_id,
            edges.identifier_type,
            edges.identifier_value,
            edges.identifier_node,
            regexp_extract(coalesce(edges.share, ''), '^(spell [0-9]+|unclaimed)') as spell
        from identity.int_identity__edge_decisions as edges
        inner join identity.int_identity__customer_records as records using (record_node)
        where edges.rejection_reason is null
    )
    select distinct
        mine.identifier_type,
        mine.identifier_value,
        case
            when mine.spell = theirs.spell then 'shared_by_several_people'
            else 'of_another_time'
        end
    from carried as mine
    inner join carried as theirs using (identifier_type, identifier_value)
    where mine.record_type = ? and mine.record_id = ?
        and theirs.record_type = ? and theirs.record_id = ?
        and mine.identifier_node <> theirs.identifier_node
    order by all
"""


class EvidenceError(ValueError):
    """There is nothing to explain: the message says why."""


@dataclass(frozen=True)
class Record:
    """A record as the identity models name it.

    Attributes:
        record_type: one of `RECORD_TYPES`.
        record_id: of contacts, orders and feedback ``source_system|key``.
    """

    record_type: str
    record_id: str

    @classmethod
    def parse(cls, text: str) -> "Record":
        """A record written ``contact:shop|4711``.

        Raises:
            EvidenceError: no colon, or no such type.
        """
        record_type, colon, record_id = text.partition(":")
        if not colon or record_type not in RECORD_TYPES:
            raise EvidenceError(
                f"A record is written type:id, such as contact:shop|4711, not {text!r}; "
                f"types: {', '.join(RECORD_TYPES)}."
            )
        return cls(record_type, record_id)

    def __str__(self) -> str:
        """The record as `parse` reads it."""
        return f"{self.record_type}:{self.record_id}"


@dataclass(frozen=True)
class Tie:
    """An identifier that two records share, or a probabilistic link between them.

    Attributes:
        identifier_type: its type; of a link `PROBABILISTIC`.
        identifier_value: its cleaned value; may be data of a person. Of a link its match weight.
        reason: why it ties nobody; empty where it does.
        leads_to: the next record of the path; None for an identifier that ties nobody.
    """

    identifier_type: str
    identifier_value: str
    reason: str
    leads_to: Record | None

    @property
    def masked_value(self) -> str:
        """A third of the value at most, for a person to recognise: ``a…@mail.de``, ``+49…7``."""
        if self.identifier_type == PROBABILISTIC:
            return self.identifier_value
        name, at, domain = self.identifier_value.partition("@")
        if at:
            return f"{name[: len(name) // 3][:1]}…@{domain}"
        beginning = min(len(self.identifier_value) // 3 - 1, 4)
        if beginning < 1:
            return "…"
        return f"{self.identifier_value[:beginning]}…{self.identifier_value[-1:]}"


@dataclass(frozen=True)
class Evidence:
    """What is known of two records.

    Attributes:
        first: the one.
        second: the other.
        customers: their customers; equal where they are one.
        path: of one customer, the ties from the first record to the second; empty for a record and
            itself. Of two, the identifiers that both carry and the link between them that were
            rejected.
    """

    first: Record
    second: Record
    customers: tuple[str, str]
    path: tuple[Tie, ...]

    @property
    def is_one_customer(self) -> bool:
        """Whether both records belong to the same customer."""
        return self.customers[0] == self.customers[1]


def explain(warehouse: Path, first: Record, second: Record) -> Evidence:
    """The shortest path of evidence between two records, or what was rejected between them.

    Args:
        warehouse: DuckDB file that a run has built.
        first: where the path begins.
        second: where it ends.

    Raises:
        EvidenceError: no such warehouse, no identity models in it, or no such record.
    """
    if not warehouse.exists():
        raise EvidenceError(f"There is no warehouse {warehouse}: run something first.")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            one, other = (_customer(connection, record) for record in (first, second))
            path = (
                _path(connection, first, second, one)
                if one == other
                else _rejected(connection, first, second)
            )
            return Evidence(first, second, (one, other), path)
    except duckdb.CatalogException:
        raise EvidenceError(f"No run has resolved customers in {warehouse} yet.") from None
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise EvidenceError(f"The warehouse cannot be read now: {reason}") from None


def _customer(connection: duckdb.DuckDBPyConnection, record: Record) -> str:
    found = connection.execute(_RECORD, [record.record_type, record.record_id]).fetchone()
    if found is None:
        raise EvidenceError(f"There is no record {record}.")
    return str(found[0])


def _path(
    connection: duckdb.DuckDBPyConnection, first: Record, second: Record, customer: str
) -> tuple[Tie, ...]:
    """The ties from one record of a customer to another."""
    graph: nx.Graph[Record | int] = nx.Graph()
    identifiers: dict[Record | int, tuple[str, str]] = {}
    for row in connection.execute(_EDGES, [customer]).fetchall():
        record_type, record_id, node, identifier_type, value, priority = row
        identifiers[node] = (identifier_type, value)
        graph.add_edge(Record(record_type, record_id), node, weight=_STEP + priority)
    for row in connection.execute(_LINKS, [customer]).fetchall():
        identifiers[row[4]] = (PROBABILISTIC, _said_weight(row[5]))
        for record in (Record(*row[0:2]), Record(*row[2:4])):
            graph.add_edge(record, row[4], weight=_STEP + _LINK_PRIORITY)
    if first == second:
        return ()
    nodes = nx.shortest_path(graph, first, second, weight="weight")
    return tuple(
        Tie(*identifiers[identifier], reason="", leads_to=record)
        for identifier, record in zip(nodes[1::2], nodes[2::2], strict=True)
        if isinstance(record, Record)  # every second node is one
    )


def _rejected(
    connection: duckdb.DuckDBPyConnection, first: Record, second: Record
) -> tuple[Tie, ...]:
    """The identifiers that both records carry, and a link between them, though they tie nobody."""
    reasons: dict[tuple[str, str], str] = {}
    for one, other in ((first, second), (second, first)):
        asked = [one.record_type, one.record_id, other.record_type, other.record_id]
        for query in (_REJECTED, _DIVIDED):
            for identifier_type, value, reason in connection.execute(query, asked).fetchall():
                reasons[identifier_type, value] = reason
        for weight, reason in connection.execute(_REJECTED_LINKS, asked).fetchall():
            reasons[PROBABILISTIC, _said_weight(weight)] = reason
    return tuple(Tie(*identifier, reason, None) for identifier, reason in sorted(reasons.items()))


def _said_weight(weight: float) -> str:
    return f"match weight {weight:.1f}"


def describe(evidence: Evidence, *, shows_values: bool = False) -> Sequence[str]:
    """The evidence in lines that a person can read; values masked unless they are asked for."""

    def said(tie: Tie) -> str:
        value = tie.identifier_value if shows_values else tie.masked_value
        return f"{tie.identifier_type} {value}"

    one, other = evidence.customers
    if not evidence.is_one_customer:
        lines = [f"Two customers: {one}", f"               {other}"]
        if not evidence.path:
            return [*lines, "No identifier is on both records."]
        shared = [f"  {said(tie)}: {tie.reason}" for tie in evidence.path]
        return [*lines, "Between both, and it ties nobody:", *shared]
    lines = [f"One customer: {one}", f"  {evidence.first}"]
    for tie in evidence.path:
        lines += [f"    │ {said(tie)}", f"  {tie.leads_to}"]
    return lines
