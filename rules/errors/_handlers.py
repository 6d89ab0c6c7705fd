"""What the rules on cancellation ask of a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import cst

if TYPE_CHECKING:
    from wflint.rule import EffectAt, FixView, Handler, TextEdit, TryView

_LOOKS = frozenset({"__cause__", "cause", "retry_state"})
_SHOW = ("builtins.print", "builtins.repr", "builtins.str", "builtins.type", "logging.")
_LOGGERS = (".critical", ".debug", ".error", ".exception", ".info", ".log", ".warning")


def tells_apart(handler: Handler, at: TryView) -> bool:
    """True if the error is looked at, or given to something that may do so."""
    if handler.kept or not _LOOKS.isdisjoint(handler.asked):
        return True
    return not all(
        name.startswith(_SHOW) or name.endswith(_LOGGERS) for name in at.given_to(handler)
    )


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
