"""Results of Python's own containers and functions: elements, values, parts."""

from __future__ import annotations

from msgspec.structs import replace

from wflint.inference.arithmetic import arithmetic
from wflint.inference.databases import is_in_process
from wflint.inference.library_types import ELEMENTS, PATHS
from wflint.inference.values import AbstractValue, ExternalValue, Types, Unresolved, unique

_NOT_KNOWN = (Unresolved("its type is not known"),)

ALIASES: dict[str, str] = {
    "typing.Dict": "builtins.dict",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.List": "builtins.list",
    "typing.Set": "builtins.set",
    "typing.Text": "builtins.str",
    "typing.Tuple": "builtins.tuple",
    "typing.Type": "builtins.type",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Deque": "collections.deque",
    "typing.Counter": "collections.Counter",
} | {
    f"typing.{name}": f"collections.abc.{name}"
    for name in (
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterator",
        "Collection",
        "Generator",
        "Iterable",
        "Iterator",
        "Mapping",
        "MutableMapping",
        "MutableSequence",
        "MutableSet",
        "Sequence",
    )
}
ALIASES |= {"typing.AbstractSet": "collections.abc.Set"}
"""Other names of the same types."""

_MAPPINGS = frozenset(
    {
        "builtins.dict",
        "collections.ChainMap",
        "collections.OrderedDict",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
        "collections.defaultdict",
        "types.MappingProxyType",
    }
)
_SETS = frozenset({"builtins.set", "builtins.frozenset"})
_KEYS, _VALUES, _ITEMS = "builtins.dict_keys", "builtins.dict_values", "builtins.dict_items"
_SET_OPERATORS = frozenset({"BitAnd", "BitOr", "BitXor", "Subtract"})
_SAME = frozenset({"builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple"}) | {
    "builtins.iter",
    "builtins.reversed",
    "builtins.sorted",
    "collections.deque",
    "copy.copy",
    "copy.deepcopy",
}
"""Functions that give the elements that they are given."""

_REPLACES = frozenset(
    {
        "attr.evolve",
        "attrs.evolve",
        "copy.replace",
        "dataclasses.replace",
        "msgspec.structs.replace",
    }
)
"""Functions that give another object like the one that they are given."""

_GIVES = {
    "builtins.filter": "builtins.filter",
    "builtins.iter": "collections.abc.Iterator",
    "builtins.reversed": "builtins.reversed",
    "builtins.sorted": "builtins.list",
}
_LAST = frozenset(
    {"builtins.filter", "itertools.dropwhile", "itertools.filterfalse", "itertools.takewhile"}
)
"""Functions that give some of the elements of the last thing that they are given."""

_SOME = frozenset(f"random{of}.{name}" for of in ("", ".Random") for name in ("choices", "sample"))
"""Functions that give a list of some of the elements of the first."""

_TOGETHER = frozenset(
    f"itertools.{name}"
    for name in ("combinations", "combinations_with_replacement", "pairwise", "permutations")
)
"""Functions that give tuples of elements of the first."""

_MOST = frozenset({"builtins.max", "builtins.min"})
_ONE_OF = _MOST | {"builtins.next", "random.Random.choice", "random.choice"}
_CHAINED = frozenset(
    {"collections.ChainMap", "itertools.chain", "itertools.cycle", "itertools.islice"}
)
GATHERS = frozenset({"asyncio.gather", "asyncio.tasks.gather"})
GENERICS = frozenset({"collections.defaultdict", "collections.deque"})
"""Classes with type parameters that are not told by a capital letter."""

_SET_METHODS = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
_GIVE_STRINGS = frozenset(
    {
        "capitalize",
        "casefold",
        "center",
        "format",
        "join",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "replace",
        "rstrip",
        "strip",
        "swapcase",
        "title",
        "translate",
        "upper",
    }
)
_STRINGS = {"str": "builtins.str", "bytes": "builtins.bytes"}


def made(name: str, args: Types = ()) -> ExternalValue:
    """An instance of a class outside the project."""
    return ExternalValue(name, instance=True, base=len(name), args=args)


def first(types: Types) -> tuple[AbstractValue, ...]:
    """Return what the first type parameter stands for."""
    return types[0] if types and types[0] else _NOT_KNOWN


