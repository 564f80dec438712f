"""Bytes as people save them → text that parsers read."""

import re

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.source import Problem

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[()*+][0-9A-Za-z]|[@-Z\\-_=>78])"
)
_ERASED = re.compile(r"[^\n\x08]\x08")
_UTF16_SHARE = 0.4
_SAMPLE = 1 << 16
_BINARY_SHARE = 0.05
_LONGEST_LINE = 1 << 20
# how files begin that hold others, and where that stands
_ARCHIVES = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (257, b"ustar", "tar"),
)


def decode(raw: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text of a saved file, without byte-order mark, terminal colours, erased keys and CR line ends.

    UTF-8, UTF-16 (with or without a mark), CP949 (Korean Windows) and UTF-8 once misread as Windows-1252
    are told apart; bytes that are none of them are kept as U+FFFD. What is not plain UTF-8 is a Problem.
    Raises ParseError for archives and other bytes that are no text.
    """
    problems: tuple[Problem, ...] = ()
    encoding = _utf16(raw)
    _refuse_no_text(raw, plain=encoding is None)
    if encoding is not None:
        text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            text, problem = _not_utf8(raw, raw.count(b"\n", 0, broken.start) + 1)
            problems = (problem,)
    if not text.isascii():
        if (repaired := _misread(text)) is not None:
            text = repaired
            problems = (*problems, Problem(_REPAIRED))
        text = text.replace("\xa0", " ")
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    while "\x08" in text and (erased := _ERASED.sub("", text)) != text:
        text = erased
    if "\r" in text:
        text = re.sub(r"\r+\n", "\n", text).replace("\r", "\n")
    return text.replace("\x07", "").replace("\x08", "").replace("\0", ""), problems


def _refuse_no_text(raw: bytes, *, plain: bool) -> None:
    for place, mark, name in _ARCHIVES:
        if raw.startswith(mark, place):
            raise ParseError(_ARCHIVE.fill(name=name))
    sample = raw.strip(b"\0")[:_SAMPLE]  # a crash leaves holes at a file's ends
    if raw and not sample:
        raise ParseError(_HOLE)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if plain and controls > len(sample) * _BINARY_SHARE:
        raise ParseError(_BINARY)
    if len(raw) > _LONGEST_LINE and not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        begin = 0
        while len(raw) - begin > _LONGEST_LINE:
            # the last line break that leaves no longer line before it
            end = raw.rfind(b"\n", begin, begin + _LONGEST_LINE)
            if end < begin:
                raise ParseError(_ENDLESS, raw.count(b"\n", 0, begin) + 1)
            begin = end + 1


_CONTROLS = bytes(code for code in range(32) if code not in b"\a\b\t\n\v\f\r\x1b")
_ARCHIVE = Text(
    "a {name} archive, not a text; unpack it and name the folder with the texts",
    "텍스트가 아니라 {name} 압축 파일입니다. 압축을 풀고 텍스트가 있는 폴더를 지정하십시오",
)
_BINARY = Text(
    "binary content, not a text; save the command's output as text",
    "텍스트가 아닌 바이너리입니다. 명령의 출력을 텍스트로 저장하십시오",
)
_HOLE = Text(
    "only zero bytes, as a crash or a full disk leaves them; save the command's output again",
    "0으로만 채워진 파일입니다. 장애나 가득 찬 디스크 때문에 생깁니다. 명령의 출력을 다시 저장하십시오",
)
_ENDLESS = Text(
    "this line has more than a million characters, so it is not a command's output; save the output again",
    "이 줄이 백만 자를 넘어 명령의 출력이 아닙니다. 출력을 다시 저장하십시오",
)
_REPAIRED = Text(
    "the text had been UTF-8 read as Windows-1252; it was read as UTF-8 again",
    "UTF-8이 Windows-1252로 잘못 변환된 텍스트라서 UTF-8로 되돌려 읽었습니다",
)


def _utf16(raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = raw[:4096]
    if len(sample) < 4 or 0 not in sample:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > half * _UTF16_SHARE and sample[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[::2].count(0) > half * _UTF16_SHARE and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _not_utf8(raw: bytes, line: int) -> tuple[str, Problem]:
    """Text of bytes that are not wholly UTF-8: a few damaged bytes in UTF-8, or CP949."""
    replaced = raw.decode("utf-8-sig", "replace")
    damaged = replaced.count("\ufffd")
    whole = sum(1 for letter in replaced if letter > "\x7f") - damaged
    if whole < damaged:
        try:
            return raw.decode("cp949"), Problem(
                Text("the text was read as CP949", "CP949로 읽었습니다"), line
            )
        except UnicodeDecodeError:
            pass
    return replaced, Problem(
        Text(
            "bytes here are neither UTF-8 nor CP949 and were replaced; save the file again",
            "UTF-8도 CP949도 아닌 바이트가 있어 대체하였습니다. 파일을 다시 저장하십시오",
        ),
        line,
    )


def _misread(text: str) -> str | None:
    """The text as it was before UTF-8 was read as Windows-1252; None where it was not."""
    try:
        raw = b"".join(_byte(letter) for letter in text)
        return raw.decode("utf-8")
    except UnicodeError:
        return None


def _byte(letter: str) -> bytes:
    # Windows-1252 leaves five bytes undefined; programs keep them as the control characters of that number
    return letter.encode("latin-1") if letter < "\xa0" else letter.encode("cp1252")
