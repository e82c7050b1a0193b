"""The guards of probabilistic links: pure functions over scored pairs."""

import random

import pytest

from stammkunde.identity.links import Limits, Pair, Traits, decide
from stammkunde.identity.matching import threshold_of

LIMITS = Limits(threshold=3.0, contacts=12, birth_years=15, identifiers={"card": 1})


def pair(one: int, other: int, weight: float = 9.0, objection: str = "") -> Pair:
    """A pair of records that are components of their own."""
    return Pair(one, other, one, other, weight, 0.99, objection)


def born(*days: str) -> Traits:
    return Traits(birth_dates=frozenset(days))


def links(
    pairs: list[Pair], traits: dict[int, Traits] | None = None, limits: Limits = LIMITS
) -> dict[tuple[int, int], str]:
    return decide(pairs, traits or {}, limits)


def test_a_pair_at_the_threshold_links_and_one_below_does_not() -> None:
    assert links([pair(1, 2, 3.0), pair(3, 4, 2.99)]) == {(1, 2): "", (3, 4): "below_threshold"}


def test_a_pair_with_an_objection_never_links() -> None:
    assert links([pair(1, 2, 30.0, "first_names_differ")]) == {(1, 2): "first_names_differ"}


def test_a_chain_of_single_pairs_does_not_fuse() -> None:
    """One pair of the four between 1, 2 and 3, 4 is too little; one of two is half, and enough."""
    assert links([pair(1, 2, 9.0), pair(2, 3, 8.0)]) == {(1, 2): "", (2, 3): ""}
    found = links([pair(1, 2, 9.0), pair(3, 4, 9.0), pair(2, 3, 8.0)])
    assert found[2, 3] == "most_pairs_differ"


def test_whom_a_request_keeps_apart_no_link_joins_over_a_third() -> None:
    request = "unmerge_request|shop|r1"
    traits = {side: Traits(identifiers={request: frozenset({str(side)})}) for side in (1, 3)}
    limits = Limits(threshold=3.0, contacts=12, identifiers={request: 1})
    assert links([pair(1, 3, 30.0)], traits, limits) == {(1, 3): "unmerge_request"}
    assert links([pair(1, 2, 9.0), pair(2, 3, 8.0)], traits, limits) == {
        (1, 2): "",
        (2, 3): "unmerge_request",
    }


def test_a_pair_below_the_threshold_still_supports_a_link() -> None:
    found = links(
        [pair(1, 2), pair(3, 4), pair(2, 3, 8.0), pair(1, 3, 1.0)],
    )
    assert found[2, 3] == ""
    assert found[1, 3] == "below_threshold"


def test_what_was_too_little_at_its_turn_counts_once_its_groups_are_one() -> None:
    """At its turn (2, 3) is one of three pairs; then 3 joins 5 and 6, and these join 1, 2 and 9."""
    apart = [
        pair(1, 2, 20.0),
        pair(1, 9, 20.0),
        pair(2, 9, 20.0),
        pair(5, 6, 20.0),
        pair(2, 3, 9.0),
    ]
    assert links(apart)[2, 3] == "most_pairs_differ"
    bridge = [pair(3, 5, 8.0), pair(3, 6, 8.0)]
    ties = [pair(1, 5, 7.0), pair(1, 6, 7.0), pair(2, 5, 7.0), pair(5, 9, 7.0)]
    assert links([*apart, *bridge, *ties])[2, 3] == ""


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (born("1960-02-03"), born("1975-11-30"), ""),
        (born("1960-02-03"), born("1976-11-30"), "birth_dates_apart"),
        # A typing error moves a birth by decades: one digit, or two swapped.
        (born("1960-02-03"), born("1990-02-03"), ""),
        (born("1958-02-03"), born("1985-02-03"), ""),
        (born("1960-02-03"), born("1990-02-04"), "birth_dates_apart"),
        # One date that fits is enough, so that one wrong date does not tear a person apart.
        (born("1960-02-03", "1999-09-09"), born("1961-01-01"), ""),
        (born("1960-02-03"), Traits(), ""),
        (Traits(contacts=6), Traits(contacts=6), "most_pairs_differ"),
        (Traits(contacts=6), Traits(contacts=7), "too_many_contacts"),
        (
            Traits(identifiers={"card": frozenset({"A"})}),
            Traits(identifiers={"card": frozenset({"B"})}),
            "too_many_identifiers: card",
        ),
        (
            Traits(identifiers={"card": frozenset({"A"})}),
            Traits(identifiers={"card": frozenset({"A"}), "email": frozenset({"a", "b"})}),
            "",
        ),
    ],
)
def test_no_link_breaks_a_limit_of_the_customer(one: Traits, other: Traits, reason: str) -> None:
    assert links([pair(1, 2)], {1: one, 2: other}) == {(1, 2): reason}


def test_limits_hold_for_the_group_and_not_only_for_the_pair() -> None:
    """1 and 3 meet in 2, which has no birth date: father and son of one name."""
    traits = {1: born("1950-01-02"), 3: born("1980-03-04")}
    found = links([pair(1, 2, 9.0), pair(2, 3, 8.0), pair(1, 3, 7.0)], traits)
    assert found == {(1, 2): "", (2, 3): "birth_dates_apart", (1, 3): "birth_dates_apart"}


def test_the_order_of_the_pairs_changes_nothing() -> None:
    chance = random.Random(7)
    for _ in range(50):
        pairs = [
            pair(
                one,
                other,
                chance.choice([1.0, 4.0, 4.0, 8.0]),
                "other" if chance.random() < 0.1 else "",
            )
            for one in range(12)
            for other in range(one + 1, 12)
            if chance.random() < 0.3
        ]
        expected = links(pairs)
        chance.shuffle(pairs)
        assert links(pairs) == expected


def test_no_group_is_larger_than_the_limit() -> None:
    """Everybody is like everybody: the limit alone decides."""
    pairs = [pair(one, other) for one in range(30) for other in range(one + 1, 30)]
    found = links(pairs, limits=Limits(threshold=3.0, contacts=5))
    groups: dict[int, set[int]] = {}
    for (one, other), reason in found.items():
        if not reason:
            joined = groups.get(one, {one}) | groups.get(other, {other})
            groups.update(dict.fromkeys(joined, joined))
    assert max(len(group) for group in groups.values()) == 5


def test_the_threshold_is_the_smallest_weight_with_the_expected_precision() -> None:
    # Odds of 2^10, 2^10, 2^10 and 2^0: the last one makes the mean 0.874.
    assert threshold_of([0.0, 10.0, 10.0, 10.0], 0.99) == pytest.approx(6.63, abs=0.01)
    assert threshold_of([0.0, 10.0, 10.0, 10.0], 0.87) == 0.0
    assert threshold_of([5.0] + [20.0] * 99, 0.99) == 5.0


def test_the_threshold_stays_between_even_odds_and_one_certain_pair() -> None:
    assert threshold_of([-3.0, *[30.0] * 1000], 0.9) == pytest.approx(3.17, abs=0.01)
    assert threshold_of([], 0.99) == pytest.approx(6.63, abs=0.01)
    assert threshold_of([1.0], 0.5) == 0.0
