"""Options of Workers that other modules hold: `Worker(client, executor=POOL, **OPTIONS)`."""

from __future__ import annotations

from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, Ref
from wflint.inference.definitions import Name, find_origin
from wflint.inference.resolver import Resolver
from wflint.model.listings import Item, Listing
from wflint.model.worker_calls import Given, Made, WorkerCall, made_by_name, options_of_name
from wflint.project.module import Module

_STEPS = frozenset({Kind.ENTERED, Kind.RESULT})


class OptionsElsewhere:
    """Completes calls with what names of other modules stand for."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._store = resolver.store

    def complete(self, call: WorkerCall, path: str) -> WorkerCall:
        """Return a call with all that it is given, its references as they are in its own file."""
        keywords, runner = dict(call.keywords), call.runner
        pending, spread = list(call.elsewhere), call.is_lost
        for _ in range(limits.LISTED_NAMES):
            if not pending:
                break
            origin = self._origin(pending.pop(), path)
            if origin is None:
                spread = True
                continue
            module = self._store.load(origin.path)
            found = options_of_name(module, origin.name)
            spread = spread or found.is_lost
            pending += [_absolute(ref, module) for ref in found.elsewhere]
            here = {name: _given(given, module) for name, given in found.keywords.items()}
            keywords = {**here, **keywords}
            runner = runner or found.runner
        return replace(
            call,
            positional=[self._with_made(given, path) for given in call.positional],
            keywords={name: self._with_made(given, path) for name, given in keywords.items()},
            spread=spread or bool(pending),
            runner=runner,
            elsewhere=[],
        )

    def _with_made(self, given: Given, path: str) -> Given:
        """Return an argument with the call that makes it, where another module has that."""
        if given.made is not None or given.ref.kind not in (Kind.GLOBAL, Kind.IMPORT):
            return given
        origin = self._origin(given.ref, path)
        if origin is None:
            return given
        module = self._store.load(origin.path)
        made = made_by_name(module, origin.name)
        return replace(given, made=_made(made, module)) if made is not None else given

    def _origin(self, ref: Ref, path: str) -> Name | None:
        """Return the name of another module that a reference stands for."""
        origin = find_origin(ref, path, self._resolver)
        if origin is None or origin.rest or not origin.name.name or origin.name.path == path:
            return None
        name = self._store.load(origin.name.path).facts.name
        is_known = self._resolver.index.find(name, path) == origin.name.path
        return origin.name if is_known else None


def _given(given: Given, module: Module) -> Given:
    """Return an argument that stands in one module as it is written in another."""
    listing = given.listing
    if listing.elements:  # their places are in the other file
        listing = Listing(unclear="options of another module")
    spreads = [
        Item(_absolute(item.ref, module), item.start, item.end, item.is_sure)
        for item in listing.spreads
    ]
    made = _made(given.made, module) if given.made is not None else None
    ref = _absolute(given.ref, module)
    return Given(given.text, given.word, ref, Listing([], spreads, listing.unclear), made)


def _made(made: Made, module: Module) -> Made:
    positional = [_given(given, module) for given in made.positional]
    keywords = {name: _given(given, module) for name, given in made.keywords.items()}
    return Made(_absolute(made.callee, module), positional, keywords, made.spread)


def _absolute(ref: Ref, module: Module) -> Ref:
    """Return a reference of a module as others have to write it; unknown if they cannot."""
    steps: list[Ref] = []
    while ref.kind in _STEPS and ref.of is not None:
        steps.append(ref)
        ref = ref.of
    if ref.kind is Kind.GLOBAL and ref.name in module.facts.bindings:
        ref = Ref(Kind.IMPORT, f"{module.facts.name}.{ref.name}", ref.path)
    elif ref.kind not in (Kind.GLOBAL, Kind.IMPORT, Kind.LITERAL):
        return UNKNOWN
    for step in reversed(steps):
        ref = replace(step, of=ref)
    return ref
