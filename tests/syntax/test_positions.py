"""Where nodes of LibCST stand in the text."""

from __future__ import annotations

import libcst as cst
import pytest

from wflint.syntax.positions import all_spans

HANDLER = "except OSError:\n    a = f(\n        1\n    )  # why\n\n# after\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(
    ("statement", "last"),
    [
        (f"try:\n    pass\n{HANDLER}", "    )"),
        ("for x in y:\n    pass  # nothing\n\n", "    pass"),
        ("if x: pass; pass  # nothing\n", "if x: pass; pass"),
        ("if x:\n    pass\nelse:\n    y = (x  # so\n    )\n", "    )"),
        (
            "with x:\n    class C:\n        def f(self): ...\n\n    # end\n",
            "        def f(self): ...",
        ),
        ("match x:\n    case 1:\n        pass\n", "        pass"),
        ("def f(\n    a,\n): return a\n", "): return a"),
    ],
    ids=["try", "for", "suite", "else", "with", "match", "def"],
)
def test_a_statement_ends_with_its_last_part(statement: str, last: str, end: str) -> None:
    text = statement.replace("\n", end)
    module = cst.parse_module(f"before = 1{end}{text}")
    node = module.body[1]
    start, stop = all_spans(module)[id(node)]
    assert module.code[start:stop].startswith(statement.split("\n", maxsplit=1)[0].split(";")[0])
    assert module.code[:stop].endswith(end + last) or last == module.code[start:stop]
