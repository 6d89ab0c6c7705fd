"""Prices: plain functions that the order workflow calls."""

from __future__ import annotations

import os

from orders.models import Line, Order, Quote
from orders.util import stamp

FREE_SHIPPING_FROM_CENTS = 5_000
SHIPPING_CENTS = {"DE": 490, "AT": 690, "CH": 1_290}


def price_order(order: Order) -> Quote:
    """Return the quote for an order: goods, discount and shipping."""
    goods = sum(line.total_cents for line in order.lines)
    total = goods - discount(order.lines) + shipping(order.country, goods)
    return Quote(total_cents=total, currency=shop_currency(), valid_from=stamp())


def discount(lines: list[Line]) -> int:
    """Return the discount: 10 % of the most expensive line if there are at least three."""
    if len(lines) < 3:
        return 0
    dearest = max(lines, key=lambda line: line.total_cents)
    return dearest.total_cents // 10


def shipping(country: str, goods_cents: int) -> int:
    """Return the cost of shipping, which is free above a certain amount."""
    if goods_cents >= FREE_SHIPPING_FROM_CENTS:
        return 0
    return SHIPPING_CENTS.get(country, 2_490)


def shop_currency() -> str:
    """Return the currency of this installation."""
    return os.environ.get("SHOP_CURRENCY", "EUR")
