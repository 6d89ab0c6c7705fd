"""Large inputs cost what their size costs: twice as much code is twice as many steps, not four.

The lines of wflint that are executed are counted, and never the time that it takes.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import libcst
import pytest

import wflint
from benchmarks.shapes import SHAPES, Shape
from tests.run.growth_shapes import MANY_OF_A_KIND
from wflint import limits
from wflint.callgraph import builder, contexts
from wflint.callgraph.guards import functions, stores
from wflint.config import environment, targets
from wflint.config.requirements import SdkRange
from wflint.facts import sharing
from wflint.facts.local_names import NameTables
from wflint.facts.model import FunctionBody
from wflint.files.source import decode
from wflint.fix.propose import mentions
from wflint.inference import arguments
from wflint.inference.resolver import Resolver
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.rule import base as rule
from wflint.run.check import check
from wflint.run.request import Request
from wflint.sandbox import chains, module_values, setters
from wflint.syntax import guard, pieces, single_expressions

Write = Callable[[Path, int], None]

HEADER = """\
import time

from temporalio import workflow


@workflow.defn
class W:
    @workflow.run
    async def run(self, x: int) -> float:
"""


def written(body: Callable[[int], str]) -> Callable[[Path, int], None]:
    """Return what writes a workflow whose method has as many parts as it is told."""

    def write(folder: Path, size: int) -> None:
        lines = "".join(f"        {line}\n" for line in body(size).splitlines())
        (folder / "flow.py").write_text(HEADER + lines)

    return write


def repeated(part: str, before: str = "", behind: str = "return x") -> Callable[[Path, int], None]:
    """Return what writes a method in which a part stands again and again, ``N`` its number."""
    return written(
        lambda size: before + "".join(part.replace("N", str(n)) for n in range(size)) + behind
    )


IN_ONE_FUNCTION = (
    Shape("findings in statements", 1_000, repeated("time.time()\n")),
    Shape("findings in branches", 1_000, repeated("if x == N:\n    y = time.time()\n")),
    Shape(
        "findings in cases", 1_000, repeated("    case N:\n        y = time.time()\n", "match x:\n")
    ),
    Shape("a variable made of itself", 1_000, repeated("x = x + N\n")),
    Shape(
        "imports that are tried",
        1_000,
        repeated("    import mN\n", "try:\n", "except Exception: pass\nreturn x"),
    ),
    Shape("unused suppressions", 2_000, repeated("x = N  # wflint: ignore[WFL101] why\n")),
    Shape(
        "suppressions of findings", 1_000, repeated("time.time()  # wflint: ignore[WFL101] why\n")
    ),
    Shape(
        "suppressions in one statement",
        1_000,
        repeated(
            "    time.time(),  # wflint: ignore[WFL101] why\n    # wflint: ignore[WFL102] why\n",
            "x = [\n",
            "]\nreturn x",
        ),
    ),
    Shape(
        "suppressions among decorators",
        1_000,
        repeated("@property  # wflint: ignore[WFL101] why\n", behind="def inner(): pass\nreturn x"),
    ),
)
"""Functions that a stranger may write."""


def in_one_file(text: Callable[[int], str]) -> Callable[[Path, int], None]:
    """Return what writes a file before a workflow, with as many parts as it is told."""

    def write(folder: Path, size: int) -> None:
        behind = "        return time.time()\n"
        (folder / "flow.py").write_text(f"{text(size)}{HEADER}{behind}")

    return write


def chain_of_classes(size: int, mixin: str = "") -> str:
    """Classes of which each is the base of the next, and a workflow below the last."""
    first = "import time\nfrom temporalio import workflow\nclass Mixin: pass\nclass C0:\n"
    first += "    def helper(self): return time.time()\n"
    rest = (f"class C{n}(C{n - 1}{mixin}):\n    def m{n}(self): ...\n" for n in range(1, size))
    last = "    @workflow.run\n    async def run(self):\n        return self.helper()\n"
    return f"{first}{''.join(rest)}@workflow.defn\nclass V(C{size - 1}):\n{last}"


def fan_of_classes(size: int) -> str:
    """Classes that are all bases of one workflow."""
    classes = "".join(f"class C{n}:\n    def m{n}(self): ...\n" for n in range(size))
    bases = ", ".join(f"C{n}" for n in range(size))
    last = "    @workflow.run\n    async def run(self):\n        return self.m1()\n"
    return f"from temporalio import workflow\n{classes}@workflow.defn\nclass V({bases}):\n{last}"


def chain_of_aliases(size: int) -> str:
    """Types of which each may be the one before or a list of it, and a parameter of the last."""
    aliases = "".join(f"A{n} = A{n - 1} | list[A{n - 1}]\n" for n in range(1, size))
    return f"A0 = int\n{aliases}def use(given: A{size - 1}):\n    return given.some()\nuse(1)\n"


IN_ONE_FILE = (
    Shape("a chain of aliases", 2_000, in_one_file(chain_of_aliases)),
    Shape("a chain of base classes", 2_000, in_one_file(chain_of_classes)),
    Shape("one class with many bases", 2_000, in_one_file(fan_of_classes)),
    Shape(
        "a dotted name of many parts",
        3_000,
        in_one_file(lambda size: f"import {'.'.join(f'a{n}' for n in range(size))}\n"),
    ),
    Shape(
        "a chain of `elif`",
        2_000,
        repeated("elif x == N:\n    y = time.time()\n", "if x is None:\n    y = 1.0\n", "return y"),
    ),
    Shape(
        "a chain of `elif` with f-strings",
        1_000,
        repeated(
            "elif x == N:\n    y = f'{time.time()}'\n", "if x is None:\n    y = ''\n", "return y"
        ),
    ),
    Shape(
        "a table of constants",
        16_000,
        in_one_file(
            lambda size: (
                f"T = {{{''.join(f'{chr(10)} {n}: (None, -{n}, {{}}),' for n in range(size))}}}\n"
            )
        ),
    ),
)
"""Files that a stranger may write."""


def functions_of_one_name(folder: Path, size: int) -> None:
    """Write modules with methods of the same name, and as many that call something so called."""
    for n in range(size):
        method = "    def stamp(self):\n        return time.time()\n"
        (folder / f"part{n}.py").write_text(f"import time\n\n\nclass C{n}:\n{method}")
        (folder / f"use{n}.py").write_text("def use(given):\n    return given.stamp()\n")
    imports = "".join(f"import part{n}\n" for n in range(size))
    calls = "".join(f"        part{n}.C{n}().stamp()\n" for n in range(size))
    (folder / "flow.py").write_text(f"{imports}{HEADER}{calls}        return 1.0\n")


IN_MANY_FILES = (Shape("functions of one name", 400, functions_of_one_name),)


def with_helper(helper: str, part: str, before: str = "", behind: str = "return x") -> Write:
    """Return what writes a file in which a method has a part again and again, and a helper.

    That has ``N`` where it is to be written as often as the part.
    """
    write = repeated(part, before, behind)

    def write_both(folder: Path, size: int) -> None:
        write(folder, size)
        count = size if "N" in helper else 1
        helpers = "".join(helper.replace("N", str(n)) for n in range(count))
        flow = folder / "flow.py"
        imports = "import os\nimport requests\nfrom temporalio import activity, workflow\n"
        flow.write_text(f"{imports}{helpers}\n\n{flow.read_text()}")

    return write_both


def context_variables(folder: Path, size: int) -> None:
    """Write context variables, each of which is filled when it is first asked."""
    variables = "".join(f"V{n} = contextvars.ContextVar('V{n}')\n" for n in range(size))
    helpers = "".join(
        f"def help{n}():\n    if V{n}.get() is None:\n        V{n}.set(time.time())\n"
        for n in range(size)
    )
    calls = "".join(f"        help{n}()\n" for n in range(size))
    (folder / "flow.py").write_text(f"{HEADER}{calls}\nimport contextvars\n{variables}{helpers}")


def class_in_function(folder: Path, size: int) -> None:
    """Write a class in a function, each of whose methods sets an attribute and calls it."""
    methods = "".join(
        f"        def m{n}(self):\n            self.f{n} = str\n            self.f{n}()\n"
        for n in range(size)
    )
    calls = "".join(f"        c.m{n}()\n" for n in range(size))
    text = f"{HEADER}        c = make()\n{calls}\n\ndef make():\n    class C:\n{methods}"
    (folder / "flow.py").write_text(f"{text}    return C()\n")


WAITS = "async def helper(x): await workflow.execute_activity('a', x)"

ASKED_BY_SITE = (
    Shape(
        "statements that are tried",
        1_000,
        with_helper(WAITS, "try:\n    await helper(N)\nexcept Exception:\n    time.time()\n"),
    ),
    Shape(
        "statements that are tried in one that is",
        1_000,
        with_helper(
            WAITS,
            "    try:\n        await helper(N)\n    except Exception:\n        pass\n",
            "try:\n",
            "except Exception as e:\n    print(e)\nreturn x",
        ),
    ),
    Shape(
        "calls that are tried",
        5_000,
        with_helper(
            WAITS,
            "    await helper(N)\n",
            "try:\n",
            "except Exception as e:\n    print(e)\nreturn x",
        ),
    ),
    Shape(
        "helpers in loops over sets",
        1_000,
        with_helper("def helper(x): print(x)", "for y in {x, N}:\n    helper(y)\n"),
    ),
    Shape(
        "default values that are left out",
        2_000,
        with_helper("V = os.environ\ndef helperN(x=V): return x\n", "helperN()\n"),
    ),
    Shape(
        "helpers that raise",
        2_000,
        with_helper("def helperN(x):\n    if x:\n        raise KeyError(x)\n", "helperN(x)\n"),
    ),
    Shape(
        "errors in blocks",
        2_000,
        with_helper(
            "import contextlib\n@contextlib.contextmanager\ndef openN():\n    yield\n",
            "if x == N:\n    with openN(): raise KeyError(x)\n",
        ),
    ),
    Shape(
        "errors of generators",
        2_000,
        with_helper(
            "def rowsN(x):\n    yield x\n    raise KeyError(x)\n",
            "for y in rowsN(x): print(y)\n",
        ),
    ),
    Shape("errors under tests", 2_000, with_helper("", "if x == N:\n    raise KeyError(x)\n")),
    Shape(
        "tests before calls that may raise",
        2_000,
        with_helper(
            "def helperN(x):\n    if x == N: raise KeyError(x)\n",
            "if x == N: return 0\nhelperN(x)\n",
        ),
    ),
    Shape(
        "activities whose results are kept",
        2_000,
        with_helper(
            "@activity.defn\nasync def act(x): requests.post('https://x', json=x)\n",
            "yN = await workflow.execute_activity(act, x, start_to_close_timeout=H)\nprint(yN)\n",
        ),
    ),
    Shape(
        "texts of errors that are told",
        5_000,
        with_helper(
            WAITS,
            "try:\n    await helper(N)\nexcept ValueError as e:\n    t = str(e)\n    print(t)\n",
        ),
    ),
    Shape(
        "errors that an activity hides",
        2_000,
        in_one_file(
            lambda size: (
                "from temporalio import activity\n@activity.defn\nasync def act(x):\n"
                + "    try: x[0]\n    except Exception: pass\n" * size
            )
        ),
    ),
    Shape(
        "values that reach a workflow",
        2_000,
        with_helper("VN = os.getenv('N')\ndef helperN(): return VN\n", "helperN()\n"),
    ),
    Shape("context variables", 1_000, context_variables),
    Shape("methods of a class in a function", 1_000, class_in_function),
)
"""Functions with many places of which something is asked, one by one."""

COSTLY = {
    "500 workflows that reach the same 5,000 helpers",
    "a chain of `elif` with f-strings",
    "a chain of `elif`",
    "a chain of aliases",
    "a chain of base classes",
    "a class with 1,000 methods",
    "a file of 20,000 lines",
    "a function of 5,000 lines",
    "a module with 10,000 imports",
    "a tree of 20,000 files",
    "activities whose results are kept",
    "calls that are tried",
    "default values that are left out",
    "errors in blocks",
    "errors of generators",
    "errors that an activity hides",
    "errors under tests",
    "findings in branches",
    "findings in cases",
    "findings in statements",
    "functions of one name",
    "helpers in loops over sets",
    "helpers that raise",
    "helpers that try what others do",
    "imports that are tried",
    "lists of what is in sets",
    "one class with many bases",
    "one set that is filled again and again",
    "sets that are state",
    "statements that are tried in one that is",
    "statements that are tried",
    "tests before calls that may raise",
    "texts of errors that are told",
    "updates with validators",
    "values that reach a workflow",
}
"""Shapes that take several seconds."""

TOO_DEEP = {"a dotted name of many parts"}
"""Shapes that LibCST can write on no Python 3.12, which allows the least recursion through C."""

OWN = (str(Path(wflint.__file__).parent), str(Path(__file__).parents[2] / "rules"))


def smallest(shape: Shape) -> int:
    """The smallest size that is looked at: large enough for what is only bounded to show it."""
    return shape.full // (16 if shape.full <= 5_000 else 80)


def checked(folder: Path, shape: Shape, size: int) -> None:
    folder = folder / str(size)
    if not folder.exists():
        folder.mkdir()
        (folder / "pyproject.toml").write_text("[tool.wflint]\n")
        shape.write(folder, size)
    result = check(Request(paths=(str(folder),), jobs=1))
    assert result.stats.workflows > 0
    assert not result.problems


def lines_executed(work: Callable[[], None]) -> int:
    """Return how many lines of wflint are executed."""
    count = 0

    def local(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def called(frame: FrameType, event: str, argument: object) -> Any:
        return local if frame.f_code.co_filename.startswith(OWN) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def tried(shape: Shape) -> Any:
    """A shape as a parameter of a test."""
    marks = [pytest.mark.exhaustive] if shape.name in COSTLY else []
    too_deep = shape.name in TOO_DEEP and sys.version_info[:2] == (3, 12)
    left_out = pytest.mark.skipif(too_deep, reason="too deep for LibCST there")
    return pytest.param(shape, marks=[*marks, left_out], id=shape.name)


@pytest.mark.parametrize(
    "shape",
    [
        *map(tried, (*SHAPES, *IN_ONE_FUNCTION, *IN_ONE_FILE, *IN_MANY_FILES)),
        *map(tried, (*ASKED_BY_SITE, *MANY_OF_A_KIND)),
    ],
)
def test_twice_the_code_is_twice_the_steps(
    tmp_path: Path, shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEPT_READERS", 1)  # what is kept is the less in larger inputs
    monkeypatch.setattr(limits, "KEPT_AST", 0)
    monkeypatch.setattr(limits, "RECENT_AST", 0)
    single_expressions.read_expression.cache_clear()
    size = smallest(shape)
    checked(tmp_path, shape, size)  # what is imported and read once does not count
    one, two, four = (
        lines_executed(lambda size=size * factor: checked(tmp_path, shape, size))  # type: ignore[misc]
        for factor in (1, 2, 4)
    )
    assert four - two < 2.5 * (two - one), "linear growth is 2, that of a square is 4"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_libcst_parses_each_function_three_times_at_most(
    tmp_path: Path, shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where something in it is shown: to weigh it, to place it, to mend it."""
    parsed: dict[tuple[int, int, str], int] = {}
    parse = pieces._parse

    def counted(source: Any, text: str, start: int, *rest: Any) -> Any:
        key = id(source), start, text
        parsed[key] = parsed.get(key, 0) + 1
        return parse(source, text, start, *rest)

    monkeypatch.setattr(pieces, "_parse", counted)
    checked(tmp_path, shape, smallest(shape))
    assert max(parsed.values(), default=0) <= 3


