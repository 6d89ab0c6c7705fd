"""Facts: what one module says, as plain data.

No tree node is kept. A *site* names a node of a piece of code by its number in the walk of that
piece (:mod:`wflint.syntax.walk`); its position is computed only when a diagnostic needs it
(:mod:`wflint.syntax.positions`). Everything here can be encoded by msgspec, and
nothing is part of a circle, so that the garbage collector need not know of it.
"""

from __future__ import annotations

import enum

from msgspec import Struct

Site = int


class Kind(str, enum.Enum):
    """The kinds of root that a :class:`Ref` can have."""

    __hash__ = str.__hash__  # an enum's own is written in Python

    GLOBAL = "global"  # a module-level name of the same module, maybe a builtin
    IMPORT = "import"  # an absolute dotted name, bound by an import inside a function
    LOCAL = "local"  # a nested function or lambda; `name` is its qualname
    SELF = "self"  # the instance that a method of class `name` was called on
    CLS = "cls"  # the class that a classmethod of class `name` was called on
    SUPER = "super"  # `super()` inside class `name`
    PARAM = "param"  # a parameter; what its callers pass may be known
    DECLARED = "declared"  # the first of `others`, declared to be `of`
    INSTANCE = "instance"  # an instance of the class `of`
    RESULT = "result"  # what calling `of` gives: an instance when `of` is a class
    UNAWAITED = "unawaited"  # what the call `of` itself gives: a coroutine, if it is of `async def`
    PARTIAL = "partial"  # functools.partial(of, ...)
    EITHER = "either"  # one of `others`
    OR = "or"  # the first of two `others`, or the second where there is none
    KEYWORD = "keyword"  # in a call: `of`, given as `name=`
    ITEM = "item"  # `of[others]`: a generic class with its parameters, or a value looked up
    ELEMENT = "element"  # what a loop over `of` gives
    PART = "part"  # the part number `name` of the tuple `of`
    ENTERED = "entered"  # what `with of as x` gives
    TYPEVAR = "typevar"  # the type variable `name`; `of` is its bound, if it has one
    OPERATION = "operation"  # what the operator `name` gives for `others`
    LITERAL = "literal"  # a literal; `name` is its builtin type, `others` some of its elements
    UNKNOWN = "unknown"  # anything else


