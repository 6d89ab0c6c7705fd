"""What views speak of: callees, types, owners of objects, places of effects and changes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wflint.facts.ids import Cls
from wflint.facts.model import FunctionHead
from wflint.facts.signatures import RECEIVERS, Signature


class Callee(Struct, frozen=True):
    """A function of the project that a call resolves to.

    ``is_replaced`` is set for an activity whose name may stand for something else, which a
    decorator has put there and which schedules it.
    """

    head: FunctionHead
    module: str
    is_activity: bool = False
    is_workflow_run: bool = False
    is_replaced: bool = False

    @property
    def is_async(self) -> bool:
        """True if calling it gives a coroutine."""
        return self.head.is_async and not self.head.is_generator

    @property
    def signature(self) -> Signature:
        """Return its parameters without the receiver, which whoever runs it has."""
        kinds = {param.kind for param in self.head.params[:1]}
        return Signature.of(self.head, bound=not kinds.isdisjoint(RECEIVERS))

    @property
    def qualname(self) -> str:
        """Its dotted name inside its module."""
        return self.head.qualname


class LateImport(Struct, frozen=True, array_like=True):
    """``from module import names`` in a function.

    The function has always imported what is ``there`` by then. A rule about such imports notes them
    as the details of what it finds.
    """

    module: str
    names: tuple[str, ...] = ()
    there: tuple[str, ...] = ()

    def modules(self) -> tuple[str, ...]:
        """Return the names of all modules that it may load: what it takes may be some as well."""
        return (self.module, *(f"{self.module}.{name}" for name in self.names))


class TypeView(Struct, frozen=True):
    """A type that an expression is an instance of.

    ``name`` is the dotted name of the class, also of one of the project (then ``own`` is set).
    ``args`` are its type parameters, for each all types that it may be; empty when not known.
    ``hashed_by`` says what its hash comes from: its ``value``, which is the same in every process,
    the ``seed`` (``PYTHONHASHSEED``), the memory ``address``; empty when that is not known.
    ``loops_like`` is for a class of the project the builtin collection that it is made of, if a
    loop over it is a loop over that; ``args`` are then those of the collection.
    """

    name: str
    args: tuple[tuple[TypeView, ...], ...] = ()
    own: Cls | None = None
    hashed_by: str = ""
    loops_like: str = ""


_NONE = frozenset({"builtins.None", "types.NoneType"})


def elements_of(types: Iterable[TypeView]) -> list[TypeView]:
    """Return the types of what is in a set of these types; none if a part is not known."""
    args = [t.args[0] if t.args else () for t in types if t.name not in _NONE]
    return [element for arg in args for element in arg] if all(args) else []


class Shared(Struct, frozen=True):
    """The owner of an object that is not made by the workflow that changes it.

    ``kind`` is ``value`` (a module-level name holds it), ``module``, ``class``, ``function``,
    ``attribute`` (it is an attribute of a class) or ``result`` (a cached function gives it to
    everyone). ``name`` is what holds it, ``module`` the dotted name of the module. ``is_shared`` is
    set when all workflows of a worker surely share it.
    """

    kind: str
    name: str
    module: str
    is_shared: bool = False


class EffectAt(Struct, frozen=True):
    """The place of an effect in a function.

    ``shown`` is the source of the place, shortened. ``function`` is the name of the function that
    it stands in if that is another one, which is called on the way; else it is empty.
    """

    shown: str
    function: str = ""


class MutationView(Struct, frozen=True):
    """A place that changes the state of the workflow; ``shown`` is its source, shortened."""

    shown: str
    function: FunctionHead
