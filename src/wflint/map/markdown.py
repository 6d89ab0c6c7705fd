"""``md``: an outline in Markdown, for pull requests and wikis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wflint.map import mermaid
from wflint.map.model import Map, Place, Workflow
from wflint.map.reading import (
    Finding,
    Reading,
    Shown,
    Told,
    opened,
    shown_options,
    told_counts,
    told_histories,
    told_often,
)
from wflint.report.look import one_line

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
    fence = fence_for(text, 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fence_for(text: str, least: int) -> str:
    """Return what begins and ends code: more backticks than there are anywhere in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


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
        at = f" at commit {found.commit[:12]}" if found.commit else ""
        yield f"{told_counts(found)}{at}{told_histories(found)}."
        for remark in found.remarks:
            yield f"\n{escaped(remark)}."
        if 0 < len(found.workflows) + len(found.activities) <= _DRAWN:
            yield f"\n```mermaid\n{mermaid.overview(found)}```"
        reading = self._reading
        every = zip(found.workflows, reading.workflows, reading.findings, strict=True)
        for workflow, told, findings in every:
            yield from self._workflow(workflow, told, findings)
        if reading.apart:
            yield "\n## Functions that several workflows call"
            for one in reading.apart:
                yield from self._told(one)
        yield from self._definitions()

    def _place(self, place: Place) -> str:
        shown = self._reading.shown(place) if place.row else place.filename
        links = self._links.get(place.filename, ())
        if not links or not links[0][1].startswith(("http:", "https:")):
            return code(shown)
        _, before, behind = links[0]
        return f"[{escaped(shown)}]({before}{place.row}{behind})"

    # Workflows.

    def _workflow(
        self, workflow: Workflow, told: Iterable[Told], findings: Iterable[Finding]
    ) -> Iterator[str]:
        yield f"\n## {escaped(workflow.qualname)}\n"
        facts = [self._place(workflow.place)]
        if workflow.name not in ("", workflow.qualname):
            facts.append(f"type {code(workflow.name)}")
        if workflow.queues:
            facts.append(f"on {', '.join(map(code, workflow.queues))}")
        yield ", ".join(facts)
        for one in told:
            yield from self._told(one)
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
        if findings:
            yield "\n### Diagnostics and gaps\n"
            for finding in findings:
                place = self._place(Place(finding.filename, finding.row))
                yield f"- {place} {finding.code}: {escaped(finding.text)}"

    def _told(self, told: Told) -> Iterator[str]:
        often = f" — {told_often(told.often)}" if told.often >= 0 else ""
        yield f"\n### {escaped(told.words)}{often}\n"
        if told.flow < 0:
            yield "Gives no commands."
            return
        lines = list(self._steps(told.steps, 0))
        yield from lines or ["Does nothing that a history has."]

    def _steps(self, steps: Iterable[Shown], depth: int) -> Iterator[str]:
        for shown in opened(steps):
            yield f"{'  ' * depth}- {self._step(shown)}"
            yield from self._steps(shown.steps, depth + 1)

    def _step(self, shown: Shown) -> str:
        step = shown.step
        gives = f" → {code(step.gives)}" if step.gives else ""
        options = f" ({escaped(shown_options(step.options))})" if step.options else ""
        where = f", {shown.where}" if shown.where else ""
        place = self._reading.location(Place(shown.filename, step.row))
        line = f", {place.words}" if step.row and not shown.steps else ""
        often = f" — **{told_often(step.often)}**" if step.often >= 0 else ""
        return f"{code(step.text)}{gives}{options}{where}{line}{often}"

    # What else there is.

    def _definitions(self) -> Iterator[str]:
        found = self._map
        if found.activities:
            yield "\n## Activities\n"
            yield "| Activity | Defined in | Task queues | Used by |\n|-|-|-|-|"
            for activity in found.activities:
                users = ", ".join(_cell(found.workflows[n].qualname) for n in activity.users)
                queues = ", ".join(map(_cell, activity.queues))
                name = _cell(activity.shown)
                yield f"| {name} | {self._place(activity.place)} | {queues} | {users} |"
        if found.workers:
            yield "\n## Workers\n"
            yield "| Task queue | Made in | Workflows | Activities |\n|-|-|-|-|"
            for worker in found.workers:
                workflows = ", ".join(_cell(found.workflows[n].qualname) for n in worker.workflows)
                names = (found.activities[n] for n in worker.activities)
                activities = ", ".join(_cell(a.shown) for a in names)
                more = f"<br>{escaped(worker.more)}" if worker.more else ""
                unknown = f"not known: {_cell(worker.written)}" if worker.written else "not known"
                queue = _cell(worker.queue) or unknown
                queue += "".join(f" {mark.code}" for mark in worker.marks)
                made = self._place(worker.place)
                yield f"| {queue} | {made} | {workflows} | {activities}{more} |"
