"""Tells apart a method of something new from a method of something that was there before."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from wflint.rule import ValueType

_MAKE_CLIENTS = frozenset({"client", "from_pool", "from_url", "resource"})
"""Last words of functions of libraries that make a client, and connect to nothing yet."""

if TYPE_CHECKING:
    from wflint.rule import ApiTable, CallView, Rule


def is_made_here(view: CallView, rule: Rule) -> bool:
    """True if a call is a method of an object whose making ``rule`` reports anyway.

    ``httpx.Client().get(url)`` is one fault, not two, as is ``client.bucket(a).blob(b).delete()``
    where the client is made before; and ``super().__init__()`` belongs to the making of a
    subclass. A client that came as an argument, or that the module made when it was imported, is
    reported where it is used.
    """
    from wflint.rule import Kind, Value

    if view.name.endswith(".__init__"):
        return True
    target = view.call.target if view.call is not None else None
    while target is not None and target.kind is Kind.RESULT:
        target = target.of
        maker = view.qualified(Value(ValueType.NAME, ref=target)) if target is not None else ""
        if maker and _table(rule).lookup(maker) is not None:
            return True
    return False


def is_client(view: CallView, rule: Rule) -> bool:
    """True if a call makes an object of a class whose methods ``rule`` speaks of as well."""
    last = view.name.rpartition(".")[2]
    if last in _MAKE_CLIENTS:
        return True
    return last[:1].isupper() and _table(rule).lookup(f"{view.name}.method") is not None


@lru_cache(maxsize=8)
def _table(rule: Rule) -> ApiTable:
    from wflint.rule import ApiTable, rule_entries

    return ApiTable(rule_entries(rule))
