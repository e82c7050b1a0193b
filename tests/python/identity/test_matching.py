"""People who share no identifier, matched between two builds of the real identity models."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster_dbt import DbtProject as DbtProjectOfDagster

from orchestration.defs.dbt import dbt_layers
from stammkunde.engines import Spark
from stammkunde.evidence import Evidence, Record, describe, explain
from stammkunde.identity import (
    MatchingError,
    MatchReport,
    Options,
    match_people,
    matching,
    matching_options,
)
from stammkunde.identity.options import require_splink
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import Settings, SettingsError, project_vars
from tests.python.dbt_project import DbtProject
from tests.python.people import PEOPLE, misspelt, people

from .conftest import make_identity_project
from .feeds import Feeds

BEFORE = ("--select", "+int_identity__matchable_contacts", "--indirect-selection", "cautious")
AFTER = ("--exclude", "+int_identity__matchable_contacts")
HOME = {"street": "allee 7", "postcode": "99999", "city": "nowhere"}


def fill(feeds: Feeds) -> None:
    """Two records a person: with one e-mail address of every second one, of the others with two."""
    chance = random.Random(11)
    for number, person in enumerate(people(chance)):
        shared = number % 2 == 0
        feeds.contact(f"one{number}", 1, email=f"p{number}@mail.de", **person)
        attribute = chance.choice(["first_name", "last_name", "street"])
        again = {**person, attribute: misspelt(person[attribute], chance)}
        address = f"p{number}@mail.de" if shared else f"{chance.randrange(10**9)}@post.de"
        feeds.contact(f"two{number}", 2, email=address, **again)
    feeds.contact("mother", 1, first_name="martina", email="family@mail.de")
    feeds.contact("child", 1, first_name="oskar", email="family@mail.de")
    feeds.contact("nobody", 1, email="noreply@mail.de")
    feeds.contact("wrong", 1, email="wrong@mail")
    # twins; father and son of one name; a test account like the father
    twins = {**HOME, "last_name": "zwilling", "birth_date": "1990-05-05"}
    feeds.contact("twin1", 1, first_name="kastor", email="k@mail.de", **twins)
    feeds.contact("twin2", 1, first_name="pollux", email="x@mail.de", **twins)
    men = {**HOME, "first_name": "heinrich", "last_name": "gleichnamig"}
    feeds.contact("father", 1, birth_date="1950-05-05", **men)
    feeds.contact("son", 1, birth_date="1981-12-17", **men)
    feeds.contact("test", 1, birth_date="1950-05-05", is_test_account=True, **men)


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """A warehouse whose people were matched once."""
    project = make_identity_project(make_project, "matching", probabilistic_matching=True)
    feeds = Feeds()
    fill(feeds)
    feeds.load(project)
    project.execute("create schema if not exists conformed")
    project.execute("create table conformed.as_of as select date '2025-01-10' as as_of_date")
    return project


@pytest.fixture(scope="module")
def first(project: DbtProject) -> MatchReport:
    """The report of the first run."""
    return resolve(project)


def chosen(**changes: Any) -> Options:  # noqa: ANN401 - any entry's value
    return Options.of({**project_vars()["matching"], **changes})


def resolve(project: DbtProject, **changes: Any) -> MatchReport:  # noqa: ANN401
    """Build, match, build."""
    assert project.dbt("build", *BEFORE, "--exclude-resource-type", "unit_test").success
    report = match_people(project.warehouse, chosen(**changes))
    result = project.dbt("build", *AFTER, "--exclude-resource-type", "unit_test")
    assert result.success, result.exception or result.result
    return report


def scores(project: DbtProject) -> dict[tuple[int, int], tuple[float, float, str | None]]:
    rows = project.execute(
        "select record_node, other_record_node, match_weight, match_probability, rejection_reason"
        " from identity.probabilistic_matches"
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def customers(project: DbtProject) -> dict[str, str]:
    rows = project.execute(
        "select record_id, customer_id from identity.int_identity__customer_records"
        " where record_type = 'contact'"
    )
    return {str(record).removeprefix("shop|"): str(customer) for record, customer in rows}


def explained(project: DbtProject, folder: Path, one: str, other: str) -> Evidence:
    project.execute("checkpoint")
    # A copy: dbt has its own open, in this process.
    copy = Path(shutil.copy(project.warehouse, folder / "copy.duckdb"))
    return explain(copy, Record("contact", f"shop|{one}"), Record("contact", f"shop|{other}"))


def test_people_are_found_by_what_they_are(project: DbtProject, first: MatchReport) -> None:
    assert first.trained
    assert first.contacts == 2 * PEOPLE + 8
    customer = customers(project)
    found = [customer[f"one{number}"] == customer[f"two{number}"] for number in range(PEOPLE)]
    assert sum(found[::2]) == PEOPLE / 2
    assert sum(found[1::2]) >= 0.95 * PEOPLE / 2
    # Nobody else was joined.
    others = [name for name in customer if not name.startswith("two")]
    assert len({customer[name] for name in others}) == len(others)


def test_twins_and_a_father_and_his_son_stay_apart(
    project: DbtProject, first: MatchReport, tmp_path: Path
) -> None:
    customer = customers(project)
    assert customer["twin1"] != customer["twin2"]
    assert customer["father"] != customer["son"]
    assert first.pairs > first.links
    told = {
        str(reason)
        for (reason,) in project.execute(
            "select distinct rejection_reason from identity.int_identity__probabilistic_links"
        )
    }
    assert "first_names_differ" in told
    assert describe(explained(project, tmp_path, "twin1", "twin2"))[-1].endswith(
        ": first_names_differ"
    )


def test_a_link_is_evidence_with_its_weight(
    project: DbtProject, first: MatchReport, tmp_path: Path
) -> None:
    assert first.links
    number = next(
        number
        for number in range(1, PEOPLE, 2)
        if customers(project)[f"one{number}"] == customers(project)[f"two{number}"]
    )
    evidence = explained(project, tmp_path, f"one{number}", f"two{number}")
    (tie,) = evidence.path
    assert tie.identifier_type == "probabilistic"
    assert tie.masked_value.startswith("match weight ")
    assert "    │ probabilistic match weight " in "\n".join(describe(evidence))


def test_a_second_run_gives_the_same_scores_and_does_not_train(
    project: DbtProject, first: MatchReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scores(project)
    monkeypatch.setattr(matching, "_train", lambda *_: pytest.fail("trained again"))
    again = resolve(project)
    assert not again.trained
    assert again.calibration == first.calibration
    assert scores(project) == before
    assert project.execute(
        "select count(*) from identity.identity_changes where change_type <> 'create'"
    ) == [(0,)]


def test_training_twice_gives_the_same_model(
    project: DbtProject, first: MatchReport, tmp_path: Path
) -> None:
    project.execute("checkpoint")
    copy = Path(shutil.copy(project.warehouse, tmp_path / "copy.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        connection.execute("drop table identity.probabilistic_calibrations")
    again = match_people(copy, chosen())
    assert again.trained
    assert again.calibration == first.calibration


def test_new_people_change_no_score_and_a_late_link_is_logged(
    project: DbtProject, first: MatchReport
) -> None:
    assert first.trained
    before, was = scores(project), customers(project)
    feeds = Feeds()
    fill(feeds)
    # Frequent now, and rare on the calibration date: scores must not follow.
    twin = {**people(random.Random(11))[1]}
    for number in range(20):
        feeds.contact(f"new{number}", 5, first_name=twin["first_name"], birth_date="1999-09-09")
    again = {**HOME, "last_name": "zwilling", "birth_date": "1990-05-05"}
    feeds.contact("kastor", 9, first_name="kastor", email="again@mail.de", **again)
    feeds.load(project)
    report = resolve(project)
    assert not report.trained
    after = scores(project)
    assert {key: after[key][:2] for key in before} == {key: before[key][:2] for key in before}
    customer = customers(project)
    assert customer["kastor"] == customer["twin1"] == was["twin1"]


def test_a_merge_by_a_link_is_logged_as_one(project: DbtProject, first: MatchReport) -> None:
    """Without any limit nobody links; then a limit of two lets the pairs meet."""
    assert first.trained
    resolve(project, max_contacts_per_customer=1)
    split = project.execute(
        "select distinct identifier_type, cause from identity.identity_changes"
        " where change_type = 'split'"
    )
    assert split == [("probabilistic", "too_many_contacts")]
    resolve(project)
    merges = project.execute(
        "select changes.identifier_type, changes.cause, links.rejection_reason, count(*)"
        " from identity.identity_changes as changes"
        " left join identity.int_identity__probabilistic_links as links"
        " on changes.identifier_node = links.link_node"
        " where changes.change_type = 'merge' group by all"
    )
    assert [row[:3] for row in merges] == [("probabilistic", "probabilistic_link", None)]


def test_a_calibration_date_trains_once_and_the_older_model_is_kept(
    project: DbtProject, first: MatchReport
) -> None:
    assert first.calibration
    assert first.calibration.date == "2025-01-10"
    with pytest.raises(MatchingError, match=r"model of 2025-02-01.* this run, 2025-01-10"):
        match_people(project.warehouse, chosen(calibration_date="2025-02-01"))
    project.execute("update conformed.as_of set as_of_date = '2025-02-01'")
    assert resolve(project, calibration_date="2025-02-01").trained
    assert not resolve(project, calibration_date="2025-02-01").trained
    dates = project.execute(
        "select cast(calibration_date as varchar) as calibration_date"
        " from identity.probabilistic_calibrations order by all"
    )
    assert dates == [("2025-01-10",), ("2025-02-01",)]
    # The newest that is not later than the day of the run.
    project.execute("update conformed.as_of set as_of_date = '2025-01-10'")
    report = match_people(project.warehouse, chosen())
    assert report.calibration
    assert report.calibration.date == "2025-01-10"


def test_values_of_people_are_in_no_stored_model(project: DbtProject, first: MatchReport) -> None:
    assert first.trained
    (model,) = project.execute("select any_value(model) from identity.probabilistic_calibrations")[
        0
    ]
    hashes = project.execute("select value_hash from identity.probabilistic_term_frequencies")
    known = {str(value) for person in people(random.Random(11)) for value in person.values()}
    assert not {value for value in known if len(value) > 5 and value in model}
    assert all(len(value) == 32 for (value,) in hashes)


def test_records_that_say_nothing_are_no_error(
    make_project: Callable[..., DbtProject],
) -> None:
    project = make_identity_project(make_project, "nobody", probabilistic_matching=True)
    feeds = Feeds()
    feeds.contact("a", 1, email="a@mail.de")
    feeds.load(project)
    project.execute("create schema if not exists conformed")
    project.execute("create table conformed.as_of as select date '2025-01-10' as as_of_date")
    # Before anybody was matched the models say what is missing.
    assert project.dbt("run", *BEFORE[:2]).success
    result = project.dbt("run", "--select", "int_identity__probabilistic_links")
    assert not result.success
    report = match_people(project.warehouse, chosen())
    assert (report.calibration, report.pairs, report.links) == (None, 0, 0)
    assert project.dbt("run", *AFTER).success
    assert list(customers(project)) == ["a"]


def test_without_the_var_a_cluster_is_a_component(identity_project: DbtProject) -> None:
    Feeds().load(identity_project)
    feeds = Feeds()
    feeds.contact("a", 1, email="a@mail.de")
    feeds.contact("b", 1, email="a@mail.de")
    feeds.load(identity_project)
    assert identity_project.dbt("run").success
    assert identity_project.execute(
        "select count(*), count(*) filter (where component_id = cluster_id)"
        " from identity.int_identity__clusters"
    ) == [(3, 3)]
    assert (
        identity_project.execute(
            "select table_name from information_schema.tables where table_name like '%matchable%'"
            " or table_name like 'probabilistic%'"
        )
        == []
    )


def test_what_says_nothing_of_a_person_is_not_compared(
    project: DbtProject, first: MatchReport
) -> None:
    assert first.trained
    compared = dict(
        project.execute(
            "select records.contact_key, contacts.email"
            " from identity.int_identity__matchable_contacts as contacts"
            " inner join identity.int_identity__records as records using (record_node)"
        )
    )
    # Shared by two people, blocked, written wrong, written right.
    assert (compared["mother"], compared["child"], compared["nobody"]) == (None, None, None)
    assert (compared["wrong"], compared["twin1"]) == ("wrong@mail", "k@mail.de")


def settings(**source_vars: Any) -> Settings:  # noqa: ANN401 - any var's value
    return Settings({"shop": ("contacts",)}, {}, None, source_vars)


def test_matching_is_off_unless_its_var_is_on() -> None:
    assert matching_options(settings()) is None
    found = matching_options(settings(probabilistic_matching=True))
    assert found == Options.of(project_vars()["matching"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "missing or unknown: calibration_date, expected_precision"),
        ({"thresh": 1}, "thresh"),
        ({"expected_precision": 1.5}, "expected_precision is a share"),
        ({"known_share": 0}, "known_share is a share"),
    ],
)
def test_options_that_make_no_sense_are_refused(values: dict[str, Any], said: str) -> None:
    given = {**project_vars()["matching"], **values} if values else {}
    with pytest.raises(SettingsError, match=said):
        Options.of(given)


def test_an_engine_that_cannot_match_people_says_so(tmp_path: Path) -> None:
    project = DbtProjectOfDagster(PROJECT, target_path=tmp_path)
    asked = settings(probabilistic_matching=True)
    with pytest.raises(SettingsError, match="on DuckDB only"):
        dbt_layers(project, asked, Home(tmp_path), Spark())


def test_a_missing_splink_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stammkunde.identity.options.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="Splink is not installed"):
        require_splink()
