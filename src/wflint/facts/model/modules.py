"""A module: its names, imports, classes and heads of functions."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.facts.model.definitions import ClassFacts, FunctionHead
from wflint.facts.model.references import UNKNOWN, Ref
from wflint.facts.model.values import Value


class BindingKind(str, enum.Enum):
    """The ways in which a module-level name can be bound."""

    __hash__ = str.__hash__

    IMPORT = "import"
    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"


class Binding(Struct, frozen=True, array_like=True, gc=False):
    """The binding of a module-level name.

    ``target`` is, for an import, the absolute dotted name, for a function or class its qualname;
    ``value`` is what was assigned. ``alternative``
    is true for bindings of which only one happens: in branches of ``if`` and ``try``; ``typed`` for
    those that only type checkers see. ``declared`` is what the value is declared to be.
    ``with_sdk`` is its truth where the SDK is installed, if that tells whether it is.
    """

    what: BindingKind
    target: str = ""
    value: Value | None = None
    alternative: bool = False
    typed: bool = False
    declared: Ref = UNKNOWN
    with_sdk: bool | None = None


class ImportFact(Struct, frozen=True, array_like=True, gc=False):
    """One module that an import statement imports.

    ``module`` is its absolute dotted name, ``names`` are what is taken from it (``*`` for all).
    ``passed_through`` is set in a ``with`` block that asks the sandbox for it, ``typed`` for what
    only type checkers see, ``fallback`` in an ``except`` branch, ``guarded`` where an error of the
    import may be caught. ``offset`` is where the statement begins, in characters. ``relative`` is
    set where dots stand in front of the name.
    """

    module: str
    names: tuple[str, ...] = ()
    passed_through: bool = False
    typed: bool = False
    fallback: bool = False
    offset: int = 0
    relative: bool = False
    guarded: bool = False

    def modules(self) -> tuple[str, ...]:
        """Return the names of all modules that it may load: what it takes may be some as well."""
        return (self.module, *(f"{self.module}.{name}" for name in self.names))


class ModuleFacts(Struct, frozen=True, array_like=True, gc=False):
    """The contents of a module, without the bodies of its functions.

    ``stars`` are the modules of its star imports, ``exports`` its ``__all__``. ``called`` are the
    words in the names of what it calls when it is imported (``asyncio`` and ``run``), sorted.
    ``imports`` are its imports in source order, those inside functions left out.
    """

    name: str
    is_package: bool = False
    bindings: dict[str, tuple[Binding, ...]] = {}
    stars: tuple[str, ...] = ()
    exports: tuple[str, ...] | None = None
    functions: dict[str, FunctionHead] = {}
    classes: dict[str, ClassFacts] = {}
    called: tuple[str, ...] = ()
    imports: tuple[ImportFact, ...] = ()
