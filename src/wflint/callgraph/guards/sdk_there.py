"""Tells what values say of the SDK, where it is installed: in workflows and activities it is."""

from __future__ import annotations

from wflint.facts.questions import is_of_sdk
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue


def truth_with_sdk(resolver: Resolver, path: str, dotted: str) -> bool | None:
    """Return the truth of what a name stands for where the SDK is, if it tells whether it is."""
    said = resolver.names.with_sdk(dotted, path)
    if said is not None:
        return said
    match resolver.dotted(dotted, path):
        case [ExternalValue(name=name, instance=False)] if is_of_sdk(name):
            return True
    return None
