"""The normalisers over tables of tricky values, and against the libraries that know best."""

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import idna
import phonenumbers
import pyarrow as pa
import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from stammkunde.paths import PROJECT
from stammkunde.phone_plans import SEED, as_csv, first_digits, phone_plans
from tests.python.dbt_project import DbtProject

from .normalisers import (
    COPIED,
    DOMAINS,
    TABLE_NAMES,
    WORD_LISTS,
    Case,
    Written,
    blocked_and_not,
    blocking_cases,
    models,
    read_rows,
    read_table,
)

# Letters that random labels are made of: few, so that many come twice.
LETTERS = "abcxyz019äöüßéèñçøåвджщβδψ中文字漢あいう"


@dataclass(frozen=True)
class Clean:
    """What became of a written value.

    Attributes:
        value: its clean value.
        reason: why it is rejected, or None.
    """

    value: str
    reason: str | None

    @property
    def usable(self) -> str | None:
        """The clean value, None where it is rejected."""
        return self.value if self.reason is None else None


Cleaned = dict[Written, Clean]


# The letters of European alphabets that a Mac writes as two characters.
COMPOSED = "àèìòùáćéíńóśúýźάέήίόύώâêîôûãñõāēīūăğйėżäëïöüÿёїåůőűčďěňřšťžșțçşąęįų"


def random_domains() -> list[str]:
    chance = random.Random(4)
    labels = ["".join(chance.choices(LETTERS, k=chance.randint(1, 25))) for _ in range(500)]
    return [f"{label}.de" for label in labels if not label.isascii()]


def example_numbers() -> dict[Written, set[str]]:
    """Numbers of every kind and country as people write them, each with those that it can mean."""
    chance = random.Random(4)
    kinds = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]
    numbers = defaultdict(set)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in kinds:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                national = phonenumbers.national_significant_number(example)
                like = f"{national[:-4]}{chance.randint(0, 9999):04}"
                other = phonenumbers.parse(f"+{example.country_code}{like}")
                for number in filter(phonenumbers.is_valid_number, (example, other)):
                    for written in spellings(region, number):
                        numbers[written].add(e164(number))
    return dict(numbers)


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def spellings(region: str, number: phonenumbers.PhoneNumber) -> Iterator[Written]:
    """One number as records of its country, of Germany and of the United States write it."""
    code = str(number.country_code)
    national = phonenumbers.national_significant_number(number)
    trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    at_home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    texts = [
        at_home,
        at_home.replace(" ", "."),
        at_home.replace(" ", " / ", 1),
        f"{at_home} ext. 12",
        abroad,
        abroad.replace(" ", "-"),
        f"{abroad} x12",
        f"+{code}{national}",
        f"{code}{national}",
        national,
    ]
    if trunk:
        texts += [f"{trunk}{national}", f"({trunk}) {national}", f"+{code} {trunk} {national}"]
    if trunk == "0":
        texts += [f"+{code} (0){national}", f"+{code} (0) {national}"]
    yield from (Written("phone", text, region) for text in texts)
    yield Written("phone", f"00{code} {national}", "DE")
    yield Written("phone", f"011 {code} {national}", "US")


def provider_rows() -> list[dict[str, str]]:
    return read_rows(PROJECT / "seeds/reference/email_providers.csv")


def plan_numbers() -> list[tuple[str, Written, Written]]:
    """Of each row of phone_countries, a number that it takes and one that is too long for it."""
    found = []
    for plan in phone_plans():
        if plan.is_main_country == "true":
            longest = int(plan.national_digits.split()[-1])
            digits = (plan.first_digits[-1] + "24680135790246801")[: longest + 1]
            long = f"+{plan.calling_code}{digits}"
            example = phonenumbers.example_number(plan.country) or (
                phonenumbers.example_number_for_non_geo_entity(int(plan.calling_code))
            )
            assert example is not None
            good = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            found.append((plan.country, Written("phone", good), Written("phone", long)))
    return found


