"""Tells code that no case is left for, as all of an enumeration or of a ``Literal`` are taken.

The ``else`` of such a chain says what type checkers want to hear, or what comes with a new member.
So does the end of a chain over classes: what is of none of them is a mistake in the code.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import pairwise

from wflint.checking.blocks import is_stored, said_before
from wflint.checking.pieces import Place, parsed, path_in_function
from wflint.syntax.guard import Function
from wflint.syntax.unparsed import unparsed

Members = Callable[[str], frozenset[str]]
"""Gives the members of the enumeration of a name, none if it is no plain one."""

Allowed = Callable[[ast.expr | None], frozenset[str]]
"""Gives all values that an annotation allows, none if that is not known."""

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_FEWEST_CLASSES = 2
"""How many tests for classes make a chain; a single one is a check of a value."""

Taken = tuple[str, str, int]
"""What is compared, and what it is then known not to be, as they are written; and in which row.

It is known not to be of a class where ``_OF_CLASS`` stands before that.
"""

_OF_CLASS = "of class "


def is_left_over(raised: Place, members: Members, allowed: Allowed) -> bool:
    """True if nothing is left for the ``raise`` at a place."""
    inside = path_in_function(raised, ast.Raise)
    function = inside[0] if inside else None
    if not isinstance(function, Function):
        return False
    taken: dict[str, dict[str, int]] = {}
    for outer, inner in pairwise(inside):
        for what, value, at in _taken_before(outer, inner):
            taken.setdefault(what, {}).setdefault(value, at)
    return any(
        (
            _ends_chain(values)
            or _is_all_allowed(what, values.keys(), function, allowed)
            or _is_all_of_enum(values.keys(), members)
        )
        and not _is_bound(what, function, range(min(values.values()), raised.row))
        for what, values in taken.items()
    )


def _ends_chain(values: Mapping[str, int]) -> bool:
    """True if a chain of tests for classes comes before."""
    rows = {at for value, at in values.items() if value.startswith(_OF_CLASS)}
    return len(rows) >= _FEWEST_CLASSES


def _taken_before(outer: ast.AST, inner: ast.AST) -> Iterator[Taken]:
    """Yield what is taken where ``inner`` runs, by what stands in ``outer`` before it."""
    if isinstance(outer, ast.If) and inner in outer.orelse:
        yield from _taken_by(outer.test)
    if isinstance(outer, ast.Match) and isinstance(inner, ast.match_case):
        yield from _taken_in(outer, outer.cases[: outer.cases.index(inner)])
    yield from said_before(outer, inner, _left_by)


def _left_by(statement: ast.stmt) -> Iterator[Taken]:
    """Yield what does not get past a statement."""
    if isinstance(statement, ast.Match):
        yield from _taken_in(statement, [c for c in statement.cases if _leaves(c.body)])
    at: ast.stmt | None = statement
    while isinstance(at, ast.If) and _leaves(at.body):
        yield from _taken_by(at.test)
        at = at.orelse[0] if len(at.orelse) == 1 else None


def _leaves(block: Sequence[ast.stmt]) -> bool:
    return isinstance(block[-1], _LEAVING)


def _taken_by(test: ast.expr) -> Iterator[Taken]:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            yield from _taken(left, [right])
        case ast.Compare(
            left=left, ops=[ast.In()], comparators=[ast.Tuple() | ast.Set() | ast.List() as right]
        ):
            yield from _taken(left, right.elts)
        case ast.Call(func=ast.Name(id="isinstance"), args=[what, classes]):
            for one in classes.elts if isinstance(classes, ast.Tuple) else [classes]:
                yield from _not_of(what, one, test.lineno)
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _taken_by(value)


def _taken_in(statement: ast.Match, cases: Sequence[ast.match_case]) -> Iterator[Taken]:
    pending = [case.pattern for case in cases if case.guard is None]
    while pending:
        pattern = pending.pop()
        if isinstance(pattern, ast.MatchOr):
            pending += pattern.patterns
        elif isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
            pending.append(pattern.pattern)
        elif isinstance(pattern, ast.MatchValue):
            yield from _taken(statement.subject, [pattern.value])
        elif isinstance(pattern, ast.MatchClass) and _takes_all_of(pattern):
            yield from _not_of(statement.subject, pattern.cls, pattern.lineno)


def _takes_all_of(pattern: ast.MatchClass) -> bool:
    """True if a pattern asks for nothing but the class, and names what is in the object."""
    inner = (*pattern.patterns, *pattern.kwd_patterns)
    return all(isinstance(one, ast.MatchAs) and one.pattern is None for one in inner)


def _not_of(what: ast.expr, cls: ast.expr, row: int) -> Iterator[Taken]:
    if isinstance(what, (ast.Name, ast.Attribute)):
        yield unparsed(what), f"{_OF_CLASS}{unparsed(cls)}", row


def _taken(what: ast.expr, values: Sequence[ast.expr]) -> Iterator[Taken]:
    if isinstance(what, (ast.Name, ast.Attribute)):
        yield from ((unparsed(what), unparsed(value), what.lineno) for value in values)


def _is_all_allowed(what: str, values: Set[str], function: Function, allowed: Allowed) -> bool:
    """True if values are all that the annotation of a parameter allows."""
    args = function.args
    every = (*args.posonlyargs, *args.args, *args.kwonlyargs)
    annotation = next((arg.annotation for arg in every if arg.arg == what), None)
    literals = allowed(annotation)
    return bool(literals) and literals <= values


def _is_all_of_enum(values: Set[str], members: Members) -> bool:
    """True if values are all members of an enumeration."""
    enums = {v.rpartition(".")[0] for v in values if not v.startswith(_OF_CLASS)}
    for enum in sorted(enums - {""}):
        known = members(enum)
        if known and {f"{enum}.{name}" for name in known} <= values:
            return True
    return False


def _is_bound(what: str, function: ast.AST, rows: range) -> bool:
    """True if a function gives what is compared, or the object it is of, another value in rows."""
    parts = what.split(".")
    written = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(is_stored(function, one, rows.start, rows.stop) for one in written)


def members_in(text: str, qualname: str) -> frozenset[str]:
    """Return the members of an enumeration that stands in a module."""
    block: Sequence[ast.stmt] = getattr(parsed(text), "body", [])
    found: ast.ClassDef | None = None
    for name in qualname.split("."):
        found = next((n for n in block if isinstance(n, ast.ClassDef) and n.name == name), None)
        block = found.body if found is not None else []
    assigned = (n.targets for n in block if isinstance(n, ast.Assign))
    names = {t.id for targets in assigned for t in targets if isinstance(t, ast.Name)}
    return frozenset(name for name in names if not name.startswith("_"))
