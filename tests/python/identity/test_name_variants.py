"""Seed name_variants: what the lists give, and what it must hold."""

import pytest

from stammkunde.name_variants import SEED, TWO_PEOPLE, as_csv, name_variants, plain

PAIRS = {(one, other) for one, other, _ in name_variants()}


def test_the_seed_is_what_the_lists_give() -> None:
    assert SEED.read_text(encoding="utf-8") == as_csv(name_variants())


def test_pairs_are_in_the_order_of_the_alphabet_and_comparable() -> None:
    assert len(PAIRS) > 4_000
    assert all(one < other for one, other in PAIRS)
    assert all(plain(name) == name for pair in PAIRS for name in pair)


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Thomas", "Tom"),
        ("Robert", "Bob"),
        ("Katharina", "Kate"),
        ("Nikolaus", "Klaus"),
        ("Elizabeth", "Liz"),
        ("William", "Bill"),
        ("Josef", "Sepp"),
        ("Käthe", "Katharina"),
        ("Hans-Jürgen", "Hajü"),
    ],
)
def test_forms_of_a_name_are_listed(name: str, variant: str) -> None:
    assert tuple(sorted((plain(name), plain(variant)))) in PAIRS


@pytest.mark.parametrize("pair", [("anna", "peter"), ("lena", "lukas"), *sorted(TWO_PEOPLE)])
def test_names_of_two_people_are_not(pair: tuple[str, str]) -> None:
    assert tuple(sorted(pair)) not in PAIRS
