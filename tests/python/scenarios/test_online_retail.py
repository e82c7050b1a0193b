"""Online Retail, 541,909 real order lines of a gift-ware shop with all their quirks."""

from decimal import Decimal

import pytest

from stammkunde.paths import Home
from tests.python.conftest import Run, real_data, run_graph

LINES = 541_909
NET_VALUE = Decimal("9747747.93")

EVERY_LINE = """
    select 'order_lines' as place, quantity * unit_price as net_value
    from staging.stg_online_retail__order_lines
    union all
    select 'set_aside' as place, line_value as net_value
    from staging.stg_online_retail__order_lines__set_aside
    union all
    select
        'rejected' as place,
        try_cast(quantity as decimal(18, 4)) * try_cast(unitprice as decimal(18, 4)) as net_value
    from staging.stg_online_retail__order_lines__rejected
"""


@pytest.fixture(scope="module")
def online_retail(tmp_path_factory: pytest.TempPathFactory) -> Run:
    landing = real_data("online_retail")
    home = Home(tmp_path_factory.mktemp("online_retail"))
    run = run_graph(home, "online_retail", landing, "2011-12-09")
    assert run.exit_code == 0, run.output
    return run


def test_every_line_is_in_one_place_and_the_value_adds_up(online_retail: Run) -> None:
    count, value = online_retail.warehouse(
        f"select count(*), sum(coalesce(net_value, 0)) from ({EVERY_LINE})"
    )[0]
    assert count == LINES
    assert round(Decimal(str(value)), 2) == NET_VALUE


def test_the_marts_hold_what_was_staged(online_retail: Run) -> None:
    staged = online_retail.warehouse(
        f"select sum(net_value) from ({EVERY_LINE}) where place = 'order_lines'"
    )
    published = online_retail.marts("select sum(net_revenue) from marts.fct_orders")
    assert published == staged


def test_write_offs_fees_bad_debt_and_vouchers_are_no_purchases(online_retail: Run) -> None:
    in_marts = online_retail.marts(
        "select count(*) from marts.fct_order_lines where upper(product_key) in"
        " ('POST', 'DOT', 'C2', 'M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'PADS')"
        " or product_key ilike 'gift_0001%' or unit_price = 0"
    )
    assert in_marts == [(0,)]
    reasons = online_retail.warehouse(
        "select count(distinct set_aside_reason)"
        " from staging.stg_online_retail__order_lines__set_aside"
    )
    assert reasons[0][0] >= 4


def test_cancellations_reduce_their_customers_revenue(online_retail: Run) -> None:
    cancelled = online_retail.marts(
        "select count(*), sum(case when is_valid then 1 else 0 end), max(net_revenue)"
        " from marts.fct_orders where order_key like 'C%'"
    )[0]
    assert cancelled[0] > 3_000
    assert cancelled[1] == 0
    assert cancelled[2] < 0
    differing = online_retail.marts(
        "select count(*) from marts.dim_customers inner join ("
        " select customer_id, sum(net_revenue) as net_revenue"
        " from marts.fct_order_lines group by customer_id) as line_revenue"
        " using (customer_id) where dim_customers.net_revenue <> line_revenue.net_revenue"
    )
    assert differing == [(0,)]


def test_lines_without_customer_id_do_not_become_one_customer(online_retail: Run) -> None:
    largest_guest = online_retail.warehouse(
        """
        select max(invoices) from (
            select records.customer_id, count(*) as invoices
            from conformed.orders as orders
            inner join identity.int_identity__customer_records as records
                on records.record_type = 'order'
                and records.record_id = 'online_retail|' || orders.order_key
            where orders.contact_key is null
            group by records.customer_id
        )
        """
    )
    assert largest_guest == [(1,)]
