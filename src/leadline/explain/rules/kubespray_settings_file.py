"""The file into which kubespray writes its kernel settings."""

from leadline.base.text import Text
from leadline.explain.kubespray import marks
from leadline.explain.pair import Pair
from leadline.explain.rule import Match, Rule
from leadline.snapshot.diff import Change


def match(change: Change, pair: Pair) -> Match | None:
    file, _, key = change.key.partition(" ")
    if not file.endswith(("/99-sysctl.conf", "/etc/sysctl.conf")):
        return None
    evidence = marks(pair.side(change))
    return Match(evidence, "likely", {"file": file, "key": key}) if evidence else None


rule = Rule(
    name="kubespray-settings-file",
    facts=("sysctl_conf",),
    component="kubespray",
    class_="config",
    why=Text(
        "Kubespray keeps its kernel settings, {key} among them, in {file}.",
        "kubespray는 {key}을(를) 비롯한 커널 설정을 {file}에 둡니다.",
    ),
    group=Text("kubespray's settings file", "kubespray의 설정 파일"),
    since="kubespray v2.20-v2.31",
    source="kubernetes-sigs/kubespray roles/kubernetes/preinstall/tasks/0080-system-configurations.yml (sysctl_file_path)",
    match=match,
)
