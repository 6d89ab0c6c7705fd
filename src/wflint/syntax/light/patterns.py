"""Patterns of ``match`` in light trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from wflint.syntax.light.tree import LightTree, Name, is_in_brackets, maker

MatchAs = maker(cst.MatchAs)
MatchClass = maker(cst.MatchClass)
MatchKeywordElement = maker(cst.MatchKeywordElement)
MatchList = maker(cst.MatchList)
MatchMapping = maker(cst.MatchMapping, "elements", "rest")
MatchMappingElement = maker(cst.MatchMappingElement)
MatchOr = maker(cst.MatchOr)
MatchOrElement = maker(cst.MatchOrElement)
MatchSequenceElement = maker(cst.MatchSequenceElement)
MatchSingleton = maker(cst.MatchSingleton)
MatchStar = maker(cst.MatchStar)
MatchTuple = maker(cst.MatchTuple)
MatchValue = maker(cst.MatchValue)


def _as(tree: LightTree, node: ast.MatchAs) -> cst.MatchAs:
    name = Name(node.name) if node.name is not None else None
    return MatchAs(tree.maybe(node.pattern), name)


def _or(tree: LightTree, node: ast.MatchOr) -> cst.MatchOr:
    return MatchOr([MatchOrElement(made) for made in tree.all(node.patterns)])


def _value(tree: LightTree, node: ast.MatchValue) -> cst.MatchValue:
    return MatchValue(tree.of(node.value))


def _singleton(tree: LightTree, node: ast.MatchSingleton) -> cst.MatchSingleton:
    return MatchSingleton(Name(str(node.value)))


def _star(tree: LightTree, node: ast.MatchStar) -> cst.MatchStar:
    return MatchStar(Name(node.name) if node.name is not None else None)


def _sequence(tree: LightTree, node: ast.MatchSequence) -> cst.MatchList | cst.MatchTuple:
    parts = _parts(tree, node.patterns)
    if not is_in_brackets(tree.text(node)):
        return MatchList(parts)
    return MatchTuple(parts)


def _parts(tree: LightTree, patterns: Sequence[ast.pattern]) -> list[Any]:
    made = tree.all(patterns)
    return [one if type(one) is cst.MatchStar else MatchSequenceElement(one) for one in made]


def _mapping(tree: LightTree, node: ast.MatchMapping) -> cst.MatchMapping:
    pairs = zip(tree.all(node.keys), tree.all(node.patterns), strict=True)
    rest = Name(node.rest) if node.rest is not None else None
    return MatchMapping([MatchMappingElement(key, one) for key, one in pairs], rest)


def _class(tree: LightTree, node: ast.MatchClass) -> cst.MatchClass:
    pairs = zip(node.kwd_attrs, tree.all(node.kwd_patterns), strict=True)
    by_name = [MatchKeywordElement(Name(name), one) for name, one in pairs]
    return MatchClass(tree.of(node.cls), _parts(tree, node.patterns), by_name)


PATTERNS: dict[type[ast.AST], Callable[[LightTree, Any], Any]] = {
    ast.MatchAs: _as,
    ast.MatchClass: _class,
    ast.MatchMapping: _mapping,
    ast.MatchOr: _or,
    ast.MatchSequence: _sequence,
    ast.MatchSingleton: _singleton,
    ast.MatchStar: _star,
    ast.MatchValue: _value,
}
