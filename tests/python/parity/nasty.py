"""Rows that bring out what engines do differently, as a source might deliver them."""

import itertools
from collections.abc import Mapping, Sequence

import duckdb

from stammkunde.ingest import read_contract
from stammkunde.ingest.warehouse import connect, create_tables
from stammkunde.paths import Home
from stammkunde.settings import sources_file

Row = Mapping[str, str | None]

# Names and addresses that look alike, are composed in two ways, or break naive quoting.
NAMES = (
    "Müller",
    "Mu\u0308ller",  # the same to the eye: u and a combining diaeresis
    "STRASSE",
    "straße",
    "İstanbul",  # lower case of the dotted capital I differs between libraries
    "ΣΊΣΥΦΟΣ",  # the sigma at the end of a word has a lower case of its own
    'O\'Neill \\ "Söhne" 100%_',
    "李小龙",
    "🙂👨‍👩‍👧",
    "  \t spaces \u00a0 ",
    "ﬀ ligature",
    "",
)

# Nights on which clocks move, instants that are equal in another zone, and last moments of a day.
TIMES = (
    "2025-03-30T00:59:59Z",
    "2025-03-30T01:00:00Z",
    "2025-03-30T02:30:00+01:00",
    "2025-10-26T02:30:00+02:00",
    "2025-10-26T02:30:00+01:00",
    "2025-10-26T01:30:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2024-02-29T12:00:00Z",
    "2025-01-01 00:00:00",
    "2025-01-01",
    "2025-06-30T22:00:00-02:00",
    "2025-06-15T10:00Z",
)

BROKEN_TIMES = ("", "2025-02-29T00:00:00Z", "infinity", "epoch", "10:00", "2025", "1 May 2025")

PRICES = (
    "0",
    "0.00005",
    "0.1",
    "0.3333",
    "19.99",
    "1e3",
    "999999.9999",
    "12345678901234.5678",
    "-5",
    "1_000",
    "1d",
    "NaN",
    "",
    "free",
)

QUANTITIES = ("1", "2", "-1", "0.5", "0", "1000", "-2.0000", "3.00001", "x")

# A line worth ten billion or more stops DuckDB's build (decimal overflow): not a difference of
# engines, so such lines are left out here. Other amounts go to the end of their type.
LINE_PRICES = tuple(price for price in PRICES if price not in ("12345678901234.5678",))


def load_nasty_rows(home: Home) -> None:
    """Fill the raw tables of source ``shop``, past the loader: its own tests are elsewhere."""
    contract = read_contract(sources_file("shop"))
    feeds: dict[str, Sequence[Row]] = {
        "contacts": _contacts(),
        "orders": _orders(),
        "order_lines": _order_lines(),
        "products": _products(),
        "events": _events(),
        "messages": _messages(),
        "feedback": _feedback(),
        "ad_spend": _ad_spend(),
        "consents": _consents(),
        "unmerges": _unmerges(),
        "erasures": _erasures(),
    }
    with connect(home.warehouse) as connection:
        create_tables(connection, contract)
        for name, rows in feeds.items():
            _insert(connection, contract.feeds[name].table, name, rows)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, feed: str, rows: Sequence[Row]
) -> None:
    for number, row in enumerate(rows, start=1):
        # Equal moments of loading: the order of file and row must decide.
        values = {
            **row,
            "_file": f"{feed}/{feed}_{number % 2}.csv",
            "_row_number": number,
            "_loaded_at": "2026-01-01 06:00:00",
            "_batch_id": "batch",
        }
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        connection.execute(
            f"insert into raw.{table} ({names}) values ({marks})", list(values.values())
        )


def _contacts() -> list[Row]:
    rows: list[Row] = []
    for number, name in enumerate(NAMES):
        rows.append(
            {
                "contact_key": f"C{number}",
                "email": f" {name}.{number % 5}@Mail.Example " if number % 3 else None,
                "phone": ("+49 (0)30 123456", "030/123456", "0049 30 123 456", "x", "", None)[
                    number % 6
                ],
                "first_name": name,
                "last_name": NAMES[-number],
                "birth_date": ("1980-02-29", "1981-02-29", "infinity", "1899-12-31", "1980", "")[
                    number % 6
                ],
                "street": name,
                "postcode": f"0{number}",
                "city": name.upper(),
                "country": ("DE", "de", "D1", "AT", "FR")[number % 5],
                "loyalty_card": ("", "L-1", "l-1", None)[number % 4],
                "is_test_account": ("true", "f", "", "maybe", "1", None)[number % 6],
                "created_at": TIMES[number % len(TIMES)],
                "updated_at": TIMES[number % len(TIMES)],
            }
        )
    # The same version twice, an older one, and keys that differ by case and spaces alone.
    rows += [
        {**rows[0], "city": "second"},
        {**rows[0], "updated_at": "2024-01-01T00:00:00Z", "city": "older"},
        {**rows[0], "contact_key": " C0 "},
        {**rows[0], "contact_key": "c0"},
        {**rows[0], "contact_key": ""},
        {**rows[0], "contact_key": None},
    ]
    rows += [
        {**rows[1], "contact_key": f"CB{number}", "updated_at": text}
        for number, text in enumerate(BROKEN_TIMES)
    ]
    # Many people with one mailbox and orders of their own: ties among scores.
    rows += [
        {
            "contact_key": f"T{number}",
            "email": f"tie{number}@mail.example",
            "first_name": "Tie",
            "last_name": f"Number{number}",
            "country": "DE",
            "created_at": "2024-06-01T00:00:00Z",
            "updated_at": "2024-06-01T00:00:00Z",
        }
        for number in range(60)
    ]
    return rows


