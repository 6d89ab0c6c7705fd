"""Light trees have the nodes of LibCST's own trees, in the same order, with the same meaning."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

import wflint
from wflint.syntax.light.module import light_tree
from wflint.syntax.light.tree import Unsure
from wflint.syntax.parser import quickly
from wflint.syntax.single_expressions import read_expression
from wflint.syntax.walk import walk

ROOT = Path(__file__).parents[2]
FIELDS = ("asynchronous", "attr", "conversion", "keyword", "module", "name", "names", "operator")


def said(node: cst.CSTNode) -> Iterator[object]:
    """What a node says itself; its children say the rest."""
    yield type(node)
    for name in (*FIELDS, "prefix", "relative", "star", "value"):
        value = getattr(node, name, None)
        if isinstance(value, cst.CSTNode):
            yield type(value)
            yield value.value if isinstance(value, cst.Name) else None
        elif isinstance(value, (list, tuple)):
            yield len(value)
        else:
            yield value


def assert_same(text: str) -> None:
    light = walk(light_tree(text).module)
    real = walk(quickly(cst.parse_module, text))
    assert [tuple(said(node)) for node in light] == [tuple(said(node)) for node in real]


STATEMENTS = """\
a = b = c, *d
a: int
a: "list[int]" = []
a += 1; b -= 2; c @= d
a.b[c] //= 1
del a
del a, b
del (a, b), c[0]
assert a, "b"
raise
raise A from b
return
return a, *b
global a, b
pass; pass
import a
import a.b.c as d, e
from . import a
from ...a.b import c as d, e
await a
yield
yield a, b
x = (yield)
"""


@pytest.mark.parametrize("line", STATEMENTS.splitlines())
def test_simple_statements(line: str) -> None:
    assert_same(f"async def f():\n    {line}\n")
    assert_same(f"async def f():\n  if a: {line}\n  {line}\n")


@pytest.mark.parametrize("line", ["from a import *", "x = yield from a", "return (yield from a)"])
def test_statements_that_stand_elsewhere(line: str) -> None:
    assert_same(f"{line}\n")


EXPRESSIONS = r"""
a.b.c
None, True, False, ...
1, 0x_1F, 1_000, 1.5e3, 2j
'a', "a", b'a', Rb"\x", u"ä", '', '''a''', r'\n', "\"", '''a''b'''
"a" 'b' "c"
f"a{b}c{d!r:>{width}}" 'e' f"{f=}"
f'''{a}<NEWLINE>b''' '''<NEWLINE>'''
"a"<NEWLINE>"b"
f(a, *b, c=1, *d, **e)
f(a, c=1, **e, d=2)
f(x for x in y)
f((x for x in y), 1)
a and b and c or d and not e
a and (b and c)
(a and b) and c
a < b <= c != d is not e not in f
-a ** -b @ ~c + +d
a if b else c if d else e
(a := b)
lambda: 0
lambda a, /, b=1, *c, d, e=2, **f: a
lambda *, a: a
[], (), {}
[a, *b], (a,), (a, *b), {a, *b}
{a: b, **c, 'd': e}
[a for b in c if d if e for f in g]
{a async for b in c}
{a: b for c, d in e}
a[b], a[b:c], a[::2], a[:, 1:2], a[b, c], a[(b, c)], a[(b)], a[()], a[b,]
a[(b, c), d], a[(b), (c)], a[(b, (c))]
ä.ö[ü]
"""


@pytest.mark.parametrize("text", EXPRESSIONS.strip().splitlines())
def test_expressions(text: str) -> None:
    text = text.replace("<NEWLINE>", "\n")
    assert_same(f"async def f():\n    x = ({text})\n")


BLOCKS = '''\
if a:
    b
elif c:
    d
else:
    if e:
        f
for a, *b in c:
    d
else:
    e
while a: b; c
else: d
try:
    a
except A: b
except (B, C) as d:
    e
except:
    f
else:
    g
finally:
    h
with a as b, c.d(), e as (f, g):
    h
with (a as b, c):
    d
async def f(a: int, /, b: str = "c", *args: A, d, e=1, **kwargs: B) -> list[C]:
    """d"""
    async with a as b: c
    async for d in e: f
    @a
    @b.c(d)
    def g(*, h): ...
    class I(J, *K, metaclass=L, **M): x = 1; y = 2
class A:
    b = """
    c
    """; d = 1
    @property
    def e(self): return 1
match a:
    case 1 | -1 | "b" "c":
        d
    case None if e: f
    case [a, *_, (b, c)]:
        g
    case a.b, *c:
        pass
    case (a, b) | [c, d]: pass
    case (a), (b): pass
    case (A(), B(C())): pass
    case (): pass
    case {"a": 1, b.c: [d], **rest}:
        h
    case C(1, a=D(b)) as e:
        i
    case {}: j
    case _:
        k
'''


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=repr)
def test_blocks(newline: str) -> None:
    assert_same(BLOCKS.replace("\n", newline))
    assert_same(f"if 1:{newline}" + "".join(f"\t{line}{newline}" for line in BLOCKS.splitlines()))


UNSURE = ["x = 1; \\\n  y = 2\n", "a[(b, ')'), (c)]\n", "x = = 1\n"]


@pytest.mark.parametrize("text", UNSURE)
def test_what_ast_does_not_tell_is_left_to_libcst(text: str) -> None:
    with pytest.raises(Unsure):
        light_tree(text)


@pytest.mark.parametrize(
    "text", ["def f[T](a: T): ...\n", "class A[T]: ...\n", "type A = int\n", "t'a'\n"]
)
def test_newer_syntax_is_left_to_libcst(text: str) -> None:
    """Where ``ast`` knows it too: what such code says is read elsewhere."""
    with pytest.raises(Unsure):
        light_tree(text)


def test_names_are_normalised_as_python_does() -> None:
    (*_, name) = walk(light_tree("ﬁle\n").module)
    assert isinstance(name, cst.Name)
    assert name.value == "file"


@pytest.mark.parametrize(
    "folder",
    [
        *(
            pytest.param(folder, marks=pytest.mark.exhaustive)
            for folder in (Path(wflint.__file__).parent, ROOT / "rules")
        ),
        Path(asyncio.__file__).parent,
        ROOT / "rules/ordering",
        Path(wflint.__file__).parent / "syntax",
    ],
    ids=str,
)
def test_real_code(folder: Path) -> None:
    if sys.version_info >= (3, 12) and folder.name == "asyncio":
        pytest.skip("its own syntax may be newer than what is made here")
    for file in sorted(folder.rglob("*.py")):
        assert_same(file.read_text("utf-8"))


def test_the_text_of_an_expression_is_that_of_the_source() -> None:
    tree = light_tree("a = f( b ,c = 'ä' ) . d [ 1 ]\n")
    assign = next(node for node in walk(tree.module) if isinstance(node, cst.Assign))
    assert tree.code(assign.value) == "f( b ,c = 'ä' ) . d [ 1 ]"
    assert tree.code(assign) is None, "only of expressions"


def test_chains_of_thousands_need_no_stack() -> None:
    assert_same("x = " + " + ".join(["a"] * 900) + "\n")
    tests = "".join(f"elif a == {n}:\n    b\n" for n in range(2_000))
    light_tree(f"if a:\n    b\n{tests}")


def test_single_expressions() -> None:
    assert isinstance(read_expression("a[\n  b]"), cst.Subscript)
    assert read_expression("a b") is None
