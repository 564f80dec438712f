"""`leadline trace --all-pairs`: who reaches whom, in every format and language, and as a user calls it."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len
from test_cli import run
from test_trace_cli import BOTH

from leadline.base.text import Lang, Text
from leadline.network.pairs import Blamed, Cell, Matrix
from leadline.network.result import Cause
from leadline.report.contract import Style, load, names
from leadline.report.views.trace_pairs import document

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "trace-pairs-v1.json"
LANGS: tuple[Lang, ...] = ("en", "ko")
CAUSE = Cause(
    name="vtep-entries",
    key="vtep-entries n1 n2",
    host="n1",
    what=Text("n1 does not know where n2's tunnel is.", "n1이 n2의 터널 위치를 모릅니다."),
    remedy=Text("restart flanneld on n1", "n1의 flanneld를 다시 시작하십시오"),
    commands=("bridge fdb append 02:00:00:00:00:02 dev flannel.1 dst 192.0.2.2",),
    evidence=(("n2", "ip_addr", "link/ether 02:00:00:00:00:02"),),
)


def cluster(hosts: int) -> Matrix:
    """Hosts of two pods each, all well but for what n1 sends to n2."""
    known = [f"n{number}" for number in range(1, hosts + 1)]

    def cell(source: str, destination: str) -> Cell:
        pairs = 2 if source == destination else 4
        if (source, destination) == ("n1", "n2"):
            ends: Any = {"no-fdb-entry": 4}
            return Cell(
                source=source, destination=destination, pairs=4, delivered=0, ends=ends, causes=(CAUSE.key,)
            )
        return Cell(source=source, destination=destination, pairs=pairs, delivered=pairs)

    return Matrix(
        hosts=tuple(known),
        cells=tuple(cell(one, other) for one in known for other in known),
        causes=(Blamed(CAUSE, 4, ("default/a", "default/b")),),
        protocol="icmp",
        port=None,
        traced=hosts * hosts,
    )


@pytest.mark.parametrize("hosts", [2, 3, 50])
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", names())
def test_the_cause_and_what_it_stops_are_shown(name: str, lang: Lang, hosts: int) -> None:
    text = load(name).render(document(cluster(hosts), expand=name == "html"), lang, Style(width=100))
    for each in (CAUSE.what[lang], CAUSE.commands[0], "default/a"):
        assert each in unescape(text)
    if name == "terminal":
        assert max(map(cell_len, text.splitlines())) <= 100
        assert len(text.splitlines()) < 50
        assert ("✗ 0/4 [1]" in text) == (hosts < 9)
    if name == "json":
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(text), schema, cls=jsonschema.Draft202012Validator)


def test_the_recorded_cluster_is_well() -> None:
    answer = run("trace", "--all-pairs", *BOTH)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "72" in answer.stdout
    record = json.loads(run("trace", "--all-pairs", *BOTH, "-o", "json").stdout)
    jsonschema.validate(record, json.loads(SCHEMA.read_text()), cls=jsonschema.Draft202012Validator)
    assert record["pairs"] == record["delivered"] == 72


def test_it_takes_no_single_flow() -> None:
    for wrong in (("default/pod-2", "8.8.8.8"), ("--df",), ("--size", "9")):
        answer = run("trace", "--all-pairs", *wrong, *BOTH)
        assert answer.returncode == 2
        assert "--all-pairs" in answer.stderr
