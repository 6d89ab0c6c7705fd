"""The values that abstract code works with: code that stands for data, and what can be awaited."""

from __future__ import annotations

import ast
import hashlib
import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from wflint import limits
from wflint.rule.place import Place
from wflint.syntax.expression_text import parsed_expression

if TYPE_CHECKING:
    from wflint.replay.tasks import Item, Task

Chain = tuple[Place, ...]

BLOCK = "unchanged code"
"""The kind of what stands for a function that does the same on both sides."""

PARAMETER = re.compile(r"<(run|signal|update) ([^>]*)>\.(\d+)")
"""The code of a parameter of an entry point; see :func:`parameter`."""

DRAW = "draw "
"""How the code of a draw from the seeded generator begins."""

UNRESOLVED = "something unknown"
"""The kind of what stands for a call to code that is not known."""

_ENDING = frozenset(
    {
        *("activity", "child workflow", "local activity", "Nexus operation", "signal", "timer"),
        *("cancellation of another workflow", "signal with start", UNRESOLVED, BLOCK),
    }
)


NUMBERED = {"activity": "activity", "local activity": "activity", "timer": "timer"}
"""Kinds of command whose default ids are numbers, with what is counted together."""


class Symbol(Struct, frozen=True):
    """Data: ``key`` is the code that gives it, ``text`` is set if it is that text.

    It is ``loose`` if its code must stand in brackets where it is a part of other code.
    """

    key: str
    text: str | None = None
    loose: bool = False


NONE, TRUE, FALSE = Symbol("None"), Symbol("True"), Symbol("False")
_FALSY = frozenset({"None", "False", "0", "''", "[]", "{}", "()", "0.0"})


def symbol(key: str, *, loose: bool = False) -> Symbol:
    """Return data with a code that may be long."""
    if len(key) > limits.SYMBOL:
        mark = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
        key = f"{key[: limits.SYMBOL // 2]}…{mark}"
    return Symbol(key, loose=loose)


def parameter(kind: str, label: str, number: int) -> Symbol:
    """Return what stands for a parameter of an entry point, however it is named."""
    return Symbol(f"<{kind} {label}>.{number}")


_RESULT = re.compile(r"^(result of .*) \d+$")


def any_result(shown: str) -> str:
    """Return what stands for each result of a command, in the code of what is in it."""
    return f"result of {shown}"


def without_number(key: str) -> str:
    """Return the code of the result of a command as :func:`any_result` has it, else ``""``."""
    found = _RESULT.match(key)
    return found[1] if found is not None else ""


def known_truth(value: Value) -> bool | None:
    """Return if a value is true, where that is certain."""
    if isinstance(value, Bag):
        return bool(value.items)
    if not isinstance(value, Symbol):
        return True
    if value.text is not None:
        return bool(value.text)
    if value.key in _FALSY:
        return False
    is_number = value.key.isdigit()
    return True if value.key == "True" or is_number else None


class Given:
    """A command that code has given; ``key`` are the parts that replay compares.

    ``serial`` is the default id that it has or would have, where there is one: a number.
    """

    __slots__ = (
        "cancelled",
        "chain",
        "deprecated",
        "done",
        "failed",
        "ident",
        "kind",
        "name",
        "number",
        "recorded",
        "serial",
        "silent",
        "started",
        "twice",
    )

    def __init__(
        self, number: int, kind: str, name: Symbol | None, ident: Symbol | None, chain: Chain
    ) -> None:
        self.number = number
        self.serial = 0
        self.kind = kind
        self.name = name
        self.ident = ident
        self.chain = chain
        self.done = self.failed = self.cancelled = self.recorded = False
        self.started = self.twice = self.deprecated = self.silent = False

    @property
    def can_end(self) -> bool:
        """True if it begins something that ends later."""
        return not self.silent and self.kind in _ENDING

    @property
    def shown(self) -> str:
        """How people name it."""
        if self.name is None:
            return self.kind
        return f"{self.kind} {self.name.text if self.name.text is not None else self.name.key}"

    def state(self) -> tuple[object, ...]:
        """What makes a difference for what follows."""
        return (
            *(self.kind, self.name, self.ident),
            *(self.done, self.failed, self.cancelled, self.recorded, self.started),
        )


class Handle:
    """The handle of what a command has begun; to await it gives the result."""

    __slots__ = ("given",)

    def __init__(self, given: Given) -> None:
        self.given = given


class Coroutine:
    """Code that runs when it is awaited, or in a task of its own."""

    __slots__ = ("items",)

    def __init__(self, items: list[Item]) -> None:
        self.items = items


class Bag:
    """A list; ``is_gathered`` if it is what ``gather`` gives, which may keep errors."""

    __slots__ = ("is_gathered", "items", "keeps")

    def __init__(
        self, items: list[Value], *, is_gathered: bool = False, keeps: bool = False
    ) -> None:
        self.items = items
        self.is_gathered = is_gathered
        self.keeps = keeps


Value: TypeAlias = "Symbol | Handle | Coroutine | Bag | Task"


def key_of(value: Value) -> str:
    """Return the code that stands for a value."""
    if isinstance(value, Symbol):
        return repr(value.text) if value.text is not None else value.key
    return type(value).__name__.lower()


def operand(value: Value) -> str:
    """Return the code that stands for a value in other code."""
    key = key_of(value)
    return f"({key})" if isinstance(value, Symbol) and value.loose else key


_NOT = "not "


def opposite(value: Value) -> Symbol:
    """Return the opposite of a value."""
    key = key_of(value)
    if not key.startswith(_NOT):
        return symbol(f"{_NOT}{operand(value)}", loose=True)
    inner = key[len(_NOT) :]
    return symbol(inner[1:-1], loose=True) if inner.startswith("(") else symbol(inner)


_NO_PYTHON = re.compile(r"<(?:run|signal|update) [^>]*>\.\d+|\bresult of [\w ./:-]+? \d+\b")
"""Code of parameters and results, which is none of Python."""
_HIDDEN = "_hidden_"


def _written_element(display: str, number: int) -> Symbol | None:
    """Return one of the elements of a list or tuple that is written out."""
    hidden = _NO_PYTHON.findall(display)
    try:
        found = parsed_expression(_NO_PYTHON.sub(lambda _: _HIDDEN, display))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(found, (ast.List, ast.Tuple)) or number >= len(found.elts):
        return None
    if any(isinstance(part, ast.Starred) for part in found.elts):
        return None
    before = sum(ast.unparse(part).count(_HIDDEN) for part in found.elts[:number])
    part, names = found.elts[number], iter(hidden[before:])
    text = re.sub(_HIDDEN, lambda _: next(names), ast.unparse(part))
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and _HIDDEN not in part.value:
        return Symbol(text, part.value)
    return symbol(text)


def element(value: Value, number: int) -> Value:
    """Return one of the elements of a list, or of data."""
    if isinstance(value, Bag) and number < len(value.items):
        return value.items[number]
    if isinstance(value, Symbol) and value.key[:1] in ("(", "["):
        written = _written_element(value.key, number)
        if written is not None:
            return written
    return symbol(f"{operand(value)}[{number}]")


_CALLED = re.compile(r"(\w+)\(")
_OWN = re.compile(r"\bself\b")
_PURE = frozenset(
    {
        *("bool", "float", "int", "isinstance", "len", "max", "min", "str"),
        *("endswith", "get", "lower", "startswith", "strip", "upper"),
    }
)


def is_stable(key: str) -> bool:
    """True for code that gives the same each time: data that was given, and what is in it."""
    return _OWN.search(key) is None and _PURE.issuperset(_CALLED.findall(key))
