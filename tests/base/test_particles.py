"""A Korean particle fits what a place was filled with."""

import pytest

from leadline.base.text import Text

ALL = Text("{x}", "{x}이(가) {x}을(를) {x}은(는) {x}와(과) {x}(으)로")


@pytest.mark.parametrize(
    ("word", "ko"),
    [
        ("호스트", "호스트가 호스트를 호스트는 호스트와 호스트로"),
        ("파일", "파일이 파일을 파일은 파일과 파일로"),
        ("노드 3", "노드 3이 노드 3을 노드 3은 노드 3과 노드 3으로"),
        ("10249", "10249가 10249를 10249는 10249와 10249로"),
        ("10250", "10250이 10250을 10250은 10250과 10250으로"),
        ("eth1", "eth1이 eth1을 eth1은 eth1과 eth1로"),
        ("kubelet", "kubelet이(가) kubelet을(를) kubelet은(는) kubelet와(과) kubelet(으)로"),
        ("`ss`", "`ss`이(가) `ss`을(를) `ss`은(는) `ss`와(과) `ss`(으)로"),
    ],
)
def test_particles(word: str, ko: str) -> None:
    assert ALL.fill(x=word) == Text(word, ko)
    assert ALL.fill(x=Text("x", word)).ko == ko
