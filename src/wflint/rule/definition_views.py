"""Views of a workflow, of one of its handlers, and of an activity."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from wflint.config.rule_settings import RuleSettings
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import ParamKind
from wflint.facts.signatures import Signature
from wflint.rule.command_view import CommandView
from wflint.rule.decorated_view import DecoratorView, below
from wflint.rule.payload_view import PayloadView
from wflint.rule.place import Place
from wflint.rule.state_views import DroppedState, StateView, WorkflowSize
from wflint.rule.views import Callee
from wflint.temporal.decorators import DEFN
from wflint.temporal.regions import Region

_QUOTES = re.compile(r"['\"]")


class ParamText(Struct, frozen=True):
    """A parameter as it is written.

    ``kind`` is ``positional``, ``positional-only``, ``keyword``, ``*`` or ``**``; ``annotation``
    and ``default`` are empty where there is none.
    """

    name: str
    kind: str
    annotation: str = ""
    default: str = ""

    @property
    def hint(self) -> str:
        """The annotation as ``typing.get_type_hints`` reads it, for which a text is code."""
        return _QUOTES.sub("", self.annotation)


def _but_name(param: ParamText) -> tuple[str, str, str]:
    return param.kind, param.annotation, param.default


class MethodText(Struct, frozen=True):
    """A method as it is written: its parameters, ``self`` included, and the annotation of what it
    returns.

    ``values`` are the expressions in its ``return`` statements that are surely not None;
    ``returns_something`` is set if there may be others. A stub has nothing in its body. ``ends`` is
    set if there is a way out of it but an error. ``calls`` are the names of what it calls in any
    case, in statements of their own.
    """

    params: tuple[ParamText, ...]
    returns: str
    values: tuple[str, ...] = ()
    returns_something: bool = False
    yields: bool = False
    is_stub: bool = False
    ends: bool = True
    calls: tuple[str, ...] = ()


class Interleaving(NamedTuple):
    """An attribute that a handler writes when it has waited since it read it.

    Or since it wrote ``other``, if that is not empty.
    """

    name: str
    other: str = ""


class HandlerView(Struct, frozen=True):
    """A method that the SDK calls: ``run``, or the handler of a message.

    ``name`` is what it is called by, or ``""`` if that is not known. ``unfinished_policy`` is the
    last word of what is given: ``ABANDON``, and ``?`` if that is not known. ``owner`` is the class
    that defines it. ``has_default_converter`` tells if nothing sets another data converter than the
    SDK's own.
    """

    kind: Region
    name: str
    function: Callee
    owner: str
    place: Place
    is_dynamic: bool = False
    unfinished_policy: str = ""
    find_text: Callable[[], MethodText | None] = lambda: None
    find_payloads: Callable[[], tuple[PayloadView, ...]] = tuple
    has_default_converter: Callable[[], bool] = lambda: True
    find_interleaving: Callable[[], Interleaving | None] = lambda: None
    decorators: tuple[DecoratorView, ...] = ()
    find_difference: Callable[[HandlerView, HandlerView], str] = lambda one, other: ""
    find_meaning: Callable[[str, str], str] = lambda annotation, path: ""
    find_use: Callable[[], bool] = lambda: False
    find_end: Callable[[], bool] = lambda: True
    find_presence: Callable[[], bool] = lambda: True

    @property
    def is_itself(self) -> bool:
        """True if the SDK calls the method itself, and not what a decorator has made of it."""
        return all(decorator.is_plain for decorator in self.decorators)

    @property
    def result_is_used(self) -> bool:
        """True if code of the workflow calls it, too, and does something with its result."""
        return self.find_use()

    @property
    def is_there(self) -> bool:
        """True if its class surely has it: no branch decides that, and nothing deletes it."""
        return self.find_presence()

    @property
    def may_return(self) -> bool:
        """True unless it surely ends with an error: by itself, or in what it calls."""
        return self.find_end()

    @property
    def interleaving(self) -> Interleaving | None:
        """Return an attribute that it leaves half changed while it waits, outside of any lock."""
        return self.find_interleaving()

    @property
    def payloads(self) -> tuple[PayloadView, ...]:
        """Return its parameters, without ``self``, and then its result."""
        return self.find_payloads()

    def difference(self, other: HandlerView) -> str:
        """Return how its parameters surely differ from those of another method, names excepted."""
        return self.find_difference(self, other)

    def has_params_of(self, other: HandlerView) -> bool:
        """True if its parameters are written as those of another method, names excepted."""
        texts = self.text, other.text
        own, others = ([_but_name(p) for p in text.params] if text else None for text in texts)
        return own is not None and own == others

    def meaning(self, annotation: str) -> str:
        """Return an annotation with full dotted names; ``""`` if they are not all known."""
        return self.find_meaning(annotation, self.place.fn.path)

    @property
    def text(self) -> MethodText | None:
        """Return what stands in its definition; ``None`` if that cannot be read."""
        return self.find_text()

    @property
    def method(self) -> str:
        """The name of the method."""
        return self.function.head.name.partition("@")[0]  # `add@validator`, beside `add`

    @property
    def validates(self) -> str:
        """The name of the method that it is the validator of, or ``""``."""
        decorators = self.function.head.decorators
        return next((d.target.name for d in decorators if d.written == "validator"), "")

    @property
    def signature(self) -> Signature:
        """Return its parameters without ``self``."""
        return self.function.signature


class EarlyRead(NamedTuple):
    """A place where a handler, or what it calls, reads an attribute that may not be there yet.

    Nothing but the run method sets it first, and the message may come before that. ``receiver`` is
    the name that the workflow's object has there, mostly ``self``.
    """

    name: str
    receiver: str
    handler: HandlerView
    place: Place


class LostHandler(NamedTuple):
    """A handler of a base class whose override, at ``place``, is none of its kind and name."""

    base: HandlerView
    place: Place


class WorkflowView(Struct, frozen=True, dict=True):
    """A workflow.

    ``name`` is the name of its type, or ``""`` if that is not known. ``bases`` are the classes of
    the project that it inherits from, ``external_bases`` the dotted names of others.
    ``failure_exception_types`` are dotted names, ``None`` if these are not known. ``is_versioned``
    is set if it says how it moves between versions of Workers, and ``None`` if that is not known;
    ``versioning`` is the last word of what its decorator says: ``PINNED``.
    ``decorators`` are those of the class, ``runs`` all methods that are marked as run methods,
    ``constructor`` is its ``__init__``; methods of bases are among them unless they are overridden.
    """

    cls: Cls
    name: str
    place: Place
    bases: tuple[Cls, ...]
    external_bases: tuple[str, ...]
    run: HandlerView | None
    init: Callee | None
    handlers: tuple[HandlerView, ...]
    is_dynamic: bool
    sandboxed: bool
    failure_exception_types: tuple[str, ...] | None
    find_state: Callable[[], tuple[StateView, ...]]
    find_early_reads: Callable[[WorkflowView], tuple[EarlyRead, ...]] = lambda _: ()
    find_lost: Callable[[WorkflowView], tuple[LostHandler, ...]] = lambda _: ()
    find_dropped: Callable[[WorkflowView], tuple[DroppedState, ...]] = lambda _: ()
    find_unfinished: Callable[[WorkflowView], tuple[HandlerView, ...]] = lambda _: ()
    find_message_state: Callable[[WorkflowView], Callable[[str], bool]] = lambda _: lambda _: False
    is_versioned: bool | None = None
    find_size: Callable[[WorkflowView], WorkflowSize] = lambda _: WorkflowSize()
    settings: RuleSettings = RuleSettings()
    decorators: tuple[DecoratorView, ...] = ()
    runs: tuple[HandlerView, ...] = ()
    constructor: HandlerView | None = None
    dynamic_configs: tuple[HandlerView, ...] = ()
    find_seen_whole: Callable[[], bool] = bool
    find_plain: Callable[[], bool] = bool
    find_base_workflow: Callable[[], str] = str
    is_made: bool = True
    is_abstract: bool = False
    versioning: str = ""

    @property
    def is_unmade(self) -> bool:
        """True if surely nothing makes the class a workflow."""
        is_bare = all(decorator.is_plain for decorator in self.decorators)
        return not self.is_made and is_bare and self.is_made_plainly

    @cached_property
    def is_made_plainly(self) -> bool:
        """True if neither a metaclass nor a base does anything when the class, or an object of it,
        is made, but for what stands in ``__init__``.
        """
        return self.find_plain()

    @cached_property
    def base_workflow(self) -> str:
        """Return the name of the nearest base that ``workflow.defn`` stands on, or ``""``."""
        return self.find_base_workflow()

    @property
    def is_given_to_sdk(self) -> bool:
        """True if ``workflow.defn`` itself stands on the class, and is given nothing else."""
        before = below(self.decorators, DEFN)
        return before is not None and all(decorator.is_plain for decorator in before)

    @cached_property
    def is_seen_whole(self) -> bool:
        """True if ``workflow.defn`` sees no other methods than wflint: all bases are known, and
        nothing in them can add, remove or replace a method.
        """
        return self.is_given_to_sdk and self.find_seen_whole()

    def defines(self, method: HandlerView) -> bool:
        """True if a method stands in the class itself."""
        return (method.place.fn.path, method.owner) == self.cls

    @cached_property
    def updates(self) -> dict[tuple[str, str], HandlerView]:
        """Its update handlers by class and method name; the first where several share these."""
        found = (h for h in reversed(self.handlers) if h.kind is Region.UPDATE)
        return {(handler.owner, handler.method): handler for handler in found}

    @property
    def shown(self) -> str:
        """Return how people know it."""
        return Fn(*self.cls).shown

    @property
    def size(self) -> WorkflowSize:
        """Return how much there is in its methods, and in those that it inherits."""
        return self.find_size(self)

    @cached_property
    def state(self) -> tuple[StateView, ...]:
        """Return its attributes in the order of their names."""
        return self.find_state()

    def is_set_by_messages(self, name: str) -> bool:
        """True if only handlers of signals and updates change an attribute when `run` has begun.

        That may be one of an object that another attribute holds: ``state.closed``. False if that
        is not known.
        """
        return self._message_state(name)

    @cached_property
    def _message_state(self) -> Callable[[str], bool]:
        return self.find_message_state(self)

    @cached_property
    def early_reads(self) -> tuple[EarlyRead, ...]:
        """Return what handlers read before the run method has surely set it."""
        return self.find_early_reads(self)

    @cached_property
    def lost_handlers(self) -> tuple[LostHandler, ...]:
        """Return the handlers of bases that are overridden by what is no such handler."""
        return self.find_lost(self)

    @cached_property
    def dropped(self) -> tuple[DroppedState, ...]:
        """Return what messages have changed and the next run is not given."""
        return self.find_dropped(self)

    @cached_property
    def unfinished(self) -> tuple[HandlerView, ...]:
        """Return the handlers that may be at work when the run method ends without them."""
        return self.find_unfinished(self)


class Beats(enum.Enum):
    """What is known of the heartbeats of an activity."""

    NEVER = "never"
    SENT = "sent"
    UNKNOWN = "unknown"


class ActivityView(Struct, frozen=True):
    """An activity: a function, a method, or a class whose objects are called.

    ``name`` is what it is called by, or ``""`` if that is not known. ``find_beats`` tells of its
    heartbeats, and of those that anything sends which it calls or starts. ``find_calls`` gives the
    commands of workflows that call it, as far as they are known. ``has_default_converter`` is as in
    :class:`HandlerView`.
    """

    name: str
    function: Callee
    place: Place
    is_dynamic: bool = False
    find_beats: Callable[[], Beats] = lambda: Beats.UNKNOWN
    find_calls: Callable[[], tuple[CommandView, ...]] = tuple
    find_beats_in_loop: Callable[[], bool] = bool
    find_payloads: Callable[[], tuple[PayloadView, ...]] = tuple
    has_default_converter: Callable[[], bool] = lambda: True

    @property
    def payloads(self) -> tuple[PayloadView, ...]:
        """Return its parameters, without ``self``, and then its result."""
        return self.find_payloads()

    @property
    def exchanged(self) -> tuple[PayloadView, ...]:
        """Return its payloads without the parameters that no call is known to give anything.

        They have defaults, and are there for tests, or for other code that calls the function.
        """
        given = [call.payload for call in self.calls]
        if None in given:
            return self.payloads
        most = max((len(sent) for sent in given if sent is not None), default=0)
        plain = [p for p in self.signature.params if p.kind is ParamKind.POSITIONAL]
        left_out = {p.name for p in plain[most:] if p.has_default}
        return tuple(one for one in self.payloads if one.name not in left_out)

    @property
    def beats_in_loop(self) -> bool:
        """True if it surely sends heartbeats in a loop, and not only at certain points."""
        return self.find_beats_in_loop()

    @property
    def beats(self) -> Beats:
        """Return what is known of its heartbeats."""
        return self.find_beats()

    @property
    def calls(self) -> tuple[CommandView, ...]:
        """Return the commands that call it, in the order in which workflow code is reached."""
        return self.find_calls()

    @property
    def shown(self) -> str:
        """Return how people know it."""
        return self.place.fn.shown

    @property
    def is_async(self) -> bool:
        """True if it runs in the event loop of the Worker."""
        return self.function.is_async

    @property
    def signature(self) -> Signature:
        """Return its parameters without ``self``."""
        return self.function.signature
