"""From hits to diagnostics: positions, chains, suppression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from wflint.callgraph.graph import ANNOTATION, DEFINITION, END, Chain, Hop, Node, chain_to
from wflint.checking.analysis import AnalysisResult
from wflint.checking.imports import ImportChain
from wflint.checking.library import LibraryViolation, at_calls
from wflint.checking.violation import Violation
from wflint.diagnostics import NOT_FIXED, Diagnostic, Location, ShownHop
from wflint.facts.ids import MODULE_BODY, Fn, shown_name
from wflint.files.notebook import is_notebook
from wflint.model.head_text import annotations_of
from wflint.rule.fix import Answered
from wflint.suppress.comments import Directives, may_have_directives, parse_directives
from wflint.wording import in_notebook

Span = tuple[int, int]


class Found(NamedTuple):
    """A diagnostic, the absolute path of its file, and the hit it is made from, if it is."""

    path: str
    diagnostic: Diagnostic
    hit: Violation | None = None


class Emitter(Struct):
    """Makes the diagnostics of one analysed project.

    ``shown`` gives the path of a file as the user would write it, ``fix_for`` the fix of a hit.
    """

    answer: AnalysisResult
    shown: Callable[[str], str]
    families: tuple[str, ...]
    no_ignores: bool = False
    fix_for: Callable[[Violation], Answered] = lambda _: Answered()
    suppressed: int = 0
    _spans: dict[Fn, dict[int, Span]] = field(default_factory=dict)
    _directives: dict[str, Directives] = field(default_factory=dict)
    _hops: dict[Hop, ShownHop] = field(default_factory=dict)

    def directives(self, path: str) -> Directives:
        """The suppression comments of a file."""
        found = self._directives.get(path)
        if found is None:
            found = self.answer.store.faults.ask((path, ""), "", self._read_directives, path)
            found = self._directives[path] = Directives() if found is None else found
        return found

    def let_go(self, path: str) -> None:
        """Forget where things stand in a file."""
        self._directives.pop(path, None)
        for fn in [fn for fn in self._spans if fn.path == path]:
            del self._spans[fn]
        for hop in [hop for hop in self._hops if hop.node.fn.path == path]:
            del self._hops[hop]

    def _read_directives(self, path: str) -> Directives:
        module, families = self.answer.store.load(path), self.families
        if self.no_ignores or not module.notes.answer(
            "directives", bool, lambda: may_have_directives(module.source.text, families)
        ):
            return Directives()
        return parse_directives(module.source.text, families)

    def lifted(self, hits: Iterable[Violation]) -> list[Violation]:
        """``hits``, with those in followed packages at the calls that lead there."""
        return at_calls(
            hits, self.answer, lambda fn, site: self.location(fn, site).row, self._blocks
        )

    def diagnostics(self, hits: Iterable[Violation]) -> Iterator[Found]:
        """The diagnostics of ``hits`` that no comment hides."""
        hits = list(hits)
        self.prepare(self.places_of(hits))
        for hit in self._first_of_chains(hits):
            diagnostic = self.answer.store.faults.ask(hit.fn, hit.rule.code, self.diagnostic, hit)
            if diagnostic is not None:
                yield Found(hit.fn.path, diagnostic, hit)

    def _first_of_chains(self, hits: Sequence[Violation]) -> Iterator[Violation]:
        """Yield ``hits`` without calls of what another of them gives, by the same rule.

        `Path(x).expanduser().resolve()` is one expression, and fails where it is evaluated first.
        The more severe of them counts.
        """
        chains: dict[tuple[Fn, str, int], list[Violation]] = {}
        for hit in hits:
            if hit.is_call:
                start, _ = self._span(hit.fn, hit.site)
                chains.setdefault((hit.fn, hit.rule.code, start), []).append(hit)
        left_out: set[int] = set()
        for chain in chains.values():
            kept = max(chain, key=self._weight)
            left_out.update(id(hit) for hit in chain if hit is not kept)
        return (hit for hit in hits if id(hit) not in left_out)

    def _weight(self, hit: Violation) -> tuple[bool, bool, int]:
        """How severe a hit is, and how far inside it stands."""
        severity = hit.severity or hit.rule.severity
        _, end = self._span(hit.fn, hit.site)
        return severity.is_at_least("error"), severity.is_at_least("warning"), -end

    def places_of(self, hits: Iterable[Violation]) -> Iterator[tuple[Fn, int]]:
        """All sites that will be shown: of the offences, and of the calls that lead to them."""
        for hit in hits:
            yield hit.fn, hit.site
            if hit.others and self.directives(hit.fn.path):
                yield from ((hit.fn, site) for site in hit.others)
            if isinstance(hit, LibraryViolation):
                yield from ((node.fn, site) for node, site in hit.steps)
            graph = self.answer.ways_to(hit)
            if hit.nodes and hit.nodes[0] in graph.parents:
                for node, site in graph.chain(hit.nodes[0])[:-1]:
                    yield node.fn, site

    def prepare(self, places: Iterable[tuple[Fn, int]]) -> None:
        """Find the positions of many sites at once, so that each piece of code is read once."""
        wanted: dict[Fn, set[int]] = {}
        for fn, site in places:
            self._want(wanted, fn, site)
        for fn, sites in wanted.items():
            known = self._spans.setdefault(fn, {})
            missing = sites - known.keys()
            if missing:
                known.update(self.answer.store.locate(fn, missing))

    def _want(self, wanted: dict[Fn, set[int]], fn: Fn, site: int) -> None:
        if site < 0:
            return
        piece = Fn(fn.path, self.answer.store.outermost(fn))
        wanted.setdefault(piece, set()).add(site)

    def _span(self, fn: Fn, site: int) -> Span:
        if site == DEFINITION:
            return self.name_span(fn)
        if site <= ANNOTATION:
            written = annotations_of(self.answer.store.load(fn.path), fn.qualname)
            return written[ANNOTATION - site].start, written[ANNOTATION - site].end
        piece = Fn(fn.path, self.answer.store.outermost(fn))
        known = self._spans.setdefault(piece, {})
        if site not in known:
            known[site] = self.answer.store.span(piece, site)
        return known[site]

    def name_span(self, fn: Fn) -> Span:
        """The offsets of the name of a class, or of a function that is not nested in another."""
        store = self.answer.store
        source, head = store.load(fn.path).source, store.head(fn)
        is_function = head is not None and head.end > 0  # the head of a class has no place
        start, end = (head.start, head.end) if head and is_function else (0, len(source.text))
        name = re.escape(shown_name(fn.qualname).rpartition(".")[2])
        found = re.compile(rf"\b(?:def|class)\s+({name})\b").search(source.text, start, end)
        return found.span(1) if found is not None else (start, start)

    def location(self, fn: Fn, site: int) -> Location:
        """Return where a site of a function stands."""
        return self.answer.store.load(fn.path).source.location(self._span(fn, site)[0])

    def text(self, fn: Fn, site: int) -> str:
        """The source of a site of a function."""
        start, end = self._span(fn, site)
        return self.answer.store.load(fn.path).source.text[start:end]

    def diagnostic(self, hit: Violation) -> Diagnostic | None:
        """The diagnostic of a hit, unless a comment hides it."""
        rule, directives = hit.rule, self.directives(hit.fn.path)
        for site in list(hit.others) if directives else ():
            if self._is_suppressed(hit, site):
                del hit.others[site]
        while self._is_suppressed(hit, hit.site):
            if not hit.move_on():
                self.suppressed += 1
                return None
        location, end_location = self.ends(hit.fn, hit.site)
        chain, others = self._chain(hit, location)
        if chain is None:
            self.suppressed += 1
            return None
        if isinstance(hit, LibraryViolation):
            chain += self._inside(hit)
        fix, withheld = self.fix_for(hit)
        message = in_notebook(hit.message) if is_notebook(hit.fn.path) else hit.message
        return Diagnostic(
            code=rule.code,
            name=rule.name,
            severity=hit.severity or rule.severity,
            message=f"{message}{NOT_FIXED}{withheld})" if withheld else message,
            filename=self.shown(hit.fn.path),
            location=location,
            end_location=end_location,
            scope=rule.scope.label,
            chain=chain,
            other_entries=others,
            fix=fix,
            more_places=len(hit.others),
            function="" if self._is_body(hit.fn) else hit.fn.shown,
        )

    def places(self, found: Found) -> Iterator[tuple[Location, Location]]:
        """The places that a diagnostic speaks for, its own first."""
        yield found.diagnostic.location, found.diagnostic.end_location
        if found.hit is not None:
            yield from (self.ends(found.hit.fn, site) for site in sorted(found.hit.others))

    def _is_suppressed(self, hit: Violation, site: int) -> bool:
        first, last = self.ends(hit.fn, site)
        directives = self.directives(hit.fn.path)
        return bool(directives.suppresses(hit.rule.code, hit.rule.name, first.row, last.row))

    def ends(self, fn: Fn, site: int) -> tuple[Location, Location]:
        """Return where a site of a function begins and ends."""
        source = self.answer.store.load(fn.path).source
        start, end = self._span(fn, site)
        return source.location(start), source.location(end)

    def _chain(self, hit: Violation, location: Location) -> tuple[tuple[ShownHop, ...] | None, int]:
        """The shortest chain that no comment interrupts, and how many other entries there are."""
        filename = self.shown(hit.fn.path)
        if not hit.nodes:
            return (), 0  # at a class: its entry point is in a followed package
        imports = self.answer.import_chains.get((hit.fn, hit.site, hit.rule.code))
        if imports is not None:
            return tuple(self._import_hops(imports, location)), 0
        reached = self.answer.ways_to(hit)
        if hit.nodes[0] not in reached.parents and self._is_body(hit.fn):
            cls = self.answer.module_entries.get(hit.fn.path)
            return ((ShownHop(shown_name(cls.qualname), filename, location),) if cls else ()), 0
        nodes = [n for n in hit.nodes if n in reached.parents]
        if not nodes:
            return (), 0
        steps: Chain | None = reached.chain(nodes[0])
        assert steps is not None
        if self._is_interrupted(hit, steps):
            steps = self._detour(hit, nodes)
            if steps is None:
                return None, 0
        others = reached.count_entries(nodes) - 1
        return tuple(self._hop(node, site, location) for node, site in steps), others

    def _import_hops(self, chain: ImportChain, location: Location) -> Iterator[ShownHop]:
        """The workflow, the modules that import one another, and the calls from the last one."""
        store = self.answer.store
        for link in chain.links:
            at = store.load(link.path).source.location(link.offset)
            yield ShownHop(link.shown, self.shown(link.path), at)
        name = chain.module
        for node, site in chain.calls:
            at = location if site == END else self.location(node.fn, site)
            yield ShownHop(name or node.fn.shown, self.shown(node.fn.path), at)
            name = ""

    def _inside(self, hit: LibraryViolation) -> tuple[ShownHop, ...]:
        """The chain in the package that a hit is about."""
        return tuple(self._hop(n, site, self.location(n.fn, site)) for n, site in hit.steps)

    def _is_body(self, fn: Fn) -> bool:
        """True if something runs when its module is imported."""
        return self.answer.store.outermost(fn) == MODULE_BODY

    def _hop(self, node: Node, site: int, location: Location) -> ShownHop:
        known = self._hops.get(Hop(node, site)) if site != END else None
        if known is None:
            entry = self.answer.reached.entries.get(node) or self.answer.outside.entries.get(node)
            name = entry.shown if entry is not None else node.fn.shown
            at = location if site == END else self.location(node.fn, site)
            known = ShownHop(name, self.shown(node.fn.path), at)
            if site != END:  # chains have their beginnings in common
                self._hops[Hop(node, site)] = known
        return known

    # Suppression along the chain.

    def _is_interrupted(self, hit: Violation, steps: Chain) -> bool:
        return any(self._blocks(hit, node.fn, site) for node, site in steps)

    def _blocks(self, hit: Violation, fn: Fn, site: int) -> bool:
        """True if a comment at a call, or at the header of the calling function, hides the hit."""
        directives = self.directives(fn.path)
        if not directives:
            return False
        code, name = hit.rule.code, hit.rule.name
        if any(directives.covers_function(code, name, row) for row in self._header_rows(fn)):
            return True
        if site < 0:
            return False
        source = self.answer.store.load(fn.path).source
        start, end = self._span(fn, site)
        rows = source.location(start).row, source.location(end).row
        return directives.suppresses(code, name, *rows) is not None

    def _header_rows(self, fn: Fn) -> Iterator[int]:
        """Yield the rows of the header of a function, and of the functions around it."""
        store = self.answer.store
        source = store.load(fn.path).source
        name, outermost = fn.qualname, store.outermost(fn)
        while len(name) >= len(outermost):
            head = store.head(Fn(fn.path, name))
            if head is not None:
                offset = head.start if head.site < 0 else self._span(fn, head.site)[0]
                yield source.location(offset).row
            name = name.rpartition(".")[0]

    def _detour(self, hit: Violation, nodes: list[Node]) -> Chain | None:
        """A shortest chain to any of ``nodes`` around all suppressed calls, if there is one."""
        reached = self.answer.ways_to(hit)
        goals = set(nodes)
        leading = reached.ancestors(nodes)  # a comment elsewhere has nothing to do with the hit

        def is_open(call: Hop, to: Node) -> bool:
            blocked = to not in leading or self._blocks(hit, call.node.fn, call.site)
            return not blocked and not self._blocks(hit, to.fn, END)

        entries = (e for e in reached.entries if e in leading and not self._blocks(hit, e.fn, END))
        parents = reached.search(entries, is_open)
        nearest = next((node for node in parents if node in goals), None)
        return chain_to(nearest, parents) if nearest is not None else None
