"""The one walk: which children of a LibCST node mean something, in source order.

White space, commas and parentheses are left out: that makes a walk about ten times as fast as a
LibCST visitor.
"""

from __future__ import annotations

import libcst as cst

CHILDREN: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.Module: ("body",),
    cst.IndentedBlock: ("body",),
    cst.SimpleStatementLine: ("body",),
    cst.SimpleStatementSuite: ("body",),
    cst.Expr: ("value",),
    cst.Assign: ("targets", "value"),
    cst.AssignTarget: ("target",),
    cst.AnnAssign: ("target", "annotation", "value"),
    cst.AugAssign: ("target", "value"),
    cst.Annotation: ("annotation",),
    cst.Return: ("value",),
    cst.Raise: ("exc", "cause"),
    cst.From: ("item",),
    cst.Assert: ("test", "msg"),
    cst.Del: ("target",),
    cst.Import: ("names",),
    cst.ImportFrom: (),
    cst.ImportAlias: (),
    cst.If: ("test", "body", "orelse"),
    cst.Else: ("body",),
    cst.For: ("target", "iter", "body", "orelse"),
    cst.While: ("test", "body", "orelse"),
    cst.Try: ("body", "handlers", "orelse", "finalbody"),
    cst.TryStar: ("body", "handlers", "orelse", "finalbody"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.Finally: ("body",),
    cst.AsName: ("name",),
    cst.With: ("items", "body"),
    cst.WithItem: ("item", "asname"),
    cst.FunctionDef: ("decorators", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "bases", "keywords", "body"),
    cst.Decorator: ("decorator",),
    cst.Parameters: (
        "posonly_params",
        "params",
        "star_arg",
        "kwonly_params",
        "star_kwarg",
    ),
    cst.Param: ("annotation", "default"),
    cst.Lambda: ("params", "body"),
    cst.Match: ("subject", "cases"),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.MatchAs: ("pattern", "name"),
    cst.MatchOr: ("patterns",),
    cst.MatchOrElement: ("pattern",),
    cst.MatchValue: ("value",),
    cst.MatchSingleton: (),
    cst.MatchSequenceElement: ("value",),
    cst.MatchStar: ("name",),
    cst.MatchList: ("patterns",),
    cst.MatchTuple: ("patterns",),
    cst.MatchMapping: ("elements", "rest"),
    cst.MatchMappingElement: ("key", "pattern"),
    cst.MatchClass: ("cls", "patterns", "kwds"),
    cst.MatchKeywordElement: ("pattern",),
    cst.Call: ("func", "args"),
    cst.Arg: ("value",),
    cst.Attribute: ("value",),
    cst.Subscript: ("value", "slice"),
    cst.SubscriptElement: ("slice",),
    cst.Index: ("value",),
    cst.Slice: ("lower", "upper", "step"),
    cst.Await: ("expression",),
    cst.Yield: ("value",),
    cst.BinaryOperation: ("left", "right"),
    cst.BooleanOperation: ("left", "right"),
    cst.UnaryOperation: ("expression",),
    cst.Comparison: ("left", "comparisons"),
    cst.ComparisonTarget: ("comparator",),
    cst.IfExp: ("body", "test", "orelse"),
    cst.NamedExpr: ("target", "value"),
    cst.Tuple: ("elements",),
    cst.List: ("elements",),
    cst.Set: ("elements",),
    cst.Dict: ("elements",),
    cst.Element: ("value",),
    cst.StarredElement: ("value",),
    cst.DictElement: ("key", "value"),
    cst.StarredDictElement: ("value",),
    cst.ListComp: ("for_in", "elt"),
    cst.SetComp: ("for_in", "elt"),
    cst.GeneratorExp: ("for_in", "elt"),
    cst.DictComp: ("for_in", "key", "value"),
    cst.CompFor: ("target", "iter", "ifs", "inner_for_in"),
    cst.CompIf: ("test",),
    cst.FormattedString: ("parts",),
    cst.FormattedStringExpression: ("expression", "format_spec"),
    cst.ConcatenatedString: ("left", "right"),
}
# Newer LibCST releases know template strings; type parameters are never code that runs.
for _name, _fields in {
    "TemplatedString": ("parts",),
    "TemplatedStringExpression": ("expression", "format_spec"),
    "TypeAlias": (),
}.items():
    if hasattr(cst, _name):
        CHILDREN[getattr(cst, _name)] = _fields


_DEFINITIONS = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})
_NO_NODES = frozenset({type(None), str, cst.MaybeSentinel})


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The children of a node that mean something, in source order."""
    found: list[cst.CSTNode] = []
    for name in CHILDREN.get(type(node), ()):
        value = getattr(node, name)
        kind = type(value)
        if kind is tuple or kind is list:
            found.extend(value)
        elif kind not in _NO_NODES:  # `isinstance` would ask the abstract base class: slow
            found.append(value)
    return found


def walk(root: cst.CSTNode, *, into_functions: bool = True) -> list[cst.CSTNode]:
    """``root`` and all nodes below it in source order.

    With ``into_functions=False`` the bodies of nested functions, lambdas and classes are left out
    (the nested definitions themselves are listed).
    """
    found: list[cst.CSTNode] = []
    pending = [root]
    while pending:
        node = pending.pop()
        found.append(node)
        if not into_functions and type(node) in _DEFINITIONS and node is not root:
            continue
        pending.extend(reversed(children(node)))
    return found
