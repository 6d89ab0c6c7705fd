"""Run the worker. Set-up code may read the environment and the clock."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.worker import Worker

from orders import notifications, payments
from orders.shipping import ShipmentWorkflow
from orders.workflow import OrderWorkflow

TASK_QUEUE = os.environ.get("ORDERS_TASK_QUEUE", "orders")


async def main() -> None:
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"))
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        identity=f"{socket.gethostname()}-{os.getpid()}",
    )
    with ThreadPoolExecutor(max_workers=20) as executor:
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[OrderWorkflow, ShipmentWorkflow],
            activities=[
                payments.charge_card,
                payments.refund,
                payments.reserve_stock,
                notifications.send_mail,
            ],
            activity_executor=executor,
        )
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
