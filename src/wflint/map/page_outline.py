"""The outline in a page: all that a map shows, for those without JavaScript as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wflint.map.html_text import code, codes, table, text
from wflint.map.model import File, Map, Mark, Place, Workflow
from wflint.map.reading import (
    Finding,
    Reading,
    Shown,
    Told,
    opened,
    shown_options,
    told_often,
)
from wflint.report.summary import count

_INNER_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z][._])(?=\w)|(?<=[)\]]\.)(?=\w)")
"""Where a name may go on in the next line."""

_CALLS = 12
"""How many of the functions that a function calls are named."""

_OPEN = 3
"""How many workflows a map has at most that shows all of them open."""

_MANY = 60
"""From how many workflows on a browser reads what is folded only when somebody opens it."""


class Outline:
    """Writes the parts of the outline.

    ``classes`` has the classes of some steps by their ids, and ``prefix`` stands before all ids of
    elements; both are for pages that show several outlines, which have no script.
    """

    def __init__(
        self,
        found: Map,
        reading: Reading,
        classes: Mapping[int, str] | None = None,
        prefix: str = "",
    ) -> None:
        self._classes = classes or {}
        self._prefix = prefix
        self._map = found
        self._reading = reading
        self._number_of = {file.name: number for number, file in enumerate(found.files)}
        self._pages = {
            file.name: next(
                (link for link in file.links if link[1].startswith(("http:", "https:"))), None
            )
            for file in found.files
        }
        self._marks: dict[tuple[str, int], dict[Mark, None]] = {}
        for function in found.functions:
            for mark in function.marks:
                self._marks.setdefault((function.place.filename, mark.row), {})[mark] = None
        self._apart = {one.flow for one in reading.apart}
        self._is_large = len(found.workflows) > _MANY

    def workflows(self) -> Iterator[str]:
        """Yield the sections of all workflows."""
        is_open = len(self._map.workflows) <= _OPEN
        for number, workflow in enumerate(self._map.workflows):
            yield from self._workflow(number, workflow, is_open)

    def told_of(self, number: int) -> Iterator[str]:
        """Yield the entry points of one workflow, and the functions that stand by themselves."""
        for one in (*self._reading.workflows[number], *self._reading.apart):
            yield from self._told(one)

    def index(self) -> Iterator[str]:
        """Yield the items of the list of all workflows."""
        every = zip(self._map.workflows, self._map.labels, self._reading.findings, strict=True)
        for number, (workflow, label, findings) in enumerate(every):
            errors = sum(one.severity == "error" for one in findings)
            badge = f' <span class="mark error">{errors}</span>' if errors else ""
            file = f" <small>{text(workflow.place.filename)}</small>"
            file = file if label != workflow.qualname else ""
            name = _breakable(text(workflow.qualname))
            yield f'<li><a href="#w{number}">{name}{file}</a>{badge}</li>'

    # Places and marks.

    def _link(self, place: Place, shown: str, classes: str = "") -> str:
        """Return something that shows the source of a place, as HTML around some HTML."""
        number = self._number_of.get(place.filename, -1)
        page = self._pages.get(place.filename)
        kind = f' class="{classes}"' if classes else ""
        if page is None and self._prefix:
            return f"<span{kind}>{shown}</span>"
        href = f"{page[1]}{place.row}{page[2]}" if page is not None else "#source"
        return f'<a{kind} href="{text(href)}" data-p="{number}:{place.row}">{shown}</a>'

    def place(self, place: Place) -> str:
        """Return a place as a link."""
        return self._link(place, text(self._reading.shown(place)), "place")

    def _badges(self, filename: str, row: int) -> str:
        marks = self._marks.get((filename, row), ()) if row else ()
        return "".join(map(_badge, marks))

    # Workflows.

    def _workflow(self, number: int, workflow: Workflow, is_open: bool) -> Iterator[str]:
        findings = self._reading.findings[number]
        errors = sum(one.severity == "error" for one in findings)
        others = len(findings) - errors
        badges = f' <span class="mark error">{count(errors, "error")}</span>' if errors else ""
        badges += f' <span class="mark info">{count(others, "remark")}</span>' if others else ""
        yield (
            f'<details class="workflow" data-w="{number}"{" open" if is_open else ""}>'
            f'<summary><h2 id="w{number}">{text(workflow.qualname)}</h2>{badges}</summary>'
        )
        yield from self.folded(self._inside(number, workflow, findings))
        yield "</details>"

    def folded(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield what a closed element of a large map holds; with scripts it is but a text at first.

        Nothing in it can end that text: names and code have no angle brackets in HTML.
        """
        if self._is_large:
            yield "<noscript>"
        yield from lines
        if self._is_large:
            yield "</noscript>"

    def _inside(
        self, number: int, workflow: Workflow, findings: Sequence[Finding]
    ) -> Iterator[str]:
        yield f'<p class="facts">{" · ".join(self._facts(number, workflow))}</p>'
        for one in self._reading.workflows[number]:
            yield from self._told(one)
        yield from self._uses(workflow)
        yield from self._state(workflow)
        yield from self._findings(findings)

    def _facts(self, number: int, workflow: Workflow) -> list[str]:
        facts = [self.place(workflow.place)]
        if workflow.name not in ("", workflow.qualname):
            facts.append(f"type {code(workflow.name)}")
        queues = codes(workflow.queues)
        is_registered = any(number in worker.workflows for worker in self._map.workers)
        unknown = "task queue not known" if is_registered else "no Worker is known to register it"
        return [*facts, f"on {queues}" if queues else unknown]

    def _uses(self, workflow: Workflow) -> Iterator[str]:
        if not workflow.uses:
            return
        rows = []
        for use in workflow.uses:
            options = "<br>".join(code(shown_options([option])) for option in use.options)
            name = code(use.name)
            if use.target:
                name = f'<a href="#{use.target}">{name}</a>'
            places = ", ".join(self.place(place) for place in use.places)
            kind = "child workflow" if use.kind == "child" else use.kind
            rows.append((kind, name, options, codes(use.registered) or "not known", places))
        yield "<h3>Starts</h3>"
        yield table(("Kind", "Name", "Options", "Registered on", "Started in"), rows)

    def _state(self, workflow: Workflow) -> Iterator[str]:
        if workflow.state:
            rows = [(code(s.name), codes(s.writers), codes(s.readers)) for s in workflow.state]
            yield "<h3>State that methods share</h3>"
            yield table(("Attribute", "Written by", "Read by"), rows)

    def _findings(self, findings: Sequence[Finding]) -> Iterator[str]:
        if not findings:
            return
        yield '<h3>Diagnostics and gaps</h3><ul class="findings">'
        for one in findings:
            place = self.place(Place(one.filename, one.row))
            mark = f'<span class="mark {text(one.severity)}">{text(one.code)}</span>'
            where = f"<small>in {code(one.function)}, {place}</small>"
            yield f"<li>{mark} {text(one.text)} {where}</li>"
        yield "</ul>"

    # Steps.

    def _told(self, told: Told) -> Iterator[str]:
        title = text(told.title)
        if told.name != told.title:
            title = f"{title} {code(told.name)}"
        place = self.place(Place(told.filename, told.row))
        anchor = f' id="{self._prefix}f{told.flow}"' if told.flow in self._apart else ""
        badges = f"{_often(told.often)}{self._badges(told.filename, told.row)}"
        yield f"<h3{anchor}>{title}{badges} <small>{place}</small></h3>"
        if told.flow < 0:
            yield '<p class="quiet">Gives no commands.</p>'
        elif not told.steps:
            yield '<p class="quiet">Does nothing that a history has.</p>'
        else:
            yield from self._steps(told.steps)

    def apart(self) -> Iterator[str]:
        """Yield the functions that stand by themselves."""
        for one in self._reading.apart:
            yield from self._told(one)

    def _steps(self, steps: Iterable[Shown]) -> Iterator[str]:
        yield '<ol class="steps">'
        for shown in opened(steps):
            yield from self._step(shown)
        yield "</ol>"

    def _step(self, shown: Shown) -> Iterator[str]:
        step = shown.step
        line = self._link(Place(shown.filename, step.row), _worded(shown))
        gives = f" → {code(step.gives)}" if step.gives else ""
        options = f" <small>{text(shown_options(step.options))}</small>" if step.options else ""
        if shown.elsewhere == "apart":
            options += f' <a class="more" href="#{self._prefix}f{step.flow}">shown below</a>'
        elif shown.elsewhere:
            options += " <small>as above</small>"
        badges = self._badges(shown.filename, step.row) if not shown.steps else ""
        often = _often(step.often)
        head = f"{line}{gives}{options}{badges}{often}"
        kind = f"{step.kind} {self._classes.get(shown.id, '')}".rstrip()
        yield f'<li class="{kind}" id="{self._prefix}s{shown.id}">'
        if not shown.steps:
            yield f"{head}</li>"
        elif step.kind == "call":
            yield f"<details open><summary>{head}</summary>"
            yield from self._steps(shown.steps)
            yield "</details></li>"
        else:
            yield head
            yield from self._steps(shown.steps)
            yield "</li>"

    # What else there is.

    def activities(self) -> str:
        """Return the table of activities."""
        rows = []
        for number, one in enumerate(self._map.activities):
            users = (
                f'<a href="#w{n}">{text(self._map.workflows[n].qualname)}</a>' for n in one.users
            )
            name = code(one.shown)
            if one.marks:
                name += "".join(map(_badge, one.marks))
            kind = "async" if one.is_async else "sync"
            queues = codes(one.queues)
            named = f'<span id="a{number}">{name}</span>'
            rows.append((named, kind, self.place(one.place), queues, ", ".join(users)))
        return table(("Activity", "Kind", "Defined in", "Task queues", "Used by"), rows)

    def functions(self) -> str:
        """Return the table of all functions that workflows reach, with what they call."""
        functions = self._map.functions
        rows = []
        for one in functions:
            badges = "".join(map(_badge, one.marks))
            if one.gaps:
                calls = count(len(one.gaps), "call")
                badges += f' <span class="mark gap">{calls} not followed</span>'
            named = [functions[number].name for number in one.calls]
            more = len(named) - _CALLS
            others = f" and {more:,} more" if more > 0 else ""
            calls = f"{codes(named[:_CALLS])}{others}"
            rows.append((f"{code(one.name)}{badges}", self.place(one.place), calls))
        return table(("Function", "Defined in", "Calls"), rows)

    def workers(self) -> str:
        """Return the table of Workers."""
        rows = []
        for worker in self._map.workers:
            workflows = (
                f'<a href="#w{n}">{text(self._map.workflows[n].qualname)}</a>'
                for n in worker.workflows
            )
            names = (self._map.activities[n] for n in worker.activities)
            activities = codes(a.shown for a in names)
            more = f"<br><small>{text(worker.more)}</small>" if worker.more else ""
            unknown = f"not known: {code(worker.written)}" if worker.written else "not known"
            queue = code(worker.queue) or unknown
            queue += "".join(map(_badge, worker.marks))
            place = self.place(worker.place)
            rows.append((queue, place, ", ".join(workflows), f"{activities}{more}"))
        return table(("Task queue", "Made in", "Workflows", "Activities"), rows)


