"""Imports and parameters: what modules and function bodies both have."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from wflint.facts.model import (
    NOTHING,
    UNKNOWN,
    FunctionHead,
    ImportFact,
    Kind,
    ModuleFacts,
    Param,
    Ref,
)
from wflint.facts.refs import Refs
from wflint.facts.relative import absolute_base
from wflint.facts.scopes import Scope


def import_bindings(
    node: cst.Import | cst.ImportFrom, module: ModuleFacts
) -> tuple[list[tuple[str, str]], list[str]]:
    """What an import statement binds: pairs (name, absolute dotted name), and star modules."""
    if isinstance(node, cst.Import):
        return [_plain_import(alias) for alias in node.names], []
    named = _dotted(node.module) if node.module is not None else ""
    base = absolute_base(named, len(node.relative), module)
    if base is None:
        return [], []
    if isinstance(node.names, cst.ImportStar):
        return [], [base]
    bound: list[tuple[str, str]] = []
    for alias in node.names:
        name = alias.evaluated_name
        bound.append((alias.evaluated_alias or name, f"{base}.{name}" if base else name))
    return bound, []


def statement_imports(node: cst.Import | cst.ImportFrom, module: ModuleFacts) -> list[ImportFact]:
    """The modules that an import statement imports, with what is taken from them."""
    if isinstance(node, cst.Import):
        return [ImportFact(alias.evaluated_name) for alias in node.names]
    named = _dotted(node.module) if node.module is not None else ""
    base = absolute_base(named, len(node.relative), module)
    aliases = () if isinstance(node.names, cst.ImportStar) else node.names
    names = tuple(alias.evaluated_name for alias in aliases) or ("*",)
    if base:
        return [ImportFact(base, names)]
    return [] if base is None else [ImportFact(name) for name in names]


def _plain_import(alias: cst.ImportAlias) -> tuple[str, str]:
    name = alias.evaluated_name
    if alias.evaluated_alias:
        return alias.evaluated_alias, name
    top = name.partition(".")[0]
    return top, top


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


def read_params(params: cst.Parameters, refs: Refs, scope: Scope | None) -> tuple[Param, ...]:
    """The parameters of a function in order."""
    found: list[Param] = []
    for param in (*params.posonly_params, *params.params):
        found.append(_param(param, "positional", refs, scope))
    if isinstance(params.star_arg, cst.Param):
        found.append(_param(params.star_arg, "*", refs, scope))
    for param in params.kwonly_params:
        found.append(_param(param, "keyword", refs, scope))
    if params.star_kwarg is not None:
        found.append(_param(params.star_kwarg, "**", refs, scope))
    return tuple(found)


def _param(param: cst.Param, kind: str, refs: Refs, scope: Scope | None) -> Param:
    annotation = refs.annotation(param.annotation, scope) if param.annotation else UNKNOWN
    default = UNKNOWN
    if isinstance(param.default, cst.Name) and param.default.value == "None":
        default = NOTHING
    elif isinstance(param.default, (cst.Name, cst.Attribute, cst.Lambda)):
        default = refs.ref(param.default, scope)
    return Param(param.name.value, annotation, param.default is not None, kind, default)


def receiver_kind(
    head: FunctionHead, owner: str, decorators: Iterable[str] = ()
) -> tuple[Param, ...]:
    """The parameters of a method with its receiver marked: ``self`` is an instance of ``owner``.

    ``decorators`` are names of further decorators.
    """
    names = {d.target.name for d in head.decorators if d.target.kind is Kind.GLOBAL}
    names.update(decorators)
    if not head.params or "staticmethod" in names or head.params[0].kind != "positional":
        return head.params
    is_class = "classmethod" in names or head.name in (
        "__new__",
        "__init_subclass__",
        "__class_getitem__",
    )
    kind = Kind.CLS if is_class else Kind.SELF
    first = Param(head.params[0].name, Ref(kind, owner), False, "cls" if is_class else "self")
    return (first, *head.params[1:])
