"""What the histories of a workflow do not go through, and which patches no open run needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from wflint.callgraph.graph import Node
from wflint.graph.commands import at_of, is_loud
from wflint.histories.matching import Matched
from wflint.replay.change import Verdict
from wflint.replay.shown import shown
from wflint.replay.sides import Side
from wflint.replay.terms import (
    Alt,
    Call,
    Handler,
    Loop,
    Patch,
    Term,
    Text,
    Try,
    While,
    all_terms,
)
from wflint.replay.terms import parts_of as inner_terms
from wflint.rule.definition_views import WorkflowView
from wflint.rule.place import Place

BRANCH, EXCEPT, HANDLER, PATCH, OBSOLETE = "branch", "except", "handler", "patch", "obsolete patch"


class Missing(Struct, frozen=True):
    """Something that no history goes through; ``kind`` is one of the words above."""

    kind: str
    text: str
    place: Place


class Covered(Struct):
    """A workflow with the number of its histories: all, those that fit, those of open runs."""

    view: WorkflowView
    histories: int
    fitting: int
    open: int
    missing: list[Missing]


def coverage(
    workflows: Iterable[tuple[WorkflowView, Side]], results: Sequence[Matched]
) -> list[Covered]:
    """Return what is missing for each workflow; nothing for one without histories."""
    found = []
    for view, side in workflows:
        mine = [matched for matched in results if matched.side is side]
        fitting = [matched for matched in mine if matched.verdict is Verdict.COMPATIBLE]
        missing = list(_Missing(view, side, mine, fitting).all()) if fitting else []
        are_open = sum(matched.recorded.is_open for matched in mine)
        found.append(Covered(view, len(mine), len(fitting), are_open, missing))
    return found


class _Missing:
    """Finds what is missing for one workflow."""

    def __init__(
        self, view: WorkflowView, side: Side, every: list[Matched], fitting: list[Matched]
    ) -> None:
        self._view = view
        self._side = side
        followed = [matched.followed for matched in fitting if matched.followed is not None]
        self._keys = self._told_apart()
        self._taken = {
            (self._keys[term], answer)
            for each in followed
            for term, answer in each.taken
            if term in self._keys
        }
        self._asked = {item for each in followed for item in each.asked.items()}
        self._arrived = {
            message
            for matched in fitting
            for task in matched.recorded.tasks
            for message in task.messages
        }
        is_known = all(m.verdict is Verdict.COMPATIBLE for m in every if m.recorded.is_open)
        self._open = [m for m in fitting if m.recorded.is_open] if is_known else []

    def _told_apart(self) -> dict[int, object]:
        """Return what a decision is known by: it is one, however its function is reached."""
        functions, found = self._side.functions, dict[int, object]()
        for callee in self._side.callees():
            seen: dict[str, int] = {}
            for term in all_terms(functions.term(callee.node)):
                if isinstance(term, (Alt, Handler, Loop, While)):
                    text = f"{type(term).__name__} {_text(term)}"
                    seen[text] = seen.get(text, 0) + 1
                    found[id(term)] = (callee.node.fn, text, seen[text])
        return found

    def _is_taken(self, term: Term, answer: bool = True) -> bool:
        return (self._keys.get(id(term)), answer) in self._taken

    def all(self) -> Iterator[Missing]:
        """Yield what no history goes through, then what no open run needs."""
        entries = [self._side.run.node]
        for (kind, name), callee in self._side.handlers.items():
            if (kind, name) in self._arrived or name == "any":
                entries.append(callee.node)
            else:
                place = Place(callee.node.fn, -1)
                yield Missing(HANDLER, f"the {kind} {name} never arrives", place)
        yield from self._branches(entries)
        yield from self._patches()

    # Branches.

    def _branches(self, entries: list[Node]) -> Iterator[Missing]:
        functions = self._side.functions
        pending, seen = list(reversed(entries)), set[Node]()
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            called: list[Node] = []
            yield from self._in_function(node, functions.term(node), called)
            pending += reversed(called)

    def _in_function(self, node: Node, whole: Term, called: list[Node]) -> Iterator[Missing]:
        """Yield what is not taken, and none of what is inside of that."""
        pending = [whole]
        while pending:
            term = pending.pop()
            skipped: list[Term] = []
            for text, kind, parts in self._untaken(term):
                yield Missing(kind, text, self._place(node, [*parts, term]))
                skipped += parts
            if isinstance(term, Call):
                called.append(term.callee.node)
            inner = [part for part in inner_terms(term) if all(part is not s for s in skipped)]
            pending += reversed(inner)

    def _untaken(self, term: Term) -> Iterator[tuple[str, str, list[Term]]]:
        """Yield why a part of a term is not taken, what it is, and the part."""
        match term:
            case Alt(test=test, then=then, orelse=orelse) if is_loud(term) and not _asks(test):
                is_true, is_false = self._is_taken(term), self._is_taken(term, answer=False)
                if not is_true and not is_false:
                    yield f"`if {shown(test)}` is never reached", BRANCH, [then, orelse]
                elif not is_true:
                    yield f"`{shown(test)}` is never true", BRANCH, [then]
                elif not is_false:
                    yield f"`{shown(test)}` is never false", BRANCH, [orelse]
            case While(test=test, body=body) if is_loud(body):
                if not self._is_taken(term):
                    yield f"`while {shown(test)}` is never entered", BRANCH, [body]
            case Loop(over=over, body=body) if is_loud(body):
                if not self._is_taken(term):
                    yield f"the loop over `{shown(over)}` is never entered", BRANCH, [body]
            case Try(handlers=handlers):
                for handler in handlers:
                    if not self._is_taken(handler):
                        yield _never(handler), EXCEPT, [handler]

    def _place(self, node: Node, terms: list[Term]) -> Place:
        """Return the first place in some terms, or that of the function."""
        for term in terms:
            for each in all_terms(term):
                at = at_of(each)
                if at is not None:
                    return Place(node.fn, at.site)
        return Place(node.fn, -1)

    # Patches.

    def _patches(self) -> Iterator[Missing]:
        functions = self._side.functions
        done: set[tuple[str, bool]] = set()
        for callee in self._side.callees():
            for term in all_terms(functions.term(callee.node)):
                if isinstance(term, Patch) and isinstance(term.name, Text):
                    key = (term.name.text, term.deprecated)
                    if key not in done:
                        done.add(key)
                        yield from self._patch(*key, Place(callee.node.fn, term.at.site))

    def _patch(self, name: str, deprecated: bool, place: Place) -> Iterator[Missing]:
        if deprecated:
            if self._open and all(name not in matched.recorded.patches for matched in self._open):
                text = f"no open run has a marker of `{name}`: `deprecate_patch` may go"
                yield Missing(OBSOLETE, f"{text}, if these are all open runs", place)
            return
        if (name, True) not in self._asked:
            yield Missing(PATCH, f"no history has a marker of the patch `{name}`", place)
        if (name, False) not in self._asked:
            yield Missing(PATCH, f"no history is from before the patch `{name}`", place)
        answers = [m.followed.asked.get(name) for m in self._open if m.followed is not None]
        if answers and False not in answers:
            text = f"no open run needs the old code of `{name}`: `deprecate_patch` may replace it"
            yield Missing(OBSOLETE, f"{text}, if these are all open runs", place)


def _asks(test: Term) -> bool:
    return any(isinstance(each, Patch) for each in all_terms(test))


def _text(term: Alt | Handler | Loop | While) -> str:
    if isinstance(term, Handler):
        return ", ".join(term.names)
    return shown(term.over if isinstance(term, Loop) else term.test)


def _never(handler: Handler) -> str:
    return f"`except {', '.join(handler.names)}` never runs"
