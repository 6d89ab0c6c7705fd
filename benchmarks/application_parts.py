"""The texts of the generated application, as templates."""

from __future__ import annotations

_SETTINGS = '''"""The settings of all services, read from the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The settings of a service."""

    task_queue: str = "market"
    currency: str = "EUR"
    largest: int = 1000
    tax: float = 0.2


SETTINGS = Settings()


def flag(name: str) -> bool:
    """True if a feature is switched on."""
    return os.environ.get(f"MARKET_{name.upper()}", "") == "1"


def largest(currency: str) -> int:
    """The largest amount that nobody has to confirm."""
    return SETTINGS.largest * 2 if currency == SETTINGS.currency else SETTINGS.largest
'''
_LOG = '''"""Loggers of all services."""

import logging


def get_logger(name: str) -> logging.Logger:
    """Return the logger of a module."""
    return logging.getLogger(f"market.{name}")
'''
_CLOCK = '''"""Moments as text, for workflows, activities and reports."""

from datetime import datetime, timedelta, timezone


def stamp() -> str:
    """The moment as it is printed on documents."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def after(moment: datetime, days: int) -> datetime:
    """Return the moment some days later, on a working day."""
    later = moment + timedelta(days=days)
    while later.weekday() > 4:
        later += timedelta(days=1)
    return later
'''
_MODELS = '''"""The data that workflows and activities exchange."""

from dataclasses import dataclass, field


@dataclass
class Item:
    """One line of a job."""

    name: str
    amount: int = 1
    price: float = 0.0
    tags: list[str] = field(default_factory=list)


@dataclass
class Job:
    """The input of a workflow."""

    customer: str
    items: list[Item] = field(default_factory=list)
    currency: str = "EUR"

    def names(self) -> list[str]:
        return [item.name for item in self.items]


@dataclass
class Report:
    """The result of a workflow."""

    customer: str
    total: float
    lines: list[str] = field(default_factory=list)
'''
COMMON = {
    "__init__": "",
    "clock": _CLOCK,
    "log": _LOG,
    "models": _MODELS,
    "settings": _SETTINGS,
}
"""Modules that all services use, by name."""

_WORKER = '''"""The worker of $service."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.worker import Worker

from market.common.settings import SETTINGS
$imports


async def main() -> None:
    client = await Client.connect("localhost:7233")
    worker = Worker(
        client,
        task_queue=SETTINGS.task_queue,
        workflows=[$workflows],
        activities=[$activities],
        activity_executor=ThreadPoolExecutor(),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
'''
SERVICE = {"worker": _WORKER}
"""The modules of a service, by name."""

