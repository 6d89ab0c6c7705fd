"""Whatever is nested deeply or goes round in a circle: the run ends, and no part of it fails.

How deep something is, the input decides; so nothing may use a level of Python's stack for each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import time
from typing import Annotated, Any, Optional, Union
from temporalio import workflow
{module}

def helper(x: Any = None, y: Any = None) -> Any:
    return x

@workflow.defn
class W:
    @workflow.run
    async def run(self, x: Any) -> Any:
        time.time()
{body}
"""
FEW, SOME, MANY = 90, 900, 2_000
"""As many brackets or blocks as Python reads, as LibCST can bear in one expression, and more."""

LAST = MANY - 1


def nested(before: str, inner: str, behind: str, times: int = FEW) -> str:
    return before * times + inner + behind * times


def blocks(head: str, inner: str, tail: str = "", times: int = 80) -> str:
    """Statements inside of each other."""
    lines = [f"{' ' * n}{head}" for n in range(times)]
    lines.append(f"{' ' * times}{inner}")
    if tail:
        lines += [f"{' ' * n}{tail}" for n in reversed(range(times))]
    return "\n".join(lines)


def steps(line: str, times: int = MANY, first: str = "") -> str:
    """A line again and again; ``N`` is its number, ``M`` that of the one before."""
    lines = (line.replace("N", str(n)).replace("M", str(n - 1)) for n in range(1, times))
    return "\n".join([first, *lines])


