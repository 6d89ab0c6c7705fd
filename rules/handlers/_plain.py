"""Makes a plain function of a handler that is `async` for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Repair, TextEdit, cst

if TYPE_CHECKING:
    from wflint.rule import FixView


def as_plain_function(at: FixView) -> Repair | None:
    """Return the repair that takes `async` away, if nothing waits in the function."""
    from wflint.rule import walk

    whole = at.with_body(at.function)
    if len(at.function.decorators) > 1:
        return None  # another one may want a coroutine
    if any(_waits(node) for node in walk(whole.node, into_functions=False)):
        return None
    at.only_the_sdk()
    start, _ = at.span(at.function)
    name, _ = at.span(at.function.name)
    if at.source.text[start:name].split() != ["async", "def"]:
        return None  # `async \\` and `def` in two lines
    return at.unsafe("Make it a plain `def`", TextEdit(start, name, "def "))


def _waits(node: cst.CSTNode) -> bool:
    """True for what Python allows in an `async def` alone, and for a generator."""
    if isinstance(node, (cst.For, cst.With, cst.CompFor)):
        return node.asynchronous is not None
    return isinstance(node, (cst.Await, cst.Yield))
