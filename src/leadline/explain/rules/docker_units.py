"""Docker's units."""

from leadline.base.text import Text
from leadline.explain.rule import Rule
from leadline.explain.units import FACTS, units_of

rule = Rule(
    name="docker-units",
    facts=FACTS,
    component="docker",
    class_="config",
    why=Text(
        "{happened}. It belongs to Docker.",
        "{happened}. Docker의 유닛입니다.",
    ),
    consequence=Text(
        "Kubernetes does not need Docker since 1.24.",
        "Kubernetes는 1.24부터 Docker를 사용하지 않습니다.",
    ),
    group=Text("Docker's units", "Docker 유닛"),
    since="Docker 1.0",
    source="moby/moby contrib/init/systemd/docker.service, docker.socket",
    match=units_of(
        "docker",
        r"docker\.(service|socket)|docker-[0-9a-f]{64}\.scope|(var-lib-docker|run-docker)-.*\.mount",
        "docker.io",
        "docker-ce",
        "moby-engine",
    ),
)
