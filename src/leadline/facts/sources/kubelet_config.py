"""The kubelet's configuration: config.yaml, flags from kubeadm, distribution and kubespray, drop-ins."""

import re

from leadline.base.text import Text
from leadline.facts.concealment import conceal
from leadline.facts.flatten import flatten
from leadline.facts.parts import Part, parts, show
from leadline.facts.reading import free_key, refused, unread
from leadline.facts.source import Parsed, Problem, Source
from leadline.facts.yaml import load_yaml

MAIN = ("", "/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet-config.yaml")
_PATHS = (
    "var/lib/kubelet/config.yaml",
    "var/lib/kubelet/instance-config.yaml",
    "var/lib/kubelet/kubeadm-flags.env",
    "etc/kubernetes/kubelet-config.yaml",
    "etc/kubernetes/kubelet.env",
    "etc/kubernetes/kubelet.conf.d/*.conf",
    "etc/default/kubelet",
    "etc/sysconfig/kubelet",
    "etc/systemd/system/kubelet.service",
    "etc/systemd/system/kubelet.service.d/*.conf",
    "usr/lib/systemd/system/kubelet.service",
    "usr/lib/systemd/system/kubelet.service.d/*.conf",
)
_FLAG = re.compile(r"(--[A-Za-z][\w-]*)(?:=([^\s\"']*))?")
_ASSIGNED = re.compile(r"(?:export +)?([A-Za-z]\w*)=(.*)")
_BROKEN = Text(
    "{path} is no valid YAML; the file was left out", "{path}: 올바른 YAML이 아니어서 제외하였습니다"
)


def parse(text: str) -> Parsed:
    """Setting → value as text: the dotted key for config.yaml, else `<file> <key>`. Flags are keys of their own
    (`/var/lib/kubelet/kubeadm-flags.env --pod-infra-container-image`), units have `[Section] Key`."""
    found, problems = parts(text)
    entries: dict[str, str] = {}
    for part in found:
        if part.path.endswith((".env", "/default/kubelet", "/sysconfig/kubelet")):
            _read_assignments(part, entries, problems)
        elif "/systemd/" in part.path:
            _read_unit(part, entries)
        else:
            tree = load_yaml(part.text)
            if not isinstance(tree, dict):
                if not part.path:
                    if part.text.lstrip().startswith("KUBELET_"):
                        _read_assignments(part, entries, problems)
                        continue
                    raise refused(text, "/var/lib/kubelet/config.yaml")
                problems.append(Problem(_BROKEN.fill(path=part.path), part.line))
                continue
            before = "" if part.path in MAIN else f"{part.path} "
            entries.update((f"{before}{key}", value) for key, value in flatten(tree).items())
    return Parsed(entries, tuple(problems))


def _read_assignments(part: Part, entries: dict[str, str], problems: list[Problem]) -> None:
    for number, raw in enumerate(_joined(part.text).split("\n"), part.line):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if (match := _ASSIGNED.fullmatch(line)) is None:
            problems.append(unread(number))
            continue
        value = match[2].strip("\"'")
        flags = _FLAG.findall(value)
        for name, setting in flags:
            entries[free_key(f"{part.path} {name}".strip(), entries)] = conceal(name, setting)
        if not flags:
            entries[free_key(f"{part.path} {match[1]}".strip(), entries)] = conceal(match[1], value)


def _read_unit(part: Part, entries: dict[str, str]) -> None:
    section = ""
    for raw in _joined(part.text).split("\n"):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line
        elif (match := _ASSIGNED.fullmatch(line)) is not None:
            value = match[2].strip()
            if match[1] == "Environment":
                # Proxies and such: only the names are kept, and flags for the kubelet.
                name = value.strip("\"'").partition("=")[0]
                value = f"{name} {' '.join(conceal(flag, each) and flag for flag, each in _FLAG.findall(value))}".strip()
            entries[free_key(f"{part.path} {section} {match[1]}", entries)] = value


def _joined(text: str) -> str:
    """Lines that end in a backslash as one line each; empty ones follow, so that the others keep their number."""
    return re.sub(
        r"(?:[^\n]*\\\n)+[^\n]*",
        lambda run: run[0].replace("\\\n", " ") + "\n" * run[0].count("\n"),
        text,
    )


source = Source(
    name="kubelet_config",
    title=Text("kubelet configuration", "kubelet 설정"),
    files={"kubelet_config.txt": show(*(f"/{path}" for path in _PATHS))},
    aliases=("kubelet_config_yaml", "kubeadm_flags", "kubelet"),
    parse=parse,
    paths=_PATHS,
)
