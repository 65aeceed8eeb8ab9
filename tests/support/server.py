"""A server for a folder that compresses text, as a web host does."""

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".txt"}
PIECES, PAUSE = 10, 0.03
"""A page arrives in so many pieces, with so many seconds between them: what moves meanwhile is
seen on a fast and idle machine too."""


class Compressing(SimpleHTTPRequestHandler):
    """Sends text compressed over connections that stay open, and keeps quiet."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send one file."""
        path = Path(self.translate_path(self.path.partition("?")[0]))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        size = -(-len(content) // PIECES) if path.suffix == ".html" else len(content)
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            time.sleep(PAUSE if path.suffix == ".html" else 0)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
