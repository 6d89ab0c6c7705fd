"""A fault of wflint costs what it happened in, is told there, and nothing else is lost."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libcst
import pytest

from tests.command_line import enter_project, invoke
from tests.planted import plant
from wflint.callgraph.builder import CallGraphBuilder
from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.checking.imports import ImportTime
from wflint.checking.readings import visitors, visitors_for
from wflint.checking.registry import load_registry
from wflint.diagnostics import Applicability, Diagnostic
from wflint.facts.bodies import BodyReader
from wflint.facts.modules import ModuleReader
from wflint.inference.attributes import Members
from wflint.project import trees
from wflint.project.module import Module
from wflint.project.module_reading import ReadBodies
from wflint.project.store import Store
from wflint.run.check import check
from wflint.run.emit import Emitter
from wflint.run.request import Request, Result
from wflint.severity.follow import Follow
from wflint.syntax.light import module as light
from wflint.syntax.light.tree import LightTree, Unsure
from wflint.syntax.single_expressions import read_expression
from wflint.system import interrupts

FLOW = """\
import time

from temporalio import workflow

from helpers import Clock, first, second


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> float:
        return first() + second() + Clock().read()
"""
HELPERS = """\
import time


def first() -> float:
    return time.time()


def second() -> float:
    return time.monotonic()


class Clock:
    def read(self) -> float:
        return time.time()
"""
OTHER = """\
import time

from temporalio import workflow


@workflow.defn
class OtherWorkflow:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""
ALL = {
    ("helpers.py", 5, "WFL101"),
    ("helpers.py", 9, "WFL102"),
    ("helpers.py", 14, "WFL101"),
    ("other.py", 10, "WFL101"),
}
Patch = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which wflint may fail, with two workflows."""
    enter_project(tmp_path, monkeypatch)
    for name, text in (("flow", FLOW), ("helpers", HELPERS), ("other", OTHER)):
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.delenv("WFLINT_DEBUG")
    return tmp_path


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Patch:
    """Let a function fail whenever ``when`` holds of what it is given."""

    def fail(owner: Any, name: str, when: Callable[..., bool], error: Exception) -> None:
        original = getattr(owner, name)

        def failing(*given: Any, **named: Any) -> Any:
            if when(*given):
                raise error
            return original(*given, **named)

        monkeypatch.setattr(owner, name, failing)

    return fail


def places(diagnostics: list[Diagnostic]) -> set[tuple[str, int, str]]:
    return {(d.filename, d.location.row, d.code) for d in diagnostics}


def about(name: str) -> Callable[..., bool]:
    """True of arguments in which a function of the project with this name occurs."""
    return lambda *given: any(
        name in (str(getattr(one, "qualname", "")), *_qualnames(one)) for one in given
    )


def _qualnames(one: object) -> list[str]:
    fn = getattr(one, "fn", None)
    return [fn.qualname] if fn is not None else []


FAULTS: dict[str, tuple[Any, str, Callable[..., bool], set[tuple[str, int, str]]]] = {
    # where it fails, when, and what that costs
    "following calls": (
        CallGraphBuilder,
        "_call",
        about("first"),
        {("helpers.py", 5, "WFL101")},
    ),
    "reading a body": (
        BodyReader,
        "read_function",
        lambda reader, node, head: head.qualname == "first",
        {("helpers.py", 5, "WFL101")},
    ),
    "resolving a class": (
        Members,
        "attribute",
        lambda members, entity, name, *_: name == "read",
        {("helpers.py", 14, "WFL101")},
    ),
}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        *((kind, IndexError("x")) for kind in FAULTS),
        ("following calls", RecursionError()),
        ("following calls", MemoryError()),
    ],
    ids=repr,
)
def test_everything_else_is_checked(
    project: Path, fail: Patch, kind: str, error: Exception
) -> None:
    assert places(check(Request()).diagnostics) == ALL
    owner, name, when, lost = FAULTS[kind]
    fail(owner, name, when, error)
    result = check(Request())
    found = places(result.diagnostics)
    told = {place for place in found if place[2] == "WFL006"}
    assert len(told) == 1
    assert found - told == ALL - lost
    assert result.problems == []
    assert check(Request()).diagnostics == result.diagnostics


class Panic(BaseException):
    """The form in which a panic of LibCST's parser, which is written in Rust, arrives."""


