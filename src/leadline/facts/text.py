"""Bytes as people save them → text that parsers read."""

import re

from leadline.base.text import Text
from leadline.facts.source import Problem

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def decode(raw: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text of a saved file, without byte-order mark, terminal colours and CR line ends.

    UTF-8, UTF-16 with a mark and CP949 (Korean Windows) are told apart; bytes that are none of them are
    kept as U+FFFD, with a Problem.
    """
    problems: tuple[Problem, ...] = ()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            line = raw.count(b"\n", 0, broken.start) + 1
            try:
                text = raw.decode("cp949")
                problems = (Problem(Text("the text was read as CP949", "CP949로 읽었습니다"), line),)
            except UnicodeDecodeError:
                text = raw.decode("utf-8", "replace")
                problems = (
                    Problem(
                        Text(
                            "bytes here are neither UTF-8 nor CP949 and were replaced; save the file again",
                            "UTF-8도 CP949도 아닌 바이트가 있어 대체하였습니다. 파일을 다시 저장하십시오",
                        ),
                        line,
                    ),
                )
    text = _ESCAPES.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems
