"""Requests and other calls as they look in a text, before it is parsed.

Rules about code outside of workflows ask here whether a function is worth reading. What is said may
be too much (of a string that looks like a call), but never too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wflint.rule import calls_of

_REQUEST = re.compile(
    r"(?<!workflow)\.(?:execute_|query\b|signal\b|start_|create_schedule\b)\w*\s*\("
    r"|ScheduleActionStartWorkflow\(|WithStartWorkflowOperation\("
)
_TOKEN = re.compile(
    r'''
    """(?:\\.|[^\\])*?""" | \'\'\'(?:\\.|[^\\])*?\'\'\' | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
    | \#[^\r\n]* | (?P<keyword>\b[^\W\d]\w*)\s*=(?!=) | (?P<other>(?<![=!<>:])=(?!=) | \*\*)
    | (?P<open>[(\[{]) | (?P<close>[)\]}])
    ''',
    re.VERBOSE | re.DOTALL,
)
_SPREAD = re.compile(r"\*\*(\w+)\s*[,)]")
_MOST_TOKENS = 1_000
"""The number of tokens after which a call counts as one of which nothing is known."""


class WrittenCall(NamedTuple):
    """A call in a text: the word before its bracket, and the options that stand there by name.

    ``is_open`` is set if it may have more options than these; ``spreads`` are the names that have
    them, in ``**name``, if there is nothing else.
    """

    name: str
    keywords: frozenset[str]
    is_open: bool
    spreads: tuple[str, ...] = ()


def written_calls(source: str, words: frozenset[str]) -> Iterator[WrittenCall]:
    """Yield the calls in a text whose names end with some words."""
    for call in calls_of(source, words):
        yield WrittenCall(call.word, *_options(source, call.inside))


def written_requests(source: str, words: frozenset[str]) -> Iterator[WrittenCall]:
    """Yield those of :func:`written_calls` that are not seen to be methods of `workflow`."""
    for call in calls_of(source, words):
        if not source.endswith("workflow.", 0, call.start):
            yield WrittenCall(call.word, *_options(source, call.inside))


def _options(source: str, start: int) -> tuple[frozenset[str], bool, tuple[str, ...]]:
    """Return what a call that opens at ``start`` has, as :class:`WrittenCall` has it."""
    depth, keywords, spreads = 0, set[str](), list[str]()
    for number, match in enumerate(_TOKEN.finditer(source, start)):
        if number >= _MOST_TOKENS:
            break
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return frozenset(keywords), bool(spreads), tuple(spreads)
        elif depth == 0 and kind == "keyword":
            keywords.add(match["keyword"])
        elif depth == 0 and kind == "other":
            spread = _SPREAD.match(source, match.start())
            if spread is None:
                break
            spreads.append(spread[1])
    return frozenset(keywords), True, ()


def may_send(source: str, option: re.Pattern[str]) -> bool:
    """True if a text seems to have a request, and to give an option."""
    return option.search(source) is not None and _REQUEST.search(source) is not None
