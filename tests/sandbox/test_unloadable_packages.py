"""The reasons for which packages cannot be loaded, held against the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from tests.oracle.project import run_project
from wflint.temporal import unloadable

TABLE = Path(unloadable.__file__).with_name("unloadable_packages.toml")
LIKE_THEM = {
    "it derives from classes of `http.client`": (
        "import http.client\nclass IncompleteRead(http.client.IncompleteRead): ...\n"
    ),
    "it derives from classes of `urllib.request`": (
        "import urllib.request\nclass Request(urllib.request.Request): ...\n"
    ),
    "it derives from classes of `gettext`": (
        "import gettext\nclass Words(gettext.NullTranslations): ...\n"
    ),
    "it draws a random number when it is imported": (
        "from random import getrandbits\nNUMBER = getrandbits(24)\n"
    ),
    "it derives from classes of `http.server`": (
        "import http.server\nclass Handler(http.server.BaseHTTPRequestHandler): ...\n"
    ),
    "it makes an object of a class that derives from `threading.local`": (
        "import threading\nclass Local(threading.local): ...\nlocal = Local()\n"
    ),
    "it reads the clock when it is imported": "import datetime\nNOW = datetime.datetime.now()\n",
    "it derives from `datetime`, which the sandbox replaces": (
        "import datetime\nclass Meta(type): ...\n"
        "class DateTime(datetime.datetime, metaclass=Meta): ...\n"
    ),
    "packages that it imports cannot be loaded there": (
        "import urllib.request\nclass Request(urllib.request.Request): ...\n"
    ),
    "its extension modules can be loaded only once": (
        "import sys\nif 'shop_once' in sys.notes: raise ImportError('only once')\n"
        "sys.notes.append('shop_once')\n"
    ),
}
FLOW = """\
from temporalio import workflow
{block}import package

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None: ...
"""
PASSED = "with workflow.unsafe.imports_passed_through():\n    "
REASONS = [group["why"] for group in tomli.loads(TABLE.read_text())["unloadable"]]


@pytest.mark.parametrize("why", [why for why in REASONS if "only once" not in why])
def test_the_sandbox_cannot_load_what_is_like_it(why: str, tmp_path: Path) -> None:
    files = {"package.py": LIKE_THEM[why], "flow.py": FLOW.format(block="")}
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, the Worker does not start
        run_project(files, tmp_path, "flow")


@pytest.mark.parametrize("why", REASONS)
def test_passing_it_through_is_the_cure(why: str, tmp_path: Path) -> None:
    files = {"package.py": LIKE_THEM[why], "flow.py": FLOW.format(block=PASSED)}
    assert run_project(files, tmp_path, "flow")
