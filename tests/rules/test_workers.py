"""The rules on Workers, against what the SDK's real `Worker(...)` raises or warns of.

It checks all that it is given before it talks to the server, which it never comes to here.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.documentation import examples, sections
from wflint.checking.registry import load_registry

RULES = {rule.code: rule for rule in load_registry().rules}

RAISES = {
    "WFL522": "ValueError: Workflow OrderWorkflow must specify a versioning behavior using",
    "WFL551": "ValueError: Activity charge is not async so an activity_executor must be present",
    "WFL553": "TypeError: Activity Payments missing attributes, was it decorated with @activity.de",
    "WFL554": "ValueError: Workflow <unknown> missing attributes, was it decorated with @workflow.",
    "WFL555": "ValueError: Activity charge is not async and executor is not thread-pool executor",
    "WFL558": "ValueError: More than one activity named charge",
    "WFL560": "ValueError: deployment_config cannot be used with build_id or use_worker_versioning",
    "WFL563": "TypeError: Client.execute_workflow() missing 1 required keyword-only argument: 'id'",
    "WFL564": "RuntimeError: Lazy clients cannot be used for workers",
    "WFL567": "RuntimeError: <function GreetingService.greet",
}
WARNS = {
    "WFL557": "Worker max_concurrent_activities is 50 but activity_executor's max_workers is only",
    "WFL552": "Activity named charge has a first parameter named self but is not bound to an ins",
}
TALKS = {"WFL563", "WFL564"}
"""Rules whose good example talks to a server."""


_KINDS = (RuntimeWarning, UserWarning)
Judge = Callable[[str, str], tuple[str, list[str]]]


async def make(name: str) -> tuple[str, list[str]]:
    """Return what `make_worker` or `start` of a module raises, and what it warns of."""
    client = await Client.connect("localhost:1", lazy=True)
    client.service_client.config.lazy = False  # and still not connected
    said = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            module = importlib.import_module(name)
            function = getattr(module, "make_worker", None) or module.start
            given = function(*[client][: len(inspect.signature(function).parameters)])
            if inspect.isawaitable(given):
                await given
        except AssertionError:
            pass  # all was checked, and then the client is not connected
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
    return said, [str(w.message) for w in caught if issubclass(w.category, _KINDS)]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """Run an example of a rule's page; its `make_worker` is given a client."""

    def run(code: str, heading: str) -> tuple[str, list[str]]:
        (example,) = examples(RULES[code], heading)
        name = f"{heading}_{code}".lower()
        (tmp_path / f"{name}.py").write_text(example)
        modules.add(name)
        return asyncio.run(make(name))

    modules: set[str] = set()
    monkeypatch.syspath_prepend(tmp_path)
    yield run
    for name in modules:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("code", sorted(RAISES))
def test_the_bad_example_raises(code: str, judge: Judge) -> None:
    assert judge(code, "Bad")[0].startswith(RAISES[code])


@pytest.mark.parametrize("code", sorted(WARNS))
def test_the_bad_example_is_warned_of(code: str, judge: Judge) -> None:
    error, said = judge(code, "Bad")
    assert error == ""
    assert [one for one in said if one.startswith(WARNS[code])]


@pytest.mark.parametrize("code", sorted((RAISES | WARNS).keys() - TALKS))
def test_the_good_example_is_taken(code: str, judge: Judge) -> None:
    assert judge(code, "Good") == ("", [])


@pytest.mark.parametrize("code", sorted(RAISES | WARNS))
def test_the_page_quotes_what_is_said(code: str) -> None:
    text = sections(RULES[code])["What the SDK does"]
    assert (RAISES | WARNS)[code] in " ".join(text.split())


def test_a_client_call_that_is_not_awaited_only_warns(judge: Judge) -> None:
    error, said = judge("WFL562", "Bad")
    assert error == ""
    assert said == ["coroutine 'Client.start_workflow' was never awaited"]
