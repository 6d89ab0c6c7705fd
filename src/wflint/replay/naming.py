"""The names of what commands are about: activities, workflows, signals."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from wflint.callgraph.graph import Node
from wflint.facts.model import Ref, Value, ValueType
from wflint.inference.values import ClassValue, FunctionValue, InstanceValue
from wflint.inference.written_values import WrittenValues
from wflint.model.class_text import class_body
from wflint.model.definitions import Definitions
from wflint.rule.written import Written


def _assignments(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that the body of a class assigns."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _text(node: ast.expr) -> Value | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Value(ValueType.STR, node.value)
    return None


class Names:
    """Answers for one program how the server knows what stands in its code."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._written = WrittenValues(definitions.resolver)

    def literal(self, value: Value, at: Node) -> Value | None:
        """Return the literal that a value surely is."""
        found = self._written.follow(Written(value, at.fn.path, at.receiver)).value
        is_literal = found.type in (
            ValueType.STR,
            ValueType.INT,
            ValueType.FLOAT,
            ValueType.BOOL,
            ValueType.NONE,
        )
        return found if is_literal else self._of_class(value.ref, at)

    def _of_class(self, ref: Ref, at: Node) -> Value | None:
        """Return the text that an attribute of a class is: `Names.RESERVE`, or its `.value`."""
        path = ref.path[:-1] if ref.path[-1:] == ("value",) else ref.path
        if not path:
            return None
        holder = replace(ref, path=path[:-1])
        found = self._resolver.resolve(holder, at.fn.path, at.receiver, env=at.env)
        if len(found) != 1 or not isinstance(found[0], ClassValue):
            return None
        for owner in self._resolver.order(found[0].cls)[0]:
            body = class_body(self._resolver.store.load(owner.path), owner.qualname) or []
            given = [value for name, value in _assignments(body) if name == path[-1]]
            if given:
                return _text(given[0]) if len(given) == 1 else None
        return None

    def of(self, value: Value, at: Node) -> str:
        """Return the name by which the server knows a value, or ``""``."""
        literal = self.literal(value, at)
        if literal is not None:
            return literal.text if literal.type is ValueType.STR else ""
        found = self._resolver.resolve(value.ref, at.fn.path, at.receiver, env=at.env)
        names = {self._name(entity) for entity in found}
        return names.pop() if len(names) == 1 else ""

    def _name(self, entity: object) -> str:
        definitions = self._definitions
        if isinstance(entity, FunctionValue):
            if definitions.roots.is_activity(entity.fn):
                activity = definitions.activity(entity.fn)
                return activity.name if activity is not None else ""
            if definitions.roots.is_run(entity.fn) and entity.receiver is not None:
                return self._workflow(ClassValue(entity.receiver))
        if isinstance(entity, ClassValue) and definitions.roots.is_workflow(entity.cls):
            return self._workflow(entity)
        if isinstance(entity, (ClassValue, InstanceValue)):
            view = definitions.callable_activity(entity.cls)
            return view.name if view is not None else ""
        return ""

    def _workflow(self, entity: ClassValue) -> str:
        view = self._definitions.workflow(entity.cls)
        return view.name if view is not None else ""
