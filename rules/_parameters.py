"""An edit that gives a method the parameters of another one, as the SDK demands them to match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import NoFix, TextEdit, cst

if TYPE_CHECKING:
    from wflint.rule import FixView


def as_parameters_of(other: cst.FunctionDef, at: FixView) -> TextEdit | None:
    """Return the edit that gives the offending method the parameters of another.

    They keep their own names. ``None`` where its body uses one that would be lost, or that would be
    new.
    """
    from wflint.rule import walk

    function, whole = at.function, at.with_body(at.function)
    own, others = _params(function), _params(other)
    names = {node.value for node in walk(whole.function.body) if isinstance(node, cst.Name)}
    lost, new = own[len(others) :], others[len(own) :]
    if any(param.name.value in names for param in (*lost, *new)):
        return None
    start, end = _between_parentheses(other, at)
    text, offset = at.source.text[start:end], start
    for mine, theirs in reversed(list(zip(own, others, strict=False))):
        start, end = (place - offset for place in at.span(theirs.name))
        text = f"{text[:start]}{mine.name.value}{text[end:]}"
    return TextEdit(*_between_parentheses(function, at), text)


def _params(node: cst.FunctionDef) -> list[cst.Param]:
    params = node.params
    stars = [p for p in (params.star_arg, params.star_kwarg) if isinstance(p, cst.Param)]
    return [*params.posonly_params, *params.params, *stars[:1], *params.kwonly_params, *stars[1:]]


def _between_parentheses(node: cst.FunctionDef, at: FixView) -> tuple[int, int]:
    """The offsets of the parameters, with the lines and comments before and between them."""
    (_, name), (start, end) = at.span(node.name), at.span(node.params)
    before = at.source.text[name:start]
    if "#" in at.source.text[name:end]:
        raise NoFix
    return name + before.rindex("(") + 1, end
