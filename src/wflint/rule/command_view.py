"""The view of one command of a workflow, or of one request of a client."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from msgspec import Struct

from wflint.facts.ids import Cls
from wflint.facts.model import Arg, ParamKind, Value, ValueType
from wflint.facts.signatures import Signature
from wflint.rule.call_view import CallView
from wflint.rule.views import Callee
from wflint.temporal.api import CallKind, SdkCall

_DISPLAYS = (ValueType.LIST, ValueType.TUPLE)


class Form(enum.Enum):
    """The ways in which a call can say what it starts or addresses."""

    BOUND = "bound"  # a method of an object
    CLASS = "class"
    FUNCTION = "function"
    METHOD = "method"  # one of a class
    NAME = "name"  # a text, or nothing at all: the own workflow
    OBJECT = "object"


class Target(Struct, frozen=True):
    """The definition of the project that a command starts or addresses.

    ``shown`` is how people know it: ``charge``, ``OrderWorkflow``, ``OrderWorkflow.cancel``.
    ``signature`` has the parameters that the payload is given to, without ``self``. ``workflow`` is
    the class of a workflow that is started, ``form`` how the call says what it means.
    """

    shown: str
    callee: Callee
    signature: Signature
    workflow: Cls | None = None
    form: Form = Form.NAME

    @property
    def takes(self) -> str:
        """The number of arguments that the parameters ask for, with their names."""
        params = self.signature.params
        plain = [p for p in params if p.kind is ParamKind.POSITIONAL]
        least = sum(not p.has_default for p in plain)
        more = any(p.kind is ParamKind.VAR_POSITIONAL for p in params)
        named = [p.name for p in params if p.kind is ParamKind.KEYWORD and not p.has_default]
        if named:
            return f"`{named[0]}` by keyword only, which nothing can be sent to"
        if not plain and not more:
            return "no arguments"
        count = f"at least {least}" if more else f"{least} to {len(plain)}"
        count = str(least) if not more and least == len(plain) else count
        noun = "argument" if count == "1" else "arguments"
        return f"{count} {noun} ({', '.join(p.name for p in plain)})"


Payload = tuple[Value | None, ...]
"""Values that are sent; ``None`` for each that is not known."""


def is_refused(targets: Sequence[Target], payload: Payload | None) -> bool:
    """True if a payload surely fits none of the definitions that may get it."""
    if payload is None or not targets:
        return False
    return not any(target.signature.accepts(len(payload)) for target in targets)


class MisfitKind(enum.Enum):
    """The kinds of what can stand in the place of an activity."""

    CLASS = "class"  # one without the decorator, or an object of one
    DYNAMIC = "dynamic"  # a dynamic activity, which has no name
    FUNCTION = "function"  # one without the decorator
    LAMBDA = "lambda"
    PARTIAL = "partial"  # `functools.partial`
    RESULT = "result"  # what calling an activity gives


class Misfit(Struct, frozen=True):
    """Something that is given in place of an activity and surely is none.

    ``shown`` is the function or class. ``is_coroutine`` is set for the result of an ``async def``
    that nobody awaits.
    """

    kind: MisfitKind
    shown: str
    is_coroutine: bool = False


class Message(Struct, frozen=True):
    """A signal that is sent to a workflow with its start.

    ``targets`` and ``name`` are as in :class:`CommandView`; ``option`` is the keyword of what is
    sent with it.
    """

    targets: tuple[Target, ...]
    name: str
    option: str


class CommandView(Struct, frozen=True):
    """One call that asks the server for something.

    ``sdk`` says what the call is about. ``targets`` are the definitions of the project that it may
    start or address; none if any of them is not known. ``name`` is the target where that is a text.
    ``signal`` is sent to what is started. ``misfit`` is what stands in the place of an activity.
    """

    call: CallView
    sdk: SdkCall
    targets: tuple[Target, ...] = ()
    name: str = ""
    signal: Message | None = None
    misfit: Misfit | None = None

    @property
    def target(self) -> Target | None:
        """The one definition that it starts or addresses."""
        return self.targets[0] if len(self.targets) == 1 else None

    @property
    def target_argument(self) -> Arg | None:
        """The argument that says what is started or addressed."""
        return self.call.argument(0, self.sdk.target) if self.sdk.target else None

    @property
    def kind(self) -> CallKind:
        """The kind of the command."""
        return self.sdk.kind

    @property
    def payload(self) -> Payload | None:
        """The values that are sent; ``None`` if it is not known how many.

        More than one by position is no payload: the SDK refuses the call.
        """
        call = self.call
        given: list[Value | None] = []
        given += [arg.value for arg in call.positional[self.sdk.input_position :]]
        if call.spread or len(given) > 1:
            return None
        names = [name for name in self.sdk.input if name in call.keywords]
        if "args" in names:
            several = self._several("args")
            if not given and "arg" not in names:
                return several
            if several != ():
                return None  # of both the SDK takes none, unless the list is empty
            names.remove("args")
        return (*given, *(call.option(name) for name in names))

    @property
    def signal_payload(self) -> Payload | None:
        """The values that are sent with :attr:`signal`; ``None`` if it is not known how many."""
        if self.signal is None or self.call.spread:
            return None
        option = self.signal.option
        return self._several(option) if option in self.call.keywords else ()

    def _several(self, option: str) -> Payload | None:
        value = self.call.option(option)
        return _elements(value) if value is not None else None

    def option(self, name: str) -> Value | None:
        """The value of an option, given as it is or spread into the call, if it is known."""
        return self.call.option(name)

    @property
    def options(self) -> frozenset[str]:
        """The names of all options that are given; there may be more if ``call.spread`` is set."""
        return self.call.keywords & self.sdk.options


def _elements(value: Value) -> Payload | None:
    if value.type not in _DISPLAYS or not value.complete:
        return None
    return value.values or (None,) * len(value.items)
