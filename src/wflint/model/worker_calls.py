"""Reads what one module gives Workers, and functions that make them, from its text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from msgspec import Struct, field

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, Ref
from wflint.model.listings import Lister, Listing, Names, names_in
from wflint.model.scoped_nodes import rows_of, scoped_nodes
from wflint.project.module import Module
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.words import last_word

_LISTS = frozenset({"activities", "workflows"})
_NAME = "Worker"
_ALIAS = re.compile(rf"{_NAME}\s+as\b")
_MAY_REGISTER = re.compile(rf"\b{_NAME}\b|\b(?:{'|'.join(sorted(_LISTS))})(?:\s*=|[\"'])")
"""Matches the text of each file that has something to read: most files are not parsed."""


class Given(Struct, array_like=True):
    """An argument. ``text`` is that of a literal, ``word`` its source if it is another constant.

    ``ref`` is what it refers to, and ``listing`` what it lists, if it does. ``made`` is the call
    that gives it, if there is only one, which stands in the same file.
    """

    text: str | None = None
    word: str = ""
    ref: Ref = UNKNOWN
    listing: Listing = field(default_factory=Listing)
    made: Made | None = None


class Made(Struct, array_like=True):
    """A call that makes an argument of another one.

    ``spread`` is set when there are arguments of which nothing is known.
    """

    callee: Ref
    positional: list[Given] = field(default_factory=list)
    keywords: dict[str, Given] = field(default_factory=dict)
    spread: bool = False


class Runner(Struct, array_like=True):
    """The parts of a runner of workflows: the last words of all names in it, and the texts that
    are passed through. ``vague`` is set if more is passed through than stands there.
    """

    words: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    vague: bool = False


class WorkerCall(Struct, array_like=True):
    """A call of a Worker, or of something else that is given lists of what to register.

    ``offset`` is where it stands, ``function`` the qualname of the function around it. ``spread``
    is set when there are arguments of which this module knows nothing; ``elsewhere`` are the names
    of dictionaries of other modules among those. ``is_lost`` is set if there are others.
    """

    offset: int
    function: str
    callee: Ref
    positional: list[Given] = field(default_factory=list)
    keywords: dict[str, Given] = field(default_factory=dict)
    spread: bool = False
    runner: Runner | None = None
    elsewhere: list[Ref] = field(default_factory=list)
    is_lost: bool = False


class Calls(Struct, array_like=True):
    """The calls of a function by its name; ``passed_on`` if the name is used in another way."""

    calls: list[WorkerCall] = field(default_factory=list)
    passed_on: bool = False


def worker_calls(module: Module) -> list[WorkerCall]:
    """Return all calls of a module that may make a Worker, or tell one what to register.

    So does ``config["activities"] = [...]``, which calls nothing that is known.
    """
    return module.notes.answer("worker calls", list[WorkerCall], lambda: _worker_calls(module))


def calls_by_name(module: Module, word: str) -> Calls:
    """Return the calls of what has ``word`` as the last part of its name."""
    return module.notes.answer(f"calls of {word}", Calls, lambda: _calls_by_name(module, word))


def calls_giving(module: Module, words: frozenset[str]) -> Calls:
    """Return the calls that have an option of one of some names.

    ``passed_on`` if such a name is a key or an attribute as well, of which nothing is known.
    """
    question = f"calls giving {' '.join(sorted(words))}"
    return module.notes.answer(question, Calls, lambda: _calls_giving(module, words))


def calls_with(module: Module, words: frozenset[str]) -> list[WorkerCall]:
    """Return the calls of a module with arguments in whose rows one of some names stands."""

    def find() -> list[WorkerCall]:
        near = _Near(module, parse_or_empty(module.source), words)
        return near.calls(lambda node: bool(node.args or node.keywords))

    return module.notes.answer(f"calls with {' '.join(sorted(words))}", list[WorkerCall], find)


def options_of_name(module: Module, name: str) -> WorkerCall:
    """Return what `**name` gives a call, for a name of a module; nothing else is set in that."""
    question = f"options {name}"
    return module.notes.answer(question, WorkerCall, lambda: _reader(module).options(name))


def made_by_name(module: Module, name: str) -> Made | None:
    """Return the call that gives a name of a module its value, if there is only one."""
    question = f"made {name}"
    made = module.notes.answer(question, list[Made | None], lambda: [_reader(module).made(name)])
    return made[0]


def _reader(module: Module) -> _Call:
    return _Call(_Code(module, parse_or_empty(module.source)), None)


def _worker_calls(module: Module) -> list[WorkerCall]:
    if _MAY_REGISTER.search(module.source.searchable) is None:
        return []
    tree = parse_or_empty(module.source)
    aliases = {_NAME}
    for node in all_nodes(tree) if _ALIAS.search(module.source.searchable) else ():
        if isinstance(node, ast.ImportFrom):
            aliases |= {a.asname for a in node.names if a.name == _NAME and a.asname}

    def is_wanted(node: ast.Call) -> bool:
        given = {keyword.arg for keyword in node.keywords}
        return last_word(node.func) in aliases or not given.isdisjoint(_LISTS)

    near = _Near(module, tree, {*aliases, *_LISTS})
    calls = near.calls(is_wanted)
    if any(f'["{name}"]' in module.source.searchable for name in _LISTS):
        calls += near.put_by_hand()
    return calls


def _calls_by_name(module: Module, word: str) -> Calls:
    near = _Near(module, parse_or_empty(module.source), {word})
    found = Calls(near.calls(lambda node: last_word(node.func) == word))
    called = {id(at.node.func) for at in near.nodes if isinstance(at.node, ast.Call)}
    found.passed_on = any(
        isinstance(at.node, (ast.Attribute, ast.Name))
        and last_word(at.node) == word
        and isinstance(at.node.ctx, ast.Load)
        and id(at.node) not in called
        for at in near.nodes
    )
    return found


def _calls_giving(module: Module, words: frozenset[str]) -> Calls:
    near = _Near(module, parse_or_empty(module.source), words)
    calls = near.calls(lambda node: any(k.arg in words for k in node.keywords))
    return Calls(calls, any(_names_one(at.node, words) for at in near.nodes))


def _names_one(node: ast.AST, words: frozenset[str]) -> bool:
    match node:
        case ast.Constant(value=str(word)) | ast.Attribute(attr=word):
            return word in words
    return False


def _qualname(names: Names | None) -> str:
    return names.qualname if names is not None else ""


class _Near:
    """The nodes of a module that stand in the rows of some words."""

    def __init__(self, module: Module, tree: ast.Module, words: Iterable[str]) -> None:
        self._code = _Code(module, tree)
        rows = rows_of(words, module.source)
        self.nodes = list(scoped_nodes(tree, rows)) if rows else []

    def calls(self, is_wanted: Callable[[ast.Call], bool]) -> list[WorkerCall]:
        """Return those calls that are wanted."""
        return [
            _Call(self._code, at.names).read(at.node, _qualname(at.names))
            for at in self.nodes
            if isinstance(at.node, ast.Call) and is_wanted(at.node)
        ]

    def put_by_hand(self) -> Iterator[WorkerCall]:
        """Yield the lists that are put under their name into a dictionary of options."""
        for at in self.nodes:
            match at.node:
                case ast.Assign(
                    targets=[
                        ast.Subscript(slice=ast.Constant(value="activities" | "workflows" as key))
                    ],
                    value=value,
                ):
                    made_up = ast.Call(ast.Constant(None), [], [ast.keyword(key, value)])
                    reader = _Call(self._code, at.names)
                    yield reader.read(ast.copy_location(made_up, at.node), _qualname(at.names))


class _Code:
    """The code of a module: what all calls in it have in common."""

    def __init__(self, module: Module, tree: ast.Module) -> None:
        self.module = module
        self.tree = tree
        self.lister = Lister(module)

    @cached_property
    def names(self) -> Names:
        """The names of the module itself."""
        return names_in(self.tree.body)

    @cached_property
    def filled(self) -> frozenset[str]:
        """The names of dictionaries that something is put into: ``options["activities"] = ...``."""
        return frozenset(
            node.value.id
            for node in all_nodes(self.tree)
            if isinstance(node, ast.Subscript)
            and not isinstance(node.ctx, ast.Load)
            and isinstance(node.value, ast.Name)
        )


class _Call:
    """Reads one call."""

    def __init__(self, code: _Code, names: Names | None) -> None:
        self.code = code
        self.lister = code.lister
        self.names = names

    def read(self, node: ast.Call, function: str) -> WorkerCall:
        """Return what a call is given."""
        offset = self.code.module.source.offset(node.lineno, node.col_offset)
        call = WorkerCall(offset, function, self.lister.ref(node.func, self.names))
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                call.spread = call.is_lost = True
            elif not call.spread:
                call.positional.append(self._given(arg, has_made=True))
        for keyword in node.keywords:
            if keyword.arg is None:
                self._options(keyword.value, call)
            else:
                self._keyword(keyword.arg, keyword.value, call)
        return call

    def options(self, name: str) -> WorkerCall:
        """Return what `**name` gives a call."""
        call = WorkerCall(0, "", UNKNOWN)
        self._options(ast.Name(name, ast.Load()), call)
        return call

    def made(self, name: str) -> Made | None:
        """Return the call that gives a name its value."""
        return self._made(ast.Name(name, ast.Load()))

    def _keyword(self, name: str, value: ast.expr, call: WorkerCall) -> None:
        call.keywords[name] = self._given(value, has_made=True)
        if name == "workflow_runner":
            call.runner = self._runner(value)

    def _given(self, node: ast.expr, *, has_made: bool = False) -> Given:
        match node:
            case ast.Constant(value=str(text)):
                return Given(text)
            case ast.Constant(value=value):
                return Given(word=repr(value))
        listing = self.lister.listing(node, self.names)
        given = Given(ref=self.lister.ref(node, self.names), listing=listing)
        given.made = self._made(node) if has_made else None
        return given

    def _made(self, node: ast.expr) -> Made | None:
        """Return the call that gives an expression its value, through names that have only one."""
        behind: ast.expr | None = node
        for _ in range(limits.EXPRESSION_STEPS):
            match behind:
                case ast.Name():
                    behind = self._behind(behind)
                case ast.Await(value=value) | ast.NamedExpr(value=value):
                    behind = value
                case ast.Call(func=func, args=args, keywords=keywords):
                    made = Made(self.lister.ref(func, self.names))
                    made.spread = any(isinstance(arg, ast.Starred) for arg in args)
                    made.spread |= any(keyword.arg is None for keyword in keywords)
                    made.positional = [] if made.spread else [self._given(arg) for arg in args]
                    named = [(keyword.arg, keyword.value) for keyword in keywords]
                    made.keywords = {name: self._given(value) for name, value in named if name}
                    return made
                case _:
                    return None
        return None

    def _options(self, node: ast.expr, call: WorkerCall) -> None:
        """Take in ``**options``, which may be a dictionary that a name stands for."""
        behind = self._behind(node)
        match behind:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self._keyword(key.value, value, call)
                    elif key is None:
                        self._options(value, call)
                    else:
                        call.spread = call.is_lost = True
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                for keyword in keywords:
                    if keyword.arg is None:
                        self._options(keyword.value, call)
                    else:
                        self._keyword(keyword.arg, keyword.value, call)
            case _:
                ref = self._imported(behind or node)
                call.spread = True
                call.is_lost |= ref is None
                call.elsewhere += [ref] if ref is not None else []

    def _imported(self, node: ast.expr) -> Ref | None:
        """Return the ref of a name of another module that this one leaves as it is."""
        ref = self.lister.ref(node, self.names)
        if ref.kind is Kind.IMPORT:
            return ref
        names = self.code.names
        changed = (names.added, names.bound, self.code.filled)
        is_plain = ref.name in names.imports and not any(ref.name in one for one in changed)
        return ref if ref.kind is Kind.GLOBAL and is_plain else None

    def _behind(self, node: ast.expr) -> ast.expr | None:
        """Return what a name stands for that is assigned once and not changed."""
        if not isinstance(node, ast.Name):
            return node
        holder = self.names.holder(node.id) if self.names is not None else None
        bound = holder or self.code.names
        if node.id in bound.params or node.id in bound.added or node.id in self.code.filled:
            return None
        if bound.is_entered(node.id):
            return bound.entered[node.id]
        values = bound.bound.get(node.id, ())
        return values[0] if len(values) == 1 and values[0] is not node else None

    def _runner(self, node: ast.expr) -> Runner:
        found, pending, seen = Runner(), [node], set[str]()
        while pending:
            for part in all_nodes(pending.pop()):
                if isinstance(part, (ast.Attribute, ast.Name)):
                    found.words.append(last_word(part))
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    behind = self._behind(part)
                    pending += [behind] if behind is not None and behind is not part else []
                if isinstance(part, ast.Call) and last_word(part.func).startswith("with_"):
                    texts = [a.value for a in part.args if isinstance(a, ast.Constant)]
                    found.passed += [text for text in texts if isinstance(text, str)]
                    found.vague |= len(texts) < len(part.args)
        found.words = list(dict.fromkeys(found.words))
        return found
