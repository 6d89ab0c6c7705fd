"""``md``: an outline in Markdown, for pull requests and wikis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wflint.map import mermaid
from wflint.map.model import Map, Place, Workflow
from wflint.map.reading import (
    BRANCHING,
    Reading,
    Shown,
    Told,
    findings_of,
    shown_options,
    told_histories,
    told_often,
)
from wflint.report.look import one_line
from wflint.report.summary import count

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~])")
_DRAWN = 40
"""How many workflows and activities a drawing of all of them has at most."""


def render(found: Map) -> str:
    """Return a map as Markdown: the workflows, and then what else there is."""
    return "\n".join(_Writer(found).lines()) + "\n"


def escaped(text: str) -> str:
    """Return a text on one line in which nothing means anything to Markdown or HTML."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)


def code(text: str) -> str:
    """Return a text as code."""
    text = one_line(text)
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _cell(text: str) -> str:
    """Return a text as code in a table, where even there a bar ends the cell."""
    return code(text).replace("|", "\\|")


class _Writer:
    def __init__(self, found: Map) -> None:
        self._map = found
        self._reading = Reading(found)
        self._links = {file.name: file.links[:1] for file in found.files}

    def lines(self) -> Iterator[str]:
        """Yield all lines."""
        found = self._map
        yield f"# Map of {escaped(found.title)}"
        yield ""
        parts = [
            count(len(found.workflows), "workflow"),
            count(len(found.activities), "activity"),
            count(len(found.workers), "worker"),
        ]
        at = f" at commit {found.commit[:12]}" if found.commit else ""
        yield f"{', '.join(parts)}{at}{told_histories(found)}."
        for remark in found.remarks:
            yield f"\n{escaped(remark)}."
        if 0 < len(found.workflows) + len(found.activities) <= _DRAWN:
            yield f"\n```mermaid\n{mermaid.overview(found)}```"
        for workflow, told in zip(found.workflows, self._reading.workflows, strict=True):
            yield from self._workflow(workflow, told)
        if self._reading.apart:
            yield "\n## Functions that several workflows call"
            for one in self._reading.apart:
                yield from self._told(one, "###")
        yield from self._definitions()

    def _place(self, place: Place) -> str:
        shown = f"{place.filename}:{place.row}" if place.row else place.filename
        links = self._links.get(place.filename, ())
        if not links or not links[0][1].startswith("https:"):
            return code(shown)
        _, before, behind = links[0]
        return f"[{escaped(shown)}]({before}{place.row}{behind})"

    # Workflows.

    def _workflow(self, workflow: Workflow, told: Iterable[Told]) -> Iterator[str]:
        yield f"\n## {escaped(workflow.qualname)}\n"
        facts = [self._place(workflow.place)]
        if workflow.name not in ("", workflow.qualname):
            facts.append(f"type {code(workflow.name)}")
        if workflow.queues:
            facts.append(f"on {', '.join(map(code, workflow.queues))}")
        yield ", ".join(facts)
        for one in told:
            yield from self._told(one, "###")
        if workflow.uses:
            yield "\n### Starts\n"
            yield "| | Name | Options | Registered on |\n|-|-|-|-|"
            for use in workflow.uses:
                kind = "child" if use.kind == "child" else "activity"
                queues = ", ".join(map(_cell, use.registered)) or "not known"
                options = "<br>".join(_cell(shown_options([option])) for option in use.options)
                yield f"| {kind} | {_cell(use.name)} | {options} | {queues} |"
        if workflow.state:
            yield "\n### State that methods share\n"
            yield "| Attribute | Written by | Read by |\n|-|-|-|"
            for state in workflow.state:
                sides = (", ".join(map(_cell, side)) for side in (state.writers, state.readers))
                yield f"| {_cell(state.name)} | {' | '.join(sides)} |"
        findings = findings_of(self._map, workflow)
        if findings:
            yield "\n### Diagnostics and gaps\n"
            for finding in findings:
                place = self._place(Place(finding.filename, finding.row))
                yield f"- {place} {finding.code}: {escaped(finding.text)}"

    def _told(self, told: Told, heading: str) -> Iterator[str]:
        title = told.title if told.name == told.title else f"{told.title} {told.name}"
        often = f" — {told_often(told.often)}" if told.often >= 0 else ""
        yield f"\n{heading} {escaped(title)}{often}\n"
        if told.flow < 0:
            yield "Gives no commands."
            return
        lines = [line for shown in told.steps for line in self._step(shown, 0)]
        yield from lines or ["Does nothing that a history has."]

    def _step(self, shown: Shown, depth: int) -> Iterator[str]:
        step = shown.step
        if step.kind in BRANCHING:
            for inside in shown.steps:
                yield from self._step(inside, depth)
            return
        gives = f" → {code(step.gives)}" if step.gives else ""
        options = f" ({escaped(shown_options(step.options))})" if step.options else ""
        where = {"above": ", as above", "apart": ", see below", "": ""}[shown.elsewhere]
        line = f", line {step.row}" if step.row and not shown.steps else ""
        often = f" — **{told_often(step.often)}**" if step.often >= 0 else ""
        yield f"{'  ' * depth}- {code(step.text)}{gives}{options}{where}{line}{often}"
        for inside in shown.steps:
            yield from self._step(inside, depth + 1)

    # What else there is.

    def _definitions(self) -> Iterator[str]:
        found = self._map
        if found.activities:
            yield "\n## Activities\n"
            yield "| Activity | Defined in | Task queues | Used by |\n|-|-|-|-|"
            for activity in found.activities:
                users = ", ".join(_cell(found.workflows[n].qualname) for n in activity.users)
                queues = ", ".join(map(_cell, activity.queues))
                name = _cell(activity.name or activity.qualname)
                yield f"| {name} | {self._place(activity.place)} | {queues} | {users} |"
        if found.workers:
            yield "\n## Workers\n"
            yield "| Task queue | Made in | Workflows | Activities |\n|-|-|-|-|"
            for worker in found.workers:
                workflows = ", ".join(_cell(found.workflows[n].qualname) for n in worker.workflows)
                names = (found.activities[n] for n in worker.activities)
                activities = ", ".join(_cell(a.name or a.qualname) for a in names)
                more = f"<br>{escaped(worker.more)}" if worker.more else ""
                unknown = f"not known: {_cell(worker.written)}" if worker.written else "not known"
                queue = _cell(worker.queue) or unknown
                queue += "".join(f" {mark.code}" for mark in worker.marks)
                made = self._place(worker.place)
                yield f"| {queue} | {made} | {workflows} | {activities}{more} |"
