"""`blocking-call-in-async-activity` names what the event loop calls, if a thread can call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture

ACTS = """\
import subprocess
from functools import cached_property
from temporalio import activity


def convert():
    subprocess.run(["true"])


def publish():
    convert()


async def deliver():
    publish()


async def prepare():
    subprocess.run(["true"])


class Press:
    def __init__(self):
        convert()


class Printer:
    def __enter__(self):
        subprocess.run(["true"])

    def __exit__(self, *error):
        pass

    @cached_property
    def tray(self):
        subprocess.run(["true"])

    def pages(self):
        yield subprocess.run(["true"])


@activity.defn
async def act(printer: Printer):
    {code}
"""
RUN = 'subprocess.run(["true"])'
IN_THREAD = "use `await asyncio.to_thread(...)`"
AROUND = "put what uses it into a plain function, and call that with `await asyncio.to_thread(...)`"


def told(code: str, folder: Path) -> set[str]:
    """The advice on the one blocking call that the code of an activity leads to."""
    file = folder / "acts.py"
    file.write_text(ACTS.format(code=code), encoding="utf-8")
    root = harness.copy_to(Fixture("acts", file), folder)
    found = [d.message for d in harness.run(root).diagnostics if d.code == "WFL801"]
    return {message.partition("; ")[2] for message in found}


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ("convert()", "`convert`"),
        ("publish()", "`publish`, which leads here,"),
        ("await deliver()", "`publish`, which leads here,"),
        ("Press()", "`Press`, which leads here,"),
    ],
    ids=["direct", "deeper", "below-another-coroutine", "constructor"],
)
def test_the_plain_function_that_a_coroutine_calls_is_named(
    code: str, called: str, tmp_path: Path
) -> None:
    assert told(code, tmp_path) == {f"call {called} with `await asyncio.to_thread(...)`"}


@pytest.mark.parametrize(
    "code",
    ["(lambda: convert())()", "with printer: pass", "printer.tray", "list(printer.pages())"],
    ids=["lambda", "with", "property", "generator"],
)
def test_what_has_no_name_that_a_thread_can_call_is_not_named(code: str, tmp_path: Path) -> None:
    assert told(code, tmp_path) == {AROUND}


@pytest.mark.parametrize(
    ("code", "plainly"),
    [
        (RUN, ", or make the activity a plain `def`"),
        ("await prepare()", ""),
        (f"{RUN}; await unknown()", ""),
        (f"{RUN}; pending = unknown(); await pending", ""),
        (f"async with unknown(): {RUN}", ""),
        (f"{RUN}; print([one async for one in unknown()])", ""),
    ],
    ids=["activity", "what-it-waits-for", "waits", "waits-for-a-name", "async-with", "async-for"],
)
def test_only_an_activity_that_waits_for_nothing_can_be_made_plain(
    code: str, plainly: str, tmp_path: Path
) -> None:
    assert told(code, tmp_path) == {IN_THREAD + plainly}
