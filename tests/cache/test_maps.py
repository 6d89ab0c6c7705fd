"""Maps are kept with the results of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.caching import counted_analyses
from tests.command_line import invoke
from tests.map_cases import SHOP, write

FORMS = ("html", "json")


@pytest.fixture(autouse=True)
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two repositories, so that the things of the second are numbered after those of the first."""
    for name in ("first", "second"):
        (tmp_path / name / ".git").mkdir(parents=True)
        write(tmp_path / name, SHOP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WFLINT_NO_CACHE")
    return tmp_path


def drawn(*arguments: str) -> tuple[str, ...]:
    outputs = [word for form in FORMS for word in ("-o", f"map.{form}")]
    done = invoke("map", *(arguments or ("first", "second")), *outputs, "--title", "shop")
    assert done.exit_code == 0
    texts = (Path(f"map.{form}").read_text("utf-8") for form in FORMS)
    return (done.stderr, *texts)


def test_a_map_of_what_has_not_changed_is_drawn_again_without_an_analysis() -> None:
    fresh = drawn("first", "second", "--no-cache")
    assert fresh[1].count("OrderWorkflow.run") > 2
    with counted_analyses() as analysed:
        assert drawn() == fresh
        assert len(analysed) == 2
        assert drawn() == fresh
        assert len(analysed) == 2


def test_what_has_changed_is_analysed_again() -> None:
    drawn()
    helpers = Path("first/shop/helpers.py")
    helpers.write_text(helpers.read_text("utf-8").replace("hours=2", "hours=3"), "utf-8")
    with counted_analyses() as analysed:
        again = drawn()
    assert len(analysed) == 1
    assert "3 h" in again[1]
    assert again == drawn("first", "second", "--no-cache")


def test_what_is_asked_for_differently_is_drawn_differently() -> None:
    names = {"first/tests/test_flow.py": SHOP["shop/flows.py"]}
    write(Path(), names)
    every = drawn()
    assert "2 workflows of tests left out" in every[0]
    assert drawn("first", "second", "--tests")[0] == ""
    assert drawn("first/shop/activities.py")[1:] != drawn("first")[1:]
    assert drawn("second", "first") == drawn("second", "first", "--no-cache")
    assert drawn() == every


def test_a_map_is_nothing_to_a_check_and_the_other_way_round() -> None:
    checked = invoke("check", "first").stdout
    first = drawn("first")
    assert invoke("check", "first").stdout == checked
    assert drawn("first") == first


def test_without_a_cache_nothing_is_written() -> None:
    drawn("first", "--no-cache")
    assert not Path("first/.wflint_cache").exists()
    drawn("first")
    assert Path("first/.wflint_cache").exists()