def _orders() -> list[Row]:
    statuses = ("delivered", "shipped", "placed", "cancelled", "Delivered", "")
    channels = ("web", "app", "store", "phone", "WEB", None)
    currencies = ("EUR", "GBP", "USD", "eur", "XXX", "")
    rows: list[Row] = []
    for number, (time, status) in enumerate(itertools.product(TIMES, statuses)):
        rows.append(
            {
                "order_key": f"O{number}",
                "contact_key": f"C{number % 14}" if number % 4 else None,
                "email": f"{NAMES[number % len(NAMES)]}.{number % 5}@mail.example",
                "phone": ("+4930123456", "", None)[number % 3],
                "anonymous_id": ("device-1", "", None, "device-é")[number % 4],
                "ordered_at": time,
                "sales_channel": channels[number % 11 if number % 11 < 6 else 0],
                "status": status,
                "currency": currencies[number % 13 if number % 13 < 6 else 0],
                "country": ("DE", "", "Germany", None)[number % 4],
                "promised_at": TIMES[-1 - number % len(TIMES)],
                "delivered_at": (*TIMES, "soon")[number % (len(TIMES) + 1)],
                "updated_at": time,
            }
        )
    rows += [
        {**rows[0], "status": "cancelled"},
        {**rows[0], "updated_at": "2025-12-31T23:59:59Z", "status": "shipped"},
        {**rows[0], "updated_at": "2025-12-31T23:59:59+00:00", "status": "placed"},
        {**rows[0], "order_key": "o0"},
        {**rows[0], "order_key": "O0\u0301"},
    ]
    rows += [
        {**rows[1], "order_key": f"OB{number}", "ordered_at": text}
        for number, text in enumerate(BROKEN_TIMES)
    ]
    # Every tied customer buys at the same instants for the same sums.
    rows += [
        {
            "order_key": f"T{number}-{purchase}",
            "contact_key": f"T{number}",
            "ordered_at": "2025-05-01T12:00:00Z",
            "sales_channel": "web",
            "status": "delivered",
            "currency": "EUR",
            "updated_at": "2025-05-01T12:00:00Z",
        }
        for number in range(60)
        for purchase in range(1 + number % 3)
    ]
    return rows


def _order_lines() -> list[Row]:
    rows: list[Row] = []
    for number, (price, quantity) in enumerate(itertools.product(LINE_PRICES, QUANTITIES)):
        rows.append(
            {
                "order_key": f"O{number % 75}",
                "line_number": ("1", "2", "3.0", "2.5", " 4", "five")[number % 17 % 6]
                if number > 75
                else "1",
                "product_key": f"P{number % 6}",
                "quantity": quantity,
                "unit_price": price,
                "discount": ("", "0.01", "-1", "a lot")[number % 23 % 4],
                "tax": ("0.19", "", None)[number % 3],
                "is_return": ("", "true", "false", "FALSE", "no")[number % 19 % 5],
                "returned_line_number": ("1", "", "x")[number % 29 % 3],
                "returned_at": ("", *TIMES)[number % (len(TIMES) + 1)],
            }
        )
    rows += [{**rows[0]}, {**rows[0], "line_number": "1.0"}, {**rows[0], "order_key": "none"}]
    rows += [
        {
            "order_key": f"T{number}-{purchase}",
            "line_number": "1",
            "product_key": "P1",
            "quantity": "3",
            "unit_price": "33.3333" if number % 2 else "99.9999",
        }
        for number in range(60)
        for purchase in range(1 + number % 3)
    ]
    return rows


def _products() -> list[Row]:
    return [
        {
            "product_key": f"P{number % 7}",
            "name": NAMES[number % len(NAMES)],
            "category": ("", "Küche", None)[number % 3],
            "list_price": PRICES[number % len(PRICES)],
            "unit_cost": PRICES[-1 - number % len(PRICES)],
            "currency": ("EUR", "", "euro")[number % 3],
            "stock": ("0", "-1", "2.5", "1e2", "")[number % 5],
            "updated_at": TIMES[number % len(TIMES)],
        }
        for number in range(24)
    ]


