"""The project is parsed when it has changed, and never for another home or another day."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stammkunde import digests, parsed
from stammkunde.homes import prepare
from stammkunde.parsed import DbtProjectError
from stammkunde.paths import Home
from tests.python.dbt_project import DbtProject

MODEL = "select '{{ var(\"as_of_date\") }}' as as_of_date, {{ var('number', 1) }} as number"


@pytest.fixture
def project(make_project: Callable[..., DbtProject], monkeypatch: pytest.MonkeyPatch) -> DbtProject:
    made = make_project("parsed", {"numbers.sql": MODEL}, {"vars": {"as_of_date": ""}})
    monkeypatch.setattr(parsed, "PROJECT", made.root)
    monkeypatch.setattr(digests, "PROJECT", made.root)
    return made


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The vars of each time that the project was parsed."""
    seen = []
    parse_into = parsed._parse_into

    def counted(target: Path, variables: Any) -> None:  # noqa: ANN401 - as dbt takes them
        seen.append(variables)
        parse_into(target, variables)

    monkeypatch.setattr(parsed, "_parse_into", counted)
    return seen


def _home(folder: Path, name: str = "home") -> Home:
    home = Home(folder / name)
    prepare(home)
    return home


def test_another_home_and_another_day_parse_nothing(
    project: DbtProject, parses: list[Any], tmp_path: Path
) -> None:
    folder = parsed.parse({"as_of_date": ""}, _home(tmp_path))
    assert folder.is_relative_to(project.root)
    other = _home(tmp_path, "other")
    assert parsed.parse({"as_of_date": "2025-01-31"}, other) == folder
    assert (other.target / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()
    assert parses == [{"as_of_date": ""}]


@pytest.mark.parametrize("changed", ["model", "var", "seed"])
def test_what_has_changed_is_parsed_anew(
    project: DbtProject, parses: list[Any], tmp_path: Path, changed: str
) -> None:
    home = _home(tmp_path)
    before = parsed.parse({}, home)
    variables = {"number": 2} if changed == "var" else {}
    if changed == "model":
        project.write("models/numbers.sql", MODEL + " where 1 = 1")
    if changed == "seed":
        project.write("seeds/letters.csv", "letter\na\n")
    assert parsed.parse(variables, home) != before
    assert len(parses) == 2


def test_a_project_that_dbt_cannot_read_is_said_and_not_kept(
    project: DbtProject, tmp_path: Path
) -> None:
    project.write("models/numbers.sql", "select {{ ref('nowhere') }}")
    for _ in range(2):
        with pytest.raises(DbtProjectError, match="nowhere"):
            parsed.parse({}, _home(tmp_path))


@pytest.mark.usefixtures("project")
def test_only_the_newest_states_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed, "_KEPT", 2)
    home = _home(tmp_path)
    folders = [parsed.parse({"number": number}, home) for number in range(3)]
    assert [folder.exists() for folder in folders] == [False, True, True]
    assert len(list(folders[-1].parent.iterdir())) == 2


def test_dbt_builds_on_it_with_the_day_of_the_run(
    project: DbtProject, parses: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAMMKUNDE_HOME", str(_home(tmp_path).root))
    place = ["--project-dir", str(project.root), "--profiles-dir", str(project.root), "--quiet"]
    for day in ("2025-01-31", "2025-02-28"):
        variables = f'{{"as_of_date": "{day}", "number": 7}}'
        assert parsed.main(["build", "--vars", variables, *place]) == 0
        assert project.execute("select * from numbers") == [(day, 7)]
    assert len(parses) == 1
    project.write("models/numbers.sql", "select no_such_column")
    assert parsed.main(["build", *place]) == 1
    assert parsed.main(["build", "--no-such-option", *place]) == 2
