"""Tells apart a method of something new from a method of something that was there before."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wflint.program.tables import ApiTable
    from wflint.program.views import CallView
    from wflint.rule import Rule


def is_made_here(view: CallView, rule: Rule) -> bool:
    """Whether a call is a method of an object whose making ``rule`` reports anyway.

    ``httpx.Client().get(url)`` is one fault, not two, and ``super().__init__()`` belongs to the
    making of a subclass. A client that came as an argument, or that the module made when it was
    imported, is reported where it is used.
    """
    from wflint.facts.model import Kind, Value

    if view.name.endswith(".__init__"):
        return True
    target = view.call.target if view.call is not None else None
    if target is None or target.kind is not Kind.RESULT or target.of is None:
        return False
    maker = view.qualified(Value("name", ref=target.of))
    return bool(maker) and _table(rule).lookup(maker) is not None


@lru_cache(maxsize=8)
def _table(rule: Rule) -> ApiTable:
    from wflint.program.tables import ApiTable, rule_entries

    return ApiTable(rule_entries(rule))
