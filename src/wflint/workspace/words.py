"""Words of a text that anybody may look for.

Before code is read, its text is searched for words: names of the project, and those that mean
something to wflint. A word that comes or goes in a comment may therefore lead to other code being
read, or keep a fix from being proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from wflint.facts.model import ModuleFacts
from wflint.project.module import Module
from wflint.workspace.moves import changed_rows

_WORD = re.compile(r"(\.\s*)?(\w+)([ \t]*\()?")
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

_OF_FUNCTIONS = frozenset({"assert", "raise", "return"})
"""Those that are only looked for in the texts of functions."""


class Word(NamedTuple):
    """A word of a text, with a dot before it (``is_attribute``), or something like a call of it."""

    text: str
    is_called: bool
    is_attribute: bool


class KnownNames(NamedTuple):
    """The names that a program gives to something; ``attributes`` are those of classes.

    Nobody looks for an attribute in a text but behind a dot.
    """

    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()

    def has(self, word: Word) -> bool:
        """True if somebody may look for a word."""
        return word.text in self.names or (word.is_attribute and word.text in self.attributes)


def words_of(text: str) -> set[Word]:
    """The words of a text."""
    found = _WORD.findall(text)
    return {Word(word, bool(called), bool(dotted)) for dotted, word, called in found}


def changed_words(before: str, after: str) -> set[Word]:
    """The words that have come or gone in the lines that have changed."""
    old, new = before.split("\n"), after.split("\n")
    gone, come = changed_rows(old, new).cut(old, new)
    return words_of("\n".join(gone)) ^ words_of("\n".join(come))


def known_names(modules: Iterable[Module]) -> KnownNames:
    """All names that some modules give to something."""
    names, attributes = set[str](), set[str]()
    for module in modules:
        names.update(_names(module.facts))
        for cls in module.facts.classes.values():
            attributes.update(cls.attributes)
    return KnownNames(frozenset(names), frozenset(attributes))


def _names(facts: ModuleFacts) -> Iterable[str]:
    yield from facts.name.split(".")
    yield from facts.bindings
    for qualname in (*facts.functions, *facts.classes):
        yield from re.findall(r"\w+", qualname)
    for fact in facts.imports:
        yield from re.findall(r"\w+", " ".join((fact.module, *fact.names)))


def are_idle(changed: Iterable[Word], known: KnownNames, *, is_broken: bool = False) -> bool:
    """True if nobody asks whether some words are in a text.

    ``is_broken`` if the text cannot be parsed: then nobody looks at functions of it.
    """
    own = _OF_FUNCTIONS if is_broken else frozenset()
    return not any(
        word.text not in own and (known.has(word) or _TELLING.search(word.text)) for word in changed
    )
