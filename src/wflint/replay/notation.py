"""Command terms written as lines of Python, which people read in the review of a baseline.

They are never run. What has no form of its own is written as the term that it is, with its parts:
``Draw(kind="uuid4")``. :mod:`wflint.replay.notation_reader` reads them again.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator

from wflint.replay.marks import Aside, At
from wflint.replay.terms import (
    NOTHING,
    Alt,
    Await,
    Call,
    Callee,
    Command,
    Condition,
    Data,
    Deadline,
    Exit,
    Field,
    Gather,
    Group,
    Let,
    Loop,
    Not,
    Patch,
    Put,
    Seq,
    Term,
    Text,
    Try,
    Var,
    While,
    Within,
)

INDENT = "    "
KINDS = {
    "activity": "activity",
    "local activity": "local_activity",
    "child workflow": "child_workflow",
    "timer": "timer",
    "signal": "signal",
    "memo upsert": "memo_upsert",
    "search attribute upsert": "search_attribute_upsert",
}
"""The kinds of commands with a form of their own, and what it begins with."""

CALLS = {
    (False, False): "call",
    (True, False): "coroutine",
    (False, True): "inner_call",
    (True, True): "inner_coroutine",
}
"""The forms of calls: of those that are to be awaited, and of functions in the calling one."""

EXITS = ("return", "break", "continue")
_EMPTY = Seq()


def is_name(text: str) -> bool:
    """True for what can be written as a name."""
    return text.isidentifier() and not keyword.iskeyword(text) and text.isascii()


class Writer:
    """Writes terms; ``label_of`` gives what a function is called."""

    def __init__(self, label_of: Callable[[Callee], str]) -> None:
        self._label_of = label_of

    def body(self, term: Term, depth: int) -> Iterator[str]:
        """Yield the lines of a block."""
        found = list(self._lines(term, depth))
        yield from found or [f"{INDENT * depth}pass"]

    def _lines(self, term: Term, depth: int) -> Iterator[str]:
        before = INDENT * depth
        match term:
            case Seq(parts=parts):
                for part in parts:
                    yield from self._lines(part, depth)
            case Alt(test=test, then=then, orelse=orelse):
                yield f"{before}if {self.expr(test)}:"
                yield from self.body(then, depth + 1)
                yield from self._block("else", orelse, depth)
            case Loop(gives=False):
                yield f"{before}for {self._target(term)}:"
                yield from self.body(term.body, depth + 1)
                yield from self._block("else", term.orelse, depth)
            case While(test=test, body=body, orelse=orelse):
                yield f"{before}while {self.expr(test)}:"
                yield from self.body(body, depth + 1)
                yield from self._block("else", orelse, depth)
            case Try() if term.handlers or (term.last != _EMPTY and term.orelse == _EMPTY):
                yield from self._try(term, depth)
            case Group(name=name, body=body):
                yield f"{before}with group({text(name)}):"
                yield from self.body(body, depth + 1)
            case Deadline(body=body):
                yield f"{before}with deadline():"
                yield from self.body(body, depth + 1)
            case Within(call=call, name=name, body=body):
                yield f"{before}with within({self._call(call)}, {text(name)}):"
                yield from self.body(body, depth + 1)
            case _:
                yield before + self._statement(term)

    def _block(self, word: str, term: Term, depth: int) -> Iterator[str]:
        if term != _EMPTY:
            yield f"{INDENT * depth}{word}:"
            yield from self.body(term, depth + 1)

    def _target(self, term: Loop) -> str:
        over = self.expr(term.over)
        if term.times >= 0:
            over = f"times({over}, {term.times})"
        if is_name(term.name):
            return f"{term.name} in {over}"
        return f"_ in named({text(term.name)}, {over})"

    def _try(self, term: Try, depth: int) -> Iterator[str]:
        before = INDENT * depth
        yield f"{before}try:"
        yield from self.body(term.body, depth + 1)
        for handler in term.handlers:
            names = ", ".join(map(text, handler.names))
            yield f"{before}except errors({names}):"
            yield from self.body(handler.body, depth + 1)
        yield from self._block("else", term.orelse, depth)
        yield from self._block("finally", term.last, depth)

    def _statement(self, term: Term) -> str:
        match term:
            case Let(name=name, of=of, part=-1) if is_name(name):
                return f"{name} = {self.expr(of)}"
            case Put(name=name, attribute=attribute, of=of) if is_name(name) and is_name(attribute):
                return f"{name}.{attribute} = {self.expr(of)}"
            case Exit(kind=kind, of=of, name="") if kind in EXITS:
                if of == NOTHING:
                    return kind
                if kind == "return":
                    return f"return {self.expr(of)}"
        return self.expr(term)

    # Expressions.

    def expr(self, term: Term) -> str:
        """Return a term on one line."""
        match term:
            case Text(text=value):
                return text(value)
            case Var(name=name) if is_name(name):
                return name
            case Field(name=name, attribute=attribute) if is_name(name) and is_name(attribute):
                return f"{name}.{attribute}"
            case Data():
                return self._data(term)
            case Await(of=of):
                return f"await {self.expr(of)}"
            case Command(kind=kind) if kind in KINDS:
                return self._command(term)
            case Call():
                return self._call(term)
            case Not(of=of):
                return f"not {self.expr(of)}"
            case Gather(parts=parts, keeps=False):
                return f"gather({', '.join(map(self.expr, parts))})"
            case Condition(test=test, timed=timed):
                return f"condition({self.expr(test)}{', timed=True' * timed})"
            case Patch(name=name, deprecated=deprecated):
                return f"{'deprecate_patch' if deprecated else 'patched'}({self.expr(name)})"
        return self._plain(term)

    def _data(self, term: Data) -> str:
        gaps = [*map(self.expr, term.parts), ""]
        parts = [
            each
            for piece, gap in zip(term.pieces, gaps, strict=True)
            for each in (text(piece), *([gap] if gap else []))
        ]
        return f"{'loose' if term.loose else 'data'}({', '.join(parts)})"

    def _command(self, term: Command) -> str:
        parts = [self.expr(term.name)] if term.name is not None else []
        if term.ident is not None:
            parts.append(f"id={self.expr(term.ident)}")
        parts += [f"{flag}=True" for flag in ("starts", "draws", "twice") if getattr(term, flag)]
        return f"{KINDS[term.kind]}({', '.join(parts)})"

    def _call(self, term: Call) -> str:
        parts = [text(self._label_of(term.callee))]
        names = [name for name, _ in term.args]
        is_plain = all(map(is_name, names)) and len(set(names)) == len(names)
        for name, value in term.args:
            shown = self.expr(value)
            parts.append(f"{name}={shown}" if is_plain else f"given({text(name)}, {shown})")
        return f"{CALLS[term.is_async, term.inner]}({', '.join(parts)})"

    def _plain(self, term: Term) -> str:
        """Return a term as what it is, with the parts that are not as usual."""
        usual = reversed(term.__struct_defaults__)
        defaults = dict(zip(reversed(term.__struct_fields__), usual, strict=False))
        parts = []
        for name in term.__struct_fields__:
            value = getattr(term, name)
            if isinstance(value, (At, Aside)) or (name in defaults and value == defaults[name]):
                continue
            parts.append(f"{name}={self._value(value)}")
        return f"{type(term).__name__}({', '.join(parts)})"

    def _value(self, value: object) -> str:
        if isinstance(value, Term):
            return self.expr(value)
        if isinstance(value, tuple):
            return f"({''.join(f'{self._value(each)}, ' for each in value).rstrip()})"
        return text(value) if isinstance(value, str) else repr(value)


def text(value: str) -> str:
    """Return a string on one line, as Python reads it."""
    return f'"{_AWKWARD.sub(_escaped, value)}"'


_AWKWARD = re.compile(r"[\"'\\]|[^ -~]")


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in '"\\':
        return f"\\{character}"
    if character != "'" and character.isprintable():
        return character
    number = ord(character)  # a quote would end the text of TOML that it stands in
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
