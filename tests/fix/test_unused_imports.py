"""An import that a fix makes unused goes, where nothing can need it any more; nothing else does."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from tests.mending import CLOCK, make_project, mend_in_memory, mended, put
from wflint.fix.apply.taken_names import taken_from
from wflint.fix.apply.unused_imports import without_unused

NEEDS_NOTHING = "from temporalio import workflow\nx = workflow.time()\n"


def cleaned(text: str, path: str = "flow.py", others: tuple[str, ...] = ()) -> str:
    """Return a module after its uses of ``time``, ``sleep`` and ``gone`` are replaced."""
    after = re.sub(r"\b(?:time\.time|sleep|gone(?:\.\w+)*)\(\)", "now()", text)
    assert after != text
    data = without_unused(text.encode(), after.encode(), path, lambda: [o.encode() for o in others])
    return data.decode()


def test_fixing_takes_the_import_out(tmp_path: Path) -> None:
    assert b"import time\n" not in mended(tmp_path, CLOCK)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("import time\n", "", id="one name"),
        pytest.param("import time\r\nimport os\r\n", "import os\r\n", id="CRLF"),
        pytest.param("import os\rimport time\r", "import os\r", id="CR"),
        pytest.param("import os, time\n", "import os\n", id="the last name"),
        pytest.param("import time, os\n", "import os\n", id="the first name"),
        pytest.param("import os, time, re\n", "import os, re\n", id="a name in the middle"),
        pytest.param("import  os ,time , re\n", "import  os ,re\n", id="odd blanks"),
        pytest.param("import os, \\\n    time\n", "import os\n", id="the last line"),
        pytest.param("import time, \\\n    os\n", "import os\n", id="the first line"),
        pytest.param("import time as gone\n", "", id="an alias"),
        pytest.param("import os, time as gone\n", "import os\n", id="an alias in a list"),
        pytest.param("import os.path as gone\n", "", id="a module in a package"),
        pytest.param("from time import sleep\n", "", id="a name in a module"),
        pytest.param("from time import (sleep)\n", "", id="in parentheses"),
        pytest.param("from time import (\n    sleep,\n)\n", "", id="in lines of its own"),
        pytest.param(
            "from time import (\n    sleep,\n    tzset,\n)\n",
            "from time import (\n    tzset,\n)\n",
            id="the first of several lines",
        ),
        pytest.param(
            "from time import (\n    ctime,\n    sleep,\n    tzset\n)\n",
            "from time import (\n    ctime,\n    tzset\n)\n",
            id="a line in the middle",
        ),
        pytest.param(
            "from time import (\n    ctime,\n    sleep as gone,\n)\n",
            "from time import (\n    ctime,\n)\n",
            id="the last line with a comma",
        ),
        pytest.param(
            "from time import (\n    ctime,\n    sleep\n)\n",
            "from time import (\n    ctime\n)\n",
            id="the last line without a comma",
        ),
        pytest.param(
            "from time import (ctime,\n                  sleep)\n",
            "from time import (ctime)\n",
            id="a list that begins on the first line",
        ),
        pytest.param(
            "from time import (sleep, ctime,\n                  tzset)\n",
            "from time import (ctime,\n                  tzset)\n",
            id="several names in a line",
        ),
        pytest.param(
            "from time import ctime, \\\n                 sleep\n",
            "from time import ctime\n",
            id="a line that goes on",
        ),
        pytest.param(
            "import time\nfrom time import sleep\nimport os\n", "import os\n", id="two imports"
        ),
        pytest.param(
            "from time import sleep, ctime, sleep as gone\n",
            "from time import ctime\n",
            id="two names of one function",
        ),
        pytest.param("import time;\n", "", id="a semicolon at the end"),
        pytest.param(
            "with x():\n    import time\n    import os\n",
            "with x():\n    import os\n",
            id="in a block",
        ),
        pytest.param(
            "with x():\n\tfrom time import sleep, ctime\n",
            "with x():\n\tfrom time import ctime\n",
            id="a part of the only import of a block",
        ),
        pytest.param(
            "with x():\n    import time\n    from time import sleep\n",
            "with x():\n    from time import sleep\n",
            id="a block is never empty",
        ),
    ],
)
def test_what_goes(before: str, after: str) -> None:
    uses = "def f():\n    return time.time(), sleep(), gone()\n"
    assert cleaned(before + uses) == after + "def f():\n    return now(), now(), now()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("import time\n\nimport a\n", "import a\n", id="an empty first line"),
        pytest.param("\n\nimport time\n\nimport a\n", "import a\n", id="several of them"),
        pytest.param("import time\n\n\nx = 1\n", "x = 1\n", id="a file without imports"),
        pytest.param(
            "# License\n\nimport time\n\nimport a\n",
            "# License\n\nimport a\n",
            id="two empty lines below a licence",
        ),
        pytest.param(
            "import a\n\nimport time\n\nimport b\n",
            "import a\n\nimport b\n",
            id="two empty lines between groups",
        ),
        pytest.param(
            "import a\r\n\r\nimport time\r\n\r\nimport b\r\n",
            "import a\r\n\r\nimport b\r\n",
            id="CRLF",
        ),
        pytest.param(
            "import a\n\nimport time\nfrom time import sleep\n\nimport b\n",
            "import a\n\nimport b\n",
            id="a group of several",
        ),
        pytest.param(
            "import a\n\nimport time\n\nfrom time import sleep\n\nimport b\n",
            "import a\n\nimport b\n",
            id="two groups",
        ),
        pytest.param(
            "import a\n\nimport time\nimport b\n", "import a\n\nimport b\n", id="a group that stays"
        ),
        pytest.param(
            "import a\nimport time\n\n\nx = 1\n", "import a\n\n\nx = 1\n", id="before the code"
        ),
        pytest.param(
            "import a\n\nimport time\n\n\nx = 1\n",
            "import a\n\n\nx = 1\n",
            id="a group of its own before the code",
        ),
        pytest.param(
            "with a():\n    import time\n\n    import b\n",
            "with a():\n    import b\n",
            id="an empty line at the start of a block",
        ),
        pytest.param(
            "with a():\n    import b\n\n    import time\n\n\n",
            "with a():\n    import b\n\n\n",
            id="at the end of a block",
        ),
    ],
)
def test_blank_lines_that_nothing_needs_go_too(before: str, after: str) -> None:
    uses = "def f():\n    return time.time(), sleep()\n"
    assert cleaned(before + uses) == after + "def f():\n    return now(), now()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("import time\nreturn time.time()", "return now()", id="a function"),
        pytest.param(
            "try:\n    import time\n    x = time.time()\n    y()\nexcept Exception:\n    pass",
            "try:\n    x = now()\n    y()\nexcept Exception:\n    pass",
            id="a try for something else",
        ),
        pytest.param(
            "with x():\n    from time import sleep\n    with y():\n        sleep()",
            "with x():\n    with y():\n        now()",
            id="a block",
        ),
    ],
)
def test_an_import_in_a_function_goes(before: str, after: str) -> None:
    head = "class C:\n    async def f(self):\n"
    assert cleaned(head + indent(before, " " * 8)) == head + indent(after, " " * 8)


def test_no_blank_line_is_left_at_the_end() -> None:
    assert cleaned("x = lambda: sleep()\n\nfrom time import sleep\n") == "x = lambda: now()\n"


def test_a_variable_called_eval_sees_nothing() -> None:
    text = "import time\nx = time.time()\nfor eval in evals:\n    print(eval.name)\n"
    assert "import time" not in cleaned(text)


def test_the_last_line_without_an_end() -> None:
    assert cleaned("x = lambda: sleep()\nfrom time import sleep") == "x = lambda: now()\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import time\nx = time.time() + time.time_ns()\n", id="another use"),
        pytest.param("import time\nx = time.time()\nf = lambda: time\n", id="a use as a value"),
        pytest.param("import time\nx = time.time()\ndel time\n", id="deleted"),
        pytest.param(
            "import time\nx = time.time()\ndef f():\n    global time\n    time = 1\n", id="global"
        ),
        pytest.param("import time\nx = time.time()\ny: 'time.struct_time'\n", id="an annotation"),
        pytest.param("import time\nx = time.time()\ny: list['time.x']\n", id="inside of one"),
        pytest.param("import time\nx = time.time()\ny = 1  # type: time.x\n", id="a type comment"),
        pytest.param(
            "import time\nx = time.time()\ny = cast('time.struct_time', 1)\n", id="a cast"
        ),
        pytest.param("import time\n__all__ = ['time']\nx = time.time()\n", id="__all__"),
        pytest.param("import time\n__all__ = ('a', 'time')\nx = time.time()\n", id="a tuple"),
        pytest.param("import time\n__all__ = 'a time'.split()\nx = time.time()\n", id="split"),
        pytest.param("import time\n__all__ += ['time']\nx = time.time()\n", id="added"),
        pytest.param("import time\n__all__: list = ['time']\nx = time.time()\n", id="typed"),
        pytest.param("import time\nx = time.time()\n__all__.append('time')\n", id="appended"),
        pytest.param("import time as time\nx = time.time()\n", id="meant for others"),
        pytest.param("from time import sleep as sleep\nx = sleep()\n", id="a name for others"),
        pytest.param("import time  # noqa: F401\nx = time.time()\n", id="noqa"),
        pytest.param("import time  # noqa\nx = time.time()\n", id="noqa without a code"),
        pytest.param("import time  # for the timer\nx = time.time()\n", id="a comment"),
        pytest.param(
            "from time import (\n    sleep,  # noqa: F401\n    ctime,\n)\nx = sleep()\n",
            id="a comment inside",
        ),
        pytest.param("import time; y = 1\nx = time.time()\n", id="code behind it"),
        pytest.param("y = 1; import time\nx = time.time()\n", id="code before it"),
        pytest.param('"""A\ndocstring."""; import time\nx = time.time()\n', id="a docstring"),
        pytest.param("with x(): import time\nx = time.time()\n", id="a block of one line"),
        pytest.param("with x():\n    import time\nx = time.time()\n", id="alone in its block"),
        pytest.param(
            "try:\n    import time\nexcept ImportError:\n    time = None\nx = time.time()\n",
            id="an import that may fail",
        ),
        pytest.param("if x:\n    import time\n    y()\nx = time.time()\n", id="in a branch"),
        pytest.param(
            "def f():\n    try:\n        import time\n        return time.time()\n"
            "    except ImportError:\n        return 0\n",
            id="in a function, where it may fail",
        ),
        pytest.param(
            "def f():\n    import time\n    return time.time()\ndef g():\n    return time.x\n",
            id="in a function, where another may mean the same",
        ),
        pytest.param(
            "def f():\n    if x:\n        import time\n    sleep()\n", id="alone in a branch"
        ),
        pytest.param("class C:\n    import time\n    x = time.time()\n", id="in a class"),
        pytest.param("import gone\nx = gone()\n", id="what is not in the standard library"),
        pytest.param("from . import gone\nx = gone()\n", id="a relative import"),
        pytest.param("from .time import sleep\nx = sleep()\n", id="a relative module"),
        pytest.param("from time import *\nx = sleep()\n", id="a star"),
        pytest.param("import time\nx = time.time()\ny = eval('t' + 'ime')\n", id="eval"),
        pytest.param("import time\nx = time.time()\nexec('import x; time.y')\n", id="exec"),
        pytest.param("import time\nx = time.time()\ny = globals()[z]\n", id="globals"),
        pytest.param("import time\nx = time.time()\ny = map(eval, z)\n", id="eval is handed on"),
        pytest.param(
            "import time\nx = time.time()\ny = [eval for eval in z], eval(z)\n",
            id="a variable called eval beside it",
        ),
        pytest.param(
            'import time\n\n\ndef f():\n    """F.\n\n    >>> time.x\n    """\n    time.time()\n',
            id="a doctest",
        ),
    ],
)
def test_what_stays(text: str) -> None:
    after = cleaned(text)
    assert [line for line in after.splitlines() if "import" in line] == [
        line for line in text.splitlines() if "import" in line
    ]


def test_what_was_unused_before_stays() -> None:
    text = "import os\nimport time\nx = time.time()\n"
    assert cleaned(text) == "import os\nx = now()\n"


def test_what_a_package_imports_stays() -> None:
    assert "import time" in cleaned("import time\nx = time.time()\n", "orders/__init__.py")


def test_text_that_cannot_be_read_stays() -> None:
    assert without_unused(b"x = (", b"y = (", "flow.py", lambda: []) == b"y = ("


def test_text_of_which_no_part_can_be_changed_stays() -> None:
    before = b"# coding: utf-7\n# +AGE-\nimport time\nx = time.time()\n"
    after = before.replace(b"time.time", b"now")
    assert without_unused(before, after, "flow.py", lambda: []) == after


@pytest.mark.parametrize(
    "other",
    [
        "from flow import time",
        "from orders.flow import a, time",
        "from .flow import time as t",
        "from . flow import time",
        "from flow import (\n    a,  # )\n    time,\n)",
        "from flow import \\\n    time",
        "from flow import *",
        "import flow\nflow.time.time()",
        "import orders.flow\norders.flow.time",
        "import orders.flow as f\nf.time.time()",
        "from orders import flow as f\nf . time",
        "mock.patch('orders.flow.time.time')",
        "monkeypatch.setattr(flow, 'time', 1)",
        'mock.patch.object(flow, "time")',
        "from orders import flow as f\nmonkeypatch.setattr(f, 'time', 1)",
    ],
)
def test_what_another_module_takes_stays(other: str) -> None:
    assert taken_from("/orders/flow.py", {"time", "os"}, [b"", other.encode()]) >= {"time"}
    assert "import time" in cleaned("import time\nx = time.time()\n", "/orders/flow.py", (other,))


@pytest.mark.parametrize(
    "other",
    [
        "from flow import OrderWorkflow\nimport time\ntime.time()",
        "from workflow import time",
        "# the flow of time",
        "flow = 1\ntime = 2",
        "from flow import a  # time",
    ],
)
def test_what_others_have_of_their_own_counts_for_nothing(other: str) -> None:
    assert taken_from("/orders/flow.py", {"time"}, [other.encode()]) == set()


def test_other_files_of_the_project_are_asked(tmp_path: Path) -> None:
    put(make_project(tmp_path), CLOCK)
    put(tmp_path, "from flow import time\n", "tests/test_flow.py")
    (changed,) = mend_in_memory(tmp_path, tmp_path / "flow.py").files
    assert changed.after.decode() == CLOCK.replace("time.time()", "workflow.time()")


def test_among_modules_that_are_passed_through(tmp_path: Path) -> None:
    block = "with workflow.unsafe.imports_passed_through():\n"
    text = CLOCK.replace("import time\n\n", "").replace(
        "\n\n\n@", f"\n\n{block}    import time\n    import orjson\n\n\n@"
    )
    after = mended(tmp_path, text).decode()
    assert f"{block}    import orjson\n\n\n" in after
