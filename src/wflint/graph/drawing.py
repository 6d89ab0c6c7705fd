"""Shared by the formats for drawings: the words in a box, and one arrow for several calls."""

from __future__ import annotations

from wflint.graph.model import Function, Graph
from wflint.report.look import one_line
from wflint.report.summary import count


def numbers(graph: Graph) -> dict[str, str]:
    """A plain name for each function, which every language of drawings accepts."""
    return {function.id: f"n{number}" for number, function in enumerate(graph.functions)}


def words(function: Function) -> list[str]:
    """The lines in the box of a function: name, place, and what is wrong with it."""
    lines = [function.qualname, f"{function.filename}:{function.location.line}"]
    for diagnostic in function.diagnostics:
        lines.append(f"{diagnostic.code} {diagnostic.name}, line {diagnostic.location.line}")
    if function.gaps:
        lines.append(f"{count(len(function.gaps), 'call')} not resolved")
    return [one_line(line) for line in lines]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """The pairs of caller and callee, each once."""
    return list(dict.fromkeys((call.caller, call.callee) for call in graph.calls))


def is_asked_for(graph: Graph, function: Function) -> bool:
    """True if a function is to stand out, because chains lead to it."""
    return bool(graph.chains) and function.id in graph.roots
