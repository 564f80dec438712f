"""Takes the secrets of `patterns.py` out of a text: the same steps as awk, on the host, and as Python, here."""

import re

from leadline.snapshot import patterns
from leadline.snapshot.patterns import MARK, PATTERNS, Pattern

_LONG = 8192
"""Longer lines (JSON without line ends) are taken apart at commas outside of strings, for linear time."""

# What every match of LIKELY contains, but for bootstrap tokens: plain words are found far faster than a choice
# of patterns, and nearly every line holds none of them.
_WORDS = (
    *(
        "pass",
        "pwd",
        "psk",
        "secret",
        "token",
        "key",
        "cred",
        "auth",
        "jwt",
        "bearer",
        "basic",
        "://",
        "begin ",
    ),
    *("eyj", "ls0t", "akia", "asia", "_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat", "xox"),
    *("hvs.", "hvb.", "k10", "$"),
)
_TOKEN = re.compile("[a-z0-9]{6}[.][a-z0-9]{16}")
_TOKEN_END = re.compile("[.][a-z0-9]{16}")


def likely(low: str) -> bool:
    """Whether a line in lower case may hold a secret (`patterns.LIKELY`)."""
    if any(word in low for word in _WORDS) or ("." in low and _TOKEN.search(low)):
        return re.search(patterns.LIKELY, low) is not None
    return False


def redact(raw: bytes) -> bytes:
    """The text without its secrets; what is none stays as it is, byte for byte."""
    text = raw.decode("latin-1")
    doubtful = _doubtful(text.lower())
    if not doubtful:
        return raw
    reader = _Reader()
    lines = text.split("\n")
    end = "\n" if lines[-1] == "" else ""
    kept = [
        read
        for number, line in enumerate(lines[:-1] if end else lines)
        if (read := reader.line(line) if number in doubtful or reader.within else line) is not None
    ]
    return ("\n".join(kept) + end if kept else "").encode("latin-1")


def compile_all() -> None:
    """Compiles what nearly every text needs, for whoever has the time before there is one."""
    _Reader().line("password: x")


def _doubtful(low: str) -> set[int]:
    """The numbers, from 0, of the lines of a text in lower case that may be `likely`: each word is looked for
    in the whole text at once, which takes far less than all the words line by line."""
    places = [match.start() for match in _TOKEN_END.finditer(low)]
    for word in _WORDS:
        place = low.find(word)
        while place >= 0:
            places.append(place)
            place = low.find("\n", place)
            place = low.find(word, place) if place >= 0 else -1
    numbers = set()
    number = last = 0
    for place in sorted(places):
        number += low.count("\n", last, place)
        last = place
        numbers.add(number)
    return numbers


class _Reader:
    """Goes through a text line by line; knows what the lines before left open.

    `until`: the end of what is dropped. `deeper`: lines indented more than this belong to a secret name
    (-1: none), `begun`: their mark is set already. `awaits`: what stands before the value of the name above.
    """

    def __init__(self) -> None:
        self.until = ""
        self.deeper = -1
        self.block = self.begun = False
        self.awaits = ""

    @property
    def within(self) -> bool:
        """Whether something is open, so that the next line must be read whatever it looks like."""
        return self.deeper >= 0 or bool(self.until or self.awaits)

    def line(self, line: str) -> str | None:
        """The line as it may be kept; None where it was a part of a secret."""
        if len(line) <= _LONG:
            return self.piece(line)
        kept = (self.piece(piece) for piece in _pieces(line))
        return ",".join(piece for piece in kept if piece is not None)

    def piece(self, line: str) -> str | None:
        """The same for one line, or one part of a long one."""
        if re.search(patterns.HEADER, line):
            self.until, self.deeper, self.awaits = "", -1, ""
            return line
        if self.until:
            if (end := re.search(self.until, line)) is None:
                return None
            self.until = ""
            if not (line := line[end.end() :]):
                return None
        if self.deeper >= 0:
            indent = len(line) - len(line.lstrip(" \t"))
            if indent == len(line):
                return None if self.begun else line
            if indent > self.deeper and (
                self.begun or self.block or not re.search(patterns.NOT_A_VALUE, line)
            ):
                return self._below(line, indent)
            self.deeper = -1
        low = line.lower()
        if self.awaits:
            line = self._awaited(line, low)
        elif not likely(low):
            return line
        while begin := re.search(patterns.PEM, line):
            end = re.search(patterns.PEM_END, line[begin.end() :])
            if end is None:
                self.until = patterns.PEM_END
                line = line[: begin.start()] + MARK
            else:
                line = line[: begin.start()] + MARK + line[begin.end() + end.end() :]
        low = line.lower()
        if (triple := re.search(patterns.TRIPLE, low)) and not re.search(
            patterns.TRIPLE_END, line[triple.end() :]
        ):
            self.until = patterns.TRIPLE_END
            return line[: triple.end()] + MARK + line[triple.end() - 3 : triple.end()]
        self._open(line, low)
        for pattern in PATTERNS:
            line = _replace(pattern, line)
        return line

    def _below(self, line: str, indent: int) -> str | None:
        if self.begun:
            return None
        self.begun = True
        quote = line[indent] if line[indent] in "\"'" else ""
        comma = "," if quote and line.endswith(",") else ""
        return line[:indent] + quote + MARK + quote + comma

    def _awaited(self, line: str, low: str) -> str:
        start = re.search(self.awaits, low)
        self.awaits = ""
        if start and (found := re.search(patterns.AWAITED, line[start.end() :])):
            at = start.end() + (found[0][0] in "\"'")
            return line[:at] + MARK + line[start.end() + found.end() :]
        return line

    def _open(self, line: str, low: str) -> None:
        self.block = re.search(patterns.BLOCK, low) is not None
        self.begun = re.search(patterns.UNCLOSED, low) is not None
        if self.block or self.begun or re.search(patterns.BELOW, low):
            self.deeper = len(line) - len(line.lstrip(" \t"))
        elif re.search(patterns.PAIR, low):
            self.awaits = patterns.PAIR_VALUE
        elif re.search(patterns.FLAG, low):
            self.awaits = patterns.FLAG_VALUE


