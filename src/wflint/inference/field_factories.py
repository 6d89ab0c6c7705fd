"""The functions that make the default values of the fields of dataclasses and models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import SPREAD, Arg, Call, ClassFacts, Decorator, Value, ValueType
from wflint.inference.library_types import MODELS
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue

_FIELDS = {
    "attr.attrib": "factory",
    "attr.field": "factory",
    "attr.ib": "factory",
    "attrs.field": "factory",
    "dataclasses.field": "default_factory",
    "pydantic.Field": "default_factory",
    "pydantic.PrivateAttr": "default_factory",
    "pydantic.fields.Field": "default_factory",
    "pydantic.fields.PrivateAttr": "default_factory",
    "sqlmodel.Field": "default_factory",
}
_FACTORIES = frozenset({"attr.Factory", "attrs.Factory"})
_ALIASES = ("alias", "validation_alias")
_CONSTRUCTORS = frozenset({"__init__", "__new__"})
_BY_NAME = ("init", "kw_only")
"""Options of a field that is given by its name, or not at all."""

_HOOKS = ("converter", "on_setattr", "validator")
_CHECKERS = frozenset(
    {
        "pydantic.AfterValidator",
        "pydantic.BeforeValidator",
        "pydantic.PlainValidator",
        "pydantic.functional_validators.AfterValidator",
        "pydantic.functional_validators.BeforeValidator",
        "pydantic.functional_validators.PlainValidator",
    }
)


class Factory(NamedTuple):
    """A default factory: the class that has it, the field's declaration, and the factory in it."""

    cls: Cls
    call: Call
    arg: Arg

    @property
    def value(self) -> Value:
        """Return what is called to make the default value."""
        return self.arg.value


def generated_init(resolver: Resolver, cls: Cls) -> str:
    """Return what makes the ``__init__`` of a class.

    That is ``dataclass``, ``attrs`` or ``model``, or ``""`` if nothing does.
    """
    order, externals = resolver.order(cls)
    for base in order:
        facts = resolver.facts_of(base)
        if facts is None or "__init__" in facts.methods:
            return ""
        for decorator in facts.decorators:
            kind = _field_kind(resolver, decorator, base.path)
            if kind and "init" not in decorator.keywords:
                return kind
    return "model" if any(base.startswith(MODELS) for base in externals) else ""


def has_own_constructor(resolver: Resolver, cls: Cls) -> bool:
    """True if the project itself says what an object of a class is made of."""
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        if facts is None or not _CONSTRUCTORS.isdisjoint(facts.methods):
            return True
        made_by = resolver.resolve(facts.metaclass, base.path)
        if any(isinstance(entity, ClassValue) for entity in made_by):
            return True
    return bool(generated_init(resolver, cls))


def _field_kind(resolver: Resolver, decorator: Decorator, path: str) -> str:
    for entity in resolver.resolve(decorator.target, path):
        name = entity.name if isinstance(entity, ExternalValue) else ""
        if name.startswith(("attr.", "attrs.")):
            return "attrs"
        if name.rpartition(".")[2] == "dataclass":
            return "dataclass"
    return ""


def default_factories(resolver: Resolver, cls: Cls, call: Call) -> Iterator[Factory]:
    """The factories of the fields that ``call`` does not give when it makes an object of a class.

    What a spread gives is not looked at: see :func:`written_out`.
    """
    classes = _with_fields(resolver, cls)
    if not any(facts.makes_defaults for _, facts in classes):
        return
    given = set(given_fields(resolver, cls, call))
    for base, facts in classes:
        if facts.makes_defaults:
            for name, factory in _of_class(resolver, base):
                if not given.intersection((name, *_aliases(factory.call))):
                    yield factory
        given.update(facts.fields)  # which replace those of the classes above


def _with_fields(resolver: Resolver, cls: Cls) -> list[tuple[Cls, ClassFacts]]:
    """The classes whose fields the constructor of a class takes, those that replace others first.

    What a class declares is no field where only a class above it is a dataclass.
    """
    order, externals = resolver.order(cls)
    facts_of = [(base, facts) for base in order if (facts := resolver.facts_of(base)) is not None]
    if any(base.startswith(MODELS) for base in externals):
        return facts_of
    return [
        (base, facts)
        for base, facts in facts_of
        if any(_field_kind(resolver, decorator, base.path) for decorator in facts.decorators)
    ]


