"""A whole dbt build in a process of its own, with progress, and what came of it."""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stammkunde import progress
from stammkunde.dbt_results import FAILED
from stammkunde.paths import PROJECT

# "12 of 280 OK created sql table model …": one line a finished node; hooks count for themselves.
_FINISHED_NODE = re.compile(r" (\d+) of (\d+) (?:OK|PASS|WARN|ERROR|FAIL|SKIP)\b(?! hook)")

# Unit tests prove the logic when the code changes, not when the data do.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = (*WITHOUT_UNIT_TESTS, "--exclude-resource-type", "test")


class BuildError(RuntimeError):
    """dbt broke off before it built anything; the message names its log."""


@dataclass(frozen=True)
class Outcome:
    """What a build came to.

    Attributes:
        succeeded: whether every model was built and no test failed.
        models: how many models and seeds were built.
        tests: how many tests passed.
        problems: nodes that did not succeed, each with dbt's message.
        seconds: of the whole build, starting the engine included.
    """

    succeeded: bool
    models: int
    tests: int
    problems: tuple[str, ...]
    seconds: float


def dbt_build(
    engine: str,
    environment: Mapping[str, str],
    variables: Mapping[str, Any],
    log_path: Path,
    arguments: Sequence[str] = WITHOUT_UNIT_TESTS,
) -> Outcome:
    """Run ``dbt build``.

    Args:
        engine: its name for a person.
        environment: variables beside those of this process; ``DBT_TARGET_PATH`` is among them.
        variables: dbt's vars.
        log_path: file for what dbt says; what it held before is gone.
        arguments: further arguments of ``dbt build``.

    Raises:
        BuildError: dbt broke off before it built anything.
    """
    started = time.monotonic()
    display = progress.current()
    display.stage(f"Start {engine}")
    results = Path(environment["DBT_TARGET_PATH"]) / "run_results.json"
    results.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "stammkunde.parsed"),
        *("build", "--vars", json.dumps(dict(variables), sort_keys=True), *arguments),
    ]
    with (
        log_path.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        total = None
        for line in process.stdout or ():
            log.write(line)
            log.flush()
            finished = _FINISHED_NODE.search(line)
            if finished:
                if total is None:
                    total = int(finished[2])
                    display.stage(f"Build and test on {engine}", total=total)
                display.advance()
    seconds = time.monotonic() - started
    try:
        nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
    except FileNotFoundError:
        raise BuildError(f"dbt broke off before it built anything; {log_path} says why.") from None
    return _outcome(nodes, process.returncode, seconds)


def _outcome(results: list[dict[str, Any]], exit_code: int, seconds: float) -> Outcome:
    good: Counter[str] = Counter()
    problems = []
    for result in results:
        kind, name = result["unique_id"].split(".")[0], result["unique_id"].split(".")[2]
        if result["status"] in ("success", "pass"):
            good[kind] += 1
        elif result["status"] in FAILED:
            problems.append(f"{kind} {name}: {(result['message'] or '').strip()}")
    if exit_code and not problems:
        problems.append(f"dbt ended with code {exit_code}")
    return Outcome(
        succeeded=not problems,
        models=good["model"] + good["seed"],
        tests=good["test"] + good["unit_test"],
        problems=tuple(problems),
        seconds=seconds,
    )
