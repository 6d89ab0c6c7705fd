"""The base class of all rules.

A rule is a class in a file of its own under ``rules/``. Its module's docstring is its
documentation, its class attributes are its identity, and its ``scope`` says which code it is about:
one or several of the regions of :mod:`wflint.temporal.regions`. It looks at that code in one or
more of these ways:

* ``apis`` (and TOML ``tables`` beside the file): names that are wrong to call or to use. The engine
  matches them, the most specific name wins, and each name belongs to one rule.
  :meth:`Rule.judge` may refine or drop a match.
* ``properties``: names of any rule's table that have one of these properties. So a name may be one
  fault in a workflow and another one in an activity. :meth:`Rule.judge` is asked of them with a
  plain ``Api``, and ``view.properties`` has what is known of the name.
* ``targets`` and :meth:`Rule.check_call`: every call of one of these names, with its arguments.
* ``commands`` and :meth:`Rule.check_command`: every call of the SDK that is about one of these
  kinds of commands, with its target, payload and options.
* :meth:`Rule.check_try`: every ``try`` statement, with what it protects and catches.
* :meth:`Rule.check_raise`: every ``raise`` of something new, with what is known of its class.
* :meth:`Rule.check_own_call` (with ``own_calls = True``): every call that resolves to a function
  of the project.
* :meth:`Rule.check_mutation` (with ``mutations = True``): every place that changes the state of the
  workflow.
* :meth:`Rule.judge_import` (for rules of scope ``IMPORT`` alone): every call or use of a name of
  ``at_import``, or of one that is wrong in workflow code, when a module is imported.
* :meth:`Rule.check_workflow`, :meth:`Rule.check_handler`, :meth:`Rule.check_activity`,
  :meth:`Rule.check_decorated` and :meth:`Rule.check_worker`: every definition and every Worker in
  the files to report on, once.
  :meth:`Rule.check_project`: all of a program at once, with its commands and patches.
* :meth:`Rule.check_loading`: the imports with which the sandbox begins to load a workflow.
* ``visit_<Node>(self, node, ctx)`` methods in LibCST's own style: every node of that type in the
  body of a function that wflint reads.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from wflint.config.rule_settings import RuleSettings
from wflint.diagnostics import Severity
from wflint.temporal.api import CallKind
from wflint.temporal.regions import Region as Scope

if TYPE_CHECKING:
    from wflint.rule.call_view import CallView
    from wflint.rule.command_view import CommandView
    from wflint.rule.decorated_view import DecoratedView
    from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
    from wflint.rule.finding_view import FindingView
    from wflint.rule.fix import Repair
    from wflint.rule.fix_view import FixView
    from wflint.rule.import_view import ImportView
    from wflint.rule.loading_view import LoadingView
    from wflint.rule.project_view import PlacedReport, ProjectView
    from wflint.rule.raise_view import ErrorView, RaiseView
    from wflint.rule.try_view import TryView
    from wflint.rule.views import MutationView
    from wflint.rule.worker_view import WorkerView

__all__ = ["Api", "Fixable", "Property", "Report", "Rule", "RuleSettings", "Scope", "Severity"]


_FILLED = re.compile(r"\{name\}|\{use\}")
"""Fields of messages of the settings: no widths, and other braces stay what they are."""


class Fixable(str, enum.Enum):
    """The kind of fix that the rule can have at best."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


class ApiKind(str, enum.Enum):
    """The places that count for a name."""

    __hash__ = str.__hash__

    CALL = "call"  # only calls of it
    USE = "use"  # reading it, writing it, or calling a method of it
    ANY = "any"


class Property(str, enum.Enum):
    """A property of calling a name, for all rules that care, whichever has it in its table."""

    BLOCKS = "blocks"  # keeps the calling thread, and its event loop, until something has happened
    CLOCK = "clock"
    ENVIRONMENT = "environment"
    FILES = "files"
    HOST = "host"
    NETWORK = "network"
    PROCESS = "process"
    RANDOM = "random"
    THREADS = "threads"


class Api(Struct, frozen=True):
    """One name that is wrong, and what to use instead.

    ``use`` is the replacement as the user would write it. ``message`` replaces the rule's own
    message template; both may use ``{name}`` (as written, with ``()`` for a call) and ``{use}``.
    A fix writes ``use`` in the place of the call and keeps its arguments, unless
    ``drops_arguments`` says otherwise. What ``blocks`` has that property beside those of the rule.
    """

    use: str = ""
    fix: Fixable = Fixable.NONE
    message: str = ""
    severity: Severity | None = None
    kind: ApiKind = ApiKind.CALL
    drops_arguments: bool = False
    blocks: bool = False


class Report(Struct, frozen=True):
    """A rule's report on one place.

    ``site`` is the place if it is not the call itself. ``api`` is what is said of the name that is
    used there; it tells :meth:`Rule.repair` what to write instead. Of a rule that speaks once per
    function, those reports are one that have the same ``group``, which is else the object that the
    name is a part of. ``error`` is what a ``raise`` raises, if the report is about where that ends.
    ``scope`` is the part of the rule's scope that the message is about, where it is not all: the
    chain that is shown begins there.
    """

    message: str
    severity: Severity | None = None
    site: int | None = None
    api: Api | None = None
    group: str = ""
    error: ErrorView | None = None
    scope: Scope | None = None


