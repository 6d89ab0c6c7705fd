"""Inputs that grow: for each shape a function that writes it to a folder in a given size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_HEADER = "import datetime\n\nfrom temporalio import workflow\n\n\n"
_WORKFLOW = """@workflow.defn
class W{number}:
    @workflow.run
    async def run(self) -> None:
"""


class Shape(NamedTuple):
    """``full`` is the size that wflint must bear; ``write`` makes the input of a size."""

    name: str
    full: int
    write: Callable[[Path, int], None]


def _workflow(number: int, body: str) -> str:
    return _WORKFLOW.format(number=number) + "".join(
        f"        {line}\n" for line in body.split("\n")
    )


def _long_file(folder: Path, lines: int) -> None:
    """One file; its workflow calls every fourth of its functions."""
    parts = [_HEADER]
    count = lines // 5
    for n in range(count):
        parts.append(f"def step_{n}(value: int) -> int:\n    total = value + {n}\n")
        parts.append(f"    return total if total else step_{(n + 1) % count}(value)\n\n\n")
    calls = "\n".join(f"step_{n}({n})" for n in range(0, count, 4))
    parts.append(_workflow(0, calls + "\nprint(datetime.datetime.now())"))
    (folder / "long.py").write_text("".join(parts))


def _long_function(folder: Path, lines: int) -> None:
    """One workflow method: assignments to few names, calls, branches."""
    body = ["total = 0", "names: list[str] = []"]
    for n in range(lines // 5):
        body += [f"value_{n} = total + {n}", f"if value_{n} > {n}:", f"    total = value_{n}"]
        body += [f"names.append(str(value_{n}))", "helper(total, names)"]
    text = _HEADER + "def helper(total: int, names: list[str]) -> None:\n    print(names)\n\n\n"
    (folder / "function.py").write_text(text + _workflow(0, "\n".join(body)))


def _wide_class(folder: Path, methods: int) -> None:
    """A workflow whose methods set attributes and call one another."""
    calls = "\n".join(f"self.method_{n}()" for n in range(methods))
    parts = [_HEADER, _workflow(0, calls)]
    for n in range(methods):
        parts.append(f"\n    def method_{n}(self) -> None:\n        self.state_{n} = {n}\n")
        parts.append(f"        self.method_{(n * 7) % methods}()\n")
        parts.append(f"        datetime.datetime.now() if self.state_{n} else None\n")
    (folder / "wide.py").write_text("".join(parts))


def _many_imports(folder: Path, imports: int) -> None:
    """A module that imports from many, and uses all of it."""
    modules = imports // 10
    for n in range(modules):
        names = "".join(f"def f_{i}() -> int:\n    return {i}\n\n\n" for i in range(10))
        (folder / f"module_{n}.py").write_text(names)
    lines = [
        f"from module_{n} import f_{i} as f_{n}_{i}\n" for n in range(modules) for i in range(10)
    ]
    calls = "\n".join(f"f_{n}_{i}()" for n in range(modules) for i in range(10))
    text = f"{''.join(lines)}{_HEADER}{_workflow(0, calls)}"
    (folder / "importing.py").write_text(text)


def _shared_helpers(folder: Path, helpers: int) -> None:
    """Many workflows that all reach the same helpers, of which each tenth breaks a rule."""
    parts = ["import datetime\n\n\n"]
    for n in range(helpers):
        bad = "datetime.datetime.now()" if n % 10 == 0 else "None"
        below = [f"helper_{b}()" for b in range(3 * n + 1, 3 * n + 4) if b < helpers]
        body = "\n    ".join([bad, *below])
        parts.append(f"def helper_{n}() -> None:\n    {body}\n\n\n")
    (folder / "helpers.py").write_text("".join(parts))
    header = f"{_HEADER}from helpers import helper_0\n\n\n"
    for start in range(0, helpers // 10, 10):
        some = range(start, min(start + 10, helpers // 10))
        text = "\n\n".join(_workflow(n, "helper_0()") for n in some)
        (folder / f"workflows_{start}.py").write_text(header + text)


def many_files(folder: Path, files: int) -> None:
    """A tree of modules, one in twenty with a workflow that calls ten of the others."""
    for n in range(files):
        package = folder / f"package_{n // 100}"
        package.mkdir(exist_ok=True)
        (package / f"module_{n}.py").write_text(_module(n, files))


def _module(number: int, files: int) -> str:
    if number % 20:
        body = "".join(
            f"def function_{i}(value: int) -> int:\n    return value * {i}\n\n\n" for i in range(8)
        )
        return f'"""Module {number}."""\n\nimport json\nimport os\n\n\n{body}'
    used = range(number + 1, min(number + 11, files))
    imports = "".join(
        f"from package_{n // 100}.module_{n} import function_1 as call_{n}\n" for n in used
    )
    calls = "\n".join([f"call_{n}({n})" for n in used] + ["datetime.datetime.now()"])
    return f"{imports}{_HEADER}{_workflow(number, calls)}"


SHAPES = (
    Shape("a file of 20,000 lines", 20_000, _long_file),
    Shape("a function of 5,000 lines", 5_000, _long_function),
    Shape("a class with 1,000 methods", 1_000, _wide_class),
    Shape("a module with 10,000 imports", 10_000, _many_imports),
    Shape("500 workflows that reach the same 5,000 helpers", 5_000, _shared_helpers),
    Shape("a tree of 20,000 files", 20_000, many_files),
)
