"""Imports that fixes need go where they belong, and fixes write the right name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.mending import make_project, mend_in_memory, put

USER = """\
from temporalio import workflow
from util import stamp


@workflow.defn
class StampWorkflow:
    @workflow.run
    async def run(self) -> float:
        return stamp()
"""
STAMP = "def stamp() -> float:\n    import time as time\n    return time.time()\n"
IMPORT = "from temporalio import workflow\n"
METHOD = """\
import time as time


class Clock:
    workflow = 1

    def now(self):
        return time.time()


def stamp():
    return Clock().now()
"""
TWO_NAMES = """\
from datetime import datetime

from temporalio import workflow


@workflow.defn
class AgeWorkflow:
    @workflow.run
    async def run(self, day: str) -> str:
        age = datetime.strptime(day, "%Y") - datetime.now()
        await workflow.execute_activity("report", day)
        return str(age)
"""


def mended_helper(folder: Path, text: str) -> str:
    """Return a module after mending, whose function `stamp` a workflow of another file calls."""
    make_project(folder)
    put(folder, text, "util.py")
    put(folder, USER)
    outcome = mend_in_memory(folder)
    assert outcome.result.problems == []
    return next((f.after.decode() for f in outcome.files), text)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("+I\n+\n+\n", id="nothing"),
        pytest.param('"""A docstring."""\n+\n+I\n\n\n', id="a docstring"),
        pytest.param('"""A docstring."""; x = 1\n+\n+I\n\n\n', id="code behind the docstring"),
        pytest.param('"""A\ndocstring.\n"""\n+\n+I\n', id="a docstring of several lines"),
        pytest.param('"""A\ndocstring.\n"""; import zlib_ng\n+I\n\n', id="an import behind it"),
        pytest.param('"""A\ndocstring.\n"""; from zstd import x\n+I\n', id="one of later name"),
        pytest.param("#!/usr/bin/env python\n\n+I\n+\n+\n", id="a first line for the shell"),
        pytest.param("# coding: utf-8\n\n+I\n+\n+\n", id="a cookie"),
        pytest.param("# Copyright\n#\n# License\n\n+I\n+\n+\n", id="a licence"),
        pytest.param(
            "#!/bin/python\n# coding: utf-8\n\n# License\n\n+I\n+\n+\n", id="all of these"
        ),
        pytest.param("# License\n\n+I\n+\n+\n# About stamp\n", id="a comment about the code"),
        pytest.param("# License\n+I\n+\n+\n", id="a comment without a blank line below"),
        pytest.param('# License\n"""A docstring."""\n+\n+I\n\n\n', id="a licence and a docstring"),
        pytest.param("from __future__ import annotations\n+\n+I\n\n\n", id="the future"),
        pytest.param(
            '"""A docstring."""\n\nfrom __future__ import annotations\n+\n+I\n\n\n',
            id="a docstring and the future",
        ),
        pytest.param("import os\n+\n+I\n\n\n", id="the standard library"),
        pytest.param("import zlib_ng\n+I\n\n\n", id="`import` goes before `from`"),
        pytest.param(
            "import os\n\nimport zlib_ng\n+I\nfrom zstd import x\n\n", id="between others"
        ),
        pytest.param("import os\n\n+I\nfrom zstd import x\n\n", id="first in its section"),
        pytest.param("+I\n+\nfrom . import x\n\n\n", id="the package itself"),
        pytest.param("import os\n+\n+I\n\nfrom . import x\n\n\n", id="between two sections"),
        pytest.param("import os; x = 1\n+\n+I\n\n\n", id="code behind an import"),
        pytest.param("import os; x = '''\n'''\n+\n+I\n\n\n", id="a string that goes on below"),
        pytest.param("import os, \\\n    sys\n+\n+I\n\n\n", id="an import on two lines"),
        pytest.param("import os; \\\nx = 1\n+\n+I\n\n\n", id="a line that goes on"),
        pytest.param("import os \\\n\n+\n+I\n\n", id="a line that goes on with nothing"),
        pytest.param(
            "from os import (\n    path,  # )\n    sep,\n)\n+\n+I\n\n\n", id="parentheses"
        ),
        pytest.param("import os  # noqa: F401\n+\n+I\n\n\n", id="a comment behind an import"),
        pytest.param(
            "import os\n\nfrom temporalio import client as c\n+I\n"
            "from temporalio.common import x\n\n",
            id="in order, beside imports of the same package",
        ),
        pytest.param(
            "import sys\n\nsys.path.insert(0, '.')\nfrom temporalio import activity as a\n+I\n\n\n",
            id="beside an import of the same package below a change of the path",
        ),
        pytest.param(
            "import sys\n+\n+I\n\nif sys.argv:\n    sys.path.insert(0, '.')\nimport zlib_ng\n\n",
            id="above a change of the path",
        ),
        pytest.param("VERSION = '1'\nimport os\n+\n+I\n\n\n", id="code above the imports"),
        pytest.param(
            "+I\n+\n+\ndef f() -> None:\n    pass\n\n\nfrom temporalio import activity\n\n\n",
            id="imports below a function",
        ),
        pytest.param(
            "import os\n+\n+I\n\nif os.name:\n    from temporalio import activity\n\n\n",
            id="never inside a branch",
        ),
        pytest.param(
            "from typing import TYPE_CHECKING\n+\n+I\n\n"
            "if TYPE_CHECKING:\n    from temporalio import workflow\n\n\n",
            id="what only type checkers see does not count",
        ),
        pytest.param(
            "+I\n+\ntry:\n    import orjson\nexcept ImportError:\n    orjson = None\n\n\n",
            id="above an import that may fail",
        ),
        pytest.param(
            "from temporalio import workflow as w\n+I\n\n"
            "with w.unsafe.imports_passed_through():\n    import zlib_ng\n\n\nw = None\n",
            id="never among modules that are passed through",
        ),
        pytest.param("import os\n+\n+I\n\nfrom util.x import y\n\n", id="the package of the file"),
        pytest.param(
            "import os\n+\n+I\n\nfrom flow import x\n\n", id="another file of the project"
        ),
        pytest.param(
            "import orjson\n+I\nimport flow\nfrom zstd import x\n\n", id="a block of all sorts"
        ),
        pytest.param(
            "import orjson\n+I\n\nfrom flow import x\nimport sys\n\n", id="imports without an order"
        ),
        pytest.param("+I\n+\n+\n@(\n    print\n)\ndef f() -> None: ...\n\n\n", id="a decorator"),
    ],
)
def test_the_import_goes_to_the_right_place(tmp_path: Path, head: str) -> None:
    """Lines with a plus are added; ``I`` is the import."""
    before = re.sub(r"^\+.*\n", "", head, flags=re.MULTILINE)
    wanted = re.sub(r"^\+", "", head, flags=re.MULTILINE).replace("I\n", IMPORT, 1)
    after = mended_helper(tmp_path, before + STAMP)
    compile(after, "util.py", "exec")
    assert after == wanted + STAMP.replace("time.time", "workflow.time")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "from temporalio import activity\n",
            "from temporalio import activity, workflow\n",
            id="at the end",
        ),
        pytest.param(
            "from temporalio import worker, Xyz\n",
            "from temporalio import worker, workflow, Xyz\n",
            id="in order",
        ),
        pytest.param(
            "from temporalio import x\n", "from temporalio import workflow, x\n", id="at the start"
        ),
        pytest.param(
            "from temporalio import x, activity\n",
            "from temporalio import x, activity, workflow\n",
            id="a list without an order",
        ),
        pytest.param(
            "from temporalio import (\n    activity,\n    x,\n)\n",
            "from temporalio import (\n    activity,\n    workflow,\n    x,\n)\n",
            id="a line for each name",
        ),
        pytest.param(
            "from temporalio import (\n\tactivity,\n)\n",
            "from temporalio import (\n\tactivity,\n\tworkflow,\n)\n",
            id="the last line",
        ),
        pytest.param(
            "from temporalio import (\n    activity\n)\n",
            "from temporalio import (\n    activity,\n    workflow\n)\n",
            id="the last line without a comma",
        ),
        pytest.param(
            "from datetime import datetime\nfrom temporalio import activity\n",
            "from datetime import datetime\nfrom temporalio import activity, workflow\n",
            id="beside other modules",
        ),
    ],
)
def test_a_second_import_of_a_module_joins_the_first(
    tmp_path: Path, before: str, after: str
) -> None:
    wanted = f"{after}\n\n{STAMP}".replace("time.time", "workflow.time")
    assert mended_helper(tmp_path, f"{before}\n\n{STAMP}") == wanted


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("from temporalio import activity  # noqa: F401\n", id="a comment"),
        pytest.param("from temporalio import activity as a\n", id="an alias"),
        pytest.param("from temporalio import activity, \\\n    client\n", id="a backslash"),
        pytest.param("from temporalio import (activity, client)\n", id="parentheses on one line"),
        pytest.param(
            "from temporalio import (\n    activity,  # for later\n)\n", id="a comment inside"
        ),
        pytest.param(
            "from temporalio import (\n    activity,\n    a, b,\n)\n", id="several a line"
        ),
        pytest.param(f"from temporalio import {'a' * 70}\n", id="a line that is full"),
        pytest.param(
            "from typing import Any\nfrom typing import Final\nfrom temporalio import activity\n",
            id="a file with an import for each name",
        ),
    ],
)
def test_other_imports_of_a_module_stay_as_they_are(tmp_path: Path, line: str) -> None:
    after = mended_helper(tmp_path, f"{line}\n\n{STAMP}")
    assert after.startswith(f"{line}{IMPORT}\n\n")


def test_two_names_of_a_module_that_are_wanted_at_once_share_an_import(tmp_path: Path) -> None:
    make_project(tmp_path)
    put(tmp_path, TWO_NAMES)
    (file,) = mend_in_memory(tmp_path, unsafe=True).files
    after = file.after.decode()
    assert after.startswith("from datetime import datetime, timedelta, timezone\n\n")


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_import_ends_its_line_as_the_file_does(tmp_path: Path, newline: str) -> None:
    after = mended_helper(tmp_path, f"import os\n\n\n{STAMP}".replace("\n", newline))
    wanted = f"import os\n\n{IMPORT}\n\n{STAMP}".replace("time.time", "workflow.time")
    assert after == wanted.replace("\n", newline)


def test_a_file_of_one_line_without_an_end(tmp_path: Path) -> None:
    after = mended_helper(tmp_path, "import time as time; stamp = lambda: time.time()")
    line = "import time as time; stamp = lambda: workflow.time()"
    assert after == f"{IMPORT}\n{line}"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        pytest.param("from temporalio import workflow\n", "workflow", id="there already"),
        pytest.param("from temporalio import workflow as wf\n", "wf", id="under an alias"),
        pytest.param("import temporalio.workflow as tw\n", "tw", id="a module under an alias"),
        pytest.param("import temporalio.workflow\n", "temporalio.workflow", id="by its full name"),
        pytest.param(
            "from temporalio import workflow as wf, workflow\n", "workflow", id="its own name first"
        ),
        pytest.param(
            "try:\n    from temporalio import workflow\nexcept ImportError:\n    workflow = None\n",
            "workflow",
            id="an import that may fail",
        ),
        pytest.param("from x.temporalio import workflow as w\n", "workflow", id="another package"),
    ],
)
def test_a_name_that_is_there_is_used(tmp_path: Path, head: str, name: str) -> None:
    after = mended_helper(tmp_path, f"{head}\n\n{STAMP}")
    assert f"return {name}.time()" in after


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("workflow = 1\n", id="a variable"),
        pytest.param("workflow: int\n", id="an annotation"),
        pytest.param("from other import workflow\n", id="another import"),
        pytest.param("import other as workflow\n", id="an alias"),
        pytest.param("def workflow() -> None: ...\n", id="a function"),
        pytest.param("class workflow: ...\n", id="a class"),
        pytest.param("for workflow in (): ...\n", id="a loop"),
        pytest.param("with open('x') as workflow: ...\n", id="a context"),
        pytest.param("try: ...\nexcept OSError as workflow: ...\n", id="an error"),
        pytest.param("(workflow := 1)\n", id="an assignment in an expression"),
        pytest.param("[workflow, *_] = ()\n", id="a list of targets"),
        pytest.param("if (workflow := 1): ...\n", id="a condition"),
        pytest.param("def f() -> None:\n    global workflow\n    workflow = 1\n", id="global"),
        pytest.param("match 1:\n    case workflow: ...\n", id="a pattern"),
        pytest.param("from temporalio import workflow\nworkflow = 1\n", id="bound anew"),
        pytest.param("from temporalio import workflow\ndel workflow\n", id="deleted"),
    ],
)
def test_a_name_that_stands_for_something_else_is_left_alone(tmp_path: Path, head: str) -> None:
    after = mended_helper(tmp_path, f"{head}\n\n{STAMP}")
    assert "return temporalio.workflow.time()" in after
    assert "import temporalio.workflow\n" in after


@pytest.mark.parametrize(
    "function",
    [
        pytest.param("def stamp(workflow=1):\n    return +\n", id="a parameter"),
        pytest.param("def stamp(*workflow):\n    return +\n", id="a starred parameter"),
        pytest.param("def stamp(**workflow):\n    return +\n", id="a keyword parameter"),
        pytest.param("def stamp():\n    workflow = 1\n    return +\n", id="a variable"),
        pytest.param("def stamp():\n    yield +\n    workflow = 1\n", id="a variable below"),
        pytest.param("def stamp():\n    import workflow\n    return +\n", id="an import"),
        pytest.param("def stamp():\n    for workflow in (): ...\n    return +\n", id="a loop"),
        pytest.param("def stamp():\n    if (workflow := 1): return +\n", id="in an expression"),
        pytest.param("def stamp():\n    def workflow(): ...\n    return +\n", id="a function"),
        pytest.param("def stamp():\n    class workflow: ...\n    return +\n", id="a class"),
        pytest.param(
            "def stamp():\n    try: ...\n    except OSError as workflow: ...\n    return +\n",
            id="an error",
        ),
        pytest.param("def stamp():\n    with open('x') as workflow: return +\n", id="a context"),
        pytest.param(
            "def stamp():\n    match 1:\n        case workflow: return +\n", id="a pattern"
        ),
        pytest.param("def stamp():\n    return [+ for workflow in (1,)]\n", id="a comprehension"),
        pytest.param("def stamp():\n    return (lambda workflow: +)(1)\n", id="a lambda"),
        pytest.param(
            "def stamp(workflow=1):\n    def f(): return +\n    return f()\n", id="around"
        ),
        pytest.param(
            "def stamp():\n    workflow = 1\n    return [+ for x in (1,)]\n",
            id="around a list",
        ),
    ],
)
def test_a_local_name_is_never_in_the_way(tmp_path: Path, function: str) -> None:
    text = "import time as time\n\n\n" + function
    after = mended_helper(tmp_path, text.replace("+", "time.time()"))
    changed = function.replace("+", "temporalio.workflow.time()")
    assert after == f"import time as time\n\nimport temporalio.workflow\n\n\n{changed}"


def test_an_attribute_of_the_class_is_not_in_the_way_of_its_methods(tmp_path: Path) -> None:
    after = mended_helper(tmp_path, METHOD)
    assert after == METHOD.replace("\n\n\nclass", f"\n\n{IMPORT}\n\nclass").replace(
        "time.time()", "workflow.time()"
    )


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("from other import *\n", id="who knows what a star brings"),
        pytest.param("workflow = 1\ntemporalio = 2\n", id="both names are taken"),
        pytest.param("workflow = 1\nimport other as temporalio\n", id="taken by an import"),
    ],
)
def test_without_a_free_name_nothing_is_fixed(tmp_path: Path, head: str) -> None:
    make_project(tmp_path)
    put(tmp_path, f"{head}\n\n{STAMP}", "util.py")
    put(tmp_path, USER)
    outcome = mend_in_memory(tmp_path)
    assert outcome.files == []
    (message,) = [d.message for d in outcome.result.diagnostics if d.code == "WFL101"]
    assert "(not fixed: `temporalio.workflow` cannot be imported there" in message


def test_names_inside_a_function_are_not_names_of_the_module(tmp_path: Path) -> None:
    text = f"def f():\n    from temporalio import workflow as w\n    return w\n\n\n{STAMP}"
    after = mended_helper(tmp_path, text)
    assert "return workflow.time()" in after
    assert isinstance(ast.parse(after).body[0], ast.ImportFrom)
