"""From expressions to :class:`~wflint.facts.model.Ref`."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import NamedTuple

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.annotations import annotation
from wflint.facts.builtin_names import is_builtin
from wflint.facts.model import (
    UNKNOWN,
    BindingKind,
    Flag,
    Kind,
    ModuleFacts,
    Param,
    ParamKind,
    Ref,
    ValueType,
)
from wflint.facts.scopes import Bindings, Block, Bound, How, Narrowed, Scope
from wflint.facts.set_elements import elements_of_set, put_into_set
from wflint.facts.sharing import Sharing
from wflint.facts.types import declared_as, either, instance, says_little

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
_NONE = Ref(Kind.GLOBAL, "None")
_PARTIALS = {"functools.partial", "functools.partialmethod"}
_CASTS = {
    f"{module}.{name}": parameters
    for module in ("typing", "typing_extensions")
    for name, parameters in (("cast", ("typ", "val")), ("assert_type", ("val", "typ")))
}
"""Functions that say of what class a value is, with their parameters."""
_PURE_PATHS = ("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")
_PLAIN = (Kind.UNKNOWN, Kind.LITERAL)


class Place(NamedTuple):
    """Where a name stands: its number in the walk, its block, and what tests have shown there."""

    order: int = -1
    block: Block | None = None
    narrowed: Narrowed | None = None


NOWHERE = Place()


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
        self.place_of: Callable[[cst.CSTNode], Place] = lambda _: NOWHERE
        self.scope_of: Callable[[cst.CSTNode], Scope | None] = lambda _: None
        self.sides: Callable[[cst.IfExp, Scope | None], list[cst.BaseExpression]] = _both_sides
        self._known: dict[tuple[int | str, ...], Ref] = {}
        self._sizes: dict[Ref, int] = {}
        self._bindings: dict[tuple[int, str], Bindings] = {}  # of each name of a scope
        self._reached: dict[tuple[int, str, int, bool], list[Bound]] = {}
        self._annotated: dict[tuple[int, str], Bound | None] = {}
        self._spare = limits.SPARE_BINDINGS
        self._depth = 0

    def detach(self) -> None:
        """Let go of who answers where nodes stand: they hold each other, and large trees."""
        self.place_of = lambda _: NOWHERE
        self.scope_of = lambda _: None
        self.sides = _both_sides

    def forget(self) -> None:
        """Drop what was concluded before all bindings were known."""
        self._known.clear()

    def ref(
        self, node: cst.CSTNode | None, scope: Scope | None, steps: int = limits.EXPRESSION_STEPS
    ) -> Ref:
        """What ``node`` refers to, seen from ``scope`` (``None``: module level)."""
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
        return self.shared(root) if self.complete else root

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
        return Ref(Kind.LITERAL, "bytes" if "b" in node.prefix else "str")

    def _binary(self, node: cst.BinaryOperation, scope: Scope | None, steps: int) -> Ref:
        left = self.ref(node.left, scope, steps - 4)
        if type(node.operator) is cst.Divide and self.external(left).startswith(_PURE_PATHS):
            return left
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
        return _one_of([self.ref(side, scope, steps - 4) for side in sides])

    def _subscript(self, node: cst.Subscript, scope: Scope | None, steps: int) -> Ref:
        of = self.ref(node.value, scope, steps - 4)
        if of.kind is Kind.UNKNOWN:
            return UNKNOWN
        first = node.slice[0].slice
        if not isinstance(first, cst.Index):
            return of
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
        """What an element of a set is, see :mod:`wflint.facts.set_elements`."""
        return put_into_set(self, node, scope, steps)

    def held_value(self, node: cst.Name, scope: Scope | None) -> cst.CSTNode | None:
        """The only expression that a local name can hold at a place."""
        found = scope.find(node.value) if scope is not None else None
        if scope is None or found is None:
            return None
        where, bindings = found
        if len(bindings) > 1:
            everywhere = scope.of_function is not where.of_function
            place = self.place_of(node)
            bindings = self._reaching(node.value, bindings, where, place, everywhere)
        if len(bindings) != 1 or bindings[0].how is not How.VALUE or bindings[0].parts:
            return None
        return bindings[0].node

    def _called(self, node: cst.Call, scope: Scope | None, steps: int) -> Ref:
        func = node.func
        if isinstance(func, cst.Name) and func.value == "super" and scope is not None:
            after = self.ref(node.args[0].value, scope, steps - 4) if node.args else None
            return Ref(Kind.SUPER, scope.owner, of=after) if scope.owner else UNKNOWN
        callee = self.ref(func, scope, steps - 4)
        if callee.kind in _PLAIN and not callee.others and not callee.path:
            return UNKNOWN
        name = self.external(callee)
        if name in _PARTIALS and node.args:
            of, *given = self.given(node, scope, steps - 4, every=True)
            return UNKNOWN if of.kind is Kind.UNKNOWN else Ref(Kind.PARTIAL, "", (), of, (*given,))
        if name in _CASTS and len(node.args) == 2:
            return self._cast(node, _CASTS[name], scope, steps)
        if name == "builtins.type" and len(node.args) == 1:
            of = self.ref(node.args[0].value, scope, steps - 4)
            return Ref(Kind.CLS, of.name) if of.kind is Kind.SELF and not of.path else UNKNOWN
        if name == "builtins.getattr" and len(node.args) in (2, 3):
            return self._getattr(node, scope, steps)
        if name in _SETS and not node.args:
            return Ref(Kind.LITERAL, name.rpartition(".")[2])
        if name in _SETS and len(node.args) == 1 and not node.args[0].star:
            return Ref(Kind.RESULT, "", (), callee, elements_of_set(self, node, scope, steps - 4))
        every = name in _SETS  # for the types of their elements
        return Ref(Kind.RESULT, "", (), callee, self.given(node, scope, steps - 4, every=every))

    def _cast(
        self, node: cst.Call, parameters: tuple[str, ...], scope: Scope | None, steps: int
    ) -> Ref:
        given = {
            arg.keyword.value if arg.keyword is not None else parameter: arg.value
            for arg, parameter in zip(node.args, parameters, strict=True)
        }
        of = self.annotation(given.get("typ"), scope)
        ref = self.ref(given.get("val"), scope, steps - 4)
        if says_little(of):
            return ref
        return Ref(Kind.DECLARED, of=instance(of), others=(ref,))

    def _getattr(self, node: cst.Call, scope: Scope | None, steps: int) -> Ref:
        text = self._text(node.args[1].value, scope)
        of = self.ref(node.args[0].value, scope, steps - 4) if text else UNKNOWN
        return of if of.kind is Kind.UNKNOWN else replace(of, path=(*of.path, text))

    def _text(self, node: cst.BaseExpression, scope: Scope | None) -> str:
        """The text of a string literal or of a constant of the module."""
        if isinstance(node, cst.SimpleString):
            return str(node.raw_value)
        if not isinstance(node, cst.Name) or (scope is not None and scope.find(node.value)):
            return ""
        values = [b.value for b in self.module.bindings.get(node.value, ())]
        constant = values[0] if len(values) == 1 else None
        return constant.text if constant is not None and constant.type is ValueType.STR else ""

    def given(
        self, node: cst.Call, scope: Scope | None, steps: int, *, every: bool = False
    ) -> tuple[Ref, ...]:
        """What a call is given, as far as it can matter to what it gives."""
        found: list[Ref] = []
        if steps <= 0 or not (self.complete or every):
            return (UNKNOWN,) if every else ()
        for arg in node.args[: limits.ARGUMENTS]:
            ref = UNKNOWN if arg.star else self.ref(arg.value, scope, steps)
            if arg.star:
                ref = Ref(Kind.KEYWORD, arg.star, of=ref)
            elif arg.keyword is not None:
                ref = Ref(Kind.KEYWORD, arg.keyword.value, of=ref)
            found.append(ref)
        if len(node.args) > limits.ARGUMENTS:
            found.append(Ref(Kind.KEYWORD, "*", of=UNKNOWN))
        if every or any(_matters(ref) for ref in found):
            return tuple(found)
        return ()

    # Names.

    def _named(self, node: cst.Name, scope: Scope | None, steps: int) -> Ref:
        name = node.value
        found = scope.find(name) if scope is not None else None
        if found is None:
            ref = Ref(Kind.GLOBAL, intern(name))
            return Ref(Kind.LITERAL, "bool") if ref in _BOOLS else ref
        where, bindings = found
        if not self.complete:
            return self._early(name, bindings, where, steps)
        place = self.place_of(node)
        shown = self._narrowed(name, bindings, place, scope)
        if shown is not None:
            return shown
        everywhere = scope is None or scope.of_function is not where.of_function
        if len(bindings) > 1:
            bindings = self._reaching(name, bindings, where, place, everywhere)
            if not bindings:
                return UNKNOWN
        key = (id(where), *(id(b) for b in bindings))
        known = self._known.get(key)
        if known is None:
            self._known[key] = UNKNOWN  # what a name that is defined by itself stands for
            self._depth += 1
            if self._depth < limits.EXPRESSION_STEPS:
                known = self._merged(name, bindings, where, limits.EXPRESSION_STEPS)
                known = declared_as(self._declared(name, bindings, where), known)
            self._depth -= 1
            known = self._known[key] = self._bounded(known or UNKNOWN)
        return known

    def _declared(self, name: str, reaching: list[Bound], scope: Scope) -> Ref:
        """What the annotation of a variable says that is assigned to elsewhere."""
        key = (id(scope), name)
        if key not in self._annotated:
            bindings = scope.names.get(name, [])
            self._annotated[key] = next((b for b in bindings if b.how is How.ANNOTATION), None)
        noted = self._annotated[key]
        if noted is None or noted in reaching:
            return UNKNOWN
        return instance(self.annotation(noted.node, scope))

    def _reaching(
        self, name: str, bindings: list[Bound], where: Scope, place: Place, everywhere: bool
    ) -> list[Bound]:
        """The bindings that may hold at a place; none when they are too many to tell."""
        asked = (id(where), name, place.order, everywhere)
        found = self._reached.get(asked)
        if found is None:
            key = (id(where), name)
            if key not in self._bindings:
                self._bindings[key] = Bindings(bindings)
            most = limits.MOST_BINDINGS if self._spare > 0 else limits.FEW_BINDINGS
            found = self._bindings[key].reaching(
                place.order, place.block, most + 1, everywhere=everywhere
            )
            if len(found) > limits.FEW_BINDINGS:
                self._spare -= len(found)
            found = self._reached[asked] = found if len(found) <= most else []
        return found

    def _bounded(self, ref: Ref) -> Ref:
        """A ref, unless it is made of too many: it is written out wherever its name stands."""
        return ref if self._size(ref) <= limits.REF_SIZE * (1 + len(ref.others)) else UNKNOWN

    def _size(self, ref: Ref) -> int:
        if ref.of is None and not ref.others:
            return 1
        known = self._sizes.get(ref)
        if known is None:
            of = self._size(ref.of) if ref.of is not None else 0
            known = self._sizes[ref] = 1 + of + sum(map(self._size, ref.others))
        return known

    def _narrowed(
        self, name: str, bindings: list[Bound], place: Place, scope: Scope | None
    ) -> Ref | None:
        """What an ``isinstance`` around the place says of a name, unless it is bound anew there."""
        narrowed = place.narrowed
        while narrowed is not None and narrowed.name != name:
            narrowed = narrowed.parent
        if narrowed is None or any(narrowed.order < b.order < place.order for b in bindings):
            return None
        types = narrowed.types
        if isinstance(types, cst.Tuple):
            return instance(either(self.annotation(e.value, scope) for e in types.elements))
        return instance(self.annotation(types, scope))

    def _early(self, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
        """What a name stands for, as far as that is known while not all is; each state once."""
        key = (id(where), name, len(bindings))
        known = self._known.get(key)
        if known is None:
            self._known[key] = UNKNOWN
            known = self._known[key] = self._bounded(self._agreed(name, bindings, where, steps))
        return known

    def _agreed(self, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
        """What all bindings of a name agree on, while not all are known."""
        if len(bindings) > limits.EARLY_BINDINGS:
            return UNKNOWN
        bound = [(b.how, self._bound(name, b, where, steps)) for b in bindings]
        if len(bound) > 1:
            bound = [(how, ref) for how, ref in bound if ref != _NONE] or bound
        refs = tuple(dict.fromkeys(ref for _, ref in bound))
        if len(refs) == 1:
            return refs[0]
        if all(how in (How.IMPORT, How.FUNCTION) for how, _ in bound):
            return Ref(Kind.EITHER, others=refs)
        return UNKNOWN

    def _merged(self, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
        """What a name may stand for where ``bindings`` reach; a mere default comes last."""
        plain: list[Ref] = []
        fallbacks: list[Ref] = []
        for bound in bindings:
            ref = self._bound(name, bound, where, steps)
            is_default = bound.flags & Flag.OPTIONAL and bound.fallback == name
            (fallbacks if is_default else plain).append(ref)
        ref = _one_of(plain)
        if fallbacks:
            ref = Ref(Kind.OR, others=(ref, _one_of(fallbacks)))
        added = where.added.get(name)
        if added and ref.kind is Kind.LITERAL:
            of = self.put_into_set if ref.name == "set" else self.ref
            more = (of(node, where, steps - 4) for node in added[: limits.ADDED_ELEMENTS])
            ref = replace(ref, others=tuple(dict.fromkeys((*ref.others, *more))))
        return ref

    def _bound(self, name: str, bound: Bound, scope: Scope, steps: int) -> Ref:
        match bound.how:
            case How.VALUE | How.ELEMENT | How.ENTERED | How.REST | How.LATER:
                return self._bound_value(bound, scope, steps)
            case How.PATTERN:
                of = self.annotation(bound.node, scope)
                made = instance(of)
                if of.kind is Kind.UNKNOWN or not bound.text:
                    return made
                if bound.text.isdigit():
                    return Ref(Kind.PART, bound.text, of=made)
                return replace(made, path=(bound.text,))
            case How.ANNOTATION:
                of = self.annotation(bound.node, scope)
                if bound.value is not None and says_little(of):
                    return self.ref(bound.value, scope, steps - 1)
                return instance(of)
            case How.IMPORT:
                return Ref(Kind.IMPORT, bound.text)
            case How.FUNCTION:
                return Ref(Kind.LOCAL, bound.text)
            case How.PARAM if bound.param is not None:
                return _param(name, bound.param, scope)
        return UNKNOWN

    def _bound_value(self, bound: Bound, scope: Scope, steps: int) -> Ref:
        ref = self.ref(bound.node, scope, steps - 1)
        if ref.kind is Kind.UNKNOWN:
            return ref
        if bound.how is How.ELEMENT:
            ref = Ref(Kind.ELEMENT, of=ref)
        elif bound.how is How.ENTERED:
            ref = Ref(Kind.ENTERED, of=ref)
        for part in bound.parts:
            ref = Ref(Kind.PART, str(part), of=ref)
        if bound.how in (How.REST, How.LATER):
            ref = Ref(Kind.ELEMENT, of=ref)
        return Ref(Kind.LITERAL, "list", others=(ref,)) if bound.how is How.REST else ref

    def annotation(self, node: cst.CSTNode | None, scope: Scope | None) -> Ref:
        """The class that an annotation names, see :mod:`wflint.facts.annotations`."""
        return annotation(node, lambda inner: self.ref(inner, scope))

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
        found = scope.find(name) if scope is not None else None
        if found is None or len(found[1]) != 1 or found[1][0].how is not How.VALUE:
            return None
        return found[1][0].node if not found[1][0].parts else None


def _literal_index(node: cst.BaseExpression) -> str:
    sign = ""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        sign, node = "-", node.expression
    if not isinstance(node, cst.Integer) or len(node.value) > limits.INDEX_LENGTH:
        return ""
    return f"{sign}{node.value}"


def _param(name: str, param: Param, scope: Scope) -> Ref:
    if param.kind in (ParamKind.SELF, ParamKind.CLS):
        return param.annotation
    if param.kind in (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD):
        each = () if says_little(param.annotation) else (instance(param.annotation),)
        kind = "tuple" if param.kind is ParamKind.VAR_POSITIONAL else "dict"
        every = Ref(Kind.LITERAL, kind, others=each)
        return Ref(Kind.PARAM, name, of=every, owner=scope.qualname)
    of = None if says_little(param.annotation) else instance(param.annotation)
    return Ref(Kind.PARAM, name, of=of, owner=scope.qualname)


def _is_made_of(ref: Ref) -> bool:
    """Whether a ref stands for an instance of what it is made of, or that with parameters."""
    if ref.kind is Kind.ITEM:
        return bool(ref.others)
    return ref.kind in (Kind.DECLARED, Kind.RESULT, Kind.INSTANCE, Kind.PARAM)


def _one_of(refs: list[Ref]) -> Ref:
    """What several bindings or branches may give; that one is ``None`` says little."""
    return either([ref for ref in refs if ref != _NONE] or refs[:1]) if refs else UNKNOWN


def _matters(ref: Ref) -> bool:
    """Whether an argument may be called, or asked for something, by what it is given to."""
    if ref.kind is Kind.KEYWORD and ref.of is not None:
        return _matters(ref.of)
    return ref.kind is not Kind.LITERAL or bool(ref.others) or ref.name == "set"


def _both_sides(node: cst.IfExp, scope: Scope | None) -> list[cst.BaseExpression]:
    return [node.body, node.orelse]


_Rooted = Callable[..., Ref]
_ROOTS: dict[type[cst.CSTNode], _Rooted] = {
    cst.Name: Refs._named,
    cst.Call: Refs._called,
    cst.Lambda: Refs._lambda,
    cst.SimpleString: Refs._string,
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