DOUBLING = """\
from temporalio import workflow


@workflow.defn
class W:
    @workflow.run
    async def run(self, total: int) -> None:
{body}
"""


def test_a_variable_that_is_made_of_itself_again_and_again_is_no_endless_tale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step doubled what is noted of it."""
    body = "".join(f"        total = total + helper(total, {n})\n" for n in range(200))
    (tmp_path / "flow.py").write_text(DOUBLING.format(body=body))
    noted: list[int] = []
    read = Store._read_body

    def measured(own: Store, *rest: Any) -> None:
        read(own, *rest)
        for module in own.modules.values():
            for body in module.bodies.values():
                sizes = NameTables()
                noted.extend(sizes.size(call.target) for call in body.calls)
                noted.extend(sizes.size(a.value.ref) for call in body.calls for a in call.args)

    monkeypatch.setattr(Store, "_read_body", measured)
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert noted
    assert max(noted) < 2_000


def test_a_text_is_searched_once_for_what_guards_are_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each function that is called as a statement may be a guard, by what its module imports."""
    searched: list[str] = []
    pattern = functions._MAY_CHAIN

    class Counted:
        def search(self, text: str) -> Any:
            searched.append(text)
            return pattern.search(text)

    monkeypatch.setattr(functions, "_MAY_CHAIN", Counted())
    helpers = "".join(f"def help{n}():\n    pass\n\n" for n in range(50))
    calls = "".join(f"        helpers.help{n}()\n" for n in range(50))
    (tmp_path / "helpers.py").write_text(helpers)
    (tmp_path / "flow.py").write_text(f"import helpers\n{DOUBLING.format(body=calls)}")
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert searched == [helpers]


