"""Tells whether something on the way to a place may end what runs there after some time.

That is a decorator or a context manager of the project that sets a time limit, or a function that
has its own task cancelled. Only their words are looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.callgraph.graph import Node
from wflint.callgraph.managers import Managers
from wflint.facts.ids import Fn
from wflint.facts.model import Site
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_LIMITS = re.compile(r"timeout|wait_for\b|deadline|\.cancel\b|call_(?:later|at)\b|move_on_after")
_OWN_TASK = re.compile(r"\bcurrent_task\(")
_CANCELS = re.compile(r"\.cancel\b")


def may_be_stopped(checker: Checker, node: Node, site: Site) -> bool:
    """True if what runs at a site may be stopped from outside, on any way that leads there."""
    managers = Managers(checker.resolver, checker.catching)
    pending, seen = [(node, site)], {(node, site)}
    for at, passed in pending:
        if any(_limits(checker, one) for one in managers.entered(at, passed)):
            return True
        if _is_limited(checker, at.fn):
            return True
        for hop in checker.views.reached.callers(at):
            if (hop.node, hop.site) not in seen:
                seen.add((hop.node, hop.site))
                pending.append((hop.node, hop.site))
    return False


def _is_limited(checker: Checker, fn: Fn) -> bool:
    """True if a function has its task cancelled, or a decorator that may."""
    text = _text(checker, fn)
    if _OWN_TASK.search(text) and _CANCELS.search(text):
        return True
    head = checker.resolver.store.head(fn)
    for decorator in head.decorators if head is not None else ():
        found = checker.resolver.resolve(decorator.target, fn.path)
        if any(_limits(checker, e) for e in found if isinstance(e, (ClassValue, FunctionValue))):
            return True
    return False


def _limits(checker: Checker, entity: AbstractValue) -> bool:
    if isinstance(entity, FunctionValue):
        return _LIMITS.search(_text(checker, entity.fn)) is not None
    if isinstance(entity, (ClassValue, InstanceValue)):
        facts = checker.resolver.facts_of(entity.cls)
        heads = facts.methods.values() if facts is not None else ()
        texts = (_text(checker, Fn(entity.cls.path, head.qualname)) for head in heads)
        return any(_LIMITS.search(text) for text in texts)
    return isinstance(entity, ExternalValue) and _LIMITS.search(entity.name) is not None


def _text(checker: Checker, fn: Fn) -> str:
    store = checker.resolver.store
    head = store.head(Fn(fn.path, store.outermost(fn)))
    return store.text(fn.path)[head.start : head.end] if head is not None else ""
