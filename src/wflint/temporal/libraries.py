"""Libraries that wrap the SDK, read from ``libraries.toml``, which says what the fields mean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from wflint.temporal.decorators import HANDLER_SETTINGS, EntryNames


class Library(Struct, frozen=True, forbid_unknown_fields=True):
    """The preset of one library; ``source`` is where it says what it does."""

    package: str
    source: str
    workflow_decorators: frozenset[str] = frozenset()
    run_decorators: frozenset[str] = frozenset()
    signal_decorators: frozenset[str] = frozenset()
    query_decorators: frozenset[str] = frozenset()
    update_decorators: frozenset[str] = frozenset()
    validator_decorators: frozenset[str] = frozenset()
    activity_decorators: frozenset[str] = frozenset()
    called_activities: frozenset[str] = frozenset()
    function_decorators: frozenset[str] = frozenset()
    only_with: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    free_option: str = ""
    free: bool = False

    def has(self, name: str) -> bool:
        """True if a dotted name is one of its."""
        return name.startswith(f"{self.package}.")


class _Presets(Struct, frozen=True, forbid_unknown_fields=True):
    library: tuple[Library, ...]


@cache
def libraries() -> tuple[Library, ...]:
    """Return all presets."""
    import tomli

    text = Path(__file__).with_name("libraries.toml").read_text("utf-8")
    return msgspec.convert(tomli.loads(text), _Presets).library


def library_of(name: str) -> Library | None:
    """Return the library that a dotted name is of, if it is one of these."""
    if not name.startswith(_prefixes()):
        return None
    return next((one for one in libraries() if one.has(name)), None)


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(f"{one.package}." for one in libraries())


@cache
def packages() -> tuple[str, ...]:
    """Return the names of the libraries."""
    return tuple(one.package for one in libraries())


@cache
def marks() -> tuple[str, ...]:
    """Return the texts that mark files which may use the decorators of a library."""
    return tuple(
        one.package
        for one in libraries()
        if one.workflow_decorators or one.activity_decorators or one.function_decorators
    )


@cache
def called_activities() -> frozenset[str]:
    """Return the decorators of activities that workflows call as functions."""
    return frozenset().union(*(one.called_activities for one in libraries()))


@cache
def function_decorators() -> frozenset[str]:
    """Return the decorators that make a workflow of a function."""
    return frozenset().union(*(one.function_decorators for one in libraries()))


def with_libraries(names: EntryNames) -> EntryNames:
    """Return the names of the settings, and those that the libraries stand for."""
    return EntryNames(
        names.workflow_decorators.union(*_all("workflow_decorators")),
        names.activity_decorators.union(*_all("activity_decorators")),
        names.workflow_bases,
        names.deterministic,
        names.safe_loggers,
        {
            decorator: names.handlers.get(decorator, frozenset()).union(*_all(key))
            for key, decorator in HANDLER_SETTINGS.items()
        },
        frozenset[str]().union(*names.groups()),
    )


def _all(key: str) -> Iterator[frozenset[str]]:
    return (getattr(one, key) for one in libraries())
