"""Loggers: a type says little of one, an adapter logs as what it is put around."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Kind, Ref
from wflint.inference.arguments import Given
from wflint.inference.builtin_types import ADAPTER
from wflint.inference.values import AbstractValue, Env, ExternalValue, held

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver

WIDE_LOGGERS = frozenset({"logging.Logger", ADAPTER})
"""Types that `workflow.logger` and other replay-aware loggers are declared as, too."""

_LOGS = frozenset(
    {
        "__init__",
        "critical",
        "debug",
        "error",
        "exception",
        "info",
        "isEnabledFor",
        "log",
        "warn",
        "warning",
    }
)
"""Methods of an adapter that may keep from its logger what it is told."""


def is_wide_logger(entity: AbstractValue) -> bool:
    """True for a logger of which only its type is known, which says little."""
    return isinstance(entity, ExternalValue) and entity.instance and entity.name in WIDE_LOGGERS


def is_only_declared(ref: Ref, path: str, env: Env) -> bool:
    """True if nothing but an annotation says what something is."""
    if ref.kind is Kind.PARAM:
        return not ref.path and held(env, Fn(path, ref.owner), ref.name) is None
    return ref.kind is Kind.INSTANCE and not ref.path


def adapted(resolver: Resolver, cls: Cls, given: Given) -> tuple[AbstractValue, ...]:
    """The logger that an adapter of the project is given, if it hands on what it is told."""
    order, externals = resolver.order(cls)
    if externals != (ADAPTER,) or not given:
        return ()
    facts = [resolver.facts_of(base) for base in order]
    if any(f is None or not _LOGS.isdisjoint(f.methods) for f in facts):
        return ()
    return tuple(e for e in given[0][1] if isinstance(e, ExternalValue))
