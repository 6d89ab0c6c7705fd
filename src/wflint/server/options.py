"""The settings ``wflint.*`` of the user, as editors send them; never those of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

_LISTS = ("select", "ignore", "extend-select")
ON_TYPE, ON_SAVE = "onType", "onSave"


class Options(Struct, frozen=True):
    """The settings of the user.

    ``run`` says when files are checked: as they are edited, or as they are saved. ``config`` is the
    path of a configuration file that counts in place of those of the project. ``overrides`` are
    settings under the names that they have in a configuration file.
    """

    run: str = ON_TYPE
    config: tuple[str, ...] = ()
    code_lens: bool = True
    overrides: dict[str, object] = {}


def options_from(given: object) -> Options:
    """Return the settings that an editor gives; what makes no sense counts as not given.

    They may stand below ``settings`` or ``wflint``, as editors have it.
    """
    values = _below(_below(given, "settings"), "wflint")
    config = values.get("configuration")
    overrides: dict[str, object] = {}
    for key in _LISTS:
        rules = values.get(_camel(key))
        if isinstance(rules, list) and rules and all(isinstance(one, str) for one in rules):
            overrides[key] = list(rules)
    least = values.get("minSeverity")
    if least in ("info", "warning", "error"):
        overrides["min-severity"] = least
    return Options(
        run=ON_SAVE if values.get("run") == ON_SAVE else ON_TYPE,
        config=(config,) if isinstance(config, str) and config else (),
        code_lens=values.get("codeLens") is not False,
        overrides=overrides,
    )


def _below(given: object, key: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        return {}
    inner = given.get(key)
    return inner if isinstance(inner, Mapping) else given


def _camel(key: str) -> str:
    first, *others = key.split("-")
    return first + "".join(word.capitalize() for word in others)
