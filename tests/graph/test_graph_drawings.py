"""The formats of ``wflint graph``, given a graph: what is drawn, and what is escaped."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.command_line import FOUND
from wflint.diagnostics import Location
from wflint.graph import dot, json_graph, mermaid, text
from wflint.graph.model import Call, Function, Graph, Step
from wflint.run.request import Gap

ODD = 'we"ird #1 <b>\\n\nünï'
GAP = Gap("flow.py", Location(11, 9), "plan.begin()", "it is a parameter without a type")


def function(name: str, **more: object) -> Function:
    return Function(f"flow.py::{name}", name, "flow.py", Location(9, 5), **more)  # type: ignore[arg-type]


def graph_of(*functions: Function, calls: list[tuple[Function, Function]], **more: object) -> Graph:
    known: dict[str, object] = {
        "name": functions[0].qualname,
        "filename": "flow.py",
        "location": Location(7, 7),
        "reached": True,
        "remark": "",
        "roots": (functions[0].id,),
        "chains": (),
        "functions": functions,
        "calls": tuple(Call(a.id, b.id, Location(n, 1)) for n, (a, b) in enumerate(calls, 10)),
    }
    return Graph(**known | more)  # type: ignore[arg-type]


RUN = function("OrderWorkflow.run", entry_point=True, gaps=(GAP,))
PRICE = function("price", diagnostics=(FOUND,))
END = function("end")
WHOLE = graph_of(RUN, PRICE, END, calls=[(RUN, PRICE), (RUN, PRICE), (PRICE, END)])
STEPS = tuple(Step(f.id, f.qualname, f.filename, Location(10, 9)) for f in (RUN, PRICE))
WHY = graph_of(
    RUN, PRICE, END, calls=[(RUN, PRICE), (PRICE, END)], roots=(PRICE.id,), chains=(STEPS,)
)
ODD_ONE = graph_of(odd := function(ODD), calls=[(odd, odd)], name=ODD)


class TestMermaid:
    def test_a_flowchart_with_marks(self) -> None:
        assert mermaid.render(WHOLE) == (
            "flowchart TD\n"
            '    n0["OrderWorkflow.run<br/>flow.py:9<br/>1 call not resolved"]\n'
            '    n1["price<br/>flow.py:9<br/>WFL101 wall-clock-time, line 10"]\n'
            '    n2["end<br/>flow.py:9"]\n'
            "    n0 --> n1\n"
            "    n1 --> n2\n"
            "    classDef entry stroke-width:3px\n"
            "    class n0 entry\n"
            "    classDef diagnostic fill:#fde7e9,stroke:#b00020,color:#000\n"
            "    class n1 diagnostic\n"
            "    classDef gap stroke-dasharray:5 3\n"
            "    class n0 gap\n"
        )

    def test_what_was_asked_for_stands_out_among_its_callers(self) -> None:
        assert "    class n1 asked\n" in mermaid.render(WHY)
        assert "asked" not in mermaid.render(WHOLE)

    def test_nothing_in_a_name_can_end_a_label(self) -> None:
        (label,) = re.findall(r'n0\["(.*)"\]\n', mermaid.render(ODD_ONE))
        assert label == "we#34;ird #35;1 #60;b#62;#92;n #252;n#239;<br/>flow.py:9"


class TestDot:
    def test_a_directed_graph_with_marks(self) -> None:
        lines = dot.render(WHOLE).splitlines()
        assert (lines[0], lines[-1]) == ('digraph "OrderWorkflow.run" {', "}")
        run, price, end = lines[3:6]
        assert r'n0 [label="OrderWorkflow.run\nflow.py:9\n1 call not resolved", style=' in run
        assert 'style="rounded,filled,bold,dashed"' in run
        assert r'\nWFL101 wall-clock-time, line 10", color="#b00020"' in price
        assert end == r'    n2 [label="end\nflow.py:9"];'
        assert lines[6:8] == ["    n0 -> n1;", "    n1 -> n2;"]

    def test_what_was_asked_for_stands_out_among_its_callers(self) -> None:
        clean = graph_of(RUN, END, calls=[(RUN, END)], roots=(END.id,), chains=(STEPS,))
        assert 'style="rounded,filled,bold", fillcolor="#e8f0fe"' in dot.render(clean)

    def test_nothing_in_a_name_can_end_a_string(self) -> None:
        first, *_, node, _, _ = dot.render(ODD_ONE).splitlines()
        assert first.startswith(r'digraph "we\"ird #1 <b>\\n ünï"')
        assert node == r'    n0 [label="we\"ird #1 <b>\\n ünï\nflow.py:9"];'


class TestText:
    @pytest.mark.parametrize("color", [False, True])
    def test_names_cannot_break_a_line(self, color: bool) -> None:
        tree = text.render(graph_of(odd, calls=[], name=ODD), color)
        assert tree.count("\n") == 1

    def test_the_middle_of_a_long_chain_is_left_out(self) -> None:
        steps = tuple(Step(f"{n}", f"f{n}", "a.py", Location(n, 1)) for n in range(1000))
        shown = text.render(graph_of(END, calls=[], chains=(steps,))).splitlines()[1]
        assert shown.startswith("    f0 (a.py:0) → f1 (a.py:1) → ")
        assert " → ... 988 more ... → " in shown
        assert shown.endswith(" → f999 (a.py:999)")

    def test_a_function_stands_in_full_where_the_way_is_shortest(self) -> None:
        far, near, leaf = function("far"), function("near"), function("leaf")
        calls = [(RUN, far), (far, near), (near, leaf), (RUN, near)]
        lines = text.render(graph_of(RUN, far, near, leaf, calls=calls)).splitlines()
        assert [line.partition(" (")[0] for line in lines] == [
            "OrderWorkflow.run",
            "│  11:9 cannot follow plan.begin(): it is a parameter without a type",
            "├─ far",
            "│  └─ near",
            "└─ near",
            "   └─ leaf",
        ]
        assert lines[3].endswith(", see below")

    def test_ten_thousand_functions_deep(self) -> None:
        functions = [function(f"f{n}") for n in range(10_000)]
        graph = graph_of(*functions, calls=list(pairwise(functions)))
        lines = text.render(graph).splitlines()
        full = [line for line in lines if line and not line.endswith("continued below")]
        assert len(full) == 10_000
        assert max(map(len, lines)) < 4 * text.MAX_LEVEL + 100
        for form in (mermaid, dot, json_graph):
            assert "f9999" in form.render(graph)
