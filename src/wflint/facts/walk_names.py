"""Handlers of the walk where names are bound: assignments, imports, definitions, comprehensions."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
from msgspec.structs import replace

from wflint.facts import terms
from wflint.facts.cst_definitions import (
    CstSyntax,
    named_lambda,
    plain_decorators,
    type_bounds,
    written_decorators,
    written_import,
    written_params,
)
from wflint.facts.definitions import method_name, read_params, with_bounds, with_receiver
from wflint.facts.frames import Entry, State
from wflint.facts.model import Flag, FunctionHead, Kind
from wflint.facts.scopes import Bound, How, Scope, bind_target
from wflint.facts.walker import DIRECT, Walker


def bind(
    walker: Walker,
    entry: Entry,
    target: cst.BaseExpression,
    how: How,
    node: cst.BaseExpression | None,
    scope: Scope | None = None,
) -> list[Bound]:
    """Bind the names of a target, in a scope or that of the entry; at module level none are."""
    scope = scope or entry.state.scope
    if scope is None:
        return []
    return bind_target(scope, target, walker.bound(how, entry, node))


def add_to(scope: Scope | None, name: str, node: cst.BaseExpression) -> None:
    """Note that something is put into the container that a name stands for."""
    found = scope.find(name) if scope is not None else None
    if found is not None:
        found[0].added.setdefault(name, []).append(node)


def _with_item(walker: Walker, entry: Entry, node: cst.WithItem, state: State) -> None:
    if node.asname is not None:
        walker.push_mark(bind(walker, entry, node.asname.name, How.ENTERED, node.item))
    walker.push([node.item], entry, state)


def _comprehension(walker: Walker, entry: Entry, node: cst.BaseComp, state: State) -> None:
    state = replace(state, flags=state.flags & ~DIRECT)
    frame, outer = state.frame, state.scope
    owner = outer.owner if outer else ""
    scope = Scope(frame.head.qualname, outer, owner, is_comprehension=True)
    walker.scopes[id(node)] = scope
    inside = replace(state, scope=scope, flags=state.flags | Flag.IN_LOOP)
    if isinstance(node, cst.DictComp):
        walker.push([node.key, node.value], entry, inside)
    elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        walker.push([node.elt], entry, inside)
    loops: list[cst.CompFor] = []
    loop: cst.CompFor | None = node.for_in
    while loop is not None:
        bind(walker, entry, loop.target, How.ELEMENT, loop.iter, scope)
        loops.append(loop)
        loop = loop.inner_for_in
    for loop in reversed(loops):
        walker.push([c.test for c in loop.ifs], entry, inside)
        walker.push([loop.iter], entry, state if loop is node.for_in else inside)


def _assign(walker: Walker, entry: Entry, node: cst.Assign, state: State) -> None:
    made: list[Bound] = []
    for target in node.targets:
        made += bind(walker, entry, target.target, How.VALUE, node.value)
        _note_item(target.target, node.value, state)
    for target in reversed(node.targets):
        walker.push_target(target.target, entry, state)
    walker.push_mark(made)
    walker.push([node.value], entry, state)


def _note_item(target: cst.CSTNode, value: cst.BaseExpression, state: State) -> None:
    """``table[key] = value`` puts the value into the table."""
    if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
        add_to(state.scope, target.value.value, value)


def _ann_assign(walker: Walker, entry: Entry, node: cst.AnnAssign, state: State) -> None:
    if isinstance(node.target, cst.Name) and state.scope is not None:
        bound = walker.bound(How.ANNOTATION, entry, node.annotation.annotation)
        bound.value = node.value
        state.scope.bind(node.target.value, bound)
        walker.push_mark([bound])
    if node.value is not None:
        walker.push_target(node.target, entry, state)
        walker.push([node.value], entry, state)
    if state.scope is None or state.scope.is_class:
        inner = node.annotation.annotation  # `Annotated[int, Field(default_factory=...)]`
        if isinstance(inner, cst.Subscript) and _is_annotated(walker, inner.value, state):
            walker.push([s.slice for s in inner.slice[1:]], entry, state)


def _is_annotated(walker: Walker, node: cst.BaseExpression, state: State) -> bool:
    ref = walker.refs.own_name(walker.refs.ref(node, state.scope))
    return ref.kind in (Kind.GLOBAL, Kind.IMPORT) and (ref.path or (ref.name,))[-1] == "Annotated"


def _aug_assign(walker: Walker, entry: Entry, node: cst.AugAssign, state: State) -> None:
    """``x += y`` leaves x what it was, unless nothing is known of it."""
    target = node.target
    if isinstance(target, cst.Name):
        walker.refs.rebound.add(target.value)
    found = state.scope.find(target.value) if state.scope and isinstance(target, cst.Name) else None
    if found is None:
        bind(walker, entry, target, How.OTHER, None)
    walker.push_target(target, entry, state)
    walker.push([node.value], entry, state)


def _named(walker: Walker, entry: Entry, node: cst.NamedExpr, state: State) -> None:
    if state.scope is not None:
        made = bind(walker, entry, node.target, How.VALUE, node.value, state.scope.of_function)
        walker.push_mark(made)
    walker.push([node.value], entry, replace(state, flags=state.flags & ~DIRECT))


def _handler(walker: Walker, entry: Entry, node: cst.ExceptHandler, state: State) -> None:
    if node.name is not None:
        is_class = isinstance(node.type, (cst.Name, cst.Attribute))
        how = How.PATTERN if is_class else How.OTHER
        bind(walker, entry, node.name.name, how, node.type)
    walker.push([node.body], entry, state)
    if node.type is not None:
        walker.push([node.type], entry, state)


def _import(walker: Walker, entry: Entry, node: cst.Import | cst.ImportFrom, state: State) -> None:
    if state.scope is None:
        return
    for name, target in written_import(node).bound(walker.module):
        state.scope.bind(name, walker.bound(How.IMPORT, entry, text=target))


def _global(walker: Walker, entry: Entry, node: cst.Global | cst.Nonlocal, state: State) -> None:
    if state.scope is not None:
        walker.refs.rebound |= state.scope.declare(node)


def _function(walker: Walker, entry: Entry, node: cst.FunctionDef, state: State) -> None:
    _push_defaults(walker, entry, node.params, state)
    walker.push(list(node.decorators), entry, state)
    if state.scope is None:
        return
    outer = state.frame.head
    is_method, name = state.scope.is_class, node.name.value
    if is_method:
        name = method_name(name, [w.last for w in written_decorators(node)], state.scope.names)
    qualname = walker.free_name(f"{outer.qualname}.{name}")
    walker.definitions[qualname] = node
    state.scope.bind(node.name.value, walker.bound(How.FUNCTION, entry, text=qualname))
    owner = outer.qualname if is_method else state.scope.owner
    scope = Scope(qualname, state.scope, owner, node.asynchronous is not None)
    syntax = CstSyntax(walker.refs, state.scope)
    bounds = type_bounds(node, syntax)
    head = FunctionHead(
        qualname,
        outer.qualname if is_method else "",
        is_async=node.asynchronous is not None,
        params=with_bounds(read_params(written_params(node.params), syntax), bounds),
        start=outer.start,
        end=outer.end,
        site=walker.order[id(node)],
    )
    if is_method:
        head = with_receiver(head, owner, plain_decorators(node))
    frame = walker.open(head, scope)
    frame.defaults = terms.defaults(node.params)
    flags = state.flags & ~(Flag.IN_LOOP | Flag.OPTIONAL | DIRECT)
    walker.push([node.body], entry, State(frame, scope, flags, narrowed=state.narrowed))


def _lambda(walker: Walker, entry: Entry, node: cst.Lambda, state: State) -> None:
    _push_defaults(walker, entry, node.params, state)
    outer = state.frame.head
    qualname = walker.name_lambda(node, state)
    walker.definitions[qualname] = node
    owner = state.scope.owner if state.scope is not None else ""
    scope = Scope(qualname, state.scope, owner)
    head = FunctionHead(
        qualname,
        params=read_params(written_params(node.params), CstSyntax(walker.refs, state.scope)),
        start=outer.start,
        end=outer.end,
        site=walker.order[id(node)],
    )
    if state.scope is not None and state.scope.is_class:
        is_method, is_static = named_lambda(entry)
        if is_method:
            head = replace(head, owner=owner)
            head = head if is_static else with_receiver(head, owner, ())
    flags = state.flags & ~(Flag.IN_LOOP | Flag.OPTIONAL | DIRECT)
    frame = walker.open(head, scope)
    frame.defaults = terms.defaults(node.params)
    inside = State(frame, scope, flags | Flag.RETURNED, narrowed=state.narrowed)
    walker.push([node.body], entry, inside)


def _push_defaults(walker: Walker, entry: Entry, params: cst.Parameters, state: State) -> None:
    state = replace(state, flags=state.flags & ~DIRECT)
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    defaults = [p.default for p in every if p.default is not None]
    for default in defaults:
        if isinstance(default, cst.Lambda):  # the parameter says so before the walk gets there
            walker.name_lambda(default, state)
    walker.push(defaults, entry, state)


def _class(walker: Walker, entry: Entry, node: cst.ClassDef, state: State) -> None:
    """The body of a class has a frame of its own; it runs where the class is defined."""
    outer = state.frame.head
    is_top = outer.qualname == "<module>"
    name = node.name.value if is_top else f"{outer.qualname}.{node.name.value}"
    qualname = walker.free_name(name)
    site = walker.order[id(node)]
    head = FunctionHead(qualname, start=outer.start, end=outer.end, site=site)
    scope = None
    if state.scope is not None:
        state.scope.bind(node.name.value, walker.bound(How.FUNCTION, entry, text=qualname))
        scope = Scope(qualname, state.scope, qualname, is_class=True)
    frame = walker.open(head, scope)
    frame.block = state.block
    flags = state.flags & ~DIRECT
    walker.push([node.body], entry, replace(state, frame=frame, scope=scope, flags=flags))
    walker.push([a.value for a in (*node.bases, *node.keywords)], entry, state)
    walker.push(list(node.decorators), entry, state)


def _type_alias(walker: Walker, entry: Entry, node: cst.TypeAlias, state: State) -> None:
    """``type Name = ...`` in a function."""
    bind(walker, entry, node.name, How.VALUE, node.value)


HANDLERS: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.WithItem: _with_item,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.Assign: _assign,
    cst.AnnAssign: _ann_assign,
    cst.AugAssign: _aug_assign,
    cst.NamedExpr: _named,
    cst.ExceptHandler: _handler,
    cst.ExceptStarHandler: _handler,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.Global: _global,
    cst.Nonlocal: _global,
    cst.FunctionDef: _function,
    cst.Lambda: _lambda,
    cst.ClassDef: _class,
    cst.TypeAlias: _type_alias,
}
