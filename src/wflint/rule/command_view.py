"""The view of one command of a workflow, or of one request of a client."""

from __future__ import annotations

from msgspec import Struct

from wflint.facts.model import Value, ValueType
from wflint.facts.signatures import Signature
from wflint.rule.views import Callee, CallView
from wflint.temporal.api import CallKind, SdkCall

_DISPLAYS = (ValueType.LIST, ValueType.TUPLE)


class Target(Struct, frozen=True):
    """The definition of the project that a command starts or addresses.

    ``shown`` is how people know it: ``charge``, ``OrderWorkflow``, ``OrderWorkflow.cancel``.
    ``signature`` has the parameters that the payload is given to, without ``self``.
    """

    shown: str
    callee: Callee
    signature: Signature


class CommandView(Struct, frozen=True):
    """One call that asks the server for something.

    ``sdk`` says what the call is about, ``target`` what it starts or addresses, if that is one
    definition of the project; ``name`` is the target where that is a literal text.
    """

    call: CallView
    sdk: SdkCall
    target: Target | None = None
    name: str = ""

    @property
    def kind(self) -> CallKind:
        """The kind of the command."""
        return self.sdk.kind

    @property
    def payload(self) -> tuple[Value | None, ...] | None:
        """The values that are sent, ``None`` for each that is not known; or ``None`` for all.

        More than one by position is no payload: the SDK refuses the call.
        """
        call = self.call
        given: list[Value | None] = []
        given += [arg.value for arg in call.positional[self.sdk.input_position :]]
        several = call.option("args")
        if call.spread or len(given) > 1 or (several is None and "args" in call.keywords):
            return None
        if several is not None:
            return _elements(several)
        return (*given, call.option("arg")) if "arg" in call.keywords else tuple(given)

    def option(self, name: str) -> Value | None:
        """The value of an option, given as it is or spread into the call, if it is known."""
        return self.call.option(name)

    @property
    def options(self) -> frozenset[str]:
        """The names of all options that are given; there may be more if ``call.spread`` is set."""
        return self.call.keywords & self.sdk.options


def _elements(value: Value) -> tuple[Value | None, ...] | None:
    if value.type not in _DISPLAYS or not value.complete:
        return None
    return value.values or (None,) * len(value.items)
