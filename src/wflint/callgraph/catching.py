"""What the handlers of ``try`` statements catch: through imports, tuples, and own classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import Handler, Kind, Ref, Try, ValueType
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue
from wflint.temporal.effects import Effect
from wflint.temporal.errors import FAILS_AS, classes_of, error_name

EVERYTHING = "builtins.BaseException"

_MIXED_IN = ("abc.", "builtins.", "enum.", "typing.", "typing_extensions.")
"""Beginnings of classes that make no error of what derives from them."""


class Catching:
    """Answers for the functions of one program; each question is answered once."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[tuple[Ref, str, Cls | None], tuple[str, ...]] = {}

    def caught(self, handler: Handler, path: str, receiver: Cls | None) -> tuple[str, ...]:
        """Return the dotted names of the classes that a handler is for, ``""`` if not known."""
        if not handler.caught:
            return (EVERYTHING,)
        found = (self._classes(ref, path, receiver) for ref in handler.caught)
        return tuple(dict.fromkeys(name for names in found for name in names))

    def catching(
        self, tried: Try, error: str, path: str, receiver: Cls | None, *, surely: bool = False
    ) -> Handler | None:
        """Return the handler that gets an error of Python or the SDK.

        One whose classes are not known may get it, unless ``surely`` is set.
        """
        return self.handler_for(tried, classes_of(error), path, receiver, surely=surely)

    def handler_for(
        self,
        tried: Try,
        classes: Iterable[str],
        path: str,
        receiver: Cls | None,
        *,
        surely: bool = False,
    ) -> Handler | None:
        """Return the handler that gets an error of some classes: its own, and all above that."""
        wanted = set(classes)
        for handler in tried.handlers:
            caught = self.caught(handler, path, receiver)
            if not wanted.isdisjoint(caught):
                return handler
            if "" in caught:
                return None if surely else handler
        return None

    def keeps(self, tried: Try, effect: Effect, path: str, receiver: Cls | None) -> bool:
        """True if a ``try`` keeps, or may keep, the error that an effect inside of it gives."""
        error = FAILS_AS.get(effect)
        if error is None:
            return False
        handler = self.catching(tried, error, path, receiver)
        return tried.leaves >= 0 or (handler is not None and not handler.raises)

    def error_classes(self, entity: AbstractValue) -> tuple[str, ...]:
        """Return the names of the class of an error and of all that it derives from.

        Nothing if ``entity`` is no such class, or if not all of that is known.
        """
        if isinstance(entity, ExternalValue):
            found = () if entity.instance else classes_of(entity.name)
        elif isinstance(entity, ClassValue):
            found = self._own_classes(entity.cls)
        else:
            found = ()
        return found if EVERYTHING in found else ()

    def _own_classes(self, cls: Cls) -> tuple[str, ...]:
        found: dict[str, None] = {}
        order, _ = self._resolver.order(cls)
        for one in order:
            facts = self._resolver.facts_of(one)
            found[self._own_name(one)] = None
            for base in facts.bases if facts is not None else ():
                for entity in self._resolver.resolve(base, one.path):
                    if isinstance(entity, ExternalValue) and not entity.instance:
                        classes = classes_of(entity.name)
                        is_known = EVERYTHING in classes or entity.name.startswith(_MIXED_IN)
                        if not is_known:
                            return ()
                        found.update(dict.fromkeys(classes))
                    elif not isinstance(entity, ClassValue):
                        return ()
        return tuple(found)

    def _own_name(self, cls: Cls) -> str:
        module, _ = self._resolver.index.name_of(cls.path)
        return f"{module}.{cls.qualname}"

    def _classes(self, ref: Ref, path: str, receiver: Cls | None) -> tuple[str, ...]:
        key = ref, path, receiver
        if key not in self._known:
            found = dict.fromkeys(self._find(ref, path, receiver, limits.ALTERNATIVES))
            self._known[key] = tuple(found) or ("",)
        return self._known[key]

    def _find(self, ref: Ref, path: str, receiver: Cls | None, steps: int) -> Iterator[str]:
        if steps <= 0:
            yield ""
            return
        parts = self._parts(ref, path)
        if parts is not None:
            for part, where in parts:
                if ref.kind is Kind.ELEMENT and self._parts(part, where) is None:
                    yield ""  # `*ERRORS` of a library
                else:
                    yield from self._find(part, where, receiver, steps - 1)
            return
        for entity in self._resolver.resolve(ref, path, receiver):
            if isinstance(entity, ExternalValue) and not entity.instance:
                yield error_name(entity.name)
            elif isinstance(entity, ClassValue):
                yield self._own_name(entity.cls)
            else:
                yield ""

    def _parts(self, ref: Ref, path: str) -> list[tuple[Ref, str]] | None:
        """What a tuple consists of, with the modules to see it from; ``None`` if it is none."""
        if ref.kind is Kind.ELEMENT and ref.of is not None:
            return [(ref.of, path)]  # `*ERRORS`
        if ref.kind is Kind.LITERAL and ref.name == "tuple" and not ref.path:
            return [(other, path) for other in ref.others]
        if ref.kind is Kind.EITHER and not ref.path:
            return [(other, path) for other in ref.others]
        if ref.kind is Kind.OPERATION and ref.name == "Add":
            return [(other, path) for other in ref.others]
        constant = self._resolver.constant(ref, path)
        if constant is None or constant[0].type is not ValueType.TUPLE:
            return None
        value, where = constant
        return [(value.ref, where)]
