"""Names that the table of names knows, in packages that are followed.

What the table says of a name is better than what following it would find. So such a name stands for
something outside, although its source could be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wflint.facts.model import BindingKind, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store
from wflint.rule.api_table import ApiTable


class KnownFirst(Resolver):
    """A resolver that does not look behind names of followed packages that ``table`` knows."""

    def __init__(
        self, store: Store, index: ModuleIndex, gives: Mapping[str, str], table: ApiTable
    ) -> None:
        super().__init__(store, index, gives)
        self.table = table
        self._tops = index.installed.tops

    def resolve(self, ref: Ref, path: str, *more: Any, **named: Any) -> tuple[AbstractValue, ...]:
        """Return the values that ``ref``, found in the module ``path``, may stand for."""
        found = self._outside(super().resolve(ref, path, *more, **named))
        return self._as_spelled(self._spelled(ref, path), found)

    def name(self, path: str, name: str) -> tuple[AbstractValue, ...]:
        """Return the values of a module-level name of a module; builtins included."""
        return self._outside(super().name(path, name))

    def dotted(
        self, name: str, importer: str, *more: Any, **named: Any
    ) -> tuple[AbstractValue, ...]:
        """Return the values of an absolute dotted name, as imported by a file."""
        found = self._outside(super().dotted(name, importer, *more, **named))
        return self._as_spelled(name if self._is_followed(name) else "", found)

    def attribute(
        self, entity: AbstractValue, name: str, *more: Any, **named: Any
    ) -> tuple[AbstractValue, ...]:
        """Return the values of an attribute of an entity."""
        return self._outside(super().attribute(entity, name, *more, **named))

    def _is_followed(self, name: str) -> bool:
        return name.partition(".")[0] in self._tops

    def _spelled(self, ref: Ref, path: str) -> str:
        """The name in full, if it is one of a followed package."""
        if ref.kind is Kind.IMPORT:
            name = ref.name
        elif ref.kind is Kind.GLOBAL:
            facts = self.store.load(path).facts
            bindings = facts.bindings.get(ref.name, ())
            imported = (b.target for b in bindings if b.what is BindingKind.IMPORT)
            name = next(imported, f"{facts.name}.{ref.name}" if bindings else "")
        else:
            return ""
        return ".".join((name, *ref.path)) if self._is_followed(name) else ""

    def _as_spelled(self, name: str, found: tuple[AbstractValue, ...]) -> tuple[AbstractValue, ...]:
        if not name or not self.table.knows(name):
            return found
        return (
            *(entity for entity in found if isinstance(entity, ClassValue)),
            ExternalValue(name),
        )

    def _outside(self, found: tuple[AbstractValue, ...]) -> tuple[AbstractValue, ...]:
        if not any(self._is_inside(entity) for entity in found):
            return found
        return tuple(dict.fromkeys(e for entity in found for e in self._as_known(entity)))

    def _is_inside(self, entity: AbstractValue) -> bool:
        match entity:
            case FunctionValue():
                return self.index.is_followed(entity.fn.path)
            case ClassValue() | InstanceValue():
                return self.index.is_followed(entity.cls.path)
        return False

    def _as_known(self, entity: AbstractValue) -> Iterator[AbstractValue]:
        """A function as what the table knows; a class as that too, for its methods it may not.

        The class goes first: as a base it is the class.
        """
        match entity:
            case FunctionValue():
                for name in self._function_names(entity):
                    if self.table.knows(name):
                        yield ExternalValue(name, partial=entity.partial)
                        return
            case ClassValue():
                names = self._full_names(entity.cls.path, entity.cls.qualname)
                known = next(filter(self.table.knows, names), None)
                yield from (entity, ExternalValue(known)) if known is not None else (entity,)
                return
            case InstanceValue():
                for name in self._full_names(entity.cls.path, entity.cls.qualname):
                    if self.table.knows(f"{name}.*"):
                        yield ExternalValue(name, instance=True, base=len(name))
                        return
        yield entity

    def _function_names(self, function: FunctionValue) -> Iterator[str]:
        fn, receiver = function.fn, function.receiver
        yield from self._full_names(fn.path, fn.shown)
        if receiver is not None:
            method = fn.shown.rpartition(".")[2]
            yield from self._full_names(receiver.path, f"{receiver.qualname}.{method}")

    def _full_names(self, path: str, qualname: str) -> Iterator[str]:
        """The names of a thing: in its module, and as the packages around may show it."""
        parts = self.store.load(path).facts.name.split(".")
        for length in range(len(parts), 0, -1):
            yield ".".join((*parts[:length], qualname))
