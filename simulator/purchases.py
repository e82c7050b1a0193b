"""What people buy: a BG/NBD process, orders, lines, deliveries, cancellations and returns."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from simulator import world as w
from simulator.people import Contacts, People
from simulator.settings import DAY, BoolArray, FloatArray, IntArray
from simulator.text import blank, choose
from simulator.world import World

ONLINE, STORE, PHONE = range(3)
_WEEK = 7.0 * DAY


@dataclass(frozen=True)
class Purchases:
    """Times of all purchases of some people, sorted by person and time.

    Attributes:
        person: position of the buyer. sequence: 0 for the first purchase. at: time.
        gone_at: when each person left for good, infinite for who is alive. Shape (people,).
    """

    person: IntArray
    sequence: IntArray
    at: FloatArray
    gone_at: FloatArray


def bgnbd(
    rng: np.random.Generator,
    first: FloatArray,
    rate: FloatArray,
    dropout: FloatArray,
    end: float,
) -> Purchases:
    """Purchases of a BG/NBD process (Fader, Hardie and Lee 2005); leaving follows repeats only.

    Args:
        rng: source of chance.
        first: time of each person's first purchase; at or after ``end`` for nobody's. Shape (n,).
        rate: purchases per unit of time while active. Shape (n,).
        dropout: chance to leave after a repeat purchase. Shape (n,).
        end: purchases at or after it are not seen.
    """
    gone_at = np.full(first.size, np.inf)
    active = np.flatnonzero(first < end)
    at = first[active]
    people, sequences, times = [active], [np.zeros(active.size, dtype=np.int64)], [at]
    sequence = 0
    while active.size:
        sequence += 1
        at = at + rng.exponential(1.0, active.size) / np.maximum(rate[active], 1e-12)
        seen = at < end
        active, at = active[seen], at[seen]
        people.append(active)
        sequences.append(np.full(active.size, sequence, dtype=np.int64))
        times.append(at)
        leaves = rng.random(active.size) < dropout[active]
        gone_at[active[leaves]] = at[leaves]
        active, at = active[~leaves], at[~leaves]
    person, order = np.concatenate(people), np.concatenate(sequences)
    sort = np.lexsort((order, person))
    return Purchases(person[sort], order[sort], np.concatenate(times)[sort], gone_at)


@dataclass(frozen=True)
class Orders:
    """Orders of one chunk, sorted by person and time; one entry an order.

    Attributes:
        person: position of the buyer. sequence: 0 for the first. at: calendar seconds.
        way: ONLINE, STORE or PHONE. app: ordered in the app; known once devices are chosen.
        contact: position of the contact record that ordered, -1 for guests.
        email, phone: what a guest gave, null where nothing.
        shows_card: the loyalty card was shown at the till.
        device: key of the ordering device; 0 where none is known.
        delivered, cancelled: calendar seconds, infinite where it did not happen before the end.
        promised: calendar seconds, infinite at the till.
        value: net value in euro cents.
        gone_at: when each person left for good. Shape (people,).
    """

    person: IntArray
    sequence: IntArray
    at: FloatArray
    way: IntArray
    app: BoolArray
    contact: IntArray
    email: pa.Array
    phone: pa.Array
    shows_card: BoolArray
    device: np.ndarray[tuple[int], np.dtype[np.uint64]]
    delivered: FloatArray
    cancelled: FloatArray
    promised: FloatArray
    value: IntArray
    gone_at: FloatArray

    @property
    def count(self) -> int:
        """Number of orders."""
        return int(self.person.size)


@dataclass(frozen=True)
class Lines:
    """Order lines of one chunk; returns are entries of their own.

    Attributes:
        order: position of the order. number: line within it. product: code. quantity: pieces,
            negative on a return. price, discount, tax: hundredths of the order's currency.
        returned: calendar seconds of a return, NaN on an ordinary line.
        origin: line that comes back; 0 where none is or it is not known.
    """

    order: IntArray
    number: IntArray
    product: IntArray
    quantity: IntArray
    price: IntArray
    discount: IntArray
    tax: IntArray
    returned: FloatArray
    origin: IntArray


def buy(world: World, rng: np.random.Generator, people: People, contacts: Contacts) -> Orders:
    """The orders of these people, with who they say they are."""
    end = world.orders.operational[-1]
    start = np.where(np.isfinite(people.first_order), people.first_order, 2 * world.seconds)
    inside = start < world.seconds
    first = np.where(inside, world.orders.to_operational(start), np.inf)
    bought = bgnbd(rng, first, people.rate / _WEEK, people.dropout, float(end))
    person, sequence = bought.person, bought.sequence
    count = person.size
    at = np.floor(world.orders.to_calendar(bought.at))

    way = np.where(rng.random(count) < people.store[person], STORE, ONLINE)
    way = np.where((way == ONLINE) & (rng.random(count) < 0.03), PHONE, way)

    draw = rng.random(count)
    mine = contacts.of_person[person]
    known = np.concatenate([contacts.created, [np.inf]])
    has_first, has_second = (known[mine[:, place]] <= at for place in (0, 1))
    account = np.where(has_second & (draw < 0.5), mine[:, 1], np.where(has_first, mine[:, 0], -1))
    # Some order as a guest though they have an account.
    stays_guest = (rng.random(count) < 0.12) & (way == ONLINE) & ~people.is_test[person]
    contact = np.where(stays_guest | (way == STORE), -1, account)
    shows_card = (way == STORE) & people.has_card[person] & has_first & (rng.random(count) < 0.75)

    guest = (contact < 0) & (way != STORE)
    gives_email = guest & (way == ONLINE) & (rng.random(count) < 0.85)
    gives_phone = guest & ((way == PHONE) | (rng.random(count) < 0.40))
    email = people.email.take(pa.array(person))
    # Some will not say: values that must not tie people together.
    joke = rng.random(count) < 0.006
    email = choose(joke, pa.array(["test@test.example"] * count), email)
    phone = people.phone.take(pa.array(person))
    phone = choose(joke, pa.array(["0000000"] * count), phone)

    horizon = world.seconds
    promised = np.where(way == STORE, np.inf, (at // DAY + 3) * DAY + 17 * 3_600)
    late = rng.random(count) < 0.08
    travel = rng.uniform(1.0, 3.4, count) + np.where(late, rng.uniform(1, 6, count), 0.0)
    cancels = (way != STORE) & (rng.random(count) < 0.035)
    delivered = np.where(cancels, np.inf, np.where(way == STORE, at, np.floor(at + travel * DAY)))
    cancelled = np.where(cancels, np.floor(at + rng.uniform(0.05, 1.2, count) * DAY), np.inf)
    return Orders(
        person=person,
        sequence=sequence,
        at=at,
        way=way,
        app=np.zeros(count, dtype=np.bool_),
        contact=contact,
        email=blank(email, ~gives_email),
        phone=blank(phone, ~gives_phone),
        shows_card=shows_card,
        device=np.zeros(count, dtype=np.uint64),
        delivered=np.where(delivered < horizon, delivered, np.inf),
        cancelled=np.where(cancelled < horizon, cancelled, np.inf),
        promised=promised,
        value=np.zeros(count, dtype=np.int64),
        gone_at=world.orders.to_calendar(bought.gone_at)
        + np.where(np.isfinite(bought.gone_at), 0, np.inf),
    )


def _products(world: World, rng: np.random.Generator, people: People, person: IntArray) -> IntArray:
    """One product for each entry: the favourite category often, dear or cheap by taste."""
    count = person.size
    other = rng.choice(len(w.CATEGORIES), size=count, p=world.category_share)
    category = np.where(rng.random(count) < 0.45, people.category[person], other)
    rank = rng.random(count) ** people.taste[person] * w.PER_CATEGORY
    return category * w.PER_CATEGORY + rank.astype(np.int64)


def fill(
    world: World, rng: np.random.Generator, people: People, orders: Orders
) -> tuple[Orders, Lines]:
    """The lines of the orders, returns among them, and the orders with their value."""
    sizes = 1 + np.minimum(rng.poisson(0.8, orders.count), 5)
    order = np.repeat(np.arange(orders.count), sizes)
    count = order.size
    starts = np.cumsum(sizes) - sizes
    number = np.arange(count) - np.repeat(starts, sizes) + 1
    person = orders.person[order]
    product = _products(world, rng, people, person)
    quantity = 1 + np.minimum(rng.geometric(0.82, count) - 1, 4)
    day = (orders.at[order] // DAY).astype(np.int64)
    euro = world.price[world.price_period[day], product]
    country = people.country[person]
    price = np.round(euro * w.RATES[country]).astype(np.int64)
    # A voucher counts for the whole order.
    voucher = rng.choice([0.0, 0.05, 0.10, 0.15, 0.20], size=orders.count,
                         p=[0.78, 0.06, 0.09, 0.04, 0.03])[order]  # fmt: skip
    discount = np.round(price * quantity * voucher).astype(np.int64)
    tax = np.round((price * quantity - discount) * w.TAX[country]).astype(np.int64)
    value = np.bincount(
        order, weights=np.round(euro * quantity * (1 - voucher)), minlength=orders.count
    ).astype(np.int64)

    arrived = orders.delivered[order]
    back = arrived + rng.uniform(3, 25, count) * DAY
    chance = np.where(orders.way[order] == STORE, 0.03, 0.09)
    comes = np.flatnonzero((rng.random(count) < chance) & (back < world.seconds))
    pieces = np.where(rng.random(comes.size) < 0.8, quantity[comes], 1)
    share = pieces / quantity[comes]
    # Returns follow the lines of their order, in its order of lines.
    of = order[comes]
    if comes.size:
        new = np.concatenate([[True], of[1:] != of[:-1]])
        place = np.arange(comes.size) - np.maximum.accumulate(
            np.where(new, np.arange(comes.size), 0)
        )
    else:
        place = comes
    lines = Lines(
        order=np.concatenate([order, of]),
        number=np.concatenate([number, sizes[of] + 1 + place]),
        product=np.concatenate([product, product[comes]]),
        quantity=np.concatenate([quantity, -pieces]),
        price=np.concatenate([price, price[comes]]),
        discount=np.concatenate([discount, -np.round(discount[comes] * share).astype(np.int64)]),
        tax=np.concatenate([tax, -np.round(tax[comes] * share).astype(np.int64)]),
        returned=np.concatenate([np.full(count, np.nan), np.floor(back[comes])]),
        origin=np.concatenate(
            [np.zeros(count, dtype=np.int64),
             np.where(rng.random(comes.size) < 0.9, number[comes], 0)]
        ),
    )  # fmt: skip
    return replace(orders, value=value), lines
