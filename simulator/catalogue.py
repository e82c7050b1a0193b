"""What does not depend on single people: the product files and the advertising costs."""

import numpy as np
import pyarrow as pa

from simulator import world as w
from simulator.settings import DAY, IntArray
from simulator.world import World


def products(world: World, sold: IntArray) -> pa.Table:
    """Product rows by day: all on the first day, then whose price, or checked stock, is new.

    Args:
        world: the shop.
        sold: pieces sold less pieces returned. Shape (days, products).

    Returns:
        Columns ``day``, ``product``, ``price`` and ``cost`` (euro cents), ``stock``, ``at``
        (calendar seconds), sorted by day and product.
    """
    rng = np.random.default_rng([world.settings.seed, 1])
    days = world.settings.days
    # A warehouse that holds about six weeks of an average day, at least 40 pieces.
    target = np.maximum(40, np.round(sold.mean(axis=0) * 42)).astype(np.int64)
    stock = np.empty((days, w.PRODUCTS), dtype=np.int64)
    level = target.copy()
    for day in range(days):
        level = np.maximum(level - sold[day], 0)
        short = level < target // 4
        level = np.where(short & (rng.random(w.PRODUCTS) < 0.3), target, level)
        stock[day] = level
    period = world.price_period
    price = world.price[period]
    # Stock is counted once a week, product by product; and every delivery is booked.
    counted = (np.arange(days)[:, None] + np.arange(w.PRODUCTS)[None, :]) % 7 == 0
    fresh = counted | (np.diff(stock, axis=0, prepend=0) > 0)
    fresh |= np.diff(price, axis=0, prepend=0) != 0
    fresh[0] = True
    on, product = np.nonzero(fresh)
    at = on * DAY + 3 * 3_600 + product * 7
    return pa.table(
        {
            "day": on,
            "product": product,
            "price": price[on, product],
            "cost": world.cost[product],
            "stock": stock[on, product],
            "at": at,
        }
    )


def ad_spend(world: World) -> pa.Table:
    """Advertising costs: columns ``day``, ``campaign`` (position) and ``cost`` (euro cents)."""
    rng = np.random.default_rng([world.settings.seed, 2])
    days, campaigns = world.settings.days, len(w.AD_CAMPAIGNS)
    # The rates of the campaigns hold for two years: a shorter history spends the same on a person.
    scale = world.settings.customers / 1_000 * 730 / days
    base = np.array([campaign[3] for campaign in w.AD_CAMPAIGNS]) * scale * 100
    noise = rng.lognormal(0.0, 0.08, (days, campaigns))
    cost = np.round(base[None, :] * world.visit_weights[:, None] * noise).astype(np.int64)
    day = np.repeat(np.arange(days), campaigns)
    campaign = np.tile(np.arange(campaigns), days)
    return pa.table({"day": day, "campaign": campaign, "cost": cost.ravel()})
