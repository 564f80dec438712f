"""containerd's configuration: config.toml, as written or as `containerd config dump` prints it."""

from leadline.base.text import Text
from leadline.facts.parts import show
from leadline.facts.source import Parsed, Source
from leadline.facts.toml import parse_toml

MAIN = "/etc/containerd/config.toml"
_PATHS = (
    "etc/containerd/config.toml",
    "etc/containerd/conf.d/*.toml",
    "var/lib/rancher/*/agent/etc/containerd/config.toml",
)


def parse(text: str) -> Parsed:
    """Dotted key → value as text (`plugins."io.containerd.grpc.v1.cri".sandbox_image`); keys of any other
    file than /etc/containerd/config.toml have `<file> ` before them. Registry passwords are hidden."""
    return parse_toml(text, MAIN)


source = Source(
    name="containerd_config",
    title=Text("containerd configuration", "containerd 설정"),
    files={"containerd_config.txt": show(*(f"/{path}" for path in _PATHS))},
    aliases=("containerd_config_dump", "containerd_config_toml"),
    parse=parse,
    paths=_PATHS,
)
