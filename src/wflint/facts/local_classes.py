"""Classes that are defined inside functions, and decorators of functions that are."""

from __future__ import annotations

import libcst as cst

from wflint.facts.model import UNKNOWN, ClassFacts, Decorator, FunctionHead, Kind, Ref
from wflint.facts.refs import Refs
from wflint.facts.scopes import Scope
from wflint.facts.types import instance, says_little


def read_decorators(
    node: cst.FunctionDef | cst.ClassDef, refs: Refs, scope: Scope | None
) -> tuple[Decorator, ...]:
    """The decorators of a definition in a function."""
    found: list[Decorator] = []
    for decorator in node.decorators:
        target = decorator.decorator
        keywords: tuple[str, ...] = ()
        called = isinstance(target, cst.Call)
        if isinstance(target, cst.Call):
            keywords = tuple(a.keyword.value for a in target.args if a.keyword is not None)
            target = target.func
        written = target.attr.value if isinstance(target, cst.Attribute) else ""
        found.append(Decorator(refs.ref(target, scope), called, keywords, written))
    return tuple(found)


def read_class(
    qualname: str,
    node: cst.ClassDef,
    refs: Refs,
    scope: Scope | None,
    methods: dict[str, FunctionHead],
) -> ClassFacts:
    """The facts of a class that is defined in a function; ``scope`` is that of the function."""
    bases = tuple(refs.annotation(a.value, scope) for a in node.bases if not a.star)
    metaclass = UNKNOWN
    for keyword in node.keywords:
        if keyword.keyword is not None and keyword.keyword.value == "metaclass":
            metaclass = refs.ref(keyword.value, scope)
    attributes: dict[str, Ref] = {}
    fields: list[str] = []
    makes_defaults = False
    for statement in _simple_statements(node):
        if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
            name = statement.target.value
            of = refs.annotation(statement.annotation, scope)
            given = statement.value if says_little(of) else None
            attributes[name] = refs.ref(given, scope) if given is not None else instance(of)
            fields.append(name)
            makes_defaults = makes_defaults or isinstance(statement.value, cst.Call)
        elif isinstance(statement, cst.Assign):
            for target in statement.targets:
                if isinstance(target.target, cst.Name):
                    attributes[target.target.value] = refs.ref(statement.value, scope)
                    if isinstance(statement.value, cst.Call):
                        fields.append(target.target.value)
                        makes_defaults = True
    return ClassFacts(
        qualname,
        bases,
        read_decorators(node, refs, scope),
        methods,
        {n: r for n, r in attributes.items() if r.kind is not Kind.LOCAL},
        tuple(dict.fromkeys(fields)),
        (),
        metaclass,
        makes_defaults,
    )


def _simple_statements(node: cst.ClassDef) -> list[cst.BaseSmallStatement]:
    found: list[cst.BaseSmallStatement] = []
    for statement in node.body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            found.extend(statement.body)
        elif isinstance(statement, cst.BaseSmallStatement):
            found.append(statement)
    return found
