"""Settings of a run from the environment."""

from datetime import date
from pathlib import Path

import pytest

from stammkunde.homes import HomeInUseError, hold
from stammkunde.paths import Home
from stammkunde.settings import SettingsError, from_environment


def test_without_a_source_the_project_decides() -> None:
    settings = from_environment({})
    assert list(settings.sources) == ["shop"]
    assert len(settings.sources["shop"]) == 11
    assert settings.dbt_vars()["as_of_date"] == ""


def test_a_source_brings_its_feeds_its_landing_and_its_vars(tmp_path: Path) -> None:
    settings = from_environment(
        {
            "STAMMKUNDE_SOURCE": "cdnow",
            "STAMMKUNDE_LANDING": str(tmp_path),
            "STAMMKUNDE_AS_OF": "1997-09-30",
        }
    )
    assert settings.sources == {"cdnow": ("contacts", "orders", "order_lines", "products")}
    assert settings.as_of == date(1997, 9, 30)
    assert settings.landing_folder("cdnow", Home(tmp_path / "home")) == tmp_path.resolve()
    assert settings.dbt_vars()["reporting_currency"] == "USD"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"STAMMKUNDE_SOURCE": "sap"}, "no source 'sap'"),
        ({"STAMMKUNDE_LANDING": "/tmp"}, "give SOURCE as well"),
        ({"STAMMKUNDE_SOURCE": "shop", "STAMMKUNDE_LANDING": "/nowhere"}, "does not exist"),
        ({"STAMMKUNDE_SOURCE": "shop", "STAMMKUNDE_AS_OF": "31.12.2025"}, "must be a date"),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_reason(
    variables: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        from_environment(variables)


def test_a_home_is_held_by_one_run_and_free_after_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with hold(home), pytest.raises(HomeInUseError, match="Another run"), hold(home):
        pass
    with hold(home):
        pass
