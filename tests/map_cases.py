"""A program that tests draw maps of."""

from __future__ import annotations

from pathlib import Path

from wflint.map.build import build
from wflint.map.links import Links
from wflint.map.model import Map
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

PROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.10"\n'
FLOWS = """\
import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from shop.activities import charge, reserve
from shop.helpers import price, settle

MINUTE = timedelta(minutes=1)


@workflow.defn
class OrderWorkflow:
    def __init__(self) -> None:
        self.paid = False
        self.note = ""

    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.execute_activity(
            reserve,
            order,
            start_to_close_timeout=MINUTE,
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
        price(order)
        if workflow.patched("wait"):
            await workflow.wait_condition(lambda: self.paid)
        else:
            await asyncio.sleep(90)
        for part in order:
            await settle(part)
        await settle(order)
        await workflow.execute_child_workflow(ShipWorkflow.run, order, task_queue="ships")
        workflow.continue_as_new(order)

    @workflow.signal
    def pay(self) -> None:
        self.paid = True

    @workflow.query
    def state(self) -> bool:
        return self.paid


@workflow.defn(name="ship")
class ShipWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        try:
            return await workflow.execute_activity("pack", order, start_to_close_timeout=MINUTE)
        except ValueError:
            raise
"""
HELPERS = """\
import random
from datetime import timedelta

from temporalio import workflow

from shop.activities import charge


def price(order):
    unknown(order)
    return random.random()


async def settle(part):
    await workflow.execute_activity(charge, part, start_to_close_timeout=timedelta(hours=2))
"""
ACTIVITIES = """\
from temporalio import activity


@activity.defn
async def reserve(order: str) -> None: ...


@activity.defn
def charge(part: str) -> None: ...
"""
WORKER = """\
from temporalio.worker import Worker

from shop.activities import charge, reserve
from shop.flows import OrderWorkflow


async def main(client):
    await Worker(
        client, task_queue="orders", workflows=[OrderWorkflow], activities=[reserve, charge]
    ).run()
"""
SHOP = {
    "pyproject.toml": PROJECT,
    "shop/__init__.py": "",
    "shop/activities.py": ACTIVITIES,
    "shop/flows.py": FLOWS,
    "shop/helpers.py": HELPERS,
    "shop/worker.py": WORKER,
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write a program, and return its folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def map_of(folder: Path, files: dict[str, str] | None = None, links: Links | None = None) -> Map:
    """Write a program, by default the shop, and return its map."""
    write(folder, SHOP if files is None else {"pyproject.toml": PROJECT, **files})
    kept: list[Examined] = []
    check(Request(paths=(str(folder),), whole=True), kept.append)
    found = build(kept, links or Links())
    found.title = "shop"
    return found
