"""What a call makes of an argument that comes in an order which a replay does not repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _names
from ._effects import Effect, effect_of_argument
from ._steps import COMMAND, NOTHING, SHOWN, Fate, Shape, Step, onward, together

if TYPE_CHECKING:
    import libcst as cst

    from ._fate import Follower

_ATTRIBUTES_OF_ONE = frozenset(
    {
        "code",
        "id",
        "identifier",
        "key",
        "name",
        "number",
        "path",
        "sequence",
        "slug",
        "uid",
        "uuid",
        "value",
    }
)
"""Attributes that are as good as the object itself."""

_GETTERS = frozenset({"operator.attrgetter", "operator.itemgetter", "operator.methodcaller"})


def given(follower: Follower, arg: cst.Arg, call: cst.Call, shape: Shape) -> Step:
    """Go on with a call that gets a value as an argument."""
    import libcst as cst

    name = follower.ctx.dotted_name(call.func) or ""
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    keyed = shape in (Shape.KEYED, Shape.FILLED)
    if name in _names.REPORTED_ELSEWHERE:
        return NOTHING
    if name in _names.COMMANDS - _names.GATHERS or method in _names.COMMAND_METHODS:
        step = _commanded(arg, call, name)
        # The SDK sorts the keys of the mappings that it sends.
        return NOTHING if keyed and step.fate is Fate.INPUT else step
    if shape is Shape.VALUE:
        return _value(follower, call, name, method)
    if name in _names.GATHERS:
        return _gathered(follower, call, name, shape)
    if name in _names.COUNTING | _names.FORGETTING | _names.SORTING | _names.CHOOSING:
        return _reduced(follower, call, name, shape)
    made = _made(follower, arg, call, name, shape)
    if made is not None:
        return made
    if method in _names.ORDERED_CHANGES:
        extends = method in ("extend", "extendleft", "writelines")
        return _received(follower, call, shape if extends else Shape.VALUE)
    if method in _names.SET_METHODS:
        return NOTHING
    if method in ("format", "join") or name in _names.TEXTS | _names.PICKING:
        return onward(call, Shape.VALUE)
    if shape is Shape.FILLED or (keyed and name == "json.dumps" and _has(call, "sort_keys")):
        return NOTHING
    return SHOWN


def _commanded(arg: cst.Arg, call: cst.Call, name: str) -> Step:
    """The first argument says what is started, others mostly what it gets."""
    if arg.keyword is not None:
        is_input = arg.keyword.value in _names.INPUT_KEYWORDS or name in _names.SENDS
        return Step(Fate.INPUT) if is_input else COMMAND
    if name in _names.SENDS or (name in _names.STARTS and arg is not call.args[0]):
        return Step(Fate.INPUT)
    return COMMAND


def _value(follower: Follower, call: cst.Call, name: str, method: str) -> Step:
    if name in _names.PURE or name.startswith(("datetime.", "json.", "math.")):
        return onward(call, Shape.VALUE)
    if name in _names.COUNTING | _names.KEEPING | _names.MAPPING | _names.FORGETTING:
        return onward(call, Shape.VALUE)
    if method in _names.ORDERED_CHANGES | _names.UNORDERED_CHANGES:
        return _received(follower, call, Shape.VALUE)
    return SHOWN


def _received(follower: Follower, call: cst.Call, shape: Shape) -> Step:
    """Something is put into what a method is called on."""
    import libcst as cst

    match call.func:
        case cst.Attribute(value=cst.Name(value=name)):
            return follower.kept(name, call, shape)
    return SHOWN


def _gathered(follower: Follower, call: cst.Call, name: str, shape: Shape) -> Step:
    """Coroutines are started in the order in which they are given; tasks run already."""
    import libcst as cst

    outer = follower.tree.up(call)
    while isinstance(outer, (cst.Await, cst.Call, cst.Arg)):
        outer = follower.tree.up(outer)
    if shape is not Shape.ELEMENTS or name == "temporalio.workflow.as_completed":
        return COMMAND
    tasks = Step(Fate.TASKS)
    return tasks if isinstance(outer, cst.Expr) else together([tasks, onward(call, Shape.MAPPED)])


def _reduced(follower: Follower, call: cst.Call, name: str, shape: Shape) -> Step:
    """Counted, sorted, or put into another set: the order is gone, if nothing came by position."""
    if shape is Shape.NUMBERED:
        return NOTHING if name in ("builtins.len", "builtins.bool") else onward(call, Shape.VALUE)
    if name in _names.COUNTING | _names.FORGETTING or not has_ties(follower, call):
        return NOTHING
    return onward(call, Shape.VALUE if name in _names.CHOOSING else shape)


def _made(follower: Follower, arg: cst.Arg, call: cst.Call, name: str, shape: Shape) -> Step | None:
    """Another collection in the same order."""
    keyed = shape in (Shape.KEYED, Shape.FILLED)
    if name in _names.KEEPING:
        return onward(call, Shape.MAPPED if keyed else shape)
    if name in _names.MAPPING:
        function = call.args[0].value
        if effect_of_argument(function, follower.ctx) is Effect.COMMAND:
            return COMMAND
        return onward(call, Shape.NUMBERED if shape is Shape.NUMBERED else Shape.MAPPED)
    if name in _names.NUMBERING:
        alone = name != "builtins.enumerate" and len(call.args) == 1 and not arg.star
        return onward(call, Shape.MAPPED if alone else Shape.NUMBERED)
    if name in _names.KEYING:
        return onward(call, Shape.NUMBERED if shape is Shape.NUMBERED else Shape.KEYED)
    return None


def _has(call: cst.Call, keyword: str) -> bool:
    return any(a.keyword is not None and a.keyword.value == keyword for a in call.args)


def has_ties(follower: Follower, call: cst.Call) -> bool:
    """Whether different elements are seen to have the same ``key=`` in a call that sorts by it."""
    import libcst as cst

    keys = [a.value for a in call.args if a.keyword is not None and a.keyword.value == "key"]
    if not keys or (isinstance(keys[0], cst.Name) and keys[0].value == "None"):
        return False
    key, ctx = keys[0], follower.ctx
    name = ctx.dotted_name(key)
    if name is not None:
        return name.startswith("builtins.") and name not in _names.TEXTS
    if isinstance(key, cst.Call):
        getter = ctx.dotted_name(key.func)
        texts = [str(a.value.raw_value) for a in key.args if isinstance(a.value, cst.SimpleString)]
        return getter in _GETTERS and not any(_tells_one(text) for text in texts)
    definition = ctx.definition(key)
    if definition is not None:
        return not _gives_the_element(definition, follower)
    # `scores.get`: many may have the same score.
    return isinstance(key, cst.Attribute) and key.attr.value in ("count", "get", "__getitem__")


def _gives_the_element(definition: cst.FunctionDef | cst.Lambda, follower: Follower) -> bool:
    """Whether a key function returns its argument, what names it, or a tuple with either."""
    import libcst as cst

    from wflint.syntax.walk import walk

    params = definition.params.params or definition.params.posonly_params
    if not params:
        return False
    if isinstance(definition, cst.Lambda):
        results: list[cst.CSTNode] = [definition.body]
    else:
        nodes = walk(definition, into_functions=False)
        results = [n.value for n in nodes if isinstance(n, cst.Return) and n.value is not None]
    is_method = isinstance(definition, cst.FunctionDef) and params[0].name.value in ("cls", "self")
    element = params[-1 if is_method else 0].name.value
    return bool(results) and all(_names_one(r, element, follower) for r in results)


def _names_one(result: cst.CSTNode, element: str, follower: Follower) -> bool:
    """`x`, `x.id`, `str(x)`, `(x.age, x.id)`."""
    import libcst as cst

    parts = [e.value for e in result.elements] if isinstance(result, cst.Tuple) else [result]
    for part in parts:
        match part:
            case cst.Call(func=func, args=[cst.Arg(value=inner)]) if (
                follower.ctx.dotted_name(func) in _names.TEXTS
            ):
                part = inner
        match part:
            case cst.Name(value=name) if name == element:
                return True
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)) if (
                name == element and _tells_one(attribute)
            ):
                return True
    return False


def _tells_one(attribute: str) -> bool:
    """Whether an attribute by this name is as good as the object itself."""
    name = attribute.rpartition(".")[2].strip("_").lower()
    return name in _ATTRIBUTES_OF_ONE or name.endswith(("_id", "_key", "_name", "_uuid"))
