"""The module-level names that something else than an import binds, in whatever way.

Facts tell of assignments, functions and classes only. Here Python itself is asked, so that loops,
``with``, ``except``, patterns, ``:=``, ``del`` and ``global`` in functions are known as well.
"""

from __future__ import annotations

import symtable
import warnings

from wflint.files.source import Source


def bound_names(source: Source) -> frozenset[str] | None:
    """The names; ``None`` where this Python cannot tell, as in syntax that is newer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(source.text, "<module>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    pending = top.get_children()
    while pending:
        table = pending.pop()
        pending += table.get_children()
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported())
        }
    return frozenset(found)
