"""From expressions to :class:`~wflint.facts.model.Ref` and argument shapes."""

from __future__ import annotations

import libcst as cst
from msgspec.structs import replace

from wflint.builtin_names import is_builtin
from wflint.facts.model import UNKNOWN, Kind, ModuleFacts, Param, Ref, Value
from wflint.facts.scopes import Bound, Scope

_MAX_STEPS = 24
"""How many names and calls are followed from one expression: `a = b; b = c(); ...`."""

_LITERALS: dict[type[cst.CSTNode], str] = {
    cst.SimpleString: "str",
    cst.ConcatenatedString: "str",
    cst.FormattedString: "str",
    cst.Integer: "int",
    cst.Float: "float",
    cst.List: "list",
    cst.ListComp: "list",
    cst.Tuple: "tuple",
    cst.Dict: "dict",
    cst.DictComp: "dict",
    cst.Set: "set",
    cst.SetComp: "set",
    cst.GeneratorExp: "generator",
    cst.Comparison: "bool",
}
_WRAPPERS = {"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"}
_SAY_LITTLE = frozenset({"Any", "Awaitable", "Callable", "Coroutine", "object"})
"""Annotations that do not tell what is behind a parameter."""

_NONE = Ref(Kind.GLOBAL, "None")
_PARTIALS = {"functools.partial", "functools.partialmethod"}
_PURE_PATHS = ("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")


def dotted(module: ModuleFacts, name: str) -> str:
    """The absolute dotted name that a module-level name is imported as, or ``""``."""
    for binding in module.bindings.get(name, ()):
        if binding.what == "import":
            return binding.target
    return ""


