"""The hosts people already have written down: cluster.yaml, kubespray's inventory.ini or hosts.yaml."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leadline.base.errors import UsageError
from leadline.base.text import Text
from leadline.cluster.spec import ClusterSpec, HostSpec, Role, cluster, read_yaml, unique

_ROLES = {
    "kube_control_plane": Role.CONTROL_PLANE,
    "kube-master": Role.CONTROL_PLANE,
    "kube_master": Role.CONTROL_PLANE,
    "kube_node": Role.WORKER,
    "kube-node": Role.WORKER,
    "etcd": Role.ETCD,
}
_RANGE = re.compile(r"\[(\d+):(\d+)\]")
_TARGET = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?:\[(?P<v6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^@:\s/]+))(?::(?P<port>\d+))?"
)


def inventory(path: Path) -> ClusterSpec:
    """The hosts of a file, told apart by its content; raises UsageError naming file, line and remedy."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Text(
                f"{path}: the inventory cannot be read ({error}); name a cluster.yaml, inventory.ini or hosts.yaml",
                f"{path}: 인벤토리를 읽을 수 없습니다({error}). cluster.yaml, inventory.ini, hosts.yaml 중 하나를 지정하십시오",
            )
        ) from None
    if re.search(r"^\s*\[[\w:.-]+\]\s*(#.*)?$", text, re.MULTILINE):
        groups, variables = _ini(text, path)
        return _spec(path, groups, variables)
    content = read_yaml(path)
    if isinstance(content, dict) and "hosts" in content and isinstance(content["hosts"], list):
        return cluster(content, path)
    if isinstance(content, dict) and any(
        isinstance(group, dict) and {"hosts", "children"} & set(group) for group in content.values()
    ):
        groups = {}
        shared: dict[str, dict[str, str]] = {}
        own: dict[str, dict[str, str]] = {}
        _yaml(content, groups, shared, own, {})
        return _spec(path, groups, {name: {**shared[name], **own[name]} for name in own})
    return cluster(content, path)


def target(word: str) -> HostSpec:
    """`[user@]host[:port]`, where host may be an alias of the SSH configuration; raises UsageError."""
    found = _TARGET.fullmatch(word)
    if found is None or word.startswith("-"):
        raise UsageError(
            Text(
                f"{word!r} is not a host; write user@host, user@host:port, or the name of a host in --inventory",
                f"{word!r}: 호스트가 아닙니다. user@host, user@host:port 또는 --inventory에 있는 호스트 이름을 쓰십시오",
            )
        )
    port = int(found["port"]) if found["port"] else None
    return HostSpec(word, found["v6"] or found["host"], found["user"], port)


def _spec(
    path: Path, groups: Mapping[str, list[str]], variables: Mapping[str, Mapping[str, str]]
) -> ClusterSpec:
    hosts = []
    for name in dict.fromkeys(name for names in groups.values() for name in names):
        given = variables.get(name, {})
        roles = dict.fromkeys(role for group, role in _ROLES.items() if name in groups.get(group, ()))
        port = given.get("ansible_port") or given.get("ansible_ssh_port")
        if port is not None and not port.isdigit():
            raise UsageError(
                Text(
                    f"{path}: ansible_port of {name} is {port!r}; write a number",
                    f"{path}: {name}의 ansible_port가 {port!r}입니다. 숫자로 쓰십시오",
                )
            )
        hosts.append(
            HostSpec(
                name,
                given.get("ansible_host") or given.get("ansible_ssh_host") or given.get("ip") or name,
                given.get("ansible_user") or given.get("ansible_ssh_user"),
                int(port) if port else None,
                tuple(roles),
            )
        )
    return unique(ClusterSpec(path.resolve().parent.name, tuple(hosts)), path)


def _ini(text: str, path: Path) -> tuple[dict[str, list[str]], dict[str, dict[str, str]]]:
    """Groups and their hosts, and each host's variables, with those of its groups below its own."""
    groups: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    group_vars: dict[str, dict[str, str]] = {}
    own: dict[str, dict[str, str]] = {}
    section, kind = "ungrouped", "hosts"
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        if heading := re.fullmatch(r"\s*\[([^\]:]+)(?::(\w+))?\]\s*(#.*)?", line):
            section, kind = heading[1], heading[2] or "hosts"
            continue
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            raise UsageError(
                Text(
                    f"{path}:{number}: a quotation mark is not closed; correct the line",
                    f"{path}:{number}: 따옴표가 닫히지 않았습니다. 이 줄을 수정하십시오",
                )
            ) from None
        if kind == "children":
            children.setdefault(section, []).extend(words[:1])
        elif kind == "vars":
            name, _, value = line.partition("=")
            group_vars.setdefault(section, {})[name.strip()] = value.strip().strip("\"'")
        else:
            for name in _expanded(words[0]):
                groups.setdefault(section, []).append(name)
                own.setdefault(name, {}).update(_pair(word) for word in words[1:] if "=" in word)
    members = {group: list(_members(group, groups, children, ())) for group in {*groups, *children}}
    everybody = dict.fromkeys(name for names in members.values() for name in names)
    variables = {}
    for name in everybody:
        given = dict(group_vars.get("all", {}))
        for group, names in members.items():
            if name in names:
                given.update(group_vars.get(group, {}))
        variables[name] = {**given, **own.get(name, {})}
    ordered = {group: members[group] for group in [*groups, *children] if group in members}
    return ordered, variables


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value


def _members(
    group: str, groups: Mapping[str, list[str]], children: Mapping[str, list[str]], above: tuple[str, ...]
) -> Iterator[str]:
    yield from groups.get(group, ())
    for child in children.get(group, ()):
        if child not in above:
            yield from _members(child, groups, children, (*above, group))


def _expanded(name: str) -> list[str]:
    """`node[1:3]` → node1, node2, node3."""
    found = _RANGE.search(name)
    if found is None:
        return [name]
    width = len(found[1])
    return [
        f"{name[: found.start()]}{number:0{width}d}{rest}"
        for rest in _expanded(name[found.end() :])
        for number in range(int(found[1]), int(found[2]) + 1)
    ]


def _yaml(
    tree: Mapping[str, Any],
    groups: dict[str, list[str]],
    shared: dict[str, dict[str, str]],
    own: dict[str, dict[str, str]],
    above: Mapping[str, str],
) -> None:
    """Collects groups and their hosts, and each host's variables: those of its groups, and its own."""
    for group, content in tree.items():
        if not isinstance(content, dict):
            continue
        inherited = {**above, **_words(content.get("vars"))}
        for name, variables in _tree(content.get("hosts")).items():
            groups.setdefault(group, []).append(str(name))
            shared.setdefault(str(name), {}).update(inherited)
            own.setdefault(str(name), {}).update(_words(variables))
        _yaml(_tree(content.get("children")), groups, shared, own, inherited)


def _tree(content: Any) -> Mapping[str, Any]:
    return content if isinstance(content, dict) else {}


def _words(variables: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in variables.items()} if isinstance(variables, dict) else {}
