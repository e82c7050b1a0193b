"""The dbt project, parsed once for each state of its files.

dbt itself parses everything anew where the warehouse lies elsewhere or a var has another value, as
the day of each scheduled run has. What it reads out of the files depends on neither.

``python -m stammkunde.parsed build …`` is dbt, but for that.
"""

import json
import os
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from stammkunde.digests import digest, digest_of_code
from stammkunde.paths import PROJECT, Home, home

# What dbt reads, and what stands in the models that it reads out of there.
_READ = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")
_ENVIRONMENT = ("STAMMKUNDE_TARGET", "STAMMKUNDE_SPARK_SCHEMA")
_PACKAGES = ("dbt-core", "dbt-adapters", "dbt-duckdb", "dbt-spark")

_MANIFEST = "manifest.json"
_STATE = "partial_parse.msgpack"

# States of the project that are kept, at some 10 MB each: of each source, before and after changes.
_KEPT = 12


class DbtProjectError(RuntimeError):
    """The dbt project cannot be parsed; dbt's own message says where."""


def parse(variables: Mapping[str, Any], place: Home) -> Path:
    """The project as dbt reads it with these vars, parsed only if no run of this checkout did.

    Args:
        variables: vars of the run; the day has no part in it, as no model may read other tables
            on another day.
        place: home of the run, with its environment set.

    Returns:
        a folder with ``manifest.json`` and dbt's own ``partial_parse.msgpack``. The home's folder
        ``target`` gets the manifest as well, for what is done between runs.

    Raises:
        DbtProjectError: the project does not parse.
    """
    read_with = {**variables, "as_of_date": ""}
    state = digest(
        [
            digest_of_code(_READ),
            json.dumps(read_with, sort_keys=True),
            *(f"{name}={os.environ.get(name)}" for name in _ENVIRONMENT),
            *(f"{name}=={_version(name)}" for name in _PACKAGES),
        ]
    )
    shared = PROJECT / "target" / "parsed" / state
    if (shared / _MANIFEST).exists():
        with suppress(OSError):
            os.utime(shared)
        place.target.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared / _MANIFEST, place.target)
        return shared
    _parse_into(place.target, read_with)
    try:
        return _share(place.target, shared)
    except OSError:  # a checkout that this user cannot write into: the home has its own
        return place.target


def _version(package: str) -> str:
    """Version of a package, whose macros are parsed with the project's; empty if it is not here."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _parse_into(target: Path, variables: Mapping[str, Any]) -> None:
    from dbt.cli.main import dbtRunner  # seconds, which a run of a parsed project does not need

    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments = ["--vars", json.dumps(variables, sort_keys=True), "--target-path", str(target)]
    outcome = dbtRunner().invoke(["--quiet", "parse", *arguments, *folders])
    if not outcome.success:
        raise DbtProjectError(f"dbt cannot parse the project: {outcome.exception}")


def _share(target: Path, shared: Path) -> Path:
    """Copy what dbt has parsed to where other runs look for it, at one stroke."""
    shared.parent.mkdir(parents=True, exist_ok=True)
    half_made = Path(mkdtemp(dir=shared.parent))
    for name in (_STATE, _MANIFEST):
        shutil.copy(target / name, half_made)
    with suppress(OSError):  # another run was quicker
        half_made.rename(shared)
    shutil.rmtree(half_made, ignore_errors=True)
    by_age = sorted(shared.parent.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[:-_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    return shared


def main(arguments: list[str]) -> int:
    """Run dbt for the home of this process on the parsed project; dbt's exit code."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--vars", type=json.loads, default={})
    variables = parser.parse_known_args(arguments)[0].vars
    try:
        state = (parse(variables, home()) / _STATE).read_bytes()
    except DbtProjectError as error:
        print(error)
        return 2
    manifest = Manifest.from_msgpack(state, decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]  # dbt has no types for it
    outcome = dbtRunner(manifest).invoke(arguments)
    if outcome.success:
        return 0
    return 2 if outcome.exception else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