EXPRESSIONS = {
    "attributes": "x" + ".y" * SOME,
    "more attributes": "x" + ".y" * MANY,
    "calls": "x" + ".y()" * (SOME // 2),
    "more calls": "x" + ".y()" * MANY,
    "calls in calls": nested("helper(", "x", ")"),
    "subscripts": "x" + "[0]" * SOME,
    "subscripts in subscripts": nested("x[", "x", "]"),
    "tuples": nested("(", "x", ",)"),
    "lists": nested("[", "x", "]"),
    "sets": nested("{(", "x", ",)}", FEW // 2),
    "dictionaries": nested("{1: ", "x", "}"),
    "lambdas": nested("(lambda: ", "x", ")"),
    "comprehensions": nested("[y for y in ", "x", "]"),
    "choices": nested("(x if x else ", "x", ")"),
    "choices without brackets": "x if x else " * SOME + "x",
    "`not`": "not " * SOME + "x",
    "signs": "-" * SOME + "1",
    "sums": " + ".join(["x"] * SOME),
    "more sums": " + ".join(["x"] * MANY),
    "`or`": " or ".join(["x"] * SOME),
    "`and` and `or`": nested("(x and (x or ", "x", "))", FEW // 2),
    "comparisons": " < ".join(["x"] * SOME),
    "texts side by side": "'a' " * SOME,
    "f-strings": "f'" + "{x}" * SOME + "'",
    "walrus": nested("(z := ", "x", ")"),
    "unpacked": nested("[*", "x", "]"),
    "awaited": nested("await (", "helper()", ")"),
    "partials": nested("__import__('functools').partial(", "helper", ")"),
    "sleep for a sum": f"await workflow.sleep({' + '.join(['1'] * SOME)})",
    "sorted sets": nested("sorted(set(", "x", "))", FEW // 2),
    "isinstance": f"isinstance(x, {nested('(', 'int', ',)')})",
    "one of many types": f"isinstance(x, {' | '.join(['int', 'str'] * (SOME // 2))})",
}
ANNOTATIONS = {
    "lists": nested("list[", "int", "]"),
    "optional": nested("Optional[", "int", "]"),
    "annotated": nested("Annotated[", "int", ", 1]"),
    "unions": nested("Union[int, ", "str", "]"),
    "a long union": f"Union[{', '.join(f'A{n}' for n in range(MANY))}]",
    "bars": " | ".join(f"list[A{n}]" for n in range(SOME // 2)),
    "more bars": " | ".join(f"A{n}" for n in range(MANY)),
    "quoted bars": f"'{'|'.join(['A'] * 140)}'",
    "quoted": f"'{nested('list[', 'int', ']', 45)}'",
    "dotted": "a" + ".b" * SOME,
}
MODULES = {
    "names for names": steps("aN = aM", first="a0 = helper = time"),
    "names in a circle": "a = b\nb = c\nc = a\nd = (d, d)\n",
    "aliases of types": steps("AN = list[AM]", first="A0 = int"),
    "types in a circle": "A = list['B']\nB = dict[str, 'A'] | A\nC = C | list[C]\n",
    "sums of constants": steps("aN = aM + 1", first="a0 = 1"),
    "a chain of functions": steps("def fN(x=0): return fM(x)", first="def f0(x=0): return x"),
    "functions in a circle": "def f(x): return g([x])\ndef g(x): return f((x, x))\n",
    "a chain of classes": steps("class CN(CM): x: 'CM'", SOME, "class C0: ..."),
    "generic classes": steps("class CN(list['CM']): ...", SOME, "class C0: ..."),
    "bases in a circle": "class C(D): ...\nclass D(E): ...\nclass E(C): ...\n",
    "attributes in a circle": "class C:\n    x: 'D'\nclass D:\n    x: 'C'\n",
    "objects of objects": steps(
        "class CN:\n    def __init__(self): self.x = CM()", SOME, "class C0: ..."
    ),
    "decorators": "\n".join(["@helper_"] * MANY) + "\ndef f(): ...",
    "nested `with`": blocks("with open('x'):", "import os"),
    "nested `try`": blocks("try:", "import os", "except ImportError: raise"),
    "nested `if`": blocks("if time:", "import os"),
    "nested classes": blocks("class C:", "x = 1"),
    "nested functions": blocks("def f():", "return f"),
    "many parameters": f"def f({', '.join(f'p{n}=None' for n in range(MANY))}): ...",
    "many exports": "__all__ = []\n" + "__all__ += ['f']\n" * MANY,
    "nested tables": "T = " + nested("{'a': [", "helper", "]}", FEW // 2),
    "loops": blocks("for i in time:", "a = i"),
}
BODIES = {
    "names for names": steps("aN = aM", first="a0 = x"),
    "a name made of itself": "\n".join(["x = [x, (x, x)]"] * MANY),
    "`elif`": "if x == 0: pass\n" + steps("elif x == N: pass", SOME),
    # LibCST writes each `elif` a level deeper; with 5,000 of them Python 3.12 and later give up.
    "more `elif`": "if x == 0: pass\n" + steps("elif x == N: y = helper(N)"),
    "nested `if`": blocks("if x:", "x = helper(x)"),
    "nested `try`": blocks("try:", "helper(x)", "except ValueError: pass"),
    "tuples of exceptions": (
        f"try: workflow.execute_activity('a')\nexcept {nested('(', 'ValueError', ',)')}: pass"
    ),
    "nested functions": blocks("def f(x=x):", "return f()"),
    "targets in targets": f"{nested('(', 'y', ',)')} = x",
    "targets of targets": " = ".join(f"y{n}" for n in range(SOME)) + " = x",
    "a nested match": "match x:\n  case (1 | 2, [y, {'a': z}]): helper(y)",
    "many cases": "match x:\n" + steps("  case N: helper(x)"),
    "many statements in a line": "; ".join(["x = helper(x)"] * MANY),
    "guards in guards": "if x: return\n" * MANY + "helper(x)",
    "many tests at once": f"if {' and '.join(['workflow.in_workflow()'] * SOME)}: helper(x)",
    "tests in tests": f"if {nested('not (x and ', 'workflow.in_workflow()', ')')}: helper(x)",
}


def write(folder: Path, module: str = "", body: str = "pass") -> None:
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    (folder / "flow.py").write_text(FLOW.format(module=module, body=lines))


def case(module: str, body: str) -> Callable[[Path], None]:
    return partial(write, module=module, body=body)


CASES: dict[str, Callable[[Path], None]] = {
    **{
        f"{name} in a function": partial(write, body=f"helper({text})")
        for name, text in EXPRESSIONS.items()
    },
    **{
        f"{name} returned by a helper": case(
            f"async def inner(x): return {text}", "(await inner(x)).y(x)"
        )
        for name, text in EXPRESSIONS.items()
    },
    **{
        f"{name} in a module": case(f"x = 1\ny = {text}", "y(x)")
        for name, text in EXPRESSIONS.items()
        if "await" not in text
    },
    **{
        f"{name} as the annotation of a parameter": case(
            f"def inner(x: {text}) -> {text}: return x.y(x)", "inner(x).y()"
        )
        for name, text in ANNOTATIONS.items()
    },
    **{
        f"{name} as the annotation of a name": case(
            f"class C:\n    z: {text}\n", f"y: {text} = x\ny.z(C().z)"
        )
        for name, text in ANNOTATIONS.items()
    },
    **{
        f"{name} in a module": case(
            text,
            f"a{LAST}; f{LAST}(x); C899(x).x.y(); A{LAST}(x); f(x); C().x.x.x; T['a'][0](x)",
        )
        for name, text in MODULES.items()
    },
    **{f"{name} in a body": partial(write, body=text) for name, text in BODIES.items()},
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.exhaustive] if number % 6 else [])
        for number, name in enumerate(CASES)
    ],
)
def test_no_depth_and_no_circle_stops_wflint(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_DEBUG")
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
    CASES[name](tmp_path)
    result = check(Request(paths=(str(tmp_path),), jobs=1))
    codes = {d.code: d.message for d in result.diagnostics}
    assert not result.problems
    # LibCST writes code by recursion through C, of which Python 3.12 allows the least: there the
    # function may be lost, and is named; nothing else is.
    if sys.version_info[:2] == (3, 12) and "RecursionError" in codes.get("WFL006", ""):
        return
    assert "WFL006" not in codes, codes["WFL006"]
    assert codes.keys() & {"WFL001", "WFL101"}
    # What is not read is said to be too long or too deep, and is not taken for a wrong syntax.
    assert "too deep" in codes.get("WFL001", "too deep"), codes["WFL001"]
