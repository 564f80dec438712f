"""The text of iptables-save and ip6tables-save (legacy and nft), and of `iptables -S`."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from leadline.base.errors import ParseError
from leadline.base.text import Text
from leadline.facts.reading import appended, free_key, nothing, shown, unread
from leadline.facts.source import Parsed, Problem

_CHAIN = re.compile(r":(\S+) (\S+)(?: \[(\d+):(\d+)\])?$")
_RULE = re.compile(r"(?:\[(\d+):(\d+)\] )?-A (\S+)(?: (.*))?$")
_COUNTERS = re.compile(r"\[(\d+):(\d+)\] $")
_ODD_SPACE = "".join(filter(str.isspace, map(chr, range(0x3001)))).replace(" ", "").replace("\n", "")
_LISTED = re.compile(r"-(?:(?P<policy>P) (?P<base>\S+) (?P<verdict>\S+)|N (?P<own>\S+))(?: -c \d+ \d+)?$")
_COUNTED = re.compile(r"(?:^| )-c (\d+) (\d+)(?= -[jg] |$)")
_COMMENT = re.compile(r'--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_TARGET = re.compile(r"(?:^| )-[jg] (\S+)")
_ASKED_TABLE = re.compile(r"tables(?:-legacy|-nft)?(?:-save)?\b[^\n|]* (?:-t|--table)[ =]?(\w+)")
_ELSEWHERE = re.compile(r"# (?:Warning: \S+ tables present|Table `\S+' (?:is|contains) incompatible)")

_LIST_FORM = Text(
    "this is `{tool} -L`, which hides interfaces and tables; save `{save} -c` instead",
    "`{tool} -L`의 출력은 인터페이스와 테이블을 숨깁니다. 대신 `{save} -c`의 출력을 저장하십시오",
)
_CUT = Text(
    "the table {table} that begins here has no COMMIT: the text is cut; save `{save}` again",
    "여기서 시작하는 {table} 테이블에 COMMIT이 없어 텍스트가 잘린 것입니다. `{save}`의 출력을 다시 저장하십시오",
)
_OTHERS = Text(
    "there are rules that this output does not show ({line}); save `nft list ruleset` too",
    "이 출력에 나오지 않는 규칙이 있습니다({line}). `nft list ruleset`의 출력도 저장하십시오",
)


class Chain(msgspec.Struct, frozen=True, gc=False):
    """One chain. `policy`: ACCEPT, DROP, or "" for a chain someone added. `counters`: packets and bytes."""

    table: str
    chain: str
    policy: str
    counters: tuple[int, int] | None = None


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One rule. `target`: where -j or -g leads, None where it only counts; `text`: the rule as printed
    after its chain; `comment`: its own, unescaped. `counters`: packets and bytes, None where not told."""

    table: str
    chain: str
    target: str | None
    comment: str | None
    text: str
    counters: tuple[int, int] | None = None


class _Table(msgspec.Struct):
    name: str
    line: int
    stamp: str
    chains: list[Chain] = []
    rules: list[Rule] = []
    whole: bool = False


def order(entry: Chain | Rule) -> str:
    """The list an entry stands in: a rule in its chain; chains have no order."""
    return f"{entry.table} {entry.chain}" if isinstance(entry, Rule) else f"chain {entry.table} {entry.chain}"


def _rule(table: str, chain: str, text: str, counters: tuple[int, int] | None) -> Rule:
    comment = None
    bare = text
    if "--comment" in text and (match := _COMMENT.search(text)) is not None:
        comment = match[2] if match[1] is None else match[1]
        if "\\" in comment:
            comment = re.sub(r"\\(.)", r"\1", comment)
        bare = text[match.end() :]
    if '"' in bare:
        bare = _QUOTED.sub('""', bare)
    # iptables-save writes the target after every match, so after the comment; -S of old versions too
    target = _TARGET.search(bare)
    return Rule(table, chain, target[1] if target else None, comment, text, counters)


@lru_cache(maxsize=4096)
def _counters(written: str) -> tuple[int, int] | None:
    found = _COUNTERS.match(written)
    return (int(found[1]), int(found[2])) if found else None


def _common(table: str, line: str) -> Rule | None:
    """A rule with one quoted word at most, its comment, and nothing escaped, as `_rule` reads it; None for others.

    Nearly every rule is such a one, and they come by ten thousands. The only white space in the line is the space.
    """
    counted, found, rest = line.partition("-A ")
    counters = _counters(counted) if counted else None
    chain, _, text = rest.partition(" ")
    if (counted and not counters) or not found or not chain or not text or text[0] == " " or "\\" in text:
        return None
    parts = text.split('"')
    comment: str | None = None
    if len(parts) == 3:
        before, comment, bare = parts
        if not before.endswith("--comment ") or before.find("--comment") != len(before) - len("--comment "):
            return None
    elif len(parts) == 1 and "--comment" not in text:
        bare = text
    else:
        return None
    if (not counters and "-c " in text) or "-g " in bare:
        return None
    _, leads, rest = bare.partition(" -j ")
    if bare.startswith("-j ") or (leads and rest[0] == " "):
        return None
    return Rule(table, chain, rest.partition(" ")[0] if leads else None, comment, text, counters)


