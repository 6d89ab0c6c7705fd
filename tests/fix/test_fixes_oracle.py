"""The fixes against the real SDK: its sandbox, and its replayer.

Before and after of every case of ``tests.fix_cases`` are run twice: left alone, and with a message
for each of the workflow's handlers. ``with_stand_ins`` makes a workflow of the before that could
be running somewhere, and its history is what the after must be able to go on with.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.documentation import sections
from tests.fix_cases import Case, cases
from tests.oracle.exceptions import (
    ENDED,
    NEEDS_TO_RUN,
    NEVER_WORKED,
    NOT_CAUGHT,
    NOT_NOTICED,
    OTHER_VALUES,
    SHOWN_BY_CHANCE,
    STILL_FAILS,
    UNSAFE_BECAUSE,
)
from tests.oracle.history import history_of
from tests.oracle.recorded import Run, asked, compared, in_sandbox, with_stand_ins
from tests.oracle.replay import replay_all, seed_of_replays
from tests.oracle.sandbox import Stage
from wflint.checking.registry import load_registry
from wflint.rule import Fixable

SAFE = list(cases("safe"))
UNSAFE = list(cases("unsafe"))
RULES = {rule.name: rule for rule in load_registry().rules}
NO_TRACE = (Stage.DEFINITION, Stage.IMPORT, Stage.RUNTIME)
"""Stages at which a workflow fails without leaving anything in its history."""
_HANDLER = re.compile(rb"\.(query|signal|update)\b")

each_safe = pytest.mark.parametrize("case", SAFE, ids=lambda case: case.id)
each_unsafe = pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.id)


@functools.cache
def sandboxed(source: bytes, messages: bool, seed: int) -> Run:
    """A run in the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        return in_sandbox(source, Path(folder), seed, messages)


@functools.cache
def reliable(source: bytes, messages: bool, seed: int) -> Run:
    """A run of code that is not deterministic, which gives the same every time."""
    with tempfile.TemporaryDirectory() as folder:
        return with_stand_ins(source, Path(folder), seed, messages)


def replayed(run: Run, source: bytes) -> str:
    """Return the replayer's complaint about the source, given the history of a run; or ``""``."""
    history = history_of(run)
    if not history:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        return replay_all(source, Path(folder), lambda _: history)


def ways(case: Case) -> tuple[bool, ...]:
    """Return the ways to run the case: alone, and with messages if there is anybody to get them."""
    return (False, True) if _HANDLER.search(case.before) else (False,)


def pairs(case: Case, seed: int = 0) -> Iterator[tuple[Run, Run]]:
    """Yield what is compared: the before with stand-ins, and the after in the sandbox."""
    seed = seed or seed_of_replays()
    for library in NEEDS_TO_RUN.get(case.id, ()):
        pytest.importorskip(library)
    for messages in ways(case):
        before = reliable(case.before, messages, seed)
        after = sandboxed(case.after, messages, seed)
        assert "ModuleNotFoundError" not in before.detail, "add the case to NEEDS_TO_RUN"
        yield before, after


# Safe fixes.


@each_safe
def test_after_never_fails(case: Case) -> None:
    for before, after in pairs(case):
        assert after.stage is Stage.OK, after.detail
        # A coroutine that nobody awaited before may still be there.
        assert "UserWarning" not in str(after.warnings)
        assert len(after.warnings) <= len(before.warnings), after.warnings


def passes_unnoticed(case: Case) -> bool:
    """True if the SDK has no objection to the code before the fix."""
    runs = (sandboxed(case.before, messages, seed_of_replays()) for messages in ways(case))
    return not any(run.misbehaves for run in runs)


@each_safe
def test_before_fails_or_is_known_to_pass_unnoticed(case: Case) -> None:
    list(pairs(case))
    assert not passes_unnoticed(case) or case.rule in {**NOT_CAUGHT, **NOT_NOTICED}


def still_open(run: Run) -> Run:
    """A run without the task that has made the workflow fail: its history is closed."""
    return dataclasses.replace(run, tasks=run.tasks[:-1]) if run.stage is Stage.FAILED else run


@each_safe
def test_safe_fixes_ask_for_the_same(case: Case) -> None:
    for before, after in pairs(case):
        if before.stage is Stage.FAILED:
            assert case.rule in ENDED, before.detail
            begun = compared(still_open(before))
            assert compared(after)[: len(begun)] == begun
        elif before.stage in NO_TRACE:
            assert case.rule in NEVER_WORKED, before.detail
            assert compared(after)[: len(before.commands)] == compared(before)
        else:
            assert before.stage is Stage.OK, before.detail
            assert compared(after) == compared(before)


