"""``json``: one object, for other programs. Keys are only ever added.

* ``entry``: ``qualname``, ``filename`` and ``location`` of what was asked for.
* ``reached``: whether any workflow reaches it.
* ``roots``: the ids of the functions that were meant; of a class, its entry points.
* ``chains``: for what is no entry point, a shortest chain from each entry point that reaches it, as
  a list of ``id``, ``qualname``, ``filename`` and ``location``: the place of the call that leads
  on, and in the end that of the definition.
* ``nodes``: the functions, each with ``id``, ``qualname``, ``filename``, ``location`` (of its
  definition), ``entry_point``, ``diagnostics`` and ``gaps``.
* ``edges``: the calls, each with the ids ``from`` and ``to`` and the ``location`` in the caller.
"""

from __future__ import annotations

from typing import Any

from wflint.graph.model import Function, Graph
from wflint.report.json_report import as_location, as_place, to_text


def render(graph: Graph) -> str:
    """The graph as indented JSON."""
    return to_text(
        {
            "entry": as_place(graph.name, graph.filename, graph.location),
            "reached": graph.reached,
            "roots": list(graph.roots),
            "chains": [
                [{"id": s.id, **as_place(s.qualname, s.filename, s.location)} for s in chain]
                for chain in graph.chains
            ],
            "nodes": [_function(function) for function in graph.functions],
            "edges": [
                {"from": call.caller, "to": call.callee, "location": as_location(call.location)}
                for call in graph.calls
            ],
        }
    )


def _function(function: Function) -> dict[str, Any]:
    return {
        "id": function.id,
        **as_place(function.qualname, function.filename, function.location),
        "entry_point": function.entry_point,
        "diagnostics": [
            {
                "code": diagnostic.code,
                "name": diagnostic.name,
                "severity": diagnostic.severity.value,
                "message": diagnostic.message,
                "location": as_location(diagnostic.location),
            }
            for diagnostic in function.diagnostics
        ],
        "gaps": [
            {"written": gap.written, "reason": gap.reason, "location": as_location(gap.location)}
            for gap in function.gaps
        ],
    }
