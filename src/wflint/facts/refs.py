"""From expressions to :class:`~wflint.facts.model.Ref`."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.annotations import MODULES_OF_FORMS, annotation
from wflint.facts.builtin_names import is_builtin
from wflint.facts.calls import called
from wflint.facts.local_names import NOWHERE, NameTables, Place, named, one_of
from wflint.facts.model import (
    SLICE,
    SQLITE,
    SQLITE_URL,
    UNKNOWN,
    BindingKind,
    Kind,
    ModuleFacts,
    Ref,
)
from wflint.facts.scopes import Bound, How, Scope
from wflint.facts.set_elements import put_into_set
from wflint.facts.sharing import Sharing

LITERALS: dict[type[cst.CSTNode], str] = {
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
_BOOLS = Ref(Kind.GLOBAL, "True"), Ref(Kind.GLOBAL, "False")


def dotted(module: ModuleFacts, name: str) -> str:
    """The absolute dotted name that a module-level name is imported as, or ``""``."""
    for binding in module.bindings.get(name, ()):
        if binding.what is BindingKind.IMPORT:
            return binding.target
    return ""


_SETS = frozenset({"builtins.frozenset", "builtins.set"})


class Refs:
    """Answers what the expressions of one module refer to.

    ``place_of`` tells where a node stands, ``scope_of`` the scope inside a comprehension, and
    ``sides`` which sides of ``a if test else b`` may run in a workflow.
    """

    def __init__(
        self,
        module: ModuleFacts,
        lambdas: dict[int, str] | None = None,
        shared: Sharing | None = None,
    ) -> None:
        self.module = module
        self.shared = shared if shared is not None else Sharing()
        self.lambdas = lambdas if lambdas is not None else {}
        self.complete = False  # set when all bindings are known: names are then resolved once
        self.changed: set[str] = set()  # names of containers that are changed after assignment
        self.rebound: set[str] = set()  # names that `+=` or a nested function binds besides
        self.handed_on: Callable[[], frozenset[str]] = frozenset  # names that others get
        self.place_of: Callable[[cst.CSTNode], Place] = lambda _: NOWHERE
        self.scope_of: Callable[[cst.CSTNode], Scope | None] = lambda _: None
        self.sides: Callable[[cst.IfExp, Scope | None], list[cst.BaseExpression]] = _both_sides
        self.tables = NameTables()
        self._known: dict[tuple[int, int], tuple[object, object, Ref]] = {}  # when complete

    def detach(self) -> None:
        """Let go of who answers where nodes stand: they hold each other, and large trees."""
        self.handed_on = frozenset
        self.place_of = lambda _: NOWHERE
        self.scope_of = lambda _: None
        self.sides = _both_sides

    def forget(self) -> None:
        """Drop what was concluded before all bindings were known."""
        self.tables.known.clear()
        self._known.clear()

    def ref(
        self, node: cst.CSTNode | None, scope: Scope | None, steps: int = limits.EXPRESSION_STEPS
    ) -> Ref:
        """Return what ``node`` refers to, seen from ``scope`` (``None``: module level)."""
        if not self.complete:
            return self._found(node, scope, steps)
        if steps < limits.EXPRESSION_STEPS:
            return self.shared(self._found(node, scope, steps))
        key = id(node), id(scope)
        known = self._known.get(key)
        if known is None:  # kept with node and scope, so that no others get their `id`
            known = self._known[key] = node, scope, self.shared(self._found(node, scope, steps))
        return known[2]

    def _found(self, node: cst.CSTNode | None, scope: Scope | None, steps: int) -> Ref:
        path: list[str] = []
        while True:
            kind = type(node)  # `isinstance` is slow for LibCST's classes, which are abstract ones
            if kind is cst.Attribute:
                path.append(intern(node.attr.value))  # type: ignore[union-attr]
                node = node.value  # type: ignore[union-attr]
            elif kind is cst.Await:
                node = node.expression  # type: ignore[union-attr]
            elif kind is cst.NamedExpr:
                node = node.value  # type: ignore[union-attr]
            else:
                break
        root = self._root(node, scope, steps)
        if path and root.kind is not Kind.UNKNOWN:
            if root.kind is Kind.SELF and not root.path and path[-1] == "__class__":
                root = Ref(Kind.CLS, root.name, tuple(reversed(path[:-1])))
            else:
                root = replace(root, path=(*root.path, *reversed(path)))
        return root

    def _root(self, node: cst.CSTNode | None, scope: Scope | None, steps: int) -> Ref:
        if steps <= 0 or node is None:
            return UNKNOWN
        rooted = _ROOTS.get(type(node))
        if rooted is not None:
            return rooted(self, node, scope, steps)
        literal = LITERALS.get(type(node))
        return Ref(Kind.LITERAL, literal) if literal else UNKNOWN

    # Expressions.

    def _lambda(self, node: cst.Lambda, scope: Scope | None, steps: int) -> Ref:
        qualname = self.lambdas.get(id(node))
        return Ref(Kind.LOCAL, qualname) if qualname else UNKNOWN

    def _string(self, node: cst.SimpleString, scope: Scope | None, steps: int) -> Ref:
        is_bytes = "b" in node.prefix
        return Ref(Kind.LITERAL, "bytes") if is_bytes else text_ref(_beginning(node))

    def _joined_text(
        self, node: cst.FormattedString | cst.ConcatenatedString, scope: Scope | None, steps: int
    ) -> Ref:
        return text_ref(_beginning(node))

    def _binary(self, node: cst.BinaryOperation, scope: Scope | None, steps: int) -> Ref:
        left = self.ref(node.left, scope, steps - 4)
        right = self.ref(node.right, scope, steps - 4)
        if left.kind is Kind.UNKNOWN and right.kind is Kind.UNKNOWN:
            return UNKNOWN
        return Ref(Kind.OPERATION, type(node.operator).__name__, others=(left, right))

    def _unary(self, node: cst.UnaryOperation, scope: Scope | None, steps: int) -> Ref:
        if isinstance(node.operator, cst.Not):
            return Ref(Kind.LITERAL, "bool")
        return self.ref(node.expression, scope, steps - 1)

    def _boolean(self, node: cst.BooleanOperation, scope: Scope | None, steps: int) -> Ref:
        """``a or b`` is ``b`` only where there is no ``a``; ``a and b`` is taken for ``b``."""
        right = self.ref(node.right, scope, steps - 4)
        if isinstance(node.operator, cst.And):
            return right
        left = self.ref(node.left, scope, steps - 4)
        return Ref(Kind.OR, others=(left, right))

    def _if_exp(self, node: cst.IfExp, scope: Scope | None, steps: int) -> Ref:
        sides = self.sides(node, scope) if self.complete else [node.body, node.orelse]
        return one_of([self.ref(side, scope, steps - 4) for side in sides])

    def _subscript(self, node: cst.Subscript, scope: Scope | None, steps: int) -> Ref:
        of = self.ref(node.value, scope, steps - 4)
        if of.kind is Kind.UNKNOWN:
            return UNKNOWN
        first = node.slice[0].slice
        if not isinstance(first, cst.Index):
            return Ref(Kind.OPERATION, SLICE, others=(of,))
        number = _literal_index(first.value) if len(node.slice) == 1 else ""
        if number:
            return Ref(Kind.PART, number, of=of)
        if len(node.slice) == 1 and isinstance(first.value, cst.SimpleString):
            return Ref(Kind.ITEM, str(first.value.raw_value), of=of)
        if of.kind not in (Kind.GLOBAL, Kind.IMPORT):
            return Ref(Kind.ITEM, of=of)
        inner = [s.slice.value for s in node.slice if isinstance(s.slice, cst.Index)]
        args = tuple(self.annotation(i, scope) for i in inner)
        return Ref(Kind.ITEM, of=of, others=args)

    def _display(
        self, node: cst.List | cst.Tuple | cst.Set, scope: Scope | None, steps: int
    ) -> Ref:
        found: list[Ref] = []
        kind = LITERALS[type(node)]
        read = self.complete or scope is None
        of = self.put_into_set if kind == "set" else self.ref
        for element in node.elements[: limits.ELEMENTS] if read else ():
            inner = of(element.value, scope, steps - 4)
            starred = type(element) is cst.StarredElement
            found.append(Ref(Kind.ELEMENT, of=inner) if starred else inner)
        return Ref(Kind.LITERAL, kind, others=tuple(found))

    def _dict(self, node: cst.Dict, scope: Scope | None, steps: int) -> Ref:
        """The elements of a dictionary are its values."""
        found: list[Ref] = []
        for element in node.elements[: limits.ELEMENTS] if self.complete else ():
            inner = self.ref(element.value, scope, steps - 4)
            key = getattr(element, "key", None)
            if key is None:
                inner = Ref(Kind.ITEM, of=inner)
            elif type(key) is cst.SimpleString:
                inner = Ref(Kind.KEYWORD, str(key.raw_value), of=inner)
            found.append(inner)
        return Ref(Kind.LITERAL, "dict", others=tuple(found))

    def _comprehension(self, node: cst.BaseComp, scope: Scope | None, steps: int) -> Ref:
        kind = LITERALS[type(node)]
        inside = self.scope_of(node)
        if inside is None or not self.complete:
            return Ref(Kind.LITERAL, kind)
        element = node.value if isinstance(node, cst.DictComp) else getattr(node, "elt", None)
        of = self.put_into_set if kind == "set" else self.ref
        return Ref(Kind.LITERAL, kind, others=(of(element, inside, steps - 4),))

    def put_into_set(
        self, node: cst.CSTNode | None, scope: Scope | None, steps: int = limits.SET_STEPS
    ) -> Ref:
        """Return what an element of a set is; see :mod:`wflint.facts.set_elements`."""
        return put_into_set(self, node, scope, steps)

    def held(self, node: cst.BaseExpression, scope: Scope | None) -> cst.CSTNode | None:
        """An expression, or the only one that it can hold if it is a local name."""
        return self.held_value(node, scope) if isinstance(node, cst.Name) else node

    def held_value(self, node: cst.Name, scope: Scope | None) -> cst.CSTNode | None:
        """The only expression that a local name can hold at a place."""
        found = scope.find(node.value) if scope is not None else None
        if scope is None or found is None:
            return None
        where, bindings = found
        if len(bindings) > 1:
            everywhere = scope.of_function is not where.of_function
            place = self.place_of(node)
            bindings = self.tables.reaching(node.value, bindings, where, place, everywhere)
        if len(bindings) != 1 or bindings[0].how is not How.VALUE or bindings[0].parts:
            return None
        return bindings[0].node

    def only_binding(self, node: cst.Name, bindings: list[Bound], where: Scope) -> Bound | None:
        """The only binding in ``where`` that a name can have at a place of the same function."""
        if len(bindings) > 1:
            bindings = self.tables.reaching(node.value, bindings, where, self.place_of(node), False)
        return bindings[0] if len(bindings) == 1 else None

    def annotation(self, node: cst.CSTNode | None, scope: Scope | None) -> Ref:
        """The class that an annotation names, see :mod:`wflint.facts.annotations`."""
        return annotation(node, lambda inner: self.own_name(self.ref(inner, scope)))

    def own_name(self, ref: Ref) -> Ref:
        """A form that annotations are made of by its own name: ``Any``, imported as ``Whatever``.

        Whoever looks at annotations goes by these names.
        """
        if ref.path or ref.kind not in (Kind.GLOBAL, Kind.IMPORT):
            return ref
        imported = ref.name if ref.kind is Kind.IMPORT else dotted(self.module, ref.name)
        module, _, name = imported.rpartition(".")
        is_form = module in MODULES_OF_FORMS and name != ref.name
        return Ref(Kind.IMPORT, module, (name,)) if is_form else ref

    def external(self, ref: Ref) -> str:
        """The dotted name of a ref that starts at an import or builtin; of an instance, its class.

        A guess from this module alone: whether the name is the user's own is known when linking.
        """
        for _ in range(limits.EXPRESSION_STEPS):
            if ref.of is None or ref.path or not _is_made_of(ref):
                break
            ref = ref.of
        if ref.kind is Kind.IMPORT:
            return ".".join((ref.name, *ref.path))
        if ref.kind is Kind.GLOBAL:
            base = dotted(self.module, ref.name)
            if base:
                return ".".join((base, *ref.path))
            if ref.name not in self.module.bindings and is_builtin(ref.name):
                return ".".join(("builtins", ref.name, *ref.path))
        return ""

    def assigned(self, name: str, scope: Scope | None) -> cst.BaseExpression | None:
        """The expression that a local name was assigned, if it was assigned exactly once."""
        only = self._only_bound(name, scope)
        return only.node if only is not None and only.how is How.VALUE else None

    def assigned_or_declared(self, name: str, scope: Scope | None) -> cst.BaseExpression | None:
        """The same, also for ``name: Annotation = expression``."""
        only = self._only_bound(name, scope)
        if only is not None and only.how is How.ANNOTATION:
            return only.value
        return self.assigned(name, scope)

    def _only_bound(self, name: str, scope: Scope | None) -> Bound | None:
        found = scope.find(name) if scope is not None else None
        if found is None or len(found[1]) != 1 or found[1][0].parts:
            return None
        return found[1][0]


def text_ref(text: str) -> Ref:
    """The ref of a text that is written out, or begins with what is."""
    is_local = text.partition(":")[0].partition("+")[0] == SQLITE
    return SQLITE_URL if is_local else Ref(Kind.LITERAL, "str")


def _beginning(node: cst.CSTNode) -> str:
    """The part of a text that is written out, or as much as its first part says."""
    while isinstance(node, cst.ConcatenatedString):
        node = node.left
    if isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        return first.value if isinstance(first, cst.FormattedStringText) else ""
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""


def _literal_index(node: cst.BaseExpression) -> str:
    sign = ""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        sign, node = "-", node.expression
    if not isinstance(node, cst.Integer) or len(node.value) > limits.INDEX_LENGTH:
        return ""
    return f"{sign}{node.value}"


def _is_made_of(ref: Ref) -> bool:
    """True if a ref stands for an instance of what it is made of, or that with parameters."""
    if ref.kind is Kind.ITEM:
        return bool(ref.others)
    return ref.kind in (Kind.DECLARED, Kind.RESULT, Kind.INSTANCE, Kind.PARAM)


def _both_sides(node: cst.IfExp, scope: Scope | None) -> list[cst.BaseExpression]:
    return [node.body, node.orelse]


_Rooted = Callable[..., Ref]
_ROOTS: dict[type[cst.CSTNode], _Rooted] = {
    cst.Name: named,
    cst.Call: called,
    cst.Lambda: Refs._lambda,
    cst.SimpleString: Refs._string,
    cst.FormattedString: Refs._joined_text,
    cst.ConcatenatedString: Refs._joined_text,
    cst.BinaryOperation: Refs._binary,
    cst.UnaryOperation: Refs._unary,
    cst.BooleanOperation: Refs._boolean,
    cst.IfExp: Refs._if_exp,
    cst.Subscript: Refs._subscript,
    cst.List: Refs._display,
    cst.Tuple: Refs._display,
    cst.Set: Refs._display,
    cst.Dict: Refs._dict,
    cst.ListComp: Refs._comprehension,
    cst.SetComp: Refs._comprehension,
    cst.GeneratorExp: Refs._comprehension,
    cst.DictComp: Refs._comprehension,
}