class Counted:
    """A pattern that notes the texts that it is looked for in."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.searched: list[tuple[str, int, int]] = []

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Any]:
        self.searched.append((text, start, end))
        return self.pattern.finditer(text, start, end)

    def findall(self, text: str) -> list[Any]:
        self.searched.append((text, 0, sys.maxsize))
        return self.pattern.findall(text)


@pytest.mark.parametrize(
    ("module", "name", "body"),
    [
        (stores, "_STORE", "        C().help()\n"),
        (mentions, "_CALLED", "        time.time()\n"),
        (setters, "_SET", "        filled()\n"),
        (chains, "_CLASS", "        filled()\n"),
    ],
)
def test_a_text_is_searched_once_for_all_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, body: str
) -> None:
    """Attributes that tell where code runs, classes that are made, variables that are filled."""
    counted = Counted(getattr(module, name))
    monkeypatch.setattr(module, name, counted)
    numbers = range(20)
    shared = [
        "import time\nfrom temporalio import workflow\n",
        *(f"V{n} = None\n" for n in numbers),
    ]
    shared.append("class C:\n    def __init__(self):\n")
    shared += [f"        self.f{n} = workflow.in_workflow()\n" for n in numbers]
    shared.append("    def help(self):\n")
    shared += [f"        if not self.f{n}: time.time()\n" for n in numbers]
    shared += ["def filled():\n", *(f"    global V{n}\n" for n in numbers)]
    shared += [f"    if V{n} is None:\n        V{n} = time.time()\n" for n in numbers]
    (tmp_path / "shared.py").write_text("".join(shared))
    flow = ["import random\nimport time\nfrom temporalio import workflow\n"]
    flow.append(
        "with workflow.unsafe.imports_passed_through():\n    from shared import C, filled\n"
    )
    for n in numbers:
        flow.append(f"R{n} = random.random()\n@workflow.defn\nclass W{n}:\n    @workflow.run\n")
        flow.append(f"    async def run(self):\n{body}        print(R{n})\n")
    (tmp_path / "flow.py").write_text("".join(flow))
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert counted.searched
    assert Counter(counted.searched).most_common(1)[0][1] == 1


def test_what_a_call_may_leave_out_is_asked_once_of_each_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at the whole body for each of its callers would be that of a square."""
    asked: list[str] = []

    def counted(body: FunctionBody) -> Any:
        asked.append(body.head.qualname)
        return arguments.fallbacks(body)

    monkeypatch.setattr(contexts, "fallbacks", counted)
    body = "        self.one()\n" * 20 + "".join(f"        self.one({n})\n" for n in range(20))
    one = "\n    def one(self, x=None):\n" + "        print(x)\n" * 20
    (tmp_path / "flow.py").write_text(DOUBLING.format(body=body) + one)
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert asked == ["W.one"]


