"""What a secret looks like in a configuration file, an argument list, an environment or a log line.

The regular expressions are what POSIX awk (mawk, gawk, busybox, the original) and Python's `re` read alike:
no intervals, no references to groups, no alternative that begins another one of its group. Every line is
searched behind a newline of its own, so `\\n` stands for its start.
"""

import msgspec

MARK = "<redacted>"


class Pattern(msgspec.Struct, frozen=True):
    """What stands behind `before` and matches `value` becomes `instead`.

    `fold`: `before` is matched in lower case. `unless_before`: innocent names, matched in what `before`
    found. `unless_value`: innocent values, matched where the value begins. `after`: what has to follow it.
    """

    before: str
    value: str
    instead: str = MARK
    fold: bool = True
    unless_before: str = ""
    unless_value: str = ""
    after: str = ""


_N = "[a-z0-9_.-]*"
_KEYS = (
    "((private|preshared|pre-shared)[ ]key|(private|preshared|shared|secret|api|access|auth|encryption|encrypt|signing|sign"
    "|master|client|server|session|host|storage|account|license|ssh|tls|ssl|aes|hmac|cookie|jwt|cert|certificate"
    "|data|user|admin|app|deploy|root|[_.-])key|wep[_-]*key[0-9]*)"
)
_LONG = "(password|passwd|passphrase|secret|token|credential)s?"
_WORD = (
    f"({_N}({_LONG}|key[_-]data|userpass|identitytoken|[_.-](pass|pwd|psk|passcode)|{_KEYS})"
    "|auth|pass|psk|pwd|passcode)"
)
_NAMED = rf"([^a-z0-9_.-]|[\\]n){_WORD}"
_SIGN = r"[\\]*[\"']?[ \t]*(=|:)[ \t]*"
_INNOCENT_NAME = (
    "(public|topology|partition|label|annotation|taint|sort|group|configmap|object|foreign|primary|index|lock|map|rss)"
    r"[ _.-]?key[\\]*[\"']?[ \t]*[:=]"
)
_END = r"([] \t,;&)}\"'\\]|$)"
_INNOCENT_VALUE = (
    rf"([\"']?(true|false|yes|no|on|off|null|none|nil|~|y|n|m)?{_END}"
    rf"|[\"']?[.~]*/[A-Za-z0-9_.@%/:*$-]*{_END}"
    rf"|[A-Za-z0-9_.-]*[.](key|pem|crt|cert|cer|json|yaml|yml|conf){_END}"
    "|[$][({]|[{][{]|<redacted>)"
)
_DOUBLE = r'([^"\\]|[\\].)+'
_SINGLE = "([^']|'')+"
_ESCAPED = r'([^"\\]|[\\][\\][\\]"|[\\][^"\\]|[\\][\\][^"\\])+'
_FIRST = r"([^ \t,;&\"'\\{[(<>|]|[\\][^n\"])"
_NEXT = r"([^ \t,;&\"'\\]|[\\][^n\"]|[\"'][^] \t,;&\"'}:)\\])*"
_BARE = _FIRST + _NEXT
_BARE_LIST = _FIRST + _NEXT + r"(,[^ \t,;=&\"'\\]*)+"
_REST = r"[^] \t\"'{}[|>&*!<,][^\n]*"
_ENV_NAME = (
    "([A-Z0-9_]*(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|APIKEY|_PASS|_PWD|_KEY)"
    "|PASS|KEY)([0-9S_][A-Z0-9_]*)?"
)
_ENV = "[^A-Za-z0-9_]" + _ENV_NAME
_FLAG = f"--({_N}({_LONG}|{_KEYS})|key)"
_WORD_QUOTED = f"[^\"']*({_LONG}|api[_-]?key|[_-]key|[_-]pass)[^\"']*"
_BASE64 = "[A-Za-z0-9+/=]"
_SIXTEEN = _BASE64 * 16
_SIX = "[a-z0-9]" * 6


def _literal(value: str, after: str = "") -> Pattern:
    """A secret that is known by its own form."""
    return Pattern("[^A-Za-z0-9+/_.-]", value, fold=False, after=after)


