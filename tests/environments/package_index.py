"""A package index on this machine, with packages of a few kilobytes and faults to switch on."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import tarfile
import threading
import time
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


def wheel(name: str, version: str, source: str = "", *, kilobytes: int = 1, needs: str = "") -> bytes:
    """A wheel of one module, of about this size however it is packed."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    ballast = random.Random(name).randbytes(kilobytes * 1000)
    content = {
        f"{module}/__init__.py": f"__version__ = {version!r}\n{source}\n".encode(),
        f"{module}/ballast.bin": ballast,
        f"{info}/METADATA": metadata(name, version, needs),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, data in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(data)}\n")
    content[f"{info}/RECORD"] = ("".join(lines) + f"{info}/RECORD,,\n").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in content.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data)
    return packed.getvalue()


def metadata(name: str, version: str, needs: str = "") -> bytes:
    wanted = f"Requires-Dist: {needs}\n" if needs else ""
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wanted}".encode()


def source_that_does_not_compile(name: str, version: str) -> bytes:
    """A source archive whose own build backend fails as a compiler would."""
    files = {
        "PKG-INFO": metadata(name, version),
        "pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": (
            b"def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):\n"
            b"    print('tiny.c:3:10: fatal error: fitsio.h: No such file or directory')\n"
            b"    raise SystemExit(1)\n"
        ),
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


@dataclass
class PackageIndex:
    """The index; a fault that is switched on is met by the next request."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    slow: dict[str, float] = field(default_factory=dict)
    password: str = ""
    asked: list[str] = field(default_factory=list)

    def add(self, name: str, version: str, file: bytes, kind: str = "wheel") -> str:
        """Offer a file, and return the line of a lock that names it."""
        stem = f"{name.replace('-', '_')}-{version}"
        file_name = f"{stem}-py3-none-any.whl" if kind == "wheel" else f"{stem}.tar.gz"
        self.files.setdefault(name, {})[file_name] = file
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(file).hexdigest()}\n"

    @property
    def url(self) -> str:
        user = f"ada:{self.password}@" if self.password else ""
        return f"http://{user}127.0.0.1:{self._server.server_address[1]}/simple"

    def __enter__(self) -> PackageIndex:
        handler = type("Handler", (_Handler,), {"index": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    index: PackageIndex
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        index, parts = self.index, self.path.strip("/").split("/")
        index.asked.append(self.path)
        if index.password:
            wanted = base64.b64encode(f"ada:{index.password}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {wanted}":
                return self._send(401, b"who are you?", body)
        if len(parts) == 2 and parts[1] in index.files and parts[1] not in index.missing:
            links = []
            for name, data in index.files[parts[1]].items():
                digest = hashlib.sha256(data).hexdigest()
                has = ' data-core-metadata="true"' if name.endswith(".whl") else ""
                links.append(f'<a href="/files/{parts[1]}/{name}#sha256={digest}"{has}>{name}</a><br>')
            return self._send(
                200, f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(), body
            )
        if len(parts) == 3 and parts[0] == "files":
            package, name = parts[1], parts[2]
            if name.endswith(".metadata"):
                found = index.files.get(package, {}).get(name.removesuffix(".metadata"))
                if found is not None:
                    with zipfile.ZipFile(io.BytesIO(found)) as archive:
                        inner = next(n for n in archive.namelist() if n.endswith("METADATA"))
                        return self._send(200, archive.read(inner), body)
            elif name in index.files.get(package, {}):
                return self._send_file(package, index.files[package][name], body)
        return self._send(404, b"not here", body)

    def _send_file(self, package: str, data: bytes, body: bool) -> None:
        if package in self.index.changed:
            data = data.replace(b"PK\x03\x04", b"PK\x03\x04", 1)
            data = wheel(package, "1.0", source="evil = True")
        if not body:
            return self._send(200, data, body)
        seconds = self.index.slow.get(package, 0)
        self._head(200, len(data))
        end = len(data) // 2 if package in self.index.cut else len(data)
        step = max(1, end // 100) if seconds else end
        try:
            for start in range(0, end, step):
                self.wfile.write(data[start : min(start + step, end)])
                self.wfile.flush()
                if seconds:
                    time.sleep(seconds / 100)
        except OSError:
            pass
        if end < len(data):
            self.close_connection = True

    def _send(self, status: int, data: bytes, body: bool) -> None:
        self._head(status, len(data))
        if body:
            self.wfile.write(data)

    def _head(self, status: int, size: int) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return