def test_equal_facts_are_one_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand functions name the same things: what is noted grows with what they name."""
    stores: list[Store] = []
    read = Store._read_body

    def seen(own: Store, *rest: Any) -> None:
        stores.append(own)
        read(own, *rest)

    monkeypatch.setattr(Store, "_read_body", seen)
    methods = "".join(
        f"\n    def m{n}(self, x):\n        self.check(len(x.name), 'text')\n" for n in range(30)
    )
    calls = "".join(f"        self.m{n}(total)\n" for n in range(30))
    (tmp_path / "flow.py").write_text(DOUBLING.format(body=calls) + methods)
    check(Request(paths=(str(tmp_path),), jobs=1))
    bodies = [b for m in stores[0].modules.values() for b in m.bodies.values()]
    called = [call for body in bodies for call in body.calls if call.written == "self.check"]
    assert len(called) == 30
    assert len({id(call.target) for call in called}) == 1
    assert len({id(call.args[1].value) for call in called}) == 1
    assert len({id(call.written) for call in called}) == 1


def test_what_equal_facts_are_known_by_is_bounded() -> None:
    shared = sharing.Sharing()
    for n in range(2 * sharing._MOST):
        shared((n,))
    assert len(shared._known) <= sharing._MOST


def test_a_name_with_very_many_bindings_is_asked_for_once_in_each_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The value at a place is found from the last binding backwards, not from the first."""
    asked = 0
    resolve = Resolver.resolve

    def counted(resolver: Resolver, *rest: Any, **more: Any) -> Any:
        nonlocal asked
        asked += 1
        return resolve(resolver, *rest, **more)

    monkeypatch.setattr(Resolver, "resolve", counted)
    for count in (100, 200):
        steps = (
            f"        if total > {n}:\n            total = helper({n})\n        helper(total)\n"
            for n in range(count)
        )
        (tmp_path / "flow.py").write_text(DOUBLING.format(body="".join(steps)))
        asked, before = 0, asked
        check(Request(paths=(str(tmp_path),), jobs=1))
    assert asked < 2.5 * before


