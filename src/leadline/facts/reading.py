"""What parsers share: the part of a saved text that is the output, and the errors where there is none."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.source import Parsed, Problem, not_this

# compiled when first asked for, as few texts are copies of a terminal or hold an error
_PROMPT = (
    r"(?:\([^()\n]{1,80}\) ?)?(?:\[?[\w.-]+@[\w.-]+[^\n#$>|]{0,80}[#$]|\$|#{1,6})(?:[ \t]+(\S.*)|[ \t]*)"
    r"|```\w*"
)
_FAILED = (
    r"(?i)command not found|: not found$|permission denied|operation not permitted|no such file or directory"
    r"|cannot open netlink|(?:must|need to) be root|superuser|unrecognized option|invalid option|usage:"
)
_FILTER = r"\|\s*(?:sudo\s+)?(?:[ef]?grep|rg|head|tail|awk|sed|cut)\b"


class Shown(msgspec.Struct, frozen=True):
    """A saved text by lines, each in its place; lines that are not the wanted command's output are empty.

    `ended`: the last line ends with a line break, so it cannot be cut.
    """

    lines: list[str]
    ended: bool
    problems: tuple[Problem, ...] = ()


def shown(text: str, *commands: str) -> Shown:
    """The output of one of `commands` (program names) in a text that may be a copy of a terminal.

    Shell prompts, `#` remarks and the frame of script(1) are emptied; where prompts name other programs
    too, so is what those printed. Output that a prompt shows to be filtered (`| grep`) is a Problem.
    """
    lines = text.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    if not any(mark in text for mark in ("# ", "$ ", "Script ", "#\n", "$\n", "```")):
        return Shown(lines, ended)
    prompts: list[tuple[int, str]] = []
    remarks: set[int] = set()
    for place, line in enumerate(lines):
        if "#" in line or "$" in line or line.startswith("```"):
            if (prompt := re.fullmatch(_PROMPT, line)) is not None:
                prompts.append((place, prompt[1] or ""))
                if line.startswith(("#", "`")):
                    remarks.add(place)
                lines[place] = ""
        elif line.startswith("Script ") and re.match(r"Script (?:started|done)\b", line):
            lines[place] = ""
    ours = [any(re.search(rf"(?:^|[\s/]){name}\b", said) for name in commands) for _, said in prompts]
    problems = []
    for number, (place, said) in enumerate(prompts):
        if ours[number] and re.search(_FILTER, said):
            problems.append(Problem(_filtered(said), place + 1))
        elif any(ours) and not ours[number] and said and place not in remarks:
            until = prompts[number + 1][0] if number + 1 < len(prompts) else len(lines)
            lines[place:until] = [""] * (until - place)
    return Shown(lines, ended, tuple(problems))


def last_output(shown_text: Shown, starts: Sequence[int]) -> tuple[int, tuple[Problem, ...]]:
    """Where the output to read begins (an index into the lines), of those that begin at `starts`.

    The last one counts; where the text ends in the middle of its line and an earlier one is whole, the
    one before. Lines from the next start on are emptied.
    """
    if len(starts) < 2:
        return (starts[0] if starts else 0), ()
    lines = shown_text.lines
    if shown_text.ended:
        return starts[-1], (appended(starts[0] + 1, starts[-1] + 1),)
    lines[starts[-1] :] = [""] * (len(lines) - starts[-1])
    return starts[-2], (appended(starts[0] + 1, starts[-2] + 1, whole=True),)


def documents(text: str, what: str) -> tuple[Any, tuple[Problem, ...]]:
    """The JSON value of a saved text; of several the last whole one, with a Problem.

    Raises ParseError where there is none, or where the only one is cut.
    """
    try:
        return msgspec.json.decode(text), ()
    except (msgspec.DecodeError, RecursionError):
        pass
    found, broken = json_values(text, what)
    if not found:
        raise damaged(what, broken or 1)
    first, last = found[0][0], found[-1][0]
    several = len(found) > 1 or broken is not None
    return found[-1][1], (appended(first, last, whole=True),) if several else ()


def json_values(text: str, what: str) -> tuple[list[tuple[int, Any]], int | None]:
    """Every whole JSON list or object that begins a line of `what`'s output, with that line; and the line of
    the first that is cut or damaged, where reading ends, None where none is."""
    text = "\n".join(shown(text, what.split()[0]).lines)
    # iproute2 writes `dst` twice in an encapsulated route; the first is the route's own
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    opening = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
    found: list[tuple[int, Any]] = []
    place = 0
    while (begin := opening.search(text, place)) is not None:
        line = text.count("\n", 0, begin.end()) + 1
        try:
            value, place = decoder.raw_decode(text, begin.end())
        except (ValueError, RecursionError):
            return found, line
        found.append((line, value))
    return found, None


def failed(line: str) -> bool:
    """Whether a line is what a shell or a tool says instead of output."""
    return re.search(_FAILED, line) is not None


def nothing(lines: Sequence[str], what: str) -> ParseError:
    """The error for a text in which no line of `what`'s output was found: empty, a failure, or another's."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if failed(line):
            said = line.strip()[:120]
            return ParseError(
                Text(
                    f"`{what}` gave an error instead of output ({said}); run it as root and save it again",
                    f"`{what}`가 출력 대신 오류를 냈습니다({said}). root로 실행하여 다시 저장하십시오",
                ),
                number,
            )
        return not_this(what, number)
    return ParseError(
        Text(
            f"empty; save the output of `{what}` again",
            f"비어 있습니다. `{what}`의 출력을 다시 저장하십시오",
        )
    )


