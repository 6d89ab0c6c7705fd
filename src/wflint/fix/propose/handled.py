"""Finds out if somebody may catch what a call raises.

A call that always fails can be mended without harm to running workflows: the workflow task has
failed so far, and there is no history behind it. That holds only if the exception gets out. Where
it is caught, or lost with a task that nobody waits for, the workflow has gone on without the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst

from wflint.callgraph.graph import Node
from wflint.checking.analysis import AnalysisResult
from wflint.facts.frames import Entry
from wflint.facts.ids import Fn
from wflint.fix.propose.piece import PieceText

_CATCHING = frozenset(
    {"BaseException", "BaseExceptionGroup", "Exception", "ExceptionGroup", "TypeError"}
)


class Handled:
    """Answers for one analysed project; ``piece_of`` gives the text of a function."""

    def __init__(self, answer: AnalysisResult, piece_of: Callable[[Fn], PieceText | None]) -> None:
        self.answer = answer
        self.piece_of = piece_of

    def may_be_caught(self, nodes: Iterable[Node], site: int, when_awaited: bool) -> bool:
        """True if a ``TypeError`` that a call raises may not get out of the workflow.

        The call stands at ``site`` of a function that is reached as ``nodes``. It raises at once,
        or ``when_awaited``.
        """
        pending = [(node, site, when_awaited) for node in nodes]
        seen = set(pending)
        while pending:
            node, place, is_coroutine = pending.pop()
            if self._is_kept(node, place, is_coroutine):
                return True
            is_coroutine = self.answer.store.body(node.fn).head.is_async
            for caller, at in self.answer.reached.callers(node):
                step = caller, at, is_coroutine
                if step not in seen:
                    seen.add(step)
                    pending.append(step)
        return False

    def _is_kept(self, node: Node, site: int, is_coroutine: bool) -> bool:
        """True if an exception of a call stays in the function with the call, or is lost."""
        piece = self.piece_of(node.fn)
        entries = piece.reader.walker.entries if piece is not None else []
        if not 0 <= site < len(entries):
            return True
        entry = entries[site]
        if not isinstance(entry.node, cst.Call):
            return True
        awaited = entry.parent is not None and isinstance(entry.parent.node, cst.Await)
        return (is_coroutine and not awaited) or _is_caught_around(entry)


def _is_caught_around(entry: Entry) -> bool:
    inner, outer = entry.node, entry.parent
    while outer is not None:
        match outer.node:
            case cst.Try() | cst.TryStar() as block:
                if inner is block.body and any(_catches(h.type) for h in block.handlers):
                    return True
            case cst.With() as block:
                if inner is block.body and any(_suppresses(item.item) for item in block.items):
                    return True
        inner, outer = outer.node, outer.parent
    return False


def _catches(caught: cst.BaseExpression | None) -> bool:
    """True if a handler may be for a ``TypeError``; only plain names of classes say it is not."""
    if isinstance(caught, cst.Tuple):
        return any(_catches(element.value) for element in caught.elements)
    last = _last_name(caught)
    return not last or last in _CATCHING or last.isupper() or last[0].islower()


def _suppresses(manager: cst.BaseExpression) -> bool:
    return isinstance(manager, cst.Call) and _last_name(manager.func) == "suppress"


def _last_name(node: cst.BaseExpression | None) -> str:
    last = node.attr if isinstance(node, cst.Attribute) else node
    return last.value if isinstance(last, cst.Name) else ""
