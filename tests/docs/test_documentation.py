"""The examples in the rules' documentation are linted: what is called bad is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness, planted
from tests.documentation import examples
from tests.harness import Fixture
from wflint.checking.registry import load_registry
from wflint.diagnostics import Diagnostic, Severity
from wflint.rule import Rule

by_rule = pytest.mark.parametrize("rule", load_registry().rules, ids=lambda rule: rule.name)


def lint(source: str, rule: Rule, folder: Path) -> list[Diagnostic]:
    """Return what wflint says of an example, with the rule switched on."""
    file = folder / "example.py"
    file.write_text(source, encoding="utf-8")
    root = harness.copy_to(Fixture("example", file), folder)
    opt_in = [rule.code] if rule.severity is Severity.INFO else []
    return harness.run(root, extend_select=opt_in).diagnostics


@pytest.fixture(autouse=True)
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of the rule about wflint's own faults need one."""
    if request.getfixturevalue("rule").name == planted.RULE:
        planted.plant(monkeypatch)


@by_rule
def test_bad_example_reports_this_rule_and_no_other(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Bad")
    found = lint(example, rule, tmp_path)
    assert {d.code for d in found} == {rule.code}, [d.message for d in found]


@by_rule
def test_good_example_is_silent(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Good")
    assert [f"{d.code} {d.message}" for d in lint(example, rule, tmp_path)] == []
