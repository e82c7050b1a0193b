"""Which scored pairs become links: the guards, applied from the heaviest pair to the lightest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# A weight of 0 are even odds: such a pair speaks neither for one person nor against.
EVEN_ODDS = 0.0
# A request that keeps two records apart counts as an identifier of each of them, of which one
# customer has no second.
KEPT_APART = "unmerge_request"
# Two groups meet only where most of the pairs between them speak for one person. One pair alone
# would chain groups together of which everything else is different.
LEAST_SUPPORT = 0.5


@dataclass(frozen=True)
class Pair:
    """A scored pair of contact records of two components.

    Attributes:
        record: node of the one record.
        other_record: node of the other; larger.
        component: component of the one.
        other_component: component of the other.
        weight: match weight, log2 of the odds.
        probability: match probability.
        objection: why it cannot link, whatever its weight; empty where it can.
    """

    record: int
    other_record: int
    component: int
    other_component: int
    weight: float
    probability: float
    objection: str = ""


@dataclass(frozen=True)
class Traits:
    """What a component, or a group of linked ones, brings to a link.

    Attributes:
        contacts: number of contact records.
        birth_dates: dates of birth that are known, ISO 8601.
        identifiers: values by type, of types that have a limit a customer.
    """

    contacts: int = 1
    birth_dates: frozenset[str] = frozenset()
    identifiers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def joined(self, other: "Traits") -> "Traits":
        """The traits of both together."""
        types = {*self.identifiers, *other.identifiers}
        nothing: frozenset[str] = frozenset()
        return Traits(
            contacts=self.contacts + other.contacts,
            birth_dates=self.birth_dates | other.birth_dates,
            identifiers={
                kind: self.identifiers.get(kind, nothing) | other.identifiers.get(kind, nothing)
                for kind in types
            },
        )


@dataclass(frozen=True)
class Limits:
    """What no link may lead to.

    Attributes:
        threshold: weight below which no pair links.
        contacts: contact records of a customer.
        birth_years: groups of which no two dates of birth are within so many years, or one typing
            error apart, are different people; None: any two may be one.
        identifiers: values of a type within a customer.
    """

    threshold: float
    contacts: int
    birth_years: int | None = None
    identifiers: Mapping[str, int] = field(default_factory=dict)


def decide(
    pairs: Sequence[Pair], traits: Mapping[int, Traits], limits: Limits
) -> dict[tuple[int, int], str]:
    """Why each pair does not link, empty where it does; by the nodes of its records.

    From the heaviest pair to the lightest, as a minimum spanning tree is built: each pair whose
    groups may be one joins them. A pair inside of a group that was joined already is one more
    reason for it.

    Args:
        pairs: scored pairs of different components; the order does not matter.
        traits: by component; a component without an entry is one contact record.
        limits: the guards.
    """
    ranked = sorted(pairs, key=lambda pair: (-pair.weight, pair.record, pair.other_record))
    groups = _Groups(ranked, traits)
    reasons: dict[tuple[int, int], str] = {}
    for pair in ranked:
        reasons[pair.record, pair.other_record] = _own_reason(pair, limits) or groups.join(
            pair, limits
        )
    for pair in ranked:
        # What was too little for a link at its turn may have been joined over another pair.
        if not _own_reason(pair, limits) and groups.are_one(pair):
            reasons[pair.record, pair.other_record] = ""
    return reasons


def _own_reason(pair: Pair, limits: Limits) -> str:
    """What speaks against a pair whatever else is linked."""
    return pair.objection or ("below_threshold" if pair.weight < limits.threshold else "")


class _Groups:
    """Components joined so far, with the pairs that speak for each two of their groups."""

    def __init__(self, pairs: Sequence[Pair], traits: Mapping[int, Traits]) -> None:
        """Each component is a group of its own."""
        self._parents: dict[int, int] = {}
        self._traits: dict[int, Traits] = {}
        self._support: dict[int, dict[int, int]] = {}
        for pair in pairs:
            for component in (pair.component, pair.other_component):
                self._parents.setdefault(component, component)
                self._traits.setdefault(component, traits.get(component, Traits()))
                self._support.setdefault(component, {})
            if pair.weight >= EVEN_ODDS and not pair.objection:
                self._add_support(pair.component, pair.other_component, 1)
                self._add_support(pair.other_component, pair.component, 1)

    def are_one(self, pair: Pair) -> bool:
        """Whether both ends are in one group."""
        return self._group(pair.component) == self._group(pair.other_component)

    def join(self, pair: Pair, limits: Limits) -> str:
        """Join the groups of both ends, or say why not."""
        one, other = sorted((self._group(pair.component), self._group(pair.other_component)))
        if one == other:
            return ""
        joined = self._traits[one].joined(self._traits[other])
        reason = _broken_limit(joined, limits)
        if reason:
            return reason
        if _are_births_apart(self._traits[one], self._traits[other], limits):
            return "birth_dates_apart"
        possible = self._traits[one].contacts * self._traits[other].contacts
        if self._support[one].get(other, 0) < LEAST_SUPPORT * possible:
            return "most_pairs_differ"
        self._parents[other] = one
        self._traits[one] = joined
        for third, count in self._support.pop(other).items():
            del self._support[third][other]
            if third != one:
                self._add_support(one, third, count)
                self._add_support(third, one, count)
        return ""

    def _add_support(self, one: int, other: int, count: int) -> None:
        self._support[one][other] = self._support[one].get(other, 0) + count

    def _group(self, component: int) -> int:
        root = component
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[component] != root:
            self._parents[component], component = root, self._parents[component]
        return root


def _broken_limit(traits: Traits, limits: Limits) -> str:
    if traits.contacts > limits.contacts:
        return "too_many_contacts"
    for kind in sorted(traits.identifiers):
        if kind in limits.identifiers and len(traits.identifiers[kind]) > limits.identifiers[kind]:
            return KEPT_APART if kind.startswith(KEPT_APART) else f"too_many_identifiers: {kind}"
    return ""


def _are_births_apart(one: Traits, other: Traits, limits: Limits) -> bool:
    """Whether every date of the one contradicts every date of the other."""
    years = limits.birth_years
    if years is None or not one.birth_dates or not other.birth_dates:
        return False
    return all(
        abs(int(first[:4]) - int(second[:4])) > years and not _is_one_error(first, second)
        for first in one.birth_dates
        for second in other.birth_dates
    )


def _is_one_error(first: str, second: str) -> bool:
    """Whether two dates differ by one digit, or by two neighbours swapped."""
    places = [place for place in range(len(first)) if first[place] != second[place : place + 1]]
    if len(places) == 2:
        left, right = places
        return right - left == 1 and first[left] + first[right] == second[right] + second[left]
    return len(places) == 1 and len(first) == len(second)
