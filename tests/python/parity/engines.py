"""dbt on one engine or the other, each build in a process of its own: one JVM, one metastore."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stammkunde.paths import PROJECT, Home
from stammkunde.spark import session_environment

Engine = Literal["duckdb", "spark"]

# Several invocations share a process, so that tables which only its memory knows are still there.
_INVOKE = """
import json, sys
from dbt.cli.main import dbtRunner
for arguments in json.loads(sys.argv[1]):
    outcome = dbtRunner().invoke(arguments)
    if outcome.exception:
        sys.exit(f"dbt broke off: {outcome.exception}")
    if not outcome.success:
        sys.exit(1)
"""


@dataclass(frozen=True)
class Build:
    """What a process of dbt came to.

    Attributes:
        succeeded: whether every invocation did.
        output: what dbt said.
    """

    succeeded: bool
    output: str


def dbt(
    engine: Engine,
    home: Home,
    *invocations: Sequence[str],
    project: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
) -> Build:
    """Run dbt for a home on an engine.

    Args:
        engine: target of ``profiles.yml``.
        home: its warehouse is DuckDB's; Spark's lies beside it.
        invocations: arguments of each invocation, without target and folders.
        project: folder of ``dbt_project.yml``; the profile is always the repository's.
        environment: further variables.
    """
    place = [
        *("--target", engine),
        *("--project-dir", str(project)),
        *("--profiles-dir", str(PROJECT)),
        "--no-use-colors",
    ]
    variables = {
        **os.environ,
        **home.environment(),
        "DBT_PROJECT_DIR": str(project),
        # A target folder each: a manifest is one engine's.
        "DBT_TARGET_PATH": str(home.target / engine),
        **(session_environment(home) if engine == "spark" else {}),
        **(environment or {}),
    }
    arguments = [[*invocation, *place] for invocation in invocations]
    finished = subprocess.run(
        [sys.executable, "-c", _INVOKE, json.dumps(arguments)],
        env=variables,
        cwd=home.root,
        capture_output=True,
        text=True,
        check=False,
    )
    return Build(finished.returncode == 0, finished.stdout + finished.stderr)
