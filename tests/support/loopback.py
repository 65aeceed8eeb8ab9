"""A real HTTP server on this machine that misbehaves on request, and archives to serve from it."""

import io
import socket
import ssl
import struct
import subprocess
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """What a test sees of the server: its address, and how often each path was asked for."""

    address: str
    requests: Counter[str] = field(default_factory=Counter)

    def url(self, path: str) -> str:
        return f"{self.address}/{path}"


def good(body: bytes) -> Answer:
    """Send the whole body."""
    return lambda handler: _send(handler, body, len(body))


def together(body: bytes, clients: int) -> Answer:
    """Send the whole body once that many clients have asked for it."""
    barrier = threading.Barrier(clients, timeout=30)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        barrier.wait()
        _send(handler, body, len(body))

    return answer


def truncated(body: bytes) -> Answer:
    """Promise a longer body than is sent, then end the connection in good order."""
    return lambda handler: _send(handler, body, len(body) + 1000)


def cut(body: bytes) -> Answer:
    """Send half of the body, then reset the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _send(handler, body[: len(body) // 2], len(body))
        handler.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()

    return answer


def repeated(body: bytes, times: int) -> Answer:
    """Send the body several times over, without saying how long it is."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(body)

    return answer


def encoded(body: bytes) -> Answer:
    """Claim that the body is compressed."""
    return lambda handler: _send(handler, body, len(body), ("Content-Encoding", "gzip"))


def oddly_long(body: bytes) -> Answer:
    """Give a length that is no number."""
    return lambda handler: _send(handler, body, "long")


def status(code: int) -> Answer:
    """Answer with an error."""
    return lambda handler: handler.send_error(code)


def self_signed(folder: Path) -> Path:
    """Make a certificate for this machine that nobody vouches for, with its key in one file."""
    path = folder / "self-signed.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-keyout", str(path), "-out", str(folder / "part.pem")]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (folder / "part.pem").read_bytes())
    return path


@contextmanager
def serve(certificate: Path | None = None, **pages: Sequence[Answer]) -> Iterator[Site]:
    """Serve pages; each request takes a page's next answer, and the last one stays."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            with lock:
                number = site.requests[name]
                site.requests[name] += 1
            pages[name][min(number, len(pages[name]) - 1)](self)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that went away is part of the game."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate else "http"
    site = Site(f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refused_address() -> str:
    """Return an address on this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def tar_gz(files: dict[str, bytes], *extra: tarfile.TarInfo, mode: str = "w:gz") -> bytes:
    """Return a .tar.gz archive with these files, then these members without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mode = 0o600  # The user's umask decides, not the archive.
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return buffer.getvalue()


def tar_bz2(files: dict[str, bytes]) -> bytes:
    """Return a .tar.bz2 archive with these files."""
    return tar_gz(files, mode="w:bz2")


def tar_link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    """Return a symbolic or hard link as a member of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zipped(
    files: dict[str, bytes],
    links: dict[str, str] | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a .zip archive with these files and symbolic links."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, target)
    return buffer.getvalue()


def _send(
    handler: BaseHTTPRequestHandler, body: bytes, promised: object, *headers: tuple[str, str]
) -> None:
    handler.send_response(200)
    for header in headers:
        handler.send_header(*header)
    handler.send_header("Content-Length", str(promised))
    handler.end_headers()
    handler.wfile.write(body)
