"""CNI network configurations: the .conflist, .conf and .json files of /etc/cni/net.d."""

import json

import msgspec

from leadline.base.text import Text
from leadline.facts.flatten import flatten
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused
from leadline.facts.source import Parsed, Problem, Source

# Calico and Cilium keep a kubeconfig with a token in the same folder: only these endings are recorded
_GLOBS = ("etc/cni/net.d/*.conflist", "etc/cni/net.d/*.conf", "etc/cni/net.d/*.json")
_BROKEN = Text(
    "{path} is no CNI configuration in JSON; the file was left out",
    "{path}: JSON 형식의 CNI 설정이 아니어서 제외하였습니다",
)


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """One configuration. `plugins`: their types in order; `settings`: `<position> <dotted key>=<value>` of
    each plugin, secrets hidden."""

    name: str
    version: str
    plugins: tuple[str, ...]
    settings: tuple[str, ...]


def _network(text: str) -> Network | None:
    try:
        tree = json.loads(text)
        flatten(tree)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict) or not isinstance(tree.get("name", ""), str):
        return None
    plugins = tree.get("plugins", [tree])
    if not isinstance(plugins, list) or not all(isinstance(plugin, dict) for plugin in plugins):
        return None
    if not plugins or not all(isinstance(plugin.get("type"), str) for plugin in plugins):
        return None
    lines = [
        f"{place} {key}={value}"
        for place, plugin in enumerate(plugins)
        for key, value in sorted(flatten(plugin).items())
        if key not in ("type", "name", "cniVersion")
    ]
    return Network(
        name=tree.get("name", ""),
        version=str(tree.get("cniVersion", "")),
        plugins=tuple(plugin["type"] for plugin in plugins),
        settings=tuple(lines),
    )


def parse(text: str) -> Parsed:
    """Configurations by path ("" where the text is one file alone); an empty text is a host without any."""
    found, problems = parts(text)
    entries: dict[str, Network] = {}
    for part in found:
        network = _network(part.text)
        if network is not None:
            entries[part.path] = network
        elif part.path:
            problems.append(Problem(_BROKEN.fill(path=part.path), part.line))
        else:
            raise refused(text, "cat /etc/cni/net.d/*.conflist")
    return Parsed(entries, tuple(problems))


source = Source(
    name="cni_config",
    title=Text("CNI configuration", "CNI 설정"),
    files={"cni_config.txt": show(*(f"/{glob}" for glob in _GLOBS))},
    parse=parse,
    aliases=("cni_conf", "10_flannel", "cni_net_d"),
    paths=_GLOBS,
)
