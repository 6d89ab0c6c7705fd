"""The page of a map: what stands in it, and what nothing in a program can make of it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import tomli

from tests.map_cases import SHOP, map_of
from wflint.map import markdown, mermaid, page, svg
from wflint.map.links import EDITORS, Links, links_for, page_of
from wflint.map.model import Map

END = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
TURNED = "pay\u202egnp.exe"
HOSTILE = f'''\
import asyncio
from temporalio import workflow

# <!-- <script> {END} {TURNED} -->
@workflow.defn(name="{END}")
class W:
    @workflow.run
    async def run(self, order: str) -> str:
        text = "{END} & {TURNED} \\" ' `"
        queue = "\\"><b>{TURNED}"
        await workflow.execute_activity("{END}", text, task_queue=queue, start_to_close_timeout=T)
        if order == "{END}|`]](x)":
            await workflow.execute_activity("{TURNED}`|*", text, schedule_to_close_timeout=T)
        return text

    @workflow.signal(name="{END}")
    def stop(self) -> None: ...
'''


class Elements(HTMLParser):
    """The elements of a page, and what the scripts and styles in it hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.held: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag in self.held:
            self.held[tag].append("")

    def handle_data(self, data: str) -> None:
        if self.names and self.names[-1] in self.held and self.cdata_elem:
            self.held[self.names[-1]][-1] += data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Map:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("maps")
        patch.chdir(folder)
        found = map_of(folder / "project", {"flow.py": HOSTILE})
    found.title = END + TURNED
    return found


def test_nothing_of_a_program_becomes_an_element(hostile: Map) -> None:
    elements = Elements(page.render(hostile))
    assert elements.names.count("script") == 5
    assert "img" not in elements.names
    assert "b" in elements.names  # what a step is about, and nothing else
    assert not [name for name, _ in elements.attributes if name.startswith("on")]


def test_no_link_of_a_page_runs_code(hostile: Map) -> None:
    links = [
        value or "" for name, value in Elements(page.render(hostile)).attributes if name == "href"
    ]
    assert links
    assert all(link.startswith("#") for link in links)


def test_what_turns_text_around_is_written_out(hostile: Map) -> None:
    for form in (page, markdown, mermaid, svg):
        text = form.render(hostile)
        assert "\u202e" not in text
    assert "pay\\u202egnp.exe" in page.render(hostile)


def test_a_drawing_of_any_program_is_xml(hostile: Map) -> None:
    drawing = ElementTree.fromstring(svg.render(hostile))
    assert {each.tag.rpartition("}")[2] for each in drawing.iter()} == {
        *("defs", "marker", "path", "rect", "style", "svg", "text", "title")
    }


def test_the_page_says_who_calls_whom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.render(map_of(tmp_path / "project", SHOP))
    row = text[text.index("<tr><td><code>price</code>") :].partition("</tr>")[0]
    assert "WFL111" in row
    assert "1 call not followed" in row
    row = text[text.index("<tr><td><code>OrderWorkflow.run</code>") :].partition("</tr>")[0]
    assert "<code>price</code>" in row


def test_the_data_says_what_the_program_says(hostile: Map) -> None:
    data = json.loads(Elements(page.render(hostile)).held["script"][0])
    lines = [line for file in data["files"] for _, chunk in file["c"] for line in chunk]
    assert any(END in line for line in lines)
    assert data["workflows"][0]["t"] == END


