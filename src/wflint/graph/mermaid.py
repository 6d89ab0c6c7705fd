"""``mermaid``: a flowchart, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import re

from wflint.graph.drawing import arrows, is_asked_for, numbers, words
from wflint.graph.model import Graph

_SPECIAL = re.compile(r"[^\w ./:,-]", re.ASCII)
_STYLES = {
    "entry": "stroke-width:3px",
    "asked": "fill:#e8f0fe,stroke:#1a56db,color:#000,stroke-width:3px",
    "diagnostic": "fill:#fde7e9,stroke:#b00020,color:#000",
    "gap": "stroke-dasharray:5 3",
}


def render(graph: Graph) -> str:
    """A flowchart. Entry points have thick borders, functions with diagnostics are red."""
    names = numbers(graph)
    lines = ["flowchart TD"]
    for function in graph.functions:
        label = "<br/>".join(escaped(line) for line in words(function))
        lines.append(f'    {names[function.id]}["{label}"]')
    lines += [f"    {names[caller]} --> {names[callee]}" for caller, callee in arrows(graph)]
    marked = {
        "entry": [f for f in graph.functions if f.entry_point],
        "asked": [f for f in graph.functions if is_asked_for(graph, f)],
        "diagnostic": [f for f in graph.functions if f.diagnostics],
        "gap": [f for f in graph.functions if f.gaps],
    }
    for mark, functions in marked.items():
        if functions:
            lines.append(f"    classDef {mark} {_STYLES[mark]}")
            lines.append(f"    class {','.join(names[f.id] for f in functions)} {mark}")
    return "\n".join(lines) + "\n"


def escaped(line: str) -> str:
    """Return a line of a label, with what might mean something to Mermaid as numbers."""
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", line)
