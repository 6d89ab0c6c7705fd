"""Workflows that continue as new, as far as the text of their classes tells."""

from __future__ import annotations

from wflint.facts.ids import Cls
from wflint.inference.resolver import Resolver
from wflint.model.state_flow import HARMLESS_BASES

_WORDS = ("continue_as_new", "ContinueAsNew")


def may_continue(resolver: Resolver, cls: Cls) -> bool:
    """True if a workflow may continue as new: a class that it is made of speaks of it, or is not
    known."""
    order, externals = resolver.order(cls)
    if not HARMLESS_BASES.issuperset(externals):
        return True
    texts = (resolver.store.text(path) for path in dict.fromkeys(base.path for base in order))
    return any(word in text for text in texts for word in _WORDS)