def _page_of(file: File) -> tuple[str, str, str] | None:
    links = (link for link in file.links if link[1].startswith(("http:", "https:")))
    return next(links, None)


def _often(often: int) -> str:
    never = "" if often else " never"
    return f' <span class="ran{never}">{told_often(often)}</span>' if often >= 0 else ""


def _badge(mark: Mark) -> str:
    words = f'title="{text(mark.message)}">{text(mark.code)}'
    return f' <span class="mark {text(mark.severity)}" {words}</span>'


_BEFORE_NAME = {
    "activity": "activity ",
    "call": "",
    "child": "child workflow ",
    "patch": "patch ",
    "patched": "patched ",
    "signal": "signal ",
}
"""The words before the name in the text of a step, by the kind of the step."""


def _worded(shown: Shown) -> str:
    """Return the text of a step, with what it is about in bold."""
    step = shown.step
    word = _BEFORE_NAME.get(step.kind)
    start = step.text.find(word) + len(word) if word is not None and step.name else -1
    at = step.text.find(step.name, start) if start >= 0 else -1
    if at < 0:
        return text(step.text)
    end = at + len(step.name)
    name = _breakable(text(step.text[at:end]))
    return f"{text(step.text[:at])}<b>{name}</b>{text(step.text[end:])}"


def _breakable(name: str) -> str:
    return _INNER_WORD.sub("<wbr>", name)