def _named(name: str, sign: str, value: str, *, fold: bool = True, after: str = "") -> Pattern:
    """A secret that is known by its name, with the sign between the two."""
    return Pattern(
        name + sign,
        value,
        fold=fold,
        unless_before=_INNOCENT_NAME,
        unless_value=_INNOCENT_VALUE,
        after=after,
    )


PATTERNS: tuple[Pattern, ...] = (
    # known by their form: JWT or JSON in base64, private keys in base64, cloud, forge and bootstrap tokens
    _literal("eyJ" + "[A-Za-z0-9_-]" * 10 + "[A-Za-z0-9_.=-]*"),
    *(
        _literal(f"{start}{_BASE64}*")
        for start in (
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFURS",
            "LS0tLS1CRUdJTiBQUklWQVRFIE",
            "LS0tLS1CRUdJTiBFQyBQUklWQVRF",
            "LS0tLS1CRUdJTiBPUEVOU1NI",
            "LS0tLS1CRUdJTiBFTkNSWVBURUQ",
        )
    ),
    _literal("A[KS]IA" + "[A-Z0-9]" * 16),
    _literal(
        "(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hv[sb][.])" + "[A-Za-z0-9_-]" * 16 + "[A-Za-z0-9_-]*"
    ),
    _literal("K10" + "[0-9a-f]" * 32 + "[0-9a-f]*::[^ \t\"',]*"),
    Pattern(  # of a bootstrap token only the second half is secret
        f"[^A-Za-z0-9+/_.-]{_SIX}[.]",
        "[a-z0-9]" * 16,
        fold=False,
        unless_before=f'name"?:[ \t]*"?{_SIX}[.]$',  # an Event's: web-01.18e9faae5f6c50ee
        after="([^A-Za-z0-9_. -]|[.]?$|[.]? [^=]|[.][^ a-z0-9])",
    ),
    _literal("[$]([1567y]|2[aby]|argon2id?)[$][^ \t:\"',;]+"),
    Pattern("authorization[\"']?[ \t]*[:=][ \t]*[\"']?(basic|bearer)[ \t]+", "[A-Za-z0-9._~+/=-]+"),
    Pattern("bearer[ \t]+", "[A-Za-z0-9._~+/=-]" * 20 + "[A-Za-z0-9._~+/=-]*"),
    Pattern("[a-z][a-z0-9+.-]*://", r"[^/@: \t\"'<>]*:[^/ \t\"'<>]*@", instead=f"{MARK}@"),
    Pattern("https?://", r"[^/@: \t\"'<>]+@", instead=f"{MARK}@"),
    # "name": "DB_PASSWORD", "value": "…"
    Pattern(
        rf"[\"'](name|key)[\"'][ \t]*:[ \t]*[\"']{_WORD_QUOTED}[\"'][ \t]*,[ \t]*[\"']value[\"'][ \t]*:[ \t]*\"",
        _DOUBLE,
        unless_value=_INNOCENT_VALUE,
    ),
    # "NAME=…" as one string, then NAME=…
    _named(rf"[\"]{_ENV_NAME}", "=", _DOUBLE, fold=False),
    _named(rf"[']{_ENV_NAME}", "=", _SINGLE, fold=False),
    _named(_ENV, '="', _DOUBLE, fold=False),
    _named(_ENV, "='", _SINGLE, fold=False),
    _named(_ENV, r"[ \t]*=[ \t]*", _BARE_LIST, fold=False, after="([ \t]|$)"),
    _named(_ENV, r"[ \t]*=[ \t]*", _BARE, fold=False),
    # name = value in the ways a value is quoted
    _named(_NAMED, _SIGN + '"', _DOUBLE),
    _named(_NAMED, _SIGN + r'[\\]+"', _ESCAPED),
    _named(_NAMED, _SIGN + "'", _SINGLE),
    _named(_NAMED, _SIGN + r"\[[ \t]*[\"']", r"[^]{]+"),
    Pattern(_NAMED + r"[\"][ \t]*:[ \t]*", "[0-9][0-9.]*", instead=f'"{MARK}"', unless_before=_INNOCENT_NAME),
    _named(rf"\n[ \t]*(-[ \t]+)?(export[ \t]+)?[\"']?#?{_WORD}[\"']?", "[ \t]*(=|:[ \t])[ \t]*", _REST),
    _named(rf"[\\]n[ -]*{_WORD}", ":[ ]+", r"([^\"'\\{[|>& ]|[\\][^n\"])([^\"\\]|[\\][^n\"])*"),
    _named(_NAMED, r"([\"'\\]*[ \t]*=[ \t]*|[\"'\\]*:[ \t]+)", _BARE_LIST, after="([ \t]|$)"),
    _named(_NAMED, r"([\"'\\]*[ \t]*=[ \t]*|[\"'\\]*:[ \t]+)", _BARE),
    _named(rf"[^a-z0-9_.-]key{_SIGN}[\"']?", "", _SIXTEEN + _BASE64 + "*", after=_END),
    # --flag value, "--flag", "value"
    Pattern(
        f"--{_N}-secret{_N}=[\"']?",
        _BARE,
        unless_before="(name|names|namespace|file|path|dir|ref|ttl|type|lifetime|config|count|size)=[\"']?$",
        unless_value=_INNOCENT_VALUE,
    ),
    _named(rf"[^a-z0-9]{_FLAG}", "=[\"']?", _BARE),
    _named(rf"[^a-z0-9]{_FLAG}", "[ \t]+", r"[^] \t\"'\\,<-][^ \t\"'\\]*"),
    _named(rf"[\"']{_FLAG}[\"'][ \t]*,[ \t]*[\"']", "", r"([^\"'\\]|[\\].)+"),
    _named(r"[^a-z0-9_.-](secret|password|passphrase)[ \t]+\"", "", _DOUBLE),
)

