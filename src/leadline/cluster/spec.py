"""The cluster as `cluster.yaml` describes it."""

from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from leadline.base.errors import UsageError
from leadline.base.text import Text


class Role(Enum):
    """What a host does in the cluster."""

    CONTROL_PLANE = "control-plane"
    WORKER = "worker"
    ETCD = "etcd"


class HostSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One host. `address`: a name, an IP address or an alias of the SSH configuration, `name` where it is
    not given. `user`, `port`: None leaves them to the SSH configuration."""

    name: str
    address: str = ""
    user: str | None = None
    port: int | None = None
    roles: tuple[Role, ...] = ()


class ClusterSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A cluster and its hosts, names unique."""

    name: str
    hosts: tuple[HostSpec, ...]

    def host(self, name: str) -> HostSpec | None:
        """The host of that name, None where there is none."""
        return next((host for host in self.hosts if host.name == name), None)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; raises UsageError naming file and line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        what = getattr(error, "problem", None) or "not UTF-8"
        raise UsageError(
            Text(
                f"{where}: not readable as YAML ({what}); correct it",
                f"{where}: YAML로 읽을 수 없습니다({what}). 수정하십시오",
            )
        ) from None


def cluster(content: Any, path: Path) -> ClusterSpec:
    """The ClusterSpec of a decoded `cluster.yaml`; raises UsageError naming file, place and remedy."""
    try:
        spec = msgspec.convert(content, ClusterSpec)
    except msgspec.ValidationError as error:
        raise UsageError(
            Text(
                f"{path}: {error}; see docs/inventory.md for what cluster.yaml may hold",
                f"{path}: {error}. cluster.yaml의 형식은 docs/inventory.md에 있습니다",
            )
        ) from None
    return unique(spec, path)


def unique(spec: ClusterSpec, path: Path) -> ClusterSpec:
    """The spec, where every host has a name of its own that can name a folder; else UsageError."""
    seen: set[str] = set()
    for host in spec.hosts:
        if host.name in seen or not _usable(host.name):
            raise UsageError(
                Text(
                    f"{path}: the host name {host.name!r} is used twice or is not a file name; give every host its own",
                    f"{path}: 호스트 이름 {host.name!r}이(가) 중복되었거나 파일 이름으로 쓸 수 없습니다. 호스트마다 고유한 이름을 지정하십시오",
                )
            )
        seen.add(host.name)
    return spec


def _usable(name: str) -> bool:
    """Whether a host's name can be the name of its folder."""
    return bool(name) and not name.startswith((".", "-")) and not any(char in name for char in "/\\\0\n")
