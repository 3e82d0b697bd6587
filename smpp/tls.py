"""TLS for links and listeners: contexts from files, as clients and as servers.

A ``Tls`` is what the operator wrote; ``context`` reads the files anew each time, so a renewed certificate is used by
the next connection while those that are up go on with the old one. There is no way to switch verification off: a
centre with a certificate of its own making is trusted by naming that certificate as ``ca_file``.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

import msgspec

__all__ = ["Tls", "TlsError", "VERSIONS"]

VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class TlsError(Exception):
    """A file that cannot be used; the text names it."""


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """What one side of a connection shows and demands.

    Args:
        server: whether we are the server.
        certificate_file, key_file: what we show, PEM; the key may stand in the certificate's file. A server needs them.
        ca_file: whom we believe, PEM. A client without it believes the system's; a server with it demands a
            certificate of its clients.
        server_name: what the centre's certificate must name; empty: the host that we connect to.
        version_min: a key of ``VERSIONS``.
    """

    server: bool = False
    certificate_file: Path | None = None
    key_file: Path | None = None
    ca_file: Path | None = None
    server_name: str = ""
    version_min: str = "1.2"

    def context(self) -> ssl.SSLContext:
        """A context from the files as they are now.

        Raises:
            TlsError: a file that is not there, or does not hold what it should.
        """
        if self.server and self.certificate_file is None:
            raise TlsError("certificate_file: a listener with TLS needs a certificate")
        if self.key_file is not None and self.certificate_file is None:
            raise TlsError("certificate_file: a key without its certificate is of no use")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if self.server else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = VERSIONS[self.version_min]
        # A connection is one bind that lasts for days: a renegotiation could only serve an attacker.
        context.options |= ssl.OP_NO_RENEGOTIATION
        if self.certificate_file is not None:
            self._load_certificate(context, self.certificate_file)
        if self.ca_file is not None:
            self._load_authorities(context, self.ca_file)
        elif not self.server:
            context.load_default_certs()
        return context

    def _load_certificate(self, context: ssl.SSLContext, path: Path) -> None:
        for each in (path, self.key_file or path):
            _check_readable(each)
        try:
            # An empty answer instead of a question on the terminal: keys are protected by the file's mode.
            context.load_cert_chain(path, self.key_file, password=lambda: b"")
        except (ssl.SSLError, ValueError) as error:
            named = f"{path}" if self.key_file is None else f"{path} and {self.key_file}"
            raise TlsError(f"{named}: no certificate with its unencrypted key ({_reason(error)})") from None

    def _load_authorities(self, context: ssl.SSLContext, path: Path) -> None:
        _check_readable(path)
        try:
            context.load_verify_locations(path)
        except ssl.SSLError as error:
            raise TlsError(f"{path}: no certificates ({_reason(error)})") from None
        if self.server:
            context.verify_mode = ssl.CERT_REQUIRED


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise TlsError(f"{path}: {error.strerror}") from None


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error).lower().replace("_", " ")
