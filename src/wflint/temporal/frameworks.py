"""Frameworks that run code of the project in the workflow, read from ``frameworks.toml``.

A few lines for each; the file says what they mean.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

Arguments = tuple[int | str, ...]
"""Arguments of a call, by place or keyword."""


ONLY_CODE: Arguments = ("hooks", "input_guardrails", "middleware", "output_guardrails", "tools")
"""Those that are code and nothing else, such as text."""


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """A condition: a keyword argument is a dictionary that has ``value`` under ``key``."""

    keyword: str
    key: str
    value: str


class Giving(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that gives a framework functions where it is set up."""

    call: str
    arguments: Arguments
    when: When | None = None
    under: str = ""
    named: bool = False


class Framework(Struct, frozen=True, forbid_unknown_fields=True):
    """The preset of one framework; ``source`` is where it says what runs in the workflow."""

    name: str
    source: str
    packages: tuple[str, ...] = ()
    runs: dict[str, Arguments] = {}
    methods: dict[str, frozenset[str]] = {}
    decorators: frozenset[str] = frozenset()
    plugin: str = ""
    marker: str = ""
    gives: tuple[Giving, ...] = ()

    def has(self, name: str) -> bool:
        """True if a dotted name is one of its packages."""
        return any(name.startswith(f"{package}.") for package in self.packages)


class _Presets(Struct, frozen=True, forbid_unknown_fields=True):
    framework: tuple[Framework, ...]


class Running(Struct, frozen=True):
    """A call that runs in the workflow what it is given by ``arguments``.

    With ``of_object``, what the object was given that it is called on runs as well. Below
    ``decorators`` stand functions that the object runs.
    """

    arguments: Arguments = ()
    of_object: bool = False
    decorators: frozenset[str] = frozenset()


@cache
def frameworks() -> tuple[Framework, ...]:
    """Return all presets."""
    import tomli

    text = Path(__file__).with_name("frameworks.toml").read_text("utf-8")
    return msgspec.convert(tomli.loads(text), _Presets).framework


@cache
def _words() -> frozenset[str]:
    return frozenset(word for one in frameworks() for key in one.runs for word in key.split("."))


@cache
def running(name: str) -> Running | None:
    """Return what a call of something outside the project runs; ``None`` for all others."""
    owner, _, last = name.rpartition(".")
    maker = owner.rpartition(".")[2]
    if last not in _words() and maker not in _words():
        return None
    for one in frameworks():
        if not one.has(name):
            continue
        method = f"{maker}.{last}"
        if method in one.runs:
            return Running(one.runs[method], True, one.decorators)
        if maker in one.runs and maker[:1].isupper():
            return Running((), True, one.decorators)
        if last in one.runs:
            return Running(one.runs[last], False, one.decorators)
    return None


def is_of_framework(name: str) -> bool:
    """True if a dotted name is of the SDK or of a framework."""
    return name.startswith("temporalio.") or any(one.has(name) for one in frameworks())


@cache
def methods_below(base: str) -> frozenset[str]:
    """Return which methods of classes with a base outside the project run in the workflow."""
    last = base.rpartition(".")[2]
    found = (one.methods[last] for one in frameworks() if last in one.methods and one.has(base))
    return frozenset[str]().union(*found)
