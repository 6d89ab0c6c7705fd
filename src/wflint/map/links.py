"""Links from a map to source code: pages of the repository on the web, and editors.

The address of the repository comes from its own configuration, which a stranger may have written:
of what stands there a map only has the name of the host and the path, and no user or password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct

from wflint.config.errors import ConfigError
from wflint.files.notebook import is_notebook
from wflint.system.borders import Border, is_below, repository_of
from wflint.system.subprocesses import ask_git

EDITORS = {
    "cursor": "cursor://file/{path}:{line}",
    "idea": "idea://open?file={path}&line={line}",
    "vscode": "vscode://file/{path}:{line}",
    "zed": "zed://file/{path}:{line}",
}
"""Editors, and the addresses that open a line in them."""

_PAGES = {
    "azure.com": "?path=/{file}&version=GC{commit}&line={line}",
    "bitbucket.org": "/src/{commit}/{file}#lines-{line}",
    "bitbucket": "/browse/{file}?at={commit}#{line}",
    "codeberg": "/src/commit/{commit}/{file}#L{line}",
    "forgejo": "/src/commit/{commit}/{file}#L{line}",
    "gitea": "/src/commit/{commit}/{file}#L{line}",
    "github": "/blob/{commit}/{file}#L{line}",
    "gitlab": "/-/blob/{commit}/{file}#L{line}",
    "sr.ht": "/tree/{commit}/item/{file}#L{line}",
    "visualstudio.com": "?path=/{file}&version=GC{commit}&line={line}",
}
"""The path from a repository's address to the page of a line, by a word in the host's name."""

_OWN_BITBUCKET = r"^((?!bitbucket\.org/)[^/]*bitbucket[^/]*)/(?:scm/)?"
_HOMES = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"^(?:alt)?ssh\.((?:bitbucket|github|gitlab)\.\w+/)", r"\1"),
        (r"^[\w.-]*ssh[\w.-]*\.com/v3/([^/]+)/([^/]+)/([^/]+)$", r"dev.azure.com/\1/\2/_git/\3"),
        (_OWN_BITBUCKET + r"~([^/]+)/([^/]+)$", r"\1/users/\2/repos/\3"),
        (_OWN_BITBUCKET + r"([^/]+)/([^/]+)$", r"\1/projects/\2/repos/\3"),
    )
)
"""Addresses that git has, and those that browsers have instead."""

_URL = re.compile(
    r"(?P<scheme>https?|ssh|git)://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+)(?P<port>:\d+)?/"
    r"(?P<path>[\w.~/%-]+)"
)
_SCP = re.compile(r"(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>[\w.~/%-]+)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_RUNS_CODE = ("javascript:", "data:", "vbscript:", "blob:", "file:")
_HOW = "write `web`, `none`, the name of an editor, or an address with {line} and {path} or {file}"

Link = tuple[str, str, str]
"""A label, and the address before and behind the number of a line."""


class Links(Struct, frozen=True):
    """Answers which links the lines of files have. ``templates`` has addresses by their labels."""

    top: str = ""
    commit: str = ""
    templates: tuple[tuple[str, str], ...] = ()

    def of(self, paths: Mapping[str, str], named: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """Return the links of files by their names; ``paths`` has their absolute paths."""
        return {name: tuple(self._of(paths[name])) for name in named if name in paths}

    def _of(self, path: str) -> Iterable[Link]:
        is_inside = bool(self.top) and is_below(path, self.top)
        file = os.path.relpath(path, self.top).replace(os.sep, "/") if is_inside else ""
        for label, template in self.templates:
            if "{file}" in template and not file:
                continue
            head, has_anchor, _ = template.partition("#")
            if has_anchor and is_notebook(path) and template.startswith("http"):
                template = f"{head}#{{line}}"  # a page has cells, and no lines
            before, _, behind = template.partition("{line}")
            whole = quote(path.replace(os.sep, "/"), safe="/:")
            parts = {"{commit}": self.commit, "{file}": quote(file)}
            parts |= {"/{path}": f"/{whole.lstrip('/')}", "{path}": whole}
            for gap, text in parts.items():
                before, behind = before.replace(gap, text), behind.replace(gap, text)
            yield label, before, behind


def links_for(wanted: Iterable[str], folder: Path) -> Links:
    """Return the links that the values of ``--link`` ask for, for the repository of a folder.

    Raises :class:`ConfigError` for a value that is none.
    """
    top = str(repository_of(folder))
    commit = remote = ""
    if os.path.exists(os.path.join(top, ".git")):
        border = Border(top)
        commit = _ask(("rev-parse", "--verify", "--quiet", "HEAD"), top, border)
        remote = _ask(("remote", "get-url", "origin"), top, border)
    templates: list[tuple[str, str]] = []
    for one in wanted:
        if one == "web":
            page = page_of(remote)
            templates += [page] if page is not None and commit else []
        elif one != "none":
            templates.append(_editor(one))
    return Links(top, commit, tuple(dict.fromkeys(templates)))


def _editor(wanted: str) -> tuple[str, str]:
    if wanted in EDITORS:
        return wanted, EDITORS[wanted]
    scheme = _SCHEME.match(wanted)
    names_file = "{path}" in wanted or "{file}" in wanted
    if scheme is None or wanted.startswith(_RUNS_CODE) or not names_file or "{line}" not in wanted:
        raise ConfigError(f"--link: `{wanted}` is no link; {_HOW}")
    return scheme[0].removesuffix(":").replace("https", "web"), wanted


def page_of(remote: str) -> tuple[str, str] | None:
    """Return the name of a host and the address of a line on it; ``None`` if it is not known."""
    match = _URL.fullmatch(remote) or _SCP.fullmatch(remote)
    if match is None:
        return None
    found, host = match.groupdict(), match["host"].lower()
    scheme = found.get("scheme") or "ssh"
    is_web = scheme.startswith("http")
    if not is_web and "." not in host:
        return None  # it may be a name that only ssh knows
    if is_web:
        host += found["port"] or ""
    path = unquote(match["path"]).strip("/").removesuffix(".git")
    home = f"{host}/{path}"
    for pattern, written in _HOMES:
        home = pattern.sub(written, home)
    host, _, path = home.partition("/")
    page = next((page for word, page in _PAGES.items() if word in host), None)
    if page is None or not path or ".." in path:
        return None
    scheme = scheme if is_web else "https"
    return host, f"{scheme}://{host}/{quote(path, safe='/~')}{page}"


def _ask(command: tuple[str, ...], top: str, border: Border) -> str:
    done = ask_git(command, top, border)
    if done is None or done.returncode != 0:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
