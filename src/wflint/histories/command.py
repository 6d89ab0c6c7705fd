"""The whole of ``wflint replay``: files with histories to diagnostics and a last line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from wflint.comparison.command import some_of
from wflint.comparison.report import Reporter
from wflint.comparison.side import Side
from wflint.comparison.sides import Sides
from wflint.diagnostics import SYNTAX_ERROR
from wflint.histories.export import ExportError, has_events, load, parts_of, recorded_in
from wflint.histories.findings import findings_of
from wflint.histories.matching import Matched, Matcher
from wflint.replay.change import Verdict
from wflint.replay.recorded import Recorded
from wflint.report.summary import count
from wflint.run.request import Request, Result
from wflint.wording import on_one_line, shortened

_REASON = 120


class Replayed(Struct):
    """What became of histories of some code, and how it is told.

    ``sources`` has, by the name of each history, its file, and its place among several of this, or
    -1.
    """

    code: Side
    matcher: Matcher
    histories: list[Matched]
    sources: dict[str, tuple[str, int]]
    result: Result


def replay(request: Request, files: Sequence[str], named: Collection[str]) -> Replayed:
    """Match histories with the code that a request is about.

    Files that are not ``named``, but were found in a folder, need not be histories.
    """
    sides = Sides(request)
    code, on_code = sides.working_tree()
    problems = [*sides.problems, *on_code.problems]
    matcher = Matcher(code, sides.chosen)
    sources: dict[str, tuple[str, int]] = {}
    histories: list[Matched] = []
    for history in read_histories(files, problems, named):
        sources[history.name] = history.path, history.number
        histories.append(matcher.match(history.name, history.recorded))
    reporter = Reporter(code, sides.request, sides.chosen)
    if code.examined:
        reporter.add(findings_of(histories))
    if histories and all(matched.view is None for matched in histories):
        names = sorted({matched.recorded.workflow for matched in histories})
        problems.append(f"the code has none of the workflows of these histories: {some_of(names)}")
    unread = [
        f"{one.filename}:{one.location.line} cannot be read: {one.message}"
        for one in on_code.diagnostics
        if one.code == SYNTAX_ERROR
    ]
    result = replace(
        reporter.result,
        problems=list(dict.fromkeys(problems)),
        warnings=list(dict.fromkeys([*sides.warnings, *unread])),
        said=list(_summary(histories)),
    )
    return Replayed(code, matcher, histories, sources, result)


class History(Struct, frozen=True):
    """A history, with its file, and its place among several of this, or -1."""

    name: str
    path: str
    number: int
    recorded: Recorded


def read_histories(
    files: Iterable[str], problems: list[str], named: Collection[str] | None = None
) -> Iterator[History]:
    """Yield the histories of files; those that cannot be read are told of in ``problems``.

    Files that are not ``named`` are passed over if they are no histories.
    """
    for path in files:
        try:
            document = load(path)
            if named is not None and path not in named and not has_events(document):
                continue
            for number, (name, part) in enumerate(parts_of(document, path)):
                place = -1 if part is document else number
                yield History(name, path, place, recorded_in(part, name))
        except ExportError as error:
            problems.append(str(error))


def _summary(histories: Sequence[Matched]) -> Iterator[str]:
    """Yield what was replayed, how it went, and what could not be told."""
    if not histories:
        return
    names = {matched.recorded.workflow for matched in histories}
    by_verdict = {v: [m for m in histories if m.verdict is v] for v in Verdict}
    parts = [f"{len(by_verdict[Verdict.COMPATIBLE])} compatible"]
    for verdict in (Verdict.INCOMPATIBLE, Verdict.CLOSED_ONLY):
        if by_verdict[verdict]:
            parts.append(f"{len(by_verdict[verdict])} {verdict.value}")
    unknown = by_verdict[Verdict.UNKNOWN]
    if unknown:
        parts.append(f"{len(unknown)} unknown: {_reasons(unknown)}")
    replayed = f"{count_histories(len(histories))} of {count(len(names), 'workflow')}"
    yield f"replayed {replayed}; {', '.join(parts)}"


def count_histories(number: int) -> str:
    """Return how many histories there are, in words."""
    return f"{number:,} {'history' if number == 1 else 'histories'}"


def _reasons(unknown: Iterable[Matched]) -> str:
    """Return names with the reason behind those that have it in common."""
    found = []
    ordered = sorted(unknown, key=lambda matched: (matched.why, matched.path))
    for why, group in groupby(ordered, key=lambda matched: matched.why):
        short = shortened(on_one_line(why), _REASON)
        found.append(f"{some_of([matched.path for matched in group])} ({short})")
    return ", ".join(found)
