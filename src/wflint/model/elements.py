"""What the elements of the lists of Workers are, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, TypeVar

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Decorator, Kind, ParamKind
from wflint.facts.signatures import RECEIVERS, Signature, is_receiver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.model.definitions import Definitions
from wflint.model.lists import Element
from wflint.model.places import code_at
from wflint.rule.worker_view import ElementForm, ListElement
from wflint.wording import code_on_one_line, on_one_line, shortened

T = TypeVar("T")


class _Found(NamedTuple):
    form: ElementForm
    entity: AbstractValue


class Elements:
    """Answers for one program."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._store = definitions.resolver.store

    def of(
        self, element: Element, find: Callable[[AbstractValue], T | None]
    ) -> ListElement[T] | None:
        """Return how an element is written; ``None`` if it is not known what it is.

        ``find`` gives the definition that something of the project is.
        """
        found = self._found(element)
        if found is None:
            return None
        path, start, end, is_sure = element.path, element.start, element.end, element.is_sure
        text = code_on_one_line(on_one_line(self._store.text(path)[start:end]))
        shown = shortened(text, limits.KEPT_TEXT)
        place = partial(code_at, self._store, path, start, end)
        is_class = found.form is ElementForm.CLASS and isinstance(found.entity, ClassValue)
        needs_nothing = is_class and self._needs_nothing(found.entity)
        return ListElement(found.form, shown, find(found.entity), is_sure, needs_nothing, place)

    def _found(self, element: Element) -> _Found | None:
        ref, path = element.ref, element.path
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            called = self._only(self._resolver.resolve(ref.of, path))
            if isinstance(called, FunctionValue):
                is_activity = self._is_plain_activity(called.fn)
                return _Found(ElementForm.CALLED, called) if is_activity else None
            return self._of_class(ElementForm.OBJECT, called)
        entity = self._only(self._resolver.resolve(ref, path))
        if isinstance(entity, FunctionValue):
            return _Found(self._form(entity), entity)
        if isinstance(entity, InstanceValue):
            return _Found(ElementForm.OBJECT, ClassValue(entity.cls))
        return self._of_class(ElementForm.CLASS, entity)

    def _of_class(self, form: ElementForm, value: AbstractValue | None) -> _Found | None:
        is_plain = value is not None and self._is_plain_class(value)
        return _Found(form, value) if value is not None and is_plain else None

    def _only(self, entities: tuple[AbstractValue, ...]) -> AbstractValue | None:
        return entities[0] if len(entities) == 1 else None

    def _form(self, value: FunctionValue) -> ElementForm:
        head = self._store.head(value.fn)
        first = head.params[0] if head is not None and head.params else None
        if first is None or first.kind not in RECEIVERS:
            return ElementForm.FUNCTION
        if value.bound or first.kind is ParamKind.CLS:
            return ElementForm.BOUND
        return ElementForm.UNBOUND if is_receiver(first) else ElementForm.FUNCTION

    def _is_plain_activity(self, fn: Fn) -> bool:
        """True for an activity that only decorators of the SDK change."""
        head = self._store.head(fn)
        is_plain = head is not None and self._are_outside(head.decorators, fn.path)
        return is_plain and self._definitions.activity(fn) is not None

    def _is_plain_class(self, value: AbstractValue) -> bool:
        """True for a class that nothing of the project gives another meaning."""
        if not isinstance(value, ClassValue):
            return False
        for cls in self._resolver.order(value.cls)[0]:
            facts = self._resolver.facts_of(Cls(cls.path, cls.qualname))
            if facts is None or not self._are_outside(facts.decorators, cls.path):
                return False
        return True

    def _needs_nothing(self, value: AbstractValue) -> bool:
        """True if a class of the project surely makes objects without arguments."""
        if not isinstance(value, ClassValue):
            return False
        order, externals = self._resolver.order(value.cls)
        facts = [self._resolver.facts_of(cls) for cls in order]
        if externals or any(len(f.decorators) > 1 for f in facts if f is not None):
            return False
        makers = (Fn(c.path, f"{c.qualname}.{m}") for m in ("__new__", "__init__") for c in order)
        heads = [head for fn in makers if (head := self._store.head(fn)) is not None]
        return all(Signature.of(head, bound=True).accepts(0) for head in heads)

    def _are_outside(self, decorators: Iterable[Decorator], path: str) -> bool:
        targets = (self._resolver.resolve(decorator.target, path) for decorator in decorators)
        return all(isinstance(e, ExternalValue) for found in targets for e in found)