def _replace(pattern: Pattern, line: str) -> str:
    done, rest = "", "\n" + line
    while before := re.search(pattern.before, rest.lower() if pattern.fold else rest):
        end = before.end()
        value, innocent = (
            rest[end:],
            pattern.unless_before and re.search(pattern.unless_before, rest[:end].lower()),
        )
        done, rest = done + rest[:end], value
        if innocent or (pattern.unless_value and re.search(f"^{pattern.unless_value}", value)):
            continue
        found = re.search(f"^{pattern.value}", value)
        if found is None or not found.end():
            continue
        if not pattern.after or re.search(f"^{pattern.after}", value[found.end() :]):
            done, rest = done + pattern.instead, value[found.end() :]
    return (done + rest)[1:]


def _pieces(line: str) -> list[str]:
    """The line between its commas, those inside of strings left whole."""
    pieces: list[str] = []
    held: list[str] = []
    quotes = 0
    for part in line.split(","):
        held.append(part)
        quotes += re.sub(r"\\.", "", part).count('"')
        if quotes % 2 == 0:
            pieces.append(",".join(held))
            held, quotes = [], 0
    return pieces + ([",".join(held)] if held else [])


def awk() -> str:
    """The same steps as a program for any POSIX awk: of each file `o…` it is given it makes a file `r…`."""
    replacing = "\n".join(f"  line = r{number}(line)" for number in range(len(PATTERNS)))
    functions = "\n".join(_function(number, pattern) for number, pattern in enumerate(PATTERNS))
    regexes = {
        f"@{name}@": _regex(getattr(patterns, name))
        for name in (
            *("HEADER", "LIKELY", "PEM", "PEM_END", "TRIPLE", "TRIPLE_END", "BLOCK", "UNCLOSED", "BELOW"),
            *("NOT_A_VALUE", "PAIR", "PAIR_VALUE", "FLAG", "FLAG_VALUE", "AWAITED"),
        )
    }
    program = (
        _PROGRAM.replace("@REPLACING@", replacing).replace("@FUNCTIONS@", functions).replace("@MARK@", MARK)
    )
    for name, regex in regexes.items():
        program = program.replace(name, regex)
    return program.replace("@LONG@", str(_LONG))


def _regex(pattern: str) -> str:
    return "/" + pattern.replace("/", "\\/").replace('\\"', '"').replace("\t", "\\t") + "/"


