"""Files with many parts of one kind: workflows, handlers, helpers and loops that look alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.shapes import Shape

_IMPORTS = """\
import asyncio
import time
from datetime import timedelta
from temporalio import workflow

"""
_WORKFLOW = """\
@workflow.defn
class W:
    @workflow.run
    async def run(self, x):
"""
_ACTIVITY = "await workflow.execute_activity('a', {0}, start_to_close_timeout=timedelta(1))\n"


def _times(count: int, part: str) -> str:
    """A part again and again; ``#N`` in it is its number, ``#M`` the next one."""
    return "".join(part.replace("#N", str(n)).replace("#M", str(n + 1)) for n in range(count))


def _shape(name: str, full: int, text: Callable[[int], str]) -> Shape:
    def write(folder: Path, size: int) -> None:
        (folder / "flow.py").write_text(_IMPORTS + text(size))

    return Shape(name, full, write)


def _workflow(body: str) -> str:
    inside = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{_WORKFLOW}{inside}        return x\n"


def _updates(size: int) -> str:
    update = (
        "    @workflow.update\n    async def u#N(self, v):\n        await asyncio.sleep(1)\n"
        "    @u#N.validator\n    def v#N(self, v, w):\n        pass\n"
    )
    return _workflow("") + _times(size, update)


def _sets_of_state(size: int) -> str:
    fields = _times(size, "        self.f#N = set()\n")
    loops = _times(size, f"for y in self.state.f#N:\n    {_ACTIVITY.format('y')}")
    made = f"self.state = State()\n{loops}"
    return f"class State:\n    def __init__(self):\n{fields}\n\n{_workflow(made)}"


def _one_set(size: int) -> str:
    loop = f"s.add(#N)\nfor y in s:\n    {_ACTIVITY.format('y')}"
    return _workflow(f"s = set()\n{_times(size, loop)}")


def _lists_of_sets(size: int) -> str:
    return _workflow(_times(size, f"y#N = [z for z in {{x, #N}}]\n{_ACTIVITY.format('y#N')}"))


def _imports_in_a_function(size: int) -> str:
    return _workflow(_times(size, "import module#N\nmodule#N.call()\n"))


def _imports_between_functions(size: int) -> str:
    return _times(size, "import requests\ndef helper#N():\n    pass\n") + _workflow("")


def _helpers_that_try(size: int) -> str:
    helper = (
        "async def helper#N(x):\n    try:\n        await helper#M(x)\n"
        "    except ValueError:\n        raise\n"
    )
    last = f"async def helper{size}(x):\n    {_ACTIVITY.format('x')}\n"
    return f"{_times(size, helper)}{last}{_workflow('await helper0(x)')}"


def _tasks(size: int) -> str:
    tasks = _times(size, "t#N = asyncio.create_task(self.wait())\nawait t#N\n")
    return f"{_workflow(tasks)}    async def wait(self):\n        await asyncio.sleep(1)\n"


MANY_OF_A_KIND = (
    _shape("updates with validators", 1_000, _updates),
    _shape("sets that are state", 1_000, _sets_of_state),
    _shape("one set that is filled again and again", 1_000, _one_set),
    _shape("lists of what is in sets", 2_000, _lists_of_sets),
    _shape("imports in a function", 1_000, _imports_in_a_function),
    _shape("imports between functions", 2_000, _imports_between_functions),
    _shape("helpers that try what others do", 2_000, _helpers_that_try),
    _shape("tasks that are awaited", 2_000, _tasks),
)