class Ref(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """A reference that an expression makes: a root and the attributes taken from it.

    ``datetime.now`` is ``Ref(GLOBAL, "datetime", ("now",))``, however ``datetime`` was imported.
    ``others`` are further parts: of a call its plain positional arguments, of a type its
    parameters, of a container its elements. ``owner`` is the qualname of the function whose
    parameter it is; ``of`` is then what its annotation says.
    """

    kind: Kind
    name: str = ""
    path: tuple[str, ...] = ()
    of: Ref | None = None
    others: tuple[Ref, ...] = ()
    owner: str = ""


AFTER_INIT = frozenset({"__post_init__", "__attrs_post_init__", "model_post_init"})
"""Methods that a generated constructor calls when it has stored what it was given."""

UNKNOWN = Ref(Kind.UNKNOWN)
NOTHING = Ref(Kind.LITERAL, "None")

SQLITE = "sqlite"
"""The scheme of the URL of a database that runs in the process.

A text that begins with it is a literal with this one among its parts.
"""
SQLITE_URL = Ref(Kind.LITERAL, "str", others=(Ref(Kind.LITERAL, SQLITE),))


class Flag:
    """Facts about the place of a call, use or finding: bits of an integer.

    Plain integers, because operations on :class:`enum.Flag` are many times slower.
    """

    AWAITED = 1  # the expression is the operand of `await`
    STATEMENT = 2  # the expression is a statement of its own: its value is dropped
    NOT_IN_WORKFLOW = 4  # runs only outside a workflow: `if not workflow.in_workflow()`, ...
    NOT_REPLAYING = 8  # runs only while not replaying
    UNRESTRICTED = 16  # inside `with workflow.unsafe.sandbox_unrestricted()`
    IN_LOOP = 32  # inside the body of a loop or comprehension of the same function
    OPTIONAL = 64  # a fallback value, see `Call.fallback`; runs only when that value is missing
    RETURNED = 128  # the expression is the operand of `return`
    RAISED = 256  # the expression is raised
    STORED = 512  # the name or attribute is assigned to
    DELETED = 1024  # the name or attribute is deleted
    IN_WORKFLOW = 2048  # runs only where no activity runs: `if workflow.in_workflow()`, ...


class ValueType(str, enum.Enum):
    """The kinds of value that an argument can be."""

    __hash__ = str.__hash__

    NONE = "none"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    BYTES = "bytes"
    FSTRING = "fstring"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    SET = "set"
    GENERATOR = "generator"
    LAMBDA = "lambda"
    NAME = "name"
    CALL = "call"
    AWAIT = "await"
    OTHER = "other"


_VALUE_TYPES = {each.value: each for each in ValueType}


def value_type(name: str) -> ValueType:
    """The type of a literal of a builtin class."""
    return _VALUE_TYPES.get(name, ValueType.OTHER)


SPREAD = "**"
"""The key of what is spread into a dict or call."""


class Value(Struct, frozen=True, array_like=True, gc=False):
    """The shape of an argument.

    ``text`` is the source of a number, bool or string literal (without quotes), or a
    name that is a parameter.
    ``ref`` is what a name, attribute or lambda refers to, or what a call calls. ``items`` are the
    keys of a dict literal or the keywords of a call, ``**`` for what is spread into it, and empty
    for what a call is given by position and for the elements of a list, a tuple, an f-string or an
    operator. ``complete`` is false when there may be more. ``values`` are what stands there for
    each of the ``items``; nothing if those are very many.
    """

    type: ValueType
    text: str = ""
    ref: Ref = UNKNOWN
    items: tuple[str, ...] = ()
    complete: bool = True
    values: tuple[Value, ...] = ()

    def get(self, key: str) -> Value | None:
        """Return what stands under a key; ``None`` if it is not there, or not known."""
        if key not in self.items or not self.values:
            return None
        return self.values[self.items.index(key)]


NONE, TRUE, FALSE = "n:", "b:True", "b:False"
"""The spelling in terms of the three constants that are names."""


class TermKind(str, enum.Enum):
    """The kinds of :class:`Term`."""

    __hash__ = str.__hash__

    CONSTANT = "constant"  # `text` is the literal, as :func:`constant` writes it
    PARAM = "param"  # the parameter `text` of the function itself
    LOCAL = "local"  # the variable `text`, which is the display in `others`
    NAME = "name"  # a name of a module: `ref`
    ITEM = "item"  # what stands under the key `text` of the one in `others`
    GET = "get"  # the same, or the second of `others` where there is no such key
    OR = "or"  # the first of two `others`, or the second where that is false
    DICT = "dict"  # a dictionary that is written out: an ENTRY for each key
    ENTRY = "entry"  # in a dictionary: one of `others` under the key `text`
    SPREAD = "spread"  # in a dictionary: anything
    CALL = "call"  # what `ref` gives for the ARGUMENTs in `others`
    ARGUMENT = "argument"  # in a call: one of `others`, given as `text=`
    OPEN = "open"  # not known


class Term(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """An expression whose value may be known from the literals that callers pass."""

    kind: TermKind
    text: str = ""
    others: tuple[Term, ...] = ()
    ref: Ref = UNKNOWN


OPEN = Term(TermKind.OPEN)


class Asked(str, enum.Enum):
    """The questions that a :class:`Test` can ask."""

    __hash__ = str.__hash__

    TRUE = "true"  # if `term` is true
    IN = "in"  # if it is equal to one of `values`
    IS = "is"  # if it is the one of `values`, which is None, True or False
    STARTS = "starts"  # if it starts with one of them
    ENDS = "ends"
    NOT = "not"  # if the one of `others` is false
    AND = "and"  # if all of them are true
    OR = "or"  # if any is
    OPEN = "open"  # something that is not known


class Test(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """A test that literals may decide."""

    asked: Asked
    term: Term = OPEN
    values: tuple[Term, ...] = ()
    others: tuple[Test, ...] = ()


class Condition(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """Code runs only where a test is true (or not, as ``holds`` says), and ``after`` holds as well.

    That is the number of another condition of the same body; 0 for none.
    """

    test: Test
    holds: bool
    after: int = 0


class Arg(Struct, frozen=True, array_like=True, gc=False):
    """An argument: positional, ``keyword=``, or spread (``star`` is ``*`` or ``**``).

    ``term`` is set where it can be told what literal it is, or comes from.
    """

    value: Value
    keyword: str = ""
    star: str = ""
    site: Site = -1
    term: Term | None = None


class Call(Struct, frozen=True, array_like=True, gc=False):
    """A call. ``written`` is the callee as the source has it (``self.helper``), for messages.

    ``fallback`` is, for ``x or f()`` and ``if x is None: x = f()``, the parameter ``x``, and
    ``.x`` for a field ``self.x`` that a generated constructor has just stored; it is empty when
    ``x`` is surely something, and counts only with ``Flag.OPTIONAL``. ``bound_to`` is the name that
    the value is assigned to, in the body of a class. ``under`` is, here and elsewhere,
    the number of the condition under which the place runs; 0 where there is none.
    """

    site: Site
    target: Ref
    written: str
    args: tuple[Arg, ...] = ()
    flags: int = 0
    fallback: str = ""
    bound_to: str = ""
    under: int = 0


class Use(Struct, frozen=True, array_like=True, gc=False):
    """A name or attribute that is read, written or passed on, but not called."""

    site: Site
    target: Ref
    written: str
    flags: int = 0
    fallback: str = ""
    under: int = 0


class Operation(Struct, frozen=True, array_like=True, gc=False):
    """Something that calls methods without looking like a call: ``with``, a loop, an operator.

    ``methods`` are the methods of ``operand`` that it calls, in order. Of ``a|b`` it is the first
    that there is.
    """

    site: Site
    operand: Ref
    methods: tuple[str, ...]
    flags: int = 0
    fallback: str = ""
    under: int = 0


class Finding(Struct, frozen=True, array_like=True, gc=False):
    """Something a rule saw; it counts only if the function runs in the rule's scope.

    ``subject`` is the name whose meaning the finding rests on: when it turns out to be the user's
    own code (a first-party module called ``random``), the finding is dropped. ``asked`` is an
    expression whose type the rule wants to know before it decides, and ``detail`` what the rule has
    noted for itself, packed; see :meth:`wflint.rule.base.Rule.confirm`. ``awaited`` are the
    functions for whose results the place waits.
    """

    code: str
    site: Site
    message: str
    severity: str = ""
    subject: Ref | None = None
    flags: int = 0
    asked: Ref | None = None
    detail: bytes = b""
    awaited: tuple[Ref, ...] = ()
    under: int = 0


class Decorator(Struct, frozen=True, array_like=True, gc=False):
    """``target`` is the decorator, or what is called to get it; ``keywords`` name its keyword
    arguments, with :data:`SPREAD` for what is spread into it, ``values`` are what these are given,
    ``first`` is what is given by position first; ``called`` is true for ``@d(...)``."""

    target: Ref
    called: bool = False
    keywords: tuple[str, ...] = ()
    written: str = ""
    values: tuple[Value, ...] = ()
    first: Value | None = None

    def option(self, name: str) -> Value | None:
        """Return what a keyword argument is given, if there is one of that name."""
        given = zip(self.keywords, self.values, strict=True)
        return next((value for keyword, value in given if keyword == name), None)

    @property
    def is_open(self) -> bool:
        """True if it may be given options that do not stand there by name."""
        return SPREAD in self.keywords


class ParamKind(str, enum.Enum):
    """The ways in which a parameter can be given."""

    __hash__ = str.__hash__

    POSITIONAL = "positional"  # maybe by keyword, too
    KEYWORD = "keyword"  # only so
    VAR_POSITIONAL = "*"
    VAR_KEYWORD = "**"
    SELF = "self"  # the receiver of a method
    CLS = "cls"  # that of a class method


class Param(Struct, frozen=True, array_like=True, gc=False):
    """A parameter.

    ``default`` is what a default value refers to, if that is worth knowing, or ``None``.
    """

    name: str
    annotation: Ref = UNKNOWN
    has_default: bool = False
    kind: ParamKind = ParamKind.POSITIONAL
    default: Ref = UNKNOWN


class FunctionHead(Struct, frozen=True, array_like=True, gc=False):
    """A function without its body.

    ``qualname`` is the dotted name inside the module; ``owner`` the qualname of the class it is a
    method of. ``start`` and ``end`` are the character offsets of the whole definition, decorators
    included; for one inside another function they are those of the outermost, and ``site`` is its
    own place in that. The body of one that is ``too_deep`` must not be parsed.
    """

    qualname: str
    owner: str = ""
    is_async: bool = False
    is_generator: bool = False
    decorators: tuple[Decorator, ...] = ()
    params: tuple[Param, ...] = ()
    returns: Ref = UNKNOWN
    start: int = 0
    end: int = 0
    too_deep: bool = False
    site: Site = -1

    @property
    def name(self) -> str:
        """The last part of the qualname, without the number of an alternative."""
        return self.qualname.rpartition(".")[2].partition("#")[0]


class ClassFacts(Struct, frozen=True, array_like=True, gc=False):
    """A class: bases and decorators in order, methods by name, class attributes.

    A method that is defined in several branches has further entries: ``name#2``, ...

    ``attributes`` maps an attribute to what it holds (an annotated one: an instance of the
    annotation); ``fields`` are the annotated ones in order. ``params`` are its type parameters.
    ``makes_defaults`` is set when a field may have a function that makes its default value.
    ``values`` are the attributes that may be options, as they are written.
    """

    qualname: str
    bases: tuple[Ref, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    methods: dict[str, FunctionHead] = {}
    attributes: dict[str, Ref] = {}
    fields: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    metaclass: Ref = UNKNOWN
    makes_defaults: bool = False
    values: dict[str, Value] = {}


class Put(Struct, frozen=True, array_like=True, gc=False):
    """Something that is put into an attribute of an object that is not ``self``.

    ``into`` is set when it is put into a container that the attribute holds.
    """

    target: Ref
    attribute: str
    value: Ref
    into: bool = False


class Mutation(Struct, frozen=True, array_like=True, gc=False):
    """Something that changes an object that may be there before and after the function.

    ``target`` is the object: ``self`` for ``self.x = 1``, ``self.x`` for ``self.x.append(1)``.
    ``how`` is ``attribute`` (set or deleted), ``item``, ``name`` (of a ``global`` name), or the
    method that is called. ``site`` is the statement, or the call.
    """

    site: Site
    target: Ref
    how: str
    flags: int = 0
    fallback: str = ""
    under: int = 0


class Exit:
    """The ways in which control leaves a block: bits of an integer."""

    RAISES = 1
    RETURNS = 2
    BREAKS = 4
    CONTINUES = 8
    ENDS = 16  # what follows the block runs
    LEAVES = RETURNS | BREAKS | CONTINUES


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """An ``except``: the sites from ``site`` to ``end`` (exclusive).

    ``caught`` are the classes, or tuples of classes; without any it catches everything. ``raises``
    is set if there is a ``raise`` in it, and ``exits`` are the ways out of it, those of
    :class:`Exit`. Of the error, which has ``name``, it reads the attributes ``asked``, gives it to
    the calls at the sites ``given``, and does something else with it (keeps it, compares it) if
    ``kept`` is set.
    """

    site: Site
    end: Site
    caught: tuple[Ref, ...]
    name: str = ""
    raises: bool = False
    asked: tuple[str, ...] = ()
    given: tuple[Site, ...] = ()
    kept: bool = False
    exits: int = Exit.ENDS


class Try(Struct, frozen=True, array_like=True, gc=False):
    """A ``try``, which protects the sites from ``start`` to ``end`` (exclusive).

    A ``with contextlib.suppress(...)`` is one as well: ``is_with`` is set. ``is_group`` is set for
    ``except*``. Its ``finally`` has the sites from ``last`` to ``last_end``, if there is one; at
    the site ``leaves`` it has a ``return``, ``break`` or ``continue``, which drops every error, and
    ``always_leaves`` is set if no way leads past that. ``is_plain`` is set if what is protected is
    nothing but names and calls, so that nothing else can fail there. ``around`` is the index,
    among those of the body, of the innermost one that this one stands in: in what that protects,
    in a handler or in its ``finally``; -1 if there is none. ``raises_next`` is set if what follows
    it raises in any case, in the same block or behind the ``if``, ``with`` or handler it ends.
    """

    site: Site
    start: Site
    end: Site
    handlers: tuple[Handler, ...] = ()
    is_group: bool = False
    is_with: bool = False
    last: Site = -1
    last_end: Site = -1
    leaves: Site = -1
    always_leaves: bool = False
    is_plain: bool = False
    flags: int = 0
    under: int = 0
    around: int = -1
    raises_next: bool = False


class Raise(Struct, frozen=True, array_like=True, gc=False):
    """A ``raise``: ``error`` is what it raises, as it is written: ``E``, ``E(...)``, ``error``.

    ``is_again`` is set for a plain ``raise``, and for one of the error that a handler around it has
    caught. ``is_all`` is set if the function does nothing else.
    """

    site: Site
    error: Ref = UNKNOWN
    is_again: bool = False
    is_all: bool = False
    flags: int = 0
    under: int = 0


class FunctionBody(Struct, frozen=True, array_like=True, gc=False):
    """All that a function does, in source order. Nested functions and lambdas have their own.

    ``attributes`` are the attributes that it sets on ``self``, with what they are set to; one that
    is set to several things is unknown. ``additions`` are what it puts into containers that are
    attributes of ``self``. ``reads`` are attributes that it reads or sets on objects, each once.
    ``returned`` is what it may return, ``yielded`` what it may yield. ``classes`` are the classes
    that are defined in it; the body of a class is one of its own. ``stores`` are what it puts into
    attributes of other objects. ``mutations`` are all changes of objects that outlive it.
    ``conditions`` are those that places stand under, counted from 1, each behind the one that it
    comes after; ``defaults`` are the default values of parameters that are literals. ``results``
    are the shapes of all that it returns, if one of them may be an option, or several.
    """

    head: FunctionHead
    calls: tuple[Call, ...] = ()
    uses: tuple[Use, ...] = ()
    findings: tuple[Finding, ...] = ()
    attributes: dict[str, Ref] = {}
    additions: dict[str, tuple[Ref, ...]] = {}
    operations: tuple[Operation, ...] = ()
    reads: tuple[Use, ...] = ()
    returned: tuple[Ref, ...] = ()
    yielded: tuple[Ref, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    stores: tuple[Put, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    tries: tuple[Try, ...] = ()
    conditions: tuple[Condition, ...] = ()
    defaults: dict[str, Term] = {}
    raises: tuple[Raise, ...] = ()
    results: tuple[Value, ...] = ()


class BindingKind(str, enum.Enum):
    """The ways in which a module-level name can be bound."""

    __hash__ = str.__hash__

    IMPORT = "import"
    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"


class Binding(Struct, frozen=True, array_like=True, gc=False):
    """The binding of a module-level name.

    ``target`` is, for an import, the absolute dotted name, for a function or class its qualname;
    ``value`` is what was assigned. ``alternative``
    is true for bindings of which only one happens: in branches of ``if`` and ``try``; ``typed`` for
    those that only type checkers see. ``declared`` is what the value is declared to be.
    """

    what: BindingKind
    target: str = ""
    value: Value | None = None
    alternative: bool = False
    typed: bool = False
    declared: Ref = UNKNOWN


class ImportFact(Struct, frozen=True, array_like=True, gc=False):
    """One module that an import statement imports.

    ``module`` is its absolute dotted name, ``names`` are what is taken from it (``*`` for all).
    ``passed_through`` is set in a ``with`` block that asks the sandbox for it, ``typed`` for what
    only type checkers see, ``fallback`` in an ``except`` branch, ``guarded`` where an error of the
    import may be caught. ``offset`` is where the statement begins, in characters. ``relative`` is
    set where dots stand in front of the name.
    """

    module: str
    names: tuple[str, ...] = ()
    passed_through: bool = False
    typed: bool = False
    fallback: bool = False
    offset: int = 0
    relative: bool = False
    guarded: bool = False


class ModuleFacts(Struct, frozen=True, array_like=True, gc=False):
    """The contents of a module, without the bodies of its functions.

    ``stars`` are the modules of its star imports, ``exports`` its ``__all__``. ``called`` are the
    words in the names of what it calls when it is imported (``asyncio`` and ``run``), sorted.
    ``imports`` are its imports in source order, those inside functions left out.
    """

    name: str
    is_package: bool = False
    bindings: dict[str, tuple[Binding, ...]] = {}
    stars: tuple[str, ...] = ()
    exports: tuple[str, ...] | None = None
    functions: dict[str, FunctionHead] = {}
    classes: dict[str, ClassFacts] = {}
    called: tuple[str, ...] = ()
    imports: tuple[ImportFact, ...] = ()
