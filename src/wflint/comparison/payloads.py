"""Compares payloads: which recorded data cannot be read into the new types."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from wflint.comparison.finding import PAYLOAD, ChangeKind, Finding, Verdict
from wflint.comparison.shapes import RECORDS, reads
from wflint.comparison.side import Side
from wflint.comparison.signatures import Takes
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.rule.payload_view import ClassForm, PayloadField, PayloadType, PayloadView
from wflint.temporal.api import CallKind
from wflint.temporal.regions import Region

_PARTS = 400
"""Pairs of types that are looked at for one payload: models may hold one another without an end."""

_TYPED = (*RECORDS, ClassForm.ENUM, ClassForm.VALUE_ENUM)
"""Classes whose objects the SDK only makes where it is told the type."""


class _Harm(NamedTuple):
    """The effect of data that cannot be read: of ``all`` that is recorded, or of ``some``."""

    all: str
    some: str


class Use(NamedTuple):
    """A payload that is recorded. ``what`` is its name for people, ``harm`` what comes of it."""

    workflow: str
    what: str
    harm: _Harm
    verdict: Verdict = Verdict.INCOMPATIBLE

    def finding(self, verdict: Verdict, message: str, view: PayloadView, harm: str) -> Finding:
        """Return a finding: nothing is surer than that the data is read at all."""
        worse = Verdict.DEPENDS if Verdict.DEPENDS in (verdict, self.verdict) else verdict
        said = f"{message}: {harm}"
        return Finding(PAYLOAD, worse, ChangeKind.PAYLOAD, self.workflow, said, view.place)


class _Difference(NamedTuple):
    """A difference of two types; ``is_asked_for`` if it only counts where something is read."""

    verdict: Verdict
    message: str
    is_asked_for: bool = False

    def harm(self, use: Use) -> str:
        """Return what surely comes of it."""
        if self.is_asked_for:
            return _ASKED_FOR
        return use.harm.all if self.verdict is Verdict.INCOMPATIBLE else use.harm.some


IsLoose = Callable[[], bool]
"""Tells if pydantic, or another converter than the SDK's own, may read a payload."""


class _Pair(NamedTuple):
    """The types of a part of a payload before and after, and the way to it."""

    way: str
    old: tuple[PayloadType, ...]
    new: tuple[PayloadType, ...]
    is_loose: IsLoose


_FAIL = "the workflow tasks of runs that have it in their histories fail"
_TASK = _Harm(_FAIL, _FAIL)
_DROPPED = _Harm(
    "recorded signals cannot be read, and are dropped",
    "recorded signals that have it cannot be read, and are dropped",
)
_ATTEMPT = _Harm(
    "attempts of activities that old runs have scheduled fail",
    "attempts of activities that old runs have scheduled with it fail",
)
_ASKED_FOR = "code, or a converter, that asks for it fails"


_Defined = HandlerView | ActivityView


def _loosely(view: _Defined) -> IsLoose:
    return lambda: not view.has_default_converter()


def input_payloads(old: WorkflowView, new: WorkflowView) -> Iterator[Finding]:
    """Yield what is wrong with the input of a workflow."""
    if old.run is not None and new.run is not None and not (old.is_dynamic or new.is_dynamic):
        use = Use(new.shown, f"the input of `{new.name}`", _TASK)
        yield from _arguments(old.run, new.run, use)


def workflow_payloads(old: WorkflowView, new: WorkflowView) -> Iterator[Finding]:
    """Yield what is wrong with the input of a workflow, and with what it is sent."""
    yield from input_payloads(old, new)
    for kind in (Region.SIGNAL, Region.UPDATE):
        before = {h.name: h for h in old.handlers if h.kind is kind and h.name}
        for handler in new.handlers:
            same = before.get(handler.name) if handler.kind is kind else None
            if same is not None and not (same.is_dynamic or handler.is_dynamic):
                harm = _DROPPED if kind is Region.SIGNAL else _TASK
                use = Use(new.shown, f"the {kind.label} `{handler.name}`", harm)
                yield from _arguments(same, handler, use)


def child_results(
    old: Side, new: Side, pairs: Sequence[tuple[WorkflowView, WorkflowView]]
) -> Iterator[Finding]:
    """Yield what is wrong with the results of child workflows."""
    before, after = old.typed_results[1], new.typed_results[1]
    for one, other in pairs:
        if one.cls not in before or other.cls not in after or not (one.run and other.run):
            continue
        use = Use(other.shown, f"the result of `{other.name}`", _TASK)
        is_loose = _loosely(other.run)
        yield from _compared(one.run.payloads[-1], other.run.payloads[-1], use, is_loose)


def activity_payloads(
    old: Side, new: Side, pairs: Sequence[tuple[ActivityView, ActivityView]]
) -> Iterator[Finding]:
    """Yield what is wrong with the results and the parameters of activities."""
    before, after = old.typed_results[0], new.typed_results[0]
    for one, other in pairs:
        if one.is_dynamic or other.is_dynamic:
            continue
        if one.place in before and other.place in after:
            use = Use("", f"the result of the activity `{other.name}`", _TASK)
            yield from _compared(one.payloads[-1], other.payloads[-1], use, _loosely(other))
        if CallKind.ACTIVITY in old.called_activities.get(one, ()):
            what = f"the input of the activity `{other.name}`"
            use = Use("", what, _ATTEMPT, Verdict.DEPENDS)
            yield from _arguments(one, other, use)


