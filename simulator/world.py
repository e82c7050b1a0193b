"""The shop itself: its countries, goods, campaigns and words; one for all chunks of people."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.seasons import Clock, arrival_weights, clock, order_weights, visit_weights
from simulator.settings import FloatArray, IntArray, Settings

COUNTRIES = ["DE", "AT", "CH", "GB", "FR"]
COUNTRY_SHARE = np.array([0.54, 0.13, 0.12, 0.12, 0.09])
CURRENCIES = ["EUR", "EUR", "CHF", "GBP", "EUR"]
#: Units of the currency for one euro, fixed for the whole history.
RATES = np.array([1.0, 1.0, 0.95, 0.86, 1.0])
TAX = np.array([0.19, 0.20, 0.081, 0.20, 0.20])
REGIONS = [
    ["north", "east", "south", "west"],
    ["vienna", "east", "west", "south"],
    ["german-speaking", "french-speaking", "ticino", "central"],
    ["england-south", "england-north", "scotland", "wales"],
    ["ile-de-france", "north", "south", "west"],
]
# All numbers and addresses are made up; `.example` belongs to nobody (RFC 2606).
MAIL_DOMAINS = ["mail.example", "post.example", "webmail.example", "inbox.example"]
TYPO_DOMAINS = ["mial.example", "psot.example", "webmial.example", "inbx.example"]
_GERMAN_FIRST = (
    "Anna Lukas Sophie Jonas Marie Felix Lena Maximilian Laura Paul Julia Tobias Sarah Stefan "
    "Katharina Michael Claudia Thomas Jürgen Günther Bärbel Jörg Käthe Sören Birgit Heike Uwe "
    "Petra Wolfgang Monika Andreas Sabine Matthias Nicole Florian Hannah Emil Mia Ben Clara"
)
_GERMAN_LAST = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer "
    "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange "
    "Krause Lehmann Köhler Maier Huber Gruber Steiner Weiß Groß Größl Jäger Vogel Winkler Berger "
    "Pichler Moser Leitner Brunner Baumgartner Keller Frei Gerber Zürcher Ammann Bühler"
)
_ENGLISH_FIRST = (
    "Olivia George Amelia Harry Isla Noah Ava Jack Emily Charlie Grace Oliver Freya Arthur Lily "
    "Oscar Sophie James Poppy William Ella Thomas Alice Henry Ruby Edward Florence Daniel Rosie Sam"
)
_ENGLISH_LAST = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker White Edwards "
    "Green Hall Wood Harris Clarke Jackson Turner Hill Cooper Ward Morris Moore Baker O'Brien King "
    "Lee Bennett Carter Shaw Hughes Fletcher Barnes Palmer Mills Webb Holmes Rogers"
)
_FRENCH_FIRST = (
    "Camille Louis Chloé Gabriel Manon Léo Inès Hugo Zoé Jules Élise Arthur Margaux Raphaël Agathe "
    "Théo Juliette Nathan Céline Antoine Hélène François Amélie Benoît Sylvie Gaël Noémie Yves "
    "Anaïs Rémi"
)
_FRENCH_LAST = (
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre "
    "Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert "
    "Bonnet François Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Chevalier Robin"
)
#: What people write for their first name now and then. Not all of them are in every list of names.
NICKNAMES = {
    "Andreas": "Andi", "Claudia": "Claudi", "Florian": "Flo", "Johannes": "Hannes",
    "Julia": "Jule", "Katharina": "Kathi", "Lukas": "Luki", "Matthias": "Matze",
    "Maximilian": "Max", "Michael": "Michi", "Monika": "Moni", "Nicole": "Nicki",
    "Sabine": "Bine", "Sophie": "Sofie", "Stefan": "Steff", "Thomas": "Tom", "Tobias": "Tobi",
    "Wolfgang": "Wolfi", "Amelia": "Millie", "Charlie": "Charles", "Daniel": "Danny",
    "Edward": "Ted", "Emily": "Em", "Florence": "Flossie", "Henry": "Harry", "Isla": "Izzy",
    "James": "Jim", "Oliver": "Ollie", "Olivia": "Livvy", "Sam": "Samuel", "William": "Bill",
    "Gabriel": "Gab", "Juliette": "Juju", "Margaux": "Margot", "Nathan": "Nat", "Antoine": "Toni",
}  # fmt: skip
#: Languages of names; the country says which: German for DE, AT and CH, English, French.
LANGUAGE = np.array([0, 0, 0, 1, 2])
FIRST_NAMES = [pa.array(names.split()) for names in (_GERMAN_FIRST, _ENGLISH_FIRST, _FRENCH_FIRST)]
LAST_NAMES = [pa.array(names.split()) for names in (_GERMAN_LAST, _ENGLISH_LAST, _FRENCH_LAST)]
STREETS = [
    pa.array(
        [
            "Hauptstraße",
            "Gartenweg",
            "Bahnhofstraße",
            "Lindenallee",
            "Schulstraße",
            "Am Mühlbach",
            "Kirchgasse",
        ]
    ),
    pa.array(
        ["High Street", "Station Road", "Church Lane", "Mill Road", "Park Avenue", "The Green"]
    ),
    pa.array(
        ["Rue de la Gare", "Rue du Moulin", "Avenue Foch", "Rue des Écoles", "Place du Marché"]
    ),
]
CITIES = [
    pa.array(
        [
            "Hamburg",
            "Köln",
            "München",
            "Leipzig",
            "Bremen",
            "Freiburg im Breisgau",
            "Rostock",
            "Mainz",
        ]
    ),
    pa.array(["Wien", "Graz", "Linz", "Salzburg", "Innsbruck"]),
    pa.array(["Zürich", "Basel", "Bern", "Luzern", "Lausanne"]),
    pa.array(["London", "Leeds", "Bristol", "Cardiff", "Edinburgh"]),
    pa.array(["Paris", "Lille", "Lyon", "Nantes", "Toulouse"]),
]
POSTCODE_WIDTH = np.array([5, 4, 4, 0, 5])
#: International prefix, national prefix and the made-up block that every number begins with.
PHONE = [("+49", "0", "150"), ("+43", "0", "699"), ("+41", "0", "7"), ("+44", "0", "70"),
         ("+33", "0", "7")]  # fmt: skip
COMPANIES = pa.array(
    ["Becker & Söhne GmbH", "Alpenblick Hotel AG", "North Star Ltd", "Atelier Durand", "Kontor 7"]
)

CATEGORIES = [
    "Jackets", "Trousers", "Shirts", "Shoes", "Backpacks", "Tents", "Sleeping bags", "Cooking",
    "Climbing", "Cycling", "Running", "Accessories",
]  # fmt: skip
_CATEGORY_PRICE = np.array([119, 79, 45, 109, 89, 219, 129, 39, 69, 59, 55, 24], dtype=np.float64)
_CATEGORY_SHARE = np.array([10, 11, 15, 10, 8, 3, 4, 8, 6, 8, 8, 9], dtype=np.float64)
PER_CATEGORY = 30
PRODUCTS = len(CATEGORIES) * PER_CATEGORY
_RANGES = [
    "Trail",
    "Ridge",
    "Summit",
    "Valley",
    "Harbour",
    "Forest",
    "Glacier",
    "Meadow",
    "Canyon",
    "Coast",
    "Dune",
    "Fjord",
]
PRODUCT_KEYS = [f"P{number:05d}" for number in range(1, PRODUCTS + 1)]
PRODUCT_NAMES = [
    f"{_RANGES[(number * 7) % 12]} {CATEGORIES[number // PER_CATEGORY].rstrip('s')} "
    f"{number % PER_CATEGORY + 1:02d}"
    for number in range(PRODUCTS)
]

EVENT_NAMES = [
    "page_view",
    "product_view",
    "search",
    "add_to_cart",
    "checkout",
    "purchase",
    "login",
]
PAGE_VIEW, PRODUCT_VIEW, SEARCH, ADD_TO_CART, CHECKOUT, PURCHASE, LOGIN = range(7)
DEVICE_TYPES = ["mobile", "desktop", "tablet"]
PLATFORMS = ["web", "ios", "android"]
#: Pages first, then one page a product.
PAGES = [
    "/", "/sale", "/account", "/service/returns", "/search", "/cart", "/checkout",
    "/checkout/thanks", "/login",
    *(f"/category/{name.lower().replace(' ', '-')}" for name in CATEGORIES),
]  # fmt: skip
FIRST_PRODUCT_PAGE = len(PAGES)
PATHS = [*PAGES, *(f"/product/{key}" for key in PRODUCT_KEYS)]
#: Share, utm_source, utm_medium, utm_campaign, referrer of the ways to the shop.
ENTRIES: list[tuple[float, str | None, str | None, str | None, str | None]] = [
    (0.30, None, None, None, None),
    (0.24, None, None, None, "search.example"),
    (0.13, "search.example", "cpc", "brand", "search.example"),
    (0.10, "search.example", "cpc", "generic-outdoor", "search.example"),
    (0.09, "social.example", "paid_social", "prospecting", "social.example"),
    (0.05, "social.example", "paid_social", "retargeting", "social.example"),
    (0.06, "newsletter", "email", "newsletter", None),
    (0.03, "partners.example", "affiliate", "partner-network", "partners.example"),
]
#: Channel, campaign, purpose, cost in euro a day and 1,000 people of a two-year history.
AD_CAMPAIGNS = [
    ("search", "brand", "acquisition", 2.2),
    ("search", "generic-outdoor", "acquisition", 5.4),
    ("social", "prospecting", "acquisition", 4.1),
    ("social", "retargeting", "retention", 1.6),
    ("affiliate", "partner-network", "acquisition", 1.3),
    ("email", "newsletter", "retention", 0.4),
]

FEEDBACK_KINDS = ["nps", "csat", "review", "ticket", "question"]
#: Harmless texts; ``outreach`` says which of them a kind and a mood choose from.
FEEDBACK_TEXTS = [
    "Parcel came late and nobody told me.", "Leider passt die Größe nicht.", "Poor quality.",
    "It is fine.", "In Ordnung, nichts Besonderes.", "Does what it says.",
    "Very happy, thank you!", "Super Beratung und schnelle Lieferung.", "Great value.",
    'The colour called "sand" is rather grey.', "Where is my parcel?",
    "Wie läuft eine Rücksendung?",
    "When will it be in stock again?", "Gibt es die Jacke auch in Blau?", "Do you ship to Norway?",
]  # fmt: skip
MESSAGE_ACTIONS = ["send", "delivery", "open", "click", "bounce", "complaint", "unsubscribe"]
MESSAGE_CHANNELS = ["email", "sms", "push"]
CONSENT_SOURCES = [
    "checkout", "newsletter_form", "till", "app_settings", "preference_centre", "unsubscribe_link",
]  # fmt: skip


@dataclass(frozen=True)
class World:
    """What every chunk needs.

    Attributes:
        settings: the simulation.
        orders, visits, arrivals: clocks of the three processes.
        visit_weights: visits of each day, 1 on average. Shape (days,).
        price: list price of each product in euro cents per price period. Shape (periods, products).
        cost: purchase cost of each product in euro cents. Shape (products,).
        price_period: price period of each day. Shape (days,).
        category_share: how often each category is bought. Shape (categories,).
    """

    settings: Settings
    orders: Clock
    visits: Clock
    arrivals: Clock
    visit_weights: FloatArray
    price: IntArray
    cost: IntArray
    price_period: IntArray
    category_share: FloatArray

    @property
    def seconds(self) -> float:
        """Length of the history in seconds."""
        return self.settings.days * 86_400.0


#: A price holds for so many days; then one product in six gets a new one.
PRICE_DAYS = 28


def build(settings: Settings) -> World:
    """The world of these settings; depends on the seed, not on the number of people."""
    rng = np.random.default_rng([settings.seed, 0])
    days = settings.days
    base = np.repeat(_CATEGORY_PRICE, PER_CATEGORY) * rng.lognormal(0.0, 0.35, PRODUCTS)
    # Cheap to dear within a category: a person's taste picks by rank.
    base = np.sort(base.reshape(len(CATEGORIES), PER_CATEGORY), axis=1).ravel()
    periods = days // PRICE_DAYS + 1
    step = np.where(
        rng.random((periods, PRODUCTS)) < 1 / 6, rng.normal(1.01, 0.04, (periods, PRODUCTS)), 1.0
    )
    step[0] = 1.0
    price = np.round(base * np.cumprod(step, axis=0) * 100).astype(np.int64)
    return World(
        settings=settings,
        orders=clock(order_weights(settings.start, days)),
        visits=clock(visit_weights(settings.start, days)),
        arrivals=clock(arrival_weights(settings.start, days)),
        visit_weights=visit_weights(settings.start, days),
        price=price,
        cost=np.round(base * 100 * rng.uniform(0.42, 0.66, PRODUCTS)).astype(np.int64),
        price_period=np.arange(days) // PRICE_DAYS,
        category_share=_CATEGORY_SHARE / _CATEGORY_SHARE.sum(),
    )
