"""What the rules on cancellation ask of a handler.

Each `try` gets one report on the cancellation: of a handler for the wrong class, else of one that
takes it for an error, else of one that it does not reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from wflint.rule import Effect, Exit, Scope, cst

if TYPE_CHECKING:
    from wflint.rule import EffectAt, FixView, Handler, TextEdit, TryView

CANCELLED = "asyncio.CancelledError"
SDK_CANCELLED = "temporalio.exceptions.CancelledError"
FAILS_AS = {
    Effect.AWAITS_ACTIVITY: "temporalio.exceptions.ActivityError",
    Effect.AWAITS_CHILD: "temporalio.exceptions.ChildWorkflowError",
    Effect.AWAITS_OPERATION: "temporalio.exceptions.NexusOperationError",
}
COMES_AS = {Effect.AWAITS_ASYNCIO: CANCELLED, **FAILS_AS}
_WIDER = frozenset({"", "builtins.BaseException"})
_LOOKS = frozenset({"__cause__", "cause", "retry_state"})
_IS_CANCELLED = "temporalio.exceptions.is_cancelled_exception"
_SHOW = (
    "builtins.hasattr",
    "builtins.print",
    "builtins.repr",
    "builtins.str",
    "builtins.type",
    "logging.",
)
_LOGGERS = (".critical", ".debug", ".error", ".exception", ".info", ".log", ".warning")


class Swallowed(NamedTuple):
    """A handler that takes the cancellation at a place, which comes as an error, for a failure."""

    handler: Handler
    found: EffectAt
    error: str


def mistaken(at: TryView) -> dict[str, EffectAt]:
    """Return the cancellations of a workflow that a handler for the SDK's class does not get.

    They are told by the errors as which they come; none where no handler is for that, or where it
    makes no difference.
    """
    handler = next((h for h in at.statement.handlers if names_cancelled(at, h)), None)
    if handler is None or at.catching(CANCELLED) is not None or not at.runs_in(Scope.WORKFLOW):
        return {}
    found = {error: where for effect, error in COMES_AS.items() if (where := at.effect(effect))}
    if any(at.catching(error) is handler for error in found):
        return {}  # for another of its classes
    if not found or at.may_raise(SDK_CANCELLED) or _is_harmless(at, handler, found):
        return {}
    return found


def names_cancelled(at: TryView, handler: Handler) -> bool:
    """True of a handler for the SDK's class, and maybe for others, if all of them are known."""
    caught = at.caught(handler)
    return SDK_CANCELLED in caught and "" not in caught


def _is_harmless(at: TryView, handler: Handler, come: Iterable[str]) -> bool:
    """True of a handler that only lets through what no later handler would get anyway."""
    if handler.exits != Exit.RAISES or at.does_more(handler):
        return False
    others = filter(None, map(at.catching, come))
    return all(other.site < handler.site for other in others)


def swallowed(at: TryView) -> Swallowed | None:
    """Return the handler that gets a cancellation as an error, and does not tell it apart."""
    if not at.is_cancelled or mistaken(at):
        return None
    for effect, error in FAILS_AS.items():
        found = at.effect(effect)
        handler = at.catching(error) if found is not None else None
        if found is None or handler is None or not _WIDER.isdisjoint(at.caught(handler)):
            continue
        if ends_otherwise(at, handler) or tells_apart(handler, at) or at.is_last_step(handler):
            continue
        return Swallowed(handler, found, error)
    return None


def ends_otherwise(at: TryView, handler: Handler) -> bool:
    """True if a cancellation is not just kept: an error follows, it is taken back, or asked for.

    The error is one of the handler, of what comes after the statement, or of a handler that this
    stands in, as steps do that undo others.
    """
    raises_next = handler.raises_next and not handler.exits & Exit.LEAVES
    if at.raises(handler) and not at.tries_again(handler):
        return True
    if raises_next or at.fails_anyway or at.uncancels(handler):
        return True
    return at.is_cancellation_asked()


def returns(handler: Handler) -> bool:
    """True if nothing of the function runs after a handler."""
    return not handler.exits & ~(Exit.RETURNS | Exit.RAISES)


def lets_through(at: TryView, handler: Handler) -> str:
    """What a message calls the test that lets a cancellation through, to be written there."""
    name = handler.name or "e"
    named = "" if handler.name or not handler.caught else f"`{at.shown(handler)} as e:` and "
    return f"{named}`if is_cancelled_exception({name}): raise`"


def tells_apart(handler: Handler, at: TryView) -> bool:
    """True if the error is looked at, or given to something that may do so."""
    if handler.kept or not _LOOKS.isdisjoint(handler.asked):
        return True
    return not all(
        name.startswith(_SHOW) or name.endswith(_LOGGERS) for name in at.given_to(handler)
    )


def asks_if_cancelled(handler: Handler, at: TryView) -> bool:
    """True if a handler asks whether its error is a cancellation, by what the SDK has for that."""
    asks = _IS_CANCELLED in at.given_to(handler) or not _LOOKS.isdisjoint(handler.asked)
    return asks or at.is_cancellation_asked()


def place(found: EffectAt) -> str:
    """What a message calls the place of an effect: `` `f()` in `helper` ``."""
    return f"`{found.shown}`" + (f" in `{found.function}`" if found.function else "")


def catch_instead(at: FixView, error: str, raise_if: str = "") -> list[TextEdit] | None:
    """Return the edits by which a handler catches another error, and raises what it does not mean.

    ``raise_if`` is a test of that error, which is ``{name}`` in it. ``None`` for a handler of
    several classes, and one that looks at its error, which will be another one.
    """
    handler = at.node
    if not isinstance(handler, cst.ExceptHandler) or not isinstance(
        handler.body, cst.IndentedBlock
    ):
        return None
    if handler.type is None or isinstance(handler.type, cst.Tuple):
        return None
    if not raise_if:
        return [at.replace(handler.type, _named(at, error))]
    name = _name_in(at, handler)
    if not name:
        return None
    caught = _named(at, error) + ("" if handler.name is not None else f" as {name}")
    first = handler.body.body[0]
    outer, inner = at.indent(handler), at.indent(first)
    step = inner.removeprefix(outer) or "    "
    test = raise_if.replace("{name}", name)
    text = f"if {test}:{at.newline}{inner}{step}raise{at.newline}{inner}"
    return [at.replace(handler.type, caught), at.insert_before(first, text)]


def _named(at: FixView, error: str) -> str:
    """What to write for an error: those of asyncio have names that mean others by themselves."""
    module, _, name = error.rpartition(".")
    return f"{at.imported(module)}.{name}" if module == "asyncio" else at.imported(error)


def _name_in(at: FixView, handler: cst.ExceptHandler) -> str:
    """The name of the error in a handler, or a new one; ``""`` where the error is looked at."""
    if handler.name is None:
        return next((n for n in ("error", "failure") if at.bindings(n) is None), "")
    named = handler.name.name
    name = named.value if isinstance(named, cst.Name) else ""
    from wflint.rule import walk

    for node in walk(handler.body):
        match node:
            case cst.Attribute(value=cst.Name(value=value)) if value == name:
                return ""
    return name