@pytest.mark.exhaustive
@pytest.mark.parametrize(("empty", "put"), [("[]", "y.append(N)"), ("set()", "y.add(N)")])
def test_what_is_put_into_a_container_is_read_once_for_all_places_where_it_begins(
    tmp_path: Path, empty: str, put: str
) -> None:
    def steps(name: str, part: str) -> int:
        begun = f"if x == N:\n    y = {empty}\n{part}\nprint(y)\n"
        shape = Shape(name, 1, repeated(begun, f"y = {empty}\n"))
        (tmp_path / name).mkdir()
        checked(tmp_path / name, shape, 5)
        return lines_executed(lambda: checked(tmp_path / name, shape, 60))

    assert steps("filled", put) < 3 * steps("empty", "print(N)")


@pytest.mark.exhaustive
def test_trees_do_not_outlive_the_reading_of_a_function(tmp_path: Path) -> None:
    """Nothing may hold them in a circle: garbage is not looked for during a run."""
    gc.collect()
    before = functions_alive()
    gc.disable()
    try:
        checked(tmp_path, SHAPES[2], 300)  # so many methods
        left = functions_alive() - before
    finally:
        gc.enable()
    kept = limits.KEPT_READERS + limits.KEPT_DEFINITIONS
    assert left <= kept


