"""Attributes of objects that say whether code runs in a workflow.

```python
class Clock:
    def __init__(self) -> None:
        self.inside = workflow.in_workflow()
```

So do properties. An object is taken to be used where it was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from wflint.callgraph.guards.asking import Asks, Outcome
from wflint.callgraph.guards.outcome import PLAIN_DECORATORS, left_in, outcome_of
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionHead

_PROPERTIES = frozenset({"property", "functools.cached_property"})
_MAKERS = ("__post_init__", "__init__")
_ASSIGNED = r"\b\s*(?::[^=\n]+)?(?:[-+*/|&^%@]|//|\*\*|>>|<<)?=(?!=)"


MayGuard = Callable[[str, FunctionHead], bool]
"""True if it is worth reading a function of a module for what it says in a workflow."""


def outcome_of_attribute(cls: Cls, name: str, may_guard: MayGuard, asks: Asks) -> Outcome:
    """Return if an attribute of an object of a class, or of any class below it, is surely true."""
    ended = _of_class(cls, name, may_guard, asks)
    if ended is Outcome.UNKNOWN or not asks.has_asked:
        return Outcome.UNKNOWN
    for below in asks.overriders.below(cls):
        if _of_class(below, name, may_guard, asks) is not ended:
            return Outcome.UNKNOWN
    return ended


def _of_class(cls: Cls, name: str, may_guard: MayGuard, asks: Asks) -> Outcome:
    """The same of objects of the class itself."""
    makers: list[Fn] = []
    stores = 0
    for base in asks.resolver.order(cls)[0]:
        facts = asks.resolver.facts_of(base)
        if facts is None:
            return Outcome.UNKNOWN
        method = facts.methods.get(name)
        if method is not None and not makers:
            is_read = may_guard(base.path, method)
            fn, decorators = Fn(base.path, method.qualname), PLAIN_DECORATORS | _PROPERTIES
            return outcome_of(fn, cls, asks, decorators) if is_read else Outcome.UNKNOWN
        for head in facts.methods.values():
            found = _stores(base, head, name, asks)
            if found and (head.name not in _MAKERS or not may_guard(base.path, head)):
                return Outcome.UNKNOWN
            makers += [Fn(base.path, head.qualname)] if found else []
            stores += found
    if stores != 1 or _is_stored_elsewhere(cls, name, asks):
        return Outcome.UNKNOWN
    return left_in(makers[0], cls, name, asks) or Outcome.UNKNOWN


def _stores(cls: Cls, method: FunctionHead, name: str, asks: Asks) -> int:
    """The number of times that a method of a class assigns to an attribute of that name."""
    text = asks.resolver.store.load(cls.path).source.searchable
    return len(_assigned(name).findall(text, method.start, method.end))


def _is_stored_elsewhere(cls: Cls, name: str, asks: Asks) -> bool:
    """True if the module of a class assigns to an attribute of that name, of other objects."""
    text = asks.resolver.store.load(cls.path).source.searchable
    starts = (found.start() for found in _assigned(name).finditer(text))
    return not all(text.endswith("self", 0, start) for start in starts)


@cache
def _assigned(name: str) -> re.Pattern[str]:
    return re.compile(rf"\.{re.escape(name)}{_ASSIGNED}")
