"""What a fix rests on: the questions that it asked, and not all that is in the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.caching import FLOW, NAMES, PRICES, make_project, output, plain_output, write
from tests.command_line import enter_project
from wflint.checking.violation import Violation
from wflint.fix.propose.repairs import Repairs
from wflint.fix.propose.surroundings import Surroundings
from wflint.rule.fix import Answered

CLOCK = PRICES.replace("import os", "import time").replace('os.getenv("CURRENCY")', "time.time()")
CALLER = "from shop import prices\n\nprint(prices.stamp())\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a fix in a helper, of which a run has been made."""
    monkeypatch.delenv("WFLINT_NO_CACHE")
    project = make_project(enter_project(tmp_path, monkeypatch))
    write(project / "shop/prices.py", CLOCK)
    output()
    return project


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files for which fixes are looked for."""
    paths: list[str] = []
    find = Repairs.answer_for

    def counted(self: Repairs, hit: Violation, *rest: object) -> Answered:
        paths.append(Path(hit.fn.path).name)
        return find(self, hit, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Repairs, "answer_for", counted)
    return paths


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop/names.py", NAMES.replace("read()", "read(1)")),
        ("shop/flow.py", f"# Lines move.\n{FLOW}"),
        ("tools/new.py", "# prices.stamp is named here, and not called\nstamp = 1\n"),
        ("tools/other.py", "import other\n\nother.stamp()\n"),
    ],
)
def test_a_change_elsewhere_leaves_it_as_it_is(
    project: Path, found: list[str], name: str, text: str
) -> None:
    write(project / name, text)
    said = output()
    assert "prices.py" not in found
    assert said == plain_output()


def test_a_caller_outside_of_workflows_makes_it_another(project: Path, found: list[str]) -> None:
    write(project / "tools/script.py", CALLER)
    said = output()
    assert "prices.py" in found
    assert said == plain_output()
    assert "tools/script.py" in said[1]


def test_a_module_of_the_project_that_stands_among_the_imports_makes_it_another(
    project: Path, found: list[str]
) -> None:
    write(project / "shop/prices.py", f"import acme\n{CLOCK}")
    output()
    found.clear()
    write(project / "acme.py", "")
    said = output()
    assert "prices.py" in found
    assert said == plain_output()


def test_nothing_is_looked_for_that_is_not_shown(project: Path, found: list[str]) -> None:
    hidden = '[tool.wflint.per-file-ignores]\n"prices.py" = ["WFL101"]\n'
    write(project / "pyproject.toml", hidden)
    write(project / "shop/prices.py", f"{CLOCK}\n\nMORE = 1\n")
    assert "WFL101" not in output()[1]
    assert "prices.py" not in found


def test_all_that_a_repair_may_ask_is_noted() -> None:
    """A question that is added to the one class must be noted by the other."""
    from wflint.fix.propose.asked import Asking

    asked = {name for name in vars(Surroundings) if not name.startswith("_")}
    assert asked <= vars(Asking).keys()
