"""Data that a process keeps between checks of the same programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wflint.cache.recalled import Recalled

if TYPE_CHECKING:
    from wflint.cache.fact_cache import FactCache


class FactCaches:
    """The notes of programs, by root and build, and what is recalled of the bytes of files."""

    def __init__(self) -> None:
        self.of_programs: dict[tuple[Path, bytes], FactCache] = {}
        self.recalled = Recalled()
