"""Each fix makes of the code what the pairs below ``tests/fixtures/fixes`` say."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from tests.fix_cases import Case, cases, fix, project, text_after
from wflint.checking.registry import load_registry
from wflint.diagnostics import Applicability
from wflint.fix.apply.rounds import Outcome
from wflint.rule import Fixable, Rule

ALL = list(cases())
RULES = load_registry()


class Mended:
    """The project of a case, and what comes of fixing it, which is found out once."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.file = project(case, folder)

    @cached_property
    def as_meant(self) -> Outcome:
        """With the fixes that the case is about."""
        return fix(self.file, unsafe=self.case.kind != "safe")


@pytest.fixture(scope="module", params=ALL, ids=lambda case: case.id)
def mended(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mended:
    """One case after the other: all tests of a case come at once."""
    return Mended(request.param, tmp_path_factory.mktemp("case"))


def test_fix_gives_what_the_fixture_says(mended: Mended) -> None:
    case = mended.case
    assert text_after(mended.as_meant, mended.file).decode() == case.after.decode()


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id, marks=[pytest.mark.exhaustive] if number % 3 else [])
        for number, case in enumerate(case for case in ALL if case.kind != "safe")
    ],
)
def test_safe_fixes_leave_alone_what_is_unsafe(case: Case, tmp_path: Path) -> None:
    file = project(case, tmp_path)
    assert text_after(fix(file, unsafe=False), file) == case.before


def test_says_why_nothing_is_fixed(mended: Mended) -> None:
    case = mended.case
    found = [d for d in mended.as_meant.result.diagnostics if d.name == case.rule]
    if case.kind == "none":
        assert found, "there is something to mend"
    said = [d.message for d in found if "(not fixed: " in d.message]
    assert any(case.reason in message for message in said) == bool(case.reason), said


def test_what_is_fixed_is_reported_no_more(mended: Mended, tmp_path: Path) -> None:
    case = mended.case
    if case.kind == "none":
        return
    outcome = fix(project(replace(case, before=case.after), tmp_path), unsafe=True)
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
