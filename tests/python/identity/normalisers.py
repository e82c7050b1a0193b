"""A small project around the real normalisers: written values in, clean values out.

The tables of tricky values beside it say what must come out; both engines run them.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from stammkunde.paths import PROJECT

TABLES = Path(__file__).parent / "normaliser_tables"
TABLE_NAMES = ("emails", "phones", "codes", "names")

# Vars of the repository that the models of blocked identifiers read.
WORD_LISTS = {
    name: yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"][name]
    for name in ("written_nulls", "guest_keys")
}

# What the project needs of the repository, beside the models below.
COPIED = (
    "macros/config",
    "macros/core",
    "macros/cross_db",
    "macros/identity",
    "models/identity/identifiers/int_identity__blocked_identifiers.sql",
    "models/identity/identifiers/int_identity__phone_numbers.sql",
    "models/identity/identifiers/int_identity__email_addresses.sql",
    "models/identity/identifiers/int_identity__idna_domains.sql",
    "models/identity/identifiers/int_identity__mailboxes.sql",
    "models/identity/identifiers/int_identity__record_identifiers.sql",
    "seeds/reference/identifier_types.csv",
    "seeds/reference/blocked_identifiers.csv",
    "seeds/reference/email_providers.csv",
    "seeds/reference/phone_countries.csv",
    "seeds/reference/_identity__seeds.yml",
)

# Domains of many scripts, as the e-mail addresses of a shop's customers may have them.
DOMAINS = (
    "müller.de",
    "bücher.example",
    "straße.de",
    "größe-überall.müller.de",
    "weiß-ä-ö-ü-ß.de",
    "a-ß.de",
    "café.fr",
    "señor.es",
    "ñ.es",
    "ålesund.no",
    "københavn.dk",
    "zażółć.pl",
    "łódź.pl",
    "đakovo.hr",
    "úřad.cz",
    "ελλάς.gr",
    "παράδειγμα.δοκιμή",
    "βόλος.com",
    "пример.рф",
    "почта.испытание",
    "мой-сайт.ru",
    "例子.测试",
    "中文.com",
    "日本語.jp",
    "ジェーピーニック.jp",
    "한국.kr",
    "ไทย.com",
    "नमस्ते.भारत",
    "مثال.إختبار",
    "straßen-äöü-straßen-äöü-straßen.shop.de",
    "xn--mller-kva.müller.de",
)


@dataclass(frozen=True)
class Written:
    """A value as a source delivers it.

    Attributes:
        identifier_type: type of identifier, or ``name``.
        raw_value: the text.
        country: country of the record; empty for none.
    """

    identifier_type: str
    raw_value: str
    country: str = ""


@dataclass(frozen=True)
class Case:
    """A row of a table of tricky values.

    Attributes:
        written: the value.
        clean_value: what it becomes; empty where it is rejected.
        reason: why it is rejected, ``invalid_value`` or ``blocked: …``; empty where it is usable.
        note: what the row shows.
        other_reading: of a telephone number, what ``phonenumbers`` makes of it where that is
            something else (``none`` for no number at all).
    """

    written: Written
    clean_value: str
    reason: str
    note: str
    other_reading: str


def read_table(name: str) -> list[Case]:
    r"""Cases of a table; escapes such as ``\u200b`` in it stand for what nobody sees."""
    return [
        Case(
            Written(row["identifier_type"], _unescaped(row["raw_value"]), row["country"]),
            row["clean_value"],
            row["reason"],
            row["note"],
            row.get("other_reading", ""),
        )
        for row in read_rows(TABLES / f"{name}.csv")
    ]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def blocking_cases() -> list[dict[str, str]]:
    """Of each row of the block list, a value that it stops and one alike that it lets through."""
    return read_rows(TABLES / "blocked_identifiers.csv")


def blocked_and_not(row: dict[str, str]) -> tuple[Written, Written]:
    """The two values of a row of `blocking_cases`."""
    kind, country = row["identifier_type"], row["country"]
    return Written(kind, row["blocked_value"], country), Written(kind, row["usable_value"], country)


def _unescaped(text: str) -> str:
    return str(json.loads(f'"{text}"')) if "\\" in text else text


def models(written_values: str) -> dict[str, str]:
    """The models of the project that are not the repository's.

    Args:
        written_values: SQL of the values: ``record_node``, ``country``, ``identifier_type``,
            ``raw_value``.
    """
    return {
        "written_values.sql": written_values,
        "int_identity__raw_identifiers.sql": (
            "select record_node, 'shop' as source_system, country, identifier_type, raw_value "
            "from {{ ref('written_values') }} where identifier_type <> 'name'"
        ),
        "clean_names.sql": (
            "select record_node, {{ normalise_name('raw_value') }} as clean_name "
            "from {{ ref('written_values') }} where identifier_type = 'name'"
        ),
    }


def literal_values(written: Sequence[Written]) -> str:
    """SQL of values as either engine reads it; a record's node is its place in the sequence."""
    # One table: of a union of hundreds of rows, Spark's planner may run out of stack.
    rows = ",\n".join(
        f"({node}, {_literal(value.country)}, {_literal(value.identifier_type)}, "
        f"{_literal(value.raw_value)})"
        for node, value in enumerate(written)
    )
    return (
        "select record_node, nullif(country, '') as country, identifier_type, raw_value "
        f"from (values\n{rows}\n) as written (record_node, country, identifier_type, raw_value)"
    )


def _literal(text: str) -> str:
    return f"{{{{ text_literal({json.dumps(text, ensure_ascii=False)}) }}}}"
