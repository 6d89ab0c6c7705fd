"""The shipment workflow: a parcel, a label, and the wait for the carrier."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from orders.models import Order
    from orders.util import pause, stable_reference


@workflow.defn
class ShipmentWorkflow:
    """One parcel. It ends when the carrier has collected it, or after two days."""

    def __init__(self) -> None:
        self.collected = False

    @workflow.run
    async def run(self, order: Order) -> str:
        parcel_id = stable_reference("parcel", order.order_id)
        pause(0.5)
        deadline = workflow.now() + timedelta(days=2)
        await workflow.wait_condition(lambda: self.collected, timeout=timedelta(days=2))
        workflow.logger.info("%s collected before %s", parcel_id, deadline.isoformat())
        return parcel_id

    @workflow.signal
    def parcel_collected(self) -> None:
        self.collected = True