def damaged(what: str, line: int) -> ParseError:
    """The error for JSON that breaks off or has no sense from this line on."""
    return ParseError(
        Text(
            f"the JSON of `{what}` that begins here is cut or damaged; save the output again",
            f"여기서 시작하는 `{what}`의 JSON이 잘렸거나 손상되었습니다. 출력을 다시 저장하십시오",
        ),
        line,
    )


def refused(text: str, what: str) -> ParseError:
    """The error for a text with no line of `what`'s output, where its program's name is the first word."""
    return nothing(shown(text, what.split()[0]).lines, what)


def appended(first: int, last: int, *, whole: bool = False) -> Problem:
    """Several outputs from the line `first` on, of which the last (`whole`) one, from the line `last` on, is read."""
    en, ko = ("last whole", "온전한 마지막") if whole else ("last", "마지막")
    return Problem(
        Text(
            f"several outputs are in this text, from line {first} on; only the {en} one, which begins here, was read; "
            "to compare them, save each as a file of its own",
            f"{first}번째 줄부터 여러 출력이 함께 들어 있어, 여기서 시작하는 {ko} 출력만 읽었습니다. "
            "서로 비교하려면 출력마다 파일을 나누어 저장하십시오",
        ),
        last,
    )


def unread(line: int) -> Problem:
    """A line with no safe reading, left out."""
    return Problem(
        Text(
            "this line could not be read safely and was left out; save the output again",
            "이 줄을 안전하게 읽을 수 없어 제외하였습니다. 출력을 다시 저장하십시오",
        ),
        line,
    )


def cut(line: int) -> Problem:
    """The last line has no line break, so it may be cut and what may be missing is not used."""
    return Problem(
        Text(
            "the text ends in the middle of this line, so the line's end is not used; save the output again",
            "이 줄 중간에서 텍스트가 끝나므로 줄의 끝부분은 사용하지 않았습니다. 출력을 다시 저장하십시오",
        ),
        line,
    )


def last_key(seen: Shown, entries: dict[str, Any]) -> str:
    """The last entry's key where the text ends without a line break (`Parsed.cut`), else ""."""
    return "" if seen.ended or not entries else next(reversed(entries))


def beside(part: Parsed, whole: Parsed) -> Parsed:
    """A text of chosen entries beside a whole one: it says nothing of what it does not show."""
    unsaid = whole.entries.keys() - part.entries.keys()
    return msgspec.structs.replace(part, covers=frozenset(part.entries), unreadable=part.unreadable | unsaid)


def beside_each_other(left: Parsed, right: Parsed, chosen: Callable[[Parsed], bool]) -> tuple[Parsed, Parsed]:
    """Both texts, where `chosen` tells of only one that it has chosen entries. Two such are taken to have
    chosen alike."""
    mine, theirs = chosen(left), chosen(right)
    if mine == theirs:
        return left, right
    return (beside(left, right), right) if mine else (left, beside(right, left))


def free_key(key: str, taken: dict[str, Any]) -> str:
    """`key`, or `key #2`, `key #3` where it is taken."""
    if key not in taken:
        return key
    number = 2
    while f"{key} #{number}" in taken:
        number += 1
    return f"{key} #{number}"


def _filtered(said: str) -> Text:
    return Text(
        f"the output was filtered (`{said}`), so what is missing here may exist; save it whole",
        f"걸러진 출력(`{said}`)이므로 여기에 없는 항목도 실제로는 있을 수 있습니다. 전체를 저장하십시오",
    )
