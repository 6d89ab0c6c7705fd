"""Properties of the fixes of any module: made-up workflows, and any code around a workflow."""

from __future__ import annotations

import ast
import os
import subprocess
import symtable
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import hypothesmith
import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.fix_programs import WRITTEN, program
from tests.mending import CLOCK, make_project, mend_in_memory, put
from wflint.checking.registry import Registry, load_registry
from wflint.diagnostics import Diagnostic
from wflint.files.source import BOM, decode
from wflint.fix.apply import rounds
from wflint.fix.apply.rounds import Mended, Outcome
from wflint.run.check import check
from wflint.run.request import Request

FEW, MANY = 4, 40
of_programs = pytest.mark.parametrize(
    "seed",
    [
        pytest.param(seed, marks=[pytest.mark.exhaustive] if seed >= FEW else [])
        for seed in range(MANY)
    ],
)
"""Made-up programs, by the seeds of :func:`tests.fix_programs.program`."""


def program_of(seed: int) -> bytes:
    return program(Random(seed))


@cache
def fixed(data: bytes, unsafe: bool = True) -> tuple[Outcome, bytes]:
    """Return the outcome of fixing a module, and its bytes afterwards; each is fixed once."""
    return fixed_anew(data, unsafe)


def fixed_anew(data: bytes, unsafe: bool = True) -> tuple[Outcome, bytes]:
    """Return the same, whatever is known of the module."""
    with TemporaryDirectory() as folder:
        file = put(make_project(Path(folder)), data)
        outcome = mend_in_memory(file.parent, unsafe=unsafe)
        assert outcome.result.problems == []
        return outcome, next((f.after for f in outcome.files), data)


def test_programs_have_something_to_fix() -> None:
    outcomes = [fixed(program_of(seed))[0] for seed in range(FEW)]
    assert sum(len(outcome.fixed) for outcome in outcomes) > FEW


@of_programs
def test_the_result_is_python_and_a_second_run_changes_nothing(seed: int) -> None:
    unsafe = seed % 2 == 0
    outcome, after = fixed(program_of(seed), unsafe)
    compile(after, "flow.py", "exec")
    assert outcome.result.warnings == []
    again, same = fixed(after, unsafe)
    assert (again.files, same) == ([], after)


@of_programs
def test_the_result_can_be_imported(seed: int) -> None:
    _, after = fixed(program_of(seed))
    exec(compile(after, "flow.py", "exec"), {"__name__": "flow"})


@of_programs
def test_names_that_fixes_write_are_imports_of_the_module(seed: int) -> None:
    _, after = fixed(program_of(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(decode(after).text, "flow.py", "exec")
    for table in tables_below(top):
        for symbol in table.get_symbols():
            if symbol.get_name() in WRITTEN and symbol.is_referenced():
                assert symbol.is_global(), f"{symbol.get_name()} is hidden in {table.get_name()}"
                assert top.lookup(symbol.get_name()).is_imported()


def tables_below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The scopes of the functions in a module."""
    for child in table.get_children():
        if child.get_type() == "function":
            yield child
        yield from tables_below(child)


@of_programs
def test_nothing_changes_but_what_the_edits_say(seed: int) -> None:
    """One round, without the imports that are taken out at the end."""
    data = program_of(seed)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(rounds.Rounds, "most", 1)
        patch.setattr(rounds, "without_unused", lambda _, after, *__: after)
        file = put(make_project(Path(folder)), data)
        found = check(Request(paths=(folder,), jobs=1)).diagnostics
        for changed in mend_in_memory(file.parent, unsafe=True).files:
            assert changed.after == edited(data, changed, found)


def edited(data: bytes, changed: Mended, found: list[Diagnostic]) -> bytes:
    """The bytes of a file with the edits of all that was fixed in it, line by line."""
    assert set(changed.fixed) <= set(found)
    edits = {
        edit for diagnostic in changed.fixed if diagnostic.fix for edit in diagnostic.fix.edits
    }
    body = data.removeprefix(BOM)
    lines = body.decode().replace("\r\n", "\0").replace("\r", "\1").replace("\n", "\2")
    ends = {"\0": "\r\n", "\1": "\r", "\2": "\n"}
    rows: list[str] = [""]
    for sign in lines:
        rows[-1] += ends.get(sign, sign)
        if sign in ends:
            rows.append("")
    starts = [sum(map(len, rows[:row])) for row in range(len(rows))]
    text = "".join(rows)
    places = [
        (
            starts[edit.location.row - 1] + edit.location.column - 1,
            starts[edit.end_location.row - 1] + edit.end_location.column - 1,
            edit.content,
        )
        for edit in edits
    ]
    for start, end, content in sorted(places, reverse=True):
        text = text[:start] + content + text[end:]
    return data[: len(data) - len(body)] + text.encode()


@of_programs
def test_unsafe_fixes_come_on_top_of_the_safe_ones(seed: int) -> None:
    data = program_of(seed)
    safe, _ = fixed(data, unsafe=False)
    both, _ = fixed(data, unsafe=True)
    assert Counter(codes(safe.fixed)) <= Counter(codes(both.fixed))
    left = [d for d in both.result.diagnostics if d.fix and d.fix.applicability != "display"]
    assert left == []


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    """The codes of some diagnostics."""
    return [diagnostic.code for diagnostic in diagnostics]


@of_programs
def test_the_order_of_rules_does_not_matter(seed: int) -> None:
    data, rules = program_of(seed), list(load_registry().rules)
    Random(seed).shuffle(rules)
    outcome, after = fixed(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wflint.run.program_settings.load_registry", lambda _: Registry(tuple(rules)))
        shuffled, same = fixed_anew(data)
    assert (same, codes(shuffled.fixed)) == (after, codes(outcome.fixed))


@of_programs
def test_the_order_of_files_does_not_matter(seed: int) -> None:
    with TemporaryDirectory() as folder:
        root = make_project(Path(folder))
        files = [put(root, program_of(seed + n), f"flow_{n}.py") for n in range(2)]
        whole = mend_in_memory(root, unsafe=True)
        Random(seed).shuffle(files)
        assert mend_in_memory(root, *files, unsafe=True).files == whole.files
        alone = [mend_in_memory(root, file, unsafe=True).files for file in sorted(files)]
        assert [changed for found in alone for changed in found] == whole.files


def test_neither_hash_seed_nor_number_of_processes_changes_a_byte(tmp_path: Path) -> None:
    make_project(tmp_path)
    for seed in range(8):
        put(tmp_path, program_of(seed), f"flow_{seed}.py")

    def diff(seed: str, jobs: str) -> bytes:
        command = [sys.executable, "-m", "wflint", "check", "--diff", "--unsafe-fixes", "-j", jobs]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True)
        assert done.returncode == 1, done.stderr.decode()
        return done.stdout

    first = diff("1", "1")
    assert first.count(b"\n--- ") > 3
    assert diff("2", "1") == first
    assert diff("3", "2") == first


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # of code that is made up
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(hypothesmith.from_node())
def test_any_code_may_stand_around_a_workflow(around: str) -> None:
    data = f"{around}\n{CLOCK}{around}".encode()
    try:
        ast.parse(data)
    except (SyntaxError, ValueError):
        assume(False)
    outcome, after = fixed(data)
    compile(after, "flow.py", "exec", ast.PyCF_ONLY_AST)
    assert b"workflow.time()" in after or outcome.result.diagnostics
    assert fixed(after)[1] == after
