"""CRI-O's configuration: crio.conf and its drop-ins."""

from leadline.base.text import Text
from leadline.facts.parts import show
from leadline.facts.source import Parsed, Source
from leadline.facts.toml import parse_toml

_PATHS = ("etc/crio/crio.conf", "etc/crio/crio.conf.d/*.conf", "usr/lib/crio/crio.conf.d/*.conf")


def parse(text: str) -> Parsed:
    """Dotted key of /etc/crio/crio.conf → value as text; of other files `<file> <key>`."""
    return parse_toml(text, "/etc/crio/crio.conf")


source = Source(
    name="crio_config",
    title=Text("CRI-O configuration", "CRI-O 설정"),
    files={"crio_config.txt": show(*(f"/{path}" for path in _PATHS))},
    parse=parse,
    paths=_PATHS,
)
