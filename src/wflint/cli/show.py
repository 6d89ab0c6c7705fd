"""Texts that explain the settings, and what a run would do."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from wflint.config import settings as settings_module
from wflint.config.errors import describe, did_you_mean
from wflint.config.find import ConfigError, Project
from wflint.config.settings import Settings
from wflint.config.toml_text import to_toml
from wflint.files.select import Group, shown_path
from wflint.report.json_report import to_text
from wflint.system.printable import visible


def describe_settings(key: str | None, output_format: str) -> str:
    """One setting, or all of them."""
    explained = explain_settings()
    if key is None:
        if output_format == "json":
            return to_text(list(explained.values()))
        return "".join(f"{name} ({about['type']})\n" for name, about in explained.items())
    key = key.removeprefix("tool.wflint.").replace("_", "-")
    if key not in explained:
        raise ConfigError(f'there is no setting "{key}"{did_you_mean(key, explained)}')
    about = explained[key]
    if output_format == "json":
        return to_text(about)
    return f"{key}\n\n{about['explanation']}\n\nType: {about['type']}\nDefault: {about['shown']}\n"


def explain_settings() -> dict[str, dict[str, Any]]:
    """Each setting with its type, its default value and its explanation."""
    texts = attribute_docs(Settings)
    explained = {}
    for field in msgspec.structs.fields(Settings):
        default = field.default
        if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        explained[field.encode_name] = {
            "key": field.encode_name,
            "type": describe(field.type),
            "default": default,
            "shown": "not set" if default is None else to_toml(default),
            "explanation": texts[field.name],
        }
    return explained


def attribute_docs(struct: type) -> dict[str, str]:
    """The text under each field of a class."""
    tree = ast.parse(inspect.getsource(settings_module))
    body = next(
        n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == struct.__name__
    )
    docs = {}
    for statement, below in itertools.pairwise(body):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(text))):
                docs[name] = inspect.cleandoc(text)
    return docs


def describe_projects(projects: Iterable[Project]) -> str:
    """The settings of each project, as TOML."""
    return "\n".join(_describe_project(project) for project in projects)


def _describe_project(project: Project) -> str:
    lines = [f"# project root: {visible(str(project.root))}"]
    lines.append(f"# configuration: {visible(str(project.config_file or 'none'))}")
    inferred = {"target-sdk": project.target_sdk, "target-python": project.target_python}
    for field in msgspec.structs.fields(Settings):
        if field.name == "extend":
            continue  # what it names is among the others
        value = getattr(project.settings, field.name)
        if value is not None:
            lines.append(f"{field.encode_name} = {to_toml(value)}")
            continue
        version = inferred.get(field.encode_name)
        found = f"; found: {version[0]}.{version[1]}" if version else ""
        lines.append(f"# {field.encode_name} is not set{found}")
    return "\n".join(lines) + "\n"


def describe_files(groups: Iterable[Group], cwd: Path) -> str:
    """The files to be checked, one on each line."""
    paths = (path for group in groups for path in group.chosen)
    return "".join(f"{visible(shown_path(path, cwd))}\n" for path in paths)
