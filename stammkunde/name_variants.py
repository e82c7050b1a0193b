"""Seed ``name_variants`` out of lists of given names: Tom and Thomas may be one person.

``python -m stammkunde.name_variants`` writes the seed anew, after a list in ``given_names`` has
changed; where they come from and their licences: ``stammkunde/given_names/README.md``.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from stammkunde.paths import PROJECT

SEED = PROJECT / "seeds/reference/name_variants.csv"
LISTS = Path(__file__).parent / "given_names"

#: Pairs of the lists that are as likely two people of a family, a brother and his sister above all.
TWO_PEOPLE = frozenset(
    {
        ("aaron", "erin"),
        ("alexander", "alexandria"),
        ("alice", "lisa"),
        ("amelia", "emily"),
        ("andrea", "andrew"),
        ("anna", "nan"),
        ("anselm", "selma"),
        ("bill", "fred"),
        ("billy", "fred"),
        ("carl", "carla"),
        ("edwin", "edwina"),
        ("emil", "emily"),
        ("emily", "emma"),
        ("ernest", "ernestine"),
        ("felicia", "felix"),
        ("frederica", "frederick"),
        ("fred", "will"),
        ("fred", "willie"),
        ("hannah", "susan"),
        ("hannah", "susannah"),
        ("patrick", "peter"),
        ("simon", "simone"),
        ("william", "wilma"),
    }
)
#: As macro normalise_name spells them; the other letters lose their accents.
_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}


def name_variants() -> list[tuple[str, str, str]]:
    """First name, variant (the later of the two in the alphabet) and list, in order.

    Names are as macro ``normalise_name`` compares them. A pair that both lists have is the German
    one's.
    """
    pairs: dict[tuple[str, str], str] = {}
    for source, found in (("english", _english()), ("german", _german())):
        for name, variant in found:
            one, other = sorted((plain(name), plain(variant)))
            if len(one) > 1 and len(other) > 1 and one != other and (one, other) not in TWO_PEOPLE:
                pairs[one, other] = source
    return sorted((one, other, source) for (one, other), source in pairs.items())


def as_csv(variants: Sequence[tuple[str, str, str]]) -> str:
    """The seed's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["first_name", "variant", "source_list"])
    writer.writerows(variants)
    return text.getvalue()


def plain(name: str) -> str:
    """A name as macro ``normalise_name`` makes it."""
    spelt = "".join(_SPELT.get(letter, letter) for letter in name.lower())
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", spelt))


def _english() -> Iterator[tuple[str, str]]:
    with (LISTS / "english.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name1"], row["name2"]


def _german() -> Iterator[tuple[str, str]]:
    for line in (LISTS / "german.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, variants = line.split(":")
            for variant in variants.split():
                yield name, variant


if __name__ == "__main__":
    SEED.write_text(as_csv(name_variants()), encoding="utf-8")
