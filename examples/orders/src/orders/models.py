"""The data that clients, workflows and activities exchange."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


class OrderState(str, enum.Enum):
    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


@dataclass
class Line:
    sku: str
    quantity: int
    unit_price_cents: int

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_price_cents


@dataclass
class Order:
    order_id: str
    customer_email: str
    country: str
    lines: list[Line] = field(default_factory=list)
    gift_note: str = ""


@dataclass
class Quote:
    total_cents: int
    currency: str
    valid_from: str


@dataclass
class Charge:
    order_id: str
    amount_cents: int
    currency: str


@dataclass
class Receipt:
    order_id: str
    payment_id: str
    parcel_id: str


def euros(cents: int) -> str:
    """Return the amount as the invoice prints it. Decimal arithmetic is the same on every replay."""
    return str((Decimal(cents) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
