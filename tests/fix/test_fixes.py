"""Each fix makes of the code what the pairs below ``tests/fixtures/fixes`` say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fix_cases import Case, cases, fix, project, text_after
from wflint.checking.registry import load_registry
from wflint.diagnostics import Applicability
from wflint.rule import Fixable, Rule

ALL = list(cases())
RULES = load_registry()

each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)


@each_case
def test_fix_gives_what_the_fixture_says(case: Case, tmp_path: Path) -> None:
    file = project(case, tmp_path)
    outcome = fix(file, unsafe=case.kind != "safe")
    assert text_after(outcome, file).decode() == case.after.decode()


@each_case
def test_safe_fixes_leave_alone_what_is_unsafe(case: Case, tmp_path: Path) -> None:
    file = project(case, tmp_path)
    if case.kind != "safe":
        assert text_after(fix(file, unsafe=False), file) == case.before


@each_case
def test_says_why_nothing_is_fixed(case: Case, tmp_path: Path) -> None:
    file = project(case, tmp_path)
    found = [d for d in fix(file, unsafe=True).result.diagnostics if d.name == case.rule]
    if case.kind == "none":
        assert found, "there is something to mend"
    said = [d.message for d in found if "(not fixed: " in d.message]
    assert any(case.reason in message for message in said) == bool(case.reason), said


@each_case
def test_what_is_fixed_is_reported_no_more(case: Case, tmp_path: Path) -> None:
    if case.kind == "none":
        return
    file = project(case, tmp_path)
    file.write_bytes(case.after)
    outcome = fix(file, unsafe=True)
    assert [d for d in outcome.result.diagnostics if d.name == case.rule and d.fix] == []
    assert outcome.files == []


@pytest.mark.parametrize(
    "rule", [r for r in RULES.rules if r.fix is not Fixable.NONE], ids=lambda rule: rule.name
)
def test_every_rule_with_a_fix_has_a_case_of_its_kind(rule: Rule) -> None:
    kinds = {case.kind for case in ALL if case.rule == rule.name}
    assert rule.fix.value in kinds


@pytest.mark.parametrize(
    "rule", [r for r in RULES.rules if r.fix is Fixable.NONE], ids=lambda rule: rule.name
)
def test_rules_without_a_fix_say_so(rule: Rule) -> None:
    assert type(rule).repair is Rule.repair
    assert {api.fix for api in rule.apis.values()} <= {Fixable.NONE}


def test_applicability_has_a_word_for_each_kind_of_fix() -> None:
    kinds = {kind.value for kind in Fixable} - {"none"}
    assert kinds <= {applicability.value for applicability in Applicability}
