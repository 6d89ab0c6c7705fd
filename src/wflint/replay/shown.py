"""Command terms as people read them: `wflint graph --commands` and committed baselines."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.replay.change import Program
from wflint.replay.compare import workflows
from wflint.replay.program import Functions, callees_in
from wflint.replay.sides import Side, side_of
from wflint.replay.terms import (
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
    Field,
    Gather,
    Group,
    Let,
    Loop,
    Many,
    Not,
    Patch,
    Put,
    Race,
    Replaying,
    Seq,
    Spawn,
    Star,
    Term,
    Text,
    Tick,
    Try,
    Unknown,
    Unresolved,
    Var,
    WaitFor,
    While,
)
from wflint.replay.texts import joined

_INDENT = "    "


def terms_of(program: Program, workflow: str) -> str:
    """Return the commands of a workflow, by the name of its type or its qualname; "" if none."""
    functions = Functions(program.answer)
    for view in workflows(functions):
        if workflow in (view.name, view.cls.qualname, view.shown):
            side = side_of(functions, view)
            return "" if side is None else "\n".join(_workflow(side, view.name)) + "\n"
    return ""


def _workflow(side: Side, name: str) -> Iterator[str]:
    yield f"workflow {name}"
    entries = [("run", side.run)]
    entries += [(f"{kind} {name}", callee) for (kind, name), callee in side.handlers.items()]
    for label, callee in entries:
        yield ""
        yield f"{label}({_params(side.functions, callee)}):"
        yield from _body(side.functions.term(callee.node), 1)
    shown = {callee.node for _, callee in entries}
    pending = [c for _, callee in entries for c in callees_in(side.functions.term(callee.node))]
    while pending:
        callee = pending.pop(0)
        if callee.node in shown:
            continue
        shown.add(callee.node)
        term = side.functions.term(callee.node)
        yield ""
        yield f"{callee.name}({_params(side.functions, callee)}):"
        yield from _body(term, 1)
        pending += callees_in(term)


def _params(functions: Functions, callee: Callee) -> str:
    return ", ".join(functions.code(callee.node).params)


def _body(term: Term, depth: int) -> Iterator[str]:
    found = list(_lines(term, depth))
    yield from found or [f"{_INDENT * depth}nothing"]


def _lines(term: Term, depth: int) -> Iterator[str]:
    """Yield the lines of what is done one after the other."""
    before = _INDENT * depth
    match term:
        case Seq(parts=parts):
            for part in parts:
                yield from _lines(part, depth)
        case Alt(test=test, then=then, orelse=orelse):
            yield f"{before}if {shown(test)}:"
            yield from _body(then, depth + 1)
            if orelse != Seq():
                yield f"{before}else:"
                yield from _body(orelse, depth + 1)
        case Loop(over=over, times=times, body=body, gives=False):
            often = f"{times} times" if times >= 0 else f"for each of {shown(over)}"
            yield f"{before}{often}:"
            yield from _body(body, depth + 1)
        case While(test=test, body=body):
            yield f"{before}while {shown(test)}:"
            yield from _body(body, depth + 1)
        case Try(body=body, handlers=handlers, last=last):
            yield f"{before}try:"
            yield from _body(body, depth + 1)
            for handler in handlers:
                yield f"{before}except {', '.join(handler.names)}:"
                yield from _body(handler.body, depth + 1)
            if last != Seq():
                yield f"{before}finally:"
                yield from _body(last, depth + 1)
        case Group(body=body):
            yield f"{before}task group:"
            yield from _body(body, depth + 1)
        case Deadline(body=body):
            yield f"{before}with a timer:"
            yield from _body(body, depth + 1)
        case _:
            yield f"{before}{shown(term)}"


def shown(term: Term) -> str:
    """Return a term on one line."""
    match term:
        case Text(text=text):
            return repr(text)
        case Data(pieces=pieces, parts=parts):
            return joined(pieces, [(shown(part), _is_loose(part)) for part in parts])
        case Var(name=name):
            return name
        case Field(name=name, attribute=attribute):
            return f"{name}.{attribute}"
        case Let(name=name, of=of):
            return f"{name} = {shown(of)}"
        case Put(name=name, attribute=attribute, of=of):
            return f"{name}.{attribute} = {shown(of)}"
        case Add(into=into, of=of):
            return f"add {shown(of)} to {shown(into)}"
        case Seq(parts=parts) | Many(parts=parts):
            return ", ".join(map(shown, parts))
        case Star(of=of):
            return f"*{shown(of)}"
        case Not(of=of):
            return f"not ({shown(of)})" if _is_loose(of) else f"not {shown(of)}"
        case Alt(test=test, then=then, orelse=orelse):
            return f"({shown(then)} if {shown(test)} else {shown(orelse)})"
        case Loop(over=over, body=body):
            return f"[{shown(body)} for each of {shown(over)}]"
    return _command(term)


def _is_loose(term: Term) -> bool:
    return isinstance(term, Not) or (isinstance(term, Data) and term.loose)


def _command(term: Term) -> str:
    match term:
        case Command():
            parts = [term.kind]
            if term.name is not None:
                parts.append(term.name.text if isinstance(term.name, Text) else shown(term.name))
            if term.ident is not None:
                parts.append(f"with id {shown(term.ident)}")
            return f"start {' '.join(parts)}" if term.starts else " ".join(parts)
        case Await(of=of):
            return f"await {shown(of)}"
        case Call(callee=callee, args=args):
            given = ", ".join(
                f"{name}={shown(value)}" if name else shown(value) for name, value in args
            )
            return f"{callee.name}({given})"
        case Unresolved(code=code):
            return f"await unknown {shown(code)}"
        case Spawn(of=of):
            return f"task of {shown(of)}"
        case Gather(parts=parts):
            return f"gather({', '.join(map(shown, parts))})"
        case Race(of=of, every=every):
            return f"wait for {'all' if every else 'the first'} of {shown(of)}"
        case WaitFor(of=of):
            return f"with a timer {shown(of)}"
        case Condition(test=test, timed=timed):
            return f"condition {shown(test)}{' with a timer' if timed else ''}"
        case Cancel(of=of):
            return f"cancel {shown(of)}"
        case Patch(name=name, deprecated=deprecated):
            return f"{'deprecated ' if deprecated else ''}patch {shown(name)}"
        case Draw(kind=kind):
            return f"draw {kind}"
        case Replaying():
            return "replaying"
        case Tick():
            return "let others run"
        case Exit(kind=kind, of=of):
            more = shown(of)
            return kind if more == "None" else f"{kind} {more}"
        case Unknown(why=why):
            return f"unknown: {why}"
    return type(term).__name__
