"""``--add-ignore``: comments where they count, in the file's own style."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import CLOCK, enter_project, invoke
from wflint.files.source import Source
from wflint.fix.apply.ignores import width_below
from wflint.fix.apply.splice import splice
from wflint.suppress.add import Unwanted, comments_for
from wflint.suppress.comments import parse_directives

NAMES = {"WFL101": "wall-clock-time", "WFL113": "random-uuid"}


def added(text: str, *rows: int, code: str = "WFL101", reason: str = "", width: int = 60) -> str:
    """The text with a comment for a finding in each row."""
    found = [Unwanted(row, row, code) for row in rows]
    edits = comments_for(found, Source(text), ("WFL",), reason, width)
    return splice(text.encode(), edits).decode()


def is_hidden(text: str, row: int, end_row: int, code: str = "WFL101") -> bool:
    return parse_directives(text).suppresses(code, NAMES[code], row, end_row) is not None


class TestPlace:
    @pytest.mark.parametrize(
        ("text", "row", "wanted"),
        [
            ("x = now()\n", 1, "x = now()  # wflint: ignore[WFL101]\n"),
            ("x = now()", 1, "x = now()  # wflint: ignore[WFL101]"),
            ("x = now()   \n", 1, "x = now()  # wflint: ignore[WFL101]\n"),
            (
                "x = now()  # type: ignore\n",
                1,
                "x = now()  # type: ignore  # wflint: ignore[WFL101]\n",
            ),
            (
                f"if x:\n    y = now({'a' * 30})\n",
                2,
                f"if x:\n    # wflint: ignore[WFL101]\n    y = now({'a' * 30})\n",
            ),
            ("x = f(\n    now(),\n)\n", 2, "x = f(\n    now(),  # wflint: ignore[WFL101]\n)\n"),
            (
                "x = f(\n    a,\n) + now()\n",
                3,
                "x = f(\n    a,\n) + now()  # wflint: ignore[WFL101]\n",
            ),
            ("x = 1 + \\\n  now()\n", 2, "x = 1 + \\\n  now()  # wflint: ignore[WFL101]\n"),
            ("x = now() + \\\n  1\n", 1, "# wflint: ignore[WFL101]\nx = now() + \\\n  1\n"),
            ('x = f"""{now()}\n"""\n', 1, '# wflint: ignore[WFL101]\nx = f"""{now()}\n"""\n'),
            ("x = '''a\n''', now()\n", 2, "x = '''a\n''', now()  # wflint: ignore[WFL101]\n"),
            (
                f"@deco\n@other({'a' * 30})\ndef f(x={'a' * 30}):\n    pass\n",
                3,
                f"@deco\n@other({'a' * 30})\n# wflint: ignore[WFL101]\ndef f(x={'a' * 30}):\n"
                "    pass\n",
            ),
            (
                f"if x:\n    pass\nelif now({'a' * 40}):\n    pass\n",
                3,
                f"if x:\n    pass\n# wflint: ignore[WFL101]\nelif now({'a' * 40}):\n    pass\n",
            ),
        ],
    )
    def test_is_behind_the_code_or_above_it(self, text: str, row: int, wanted: str) -> None:
        found = added(text, row)
        assert found == wanted
        moved = row + (found.count("\n") - text.count("\n"))
        assert is_hidden(found, moved, moved)
        assert added(found, moved) == found

    def test_is_one_for_several_codes(self) -> None:
        found = [Unwanted(1, 1, "WFL113"), Unwanted(1, 1, "WFL101"), Unwanted(1, 1, "WFL101")]
        edits = comments_for(found, Source("x = f()\n"), ("WFL",), "", 80)
        assert splice(b"x = f()\n", edits) == b"x = f()  # wflint: ignore[WFL101, WFL113]\n"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_keeps_line_ends(self, end: str) -> None:
        text = f"a = 1{end}x = now() + \\{end}  1{end}"
        assert (
            added(text, 2) == f"a = 1{end}# wflint: ignore[WFL101]{end}x = now() + \\{end}  1{end}"
        )

    def test_has_a_reason(self) -> None:
        assert added("x = now()\n", 1, reason="old") == "x = now()  # wflint: ignore[WFL101] old\n"


class TestCommentThatIsThere:
    @pytest.mark.parametrize(
        ("text", "row", "wanted"),
        [
            (
                "x = now()  # wflint: ignore[WFL113] old\n",
                1,
                "x = now()  # wflint: ignore[WFL113, WFL101] old\n",
            ),
            (
                "# wflint: ignore[random-uuid]\nx = now()\n",
                2,
                "# wflint: ignore[random-uuid, WFL101]\nx = now()\n",
            ),
            (
                "x = f(\n    now(),\n)  # wflint: ignore[WFL113]\n",
                2,
                "x = f(\n    now(),\n)  # wflint: ignore[WFL113, WFL101]\n",
            ),
            (
                "x = f(\n    a,  # wflint: ignore[WFL113]\n    now(),\n)\n",
                3,
                "x = f(\n    a,  # wflint: ignore[WFL113]\n"
                "    now(),  # wflint: ignore[WFL101]\n)\n",
            ),
            (
                "x = f(aaaaaaaaaaaaaaaaaaa)  # wflint: ignore[WFL113] why it is\n",
                1,
                "# wflint: ignore[WFL101]\n"
                "x = f(aaaaaaaaaaaaaaaaaaa)  # wflint: ignore[WFL113] why it is\n",
            ),
            (
                "x = now()  # noqa: E501\n",
                1,
                "x = now()  # noqa: E501  # wflint: ignore[WFL101]\n",
            ),
        ],
    )
    def test_gets_the_code_besides_its_own(self, text: str, row: int, wanted: str) -> None:
        assert added(text, row) == wanted

    def test_is_not_repeated_where_it_does_not_help(self) -> None:
        text = "x = f(\n    now(),\n    b)  # wflint: ignore[WFL101]\n"
        assert added(text, 2) == text


STATEMENTS = st.sampled_from(
    [
        "x = now()",
        "x = now(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)",
        "x = f(\n    now(),\n    b,\n)",
        'x = """a\nb""" + now()',
        "x = a + \\\n    now()",
        "if now():\n    y = now()\nelse:\n    pass",
        "@deco(now())\ndef f(a=now()):\n    return now()",
        "x = now()  # wflint: ignore[WFL113]",
        "# wflint: ignore[WFL113] both\nx = now()",
        "a = 1; b = now()",
    ]
)


@given(st.lists(STATEMENTS, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]), st.data())
def test_any_findings_are_hidden_and_nothing_else_changes(
    statements: list[str], end: str, data: st.DataObject
) -> None:
    text = "".join(f"{one}\n" for one in statements)
    rows = [n for n, line in enumerate(text.split("\n"), 1) if "now" in line]
    chosen = data.draw(st.sets(st.sampled_from(rows)))
    text = text.replace("\n", end)
    found = added(text, *chosen)
    lines = found.split(end)
    places = [n for n, line in enumerate(lines, 1) if "now" in line]
    for before, after in zip(rows, places, strict=True):
        if before in chosen:
            assert is_hidden(found, after, after)
    code = [line.partition("  # wflint")[0] for line in lines if not line.lstrip().startswith("#")]
    old = [
        line.partition("  # wflint")[0]
        for line in text.split(end)
        if not line.lstrip().startswith("#")
    ]
    assert code == old
    again = [n for n, row in zip(places, rows, strict=True) if row in chosen]
    assert added(found, *again) == found


class TestCommandLine:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        enter_project(tmp_path, monkeypatch)
        Path("flow.py").write_text(CLOCK)
        return tmp_path

    def test_hides_all_that_is_found(self) -> None:
        result = invoke("check", "--add-ignore=shown only")
        assert result.exit_code == 0
        assert result.stdout == ""
        assert "Suppressed 1 diagnostic in 1 file.\n" in result.stderr
        text = Path("flow.py").read_text()
        assert "return str(datetime.now())  # wflint: ignore[WFL101] shown only\n" in text
        assert invoke("check").exit_code == 0
        assert invoke("check", "--add-ignore").exit_code == 0
        assert Path("flow.py").read_text() == text

    def test_takes_its_reason_from_behind_the_equals_sign_alone(self) -> None:
        Path("other.py").write_text(CLOCK)
        assert invoke("check", "--add-ignore", "other.py").exit_code == 0
        assert Path("flow.py").read_text() == CLOCK
        assert Path("other.py").read_text().endswith("  # wflint: ignore[WFL101]\n")

    def test_hides_what_is_selected_and_not_known(self) -> None:
        assert invoke("check", "--select", "WFL113", "--add-ignore").exit_code == 0
        invoke("check", "--baseline", "known.toml", "--update-baseline")
        for flags in ((), ("--show-baselined",)):
            assert (
                invoke("check", "--baseline", "known.toml", "--add-ignore", *flags).exit_code == 0
            )
        assert Path("flow.py").read_text() == CLOCK

    def test_hides_all_places_that_one_report_speaks_for(self) -> None:
        Path("acts.py").write_text(
            "import time\nfrom temporalio import activity\n\n\n@activity.defn\n"
            "async def act(x):\n    time.sleep(1)\n    time.sleep(2)\n    time.sleep(x)\n"
        )
        assert invoke("check", "--add-ignore").exit_code == 0
        assert Path("acts.py").read_text().count("# wflint: ignore[WFL801]") == 3

    def test_shows_what_it_would_do(self) -> None:
        result = invoke("check", "--add-ignore", "--diff")
        assert result.exit_code == 1
        assert "+        return str(datetime.now())  # wflint: ignore[WFL101]\n" in result.stdout
        assert "Would suppress 1 diagnostic in 1 file." in result.stderr
        assert Path("flow.py").read_text() == CLOCK

    def test_prints_what_came_on_stdin(self) -> None:
        result = invoke("check", "-", "--stdin-filename", "flow.py", "--add-ignore", stdin=CLOCK)
        assert "  # wflint: ignore[WFL101]\n" in result.stdout
        assert Path("flow.py").read_text() == CLOCK

    def test_keeps_encoding_byte_order_mark_and_line_ends(self) -> None:
        text = "# é\n" + CLOCK
        Path("flow.py").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        latin = "# -*- coding: latin-1 -*-\n" + text
        Path("other.py").write_bytes(latin.encode("latin-1"))
        assert invoke("check", "--add-ignore").exit_code == 0
        data = Path("flow.py").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf# \xc3\xa9\r\n")
        assert data.count(b"\n") == data.count(b"\r\n") == text.count("\n")
        assert Path("other.py").read_bytes().startswith(b"# -*- coding: latin-1 -*-\n# \xe9\n")

    def test_leaves_alone_what_cannot_take_the_reason(self) -> None:
        text = "# -*- coding: latin-1 -*-\n" + CLOCK
        Path("flow.py").write_bytes(text.encode("latin-1"))
        result = invoke("check", "--add-ignore=день")
        assert result.exit_code == 2
        assert "flow.py: it cannot be fixed: iso-8859-1 has no bytes" in result.stderr
        assert Path("flow.py").read_text() == text

    def test_reports_what_no_comment_may_hide(self) -> None:
        Path("bad.py").write_text("from temporalio import workflow\n@workflow.defn\ndef (\n")
        Path("flow.py").write_text(CLOCK + "x = 1  # wflint: ignore[WFL113] no\n")
        result = invoke("check", "--add-ignore", "--output-format", "concise")
        assert result.exit_code == 1
        assert [line.split()[1] for line in result.stdout.splitlines()] == ["WFL001", "WFL002"]

    @pytest.mark.parametrize(
        "flags",
        [
            ("--add-ignore=a # b",),
            ("--add-ignore=a\nb",),
            ("--add-ignore", "--fix"),
            ("--add-ignore", "--no-ignores"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, flags: tuple[str, ...]) -> None:
        assert invoke("check", *flags).exit_code == 2
        assert Path("flow.py").read_text() == CLOCK


class TestWidth:
    @pytest.mark.parametrize(
        ("name", "text", "wanted"),
        [
            ("pyproject.toml", "[tool.ruff]\nline-length = 120\n", 120),
            ("pyproject.toml", "[tool.black]\nline-length = 99\n", 99),
            ("ruff.toml", "line-length = 100\n", 100),
            ("pyproject.toml", "[tool.ruff]\nline-length = 'x'\n", 88),
            ("pyproject.toml", "[tool\n", 88),
            ("other.toml", "line-length = 100\n", 88),
        ],
    )
    def test_is_that_of_the_formatter(
        self, tmp_path: Path, name: str, text: str, wanted: int
    ) -> None:
        (tmp_path / name).write_text(text)
        assert width_below(str(tmp_path / "a" / "b"), str(tmp_path)) == wanted
