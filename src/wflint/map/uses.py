"""The activities and children that a workflow starts, each once, with their options."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wflint.map.flows import all_steps
from wflint.map.model import Flow, MapStep, Place, Use
from wflint.replay.outline import StepKind

_STARTS = (StepKind.ACTIVITY.value, StepKind.CHILD.value)


def uses_of(flows: Iterable[Flow], queues_of: Callable[[str], tuple[str, ...]]) -> tuple[Use, ...]:
    """Return what some flows start; ``queues_of`` tells where the thing of an id is registered."""
    found: dict[tuple[str, str, str], list[tuple[MapStep, Place]]] = {}
    for flow in flows:
        for step in all_steps(flow.steps):
            if step.kind in _STARTS:
                place = Place(flow.place.filename, step.row or flow.place.row)
                key = step.kind, step.name or _subject(step.text), step.target
                found.setdefault(key, []).append((step, place))
    return tuple(
        Use(
            kind,
            name,
            target,
            _options(step for step, _ in steps),
            tuple(dict.fromkeys(place for _, place in steps)),
            queues_of(target),
        )
        for (kind, name, target), steps in found.items()
    )


def _subject(text: str) -> str:
    """Return what a step is about: `name` of `activity name`."""
    for word in ("local activity ", "activity ", "child workflow "):
        _, found, rest = text.partition(word)
        if found:
            return rest
    return text


def _options(steps: Iterable[MapStep]) -> tuple[tuple[str, str], ...]:
    values: dict[str, dict[str, None]] = {}
    for step in steps:
        for name, value in step.options:
            values.setdefault(name, {})[value] = None
    return tuple((name, " or ".join(each)) for name, each in values.items())