def elements(entity: AbstractValue) -> tuple[AbstractValue, ...]:
    """Return what a loop over something outside the project gives."""
    if not isinstance(entity, ExternalValue) or not entity.instance:
        return _NOT_KNOWN
    if entity.name in ("builtins.str", "builtins.bytes"):
        return (made("builtins.str" if entity.name == "builtins.str" else "builtins.int"),)
    if entity.name in ELEMENTS:
        return (made(ELEMENTS[entity.name]),)
    if entity.name == "builtins.range":
        return (made("builtins.int"),)
    if entity.name == "builtins.tuple":
        every = unique(e for arg in entity.args for e in arg)
        return every or _NOT_KNOWN
    if entity.name == _ITEMS:
        return (made("builtins.tuple", entity.args),) if entity.args else _NOT_KNOWN
    if entity.name == _VALUES:
        return entity.args[1] if len(entity.args) > 1 and entity.args[1] else _NOT_KNOWN
    return _NOT_KNOWN if is_in_process(entity) else first(entity.args)


def items(entity: AbstractValue) -> tuple[AbstractValue, ...]:
    """Return what ``entity[key]`` gives."""
    if not isinstance(entity, ExternalValue) or not entity.instance:
        return _NOT_KNOWN
    if entity.name in _MAPPINGS:
        return entity.args[-1] if len(entity.args) > 1 and entity.args[-1] else _NOT_KNOWN
    return elements(entity)


def part(entity: AbstractValue, number: int) -> tuple[AbstractValue, ...]:
    """The part of a tuple, or what is at an index."""
    if isinstance(entity, ExternalValue) and entity.instance and entity.name == "builtins.tuple":
        if -len(entity.args) <= number < len(entity.args):
            return entity.args[number] or _NOT_KNOWN
        return elements(entity) if len(entity.args) == 1 else _NOT_KNOWN
    return items(entity)


def operation(operator: str, left: AbstractValue, right: AbstractValue) -> AbstractValue | None:
    """Return what an operator gives; ``None`` if that is not known."""
    for entity in (left, right):
        if not isinstance(entity, ExternalValue) or not entity.instance:
            continue
        if operator == "Divide" and entity.name in PATHS:
            return entity
        if operator in _SET_OPERATORS and entity.name in (*_SETS, _KEYS, _ITEMS):
            is_set = entity.name in _SETS
            return made(entity.name if is_set else "builtins.set", _merged(left, right))
        if operator == "Add" and entity.name in ("builtins.list", "builtins.tuple"):
            return replace(entity, args=_merged(left, right))
        if operator == "BitOr" and entity.name in _MAPPINGS:
            return entity
        if operator in ("Add", "Modulo", "Multiply") and entity.name in _STRINGS.values():
            return made(entity.name, entity.args if entity is left else ())
    name = arithmetic(operator, _class_of(left), _class_of(right))
    return made(name) if name else None


def _class_of(entity: AbstractValue) -> str:
    return entity.name if isinstance(entity, ExternalValue) and entity.instance else ""


def _merged(left: AbstractValue, right: AbstractValue) -> Types:
    """The element types of both sides; none when those of one side are not known."""
    both = [elements(e) for e in (left, right)]
    if any(isinstance(e, Unresolved) for side in both for e in side):
        return ()
    return (unique(e for side in both for e in side),)


def result(name: str, args: Types, given: Types) -> tuple[AbstractValue, ...] | None:
    """Return what calling a builtin gives; ``args`` are the type parameters of its object.

    ``None`` for functions that nothing is known of.
    """
    owner, _, method = name.rpartition(".")
    if name in _SAME or name in _LAST:
        inner = given[-1] if given else ()
        types = (unique(e for entity in inner for e in elements(entity)),) if inner else ()
        return (made(_GIVES.get(name, name), _known(types)),)
    if name in _REPLACES and given:
        return given[0]
    if name in _SOME and given:
        return (made("builtins.list", _known((_elements(given[:1]),))),)
    if name in _TOGETHER and given:
        return (made(name, ((made("builtins.tuple", _known((_elements(given[:1]),))),),)),)
    if name == "itertools.chain.from_iterable" and given:
        return (made(name, (_elements((_elements(given[:1]),)),)),)
    if name == "builtins.abs" and given and all(isinstance(e, ExternalValue) for e in given[0]):
        return given[0]
    if name in _MOST and len(given) > 1:
        return unique(e for one in given for e in one)
    if name in _CHAINED and given:
        return (made(name, (unique(e for one in given for i in one for e in elements(i)),)),)
    if name in _ONE_OF and given:
        return unique(e for entity in given[0] for e in elements(entity))
    if name == "builtins.enumerate" and given:
        inner = unique(e for entity in given[0] for e in elements(entity))
        pair = made("builtins.tuple", ((made("builtins.int"),), inner))
        return (made("builtins.enumerate", ((pair,),)),)
    if name == "builtins.zip" and given:
        parts = tuple(unique(e for entity in one for e in elements(entity)) for one in given)
        return (made("builtins.zip", ((made("builtins.tuple", parts),),)),)
    if owner in _MAPPINGS:
        return _mapping_result(method, args, given)
    if owner in _SETS:
        return _set_result(owner, method, args, given)
    if owner in ("builtins.list", "collections.deque", "builtins.tuple"):
        if method in ("pop", "popleft"):
            return first(args)
        return (made(owner, args),) if method == "copy" else None
    if owner == "builtins.str":
        return _string_result(method)
    return None