def _tables(lines: list[str], listed: str, save: str) -> tuple[list[_Table], list[Problem]]:
    """The tables of a text in order; `listed` is the one `-S` speaks of, which it does not name."""
    tables: list[_Table] = []
    problems: list[Problem] = []
    current: _Table | None = None
    stamp, announced = "", 0
    plain = not any(map("\n".join(lines).__contains__, _ODD_SPACE))
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip()
        if not line:
            continue
        if line[0] == ":" and current is not None and (match := _CHAIN.match(line)) is not None:
            name, policy, packets, size = match.groups()
            counters = (int(packets), int(size)) if packets else None
            current.chains.append(Chain(current.name, name, policy.replace("-", "", 1), counters))
        elif plain and current is not None and (rule := _common(current.name, line)) is not None:
            current.rules.append(rule)
        elif (match := _RULE.match(line)) is not None:
            if current is None:
                current = _Table(listed, number, "", whole=True)
                tables.append(current)
            packets, size, chain, text = match.groups("")
            counters = (int(packets), int(size)) if packets else None
            if not packets and "-c " in text:
                for counted in _COUNTED.finditer(_QUOTED.sub(lambda quoted: "x" * len(quoted[0]), text)):
                    counters = (int(counted[1]), int(counted[2]))
                    text = (text[: counted.start()] + text[counted.end() :]).lstrip()
                    break
            current.rules.append(_rule(current.name, chain, text, counters))
        elif line.startswith("*") and line[1:].isidentifier():
            current, announced = _Table(line[1:], number, stamp), 0
            tables.append(current)
        elif line == "COMMIT" and current is not None:
            current.whole = True
            current = None
        elif line.startswith("#"):
            if line.startswith("# Generated"):
                stamp, announced = line, number
            elif _ELSEWHERE.match(line):
                problems.append(Problem(_OTHERS.fill(line=line[2:]), number))
        elif (match := _LISTED.match(line)) is not None:
            if current is None:
                current = _Table(listed, number, "", whole=True)
                tables.append(current)
            current.chains.append(Chain(current.name, match["base"] or match["own"], match["verdict"] or ""))
        elif line.startswith("Chain ") and not tables:
            tool = save.removesuffix("-save")
            raise ParseError(_LIST_FORM.fill(tool=tool, save=save), number)
        else:
            problems.append(unread(number))
    if announced:
        tables.append(_Table("…", announced, stamp))
    return tables, problems


def _last(tables: list[_Table]) -> tuple[list[_Table], int | None]:
    """The tables of the last whole output, and its first line where there are several outputs."""
    outputs: list[list[_Table]] = [[]]
    for table in tables:
        if any(table.name == earlier.name for earlier in outputs[-1]):
            begun: list[_Table] = []
            while (
                len(outputs[-1]) > 1
                and table.stamp
                and outputs[-1][-1].stamp == table.stamp != outputs[-1][0].stamp
            ):
                begun.insert(0, outputs[-1].pop())
            outputs.append(begun)
        outputs[-1].append(table)
    whole = [each for each in outputs if all(table.whole for table in each)]
    chosen = (whole or outputs)[-1]
    return chosen, chosen[0].line if len(outputs) > 1 else None


def parse_save(text: str, save: str) -> Parsed:
    """A text of `save` (iptables-save or ip6tables-save) → `chain <table> <chain>` and `rule <table> <chain> <rule>`.

    An empty text is a host without rules. Of a cut text, and of `-S` or `-t`, only the tables that are
    whole are covered.
    """
    asked = _ASKED_TABLE.search(text)
    lines = shown_lines(text, save)
    tables, problems = _tables(lines, asked[1] if asked else "filter", save)
    said = [problem for problem in problems if problem.line is not None]
    if not tables:
        if said and not all(lines[(problem.line or 1) - 1].startswith("#") for problem in said):
            raise nothing(lines, save)
        return Parsed({}, tuple(problems))
    if len(problems) > sum(len(table.rules) + len(table.chains) for table in tables) + 2:
        raise nothing(lines, save)
    chosen, twice = _last(tables)
    whole = [table for table in chosen if table.whole]
    if twice is not None:
        problems.append(appended(tables[0].line, twice, whole=True))
    for table in chosen:
        if not table.whole:
            cut = _CUT.fill(table=table.name, save=save)
            if not whole:
                raise ParseError(cut, table.line)
            problems.append(Problem(cut, table.line))
    entries: dict[str, Any] = {}
    for table in whole:
        for chain in table.chains:
            entries[f"chain {chain.table} {chain.chain}"] = chain
        for rule in table.rules:
            key = f"rule {rule.table} {rule.chain} {rule.text}".rstrip()
            entries[key if key not in entries else free_key(key, entries)] = rule
    part = (
        asked is not None
        or len(whole) < len(chosen)
        or not all(table.line and _saved(lines, table) for table in whole)
    )
    names = frozenset(f"{kind} {table.name}" for table in whole for kind in ("chain", "rule"))
    return Parsed(entries, tuple(problems), covers=names if part else None)


def _saved(lines: list[str], table: _Table) -> bool:
    return lines[table.line - 1].startswith("*")


def shown_lines(text: str, save: str) -> list[str]:
    """The lines with the shell's own emptied; the save's `#` remarks stay."""
    if text.startswith(("# Generated", "*", "[", "-", ":", "# Warning", "# Table")) and "$ " not in text:
        return text.split("\n")
    lines = text.split("\n")
    kept = shown(text, save, save.removesuffix("-save")).lines
    return [
        old if old.startswith("# ") and _remark(old) else new for old, new in zip(lines, kept, strict=False)
    ]


def _remark(line: str) -> bool:
    return line.startswith("# Generated") or _ELSEWHERE.match(line) is not None
