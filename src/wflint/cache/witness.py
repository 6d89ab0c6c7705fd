"""Remembers what a run has seen of the disk, so that a later run can tell if it would see the same.

Contents count, never times: a file that is touched, or checked out anew, is the same file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from msgspec import Struct

from wflint.system.disk import read_file
from wflint.system.hashing import blake2b

Digest = bytes


def digest_of(data: bytes) -> Digest:
    """Return the digest of a content."""
    return blake2b(data, digest_size=16).digest()


def digest_of_names(names: Iterable[str]) -> Digest:
    """Return the digest of the names in a folder."""
    return digest_of(os.fsencode("\0".join(sorted(names))))


class ReadLog:
    """Reads files, and remembers what stood in them.

    ``digests`` are those of the files, by path. ``used`` are the files that were not only looked
    through. ``is_torn`` is set when a file was read twice and had changed in between: nothing may
    be kept of such a run.
    """

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self.digests: dict[str, Digest] = {}
        self.used: set[str] = set()
        self.is_torn = False

    def __call__(self, path: str) -> bytes:
        """The bytes of a file."""
        self.used.add(path)
        return self.look_through(path)

    def digest(self, path: str) -> Digest:
        """Return the digest of a file that is used."""
        self.used.add(path)
        if path not in self.digests:
            with suppress(OSError):
                self.look_through(path)
        return self.digests[path]

    def look_through(self, path: str) -> bytes:
        """The bytes of a file that nothing else is asked of than what the gate asks."""
        try:
            data = self._read(path)
        except OSError as error:
            self._note(path, _unreadable(error))
            raise
        self._note(path, digest_of(data))
        return data

    def _note(self, path: str, digest: Digest) -> None:
        if self.digests.setdefault(path, digest) != digest:
            self.is_torn = True


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
        self, known: Mapping[str, Digest], names_in: Callable[[str], Iterable[str]]
    ) -> bool:
        """True if a look at the disk shows the same.

        ``known`` are files that were read already, ``names_in`` looks into a folder.
        """
        for place, digest in self.files.items():
            path = os.fsdecode(place)
            if (known.get(path) or _look(path)) != digest:
                return False
        for place, wanted in self.links.items():
            if os.path.realpath(place) != wanted:
                return False
        return all(
            digest_of_names(names_in(os.fsdecode(place))) == digest
            for place, digest in self.folders.items()
        )


def _look(path: str) -> Digest:
    """The digest of a file, or of the reason why there is none."""
    try:
        return digest_of(read_file(path))
    except OSError as error:
        return _unreadable(error)


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