def written_out(call: Call, takes_data: bool) -> tuple[Call, bool]:
    """Return a call with the keys of dictionaries as keywords, and whether all of them are known.

    ``takes_data`` is set for models: what comes by position is the data that a class method
    validates, as in ``Model.model_validate(data)``.
    """
    args: list[Arg] = []
    is_known = True
    for arg in call.args:
        if arg.star == "**" or (takes_data and not arg.keyword):
            is_display = arg.value.type is ValueType.DICT and arg.star != "*"
            items = arg.value.items if is_display else ()
            is_known = is_known and is_display and arg.value.complete and SPREAD not in items
            args += [replace(arg, keyword=key, star="") for key in items if key != SPREAD]
        else:
            is_known = is_known and not arg.star
            args.append(arg)
    return replace(call, args=tuple(args)), is_known


def _aliases(declaration: Call) -> Iterator[str]:
    """The other names by which a field is given, where they are written out."""
    for arg in declaration.args:
        if arg.keyword in _ALIASES and arg.value.type is ValueType.STR:
            yield arg.value.text


def given_fields(resolver: Resolver, cls: Cls, call: Call) -> dict[str, Arg]:
    """The fields that ``call`` gives to the generated constructor of a class."""
    given = {arg.keyword: arg for arg in call.args if arg.keyword}
    by_position = [a for a in call.args if not a.keyword and not a.star]
    if by_position:
        facts_of = [(base, resolver.facts_of(base)) for base in resolver.order(cls)[0]]
        given |= zip(_in_order(resolver, facts_of), by_position, strict=False)
    return given


def filled_fields(
    resolver: Resolver, cls: Cls, call: Call, missing: frozenset[str]
) -> frozenset[str]:
    """The fields that ``call`` gives to the generated constructor, and that are then there.

    Those given as ``None``, or as one of the parameters that are ``missing``, are not.
    """
    given = given_fields(resolver, cls, call).items()
    return frozenset(name for name, arg in given if not _is_missing(arg.value, missing))


def _is_missing(value: Value, missing: frozenset[str]) -> bool:
    is_param = value.type is ValueType.NAME and value.text in missing
    return is_param or value.type is ValueType.NONE


def _in_order(resolver: Resolver, facts_of: list[tuple[Cls, ClassFacts | None]]) -> list[str]:
    """The fields that positional arguments give, in order; those of keywords only are none."""
    names: dict[str, None] = {}
    for base, facts in reversed(facts_of):
        if facts is None or any("kw_only" in d.keywords for d in facts.decorators):
            continue
        calls = resolver.store.body(Fn(base.path, base.qualname)).calls
        by_keyword = {c.bound_to for c in calls if any(a.keyword in _BY_NAME for a in c.args)}
        names.update(dict.fromkeys(n for n in facts.fields if n not in by_keyword))
    return list(names)


def _of_class(resolver: Resolver, cls: Cls) -> Iterator[tuple[str, Factory]]:
    body = resolver.store.body(Fn(cls.path, cls.qualname))
    inner: dict[int, Call] = {}
    for call in body.calls:
        names = {
            e.name for e in resolver.resolve(call.target, cls.path) if isinstance(e, ExternalValue)
        }
        if names & _FACTORIES and call.args:
            inner[call.site] = call
        keyword = next((_FIELDS[n] for n in sorted(names) if n in _FIELDS), "")
        if not keyword:
            continue
        arg = next((a for a in call.args if a.keyword == keyword), None)
        if arg is not None:
            yield call.bound_to, Factory(cls, call, arg)
    for call in inner.values():  # `Factory(f)`, alone or as `field(default=Factory(f))`
        yield call.bound_to, Factory(cls, call, call.args[0])


def field_hooks(resolver: Resolver, cls: Cls) -> Iterator[Factory]:
    """The converters and validators of fields, which run whenever an object is made."""
    replaced: set[str] = set()
    for base, facts in _with_fields(resolver, cls):
        body = resolver.store.body(Fn(base.path, base.qualname)) if facts.fields else None
        for call in body.calls if body is not None else ():
            if call.bound_to in replaced:
                continue
            names = {
                e.name
                for e in resolver.resolve(call.target, base.path)
                if isinstance(e, ExternalValue)
            }
            if names & _CHECKERS and call.args:
                yield Factory(base, call, call.args[0])
            elif any(_FIELDS.get(n) == "factory" for n in names):
                for arg in call.args:
                    if arg.keyword in _HOOKS:
                        yield Factory(base, call, arg)
        replaced.update(facts.fields)
