"""Remembers what a run has seen of the disk, so that a later run can tell if it would see the same.

Contents count: a file that is touched, or checked out again, is the same file. Its look only tells
if it must be read to know its content.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from wflint import limits
from wflint.cache.folder import CacheFolder
from wflint.cache.recalled import Recalled
from wflint.system.disk import NO_LOOK
from wflint.system.hashing import blake2b

if TYPE_CHECKING:
    from wflint.cache.looks import Looks

T = TypeVar("T")

Digest = bytes


def digest_of(data: bytes) -> Digest:
    """Return the digest of a content."""
    return blake2b(data, digest_size=16).digest()


def digest_of_names(names: Iterable[str]) -> Digest:
    """Return the digest of the names in a folder."""
    return digest_of(os.fsencode("\0".join(sorted(names))))


class ReadLog:
    """Reads files, and remembers what stood in them.

    What is in a file that looks as it did is known from ``looks``, if there are any. ``digests``
    are those of the files, by path. ``used`` are the files that were not only looked through.
    ``is_torn`` is set when a file was read twice and had changed in between: nothing may
    be kept of such a run. ``recalled`` is what earlier checks of this process know.
    """

    def __init__(
        self,
        read: Callable[[str], bytes],
        looks: Looks | None = None,
        recalled: Recalled | None = None,
    ) -> None:
        self._read = read
        self._looks = looks
        self._recalled = recalled
        self.digests: dict[str, Digest] = {}
        self.used: set[str] = set()
        self.is_torn = False
        self._kept: dict[str, bytes] = {}
        self._room = limits.KEPT_BYTES

    def __call__(self, path: str) -> bytes:
        """The bytes of a file."""
        self.used.add(path)
        return self.look_through(path)

    def digest(self, path: str) -> Digest:
        """Return the digest of a file that is used."""
        self.used.add(path)
        if path not in self.digests:
            self._note(path, self.peek(path))
        return self.digests[path]

    def peek(self, path: str) -> Digest:
        """Return the digest of a file, or of the reason why there is none, without noting it."""
        if path in self.digests:
            return self.digests[path]
        if self._recalled is not None and path in self._recalled.unchanged:
            return self._recalled.unchanged[path]
        look = self._look(path)
        known = self._looks.known(path, look) if self._looks is not None else None
        if known is not None:
            return known[0]
        try:
            return self._read_after(look, path)[1]
        except OSError as error:
            return _unreadable(error)

    def about(self, path: str, question: str, find: Callable[[bytes], T]) -> T:
        """Return what ``find`` finds in the bytes of a file, unless that is recalled.

        It must depend on nothing but these and ``question``, and not change afterwards.
        """
        self.used.add(path)
        return self._found_in(path, question, find)

    def marks(self, path: str, question: str, marks_of: Callable[[bytes], int]) -> int:
        """Return the gate's marks for a file; ``marks_of`` computes them from its bytes if need be.

        They depend on nothing but these bytes and ``question``.
        """
        if self._looks is None:
            return self._found_in(path, question, marks_of)
        look = self._looks.look(path)
        known = self._looks.known(path, look)
        if known is not None and known[1] != self._looks.UNMARKED:
            digest, marks = known
            if self.digests.setdefault(path, digest) != digest:
                self.is_torn = True
            return marks
        data = self.look_through(path)
        marks = marks_of(data)
        self._looks.put(path, look, self.digests[path], marks)
        return marks

    def _found_in(self, path: str, question: str, find: Callable[[bytes], T]) -> T:
        if self._recalled is None:
            return find(self.look_through(path))
        digest = self.digests.get(path, self._recalled.unchanged.get(path))
        if digest is None:
            self.look_through(path)
            digest = self.digests[path]
        self._note(path, digest)
        return self._recalled.answer(digest, question, lambda: find(self.look_through(path)))

    def look_through(self, path: str) -> bytes:
        """The bytes of a file that nothing else is asked of than what the gate asks."""
        known = self._kept.get(path)
        if known is not None:
            return known
        look = self._look(path) if path not in self.digests else NO_LOOK
        try:
            data, digest = self._read_after(look, path)
        except OSError as error:
            self._note(path, _unreadable(error))
            raise
        self._note(path, digest)
        if len(data) <= self._room:  # the first ones: all are searched in one order each time
            self._room -= len(data)
            self._kept[path] = data
        return data

    def _look(self, path: str) -> bytes:
        return self._looks.look(path) if self._looks is not None else NO_LOOK

    def _read_after(self, look: bytes, path: str) -> tuple[bytes, Digest]:
        """Read a file that had a look just now; without one there is nothing to record."""
        data = self._read(path)
        digest = digest_of(data)
        if look and self._looks is not None:
            self._looks.put(path, look, digest)
        return data, digest

    def let_go(self, path: str) -> None:
        """Forget what stood in a file, which has another content now."""
        self.digests.pop(path, None)
        self._room += len(self._kept.pop(path, b""))
        if self._recalled is not None:
            self._recalled.let_go(path)

    def keep_looks(self, folder: CacheFolder) -> None:
        """Record what files looked like, for a run that need not read them."""
        if self._looks is not None and self.is_torn:
            self._looks.drop(folder)
        elif self._looks is not None:
            self._looks.save(folder, self.digests.keys())

    def _note(self, path: str, digest: Digest) -> None:
        if self._recalled is not None:
            self._recalled.meet(path, digest)
        if self.digests.setdefault(path, digest) != digest:
            self.is_torn = True


def found_in(
    read: Callable[[str], bytes], path: str, question: str, find: Callable[[bytes], T]
) -> T:
    """Return what ``find`` finds in the bytes that ``read`` gives of a file, perhaps recalled."""
    if isinstance(read, ReadLog):
        return read.about(path, question, find)
    return find(read(path))


def _unreadable(error: OSError) -> Digest:
    return b"!" + (error.strerror or str(error)).encode("utf-8", "replace")


class Seen(Struct, array_like=True):
    """The inputs of a result: ``files`` by path, names in ``folders``, and where ``links`` lead.

    Paths are bytes, since not every file name is a text.
    """

    files: dict[bytes, Digest] = {}
    folders: dict[bytes, Digest] = {}
    links: dict[bytes, bytes] = {}

    def is_still_so(
        self, digest: Callable[[str], Digest], names_in: Callable[[str], Iterable[str]]
    ) -> bool:
        """True if a look at the disk shows the same.

        ``digest`` gives that of a file as it is now, ``names_in`` looks into a folder.
        """
        for place, wanted in self.files.items():
            if digest(os.fsdecode(place)) != wanted:
                return False
        for place, target in self.links.items():
            if os.path.realpath(place) != target:
                return False
        return all(
            digest_of_names(names_in(os.fsdecode(place))) == wanted
            for place, wanted in self.folders.items()
        )


def seen(
    files: Mapping[str, Digest],
    folders: Mapping[str, Iterable[str]],
    links: Mapping[str, str],
) -> Seen:
    """Return what was seen, in the form in which it is kept."""
    return Seen(
        {os.fsencode(path): digest for path, digest in sorted(files.items())},
        {os.fsencode(path): digest_of_names(names) for path, names in sorted(folders.items())},
        {os.fsencode(path): os.fsencode(target) for path, target in sorted(links.items())},
    )
