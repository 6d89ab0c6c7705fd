"""Writes the rule pages, and the parts of the README and the manual that the program has to say."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from wflint.checking.registry import load_registry
from wflint.cli.schema import settings_schema
from wflint.cli.show import attribute_docs, explain_settings
from wflint.config.settings import ApiSetting
from wflint.report.json_report import to_text
from wflint.rule import Rule
from wflint.rule.documentation import as_text, family, is_default, summary

ROOT = Path(__file__).resolve().parent.parent
README, MANUAL = ROOT / "README.md", ROOT / "docs"
SCHEMA = ROOT / "wflint.schema.json"
PAGES = MANUAL / "rules"
SOURCE_URL = "https://github.com/wflint/wflint/blob/main/"
PART = re.compile(r"(<!-- begin: (.+?) -->\n).*?(?=<!-- end -->)", re.DOTALL)
HEAD = "\n## {}\n\n| Code | What it finds | |\n|-|-|-|\n"
ROW = "| {} | [{name}]({name}.md): {} | {} |\n"


def documents(*, runs: bool = True) -> dict[Path, str]:
    """Every file with generated text, with the text that it should have.

    Without ``runs``, what commands print is taken to be as it stands.
    """
    written = {path: with_parts(path.read_text(encoding="utf-8"), runs) for path in prose()}
    written[SCHEMA] = to_text(settings_schema())
    written[MANUAL / "llms.txt"] = (ROOT / "llms.txt").read_text(encoding="utf-8")
    return written | {PAGES / f"{rule.name}.md": page(rule) for rule in every_rule()}


def prose() -> list[Path]:
    """The README and the pages of the manual that people write."""
    return [README, *sorted(MANUAL.glob("*.md")), PAGES / "index.md"]


def with_parts(text: str, runs: bool) -> str:
    """Return a text with its generated parts as they should be."""
    own = {"rules": tables, "settings": settings}

    def part(found: re.Match[str]) -> str:
        if found[2] in own:
            return found[1] + own[found[2]]()
        return found[1] + output_of(found[2]) if runs else found[0]

    return PART.sub(part, text)


def output_of(command: str) -> str:
    """Return what a terminal shows for a command; the time, which varies, is always the same."""
    terminal = {"WFLINT_OUTPUT_FORMAT": "full", "NO_COLOR": "1", "GITHUB_ACTIONS": ""}
    shown = re.sub(r"in \d+\.\d s\.", "in 0.5 s.", printed(command.split()[1:], terminal))
    return f"```console\n$ {command}\n{shown}```\n"


def printed(arguments: list[str], variables: dict[str, str]) -> str:
    """Return what ``wflint`` prints at the top of the repository."""
    environment = os.environ | variables | {"PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "wflint", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
    return (done.stdout + done.stderr).decode()


def tables() -> str:
    """The rules, with a table for each family."""
    families: dict[str, list[Rule]] = {}
    for rule in every_rule():
        families.setdefault(family(rule), []).append(rule)
    return "".join(HEAD.format(name) + "".join(map(row, rules)) for name, rules in families.items())


def settings() -> str:
    """The settings, with a heading for each."""
    return "\n" + "".join(map(setting, explain_settings().values()))


def setting(about: dict[str, Any]) -> str:
    """A setting's part of the page: what `wflint config KEY` prints."""
    default, keys = about["shown"], ""
    shown = default if default == "not set" else f"`{default}`"
    if about["key"] == "apis":
        keys = "".join(f"* `{key}`: {text}\n" for key, text in attribute_docs(ApiSetting).items())
        keys = keys.replace("``", "`") + "\n"
    head = f"### {about['key']}\n\n{about['explanation']}\n\n"
    return f"{head}{keys}Type: {about['type']}. Default: {shown}.\n\n"


def every_rule() -> list[Rule]:
    """The rules of all commands."""
    return list(load_registry().of_all_commands.values())


def row(rule: Rule) -> str:
    """A rule's line in the table: what it is, and how severe, switched off or mended."""
    severity = rule.severity.value if is_default(rule) else "opt-in"
    fix = {"safe": ", S", "unsafe": ", U"}.get(rule.fix.value, "")
    return ROW.format(rule.code, summary(rule), severity + fix, name=rule.name)


def page(rule: Rule) -> str:
    """A rule's page: what ``wflint rule`` prints, and the file that it comes from."""
    source = type(rule).__module__.removeprefix("wflint.").replace(".", "/") + ".py"
    return f"{as_text(rule)}\n---\n\nThis page is made from [{source}]({SOURCE_URL}{source}).\n"


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8", newline="\n")
