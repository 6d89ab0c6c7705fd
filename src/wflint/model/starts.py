"""How long the workflows of a program may run, as far as those say that start them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from wflint.facts.ids import Cls
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ClassValue, FunctionValue
from wflint.model.worker_calls import Given, calls_giving

_LIMITS = frozenset({"execution_timeout", "run_timeout"})
_MAY_LIMIT = re.compile(rf"\b(?:{'|'.join(sorted(_LIMITS))})\s*=")


class Starts:
    """Answers for one program; ``named`` gives its files that name Temporal."""

    def __init__(self, resolver: Resolver, named: Callable[[], Iterable[str]]) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._named = named
        self.is_test: Callable[[str], bool] = lambda _: False

    def have_limit(self, cls: Cls) -> bool:
        """True if something starts a workflow and says how long that may run; no test counts."""
        return cls in self._limited[0] or cls.qualname in self._limited[1]

    @cached_property
    def _limited(self) -> tuple[set[Cls], set[str]]:
        """The workflows that are started so, by their classes or by their names."""
        classes, names = set[Cls](), set[str]()
        for path in self._named():
            if self.is_test(path) or _MAY_LIMIT.search(self._store.text(path)) is None:
                continue
            for call in calls_giving(self._store.load(path), _LIMITS).calls:
                given = call.keywords.get("workflow") or next(iter(call.positional), Given())
                if given.text is not None:
                    names.add(given.text)
                found = self._resolver.resolve(given.ref, path)
                classes.update(cls for cls in map(_class_of, found) if cls is not None)
        return classes, names


def _class_of(entity: AbstractValue) -> Cls | None:
    """Return the workflow that `Workflow.run` or `Workflow` stands for."""
    if isinstance(entity, ClassValue):
        return entity.cls
    if isinstance(entity, FunctionValue):
        owner = Cls(entity.fn.path, entity.fn.qualname.rpartition(".")[0])
        return entity.receiver or owner
    return None
