"""Command terms as a tree of steps that people read: for drawings, maps and lists of commands.

Of what a function does, a step is what somebody would tell who explains it: a command, a wait, a
branch, a loop, a way out. Local names that are given a value are no steps, but what a step gives is
noted with it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from wflint.callgraph.graph import DEFINITION
from wflint.facts.model import Site
from wflint.replay.marks import At
from wflint.replay.shown import shown
from wflint.replay.terms import (
    WHOLE,
    Add,
    Alt,
    Await,
    Call,
    Callee,
    Cancel,
    Command,
    Condition,
    Data,
    Deadline,
    Draw,
    Exit,
    Gather,
    Group,
    Let,
    Loop,
    Not,
    Patch,
    Put,
    Race,
    Seq,
    Spawn,
    Term,
    Text,
    Tick,
    Try,
    Unknown,
    Unresolved,
    Var,
    WaitFor,
    While,
    Within,
    parts_of,
)


class StepKind(str, enum.Enum):
    """The kinds of steps. Those of the second half hold others."""

    __hash__ = str.__hash__

    ACTIVITY = "activity"
    CALL = "call"  # of a function of the program
    CANCEL = "cancel"
    CHILD = "child"
    COMMAND = "command"  # one of another kind, as its text says
    CONDITION = "condition"
    CONTINUE = "continue-as-new"
    DRAW = "draw"
    LEAVE = "leave"  # return, break, continue
    PATCH = "patch"
    RAISE = "raise"
    SIGNAL = "signal"
    STATE = "state"  # an attribute of the workflow is set
    TIMER = "timer"
    UNKNOWN = "unknown"

    BRANCH = "branch"  # one way of a choice, with its condition, or one part of a `try`
    CHOICE = "choice"  # one of its branches; without the last one, perhaps none
    LOOP = "loop"
    PATCHED = "patched"  # a branch that a patch decides
    TASK = "task"  # runs beside what follows
    TOGETHER = "together"  # what is in it runs side by side
    TRY = "try"  # its first branch, and the others after errors and at the end
    WAIT = "wait"  # for what is in it, with an end in time or for the first


class Step(Struct, frozen=True):
    """Something that a function does, with what it holds.

    ``text`` is the step on one line without what it holds, and ``name`` that of what it is about:
    an activity, a patch. ``site`` is its place in the function, ``DEFINITION`` where it has none.
    ``gives`` is the local name, or the attribute, that gets its value. ``callee`` is the function
    that is called.
    """

    kind: StepKind
    text: str
    steps: tuple[Step, ...] = ()
    name: str = ""
    site: Site = DEFINITION
    gives: str = ""
    callee: Callee | None = None


def outline(term: Term) -> tuple[Step, ...]:
    """Return what a term does, one step after the other."""
    match term:
        case Seq(parts=parts):
            return _in_order(parts)
        case Let(name=name, of=of):
            return _given(outline(of), "" if name.startswith(WHOLE) else name)
        case Put(name=name, attribute=attribute, of=of):
            return _put(name, attribute, of, term.at)
        case Await(of=Call() as call):
            return _call(call)
        case Alt() | Loop() | While() | Try() | Group() | Deadline() | Within():
            return _held(term)
        case Gather() | Spawn() | Race() | WaitFor():
            return _beside(term)
        case Exit():
            return _exit(term)
        case _:
            return _plain(term)


def _all(terms: Iterable[Term]) -> tuple[Step, ...]:
    return tuple(step for term in terms for step in outline(term))


def _in_order(parts: Sequence[Term]) -> tuple[Step, ...]:
    """What a block does; a value without a name is called what it is, or what it is taken into."""
    found: list[Step] = []
    whole = ""
    for at, part in enumerate(parts):
        if _is_taken(part):
            continue  # is told with the whole
        steps = outline(part)
        if isinstance(part, Let) and part.name == WHOLE:
            whole = _condition(part.of)
            steps = _taken_apart(steps, whole, parts[at + 1 :])
        elif isinstance(part, Alt) and whole:
            steps = tuple(_called(step, whole) for step in steps)
        found += steps
    return tuple(found)


def _is_taken(term: Term) -> TypeGuard[Let | Put]:
    """True if something is given a part of a value that has no name, or all of it."""
    of: object = term.of if isinstance(term, (Let, Put)) else None
    if isinstance(of, Data) and len(of.parts) == 1:
        of = of.parts[0]
    return isinstance(of, Var) and of.name.startswith(WHOLE)


def _taken_apart(
    steps: tuple[Step, ...], whole: str, following: Iterable[Term]
) -> tuple[Step, ...]:
    """Note what gets the value of some steps; attributes that get one without steps are a step."""
    taken = [t for t in takewhile(_is_taken, following) if _is_taken(t) and not _is_hidden(t)]
    names = [f"{t.name}.{t.attribute}" if isinstance(t, Put) else t.name for t in taken]
    is_same = all(t.of == Var(WHOLE) and getattr(t, "part", -1) < 0 for t in taken)
    target = (" = " if is_same else ", ").join(names)
    puts = [each for each in taken if isinstance(each, Put)]
    if steps or not puts:
        return _given(steps, target)
    first = puts[0]
    return (
        Step(StepKind.STATE, f"{target} = {whole}", name=first.attribute, site=_site(first.at)),
    )


def _is_hidden(term: Let | Put) -> bool:
    return isinstance(term, Let) and term.name.startswith(WHOLE)


def _called(step: Step, whole: str) -> Step:
    inside = tuple(_called(each, whole) for each in step.steps)
    return replace(step, text=step.text.replace(WHOLE, whole), steps=inside)


def _given(steps: tuple[Step, ...], name: str) -> tuple[Step, ...]:
    """Note with the last step what its value is called."""
    if not steps or not name or steps[-1].kind is StepKind.STATE:
        return steps
    return (*steps[:-1], replace(steps[-1], gives=name))


def _put(name: str, attribute: str, of: Term, at: At) -> tuple[Step, ...]:
    steps, target = outline(of), f"{name}.{attribute}"
    if steps:
        return _given(steps, target)
    return (Step(StepKind.STATE, f"{target} = {shown(of)}", name=attribute, site=_site(at)),)


# Commands, and what else has nothing in it.

_KINDS = {
    "activity": StepKind.ACTIVITY,
    "local activity": StepKind.ACTIVITY,
    "child workflow": StepKind.CHILD,
    "timer": StepKind.TIMER,
    "signal": StepKind.SIGNAL,
}


def _plain(term: Term) -> tuple[Step, ...]:
    match term:
        case Command(kind=kind, name=name, at=at):
            before = _all(part for part in (term.name, term.ident) if part is not None)
            step_kind = _KINDS.get(kind, StepKind.COMMAND)
            return (*before, _step(step_kind, term, at, _name(name)))
        case Call():
            return _call(term)
        case Condition(test=test, at=at):
            return (*outline(test), _step(StepKind.CONDITION, term, at))
        case Patch(name=name, at=at):
            return (_step(StepKind.PATCH, term, at, _name(name)),)
        case Unresolved(code=code, at=at):
            return (*outline(code), _step(StepKind.UNKNOWN, term, at))
        case Unknown(at=at):
            return (_step(StepKind.UNKNOWN, term, at),)
        case Draw() | Tick():
            kind = StepKind.DRAW if isinstance(term, Draw) else StepKind.WAIT
            return (_step(kind, term, term.at),)
        case Cancel(at=at):
            return (_step(StepKind.CANCEL, term, at),)
        case Add(into=into, of=of):
            steps = outline(of)
            return _given(steps, shown(into)) if steps else ()
    return _all(parts_of(term))


def _step(kind: StepKind, term: Term, at: At, name: str = "") -> Step:
    return Step(kind, shown(term), name=name, site=_site(at))


def _site(at: At) -> Site:
    return at.site if at.site >= 0 else DEFINITION


def _name(term: Term | None) -> str:
    return term.text if isinstance(term, Text) else ""


def _call(call: Call) -> tuple[Step, ...]:
    before = _all(value for _, value in call.args)
    step = _step(StepKind.CALL, call, call.at, call.callee.name)
    return (*before, replace(step, text=f"{call.callee.name}()", callee=call.callee))


_EXITS = {"continue as new": StepKind.CONTINUE, "raise": StepKind.RAISE}


def _exit(term: Exit) -> tuple[Step, ...]:
    if term.kind == "skip":
        return ()
    before = outline(term.of)
    what = term.name if term.kind == "raise" else shown(term.of)
    text = term.kind if before or what in ("", "None") else f"{term.kind} {what}"
    kind = _EXITS.get(term.kind, StepKind.LEAVE)
    return (*before, Step(kind, text, name=term.kind, site=_site(term.at)))


# What holds other steps.


def _held(term: Term) -> tuple[Step, ...]:
    match term:
        case Alt():
            return _choice(term)
        case Loop(over=over, times=times, body=body, orelse=orelse):
            often = f"{times} times" if times >= 0 else f"for each of {_condition(over)}"
            inside = outline(body)
            loop = (Step(StepKind.LOOP, often, inside, site=_site(term.at)),) if inside else ()
            return (*outline(over), *loop, *outline(orelse))
        case While(test=test, body=body, orelse=orelse):
            inside = (*outline(test), *outline(body))
            text = f"while {_condition(test)}"
            return (Step(StepKind.LOOP, text, inside, site=_site(term.at)), *outline(orelse))
        case Try():
            return _try(term)
        case Group(body=body, at=at):
            return (Step(StepKind.TOGETHER, "task group", outline(body), site=_site(at)),)
        case Deadline(body=body, at=at):
            return (Step(StepKind.WAIT, "with a timer", outline(body), site=_site(at)),)
        case Within(call=call, body=body):
            return (*_call(call), *outline(body))
    return ()


def _condition(test: Term) -> str:
    """Return a condition on one line; what it does has a step of its own."""
    match test:
        case Patch(name=name):
            return f"patched {shown(name)}"
        case Not(of=Patch() | Await() as of):
            return f"not {_condition(of)}"
        case Await(of=of) if (steps := outline(of)) and len(steps) == 1:
            return steps[0].text
    return shown(_by_names(test))


def _by_names(test: Term) -> Term:
    """Return a test with the names of what its steps give, in place of what they do."""
    match test:
        case Seq(parts=(Let(name=name, of=of), Var(name=again))) if name == again and outline(of):
            return Var(name)
        case Data(parts=parts):
            return replace(test, parts=tuple(map(_by_names, parts)))
        case Not(of=of):
            return Not(_by_names(of))
    return test


def _patch_in(test: Term) -> Patch | None:
    while isinstance(test, Not):
        test = test.of
    return test if isinstance(test, Patch) else None


def _choice(term: Alt) -> tuple[Step, ...]:
    """A choice of as many ways as there are behind `elif`."""
    before: tuple[Step, ...] = ()
    branches: list[Step] = []
    rest: Term = term
    while isinstance(rest, Alt):
        patch, asked = _patch_in(rest.test), outline(rest.test)
        if patch is None and asked and branches:
            break  # what is done to know the condition is done in the `else` of the others
        before = before if patch is not None else (*before, *asked)
        word = "else if" if branches else "if"
        name = _name(patch.name) if patch is not None else ""
        kind = StepKind.PATCHED if patch is not None else StepKind.BRANCH
        text = f"{word} {_condition(rest.test)}"
        site = _site(patch.at if patch is not None else rest.at)
        branches.append(Step(kind, text, outline(rest.then), name=name, site=site))
        rest = rest.orelse
    last = outline(rest)
    if last:
        branches.append(Step(StepKind.BRANCH, "else", last))
    if not any(b.steps or b.kind is StepKind.PATCHED for b in branches):
        return before
    return (
        *before,
        Step(StepKind.CHOICE, branches[0].text, tuple(branches), site=branches[0].site),
    )


def _try(term: Try) -> tuple[Step, ...]:
    body = (*outline(term.body), *outline(term.orelse))
    handlers = [
        Step(StepKind.BRANCH, f"except {', '.join(h.names)}", outline(h.body), site=_site(h.at))
        for h in term.handlers
    ]
    last = outline(term.last)
    handlers += [Step(StepKind.BRANCH, "finally", last)] if last else []
    if not body:
        return last
    return (Step(StepKind.TRY, "try", (Step(StepKind.BRANCH, "try", body), *handlers)),)


def _beside(term: Term) -> tuple[Step, ...]:
    """What runs side by side, or is waited for together."""
    match term:
        case Gather(parts=parts, at=at):
            inside = _all(parts)
            return (Step(StepKind.TOGETHER, "gather", inside, site=_site(at)),) if inside else ()
        case Spawn(of=of, at=at):
            inside = outline(of)
            return (Step(StepKind.TASK, "task", inside, site=_site(at)),) if inside else ()
        case Race(of=of, every=every, timed=timed, at=at):
            what = "wait for all" if every else "wait for the first"
            inside = outline(of)
            text = what if inside else f"{what} of {shown(of)}"
            timer = " with a timer" if timed else ""
            return (Step(StepKind.WAIT, f"{text}{timer}", inside, site=_site(at)),)
        case WaitFor(of=of, timed=timed, at=at):
            inside = outline(of)
            text = "wait with a timer" if timed else "wait"
            text = text if inside else f"{text} for {shown(of)}"
            return (Step(StepKind.WAIT, text, inside, site=_site(at)),)
    return ()
