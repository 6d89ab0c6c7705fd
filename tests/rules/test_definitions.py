"""The rules on definitions, against the real SDK: what it refuses, and what it lets through."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio import common, workflow
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from tests import harness
from tests.documentation import examples
from tests.oracle.recorded import in_sandbox
from tests.oracle.sandbox import SEED, Stage
from tests.rules.definition_cases import CASES, IMPORTS, Case
from wflint.checking.registry import load_registry
from wflint.rule import Rule
from wflint.rule import documentation as rule_docs

RULES = [
    rule
    for rule in load_registry().rules
    if rule_docs.family(rule) == "definitions" and not "WFL518" <= rule.code <= "WFL523"
]
"""Those about what can be defined at all; the others are about what is sent, and how much."""
BY_NAME = {rule.name: rule for rule in RULES}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that modules are imported from, which nobody knows afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


async def _load(name: str) -> str:
    """Return what the SDK says when a module is imported, and its Worker made."""
    client = await Client.connect("localhost:1", lazy=True)
    client.service_client.config.lazy = False  # and still not connected
    try:
        module = importlib.import_module(name)
        if hasattr(module, "make_worker"):
            module.make_worker(client)
    except AssertionError:
        pass  # all was checked, and then the client is not connected
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def load(source: str, folder: Path) -> str:
    """The same for the text of a module."""
    importlib.invalidate_caches()
    (folder / "flow_under_test.py").write_text(source)
    return asyncio.run(_load("flow_under_test"))


def codes(source: str, folder: Path) -> list[str]:
    """The rules on definitions that report something in a module."""
    (folder / "flow.py").write_text(source)
    (folder / "pyproject.toml").write_text(harness.PROJECT_FILE)
    own = {rule.code for rule in RULES}
    return [d.code for d in harness.run(folder).diagnostics if d.code in own]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_sdk_says_so(case: Case, folder: Path) -> None:
    said = load(IMPORTS + case.source, folder)
    assert said.startswith(case.refusal) if case.refusal else said == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_wflint_agrees(case: Case, tmp_path: Path) -> None:
    expected = [case.code] if case.code else []
    assert codes(IMPORTS + case.source, tmp_path) == expected


def test_annotations_that_are_texts_are_compared_as_texts(folder: Path, tmp_path: Path) -> None:
    source = (
        "from __future__ import annotations\nfrom typing import Optional\n"
        "from temporalio import workflow\n\n@workflow.defn\nclass Flow:\n    @workflow.init\n"
        "    def __init__(self, a: Optional[int]) -> None: ...\n\n"
        "    @workflow.run\n    async def run(self, a: int | None) -> None: ...\n"
    )
    assert "parameters do not match" in load(source, folder)
    checked = tmp_path / "checked"
    checked.mkdir()
    assert codes(source, checked) == ["WFL506"]


# The examples of the pages.

RUNTIME = {
    "init-params-without-decorator": "missing 1 required positional argument: 'order'",
    "run-missing-self": "takes 0 positional arguments but 1 was given",
}
"""Rules whose bad example fails when the workflow starts, with the SDK's words."""

ELSEWHERE = {
    "async-generator-activity": "an activity fails when its result is encoded, see below",
    "local-or-nested-workflow-class": "the example calls the function, as a case above does",
    "missing-defn": "a Worker refuses it, as a case above shows",
    "missing-defn-on-subclass": "a Worker refuses it, as a case above shows",
}
"""Rules whose bad example is refused elsewhere than at import."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_bad_example_is_refused(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Bad")
    run = in_sandbox(example.encode(), tmp_path, SEED)
    if rule.name in RUNTIME:
        assert (run.stage, RUNTIME[rule.name] in run.detail) == (Stage.RUNTIME, True), run
    elif rule.name not in ELSEWHERE:
        assert run.stage is Stage.DEFINITION
        assert "LookupError" not in run.detail


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_good_example_is_accepted(rule: Rule, folder: Path) -> None:
    (example,) = examples(rule, "Good")
    assert load(example, folder) == ""


def test_the_result_of_an_activity_that_yields_cannot_be_encoded(folder: Path) -> None:
    (example,) = examples(BY_NAME["async-generator-activity"], "Bad")
    assert load(example, folder) == ""
    read_lines = sys.modules["flow_under_test"].read_lines
    given = ActivityEnvironment().run(read_lines, "path")
    assert inspect.isasyncgen(given)
    from temporalio.converter import DataConverter

    with pytest.raises(TypeError, match="async_generator is not JSON serializable"):
        asyncio.run(DataConverter.default.encode([given]))


@pytest.mark.parametrize(
    ("receiver", "is_shifted"), [("self", False), ("this", True), ("self: object", True)]
)
def test_hints_shift_by_one_without_a_plain_self(
    receiver: str, is_shifted: bool, folder: Path
) -> None:
    source = (
        "from temporalio import workflow\n\n@workflow.defn\nclass Flow:\n    @workflow.run\n"
        f"    async def run({receiver}, order: int) -> None: ...\n"
    )
    assert load(source, folder) == ""
    flow = sys.modules["flow_under_test"].Flow
    hints, _ = common._type_hints_from_func(flow.run)
    assert (hints != [int]) is is_shifted
    assert workflow._Definition.must_from_class(flow).arg_types == hints
