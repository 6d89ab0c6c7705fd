"""Facts: what one module says, as plain data.

No tree node is kept. A *site* names a node of a piece of code by its number in the walk of that
piece (:mod:`wflint.syntax.walk`); its position is computed only when a diagnostic needs it
(:mod:`wflint.syntax.positions`). Everything here can be encoded by msgspec, and
nothing is part of a circle, so that the garbage collector need not know of it.
"""

from __future__ import annotations

from wflint.facts.model.bodies import Exit, FunctionBody, Handler, Mutation, Put, Raise, Try
from wflint.facts.model.calls import Arg, Call, Decorator, Finding, Operation, Use
from wflint.facts.model.conditions import (
    FALSE,
    NONE,
    OPEN,
    TRUE,
    Asked,
    Condition,
    Term,
    TermKind,
    Test,
)
from wflint.facts.model.definitions import ClassFacts, FunctionHead, Param, ParamKind
from wflint.facts.model.modules import Binding, BindingKind, ImportFact, ModuleFacts
from wflint.facts.model.references import (
    AFTER_INIT,
    NOTHING,
    SLICE,
    SQLITE,
    SQLITE_URL,
    UNKNOWN,
    Kind,
    Ref,
    Site,
)
from wflint.facts.model.values import SPREAD, Flag, Value, ValueType, value_type

__all__ = [
    "AFTER_INIT",
    "FALSE",
    "NONE",
    "NOTHING",
    "OPEN",
    "SLICE",
    "SPREAD",
    "SQLITE",
    "SQLITE_URL",
    "TRUE",
    "UNKNOWN",
    "Arg",
    "Asked",
    "Binding",
    "BindingKind",
    "Call",
    "ClassFacts",
    "Condition",
    "Decorator",
    "Exit",
    "Finding",
    "Flag",
    "FunctionBody",
    "FunctionHead",
    "Handler",
    "ImportFact",
    "Kind",
    "ModuleFacts",
    "Mutation",
    "Operation",
    "Param",
    "ParamKind",
    "Put",
    "Raise",
    "Ref",
    "Site",
    "Term",
    "TermKind",
    "Test",
    "Try",
    "Use",
    "Value",
    "ValueType",
    "value_type",
]
