"""Knows the ids that git gives files on disk, without reading those that look as before.

The looks are recorded beside the results of checks, under the same rules: see
:mod:`wflint.cache.looks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wflint.cache.build import build_id
from wflint.cache.packing import standing_for
from wflint.revision.snapshot import IsOnDisk, has_id, id_on_disk
from wflint.run.cache_place import CachePlace
from wflint.run.check import WORTH_WHILE

if TYPE_CHECKING:
    from wflint.cache.looks import Looks
    from wflint.files.select import Group
    from wflint.run.request import Request

_DIGITS = 32
"""How many digits of an id are recorded."""


@contextmanager
def ids_on_disk(group: Group, request: Request) -> Iterator[IsOnDisk]:
    """Give what tells if a file of a program has an id, and record what was found out at the end.

    Files that the request brings with it are as they are on disk here.
    """
    place = CachePlace(group, request, [])
    if not request.cache or len(group.files) < WORTH_WHILE or place.folder is None:
        yield has_id
        return
    from wflint.cache.looks import Looks

    looks = Looks(standing_for((build_id(), "git", str(group.project.root))), group.looks)
    if place.exists:
        looks.load(place.folder)
    yield _Ids(looks).has
    looks.save(place.folder, group.files)


class _Ids:
    def __init__(self, looks: Looks) -> None:
        self._looks = looks

    def has(self, path: str, known_id: str) -> bool:
        look = self._looks.look(path)
        known = self._looks.known(path, look)
        if known is not None:
            return known[0].hex() == known_id[:_DIGITS]
        found = id_on_disk(path, len(known_id))
        if found:
            self._looks.put(path, look, bytes.fromhex(found[:_DIGITS]))
        return found == known_id
