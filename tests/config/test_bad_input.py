"""Whatever a file holds: one clear line for it, every other file checked, never a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import forking

GOOD = b"""\
import time

from temporalio import workflow


@workflow.defn
class ClockWorkflow:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""
HEAD = "from temporalio import workflow\n"
TOO_DEEP = "WFL001 syntax-error error the code is nested too deeply to be analysed"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run wflint as a process of its own, so that a crash would be seen."""
    return forking.run(folder, "check", "--isolated", *(arguments or ["."]))


def check(folder: Path, content: bytes) -> str:
    """Return what is said of ``bad.py``; the good file beside it must have been checked as well."""
    (folder / "bad.py").write_bytes(content)
    (folder / "good.py").write_bytes(GOOD)
    done = run(folder)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    assert "good.py:10:16: WFL101" in lines[-1]
    assert len(lines) <= 2
    return lines[0] if len(lines) == 2 else ""


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(
            b"# temporalio\nx = '\xff'\n",
            "bad.py:2:1: WFL001 syntax-error error the file is not valid utf-8: byte 0xff",
            id="undecodable bytes",
        ),
        pytest.param(
            b"# -*- coding: klingon -*-\nimport temporalio\n",
            "bad.py:1:1: WFL001 syntax-error error bad coding cookie: unknown encoding: klingon",
            id="an encoding that does not exist",
        ),
        pytest.param(
            b"import temporalio\nx = 1\0\n",
            "bad.py:2:1: WFL001 syntax-error error the file contains a NUL byte",
            id="a NUL byte",
        ),
        pytest.param(
            HEAD.encode() + b"def f(:\n    pass\n",
            "bad.py:2:7: WFL001 syntax-error error invalid syntax",
            id="a syntax error",
        ),
        pytest.param(b"", "", id="an empty file"),
        pytest.param(b"\xef\xbb\xbf" + HEAD.encode(), "", id="a byte order mark"),
        pytest.param(HEAD.replace("\n", "\r").encode(), "", id="old Mac line ends"),
    ],
)
def test_one_line_for_each_bad_file(tmp_path: Path, content: bytes, line: str) -> None:
    assert check(tmp_path, content) == line


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("[" * 2000 + "]" * 2000, id="2,000 nested brackets"),
        pytest.param("(" * 2000 + "1" + ")" * 2000, id="2,000 nested parentheses"),
        pytest.param(" + ".join(["a"] * 20_000), id="a chain of 20,000 terms"),
        pytest.param("a" + ".b()" * 20_000, id="a chain of 20,000 calls"),
        pytest.param("not " * 20_000 + "a", id="20,000 times not"),
    ],
)
@pytest.mark.parametrize("reached", [False, True], ids=["at module level", "in a workflow"])
def test_code_that_would_crash_the_parser(tmp_path: Path, expression: str, reached: bool) -> None:
    if reached:
        text = GOOD.decode().replace("time.time()", expression)
    else:
        text = f"{HEAD}a = 1\nx = {expression}\n"
    assert TOO_DEEP in check(tmp_path, text.encode())


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("[" * 40 + "y" + "]" * 40, id="lists"),
        pytest.param("(" * 40 + "y" + ")" * 40, id="parentheses"),
        pytest.param("{1: " * 30 + "y" + "}" * 30, id="mappings"),
        pytest.param("C(a=" * 40 + "y" + ")" * 40, id="classes"),
        pytest.param("[\n (" * 20 + "y" + ")]" * 20, id="lines"),
    ],
)
def test_patterns_that_would_take_the_parser_for_ever(tmp_path: Path, pattern: str) -> None:
    match = f"match 1:\n            case {pattern}:\n                pass"
    text = GOOD.decode().replace("return time.time()", match)
    assert TOO_DEEP in check(tmp_path, text.encode())


def test_patterns_as_people_write_them(tmp_path: Path) -> None:
    match = """match x:
            case {"a": [{"b": C(d=[(1 | 2, *_)], e={"f": y})}], **rest} if rest: return time.time()
            case = f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(1))))))))))))))))"""
    text = GOOD.decode().replace(
        "return time.time()", match.replace("            case = ", "        case = ")
    )
    (tmp_path / "flow.py").write_text(text.replace("self)", "self, x, f)"))
    assert ":11:" in run(tmp_path).stdout


def test_a_function_that_is_too_deep_does_not_hide_the_others(tmp_path: Path) -> None:
    text = GOOD.decode() + "\n    @workflow.signal\n    def deep(self, a: int) -> None:\n"
    text += f"        self.x = {' + '.join(['a'] * 1100)}\n"
    (tmp_path / "flow.py").write_text(text)
    done = run(tmp_path)
    assert [line.split(" ")[1] for line in done.stdout.splitlines()] == ["WFL101", "WFL001"]


def test_a_long_table_of_data_costs_little(tmp_path: Path) -> None:
    rows = ",\n".join(f"    ({n}, 'name {n}', [{n}, {n}])" for n in range(20_000))
    text = f"{GOOD.decode()}\n\nTABLE = [\n{rows}\n]\n"
    assert "WFL101" in check(tmp_path, text.encode())


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    os.symlink("..", tmp_path / "inner" / "outer", target_is_directory=True)
    os.symlink("self.py", tmp_path / "self.py")
    assert check(tmp_path, b"") == ""


def test_a_missing_path_is_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_bytes(GOOD)
    done = run(tmp_path, "good.py", "gone.py")
    assert done.returncode == 2
    assert "gone.py" in done.stderr
    assert "good.py:10:16: WFL101" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named_and_the_rest_is_checked(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_bytes(GOOD)
    (tmp_path / "secret.py").write_bytes(GOOD)
    (tmp_path / "secret.py").chmod(0)
    done = run(tmp_path)
    assert done.returncode == 2
    assert "secret.py: cannot be read: Permission denied" in done.stderr
    assert "good.py:10:16: WFL101" in done.stdout


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_bytes(GOOD)
    os.symlink("gone.py", tmp_path / "dangling.py")
    done = run(tmp_path)
    assert "good.py:10:16: WFL101" in done.stdout
    assert "Traceback" not in done.stderr


def test_newer_syntax_is_read_on_an_older_python(tmp_path: Path) -> None:
    newer = """\
        def first[T](items: list[T]) -> T:
            type Pair = tuple[T, T]
            return f"{items[0] if True else f'{items["a"]}'}" and time.time()


        type Name = str
    """
    text = GOOD.decode().replace("return time.time()", "return first([1.0])")
    (tmp_path / "flow.py").write_text(f"{text}\n\n{textwrap.dedent(newer)}")
    done = run(tmp_path)
    (line,) = done.stdout.splitlines()
    assert line.startswith("flow.py:15:") and "WFL101" in line


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param('X = t"a {1}" t"b"', id="template strings side by side"),
        pytest.param('X = (t"a {1:{X}}"\n     "b" t"c")', id="of several kinds, over lines"),
        pytest.param('class C:\n    A: t"x" = t"a" t"b"', id="in a class"),
        pytest.param('def f(a=t"a" t"b"):\n    return t"{a}" t"b"', id="in a function"),
        pytest.param('@d(t"a" t"b")\ndef f(): pass', id="in a decorator"),
    ],
)
@pytest.mark.parametrize("imported", [True, False], ids=["imported", "only read for a fix"])
def test_a_syntax_of_the_future_never_stops_a_run(
    tmp_path: Path, statement: str, imported: bool
) -> None:
    (tmp_path / "other.py").write_text(f"# helper\n{statement}\n")
    helper = "\n\ndef helper() -> float:\n    return time.time()\n"
    text = GOOD.decode().replace("return time.time()", "return helper()") + helper
    if imported:
        text = text.replace("import time\n", "import time\nimport other\n", 1)
    (tmp_path / "flow.py").write_text(text)
    done = run(tmp_path)
    assert done.stdout.startswith("flow.py:") and done.stdout.count("\n") == 1
    assert "WFL101" in done.stdout


@pytest.mark.parametrize("annotation", [r"'int\ud800'", r"'a\0b'", "'(' * 3", "'(((('", "''"])
def test_annotations_that_are_no_expressions(tmp_path: Path, annotation: str) -> None:
    helper = f"\n\ndef helper(x: {annotation}, y: {annotation} = None) -> {annotation}:\n"
    text = GOOD.decode().replace("return time.time()", "return helper(1)") + helper
    (tmp_path / "flow.py").write_text(f"{text}    return x.foo(time.time())\n")
    assert run(tmp_path).stdout.count("WFL") == 1


@pytest.mark.parametrize(
    "number",
    ["9" * 4_200, "0x" + "f" * 6_000, "0b" + "1" * 30_000, "1e999", "-1e999", "1j", "10**10**10"],
    ids=lambda number: number[:5],
)
def test_numbers_that_nobody_can_write_down(tmp_path: Path, number: str) -> None:
    statements = (
        "await asyncio.sleep({0})",
        "await workflow.sleep(-{0})",
        "await workflow.execute_activity('a', start_to_close_timeout={0})",
        "await workflow.execute_activity('a', start_to_close_timeout=timedelta(seconds={0}))",
        "await workflow.wait_condition(lambda: {0}, timeout={0})",
        "for i in range({0}): pass",
        "for i in range(0, {0}, {0}): pass",
        "if NUMBER: random.Random({0}).seed({0})",
        "print('a' * {0}, 'x'[{0}], '%d %s' % ({0}, {0}), f'{{{0}!r:>{0}}}')",
        "while {0}: break",
        "match {0}:\n            case [_, 1]: pass",
    )
    body = "".join(f"        {statement.format(number)}\n" for statement in statements)
    head = f"import asyncio, random\nfrom datetime import timedelta\nNUMBER = {number}\n"
    text = f"{head}TABLE = [{number}, (-{number},)]\n{GOOD.decode()}"
    (tmp_path / "flow.py").write_text(text.replace("        return", f"{body}        return"))
    done = run(tmp_path)
    assert "WFL101" in done.stdout and "WFL00" not in done.stdout


# Values that nobody would write.

DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (f'target-sdk = "{DIGITS}.1"', "target-sdk must be a version"),
        ('target-python = "3.\u0663"', "target-python must be a version"),
        (f"default-activity-timeout = {10**20}", "default-activity-timeout must be a number"),
        (f"default-activity-timeout = {DIGITS}", "too many digits"),
        ('replay-safe-loggers = [""]', "replay-safe-loggers[0] must be a full dotted name"),
        ('guard-functions = ["a", "."]', "guard-functions[1] must be a full dotted name"),
        ('workflow-decorators = ["a..b"]', "workflow-decorators[0] must be a full dotted name"),
        (r'cache-dir = "a\u0000b"', "cache-dir contains a NUL character"),
        (r'src = ["a\u0000b"]', "src[0] contains a NUL character"),
        (r'python = "a\u0000b"', "python contains a NUL character"),
        (r'per-file-ignores = {"a\u0000" = ["ALL"]}', "per-file-ignores."),
    ],
)
def test_a_bad_setting_is_named_with_its_key(tmp_path: Path, setting: str, said: str) -> None:
    (tmp_path / "good.py").write_bytes(GOOD)
    (tmp_path / "wflint.toml").write_text(setting)
    done = forking.run(tmp_path, "check")
    # Before Python 3.11, numbers may have any number of digits.
    assert done.returncode == 2
    assert done.stderr.startswith("wflint: wflint.toml: ")
    assert said in done.stderr or "must be a number of seconds" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "pyproject.toml",
            '[project]\nrequires-python = ">={0}.{0}"\ndependencies = ["temporalio>={0}.{0}"]',
        ),
        (
            "setup.cfg",
            "[options]\npython_requires = >={0}.{0}\ninstall_requires =\n  temporalio=={0}.{0}",
        ),
        (
            "setup.py",
            'setup(python_requires=">={0}.{0}", install_requires=["temporalio=={0}.{0}"])',
        ),
        ("requirements.txt", "temporalio=={0}.{0}"),
        ("uv.lock", 'name = "temporalio"\nversion = "{0}.{0}"'),
        ("poetry.lock", 'name = "temporalio"\nversion = "{0}.{0}"'),
    ],
)
@pytest.mark.parametrize("digits", [20, 5_000])
def test_versions_of_many_digits(tmp_path: Path, name: str, text: str, digits: int) -> None:
    (tmp_path / "good.py").write_bytes(GOOD)
    (tmp_path / name).write_text(text.format("9" * digits))
    done = forking.run(tmp_path, "check")
    assert done.stdout.startswith("good.py:10:16: WFL101")


@pytest.mark.parametrize("jobs", ["\u00b2", "\u0661", DIGITS, "0", "00", "-1", "1.0", ""])
def test_numbers_of_jobs_that_are_none(tmp_path: Path, jobs: str) -> None:
    done = run(tmp_path, "--jobs", jobs)
    assert done.returncode == 2 and "above 0, or auto" in done.stderr


@pytest.mark.parametrize("arguments", [["."], ["--diff"], ["--fix"], ["--show-settings"]], ids=str)
def test_a_working_directory_that_is_gone(tmp_path: Path, arguments: list[str]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f'rmdir "{gone}"; exec "$0" -m wflint check "$@"'
    command = ["sh", "-c", script, sys.executable, *arguments]
    done = subprocess.run(command, cwd=gone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "wflint: the working directory does not exist any more; change to one that does\n"
    )


def test_names_that_are_too_long(tmp_path: Path) -> None:
    done = run(tmp_path, "a" * 5_000)
    assert done.returncode == 2 and "no such file or folder" in done.stderr
    done = run(tmp_path, "--config", "a" * 5_000 + " = 1")
    assert done.returncode == 2 and "unknown key" in done.stderr