@pytest.fixture(scope="module")
def cleaned(make_project: Callable[..., DbtProject]) -> Cleaned:
    """Every value of this module, cleaned in one run."""
    values = [case.written for name in TABLE_NAMES for case in read_table(name)]
    values += [Written("email", f"eva@{domain}") for domain in (*DOMAINS, *random_domains())]
    values += [address for letter in COMPOSED for address in both_forms(letter)]
    values += example_numbers()
    for row in provider_rows():
        values += provider_addresses(row["domain"])
    for row in blocking_cases():
        values += blocked_and_not(row)
    for _, good, long in plan_numbers():
        values += [good, long]
    values = list(dict.fromkeys(values))
    project = make_project(
        "normalisers",
        models("{{ config(materialized='view') }} select * from given.written_values"),
        {"models": {"stammkunde": {"+materialized": "table"}}, "vars": WORD_LISTS},
    )
    for path in COPIED:
        project.copy(path)
    project.load(
        "given.written_values",
        pa.table(
            {
                "record_node": range(len(values)),
                "country": [value.country or None for value in values],
                "identifier_type": [value.identifier_type for value in values],
                "raw_value": [value.raw_value for value in values],
            }
        ),
    )
    result = project.dbt(
        "build", "--select", "+int_identity__record_identifiers", "written_values+"
    )
    assert result.success, result.exception
    rows = project.execute(
        "select record_node, identifier_value, rejection_reason "
        "from int_identity__record_identifiers "
        "union all select record_node, coalesce(clean_name, ''), null from clean_names"
    )
    assert len(rows) == len(values)
    return {values[node]: Clean(value, reason) for node, value, reason in rows}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_tricky_values_come_out_as_the_table_says(name: str, cleaned: Cleaned) -> None:
    cases = read_table(name)
    assert len(cases) >= {"emails": 70, "phones": 60, "codes": 30, "names": 30}[name]
    found = {case.written: outcome(cleaned[case.written]) for case in cases}
    expected = {case.written: (case.clean_value, case.reason) for case in cases}
    assert found == expected


def outcome(clean: Clean) -> tuple[str, str]:
    return clean.usable or "", clean.reason or ""


def library_number(written: Written) -> tuple[str, bool]:
    """A number in E.164 as the library reads it ('none' if it cannot), and whether it is valid."""
    try:
        number = phonenumbers.parse(written.raw_value, written.country or None)
    except NumberParseException:
        return "none", False
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), (
        phonenumbers.is_valid_number(number)
    )


def test_tricky_numbers_differ_from_the_library_only_where_the_table_says() -> None:
    differing = {
        case.written: library_number(case.written)[0]
        for case in read_table("phones")
        if not case.reason.startswith("blocked") and library_differs(case)
    }
    stated = {
        case.written: case.other_reading for case in read_table("phones") if case.other_reading
    }
    assert differing == stated


def library_differs(case: Case) -> bool:
    """Whether the library reads another number, or a valid one where the table has none."""
    number, is_valid = library_number(case.written)
    return number != case.clean_value if case.clean_value else is_valid


def test_no_number_of_any_country_becomes_somebody_elses(cleaned: Cleaned) -> None:
    numbers = example_numbers()
    assert len({number.country for number in numbers}) == len(phonenumbers.SUPPORTED_REGIONS)
    wrong = {
        number.raw_value: cleaned[number].value
        for number, meant in numbers.items()
        if clean_number(cleaned[number]) not in (None, *meant)
    }
    assert wrong == {}


def test_nearly_every_number_is_what_the_library_reads(cleaned: Cleaned) -> None:
    read = {number: library_number(number) for number in example_numbers()}
    valid = [number for number, (_, is_valid) in read.items() if is_valid]
    differing = [number for number in valid if clean_number(cleaned[number]) != read[number][0]]
    assert len(differing) < len(valid) / 800
    # What is left: numbers that may lack a plus sign or a trunk prefix, where the library takes the
    # second for granted, and Canada's numbers of seven digits, which are companies'.
    assert [number for number in differing if not (lacks_plus(number) or is_310(number))] == []


def lacks_plus(number: Written) -> bool:
    """Whether the digits begin with the calling code of the country that they are written in."""
    code = phonenumbers.country_code_for_region(number.country)
    return number.raw_value.startswith(str(code)) and number.raw_value.isdigit()


def is_310(number: Written) -> bool:
    return re.search("1[ -]?310[ -]?[0-9]{4}( x12)?$", number.raw_value) is not None


def clean_number(clean: Clean) -> str | None:
    """A number in E.164, blocked or not; None where the text is no number."""
    return None if clean.reason == "invalid_value" else clean.value


