"""Whether people are matched, and how strictly: the vars of the dbt project."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from stammkunde.settings import Settings, SettingsError, project_vars

SWITCH = "probabilistic_matching"
LIMITS = "matching"


@dataclass(frozen=True)
class Options:
    """How people are matched; each attribute is an entry of var ``matching``.

    Attributes:
        calibration_date: day whose trained model scores, as ISO text; a run of that day trains it.
            Empty: the newest there is, and where there is none, the day of the run.
        expected_precision: share of the pairs at or above the threshold that the model itself takes
            for one person; the threshold is the smallest weight that keeps it.
        known_share: share of all pairs of one person that share an identifier, or name and birth
            date; the model's guess of how many pairs there are at all rests on it.
        max_contacts_per_customer: a link never makes a customer of more contact records.
        max_records_per_key: contact records that share a blocking key, at most; a key that more
            share (a frequent name) is not compared on.
    """

    calibration_date: str
    expected_precision: float
    known_share: float
    max_contacts_per_customer: int
    max_records_per_key: int

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """The options that a mapping like var ``matching`` holds.

        Raises:
            SettingsError: an entry is missing, is unknown or makes no sense.
        """
        names = set(cls.__dataclass_fields__)
        if set(values) != names:
            wrong = ", ".join(sorted(names ^ set(values)))
            raise SettingsError(f"Var {LIMITS} has entries missing or unknown: {wrong}.")
        chosen = cls(
            calibration_date=str(values["calibration_date"] or ""),
            expected_precision=float(values["expected_precision"]),
            known_share=float(values["known_share"]),
            max_contacts_per_customer=int(values["max_contacts_per_customer"]),
            max_records_per_key=int(values["max_records_per_key"]),
        )
        for name in ("expected_precision", "known_share"):
            if not 0 < getattr(chosen, name) <= 1:
                raise SettingsError(f"Var {LIMITS}.{name} is a share above 0, up to 1.")
        return chosen


def matching_options(settings: Settings) -> Options | None:
    """The options of a run; None where it matches nobody.

    Raises:
        SettingsError: var ``matching`` is not in order.
    """
    values = {**project_vars(), **settings.source_vars}
    if not values.get(SWITCH, False):
        return None
    return Options.of(values.get(LIMITS, {}))


def require_splink() -> None:
    """Make sure that the optional package is there.

    Raises:
        SettingsError: it is not.
    """
    if find_spec("splink") is None:
        raise SettingsError(
            f"Var {SWITCH} is on and Splink is not installed: "
            "pip install 'stammkunde[probabilistic]', or switch the var off."
        )
