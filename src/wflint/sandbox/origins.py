"""What an object is made by, as far as its settings of the sandbox go."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from wflint.standard_library import STANDARD_MODULES
from wflint.syntax.words import dotted_name

_SETTING = frozenset({None, "client", "config", "plugins", "restrictions", "runner"})
"""What is given by these keywords, or by ``**``, decides what the sandbox passes through."""


def origins(nodes: Iterable[ast.expr]) -> list[str]:
    """Return the names of what makes some objects, and of what sets up the sandbox in them.

    Of `Client.connect(host, plugins=[*common, extra()])` these are `Client.connect`, `common` and
    `extra`: a host, a logger, a converter change nothing.
    """
    found: set[str] = set()
    pending: list[ast.expr] = list(nodes)
    while pending:
        match pending.pop():
            case (
                ast.Await(value=node)
                | ast.Starred(value=node)
                | ast.NamedExpr(value=node)
                | ast.Subscript(value=node)
            ):
                pending.append(node)
            case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.BoolOp(values=inner):
                pending += inner
            case ast.BinOp(left=left, right=right):
                pending += [left, right]
            case ast.IfExp(body=body, orelse=other):
                pending += [body, other]
            case ast.Call(func=func, keywords=keywords):
                pending += [func, *(k.value for k in keywords if k.arg in _SETTING)]
            case ast.Name() | ast.Attribute() as node:
                name = dotted_name(node)
                found.update([name] if name else [])
                pending += [node.value] if not name and isinstance(node, ast.Attribute) else []
    return sorted(found)


def may_set_up_more(target: str) -> bool:
    """True if what is imported from outside the project may bring settings that nobody can read.

    A plugin that is called one is looked up in the table of plugins, and an interceptor only comes
    between: the SDK asks none for settings.
    """
    if target.endswith("Interceptor"):
        return False
    package, *rest = target.split(".")
    if package == "temporalio":
        return rest[:1] == ["contrib"] and not target.endswith("Plugin")
    return package not in STANDARD_MODULES and not target.endswith("Plugin")
