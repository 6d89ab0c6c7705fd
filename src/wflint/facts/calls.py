"""Results of calls, as far as they are known without looking at what is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, Ref, ValueType
from wflint.facts.scopes import Scope
from wflint.facts.set_elements import elements_of_set
from wflint.facts.types import instance, says_little

if TYPE_CHECKING:
    from wflint.facts.refs import Refs

_PARTIALS = {"functools.partial", "functools.partialmethod"}
_CASTS = {
    f"{module}.{name}": parameters
    for module in ("typing", "typing_extensions")
    for name, parameters in (("cast", ("typ", "val")), ("assert_type", ("val", "typ")))
}
"""Functions that say of what class a value is, with their parameters."""
_LOADERS = {
    "builtins.__import__": ("name", "globals", "locals", "fromlist"),
    "importlib.__import__": ("name", "globals", "locals", "fromlist"),
    "importlib.import_module": ("name",),
}
"""Functions that give a module, with their parameters."""
_PLAIN = (Kind.UNKNOWN, Kind.LITERAL)
_SPREADING = frozenset({"asyncio.gather", "itertools.chain"})
"""Functions that give what is in all that they are given."""

_SETS = frozenset({"builtins.frozenset", "builtins.set"})


def called(refs: Refs, node: cst.Call, scope: Scope | None, steps: int) -> Ref:
    """Return a ref to what a call gives; see :meth:`wflint.facts.refs.Refs.ref`."""
    func = node.func
    if isinstance(func, cst.Name) and func.value == "super" and scope is not None:
        after = refs.ref(node.args[0].value, scope, steps - 4) if node.args else None
        return Ref(Kind.SUPER, scope.owner, of=after) if scope.owner else UNKNOWN
    if isinstance(func, cst.Attribute) and func.attr.value == "union":
        united = _united(refs, func.value, node, scope, steps)
        if united is not None:
            return united
    callee = refs.ref(func, scope, steps - 4)
    if callee.kind in _PLAIN and not callee.others and not callee.path:
        return UNKNOWN
    name = refs.external(callee)
    if name in _PARTIALS and node.args:
        of, *rest = _given(refs, node, scope, steps - 4, every=True)
        return UNKNOWN if of.kind is Kind.UNKNOWN else Ref(Kind.PARTIAL, "", (), of, (*rest,))
    if name in _CASTS and len(node.args) == 2:
        return _cast(refs, node, _CASTS[name], scope, steps)
    if name == "builtins.type" and len(node.args) == 1:
        of = refs.ref(node.args[0].value, scope, steps - 4)
        return Ref(Kind.CLS, of.name) if of.kind is Kind.SELF and not of.path else UNKNOWN
    if name == "builtins.getattr" and len(node.args) in (2, 3):
        return _getattr(refs, node, scope, steps)
    if name in _LOADERS:
        module = _loaded(refs, node, _LOADERS[name], scope)
        if module:
            return Ref(Kind.IMPORT, module)
    if name in _SETS and not node.args:
        return Ref(Kind.LITERAL, name.rpartition(".")[2])
    if name in _SETS and len(node.args) == 1 and not node.args[0].star:
        elements = elements_of_set(refs, node, scope, steps - 4)
        if elements:
            return Ref(Kind.RESULT, "", (), callee, elements)
    every = name in _SETS  # for the types of their elements
    given = _given(refs, node, scope, steps - 4, every=every, spread=name in _SPREADING)
    return Ref(Kind.RESULT, "", (), callee, given)


def _united(
    refs: Refs, of: cst.BaseExpression, node: cst.Call, scope: Scope | None, steps: int
) -> Ref | None:
    """Return what ``set().union(...)`` gives, which is no more than what it is given."""
    if not isinstance(of, cst.Call) or of.args or not node.args or not refs.complete:
        return None
    name = refs.external(refs.ref(of.func, scope, steps - 4))
    if name not in _SETS:
        return None
    given = [_spread_out(refs, arg, scope, steps - 4) for arg in node.args[: limits.ARGUMENTS]]
    elements = tuple(Ref(Kind.ELEMENT, of=ref) for ref in given)
    return Ref(Kind.LITERAL, name.rpartition(".")[2], others=elements)


def _spread_out(refs: Refs, arg: cst.Arg, scope: Scope | None, steps: int) -> Ref:
    """Return what an argument gives, or each of those that it is spread into."""
    ref = refs.ref(arg.value, scope, steps)
    return Ref(Kind.ELEMENT, of=ref) if arg.star == "*" else ref


def _cast(
    refs: Refs, node: cst.Call, parameters: tuple[str, ...], scope: Scope | None, steps: int
) -> Ref:
    given = {
        arg.keyword.value if arg.keyword is not None else parameter: arg.value
        for arg, parameter in zip(node.args, parameters, strict=True)
    }
    of = refs.annotation(given.get("typ"), scope)
    ref = refs.ref(given.get("val"), scope, steps - 4)
    if says_little(of):
        return ref
    return Ref(Kind.DECLARED, of=instance(of), others=(ref,))


def _getattr(refs: Refs, node: cst.Call, scope: Scope | None, steps: int) -> Ref:
    text = _text(refs, node.args[1].value, scope)
    of = refs.ref(node.args[0].value, scope, steps - 4) if text else UNKNOWN
    return of if of.kind is Kind.UNKNOWN else replace(of, path=(*of.path, text))


def _loaded(refs: Refs, node: cst.Call, parameters: tuple[str, ...], scope: Scope | None) -> str:
    """The module that a call gives by its name, if that is written out and absolute.

    ``__import__("a.b")`` gives ``a``, and ``a.b`` only with a ``fromlist``.
    """
    given = {
        arg.keyword.value if arg.keyword is not None else parameter: arg.value
        for arg, parameter in zip(node.args, parameters, strict=False)
    }
    text = _text(refs, given["name"], scope) if "name" in given else ""
    if any(arg.star for arg in node.args) or not text.replace(".", "_").isidentifier():
        return ""
    if text.startswith("."):
        return ""
    is_whole = "fromlist" in given or "fromlist" not in parameters
    return text if is_whole else text.partition(".")[0]


def _text(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> str:
    """The text of a string literal or of a constant of the module."""
    if isinstance(node, cst.SimpleString):
        return str(node.raw_value)
    if not isinstance(node, cst.Name) or (scope is not None and scope.find(node.value)):
        return ""
    values = [b.value for b in refs.module.bindings.get(node.value, ())]
    constant = values[0] if len(values) == 1 else None
    return constant.text if constant is not None and constant.type is ValueType.STR else ""


def _given(
    refs: Refs,
    node: cst.Call,
    scope: Scope | None,
    steps: int,
    *,
    every: bool = False,
    spread: bool = False,
) -> tuple[Ref, ...]:
    """Return what a call is given, as far as it can matter to what it gives.

    With ``spread`` it also matters what ``*args`` are.
    """
    found: list[Ref] = []
    if steps <= 0 or not (refs.complete or every):
        return (UNKNOWN,) if every else ()
    for arg in node.args[: limits.ARGUMENTS]:
        is_open = arg.star == "**" or (arg.star and not spread)
        ref = UNKNOWN if is_open else _spread_out(refs, arg, scope, steps)
        if arg.star:
            ref = Ref(Kind.KEYWORD, arg.star, of=ref)
        elif arg.keyword is not None:
            ref = Ref(Kind.KEYWORD, arg.keyword.value, of=ref)
        found.append(ref)
    if len(node.args) > limits.ARGUMENTS:
        found.append(Ref(Kind.KEYWORD, "*", of=UNKNOWN))
    if every or any(_matters(ref) for ref in found):
        return tuple(found)
    return ()


def _matters(ref: Ref) -> bool:
    """True if an argument may be called, or asked for something, by what it is given to."""
    if ref.kind is Kind.KEYWORD and ref.of is not None:
        return _matters(ref.of)
    return ref.kind is not Kind.LITERAL or bool(ref.others) or ref.name == "set"