def parser_raises(error: BaseException, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let LibCST's parser fail on each text that matches ``at``; all is left to it."""
    for name in ("parse_module", "parse_expression", "parse_statement"):
        parse = getattr(libcst, name)

        def parsed(text: str, *rest: Any, parse: Callable[..., Any] = parse) -> Any:
            if re.search(at, text):
                raise error
            return parse(text, *rest)

        monkeypatch.setattr(libcst, name, parsed)
    monkeypatch.setattr(light, "_made", _unsure)
    read_expression.cache_clear()


def _unsure(text: str, mode: str) -> LightTree:
    raise Unsure


PANICS = {
    # what is added to the helpers, at what the parser fails, and where that is told
    "in a function": ("", "def first", {("helpers.py", 4, "WFL001")}),
    "in a method": ("", "def read", {("helpers.py", 13, "WFL001")}),
    "in a decorator": ("@made(1)\ndef third(): pass\n", "made", set()),
    "in a base class": ("class Third(made(1)): pass\n", "made", set()),
    "in a value": ("THIRD = made(1)\n", r"made\(", set()),
    "in an annotation": ("def third(x: list[int]): pass\n", r"\Alist\[int\]\Z", set()),
    "in a quoted annotation": ("def third(x: 'list[int]'): pass\n", r"\Alist\[int\]\Z", set()),
    "in all that is not a function": (
        "THIRD = first\nTHIRD = time.time() if THIRD else 0\n",
        r"time\.time\(\) if",
        {("helpers.py", 1, "WFL001")},
    ),
}


@pytest.mark.parametrize("place", PANICS)
def test_a_panic_of_the_parser_costs_what_it_happened_in(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    added, at, told = PANICS[place]
    (project / "helpers.py").write_text(f"{HELPERS}\n\n{added}")
    calls = added.startswith("def third")
    if calls:
        flow = FLOW.replace("import Clock", "import third, Clock").replace(
            "return", "return third() or"
        )
        (project / "flow.py").write_text(flow)
    parser_raises(Panic("index out of bounds"), at, monkeypatch)
    result = check(Request())
    found = places(result.diagnostics)
    assert {one for one in found if one[2] in ("WFL001", "WFL006")} == told
    lost = {("helpers.py", row + 1, "WFL101") for _, row, _ in told}
    assert found - told == ALL - lost
    assert result.problems == []
    assert invoke("check").exit_code == 1


def test_code_that_python_reads_and_libcst_refuses_is_checked(project: Path) -> None:
    """There is no fix, which is written with LibCST's own trees."""
    (project / "helpers.py").write_text(HELPERS.replace("return time", "(now): float = time"))
    result = check(Request())
    found = [one for one in result.diagnostics if one.filename.endswith("helpers.py")]
    assert places(found) == {one for one in ALL if one[0] == "helpers.py"}
    assert [one.fix for one in found] == [None] * 3
    assert result.problems == []


def test_a_panic_of_the_parser_in_a_syntax_that_only_it_knows(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "helpers.py").write_text(f"{HELPERS}\n\nlazy(import)\n")
    parser_raises(Panic("index out of bounds"), r"lazy\(import\)", monkeypatch)
    found = places(check(Request()).diagnostics)
    assert {(name, code) for name, _, code in found} == {
        ("helpers.py", "WFL001"), ("other.py", "WFL101"),
    }  # fmt: skip


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_what_ends_the_process_passes_the_parser(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    parser_raises(error, "def first", monkeypatch)
    with pytest.raises(type(error)):
        check(Request())


def test_a_panic_that_an_interrupt_has_made_is_an_interrupt(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupts, "_seen", [2])
    parser_raises(Panic("called `Result::unwrap()` on an `Err` value"), "def first", monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        check(Request())


def test_where_the_stack_ends_in_the_midst_of_a_question_the_asker_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would depend on who asks first what is known of a function."""
    find = Store._find_bodies
    failures = iter([RecursionError()])

    def once(self: Store, module: Module, qualname: str, question: str) -> ReadBodies:
        if qualname == "first":
            for error in failures:
                raise error
        return find(self, module, qualname, question)

    monkeypatch.setattr(Store, "_find_bodies", once)
    other = OTHER.replace("return", "from helpers import first\n        return first() or")
    (project / "other.py").write_text(other)
    found = places(check(Request()).diagnostics)
    assert ("helpers.py", 5, "WFL101") in found
    assert {place for place in found if place[2] == "WFL006"} == {("flow.py", 11, "WFL006")}


def test_it_is_one_line_that_says_what_failed_and_asks_for_a_report(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, "first")
    monkeypatch.setenv("WFLINT_OUTPUT_FORMAT", "concise")
    result = invoke("check")
    (line,) = [line for line in result.stdout.splitlines() if "WFL006" in line]
    assert line.startswith(
        "helpers.py:4:5: WFL006 analysis-failed error wflint failed on this function: IndexError"
    )
    assert "; what it calls is not checked; please report it at https://" in line
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_rule_that_fails_costs_that_rule_on_that_function(project: Path, fail: Patch) -> None:
    rule = type(load_registry().by_code["WFL101"])
    fail(rule, "judge", lambda _, view, *__: view.function.qualname == "first", KeyError("x"))
    result = check(Request())
    assert places(result.diagnostics) == ALL - {("helpers.py", 5, "WFL101")} | {
        ("helpers.py", 4, "WFL006")
    }
    (told,) = [d for d in result.diagnostics if d.code == "WFL006"]
    assert "for WFL101: KeyError" in told.message and "WFL101 is not checked here" in told.message


def test_a_visitor_that_fails_costs_its_rule_and_is_asked_again_by_the_next_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HELPERS.replace("return time.time()", "return [x for x in {1.5, time.time()}][0]", 1)
    (project / "helpers.py").write_text(text)
    whole = check(Request(cache=True)).diagnostics
    with monkeypatch.context() as patched:
        _forget_visitors()
        rule = type(load_registry().by_code["WFL121"])
        for visit in (name for name in dir(rule) if name.startswith("visit_")):
            patched.setattr(rule, visit, _raise)
        (project / "helpers.py").write_text(text + "\n")
        found = places(check(Request(cache=True)).diagnostics)
    _forget_visitors()
    assert ("helpers.py", 4, "WFL006") in found
    assert found >= {place for place in places(whole) if place[2] != "WFL121"}
    assert places(check(Request(cache=True)).diagnostics) == places(whole)


def _forget_visitors() -> None:
    visitors.cache_clear()
    visitors_for.cache_clear()


def _raise(*_: object) -> None:
    raise ZeroDivisionError


def test_a_module_that_cannot_be_read_is_named_at_its_first_line(
    project: Path, fail: Patch
) -> None:
    fail(ModuleReader, "read", lambda reader, *_: reader.facts.name == "helpers", ValueError())
    found = places(check(Request()).diagnostics)
    assert found == {("helpers.py", 1, "WFL006"), ("other.py", 10, "WFL101")}


def test_entry_points_that_cannot_be_found_are_told_at_the_module(
    project: Path, fail: Patch
) -> None:
    fail(EntryPoints, "find", lambda _, module: module.path.endswith("flow.py"), ValueError())
    found = places(check(Request()).diagnostics)
    assert found == {("flow.py", 1, "WFL006"), ("other.py", 10, "WFL101")}


def test_a_diagnostic_that_cannot_be_made_is_told_at_its_function(
    project: Path, fail: Patch
) -> None:
    fail(Emitter, "_chain", lambda _, hit, *__: hit.fn.qualname == "first", ValueError())
    found = places(check(Request()).diagnostics)
    # Not even the place of the report can be told by the same means.
    assert found == ALL - {("helpers.py", 5, "WFL101")} | {("helpers.py", 1, "WFL006")}


def test_a_value_that_cannot_be_weighed_is_an_error(project: Path, fail: Patch) -> None:
    fail(Follow, "run", lambda _, hit: hit.fn.qualname == "first", ValueError())
    result = check(Request())
    assert places(result.diagnostics) == ALL | {("helpers.py", 4, "WFL006")}


def test_positions_that_cannot_be_told(project: Path, fail: Patch) -> None:
    fail(trees, "locate", lambda reader, _: reader.module.name == "helpers", ValueError())
    result = check(Request())
    assert ("other.py", 10, "WFL101") in places(result.diagnostics)
    assert {d.location.row for d in result.diagnostics if d.code == "WFL006"} == {4, 8, 13}


def test_what_belongs_to_no_file_is_a_problem(project: Path, fail: Patch) -> None:
    fail(ImportTime, "check", lambda _: True, ValueError())
    result = check(Request())
    assert places(result.diagnostics) == ALL
    (problem,) = result.problems
    assert problem.startswith("wflint failed on a part of the analysis: ValueError")


def test_a_fault_can_be_hidden_by_its_code_and_never_silently(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, "first")
    result = invoke("check", "--ignore", "WFL006")
    assert "WFL006" not in result.stdout
    assert "wflint failed on a part of the code; WFL006 says where" in result.stderr


def test_no_fix_is_safe_where_something_was_not_seen(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def safe(result: Result) -> set[Applicability]:
        return {d.fix.applicability for d in result.diagnostics if d.fix is not None}

    assert Applicability.SAFE in safe(check(Request()))
    plant(monkeypatch, "second")
    assert safe(check(Request())) == {Applicability.UNSAFE}


def test_a_comment_is_not_called_unused_where_something_was_not_seen(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HELPERS.replace(
        "time.time()\n\n\ndef", "time.time()  # wflint: ignore[WFL101] ok\n\n\ndef"
    )
    (project / "helpers.py").write_text(text)
    plant(monkeypatch, "first")
    assert "WFL002" not in {d.code for d in check(Request()).diagnostics}


def test_faults_are_not_kept_for_the_next_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    with monkeypatch.context() as patched:
        plant(patched, "first")
        assert "WFL006" in {d.code for d in check(Request(cache=True)).diagnostics}
    assert places(check(Request(cache=True)).diagnostics) == ALL


def test_what_was_read_is_kept_when_the_run_is_interrupted(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(Emitter, "diagnostics", interrupt)
        check(Request(cache=True))
    monkeypatch.setattr(ModuleReader, "read", _raise)
    monkeypatch.setattr(Store, "_find_bodies", _raise)
    assert ALL.isdisjoint(places(check(Request()).diagnostics))
    assert places(check(Request(cache=True)).diagnostics) >= ALL


def test_the_graph_is_drawn_all_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "first")
    result = invoke("graph", "OrderWorkflow.run")
    assert result.exit_code == 0
    assert "WFL006" in result.stdout and "second (helpers.py:8)" in result.stdout


def test_tracebacks_can_be_asked_for(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(monkeypatch, "first")
    monkeypatch.setenv("WFLINT_DEBUG", "1")
    assert "WFL006" in {d.code for d in check(Request()).diagnostics}
    assert "IndexError: list index out of range" in capsys.readouterr().err
    monkeypatch.setenv("WFLINT_DEBUG", "raise")
    with pytest.raises(IndexError):
        check(Request())
