"""Place an order from the command line: ``python -m orders.starter ada@example.com``."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import datetime

from temporalio.client import Client

from orders.models import Line, Order
from orders.util import new_reference, stamp
from orders.workflow import OrderWorkflow


def sample_order(email: str) -> Order:
    """Return an order to try the system with. A client may generate ids and read the clock."""
    lines = [Line("tea-001", 2, 450), Line("mug-007", 1, 1_290)]
    return Order(new_reference("order"), email, "DE", lines, gift_note=f"ordered {stamp()}")


async def main() -> None:
    started = time.monotonic()
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    order = sample_order(sys.argv[1])
    print(f"{datetime.now():%H:%M:%S} placing {order.order_id}")
    receipt = await client.execute_workflow(
        OrderWorkflow.run,
        order,
        id=order.order_id,
        task_queue=os.environ.get("ORDERS_TASK_QUEUE", "orders"),
    )
    print(f"shipped as {receipt.parcel_id} after {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    asyncio.run(main())
