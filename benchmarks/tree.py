"""A generated tree that is shaped like real projects with Temporal code."""

from __future__ import annotations

from pathlib import Path

_WORKFLOWS = '''"""Orders of shop {n}."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shop_{n}.activities import charge, ship
    from shop_{n}.helpers import Order, label, total


@workflow.defn
class Order{n}Workflow:
    """Charges for an order and ships it."""

    def __init__(self) -> None:
        self._paused = False
        self._done: list[str] = []

    @workflow.run
    async def run(self, order: Order) -> str:
        amount = total(order)
        for item in order.items:
            await workflow.wait_condition(lambda: not self._paused)
            await workflow.execute_activity(
                charge, args=[item, amount], start_to_close_timeout=timedelta(seconds=10)
            )
            self._done.append(item)
        parcel = await workflow.execute_activity(
            ship, order.customer, start_to_close_timeout=timedelta(minutes=5)
        )
        workflow.logger.info("shipped %s", parcel)
        return label(order, parcel)

    @workflow.signal
    def pause(self) -> None:
        self._paused = True

    @workflow.query
    def done(self) -> list[str]:
        return self._done
'''
_ACTIVITIES = '''"""What shop {n} does in the world."""

import os
import time

from temporalio import activity


@activity.defn
async def charge(item: str, amount: int) -> None:
    activity.logger.info("charging %s for %s at %s", amount, item, time.time())


@activity.defn
async def ship(customer: str) -> str:
    return f"{{customer}}-{{os.urandom(4).hex()}}"
'''
_HELPERS = '''"""What the workflow of shop {n} computes."""

import random
from dataclasses import dataclass, field


@dataclass
class Order:
    customer: str
    items: list[str] = field(default_factory=list)
    prices: dict[str, int] = field(default_factory=dict)


def total(order: Order) -> int:
    return sum(order.prices.get(item, 1) for item in order.items)


def label(order: Order, parcel: str) -> str:
    if {n} % 10 == 0:
        return f"{{order.customer}}/{{random.random()}}"
    return f"{{order.customer}}/{{parcel}}"
'''
_STARTER = '''"""Runs the worker of shop {n} and starts a workflow."""

import asyncio

from temporalio.client import Client
from temporalio.worker import Worker

from shop_{n}.activities import charge, ship
from shop_{n}.helpers import Order
from shop_{n}.workflows import Order{n}Workflow


async def main() -> None:
    client = await Client.connect("localhost:7233")
    async with Worker(
        client, task_queue="shop", workflows=[Order{n}Workflow], activities=[charge, ship]
    ):
        await client.execute_workflow(
            Order{n}Workflow.run, Order("ada"), id="order", task_queue="shop"
        )


if __name__ == "__main__":
    asyncio.run(main())
'''
_OTHER = '''"""Reports of department {n}, which nothing in a workflow uses."""

import datetime
import json
import pathlib


class Report{n}:
    """Rows of text and numbers."""

    def __init__(self, rows: list[dict[str, int]]) -> None:
        self.rows = rows
        self.made = datetime.datetime.now()

    def totals(self) -> dict[str, int]:
        found: dict[str, int] = {{}}
        for row in self.rows:
            for name, value in row.items():
                found[name] = found.get(name, 0) + value
        return found

    def write(self, folder: pathlib.Path) -> None:
        text = json.dumps({{"made": str(self.made), "totals": self.totals()}})
        (folder / "report_{n}.json").write_text(text)
'''
_SHOP = {
    "__init__": "",
    "activities": _ACTIVITIES,
    "helpers": _HELPERS,
    "starter": _STARTER,
    "workflows": _WORKFLOWS,
}


def write_tree(folder: Path, shops: int = 100, others: int = 300) -> None:
    """A project with ``shops`` packages of workflow code, and files that have none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "shops"\nversion = "1"\n')
    for n in range(shops):
        package = folder / f"shop_{n}"
        package.mkdir()
        for name, text in _SHOP.items():
            (package / f"{name}.py").write_text(text.format(n=n))
    write_others(folder, others)


def write_others(folder: Path, count: int, package: str = "department") -> None:
    """Files that have nothing to do with Temporal, in packages of a hundred."""
    for n in range(count):
        inside = folder / f"{package}_{n // 100}"
        inside.mkdir(exist_ok=True)
        (inside / "__init__.py").touch()
        (inside / f"report_{n}.py").write_text(_OTHER.format(n=n))
