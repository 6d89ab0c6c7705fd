"""The program around the place of a repair, as far as a repair may ask about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import TYPE_CHECKING

from wflint.callgraph.graph import Hop, Node
from wflint.checking.analysis import AnalysisResult
from wflint.checking.circles import imports_back
from wflint.checking.protected import is_caught_otherwise
from wflint.checking.violation import Violation
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.facts.model import Ref
from wflint.fix.propose.callers import Callers, Stranger
from wflint.fix.propose.draws import Draws
from wflint.fix.propose.lacking import Lacking
from wflint.inference.sortable import can_sort_elements
from wflint.inference.type_views import types_of
from wflint.inference.values import AbstractValue
from wflint.project.folders import is_namespace
from wflint.rule.base import RuleSettings
from wflint.rule.fix import Withheld
from wflint.rule.views import TypeView
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.fix.propose.handled import Handled
    from wflint.fix.propose.piece import PieceText


class Program:
    """An analysed project, with what repairs find out about it once.

    ``files`` are all of its files, ``read`` gives their bytes, ``shown`` a path as the user would
    write it, and ``piece_of`` the text of a function.
    """

    def __init__(
        self,
        answer: AnalysisResult,
        files: Sequence[str],
        read: Callable[[str], bytes],
        settings_of: Callable[[str], RuleSettings],
        shown: Callable[[str], str],
        piece_of: Callable[[Fn], PieceText | None],
    ) -> None:
        self.answer = answer
        self.settings_of = settings_of
        self.shown = shown
        self.lacking = Lacking(files, read)
        self.own_imports: dict[str, tuple[str, ...]] = {}
        self._files = files
        self._read = read
        self._piece_of = piece_of

    @cached_property
    def callers(self) -> Callers:
        """Those who call functions of workflow code."""
        return Callers(self.answer, self._files, self._read)

    @cached_property
    def handled(self) -> Handled:
        """Where exceptions are caught."""
        from wflint.fix.propose.handled import Handled

        return Handled(self.answer, self._piece_of)

    @cached_property
    def draws(self) -> Draws:
        """The workflows that draw random numbers or ids."""
        return Draws(self.answer)

    @cached_property
    def read_only(self) -> dict[int, str]:
        """The query handlers and update validators that are entry points: their bits and names."""
        roots, reached = self.answer.checker.roots, self.answer.reached
        bits = reached.entry_bits()
        found = [node for node in bits if roots.is_read_only(node.fn)]
        return {bits[n]: reached.entries[n].shown for n in sorted(found, key=lambda n: n.fn)}

    @cached_property
    def read_only_mask(self) -> int:
        """All bits of :attr:`read_only`."""
        return reduce(or_, self.read_only, 0)

    @cached_property
    def nodes(self) -> dict[Fn, list[Node]]:
        """All ways in which each function is reached."""
        found: dict[Fn, list[Node]] = {}
        for node in self.answer.reached.order:
            found.setdefault(node.fn, []).append(node)
        return found


class Surroundings:
    """The program around one diagnostic."""

    def __init__(self, program: Program, hit: Violation) -> None:
        self.settings = program.settings_of(hit.fn.path)
        self._program = program
        self._hit = hit
        self._resolver = program.answer.checker.resolver

    def resolve(self, ref: Ref) -> frozenset[AbstractValue]:
        """Return what a reference stands for, also where a reached function has no fault."""
        hit = self._hit
        nodes = [*hit.nodes, *self._program.nodes.get(hit.fn, ())]
        ways = {(node.receiver, node.env) for node in nodes} or {(None, ())}
        path, resolver = hit.fn.path, self._resolver
        found = (resolver.resolve(ref, path, receiver, env=env) for receiver, env in ways)
        return frozenset(chain.from_iterable(found))

    def types(self, ref: Ref) -> tuple[TypeView, ...]:
        """All types that a reference may be an instance of; none when one of them is not known."""
        path, resolver = self._hit.fn.path, self._resolver
        ways = dict.fromkeys((node.receiver, node.env) for node in self._hit.nodes)
        found = [types_of(ref, path, receiver, env, resolver) for receiver, env in ways]
        return tuple(dict.fromkeys(chain(*found))) if all(found) else ()

    def can_sort(self, ref: Ref) -> bool | None:
        """True if what is in a set has an order; ``None`` when that is not known."""
        path, resolver = self._hit.fn.path, self._resolver
        ways = dict.fromkeys((node.receiver, node.env) for node in self._hit.nodes)
        found = {can_sort_elements(ref, path, receiver, env, resolver) for receiver, env in ways}
        return False if False in found else found == {True} or None

    def imports_back(self, module: str) -> bool:
        """True if a module imports the one that the place is in."""
        answer, rule = self._program.answer, self._hit.rule
        late = answer.checker.late_imports.of(answer.reached.within(rule.scope), rule.code)
        return imports_back(self._resolver, module, self._hit.fn.path, late)

    def is_own(self, module: str) -> bool:
        """True if the project has a module of that name."""
        at, index = self._hit.fn.path, self._resolver.index
        home = self._program.answer.store.load(at).facts.name
        if module.partition(".")[0] == home.partition(".")[0]:
            return True
        path = index.find(module, at)
        return path is not None and not is_namespace(path) and not index.is_followed(path)

    def own_imports(self) -> tuple[str, ...]:
        """The modules of the project that the file imports, sorted."""
        known, path = self._program.own_imports, self._hit.fn.path
        if path not in known:
            facts = self._program.answer.store.load(path).facts.imports
            modules = sorted({fact.module for fact in facts})
            known[path] = tuple(filter(self.is_own, modules))
        return known[path]

    def may_lack(self, package: str) -> str:
        """The first file that works without a package, or ``""``."""
        path = self._program.lacking.file(package)
        return self._program.shown(path) if path is not None else ""

    def may_be_caught(self, when_awaited: bool) -> bool:
        """True if the workflow may survive a ``TypeError`` that the place raises."""
        hit = self._hit
        return self._program.handled.may_be_caught(hit.nodes, hit.site, when_awaited)

    def is_caught_otherwise(self, error: str, instead: str) -> bool:
        """True if others may catch an error that is raised here than what is to be raised instead.

        Both are given by their dotted names.
        """
        hit, answer = self._hit, self._program.answer
        hops = [Hop(node, hit.site) for node in hit.nodes]
        return is_caught_otherwise(answer.checker, answer.reached, hops, error, instead)

    def is_signalled(self) -> bool:
        """True if the harm is done in signal handlers, or in them as well."""
        return bool(self._program.answer.ways_to(self._hit).entry_kinds & Region.SIGNAL)

    def is_called(self) -> bool:
        """True if workflow code calls the function, which the SDK calls as well."""
        reached = self._program.answer.reached
        return any(reached.callers(node) for node in self._program.nodes.get(self._hit.fn, ()))

    def draws(self) -> bool:
        """True if a workflow that runs the place draws random numbers or ids already."""
        reached = self._program.answer.reached.parents
        return self._program.draws.in_workflows_of(n for n in self._hit.nodes if n in reached)

    def only_workflows(self, otherwise: str) -> None:
        """Raise :class:`Withheld` where something outside of workflows runs the code as well.

        ``otherwise`` says what the fix would do there, as the end of a sentence.
        """
        fn, program = self._hit.fn, self._program
        if program.answer.store.outermost(fn) == MODULE_BODY:
            raise Withheld("it runs when the module is imported, where there is no workflow")
        stranger = program.callers.outside(fn)
        if stranger is not None:
            raise Withheld(f"{self._blame(stranger)}, {otherwise}")

    def no_workflow(self, otherwise: str) -> None:
        """Raise :class:`Withheld` where workflow code runs the function as well."""
        reached = self._program.answer.reached
        for node in self._program.nodes.get(self._hit.fn, ()):
            entry, _ = reached.chain(node)[0]
            raise Withheld(f"`{reached.entries[entry].shown}` also runs it, {otherwise}")

    def _blame(self, stranger: Stranger) -> str:
        if stranger.decorator:
            decorated = f"`@{stranger.decorator}` of `{stranger.fn.shown}`"
            return f"{decorated} may run it outside workflows"
        where = self._program.shown(stranger.fn.path)
        if stranger.fn.qualname:
            is_module = stranger.fn.qualname == MODULE_BODY
            name = "the module itself" if is_module else f"`{stranger.fn.shown}`"
            where = f"{name} in {where}"
        if stranger.unread:
            return f"{where} cannot be read and may also run it outside workflows"
        if stranger.hands_on:
            return f"{where} hands it on, so it may also run outside workflows"
        return f"{where} also runs it outside workflows"

    def not_read_only(self, why: str) -> None:
        """Raise :class:`Withheld` where a query handler or an update validator runs the code."""
        read_only = self._read_only()
        if read_only is not None:
            raise Withheld(f"`{read_only}` runs it, and {why}")

    def is_read_only(self) -> bool:
        """True if only query handlers and update validators run the code."""
        mask = self._entry_mask()
        return mask != 0 and not mask & ~self._program.read_only_mask

    def _read_only(self) -> str | None:
        """The first query handler or update validator that runs the code."""
        program, mask = self._program, self._entry_mask()
        if not mask & program.read_only_mask:
            return None
        return next(shown for bit, shown in program.read_only.items() if mask & bit)

    def _entry_mask(self) -> int:
        return self._program.answer.reached.entry_mask(self._hit.nodes)
