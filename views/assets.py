"""The files of static/, served to browsers at addresses that carry a digest of their content, so kept for ever.

Read and compressed once, when the program starts. An answer comes before Flask: no session, no database, no cookie.
nginx gives them out itself, from a folder that `flask static FOLDER` has filled.
"""
import gzip
import hashlib
import re
from base64 import b64encode
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote

import brotli
from markupsafe import Markup

FOLDER = Path(__file__).parent.parent / "static"
AT = "/static/"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
KEPT = ("Cache-Control", "public, max-age=31536000, immutable")
REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
NAMED = re.compile(r'url\("([\w.-]+)"\)')  # a stylesheet's own files


@cache
def content(name):
    """The bytes of the file `name` as they travel: a stylesheet names its files by their digests."""
    raw = (FOLDER / name).read_bytes()
    if name.endswith(".css"):
        raw = NAMED.sub(lambda found: f'url("{address(found[1])}")', raw.decode()).encode()
    return raw


@cache
def address(name):
    """Where the file `name` is to be had. Raises `FileNotFoundError` for one that there is not."""
    stem, dot, suffix = name.rpartition(".")
    return f"{AT}{stem}.{hashlib.sha256(content(name)).hexdigest()[:12]}{dot}{suffix}"


@cache
def inline(name):
    """The text of a stylesheet or script for the page itself, without its comments."""
    text = content(name).decode()
    text = re.sub(r"(?s)/\*.*?\*/" if name.endswith(".css") else r"(?m)^\s*//.*$| // .*$", "", text)
    return Markup("\n".join(line.strip() for line in text.splitlines() if line.strip()))  # noqa: S704 - our own files


def hash_inline(name):
    """What a Content-Security-Policy allows it by (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(inline(name).encode()).digest()).decode()}'"


@cache
def picture(name):
    """An SVG as an address that asks nobody."""
    return f"data:image/svg+xml,{quote(inline(name), safe=' =:/,;()')}"


def packed(raw):
    """{content coding: bytes}: compressed once, and as well as can be."""
    return {"br": brotli.compress(raw), "gzip": gzip.compress(raw, mtime=0), "identity": raw}


@lru_cache(maxsize=256)
def coding(accepted, held=("br", "gzip")):
    """The first of the codings `held` that an Accept-Encoding header takes, else "identity"."""
    taken = {part.partition(";")[0].strip() for part in accepted.lower().split(",") if not REFUSED.search(part)}
    return next((one for one in held if one in taken), "identity")


def write(folder):
    """Every file under its address's name, and its .gz beside it. What earlier versions wrote stays; gives a count."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        to, forms = folder / address(name).removeprefix(AT), packed(content(name))
        to.write_bytes(forms["identity"])
        to.with_name(f"{to.name}.gz").write_bytes(forms["gzip"])
    return len(names())


def names():
    return [path.name for path in sorted(FOLDER.iterdir()) if path.suffix in KINDS]


class Assets:
    """WSGI: answers for the files itself and leaves everything else to `wsgi_app`. `always`: headers of an answer."""

    def __init__(self, wsgi_app, always):
        self.wsgi_app, self.always = wsgi_app, always
        self.files = {address(name): (KINDS[Path(name).suffix], packed(content(name))) for name in names()}

    def __call__(self, environ, start_response):
        found = self.files.get(environ["PATH_INFO"])
        if found is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.wsgi_app(environ, start_response)
        kind, forms = found
        chosen = coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        encoded = [] if chosen == "identity" else [("Content-Encoding", chosen)]
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(forms[chosen]))), KEPT,
                                  ("Vary", "Accept-Encoding"), *encoded, *self.always])
        return [forms[chosen] if environ["REQUEST_METHOD"] == "GET" else b""]


IN_TEMPLATES = {"asset": address, "inline": inline, "picture": picture}
