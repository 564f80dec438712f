"""What a parser never keeps of a text: passwords, tokens and keys, whoever saved it."""

import re
from collections.abc import Iterable

HIDDEN = "<redacted>"
# compiled when first asked for: most commands read nothing that could hide a secret
_TELLING_NAME = (
    r"(?i)fastopen_key|pass(?:word|wd|phrase)?$|passw|secret|token(?!.*(?:ttl|review|auth|cleaner|webhook|file|path))|credential"
    r"|api[-_]?key|private[-_]?key$|access[-_]?key|^auth$|identitytoken|bearer|header$"
)
_USERINFO = r"(://)[^/@\s]+@"
_FILE = r"(?i)(?:@?[./~]\S*|\w+:///\S+|true|false|\d+[smh]?|)$"


def conceal(name: str, value: str) -> str:
    """The value of a setting or flag, hidden where its name says that it is secret and it is no path."""
    value = re.sub(_USERINFO, rf"\1{HIDDEN}@", value)
    if re.search(_TELLING_NAME, name.rpartition(".")[2].strip("\"'")) and not re.match(_FILE, value):
        return HIDDEN
    return value


def conceal_words(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a command line with the values of secret flags hidden (`--token X` and `--token=X`)."""
    kept: list[str] = []
    flag = ""
    for word in words:
        name, sign, value = word.partition("=")
        if flag and not word.startswith("-"):
            kept.append(conceal(flag, word))
            flag = ""
        elif sign:
            kept.append(f"{name}={conceal(name, value)}")
            flag = ""
        else:
            kept.append(re.sub(_USERINFO, rf"\1{HIDDEN}@", word))
            flag = word if word.startswith("-") else ""
    return tuple(kept)
