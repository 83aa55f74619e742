"""What browsers load: the built files under ``/web``, the desk and the office. See docs/reference/web-protocol.md.

They are read once, at the start: a request is a look into a table, and leads to no path. A customer's page on another
site loads ours, so ``/web`` is open to every origin; nothing in there is secret or of a person.
"""

import gzip
import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec
from aiohttp import ETag, web

from cordpair.api.app import OPERATION

log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
LASTING = "parts/"  # names in there carry a hash: what has another content has another name
REPLAY = "replay.html"

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
# The rest of its policy is in the page itself. Only pages of this origin may have it in a frame: the desk does.
FRAMED = {"Content-Security-Policy": "frame-ancestors 'self'"}

NOT_BUILT = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Not built</title></head><body>
<h1>The pages are not built</h1>
<p>This installation comes from a source tree, where <code>make web</code> builds what browsers get.
Run it, and start Cordpair again. Calls and the API do not need it.</p>
</body></html>
"""


class _File(msgspec.Struct, frozen=True):
    body: bytes
    packed: bytes | None  # where packing makes it smaller
    kind: str
    etag: str


class WebFiles:
    def __init__(self, directory: Path = STATIC) -> None:
        self._files = {name: _read(path) for name, path in _files_in(directory).items()}
        if not self._files:
            log.error("there are no pages for browsers: %s is empty; in a source tree, run: make web", directory.name)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/web/{name:.+}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return self.answer(request, name, OPEN | FRAMED if name == REPLAY else OPEN)

    def answer(self, request: web.Request, name: str, headers: Mapping[str, str]) -> web.Response:
        """The file, or that the browser has it already."""
        request[OPERATION] = "web"
        if not self._files:
            return web.Response(status=503, text=NOT_BUILT, content_type="text/html")
        found = self._files.get(name)
        if found is None:
            raise web.HTTPNotFound
        packed = found.packed if _takes_gzip(request) else None
        etag = found.etag if packed is None else f"{found.etag}-gz"
        answer = web.Response(headers={**headers, "Vary": "Accept-Encoding"})
        answer.etag = etag
        lasting = name.startswith(LASTING)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        if _has_it(request, etag):
            answer.set_status(304)
            return answer
        answer.headers["Content-Type"] = found.kind
        if packed is not None:
            answer.headers["Content-Encoding"] = "gzip"
        answer.body = found.body if packed is None else packed
        return answer


class OwnPage:
    """A page at addresses of its own, with a policy for what it may load: ``/desk``, and all of ``/office``."""

    def __init__(self, files: WebFiles, name: str, policy: str, *paths: str) -> None:
        self._files, self._name, self._paths = files, name, paths
        self._headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}

    def add_to(self, app: web.Application) -> None:
        for path in self._paths:
            app.router.add_get(path, self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        return self._files.answer(request, self._name, self._headers)


def desk_policy(sockets: str) -> str:
    """``sockets``: where its WebSockets go, such as ``wss://help.example.com``. Screen pops may be any site's, in a
    frame; plain http only where we are so ourselves."""
    pops = "https:" if sockets.startswith("wss:") else "https: http:"
    return _policy(sockets, f"'self' {pops}")


def office_policy(sockets: str) -> str:
    return _policy(sockets, "'self'")


def _policy(sockets: str, frames: str) -> str:
    """Scripts and styles of ours only, in files."""
    return (
        f"default-src 'self'; connect-src 'self' {sockets}; style-src 'self'; img-src 'self' data:; "
        f"media-src 'self' blob:; frame-src {frames}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


# ---------------------------------------------------------------- parts


def _files_in(directory: Path) -> dict[str, Path]:
    """By the name that a browser asks for. What is of no kind that we know is not served."""
    found = (path for path in directory.rglob("*") if path.suffix in KINDS and path.is_file())
    return {path.relative_to(directory).as_posix(): path for path in found}


def _read(path: Path) -> _File:
    body = path.read_bytes()
    packed = gzip.compress(body, 6, mtime=0)
    return _File(
        body,
        packed if len(packed) < len(body) else None,
        KINDS[path.suffix],
        hashlib.blake2b(body, digest_size=12).hexdigest(),
    )


def _takes_gzip(request: web.Request) -> bool:
    for each in request.headers.get("Accept-Encoding", "").split(","):
        name, _, more = each.partition(";")
        if name.strip().lower() == "gzip":
            return more.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _has_it(request: web.Request, etag: str) -> bool:
    known: tuple[ETag, ...] = request.if_none_match or ()
    return any(each.value in (etag, "*") for each in known)


__all__ = ["STATIC", "OwnPage", "WebFiles", "desk_policy", "office_policy"]
