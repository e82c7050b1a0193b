"""Who comes to the shop: people, their households, their traits and the records they leave."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator import world as w
from simulator.settings import DAY, BoolArray, FloatArray, IntArray
from simulator.text import blank, choose, digits, join, pick
from simulator.world import World

VISITOR, LEAD, BUYER = range(3)
KINDS = ["visitor", "lead", "buyer"]
_KIND_SHARE = np.array([0.20, 0.14, 0.66])
_HOUSEHOLD_SHARE = np.array([0.62, 0.23, 0.10, 0.05])
_NEVER = np.inf
# Of households of three and more: 0.35 % of the people, as if three in a hundred were twins and one
# in ten of those lived with theirs. Assumed, as are the shares below.
_TWINS_SHARE = 0.02
# Of twins who both have accounts; about twice the share of the households with one mailbox.
_TWINS_MAILBOX_SHARE = 0.25
# Of people who live alone.
_OFFICE_SHARE = 0.02
# Of second records whose first name has a short form.
_NICKNAME_SHARE = 0.15
# Numbers of households, of people and of people after a change lie apart, up to 30 million people.
_OWN_PHONE = 30_000_000
_NEW_PHONE = 60_000_000


@dataclass(frozen=True)
class People:
    """The people of one chunk; every array has one entry a person. Times are calendar seconds.

    Attributes:
        first: person_id of the first entry; the others follow.
        head: person_id of the first member of the household.
        size: members of the household.
        country, region, language: codes into the lists of ``world``.
        kind: VISITOR, LEAD or BUYER, as planned; a buyer may not get to the first order.
        is_test: an account of the shop itself.
        arrives: first visit.
        first_order: planned first order; infinite for everybody but buyers.
        rate: BG/NBD purchases a week while active. dropout: chance to leave after a repeat.
        store: share of orders at the till. taste: bends the choice to cheap (> 1) or dear (< 1).
        category: favourite category.
        tracked: lets the shop track; the others leave no event.
        has_app, has_desktop, has_tablet, shares_tablet: devices beside the mobile browser.
        reset: when the cookies are deleted and new ids begin; infinite for most.
        registers: has a contact record. register_at: when; infinite without.
        has_card: has a loyalty card.
        shared_phone, family_email: the contact record carries the household's.
        is_twin: born on the day of the brother or sister who is next to them.
        office: person_id of the first of those who share an office's telephone; -1 for the others.
        phone_owner: whose telephone number the contact record carries, see ``_phone_number``.
        first_name, last_name, email, other_email, phone, company, street, postcode, city: as the
            person would write them without an error.
        birth: days since 1970-01-01.
    """

    first: int
    head: IntArray
    size: IntArray
    country: IntArray
    region: IntArray
    language: IntArray
    kind: IntArray
    is_test: BoolArray
    arrives: FloatArray
    first_order: FloatArray
    rate: FloatArray
    dropout: FloatArray
    store: FloatArray
    taste: FloatArray
    category: IntArray
    tracked: BoolArray
    has_app: BoolArray
    has_desktop: BoolArray
    has_tablet: BoolArray
    shares_tablet: BoolArray
    reset: FloatArray
    registers: BoolArray
    register_at: FloatArray
    has_card: BoolArray
    shared_phone: BoolArray
    family_email: BoolArray
    is_twin: BoolArray
    office: IntArray
    phone_owner: IntArray
    first_name: pa.Array
    last_name: pa.Array
    email: pa.Array
    other_email: pa.Array
    phone: pa.Array
    company: pa.Array
    street: pa.Array
    postcode: pa.Array
    city: pa.Array
    birth: IntArray

    @property
    def count(self) -> int:
        """Number of people."""
        return int(self.kind.size)

    @property
    def ids(self) -> IntArray:
        """person_id of each."""
        return self.first + np.arange(self.count, dtype=np.int64)


def _by_group(pools: list[pa.Array], group: IntArray, draw: FloatArray) -> pa.Array:
    """One text per person, drawn evenly from the pool of the person's group."""
    sizes = np.array([len(pool) for pool in pools])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return pick(pa.concat_arrays(pools), starts[group] + (draw * sizes[group]).astype(np.int64))


def plain(names: pa.Array) -> pa.Array:
    """Names as they stand in an e-mail address: lower case, ASCII letters only."""
    text = pc.utf8_lower(names)
    for letter, plainly in zip(
        "äöüßéèêëïîçÿ",
        ["ae", "oe", "ue", "ss", "e", "e", "e", "e", "i", "i", "c", "y"],
        strict=True,
    ):
        text = pc.replace_substring(text, letter, plainly)
    text = pc.ascii_lower(pc.utf8_normalize(text, "NFKD"))
    return pc.replace_substring_regex(text, "[^a-z]", "")


