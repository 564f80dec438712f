"""OCI runtime specifications: what a container was really started with. Not compared: it repeats
`crictl_ps` with pids in it; rules and views take namespaces, mounts and cgroups from here.

Arguments and environment are cut off where they are read, on the host: they hold secrets.
"""

import json
import re

import msgspec

from leadline.base.text import Text
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused
from leadline.facts.source import Parsed, Problem, Source

WHAT = "config.json"
_ID = re.compile(r"[0-9a-f]{64}")
_BROKEN = Text("{path} is no whole OCI specification", "{path}: 온전한 OCI 명세가 아닙니다")


class OciSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A container's specification.

    `kind`: sandbox or container. `sandbox_id`, `pod`, `namespace`, `uid`, `container`, `image`: from the
    runtime's annotations, "" where they do not say. `namespaces`: `<type>` for a new one, `<type> <path>` for
    one that is joined. `mounts`: `<destination> <source>`. `program`: the first argument only.
    """

    kind: str
    sandbox_id: str
    pod: str
    namespace: str
    uid: str
    container: str
    image: str
    program: str
    hostname: str
    cgroups_path: str
    namespaces: tuple[str, ...]
    mounts: tuple[str, ...]
    annotations: tuple[str, ...]


class _Process(msgspec.Struct, frozen=True):
    args: list[str] = []


class _Mount(msgspec.Struct, frozen=True):
    destination: str
    source: str = ""


class _Namespace(msgspec.Struct, frozen=True):
    type: str
    path: str = ""


class _Linux(msgspec.Struct, frozen=True, rename="camel"):
    cgroups_path: str = ""
    namespaces: list[_Namespace] = []


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    oci_version: str
    process: _Process = _Process()
    hostname: str = ""
    mounts: list[_Mount] = []
    annotations: dict[str, str] = {}
    linux: _Linux = _Linux()


def parse(text: str) -> Parsed:
    """Container id → OciSpec, from `==> …/<id>/config.json <==` parts; of a single file without its path the
    key is the last word of its cgroup path."""
    found, problems = parts(text)
    entries: dict[str, OciSpec] = {}
    for part in found:
        try:
            raw = msgspec.convert(json.loads(part.text), _Spec)
        except (ValueError, RecursionError):
            problems.append(Problem(_BROKEN.fill(path=part.path or WHAT), part.line))
            continue
        ids = _ID.findall(part.path) or _ID.findall(raw.linux.cgroups_path) or [raw.linux.cgroups_path]
        entries[ids[-1]] = _spec(raw)
    if found and not entries and not found[0].path:
        raise refused(text, WHAT)
    return Parsed(entries, tuple(problems))


def _spec(raw: _Spec) -> OciSpec:
    def told(*names: str) -> str:
        return next((raw.annotations[name] for name in names if name in raw.annotations), "")

    cri, crio, pod = "io.kubernetes.cri.", "io.kubernetes.cri-o.", "io.kubernetes.pod."
    return OciSpec(
        kind=told(f"{cri}container-type", f"{crio}ContainerType"),
        sandbox_id=told(f"{cri}sandbox-id", f"{crio}SandboxID"),
        pod=told(f"{cri}sandbox-name", f"{pod}name"),
        namespace=told(f"{cri}sandbox-namespace", f"{pod}namespace"),
        uid=told(f"{cri}sandbox-uid", f"{pod}uid"),
        container=told(f"{cri}container-name", "io.kubernetes.container.name"),
        image=told(f"{cri}image-name", f"{crio}ImageName"),
        program=raw.process.args[0] if raw.process.args else "",
        hostname=raw.hostname,
        cgroups_path=raw.linux.cgroups_path,
        namespaces=tuple(f"{each.type} {each.path}".strip() for each in raw.linux.namespaces),
        mounts=tuple(f"{each.destination} {each.source}".strip() for each in raw.mounts),
        annotations=tuple(
            f"{name}={raw.annotations[name]}" for name in sorted(raw.annotations) if name.startswith(cri)
        ),
    )


# One awk for all files: the arguments after the program, and the environment, never leave the host.
_AWK = r"""
function show() {
  if (buf == "") return
  gsub(/"env":[ \t]*\[([ \t]*"([^"\\]|\\.)*"[ \t]*,?)*[ \t]*\]/, "\"env\":[]", buf)
  if (match(buf, /"args":[ \t]*\[[ \t]*"([^"\\]|\\.)*"/)) {
    head = substr(buf, 1, RSTART + RLENGTH - 1); rest = substr(buf, RSTART + RLENGTH)
    sub(/^([ \t]*,[ \t]*"([^"\\]|\\.)*")*/, "", rest); buf = head rest
  }
  printf "==> %s <==\n%s\n\n", name, buf
}
FNR == 1 { show(); buf = ""; name = FILENAME }
{ buf = buf $0 " " }
END { show() }
"""
_PATHS = (
    "run/containerd/io.containerd.runtime.v2.task/k8s.io/*/config.json",
    "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/*/config.json",
    "run/containers/storage/overlay-containers/*/userdata/config.json",
)

source = Source(
    name="oci",
    title=Text("OCI specifications", "OCI 명세"),
    files={"oci.txt": show(*(f"/{path}" for path in _PATHS), awk=_AWK)},
    aliases=("oci_specs",),
    parse=parse,
    paths=_PATHS,
    compare=False,
)
