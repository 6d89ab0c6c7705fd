"""Calls that may lead back into the project, by a way that nobody sees.

What a library that is not known gives, as a container does, may be an object of the project, and
what it is given it may call. A method that no class of the program has stays with the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from wflint.callgraph.graph import GapAt, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Arg, Call, Flag, Kind, Operation, ValueType
from wflint.inference.library_types import (
    CALLED_ARGUMENTS,
    CONTAINER_METHODS,
    GIVES_ANYTHING,
    LOADS_CODE,
    PLAIN_DATA,
    calls_its_arguments,
    is_known_library,
    is_opaque,
)
from wflint.inference.values import ExternalValue, FunctionValue, Unresolved
from wflint.project.folders import is_namespace
from wflint.project.store import Store

if TYPE_CHECKING:
    from wflint.callgraph.builder import CallGraphBuilder


_ANYTHING = ("builtins.object", "typing.Any", "typing_extensions.Any")
_FROM_LOADED = tuple(f"{name}." for name in sorted(LOADS_CODE))

_ASKED = {"__aenter__": "async with", "__await__": "await"}
"""Methods that most objects do not have, by what calls them."""


class _Maybe(NamedTuple):
    """A gap if a class of the program has the ``method``, or nothing is seen to call ``fn``."""

    gap: GapAt
    method: str = ""
    fn: Fn | None = None


class Unfollowed:
    """Notes calls of something outside the project, and tells in the end which are gaps."""

    def __init__(self, reach: CallGraphBuilder) -> None:
        self.reach = reach
        self.roots = reach.roots
        self.libraries = reach.resolver.index.libraries
        self._noted: dict[_Maybe, None] = {}

    def gaps(self) -> Iterator[GapAt]:
        """Return the gaps among what was noted since this was asked, after the search."""
        noted, self._noted = self._noted, {}
        methods = _method_names(self.reach.store) if noted else set()
        called = {node.fn for node in self.reach.reached.order} if noted else set()
        for maybe in noted:
            if maybe.fn not in called and (not maybe.method or maybe.method in methods):
                yield maybe.gap

    def note(self, node: Node, call: Call, entity: ExternalValue) -> None:
        """Note a call of something outside the project that may be a gap."""
        source = entity.name if entity.instance else entity.name[: entity.base]
        if source:
            method = "" if entity.instance else entity.name.rpartition(".")[2]
            if self._is_unknown(source) and not is_of_plain_value(call, method):
                wanted = "" if source in LOADS_CODE else method
                self._note(_Maybe(_gap(node, call, _why(source)), wanted))
            elif self._is_inherited(node, call, source):
                self._note(_Maybe(_gap(node, call, f"what `{source}` does is not known")))
        elif self._is_missing(node, entity.name):
            why = f"the project has no `{entity.name}`"
            self._note(_Maybe(_gap(node, call, why)))
        elif entity.name in CALLED_ARGUMENTS:
            self._note_unknown_argument(node, call, CALLED_ARGUMENTS[entity.name])
        elif not self._is_known(entity.name):
            self._note_handed(node, call, entity)

    def note_operation(self, node: Node, operation: Operation) -> None:
        """Note that something is awaited or entered of which nothing is known."""
        written = _ASKED.get(operation.methods[0])
        if written is None:
            return
        resolve = self.reach.resolver.resolve
        found = resolve(operation.operand, node.fn.path, node.receiver, env=node.env)
        if any(isinstance(e, Unresolved) and not e.is_awaitable for e in found):
            why = f"`{written}` is asked of what is not known"
            self._note(_Maybe(GapAt(node, operation.site, operation.methods[0], why)))

    def _note(self, maybe: _Maybe) -> None:
        self._noted[maybe] = None

    def _is_unknown(self, source: str) -> bool:
        """True if it is not known of what class that is which something gives."""
        if source in _ANYTHING:
            return True
        if is_known_library(source):
            if source.startswith(_FROM_LOADED):
                return True
            return source in GIVES_ANYTHING and source not in PLAIN_DATA
        given = ExternalValue(source, instance=True, base=len(source))
        return not self._is_known(source) and is_opaque(given)

    def _is_inherited(self, node: Node, call: Call, source: str) -> bool:
        """True of a method that a workflow has from a base which nobody knows."""
        target = call.target
        if target.kind is not Kind.SELF or len(target.path) != 1 or self._is_known(source):
            return False
        return self.roots.is_workflow(node.receiver or Cls(node.fn.path, target.name))

    def _is_missing(self, node: Node, name: str) -> bool:
        """True if a name is that of a package of the project, in which it is not found."""
        top, _, inner = name.partition(".")
        if not inner or self._is_known(name):
            return False
        found = self.reach.resolver.index.find(top, node.fn.path)
        return found is not None and not is_namespace(found)

    def _note_unknown_argument(self, node: Node, call: Call, which: tuple[int, str]) -> None:
        """Note that a function of the standard library calls something that is not known."""
        position, keyword = which
        plain = [arg for arg in call.args if not arg.keyword]
        given = next((arg for arg in call.args if keyword and arg.keyword == keyword), None)
        if given is None and 0 <= position < len(plain):
            given = plain[position]
        if given is None or given.star or given.value.type is not ValueType.NAME:
            return
        resolve = self.reach.resolver.resolve
        found = resolve(given.value.ref, node.fn.path, node.receiver, env=node.env)
        if any(isinstance(e, Unresolved) for e in found):
            self._note(_Maybe(_gap(node, call, "what it is given to call is not known")))

    def _is_known(self, name: str) -> bool:
        return is_known_library(name) or name.partition(".")[0] in self.libraries

    def _note_handed(self, node: Node, call: Call, entity: ExternalValue) -> None:
        """A library that is not known may do anything with a workflow, and call functions."""
        if any(self._is_workflow(arg, node) for arg in call.args):
            why = f"`{entity.name}` is given `self`, and what it does is not known"
            self._note(_Maybe(_gap(node, call, why)))
        for function in self._functions(node, call.args):
            if not calls_its_arguments(entity.name):
                why = f"`{entity.name}` is given `{function.fn.shown}`, and may call it"
                self._note(_Maybe(_gap(node, call, why), fn=function.fn))

    def _is_workflow(self, arg: Arg, node: Node) -> bool:
        ref = arg.value.ref
        if ref.kind is not Kind.SELF or ref.path:
            return False
        return self.roots.is_workflow(node.receiver or Cls(node.fn.path, ref.name))

    def _functions(self, node: Node, args: Iterable[Arg]) -> Iterator[FunctionValue]:
        resolve = self.reach.resolver.resolve
        for arg in args:
            if arg.star or arg.value.type not in (ValueType.NAME, ValueType.LAMBDA):
                continue
            for found in resolve(arg.value.ref, node.fn.path, node.receiver, env=node.env):
                if isinstance(found, FunctionValue) and not self.reach.border.ends_at(found.fn):
                    yield found


def is_of_plain_value(call: Call, method: str) -> bool:
    """True of a method of text, numbers and containers, called on something that is not known.

    None of those is awaited.
    """
    return method in CONTAINER_METHODS and not call.flags & Flag.AWAITED


def _why(source: str) -> str:
    if source in _ANYTHING:
        return f"its type is `{source.rpartition('.')[2]}`"
    return f"it is not known what `{source}` gives"


def _gap(node: Node, call: Call, why: str) -> GapAt:
    return GapAt(node, call.site, call.written, why)


def _method_names(store: Store) -> set[str]:
    """The names of all methods that classes of the program have."""
    return {
        name
        for module in store.modules.values()
        for cls in module.facts.classes.values()
        for name in cls.methods
    }
