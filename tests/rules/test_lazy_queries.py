"""Messages about lazy queries: making one is told from reading its results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture

FLOW = """\
from beanie import Document
from django.db import models
from mongoengine import Document as Kept
from pymongo import MongoClient
from temporalio import workflow
from tortoise.models import Model

class Page(Document): ...
class Order(models.Model): ...
class Note(Kept): ...
class Line(Model): ...

mongo = MongoClient("mongodb://db")

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        {statement}
"""


@pytest.mark.parametrize(
    ("statement", "is_lazy"),
    [
        ("await Page.find({}).sort('x').to_list()", True),
        ("await Page.find_one({})", False),
        ("Order.objects.filter(name='x').first()", True),
        ("Order.objects.get(name='x')", False),
        ("Note.objects(name='x').first()", True),
        ("Note.objects.first()", False),
        ("await Line.filter(name='x').first()", True),
        ("await Line.create(name='x')", False),
        ("list(mongo.shop.orders.find({}))", True),
        ("mongo.shop.orders.aggregate([])", False),
    ],
)
def test_what_makes_a_query_is_told_from_what_asks(
    statement: str, is_lazy: bool, tmp_path: Path
) -> None:
    file = tmp_path / "flow.py"
    file.write_text(FLOW.format(statement=statement), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    found = [one.message for one in harness.run(root).diagnostics if one.code == "WFL133"]
    assert ["makes a query" in message for message in found] == [is_lazy]
