"""Makes the arguments of a log call out of those of `print()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import NoFix, TextEdit, Withheld, cst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wflint.rule import FixView

_STREAMS = frozenset({"sys.__stderr__", "sys.__stdout__", "sys.stderr", "sys.stdout"})
_LINE_END = r"\n"


def printed(at: FixView) -> list[TextEdit]:
    """Return edits that make the arguments of `print()` those of a logger's method.

    One argument stays as it is; several become a text with `%s` and what belongs there. The fix is
    withheld where the line is not ended as usual, or where it is open how many arguments there are.
    """
    call = at.call
    given = [arg for arg in call.args if arg.keyword is None]
    options = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    if "end" in options and not _is_default(options["end"], _LINE_END):
        raise Withheld("`end` has no counterpart in a log")
    if any(arg.star == "*" for arg in given):
        raise Withheld("the number of values that it prints is not known")
    if any(arg.star for arg in given):
        raise Withheld("the options of `print()` are not known")
    if not given:
        raise NoFix
    between = " "
    for name, value in options.items():
        if name == "sep" and len(given) > 1:
            between = _separator(at, value)
        elif name != "end" and not _can_go(at, name, value):
            raise NoFix
    edits = []
    if options:
        edits.append(TextEdit(_span(at, given[-1].value)[1], _span(at, call.args[-1].value)[1], ""))
    return edits if len(given) == 1 else [*edits, *_with_format(at, given, between)]


def written(at: FixView) -> list[TextEdit]:
    """Return edits that make the argument of `sys.stdout.write()` one of a logger's method.

    A line end at the end of the text goes; where text has none, it is a part of a line.
    """
    match at.call.args:
        case [cst.Arg(keyword=None, star="", value=cst.BaseString() as text)]:
            pass
        case [cst.Arg(keyword=None, star="", value=cst.BinaryOperation() as joined)]:
            return [_without_line_end(at, joined)]
        case _:
            raise NoFix
    last = _last_part(text)
    mark = last.quote if isinstance(last, cst.SimpleString) else last.end
    end = at.span(last)[1] - len(mark)
    before = at.text(last)[len(last.prefix) + len(mark) : -len(mark)].removesuffix(_LINE_END)
    is_line = before and not before.endswith("\\") and "r" not in last.prefix.lower()
    if not is_line or not at.text(last).endswith(f"{_LINE_END}{mark}"):
        raise NoFix
    return [TextEdit(end - len(_LINE_END), end, "")]


def _without_line_end(at: FixView, joined: cst.BinaryOperation) -> TextEdit:
    """`text + "\\n"` without what is added."""
    match joined:
        case cst.BinaryOperation(operator=cst.Add(), right=cst.SimpleString() as last):
            if last.raw_value == _LINE_END and not last.prefix:
                return TextEdit(_span(at, joined.left)[1], at.span(joined)[1], "")
    raise NoFix


def _last_part(text: cst.BaseString) -> cst.SimpleString | cst.FormattedString:
    while isinstance(text, cst.ConcatenatedString):
        text = text.right
    if not isinstance(text, (cst.SimpleString, cst.FormattedString)):
        raise NoFix
    return text


def _can_go(at: FixView, name: str, value: cst.BaseExpression) -> bool:
    """True if an option means nothing to a logger, and has no effect by itself."""
    if name == "file":
        is_none = isinstance(value, cst.Name) and value.value == "None"
        return is_none or at.dotted_name(value) in _STREAMS
    return name in ("flush", "sep") and isinstance(value, (cst.Name, cst.SimpleString))


def _is_default(value: cst.BaseExpression, text: str) -> bool:
    """True if an option is ``None``, or the text that means the same."""
    if isinstance(value, cst.Name):
        return value.value == "None"
    return isinstance(value, cst.SimpleString) and not value.prefix and value.raw_value == text


def _separator(at: FixView, value: cst.BaseExpression) -> str:
    """The source of the text that stands between two arguments."""
    if _is_default(value, " "):
        return " "
    if not isinstance(value, cst.SimpleString) or value.prefix:
        raise NoFix
    text = value.raw_value
    if any(char in text for char in "'\"\r\n"):
        raise NoFix
    return text.replace("%", "%%")


def _with_format(at: FixView, given: Sequence[cst.Arg], between: str) -> list[TextEdit]:
    """`"a", b` becomes `"a %s", b`; without a text at the start that is `"%s %s", a, b`."""
    first = given[0].value
    if not _is_plain_text(first):
        places = between.join(["%s"] * len(given))
        start, _ = _span(at, first)
        return [TextEdit(start, start, f'"{places}", ')]
    assert isinstance(first, cst.SimpleString)
    start, end = at.span(first)
    at_end = end - len(first.quote)
    more = f"{between}%s" * (len(given) - 1)
    source = at.source.text
    percent = [n for n in range(start, at_end) if source[n] == "%"]
    return [*(TextEdit(n, n + 1, "%%") for n in percent), TextEdit(at_end, at_end, more)]


def _is_plain_text(node: cst.BaseExpression) -> bool:
    """True if an expression is text in which every `%` stands for itself."""
    if not isinstance(node, cst.SimpleString) or node.prefix:
        return False
    return str(node.evaluated_value).count("%") == node.raw_value.count("%")


def _span(at: FixView, node: cst.BaseExpression) -> tuple[int, int]:
    """The offsets of an expression with the parentheses around it."""
    start, end = at.span(node)
    if node.lpar:
        start = at.span(node.lpar[0])[0]
    if node.rpar:
        end = at.span(node.rpar[-1])[1]
    return start, end
