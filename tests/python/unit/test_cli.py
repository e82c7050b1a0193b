"""The command line: what it takes, and what it says when it cannot."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stammkunde import homes
from stammkunde.cli import app
from stammkunde.homes import hold
from stammkunde.ingest import load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import sources_file

FILE = "contacts/contacts_2025-01-01.csv"


def _loaded(home: Home) -> int:
    contract = read_contract(sources_file("shop"))
    return load("shop", home.landing / "shop", home.warehouse, contract).total("rows_loaded")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one loaded file of two rows."""
    home = Home(tmp_path / "home")
    file = home.landing / "shop" / FILE
    file.parent.mkdir(parents=True)
    head = ",".join(read_contract(sources_file("shop")).feeds["contacts"].column_names)
    blanks = "," * head.count(",")
    file.write_text(f"{head}\na{blanks}\nb{blanks}\n", encoding="utf-8")
    assert _loaded(home) == 2
    return home


def _forget(home: Home, source: str = "shop", file: str = FILE) -> tuple[int, str]:
    outcome = CliRunner().invoke(app, ["forget", source, file, "--home", str(home.root)])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    return outcome.exit_code, " ".join(outcome.output.split())


def test_a_forgotten_file_can_be_loaded_again(home: Home) -> None:
    assert _loaded(home) == 0
    assert _forget(home) == (0, f"2 rows of {FILE} were taken out.")
    assert _loaded(home) == 2


def test_what_cannot_be_forgotten_is_refused_with_a_reason(home: Home, tmp_path: Path) -> None:
    code, said = _forget(home, file="contacts/other.csv")
    assert (code, "no file 'contacts/other.csv' of 'shop' is loaded" in said) == (1, True)
    (tmp_path / "empty").mkdir()
    code, said = _forget(Home(tmp_path / "empty"))
    assert (code, "there is no warehouse" in said) == (1, True)
    code, said = _forget(Home(tmp_path / "typo"))
    assert (code, "There is no home" in said) == (2, True)
    assert not (tmp_path / "typo").exists()
    code, said = _forget(home, source="sap")
    assert (code, "no contract" in said) == (2, True)
    with hold(home):
        code, said = _forget(home)
    assert (code, "Another run is going on" in said) == (2, True)
    assert _loaded(home) == 0


def test_the_help_of_run_names_its_exit_codes() -> None:
    said = " ".join(CliRunner().invoke(app, ["run", "--help"]).output.split())
    assert "Exit code 1" in said
    assert "2: could not begin" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "sap"], "There is no source 'sap'"),
        (["--source", "shop", "--as-of", "31.12.2025"], "AS_OF must be a date"),
        (["--source", "shop", "--landing", "nowhere"], "does not exist or is no folder"),
    ],
)
def test_no_home_is_made_for_a_run_that_cannot_be(
    options: list[str], said: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    outcome = CliRunner().invoke(app, ["run", *options, "--home", str(home)])
    assert outcome.exit_code == 2
    assert said in " ".join(outcome.output.split())
    assert not home.exists()


def test_a_home_that_cannot_be_used_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    home = tmp_path / "file" / "home"
    outcome = CliRunner().invoke(app, ["run", "--source", "shop", "--home", str(home)])
    assert outcome.exit_code == 2
    assert "cannot be used: Not a directory" in " ".join(outcome.output.split())


def test_without_its_checkout_no_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "PROJECT", tmp_path)
    outcome = CliRunner().invoke(app, ["run", "--home", str(tmp_path / "home")])
    assert outcome.exit_code == 2
    assert "runs from its checkout" in outcome.output
