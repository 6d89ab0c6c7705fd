"""Activities that talk to the payment provider. Here the outside world is welcome."""

from __future__ import annotations

import logging
import os
import time

import requests
from temporalio import activity

from orders.models import Charge
from orders.util import elapsed_ms, new_reference, pause

logger = logging.getLogger(__name__)

PROVIDER_URL = os.environ.get("PAYMENT_URL", "https://payments.example.com")


@activity.defn
def charge_card(charge: Charge) -> str:
    """Charge the card and return the provider's payment id."""
    started = time.monotonic()
    response = requests.post(
        f"{PROVIDER_URL}/charges",
        json={"order": charge.order_id, "amount": charge.amount_cents},
        headers={"Idempotency-Key": charge.order_id},
        timeout=10,
    )
    response.raise_for_status()
    logger.info("charged %s in %d ms", charge.order_id, elapsed_ms(started))
    return str(response.json()["id"])


@activity.defn
def refund(payment_id: str) -> str:
    """Refund a payment. The provider is slow, so try twice."""
    reference = new_reference("refund")
    for attempt in range(2):
        response = requests.post(f"{PROVIDER_URL}/refunds/{payment_id}", timeout=10)
        if response.ok:
            break
        pause(2**attempt)
    return reference


@activity.defn
def reserve_stock(sku: str) -> str:
    """Reserve the stock for one line of an order."""
    response = requests.put(f"{os.environ['WAREHOUSE_URL']}/stock/{sku}", timeout=10)
    response.raise_for_status()
    return sku
