"""A hand-made shop of three dozen people, one of whom asks to be erased.

Ada has two contact records, a guest order, a device of her own and a tablet that she shares with
Bob, who shares the family's e-mail address with her, too. What is hers alone is in `HERS`.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from stammkunde.ingest import read_contract
from stammkunde.settings import sources_file

CONTRACT = read_contract(sources_file("shop"))
START = datetime(2025, 1, 1, 9)
DAYS = 24  # too few for the checks that compare weekdays

# As written somewhere in the files. What the family shares is not among them.
HERS = (
    "K-ADA",
    "Ada.Lovelace@Mail.example",
    "ada.lovelace@mail.example",
    "ada.before@post.example",
    "+49 30 99887766",
    "030 99887766",
    "+493099887766",
    "CARD-7781",
    "CARD7781",
    "dev-ada-phone",
    "O-ADA",
    "O-TORN",
    "Lovelace",
    "Difference Street",
)
SHARED = ("berghaus@mail.example", "dev-tablet")

Row = Mapping[str, object]

CONTACT_COLUMNS = [
    "contact_key",
    "email",
    "phone",
    "first_name",
    "last_name",
    "birth_date",
    "street",
    "postcode",
    "city",
    "country",
    "loyalty_card",
    "created_at",
    "updated_at",
]
ORDER_COLUMNS = [
    "order_key",
    "contact_key",
    "email",
    "phone",
    "anonymous_id",
    "loyalty_card",
    "ordered_at",
    "sales_channel",
    "status",
    "currency",
    "country",
    "updated_at",
]
EVENT_COLUMNS = [
    "event_key",
    "event_name",
    "occurred_at",
    "received_at",
    "anonymous_id",
    "user_key",
    "order_key",
]
CONSENT_COLUMNS = [
    "contact_key",
    "address",
    "purpose",
    "channel",
    "state",
    "changed_at",
    "legal_basis",
    "source",
]
FEEDBACK_COLUMNS = [
    "feedback_key",
    "kind",
    "score",
    "text",
    "submitted_at",
    "contact_key",
    "email",
    "order_key",
]
UNMERGE_COLUMNS = [
    "request_key",
    "record_type",
    "record_key",
    "other_record_type",
    "other_record_key",
    "requested_at",
    "reason",
]


def at(day: float) -> str:
    """A moment, so many days after the start."""
    return (START + timedelta(days=day)).isoformat() + "Z"


def write(landing: Path, feed: str, rows: Sequence[Row], lines: str = "", name: str = "") -> None:
    """Write a file of a feed, with all columns of its contract; `lines` are appended as given."""
    file = landing / feed / f"{name or feed}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, CONTRACT.feeds[feed].column_names)
        writer.writeheader()
        writer.writerows(rows)
        target.write(lines)


def land_shop(landing: Path) -> None:
    """Write the files of the shop, without any request."""
    write(landing, "contacts", _contacts())
    # A line with more fields than the header: it is never staged.
    fields = len(CONTRACT.feeds["orders"].columns)
    write(landing, "orders", _orders(), "O-TORN,,ada.lovelace@mail.example" + "," * fields + "\n")
    write(landing, "order_lines", _lines())
    write(landing, "events", _events())
    write(landing, "messages", _messages())
    write(landing, "consents", _consents())
    write(landing, "feedback", _feedback())
    write(landing, "products", _products())
    write(landing, "unmerges", _unmerges())


def _products() -> list[Row]:
    return [
        {
            "product_key": "P1",
            "name": "Kettle",
            "category": "Kitchen",
            "list_price": "10",
            "currency": "EUR",
            "updated_at": at(0),
        }
    ]


def _unmerges() -> list[Row]:
    common = {"record_type": "contact", "other_record_type": "contact", "requested_at": at(3)}
    return [
        {
            **common,
            "request_key": "U-1",
            "record_key": "K-ADA-1",
            "other_record_key": "K-1",
            "reason": "Ada Lovelace is somebody else",
        },
        {**common, "request_key": "U-2", "record_key": "K-2", "other_record_key": "K-3"},
    ]


def land_requests(landing: Path) -> None:
    """Ada asks, twice; somebody whom nobody knows; a family of whom nobody can say who; a typo."""
    write(
        landing,
        "erasures",
        [
            {"request_key": "E-ADA", "contact_key": "K-ADA-1", "requested_at": at(23)},
            {"request_key": "E-ADA", "contact_key": "K-ADA-1", "requested_at": at(23)},
            {"request_key": "E-NOBODY", "email": "nobody@people.example", "requested_at": at(23)},
            {"request_key": "E-FAMILY", "email": "berghaus@mail.example", "requested_at": at(23)},
            {"request_key": "E-TYPO", "email": "ada.lovelace@mail.example", "requested_at": "soon"},
            {"request_key": "E-EMPTY", "requested_at": at(23)},
            {"request_key": "E-LATER", "contact_key": "K-5", "requested_at": at(DAYS + 5)},
        ],
    )


def _person(number: int) -> Row:
    return {
        "contact_key": f"K-{number}",
        "email": f"person{number}@people.example",
        "phone": f"+49 40 55500{number:03}",
        "first_name": ("Carl", "Dora", "Emil", "Frida")[number % 4],
        "last_name": f"Number{number}",
        "country": "DE",
        "created_at": at(number % 20),
        "updated_at": at(number % 20),
    }


def _contacts() -> list[Row]:
    ada = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "birth_date": "1985-12-10",
        "street": "Difference Street 1",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
    }
    return [
        *map(_person, range(1, 33)),
        {
            **ada,
            "contact_key": "K-ADA-1",
            "email": "ada.before@post.example",
            "created_at": at(1),
            "updated_at": at(1),
        },
        {
            **ada,
            "contact_key": "K-ADA-1",
            "email": "Ada.Lovelace@Mail.example",
            "phone": "+49 30 99887766",
            "loyalty_card": "CARD-7781",
            "created_at": at(1),
            "updated_at": at(9),
        },
        {
            **ada,
            "contact_key": "K-ADA-2",
            "email": "berghaus@mail.example",
            "phone": "030 99887766",
            "created_at": at(4),
            "updated_at": at(4),
        },
        # Never accepted, since its country is missing.
        {
            **ada,
            "contact_key": "K-ADA-3",
            "email": "ada.lovelace@mail.example",
            "country": "",
            "created_at": at(4),
            "updated_at": at(4),
        },
        {
            "contact_key": "K-BOB",
            "email": "berghaus@mail.example",
            "phone": "+49 30 11223344",
            "first_name": "Bob",
            "last_name": "Byron",
            "birth_date": "1951-02-03",
            "country": "DE",
            "created_at": at(2),
            "updated_at": at(2),
        },
    ]


def _order(key: str, day: float, **values: object) -> Row:
    return {
        "order_key": key,
        "ordered_at": at(day),
        "updated_at": at(day),
        "sales_channel": "web",
        "status": "delivered",
        "currency": "EUR",
        "country": "DE",
        **values,
    }


def _orders() -> list[Row]:
    return [
        *(
            _order(f"O-{number}-{turn}", (number + 20 * turn) % DAYS, contact_key=f"K-{number}")
            for number in range(1, 33)
            for turn in (0, 1)
        ),
        _order("O-ADA-1", 10, contact_key="K-ADA-1", anonymous_id="dev-tablet"),
        _order("O-ADA-2", 20, contact_key="K-ADA-2", loyalty_card="CARD 7781"),
        _order("O-ADA-GUEST", 22, email="ada.lovelace@mail.example", phone="030 99887766"),
        _order("O-ADA-FORMER", 3, email="ada.before@post.example"),
        _order("O-BOB", 15, contact_key="K-BOB", anonymous_id="dev-tablet"),
        _order("O-FAMILY", 18, email="berghaus@mail.example"),
        _order("O-TILL", 19, sales_channel="store"),
        _order("O-LAST", DAYS, contact_key="K-1"),
    ]


def _lines() -> list[Row]:
    return [
        {
            "order_key": order["order_key"],
            "line_number": "1",
            "product_key": "P1",
            "quantity": "1",
            "unit_price": f"{10 + place}.50",
        }
        for place, order in enumerate(_orders())
    ]


def _event(key: str, day: float, device: str, **values: object) -> Row:
    return {
        "event_key": key,
        "event_name": "page_view",
        "occurred_at": at(day),
        "received_at": at(day),
        "anonymous_id": device,
        **values,
    }


def _events() -> list[Row]:
    return [
        *(_event(f"V-{n}", n % DAYS, f"dev-{n}", user_key=f"K-{n}") for n in range(1, 33)),
        _event("V-A1", 8, "dev-ada-phone"),
        _event("V-A2", 9, "dev-ada-phone", user_key="K-ADA-1"),
        _event("V-A3", 9.5, "dev-tablet", user_key="K-ADA-1"),
        _event("V-B1", 14, "dev-tablet", user_key="K-BOB"),
        _event("V-T1", 14.5, "dev-tablet"),
        _event("V-A4", 22, "dev-ada-phone", event_name="purchase", order_key="O-ADA-GUEST"),
    ]


def _messages() -> list[Row]:
    common = {"action": "send", "channel": "email"}
    others: list[Row] = [
        {
            **common,
            "message_key": f"M-{n}",
            "occurred_at": at(n % DAYS),
            "contact_key": f"K-{n}",
            "address": f"person{n}@people.example",
        }
        for n in range(1, 33)
    ]
    return [
        *others,
        {
            **common,
            "message_key": "M-A1",
            "occurred_at": at(12),
            "contact_key": "K-ADA-1",
            "address": "berghaus@mail.example",
        },
        {
            **common,
            "message_key": "M-A2",
            "occurred_at": at(12),
            "address": "ada.lovelace@mail.example",
        },
        {
            "action": "send",
            "channel": "sms",
            "message_key": "M-A3",
            "occurred_at": at(12),
            "contact_key": "K-ADA-2",
            "address": "030 99887766",
        },
        {
            **common,
            "message_key": "M-B1",
            "occurred_at": at(12),
            "contact_key": "K-BOB",
            "address": "berghaus@mail.example",
        },
    ]


def _consents() -> list[Row]:
    common = {
        "purpose": "marketing",
        "channel": "email",
        "state": "granted",
        "legal_basis": "consent",
        "source": "form",
    }
    return [
        {**common, "contact_key": "K-ADA-1", "changed_at": at(9)},
        {**common, "address": "Ada.Lovelace@Mail.example", "changed_at": at(10)},
        {**common, "contact_key": "K-BOB", "changed_at": at(9)},
    ]


def _feedback() -> list[Row]:
    return [
        {
            "feedback_key": "F-A1",
            "kind": "nps",
            "score": "9",
            "text": "Yours, Ada Lovelace",
            "submitted_at": at(21),
            "contact_key": "K-ADA-2",
        },
        {
            "feedback_key": "F-A2",
            "kind": "ticket",
            "text": "Where is my parcel? Lovelace",
            "submitted_at": at(22.5),
            "order_key": "O-ADA-GUEST",
        },
        {
            "feedback_key": "F-B1",
            "kind": "nps",
            "score": "8",
            "submitted_at": at(22.5),
            "contact_key": "K-BOB",
        },
    ]
