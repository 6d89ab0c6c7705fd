"""Makes code that is not deterministic repeat itself, so that a history of it can be recorded.

While the stand-ins are in place, workflow code that runs without a sandbox reads the clock of its
workflow task, draws from a generator with a seed, and is told of tasks in the order in which it
named them. They are written without the SDK's own replacements, which they are compared with.
Code outside of workflows, such as the SDK itself, gets the real functions.
"""

from __future__ import annotations

import asyncio
import builtins
import datetime as dt
import functools
import itertools
import pdb
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from temporalio import workflow

_NOT_DRAWS = ("getstate", "seed", "setstate")
_LOCAL = dt.timezone(dt.timedelta(hours=5, minutes=30))
_UP_SINCE = 1_600_000_000
"""When the clocks that count from some start began."""

Function = Callable[..., Any]


class StandIns:
    """The source of the stand-ins' values. ``moment`` is now, in nanoseconds."""

    def __init__(self, seed: int) -> None:
        self.moment = 0
        self.generator = random.Random(seed)
        self._seeds = itertools.count(seed)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Put them in the place of the real functions."""
        with ExitStack() as stack:
            for module, functions in self._functions().items():
                for name, function in functions.items():
                    only_there = _in_workflows(function, getattr(module, name, None))
                    stack.enter_context(mock.patch.object(module, name, only_there, create=True))
            for module, name, made in self._classes():
                stack.enter_context(mock.patch.object(module, name, made))
            yield

    def _functions(self) -> Mapping[ModuleType, Mapping[str, Function]]:
        public = [name for name in vars(random.Random) if not name.startswith("_")]
        public += ["getrandbits", "random"]
        draws = {n: getattr(self.generator, n) for n in public if n not in _NOT_DRAWS}
        clocks = ("monotonic", "perf_counter", "process_time")
        waiting = {"as_completed": _as_completed, "wait": _wait}
        return {
            time: {
                "sleep": _nothing,
                "time": lambda: self.moment / 1e9,
                "time_ns": lambda: self.moment,
                **dict.fromkeys(clocks, self._since_start),
                **{f"{name}_ns": lambda: int(self._since_start() * 1e9) for name in clocks},
            },
            random: draws,
            uuid: {"uuid4": self._uuid4, "uuid7": self._uuid7},
            asyncio: waiting,
            asyncio.tasks: waiting,
            threading: {"Lock": _NoLock},
            builtins: {"breakpoint": _nothing, "input": lambda prompt="": ""},
            pdb: {"set_trace": _nothing},
        }

    def _classes(self) -> Iterable[tuple[ModuleType, str, type]]:
        yield dt, "datetime", _like(dt.datetime, {"now": self._now, "utcnow": self._utc})
        yield dt, "date", _like(dt.date, {"today": lambda: self._now().date()})
        yield random, "Random", self._random_class()

    def _now(self, tz: dt.tzinfo | None = None) -> dt.datetime:
        now = _REAL_DATETIME.fromtimestamp(self.moment / 1e9, tz or _LOCAL)
        return now if tz is not None else now.replace(tzinfo=None)

    def _utc(self) -> dt.datetime:
        return self._now(dt.timezone.utc).replace(tzinfo=None)

    def _since_start(self) -> float:
        return self.moment / 1e9 - _UP_SINCE

    def _uuid4(self) -> uuid.UUID:
        return uuid.UUID(bytes=self.generator.getrandbits(128).to_bytes(16, "big"), version=4)

    def _uuid7(self) -> uuid.UUID:
        high = (self.moment // 1_000_000) << 80 | 7 << 76 | self.generator.getrandbits(12) << 64
        return uuid.UUID(int=high | 2 << 62 | self.generator.getrandbits(62))

    def _random_class(self) -> type[random.Random]:
        """The class of generators; each without a seed of its own gets another one."""
        seeds = self._seeds

        class Random(random.Random):
            def __init__(self, x: Any = None) -> None:
                super().__init__(next(seeds) if x is None and workflow.in_workflow() else x)

        Random.__module__, Random.__qualname__ = "random", "Random"
        return Random


_REAL_DATETIME = dt.datetime


def _in_workflows(function: Function, real: Function | None) -> Function:
    """A function that is the stand-in in workflow code, and the real one elsewhere."""

    def chosen(*args: Any, **kwargs: Any) -> Any:
        use = function if real is None or workflow.in_workflow() else real
        return use(*args, **kwargs)

    return functools.wraps(real)(chosen) if real is not None else chosen


def _like(real: type, methods: Mapping[str, Function]) -> type:
    """A class that makes objects of the real one and counts them as its own."""

    class Like(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, real)

    def new(cls: type, *args: Any, **kwargs: Any) -> Any:
        return real(*args, **kwargs)

    body: dict[str, Any] = {"__new__": new, "__module__": real.__module__}
    for name, function in methods.items():
        body[name] = staticmethod(_in_workflows(function, getattr(real, name)))
    return Like(real.__name__, (real,), body)


class _InOrder(set[Any]):
    """A set that is walked through in the order in which it was filled."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = list(items)
        super().__init__(self._items)

    def __iter__(self) -> Iterator[Any]:
        return (item for item in self._items if item in self)


_real_wait, _real_as_completed = asyncio.wait, asyncio.as_completed


async def _wait(fs: Iterable[Any], **options: Any) -> tuple[set[Any], set[Any]]:
    if asyncio.iscoroutine(fs):  # true of generators as well, up to Python 3.11
        raise TypeError
    tasks = list(fs)
    done, pending = await _real_wait(tasks, **options)
    return _InOrder(t for t in tasks if t in done), _InOrder(t for t in tasks if t in pending)


def _as_completed(fs: Iterable[Any], **options: Any) -> Any:
    if asyncio.iscoroutine(fs):
        raise TypeError
    return _real_as_completed([asyncio.ensure_future(f) for f in fs], **options)


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Do nothing: for a function that only makes the workflow wait."""


class _NoLock:
    """A lock that nobody else holds."""

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...
