"""What a user may choose, and what a run reports."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
KeyArray = npt.NDArray[np.uint64]

#: Written into ``truth/settings.json``; raised whenever the same seed gives other bytes.
VERSION = 1
#: People that are simulated at a time. Fixed, because the bytes depend on it; it bounds the memory.
CHUNK = 25_000
DAY = 86_400


class SimulatorError(ValueError):
    """A setting or a folder that the simulator cannot work with; the message says what to do."""


@dataclass(frozen=True)
class Settings:
    """One simulation.

    Attributes:
        customers: people who come to the shop (visitors, leads and buyers together).
        days: length of the history in days, at least 2.
        seed: the same settings and seed give the same bytes.
        out: folder that gets ``landing/shop`` and ``truth``.
        end: last day of the history.
        plant: names of faults to plant, in this order; see ``simulator.faults.FAULTS``.
        r: BG/NBD shape of the purchase rates.
        alpha: BG/NBD scale of the purchase rates, in weeks.
        a: first BG/NBD parameter of the drop-out chances.
        b: second BG/NBD parameter of the drop-out chances.
        events_per_person: about how many tracked events a person leaves in a two-year history.

    Raises:
        SimulatorError: a value is out of its range or a fault is unknown.
    """

    customers: int
    days: int
    seed: int
    out: Path
    end: dt.date = dt.date(2025, 12, 31)
    plant: tuple[str, ...] = ()
    # Fader, Hardie and Lee's published estimates for CDNOW.
    r: float = 0.243
    alpha: float = 4.414
    a: float = 0.793
    b: float = 2.426
    events_per_person: float = 50.0

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        from simulator.faults import FAULTS

        if not 1 <= self.customers <= 100_000_000:
            raise SimulatorError(f"customers must be 1 to 100,000,000, not {self.customers}")
        if not 2 <= self.days <= 3_660:
            raise SimulatorError(f"days must be 2 to 3,660 (ten years), not {self.days}")
        if self.seed < 0:
            raise SimulatorError(f"seed must not be negative, but is {self.seed}")
        if self.end < dt.date(1980, 1, 1) + dt.timedelta(days=self.days):
            raise SimulatorError(f"the history must not begin before 1980; end is {self.end}")
        if self.end > dt.date(2999, 1, 1):
            raise SimulatorError(f"the history must end before 2999; end is {self.end}")
        if min(self.r, self.alpha, self.a, self.b) <= 0:
            raise SimulatorError("r, alpha, a and b must be greater than 0")
        if not 8 <= self.events_per_person <= 1_000:
            raise SimulatorError("events_per_person must be 8 to 1,000")
        unknown = sorted(set(self.plant) - set(FAULTS))
        if unknown:
            raise SimulatorError(
                f"unknown fault: {', '.join(unknown)}; choose from {', '.join(sorted(FAULTS))}"
            )

    @property
    def start(self) -> dt.date:
        """First day of the history."""
        return self.end - dt.timedelta(days=self.days - 1)

    @property
    def landing(self) -> Path:
        """Folder with one subfolder a feed."""
        return self.out / "landing" / "shop"

    @property
    def truth(self) -> Path:
        """Folder of the truth tables."""
        return self.out / "truth"

    def recorded(self) -> dict[str, str | int | float | list[str]]:
        """Everything that the bytes depend on, in a shape that JSON holds."""
        return {
            "version": VERSION,
            "customers": self.customers,
            "days": self.days,
            "seed": self.seed,
            "end": self.end.isoformat(),
            "plant": list(self.plant),
            "r": self.r,
            "alpha": self.alpha,
            "a": self.a,
            "b": self.b,
            "events_per_person": self.events_per_person,
        }


@dataclass(frozen=True)
class Summary:
    """What a run wrote.

    Attributes:
        landing: folder of the landing files.
        truth: folder of the truth tables.
        rows: rows per feed, before faults are planted.
        files: files per feed, before faults are planted.
        people: people per kind (visitor, lead, buyer).
        faults: planted faults with the number of rows or files each touched.
        reused: True when the same simulation was there already and nothing was written.
    """

    landing: Path
    truth: Path
    rows: dict[str, int]
    files: dict[str, int]
    people: dict[str, int]
    faults: dict[str, int] = field(default_factory=dict)
    reused: bool = False
