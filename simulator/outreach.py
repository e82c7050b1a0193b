"""What is said to people and by them: consents, messages and feedback."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.people import LEAD, Contacts, People
from simulator.purchases import STORE, Orders
from simulator.settings import DAY, FloatArray, IntArray
from simulator.text import choose, hexes, mix
from simulator.world import World

EMAIL, SMS, PUSH, WEB = range(4)
SEND, DELIVERY, OPEN, CLICK, BOUNCE, COMPLAINT, UNSUBSCRIBE = range(7)
TRACKING, MARKETING, PERSONALISATION = range(3)
#: Campaigns: a newsletter of each week of the history first, then these.
FIXED_CAMPAIGNS = ["welcome", "winback", "sms-offer", "app-news"]
WELCOME, WINBACK, SMS_OFFER, APP_NEWS = (-4, -3, -2, -1)
_NEVER = np.inf


@dataclass(frozen=True)
class Consents:
    """Changes of consent, unsorted; codes into the lists here and in ``world``.

    ``stops`` is the second from which each person is tracked no more. Shape (people,).
    """

    contact: IntArray
    purpose: IntArray
    channel: IntArray
    granted: IntArray
    at: FloatArray
    source: IntArray
    stops: FloatArray


@dataclass(frozen=True)
class Messages:
    """Actions on messages, unsorted. ``campaign``: week of the newsletter, or a fixed one (< 0)."""

    message: IntArray
    action: IntArray
    at: FloatArray
    channel: IntArray
    campaign: IntArray
    contact: IntArray
    address: pa.Array


@dataclass(frozen=True)
class Feedback:
    """Answers, unsorted. ``score`` and ``text`` are -1 where none was given."""

    kind: IntArray
    score: IntArray
    text: IntArray
    at: FloatArray
    contact: IntArray
    order: IntArray
    email: pa.Array


@dataclass(frozen=True)
class _Sends:
    contact: IntArray
    channel: IntArray
    campaign: IntArray
    at: FloatArray


def _ripple(
    rng: np.random.Generator, since: FloatArray, every: int, chance: float, horizon: float
) -> tuple[IntArray, FloatArray]:
    """Contact and time of campaigns: every so many days from a day of the contact's own.

    Staggering keeps a day's number of messages smooth.
    """
    phase = rng.integers(0, every, since.size)
    first: FloatArray = np.floor(since / DAY) + 1.0 + phase.astype(np.float64)
    rounds = np.maximum(np.ceil((horizon / DAY - first) / every), 0).astype(np.int64)
    contact = np.repeat(np.arange(since.size, dtype=np.int64), rounds)
    turn = np.arange(contact.size) - np.repeat(np.cumsum(rounds) - rounds, rounds)
    picked = np.flatnonzero(rng.random(contact.size) < chance)
    contact, turn = contact[picked], turn[picked]
    hour = np.floor(rng.uniform(7, 17, picked.size) * 3_600)
    at: FloatArray = (first[contact] + turn * every) * DAY + hour
    return contact, at


def reach(
    world: World, rng: np.random.Generator, people: People, contacts: Contacts, orders: Orders
) -> tuple[Consents, Messages]:
    """Consents of the contact records, and the messages that they allow.

    No message is sent, and nothing happens to one, after the consent for its channel ended.
    """
    horizon = world.seconds
    count = contacts.person.size
    created = contacts.created
    has_email = contacts.email.is_valid().to_numpy(zero_copy_only=False)
    has_phone = contacts.phone.is_valid().to_numpy(zero_copy_only=False)
    person = contacts.person
    grants = np.stack(
        [
            has_email & (rng.random(count) < np.where(people.kind[person] == LEAD, 0.97, 0.66)),
            has_phone & (rng.random(count) < 0.30),
            people.has_app[person] & (contacts.record == 0) & (rng.random(count) < 0.55),
        ]
    )
    since = np.where(grants, created, _NEVER)

    parts = []
    for channel, every, chance in ((EMAIL, 14, 0.30), (SMS, 28, 0.35), (PUSH, 10, 0.25)):
        holders = np.flatnonzero(grants[channel])
        who, at = _ripple(rng, since[channel, holders], every, chance, horizon)
        week = (at // (7 * DAY)).astype(np.int64)
        campaign = {EMAIL: week, SMS: np.full_like(week, SMS_OFFER)}.get(
            channel, np.full_like(week, APP_NEWS)
        )
        parts.append(_Sends(holders[who], np.full_like(week, channel), campaign, at))
    welcomed = np.flatnonzero(grants[EMAIL] & (created + 600 < horizon))
    whole = np.ones_like(welcomed)
    parts.append(_Sends(welcomed, EMAIL * whole, WELCOME * whole, created[welcomed] + 600))
    # 95 days after an order that no other followed.
    following = np.append(orders.at[1:], np.inf)
    if orders.count:
        following[np.append(orders.person[1:] != orders.person[:-1], True)] = np.inf
    back = orders.at + 95 * DAY + 9 * 3_600
    due = (following > back) & (back < horizon) & (orders.contact >= 0)
    due &= grants[EMAIL][orders.contact] & (rng.random(orders.count) < 0.8)
    late = np.flatnonzero(due)
    whole = np.ones_like(late)
    parts.append(_Sends(orders.contact[late], EMAIL * whole, WINBACK * whole, back[late]))
    sends = _Sends(
        *(np.concatenate([getattr(part, name) for part in parts])
          for name in ("contact", "channel", "campaign", "at"))
    )  # fmt: skip
    sort = np.lexsort((sends.campaign, sends.at, sends.channel, sends.contact))
    contact, channel, campaign, at = (
        getattr(sends, name)[sort] for name in ("contact", "channel", "campaign", "at")
    )
    total = contact.size

    # Dead addresses bounce; the rest is delivered, opened by some and clicked by fewer.
    dead = (rng.random((3, count)) < np.array([[0.015], [0.008], [0.01]]))[channel, contact]
    delivered = at + rng.integers(1, 40, total)
    opens = ~dead & (channel != SMS) & (rng.random(total) < np.where(channel == EMAIL, 0.27, 0.10))
    opened = delivered + np.floor(rng.exponential(4 * 3_600, total)) + 5
    clicks = (opens | (~dead & (channel == SMS))) & (rng.random(total) < 0.14)
    clicked = np.where(channel == SMS, delivered, opened) + rng.integers(3, 90, total)
    leaves = ~dead & (rng.random(total) < np.array([0.005, 0.01, 0.006])[channel])
    complains = ~dead & (channel == EMAIL) & (rng.random(total) < 0.0004)
    ends = np.where(leaves | complains, delivered + rng.integers(60, 7_200, total), _NEVER)

    # The first unsubscribe or complaint of a contact and channel ends the consent; so does, for
    # some, a visit to the preference centre.
    until = np.where(
        rng.random((3, count)) < 0.04, since + (horizon - created) * rng.random((3, count)), _NEVER
    )
    until = np.where(grants, np.floor(np.maximum(until, created + 3_600)), _NEVER)
    by_message = np.full((3, count), _NEVER)
    np.minimum.at(by_message, (channel, contact), ends)
    from_message = by_message < until
    until = np.minimum(until, by_message)
    stop = until[channel, contact]

    message = np.arange(total)
    rows: list[tuple[int, IntArray, FloatArray]] = [
        (SEND, message, at),
        (DELIVERY, message[~dead], delivered[~dead]),
        (BOUNCE, message[dead], delivered[dead]),
        (OPEN, message[opens], opened[opens]),
        (CLICK, message[clicks], clicked[clicks]),
        (UNSUBSCRIBE, message[leaves & ~complains], ends[leaves & ~complains]),
        (COMPLAINT, message[complains], ends[complains]),
    ]
    action = np.concatenate([np.full(part.size, code) for code, part, _ in rows])
    which = np.concatenate([part for _, part, _ in rows])
    when = np.concatenate([times for _, _, times in rows])
    # The withdrawal itself is the last action; a message under way is not followed any more.
    closing = (action == UNSUBSCRIBE) | (action == COMPLAINT)
    seen = (when < horizon) & np.where(closing, when <= stop[which], when < stop[which])
    seen &= at[which] < stop[which]
    action, which, when = action[seen], which[seen], when[seen]
    app_device = hexes(mix(people.ids * 16 + 6, world.settings.seed + 1))
    of = pa.array(contact[which])
    address = choose(
        channel[which] == EMAIL,
        contacts.email.take(of),
        choose(
            channel[which] == SMS,
            contacts.phone.take(of),
            app_device.take(pa.array(person[contact[which]])),
        ),
    )
    messages = Messages(
        message=which, action=action, at=when, channel=channel[which],
        campaign=campaign[which], contact=contact[which], address=address,
    )  # fmt: skip
    consents = _consents(rng, people, contacts, grants, until, from_message, horizon)
    return consents, messages


def _consents(
    rng: np.random.Generator,
    people: People,
    contacts: Contacts,
    grants: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    until: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    from_message: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    horizon: float,
) -> Consents:
    """Every change of consent. A person who withdraws tracking does so for all own records."""
    count, person, created = contacts.person.size, contacts.person, contacts.created
    everyone = np.arange(count)
    first_known = contacts.of_person[:, 0]
    joined = np.where(first_known >= 0, np.append(created, np.inf)[first_known], np.inf)
    withdraws = (first_known >= 0) & people.tracked & (rng.random(people.count) < 0.06)
    left = np.where(withdraws, horizon - joined, 0.0)
    stops = np.where(withdraws, np.floor(joined + left * rng.random(people.count)), _NEVER)
    stops = np.maximum(stops, joined + 60)
    stops = np.where(np.isfinite(stops) & (stops < horizon), stops, _NEVER)
    where = np.where(people.kind[person] == LEAD, 1, np.where(people.store[person] == 1.0, 2, 0))

    rows: list[tuple[IntArray, int, int, IntArray, FloatArray, IntArray]] = []
    allows = (people.tracked[person] & (created < stops[person])).astype(np.int64)
    rows.append((everyone, TRACKING, WEB, allows, created, where))
    tells = np.flatnonzero(np.isfinite(stops[person]) & (created < stops[person]))
    no = np.zeros_like(tells)
    rows.append((tells, TRACKING, WEB, no, stops[person[tells]], no + 4))
    personal = np.flatnonzero(rng.random(count) < 0.5)
    rows.append(
        (personal, PERSONALISATION, WEB, allows[personal], created[personal], where[personal])
    )
    for channel in (EMAIL, SMS, PUSH):
        on = np.flatnonzero(grants[channel])
        source = where[on] if channel != PUSH else np.full_like(on, 3)
        rows.append((on, MARKETING, channel, np.ones_like(on), created[on], source))
        off = np.flatnonzero(until[channel] < horizon)
        by = np.where(from_message[channel, off], 5, 4)
        rows.append((off, MARKETING, channel, np.zeros_like(off), until[channel, off], by))
    return Consents(
        contact=np.concatenate([row[0] for row in rows]),
        purpose=np.concatenate([np.full_like(row[0], row[1]) for row in rows]),
        channel=np.concatenate([np.full_like(row[0], row[2]) for row in rows]),
        granted=np.concatenate([row[3] for row in rows]),
        at=np.floor(np.concatenate([row[4] for row in rows])),
        source=np.concatenate([row[5] for row in rows]),
        stops=stops,
    )


# Texts by kind (row) and mood (bad, fair, good): first index and number of choices.
_TEXT_FIRST = np.array([[0, 3, 6], [0, 3, 6], [1, 4, 6], [9, 10, 10], [11, 12, 13]])
_TEXT_COUNT = np.array([[3, 3, 3], [3, 3, 3], [2, 2, 3], [1, 1, 1], [2, 2, 2]])


def answer(world: World, rng: np.random.Generator, contacts: Contacts, orders: Orders) -> Feedback:
    """Answers to delivered orders, tickets about late ones, questions of contacts."""
    horizon = world.seconds
    parts: list[tuple[int, IntArray, IntArray, FloatArray]] = []
    arrived = np.isfinite(orders.delivered)
    nobody = np.zeros(0, dtype=np.int64)
    for asked_for, chance, wait in ((0, 0.08, 4 * DAY), (1, 0.03, 2 * DAY), (2, 0.06, 9 * DAY)):
        chosen = np.flatnonzero(arrived & (rng.random(orders.count) < chance))
        at = orders.delivered[chosen] + rng.exponential(wait, chosen.size) + 600
        parts.append((asked_for, chosen, orders.contact[chosen], at))
    tickets = np.flatnonzero(
        rng.random(orders.count) < np.where(orders.delivered > orders.promised, 0.06, 0.012)
    )
    wrote = orders.at[tickets] + rng.exponential(4 * DAY, tickets.size) + 600
    parts.append((3, tickets, orders.contact[tickets], wrote))
    asks = np.flatnonzero(rng.random(contacts.person.size) < 0.03)
    asked = contacts.created[asks] + rng.exponential(30 * DAY, asks.size)
    parts.append((4, np.full_like(asks, -1), asks, asked))

    kind = np.concatenate([np.full_like(part[1], part[0]) for part in parts])
    order = np.concatenate([nobody, *(part[1] for part in parts)])
    contact = np.concatenate([nobody, *(part[2] for part in parts)])
    at = np.floor(np.concatenate([part[3] for part in parts]))
    keep = np.flatnonzero(at < horizon)
    kind, order, contact, at = kind[keep], order[keep], contact[keep], at[keep]
    total = kind.size

    late = np.append(np.isfinite(orders.delivered) & (orders.delivered > orders.promised), False)
    mood = np.clip(rng.normal(0.80, 0.22, total) - 0.3 * late[order], 0.0, 1.0)
    score = np.where(kind == 0, np.round(mood * 10), np.round(1 + mood * 4)).astype(np.int64)
    score = np.where(kind >= 3, -1, score)
    tone = np.where(mood < 0.45, 0, np.where(mood < 0.7, 1, 2))
    opening, choices = _TEXT_FIRST[kind, tone], _TEXT_COUNT[kind, tone]
    text = opening + (rng.random(total) * choices).astype(np.int64)
    text = np.where((kind <= 1) & (rng.random(total) < 0.6), -1, text)

    # Who answers as a guest gives the address of the order; at the till there is none.
    guest = np.where(order >= 0, order, 0)
    if orders.count:
        email = orders.email.take(pa.array(guest))
        shown = (contact < 0) & (order >= 0) & (np.append(orders.way, STORE)[order] != STORE)
    else:
        email = pa.nulls(total, pa.string())
        shown = np.zeros(total, dtype=np.bool_)
    email = choose(shown, email, pa.nulls(total, pa.string()))
    return Feedback(
        kind=kind, score=score, text=text, at=at, contact=contact, order=order, email=email
    )