LIKELY = (
    "(pass|pwd|psk|secret|token|key|cred|auth|jwt|bearer|basic|://|begin |eyj|ls0t|a[ks]ia|_pat_|gh[pousr]_|glpat|xox|hv[sb][.]"
    "|k10|[$][1-7y]|[$]argon|" + _SIX + "[.]" + "[a-z0-9]" * 16 + ")"
)
"""A line that does not match this in lower case holds no secret: most lines are read no further."""

PEM = "-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----"
PEM_END = "-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----"
HEADER = "^==> .* <==$"
"""The header of a file among several in one text ends whatever the file before it left open."""

_YAML_NAME = rf"^[ \t]*(-[ \t]+)?[\"']?{_WORD}[\"']?[ \t]*"
BELOW = rf"{_YAML_NAME}[:=][ \t]*[\\]?$"
BLOCK = rf"{_YAML_NAME}:[ \t]+([&!][^ \t]+[ \t]+)?[|>][0-9+-]*[ \t]*(#.*)?$"
UNCLOSED = rf"{_YAML_NAME}[:=][ \t]*(\"([^\"\\]|[\\].)*|'[^']*)$"
"""In lower case: a secret name whose value stands, or goes on, on the deeper lines below."""

NOT_A_VALUE = r"^[ \t]*((-[ \t]+)?[\"']?[A-Za-z0-9_./-]+[\"']?[ \t]*[:=]([ \t]|$)|[{}#\[]|\]|-$)"
"""Below a bare name, this begins a mapping or a list: not a scalar."""

_THREE = "(\"\"\"|['][']['])"
TRIPLE = rf"^[ \t]*[\"']?{_WORD}[\"']?[ \t]*=[ \t]*{_THREE}"
TRIPLE_END = _THREE
"""A TOML text over several lines."""

PAIR = (
    rf"^[ \t]*(-[ \t]+)?[{{]?[ \t]*[\"']?(name|key)[\"']?[ \t]*[:=][ \t]*[\"']?{_WORD_QUOTED}[\"']?,?[ \t]*$"
)
PAIR_VALUE = r"^[ \t]*[\"']?value[\"']?[ \t]*[:=][ \t]*"
"""In lower case: `name: DB_PASSWORD`, with its `value: …` on the line below."""

FLAG = rf"^[ \t]*(-[ \t]+)?[\[]?[\"']?{_FLAG}[\"']?,?[ \t]*$"
FLAG_VALUE = r"^[ \t]*(-[ \t]+)?"
"""In lower case: `- --token`, with its value as the next item of the list."""

AWAITED = r"^(\"([^\"\\]|[\\].)+|'[^']+|[^-\"',{\[<].*)"
"""The value itself, of both."""
