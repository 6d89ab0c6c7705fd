"""Follows values to where they are written out: constants, tables, class attributes, results.

What depends on a caller, on the environment or on an object is not known.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import SPREAD, Decorator, Kind, Ref, Value, ValueType
from wflint.inference.resolver import Resolver
from wflint.inference.type_views import types_of
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ModuleValue,
)
from wflint.rule.views import TypeView
from wflint.rule.written import Written

Options = Mapping[str, Written]

_OPTION_BAGS = frozenset(
    {
        "builtins.dict",
        "temporalio.workflow.ActivityConfig",
        "temporalio.workflow.ChildWorkflowConfig",
        "temporalio.workflow.LocalActivityConfig",
    }
)
_TIMEDELTA = "datetime.timedelta"
_UNITS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_DISPLAYS = (ValueType.LIST, ValueType.TUPLE, ValueType.SET)
_ERROR = re.compile(r"[A-Z]+[a-z]\w*(?:Error|Exception)|Exception")
_CHANGED = re.compile(
    r"\b(\w+)(?=\s*(?:\|=|\[[^\]\n]*\]\s*=[^=]|\.(?:clear|pop|setdefault|update)\s*\())"
)
"""Matches the names of dictionaries that something is put into, or taken out of."""
_TRANSPARENT = frozenset({"cache", "classmethod", "lru_cache", "staticmethod"})
"""Decorators of functions that still give what their body returns."""


class WrittenValues:
    """Answers for one program what values are, as far as that is written out."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._changed: dict[str, frozenset[str]] = {}  # names, by path

    def follow(self, at: Written) -> Written:
        """Return what a value stands for; itself where that is not known."""
        for _ in range(limits.WRITTEN_STEPS):
            following = self._next(at)
            if following is None:
                break
            at = following
        return at

    def options(self, at: Written) -> Options | None:
        """Return all keywords behind a ``**spread``; ``None`` if there may be others."""
        found: dict[str, Written] = {}
        pending = [(SPREAD, at)]
        for _ in range(limits.WRITTEN_OPTIONS):
            if not pending:
                return found
            key, part = pending.pop()
            if key and key != SPREAD:
                found[key] = part
                continue
            inner = self._keywords(part)
            if inner is None:
                return None
            pending += reversed(inner)
        return None

    def _keywords(self, at: Written) -> list[tuple[str, Written]] | None:
        """Return what is written in a dictionary, with what is spread into it left as it is."""
        at = self.follow(at)
        value = at.value
        if not value.complete or value.type not in (ValueType.DICT, ValueType.CALL):
            return None
        if value.type is ValueType.CALL and self.name(at) not in _OPTION_BAGS:
            return None
        return list(_parts(at))

    def elements(self, at: Written) -> list[Written] | None:
        """Return what is in a list, tuple or set that is written out."""
        at = self.follow(at)
        value = at.value
        if value.type not in _DISPLAYS or not value.complete:
            return None
        if value.values or not value.items:
            refs = value.ref.others if not value.values and value.ref.kind is Kind.LITERAL else ()
            if any(ref.kind is Kind.ELEMENT for ref in refs):
                return None
            named = (at.at(Value(ValueType.NAME, ref=ref)) for ref in refs)
            return [*(at.at(part) for part in value.values), *named]
        return None

    def number(self, at: Written) -> float | None:
        """Return the number that a value is."""
        value = self.follow(at).value
        if value.type not in (ValueType.INT, ValueType.FLOAT) or len(value.text) > limits.KEPT_TEXT:
            return None
        try:
            return float(int(value.text, 0)) if value.type is ValueType.INT else float(value.text)
        except (OverflowError, ValueError):
            return None

    def seconds(self, at: Written) -> float | None:
        """Return the length of a ``timedelta`` that is written out."""
        at = self.follow(at)
        value = at.value
        if value.type is not ValueType.CALL or not value.complete or self.name(at) != _TIMEDELTA:
            return None
        if len(value.values) != len(value.items):
            return None
        given: dict[str, float] = {}
        for number, (key, part) in enumerate(_parts(at)):
            amount = self.number(part)
            unit = key or _UNITS[min(number, len(_UNITS) - 1)]
            if amount is None or unit not in _UNITS:
                return None
            given[unit] = amount
        try:
            return timedelta(**given).total_seconds()
        except (OverflowError, ValueError):
            return None

    def name(self, at: Written) -> str:
        """Return the qualified name outside of the project that a value refers to, or ``""``."""
        return next((e.name for e in self.entities(at) if isinstance(e, ExternalValue)), "")

    def error_class(self, at: Written) -> str:
        """Return the name of the exception class that a value is, or ``""``."""
        if at.value.type is not ValueType.NAME:
            return ""
        found = self.entities(at)
        match found[0] if len(found) == 1 else None:
            case ClassValue(cls=cls):
                bases = self._resolver.order(cls)[1]
                is_error = any(is_exception(name) for name in bases)
                return cls.qualname.rpartition(".")[2] if is_error else ""
            case ExternalValue(name=name, instance=False) if is_exception(name):
                return name.rpartition(".")[2]
        return ""

    def types(self, at: Written) -> tuple[TypeView, ...]:
        """Return all types that a value may be an instance of; none when any is not known."""
        return types_of(at.value.ref, at.path, at.receiver, (), self._resolver)

    def decorators(self, at: Written) -> tuple[str, ...] | None:
        """Return the dotted names of the decorators of the class of the project that a value is.

        ``""`` stands for one that is not known; ``None`` if it is no such class.
        """
        found = self.entities(at) if at.value.type is ValueType.NAME else ()
        if len(found) != 1 or not isinstance(found[0], ClassValue):
            return None
        facts = self._resolver.facts_of(found[0].cls)
        path = found[0].cls.path
        named = [self._decorator(d, path) for d in facts.decorators] if facts is not None else [""]
        return tuple(named)

    def _decorator(self, decorator: Decorator, path: str) -> str:
        found = self._resolver.resolve(decorator.target, path)
        return found[0].name if len(found) == 1 and isinstance(found[0], ExternalValue) else ""

    def entities(self, at: Written) -> tuple[AbstractValue, ...]:
        """Return what a value refers to; of a call what is called."""
        ref = at.value.ref
        if at.value.type is ValueType.CALL and _is_result(ref) and ref.of is not None:
            ref = ref.of
        return self._resolver.resolve(ref, at.path, at.receiver)

    # One step.

    def _next(self, at: Written) -> Written | None:
        match at.value.type:
            case ValueType.NAME:
                return self._constant(at) or self._attribute(at)
            case ValueType.OTHER if at.value.ref.kind is Kind.ITEM:
                return self._item(at)
            case ValueType.CALL if _is_result(at.value.ref):
                return self._returned(at)
        return None

    def _constant(self, at: Written, ref: Ref | None = None) -> Written | None:
        """Return the only value of a name of a module, unless the module changes it later."""
        ref = at.value.ref if ref is None else ref
        found = self._resolver.constant(ref, at.path)
        if found is None:
            return None
        value, path = found
        if value.type is ValueType.DICT and self._is_changed((ref.path or (ref.name,))[-1], path):
            return None
        return Written(value, path)

    def _is_changed(self, name: str, path: str) -> bool:
        if path not in self._changed:
            self._changed[path] = frozenset(_CHANGED.findall(self._store.text(path)))
        return name.rpartition(".")[2] in self._changed[path]

    def _attribute(self, at: Written) -> Written | None:
        """Return what a class says of an attribute that nothing else sets."""
        ref = at.value.ref
        if not ref.path:
            return None
        holder = Ref(ref.kind, ref.name, ref.path[:-1], ref.of, ref.others, ref.owner)
        entities = self._resolver.resolve(holder, at.path, at.receiver)
        if len(entities) != 1:
            return None
        match entities[0]:
            case ModuleValue(path=path):
                return self._constant(Written(at.value, path), Ref(Kind.GLOBAL, ref.path[-1]))
            case ClassValue(cls=cls):
                return self._of_class(cls, ref.path[-1], of_object=False)
            case InstanceValue(cls=cls) if ref.kind is Kind.SELF and at.receiver is not None:
                return self._of_class(cls, ref.path[-1], of_object=True)
        return None

    def _of_class(self, cls: Cls, name: str, *, of_object: bool) -> Written | None:
        is_set = self._resolver.members.sets
        for owner in self._resolver.order(cls)[0]:
            facts = self._store.class_facts(owner)
            if of_object and (facts is None or name in facts.fields or is_set(owner, name)):
                return None
            if facts is not None and name in facts.values:
                return Written(facts.values[name], owner.path, cls)
            if facts is None or name in facts.attributes or name in facts.methods:
                return None
        return None

    def _item(self, at: Written) -> Written | None:
        """Return what stands under a key of a table."""
        ref = at.value.ref
        if not ref.name or ref.path or ref.of is None:
            return None
        options = self.options(at.at(Value(ValueType.NAME, ref=ref.of)))
        return options.get(ref.name) if options is not None else None

    def _returned(self, at: Written) -> Written | None:
        """Return the only thing that a function of the project returns."""
        entities = self.entities(at)
        if len(entities) != 1 or not isinstance(entities[0], FunctionValue):
            return None
        function = entities[0]
        head = self._store.head(function.fn)
        if head is None or head.is_async or not all(map(_is_transparent, head.decorators)):
            return None
        body = self._store.body(function.fn)
        if body.head.is_generator or len(body.results) != 1:
            return None
        return Written(body.results[0], function.fn.path, function.receiver)


def _parts(at: Written) -> Iterator[tuple[str, Written]]:
    """Yield what stands under each key; where there are very many it is not known what."""
    value = at.value
    values = value.values or (Value(ValueType.OTHER),) * len(value.items)
    return zip(value.items, map(at.at, values), strict=True)


def is_exception(name: str) -> bool:
    """True if a class outside of the project is an exception, as its name says."""
    module, _, last = name.rpartition(".")
    if module == "builtins":
        found = getattr(builtins, last, None)
        return isinstance(found, type) and issubclass(found, BaseException)
    return _ERROR.fullmatch(last) is not None


def _is_result(ref: Ref) -> bool:
    return ref.kind is Kind.RESULT and not ref.path and ref.of is not None


def _is_transparent(decorator: Decorator) -> bool:
    target = decorator.target
    return (target.path or (target.name,))[-1] in _TRANSPARENT
