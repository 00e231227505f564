"""A throw-away certificate authority and the TLS side of a listener (wsman 1.3: channel binding)."""

from __future__ import annotations

import hashlib
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

import trustme

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
# What OpenSSL 3 wants before it speaks a protocol older than TLS 1.2: these need SHA-1 and MD5 in the handshake.
OLD_CIPHERS = "DEFAULT:@SECLEVEL=0"


@dataclass(frozen=True)
class ServerTls:
    """What a listener needs: the context, and the binding that clients are held to."""

    context: ssl.SSLContext
    binding: bytes


class CertificateAuthority:
    """One per lab directory: a shared path would break the clients of another lab."""

    def __init__(self, authority: trustme.CA, path: Path) -> None:
        self._authority = authority
        self.path = path

    @classmethod
    def create(cls, directory: Path) -> CertificateAuthority:
        directory.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="Lab CA")
        path = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        return cls(authority, path)

    def server(self, *names_and_version: str) -> ServerTls:
        """A certificate for the names; the last argument is the highest TLS version of the profile."""
        *names, highest = names_and_version
        issued = self._authority.issue_cert(*names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(OLD_CIPHERS)
        issued.configure_cert(context)
        with warnings.catch_warnings():  # Windows still answers to TLS 1.0, so the lab has to
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = VERSIONS[highest]
            context.minimum_version = ssl.TLSVersion.TLSv1
        der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode("ascii"))
        return ServerTls(context, b"tls-server-end-point:" + hashlib.sha256(der).digest())