class Rule:
    """Base class of all rules; see the module's docstring."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    scope: ClassVar[Scope] = Scope.WORKFLOW
    fix: ClassVar[Fixable] = Fixable.NONE
    since: ClassVar[str] = "0.1"
    command: ClassVar[str] = "check"  # the command that reports it
    message: ClassVar[str] = "`{name}` is not deterministic; use `{use}`"
    apis: ClassVar[Mapping[str, Api]] = {}
    tables: ClassVar[tuple[str, ...]] = ()
    names_are: ClassVar[frozenset[Property]] = frozenset()  # all those in `apis` and `tables`
    properties: ClassVar[frozenset[Property]] = frozenset()
    at_import: ClassVar[Mapping[str, Api]] = {}
    targets: ClassVar[frozenset[str]] = frozenset()
    commands: ClassVar[frozenset[CallKind]] = frozenset()
    own_calls: ClassVar[bool] = False
    mutations: ClassVar[bool] = False
    harmless_unless_replaying: ClassVar[bool] = False  # silent under `if not is_replaying()`
    differs_on_replay: ClassVar[bool] = False  # harmless in what only queries and validators run
    value_decides: ClassVar[bool] = False  # an error is a warning where it is a mere input
    once_per_function: ClassVar[bool] = False  # one diagnostic for each group and function
    default_factories_of: ClassVar[frozenset[str]] = frozenset()  # see `judge_factory`
    words: ClassVar[tuple[str, ...]] = ()  # visitors are asked only where the file has one of them
    asks_about: ClassVar[Scope] = Scope(0)  # regions that it must know besides those of its scope
    needles: ClassVar[tuple[str, ...]] = ()  # scope ANY: regular expressions, see `suspicious`
    called: ClassVar[frozenset[str]] = frozenset()  # a text is `suspicious` only if it calls one
    only_refused: ClassVar[bool] = False  # silent of commands whose target takes what is sent
    on_import: ClassVar[str] = ""  # a package one of whose names must be used, see `used_names`

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Decide on a match of ``apis``; ``None`` drops it. By default every match counts."""
        return self.reported(view, api)

    def judge_factory(self, view: CallView, rule: Rule) -> Report | None:
        """Decide on a function that makes the default value of a field of an object made here.

        Asked for functions that ``rule`` speaks of, if its code is in ``default_factories_of``.
        """
        return Report(self.describe(view.shown, Api()))

    def reported(self, view: CallView, api: Api) -> Report:
        """Return the report on a match: its message, its severity, and what to use instead."""
        return Report(self.describe(view.shown, api), api.severity, api=api)

    def repair(self, at: FixView) -> Repair | None:
        """Return a repair of what was found; ``None`` where the code has another form.

        By default a name of the table gives way to what is to be used instead, if the table has a
        fix for it. Raises :class:`wflint.rule.fix.Withheld` where a fix would do harm.
        """
        return at.use(at.api) if at.api is not None else None

    def describe(self, shown: str, api: Api) -> str:
        """The message of a match: ``shown`` is the offending name as the source has it."""
        if not api.message:
            return self.message.format(name=shown, use=api.use)
        filled = {"{name}": shown, "{use}": api.use}
        return _FILLED.sub(lambda found: filled[found[0]], api.message)

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """For rules of scope ANY: whether a text may hold something to report.

        Asked of whole files that name ``temporalio`` and of single functions in them, so that files
        without anything to report are never parsed. By default: whether one of ``needles`` matches.
        Rules that have none take all texts in which something seems to be ``called``.
        """
        if not cls.needles:
            return bool(cls.called)
        return any(re.search(needle, source) for needle in cls.needles)

    @classmethod
    def used_names(cls, source: str) -> Iterable[str]:
        """For rules with ``on_import``: the names that a text uses in the way that they are about.

        A text without any that is imported from the package is not ``suspicious``.
        """
        return ()

    def confirm(self, view: FindingView) -> Report | None:
        """Decide on a finding of a visitor, when all modules are known; ``None`` drops it."""
        return Report(view.message, view.severity)

    def judge_import(self, view: ImportView) -> Report | None:
        """Decide on something that happens when a module is imported; ``None`` drops it."""
        return None

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Look at a call of one of ``targets``."""
        return ()

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Look at a call of the SDK that is about one of the kinds of ``commands``."""
        return ()

    def check_mutation(self, at: MutationView) -> Iterable[Report]:
        """Look at a place that changes the state of the workflow."""
        return ()

    def check_try(self, at: TryView) -> Iterable[Report]:
        """Look at a ``try`` statement; a report stands at the statement or at a site in it."""
        return ()

    def check_raise(self, at: RaiseView) -> Iterable[Report]:
        """Look at a ``raise`` statement that does not raise again what it has caught."""
        return ()

    def check_own_call(self, view: CallView) -> Iterable[Report]:
        """Look at a call that resolves to a function of the project."""
        return ()

    def check_loading(self, view: LoadingView) -> Iterable[PlacedReport]:
        """Look at the imports of a file that the sandbox loads first for a workflow."""
        return ()

    def check_workflow(self, workflow: WorkflowView) -> Iterable[Report | PlacedReport]:
        """Look at a workflow; what is reported is reported at its class, or at the place given."""
        return ()

    def check_handler(
        self, handler: HandlerView, workflow: WorkflowView
    ) -> Iterable[Report | PlacedReport]:
        """Look at the run method or a handler of a workflow; reported at the method, or at a place.

        A method that several workflows inherit is looked at for each of them.
        """
        return ()

    def check_activity(self, activity: ActivityView) -> Iterable[Report | PlacedReport]:
        """Look at an activity; reported at its definition, or at the place given."""
        return ()

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Look at a class or function that a decorator of the SDK stands on; reported there.

        Each definition is looked at once, also where no workflow has it.
        """
        return ()

    def check_worker(self, worker: WorkerView) -> Iterable[Report | PlacedReport]:
        """Look at a Worker; reported at the call that makes it, or at a place that is given."""
        return ()

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Look at the whole program, and say at which of its places something is wrong."""
        return ()
