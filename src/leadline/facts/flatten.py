"""A tree of settings (TOML, YAML, JSON) → one dotted key a setting."""

import json
import re
from typing import Any

from leadline.facts.concealment import conceal

_BARE = re.compile(r"[A-Za-z0-9_/-]+")


def flatten(tree: Any, prefix: str = "", into: dict[str, str] | None = None) -> dict[str, str]:
    """Dotted key → value as text; names with dots are quoted, lists of plain values are one value.

    Secret values are hidden, empty tables are left out, lists of tables are numbered from 0.
    """
    found = {} if into is None else into
    if isinstance(tree, dict):
        for name, value in tree.items():
            word = str(name)
            word = word if _BARE.fullmatch(word) else json.dumps(word, ensure_ascii=False)
            flatten(value, f"{prefix}.{word}" if prefix else word, found)
    elif isinstance(tree, list) and any(isinstance(each, (dict, list)) for each in tree):
        for position, each in enumerate(tree):
            flatten(each, f"{prefix}[{position}]", found)
    elif isinstance(tree, list):
        found[prefix] = conceal(prefix, " ".join(_plain(each) for each in tree))
    elif prefix:
        found[prefix] = conceal(prefix, _plain(tree))
    return found


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