def _events() -> list[Row]:
    names = ("page_view", "product_view", "add_to_cart", "purchase", "login")
    rows: list[Row] = [
        {
            "event_key": f"E{number}",
            "event_name": names[number % 5],
            "occurred_at": TIMES[number % len(TIMES)],
            "received_at": TIMES[number * 7 % len(TIMES)],
            "anonymous_id": ("device-1", "device-é", " device-1", "DEVICE-1")[number % 4],
            "user_key": (None, "C0", "T1", "", "nobody")[number % 5],
            "device_type": ("mobile", "desktop", "", None)[number % 4],
            "platform": ("ios", "android", None)[number % 3],
            "country": ("DE", "de", "", None)[number % 4],
            "product_key": (f"P{number % 7}", "")[number % 2],
            "order_key": (f"O{number % 40}", None)[number % 2],
            "http_status": ("200", "404", "2e2", "", "OK")[number % 5],
            "value": PRICES[number % len(PRICES)],
        }
        for number in range(150)
    ]
    return [*rows, {**rows[0]}, {**rows[1], "received_at": "tomorrow"}]


def _messages() -> list[Row]:
    actions = ("send", "delivery", "open", "click", "unsubscribe", "bounce", "sent")
    return [
        {
            "message_key": f"M{number % 20}",
            "action": actions[number % 7],
            "occurred_at": TIMES[number % len(TIMES)],
            "channel": ("email", "sms", "push", "pigeon")[number % 9 % 4],
            "campaign_key": ("", "K1")[number % 2],
            "contact_key": (None, f"T{number}", "")[number % 3],
            "address": ("Tie1@Mail.example ", "+4930123456", "", None)[number % 4],
        }
        for number in range(80)
    ]


def _feedback() -> list[Row]:
    return [
        {
            "feedback_key": f"F{number}",
            "kind": ("nps", "csat", "review", "ticket", "praise")[number % 5],
            "score": ("10", "0", "4.5", "NaN", "inf", "1d", "", "-0", "7e0", "five")[number % 10],
            "text": NAMES[number % len(NAMES)],
            "submitted_at": TIMES[number % len(TIMES)],
            "contact_key": (f"T{number}", None)[number % 2],
            "email": ("tie2@mail.example", "", "nobody")[number % 3],
        }
        for number in range(40)
    ]


def _ad_spend() -> list[Row]:
    dates = ("2025-01-01", "2025-1-2", "2025-01-03 00:00:00", "2025", "20250104", "")
    return [
        {
            "spend_date": dates[number % 6],
            "channel": ("search", "Suche", "")[number % 7 % 3],
            "campaign": f"K{number % 4}",
            "cost": PRICES[number % len(PRICES)],
            "currency": ("EUR", "USD")[number % 2],
            "purpose": ("acquisition", "retention", "both")[number % 5 % 3],
        }
        for number in range(40)
    ]


def _consents() -> list[Row]:
    return [
        {
            "contact_key": (f"T{number % 12}", "", None)[number % 5 % 3],
            "address": ("tie1@mail.example", "", None)[number % 3],
            "purpose": ("marketing", "tracking", "")[number % 7 % 3],
            "channel": ("email", "web")[number % 2],
            "state": ("granted", "withdrawn")[number % 2],
            "changed_at": TIMES[number % 3],
            "legal_basis": "consent",
            "source": "form",
        }
        for number in range(90)
    ]


def _unmerges() -> list[Row]:
    types = ("contact", "order", "feedback", "Contact", "")
    return [
        {
            "request_key": f"U{number % 24}",
            "record_type": types[number % 7 % 5],
            "record_key": (f"C{number % 14}", f"O{number}", f"F{number}")[number % 3],
            "other_record_type": types[number % 3],
            "other_record_key": (f"T{number}", f"O{number + 1}", f"F{number}", "")[number % 4],
            "requested_at": (*TIMES, *BROKEN_TIMES)[number % (len(TIMES) + len(BROKEN_TIMES))],
            "reason": NAMES[number % len(NAMES)],
        }
        for number in range(40)
    ]


def _erasures() -> list[Row]:
    return [
        {
            "request_key": f"X{number % 24}",
            "contact_key": (f"C{number}", "", None)[number % 3],
            "email": (f"{NAMES[number % len(NAMES)]}@example.com", "", None)[number % 4 % 3],
            "phone": ("+49 (0)30 123456", "", "x")[number % 5 % 3],
            "loyalty_card": ("", "L-1", None)[number % 7 % 3],
            "requested_at": (*TIMES, *BROKEN_TIMES)[number % (len(TIMES) + len(BROKEN_TIMES))],
        }
        for number in range(40)
    ]
