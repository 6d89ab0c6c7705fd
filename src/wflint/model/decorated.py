"""The decorators of definitions, and the definitions that decorators of the SDK stand on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec.structs import replace

from wflint.callgraph.graph import DEFINITION
from wflint.config.rule_settings import RuleSettings
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    SPREAD,
    ClassFacts,
    Decorator,
    FunctionHead,
    Kind,
    Ref,
    Value,
    ValueType,
)
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue
from wflint.model.callees import Callees
from wflint.model.method_text import text_of
from wflint.model.parameters import Parameters
from wflint.project.module import Module
from wflint.rule.decorated_view import DecoratedView, DecoratorView
from wflint.rule.place import Place
from wflint.temporal.decorators import ALL, VALIDATOR

_INSIDE = re.compile(r"\n[ \t]+@[\w.]*(?:defn|init|query|run|signal|update|validator)\b")
"""A decorator of the SDK inside of the code of a function, or before a method's own ``def``."""

At = tuple[DecoratedView, Place]


def opened(decorator: Decorator, path: str, resolver: Resolver) -> Decorator:
    """Return a decorator that is open if it may have been given options before: by ``partial``."""
    found = resolver.resolve(decorator.target, path)
    if not any(isinstance(one, ExternalValue) and one.partial for one in found):
        return decorator
    keywords, values = (*decorator.keywords, SPREAD), (*decorator.values, Value(ValueType.OTHER))
    return replace(decorator, keywords=keywords, values=values)


class Decorated:
    """Reads decorators; each answer rests on the module that they stand in."""

    def __init__(
        self,
        resolver: Resolver,
        callees: Callees,
        parameters: Parameters,
        settings_of: Callable[[str], RuleSettings],
    ) -> None:
        self._resolver = resolver
        self._callees = callees
        self._parameters = parameters
        self._settings_of = settings_of
        self._names: dict[tuple[Decorator, str], str] = {}

    def views(self, decorators: Iterable[Decorator], path: str) -> tuple[DecoratorView, ...]:
        """Return the views of decorators that stand in a module, the uppermost first."""
        return tuple(
            DecoratorView(self._name(one, path), opened(one, path, self._resolver))
            for one in decorators
        )

    def _name(self, decorator: Decorator, path: str) -> str:
        key = decorator, path
        if key not in self._names:
            self._names[key] = self._find_name(decorator, path)
        return self._names[key]

    def _find_name(self, decorator: Decorator, path: str) -> str:
        target = decorator.target
        found = self._resolver.resolve(target, path)
        if len(found) == 1 and isinstance(found[0], ExternalValue):
            return found[0].name
        is_attribute = target.kind is Kind.GLOBAL and len(target.path) == 1
        is_validator = decorator.written == "validator" and is_attribute
        return VALIDATOR if is_validator and target.name not in self._globals(path) else ""

    def _dotted_name(self, written: str, path: str) -> str:
        first, *rest = written.split(".")
        found = self._resolver.resolve(Ref(Kind.GLOBAL, first, tuple(rest)), path)
        names = {e.name if isinstance(e, ExternalValue) else "" for e in found}
        return names.pop() if len(names) == 1 else ""

    def _globals(self, path: str) -> Iterable[str]:
        return self._resolver.store.load(path).facts.bindings

    def of(self, module: Module, is_test: bool) -> Iterator[At]:
        """Return what decorators of the SDK stand on in a module, in order.

        What a test defines in its functions is left out: where the SDK refuses it, the test is
        about that.
        """
        facts = module.facts
        for qualname, cls_facts in facts.classes.items():
            yield from self._class(cls_facts, Cls(module.path, qualname), is_local=False)
        for qualname, head in facts.functions.items():
            fn = Fn(module.path, qualname)
            if not head.owner:
                yield from self._function(fn, head, is_local=False)
            if not is_test and self._has_inside(module, head):
                yield from self._local(fn, module)

    def _has_inside(self, module: Module, head: FunctionHead) -> bool:
        text, at = module.source.searchable, head.start
        for _ in head.decorators:  # its own decorators come first
            at = text.find("\n", at, head.end) + 1 or head.end
        return _INSIDE.search(text, at, head.end) is not None

    def _local(self, fn: Fn, module: Module) -> Iterator[At]:
        """Return what stands in the code of a function."""
        for body in self._resolver.store.with_nested(fn):
            inside = Fn(fn.path, body.head.qualname)
            if inside != fn and not body.head.owner:
                yield from self._function(inside, body.head, is_local=True)
            for cls_facts in body.classes:
                cls = Cls(fn.path, cls_facts.qualname)
                yield from self._class(cls_facts, cls, is_local=True)

    def _class(self, facts: ClassFacts, cls: Cls, is_local: bool) -> Iterator[At]:
        decorators = self.views(facts.decorators, cls.path)
        if any(d.name in ALL for d in decorators):
            owner = cls.qualname.rpartition(".")[0]
            yield (
                DecoratedView(cls.qualname, owner, True, is_local, decorators),
                Place(Fn(*cls), DEFINITION),
            )
        for head in facts.methods.values():
            yield from self._function(Fn(cls.path, head.qualname), head, is_local)

    def _function(self, fn: Fn, head: FunctionHead, is_local: bool) -> Iterator[At]:
        decorators = self.views(head.decorators, fn.path) if head.decorators else ()
        if any(d.name in ALL for d in decorators):
            module = self._resolver.store.load(fn.path)
            view = DecoratedView(
                fn.qualname,
                head.owner,
                False,
                is_local,
                decorators,
                partial(self._callees.of, fn),
                partial(text_of, module, fn.qualname),
                partial(self._parameters.meaning, path=fn.path),
                partial(self._dotted_name, path=fn.path),
                self._settings_of(fn.path),
            )
            yield view, Place(fn, DEFINITION)
