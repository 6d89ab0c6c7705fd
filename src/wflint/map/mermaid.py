"""``mmd``: drawings in Mermaid, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wflint.graph.mermaid import escaped
from wflint.map.flowchart import Chart, chart_of
from wflint.map.model import Map
from wflint.map.reading import Reading, Told
from wflint.report.look import one_line
from wflint.wording import shortened

_LONGEST = 60
_SHAPES = {
    "call": ('[["', '"]]'),
    "choice": ('{"', '"}'),
    "condition": ('(["', '"])'),
    "continue-as-new": ('(("', '"))'),
    "leave": ('(["', '"])'),
    "loop": ('{{"', '"}}'),
    "raise": ('(["', '"])'),
    "timer": ('(["', '"])'),
    "try": ('{{"', '"}}'),
}
_STYLES = {
    "activity": "fill:#dbeafe,stroke:#1d4ed8,color:#000",
    "child": "fill:#ede9fe,stroke:#6d28d9,color:#000",
    "timer": "fill:#fef3c7,stroke:#b45309,color:#000",
    "condition": "fill:#fef3c7,stroke:#b45309,color:#000",
    "signal": "fill:#dcfce7,stroke:#15803d,color:#000",
    "command": "fill:#dcfce7,stroke:#15803d,color:#000",
    "continue-as-new": "fill:#fae8ff,stroke:#a21caf,color:#000",
    "raise": "fill:#fde7e9,stroke:#b00020,color:#000",
    "unknown": "stroke-dasharray:5 3",
}
_GROUPS = {"workflow": "child", "activity": "activity", "worker": "timer"}


def render(found: Map) -> str:
    """Return one drawing: of all workflows, or of the flow of one where there is only one."""
    if len(found.workflows) != 1:
        return overview(found)
    return "".join(_lines(_flows(Reading(found).workflows[0])))


def _label(text: str) -> str:
    return escaped(shortened(one_line(text), _LONGEST))


def _lines(lines: Iterable[str]) -> Iterator[str]:
    yield "flowchart TD\n"
    for line in lines:
        yield f"    {line}\n"


# One workflow.


def _flows(told: Iterable[Told]) -> Iterator[str]:
    styled: dict[str, list[str]] = {}
    for number, one in enumerate(told):
        if one.flow < 0:
            continue
        yield f'subgraph s{number}["{_label(one.words)}"]'
        yield f'n{number}_begin((" "))'
        chart = chart_of(one.steps)
        yield from _chart(chart, f"n{number}", styled)
        yield "end"
    for kind, names in styled.items():
        yield f"classDef {kind.replace('-', '_')} {_STYLES[kind]}"
        yield f"class {','.join(names)} {kind.replace('-', '_')}"


def _chart(chart: Chart, prefix: str, styled: dict[str, list[str]]) -> Iterator[str]:
    for number, shown in enumerate(chart.nodes):
        kind = shown.step.kind
        before, behind = _SHAPES.get(kind, ('["', '"]'))
        yield f"{prefix}_{number}{before}{_label(shown.words)}{behind}"
        if kind in _STYLES:
            styled.setdefault(kind, []).append(f"{prefix}_{number}")
    if chart.nodes:
        yield f"{prefix}_begin --> {prefix}_0"
    for start, end, label in chart.edges:
        arrow = f'-->|"{_label(label)}"|' if label else "-->"
        yield f"{prefix}_{start} {arrow} {prefix}_{end}"


# All of them.


def overview(found: Map) -> str:
    """Return the drawing of what starts what, and which Workers have it."""
    return "".join(_lines(_overview(found))).replace("flowchart TD", "flowchart LR", 1)


def _overview(found: Map) -> Iterator[str]:
    ids: dict[str, list[str]] = {"worker": [], "workflow": [], "activity": []}
    if not (found.workflows or found.activities):
        yield 'empty["no workflow was found"]'
    for number, worker in enumerate(found.workers):
        if worker.workflows or worker.activities:
            queue = worker.queue or "worker, queue not known"
            yield f'k{number}[/"{_label(queue)}"/]'
            ids["worker"].append(f"k{number}")
    for number, workflow in enumerate(found.workflows):
        yield f'w{number}["{_label(workflow.qualname)}"]'
        ids["workflow"].append(f"w{number}")
    for number, activity in enumerate(found.activities):
        yield f'a{number}("{_label(activity.shown)}")'
        ids["activity"].append(f"a{number}")
    for number, workflow in enumerate(found.workflows):
        for target in dict.fromkeys(use.target for use in workflow.uses if use.target):
            yield f"w{number} --> {target}"
    for number, worker in enumerate(found.workers):
        yield from (f"k{number} -.-> w{one}" for one in dict.fromkeys(worker.workflows))
    for kind, names in ids.items():
        if names:
            yield f"classDef {kind} {_STYLES[_GROUPS[kind]]}"
            yield f"class {','.join(names)} {kind}"
