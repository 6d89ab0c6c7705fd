"""The interface of rules: all that a rule may ask. A rule imports nothing else of wflint.

:mod:`~wflint.rule.base` says what a rule is. What it is shown has a view each, such as
:mod:`~wflint.rule.call_view`; :mod:`~wflint.rule.fix_view` is what it is shown to propose a fix.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from wflint.config.rule_settings import RuleSettings
from wflint.dataflow.order.filled import RUNNING
from wflint.dataflow.order.known import ORDERED_CHANGES, UNORDERED_CHANGES
from wflint.dataflow.order.nones import may_hold_none
from wflint.diagnostics import Severity
from wflint.facts.ids import PROPERTIES
from wflint.facts.model import (
    Arg,
    Decorator,
    Exit,
    Flag,
    FunctionHead,
    Handler,
    Kind,
    ParamKind,
    Ref,
    Value,
    ValueType,
)
from wflint.facts.questions import NEEDS_ACTIVITY
from wflint.facts.types import instance
from wflint.rule.api_table import ApiTable, rule_entries
from wflint.rule.base import Api, ApiKind, Fixable, Property, Report, Rule, Scope
from wflint.rule.call_view import COROUTINE, CallView
from wflint.rule.called import calls_of, last_words
from wflint.rule.command_view import (
    CommandView,
    Form,
    Message,
    Misfit,
    MisfitKind,
    Payload,
    Target,
    is_refused,
)
from wflint.rule.decorated_view import DecoratedView, DecoratorView, below
from wflint.rule.definition_views import (
    ActivityView,
    Beats,
    EarlyRead,
    HandlerView,
    LostHandler,
    MethodText,
    ParamText,
    WorkflowView,
)
from wflint.rule.finding_view import ActivityWork, Constant, FindingView
from wflint.rule.fix import NoFix, Repair, TextEdit, Withheld
from wflint.rule.fix_view import FixView
from wflint.rule.import_view import ImportView
from wflint.rule.loading_view import ForeignModule, LateLoad, LoadedImport, LoadingView
from wflint.rule.payload_view import ClassForm, PayloadPart, PayloadType, PayloadView
from wflint.rule.place import Place
from wflint.rule.project_view import CommandAt, Patch, PlacedReport, ProjectView
from wflint.rule.raise_view import ErrorView, RaiseView
from wflint.rule.state_views import Access, StateView
from wflint.rule.try_view import TryView
from wflint.rule.views import Callee, EffectAt, LateImport, MutationView, TypeView, elements_of
from wflint.rule.worker_view import (
    ElementForm,
    Listed,
    ListElement,
    OptionView,
    RunnerKind,
    WorkerView,
)
from wflint.rule.written import Written
from wflint.syntax.cst import cst
from wflint.syntax.words import dotted_name, last_word
from wflint.temporal.api import CallKind, Gives, names_giving, names_of, names_that, sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.options import newest_sdk, option_tables
from wflint.temporal.unloadable import is_light, why_unloadable
from wflint.wording import NOT_IMPORTED, listed, on_one_line, shortened

if TYPE_CHECKING:
    from wflint.dataflow.def_use import Tree, tree_of
    from wflint.dataflow.order.commands import is_command
    from wflint.dataflow.order.nones import names_behind
    from wflint.dataflow.order.places import places, places_of
    from wflint.dataflow.order.steps import Sink
    from wflint.facts.context import Context
    from wflint.facts.guards import always_leaves
    from wflint.facts.scopes import Bound
    from wflint.files.source import Source
    from wflint.syntax.walk import children, walk

_WITH_LIBCST = {
    "Sink": "wflint.dataflow.order.steps",
    "Tree": "wflint.dataflow.def_use",
    "is_command": "wflint.dataflow.order.commands",
    "names_behind": "wflint.dataflow.order.nones",
    "places": "wflint.dataflow.order.places",
    "places_of": "wflint.dataflow.order.places",
    "tree_of": "wflint.dataflow.def_use",
    "Bound": "wflint.facts.scopes",
    "Context": "wflint.facts.context",
    "Source": "wflint.files.source",
    "always_leaves": "wflint.facts.guards",
    "children": "wflint.syntax.walk",
    "walk": "wflint.syntax.walk",
}
"""Names that are imported only when asked for: explaining a rule must not wait for LibCST."""


def __getattr__(name: str) -> object:
    if name not in _WITH_LIBCST:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_WITH_LIBCST[name]), name)
    globals()[name] = value  # so that it is asked for once: visitors import it each time
    return value


__all__ = [
    "COROUTINE",
    "NEEDS_ACTIVITY",
    "NOT_IMPORTED",
    "ORDERED_CHANGES",
    "PROPERTIES",
    "RUNNING",
    "UNORDERED_CHANGES",
    "Access",
    "ActivityView",
    "ActivityWork",
    "Api",
    "ApiKind",
    "ApiTable",
    "Arg",
    "Beats",
    "Bound",
    "CallKind",
    "CallView",
    "Callee",
    "ClassForm",
    "CommandAt",
    "CommandView",
    "Constant",
    "Context",
    "DecoratedView",
    "Decorator",
    "DecoratorView",
    "EarlyRead",
    "Effect",
    "EffectAt",
    "ElementForm",
    "ErrorView",
    "Exit",
    "FindingView",
    "FixView",
    "Fixable",
    "Flag",
    "ForeignModule",
    "Form",
    "FunctionHead",
    "Gives",
    "Handler",
    "HandlerView",
    "ImportView",
    "Kind",
    "LateImport",
    "LateLoad",
    "ListElement",
    "Listed",
    "LoadedImport",
    "LoadingView",
    "LostHandler",
    "Message",
    "MethodText",
    "Misfit",
    "MisfitKind",
    "MutationView",
    "NoFix",
    "OptionView",
    "ParamKind",
    "ParamText",
    "Patch",
    "Payload",
    "PayloadPart",
    "PayloadType",
    "PayloadView",
    "Place",
    "PlacedReport",
    "ProjectView",
    "Property",
    "RaiseView",
    "Ref",
    "Repair",
    "Report",
    "Rule",
    "RuleSettings",
    "RunnerKind",
    "Scope",
    "Severity",
    "Sink",
    "Source",
    "StateView",
    "Target",
    "TextEdit",
    "Tree",
    "TryView",
    "TypeView",
    "Value",
    "ValueType",
    "Withheld",
    "WorkerView",
    "WorkflowView",
    "Written",
    "always_leaves",
    "below",
    "calls_of",
    "children",
    "cst",
    "dotted_name",
    "elements_of",
    "instance",
    "is_command",
    "is_light",
    "is_refused",
    "last_word",
    "last_words",
    "listed",
    "may_hold_none",
    "names_behind",
    "names_giving",
    "names_of",
    "names_that",
    "newest_sdk",
    "on_one_line",
    "option_tables",
    "places",
    "places_of",
    "rule_entries",
    "sdk_calls",
    "shortened",
    "tree_of",
    "walk",
    "why_unloadable",
]
