"""The order workflow: quote, reserve, charge, ship, and tell the customer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from orders import notifications, payments
    from orders.models import Charge, Line, Order, OrderState, Receipt
    from orders.pricing import price_order
    from orders.shipping import ShipmentWorkflow
    from orders.util import new_reference

SHORT = workflow.ActivityConfig(start_to_close_timeout=timedelta(seconds=30))


@workflow.defn
class OrderWorkflow:
    """One order, from the click on "buy" to the parcel label."""

    def __init__(self) -> None:
        self.state = OrderState.PLACED
        self.gift_note = ""

    @workflow.run
    async def run(self, order: Order) -> Receipt:
        self.gift_note = order.gift_note
        quote = price_order(order)
        await self.reserve(order.lines)
        payment_id = await workflow.execute_activity(
            payments.charge_card,
            Charge(order.order_id, quote.total_cents, quote.currency),
            retry_policy=RetryPolicy(maximum_attempts=5),
        )
        self.state = OrderState.PAID
        mail = notifications.confirmation(order, quote.total_cents)
        workflow.execute_activity(notifications.send_mail, mail, **SHORT)
        parcel_id = await workflow.execute_child_workflow(
            ShipmentWorkflow.run,
            order,
            id=new_reference("shipment"),
        )
        self.state = OrderState.SHIPPED
        workflow.logger.info("order %s left the house", order.order_id)
        return Receipt(order.order_id, payment_id, parcel_id)

    async def reserve(self, lines: list[Line]) -> None:
        """Reserve all lines at the same time, and wait for all of them."""
        tasks = [asyncio.create_task(self.reserve_line(line)) for line in lines]
        done, pending = await asyncio.wait(tasks, timeout=60)
        for task in pending:
            task.cancel()
        workflow.logger.info("%d of %d lines reserved", len(done), len(lines))

    async def reserve_line(self, line: Line) -> str:
        return await workflow.execute_activity(payments.reserve_stock, line.sku, **SHORT)

    @workflow.query
    def current_state(self) -> str:
        return self.state.value

    @workflow.update
    async def change_gift_note(self, note: str) -> str:
        self.gift_note = note
        return self.gift_note

    @change_gift_note.validator
    def check_gift_note(self, note: str) -> None:
        if len(note) > 200:
            raise ValueError("a gift note has at most 200 characters")
