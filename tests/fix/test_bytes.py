"""A fix changes the bytes that it says, and no other byte of the file."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.command_line import FOUND
from tests.mending import CLOCK, make_project, mend_in_memory, mended, put
from wflint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location
from wflint.files.source import Source, UnreadableSource
from wflint.fix.apply.splice import choose, splice

# The clock's module stays in use, so nothing but the call changes.
KEPT = CLOCK.replace("@workflow.defn", "START = time.time\n\n\n@workflow.defn")


def only_the_call(data: bytes) -> bytes:
    """Return what must come out: the bytes with another call in the last place."""
    before, call, after = data.rpartition(b"time.time()")
    assert call
    return before + b"workflow.time()" + after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(KEPT, id="line feeds"),
        pytest.param(KEPT.replace("\n", "\r\n"), id="carriage return and line feed"),
        pytest.param(KEPT.replace("\n", "\r"), id="carriage returns alone"),
        pytest.param(KEPT.replace("\n", "\r\n", 3), id="two kinds of line ends"),
        pytest.param(KEPT.replace("\n", "\r", 2).replace("\n", "\r\n", 2), id="three kinds"),
        pytest.param("\ufeff" + KEPT, id="byte order mark"),
        pytest.param("\ufeff" + KEPT.replace("\n", "\r\n"), id="byte order mark and CRLF"),
        pytest.param(KEPT.replace("    ", "\t"), id="tabs"),
        pytest.param(KEPT.replace("        ", "    \t"), id="tabs and blanks"),
        pytest.param(KEPT.replace("\n\n\n", "\n\n\f\n"), id="form feeds"),
        pytest.param(KEPT.replace("\nclass", "\n\fclass"), id="form feed before a statement"),
        pytest.param(KEPT.rstrip("\n"), id="no end of the last line"),
        pytest.param(KEPT.replace("\n", "\r").rstrip("\r"), id="no end of the last CR line"),
        pytest.param(KEPT + " \t\n\n  ", id="white space at the end"),
        pytest.param(KEPT + "\r", id="a final carriage return"),
        pytest.param(KEPT.replace("return ", 'return "\U0001f600\U00010400" and '), id="non-BMP"),
        pytest.param(KEPT.replace("return ", 'return "e\u0301\u200b" and '), id="combining signs"),
        pytest.param(KEPT.replace("return ", 'return "\u2028\x0b\x1c" and '), id="odd line ends"),
        pytest.param(KEPT.replace("return ", 'return "\x85" and '), id="next line"),
        pytest.param(KEPT.replace("return ", 'return """\r\n\r\t""" and '), id="in a string"),
        pytest.param(KEPT.replace("return ", "return \\\r\n   "), id="backslash at the line's end"),
        pytest.param(KEPT.replace("run(self)", "run(self,  )"), id="odd blanks"),
        pytest.param(KEPT.replace("time.time()\n", "(  time.time()  )  # a\n"), id="blanks"),
        pytest.param("#\U0001f600\n" + KEPT, id="a comment beyond the BMP"),
        pytest.param("\n\n\n" + KEPT, id="blank lines first"),
    ],
)
def test_only_the_call_changes(tmp_path: Path, text: str) -> None:
    data = text.encode()
    assert mended(tmp_path, data) == only_the_call(data)


@pytest.mark.parametrize(
    ("encoding", "sign"),
    [
        ("latin-1", "\u00e9"),
        ("cp1252", "\u20ac"),
        ("iso-8859-15", "\u20ac"),
        ("koi8-r", "\u0416"),
        ("shift_jis", "\u8868\uff76"),  # bytes that look like backslashes, and half-width signs
        ("euc-jp", "\u65e5"),
        ("gb18030", "\u65e5\U0001f600"),
        ("utf-8", "\U0001f600"),
        ("utf-8-sig", "\u65e5"),
        ("iso-2022-jp", "\u65e5\u672c"),
        ("utf-7", "\u65e5 \u672c"),
    ],
)
def test_the_encoding_of_the_cookie_is_kept(tmp_path: Path, encoding: str, sign: str) -> None:
    text = f"# -*- coding: {encoding} -*-\n# {sign}\n" + KEPT.replace(
        "return ", f"return '{sign}' and "
    )
    data = text.encode(encoding.replace("-sig", ""))
    assert mended(tmp_path, data) == only_the_call(data)


@pytest.mark.parametrize("head", ["# coding: latin-1, \u00e9", "# Jos\u00e9\n# coding: latin-1"])
def test_signs_beside_the_cookie_are_in_its_encoding(tmp_path: Path, head: str) -> None:
    data = f"{head}\n{KEPT}".encode("latin-1")
    assert mended(tmp_path, data) == only_the_call(data)


def test_a_byte_order_mark_and_a_cookie_go_together(tmp_path: Path) -> None:
    data = codecs.BOM_UTF8 + f"# coding: utf-8\r\n{KEPT}".encode()
    assert mended(tmp_path, data) == only_the_call(data)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        pytest.param("utf-7", b"# +AGE-\n", id="a letter that need not be quoted"),
        pytest.param("iso2022_jp", b"# \x1b$B\x1b(B\n", id="an empty change of the alphabet"),
        pytest.param("iso2022_kr", b"# \x1b$)C\n", id="an announcement at the start"),
    ],
)
def test_text_that_cannot_be_changed_in_part_is_left_alone(
    tmp_path: Path, encoding: str, data: bytes
) -> None:
    file = put(make_project(tmp_path), f"# coding: {encoding}\n".encode() + data + KEPT.encode())
    outcome = mend_in_memory(tmp_path, file)
    assert outcome.files == []
    (problem,) = outcome.result.problems
    assert problem == f"{file}: it cannot be fixed: text in {encoding} cannot be changed in part"
    assert [d.code for d in outcome.result.diagnostics] == ["WFL101"]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r", b" ", b"\f", codecs.BOM_UTF8, b"#", b"x", b"\t\n"]
)
def test_a_file_without_code_stays_as_it_is(tmp_path: Path, data: bytes) -> None:
    assert mended(tmp_path, data) == data


def test_a_cookie_is_never_pushed_out_of_the_lines_that_count(tmp_path: Path) -> None:
    head = "#!/usr/bin/env python\n# coding: latin-1\n"
    helper = "def stamp() -> float:\n    import time\n    return time.time()  # \u00e9\n"
    make_project(tmp_path)
    put(tmp_path, (head + helper).encode("latin-1"), "util.py")
    put(
        tmp_path,
        CLOCK.replace("import time", "from util import stamp").replace("time.time", "stamp"),
    )
    (changed,) = mend_in_memory(tmp_path).files
    assert changed.after.decode("latin-1").startswith(head)
    assert "return workflow.time()  # \u00e9".encode("latin-1") in changed.after


def test_text_that_the_encoding_has_no_bytes_for_is_not_written() -> None:
    with pytest.raises(UnreadableSource, match="iso-8859-1 has no bytes for what would be"):
        splice(b"# coding: latin-1\nx = 1\n", [(22, 23, "'\u20ac'")])


def test_an_edit_that_would_change_the_encoding_is_refused() -> None:
    data = "\n# coding: latin-1\n# \u00e9\n".encode("latin-1")
    with pytest.raises(UnreadableSource):
        splice(data, [(0, 0, "x = 1\n")])


def test_edits_of_one_fix_that_overlap_are_never_applied() -> None:
    edits = (
        Edit("a", Location(1, 1), Location(1, 4)),
        Edit("b", Location(1, 3), Location(1, 5)),
    )
    broken = replace(FOUND, fix=Fix(Applicability.SAFE, "Break it", edits))
    whole = replace(FOUND, fix=Fix(Applicability.SAFE, "Mend it", edits[1:]))
    assert choose([broken, whole], Source("x = 1\n")) == ([whole], [(2, 4, "b")])


def test_of_fixes_that_overlap_the_first_is_applied() -> None:
    def fix(start: int, end: int, content: str) -> Diagnostic:
        edit = Edit(content, Location(1, start + 1), Location(1, end + 1))
        return replace(FOUND, fix=Fix(Applicability.SAFE, "", (edit,)))

    shared = fix(0, 0, "import a\n")
    found = [
        shared,
        fix(4, 9, "A"),
        fix(6, 7, "B"),
        fix(0, 0, "import b\n"),
        shared,
        fix(9, 9, "C"),
    ]
    chosen, edits = choose(found, Source("0123456789"))
    assert chosen == [found[0], found[1], found[4], found[5]]
    assert edits == [(0, 0, "import a\n"), (4, 9, "A"), (9, 9, "C")]
