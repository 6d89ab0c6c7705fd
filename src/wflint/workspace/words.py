"""Words of a text that anybody may look for.

Before code is read, its text is searched for words: names of the project, and those that mean
something to wflint. A word that comes or goes in a comment may therefore lead to other code being
read, or keep a fix from being proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wflint.facts.model import ModuleFacts
from wflint.project.module import Module
from wflint.workspace.moves import changed_rows

_WORD = re.compile(r"(\w+)([ \t]*\()?")
_TELLING = re.compile(
    r"""
    wflint | noqa | coding | generated | edit | type: | pragma
    | temporal | workflow | activit | worker | replay | sandbox | runner | plugin | nexus
    | defn | signal | query | update | init | client | connect | converter | codec | payload
    | passthrough | pass_through | unrestricted | invalid | restriction | interceptor
    | heart | task_token | async | await | continue | handler | failure | exception | patch
    | environ | import | class | def | global | getattr | __ | raise | assert | return | raises
    | pytest | random | seed | aware | validator | group | agent | tool
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Beginnings and parts of words that wflint itself looks for."""

Words = set[tuple[str, bool]]


def words_of(text: str) -> Words:
    """The words of a text, each with whether something like a call of it is there."""
    return {(word, bool(called)) for word, called in _WORD.findall(text)}


def changed_words(before: str, after: str) -> Words:
    """The words that have come or gone in the lines that have changed."""
    old, new = before.split("\n"), after.split("\n")
    gone, come = changed_rows(old, new).cut(old, new)
    return words_of("\n".join(gone)) ^ words_of("\n".join(come))


def names_in(modules: Iterable[Module]) -> frozenset[str]:
    """All names that some modules give to something."""
    return frozenset(name for module in modules for name in _names(module.facts))


def _names(facts: ModuleFacts) -> Iterable[str]:
    yield from facts.name.split(".")
    yield from facts.bindings
    for qualname in (*facts.functions, *facts.classes):
        yield from re.findall(r"\w+", qualname)
    for cls in facts.classes.values():
        yield from cls.attributes
    for fact in facts.imports:
        yield from re.findall(r"\w+", " ".join((fact.module, *fact.names)))


def are_idle(changed: Words, names: frozenset[str]) -> bool:
    """True if nobody asks whether some words are in a text."""
    return not any(word in names or _TELLING.search(word) for word, _ in changed)
