"""The comparison of two programs: which runs of the old one can go on with the new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from wflint import limits
from wflint.replay.asked import Asked, do_the_same
from wflint.replay.change import Change, Program, Step, Verdict
from wflint.replay.defaults import known_defaults, set_by_new_updates
from wflint.replay.exploring import Explorer, Judgement
from wflint.replay.program import Functions, digest
from wflint.replay.pruning import attributes_set_once, tracked_attributes
from wflint.replay.sides import Side, side_of
from wflint.replay.terms import Callee, Command, Exit, Patch, Term, Text, all_terms
from wflint.replay.values import BLOCK, DRAW, Given
from wflint.rule.definition_views import WorkflowView

_SMALL = 3
"""How many commands a function has at most that is always looked into."""


def compare(old: Program, new: Program, *, shortcut: bool = True) -> list[Change]:
    """Return what became of each workflow that both programs have, in order of their names.

    Workflows whose code does the same with all that it calls are left out, unless ``shortcut`` is
    false: then all histories are tried for them too.
    """
    first, second = Functions(old.answer), Functions(new.answer)
    others = {view.name: view for view in workflows(second) if view.name}
    both = ((view, others.get(view.name)) for view in workflows(first) if view.name)
    pairs = [(view, other) for view, other in both if other is not None]
    return _compared(first, second, pairs, shortcut)


def compare_pairs(
    old: Program, new: Program, pairs: Iterable[tuple[WorkflowView, WorkflowView]]
) -> list[Change]:
    """Return what became of workflows, each given as it is in the one and the other program."""
    return _compared(Functions(old.answer), Functions(new.answer), pairs, shortcut=True)


def compare_sides(old: Side, new: Side) -> Change | None:
    """Return what became of one workflow; ``None`` if it does the same as before.

    The old side may be one of which only the commands are known, and not the data.
    """
    known = dict(set_by_new_updates(old, new))
    return _Comparison(old, replace(new, known=known), shortcut=True).change()


def pruned(side: Side) -> list[Callee]:
    """Return the functions of a workflow, after what decides nothing in it was left out of them.

    They have digests; none are returned if they are too many.
    """
    callees = side.callees()
    if len(callees) > limits.TERM_FUNCTIONS:
        return []
    closures = [(side.functions, callees)]
    _prune(closures, (side,))
    digest(closures)
    return callees


def _compared(
    first: Functions,
    second: Functions,
    pairs: Iterable[tuple[WorkflowView, WorkflowView]],
    shortcut: bool,
) -> list[Change]:
    found: list[Change] = []
    asked = Asked(first), Asked(second)
    for view, other in pairs:
        old, new = side_of(first, view), side_of(second, other)
        if old is None or new is None or (shortcut and _is_untouched(old, new, *asked)):
            continue
        change = _comparison(old, new, shortcut).change()
        found += [change] if change is not None else []
    return sorted(found, key=lambda change: (change.type_name, change.workflow))


def workflows(functions: Functions) -> Iterator[WorkflowView]:
    """Yield the workflows of a program, each once."""
    definitions = functions.answer.checker.definitions
    seen = set()
    for entry in functions.graph.entries.values():
        cls = entry.receiver
        if cls not in seen:
            seen.add(cls)
            view = definitions.workflow(cls)
            if view is not None and view.run is not None:
                yield view


def _comparison(old: Side, new: Side, shortcut: bool) -> _Comparison:
    return _Comparison(old, replace(new, known=known_defaults(old, new)), shortcut)


class _Comparison:
    """The comparison of one workflow."""

    def __init__(self, old: Side, new: Side, shortcut: bool) -> None:
        self._old, self._new = old, new
        self._shortcut = shortcut
        self._opened: set[str] = set()
        self._common: frozenset[str] = frozenset()
        self._is_block: dict[str, bool] = {}

    def change(self) -> Change | None:
        """Return what became of the workflow; ``None`` if it does the same as before."""
        old, new = self._old, self._new
        closures = [(side.functions, side.callees()) for side in (old, new)]
        if any(len(callees) > limits.TERM_FUNCTIONS for _, callees in closures):
            return self._change(Judgement(Verdict.UNKNOWN, why="it calls too many functions"))
        _prune(closures, (old, new))
        digest(closures)
        if self._shortcut and _is_same(old, new):
            return self._swapped(closures)
        if self._shortcut:
            mine, its = ({c.digest for c in callees} for _, callees in closures)
            self._common = frozenset(mine & its)
            for functions, callees in closures:
                self._find_blocks(functions, callees)
        return self._change(self._judged(old, new)) or self._swapped(closures)

    def _swapped(self, closures: list[tuple[Functions, list[Callee]]]) -> Change | None:
        """Two calls of one activity that changed places replay, but get each other's results."""
        first, second = (_activities(functions, callees) for functions, callees in closures)
        name = _exchanged(first, second)
        if not name:
            return None
        view = self._new.workflow
        why = f"calls of activity {name} have changed places: replayed runs exchange their results"
        return Change(view.cls.qualname, view.name, Verdict.DEPENDS, why=why)

    def _judged(self, old: Side, new: Side) -> Judgement:
        """Judge with common code closed; open what stands next to a difference, and look again."""
        for _ in range(limits.REPLAY_OPENED):
            judgement = Explorer(old, new, self._is_opaque).explore()
            difference = judgement.difference
            if difference is None:
                return judgement
            near = {
                g.ident.key.partition("(")[0]
                for g in (*difference.around, difference.now)
                if g is not None and g.kind == BLOCK and g.ident is not None
            }
            if not near - self._opened:
                return judgement
            self._opened |= near
        return judgement

    def _is_opaque(self, callee: Callee) -> bool:
        digest_of = callee.digest
        return (
            digest_of in self._common
            and digest_of not in self._opened
            and self._is_block.get(digest_of, False)
        )

    def _find_blocks(self, functions: Functions, callees: list[Callee]) -> None:
        """Find the functions that are worth to be left closed, and can be."""
        for callee in callees:
            if callee.digest in self._is_block or callee.digest not in self._common:
                continue
            count, can = 0, True
            for inner in functions.closure([callee.node]):
                for term in all_terms(functions.work(inner.node)):
                    count += term.__class__.__name__ in _GIVES
                    is_end = isinstance(term, Exit) and term.kind == "continue as new"
                    can = can and not is_end and not isinstance(term, Patch)
            self._is_block[callee.digest] = can and count > _SMALL

    def _change(self, judgement: Judgement) -> Change | None:
        if judgement.verdict is Verdict.COMPATIBLE:
            return None
        difference = judgement.difference
        view = self._new.workflow
        if difference is None:
            now = Step("", judgement.chain) if judgement.chain else None
            return Change(
                view.cls.qualname, view.name, judgement.verdict, now=now, why=judgement.why
            )
        return Change(
            view.cls.qualname,
            view.name,
            judgement.verdict,
            history=tuple(map(_step, difference.before)),
            was=_step(difference.was) if difference.was is not None else None,
            now=_step(difference.now) if difference.now is not None else None,
            assumed=judgement.assumed,
            why=_why(difference.was, difference.now),
        )


