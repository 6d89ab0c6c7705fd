"""Coverage as text, for people, and as JSON, for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wflint.comparison.side import Side
from wflint.facts.ids import Fn
from wflint.histories.command import count_histories
from wflint.histories.coverage import Covered, Missing
from wflint.report.json_report import located, to_text
from wflint.report.look import one_line
from wflint.rule.place import Place
from wflint.run.places import definition_of


class Places:
    """Knows where places are, as the user would write them."""

    def __init__(self, code: Side) -> None:
        self._code = code

    def of(self, place: Place) -> tuple[str, Any]:
        """Return the file of a place, and its location."""
        examined = self._code.of(place.fn.path)
        assert examined is not None
        emitter = examined.emitter
        fn: Fn = place.fn
        at = definition_of(emitter, fn) if place.site < 0 else emitter.location(fn, place.site)
        return emitter.shown(fn.path), at


def render(covered: Sequence[Covered], places: Places) -> str:
    """Return a paragraph for each workflow, with a line for what no history goes through."""
    return "".join(f"{line}\n" for each in covered for line in _lines(each, places))


def _lines(covered: Covered, places: Places) -> Iterator[str]:
    filename, location = places.of(covered.view.place)
    head = f"{one_line(covered.view.shown)} ({one_line(filename)}:{location.line})"
    if not covered.histories:
        yield f"{head}: no histories"
        return
    text = count_histories(covered.histories)
    if covered.fitting < covered.histories:
        text += f" ({covered.histories - covered.fitting} not counted)"
    if covered.open:
        text += f", {covered.open} of open runs"
    yield f"{head}: {text}"
    if covered.fitting and not covered.missing:
        yield "    nothing is missing"
    for missing, where, at in _placed(covered.missing, places):
        yield f"    {one_line(where)}:{at.row}: {one_line(missing.text)}"


def _placed(missing: Iterable[Missing], places: Places) -> list[tuple[Missing, str, Any]]:
    placed = [(each, *places.of(each.place)) for each in missing]
    return list(dict.fromkeys(sorted(placed, key=lambda item: (item[1], item[2], item[0].text))))


def to_json(covered: Sequence[Covered], places: Places) -> str:
    """Return a list with an object for each workflow; keys are only ever added."""
    return to_text([_object(each, places) for each in covered])


def _object(covered: Covered, places: Places) -> dict[str, Any]:
    filename, location = places.of(covered.view.place)
    return {
        "workflow": covered.view.shown,
        **located(filename, location),
        "histories": covered.histories,
        "fitting": covered.fitting,
        "open": covered.open,
        "missing": [
            {
                "kind": missing.kind,
                "text": missing.text,
                **located(where, at),
            }
            for missing, where, at in _placed(covered.missing, places)
        ],
    }
