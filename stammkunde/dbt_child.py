"""dbt as the child of a run: it ends with the run, and the next run can tell whether it has.

``python -m stammkunde.dbt_child LOCK COMMAND …`` becomes COMMAND and holds the file LOCK as long as
that lives. Killed with ``kill -9``, a run can end nothing that it started: so on Linux the kernel
ends its dbt, and elsewhere the next run waits for the lock.
"""

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def write_stand_in(script: Path, lock: Path, command: Sequence[str], version: str) -> Path:
    """Write a script that runs a command of this environment in this way.

    Args:
        script: file to write; dagster-dbt takes the path of an executable and no arguments.
        lock: file that the command holds.
        command: the program and its first arguments.
        version: what it answers to ``--version`` alone; dagster-dbt asks in each run, and dbt would
            take seconds to say it.

    Returns:
        The script.
    """
    words = (sys.executable, "-m", "stammkunde.dbt_child", str(lock), *command)
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    script.parent.mkdir(parents=True, exist_ok=True)
    # At one stroke: another process may be starting dbt by it.
    half_made = script.with_name(f"{script.name}.{os.getpid()}")
    half_made.write_text(
        f"""#!/bin/sh
[ "$*" = --version ] && echo {version} && exit
exec {quoted} "$@"
""",
        encoding="utf-8",
    )
    half_made.chmod(0o755)
    half_made.replace(script)
    return script


def become(lock: Path, command: list[str], parent: int) -> None:
    """Replace this process by a command that ends with its parent and holds a lock."""
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(held, fcntl.LOCK_EX)
    os.set_inheritable(held, True)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return  # the parent is gone already
    os.execvp(command[0], command)


if __name__ == "__main__":
    become(Path(sys.argv[1]), sys.argv[2:], os.getppid())
