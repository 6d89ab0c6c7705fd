"""Calls that could not be resolved are counted, kind by kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import asyncio
import functools
from app import absent, helpers
from app.gen.orders_pb2 import Order
from app.missing import gone
from .nowhere import relative
import acme_sdk
from temporalio import workflow

@workflow.defn
class Flow(acme_sdk.Base):
    def __init__(self) -> None:
        self.loaded = helpers.load("x")

    def own(self) -> int:
        return 1

    @workflow.run
    async def run(self, fn, items: list) -> None:
        {body}
"""
HELPERS = """\
import abc
import importlib
import typing

def load(name):
    return __import__(name)

def load_class(name):
    return importlib.import_module(name).Loaded

def plain(item):
    return item

class Port(typing.Protocol):
    def send(self) -> None: ...
    def name(self) -> str:
        return "port"

class Base(abc.ABC):
    @abc.abstractmethod
    def send(self):
        "Send it."
        raise NotImplementedError

def filled(cls):
    for name in ("send",):
        setattr(cls, name, lambda self: None)
    return cls

class Known(typing.Protocol):
    def keep(self) -> None: ...

class Keeper(Known):
    def keep(self) -> None:
        pass

@filled
class Remote(Known):
    pass

def kept_by_any(of: type[Known], known: Known):
    of()
    known.keep()

def sent(port: Port):
    port.send()

def named(port: Port):
    port.name()

def sent_by(base: Base):
    base.send()

class Words(abc.ABC):
    @abc.abstractmethod
    def send(self):
        raise NotImplementedError("soon")

def said(words: Words):
    words.send()

def kept(known: Known):
    known.keep()
"""


def gaps(root: Path, body: str) -> list[str]:
    package = root / "app"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helpers.py").write_text(HELPERS)
    (package / "flow.py").write_text(FLOW.replace("{body}", body))
    result = check(Request(paths=(str(root),), jobs=1, show_gaps=True))
    return [gap.written for entry in result.gaps for gap in entry.gaps]


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("gone()", "gone()"),
        ("absent.go()", "absent.go()"),
        ("Order().pack()", "Order()"),
        ("relative()", "relative()"),
        ("helpers.load('x').go()", "helpers.load('x').go()"),
        ("helpers.load_class('x')().go()", "helpers.load_class('x')()"),
        ("self.loaded.go()", "self.loaded.go()"),
        ("list(map(fn, items))", "map()"),
        ("sorted(items, key=fn)", "sorted()"),
        ("functools.reduce(fn, items)", "functools.reduce()"),
        ("await fn", "__await__()"),
        ("async with fn: pass", "__aenter__()"),
        ("self.inherited()", "self.inherited()"),
        ("helpers.sent(items[0])", "port.send()"),
        ("helpers.sent_by(items[0])", "base.send()"),
        ("helpers.said(items[0])", "words.send()"),
        ("helpers.kept(helpers.Remote())", "known.keep()"),
        ("(helpers.Remote(), helpers.kept(items[0]))", "known.keep()"),
    ],
)
def test_what_nobody_can_follow_is_a_gap(tmp_path: Path, body: str, written: str) -> None:
    assert written in gaps(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        "helpers.plain(1)",
        "list(map(helpers.plain, items))",
        "list(map(str, items))",
        "list(map(lambda item: item, items))",
        "sorted(items)",
        "sorted(items, key=len)",
        "max(items, default=fn)",
        "acme_sdk.elsewhere()",
        "self.own()",
        "helpers.named(items[0])",
        "helpers.kept(helpers.Keeper())",
        "helpers.kept(items[0])",
        "helpers.kept_by_any(items[0], items[1])",
        "await asyncio.create_task(asyncio.sleep(1))",
        "task = asyncio.create_task(asyncio.sleep(1)); await task",
        "async with asyncio.Lock(): pass",
        "async with asyncio.timeout(1): pass",
        "await asyncio.gather(*[asyncio.sleep(1) for _ in items])",
        "handle = await workflow.start_child_workflow('x'); await handle",
    ],
)
def test_what_is_known_is_none(tmp_path: Path, body: str) -> None:
    assert gaps(tmp_path, body) == []
