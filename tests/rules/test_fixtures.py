"""Every fixture is checked, and says exactly what it expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness, planted
from tests.harness import Finding, Fixture, differences, expectations
from wflint.checking.registry import load_registry
from wflint.diagnostics import Severity

RULES = load_registry().by_name
ALL = [*harness.rule_fixtures(), *harness.project_fixtures()]


def _by_id(fixture: Fixture) -> str:
    return fixture.id


@pytest.mark.parametrize("fixture", ALL, ids=_by_id)
def test_reports_exactly_what_is_expected(
    fixture: Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fixture.rule == planted.RULE:
        planted.plant(monkeypatch)
    root = harness.copy_to(fixture, tmp_path)
    rule = RULES.get(fixture.rule)
    opt_in = [rule.code] if rule and rule.severity is Severity.INFO else []
    result = harness.run(root, extend_select=opt_in)
    problems = differences(harness.expected(root), harness.found(result.diagnostics, root))
    if problems:
        pytest.fail(harness.explain(problems, root), pytrace=False)


@pytest.mark.parametrize("fixture", ALL, ids=_by_id)
def test_expects_codes_that_exist(fixture: Fixture) -> None:
    known = {rule.code for rule in RULES.values()}
    assert {finding.code for finding in harness.expected(fixture.path)} <= known


@pytest.mark.parametrize("fixture", list(harness.rule_fixtures()), ids=_by_id)
def test_is_named_for_what_it_holds(fixture: Fixture) -> None:
    codes = {f.code for f in expectations(fixture.path.read_bytes(), fixture.path.name)}
    assert fixture.rule in RULES
    if fixture.path.stem.startswith("clean"):
        assert not codes, "a clean file expects nothing"
    else:
        assert RULES[fixture.rule].code in codes, "a flagged file expects its rule"


@pytest.mark.parametrize("name", [rule.name for rule in load_registry().rules])
def test_every_rule_has_a_flagged_and_a_clean_fixture(name: str) -> None:
    stems = {f.path.stem.partition("_")[0] for f in harness.rule_fixtures() if f.rule == name}
    assert stems == {"flagged", "clean"}


def test_counts_the_other_entry_points(tmp_path: Path) -> None:
    fixture = Fixture("reach/shared_helper", harness.FIXTURES / "reach" / "shared_helper")
    result = harness.run(harness.copy_to(fixture, tmp_path))
    assert [d.other_entries for d in result.diagnostics] == [2]


# The harness itself.

WANTED = Finding("a.py", 3, "WFL101", chain="W.run → stamp")


def test_harness_accepts_what_is_expected() -> None:
    assert differences([WANTED], [WANTED]) == []


def test_harness_does_not_compare_chains_that_do_not_matter() -> None:
    assert differences([Finding("a.py", 3, "WFL101")], [WANTED]) == []


def test_harness_fails_on_a_missing_diagnostic() -> None:
    assert differences([WANTED], []) == ["a.py:3: WFL101 missing"]


def test_harness_fails_on_a_second_missing_diagnostic_of_one_line() -> None:
    assert differences([WANTED, WANTED], [WANTED]) == ["a.py:3: WFL101 missing"]


def test_harness_fails_on_a_surplus_diagnostic() -> None:
    surplus = Finding("a.py", 9, "WFL113", "W.run", "`uuid4()` is random")
    assert differences([WANTED], [WANTED, surplus]) == [
        "a.py:9: WFL113 surplus: `uuid4()` is random [W.run]"
    ]


def test_harness_fails_on_another_code_in_the_same_line() -> None:
    other = Finding("a.py", 3, "WFL102", "W.run → stamp")
    assert len(differences([WANTED], [other])) == 2


def test_harness_fails_on_another_chain() -> None:
    (problem,) = differences([WANTED], [Finding("a.py", 3, "WFL101", "V.run → stamp")])
    assert "expected W.run → stamp" in problem
    assert "got      V.run → stamp" in problem


def test_harness_fails_on_another_severity() -> None:
    warning, error = (Finding("a.py", 3, "WFL101", severity=s) for s in ("warning", "error"))
    assert differences([warning], [error]) == ["a.py:3: WFL101 is of severity error, not warning"]
    assert differences([Finding("a.py", 3, "WFL101")], [error]) == []


def test_harness_reads_comments_and_nothing_else() -> None:
    source = (
        b'text = "# expect: WFL101"\n'
        b"time.time()  # expect: WFL101, WFL113  # chain: W.run\n"
        b'"""\n# expect: WFL102\n"""\n'
        b"random()  # wflint: ignore[WFL101] reason # expect: WFL002\n"
        b"random()  # expect: WFL101 warning, WFL113  # chain: W.run\n"
    )
    assert list(expectations(source, "a.py")) == [
        Finding("a.py", 2, "WFL101", "W.run"),
        Finding("a.py", 2, "WFL113", "W.run"),
        Finding("a.py", 6, "WFL002"),
        Finding("a.py", 7, "WFL101", "W.run", severity="warning"),
        Finding("a.py", 7, "WFL113", "W.run"),
    ]


@pytest.mark.parametrize("comment", ["# expect WFL101", "# expect: wfl101", "# chain: W.run"])
def test_harness_refuses_a_comment_that_it_cannot_read(comment: str) -> None:
    with pytest.raises(harness.FixtureError):
        list(expectations(f"x = 1  {comment}\n".encode(), "a.py"))


def test_harness_reads_files_that_do_not_parse() -> None:
    assert list(expectations(b"def f(:  # expect: WFL001\n  '''\n", "a.py")) == [
        Finding("a.py", 1, "WFL001")
    ]


def test_harness_fails_on_a_fault_of_wflint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = Fixture("reach/shared_helper", harness.FIXTURES / "reach" / "shared_helper")
    planted.plant(monkeypatch, "run")
    root = harness.copy_to(fixture, tmp_path)
    found = harness.found(harness.run(root).diagnostics, root)
    assert any("WFL006 surplus" in line for line in differences(harness.expected(root), found))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("time.time()", id="surplus diagnostic"),
        pytest.param("workflow.time()  # expect: WFL101", id="missing diagnostic"),
    ],
)
def test_harness_compares_with_a_real_run(line: str, tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(
        "import time\nfrom temporalio import workflow\n\n\n@workflow.defn\nclass W:\n"
        f"    @workflow.run\n    async def run(self) -> float:\n        return {line}\n"
    )
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    found = harness.found(harness.run(root).diagnostics, root)
    assert len(differences(harness.expected(root), found)) == 1
