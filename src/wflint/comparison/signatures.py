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
    """What is wrong with new parameters: ``what`` is the end of a sentence about them."""

    verdict: Verdict
    what: str


def misfit(old: Signature, new: Signature) -> Misfit | None:
    """Return how the arguments that old code was given do not fit new parameters."""
    before, after = Takes.of(old), Takes.of(new)
    if before.most >= _MANY:  # whatever was sent, it is not known how much
        return None
    if after.least > before.least:
        sure = after.least > before.most
        verdict = Verdict.INCOMPATIBLE if sure else Verdict.DEPENDS
        return Misfit(verdict, f"must be given {_named(old, new)} now")
    if after.most < before.most:
        sure = after.most < before.least
        verdict = Verdict.INCOMPATIBLE if sure else Verdict.DEPENDS
        return Misfit(verdict, f"does not take {_named(new, old)} any more")
    return None


def _named(one: Signature, other: Signature) -> str:
    """Return the parameters that only the other signature has, or that it must be given."""
    known = {p.name: p.has_default for p in one.params}
    plain = [p for p in other.params if p.kind is ParamKind.POSITIONAL]
    fresh = [p.name for p in plain if p.name not in known]
    fresh = fresh or [p.name for p in plain if known.get(p.name) and not p.has_default]
    if not fresh:
        return f"{len(plain)} {'argument' if len(plain) == 1 else 'arguments'}"
    return " and ".join(f"`{name}`" for name in fresh)