def phone_text(country: IntArray, number: pa.Array, style: IntArray) -> pa.Array:
    """A number as people type it: international, national, or with 00. Shape (n,)."""
    codes = [pa.array([part[place] for part in w.PHONE]) for place in range(3)]
    plus, zero, block = (pick(code, country) for code in codes)
    spaced = join(
        plus, " ", block, " ", pc.utf8_slice_codeunits(number, 0, 4), " ",
        pc.utf8_slice_codeunits(number, 4),
    )  # fmt: skip
    double = pc.replace_substring(join(plus, block, number), "+", "00")
    national = join(zero, block, "/", number)
    return choose(style == 0, spaced, choose(style == 1, national, double))


def _phone_number(owner: IntArray) -> pa.Array:
    """Eight digits, one number an owner: a bijection, so that no two people share one by chance."""
    return digits((owner * 48_271 + 13) % 10**8, 8)


def _households(rng: np.random.Generator, count: int) -> tuple[IntArray, IntArray]:
    """Position of each person's household head, and the size of the household."""
    sizes = rng.choice(4, size=count, p=_HOUSEHOLD_SHARE) + 1
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, count))
    sizes = sizes[: last + 1].copy()
    sizes[-1] -= ends[last] - count
    starts = np.cumsum(sizes) - sizes
    return np.repeat(starts, sizes).astype(np.int64), np.repeat(sizes, sizes).astype(np.int64)


def _twins(rng: np.random.Generator, head: IntArray, size: IntArray) -> tuple[BoolArray, IntArray]:
    """Whether the second and third of a household are twins, and whom each was born with.

    Returns:
        Whether somebody is a twin, and the position of the twin who comes first, else their own.
    """
    count = head.size
    place = np.arange(count) - head
    has_twins = (rng.random(count) < _TWINS_SHARE)[head] & (size > 2)
    is_twin = has_twins & ((place == 1) | (place == 2))
    return is_twin, np.where(is_twin, head + 1, np.arange(count))


def _offices(
    rng: np.random.Generator, country: IntArray, can_be: BoolArray
) -> tuple[IntArray, IntArray]:
    """People of no common household who share an office, in groups of two to four of one country.

    Returns:
        Position of the first of the office, -1 without one; and position of whose first name each
        has: in half of the offices the second is the first one's namesake.
    """
    count = country.size
    members = np.flatnonzero(can_be & (rng.random(count) < _OFFICE_SHARE))
    members = members[np.argsort(country[members], kind="stable")]
    office = np.full(count, -1, dtype=np.int64)
    named_as = np.arange(count)
    start = 0
    for group, is_namesake in zip(
        rng.integers(2, 5, members.size), rng.random(members.size) < 0.5, strict=True
    ):
        found = members[start : start + group]
        found = found[country[found] == country[found[0]]] if found.size else found
        if found.size > 1:
            office[found] = found[0]
            named_as[found[1]] = found[0] if is_namesake else found[1]
        start += max(1, found.size)
    return office, named_as


