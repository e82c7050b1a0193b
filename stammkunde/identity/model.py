"""The model that contact records are compared by: what is compared, how, and which pairs at all.

After Fellegi and Sunter: each comparison of two records falls into one level, and each level has a
weight, log2(m/u): how much more often it is seen between records of one person (m) than between
those of two (u). The weights of a pair add up. Splink learns m and u from the data, without labels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

ATTRIBUTES = (
    "first_name",
    "last_name",
    "birth_date",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "loyalty_card",
)

# Attributes of which an equal rare value says more than an equal frequent one.
WEIGHED_BY_FREQUENCY = ("first_name", "last_name", "city")

# An attribute that fewer contact records fill is left out: nothing could be learnt of it.
LEAST_FILLED = 20

# The pairs that are scored share one of these keys. The first ones forgive an error anywhere else;
# the later ones are finer, for shops so large that the first are above the limit of a key.
BLOCKING_KEYS: Mapping[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "birth_date": "birth_date",
    "email": "email",
    "mailbox": "nullif(split_part(email, '@', 1), '')",
    "phone": "phone",
    "loyalty_card": "loyalty_card",
    "street": "street",
    "postcode": "postcode",
    "last_name_begins": "substr(last_name, 1, 3)",
    "first_name_begins": "substr(first_name, 1, 3)",
    "birthday": "substr(birth_date, 6)",
    "birth_month": "substr(birth_date, 1, 7)",
    "city_and_birth_year": "city || substr(birth_date, 1, 4)",
    "city_and_birthday": "city || substr(birth_date, 6)",
    # First and last name swapped have the same key.
    "names": "least(first_name, last_name) || '|' || greatest(first_name, last_name)",
    "last_name_and_birth_year": "substr(last_name, 1, 3) || substr(birth_date, 1, 4)",
    "last_name_and_birthday": "substr(last_name, 1, 3) || substr(birth_date, 6)",
    "first_name_and_birth_year": "substr(first_name, 1, 3) || substr(birth_date, 1, 4)",
    "first_name_and_birthday": "substr(first_name, 1, 3) || substr(birth_date, 6)",
    "last_name_and_postcode": "substr(last_name, 1, 3) || postcode",
    "first_name_and_postcode": "substr(first_name, 1, 3) || postcode",
    "names_and_birth_year": (
        "least(first_name, last_name) || '|' || greatest(first_name, last_name)"
        " || substr(birth_date, 1, 4)"
    ),
}

# What the records of a training session share; such a session learns everything else. Between them
# they leave no attribute out.
TRAINING_KEYS: Sequence[tuple[str, ...]] = (
    ("birth_date",),
    ("first_name", "last_name"),
    ("email",),
    ("phone",),
    ("loyalty_card",),
    ("last_name", "street"),
)

# A session on fewer pairs learns noise.
LEAST_TRAINING_PAIRS = 50
MOST_TRAINING_PAIRS = 500_000
# Of a session, at most; and where a level becomes too rare for a number on the way.
ITERATIONS = (25, 8, 3)
# For u: pairs drawn at random, by a hash of their ids.
RANDOM_PAIRS = 1_000_000
SEED = 1
# Names are not independent: Scottish first names go with Scottish last names, so that two rare ones
# together are more frequent than the model thinks. A link needs one of these to speak for it as
# well, or the same street or postcode. An e-mail address only where it is one letter off or the
# mailbox is the same: farther off it is mostly made of the same names.
BESIDE_NAMES: Mapping[str, str] = {
    "birth_date": "coalesce(scored.mw_birth_date, 0) > 0",
    "email": "scored.gamma_email >= 2",
    "phone": "coalesce(scored.mw_phone, 0) > 0",
    "loyalty_card": "coalesce(scored.mw_loyalty_card, 0) > 0",
}
# What nobody showed in training is rare, not impossible: no level speaks more against a pair than
# this share among records of one person makes it.
LEAST_SHARE = 0.002


def comparisons(attributes: Sequence[str]) -> list[Any]:
    """Splink's comparisons of those attributes that the data fill; without Splink none."""
    import splink.comparison_level_library as levels
    from splink import ColumnExpression
    from splink.comparison_library import CustomComparison

    mailbox = ColumnExpression("email").regex_extract("^[^@]+")

    def exact(column: str) -> Any:  # noqa: ANN401 - Splink's own level
        frequent = column in WEIGHED_BY_FREQUENCY
        return levels.ExactMatchLevel(column, term_frequency_adjustments=frequent)

    def name(column: str, other: str) -> list[Any]:
        swapped = f"{column}_l = {other}_r or {column}_r = {other}_l"
        begun = f"starts_with({column}_l, {column}_r) or starts_with({column}_r, {column}_l)"
        return [
            exact(column),
            levels.JaroWinklerLevel(column, 0.92),
            levels.JaroWinklerLevel(column, 0.88),
            *([levels.CustomLevel(swapped, "typed as the other name")] if other else []),
            *([levels.CustomLevel(begun, "short form")] if column == "first_name" else []),
            levels.JaroWinklerLevel(column, 0.7),
        ]

    names = {"first_name", "last_name"} & set(attributes)
    other_name = {"first_name": "last_name", "last_name": "first_name"}
    by_attribute: dict[str, list[Any]] = {
        **{
            column: name(column, other_name[column] if len(names) == 2 else "")
            for column in sorted(names)
        },
        "birth_date": [
            exact("birth_date"),
            levels.DamerauLevenshteinLevel("birth_date", 1),
            levels.DamerauLevenshteinLevel("birth_date", 2),
            levels.CustomLevel(
                "substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)", "same year"
            ),
            levels.CustomLevel(
                "abs(cast(substr(birth_date_l, 1, 4) as int)"
                " - cast(substr(birth_date_r, 1, 4) as int)) <= 10",
                "ten years",
            ),
        ],
        # Only typing errors: addresses made of names are alike where the names are, which has been
        # counted already.
        "email": [
            exact("email"),
            levels.ExactMatchLevel(mailbox),
            levels.DamerauLevenshteinLevel("email", 1),
            levels.DamerauLevenshteinLevel("email", 3),
        ],
        "phone": [exact("phone"), levels.DamerauLevenshteinLevel("phone", 1)],
        "loyalty_card": [
            exact("loyalty_card"),
            levels.DamerauLevenshteinLevel("loyalty_card", 1),
            levels.DamerauLevenshteinLevel("loyalty_card", 2),
        ],
    }
    given = [
        CustomComparison(
            output_column_name=column,
            comparison_levels=[levels.NullLevel(column), *by_attribute[column], levels.ElseLevel()],
        )
        for column in ATTRIBUTES
        if column in attributes and column in by_attribute
    ]
    address = [column for column in ("street", "postcode", "city") if column in attributes]
    return given + ([_address(address)] if address else [])


