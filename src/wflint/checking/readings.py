"""The readings of bodies: which of the rules' visitors look at them, and what guards them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from wflint.facts.model import Flag
from wflint.rule.base import Rule, Scope
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisInput
    from wflint.facts.bodies import Reading, Visitors


def reading_for(
    question: AnalysisInput, guards: Callable[[str, str], int], regions: Scope | None = None
) -> Reading:
    """Return the reading of bodies for all rules, or for those about some of ``regions``."""
    from wflint.facts.bodies import Reading

    every = question.rules.values()
    looking = (rule for rule in every if _hooks(rule))
    rules = tuple(rule for rule in looking if regions is None or rule.scope & regions)
    found = Reading(partial(visitors_for, rules), guards, question.settings_of)
    return found if regions is not Scope.OUTSIDE else replace(found, skips=int(Flag.IN_WORKFLOW))


def reading_elsewhere(question: AnalysisInput) -> Reading:
    """Return the reading of bodies that no workflow runs, so that nothing in them is guarded."""
    return reading_for(question, no_guard, Scope.ELSEWHERE)


def no_guard(path: str, name: str) -> int:
    """Return that nothing guards a function, which is how code outside of workflows is read."""
    return 0


@lru_cache(maxsize=8)
def visitors_for(rules: tuple[Rule, ...], text: str) -> Visitors:
    """Return the visitors of the rules that a file with this text is worth asking.

    It is asked for each function of a file, one after the other.
    """
    asked = (rule for rule in rules if not rule.words or any(word in text for word in rule.words))
    return visitors(tuple(asked))


@lru_cache(maxsize=64)
def visitors(rules: tuple[Rule, ...]) -> Visitors:
    """Return the rules' visitor methods by the node type they want to see."""
    found: dict[type[cst.CSTNode], list[tuple[Rule, Callable[..., None]]]] = {}
    for rule in rules:
        for name in _hooks(rule):
            found.setdefault(getattr(cst, name[6:]), []).append((rule, getattr(rule, name)))
    return found


@cache
def _hooks(rule: Rule) -> tuple[str, ...]:
    """Return the names of the visitor methods of a rule."""
    return tuple(name for name in sorted(dir(type(rule))) if name.startswith("visit_"))
