"""The arguments of a call as it is written, in short words: ``10 s``, ``3 attempts``."""

from __future__ import annotations

import ast

from wflint.rule.command_view import CommandView
from wflint.syntax.unparsed import unparsed
from wflint.syntax.written_call import parsed_call
from wflint.wording import code_on_one_line, on_one_line, shortened

_LONGEST = 80
_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))
_WITHOUT = frozenset({"result_type", "summary", "static_summary", "static_details", "details"})


def keyword_of(text: str, name: str) -> str:
    """Return the code that a call, as it is written, has for a keyword; ``""`` if it has none."""
    call = parsed_call(text)
    keywords = call.keywords if call is not None else []
    return next((code(each.value) for each in keywords if each.arg == name), "")


def code(node: ast.AST) -> str:
    """Return code on one short line."""
    return shortened(code_on_one_line(unparsed(node)), _LONGEST)


def seconds(number: float) -> str:
    """Return a time as people say it: ``90 s``, ``2 h``, ``1 d``."""
    for size, unit in _UNITS:
        if number >= size and (number / size).is_integer():
            return f"{number / size:g} {unit}"
    return f"{number:g} s"


def options_of(command: CommandView, call: ast.Call | None) -> dict[str, str]:
    """Return the options of a command, each with its value in short words."""
    found: dict[str, str] = {}
    written = {k.arg: k.value for k in call.keywords if k.arg} if call is not None else {}
    for name in sorted(command.options):
        if name in _WITHOUT or name in command.call.none_keywords:
            continue
        given = command.call.given(name)
        time = command.call.values.seconds(given) if given is not None else None
        if time is not None:
            found[name] = seconds(time)
        elif name in written:
            found[name] = _value(written[name])
        elif given is not None and given.value.text:
            found[name] = given.value.text
        else:
            found[name] = "..."
    for keyword in call.keywords if call is not None and command.call.spread else ():
        if keyword.arg is None:
            found.setdefault(f"**{code(keyword.value)}", "")
    return found


def _value(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return shortened(on_one_line(node.value), _LONGEST)
    return code(node)


def timer_of(call: ast.Call | None, command: CommandView | None) -> str:
    """Return how long a timer runs, or the code that says it."""
    given = command.call.given("duration", 0) if command is not None else None
    time = command.call.values.seconds(given) if command is not None and given else None
    if time is not None:
        return seconds(time)
    named = [k.value for k in call.keywords if k.arg in ("delay", "duration")] if call else []
    first = next(iter([*call.args, *named]), None) if call is not None else None
    if first is None:
        return ""
    time = _literal_seconds(first)
    return seconds(time) if time is not None else code(first)


def subject(command: CommandView, call: ast.Call | None) -> str:
    """Return what a signal or another command is about; ``""`` if that is not known."""
    if command.name:
        return command.name
    if command.targets:
        return " or ".join(dict.fromkeys(target.shown for target in command.targets))
    first = call.args[0] if call is not None and call.args else None
    return code(first) if first is not None and command.sdk.target else ""


_PARTS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def _literal_seconds(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Call(func=ast.Name(id="timedelta") | ast.Attribute(attr="timedelta"), args=[]):
            total = 0.0
            for keyword in node.keywords:
                part = _literal_seconds(keyword.value)
                if keyword.arg not in _PARTS or part is None:
                    return None
                total += _PARTS[keyword.arg] * part
            return total
    return None