def populate(world: World, rng: np.random.Generator, first: int, count: int) -> People:
    """The people ``first`` to ``first + count - 1``, in the order of their arrival."""
    settings = world.settings
    end = world.seconds
    head, size = _households(rng, count)
    ids = first + np.arange(count, dtype=np.int64)

    # Evenly spaced arrivals with a little chance: members of a household come close together.
    quantile = (np.arange(count) + rng.random(count)) / count
    arrives = world.arrivals.to_calendar(quantile * world.arrivals.operational[-1])

    country = rng.choice(len(w.COUNTRIES), size=count, p=w.COUNTRY_SHARE)[head]
    language = w.LANGUAGE[country]
    kind = rng.choice(3, size=count, p=_KIND_SHARE)
    # At least two test accounts a chunk: the marts must leave them out.
    is_test = np.zeros(count, dtype=np.bool_)
    is_test[:: max(1, min(4_000, count // 2))] = True
    kind[is_test] = BUYER

    waits = np.where(rng.random(count) < 0.45, rng.uniform(300, 3_000, count), 0.0)
    waits = np.where(waits > 0, waits, rng.exponential(16 * DAY, count))
    first_order = np.where(kind == BUYER, arrives + waits, _NEVER)
    rate = rng.gamma(settings.r, 1 / settings.alpha, count)
    dropout = rng.beta(settings.a, settings.b, count)

    habit = rng.random(count)
    store = np.where(habit < 0.70, 0.0, np.where(habit < 0.82, 1.0, rng.beta(2, 2, count)))
    only_store = store == 1.0
    tracked = rng.random(count) > 0.09
    has_tablet = rng.random(count) < 0.10
    shares = (rng.random(count) < 0.5)[head] & (size > 1)

    has_card = np.where(store > 0, rng.random(count) < 0.65, rng.random(count) < 0.08)
    registers = np.where(only_store, has_card, rng.random(count) < 0.80)
    registers = (registers & (kind == BUYER)) | (kind == LEAD) | is_test
    # At the first order, on a day before it, or weeks later: first a guest, then an account.
    moment = rng.random(count)
    before = arrives + (first_order - arrives) * rng.random(count)
    register_at = np.where(moment < 0.15, before, first_order - 160)
    register_at = np.where(
        moment > 0.82, first_order + rng.exponential(50 * DAY, count), register_at
    )
    register_at = np.where(kind == LEAD, arrives + rng.exponential(3 * DAY, count), register_at)
    # A card is signed for at the till.
    register_at = np.where(only_store, first_order - 160, register_at)
    register_at = np.maximum(register_at, arrives + 30)
    registers &= register_at < end
    register_at = np.where(registers, register_at, _NEVER)

    # No two of a household have one first name: the lists are short, families look at each other.
    place = np.arange(count) - head
    first_name = _by_group(w.FIRST_NAMES, language, (rng.random(count)[head] + place * 0.23) % 1.0)
    # A chance of their own, so that everybody else is who they were without them.
    special = np.random.default_rng([settings.seed, 5, first])
    is_twin, born_with = _twins(special, head, size)
    office, named_as = _offices(special, country, (size == 1) & ~is_test)
    first_name = first_name.take(pa.array(named_as))
    own_last = _by_group(w.LAST_NAMES, language, rng.random(count))
    family_last = own_last.take(pa.array(head))
    last_name = choose(rng.random(count) < 0.85, family_last, own_last)
    number = pa.array(ids).cast(pa.string())
    head_number = number.take(pa.array(head))
    domain = pick(pa.array(w.MAIL_DOMAINS), rng.integers(0, 4, count))
    style = rng.random(count)
    initial = pc.utf8_slice_codeunits(plain(first_name), 0, 1)
    local = choose(
        style < 0.6,
        join(plain(first_name), ".", plain(last_name)),
        choose(style < 0.85, join(initial, plain(last_name)), plain(first_name)),
    )
    family_email = (rng.random(count) < 0.12)[head] & (size > 1)
    family = join("family.", plain(family_last), head_number, "@", domain.take(pa.array(head)))
    email = choose(family_email, family, join(local, number, "@", domain))
    # Twins with accounts of their own, who have the mailbox of one of their parents.
    young = is_twin & (special.random(count) < _TWINS_MAILBOX_SHARE)[born_with]
    young &= ~family_email & ~is_test[head]
    young &= registers[born_with] & registers[np.minimum(born_with + 1, count - 1)]
    email = email.take(pa.array(np.where(young, head, np.arange(count))))
    shared_phone = (rng.random(count) < 0.25)[head] & (size > 1)
    # Nobody who lives alone has the number of a household: it is the office's.
    phone_of = np.where(shared_phone, ids[head], ids + _OWN_PHONE)
    phone_of = np.where(office >= 0, first + office, phone_of)
    phone_number = _phone_number(phone_of)
    phone = phone_text(country, phone_number, rng.integers(0, 3, count))

    street = join(
        _by_group(w.STREETS, language, rng.random(count)), " ",
        pa.array(rng.integers(1, 120, count)).cast(pa.string()),
    ).take(pa.array(head))  # fmt: skip
    city = _by_group(w.CITIES, country, rng.random(count)).take(pa.array(head))
    code = rng.integers(10_000, 99_999, count)
    british = join("ZZ", pa.array(code % 89 + 1).cast(pa.string()), " 9ZZ")
    short = w.POSTCODE_WIDTH[country] == 4
    postcode = choose(
        w.POSTCODE_WIDTH[country] == 0,
        british,
        choose(short, digits(code // 10, 4), digits(code, 5)),
    ).take(pa.array(head))

    return People(
        first=first,
        head=ids[head],
        size=size,
        country=country,
        region=rng.integers(0, 4, count)[head],
        language=language,
        kind=kind,
        is_test=is_test,
        arrives=arrives,
        first_order=first_order,
        rate=rate,
        dropout=dropout,
        store=store,
        taste=rng.lognormal(0.0, 0.6, count),
        category=rng.choice(len(w.CATEGORIES), size=count, p=world.category_share),
        tracked=tracked,
        has_app=rng.random(count) < 0.30,
        has_desktop=rng.random(count) < 0.88,
        has_tablet=has_tablet | shares,
        shares_tablet=shares,
        reset=np.where(
            rng.random(count) < 0.25, arrives + (end - arrives) * rng.random(count), _NEVER
        ),
        registers=registers,
        register_at=register_at,
        has_card=has_card & registers & (kind == BUYER),
        shared_phone=shared_phone,
        family_email=family_email | young,
        is_twin=is_twin,
        office=np.where(office >= 0, first + office, -1),
        phone_owner=phone_of,
        first_name=first_name,
        last_name=last_name,
        email=choose(is_test, join("test+", number, "@stammkunde.example"), email),
        other_email=join(initial, ".", plain(last_name), number, "@work.example"),
        phone=phone,
        company=blank(
            pick(
                w.COMPANIES,
                np.where(
                    office >= 0,
                    office % len(w.COMPANIES),
                    rng.integers(0, len(w.COMPANIES), count),
                ),
            ),
            (rng.random(count) > 0.03) & (office < 0),
        ),
        street=street,
        postcode=postcode,
        city=city,
        birth=rng.integers(-11_000, 13_000, count)[born_with],
    )


@dataclass(frozen=True)
class Contacts:
    """Contact records of one chunk, sorted by person, then by the time they were made.

    Attributes:
        person: position of the owner in the chunk.
        record: 0 for a person's first record, 1 for the second.
        number: global number, the source of the key.
        created: calendar seconds.
        changed: calendar seconds of a second version; infinite where there is none.
        email, phone, card: identifiers in the newest version.
        rows: one row per version with all columns of the feed but the key and the times.
        row_contact: contact (position here) of each row. row_updated: its seconds.
        of_person: position of the first and second record of each person, -1 without one.
            Shape (people, 2).
    """

    person: IntArray
    record: IntArray
    number: IntArray
    created: FloatArray
    changed: FloatArray
    email: pa.Array
    phone: pa.Array
    card: pa.Array
    rows: dict[str, pa.Array]
    row_contact: IntArray
    row_updated: FloatArray
    of_person: IntArray


def _misspelt(names: pa.Array, how: IntArray) -> pa.Array:
    """Names with an error: 1 a letter lost, 2 a letter doubled, 3 capitals, 4 umlauts spelt."""
    head, tail = pc.utf8_slice_codeunits(names, 0, 3), pc.utf8_slice_codeunits(names, 3)
    lost = join(pc.utf8_slice_codeunits(names, 0, 2), tail)
    doubled = join(head, pc.utf8_slice_codeunits(names, 2, 3), tail)
    spelt = names
    for letter, spelling in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelt = pc.replace_substring(spelt, letter, spelling)
    text = choose(how == 1, lost, names)
    text = choose(how == 2, doubled, text)
    text = choose(how == 3, pc.utf8_upper(names), text)
    return choose(how == 4, spelt, text)


def _nicknames(names: pa.Array, written: pa.Array) -> pa.Array:
    """The short form of a name; what was written where it has none."""
    place = pc.index_in(names, pa.array(list(w.NICKNAMES)))
    return pc.coalesce(pa.array(list(w.NICKNAMES.values())).take(place), written)


def register(world: World, rng: np.random.Generator, people: People) -> Contacts:
    """The contact records that these people make, with typing errors in second records."""
    end = world.seconds
    again_at = people.register_at + rng.exponential(120 * DAY, people.count)
    again = people.registers & (rng.random(people.count) < 0.11) & (again_at < end)
    again &= people.kind == BUYER
    person = np.concatenate([np.flatnonzero(people.registers), np.flatnonzero(again)])
    record = np.repeat([0, 1], [people.registers.sum(), again.sum()]).astype(np.int64)
    order = np.lexsort((record, person))
    person, record = person[order], record[order]
    count = person.size
    at = pa.array(person)
    second = record == 1
    created = np.where(second, again_at[person], people.register_at[person])
    only_store = people.store[person] == 1.0
    lead = people.kind[person] == LEAD
    country = people.country[person]

    draw = rng.random(count)
    email = people.email.take(at)
    name, mail_domain = pc.list_element(pc.split_pattern(email, "@"), 0), w.MAIL_DOMAINS
    typo_domain = pc.list_element(pc.split_pattern(email, "@"), 1)
    for right, wrong in zip(mail_domain, w.TYPO_DOMAINS, strict=True):
        typo_domain = pc.replace_substring(typo_domain, right, wrong)
    email = choose(second & (draw > 0.40) & (draw < 0.55), pc.utf8_upper(email), email)
    email = choose(second & (draw >= 0.55) & (draw < 0.65), join(name, "@", typo_domain), email)
    email = choose(second & (draw >= 0.65), people.other_email.take(at), email)
    # Till staff who do not ask type the till's own address: a value that many records share.
    till = only_store & (rng.random(count) < 0.04)
    email = blank(email, only_store & ~till & (rng.random(count) < 0.45))
    email = choose(till, pa.array(["till@shop.example"] * count), email)

    phone = people.phone.take(at)
    phone_style = rng.integers(0, 3, count)
    retyped = phone_text(country, _phone_number(people.phone_owner[person]), phone_style)
    phone = choose(second, retyped, phone)
    phone = blank(phone, rng.random(count) > np.where(lead, 0.10, 0.62))

    how = np.where(second, rng.integers(0, 6, count), 0)
    first_name = _misspelt(people.first_name.take(at), np.where(rng.random(count) < 0.4, how, 0))
    special = np.random.default_rng([world.settings.seed, 6, people.first])
    first_name = choose(
        second & (special.random(count) < _NICKNAME_SHARE),
        _nicknames(people.first_name.take(at), first_name),
        first_name,
    )
    last_name = _misspelt(people.last_name.take(at), how)
    no_name = lead & (rng.random(count) < 0.5)
    no_address = lead | only_store
    birth = pa.array(people.birth[person].astype(np.int32)).cast(pa.date32()).cast(pa.string())
    card_number = join("LC", digits((people.first + person) * 97 + 4_000_000_000, 10))

    # A second version: moved, a new telephone number, or a card that came later.
    changed = created + rng.exponential(200 * DAY, count)
    change = np.where((rng.random(count) < 0.14) & (changed < end), rng.integers(1, 4, count), 0)
    has_card = people.has_card[person]
    change = np.where((change == 3) & (~has_card | only_store | second), 1, change)
    changed = np.where(change > 0, changed, _NEVER)
    card = blank(card_number, ~has_card | second)
    new_phone = phone_text(country, _phone_number(people.first + person + _NEW_PHONE), phone_style)
    moved = join(pc.utf8_slice_codeunits(people.street.take(at), 0, 40), "a")

    old = {
        "email": email,
        "phone": phone,
        "first_name": blank(first_name, no_name),
        "last_name": blank(last_name, no_name),
        "birth_date": blank(birth, rng.random(count) > 0.35),
        "street": blank(people.street.take(at), no_address),
        "postcode": blank(people.postcode.take(at), no_address),
        "city": blank(people.city.take(at), no_address),
        "country": pick(pa.array(w.COUNTRIES), country),
        "company": people.company.take(at),
        "loyalty_card": blank(card, change == 3),
        "is_test_account": pick(
            pa.array(["false", "true"]), people.is_test[person].astype(np.int64)
        ),
    }
    new = dict(old)
    new["phone"] = choose(change == 2, new_phone, old["phone"])
    new["street"] = choose((change == 1) & ~no_address, moved, old["street"])
    new["loyalty_card"] = card
    later = np.flatnonzero(change > 0)
    rows = {name: pa.concat_arrays([old[name], new[name].take(pa.array(later))]) for name in old}

    of_person = np.full((people.count, 2), -1, dtype=np.int64)
    of_person[person, record] = np.arange(count)
    return Contacts(
        person=person,
        record=record,
        number=(people.first + person) * 2 + record,
        created=created,
        changed=changed,
        email=new["email"],
        phone=new["phone"],
        card=card,
        rows=rows,
        row_contact=np.concatenate([np.arange(count), later]),
        row_updated=np.concatenate([created, changed[later]]),
        of_person=of_person,
    )


def contact_keys(numbers: IntArray, seed: int) -> pa.Array:
    """Keys of contact records; null where the number is negative. No order shows in them."""
    stirred = (numbers * 2_654_435_761 + seed * 40_503) % 2**32
    return blank(join("C", digits(stirred, 10)), numbers < 0)
