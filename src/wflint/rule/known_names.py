"""All that the tables of a set of rules say, put together once for each set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from wflint.rule.api_table import ApiEntry, ApiTable, rule_entries, rule_results
from wflint.rule.base import Rule


class KnownNames(Struct, frozen=True):
    """The ``table`` of the names of some rules, and the classes of what calls of them give.

    ``tops`` are the first words of all names.
    """

    table: ApiTable
    results: Mapping[str, str]
    tops: frozenset[str]


@lru_cache(maxsize=4)
def known_names(rules: tuple[Rule, ...]) -> KnownNames:
    """Return what the tables of ``rules`` say; later rules override earlier ones."""
    entries = [entry for rule in rules for entry in rule_entries(rule)]
    return KnownNames(ApiTable(entries), rule_results(rules), tops_of(entries))


def tops_of(entries: Iterable[ApiEntry]) -> frozenset[str]:
    """Return the first words of the names of some entries."""
    return frozenset(entry.name.partition(".")[0] for entry in entries)
