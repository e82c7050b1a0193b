"""Seed ``phone_countries`` out of the metadata of ``phonenumbers``, a library for development.

``python -m stammkunde.phone_plans`` writes the seed anew, after the locked library has changed; a
test says when that is due. Why a seed and not the library: ``docs/decisions/0006``.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from stammkunde.paths import PROJECT

SEED = PROJECT / "seeds/reference/phone_countries.csv"


@dataclass(frozen=True)
class PhonePlan:
    """How the telephone numbers of a country are built; a row of the seed.

    Patterns are regular expressions that both engines read alike: without backslashes, and the only
    group that catches anything is the one that ``trunk_replacement`` goes before.

    Attributes:
        country: ISO 3166-1 alpha-2; the calling code itself where it is no country's (satellites).
        calling_code: calling code without the plus sign.
        is_main_country: whether the country speaks for the calling code, which others may share.
        international_prefix: pattern of what is dialled before a foreign calling code.
        trunk_prefix: pattern of what is dialled inside the country and left out from abroad.
        trunk_replacement: digits that take the place of the trunk prefix where its group catches
            something: the area code of a local number, the mobile sign of Argentina.
        first_digits: digits that a national number begins with.
        national_digits: how many digits national numbers have, ascending.
        number_pattern: pattern of a whole national number, exact and slow.
        mobile_pattern: pattern of a mobile one; empty where the country has none of their own.
    """

    country: str
    calling_code: str
    is_main_country: str
    international_prefix: str
    trunk_prefix: str
    trunk_replacement: str
    first_digits: str
    national_digits: str
    number_pattern: str
    mobile_pattern: str


def phone_plans() -> list[PhonePlan]:
    """The plan of every country and of every calling code of no country, in order."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata

    countries = [
        _plan(region, PhoneMetadata.metadata_for_region(region, None))
        for region in SUPPORTED_REGIONS
    ]
    others = [
        _plan(str(code), PhoneMetadata.metadata_for_nongeo_region(code, None))
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions == ("001",)
    ]
    return sorted(countries + others, key=lambda plan: plan.country)


def as_csv(plans: Sequence[PhonePlan]) -> str:
    """The seed's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(PhonePlan))
    writer.writerows(astuple(plan) for plan in plans)
    return text.getvalue()


def _plan(country: str, metadata: Any) -> PhonePlan:  # noqa: ANN401 - the library's class
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    main = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0]
    rule = metadata.national_prefix_transform_rule
    trunk = metadata.national_prefix_for_parsing or ""
    pattern = metadata.general_desc.national_number_pattern
    mobile = metadata.mobile and metadata.mobile.national_number_pattern
    return PhonePlan(
        country=country,
        calling_code=str(metadata.country_code),
        is_main_country="true" if main in (country, "001") else "false",
        international_prefix=_portable(metadata.international_prefix or ""),
        trunk_prefix=_portable(trunk, kept_group=_kept_group(rule)),
        # 'none' where the group stands for itself: the empty text would be read as nothing at all.
        trunk_replacement="" if rule is None else re.sub(r"\\\d", "", rule) or "none",
        first_digits="".join(sorted(first_digits(pattern))),
        national_digits=" ".join(str(length) for length in metadata.general_desc.possible_length),
        number_pattern=_portable(pattern),
        mobile_pattern=_portable(mobile or ""),
    )


def _kept_group(rule: str | None) -> int:
    """Number of the group that a rule puts back (its last letter), 0 without rule."""
    return int(rule[-1]) if rule else 0


def _portable(pattern: str, kept_group: int = 0) -> str:
    """A pattern with no group but the one kept, and without backslashes."""
    head, *groups = re.split(r"\((?![?])", pattern.replace(r"\d", "[0-9]"))
    portable = head + "".join(
        ("(" if number == kept_group else "(?:") + group
        for number, group in enumerate(groups, start=1)
    )
    # Inside a set of digits: [05-9\d] does not occur, [0-9[0-9]] would be another set.
    if "\\" in portable or "[[" in portable:
        raise ValueError(f"not portable between engines: {pattern}")
    return portable


def first_digits(pattern: str) -> set[str]:
    """Digits that a text which matches can begin with.

    Args:
        pattern: alternatives of digits, sets and groups that take a digit at least.
    """
    return {digit for part in _alternatives(pattern) for digit in _first_of(part)}


def _first_of(part: str) -> set[str]:
    if part.startswith("("):
        inside = part[: _closing(part)].removeprefix("(").removeprefix("?:")
        return first_digits(inside)
    found = re.match(r"\[[^]]+\]|\\d|\d", part)
    if found is None or part[found.end() :].startswith(("?", "*", "{0")):
        raise ValueError(f"begins with no digit for certain: {part}")
    return set(re.findall(found[0], "0123456789"))


def _closing(text: str) -> int:
    """Place of the bracket that closes the one at the beginning."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return place
    raise ValueError(f"never closed: {text}")


def _alternatives(pattern: str) -> Iterator[str]:
    """Parts between the bars that stand outside of all brackets."""
    depth = start = 0
    for place, letter in enumerate(pattern):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            yield pattern[start:place]
            start = place + 1
    yield pattern[start:]


if __name__ == "__main__":
    SEED.write_text(as_csv(phone_plans()), encoding="utf-8")