@each_safe
def test_safe_fixes_give_the_same_values(case: Case) -> None:
    open_ones = [(still_open(before), after) for before, after in pairs(case)]
    differ = [asked(a)[: len(b.commands)] != asked(b) for b, a in open_ones]
    assert any(differ) == (case.id in OTHER_VALUES), [(asked(b), asked(a)) for b, a in pairs(case)]


@each_safe
def test_safe_fixes_replay_what_the_before_has_left(case: Case) -> None:
    for before, _ in pairs(case):
        assert replayed(still_open(before), case.after) == ""


# Unsafe fixes.


def is_shown_to_be_unsafe(case: Case) -> bool:
    """True if a workflow asks for something else, gives something else, or cannot go on."""
    # What is drawn at random may be the same by chance, but not for each seed.
    seen = (pair for seed in (0, 1, 2) for pair in pairs(case, seed))
    if any((b.stage, asked(b)) != (a.stage, asked(a)) for b, a in seen):
        return True
    return any(replayed(before, case.after) for before, _ in pairs(case))


def is_not_shown(case: Case) -> bool:
    """True if none of that can be seen, as far as the case can be run."""
    return not NEEDS_TO_RUN.keys() & {case.id} and not is_shown_to_be_unsafe(case)


@each_unsafe
def test_unsafe_fixes_change_what_happens_or_say_why(case: Case) -> None:
    if not is_shown_to_be_unsafe(case):
        assert case.rule in UNSAFE_BECAUSE, "why is the fix not safe?"


@each_unsafe
def test_unsafe_fixes_leave_code_that_runs(case: Case) -> None:
    fails = [after.detail for _, after in pairs(case) if after.stage is not Stage.OK]
    assert bool(fails) == (case.id in STILL_FAILS), fails


@pytest.mark.parametrize("rule", sorted(UNSAFE_BECAUSE))
def test_reasons_are_in_the_documentation(rule: str) -> None:
    text = " ".join(sections(RULES[rule])["Fix safety"].split())
    assert UNSAFE_BECAUSE[rule] in text or rule not in {case.rule for case in UNSAFE}


# The lists of exceptions.


def needing(rule: str, all_cases: list[Case], needs: Callable[[Case], bool]) -> bool:
    """True if a case of a rule needs the rule's entry; true as well if it has no cases yet."""
    own = [case for case in all_cases if case.rule == rule]
    return not own or any(map(needs, own))


def never_worked(case: Case) -> bool:
    return any(before.stage in NO_TRACE for before, _ in pairs(case))


@pytest.mark.parametrize("rule", sorted(NOT_NOTICED))
def test_what_is_not_noticed_is_not_stale(rule: str) -> None:
    assert needing(rule, SAFE, passes_unnoticed)


@pytest.mark.parametrize("rule", sorted(NEVER_WORKED))
def test_what_never_worked_is_not_stale(rule: str) -> None:
    assert needing(rule, SAFE, never_worked)


@pytest.mark.parametrize("rule", sorted(ENDED))
def test_what_has_ended_is_not_stale(rule: str) -> None:
    assert needing(rule, SAFE, lambda case: any(b.stage is Stage.FAILED for b, _ in pairs(case)))


@pytest.mark.parametrize("rule", sorted(UNSAFE_BECAUSE.keys() - SHOWN_BY_CHANCE))
def test_reasons_of_unsafe_fixes_are_not_stale(rule: str) -> None:
    assert needing(rule, UNSAFE, is_not_shown), "the SDK shows all cases to be unsafe"


@pytest.mark.parametrize("id", sorted({*NEEDS_TO_RUN, *OTHER_VALUES, *STILL_FAILS}))
def test_cases_with_an_entry_exist(id: str) -> None:
    named = [case for case in cases() if case.id == id]
    others = [case for case in cases() if case.id.partition("/")[0] == id.partition("/")[0]]
    assert named or not others
    for case, library in product(named, NEEDS_TO_RUN.get(id, ())):
        assert re.search(rf"^ *(import|from) {library}\b", case.before.decode(), re.MULTILINE)


def test_lists_name_rules_that_have_a_fix() -> None:
    rules = [*NOT_NOTICED, *NEVER_WORKED, *UNSAFE_BECAUSE]
    assert [rule for rule in rules if RULES[rule].fix is Fixable.NONE] == []
