"""Shows people where functions are defined, and which calls in them lead nowhere."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from wflint.callgraph.graph import GapAt, Node
from wflint.diagnostics import Location, ShownHop
from wflint.facts import model
from wflint.facts.ids import Fn
from wflint.run.emit import Emitter
from wflint.run.request import EntryGaps, Gap
from wflint.syntax.written_call import parsed_call
from wflint.wording import code_on_one_line

MAX_CALL = 60
"""How many characters of a call are shown."""


def definition_of(emitter: Emitter, fn: Fn) -> Location:
    """Return where the name of a function or class is defined.

    A lambda in a function has the place of the first thing that it does, or that of the function.
    """
    site = site_of(emitter, fn)
    if site >= 0:
        return emitter.location(fn, site)
    store = emitter.answer.store
    if fn.qualname not in store.load(fn.path).facts.classes:
        fn = Fn(fn.path, store.outermost(fn))
    return store.load(fn.path).source.location(emitter.name_span(fn)[0])


def prepare_definitions(emitter: Emitter, functions: Iterable[Fn]) -> None:
    """Find the definitions of many functions at once."""
    sites = ((fn, site_of(emitter, fn)) for fn in functions)
    emitter.prepare((fn, site) for fn, site in sites if site >= 0)


def site_of(emitter: Emitter, fn: Fn) -> int:
    """The site that stands for a function inside another one; -1 for all others."""
    module = emitter.answer.store.load(fn.path)
    body = module.bodies.get(fn.qualname)
    if body is None or fn.qualname in module.facts.functions:
        return -1
    if body.head.site >= 0:
        return body.head.site
    places: list[model.Call | model.Use | model.Finding] = [*body.calls, *body.uses, *body.findings]
    return min((place.site for place in places), default=-1)


def gaps_at(emitter: Emitter, found: Iterable[GapAt]) -> dict[tuple[Fn, int], Gap]:
    """The calls that could not be resolved, by function and site."""
    places = {(gap.node.fn, gap.site): gap for gap in found}
    emitter.prepare(places)
    return {(fn, site): _gap(emitter, gap) for (fn, site), gap in places.items()}


def _gap(emitter: Emitter, gap: GapAt) -> Gap:
    fn = gap.node.fn
    place = emitter.location(fn, gap.site)
    return Gap(emitter.shown(fn.path), place, call_as_written(emitter, gap), gap.reason)


def call_as_written(emitter: Emitter, gap: GapAt) -> str:
    """A call in one short line, without its arguments: ``step.describe()``."""
    if "..." not in gap.written:
        return f"{gap.written}()"
    text = code_on_one_line(_without_arguments(emitter.text(gap.node.fn, gap.site)))
    return text if len(text) <= MAX_CALL else f"...{text[3 - MAX_CALL :]}"


def _without_arguments(call: str) -> str:
    tree = parsed_call(call)
    callee = ast.get_source_segment(f"({call})", tree.func) if tree is not None else None
    return f"{callee}()" if callee else call


def gaps_by_entry(emitter: Emitter, chosen: Collection[str]) -> list[EntryGaps]:
    """For each entry point the calls in the ``chosen`` files, on its paths, that lead nowhere."""
    reached = emitter.answer.reached
    found = [gap for gap in reached.gaps if gap.node.fn.path in chosen]
    shown = gaps_at(emitter, found)
    of_node: dict[Node, set[Gap]] = {}
    for gap in found:
        of_node.setdefault(gap.node, set()).add(shown[gap.node.fn, gap.site])
    leading = reached.ancestors(of_node)
    listed = []
    for node, entry in reached.entries.items():
        if node in leading:
            below = reached.search([node], lambda _, to: to in leading)
            gaps = set[Gap]().union(*(of_node.get(n, ()) for n in below))
            place = definition_of(emitter, node.fn)
            hop = ShownHop(entry.shown, emitter.shown(node.fn.path), place)
            listed.append(EntryGaps(hop, tuple(sorted(gaps))))
    return listed
