"""Run by the interpreter of Rucio's server: the real Rucio behind TLS, as a site has it behind Apache.

``tls_server.py certificate key authorities`` serves on a free port, prints it, and hands on who shows
which certificate as Apache does. ``tls_server.py make FOLDER`` makes keys, certificates and a proxy
certificate. ``tls_server.py sign KEY`` signs the claims on standard input as a JSON web token.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import json
import socketserver
import ssl
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

_SHORT = {"commonName": "CN", "organizationName": "O"}


class Server(socketserver.ThreadingMixIn, WSGIServer):
    """One thread for every connection."""

    daemon_threads = True
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the connection."""
        with contextlib.suppress(OSError):
            super().finish_request(self.context.wrap_socket(request, server_side=True), client_address)


class Handler(WSGIRequestHandler):
    """Tells the application who shows a certificate."""

    def get_environ(self) -> dict[str, Any]:
        """As Apache with ``SSLOptions +StdEnvVars``."""
        environ = super().get_environ()
        shown = self.connection.getpeercert()  # type: ignore[attr-defined]
        if shown:
            parts = [f"/{_SHORT.get(key, key)}={value}" for rdn in shown["subject"] for key, value in rdn]
            environ["SSL_CLIENT_S_DN"] = "".join(parts)
        return environ

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


def serve(certificate: str, key: str, authorities: str) -> None:
    """Serve until somebody ends this process."""
    from freezeout.services.lake.inside.server import application

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authorities)
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags.VERIFY_ALLOW_PROXY_CERTS
    server = Server(("127.0.0.1", 0), Handler)
    server.context = context
    server.set_app(application)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def make(folder: Path) -> None:
    """Make an authority, the certificates of a server and a user, the user's proxy, and the issuer's key."""
    authority_key, authority = _certificate("Authority")
    _write(folder / "authority.pem", authority)
    for name, common in (("server", "127.0.0.1"), ("user", "A User"), ("stranger", "A Stranger")):
        key, certificate = _certificate(common, authority, authority_key)
        _write(folder / f"{name}.pem", certificate)
        _write(folder / f"{name}.key", key)
    user = x509.load_pem_x509_certificate((folder / "user.pem").read_bytes())
    user_key = serialization.load_pem_private_key((folder / "user.key").read_bytes(), None)
    key, proxy = _certificate("12345", user, user_key, proxy=True)
    (folder / "proxy.pem").write_bytes(_pem(proxy) + _pem(key) + _pem(user))
    for name in ("issuer", "other"):
        key = rsa.generate_private_key(65537, 2048)
        _write(folder / f"{name}.key", key)
        numbers = key.public_key().public_numbers()
        jwk = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": "one",
            "n": _int(numbers.n),
            "e": _int(numbers.e),
        }
        (folder / f"{name}.jwks").write_text(json.dumps({"keys": [jwk]}))


def sign(key_file: str) -> None:
    """Print the claims on standard input as a token."""
    key = serialization.load_pem_private_key(Path(key_file).read_bytes(), None)
    head = _part(json.dumps({"alg": "RS256", "typ": "JWT", "kid": "one"}).encode())
    signed = f"{head}.{_part(sys.stdin.buffer.read())}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg]
    sys.stdout.write(f"{signed}.{_part(signature)}")


def _certificate(
    common: str, issuer: Any = None, issuer_key: Any = None, proxy: bool = False
) -> tuple[Any, Any]:
    import ipaddress

    key = rsa.generate_private_key(65537, 2048)
    names = list(issuer.subject) if proxy else [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
    subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, common)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
        .issuer_name(issuer.subject if issuer else subject).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    )  # fmt: skip
    if proxy:
        # RFC 3820: inherits all rights
        info = x509.UnrecognizedExtension(
            x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14"), bytes.fromhex("300c300a06082b06010505071501")
        )
        made = made.add_extension(info, critical=True)
        usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
        made = made.add_extension(usage, critical=True)
    else:
        made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        usage = x509.KeyUsage(True, False, True, False, False, issuer is None, issuer is None, False, False)
        made = made.add_extension(usage, critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    signer = issuer_key or key
    made = made.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    return key, made.sign(signer, hashes.SHA256())


def _write(path: Path, what: Any) -> None:
    path.write_bytes(_pem(what))
    path.chmod(0o600)


def _pem(what: Any) -> bytes:
    if isinstance(what, x509.Certificate):
        return what.public_bytes(serialization.Encoding.PEM)
    found: bytes = what.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )  # fmt: skip
    return found


def _int(number: int) -> str:
    return _part(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    if what == "make":
        make(Path(words[0]))
    elif what == "sign":
        sign(words[0])
    else:
        serve(what, *words)
