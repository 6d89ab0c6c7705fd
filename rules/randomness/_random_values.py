"""Values that are made of something random, whatever text they are put in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from wflint.rule import cst

if TYPE_CHECKING:
    from wflint.rule import Context

RANDOM = frozenset(
    {
        "os.urandom",
        "random.getrandbits",
        "random.randint",
        "random.random",
        "secrets.token_bytes",
        "secrets.token_hex",
        "secrets.token_urlsafe",
        "uuid.uuid1",
        "uuid.uuid4",
        "uuid.uuid6",
        "uuid.uuid7",
    }
)
"""Calls that give something else each time, and never what they gave before."""

_SHOWS = frozenset({"builtins.int", "builtins.repr", "builtins.str"})
_FORMS = frozenset({"isoformat", "timestamp"})


def random_part(
    value: cst.BaseExpression,
    ctx: Context,
    random: Collection[str] = RANDOM,
    follows: Callable[[str], bool] = lambda name: True,
) -> cst.Call | None:
    """Return the call of one of ``random`` in a value, if the value is that or a text that has it.

    Local variables that are assigned once are followed, if ``follows`` is true for their name.
    """
    pending: list[cst.BaseExpression] = [value]
    while pending:
        match pending.pop():
            case cst.Call() as call:
                name = ctx.dotted_name(call.func)
                if name in random:
                    return call
                if name in _SHOWS:
                    pending += [arg.value for arg in call.args[:1]]
                elif isinstance(call.func, cst.Attribute) and call.func.attr.value in _FORMS:
                    pending.append(call.func.value)
            case cst.Attribute(value=of, attr=cst.Name(value="hex" | "int" | "bytes")):
                pending.append(of)
            case cst.Subscript(value=of):
                pending.append(of)
            case cst.FormattedString(parts=parts):
                found = [p for p in parts if isinstance(p, cst.FormattedStringExpression)]
                pending += [part.expression for part in found if part.format_spec is None]
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                pending += [left, right]
            case cst.Name(value=name) as local if follows(name):
                given = ctx.assigned(local)
                if given is not None and not isinstance(given, cst.Name):
                    pending.append(given)
    return None