def _arguments(old: _Defined, new: _Defined, use: Use) -> Iterator[Finding]:
    before, after = Takes.of(old.signature), Takes.of(new.signature)
    if after.least > before.least or after.most < before.most:
        return  # they do not fit, whatever they are
    olds, news = old.payloads[:-1], new.payloads[:-1]
    if before.most < after.most:
        yield from _untyped(news[: before.most], use, before.most, after.most)
        return
    for one, other in zip(olds, news, strict=False):
        yield from _compared(one, other, use, _loosely(new))


def _untyped(news: Sequence[PayloadView], use: Use, count: int, most: int) -> Iterator[Finding]:
    """Yield a parameter that is given plain data, because there are more parameters than before.

    The SDK looks at types only where there are as many arguments as parameters.
    """
    for view in news:
        known = next((t for t in view.types if t.form in _TYPED), None)
        if known is not None and len(view.types) == 1:
            message = (
                f"{use.what} was recorded with {count} of now {most} arguments, and the SDK reads "
                f"it without types then: `{view.name}` is plain data, and no `{known.shown}`"
            )
            yield use.finding(Verdict.INCOMPATIBLE, message, view, use.harm.all)
            return


def _compared(old: PayloadView, new: PayloadView, use: Use, is_loose: IsLoose) -> Iterator[Finding]:
    seen: set[str] = set()
    for difference in _differences(_Pair("", old.types, new.types, is_loose)):
        if difference.message not in seen:
            seen.add(difference.message)
            message = f"{difference.message} (in {use.what})"
            yield use.finding(difference.verdict, message, new, difference.harm(use))


def _differences(pair: _Pair) -> Iterator[_Difference]:
    pending = deque([pair])
    seen: set[tuple[str, str]] = set()
    for _ in range(_PARTS):
        if not pending:
            return
        pair = pending.popleft()
        if not pair.old or not pair.new:
            continue
        refused = [
            one for one in pair.old if not any(_reads(n, one, pair.is_loose) for n in pair.new)
        ]
        if refused:
            yield _type_change(pair, refused)
        elif len(pair.old) == len(pair.new) == 1:
            (one,), (other,) = pair.old, pair.new
            is_named = other.form is not ClassForm.EXTERNAL
            if not is_named or (one.name, other.name) not in seen:
                seen.add((one.name, other.name))
                yield from _inside(one, other)
                pending.extend(_parts(pair, one, other))


def _reads(new: PayloadType, old: PayloadType, is_loose: IsLoose) -> bool:
    """As ``reads``; what converter there is takes long to find out, and rarely counts."""
    return reads(new, old, is_loose=False) or (is_loose() and reads(new, old, is_loose=True))


def _type_change(pair: _Pair, refused: list[PayloadType]) -> _Difference:
    was, now, left = (" | ".join(t.shown for t in ts) for ts in (pair.old, pair.new, refused))
    what = f"`{pair.way}`" if pair.way else "it"
    message = f"{what} was `{was}`, is `{now}`"
    if len(refused) == len(pair.old):
        return _Difference(Verdict.INCOMPATIBLE, message)
    return _Difference(Verdict.DEPENDS, f"{message}, which `{left}` is not read into")


def _inside(one: PayloadType, other: PayloadType) -> Iterator[_Difference]:
    """Yield the differences of two classes themselves."""
    if one.form in RECORDS and other.form in RECORDS:
        known = {field.name for field in one.find_fields()}
        for field in other.find_fields() if known else ():
            if field.name not in known and field.find_need():
                yield _added(other, field)
    values = one.find_values(), other.find_values()
    if values[0] and values[1]:
        left = set(values[1].values())
        gone = [f"`{name}`" for name, value in values[0].items() if value not in left]
        if gone:
            verb = "are no values" if len(gone) > 1 else "is no value"
            message = f"{', '.join(gone)} {verb} of the enum `{other.shown}` any more"
            yield _Difference(Verdict.DEPENDS, message)


def _added(cls: PayloadType, field: PayloadField) -> _Difference:
    way = f"`{cls.shown}.{field.name}`"
    if cls.form is ClassForm.TYPED_DICT:
        message = f"{way} is a new key that old data lacks"
        return _Difference(Verdict.DEPENDS, message, is_asked_for=True)
    return _Difference(Verdict.INCOMPATIBLE, f"{way} is new and has no default value")


def _parts(pair: _Pair, one: PayloadType, other: PayloadType) -> Iterator[_Pair]:
    if one.form is ClassForm.EXTERNAL and other.form is ClassForm.EXTERNAL:
        if one.name == other.name:
            for before, after in zip(one.args, other.args, strict=False):
                yield _Pair(pair.way, before, after, pair.is_loose)
        return
    if one.form not in RECORDS or other.form not in RECORDS:
        return
    fields = {field.name: field for field in one.find_fields()}
    is_loose = (lambda: True) if other.form is ClassForm.MODEL else pair.is_loose
    for field in other.find_fields():
        known = fields.get(field.name)
        if known is not None and field.find_need() is not None:
            yield _Pair(f"{other.shown}.{field.name}", known.types, field.types, is_loose)
