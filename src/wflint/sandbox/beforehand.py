"""Code that the worker runs before its workflows, and that leaves values in shared modules.

``if _client is None: _client = connect()`` connects nowhere in a workflow if the code that makes
the Worker has called it before, and a function under ``functools.cache`` does not run again. That
holds for modules that all workflows of a worker share: the sandbox loads all others again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from wflint import limits
from wflint.callgraph.graph import NOT_WORKFLOW_CODE
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Kind
from wflint.files.source import UnreadableSource
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue
from wflint.sandbox.sandboxes import Sandboxes
from wflint.sandbox.setters import Setters

_GET = ".get()"
_KEEPS = frozenset({"functools.cache", "functools.lru_cache"})


class Beforehand:
    """Tells what is done before workflows run.

    ``configuring`` are the files that may make Workers, ``naming`` gives those that have a word.
    """

    def __init__(
        self,
        resolver: Resolver,
        sandboxes: Sandboxes,
        configuring: Iterable[str],
        naming: Callable[[str], Iterable[str]],
    ) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.sandboxes = sandboxes
        self._configuring = tuple(configuring)
        self._naming = naming
        self._called: dict[Fn, bool] = {}
        self._kept: dict[Fn, bool] = {}
        self._filled: dict[tuple[str, str], bool] = {}
        self._set: dict[str, frozenset[str]] = {}
        self._setters: dict[str, Setters] = {}

    def is_kept(self, fn: Fn, receiver: Cls | None) -> bool:
        """True if a function gives what it has given before, and does not run again.

        ``receiver`` is the class of the object whose method calls it.
        """
        if fn not in self._kept:
            self._kept[fn] = self._keeps(fn)
        if not self._kept[fn]:
            return False
        return self.sandboxes.may_be_shared(fn.path, receiver) and self._is_called(fn)

    def _keeps(self, fn: Fn) -> bool:
        """True of a function without parameters that is only run once."""
        head = self.store.head(fn)
        if head is None or head.params or not head.decorators:
            return False
        names = {
            entity.name
            for decorator in head.decorators
            for entity in self.resolver.resolve(decorator.target, fn.path)
            if isinstance(entity, ExternalValue)
        }
        return bool(names & _KEEPS)

    def is_filled(self, path: str, name: str) -> bool:
        """True if a variable of a module or class, which begins as None, is something by then."""
        key = path, name
        if key not in self._filled and name.endswith(_GET):
            self._filled[key] = name.removesuffix(_GET) in self._set_by_workflows(path)
        elif key not in self._filled:
            filling = self._filling(path, name) if self.sandboxes.may_be_shared(path) else ()
            self._filled[key] = any(map(self._is_called, filling))
        return self._filled[key]

    def _set_by_workflows(self, path: str) -> frozenset[str]:
        """The variables of a module that functions around workflows call `set()` of."""
        if path not in self._set:
            functions = (Fn(path, qualname) for qualname in self.store.load(path).facts.functions)
            self._set[path] = frozenset(
                call.target.name
                for fn in functions
                if fn in self._around_workflows
                for call in self.store.body(fn).calls
                if call.target.kind is Kind.GLOBAL and call.target.path == ("set",)
            )
        return self._set[path]

    @cached_property
    def _around_workflows(self) -> frozenset[Fn]:
        """The functions that methods of workflows call themselves, or are decorated with."""
        found: set[Fn] = set()
        for cls in self.sandboxes.workflows:
            facts = self.resolver.facts_of(cls)
            for head in facts.methods.values() if facts is not None else ():
                found.update(self._calls(Fn(cls.path, head.qualname)))
                for decorator in head.decorators:
                    entities = self.resolver.resolve(decorator.target, cls.path)
                    found.update(e.fn for e in entities if isinstance(e, FunctionValue))
        return frozenset(found)

    def _filling(self, path: str, name: str) -> Iterator[Fn]:
        """The functions of a module that set a variable of it, or of a class in it."""
        if path not in self._setters:
            self._setters[path] = Setters(self.store.load(path))
        owner, _, last = name.rpartition(".")
        for head in self._setters[path].of(owner, last):
            fn = Fn(path, head.qualname)
            if self._changes(fn, owner or name):
                yield fn

    def _changes(self, fn: Fn, name: str) -> bool:
        """True if a function sets a variable of its module, or an attribute of a class in it."""
        kinds = (Kind.CLS, Kind.GLOBAL)
        return any(
            change.target.kind in kinds and change.target.name == name and not change.target.path
            for change in self.store.body(fn).mutations
        )

    def _is_called(self, fn: Fn) -> bool:
        if fn not in self._called:
            self._called[fn] = fn in self._by_worker or self._is_imported(fn)
        return self._called[fn]

    @cached_property
    def _by_worker(self) -> frozenset[Fn]:
        """The functions that the files which make Workers call, as far as it is looked for."""
        called: set[Fn] = set()
        pending = [(fn, 0) for path in self._workers for fn in self._own(path)]
        for fn, steps in pending:
            if steps > limits.BEFOREHAND_STEPS or len(called) > limits.BEFOREHAND:
                break
            for other in self._calls(fn):
                if other not in called:
                    called.add(other)
                    pending.append((other, steps + 1))
        return frozenset(called)

    @cached_property
    def _workers(self) -> list[str]:
        """The files that make Workers."""
        paths = self._configuring
        return [p for p in paths if self._has(p, "Worker") and not self.store.is_test(p)]

    def _own(self, path: str) -> Iterator[Fn]:
        """The code of a module that makes its Worker, or leads to that in the same file."""
        bodies = [Fn(path, name) for name in self.store.module_bodies(path)]
        pieces = [*bodies, *(Fn(path, name) for name in self.store.load(path).facts.functions)]
        callers: dict[Fn, list[Fn]] = {}
        for piece in pieces:
            for inner in self._with_nested(piece):
                for called in self._calls(inner):
                    callers.setdefault(called, []).append(piece)
        pending = [piece for piece in pieces if self._makes_worker(piece)]
        found = dict.fromkeys([*bodies, *pending] if pending else ())
        while pending:
            new = [one for one in callers.get(pending.pop(), ()) if one not in found]
            found.update(dict.fromkeys(new))
            pending += dict.fromkeys(new)
        for piece in found:
            yield from self._with_nested(piece)

    def _with_nested(self, piece: Fn) -> list[Fn]:
        return [Fn(piece.path, body.head.qualname) for body in self.store.with_nested(piece)]

    def _makes_worker(self, piece: Fn) -> bool:
        return any(
            call.written.rpartition(".")[2] == "Worker"
            for body in self.store.with_nested(piece)
            for call in body.calls
        )

    def _is_imported(self, fn: Fn) -> bool:
        """True if a module that the worker or a workflow imports calls a function when loaded."""
        calling = (
            path
            for path in self._naming(fn.qualname.rpartition(".")[2])
            for name in self.store.module_bodies(path)
            if fn in self._calls(Fn(path, name), NOT_WORKFLOW_CODE)
        )
        return any(path in self._imported for path in calling)

    @cached_property
    def _imported(self) -> frozenset[str]:
        """The files of the modules that workers and workflows import."""
        pending = sorted({*self._workers, *(cls.path for cls in self.sandboxes.workflows)})
        found = set(pending)
        while pending and len(found) < limits.IMPORTED_BEFOREHAND:
            for path in self._imports(pending.pop()):
                if path not in found:
                    found.add(path)
                    pending.append(path)
        return frozenset(found)

    def _imports(self, path: str) -> Iterator[str]:
        find = self.resolver.index.find
        for fact in self.store.load(path).facts.imports:
            names = (fact.module, *(f"{fact.module}.{name}" for name in fact.names))
            for name in () if fact.typed or fact.fallback else names:
                imported = find(name, path)
                if imported is not None:
                    yield imported

    def _has(self, path: str, word: str) -> bool:
        try:
            return word in self.store.text(path)
        except (OSError, UnreadableSource):
            return False

    def _calls(self, fn: Fn, skips: int = 0) -> Iterator[Fn]:
        """The functions of the project that a function calls, but for calls with some flags."""
        body = self.store.body(fn)
        receiver = Cls(fn.path, body.head.owner) if body.head.owner else None
        for call in (call for call in body.calls if not call.flags & skips):
            for entity in self.resolver.resolve(call.target, fn.path, receiver):
                if isinstance(entity, FunctionValue):
                    yield entity.fn
                elif isinstance(entity, ClassValue):
                    for name in ("__new__", "__init__"):
                        method = self.resolver.members.method(entity.cls, name)
                        if method is not None:
                            yield Fn(method[0].path, method[1].qualname)