def _address(columns: Sequence[str]) -> Any:  # noqa: ANN401 - Splink's own comparison
    """Street, postcode and city as one comparison: who shares the street shares the city."""
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    unknown = " and ".join(f"({column}_l is null or {column}_r is null)" for column in columns)
    found: list[Any] = [levels.CustomLevel(unknown, "unknown").configure(is_null_level=True)]
    if "street" in columns:
        # Neighbours are no typing error: the house number has to be the same.
        number = "regexp_extract(street_{}, '[0-9]*$')"
        alike = (
            "jaro_winkler_similarity(street_l, street_r) >= 0.88"
            f" and {number.format('l')} = {number.format('r')}"
        )
        place = [f"{column}_l = {column}_r" for column in columns if column != "street"]
        if place:
            both = f"street_l = street_r and ({' or '.join(place)})"
            found.append(levels.CustomLevel(both, "same street and place"))
            found.append(
                levels.CustomLevel(
                    f"{alike} and ({' or '.join(place)})", "street alike, same place"
                )
            )
        found.append(levels.CustomLevel(alike, "street alike"))
    if "postcode" in columns:
        found.append(levels.ExactMatchLevel("postcode"))
    if "city" in columns:
        found += [
            levels.ExactMatchLevel("city", term_frequency_adjustments=True),
            levels.JaroWinklerLevel("city", 0.9),
            levels.DamerauLevenshteinLevel("city", 2),
            levels.JaroWinklerLevel("city", 0.75),
        ]
    return CustomComparison(
        output_column_name="address", comparison_levels=[*found, levels.ElseLevel()]
    )
