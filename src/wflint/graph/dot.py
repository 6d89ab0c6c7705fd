"""``dot``: for Graphviz. ``wflint graph OrderWorkflow --format dot | dot -Tsvg >order.svg``."""

from __future__ import annotations

from wflint.graph.drawing import arrows, is_asked_for, numbers, words
from wflint.graph.model import Function, Graph
from wflint.report.look import one_line


def render(graph: Graph) -> str:
    """A directed graph. Entry points are bold, functions with diagnostics red."""
    names = numbers(graph)
    lines = [
        f"digraph {_quoted([one_line(graph.name)])} {{",
        '    graph [rankdir="LR"];',
        '    node [shape="box", style="rounded,filled", fillcolor="white", fontname="Helvetica"];',
    ]
    for function in graph.functions:
        attributes = {"label": _quoted(words(function)), **_marks(graph, function)}
        described = ", ".join(f"{key}={value}" for key, value in attributes.items())
        lines.append(f"    {names[function.id]} [{described}];")
    lines += [f"    {names[caller]} -> {names[callee]};" for caller, callee in arrows(graph)]
    return "\n".join([*lines, "}"]) + "\n"


def _marks(graph: Graph, function: Function) -> dict[str, str]:
    style = ["rounded", "filled"]
    if function.entry_point or is_asked_for(graph, function):
        style.append("bold")
    if function.gaps:
        style.append("dashed")
    marks = {"style": _quoted([",".join(style)])} if style[2:] else {}
    if function.diagnostics:
        marks |= {"color": '"#b00020"', "fillcolor": '"#fde7e9"'}
    elif is_asked_for(graph, function):
        marks["fillcolor"] = '"#e8f0fe"'
    return marks


def _quoted(lines: list[str]) -> str:
    """A string of one or more lines. Backslashes begin escapes in labels."""
    return '"' + "\\n".join(s.replace("\\", "\\\\").replace('"', '\\"') for s in lines) + '"'
