"""A hub on this machine with one made-up repository: what huggingface_hub and pull ask of a hub."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

COMMIT = "5d41402abc4b2a76b9719d911017c592abcdef01"
REPOSITORY = "judges/made-up"
_LARGE_BYTES = 1_000_000


def git_sha1(content: bytes) -> str:
    """Returns the hash of a git blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class MadeUpHub:
    """Serves ``files``; counts the bodies of files it sends."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.bodies = 0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                hub._answer(self)

            def do_GET(self) -> None:
                hub._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> MadeUpHub:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Returns what HF_ENDPOINT must be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlsplit(request.path).path)
        resolve = f"/{REPOSITORY}/resolve/"
        if path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            _send(request, {}, json.dumps(self._info()).encode())
        elif path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            _send(request, {}, json.dumps(self._tree()).encode())
        elif path.startswith(resolve):
            name = path.removeprefix(resolve).partition("/")[2]
            self._resolve(request, name)
        else:
            _send(request, {"X-Error-Code": "RepoNotFound"}, b"", 404)

    def _resolve(self, request: BaseHTTPRequestHandler, name: str) -> None:
        headers = {"X-Repo-Commit": COMMIT}
        content = self.files.get(name)
        if content is None:
            _send(request, headers | {"X-Error-Code": "EntryNotFound"}, b"", 404)
            return
        etag = f'"{git_sha1(content)}"'
        if len(content) >= _LARGE_BYTES:
            headers["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
            headers["X-Linked-Size"] = str(len(content))
        headers["ETag"] = etag
        self.bodies += request.command == "GET"
        wanted = request.headers.get("Range")
        if wanted is None:
            _send(request, headers, content)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        end = int(last) + 1 if last else len(content)
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(content)}"
        _send(request, headers, content[int(first) : end], 206)

    def _info(self) -> dict[str, object]:
        siblings = []
        for name, content in self.files.items():
            sibling: dict[str, object] = {"rfilename": name, "size": len(content)}
            sibling["blobId"] = git_sha1(content)
            if len(content) >= _LARGE_BYTES:
                sha256 = hashlib.sha256(content).hexdigest()
                sibling["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
            siblings.append(sibling)
        return {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}

    def _tree(self) -> list[dict[str, object]]:
        entries = []
        for name, content in self.files.items():
            entry: dict[str, object] = {"type": "file", "path": name, "size": len(content)}
            entry["oid"] = git_sha1(content)
            if len(content) >= _LARGE_BYTES:
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return entries


def _send(
    request: BaseHTTPRequestHandler, headers: dict[str, str], body: bytes, status: int = 200
) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command == "GET":
        request.wfile.write(body)