_WORKFLOWS = '''"""The workflow for $area of $service."""

import asyncio
import uuid
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from market.common import clock, settings
    from market.common.models import Item, Job, Report
    from market.$service.$area import activities, layer_0, steps

SHORT = timedelta(seconds=30)


@workflow.defn
class ${Area}Workflow:
    """Works on $area, line by line."""

    def __init__(self) -> None:
        self.paused = False
        self.done: list[str] = []
        self.total = 0.0

    @workflow.run
    async def run(self, job: Job) -> Report:
        started = datetime.now()
        reference = uuid.uuid4().hex
        for item in job.items:
            await workflow.wait_condition(lambda: not self.paused)
            self.total += layer_0.price(item)
            await self.load(item)
        await self.load_each(job)
        await self.load_at_once(job)
        await steps.settle(self.total)
        workflow.execute_activity(
            activities.store, reference, start_to_close_timeout=timedelta(minutes=5)
        )
        if settings.flag("$area"):
            self.done.append(clock.stamp())
        return self.report(job, started)

    async def load(self, item: Item) -> None:
        self.done.append(await workflow.execute_activity(activities.load, item.name))

    async def load_each(self, job: Job) -> None:
        for name in set(job.names()):
            await workflow.execute_activity(activities.load, name, start_to_close_timeout=SHORT)

    async def load_at_once(self, job: Job) -> None:
        tasks = [asyncio.create_task(self.load(item)) for item in job.items]
        done, _ = await asyncio.wait(tasks)
        workflow.logger.info("%d of %d loaded", len(done), len(tasks))

    def report(self, job: Job, started: datetime) -> Report:
        lines = [layer_0.describe(item) for item in job.items]
        due = clock.after(started, 14)
        return Report(job.customer, self.total, [*lines, due.isoformat(), *sorted(self.done)])

    @workflow.signal
    def pause(self) -> None:
        self.paused = True

    @workflow.query
    def progress(self) -> list[str]:
        return self.done
'''
_ACTIVITIES = '''"""The activities of the workflow for $area of $service."""

import os
import time

from temporalio import activity

from market.common import clock


@activity.defn(name="$area.load")
async def load(name: str) -> str:
    return f"{name} of {clock.stamp()}"


@activity.defn(name="$area.store")
def store(reference: str) -> str:
    time.sleep(0.1)
    return f"{reference}-{os.urandom(4).hex()}"
'''
_STEPS = '''"""Steps of the workflow for $area of $service that take a while."""

import time

from market.common.settings import SETTINGS


async def settle(total: float) -> float:
    """Wait until the amount has settled, and return it with tax."""
    time.sleep(2)
    return with_tax(total)


def with_tax(total: float) -> float:
    return round(total * (1 + SETTINGS.tax), 2)
'''
_BOTTOM = '''"""The helpers that all others for $area of $service call in the end."""

import random

from market.common.models import Item
from market.common.settings import largest


def price(item: Item) -> float:
    rate = 1 + random.random() / 100
    return min(item.amount * item.price * rate, largest("EUR"))


def describe(item: Item) -> str:
    print(item)
    return f"{item.amount} x {item.name}"


def is_free(item: Item) -> bool:
    return not item.price


def tags(item: Item) -> list[str]:
    return sorted(set(item.tags))
'''
AREA = {
    "activities": _ACTIVITIES,
    "bottom": _BOTTOM,
    "steps": _STEPS,
    "workflows": _WORKFLOWS,
}
"""The modules of an area, by name."""

LAYER = '''"""Helpers for $area of $service, layer $number."""

from market.common.log import get_logger
from market.common.models import Item
from market.$service.$area import $below as below

logger = get_logger(__name__)


class Discounts:
    """Discounts by the number of pieces."""

    def __init__(self, steps: dict[int, float]) -> None:
        self.steps = steps
        self.used: list[float] = []

    def of(self, item: Item) -> float:
        found = [rate for amount, rate in sorted(self.steps.items()) if amount <= item.amount]
        self.note(found[-1] if found else 0.0)
        return self.used[-1]

    def note(self, rate: float) -> None:
        self.used.append(rate)


def price(item: Item) -> float:
    """Return the price of a line with the discount of this layer."""
$log    if is_free(item):
        return 0.0
    discount = Discounts({10 * ($number + 1): 0.01}).of(item)
    return round(below.price(item) * (1 - discount), 2)


def describe(item: Item) -> str:
    """Return a line of text about an item."""
    text = below.describe(item)
    for tag in tags(item):
        text = f"{text} [{tag}]" if len(text) < 100 else text
    return text


def is_free(item: Item) -> bool:
    """True if nobody pays for it."""
    return below.is_free(item) or item.amount == 0


def tags(item: Item) -> list[str]:
    """Return the labels of an item, each once."""
    found = list(below.tags(item))
    found.append("layer-$number")
    return list(dict.fromkeys(found))
'''
REPORT = '''"""Reports of department $number, which no workflow uses."""

import datetime
import json
import pathlib


class Report:
    """Rows of text and numbers."""

    def __init__(self, rows: list[dict[str, int]]) -> None:
        self.rows = rows
        self.made = datetime.datetime.now()

    def totals(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rows:
            for name, value in row.items():
                found[name] = found.get(name, 0) + value
        return found

    def price(self, factor: float) -> float:
        return factor * sum(self.totals().values())

    def write(self, folder: pathlib.Path) -> None:
        text = json.dumps({"made": str(self.made), "totals": self.totals()})
        (folder / "report_$number.json").write_text(text)
'''
"""A module that has nothing to do with workflows."""