@pytest.mark.parametrize("name", ["act", "activity", "a b", "T", "<b>"])
def test_the_name_of_what_is_started_is_bold(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flow = HOSTILE.replace(END, name).replace("await workflow.execute_", "workflow.start_", 1)
    text = page.render(map_of(tmp_path / "project", {"flow.py": flow}))
    assert f">start activity <b>{html.escape(name)}</b></a>" in text


def test_each_step_of_a_graph_is_in_the_outline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.render(map_of(tmp_path / "project", SHOP))
    data = json.loads(Elements(text).held["script"][0])
    steps = [node for w in data["workflows"] for chart in w["g"] for node in chart["n"]]
    assert {"choice", "loop", "try", "call"} <= {kind for kind, *_ in steps}
    assert not [step for *_, step, _ in steps if f' id="s{step}"' not in text]


def test_the_policy_names_each_script_and_style(hostile: Map) -> None:
    text = page.render(hostile)
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[0]
    held = Elements(text).held
    for inside in (*held["script"][1:], *held["style"]):
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such names there")
def test_the_name_of_a_file_stays_within_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = f"a) [b](javascript:x) \"'><img src=x onerror=alert(1)> {TURNED} {{line}} #?&.py"
    found = map_of(tmp_path, {name: HOSTILE}, Links(str(tmp_path), "abc", (("web", GITHUB),)))
    elements = Elements(page.render(found))
    assert "img" not in elements.names
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    lead = [value or "" for name, value in elements.attributes if name == "href"]
    outside = {link for link in lead if not link.startswith("#")}
    assert outside
    assert all(re.fullmatch(r"https://github\.com/shop/orders/[\w./%-]+#L\d+", o) for o in outside)
    text = markdown.render(found)
    targets = re.findall(r"\]\(([^)\s]*)\)", re.sub(r"\\.|(`+).*?\1", "", text))
    assert targets
    assert set(targets) <= outside
    for form in (page, markdown, mermaid, svg):
        assert "\u202e" not in form.render(found)
    data = json.loads(elements.held["script"][0])
    (file,) = data["files"]
    assert all(before.startswith("https://github.com/") for _, before, _ in file["l"])


def test_each_library_is_the_file_that_is_pinned() -> None:
    folder = Path(page.__file__).with_name("assets") / "vendor"
    packages = tomli.loads((folder / "pins.toml").read_text("utf-8"))["packages"]
    files = {file["name"]: file["sha256"] for package in packages for file in package["files"]}
    there = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "pins.toml"}
    assert files == {name: hashlib.sha256(data).hexdigest() for name, data in there.items()}


def test_a_page_has_the_licenses_of_what_is_in_it(hostile: Map) -> None:
    scripts = "".join(Elements(page.render(hostile)).held["script"])
    for holder in ("The Cytoscape Consortium", "Chris Pettitt", "cytoscape-dagre"):
        assert holder in scripts
    assert scripts.count("The above copyright notice and this permission notice shall") >= 3


def test_names_mean_nothing_to_markdown(hostile: Map) -> None:
    text = markdown.render(hostile)
    outside_of_code = re.sub(r"(`+).*?\1", "", text)
    assert "<script" not in outside_of_code
    assert "<img" not in outside_of_code
    rows = [line for line in text.splitlines() if line.startswith("| activity")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_the_same_program_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (map_of(tmp_path / "project", SHOP) for _ in range(2))
    assert page.render(first) == page.render(second)


def test_the_outline_needs_no_script(hostile: Map) -> None:
    text = page.render(hostile)
    outline = text[text.index("<main>") : text.index("</main>")]
    assert "if order ==" in outline
    assert "alert(1)" in outline
    assert "<script" not in outline


GITHUB = "https://github.com/shop/orders/blob/{commit}/{file}#L{line}"
GITLAB = "https://gitlab.shop.com/a/b/orders/-/blob/{commit}/{file}#L{line}"
AZURE = "https://dev.azure.com/shop/My%20Project/_git/orders?path=/{file}&version=GC{commit}&line={line}"
OWN_BITBUCKET = (
    "https://bitbucket.shop.com/projects/SHOP/repos/orders/browse/{file}?at={commit}#{line}"
)


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/shop/orders.git", GITHUB),
        ("https://github.com/shop/orders/", GITHUB),
        ("git@github.com:shop/orders.git", GITHUB),
        ("github.com:shop/orders", GITHUB),
        ("ssh://git@ssh.github.com:443/shop/orders.git", GITHUB),
        ("git://github.com/shop/orders.git", GITHUB),
        ("https://me:secret@github.com/shop/orders", GITHUB),
        ("https://secret@github.com/shop/orders", GITHUB),
        ("https://me:secret%40@github.com/shop/orders", GITHUB),
        (
            "https://github.shop.com:8443/shop/orders",
            GITHUB.replace("hub.com", "hub.shop.com:8443"),
        ),
        ("ssh://git@gitlab.shop.com:22/a/b/orders.git", GITLAB),
        ("git@gitlab.shop.com:a/b/orders.git", GITLAB),
        (
            "http://gitlab:8080/a/orders",
            "http://gitlab:8080/a/orders/-/blob/{commit}/{file}#L{line}",
        ),
        (
            "https://me@bitbucket.org/shop/orders.git",
            "https://bitbucket.org/shop/orders/src/{commit}/{file}#lines-{line}",
        ),
        ("https://bitbucket.shop.com/scm/SHOP/orders.git", OWN_BITBUCKET),
        ("ssh://git@bitbucket.shop.com:7999/SHOP/orders.git", OWN_BITBUCKET),
        (
            "https://bitbucket.shop.com/scm/~me/orders.git",
            OWN_BITBUCKET.replace("projects/SHOP", "users/me"),
        ),
        ("https://shop@dev.azure.com/shop/My%20Project/_git/orders", AZURE),
        ("git@ssh.dev.azure.com:v3/shop/My%20Project/orders", AZURE),
        ("shop@vs-ssh.visualstudio.com:v3/shop/My%20Project/orders", AZURE),
        (
            "https://shop.visualstudio.com/store/_git/orders",
            "https://shop.visualstudio.com/store/_git/orders"
            "?path=/{file}&version=GC{commit}&line={line}",
        ),
        (
            "https://codeberg.org/shop/orders",
            "https://codeberg.org/shop/orders/src/commit/{commit}/{file}#L{line}",
        ),
        (
            "git@git.sr.ht:~me/orders",
            "https://git.sr.ht/~me/orders/tree/{commit}/item/{file}#L{line}",
        ),
        ("https://example.com/shop/orders", None),
        ("git@github-work:shop/orders.git", None),
        ("github/orders", None),
        ("../github.com/orders", None),
        ("C:/github/orders", None),
        ("javascript:alert(1)//github.com/a/b", None),
        ("https://github.com/../../etc", None),
        ("https://github.com/%2e%2e/etc", None),
        ('https://github.com/"><script>', None),
        ("/srv/github.com/orders.git", None),
        ("file:///srv/github.com/orders.git", None),
        ("", None),
    ],
)
def test_the_page_of_a_line_comes_from_the_origin(remote: str, address: str | None) -> None:
    found = page_of(remote)
    assert (found[1] if found else None) == address
    assert "secret" not in repr(found)


