"""Follows what lists are made of: constants of other modules, parameters, what functions give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from wflint import limits
from wflint.facts.ids import Fn
from wflint.facts.model import BindingKind, FunctionHead, Kind, ParamKind, Ref
from wflint.facts.signatures import RECEIVERS
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    FunctionValue,
    ModuleValue,
    Unresolved,
)
from wflint.model.listings import Listing
from wflint.model.module_lists import constant_list, default_list, returned
from wflint.model.worker_calls import Given, WorkerCall, calls_by_name


class Element(NamedTuple):
    """An element of a list, and the file that it stands in, from ``start`` to ``end``.

    ``is_sure`` is set if the list has it whenever it is made.
    """

    ref: Ref
    path: str
    start: int
    end: int
    is_sure: bool


class Expanded(NamedTuple):
    """All elements of a list; ``open`` says why there may be more, or is empty."""

    elements: tuple[Element, ...]
    open: str


class Lists:
    """Answers for one program: ``files`` are all its files, ``read`` gives their bytes."""

    def __init__(
        self, resolver: Resolver, files: Sequence[str], read: Callable[[str], bytes]
    ) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._files = files
        self._read = read
        self._mentioning: dict[str, list[str]] = {}
        self._given: dict[tuple[Fn, str], tuple[list[tuple[Listing, str]], str]] = {}

    def expand(self, listing: Listing, path: str) -> Expanded:
        """Return all that is in a list that stands in a file."""
        elements: dict[Element, None] = {}
        pending, seen, reasons = [(listing, path, True)], set[tuple[Ref, str]](), list[str]()
        while pending:
            one, at, is_sure = pending.pop(0)
            for item in one.elements:
                sure = is_sure and item.is_sure
                elements[Element(item.ref, at, item.start, item.end, sure)] = None
            if one.unclear:
                reasons.append(f"`{one.unclear}` cannot be followed")
            for item in one.spreads:
                if (item.ref, at) in seen:
                    continue
                seen.add((item.ref, at))
                inner, reason = self._spread(item.ref, at)
                if len(seen) > limits.LISTED_NAMES:
                    inner, reason = [], "the list is made of too many"
                sure = is_sure and item.is_sure and len(inner) == 1
                pending += [(found, home, sure) for found, home in inner]
                reasons += [reason] if reason else []
        return Expanded(tuple(elements), reasons[0] if reasons else "")

    def _spread(self, ref: Ref, path: str) -> tuple[list[tuple[Listing, str]], str]:
        if ref.kind is Kind.PARAM:
            if ref.path:
                return [], f"`{shown(ref)}` cannot be followed"
            return self.given_to(Fn(path, ref.owner), ref.name)
        if ref.kind is Kind.RESULT and not ref.path and ref.of is not None:
            found = self._results(ref.of, path)
        else:
            found = self._constants(ref, path)
        return (found, "") if found else ([], f"`{shown(ref)}` cannot be followed")

    # What functions give.

    def _results(self, ref: Ref, path: str) -> list[tuple[Listing, str]]:
        entities = self._resolver.resolve(ref, path)
        functions = [e.fn for e in entities if isinstance(e, FunctionValue)]
        if len(functions) != len(entities):
            return []
        lists = [(returned(self._store.load(fn.path), fn.qualname), fn.path) for fn in functions]
        if not all(found for found, _ in lists):
            return []
        return [(listing, at) for found, at in lists for listing in found]

    # Constants.

    def _constants(self, ref: Ref, path: str) -> list[tuple[Listing, str]]:
        """Return the list that a name stands for; an empty one is surely filled elsewhere."""
        for home, owner, name in self._homes(ref, path):
            for found in constant_list(self._store.load(home), name, owner):
                if found.elements or found.spreads or found.unclear:
                    return [(found, home)]
        return []

    def _homes(self, ref: Ref, path: str) -> Iterator[tuple[str, str, str]]:
        """Yield where the list of a name may stand: the file, the class, and the name there."""
        if ref.kind is Kind.GLOBAL and not ref.path:
            yield from self._home_of_name(ref.name, path)
        elif ref.kind is Kind.IMPORT and not ref.path:
            yield from self._home_of_import(ref.name, path)
        elif ref.path:
            holder = Ref(ref.kind, ref.name, ref.path[:-1], ref.of, ref.others, ref.owner)
            for entity in self._resolver.resolve(holder, path):
                if isinstance(entity, ModuleValue):
                    yield from self._home_of_name(ref.path[-1], entity.path)
                elif isinstance(entity, ClassValue):
                    for cls in self._resolver.order(entity.cls)[0]:
                        yield cls.path, cls.qualname, ref.path[-1]

    def _home_of_name(self, name: str, path: str) -> Iterator[tuple[str, str, str]]:
        for _ in range(limits.LISTED_NAMES):
            bindings = self._store.load(path).facts.bindings.get(name, ())
            if not bindings or bindings[0].what is not BindingKind.IMPORT:
                yield path, "", name
                return
            package, _, name = bindings[0].target.rpartition(".")
            home = self._resolver.index.find(package, path) if package else None
            if home is None or home == path or len(bindings) != 1:
                return
            path = home

    def _home_of_import(self, dotted: str, path: str) -> Iterator[tuple[str, str, str]]:
        package, _, name = dotted.rpartition(".")
        home = self._resolver.index.find(package, path) if package else None
        if home is not None:
            yield from self._home_of_name(name, home)

    # Parameters.

    def given_to(self, fn: Fn, param: str) -> tuple[list[tuple[Listing, str]], str]:
        """Return the lists that the callers of a function give it, and why there may be more."""
        key = fn, param
        if key not in self._given:
            self._given[key] = [], f"`{fn.shown}` calls itself"
            self._given[key] = self._find_given(fn, param)
        return self._given[key]

    def _find_given(self, fn: Fn, param: str) -> tuple[list[tuple[Listing, str]], str]:
        head = self._store.head(fn)
        if head is None:
            return [], f"`{fn.shown}` cannot be read"
        found: list[tuple[Listing, str]] = []
        is_called = False
        for call, path in self.callers(fn):
            if call is None:
                return [], f"it is not known who calls `{fn.shown}`"
            is_called = True
            given, reason = self.argument(call, head, param)
            if reason:
                return [], reason
            if given is not None:
                found.append((given.listing, path))
                continue
            defaults = default_list(self._store.load(fn.path), fn.qualname, param)
            found += [(default, fn.path) for default in defaults]
        return (found, "") if is_called else ([], f"nothing is seen to call `{fn.shown}`")

    def argument(
        self, call: WorkerCall, head: FunctionHead, param: str
    ) -> tuple[Given | None, str]:
        """Return what a call gives for a parameter, and why that is not known."""
        if param in call.keywords:
            return call.keywords[param], ""
        if call.spread:
            return None, f"what `{shown(call.callee)}` is given is not known"
        plain = [p.name for p in head.params if p.kind is ParamKind.POSITIONAL]
        number = plain.index(param) if param in plain else len(call.positional)
        return (call.positional[number] if number < len(call.positional) else None), ""

    def callers(self, fn: Fn) -> Iterator[tuple[WorkerCall | None, str]]:
        """Yield the calls of a function with their files; ``None`` for a use that is none."""
        head = self._store.head(fn)
        is_made = head is not None and head.name == "__init__"
        word = fn.shown.split(".")[-2 if is_made else -1]  # a constructor is called by its class
        for path in self.mentioning(word):
            said = calls_by_name(self._store.load(path), word)
            if said.passed_on and not is_made:
                yield None, path
            for call in said.calls:
                found = self._resolver.resolve(call.callee, path)
                if any(self._is_of(entity, fn) for entity in found):
                    yield call, path
                elif self._may_be(found, head):
                    yield None, path

    def _is_of(self, entity: AbstractValue, fn: Fn) -> bool:
        if isinstance(entity, FunctionValue):
            return entity.fn == fn
        if isinstance(entity, ClassValue):
            return fn.qualname == f"{entity.cls.qualname}.__init__" and fn.path == entity.cls.path
        return False

    def _may_be(self, entities: Iterable[AbstractValue], head: FunctionHead | None) -> bool:
        """True if a method of an unknown object may be called: any method may be meant."""
        is_method = head is not None and bool(head.params) and head.params[0].kind in RECEIVERS
        return is_method and all(isinstance(entity, Unresolved) for entity in entities)

    def mentioning(self, word: str) -> list[str]:
        """Return the files that have a word."""
        if word not in self._mentioning:
            text = word.encode()
            self._mentioning[word] = [path for path in self._files if text in self._bytes(path)]
        return self._mentioning[word]

    def _bytes(self, path: str) -> bytes:
        try:
            return self._read(path)
        except OSError:
            return b""


def shown(ref: Ref) -> str:
    """Return a ref as people would write it."""
    if ref.kind in (Kind.RESULT, Kind.PARAM) or ref.of is not None:
        of = shown(ref.of) if ref.of is not None and ref.kind is Kind.RESULT else ref.name
        root = f"{of}()" if ref.kind is Kind.RESULT else of
    else:
        root = "self" if ref.kind is Kind.SELF else ref.name.rpartition(".")[2]
    return ".".join((root, *ref.path)) if root else "what stands there"
