"""fake_1000 and febrl3: invented people with typing errors, whose truth is known."""

from pathlib import Path

import pytest

from benchmarks.matching import DATA_SETS, Evaluation, Score, evaluate
from stammkunde.evidence import Record, explain
from stammkunde.paths import Home
from tests.python.conftest import Run, real_data, run_graph


def resolved(source: str, folder: Path) -> tuple[Run, Evaluation]:
    landing = real_data(f"identity/{source}")
    run = run_graph(Home(folder), source, landing)
    assert run.exit_code == 0, run.output
    return run, evaluate(source, run.home, weights=())


@pytest.fixture(scope="module")
def fake_1000(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Evaluation]:
    return resolved("fake_1000", tmp_path_factory.mktemp("fake_1000"))


@pytest.fixture(scope="module")
def febrl3(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Evaluation]:
    return resolved("febrl3", tmp_path_factory.mktemp("febrl3"))


def test_equal_e_mail_addresses_alone_find_a_third(fake_1000: tuple[Run, Evaluation]) -> None:
    assert fake_1000[1].identifier_alone == Score(found=682, right=682, true=2031)


def test_equal_numbers_alone_find_six_of_seven(febrl3: tuple[Run, Evaluation]) -> None:
    assert febrl3[1].identifier_alone == Score(found=5601, right=5601, true=6538)


def test_identifiers_by_our_rules_fuse_nobody(
    fake_1000: tuple[Run, Evaluation], febrl3: tuple[Run, Evaluation]
) -> None:
    assert fake_1000[1].resolved.precision == 1
    assert febrl3[1].resolved.precision == 1


def test_customers_of_fake_1000_at_the_threshold_of_the_run(
    fake_1000: tuple[Run, Evaluation],
) -> None:
    customers = fake_1000[1].customers
    assert customers.precision >= 0.99
    assert customers.f1 >= 0.90


def test_customers_of_febrl3_at_the_threshold_of_the_run(
    febrl3: tuple[Run, Evaluation],
) -> None:
    """The guard on first names costs a hundredth: in these data they are sometimes replaced."""
    evaluation = febrl3[1]
    assert evaluation.customers.precision >= 0.999
    assert evaluation.customers.f1 >= 0.98
    assert evaluation.pairs[evaluation.threshold].f1 >= 0.99


def test_scored_pairs_are_as_good_as_what_splink_publishes(
    fake_1000: tuple[Run, Evaluation], febrl3: tuple[Run, Evaluation]
) -> None:
    assert fake_1000[1].best_pairs[1].f1 >= DATA_SETS["fake_1000"].published
    assert febrl3[1].best_pairs[1].f1 >= DATA_SETS["febrl3"].published


def test_every_linked_customer_has_evidence(fake_1000: tuple[Run, Evaluation]) -> None:
    run = fake_1000[0]
    rows = run.warehouse(
        """
        select min(record_id), max(record_id)
        from identity.int_identity__customer_records
        group by customer_id
        having count(*) > 1
        """
    )
    assert len(rows) > 100
    for first, second in rows:
        records = Record("contact", first), Record("contact", second)
        assert explain(run.home.warehouse, *records).path


def test_a_value_with_a_space_in_front_is_read_without(febrl3: tuple[Run, Evaluation]) -> None:
    spaced = febrl3[0].warehouse(
        "select count(*) from conformed.contacts where trim(first_name) <> first_name"
    )
    assert spaced == [(0,)]
    known = febrl3[0].warehouse("select count(birth_date), count(street) from conformed.contacts")
    assert known == [(4810, 4986)]
