"""The names of what commands are about: activities, workflows, signals."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Value, ValueType
from wflint.inference.values import ClassValue, FunctionValue, InstanceValue, ModuleValue
from wflint.inference.written_values import WrittenValues
from wflint.model.constant_text import constants
from wflint.model.definitions import Definitions
from wflint.rule.written import Written

_LITERALS = (ValueType.STR, ValueType.INT, ValueType.FLOAT, ValueType.BOOL, ValueType.NONE)
_QUOTES = ("'", '"')


class Names:
    """Answers for one program how the server knows what stands in its code."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._written = WrittenValues(definitions.resolver)
        self._set: dict[Cls, frozenset[str]] = {}

    def literal(self, value: Value, at: Node) -> Value | None:
        """Return the literal that a value surely is."""
        found = self._written.follow(Written(value, at.fn.path, at.receiver)).value
        if found.type in _LITERALS:
            return found
        code = self.display(value, at)
        try:
            text = ast.literal_eval(code) if code[:1] in _QUOTES else None
        except (SyntaxError, ValueError):
            text = None
        return Value(ValueType.STR, text) if isinstance(text, str) else None

    def display(self, value: Value, at: Node) -> str:
        """Return the code of the constant that a name stands for, or ``""``.

        That may be an attribute of a class as well: `Names.RESERVE`, or its `.value`.
        """
        ref = value.ref
        found = self._resolver.constant(ref, at.fn.path)
        if found is not None:
            module = self._resolver.store.load(found[1])
            return constants(module).get((ref.path or (ref.name,))[-1], "")
        path = ref.path[:-1] if ref.path[-1:] == ("value",) else ref.path
        if not path:
            return ""
        holder = replace(ref, path=path[:-1])
        holders = self._resolver.resolve(holder, at.fn.path, at.receiver, env=at.env)
        match holders[0] if len(holders) == 1 else None:
            case ModuleValue(path=module_path):
                return constants(self._resolver.store.load(module_path)).get(path[-1], "")
            case ClassValue(cls=cls):
                return self.of_class(cls, path[-1])
            case InstanceValue(cls=cls) if not self._is_set(cls, path[-1]):
                return self.of_class(cls, path[-1])
        return ""

    def of_class(self, cls: Cls, name: str) -> str:
        """Return the code of the constant that a class has under a name, or ``""``."""
        for owner in self._resolver.order(cls)[0]:
            facts = self._resolver.store.class_facts(owner)
            known = constants(self._resolver.store.load(owner.path))
            if f"{owner.qualname}.{name}" in known:
                return known[f"{owner.qualname}.{name}"]
            if facts is None or name in facts.attributes or name in facts.methods:
                return ""
        return ""

    def _is_set(self, cls: Cls, name: str) -> bool:
        """True if an object may have a value of its own under a name."""
        return any(name in self._own(owner) for owner in self._resolver.order(cls)[0])

    def _own(self, cls: Cls) -> frozenset[str]:
        """Return the attributes that methods of a class set, and its fields."""
        if cls not in self._set:
            store = self._resolver.store
            facts = store.class_facts(cls)
            found = set(facts.fields) if facts is not None else set()
            for head in facts.methods.values() if facts is not None else ():
                body = store.body(Fn(cls.path, head.qualname))
                found |= {*body.attributes, *body.additions}
            self._set[cls] = frozenset(found)
        return self._set[cls]

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
