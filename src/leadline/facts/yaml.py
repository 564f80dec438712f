"""YAML of a host → plain values."""

from typing import Any


def load_yaml(text: str) -> Any:
    """The first document's value; None where the text is no YAML. Safe: no object is ever made from a tag."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return next(iter(YAML(typ="safe", pure=True).load_all(text)), None)
    except (
        YAMLError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        AssertionError,
    ):
        # Damaged scalars (dates, numbers, tags) surface as these from the constructor.
        return None
