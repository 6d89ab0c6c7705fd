"""Remembers facts about file contents from one check to the next within a process.

While somebody types in a project of a thousand files, all but one stay as they were. Their bytes
are not searched again, and not even read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

T = TypeVar("T")

Key = tuple[bytes, str]
"""The digest of a content, and what was asked about it."""


class Recalled:
    """Answers about contents, and the digests of files that surely have not changed.

    An answer is forgotten once a check that came to its end has not asked for it.
    """

    def __init__(self) -> None:
        self.unchanged: dict[str, bytes] = {}
        self._met: dict[str, bytes] = {}
        self._answers: dict[Key, Any] = {}
        self._earlier: dict[Key, Any] = {}

    def begin(self, changed: Collection[str] | None = None) -> None:
        """Prepare for another check. No files but those in ``changed`` are others than before.

        Without ``changed`` any file may be. ``changed`` are absolute paths.
        """
        if changed is None:
            self.unchanged.clear()
        else:
            self.unchanged.update(self._met)
        self._met.clear()
        for path in changed or ():
            self.let_go(path)

    def end(self) -> None:
        """Forget what the check that ends here has not asked for."""
        self._answers, self._earlier = {}, self._answers

    def meet(self, path: str, digest: bytes) -> None:
        """Note what a check has found in a file."""
        self._met[path] = digest

    def let_go(self, path: str) -> None:
        """Forget the digest of a file, which has another content now."""
        self.unchanged.pop(path, None)
        self._met.pop(path, None)

    def answer(self, digest: bytes, question: str, find: Callable[[], T]) -> T:
        """Return the answer to a question about a content: what ``find`` gives, unless recalled."""
        key = digest, question
        if key not in self._answers:
            self._answers[key] = self._earlier[key] if key in self._earlier else find()
        known: T = self._answers[key]
        return known
