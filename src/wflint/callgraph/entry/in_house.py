"""Finds the files that define workflows by names of the project: ``@durable``, ``Process``.

The gate knows the SDK's own names only. Here the modules that it let through are asked which of
their names apply those, and all other files are searched for these names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from wflint import limits
from wflint.callgraph.entry.applied import Applied
from wflint.callgraph.entry.by_hand import ByHand, by_hand
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.facts.model import Binding, BindingKind, ClassFacts, ModuleFacts, Ref
from wflint.project.importers import Importers
from wflint.project.module import Module
from wflint.temporal.decorators import ACTIVITY, MAKE_WORKFLOWS

_SDK = "temporalio.workflow"
_NAMES = ("defn", "run", "signal", "query", "update", "init")


class InHouse:
    """Collects the names of the project that make workflows.

    ``words`` has them with the last parts of the names of the modules that have them; those in
    ``bases`` are classes.
    """

    def __init__(self, applied: Applied) -> None:
        self.applied = applied
        self.resolver = applied.resolver
        self.store = applied.resolver.store
        self.words: dict[str, set[str]] = {}
        self.bases: set[str] = set()
        self._homes: dict[str, set[str]] = {}

    def find(self, candidates: Iterable[str], files: Collection[str], read: Reader) -> list[str]:
        """The candidates and the files that mention a name of the project, in the files' order."""
        asked = dict.fromkeys(candidates)
        new = list(asked)
        importers = Importers(self.resolver.index, read)
        for _ in range(limits.IN_HOUSE_ROUNDS):
            fresh: dict[str, set[str]] = {}
            for path in new:
                with self.store.faults.at(path):
                    self._ask(self.store.load(path), fresh)
            new = list(importers.of(fresh, (path for path in files if path not in asked)))
            asked.update(dict.fromkeys(new))
            if not fresh:
                break
        return [path for path in files if path in asked]

    def _ask(self, module: Module, fresh: dict[str, set[str]]) -> None:
        home = module.facts.name.rpartition(".")[2]
        for word in self._names_in(module):
            known = self._homes.setdefault(word, set())
            if module.path not in known:
                known.add(module.path)
                self.words.setdefault(word, set()).add(home)
                fresh.setdefault(word, set()).add(module.path)

    def pieces(self, path: str) -> list[Fn]:
        """The code of a module in which decorators may be applied by calls."""
        module = self.store.load(path)
        found = self._by_hand(module, _activity_spellings(module.facts))
        names = [*found.functions, *([MODULE_BODY] if found.in_body else [])]
        return [Fn(path, name) for name in names]

    # The names in one module.

    def _names_in(self, module: Module) -> Iterator[str]:
        facts = module.facts
        yield from self._decorators(module)
        for cls in facts.classes.values():
            if self._is_base(cls):
                name = cls.qualname.rpartition(".")[2]
                self.bases.add(name)
                yield name
        for name, bindings in facts.bindings.items():
            if any(self._is_in_house(name, binding, module) for binding in bindings):
                yield name

    def _is_in_house(self, name: str, binding: Binding, module: Module) -> bool:
        if binding.what is BindingKind.IMPORT:
            return self._is_passed_on(name, binding.target, module.facts)
        return binding.value is not None and self._stands_for(binding.value.ref, module)

    def _decorators(self, module: Module) -> Iterator[str]:
        """Functions that apply decorators, and the classes that have such methods."""
        for qualname in self._by_hand(module).functions:
            owner, _, name = qualname.rpartition(".")
            if owner in module.facts.classes and name.startswith("__"):
                name = owner.rpartition(".")[2]
                self.bases.add(name)
            yield name

    def _is_base(self, cls: ClassFacts) -> bool:
        return any(
            (ref.path or (ref.name,))[-1] in self.bases for ref in (*cls.bases, cls.metaclass)
        )

    def _is_passed_on(self, name: str, target: str, facts: ModuleFacts) -> bool:
        """True for what a module imports so that others import it from there."""
        last = target.rpartition(".")[2]
        if target in MAKE_WORKFLOWS:
            return name != "defn"
        is_meant = facts.is_package or name != last or name in (facts.exports or ())
        return is_meant and last in self.words and "." in target

    def _stands_for(self, ref: Ref, module: Module) -> bool:
        """True for ``entry = workflow.run`` and ``durable = partial(workflow.defn, ...)``."""
        of = ref
        while of.of is not None and not of.path:
            of = of.of
        last = (of.path or (of.name,))[-1]
        if last not in self.words and f"{_SDK}.{last}" not in MAKE_WORKFLOWS:
            return False
        return bool(self.applied.names(self.resolver.resolve(ref, module.path)) & MAKE_WORKFLOWS)

    def _by_hand(self, module: Module, more: Iterable[str] = ()) -> ByHand:
        facts = module.facts
        return by_hand(module, {*_spellings(facts), *self._spellings(facts), *more})

    def _spellings(self, facts: ModuleFacts) -> Iterator[str]:
        """Yield the ways in which a module may spell the project's names that make workflows."""
        own = facts.name.rpartition(".")[2]
        for word, homes in self.words.items():
            if own in homes and word in facts.bindings:
                yield word
            if any(not homes.isdisjoint(star.split(".")) for star in facts.stars):
                yield word
        for name, bindings in facts.bindings.items():
            for binding in bindings:
                if binding.what is BindingKind.IMPORT:
                    yield from self._spellings_from(name, binding.target)

    def _spellings_from(self, name: str, target: str) -> Iterator[str]:
        parts = target.split(".")
        for word, homes in self.words.items():
            if not homes.isdisjoint(parts):
                yield name if parts[-1] == word else f"{name}.{word}"


Reader = Callable[[str], bytes]


def _spellings(facts: ModuleFacts) -> Iterator[str]:
    """Yield the ways in which a module may spell the SDK's decorators."""
    for name, bindings in facts.bindings.items():
        targets = {binding.target for binding in bindings if binding.what is BindingKind.IMPORT}
        if "temporalio" in targets:
            yield from (f"{name}.workflow.{last}" for last in _NAMES)
        elif _SDK in targets or (name == "workflow" and targets):
            yield from (f"{name}.{last}" for last in _NAMES)
        elif targets & MAKE_WORKFLOWS:
            yield name


def _activity_spellings(facts: ModuleFacts) -> Iterator[str]:
    """Yield the ways in which a module may spell the decorator of activities."""
    for name, bindings in facts.bindings.items():
        targets = {binding.target for binding in bindings if binding.what is BindingKind.IMPORT}
        if "temporalio" in targets:
            yield f"{name}.activity.defn"
        elif "temporalio.activity" in targets:
            yield f"{name}.defn"
        elif ACTIVITY in targets:
            yield name
