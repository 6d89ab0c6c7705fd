"""Where notes are kept in the folder of a program: in shards, each for many files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from msgspec import Raw, Struct, field, msgpack

from wflint.cache.folder import CacheFolder
from wflint.cache.packing import unpacked
from wflint.system.hashing import blake2b

Page = dict[str, Raw]
"""The notes on one file: answers by question."""

_MOST_IDLE = 30
"""How often a shard may be written again before notes on it that nobody used are dropped."""


class Shelf(Protocol):
    """Keeps pages from one run to the next. What it has lost is found out again."""

    @property
    def writes(self) -> bool:
        """False for a run that must leave nothing behind."""

    def get(self, key: str) -> Page | None:
        """A page that was kept."""

    def put(self, new: Mapping[str, Page], used: Collection[str]) -> None:
        """Keep ``new`` pages, in place of those before; others were ``used`` as they are."""


class _Kept(Struct, array_like=True):
    """A page; ``idle`` counts how often it was written and not used."""

    notes: Page = field(default_factory=dict)
    idle: int = 0


class Shards:
    """Pages in sixteen shards, so that few are written again. ``about`` is what all depend on."""

    def __init__(self, folder: CacheFolder, about: bytes) -> None:
        self._folder = folder
        self._about = about
        self._shards: dict[str, dict[str, _Kept]] = {}

    @property
    def writes(self) -> bool:
        """False for a run that must leave nothing behind."""
        return self._folder.writes

    def get(self, key: str) -> Page | None:
        """A page that was kept."""
        page = self._shard(key[0]).get(key)
        return page.notes if page is not None else None

    def put(self, new: Mapping[str, Page], used: Collection[str]) -> None:
        """Keep ``new`` pages, and drop those that were not ``used`` for long."""
        for letter in sorted({key[0] for key in new}):
            shard: dict[str, _Kept] = {}
            for key, page in self._shard(letter).items():
                idle = 0 if key in used else page.idle + 1
                if idle <= _MOST_IDLE:
                    shard[key] = _Kept(page.notes, idle)
            shard |= {key: _Kept(page) for key, page in new.items() if key[0] == letter}
            self._shards[letter] = shard
            self._folder.write(self._name(letter), msgpack.encode(shard))

    def _shard(self, letter: str) -> dict[str, _Kept]:
        if letter not in self._shards:
            data = self._folder.read(self._name(letter))
            pages = unpacked(data, dict[str, _Kept]) if data is not None else None
            self._shards[letter] = pages or {}
        return self._shards[letter]

    def _name(self, letter: str) -> str:
        return f"facts-{blake2b(self._about + letter.encode(), digest_size=16).hexdigest()}"
