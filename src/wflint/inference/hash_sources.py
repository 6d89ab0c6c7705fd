"""Finds what the hash of an object depends on, and so the order of a set of such objects.

Numbers and UUIDs hash the same in every process. Text, and what is made of text, depends on
``PYTHONHASHSEED``; a plain object on where it lies in memory.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import partial

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import ClassFacts, Kind
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ExternalValue, InstanceValue
from wflint.project.questions import answered
from wflint.project.store import Store
from wflint.syntax.cst import cst


class HashedBy(str, enum.Enum):
    """The source of a hash; ``UNKNOWN`` is the empty string."""

    UNKNOWN = ""
    VALUE = "value"
    SEED = "seed"
    ADDRESS = "address"


_VALUES = frozenset(
    {
        "builtins.None",
        "builtins.abs",
        "builtins.bool",
        "builtins.complex",
        "builtins.float",
        "builtins.int",
        "builtins.len",
        "builtins.ord",
        "builtins.range",
        "builtins.round",
        "builtins.sum",
        "datetime.timedelta",
        "decimal.Decimal",
        "enum.IntEnum",
        "enum.IntFlag",
        "fractions.Fraction",
        "http.HTTPStatus",
        "types.NoneType",
        "uuid.UUID",
        "uuid.uuid3",
        "uuid.uuid4",
        "uuid.uuid5",
    }
)
_SEEDED = frozenset(
    {
        "builtins.bytes",
        "builtins.str",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "enum.Enum",
        "enum.Flag",
        "enum.StrEnum",
        "ipaddress.IPv4Address",
        "ipaddress.IPv6Address",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.PurePath",
        "pathlib.PurePosixPath",
        "pathlib.PureWindowsPath",
        "pathlib.WindowsPath",
    }
)
_ADDRESSES = frozenset(
    {
        "asyncio.Event",
        "asyncio.Future",
        "asyncio.Lock",
        "asyncio.Queue",
        "asyncio.Task",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "builtins.object",
        "builtins.type",
        "types.CoroutineType",
        "temporalio.workflow.ActivityHandle",
        "temporalio.workflow.ChildWorkflowHandle",
    }
)
_CONTAINERS = frozenset(
    {"builtins.frozenset", "builtins.tuple", "typing.FrozenSet", "typing.Tuple"}
)
_TUPLES = frozenset({"collections.namedtuple", "typing.NamedTuple"})
_DATACLASS = frozenset({"dataclass", "dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_FROZEN = frozenset({"attr.frozen", "attrs.frozen"})
_FIELDS_HASHED_WITH = frozenset({"frozen", "unsafe_hash"})


class Hashes:
    """Answers what the hashes of instances come from."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._known: dict[Cls, HashedBy] = {}

    def of(self, entity: AbstractValue, depth: int = limits.HASH_DEPTH) -> HashedBy:
        """The source of the hash of an instance."""
        if depth <= 0:
            return HashedBy.UNKNOWN
        if isinstance(entity, InstanceValue):
            return self._own(entity.cls, depth)
        if not isinstance(entity, ExternalValue) or not entity.instance:
            return HashedBy.UNKNOWN
        if entity.name in _CONTAINERS:
            return self.of_all([e for arg in entity.args for e in arg], depth - 1)
        return _of_external(entity.name)

    def of_all(self, entities: Sequence[AbstractValue], depth: int = limits.HASH_DEPTH) -> HashedBy:
        """The source of a hash that is made of several: the same everywhere if all of them are."""
        sources = {self.of(entity, depth) for entity in entities}
        if HashedBy.UNKNOWN in sources or not sources:
            return HashedBy.UNKNOWN
        if HashedBy.ADDRESS in sources:
            return HashedBy.ADDRESS
        return HashedBy.SEED if HashedBy.SEED in sources else HashedBy.VALUE

    def _own(self, cls: Cls, depth: int) -> HashedBy:
        # A class may hold itself.
        find = partial(self._of_class, cls, depth)
        return answered(self._known, cls, HashedBy.UNKNOWN, find)

    def _of_class(self, cls: Cls, depth: int) -> HashedBy:
        order, externals = self.resolver.order(cls)
        facts = [(c, f) for c in order if (f := self.resolver.facts_of(c)) is not None]
        for base, own in facts:
            if "__hash__" in own.methods:
                return self._of_method(Fn(base.path, own.methods["__hash__"].qualname), cls, depth)
            if "__hash__" in own.attributes:
                return HashedBy.UNKNOWN
            if self._hashes_fields(base, own):
                return self._of_fields(cls, facts, depth)
        if any(name in _TUPLES for name in externals):
            return self._of_fields(cls, facts, depth)
        for name in externals:
            source = _of_external(name)
            if source is not HashedBy.ADDRESS or name == "builtins.object":
                return source
        is_plain = not externals and not any("__eq__" in own.methods for _, own in facts)
        return HashedBy.ADDRESS if is_plain else HashedBy.UNKNOWN

    def _hashes_fields(self, cls: Cls, facts: ClassFacts) -> bool:
        """True if a decorator makes a hash of the fields."""
        for decorator in facts.decorators:
            for entity in self.resolver.resolve(decorator.target, cls.path):
                name = entity.name if isinstance(entity, ExternalValue) else ""
                if name in _FROZEN:
                    return True
                if name.startswith(("attr.", "attrs.")) or name in _DATACLASS:
                    return bool(_FIELDS_HASHED_WITH & set(decorator.keywords))
        return False

    def _of_fields(self, cls: Cls, facts: Sequence[tuple[Cls, ClassFacts]], depth: int) -> HashedBy:
        """The fields are the annotated attributes."""
        fields: list[AbstractValue] = []
        for base, own in facts:
            for ref in own.attributes.values():
                if ref.kind is Kind.INSTANCE:
                    fields += self.resolver.resolve(ref, base.path, cls)
        return self.of_all(fields, depth - 1)

    def _of_method(self, fn: Fn, cls: Cls, depth: int) -> HashedBy:
        """`return hash(self.number)`, `return hash((self.x, self.y))`, `return self.number`."""
        store = self.resolver.store
        question, find = f"hashed {fn.qualname}", partial(_hashed_attributes, store, fn)
        parts, is_known = store.notes(fn.path).answer(question, tuple[list[str], bool], find)
        if not is_known:
            return HashedBy.UNKNOWN
        instance = InstanceValue(cls)
        found = [e for name in parts for e in self.resolver.attribute(instance, name)]
        return self.of_all(found, depth - 1)