class Refs:
    """Answers what the expressions of one module refer to."""

    def __init__(self, module: ModuleFacts, lambdas: dict[int, str] | None = None) -> None:
        self.module = module
        self.lambdas = lambdas if lambdas is not None else {}
        self.complete = False  # set when all bindings are known: names are then resolved once
        self.changed: set[str] = set()  # names of containers that are changed after assignment
        self._known: dict[tuple[int, str], Ref] = {}
        self._depth = 0

    def ref(self, node: cst.CSTNode | None, scope: Scope | None, steps: int = _MAX_STEPS) -> Ref:
        """What ``node`` refers to, seen from ``scope`` (``None``: module level)."""
        path: list[str] = []
        while True:
            if isinstance(node, cst.Attribute):
                path.append(node.attr.value)
                node = node.value
            elif isinstance(node, cst.Await):
                node = node.expression
            elif isinstance(node, cst.NamedExpr):
                node = node.value
            else:
                break
        root = self._root(node, scope, steps)
        if not path or root.kind is Kind.UNKNOWN:
            return root
        if root.kind is Kind.SELF and not root.path and path[-1] == "__class__":
            return Ref(Kind.CLS, root.name, tuple(reversed(path[:-1])))
        return replace(root, path=(*root.path, *reversed(path)))

    def _root(self, node: cst.CSTNode | None, scope: Scope | None, steps: int) -> Ref:
        if steps <= 0 or node is None:
            return UNKNOWN
        if isinstance(node, cst.Name):
            return self._name(node.value, scope, steps)
        if isinstance(node, cst.Call):
            return self._called(node, scope, steps)
        if isinstance(node, cst.Lambda):
            qualname = self.lambdas.get(id(node))
            return Ref(Kind.LOCAL, qualname) if qualname else UNKNOWN
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Divide):
            left = self.ref(node.left, scope, steps - 4)
            return left if self.external(left).startswith(_PURE_PATHS) else UNKNOWN
        if isinstance(node, cst.Subscript) and isinstance(node.value, (cst.Name, cst.Attribute)):
            of = self.ref(node.value, scope, steps - 4)
            return Ref(Kind.ITEM, of=of) if of.kind in (Kind.GLOBAL, Kind.IMPORT) else UNKNOWN
        literal = _LITERALS.get(type(node))
        return Ref(Kind.LITERAL, literal) if literal else UNKNOWN

    def _called(self, node: cst.Call, scope: Scope | None, steps: int) -> Ref:
        func = node.func
        if isinstance(func, cst.Name) and func.value == "super" and scope is not None:
            return Ref(Kind.SUPER, scope.owner) if scope.owner else UNKNOWN
        callee = self.ref(func, scope, steps - 4)
        if callee.kind in (Kind.UNKNOWN, Kind.LITERAL, Kind.PARAM):
            return UNKNOWN
        if self.external(callee) in _PARTIALS and node.args:
            of = self.ref(node.args[0].value, scope, steps - 4)
            return UNKNOWN if of.kind is Kind.UNKNOWN else Ref(Kind.PARTIAL, of=of)
        if self.external(callee) == "builtins.type" and len(node.args) == 1:
            of = self.ref(node.args[0].value, scope, steps - 4)
            if of.kind is Kind.SELF and not of.path:
                return Ref(Kind.CLS, of.name)
        return Ref(Kind.RESULT, of=callee)

    def _name(self, name: str, scope: Scope | None, steps: int) -> Ref:
        found = scope.find(name) if scope is not None else None
        if found is None:
            return Ref(Kind.GLOBAL, name)
        where, bindings = found
        if not self.complete:
            return self._agreed(name, bindings, where, steps)
        key = (id(where), name)
        known = self._known.get(key)
        if known is None:
            self._known[key] = UNKNOWN  # what a name that is defined by itself stands for
            self._depth += 1
            if self._depth < _MAX_STEPS:
                known = self._agreed(name, bindings, where, _MAX_STEPS)
            self._depth -= 1
            known = self._known[key] = known or UNKNOWN
        return known

    def _agreed(self, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
        """What all bindings of a name agree on; of imports and functions each may be the one.

        ``None`` only says that there is nothing yet.
        """
        bound = [(b.how, self._bound(name, b, where, steps)) for b in bindings]
        if len(bound) > 1:
            bound = [(how, ref) for how, ref in bound if ref != _NONE] or bound
        refs = tuple(dict.fromkeys(ref for _, ref in bound))
        if len(refs) == 1:
            return refs[0]
        if all(how in ("import", "function") for how, _ in bound):
            return Ref(Kind.EITHER, others=refs)
        return UNKNOWN

    def _bound(self, name: str, bound: Bound, scope: Scope, steps: int) -> Ref:
        if bound.how == "value":
            return self.ref(bound.node, scope, steps - 1)
        if bound.how == "annotation":
            of = self.annotation(bound.node, scope)
            if bound.value is not None and _says_little(of):
                return self.ref(bound.value, scope, steps - 1)
            return instance(of)
        if bound.how == "import":
            return Ref(Kind.IMPORT, bound.text)
        if bound.how == "function":
            return Ref(Kind.LOCAL, bound.text)
        if bound.how == "param" and bound.param is not None:
            return self._param(name, bound.param)
        return UNKNOWN

    def _param(self, name: str, param: Param) -> Ref:
        if param.kind in ("self", "cls"):
            return param.annotation
        if param.kind in ("*", "**"):
            return Ref(Kind.LITERAL, "tuple" if param.kind == "*" else "dict")
        of = param.annotation
        return Ref(Kind.PARAM, name) if _says_little(of) else instance(of)

    def annotation(self, node: cst.CSTNode | None, scope: Scope | None) -> Ref:
        """The class that an annotation names: ``Optional[X]``, ``X | None`` and ``"X"`` give X."""
        for _ in range(_MAX_STEPS):
            if isinstance(node, cst.Annotation):
                node = node.annotation
            elif isinstance(node, cst.Subscript):
                base = node.value.attr if isinstance(node.value, cst.Attribute) else node.value
                if not (isinstance(base, cst.Name) and base.value in _WRAPPERS):
                    return self._class(node.value, scope)
                inner = node.slice[0].slice
                node = inner.value if isinstance(inner, cst.Index) else None
            elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
                if isinstance(node.right, cst.Name) and node.right.value == "None":
                    node = node.left
                elif isinstance(node.left, cst.Name) and node.left.value == "None":
                    node = node.right
                else:
                    return UNKNOWN
            elif isinstance(node, cst.SimpleString):
                return self._quoted(node, scope)
            else:
                return self._class(node, scope)
        return UNKNOWN

    def _class(self, node: cst.CSTNode | None, scope: Scope | None) -> Ref:
        return self.ref(node, scope) if isinstance(node, (cst.Name, cst.Attribute)) else UNKNOWN

    def _quoted(self, node: cst.SimpleString, scope: Scope | None) -> Ref:
        text = str(node.raw_value).strip()
        if len(text) > 300:
            return UNKNOWN
        try:
            return self.annotation(cst.parse_expression(text), scope)
        except (cst.ParserSyntaxError, RecursionError):
            return UNKNOWN

    def external(self, ref: Ref) -> str:
        """The dotted name of a ref that starts at an import or builtin; of an instance, its class.

        A guess from this module alone: whether the name is the user's own is known when linking.
        """
        for _ in range(_MAX_STEPS):
            if ref.kind in (Kind.RESULT, Kind.INSTANCE) and ref.of is not None and not ref.path:
                ref = ref.of
            else:
                break
        if ref.kind is Kind.IMPORT:
            return ".".join((ref.name, *ref.path))
        if ref.kind is Kind.GLOBAL:
            base = dotted(self.module, ref.name)
            if base:
                return ".".join((base, *ref.path))
            if ref.name not in self.module.bindings and is_builtin(ref.name):
                return ".".join(("builtins", ref.name, *ref.path))
        return ""

    def value(self, node: cst.BaseExpression, scope: Scope | None) -> Value:
        """The shape of an argument or of a module-level value."""
        if isinstance(node, (cst.Name, cst.Attribute, cst.Lambda)):
            return self._named(node, scope)
        if isinstance(node, cst.Call):
            return self._call_value(node, scope)
        if isinstance(node, cst.Dict):
            return _dict_value(node)
        if isinstance(node, cst.Await):
            return Value("await", ref=self.ref(node, scope))
        if isinstance(node, cst.SimpleString):
            kind = "bytes" if "b" in node.prefix else "str"
            return Value(kind, str(node.raw_value)[:200], Ref(Kind.LITERAL, kind))
        if isinstance(node, (cst.Integer, cst.Float)):
            kind = "int" if isinstance(node, cst.Integer) else "float"
            return Value(kind, node.value, Ref(Kind.LITERAL, kind))
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
            inner = node.expression
            if isinstance(inner, (cst.Integer, cst.Float)):
                kind = "int" if isinstance(inner, cst.Integer) else "float"
                return Value(kind, "-" + inner.value, Ref(Kind.LITERAL, kind))
        if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            kind = _LITERALS[type(node)]
            plain = all(isinstance(e, cst.Element) for e in node.elements)
            items = tuple("" for _ in node.elements)
            return Value(kind, ref=Ref(Kind.LITERAL, kind), items=items, complete=plain)
        if isinstance(node, cst.FormattedString):
            return Value("fstring", ref=Ref(Kind.LITERAL, "str"))
        return Value(_LITERALS.get(type(node), "other"), ref=self.ref(node, scope))

    def _named(self, node: cst.Name | cst.Attribute | cst.Lambda, scope: Scope | None) -> Value:
        if isinstance(node, cst.Lambda):
            return Value("lambda", ref=self.ref(node, scope))
        if isinstance(node, cst.Name):
            if node.value == "None":
                return Value("none")
            if node.value in ("True", "False"):
                return Value("bool", node.value, Ref(Kind.LITERAL, "bool"))
            assigned = self.assigned(node.value, scope)
            if assigned is not None and (
                isinstance(assigned, cst.Dict) or _is_keyword_call(assigned)
            ):
                value = self.value(assigned, scope)
                return replace(value, complete=False) if node.value in self.changed else value
            if _is_param(node.value, scope):
                return Value("name", node.value, self.ref(node, scope))
        return Value("name", ref=self.ref(node, scope))

    def assigned(self, name: str, scope: Scope | None) -> cst.BaseExpression | None:
        """The expression that a local name was assigned, if it was assigned exactly once."""
        found = scope.find(name) if scope is not None else None
        if found is None or len(found[1]) != 1 or found[1][0].how != "value":
            return None
        return found[1][0].node

    def _call_value(self, node: cst.Call, scope: Scope | None) -> Value:
        keys = tuple(a.keyword.value for a in node.args if a.keyword is not None)
        complete = all(a.keyword is not None for a in node.args)
        none = tuple(k for k, v in _keyword_values(node) if _is_none(v))
        numbers = tuple(k for k, v in _keyword_values(node) if _is_number(v))
        return Value("call", "", self.ref(node, scope), keys, complete, none, numbers)


def _is_param(name: str, scope: Scope | None) -> bool:
    """Whether a name is a parameter that nothing else is assigned to."""
    found = scope.find(name) if scope is not None else None
    return found is not None and all(b.how == "param" for b in found[1])


def _says_little(of: Ref) -> bool:
    return of.kind is Kind.UNKNOWN or (of.path or (of.name,))[-1] in _SAY_LITTLE


def instance(cls: Ref) -> Ref:
    """An instance of the class that a ref names."""
    return UNKNOWN if cls.kind is Kind.UNKNOWN else Ref(Kind.INSTANCE, of=cls)


def _is_keyword_call(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Call) and all(a.keyword or a.star for a in node.args)


def _keyword_values(node: cst.Call) -> list[tuple[str, cst.BaseExpression]]:
    return [(a.keyword.value, a.value) for a in node.args if a.keyword is not None]


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _is_number(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Integer, cst.Float))


def _dict_value(node: cst.Dict) -> Value:
    pairs = [
        (str(e.key.raw_value), e.value)
        for e in node.elements
        if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)
    ]
    return Value(
        "dict",
        ref=Ref(Kind.LITERAL, "dict"),
        items=tuple(k for k, _ in pairs),
        complete=len(pairs) == len(node.elements),
        none_keys=tuple(k for k, v in pairs if _is_none(v)),
        number_keys=tuple(k for k, v in pairs if _is_number(v)),
    )
