"""Attributes of objects that say whether code runs in a workflow.

```python
class Clock:
    def __init__(self) -> None:
        self.inside = workflow.in_workflow()
```

So do properties. An object is taken to be used where it was made.
"""

from __future__ import annotations

from collections.abc import Callable

from wflint.callgraph.guards.asking import Asks, Outcome
from wflint.callgraph.guards.outcome import PLAIN_DECORATORS, left_in, outcome_of
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionHead

_PROPERTIES = frozenset({"property", "functools.cached_property"})
_MAKERS = ("__post_init__", "__init__")


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
    maker: Fn | None = None
    for base in asks.resolver.order(cls)[0]:
        facts = asks.resolver.facts_of(base)
        if facts is None:
            return Outcome.UNKNOWN
        method = facts.methods.get(name)
        if method is not None and maker is None:
            is_read = may_guard(base.path, method)
            fn, decorators = Fn(base.path, method.qualname), PLAIN_DECORATORS | _PROPERTIES
            return outcome_of(fn, cls, asks, decorators) if is_read else Outcome.UNKNOWN
        stores = asks.stores.in_methods(base)
        if name not in stores:
            continue
        head = stores[name]
        if maker is not None or head is None or head.name not in _MAKERS:
            return Outcome.UNKNOWN
        if not may_guard(base.path, head):
            return Outcome.UNKNOWN
        maker = Fn(base.path, head.qualname)
    if maker is None or name in asks.stores.of_other_objects(cls.path):
        return Outcome.UNKNOWN
    return left_in(maker, cls, name, asks) or Outcome.UNKNOWN
