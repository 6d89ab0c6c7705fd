"""The data of a page for its script: as JSON in which nothing can end the element around it."""

from __future__ import annotations

import json
from typing import Any

from wflint.map.flowchart import chart_of
from wflint.map.model import Map, Workflow
from wflint.map.reading import Reading, Told, shown_as
from wflint.system.printable import visible
from wflint.wording import shortened

_LABEL = 60
_ESCAPES = str.maketrans(
    {
        "&": "\\u0026",
        "<": "\\u003c",
        ">": "\\u003e",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def data_of(found: Map, reading: Reading) -> str:
    """Return what the script of a page needs: see ``assets/map.js``, which reads it."""
    number_of = {file.name: number for number, file in enumerate(found.files)}
    data: dict[str, Any] = {
        "files": [
            {
                "n": visible(file.name),
                "c": [[chunk.row, [_line(line) for line in chunk.lines]] for chunk in file.chunks],
                "l": [list(link) for link in file.links],
                **({"k": [list(cell) for cell in file.cells]} if file.cells else {}),
            }
            for file in found.files
        ],
        "functions": [
            [
                visible(one.name),
                number_of[one.place.filename],
                one.place.row,
                sum(mark.severity == "error" for mark in one.marks),
                len(one.marks),
                len(one.gaps),
                list(one.calls),
            ]
            for one in found.functions
        ],
        "activities": [
            [
                visible(one.shown),
                number_of[one.place.filename],
                one.place.row,
                sum(mark.severity == "error" for mark in one.marks),
            ]
            for one in found.activities
        ],
        "workers": [
            [
                visible(one.queue or one.written),
                number_of[one.place.filename],
                one.place.row,
                list(one.workflows),
                list(one.activities),
            ]
            for one in found.workers
        ],
        "workflows": _workflows(found, reading, number_of),
    }
    return as_json(data)


def as_json(data: object) -> str:
    """Return data as JSON for an element of a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode("utf-8").translate(_ESCAPES)


def _line(line: str) -> str:
    return visible(line.expandtabs(4))


def _workflows(found: Map, reading: Reading, number_of: dict[str, int]) -> list[dict[str, Any]]:
    made = []
    every = zip(found.workflows, found.labels, reading.workflows, reading.findings, strict=True)
    for workflow, label, told, findings in every:
        made.append(
            {
                "n": visible(label),
                "t": visible(workflow.name),
                "f": number_of[workflow.place.filename],
                "r": workflow.place.row,
                "e": sum(one.severity == "error" for one in findings),
                "d": len(findings),
                "u": [[target, queue] for target, queue in _started(workflow).items()],
                "x": [visible(use.name) for use in workflow.uses if not use.target],
                "c": [e.function for e in workflow.entries if e.function >= 0],
                "g": [_chart(one, number_of) for one in told if one.flow >= 0 and one.steps],
            }
        )
    return made


def _started(workflow: Workflow) -> dict[str, str]:
    """Return what a workflow starts, by ids, with the task queue where one is given."""
    found: dict[str, str] = {}
    for use in workflow.uses:
        if use.target:
            queue = dict(use.options).get("task_queue", "")
            found.setdefault(use.target, f"on {visible(queue)}" if queue else "")
    return found


def _chart(told: Told, number_of: dict[str, int]) -> dict[str, Any]:
    chart = chart_of(told.steps)
    return {
        "t": visible(told.words),
        "n": [
            [
                shown.step.kind,
                visible(shortened(shown.words, _LABEL)),
                number_of.get(shown.filename, -1),
                shown.row,
                shown_as(shown).id,
                shown.step.often,
            ]
            for shown in chart.nodes
        ],
        "e": [[a, b, visible(shortened(label, _LABEL))] for a, b, label in chart.edges],
    }
