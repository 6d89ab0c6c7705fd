"""One module: its facts, and the bodies of its functions as far as they have been read."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from wflint.cache.fact_cache import Notes
from wflint.facts.ids import PROPERTIES
from wflint.facts.model import ClassFacts, FunctionBody, FunctionHead, Kind, ModuleFacts
from wflint.files.source import Source, UnreadableSource
from wflint.syntax.guard import parse_or_empty

if TYPE_CHECKING:
    from wflint.syntax.pieces import Piece

_START = attrgetter("start")


class Module:
    """One loaded module. ``error`` is set instead of facts that could not be had.

    ``read`` gives its text when that is needed: facts may come from the ``notes``. ``whole`` is the
    module as LibCST has it, where only LibCST could read it. ``is_blank`` is set when nothing of
    its code is known; ``unread`` are the outermost functions that could not be read.
    """

    def __init__(
        self,
        path: str,
        facts: ModuleFacts,
        read: Callable[[], Source],
        error: UnreadableSource | None = None,
        whole: Piece | None = None,
        notes: Notes | None = None,
    ) -> None:
        self.path = path
        self.notes = notes if notes is not None else Notes()
        self.facts = facts
        self.error = error
        self.is_blank = error is not None
        self.unread: set[str] = set()
        self.whole = whole
        self.bodies: dict[str, FunctionBody] = {}
        self.local_classes: dict[str, ClassFacts] = {}  # of the bodies that have been read
        self._inside: dict[str, dict[str, None]] = {}
        self._read = read

    @cached_property
    def source(self) -> Source:
        """The text of the module; empty if it cannot be had."""
        try:
            return self._read()
        except (OSError, UnreadableSource):
            return Source("")

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes of the module by qualname, without their methods and inner classes.

        Those of which there are several, or that are made by a function, are left out.
        """
        return dict(_classes(parse_or_empty(self.source)))

    @cached_property
    def _in_place(self) -> list[FunctionHead]:
        """The functions that stand in no other, in order."""
        found: list[FunctionHead] = []
        for head in sorted(self.facts.functions.values(), key=_START):
            if not found or head.start >= found[-1].end:  # no lambda in a function's defaults
                found.append(head)
        return found

    def function_at(self, offset: int) -> FunctionHead | None:
        """The outermost function that an offset in the text, in characters, stands in."""
        at = bisect_right(self._in_place, offset, key=_START) - 1
        head = self._in_place[at] if at >= 0 else None
        return head if head is not None and offset < head.end else None

    def put(self, qualname: str, body: FunctionBody) -> FunctionBody:
        """Keep what a function does, in place of what was known of it."""
        if qualname not in self.bodies:
            around = qualname.rpartition(".")[0]
            while around:
                self._inside.setdefault(around, {})[qualname] = None
                around = around.rpartition(".")[0]
        self.bodies[qualname] = body
        return body

    def inside(self, qualname: str) -> list[str]:
        """The functions and classes in a function or class whose bodies are known, in order."""
        return [name for name in self._inside.get(qualname, ()) if name in self.bodies]


_DEFINITIONS = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef)


def _classes(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield copies of classes by their qualnames, without their methods and inner classes."""
    pending: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while pending:
        before, body = pending.pop()
        found = [node for node in body if isinstance(node, ast.ClassDef)]
        count = Counter(node.name for node in found)
        for node in found:
            if count[node.name] == 1:
                pending.append((f"{before}{node.name}.", node.body))
                copy = type(node)(**dict(ast.iter_fields(node)))
                copy.body = [s for s in node.body if not isinstance(s, _DEFINITIONS)]
                yield f"{before}{node.name}", ast.copy_location(copy, node)


def special_names(classes: Iterable[ClassFacts]) -> Iterator[str]:
    """The attributes of classes that may run code: properties and possible descriptors."""
    for cls in classes:
        for name, head in cls.methods.items():
            if any(d.last_word in PROPERTIES for d in head.decorators):
                yield name
        for name, ref in cls.attributes.items():
            if ref.kind is Kind.RESULT and (ref.of is None or ref.of.kind is not Kind.UNKNOWN):
                yield name
