"""Matching of people who share no identifier: an optional step between two builds of the models.

The deterministic rules of `models/identity` stand first. What they left apart is compared by names,
birth date, address and miswritten identifiers; Splink scores each pair of contact records, and the
pairs that pass every guard join two customers. Var ``probabilistic_matching`` switches it on.
"""

from stammkunde.identity.matching import MatchingError, MatchReport, match_people
from stammkunde.identity.options import Options, matching_options, require_splink

__all__ = [
    "MatchReport",
    "MatchingError",
    "Options",
    "match_people",
    "matching_options",
    "require_splink",
]
