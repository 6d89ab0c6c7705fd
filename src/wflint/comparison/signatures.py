"""Compares the parameters of definitions: which recorded arguments do not fit any more."""

from __future__ import annotations

from typing import NamedTuple

from wflint.comparison.finding import Verdict
from wflint.facts.model import ParamKind
from wflint.facts.signatures import Signature

_MANY = 1_000


class Takes(NamedTuple):
    """The least and the most arguments that a function can be sent."""

    least: int
    most: int

    @classmethod
    def of(cls, signature: Signature) -> Takes:
        """Return what a signature takes by position."""
        plain = [p for p in signature.params if p.kind is ParamKind.POSITIONAL]
        more = any(p.kind is ParamKind.VAR_POSITIONAL for p in signature.params)
        return cls(sum(not p.has_default for p in plain), _MANY if more else len(plain))


class Misfit(NamedTuple):
    """A fault of new parameters: ``what`` is the end of a sentence about them.

    ``which`` says how many arguments do not fit, where others do, and ``moved`` for which
    parameter one that fits is taken.
    """

    verdict: Verdict
    what: str
    which: str = ""
    moved: str = ""

    @property
    def aside(self) -> str:
        """What else there is to say, behind the end of a sentence; ``""`` if nothing."""
        return f"; of what fits, {self.moved}" if self.moved else ""


def misfit(old: Signature, new: Signature) -> Misfit | None:
    """Return how the arguments that old code was given do not fit new parameters."""
    before, after = Takes.of(old), Takes.of(new)
    if before.most >= _MANY:  # whatever was sent, it is not known how much
        return None
    if after.least > before.least:
        what = f"must be given {_named(old, new)} now"
        which = f"with fewer than {_counted(after.least)}"
        is_sure = after.least > before.most
    elif after.most < before.most:
        what = f"does not take {_named(new, old)} any more"
        which = f"with more than {_counted(after.most)}" if after.most else "with arguments"
        is_sure = after.most < before.least
    else:
        return None
    if is_sure:
        return Misfit(Verdict.INCOMPATIBLE, what)
    return Misfit(Verdict.DEPENDS, what, which, _moved(old, new))


def _counted(number: int) -> str:
    return f"{number} {'argument' if number == 1 else 'arguments'}"


def _moved(old: Signature, new: Signature) -> str:
    """Say for which parameter an argument is taken that was given for another one, or ``""``."""
    before, after = (
        [p.name for p in s.params if p.kind is ParamKind.POSITIONAL] for s in (old, new)
    )
    for was, now in zip(before, after, strict=False):
        if was != now and (was in after or now in before):
            return f"what was recorded for `{was}` is taken for `{now}`"
    return ""


def _named(one: Signature, other: Signature) -> str:
    """Return the parameters that only the other signature has, or that it must be given."""
    known = {p.name: p.has_default for p in one.params}
    plain = [p for p in other.params if p.kind is ParamKind.POSITIONAL]
    fresh = [p.name for p in plain if p.name not in known]
    fresh = fresh or [p.name for p in plain if known.get(p.name) and not p.has_default]
    if not fresh:
        return _counted(len(plain))
    return " and ".join(f"`{name}`" for name in fresh)
