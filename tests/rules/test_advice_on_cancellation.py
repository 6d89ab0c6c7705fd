"""`cancellation-swallowed-by-error-handler` says what is cancelled, and when to let it through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture
from wflint.diagnostics import Diagnostic

FLOW = """\
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=5)


async def charge():
    await workflow.execute_activity(
        "charge",
        "order-1",
        start_to_close_timeout=SOON,
    )


async def report_quietly():
    try:
        await workflow.execute_activity("report", start_to_close_timeout=SOON)
    except BaseException:
        pass


@workflow.defn
class Flow:
    @workflow.run
    async def run(self):
        for attempt in range(3):
            try:
                {tried}
            except Exception as e:
                {handled}
"""
CHARGE = 'await workflow.execute_activity("charge", start_to_close_timeout=SOON)'
REFUND = 'await workflow.execute_activity("refund", start_to_close_timeout=SOON)'
RAISE = "write `if is_cancelled_exception(e): raise`"


def told(folder: Path, tried: str = CHARGE, handled: str = "continue") -> Diagnostic:
    """The one diagnostic on the handler of the run method."""
    file = folder / "flow.py"
    file.write_text(FLOW.format(tried=tried, handled=handled), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    found = [d for d in harness.run(root).diagnostics if d.code == "WFL704"]
    (one,) = found
    return one


@pytest.mark.parametrize(
    ("tried", "cancelled"),
    [
        (CHARGE, "`workflow.execute_activity()`"),
        ("await charge()", "`workflow.execute_activity()` in `charge`"),
    ],
    ids=["here", "in-a-helper"],
)
def test_what_is_cancelled_is_named_without_its_arguments(
    tried: str, cancelled: str, tmp_path: Path
) -> None:
    assert f" the cancellation of {cancelled}, which " in told(tmp_path, tried).message


@pytest.mark.parametrize(
    "handled",
    ["continue", "workflow.logger.info('again')", "await asyncio.sleep(attempt)"],
    ids=["nothing", "log", "timer"],
)
def test_a_handler_that_cleans_nothing_up_raises_first(handled: str, tmp_path: Path) -> None:
    found = told(tmp_path, handled=handled)
    assert found.message.endswith(f"; {RAISE} first")
    assert found.fix is not None


@pytest.mark.parametrize(
    "handled",
    [
        REFUND,
        'workflow.start_activity("refund", start_to_close_timeout=SOON)',
        "await charge()",
        "await report_quietly()",
        "for undo in undone: await undo()",
        f"for undo in [lambda: {REFUND.removeprefix('await ')}]: await undo()",
        "for undo in [lambda: charge()]: await undo()",
    ],
    ids=["activity", "started", "in-a-helper", "failing-quietly", "unknown", "kept", "kept-call"],
)
def test_a_handler_that_cleans_up_raises_afterwards(handled: str, tmp_path: Path) -> None:
    """A fix at its beginning would leave that out, so there is none."""
    found = told(tmp_path, handled=handled)
    assert found.message.endswith(f"; {RAISE} when the handler has done its work")
    assert found.fix is None


UNDOING = """\
        undo = []
        try:
            await charge()
        except Exception as e:
            for step in undo:
                try:
                    await workflow.execute_activity(step, start_to_close_timeout=SOON)
                except Exception as e:
                    workflow.logger.warning("not undone")
            return "undone"
"""


def test_a_handler_within_another_one_lets_that_do_its_work_first(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    head = FLOW.partition("        for attempt")[0]
    file.write_text(head + UNDOING, encoding="utf-8")
    found = [d for d in harness.run(tmp_path).diagnostics if d.code == "WFL704"]
    outer, inner = sorted(found, key=lambda d: d.location.row)
    assert outer.message.endswith(" when the handler has done its work")
    assert inner.message.endswith(" when the handler that leads here has done its work")
    assert inner.fix is None


WRONG = """\
        try:
            {tried}
        except exceptions.CancelledError:
            return
        {clause}
            {handled}
"""
IN_EXCEPTION = "in `except Exception`, which gets it"


@pytest.mark.parametrize(
    ("tried", "clause", "handled", "advice"),
    [
        ("await charge()", "except ValueError:", "pass", "catch that"),
        (
            "await charge(); await workflow.sleep(5)",
            "except ValueError:",
            "pass",
            "catch `asyncio.CancelledError` and `ActivityError`, and ask "
            "`is_cancelled_exception()`",
        ),
        ("await charge()", "except Exception as e:", "pass", f"{IN_EXCEPTION}, {RAISE}"),
        (
            "await charge()",
            "except Exception:",
            "pass",
            f"{IN_EXCEPTION}, {RAISE.replace('write', 'write `except Exception as e:` and')}",
        ),
        (
            "await charge()",
            "except Exception as error:",
            "raise",
            f"ask `is_cancelled_exception(error)` {IN_EXCEPTION}",
        ),
        (
            "await charge(); await workflow.sleep(5)",
            "except Exception as e:",
            "pass",
            f"catch `asyncio.CancelledError`, and {IN_EXCEPTION}, {RAISE}",
        ),
    ],
    ids=["alone", "two-kinds", "named", "not-named", "raising", "with-a-timer"],
)
def test_a_handler_that_gets_the_cancellation_is_where_to_ask(
    tried: str, clause: str, handled: str, advice: str, tmp_path: Path
) -> None:
    """Catching the error of an activity instead would take its failures as well."""
    head, _, _ = FLOW.partition("        for attempt")
    text = head.replace("import workflow", "import exceptions, workflow")
    file = tmp_path / "flow.py"
    body = WRONG.format(tried=tried, clause=clause, handled=handled)
    file.write_text(text + body, encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    (found,) = harness.run(root).diagnostics
    assert found.code == "WFL705"
    assert found.message.endswith(f"; {advice}")


KEEPING = """\
        try:
            await workflow.sleep(5)
        except {caught}:
            {handled}
"""


@pytest.mark.parametrize(
    ("caught", "handled", "begin", "outcome"),
    [
        ("asyncio.CancelledError", "return", "except asyncio.CancelledError", "completes"),
        ("BaseException", "pass", "except BaseException", "goes on"),
        (
            "(exceptions.CancelledError, asyncio.CancelledError) as e",
            "pass",
            "except (exceptions.CancelledError, asyncio.CancelledError)",
            "goes on",
        ),
    ],
    ids=["returning", "passing", "two-classes"],
)
def test_a_kept_cancellation_is_shown_as_it_is_written(
    caught: str, handled: str, begin: str, outcome: str, tmp_path: Path
) -> None:
    """Two classes of one name would look like one."""
    head, _, _ = FLOW.partition("        for attempt")
    text = head.replace("import workflow", "import exceptions, workflow")
    file = tmp_path / "flow.py"
    file.write_text(text + KEEPING.format(caught=caught, handled=handled), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    (found,) = harness.run(root).diagnostics
    assert found.code == "WFL703"
    assert found.message.startswith(f"`{begin}` keeps")
    assert f"so a cancelled workflow {outcome};" in found.message
