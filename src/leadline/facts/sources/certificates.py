"""Public certificates: kubeadm's pki, the kubelet's, etcd's, and those in kubeconfigs. Never a key."""

import base64
import binascii
import re
import warnings
from typing import TYPE_CHECKING

import msgspec

from leadline.base.text import Text
from leadline.facts.parts import parts, show
from leadline.facts.reading import refused
from leadline.facts.source import Parsed, Problem, Source

if TYPE_CHECKING:
    from cryptography import x509

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_EMBEDDED = re.compile(r"^\s*client-certificate-data:\s*([A-Za-z0-9+/=]+)\s*$", re.MULTILINE)
_BROKEN = Text(
    "certificate {number} of {path} cannot be read; save the file again",
    "{path}의 {number}번째 인증서를 읽을 수 없습니다. 파일을 다시 저장하십시오",
)
_NONE = Text("{path} holds no certificate", "{path}에 인증서가 없습니다")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """An X.509 certificate. Names as RFC 4514 writes them, times in UTC (`2027-11-21T06:07:54Z`), serial and
    SHA-256 fingerprint in hex; `sans`: `DNS:…`, `IP:…`; None where an extension cannot be read."""

    subject: str
    issuer: str
    not_before: str
    not_after: str
    sans: tuple[str, ...] | None
    is_ca: bool | None
    serial: str
    fingerprint: str


def parse(text: str) -> Parsed:
    """Path → Certificate; the second and later ones of a file have `<path> <subject>`."""
    found, problems = parts(text)
    entries: dict[str, Certificate] = {}
    for part in found:
        blocks = [match[0].encode() for match in _BLOCK.finditer(part.text)] + _embedded(part.text)
        if not blocks and part.path:
            problems.append(Problem(_NONE.fill(path=part.path), part.line))
        for position, block in enumerate(blocks, 1):
            certificate = _read(block)
            if certificate is None:
                problems.append(Problem(_BROKEN.fill(number=position, path=part.path or "text"), part.line))
                continue
            first = bool(part.path) and part.path not in entries
            entries[part.path if first else f"{part.path} {certificate.subject}".strip()] = certificate
    if found and not entries and not found[0].path:
        raise refused(text, "*.crt")
    return Parsed(entries, tuple(problems))


def _embedded(text: str) -> list[bytes]:
    """The certificates that kubeconfigs carry inside (`client-certificate-data`, base64 of PEM)."""
    blocks = []
    for match in _EMBEDDED.finditer(text):
        try:
            blocks.append(base64.b64decode(match[1], validate=True))
        except (binascii.Error, ValueError):
            blocks.append(b"")
    return blocks


def _read(pem: bytes) -> Certificate | None:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read = x509.load_pem_x509_certificate(pem)
            return Certificate(
                subject=read.subject.rfc4514_string(),
                issuer=read.issuer.rfc4514_string(),
                not_before=f"{read.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
                not_after=f"{read.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
                sans=_sans(read),
                is_ca=_is_ca(read),
                serial=f"{read.serial_number:x}",
                fingerprint=read.fingerprint(SHA256()).hex(),
            )
        except ValueError:
            return None


def _sans(read: "x509.Certificate") -> tuple[str, ...] | None:
    from cryptography import x509

    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None
    kinds = ((x509.DNSName, "DNS"), (x509.IPAddress, "IP"), (x509.UniformResourceIdentifier, "URI"))

    def kind(name: x509.GeneralName) -> str:
        return next((word for each, word in kinds if isinstance(name, each)), "other")

    return tuple(sorted(f"{kind(name)}:{name.value}" for name in names))


def _is_ca(read: "x509.Certificate") -> bool | None:
    from cryptography import x509

    try:
        return read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None


_PATHS = (
    "etc/kubernetes/pki/*.crt",
    "etc/kubernetes/pki/etcd/*.crt",
    "etc/kubernetes/ssl/*.crt",
    "etc/kubernetes/ssl/*.pem",
    "etc/ssl/etcd/ssl/*.pem",
    "var/lib/kubelet/pki/*.crt",
    "var/lib/kubelet/pki/kubelet-client-current.pem",
    "var/lib/kubelet/pki/kubelet-server-current.pem",
    "var/lib/rancher/*/server/tls/*.crt",
    "var/lib/rancher/*/agent/*.crt",
)
_KUBECONFIGS = "/etc/kubernetes/*.conf"

# Only certificate blocks pass, whatever else a .pem or a kubeconfig holds (the kubelet's has its key beside it).
_AWK = r"""
function head() { if (name != FILENAME) { name = FILENAME; printf "==> %s <==\n", name } }
/^-----BEGIN CERTIFICATE-----/ { inside = 1 }
inside { head(); print }
/^-----END CERTIFICATE-----/ { inside = 0 }
FNR == 1 && !/^-----BEGIN CERTIFICATE-----/ { inside = 0 }
/^ *client-certificate-data: / { head(); print }
"""

source = Source(
    name="certificates",
    title=Text("certificates", "인증서"),
    files={"certificates.txt": show(*(f"/{path}" for path in _PATHS), _KUBECONFIGS, awk=_AWK)},
    aliases=("certs_public",),
    parse=parse,
    paths=_PATHS,
)
