"""Invented people, enough of them to train a model that matches."""

import random
import string
from datetime import date, timedelta
from typing import Any

PEOPLE = 150
SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "su", "ti", "vo", "we"]


def misspelt(text: str, chance: random.Random) -> str:
    """The text with one letter changed."""
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(string.ascii_lowercase) + text[place + 1 :]


def people(chance: random.Random) -> list[dict[str, Any]]:
    """Invented people, of whom no two are alike."""
    return [
        {
            "first_name": "".join(chance.choices(SYLLABLES, k=3)),
            "last_name": "".join(chance.choices(SYLLABLES, k=4)),
            "birth_date": (date(1950, 1, 1) + timedelta(chance.randrange(20_000))).isoformat(),
            "street": f"{''.join(chance.choices(SYLLABLES, k=4))} {chance.randrange(99)}",
            "postcode": f"{chance.randrange(10_000, 10_040)}",
            "city": "".join(chance.choices(SYLLABLES[:4], k=2)),
        }
        for _ in range(PEOPLE)
    ]
