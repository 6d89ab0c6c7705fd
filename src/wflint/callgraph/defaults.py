"""Fallback defaults that may run, though nobody is seen to leave the parameter out.

``now = now or clock()`` runs where a caller gives nothing. Where all callers give something that is
surely there, it never does; where one gives what nobody knows, that is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wflint import limits
from wflint.callgraph.events import ExternalCall
from wflint.callgraph.graph import GapAt, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Arg, Call, Kind, ValueType
from wflint.facts.signatures import Signature, by_keyword
from wflint.facts.sites import call_at
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue, Unresolved

if TYPE_CHECKING:
    from wflint.callgraph.builder import CallGraphBuilder

_UNKNOWN_ROOTS = (Kind.PARAM, Kind.SELF, Kind.DECLARED, Kind.ITEM, Kind.UNKNOWN)
"""Values that may be ``None``, whatever they are declared to be."""


class Defaults:
    """Notes calls that no caller is seen to need, and tells in the end which are gaps."""

    def __init__(self, reach: CallGraphBuilder) -> None:
        self.reach = reach
        self._noted: list[tuple[Node, Call]] = []

    def note(self, node: Node, call: Call) -> None:
        """Note a call that is the default of a parameter, and is not followed."""
        self._noted.append((node, call))

    def gaps(self) -> Iterator[GapAt]:
        """Return the gaps among what was noted since this was asked, after the search."""
        noted, self._noted = self._noted, []
        if not noted:
            return
        followed = {(n.fn, e.site) for n, edges in self.reach.reached.edges.items() for e in edges}
        reported = {
            (e.node.fn, e.call.site) for e in self.reach.events if isinstance(e, ExternalCall)
        }
        for node, call in noted:
            at = (node.fn, call.site)
            if at in followed or at in reported or not self._matters(node, call):
                continue
            if self._may_be_missing(node, call.fallback):
                why = f"it runs when `{_shown(call)}` is missing, which its callers do not tell"
                yield GapAt(node, call.site, call.written, why)

    def _matters(self, node: Node, call: Call) -> bool:
        """True if a call leads into the project, or to something that rules know."""
        reach = self.reach
        for entity in reach.resolver.resolve(
            call.target, node.fn.path, node.receiver, env=node.env
        ):
            if isinstance(entity, FunctionValue):
                return reach.border.follows(entity, call) and not reach.border.ends_at(entity.fn)
            if (
                isinstance(entity, ExternalValue)
                and not entity.instance
                and reach.border.knows(entity)
            ):
                return True
        return False

    def _may_be_missing(self, node: Node, name: str) -> bool:
        """True if a caller may give nothing, or what may be nothing, for all that is known."""
        pending, seen = [(node, name)], {(node, name)}
        while pending:
            at, wanted = pending.pop()
            callers = self.reach.reached.callers(at)
            head = self.reach.store.head(at.fn)
            is_own = head is not None and any(p.name == wanted for p in head.params)
            if wanted.startswith(".") and callers:
                return not all(self._is_made(*caller, wanted[1:]) for caller in callers)
            if not is_own or at in self.reach.reached.entries or not callers:
                return True
            if len(seen) > limits.CALLERS:
                return True
            for caller, site in callers:
                given = self._given(caller, site, at.fn, wanted)
                if given is None:
                    continue
                if given.value.type is ValueType.NAME and given.value.text:
                    further = (caller, given.value.text)
                    if further not in seen:
                        seen.add(further)
                        pending.append(further)
                elif given.star or not self._is_surely_there(caller, given):
                    return True
        return False

    def _is_made(self, caller: Node, site: int, field: str) -> bool:
        """True if a call makes the object, and the field is given something that is there."""
        call = call_at(self.reach.store.body(caller.fn), site)
        if call is None or not call.args or any(arg.star for arg in call.args):
            return False
        arg = next((a for a in call.args if a.keyword == field), None)
        resolve = self.reach.resolver.resolve
        found = resolve(call.target, caller.fn.path, caller.receiver, env=caller.env)
        is_class = any(isinstance(e, ClassValue) for e in found)
        return is_class and (arg is None or self._is_surely_there(caller, arg))

    def _given(self, caller: Node, site: int, fn: Fn, name: str) -> Arg | None:
        """Return what a call gives to a parameter, or an argument that is spread into it."""
        head = self.reach.store.head(fn)
        call = call_at(self.reach.store.body(caller.fn), site)
        if call is None or head is None:
            return None
        spread = next((arg for arg in call.args if arg.star), None)
        if spread is not None:
            return spread
        bound = bool(head.owner)
        arguments = Signature.of(head, bound=bound).bind(by_keyword(call.args))
        return arguments.by_name.get(name)

    def _is_surely_there(self, caller: Node, arg: Arg) -> bool:
        value = arg.value
        if value.type not in (ValueType.NAME, ValueType.CALL, ValueType.AWAIT, ValueType.OTHER):
            return value.type is not ValueType.NONE
        if value.ref.kind in _UNKNOWN_ROOTS:
            return False
        resolve = self.reach.resolver.resolve
        found = resolve(value.ref, caller.fn.path, caller.receiver, env=caller.env)
        return bool(found) and not any(isinstance(e, Unresolved) for e in found)


def _shown(call: Call) -> str:
    return f"self{call.fallback}" if call.fallback.startswith(".") else call.fallback