def test_searches_do_not_outlive_their_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is done again with what was learned, others are about imports and activities."""
    made: list[weakref.ref[builder.CallGraphBuilder]] = []
    run = builder.CallGraphBuilder.run

    def noted(self: builder.CallGraphBuilder, *rest: Any) -> Any:
        made.append(weakref.ref(self))
        return run(self, *rest)

    monkeypatch.setattr(builder.CallGraphBuilder, "run", noted)
    body = "        Box().keep(helper)\n        Box().open()\n"
    box = "class Box:\n    def keep(self, x): self.x = x\n    def open(self): self.x()\n"
    helper = "def helper(): print(1)\n"
    (tmp_path / "flow.py").write_text(f"{box}{helper}{DOUBLING.format(body=body)}")
    gc.disable()
    try:
        check(Request(paths=(str(tmp_path),), jobs=1))
        assert len({id(one) for one in made}) > 2
        assert not any(one() for one in made)
    finally:
        gc.enable()


@pytest.mark.exhaustive
def test_trees_do_not_outlive_the_reading_of_what_a_module_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All modules that are imported are asked for that; their trees take more than their facts."""
    monkeypatch.setattr(limits, "KEPT_AST", 0)
    monkeypatch.setattr(limits, "RECENT_AST", 0)
    monkeypatch.setattr(limits, "KEPT_READERS", 1)
    imports = "".join(f"import part{n}\n" for n in range(20))
    for n in range(20):
        (tmp_path / f"part{n}.py").write_text("import os\n\nX = os.getpid()\n")
    (tmp_path / "flow.py").write_text(f"{imports}{DOUBLING.format(body='        part1.X')}")
    gc.collect()
    others = sum(type(thing) is ast.Module for thing in gc.get_objects())  # of other tests
    alive: list[int] = []
    read = module_values.ModuleValues.__init__

    def measured(self: module_values.ModuleValues, *rest: Any) -> None:
        read(self, *rest)
        alive.append(sum(type(thing) is ast.Module for thing in gc.get_objects()))

    monkeypatch.setattr(module_values.ModuleValues, "__init__", measured)
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert len(alive) >= 20
    assert max(alive) - others < 5