def _elements(given: Types) -> tuple[AbstractValue, ...]:
    """Return what loops over several things give."""
    return unique(e for one in given for entity in one for e in elements(entity))


def gathered(given: Types, is_spread: bool) -> ExternalValue:
    """Return what awaiting several things at once gives; some of them may be unknown."""
    every = unique(e for one in given for e in one)
    if is_spread or any(isinstance(e, Unresolved) for e in every):
        return made("builtins.list", (every,))
    return made("builtins.tuple", given)


_SAME_FUNCTION = frozenset(
    {
        "builtins.classmethod",
        "builtins.staticmethod",
        "functools.cache",
        "functools.lru_cache",
        "functools.singledispatch",
        "functools.update_wrapper",
        "types.MethodType",
        "typing.no_type_check",
    }
)
"""Functions that give a function back as it is, or one that calls it."""

_SAME_VALUE = frozenset({"asyncio.shield", "asyncio.wait_for", "copy.copy", "copy.deepcopy"})
ADAPTER = "logging.LoggerAdapter"
"""Logs as the logger does that it is given."""

_ENTERED = frozenset({"contextlib.aclosing", "contextlib.closing", "contextlib.nullcontext"})
STACKS = (
    "contextlib.AsyncExitStack.enter_async_context",
    "contextlib.AsyncExitStack.enter_context",
    "contextlib.ExitStack.enter_context",
)


def passed_through(name: str, is_result: bool, given: Types) -> tuple[AbstractValue, ...] | None:
    """Return what a function outside the project passes through of what it has been given."""
    if not given:
        return None
    if name == "functools.wraps" and is_result:
        return given[0]
    if name == ADAPTER and is_result:
        return None
    if name in _SAME_FUNCTION or name in _SAME_VALUE or name == ADAPTER:
        some = tuple(e for e in given[0] if not isinstance(e, Unresolved))
        return some if some and len(some) == len(given[0]) else None
    if name in _ENTERED:
        return (made(name, (given[0],)),)
    return None


def _known(types: Types) -> Types:
    some = [arg for arg in types if arg and not any(isinstance(e, Unresolved) for e in arg)]
    return types if len(some) == len(types) else ()


def _mapping_result(method: str, args: Types, given: Types) -> tuple[AbstractValue, ...] | None:
    value = args[-1] if len(args) > 1 and args[-1] else _NOT_KNOWN
    if method in ("get", "pop", "setdefault"):
        return unique((*value, *(given[1] if len(given) > 1 else ())))
    if method == "popitem":
        return (made("builtins.tuple", args),) if args else _NOT_KNOWN
    if method == "copy":
        return (made("builtins.dict", args),)
    views = {"keys": _KEYS, "values": _VALUES, "items": _ITEMS}
    return (made(views[method], args),) if method in views else None


def _set_result(
    owner: str, method: str, args: Types, given: Types
) -> tuple[AbstractValue, ...] | None:
    if method == "pop":
        return first(args)
    if method not in _SET_METHODS:
        return None
    if method in ("copy", "difference", "intersection"):
        return (made(owner, args),)
    more = tuple(e for one in given for entity in one for e in elements(entity))
    own = args[0] if args else ()
    types = (unique((*own, *more)),) if own and more else ()
    return (made(owner, _known(types)),)


def _string_result(method: str) -> tuple[AbstractValue, ...] | None:
    if method in ("split", "rsplit", "splitlines"):
        return (made("builtins.list", ((made("builtins.str"),),)),)
    if method == "encode":
        return (made("builtins.bytes"),)
    return (made("builtins.str"),) if method in _GIVE_STRINGS else None