def _of_external(name: str) -> HashedBy:
    if name in _VALUES:
        return HashedBy.VALUE
    if name in _SEEDED:
        return HashedBy.SEED
    return HashedBy.ADDRESS if name in _ADDRESSES else HashedBy.UNKNOWN


def _hashed_attributes(store: Store, fn: Fn) -> tuple[list[str], bool]:
    """The attributes of `self` that a method returns the hash of, and whether they are all."""
    from wflint.syntax.walk import walk

    tree = store.definition(fn)
    if not isinstance(tree, cst.FunctionDef):
        return [], False
    returned = [n.value for n in walk(tree, into_functions=False) if isinstance(n, cst.Return)]
    if len(returned) != 1 or returned[0] is None:
        return [], False
    parts = _hashed_parts(returned[0])
    return parts or [], parts is not None


def _hashed_parts(node: cst.BaseExpression) -> list[str] | None:
    """The attributes of `self` that a returned hash is made of; ``None`` if of anything else."""
    match node:
        case cst.Call(func=cst.Name(value="hash"), args=[cst.Arg(value=inner)]):
            node = inner
    elements = [e.value for e in node.elements] if isinstance(node, cst.Tuple) else [node]
    names: list[str] = []
    for element in elements:
        match element:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                names.append(name)
            case _:
                return None
    return names
