"""A real HTTP server on this machine that misbehaves on request, and archives to serve from it."""

import io
import socket
import struct
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


def status(code: int) -> Answer:
    """Answer with an error."""
    return lambda handler: handler.send_error(code)


@contextmanager
def serve(**pages: Sequence[Answer]) -> Iterator[Site]:
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
    site = Site(f"http://127.0.0.1:{server.server_port}")
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


def tar_gz(files: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    """Return a .tar.gz archive with these files, then these members without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return buffer.getvalue()


def tar_link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    """Return a symbolic or hard link as a member of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zipped(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """Return a .zip archive with these files and symbolic links."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, target)
    return buffer.getvalue()


def _send(handler: BaseHTTPRequestHandler, body: bytes, promised: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(promised))
    handler.end_headers()
    handler.wfile.write(body)
