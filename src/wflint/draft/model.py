"""The findings of ``wflint init`` about a program, as plain data."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Seen(Struct, frozen=True):
    """A class or method, and the decorator over it that wflint does not know."""

    decorator: str
    qualname: str
    filename: str


class Survey(Struct):
    """The findings about a folder, with names as people write them.

    ``named`` has what makes more code known, by setting: the decorators, each with an example of
    what is under it. ``unclear`` are those of which it cannot be said. ``sources`` are the folders
    that absolute imports start from, ``services`` those with a packaging file of their own,
    ``tests`` folders of tests that no setting covers, ``packages`` what is installed and called
    around workflows, ``sandbox`` lines on the settings of Workers. ``above`` is a configuration
    file that has applied so far. ``present`` has the settings in force that lists are added to.
    """

    workflows: int = 0
    activities: int = 0
    workers: int = 0
    named: dict[str, list[Seen]] = {}
    unclear: list[Seen] = []
    sources: list[str] = []
    services: list[str] = []
    tests: list[str] = []
    packages: list[str] = []
    sandbox: list[str] = []
    sdk: str = ""
    above: str = ""
    present: Mapping[str, tuple[str, ...]] = {}

    def names(self, key: str) -> list[str]:
        """The values that a setting should have: those in force, and those that were found."""
        found = sorted({one.decorator for one in self.named[key]})
        return list(dict.fromkeys([*self.present.get(key, ()), *found]))
