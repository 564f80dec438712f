"""What all shapes of API objects have in common."""

import msgspec


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Read by the names that the API has."""


class Metadata(Shape, frozen=True):
    name: str
    namespace: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
