"""What Dagster keeps of past runs: the newest ones."""

import shutil
from pathlib import Path

import dagster as dg

# A month of daily runs, at some 10 MB each.
RUNS_KEPT = 30


def forget_old_runs(instance: dg.DagsterInstance, kept: int = RUNS_KEPT) -> int:
    """Delete the runs before the newest ``kept`` ones, with their events and captured output.

    A run that has not ended stays. The marts, their history and the verdicts of the gates lie in
    the warehouse and are not touched. Of a deleted run Dagster leaves its own file, emptied, which
    goes here.

    Returns:
        the number of runs deleted.
    """
    old = [run for run in instance.get_runs()[kept:] if run.is_finished]
    for run in old:
        instance.delete_run(run.run_id)
        shutil.rmtree(Path(instance.storage_directory()) / run.run_id, ignore_errors=True)
        history = Path(instance.root_directory) / "history" / "runs"
        (history / f"{run.run_id}.db").unlink(missing_ok=True)
    return len(old)
