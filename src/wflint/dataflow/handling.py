"""Reads what a function does with the objects of its names: who may change them.

By names, not by the order of statements: what is done to a name anywhere in the function, or in one
nested in it, counts everywhere. Each place where a name stands is followed outwards through the
expression that it is part of. Where that leads to a place that is not understood, the object is
*lost*: anybody may change it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint import limits
from wflint.dataflow.touches import ANY, Handling, Keys, Touch, What
from wflint.facts.model import Flag, TermKind
from wflint.facts.terms import literal
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.bodies import BodyReader
    from wflint.facts.frames import Entry, Frame

_CHANGES_ONE = frozenset({"pop", "setdefault", "__setitem__", "__delitem__"})
_CHANGES = frozenset({"clear", "popitem", "update", "__ior__"})
_SHOWS_VALUES = frozenset({"copy", "items", "values"})
_TEXT = frozenset({"keys", "startswith", "endswith", "lower", "upper", "strip", "split"})
_ASKS = (
    cst.Comparison,
    cst.ComparisonTarget,
    cst.UnaryOperation,
    cst.If,
    cst.While,
    cst.Assert,
    cst.CompIf,
    cst.Expr,
    cst.FormattedStringExpression,
    cst.Index,
)
"""Nodes that only ask for something."""
_LETS_THROUGH = (cst.Await, cst.BooleanOperation, cst.Dict)


def handling(reader: BodyReader | None, qualname: str) -> Handling:
    """Return what a function does; ``reader`` has read the outermost function around it."""
    frames = reader.walker.frames if reader is not None else []
    frame = next((f for f in frames if f.head.qualname == qualname), None)
    if reader is None or frame is None:
        return Handling(is_known=False)
    return _Reading(reader, frame).read()


class _Reading:
    """Reads one function."""

    def __init__(self, reader: BodyReader, frame: Frame) -> None:
        self.reader = reader
        self.frame = frame
        self.found: dict[Touch, None] = {}
        self.results: dict[int, None] = {}  # the sites of the calls that are given something

    def read(self) -> Handling:
        entries = self.reader.walker.entries
        for entry in entries:
            name = _name_at(entry)
            if name and self._is_own(entry, name):
                self._follow(entry, name)
            if len(self.found) > limits.HANDLED:
                return Handling(is_known=False)
        done = 0
        while done < len(self.results):
            site = list(self.results)[done]
            self._follow(entries[site], f"@{site}")
            done += 1
        returned = "" if self.frame.yields else self._returned()
        return Handling(tuple(self.found), tuple(self.frame.conditions), returned)

    def _is_own(self, entry: Entry, name: str) -> bool:
        """True of a name that the function binds, also where a nested one uses it."""
        scope = entry.state.scope
        found = scope.find(name) if scope is not None else None
        return found is not None and found[0].of_function.qualname == self.frame.head.qualname

    def _returned(self) -> str:
        """The parameter that the function returns wherever it comes to an end, or ``""``."""
        found: set[str] = set()
        ends = False
        for entry in self.reader.walker.entries:
            if entry.state.frame is self.frame and isinstance(entry.node, cst.Return):
                term = self.reader.terms.term(entry.node.value, entry.state.scope)
                found.add(term.text if term.kind is TermKind.PARAM else "")
                ends = ends or _is_last(entry)
        return found.pop() if len(found) == 1 and ends else ""

    # One place.

    def _follow(self, entry: Entry, name: str) -> None:
        """Follow what a name stands for from one place outwards."""
        here = entry.state
        self.name = name
        self.under = self.reader.under(here) if here.frame is self.frame else 0
        self.keys: Keys = ()
        self.inside: Keys = ()
        node: cst.CSTNode = entry.node
        if isinstance(node, cst.AugAssign):
            self._note(What.LOST)
            return
        above = entry.parent
        while above is not None:
            following = self._step(node, above)
            if following is None:
                return
            node, above = following.node, following.parent
        self._note(What.LOST)

    def _note(
        self, what: What, name: str = "", site: int = -1, *, more: Keys = (), inside: Keys = ()
    ) -> None:
        touch = Touch(self.name, (*self.keys, *more), what, name, site, inside, self.under)
        self.found[touch] = None

    def _step(self, node: cst.CSTNode, above: Entry) -> Entry | None:
        """Go on to the expression around one; ``None`` where the object goes no further."""
        match above.node:
            case cst.Subscript(value=value) as subscript if value is node and not self.inside:
                self.keys = (*self.keys, _key(subscript))
                if not _is_stored(above):
                    return above
                self._note(What.SET)
            case cst.Attribute() if not self.inside:
                return self._method(above)
            case cst.Arg() as arg:
                return self._passed(arg, above)
            case cst.DictElement(key=key) if key is not node:
                text = literal(key).text
                self.inside = (text[2:] if text.startswith("s:") else ANY, *self.inside)
                return above
            case cst.NamedExpr(target=cst.Name(value=target)):
                self._note(What.ALIAS, target, inside=self.inside)
                return above
            case cst.IfExp(test=test):
                return above if test is not node else None
            case cst.Return():
                self._note(What.RETURN, inside=self.inside)
            case cst.Assign(targets=targets):
                for each in targets:
                    self._assigned(each.target)
            case cst.AnnAssign(target=declared):
                self._assigned(declared)
            case cst.For(iter=given) | cst.CompFor(iter=given) if given is node:
                self._note(What.LOST, more=(ANY,))
            case cst.StarredDictElement():
                self._note(What.LOST, more=(ANY,))  # a copy has the same values
            case around if isinstance(around, _LETS_THROUGH):
                return above
            case around if isinstance(around, _ASKS):
                pass
            case _:
                self._note(What.LOST)
        return None

    def _method(self, above: Entry) -> Entry | None:
        """A method of the object that is called."""
        node, call = above.node, above.parent
        assert isinstance(node, cst.Attribute)
        if call is None or not isinstance(call.node, cst.Call) or call.node.func is not node:
            self._note(What.LOST)
            return None
        args, method = call.node.args, node.attr.value
        first = literal(args[0].value).text if args and not args[0].star else ""
        key = first[2:] if first.startswith("s:") else ANY
        if method == "get" or method in _CHANGES_ONE:
            self.keys = (*self.keys, key)
            if method != "get":
                self._note(What.SET)
            return call
        if method in _CHANGES:
            self._note(What.SET, more=(ANY,))
        elif method in _SHOWS_VALUES:
            self._note(What.LOST, more=(ANY,))
        elif method not in _TEXT:
            self._note(What.LOST)
        return None

    def _passed(self, arg: cst.Arg, above: Entry) -> Entry | None:
        """An argument of a call."""
        around = above.parent
        if around is None or not isinstance(around.node, cst.Call):
            self._note(What.LOST)
            return None
        call = around.node
        number = next(n for n, a in enumerate(call.args) if a is arg)
        is_get = isinstance(call.func, cst.Attribute) and call.func.attr.value == "get"
        if is_get and number == 1 and len(call.args) == 2:
            return around  # `x.get(key, it)` may be it
        if arg.star:
            self._note(What.LOST, more=(ANY,))
            return None
        site = self.reader.walker.order[id(call)]
        self.results.setdefault(site)
        given = arg.keyword.value if arg.keyword is not None else str(number)
        self._note(What.PASS, given, site, inside=self.inside)
        return None

    def _assigned(self, target: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            self._note(What.ALIAS, target.value, inside=self.inside)
        else:
            self._note(What.LOST)


def _name_at(entry: Entry) -> str:
    """The name whose value is used at a place, or ``""``: there it is bound, or only a word."""
    node, parent = entry.node, entry.parent.node if entry.parent is not None else None
    if isinstance(node, cst.AugAssign):
        return node.target.value if isinstance(node.target, cst.Name) else ""
    if not isinstance(node, cst.Name):
        return ""
    match parent:
        case cst.Attribute(value=value) | cst.Arg(value=value) | cst.NamedExpr(value=value):
            return node.value if value is node else ""
        case cst.Del():
            return ""
    return node.value


def _key(node: cst.Subscript) -> str:
    first = node.slice[0].slice
    text = literal(first.value).text if isinstance(first, cst.Index) else ""
    return text[2:] if text.startswith("s:") and len(node.slice) == 1 else ANY


def _is_stored(entry: Entry) -> bool:
    return bool(entry.state.flags & (Flag.STORED | Flag.DELETED))


def _is_last(entry: Entry) -> bool:
    """True of the last statement of a function."""
    line = entry.parent
    block = line.parent if line is not None else None
    if line is None or block is None or not isinstance(block.node, cst.IndentedBlock):
        return False
    around = block.parent.node if block.parent is not None else None
    is_body = around is None or isinstance(around, cst.FunctionDef)
    return is_body and block.node.body[-1] is line.node
