"""The gates: verdicts over the statistics that the models in ``models/quality`` computed."""

from stammkunde.quality.gates import evaluate
from stammkunde.quality.rules import Rule, read_rules
from stammkunde.quality.verdicts import Verdict, latest_verdicts, record

__all__ = ["Rule", "Verdict", "evaluate", "latest_verdicts", "read_rules", "record"]
