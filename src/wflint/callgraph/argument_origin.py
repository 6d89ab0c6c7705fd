"""Finds the function that a parameter stands for, where its callers pass it."""

from __future__ import annotations

from wflint import limits
from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Arg, Call, Kind
from wflint.facts.signatures import Signature, by_keyword
from wflint.facts.sites import call_at
from wflint.project.store import Store

Given = tuple[Node, Call, int]
"""A call that gives something to a parameter: in which function, and the site of the argument."""


def origin(reached: CallGraph, store: Store, node: Node, call: Call) -> Given | None:
    """The call that gives the parameter, which ``call`` in ``node`` calls, what it stands for.

    It is looked for along the chain that leads to ``node``.
    """
    name = call.target.name
    fn = Fn(node.fn.path, call.target.owner)
    at: Node | None = node
    for _ in range(limits.PASSED_ON):
        while at is not None and at.fn != fn:  # of a nested function: the one around it
            step = reached.parents.get(at)
            at = step[0] if step is not None else None
        parent = reached.parents.get(at) if at is not None else None
        given = _argument(store, parent[0], parent[1], fn, name) if parent is not None else None
        if parent is None or given is None:
            return None
        arg, made = given
        caller, ref = parent[0], arg.value.ref
        if ref.kind is not Kind.PARAM or ref.path:
            return caller, made, arg.site
        at, fn, name = caller, Fn(caller.fn.path, ref.owner), ref.name
    return None


def _argument(store: Store, caller: Node, site: int, fn: Fn, name: str) -> tuple[Arg, Call] | None:
    """The argument that a call gives to a parameter."""
    head = store.head(fn)
    call = call_at(store.body(caller.fn), site)
    if call is None or head is None:
        return None
    for bound in (False, True):
        arguments = Signature.of(head, bound=bound).bind(by_keyword(call.args))
        if name in arguments.by_name:
            return arguments.by_name[name], call
    return None
