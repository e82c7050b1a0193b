"""The published file is read as the README says by the present DuckDB and by one before 1.5."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from stammkunde.publish import publish
from stammkunde.publish.serving import LINK

from .publish_warehouse import build_warehouse, default_nodes, write_manifest
from .published_client import ATTACHED, OPENED

CLIENT = Path(__file__).with_name("published_client.py")
# Before 1.5 a catalog may not be called like a schema; this one reads no later storage either.
OLDER = "1.1.3"


@pytest.fixture(params=["present", OLDER])
def python(request: pytest.FixtureRequest) -> Path:
    """An interpreter with a release of DuckDB; one from PyPI is kept in pytest's cache."""
    if request.param == "present":
        return Path(sys.executable)
    folder: Path = request.config.cache.mkdir(f"duckdb-{request.param}")
    interpreter = folder / "bin" / "python"
    if not (folder / "installed").exists():
        venv.create(folder, clear=True)
        pip = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--no-deps"]
        options = [
            "--quiet",
            "--disable-pip-version-check",
            "--retries",
            "1",
            "--only-binary=:all:",
        ]
        installed = subprocess.run(
            [*pip, *options, f"duckdb=={request.param}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            reason = (installed.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            pytest.skip(f"duckdb {request.param} does not come from PyPI: {reason}")
        (folder / "installed").touch()
    return interpreter


def test_every_way_to_name_a_table_works_before_and_after_a_publish(
    python: Path, tmp_path: Path
) -> None:
    warehouse, serving = tmp_path / "stammkunde.duckdb", tmp_path / "serving"
    manifest = write_manifest(tmp_path / "manifest.json", default_nodes())
    with subprocess.Popen(
        [python, CLIENT, serving / LINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        release = client.stdout.readline().strip()
        assert release == OLDER or python == Path(sys.executable)
        for stamp in (1, 2):
            publish(build_warehouse(warehouse, stamp), serving, manifest)
            client.stdin.write("\n")
            client.stdin.flush()
            assert json.loads(client.stdout.readline()) == dict.fromkeys(
                [*OPENED, *ATTACHED], stamp
            ), f"DuckDB {release}"
        client.stdin.close()
