"""A class says the same wherever it stands: in a module, which ``ast`` reads, and in a function,
which LibCST reads.
"""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from wflint.facts.bodies import BodyReader, Reading
from wflint.facts.model import ClassFacts, Decorator, FunctionHead, Kind, ModuleFacts, Ref
from wflint.facts.modules import ModuleReader
from wflint.faults import Faults
from wflint.files.source import Source
from wflint.rule import RuleSettings
from wflint.syntax.guard import parse
from wflint.syntax.pieces import function_node, read_function

HEADER = """\
import functools
from typing import Any, ClassVar, Generic, TypeVar
from base import Base, Clock, Meta, define, field, mark

T = TypeVar("T")
K = TypeVar("K", bound=Clock)

"""

FORMS = {
    "a lambda as attribute": "class C:\n    later = lambda self, n=1: n",
    "a lambda with an annotation": "class C:\n    later: Any = lambda self: 1",
    "a static lambda": "class C:\n    now = staticmethod(lambda zone: zone)",
    "an alias": "class C:\n    def b(self): ...\n    a = b",
    "an alias of an alias": "class C:\n    def b(self): ...\n    a = b\n    c = a",
    "a property with its setter": """
        class C:
            @property
            def size(self) -> int: ...
            @size.setter
            def size(self, value: int) -> None: ...
            @size.deleter
            def size(self) -> None: ...
        """,
    "type parameters": "class C(Base[K], Generic[T, K]):\n    it: T",
    "type parameters of a base": "class C(Base[T]):\n    it: T",
    "fields": """
        class C:
            clock: Clock
            given: Clock = Clock
            any: Any = Clock()
            made: list[int] = field(default_factory=list)
            count: int = 1
            missing: Clock | None = None
            known: ClassVar[set] = set()
        """,
    "attributes": """
        class C:
            clock = Clock()
            nothing = None
            yes = True
            name = "name"
            raw = b"raw"
            table = {"now": Clock, **other}
            every = [Clock, *more]
            left, right = Clock, Clock
            first = second = Clock
        """,
    "fields that are called for": "class C:\n    clock = field(factory=Clock)",
    "decorators": """
        @define
        @mark(name="c", order=1)
        @mark.final
        class C(Base, metaclass=Meta):
            @mark
            @functools.cached_property
            def a(self): ...
            @mark.all(name="b")
            def b(self): ...
        """,
    "decorators by hand": "class C:\n    def a(self): ...\n    a = property(a)",
    "kinds of methods": """
        class C:
            async def a(self): ...
            @staticmethod
            def b(x): ...
            @classmethod
            def c(cls): ...
            def __new__(cls): ...
            def d(): ...
        """,
    "parameters": """
        class C:
            def a(self, one, /, two: Clock, three=None, *rest: int, four=Clock, **more: Any): ...
            def b(self, clock=Clock.now, *, other: Clock = Clock(), zone="UTC"): ...
            def c(self, clock=Clock(), *, other: Any = Clock(), names=set()): ...
        """,
    "results": "class C:\n    def a(self) -> Clock: ...\n    def b(self) -> 'list[Clock]': ...",
    "partial methods": "class C:\n    def a(self, n): ...\n    b = functools.partialmethod(a, 1)",
    "methods in branches": """
        class C:
            if mark:
                def a(self): ...
            else:
                def a(self, more): ...
            try:
                b = Clock()
            except ImportError:
                def c(self): ...
        """,
    "a method that is defined again": "class C:\n    def a(self): ...\n    def a(self, n): ...",
    "aliases of attributes": "class C:\n    a = Clock()\n    b = a\n    now = a.now\n    d = b = b",
    "imports": "class C:\n    import os.path\n    from base import Clock as Watch\n    c = Watch",
    "a class in it": "class C:\n    class D:\n        x = Clock()\n    d = D",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_class_says_the_same_in_a_function(form: str) -> None:
    text = textwrap.dedent(FORMS[form]).strip()
    assert plain(in_function(text)) == plain(in_module(text))


def test_new_type_parameters_are_read_in_functions() -> None:
    """The running Python may be too old to read them in a module."""
    (facts,) = in_function("class C[T, *Ts, **P](Base[T]):\n    it: T")
    assert facts.params == ("T", "Ts", "P")


def test_names_of_a_class_are_its_own() -> None:
    lines = ("class C:", "from base import Clock", "Base = Clock", "now = Base.now", "Meta = Meta")
    text = "\n    ".join(lines)
    for (facts,) in (in_module(text), in_function(text)):
        clock = Ref(Kind.IMPORT, "base.Clock")
        assert facts.attributes == {
            "Clock": clock,
            "Base": clock,
            "now": Ref(Kind.IMPORT, "base.Clock", ("now",)),
            "Meta": Ref(Kind.GLOBAL, "Meta"),
        }


def test_a_lambda_is_the_default_of_a_parameter_wherever_it_stands() -> None:
    text = "class C:\n    def a(self, clock=lambda: 1, *, other=lambda: 2): ..."
    for (facts,) in (in_module(text), in_function(text)):
        defaults = [param.default for param in facts.methods["a"].params[1:]]
        assert [default.kind for default in defaults] == [Kind.LOCAL, Kind.LOCAL]
        assert len(set(defaults)) == 2


def in_module(text: str) -> list[ClassFacts]:
    return list(module(HEADER + text).classes.values())


def in_function(text: str) -> list[ClassFacts]:
    indented = textwrap.indent(text, "    ")
    source = Source(f"{HEADER}def f():\n{indented}\n")
    facts = module(source.text)
    head = facts.functions["f"]
    node = function_node(read_function(source, head.start, head.end))
    assert node is not None
    reading = Reading(lambda text: {}, lambda path, name: 0, lambda path: RuleSettings())
    reader = BodyReader(facts, "module.py", reading, lambda name: None, Faults())
    bodies = reader.read_function(node, head)
    found = [cls for body in bodies for cls in body.classes]
    return sorted(found, key=lambda cls: cls.qualname)


def module(text: str) -> ModuleFacts:
    source = Source(text)
    return ModuleReader("module", False, source).read(parse(source), source)


def plain(value: Any) -> Any:
    """Return facts without what must differ: places, and the names of what stands in a function."""
    match value:
        case Ref(kind=Kind.LOCAL, name=name) if name.endswith("<lambda>"):
            return "<lambda>"
        case Ref(kind=Kind.GLOBAL | Kind.LOCAL, name=name, path=path):
            return ".".join((name.removeprefix("f."), *path))
        case FunctionHead():
            qualname = value.qualname.partition("#")[0]
            value = replace(value, qualname=qualname, start=0, end=0, site=-1)
        case Decorator(written="setter" | "deleter"):  # of a name of the class
            return value.written
    if isinstance(value, Struct):
        return type(value).__name__, {f: plain(getattr(value, f)) for f in value.__struct_fields__}
    if isinstance(value, dict):
        return [(key, plain(inner)) for key, inner in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value.removeprefix("f.") if isinstance(value, str) else value
