"""What new code finds where old runs have nothing.

Fields that only the new code has are not in old data, so they have their default values; this holds
for what runs were given, and for results of activities. An attribute that only a new update sets is
still what `__init__` has made it: old code has accepted no such update.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.inference.values import ClassValue
from wflint.replay.sides import Side
from wflint.replay.terms import Callee, Command, Put, Text, all_terms
from wflint.replay.values import Symbol, any_result, parameter
from wflint.syntax.expression_text import parsed_expression


def known_defaults(old: Side, new: Side) -> dict[str, Symbol]:
    """Return the values that parameters, and their fields, have whatever histories there are.

    Those that only the new code has are not in old data, so they have their default values.
    """
    found: dict[str, Symbol] = {}
    pairs = [("run", "run", old.run, new.run)]
    pairs += [
        (kind, name, old.handlers[kind, name], callee)
        for (kind, name), callee in new.handlers.items()
        if (kind, name) in old.handlers
    ]
    for kind, label, before, after in pairs:
        mine, its = _params(old, before), _params(new, after)
        for number, (default, cls) in enumerate(its):
            key = parameter(kind, label, number).key
            if number >= len(mine):
                found.update({key: default} if default is not None else {})
                continue
            of = mine[number][1]
            if of is not None and cls is not None:
                found.update(_new_fields(key, _fields(old, of), new, cls))
    found.update(_results(old, new))
    found.update(set_by_new_updates(old, new))
    return found


# Results of activities.

_ACTIVITIES = ("activity", "local activity")


def _results(old: Side, new: Side) -> Iterator[tuple[str, Symbol]]:
    """Yield the fields that old results of activities lack, with their default values."""
    before, after = _result_classes(old), _result_classes(new)
    for shown in sorted(before.keys() & after.keys()):
        yield from _new_fields(any_result(shown), _fields(old, before[shown]), new, after[shown])


def _result_classes(side: Side) -> dict[str, Cls]:
    """Return the classes of what the activities of a workflow give, where these are known."""
    functions = side.functions
    project = functions.answer.project
    called = {
        (term.kind, term.name.text)
        for callee in side.callees()
        for term in all_terms(functions.term(callee.node))
        if isinstance(term, Command) and term.kind in _ACTIVITIES and isinstance(term.name, Text)
    }
    by_name: dict[str, set[Cls | None]] = {}
    for view in project.activities if project is not None and called else ():
        fn = view.place.fn
        by_name.setdefault(view.name, set()).add(_returned(side, fn))
    return {
        f"{kind} {name}": cls
        for kind, name in called
        if len(by_name.get(name, ())) == 1 and (cls := next(iter(by_name[name]))) is not None
    }


def _returned(side: Side, fn: Fn) -> Cls | None:
    head = side.functions.store.head(fn)
    found = side.functions.referred(head.returns, Node(fn)) if head is not None else ()
    only = found[0] if len(found) == 1 else None
    return only.cls if isinstance(only, ClassValue) else None


# Attributes.


def set_by_new_updates(old: Side, new: Side) -> Iterator[tuple[str, Symbol]]:
    """Yield the attributes that only updates set which old code did not have, with their values."""
    known = {name for kind, name in old.handlers if kind == "update"}
    if "any" in known:
        return
    fresh = {
        callee.node.fn.qualname.rpartition(".")[2]
        for (kind, name), callee in new.handlers.items()
        if kind == "update" and name not in known and name != "any"
    }
    elsewhere = {
        term.attribute
        for callee in (new.callees() if fresh else ())
        for term in all_terms(new.functions.term(callee.node))
        if isinstance(term, Put) and callee.node.fn.qualname.rpartition(".")[2] not in fresh
    }
    for state in new.workflow.state if fresh else ():
        writers = {access.method for access in state.writers}
        is_fresh = writers & fresh and writers <= {*fresh, _INIT}
        if is_fresh and state.name not in elsewhere:
            value = _made(new, state.name)
            if value is not None:
                yield f"self.{state.name}", value


_INIT = "__init__"


def _made(side: Side, name: str) -> Symbol | None:
    """Return the plain value that `__init__` surely gives an attribute."""
    cls = side.workflow.cls
    definition = side.functions.code(Node(Fn(cls.path, f"{cls.qualname}.{_INIT}"), cls)).definition
    if not isinstance(definition, ast.FunctionDef):
        return None
    targets = [
        each
        for each in ast.walk(definition)
        if isinstance(each, ast.Attribute)
        and each.attr == name
        and not isinstance(each.ctx, ast.Load)
    ]
    for statement in definition.body:
        match statement:
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
            ) if targets == [target]:
                return _literal(value)
    return None


def _params(side: Side, callee: Callee) -> list[tuple[Symbol | None, Cls | None]]:
    """Return the default value and the class of each parameter, where these are known."""
    code = side.functions.code(callee.node)
    classes = {p.name: _class_of(side, callee.node, p.name) for p in code.body.head.params}
    defaults: dict[str, Symbol | None] = {}
    if code.definition is not None:
        args = code.definition.args
        plain = [*args.posonlyargs, *args.args]
        given = plain[len(plain) - len(args.defaults) :]
        defaults = {a.arg: _literal(d) for a, d in zip(given, args.defaults, strict=True)}
    return [(defaults.get(name), classes.get(name)) for name in code.params]


def _class_of(side: Side, node: Node, name: str) -> Cls | None:
    head = side.functions.code(node).body.head
    annotation = next(p.annotation for p in head.params if p.name == name)
    found = side.functions.referred(annotation, node)
    only = found[0] if len(found) == 1 else None
    return only.cls if isinstance(only, ClassValue) else None


def _fields(side: Side, cls: Cls) -> frozenset[str]:
    """Return the fields that a class has, with those of its bases."""
    return frozenset(name for owner in side.functions.bases(cls) for name in owner.fields)


def _new_fields(
    key: str, known: frozenset[str], new: Side, cls: Cls
) -> Iterator[tuple[str, Symbol]]:
    """Yield the fields that old data lacks, with their default values."""
    if not known:
        return  # what is in its data is not seen
    for name in sorted(_fields(new, cls) - known):
        written = new.functions.names.of_class(cls, name)
        default = _literal_text(written)
        if default is not None:
            yield f"{key}.{name}", default


def _literal_text(code: str) -> Symbol | None:
    try:
        return _literal(parsed_expression(code)) if code else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _literal(node: ast.expr) -> Symbol | None:
    if not isinstance(node, ast.Constant) or node.value is ...:
        return None
    text = node.value if isinstance(node.value, str) else None
    return Symbol(repr(node.value), text)