def _prune(closures: list[tuple[Functions, list[Callee]]], sides: tuple[Side, ...]) -> None:
    """Leave out of both sides what decides nothing on either of them."""
    terms = [f.term(callee.node) for f, callees in closures for callee in callees]
    entries = [(side.functions.code(callee.node)) for side in sides for callee in side.entries]
    params = frozenset(name for code in entries for name in code.params if name != code.receiver)
    tracked = tracked_attributes(terms, params)
    for functions, callees in closures:
        functions.prune(callees, tracked)
        functions.set_once = attributes_set_once(functions.work(c.node) for c in callees)


_GIVES = frozenset({"Command", "Condition", "WaitFor", "Race", "Unresolved", "Deadline"})


def _is_untouched(old: Side, new: Side, first: Asked, second: Asked) -> bool:
    """True if a workflow does the same with code that is the same; no terms are made to see it."""
    if old.starts != new.starts:
        return False
    return do_the_same(first, second, new.starts.values())


def _is_same(old: Side, new: Side) -> bool:
    return old.run == new.run and old.handlers == new.handlers


def _activities(functions: Functions, callees: list[Callee]) -> list[tuple[Term | None, str]]:
    """Return the activities of a workflow in the order of the code, with what they are given."""
    found = []
    for callee in callees:
        for term in all_terms(functions.work(callee.node)):
            if isinstance(term, Command) and term.aside.text:
                found.append((term.name, term.aside.text))
    return found


def _exchanged(old: list[tuple[Term | None, str]], new: list[tuple[Term | None, str]]) -> str:
    """Return an activity whose calls have changed places, or ``""``."""
    if len(old) != len(new) or [name for name, _ in old] != [name for name, _ in new]:
        return ""
    for name in dict.fromkeys(name for name, _ in old):
        first, second = ([args for n, args in side if n == name] for side in (old, new))
        if first != second and sorted(first) == sorted(second):
            return name.text if isinstance(name, Text) else "of one name"
    return ""


def _step(given: Given) -> Step:
    return Step(given.shown, given.chain)


def _why(was: Given | None, now: Given | None) -> str:
    before = was.shown if was is not None else "nothing"
    after = now.shown if now is not None else "nothing"
    if was is not None and now is not None and before == after:
        if was.ident is now.ident is None:
            why = "what is cancelled at once counts as well"
            return f"{before} had the default id {was.serial}, and has {now.serial} now: {why}"
        return f"{before} had {_id_of(was)}, and has {_id_of(now)} now"
    return f"the history has {before}, and the new code gives {after} there"


def _id_of(given: Given) -> str:
    if given.ident is None:
        return "its default id"
    if given.ident.key.startswith(DRAW):
        return f"the id of {given.ident.key} from the seeded generator"
    return f"the id {given.ident.key}"