def test_what_an_address_holds_in_code_stays_a_part_of_its_path() -> None:
    assert page_of("https://github.com/%22%3E%3Cscript%3E/%6Ax") == (
        "github.com",
        "https://github.com/%22%3E%3Cscript%3E/jx/blob/{commit}/{file}#L{line}",
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_links_lead_to_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "shop:orders.git")
    git(tmp_path, "config", "url.https://me:secret@github.com/shop/.insteadOf", "shop:")
    assert links_for(["web"], tmp_path).templates == ()  # there is no commit
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    links = links_for(["web", "idea", "none", "web"], tmp_path)
    assert links.templates == (("github.com", GITHUB), ("idea", EDITORS["idea"]))
    assert re.fullmatch("[0-9a-f]{40}", links.commit)
    assert "secret" not in repr(links)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert({line},{path})",
        "JavaScript:{path}{line}",
        "data:{path}{line}",
        "emacs",
        "x:{line}",
    ],
)
def test_a_link_that_is_none_is_an_error(link: str, tmp_path: Path) -> None:
    from wflint.config.errors import ConfigError

    with pytest.raises(ConfigError, match="is no link"):
        links_for([link], tmp_path)


def test_links_lead_to_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = tmp_path / "project"
    links = Links(
        str(project),
        "abc123",
        (
            ("web", "https://git.shop.com/blob/{commit}/{file}#L{line}"),
            ("vscode", EDITORS["vscode"]),
            ("idea", EDITORS["idea"]),
        ),
    )
    found = map_of(project, SHOP, links)
    (flows,) = (file for file in found.files if file.name.endswith("flows.py"))
    path = (project / "shop" / "flows.py").as_posix().lstrip("/")
    assert flows.links == (
        ("web", "https://git.shop.com/blob/abc123/shop/flows.py#L", ""),
        ("vscode", f"vscode://file/{path}:", ""),
        ("idea", f"idea://open?file={(project / 'shop' / 'flows.py').as_posix()}&line=", ""),
    )
    hrefs: list[Any] = [v for n, v in Elements(page.render(found)).attributes if n == "href"]
    assert "https://git.shop.com/blob/abc123/shop/flows.py#L21" in hrefs
