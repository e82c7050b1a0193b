"""What people click: sessions on their devices, with and without a purchase at the end."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from simulator import world as w
from simulator.people import BUYER, Contacts, People
from simulator.purchases import ONLINE, Orders
from simulator.seasons import time_of_day
from simulator.settings import DAY, BoolArray, FloatArray, IntArray, KeyArray
from simulator.text import mix
from simulator.world import World

MOBILE, DESKTOP, TABLET = range(3)
WEB, IOS, ANDROID = range(3)
# The plastic number's inverse and its square: two sequences that fill a square evenly together.
_FIRST_STEP, _SECOND_STEP = 0.7548776662466927, 0.5698402909980532
# Events of a visit without purchase: 1, 2, … 10.
_LENGTHS = np.array([16, 19, 18, 14, 11, 8, 6, 4, 2.5, 1.5])


@dataclass(frozen=True)
class Sessions:
    """Visits of one chunk. ``order`` is -1 where nothing is bought; ``length`` counts events.

    ``device`` is the key of the device; ``end`` the calendar second of the last event.
    """

    person: IntArray
    order: IntArray
    length: IntArray
    end: FloatArray
    device_type: IntArray
    platform: IntArray
    device: KeyArray
    logged_in: IntArray


@dataclass(frozen=True)
class Events:
    """Tracked events of one chunk, unsorted; codes into the lists of ``world``, -1 for nothing."""

    at: IntArray
    received: IntArray
    name: IntArray
    session: IntArray
    position: IntArray
    user: IntArray
    path: IntArray
    product: IntArray
    order: IntArray
    status: IntArray
    value: IntArray
    entry: IntArray


def _spread(rng: np.random.Generator, count: int, step: float = _FIRST_STEP) -> FloatArray:
    """Numbers in [0, 1) that fill the interval evenly in every stretch of them.

    An additive recurrence (Roberts' R2). Days then differ less in length and device
    mix than with independent draws, as the days of a much larger shop do.
    """
    numbers: FloatArray = (rng.random() + np.arange(count, dtype=np.float64) * step) % 1.0
    return numbers


def _visits(
    world: World, rng: np.random.Generator, people: People, orders: Orders
) -> tuple[IntArray, IntArray]:
    """Person and day of each visit without a purchase.

    Interest has two parts: everybody looks around for some weeks after the first visit; buyers
    look as often as their purchase rate says, until they leave. Each day takes its visits from
    the interested people by systematic sampling, so that the volume of a day is as smooth as the
    number of interested people.
    """
    settings = world.settings
    # In two years orders alone leave about 7 events a person; at scale 1 visits leave 27 more.
    scale = (settings.events_per_person - 7) / 27
    count = people.count
    buyer = np.flatnonzero((people.kind == BUYER) & (people.first_order < world.seconds))
    curious = people.arrives + rng.exponential(50 * DAY, count)
    person = np.concatenate([np.arange(count), buyer])
    begin = np.concatenate([people.arrives, people.first_order[buyer]]) / DAY
    until = np.concatenate([curious, np.minimum(orders.gone_at[buyer], world.seconds)]) / DAY
    weight = np.concatenate(
        [np.full(count, 0.58 / 7), 0.035 / 7 + 3.2 * people.rate[buyer] / 7]
    ) * scale  # fmt: skip
    # Systematic sampling of a sorted list is stratified sampling: every day has its share of each
    # country and of the owners of each kind of device.
    place = np.lexsort(
        (
            people.country[person],
            people.has_app[person],
            people.has_desktop[person],
            people.has_tablet[person],
        )
    )
    keep = place[people.tracked[person[place]]]
    person, begin, until, weight = person[keep], begin[keep], until[keep], weight[keep]
    # The first day is always seen: arrivals begin within it.
    first, last = np.floor(begin).astype(np.int64), np.ceil(until).astype(np.int64)
    persons, days = [], []
    for day in range(settings.days):
        interest = np.where((first <= day) & (day < last), weight, 0.0).cumsum()
        total = interest[-1] * world.visit_weights[day] if interest.size else 0.0
        take = int(total + rng.random())
        if take == 0 or interest[-1] == 0.0:
            continue
        marks = (np.arange(take) + rng.random()) / take * interest[-1]
        persons.append(person[np.searchsorted(interest, marks, side="right")])
        days.append(np.full(take, day, dtype=np.int64))
    if not persons:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(persons), np.concatenate(days)


def visit(
    world: World, rng: np.random.Generator, people: People, contacts: Contacts, orders: Orders
) -> tuple[Orders, Sessions]:
    """All visits, and the online orders with the device that they were made on."""
    looks, day = _visits(world, rng, people, orders)
    share = np.cumsum(_LENGTHS) / _LENGTHS.sum()
    length = np.searchsorted(share, _spread(rng, looks.size), side="right") + 1
    look_end = day * DAY + time_of_day(rng.random(looks.size)) + (length - 1) * 40.0
    look_end = np.maximum(look_end, people.arrives[looks] + (length - 1) * 40.0 + 5)

    bought = np.flatnonzero(orders.way == ONLINE)
    person = np.concatenate([looks, orders.person[bought]])
    end = np.floor(np.concatenate([look_end, orders.at[bought]]))
    order = np.concatenate([np.full(looks.size, -1, dtype=np.int64), bought])
    length = np.concatenate([length, 5 + rng.integers(0, 4, bought.size)]).astype(np.int64)
    # Neighbours in this order are alike in everything that the choice of a device depends on.
    sort = np.lexsort(
        (
            length,
            people.has_desktop[person],
            people.has_app[person],
            people.has_tablet[person],
            end // DAY,
        )
    )
    person, end, order, length = person[sort], end[sort], order[sort], length[sort]
    count = person.size

    draw = _spread(rng, count)
    on_tablet = people.has_tablet[person] & (draw < 0.22)
    rest = np.where(people.has_tablet[person], (draw - 0.22) / 0.78, draw)
    on_desktop = ~on_tablet & people.has_desktop[person] & (rest > 0.60)
    device_type = np.where(on_tablet, TABLET, np.where(on_desktop, DESKTOP, MOBILE))
    in_app = (device_type == MOBILE) & people.has_app[person]
    in_app &= _spread(rng, count, _SECOND_STEP) < 0.6
    apple = mix(people.ids, 11)[person] % np.uint64(100) < np.uint64(46)
    platform = np.where(in_app, np.where(apple, IOS, ANDROID), WEB)

    # A key stands for an owner, a kind of device and the cookies' generation.
    shared = on_tablet & people.shares_tablet[person]
    owner = np.where(shared, people.head[person], people.ids[person])
    generation = ((end >= people.reset[person]) & ~in_app & ~shared).astype(np.int64)
    slot = np.where(in_app, 3, device_type) + 4 * shared.astype(np.int64)
    device = mix(owner * 16 + slot * 2 + generation, world.settings.seed + 1)

    # Who has an account and is logged in; buyers with an account mostly are.
    mine = contacts.of_person[person]
    known = np.concatenate([contacts.created, [np.inf]])
    buys = np.concatenate([orders.contact, [-1]])[order]
    # A record made in the middle of the visit was not the one of its login.
    buys = np.where(known[buys] <= end - 150, buys, -1)
    logs = (rng.random(count) < 0.40) & (known[mine[:, 0]] < end - 400)
    account = np.where(logs & (order < 0), mine[:, 0], np.where(order >= 0, buys, -1))
    sessions = Sessions(
        person=person, order=order, length=length, end=end, device_type=device_type,
        platform=platform, device=device, logged_in=account,
    )  # fmt: skip

    key, app = orders.device.copy(), orders.app.copy()
    sells = order >= 0
    key[order[sells]] = device[sells]
    app[order[sells]] = in_app[sells]
    key[~people.tracked[orders.person]] = 0
    return replace(orders, device=key, app=app), sessions


def _names(
    rng: np.random.Generator, position: IntArray, length: IntArray, buys: BoolArray, logs: BoolArray
) -> IntArray:
    """Event names by position in the visit (from 0), see ``world.EVENT_NAMES``."""
    count = position.size
    left = length - 1 - position
    draw = rng.random(count)
    name = np.select(
        [draw < 0.52, draw < 0.74, draw < 0.86, draw < 0.97],
        [w.PRODUCT_VIEW, w.PAGE_VIEW, w.SEARCH, w.ADD_TO_CART],
        w.CHECKOUT,
    )
    name = np.where(logs & ~buys & (position == 1), w.LOGIN, name)
    name = np.where(buys & (left > 2), w.PRODUCT_VIEW, name)
    name = np.where(buys & (left == 2), w.ADD_TO_CART, name)
    name = np.where(buys & logs & (left == 3), w.LOGIN, name)
    name = np.where(buys & (left == 1), w.CHECKOUT, name)
    name = np.where(buys & (left == 0), w.PURCHASE, name)
    opens = np.where(buys | (draw < 0.8), w.PAGE_VIEW, w.PRODUCT_VIEW)
    return np.where(position == 0, opens, name).astype(np.int64)


def click(
    world: World,
    rng: np.random.Generator,
    people: People,
    orders: Orders,
    sessions: Sessions,
    stops: npt.NDArray[np.float64],
) -> Events:
    """The events of the visits that are tracked.

    Args:
        world: the shop.
        rng: source of chance.
        people: the chunk.
        orders: their orders, with values.
        sessions: their visits.
        stops: second from which each person is tracked no more. Shape (people,).
    """
    # What a shared device sends ends with the first of its users who withdraws.
    _, group = np.unique(sessions.device, return_inverse=True)
    device_stop = np.full(int(group.max(initial=-1)) + 1, np.inf)
    np.minimum.at(device_stop, group, stops[sessions.person])
    allowed = people.tracked[sessions.person] & (sessions.end < device_stop[group])

    kept = np.flatnonzero(allowed)
    length = sessions.length[kept]
    session = np.repeat(kept, length)
    count = session.size
    starts = np.cumsum(length) - length
    position = np.arange(count) - np.repeat(starts, length)
    size = np.repeat(length, length)
    order = sessions.order[session]
    buys = order >= 0
    logged = sessions.logged_in[session] >= 0
    name = _names(rng, position, size, buys, logged)

    gap = 40 * (size - 1 - position) - np.where(
        (position > 0) & (position < size - 1), rng.integers(0, 30, count), 0
    )
    at = np.maximum(sessions.end[session].astype(np.int64) - gap, 0)
    # A session that began before its person's first visit, or before the history: push it in.
    at = np.maximum(at, np.floor(people.arrives[sessions.person[session]]).astype(np.int64))
    delay = 1 + rng.integers(0, 4, count)
    offline = (sessions.platform[session] != WEB) & (rng.random(count) < 0.015)
    delay = np.where(offline, rng.integers(60, 4 * 3_600, count), delay)

    # One product a visit or two; the last one goes into the cart.
    person = sessions.person[session]
    favourite = people.category[person] * w.PER_CATEGORY
    viewed = np.where(
        rng.random(count) < 0.5,
        favourite + rng.integers(0, w.PER_CATEGORY, count),
        rng.integers(0, w.PRODUCTS, count),
    )
    about = (name == w.PRODUCT_VIEW) | (name == w.ADD_TO_CART)
    product = np.where(about, viewed, -1)
    day = np.minimum(at // DAY, world.settings.days - 1)
    price = world.price[world.price_period[day], np.maximum(product, 0)]
    sold = np.concatenate([orders.value, [0]])[order]
    value = np.where(name == w.ADD_TO_CART, price, np.where(name == w.PURCHASE, sold, -1))

    page = np.where(rng.random(count) < 0.45, 0, rng.integers(9, w.FIRST_PRODUCT_PAGE, count))
    page = np.where(rng.random(count) < 0.12, rng.integers(1, 4, count), page)
    fixed = np.array([0, 0, 4, 5, 6, 7, 8])
    path = np.where(name == w.PAGE_VIEW, page, fixed[name])
    path = np.where(name == w.PRODUCT_VIEW, w.FIRST_PRODUCT_PAGE + product, path)
    draw = rng.random(count)
    views = (name == w.PAGE_VIEW) | (name == w.PRODUCT_VIEW)
    status = np.where(views & (draw < 0.012), 404, np.where(draw > 0.998, 500, 200))
    status = np.where(name == w.PURCHASE, 200, status)

    # The user is known from the login on; a visit of one event by a known user has no login.
    login_at = np.where(buys, size - 4, 1)
    user = np.where(logged & (position >= login_at), sessions.logged_in[session], -1)
    ways = np.array([entry[0] for entry in w.ENTRIES])
    entry = rng.choice(len(w.ENTRIES), size=count, p=ways / ways.sum())
    entry = np.where((position == 0) & (sessions.platform[session] == WEB), entry, -1)

    # The reporting of purchases loses a few: blockers, closed tabs.
    lost = (name == w.PURCHASE) & (rng.random(count) < 0.04)
    keep = np.flatnonzero(~lost & (at + delay < world.seconds))
    return Events(
        at=at[keep], received=(at + delay)[keep], name=name[keep], session=session[keep],
        position=position[keep], user=user[keep], path=path[keep], product=product[keep],
        order=np.where(name == w.PURCHASE, order, -1)[keep], status=status[keep],
        value=value[keep], entry=entry[keep],
    )  # fmt: skip
