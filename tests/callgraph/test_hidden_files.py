"""`orders.py` beside the package `orders`: Python imports the package, and never the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke

FLOW = """\
import os
import time
from temporalio import workflow

os.makedirs("/tmp/orders")


@workflow.defn
class {name}:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""
LISTS = """\
from shop.orders import OrderWorkflow
from temporalio.worker import Worker

def work(client):
    return Worker(client, task_queue="q", workflows=[OrderWorkflow])
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "shop/__init__.py": "",
        "shop/orders.py": FLOW.format(name="OldWorkflow"),
        "shop/orders/__init__.py": FLOW.format(name="OrderWorkflow"),
        "worker.py": LISTS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return enter_project(tmp_path, monkeypatch)


def told(*args: str) -> list[str]:
    lines = invoke("check", *args).stderr.splitlines()
    return [line for line in lines if "never imports" in line]


def found() -> list[str]:
    lines = invoke("check", "--output-format", "concise").stdout.splitlines()
    return sorted(f"{line.split(':')[0]} {line.split()[1]}" for line in lines if " WFL" in line)


def test_only_the_package_is_checked(project: Path) -> None:
    assert found() == ["shop/orders/__init__.py WFL101", "shop/orders/__init__.py WFL310"]
    (line,) = told()
    assert line == (
        "wflint: shop/orders.py: Python never imports this file, because the package shop/orders/ "
        "has the same name, so what is in there is not checked; rename or delete one of them"
    )
    assert told("shop/orders") == []
    assert told("shop/orders.py") == [line]


def test_a_folder_without_an_init_gives_way_to_the_file(project: Path) -> None:
    (project / "shop/orders/__init__.py").rename(project / "shop/orders/more.py")
    assert found() == [
        "shop/orders.py WFL101",
        "shop/orders.py WFL310",
        "shop/orders/more.py WFL101",
        "shop/orders/more.py WFL310",
    ]
    assert told() == []


def test_stubs_hide_nothing(project: Path) -> None:
    (project / "shop/orders/__init__.py").unlink()
    (project / "shop/orders/__init__.pyi").write_text("")
    (project / "shop/orders.pyi").write_text("")
    assert found() == ["shop/orders.py WFL101", "shop/orders.py WFL310"]


def test_a_package_elsewhere_hides_nothing(project: Path) -> None:
    (project / "shop/orders").rename(project / "orders")
    assert told() == []
    assert "shop/orders.py WFL101" in found()


def test_a_script_runs_all_the_same(project: Path) -> None:
    path = project / "shop/orders.py"
    path.write_text(f'{path.read_text()}\nif __name__ == "__main__":\n    print()\n')
    assert told() == []
    assert "shop/orders.py WFL101" in found()


def test_what_says_nothing_of_temporal_is_not_mentioned(project: Path) -> None:
    (project / "shop/orders.py").write_text("import os\n")
    assert told() == []