def test_the_seed_is_what_the_locked_library_gives() -> None:
    assert SEED.read_text(encoding="utf-8") == as_csv(phone_plans())


@pytest.mark.parametrize(
    ("pattern", "digits"),
    [
        ("[2-4]\\d{3}|9", "2349"),
        ("(?:1[05]|[67]\\d)\\d|\\d5", "0123456789"),
        ("(1|2(?:3|4))5", "12"),
    ],
)
def test_first_digits_are_those_of_every_alternative(pattern: str, digits: str) -> None:
    assert first_digits(pattern) == set(digits)


@pytest.mark.parametrize("pattern", ["1?2", "[12]*3", "a1"])
def test_a_pattern_without_a_certain_first_digit_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="begins with no digit"):
        first_digits(pattern)


def test_every_phone_plan_takes_its_numbers_and_refuses_longer_ones(cleaned: Cleaned) -> None:
    refused = [
        country
        for country, good, _ in plan_numbers()
        if clean_number(cleaned[good]) != good.raw_value
    ]
    taken = [country for country, _, long in plan_numbers() if clean_number(cleaned[long])]
    assert (refused, taken) == ([], [])


def test_domains_are_encoded_as_the_library_of_idna_does(cleaned: Cleaned) -> None:
    found = {domain: cleaned[Written("email", f"eva@{domain}")].usable for domain in DOMAINS}
    assert found == {domain: f"eva@{idna.encode(domain).decode()}" for domain in DOMAINS}


def test_random_labels_are_encoded_as_python_does(cleaned: Cleaned) -> None:
    domains = random_domains()
    found = {domain: cleaned[Written("email", f"eva@{domain}")].usable for domain in domains}
    assert len(found) > 400
    assert found == {domain: f"eva@{punycode(domain)}" for domain in domains}


def both_forms(letter: str) -> list[Written]:
    """An address with a letter as one character, and as a letter and its accent."""
    apart = unicodedata.normalize("NFD", letter)
    return [Written("email", f"{text}va@{text}.de") for text in (letter, apart)]


def test_accents_make_no_difference_as_characters_of_their_own(cleaned: Cleaned) -> None:
    found = {
        letter: {cleaned[address].usable for address in both_forms(letter)} for letter in COMPOSED
    }
    assert found == {letter: {f"{letter}va@{punycode(f'{letter}.de')}"} for letter in COMPOSED}


def punycode(domain: str) -> str:
    """A domain of one label in letters of any script, as ASCII."""
    label, top = domain.split(".")
    return f"xn--{label.encode('punycode').decode()}.{top}"


def provider_addresses(domain: str) -> list[Written]:
    """Addresses that are one mailbox if the provider ignores dots or tags, and one elsewhere."""
    return [
        Written("email", f"eva.m@{domain}"),
        Written("email", f"eva.m+tag@{domain}"),
        Written("email", f"eva.m+tag@x{domain}"),
    ]


@pytest.mark.parametrize("row", provider_rows(), ids=lambda row: str(row["domain"]))
def test_a_provider_ignores_what_its_row_says_and_nothing_else(
    row: dict[str, str], cleaned: Cleaned
) -> None:
    dotted, tagged, elsewhere = (
        cleaned[address].usable for address in provider_addresses(row["domain"])
    )
    name = "evam" if row["ignores_dots"] == "true" else "eva.m"
    tag = "" if row["ignores_plus_tags"] == "true" else "+tag"
    assert dotted == f"{name}@{row['canonical_domain']}"
    assert tagged == f"{name}{tag}@{row['canonical_domain']}"
    assert elsewhere == f"eva.m+tag@x{row['domain']}"


def test_every_row_of_the_block_list_has_a_value_that_it_stops_and_one_that_it_does_not(
    cleaned: Cleaned,
) -> None:
    listed = {
        (row["identifier_type"], row["pattern"])
        for row in read_rows(PROJECT / "seeds/reference/blocked_identifiers.csv")
    }
    cases = blocking_cases()
    assert {(row["rule_type"], row["pattern"]) for row in cases} == listed
    let_through = [
        row["blocked_value"]
        for row in cases
        if not (cleaned[blocked_and_not(row)[0]].reason or "").startswith("blocked")
    ]
    stopped = [row["usable_value"] for row in cases if cleaned[blocked_and_not(row)[1]].reason]
    assert (let_through, stopped) == ([], [])
