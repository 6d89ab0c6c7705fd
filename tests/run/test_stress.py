"""Programs that are long, deep, wide or circular: they are followed to the end, without recursion.

Nothing is said of time here. What matters is that each run ends, finds what is there, and shows the
chain that leads to it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from tests import harness
from wflint.diagnostics import Diagnostic

HEAD = "import time\n\nfrom temporalio import workflow\n"
CLOCK = "time.time()"

MAX_CALLS = 15
"""How many calls or brackets are followed in one expression; what is deeper is a gap."""

Check = Callable[..., list[Diagnostic]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check modules, given as names and texts, and a workflow that evaluates ``expression``."""

    def run(expression: str, flow: str = "", **modules: str) -> list[Diagnostic]:
        (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        imports = "".join(f"from {name} import *\n" for name in modules)
        method = f"    @workflow.run\n    async def run(self):\n        return {expression}\n"
        text = f"{HEAD}{imports}\n{flow}\n\n@workflow.defn\nclass W:\n{method}"
        compile(text, "flow.py", "exec")  # it is a program
        (tmp_path / "flow.py").write_text(text)
        return harness.run(tmp_path).diagnostics

    return run


def chain(diagnostic: Diagnostic) -> list[str]:
    """The names of the functions that lead to the offence, without the workflow."""
    names = [hop.qualname for hop in diagnostic.chain]
    assert names[0] == "W.run"
    return names[1:]


def only(diagnostics: Sequence[Diagnostic]) -> Diagnostic:
    """The one diagnostic there is, which is about a clock."""
    assert [d.code for d in diagnostics] == ["WFL101"]
    return diagnostics[0]


def functions(calls: Iterable[str], prefix: str = "f") -> str:
    """Functions ``f0``, ``f1``, ... that each evaluate one expression."""
    return "".join(f"\n\ndef {prefix}{i}():\n    return {call}\n" for i, call in enumerate(calls))


def shortest(edges: Mapping[int, Sequence[int]], start: int, end: int) -> int:
    """Return how many functions the shortest way from ``start`` to ``end`` has, including both."""
    length = {start: 1}
    pending = deque([start])
    while pending:
        at = pending.popleft()
        for to in edges[at]:
            if to not in length:
                length[to] = length[at] + 1
                pending.append(to)
    return length[end]


# Long.


@pytest.mark.parametrize(
    "size", [500, *(pytest.param(n, marks=pytest.mark.exhaustive) for n in (2_000, 10_000))]
)
def test_a_chain_of_thousands_of_functions_across_modules(size: int, check: Check) -> None:
    parts = 10
    share = size // parts
    modules = {}
    for part in range(parts):
        first = part * share
        calls = [f"f{i + 1}()" if i + 1 < size else CLOCK for i in range(first, first + share)]
        following = f"from part{part + 1} import f{first + share}\n" if part + 1 < parts else ""
        bodies = "".join(
            f"\n\ndef f{first + i}():\n    return {call}\n" for i, call in enumerate(calls)
        )
        modules[f"part{part}"] = f"import time\n{following}{bodies}"
    found = only(check("f0()", "from part0 import f0", **modules))
    assert chain(found) == [f"f{i}" for i in range(size)]
    assert Path(found.filename).name == "part9.py"
    places = [(Path(hop.filename).name, hop.location.row) for hop in found.chain]
    assert len(set(places)) == size + 1


def test_a_function_handed_down_five_hundred_levels(check: Check) -> None:
    levels = "".join(
        f"\n\ndef f{i}(step):\n    return {f'f{i + 1}(step)' if i < 499 else 'step()'}\n"
        for i in range(500)
    )
    steps = "def bad():\n    return time.time()\n\n\ndef fine():\n    return 1.0\n"
    found = only(check("f0(bad) + f250(fine)", f"{steps}{levels}"))
    assert chain(found) == [*(f"f{i}" for i in range(500)), "bad"]


def test_names_for_names(check: Check) -> None:
    aliases = "".join(f"name{i + 1} = name{i}\n" for i in range(2_000))
    flow = f"def bad():\n    return time.time()\n\n\nname0 = bad\n{aliases}"
    assert chain(only(check("name2000()", flow))) == ["bad"]


def test_local_names_for_names(check: Check) -> None:
    aliases = "".join(f"    name{i + 1} = name{i}\n" for i in range(1_000))
    flow = f"def local():\n    name0 = time.time\n{aliases}    return name1000()\n"
    assert chain(only(check("local()", flow))) == ["local"]


def test_aliases_of_types(check: Check) -> None:
    aliases = "".join(f"Name{i + 1} = Name{i}\n" for i in range(1_000))
    clock = "class Clock:\n    def read(self):\n        return time.time()\n\n\n"
    ask = "def ask(clock: Name1000):\n    return clock.read()\n"
    found = only(check("ask(Clock())", f"{clock}Name0 = Clock\n{aliases}\n\n{ask}"))
    assert chain(found) == ["ask", "Clock.read"]


def test_a_name_handed_on_by_two_hundred_modules(check: Check) -> None:
    modules = {f"m{i}": f"from m{i + 1} import bad\n" for i in range(200)}
    modules["m200"] = "import time\n\n\ndef bad():\n    return time.time()\n"
    found = only(check("bad()", "from m0 import bad", **modules))
    assert chain(found) == ["bad"]
    assert Path(found.filename).name == "m200.py"


@pytest.mark.parametrize("size", [15, 300])
def test_objects_that_give_objects(check: Check, size: int) -> None:
    classes = "".join(
        f"\n\nclass C{i}:\n    def next(self) -> C{i + 1}:\n        return C{i + 1}()\n"
        for i in range(size)
    )
    last = f"\n\nclass C{size}:\n    def read(self):\n        return time.time()\n"
    deep = f"from __future__ import annotations\n\nimport time\n{classes}{last}"
    found = check(f"C0(){'.next()' * size}.read()", deep=deep)
    if size > MAX_CALLS:
        assert found == []
    else:
        assert chain(only(found)) == [f"C{size}.read"]


# Deep.


def test_attributes_of_attributes(check: Check) -> None:
    size = 300
    classes = "".join(
        f"\n\nclass C{i}:\n    def __init__(self):\n        self.next = C{i + 1}()\n"
        for i in range(size)
    )
    flow = f"{classes}\n\nclass C{size}:\n    def read(self):\n        return time.time()\n"
    ask = f"\n\ndef ask(first: C0):\n    return first{'.next' * size}.read()\n"
    found = only(check("ask(object())", f"{flow}{ask}"))
    assert chain(found) == ["ask", f"C{size}.read"]


@pytest.mark.exhaustive
def test_five_hundred_base_classes(check: Check) -> None:
    base = """\
class C0:
    def __init__(self):
        self.made = time.time()

    def inherited(self):
        return time.time()

    def handed_up(self):
        return time.time()
"""
    derived = """

class C{this}(C{base}):
    def __init__(self):
        super().__init__()

    def handed_up(self):
        return super().handed_up()
"""
    classes = "".join(derived.format(this=i + 1, base=i) for i in range(499))
    expression = "C499().inherited(), C499().handed_up()"
    chains = [chain(d) for d in check(expression, f"{base}{classes}")]
    assert chains == [
        [f"C{i}.__init__" for i in reversed(range(500))],
        ["C0.inherited"],
        [f"C{i}.handed_up" for i in reversed(range(500))],
    ]


def test_functions_inside_functions(check: Check) -> None:
    size = 60
    lines = [f"{'    ' * i}def f{i}():" for i in range(size)]
    lines.append(f"{'    ' * size}return time.time()")
    lines += [f"{'    ' * (i + 1)}return f{i + 1}()" for i in reversed(range(size - 1))]
    found = only(check("f0()", "\n".join(lines) + "\n"))
    assert len(chain(found)) == size
    assert chain(found)[2] == "f0.f1.f2"


@pytest.mark.parametrize("size", [9, 50])
def test_closures_that_return_closures(check: Check, size: int) -> None:
    lines = [f"{'    ' * i}def f{i}():" for i in range(size)]
    lines.append(f"{'    ' * size}return time.time()")
    lines += [f"{'    ' * (i + 1)}return f{i + 1}" for i in reversed(range(size - 1))]
    found = check(f"f0{'()' * size}", "\n".join(lines) + "\n")
    if size > MAX_CALLS:
        assert found == []
    else:
        assert chain(only(found))[-1].count(".") == size - 1


def test_decorators_upon_decorators(check: Check) -> None:
    decorator = (
        "def d(function):\n    def wrapper():\n        return function()\n    return wrapper\n"
    )
    flow = decorator + "\n\n" + "@d\n" * 200 + "def bad():\n    return time.time()\n"
    assert chain(only(check("bad()", flow))) == ["bad"]


@pytest.mark.parametrize("size", [9, 60])
def test_types_inside_types(check: Check, size: int) -> None:
    clock = "class Clock:\n    def read(self):\n        return time.time()\n\n\n"
    annotation = f"{'list[' * size}Clock{']' * size}"
    ask = f"def ask(clocks: {annotation}):\n    return clocks{'[0]' * size}.read()\n"
    found = check("ask([])", f"{clock}{ask}")
    if size > MAX_CALLS:
        assert found == []
    else:
        assert chain(only(found)) == ["ask", "Clock.read"]


# Wide.


some_or_many = pytest.mark.parametrize(
    "size", [200, pytest.param(2_000, marks=pytest.mark.exhaustive)]
)


@some_or_many
def test_a_table_of_functions(size: int, check: Check) -> None:
    steps = functions(CLOCK if i == size * 3 // 5 else "1.0" for i in range(size))
    table = "\n\nTABLE = {" + ", ".join(f"'k{i}': f{i}" for i in range(size)) + "}\n"
    ask = "\n\ndef ask(key):\n    return TABLE[key]()\n"
    assert chain(only(check("ask('k1')", f"{steps}{table}{ask}"))) == [
        "ask",
        f"f{size * 3 // 5}",
    ]


@some_or_many
def test_a_list_of_functions_in_a_loop(size: int, check: Check) -> None:
    steps = functions(CLOCK if i == size - 1 else "1.0" for i in range(size))
    table = "\n\nSTEPS = [" + ", ".join(f"f{i}" for i in range(size)) + "]\n"
    ask = "\n\ndef ask():\n    return [step() for step in STEPS]\n"
    assert chain(only(check("ask()", f"{steps}{table}{ask}"))) == ["ask", f"f{size - 1}"]


@some_or_many
def test_one_function_handed_many_others(size: int, check: Check) -> None:
    steps = functions(CLOCK if i == size // 3 else "1.0" for i in range(size))
    calls = "".join(f"    apply(f{i})\n" for i in range(size))
    flow = f"{steps}\n\ndef apply(step):\n    return step()\n\n\ndef ask():\n{calls}"
    assert chain(only(check("ask()", flow))) == ["ask", "apply", f"f{size // 3}"]


def test_a_choice_of_five_hundred_functions(check: Check) -> None:
    steps = functions(CLOCK if i == 321 else "1.0" for i in range(500))
    branches = "".join(f"    if key == {i}:\n        step = f{i}\n" for i in range(500))
    ask = f"\n\ndef ask(key):\n    step = None\n{branches}    return step()\n"
    assert chain(only(check("ask(1)", f"{steps}{ask}"))) == ["ask", "f321"]


# Circular.


@pytest.mark.parametrize("size", [500, pytest.param(2_000, marks=pytest.mark.exhaustive)])
def test_functions_that_call_each_other(size: int, check: Check) -> None:
    edges = {i: ((i + 1) % size, (i * 7 + 3) % size, (i - 1) % size) for i in range(size)}
    bodies = [" + ".join(f"f{to}()" for to in edges[i]) for i in range(size)]
    clock = size * 5 // 9
    bodies[clock] += f" + {CLOCK}"
    found = only(check("f0()", functions(bodies)))
    names = chain(found)
    assert names[0] == "f0" and names[-1] == f"f{clock}"
    assert len(names) == shortest(edges, 0, clock)
    steps = [int(name[1:]) for name in names]
    assert all(to in edges[at] for at, to in itertools.pairwise(steps))


def test_a_ring_of_functions(check: Check) -> None:
    size = 500
    calls = [f"f{(i + 1) % size}()" for i in range(size)]
    calls[-1] += f" + {CLOCK}"
    assert len(chain(only(check("f0()", functions(calls))))) == size


def test_a_ring_of_methods_and_overrides(check: Check) -> None:
    size = 200
    methods = "".join(
        f"    def m{i}(self):\n        return self.m{(i + 1) % size}()\n\n" for i in range(size)
    )
    override = "    def m150(self):\n        return time.time() + self.m0()\n"
    found = only(check("Sub().m0()", f"class Base:\n{methods}\n\nclass Sub(Base):\n{override}"))
    assert chain(found) == [*(f"Base.m{i}" for i in range(150)), "Sub.m150"]


@pytest.mark.parametrize(
    ("flow", "expression"),
    [
        pytest.param("a = b\nb = a\n", "a()", id="names"),
        pytest.param("a = b.c\nb = a.d\n", "a.x.y()", id="attributes of names"),
        pytest.param("A = 'B'\nB = 'A'\n\n\ndef ask(x: A):\n    x.read()\n", "ask(1)", id="types"),
        pytest.param("class A(B): pass\n\n\nclass B(A): pass\n", "A().read()", id="bases"),
        pytest.param("class A(A): pass\n", "A().read()", id="a class of itself"),
        pytest.param("def f():\n    return f\n", "f()()()()", id="a function that returns itself"),
        pytest.param(
            "def f():\n    return g()\n\n\ndef g():\n    return f()\n", "f()()", id="results"
        ),
        pytest.param("def f(x):\n    return x(x)\n", "f(f)", id="a function given to itself"),
        pytest.param("def f(x):\n    return f(f)\n", "f(f)", id="a function that gives itself"),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.a = self\n",
            "A().a.a.a.a.b()",
            id="an object that holds itself",
        ),
        pytest.param(
            "class A:\n    def __init__(self):\n        self.b = B()\n\n\n"
            "class B:\n    def __init__(self):\n        self.a = A()\n",
            "A().b.a.b.c()",
            id="constructors",
        ),
        pytest.param(
            "class A:\n    @property\n    def b(self):\n        return self.b\n",
            "A().b.c()",
            id="properties",
        ),
        pytest.param(
            "from typing import Generic, TypeVar\nT = TypeVar('T')\n\n\n"
            "class A(Generic[T]):\n    def get(self) -> 'A[A[T]]':\n        return self\n",
            "A().get().get().get().x()",
            id="types that grow",
        ),
        pytest.param(
            "from functools import partial\np = partial(p)\n", "p()", id="a partial of itself"
        ),
        pytest.param(
            "def d(f):\n    return d(f)\n\n\n@d\ndef g():\n    pass\n", "g()", id="decorators"
        ),
        pytest.param(
            "TABLE = {}\nTABLE['x'] = TABLE\n", "TABLE['x']['x']['x']()", id="a table in itself"
        ),
        pytest.param(
            "def f(x):\n    return lambda: f(x)\n", "f(1)()()()()", id="closures without end"
        ),
        pytest.param(
            "def f(x):\n    return f(lambda: x())\n", "f(print)", id="lambdas around lambdas"
        ),
        pytest.param(
            "class A:\n    def __getattr__(self, name):\n        return getattr(self, name)\n",
            "A().x.y()",
            id="__getattr__",
        ),
        pytest.param(
            "class A:\n    def __iter__(self):\n        return iter(self)\n",
            "[x for x in A()]",
            id="iterators",
        ),
    ],
)
def test_what_goes_round_in_a_circle_comes_to_an_end(
    flow: str, expression: str, check: Check
) -> None:
    diagnostics = check(f"{expression}, {CLOCK}", flow)
    assert chain(only([d for d in diagnostics if d.code == "WFL101"])) == []


def test_modules_that_import_each_other(check: Check) -> None:
    size = 100
    modules = {
        f"m{i}": f"from m{(i + 1) % size} import *\nfrom m{(i - 1) % size} import *\n"
        for i in range(size)
    }
    modules["m50"] += "import time\n\n\ndef bad():\n    return time.time()\n"
    assert chain(only(check("bad() + nothing()", "from m0 import bad, nothing", **modules))) == [
        "bad"
    ]


@pytest.mark.parametrize("size", [60, pytest.param(400, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("steps", [(1,), (1, 7), (1, 7, -1)], ids=str)
def test_star_imports_in_circles(check: Check, size: int, steps: tuple[int, ...]) -> None:
    modules = {
        f"m{i}": "".join(f"from m{(i + step) % size} import *\n" for step in steps)
        for i in range(size)
    }
    modules[f"m{size // 2}"] += "import time\n\n\ndef bad():\n    return time.time()\n"
    assert chain(only(check("bad() + nothing()", "from m0 import bad, nothing", **modules))) == [
        "bad"
    ]


@pytest.mark.parametrize(
    ("module", "last"),
    [
        pytest.param("from m{next} import *\n", "bad", id="star imports"),
        pytest.param("import m{next}\nbad = m{next}.bad\n", "bad", id="attributes of modules"),
        pytest.param("from m{next} import bad as bad\n", "bad", id="re-exports"),
        pytest.param(
            "from m{next} import Base as B\n\n\nclass Base(B):\n    pass\n",
            "Base.bad",
            id="base classes",
        ),
    ],
)
@pytest.mark.parametrize("size", [100, pytest.param(800, marks=pytest.mark.exhaustive)])
def test_long_ways_through_modules(check: Check, module: str, last: str, size: int) -> None:
    modules = {f"m{i}": module.format(next=i + 1) for i in range(size)}
    bad = "def bad(*_):\n    return time.time()\n\n\nclass Base:\n    bad = bad\n"
    modules[f"m{size}"] = f"import time\n\n\n{bad}"
    name = last.replace("Base", "Base()")
    assert chain(only(check(f"{name}()", "from m0 import *", **modules)))[-1] == "bad"


def test_imports_in_circles_with_a_second_choice(check: Check) -> None:
    size = 400
    modules = {
        f"m{i}": f"try:\n    from m{(i + 1) % size} import x\nexcept ImportError:\n"
        f"    from m{(i + 7) % size} import x\n"
        for i in range(size)
    }
    assert chain(only(check(f"x() + {CLOCK}", "from m0 import x", **modules))) == []


@pytest.mark.parametrize(
    "number",
    [
        *("-1", "7", "10**9"),
        *(pytest.param(n, marks=pytest.mark.exhaustive) for n in ("-3", "-0x1", "0b11", "1_0")),
        pytest.param("9" * 4000, id="many digits"),
        pytest.param("-0x" + "f" * 6000, id="more than can be written as decimal digits"),
    ],
)
@pytest.mark.parametrize(
    "expression",
    [
        *("Rows()[{}]", "pair()[{}]", "two()[{}]", "several()[{}]", "(1, 2)[{}]", "[][{}]"),
        *("{{}}[{}]", "'abc'[{}]", "Rows()[{}:]", "Rows()[True][{}]", "{{'a': 1}}[{}]"),
        *("'{{{}}}'.format(pair())", "table()[{}]", "Empty[{}]", "f'{{pair()[{}]}}'"),
    ],
)
def test_positions_that_are_not_there(check: Check, expression: str, number: str) -> None:
    flow = """\
from typing import NamedTuple


class Rows(list):
    pass


class Pair(NamedTuple):
    first: int
    second: Rows


def pair() -> Pair: ...


def two() -> tuple[int, Rows]: ...


def several() -> tuple[Rows, ...]: ...


def table() -> dict[int, Rows]: ...


class Empty(tuple):
    pass
"""
    asked = expression.format(number)
    diagnostics = check(f"{asked}.close() or [x.y() for x in {asked}.items()] + {CLOCK}", flow)
    assert "WFL006" not in {diagnostic.code for diagnostic in diagnostics}
