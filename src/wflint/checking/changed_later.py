"""Tells whether an object may be changed before it is used, or only serves to make others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wflint.facts.ids import MODULE_BODY, Fn
from wflint.facts.model import Site
from wflint.project.store import Store

_KEPT = re.compile(r"(self\s*\.\s*)?\b(\w+)(?:\s*:[^=\n]*)?\s*=\s*\Z")
_BEFORE = 200
"""How many characters before a call may say what it is assigned to."""


class ChangedLater:
    """Answers for one program; ``named`` gives its files that name Temporal."""

    def __init__(self, store: Store, named: Callable[[], Iterable[str]]) -> None:
        self._store = store
        self._named = named

    def may_be(self, fn: Fn, site: Site) -> bool:
        """True if what a call at a site makes gets another value for an attribute.

        That may be one that is set, or a copy by ``replace()`` if nothing else uses the object.
        """
        start, end = self._store.span(fn, site)
        if not end:
            return False
        whole = self._store.load(fn.path).source.searchable
        kept = _KEPT.search(whole[max(0, start - _BEFORE) : start])
        if kept is None:
            return False
        texts = self._texts(fn, whole, is_attribute=kept[1] is not None)
        return _is_changed(kept[2], texts)

    def _texts(self, fn: Fn, whole: str, *, is_attribute: bool) -> list[str]:
        """Return the texts in which a name of a function or module may stand for the object."""
        outermost = self._store.outermost(fn)
        head = self._store.head(Fn(fn.path, outermost)) if outermost != MODULE_BODY else None
        if head is None:
            return [whole, *(self._store.text(p) for p in self._named() if p != fn.path)]
        return [whole if is_attribute else whole[head.start : head.end]]


def _is_changed(name: str, texts: Iterable[str]) -> bool:
    setting = re.compile(rf"\b{name}\.\w+\s*=[^=]|\b(?:set|del)attr\(\s*(?:\w+\.)*{name}\b")
    copied = re.compile(rf"\breplace\(\s*(?:\w+\.)*{name}\b")
    used = re.compile(rf"(?<![\w\"']){name}\b(?!\s*(?:[:\w\"']|=[^=]))")
    copies = uses = 0
    for text in texts:
        if name not in text:
            continue
        if setting.search(text):
            return True
        copies += len(copied.findall(text))
        uses += sum(not _imports(text, found.start()) for found in used.finditer(text))
    return 0 < copies == uses


def _imports(text: str, offset: int) -> bool:
    """True if a line imports what stands at an offset."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset].lstrip()
    return line.startswith(("from ", "import "))
