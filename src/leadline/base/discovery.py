"""Finds the values that modules declare, so that adding one thing is adding one file."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: ModuleType, kind: type[T]) -> dict[str, T]:
    """Every `kind` that a module of `package` declares, by module name, in name order.

    A module may declare one value, or a tuple of them (then the name gets a position: `name/0`).
    """
    found: dict[str, T] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"{package.__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, kind):
                found[name] = value
            elif isinstance(value, tuple) and value and isinstance(value[0], kind):
                found.update((f"{name}/{position}", each) for position, each in enumerate(value))
    return found
