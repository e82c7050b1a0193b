"""Random graphs of records over the real models: any order of arrival gives a rebuild's result."""

import random
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.python.dbt_project import DbtProject

from .conftest import identifier_types
from .feeds import SOURCE, Feeds
from .test_identity_scenarios import Records, forget, partition, resolve

GRAPHS = 200
STEPS = 4
ORDERS = 3
# Of seed identifier_types: an identifier on more contact records is a hub.
MAX_CONTACTS = {"email": 6, "loyalty_card": 6}
BLOCKED = {"email": "test@test.com", "loyalty_card": "0000000"}


@dataclass(frozen=True)
class Drawn:
    """A record with an address and a card, or one of them, or none.

    Attributes:
        kind: contact or order.
        key: its key.
        day: of its creation; unique.
        identifiers: type to value.
    """

    kind: str
    key: str
    day: float
    identifiers: dict[str, str]

    @property
    def name(self) -> tuple[str, str]:
        """Type and id, as in the models."""
        return self.kind, f"{SOURCE}|{self.key}"


def drawn_records() -> list[Drawn]:
    """Records of graphs apart from each other: random ones, and in turn a hub, a chain, a block."""
    dice = random.Random(17)
    records: list[Drawn] = []
    for graph in range(GRAPHS):
        size = dice.randint(2, 24)
        pool = max(1, size // dice.choice([1, 2, 3]))
        for number in range(size):
            identifiers = {}
            if dice.random() < 0.8:
                identifiers["email"] = f"g{graph}n{dice.randrange(pool)}@mail.de"
            if dice.random() < 0.5:
                identifiers["loyalty_card"] = f"G{graph}N{dice.randrange(pool)}"
            if graph % 4 == 1 and number < 8:
                identifiers["email"] = f"g{graph}hub@mail.de"
            if graph % 4 == 2:  # record by record, address and card in turn
                identifiers = {
                    "email": f"g{graph}n{number // 2}@mail.de",
                    "loyalty_card": f"G{graph}N{(number + 1) // 2}",
                }
            if graph % 4 == 3 and dice.random() < 0.4:
                identifiers.update(dice.sample(sorted(BLOCKED.items()), 1))
            kind = "contact" if graph % 4 == 1 or dice.random() < 0.4 else "order"
            day = len(records) + dice.random()
            records.append(Drawn(kind, f"g{graph}r{number}", day, identifiers))
    return records


def fed(records: list[Drawn]) -> Feeds:
    feeds = Feeds()
    for record in records:
        add = feeds.contact if record.kind == "contact" else feeds.order
        add(record.key, record.day, **record.identifiers)
    return feeds


def partition_by_scipy(records: list[Drawn]) -> set[frozenset[tuple[str, str]]]:
    """The records' components by what identifiers tie, hubs and blocked ones left out."""
    carriers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        for identifier in record.identifiers.items():
            carriers[identifier].append(position)
    ties = [
        (positions[0], other)
        for (kind, value), positions in carriers.items()
        if value != BLOCKED[kind]
        and sum(records[place].kind == "contact" for place in positions) <= MAX_CONTACTS[kind]
        for other in positions[1:]
    ]
    ends = np.array(ties).reshape(-1, 2)
    size = len(records)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    return partition(
        {record.name: str(label) for record, label in zip(records, labels, strict=True)}
    )


@pytest.fixture(scope="module")
def rebuilt(identity_project: DbtProject) -> Records:
    # The graphs are tied tighter than people are: no limit of identifiers a customer.
    with identifier_types(identity_project, max_identifiers_per_customer=""):
        forget(identity_project)
        return resolve(identity_project, fed(drawn_records()))


def test_a_build_from_nothing_gives_the_components_of_scipy(rebuilt: Records) -> None:
    records = drawn_records()
    assert partition(rebuilt) == partition_by_scipy(records)
    sizes = [len(group) for group in partition(rebuilt)]
    assert max(sizes) > 15
    assert sizes.count(1) > 100


@pytest.mark.parametrize("order", range(ORDERS))
def test_any_order_of_arrival_gives_what_a_rebuild_gives(
    identity_project: DbtProject, rebuilt: Records, order: int
) -> None:
    records = drawn_records()
    dice = random.Random(order)
    arrival = {record.name: dice.randrange(STEPS) for record in records}
    with identifier_types(identity_project, max_identifiers_per_customer=""):
        forget(identity_project)
        for step in range(STEPS):
            there = [record for record in records if arrival[record.name] <= step]
            found = resolve(identity_project, fed(there))
            assert partition(found) == partition_by_scipy(there), f"increment {step}"
    moved = {
        customer
        for row in identity_project.execute(
            "select old_customer_id, new_customer_id from identity.identity_changes"
            " where change_type <> 'create'"
        )
        for customer in row
    }
    age = {record.name: record.day for record in records}
    quiet = [
        group
        for group in partition(found)
        if found[next(iter(group))] not in moved
        # An id is the oldest record's: where an older one joined later, the customer kept its own.
        and arrival[min(group, key=age.__getitem__)] == min(map(arrival.__getitem__, group))
    ]
    assert len(quiet) > 300
    assert sum(len(group) > 1 for group in quiet) > 100
    for group in quiet:
        assert {found[name] for name in group} == {rebuilt[name] for name in group}
