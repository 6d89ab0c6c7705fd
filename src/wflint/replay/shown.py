"""Command terms as people read them: in `wflint graph --commands`, maps and messages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

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
    Within,
    Yield,
)
from wflint.replay.texts import joined
from wflint.syntax.expression_text import parsed_expression
from wflint.syntax.unparsed import unparsed

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
        case Within(call=call, body=body):
            yield f"{before}with {shown(call)}:"
            yield from _body(body, depth + 1)
        case _:
            yield f"{before}{shown(term)}"


def shown(term: Term) -> str:
    """Return a term on one line."""
    match term:
        case Text(text=text):
            return repr(text)
        case Data(pieces=pieces, parts=parts):
            between = pairwise(pieces)
            loose = [
                _is_loose(part) and not (_stand_apart(*around) and _compares(part))
                for part, around in zip(parts, between, strict=True)
            ]
            return joined(pieces, list(zip(map(shown, parts), loose, strict=True)))
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
        case Seq(parts=(Let(name=name, of=of), Var(name=again))) if name == again:
            return f"{name} := {shown(of)}"
        case Seq(parts=parts) | Many(parts=parts):
            return ", ".join(map(shown, parts))
        case Star(of=of):
            return f"*{shown(of)}"
        case Not(of=of):
            return _opposite(of)
        case Alt(test=test, then=then, orelse=orelse):
            return f"({shown(then)} if {shown(test)} else {shown(orelse)})"
        case Loop(over=over, body=body):
            return f"[{shown(body)} for each of {shown(over)}]"
    return _command(term)


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.Gt: ast.LtE,
    ast.In: ast.NotIn,
    ast.Is: ast.IsNot,
    ast.Lt: ast.GtE,
}
"""Comparisons, and those that terms have as their opposites."""


def _is_loose(term: Term) -> bool:
    return isinstance(term, (Not, Seq)) or (isinstance(term, Data) and term.loose)


def _stand_apart(before: str, after: str) -> bool:
    """True if a comparison needs no brackets between two pieces of code."""
    begins = not before or before.endswith((" and ", " or "))
    return begins and (not after or after.startswith((" and ", " or ")))


def _compares(term: Term) -> bool:
    """True for one comparison, or the opposite of something that is not put together."""
    of = term.of if isinstance(term, Not) else term
    if not isinstance(of, Data) or not of.loose:
        return isinstance(term, Not) and not _is_loose(of)
    return _comparison(of) is not None


def _comparison(term: Term) -> ast.Compare | None:
    """Return the code of a comparison of two values, if a term is one."""
    if not isinstance(term, Data) or not term.loose:
        return None
    try:
        node = parsed_expression(shown(term))
    except (MemoryError, RecursionError, SyntaxError, ValueError):
        return None  # what a part does is told in words
    is_one = isinstance(node, ast.Compare) and len(node.ops) == 1
    return node if is_one and isinstance(node, ast.Compare) else None


def _opposite(term: Term) -> str:
    node = _comparison(term)
    turned = _OPPOSITE.get(type(node.ops[0])) if node is not None else None
    if node is not None and turned is not None:
        return unparsed(ast.Compare(node.left, [turned()], node.comparators))
    return f"not ({shown(term)})" if _is_loose(term) else f"not {shown(term)}"


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
        case Yield(of=of):
            return f"yield {shown(of)}"
    return type(term).__name__
