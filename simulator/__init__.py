"""A seeded web shop with known truth: the demo's data, the tests' data, the benchmark's data.

The package knows nothing of Stammkunde and nothing but tests, demo and benchmarks knows it.

    from simulator import Settings, simulate

    summary = simulate(Settings(customers=2_000, days=120, seed=7, out=Path("shop")))
"""

from simulator.faults import FAULTS, plant
from simulator.run import simulate
from simulator.settings import Settings, SimulatorError, Summary

__all__ = ["FAULTS", "Settings", "SimulatorError", "Summary", "plant", "simulate"]