def _function(number: int, pattern: Pattern) -> str:
    unless = []
    if pattern.unless_before:
        unless.append(f"tolower(part) ~ {_regex(pattern.unless_before)}")
    if pattern.unless_value:
        unless.append(f"rest ~ {_regex('^' + pattern.unless_value)}")
    check = f"    if ({' || '.join(unless)}) continue\n" if unless else ""
    after = f" && substr(rest, RLENGTH + 1) ~ {_regex('^' + pattern.after)}" if pattern.after else ""
    instead = pattern.instead.replace('"', '\\"')
    return f"""function r{number}(rest,  done, part) {{
  done = ""; rest = "\\n" rest
  while (match({"tolower(rest)" if pattern.fold else "rest"}, {_regex(pattern.before)})) {{
    part = substr(rest, 1, RSTART + RLENGTH - 1); done = done part; rest = substr(rest, RSTART + RLENGTH)
{check}    if (match(rest, {_regex("^" + pattern.value)}) && RLENGTH > 0{after}) {{
      done = done "{instead}"; match(rest, {_regex("^" + pattern.value)}); rest = substr(rest, RLENGTH + 1)
    }}
  }}
  return substr(done rest, 2)
}}"""


_PROGRAM = r"""
function indent(line) { match(line, /^[ \t]*/); return RLENGTH }
function open(line, low) {
  block = low ~ @BLOCK@; begun = low ~ @UNCLOSED@
  if (block || begun || low ~ @BELOW@) deeper = indent(line)
  else if (low ~ @PAIR@) awaits = 1
  else if (low ~ @FLAG@) awaits = 2
}
function below(line, at,  q, c) {
  if (begun) return drop
  begun = 1; q = substr(line, at + 1, 1)
  if (q != "\"" && q != "\047") q = ""
  c = q != "" && line ~ /,$/ ? "," : ""
  return substr(line, 1, at) q "@MARK@" q c
}
function awaited(line, low,  found, start, rest) {
  found = awaits == 1 ? match(low, @PAIR_VALUE@) : match(low, @FLAG_VALUE@)
  start = RLENGTH; awaits = 0
  if (!found) return line
  rest = substr(line, start + 1)
  if (!match(rest, @AWAITED@)) return line
  return substr(line, 1, start) (rest ~ /^["\047]/ ? substr(rest, 1, 1) : "") "@MARK@" substr(rest, RLENGTH + 1)
}
function piece(line,  low, at, rest) {
  if (line ~ @HEADER@) { until = 0; deeper = -1; awaits = 0; return line }
  if (until) {
    if (!(until == 1 ? match(line, @PEM_END@) : match(line, @TRIPLE_END@))) return drop
    until = 0; line = substr(line, RSTART + RLENGTH)
    if (line == "") return drop
  }
  if (deeper >= 0) {
    at = indent(line)
    if (at == length(line)) return begun ? drop : line
    if (at > deeper && (begun || block || line !~ @NOT_A_VALUE@)) return below(line, at)
    deeper = -1
  }
  low = tolower(line)
  if (awaits) line = awaited(line, low)
  else if (low !~ @LIKELY@) return line
  while (match(line, @PEM@)) {
    at = RSTART; rest = substr(line, RSTART + RLENGTH)
    if (match(rest, @PEM_END@)) line = substr(line, 1, at - 1) "@MARK@" substr(rest, RSTART + RLENGTH)
    else { until = 1; line = substr(line, 1, at - 1) "@MARK@" }
  }
  low = tolower(line)
  if (match(low, @TRIPLE@)) {
    at = RLENGTH
    if (substr(line, at + 1) !~ @TRIPLE_END@) { until = 2; return substr(line, 1, at) "@MARK@" substr(line, at - 2, 3) }
  }
  open(line, low)
@REPLACING@
  return line
}
function put(text) { printf "%s", text > out }
function long(line,  n, i, part, held, bare, quotes, out, comma) {
  n = split(line, part, ","); held = ""; comma = ""
  for (i = 1; i <= n; i++) {
    held = held == "" && !quotes ? part[i] : held "," part[i]
    bare = part[i]; gsub(/\\./, "", bare); quotes += gsub(/"/, "", bare)
    if (quotes % 2 && i < n) continue
    out = piece(held); held = ""; quotes = 0
    if (out != drop) { put(comma out); comma = "," }
  }
}
@FUNCTIONS@
BEGIN { drop = "\001\002" }
FNR == 1 { if (out) close(out); out = FILENAME; sub(/^o/, "r", out); deeper = -1; until = awaits = block = begun = 0; printf "" > out }
{
  if (length($0) > @LONG@) { long($0); put("\n") }
  else if ((kept = piece($0)) != drop) put(kept "\n")
}
"""
