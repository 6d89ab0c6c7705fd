"""A JSON schema of the settings, for editors that check and complete TOML."""

from __future__ import annotations

from typing import Any

import msgspec

from wflint.cli.show import attribute_docs
from wflint.config.settings import ApiSetting, Settings

SCHEMA_URL = "https://raw.githubusercontent.com/wflint/wflint/main/wflint.schema.json"
_STRUCTS = (Settings, ApiSetting)


def settings_schema() -> dict[str, Any]:
    """Return the schema of `[tool.wflint]`, which is also that of a whole `wflint.toml`."""
    (_, *_), components = msgspec.json.schema_components(
        _STRUCTS, ref_template="#/definitions/{name}"
    )
    for struct in _STRUCTS:
        _describe(components[struct.__name__], struct)
    settings = components.pop(Settings.__name__)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": SCHEMA_URL,
        "title": "Settings of wflint",
        "description": "The table [tool.wflint] of pyproject.toml, or all of wflint.toml.",
        **{key: value for key, value in settings.items() if key not in ("title", "description")},
        "definitions": components,
    }


def _describe(schema: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    """Add what stands in the class under each field; TOML knows no null."""
    docs = attribute_docs(struct)
    schema["description"] = " ".join((struct.__doc__ or "").replace("``", "`").split())
    for field in msgspec.structs.fields(struct):
        name = field.encode_name
        about = schema["properties"][name]
        kinds = [kind for kind in about.pop("anyOf", ()) if kind != {"type": "null"}]
        if about.get("default", ...) is None:
            del about["default"]
        for kind in kinds:  # of a value that may be missing
            about |= kind
        if "enum" in about:
            about["enum"] = [one for one in about["enum"] if one is not None]
        text = " ".join(docs[field.name].replace("``", "`").split())
        schema["properties"][name] = {"description": text, **about}