def test_the_text_of_a_module_is_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For its facts; its values, if it is imported, are read from its skeleton."""
    monkeypatch.setattr(limits, "KEPT_AST", 0)
    monkeypatch.setattr(limits, "RECENT_AST", 0)
    parsed: Counter[str] = Counter()
    parse = guard._parse

    def counted(text: str) -> ast.Module:
        parsed[text] += 1
        return parse(text)

    monkeypatch.setattr(guard, "_parse", counted)
    imports = "".join(f"import part{n}\n" for n in range(5))
    for n in range(5):
        part = f"import re\n\nX = re.compile('{n}')\n\n\ndef f():\n    return X\n"
        (tmp_path / f"part{n}.py").write_text(part)
    body = "".join(f"        part{n}.f()\n" for n in range(5))
    (tmp_path / "flow.py").write_text(f"{imports}{DOUBLING.format(body=body)}")
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert [parsed[(tmp_path / f"part{n}.py").read_text()] for n in range(5)] == [1] * 5, parsed


def functions_alive() -> int:
    """Return how many functions there are as trees."""
    return sum(type(thing) is libcst.FunctionDef for thing in gc.get_objects())


GIVES_ITSELF_MORE = """\
import asyncio

from temporalio import workflow


def deadline(waited):
    for inner in (waited.first, waited.second, waited.third):
        if inner is not None:
            return deadline(inner)
    return waited.when()


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        deadline(asyncio.current_task())
"""


def test_what_a_function_makes_of_its_parameter_for_itself_does_not_multiply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call gives it three times as many things as the one before."""
    most = 0
    resolve = Resolver.resolve

    def measured(resolver: Resolver, *rest: Any, **more: Any) -> Any:
        nonlocal most
        found = resolve(resolver, *rest, **more)
        most = max(most, len(found))
        return found

    monkeypatch.setattr(Resolver, "resolve", measured)
    (tmp_path / "flow.py").write_text(GIVES_ITSELF_MORE)
    check(Request(paths=(str(tmp_path),), jobs=1))
    assert 3 < most < 200


BLANK = "\n" * 200_000


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "setup.py", "requirements.txt"])
def test_no_expression_runs_over_blank_lines_again_and_again(tmp_path: Path, name: str) -> None:
    """From each of them to the last, this would be a day's work."""
    (tmp_path / name).write_text(f"{BLANK}#x\n{'python = ' + BLANK}x\n{'temporalio[' * 20_000}")
    (tmp_path / "flow.py").write_text(f"{DOUBLING.format(body='        time.time()')}{BLANK}y = 1")
    assert targets.sdk_range(tmp_path, tmp_path) == SdkRange()
    assert targets.infer_python(tmp_path) is None
    assert not decode((tmp_path / "flow.py").read_bytes()).declared_global


def test_blanks_in_the_settings_of_an_environment_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_text(f"home = x{' ' * 200_000}y\n")
    assert environment._site_folders(tmp_path) == []


def test_a_width_in_a_message_of_the_settings_is_text() -> None:
    """It would take a gigabyte."""
    api = rule.Api(message="{name:>999999999} {} {name}, use {use}", use="c")
    assert Named().describe("b", api) == "{name:>999999999} {} b, use c"


class Named(rule.Rule):
    code = "WFL999"
    name = "named"


PATCHES_MUCH = """\
from temporalio import workflow as wf


def own(self, monkeypatch, mocked):
    self.value = mocked.value = 1
    self.other: int = 2
    monkeypatch.setattr(mocked, "name", 3)
    setattr(self, "name", wf)


def at_fault(logger):
    wf.logger = logger


def at_fault_behind_another(logger):
    if logger.handlers: wf.logger = logger


def at_fault_with_another(other):
    other.logger=wf.logger=None


def at_fault_inside(logger):
    from temporalio import workflow

    setattr(workflow, "logger", logger)
"""


def test_of_code_outside_only_what_changes_the_sdk_is_read_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most assignments to attributes are to those of the object itself, and of others."""
    read: list[str] = []
    read_body = Store._read_body

    def noted(own: Store, module: Module, qualname: str) -> None:
        read.append(qualname)
        read_body(own, module, qualname)

    monkeypatch.setattr(Store, "_read_body", noted)
    (tmp_path / "patches.py").write_text(PATCHES_MUCH)
    (tmp_path / "flow.py").write_text(DOUBLING.format(body="        print(total)\n"))
    result = check(Request(paths=(str(tmp_path),), jobs=1))
    assert [d.code for d in result.diagnostics if d.code == "WFL215"] == ["WFL215"] * 4
    assert {"at_fault", "at_fault_inside"} <= set(read)
    assert "own" not in read
