"""Notes on answers that rest on the whole program, for as long as the program is the same.

What a value reaches, or who else calls a function, takes trees to answer and may lead anywhere. So
such an answer is noted with the state of the program, and with what was read on top of it.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import Generic, TypeVar

from msgspec import Struct, msgpack

from wflint.cache.fact_cache import Notes
from wflint.cache.read_log import Seen, digest_of, digest_of_names, seen
from wflint.checking.analysis import AnalysisResult
from wflint.system.hashing import blake2b

T = TypeVar("T")

MOST_STATES = 64
"""How many states of a program are remembered: an editor makes a new one with each key."""

_READ_ON_TOP = "read on top "


class _Noted(Struct, Generic[T], array_like=True):
    """An answer, the state of the program, and the name of what was read ``more`` to find it."""

    state: bytes
    more: bytes
    answer: T


class Whole:
    """The program as the analysis has left it; ``about`` are settings that answers depend on.

    What has been loaded when this is made belongs to the program, what comes later does not.
    """

    def __init__(self, answer: AnalysisResult, about: bytes) -> None:
        self._store = answer.store
        self._index = answer.index
        self._about = about
        self._modules = frozenset(answer.store.modules)
        self._folders = frozenset(answer.index.listings)
        self._found: list[tuple[str, str, object]] = []
        self._holds: dict[bytes, bool] = {}

    def get(self, path: str, question: str, kind: type[T]) -> T | None:
        """A noted answer about something in a file, if it still holds."""
        noted: type[_Noted[T]] = _Noted[kind]  # type: ignore[valid-type]
        known = self._store.notes_in_program(path).get(_of_place(question, path), noted)
        if known is None or known.state != self._state:
            return None
        if known.more not in self._holds:
            more = self._common_notes().get(_name_of(known.more), Seen)
            self._holds[known.more] = more is not None and self._is_still_so(more)
        return known.answer if self._holds[known.more] else None

    def put(self, path: str, question: str, answer: object) -> None:
        """Keep an answer for :meth:`note`."""
        self._found.append((path, question, answer))

    def note(self) -> None:
        """Note the answers; they rest on all that has been read by now, which is noted once."""
        if not self._found:
            return
        modules = self._store.modules.keys() - self._modules
        files = {path: self._store.fact_cache.digest(path) for path in modules}
        listings = self._index.listings
        folders = {folder: listings[folder] for folder in listings.keys() - self._folders}
        more = seen(files, folders, self._index.links)
        name = digest_of(msgpack.encode(more))
        common = self._common_notes()
        common.put(_name_of(name), more)
        common.keep_latest(_READ_ON_TOP, MOST_STATES)
        for path, question, answer in self._found:
            noted = _Noted(self._state, name, answer)
            self._store.notes_in_program(path).put(_of_place(question, path), noted)
        self._found.clear()

    def _common_notes(self) -> Notes:
        """The notes on one file of the program: whatever changes in it, it is another program."""
        return self._store.notes_in_program(min(self._modules))

    @cached_property
    def _state(self) -> bytes:
        """Return the digest of the program: its files, and the folders that were looked into."""
        state = blake2b(self._about, digest_size=16)
        for path in sorted(self._modules):
            state.update(os.fsencode(path) + b"\0" + self._store.fact_cache.digest(path))
        listings = self._index.listings
        for folder in sorted(self._folders):
            state.update(os.fsencode(folder) + b"\0" + digest_of_names(listings[folder]))
        return state.digest()

    def _is_still_so(self, more: Seen) -> bool:
        """The same of what was read on top; from now on the run rests on it as well."""
        files = {os.fsdecode(path): digest for path, digest in more.files.items()}
        folders = {os.fsdecode(path): digest for path, digest in more.folders.items()}
        links = {os.fsdecode(path): os.fsdecode(target) for path, target in more.links.items()}
        return (
            all(self._store.fact_cache.digest(path) == digest for path, digest in files.items())
            and all(digest_of_names(self._index.names_in(f)) == d for f, d in folders.items())
            and all(self._index.real_path(path) == target for path, target in links.items())
        )


def _name_of(more: bytes) -> str:
    return f"{_READ_ON_TOP}{more.hex()}"


def _of_place(question: str, path: str) -> str:
    """The question for one of several files with the same content."""
    return f"{question} {digest_of(os.fsencode(path)).hex()}"
