"""wflint against the installed SDK: the names it restricts, and what its sandbox really does."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio import workflow

from tests.documentation import examples
from tests.oracle.exceptions import DELIBERATELY_NOT, FAILS_ON_PURPOSE, NEEDS_LIBRARY, NOT_CAUGHT
from tests.oracle.restrictions import exists, restricted_names
from tests.oracle.sandbox import Stage, judge
from wflint.checking.registry import load_registry
from wflint.rule import Rule
from wflint.rule.api_table import ApiTable, rule_entries

FAMILIES = ("time", "randomness", "ordering", "world", "event_loop", "imports")
RULES = load_registry().rules
DETERMINISM = [rule for rule in RULES if type(rule).__module__.split(".")[-2] in FAMILIES]

# The names.

TABLE = ApiTable(entry for rule in RULES for entry in rule_entries(rule))
TARGETS = frozenset[str]().union(*(rule.targets for rule in RULES))
RESTRICTED = sorted(restricted_names())


def is_known(name: str) -> bool:
    """True if a rule reports the name, or says in its table that it is fine."""
    return name in TARGETS or TABLE.knows(name)


def listed(name: str) -> str:
    """The entry of ``DELIBERATELY_NOT`` that covers a name."""
    parts = name.split(".")
    patterns = [name, *(".".join([*parts[:n], "*"]) for n in range(len(parts) - 1, 0, -1))]
    return next((pattern for pattern in patterns if pattern in DELIBERATELY_NOT), "")


def test_a_rule_knows_every_name_that_the_sandbox_restricts() -> None:
    unknown = [name for name in RESTRICTED if not is_known(name) and not listed(name)]
    assert unknown == [], "add them to a rule, or to DELIBERATELY_NOT with the reason"


@pytest.mark.parametrize("pattern", sorted(DELIBERATELY_NOT))
def test_the_list_of_names_is_not_stale(pattern: str) -> None:
    if not exists(pattern.removesuffix(".*")):
        pytest.skip("not in this version of Python")
    assert any(listed(name) == pattern and not is_known(name) for name in RESTRICTED)


# The examples.

by_rule = pytest.mark.parametrize("rule", DETERMINISM, ids=lambda rule: rule.name)


@by_rule
def test_bad_example_misbehaves_or_is_listed(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Bad")
    if rule.name in NEEDS_LIBRARY:
        pytest.importorskip(NEEDS_LIBRARY[rule.name])
    verdict = judge(example, tmp_path)
    assert "ModuleNotFoundError" not in verdict.detail, "the example needs a library"
    if rule.name in NOT_CAUGHT:
        assert not verdict.misbehaves, f"the sandbox does notice it now: {verdict}"
    else:
        assert verdict.misbehaves, f"the sandbox does not notice it: {verdict}"


@by_rule
def test_good_example_runs(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Good")
    if rule.name in NEEDS_LIBRARY:
        pytest.importorskip(NEEDS_LIBRARY[rule.name])
    verdict = judge(example, tmp_path)
    assert verdict.stage is (Stage.FAILED if rule.name in FAILS_ON_PURPOSE else Stage.OK), verdict
    assert not verdict.warnings


def test_lists_name_rules_that_exist() -> None:
    names = {rule.name for rule in DETERMINISM}
    assert NOT_CAUGHT.keys() | FAILS_ON_PURPOSE.keys() | NEEDS_LIBRARY.keys() <= names


# The oracle itself.

FLOW = """\
import asyncio, sys, time
from temporalio import workflow

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        {statement}
"""


@pytest.mark.parametrize(
    ("statement", "stage"),
    [
        ("await workflow.sleep(60)", Stage.OK),
        ("time.time()", Stage.RUNTIME),
        ("while True: pass", Stage.DEADLOCK),
        ("sys.exit(1)", Stage.ESCAPED),
        ("raise asyncio.CancelledError", Stage.FAILED),
        ("import", Stage.DEFINITION),
    ],
)
def test_oracle_tells_what_happens(statement: str, stage: Stage, tmp_path: Path) -> None:
    assert judge(FLOW.format(statement=statement), tmp_path).stage is stage


def test_oracle_sees_what_the_sandbox_rejects_at_import(tmp_path: Path) -> None:
    source = "import random\nrandom.seed(1)\n" + FLOW.format(statement="pass")
    assert judge(source, tmp_path).stage is Stage.IMPORT


def test_what_examples_assign_to_the_sdk_is_undone(tmp_path: Path) -> None:
    before = workflow.logger
    source = "import logging\n" + FLOW.format(statement="pass")
    assert judge(f"{source}\nworkflow.logger = logging.getLogger()\n", tmp_path).stage is Stage.OK
    assert workflow.logger is before


def test_oracle_fires_timers(tmp_path: Path) -> None:
    verdict = judge(FLOW.format(statement="await workflow.sleep(60)"), tmp_path)
    assert verdict.commands == ("start_timer", "complete_workflow_execution")


def test_oracle_sees_warnings(tmp_path: Path) -> None:
    verdict = judge(FLOW.format(statement="workflow.sleep(60)"), tmp_path)
    assert verdict.stage is Stage.OK
    assert verdict.warnings == ("RuntimeWarning: coroutine 'sleep' was never awaited",)
