"""Every rule about workflow code has cases far from the workflow.

What a rule says of the workflow's own file may be found without the call graph. So each rule about
code that workflows reach has a true case in another module: in a function, in a base class of the
workflow, and in another object that the workflow holds. The chains of what the project fixtures
expect tell which of these they are.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture, differences
from wflint.checking.registry import load_registry
from wflint.diagnostics import Location, Severity, ShownHop
from wflint.rule import Scope

MODULE, BASE, OBJECT = "in a function", "in a base class", "in another object"
WAYS = frozenset({MODULE, BASE, OBJECT})

_DEFINED = "it is about a definition, wherever that stands"
CANNOT = {
    "activity-hides-failure": "it is about what the activity itself does with an error",
    **dict.fromkeys(
        (
            "activity-decorator-order",
            "activity-keyword-only",
            "async-generator-activity",
            "async-query",
            "async-validator",
            "decorator-call-form",
            "duplicate-decorator",
            "duplicate-handler-name",
            "dynamic-config-misuse",
            "dynamic-handler-signature",
            "dynamic-signature",
            "handler-missing-type-hints",
            "init-params-without-decorator",
            "init-signature-mismatch",
            "interleaved-handler-writes",
            "keyword-only-parameter",
            "large-type-in-signature",
            "large-workflow",
            "local-or-nested-workflow-class",
            "missing-defn",
            "missing-defn-on-subclass",
            "missing-run",
            "multiple-run",
            "name-with-dynamic",
            "prefer-single-parameter",
            "untyped-payload",
            "query-returns-nothing",
            "reserved-handler-name",
            "run-missing-self",
            "run-not-async",
            "run-only-on-base",
            "signal-returns-value",
            "stacked-handler-decorators",
            "undecorated-override",
            "validator-returns-value",
            "validator-shadows-update",
            "validator-signature",
        ),
        _DEFINED,
    ),
    "analysis-failed": "it is about wflint itself: a fault is no property of the code",
    "analysis-gap": "it is about what wflint could not follow, at the call that leads nowhere",
    "missing-id-or-task-queue": "it is about what clients and Workers are given at the call",
    "nondeterministic-workflow-id": "it is about calls of clients, which no workflow leads to",
    "unawaited-client-call": "it is about calls of clients, which no workflow leads to",
    "subclassing-temporal-error": "it is about classes, which no call leads to",
    "continue-as-new-drops-state": "it is about the methods of workflows, and those of bases",
    "handler-uses-uninitialised-state": "it is about the methods of workflows, and those of bases",
    "suppression-without-reason": "it is about comments, which no call leads to",
    "no-replay-test": "it is about all files together",
    "task-without-wait-before-return": "it is about what the run method itself starts",
    "unknown-task-queue": "it is about what calls name; its fixture has them in several modules",
    "syntax-error": "it is about files, which no call leads to",
    "unbounded-payload": "it is about what the activity itself returns, and the call of a command",
    "unserializable-type": "it is about types in definitions; its `far` has them elsewhere",
    "unfinished-handlers": "it is about the handler; its fixture has what it waits for elsewhere",
    "unknown-rule-in-suppression": "it is about comments, which no call leads to",
    "unused-suppression": "it is about comments, which no call leads to",
}
"""Rules that are not about reached code, with the reason."""

# Nobody has written a fixture for these yet. A rule that has its cases must be taken off.
NOT_YET: frozenset[str] = frozenset()

REACHED = Scope.WORKFLOW | Scope.ACTIVITY
RULES = {rule.name for rule in load_registry().rules if rule.scope & REACHED}
OPT_IN = {rule.name for rule in load_registry().rules if rule.severity is Severity.INFO}
FIXTURES = {f.id: f for f in harness.project_fixtures()}


def way_of(chain: Sequence[ShownHop], bases: Mapping[str, frozenset[str]]) -> str:
    """Return how far from the entry point a chain ends; empty if it ends in the same file.

    ``bases`` has the names of all base classes of each class, direct or not. A class at the end of
    the chain is a constructor that the function before it calls.
    """
    functions = [hop for hop in chain if hop.qualname not in bases]
    if not functions or functions[0].filename == functions[-1].filename:
        return ""
    entry, last = (hop.qualname.partition(".")[0] for hop in (functions[0], functions[-1]))
    if last not in bases:
        return MODULE
    return BASE if last in bases.get(entry, ()) else OBJECT


def bases_in(root: Path) -> dict[str, frozenset[str]]:
    """All base classes of the classes of a project, by their names."""
    direct: dict[str, set[str]] = {}
    for file in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ClassDef):
                names = {n.id for base in node.bases for n in ast.walk(base) if type(n) is ast.Name}
                direct.setdefault(node.name, set()).update(names)
    found: dict[str, frozenset[str]] = {}
    for name in direct:
        seen: set[str] = set()
        pending = [*direct[name]]
        while pending:
            base = pending.pop()
            if base not in seen:
                seen.add(base)
                pending += direct.get(base, ())
        found[name] = frozenset(seen)
    return found


def ways_of(rule: str, fixture: Fixture, tmp_path: Path) -> set[str]:
    """The ways that a project fixture has true cases of a rule."""
    root = harness.copy_to(fixture, tmp_path)
    opt_in = [rule] if rule in OPT_IN else []
    diagnostics = harness.run(root, extend_select=opt_in).diagnostics
    assert differences(harness.expected(root), harness.found(diagnostics, root)) == []
    bases = bases_in(root)
    return {way_of(d.chain, bases) for d in diagnostics if d.name == rule} - {""}


def problem(rule: str, ways: Set[str], not_yet: Set[str]) -> str:
    """Return what is wrong with the cases of a rule, or with its place on the list."""
    missing = ", ".join(sorted(WAYS - ways))
    if rule in not_yet:
        return "" if missing else f"{rule} has its cases: take it off NOT_YET"
    return f"{rule} has no case {missing}: add it to {folder_of(rule)}" if missing else ""


def folder_of(rule: str) -> str:
    return f"{rule.replace('-', '_')}/far"


@pytest.mark.parametrize("rule", sorted(RULES - CANNOT.keys()))
def test_a_rule_has_cases_in_other_modules(rule: str, tmp_path: Path) -> None:
    fixture = FIXTURES.get(folder_of(rule))
    ways = ways_of(rule, fixture, tmp_path) if fixture is not None else set()
    assert problem(rule, ways, NOT_YET) == ""


def test_the_lists_name_rules_about_reached_code() -> None:
    assert CANNOT.keys() | NOT_YET <= RULES
    assert not CANNOT.keys() & NOT_YET


# The test itself.


def test_a_missing_case_is_named() -> None:
    assert problem("a-rule", {MODULE, BASE}, set()) == (
        "a-rule has no case in another object: add it to a_rule/far"
    )
    assert problem("a-rule", WAYS, set()) == ""


def test_a_rule_that_has_its_cases_is_taken_off_the_list() -> None:
    assert problem("a-rule", {MODULE}, {"a-rule"}) == ""
    assert "take it off" in problem("a-rule", WAYS, {"a-rule"})


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        pytest.param("flow:Flow.run", "", id="the entry point"),
        pytest.param("flow:Flow.run flow:Part.act", "", id="the same file"),
        pytest.param("flow:Flow.run other:helper", MODULE, id="a function"),
        pytest.param("flow:Flow.run other:wrap.inner", MODULE, id="a nested function"),
        pytest.param("flow:Flow.run other:Base.act", BASE, id="a base class"),
        pytest.param("flow:Flow.run other:Root.act", BASE, id="the base of a base class"),
        pytest.param("flow:Flow.run other:Part.act", OBJECT, id="an object"),
        pytest.param("flow:Flow.run other:helper other:Part", MODULE, id="a constructor"),
        pytest.param("flow:Flow.run other:Part", "", id="a constructor called by the workflow"),
        pytest.param("", "", id="no chain"),
    ],
)
def test_a_chain_says_where_a_case_is(chain: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("class Flow(Base): ...\n")
    (tmp_path / "other.py").write_text("class Root: ...\nclass Base(Root): ...\nclass Part: ...\n")
    hops = [
        ShownHop(name, file, Location(1, 1))
        for file, _, name in (hop.partition(":") for hop in chain.split())
    ]
    assert way_of(hops, bases_in(tmp_path)) == expected
