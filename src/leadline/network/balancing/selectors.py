"""Label selectors of the API (meta/v1 LabelSelector)."""

from collections.abc import Iterable, Mapping
from typing import Any


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether labels fit a selector; an empty one fits all."""
    return all(
        labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()
    ) and all(_meets(each, labels) for each in selector.get("matchExpressions") or ())


def fits(selectors: Iterable[Mapping[str, Any]] | None, labels: Mapping[str, str]) -> bool:
    """Whether labels fit one of some selectors, or there are none."""
    selectors = tuple(selectors or ())
    return not selectors or any(matches(each, labels) for each in selectors)


def _meets(wanted: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    held, values = labels.get(wanted["key"]), wanted.get("values") or ()
    match wanted["operator"]:
        case "In":
            return held in values
        case "NotIn":
            return held not in values
        case "Exists":
            return held is not None
        case _:
            return held is None
