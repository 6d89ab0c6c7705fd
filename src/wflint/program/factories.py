"""The functions that make the default values of the fields of dataclasses and models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wflint.facts.model import Arg, Call, FunctionBody, Value
from wflint.program.entities import External
from wflint.program.resolve import Resolver
from wflint.program.store import Cls, Fn

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


class Factory(NamedTuple):
    """A default factory: the class that has it, what its body does, and the factory as written."""

    cls: Cls
    body: FunctionBody
    call: Call
    arg: Arg

    @property
    def value(self) -> Value:
        """What is called to make the default value."""
        return self.arg.value


def default_factories(resolver: Resolver, cls: Cls, call: Call) -> Iterator[Factory]:
    """The factories that run when ``call`` makes an object of a class without giving the field."""
    if any(arg.star for arg in call.args):
        return
    order = resolver.order(cls)[0]
    facts_of = [(base, resolver.facts_of(base)) for base in order]
    if not any(facts is not None and facts.makes_defaults for _, facts in facts_of):
        return
    given = {arg.keyword for arg in call.args if arg.keyword}
    names: dict[str, None] = {}
    for _, facts in reversed(facts_of):
        names.update(dict.fromkeys(facts.fields if facts is not None else ()))
    given |= set(list(names)[: sum(not a.keyword for a in call.args)])
    for base, facts in facts_of:
        if facts is not None and facts.makes_defaults:
            for name, factory in _of_class(resolver, base):
                if name not in given:
                    given.add(name)  # of a field that a subclass declares anew
                    yield factory


def _of_class(resolver: Resolver, cls: Cls) -> Iterator[tuple[str, Factory]]:
    body = resolver.store.body(Fn(cls.path, cls.qualname))
    inner: dict[int, Call] = {}
    for call in body.calls:
        names = {e.name for e in resolver.resolve(call.target, cls.path) if isinstance(e, External)}
        if names & _FACTORIES and call.args:
            inner[call.site] = call
        keyword = next((_FIELDS[n] for n in sorted(names) if n in _FIELDS), "")
        if not keyword:
            continue
        arg = next((a for a in call.args if a.keyword == keyword), None)
        if arg is not None:
            yield call.bound_to, Factory(cls, body, call, arg)
    for call in body.calls:
        for arg in call.args:
            if arg.keyword == "default" and arg.site in inner:
                made = inner[arg.site]
                yield call.bound_to, Factory(cls, body, made, made.args[0])
