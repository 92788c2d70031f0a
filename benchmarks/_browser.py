"""What a browser does with a site: one connection, kept alive; each page's files fetched, kept and asked for again."""
import asyncio
import contextlib
import html
import re
import socket
import ssl
import struct
import time
import zlib
from functools import cache
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

import brotli

LATER = re.compile(r'data-later="([^"]*)"')  # what a candidate's page fetches once it is painted
TAG = re.compile(r"""<(link|script|img)\b((?:[^>"']|"[^"]*"|'[^']*')*)>""", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
SHOWN = {"stylesheet", "icon"}  # kinds of links that are fetched
FRESH = re.compile(r"immutable|max-age=[1-9]")
VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}  # the first that the answer has
PHONE = ("User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36\r\n"
         "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
         "Accept-Language: en\r\nAccept-Encoding: gzip, br\r\n")
MOVED = 120  # where Linux's tcp_info has the bytes that were sent and acknowledged, and then those received


class Answer(NamedTuple):
    """`headers`: {name in small letters: value}; `body`: bytes, of a page as it reads without compression."""

    status: int
    headers: dict
    body: bytes


class Line:
    """One connection of one browser, opened at the first request and again when it was closed.

    `kept`: {address: the header that asks whether it is still so, None if it needs no asking} of a browser's files;
    None for who shows no page. `requests`: how many were sent.
    """

    def __init__(self, site, kept=None):
        self.site, self.kept, self.requests = site, kept, 0
        self.reader = self.writer = None
        self._moved = {}

    async def ask(self, method, path, headers="", body=""):
        """The Answer to one request. Without nginx it says itself when it was sent, where that is believed."""
        if self.writer is None or self.writer.is_closing() or self.reader.at_eof():
            self.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.site.port, **_tls(self.site))
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        sent = f"X-Request-Start: t={time.time():.3f}\r\n" if self.site.believes else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: {self.site.host}\r\n{PHONE}"
                          f"{sent}{headers}{length}\r\n{body}".encode())
        self.requests += 1
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        answer = Answer(int(first.split(" ")[1]), found, b"")
        text = await self._body(answer)
        self._count()
        if found.get("connection", "").lower() == "close":
            self.close()
        is_page = found.get("content-type", "").startswith("text/html")
        return answer._replace(body=_unpacked(text, found.get("content-encoding")) if is_page else text)

    def files_to_ask_for(self, page, text):
        """[(address, headers)] of what a page names, without what this browser keeps."""
        if self.kept is None:
            return []
        return [(address, self.kept.get(address, "")) for address in named(page, text.decode())
                if self.kept.get(address, "") is not None]

    def keep(self, address, answer):
        if FRESH.search(answer.headers.get("cache-control", "")):
            self.kept[address] = None
        elif answer.status == 200:
            self.kept[address] = next((f"{asks}: {answer.headers[name]}\r\n" for name, asks in VALIDATORS.items()
                                       if name in answer.headers), "")

    def bytes_moved(self):
        """(sent, received) over TCP so far, TLS included; zeros where the system does not tell (not Linux)."""
        return tuple(map(sum, zip(*self._moved.values(), strict=True))) or (0, 0)

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    async def _body(self, answer):
        if answer.status in (204, 304):
            return b""
        if answer.headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(await self.reader.readline(), 16):
                parts.append(await self.reader.readexactly(size))
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
            return b"".join(parts)
        if "content-length" in answer.headers:
            return await self.reader.readexactly(int(answer.headers["content-length"]))
        return await self.reader.read() if answer.headers.get("connection", "").lower() == "close" else b""

    def _count(self):
        with contextlib.suppress(AttributeError, OSError):
            told = self.writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, MOVED + 16)
            self._moved[self.writer] = struct.unpack_from("QQ", told, MOVED)


def named(page, text):
    """The addresses of stylesheets, icons, scripts and pictures that a page at `page` names, each once."""
    found = {}
    for tag, rest in TAG.findall(text):
        given = {name.lower(): html.unescape(one or other or bare)
                 for name, one, other, bare in ATTRIBUTE.findall(rest)}
        source = given.get("href" if tag.lower() == "link" else "src", "")
        is_shown = tag.lower() != "link" or SHOWN & set(given.get("rel", "").lower().split())
        if is_shown and source and not source.startswith("data:"):
            found[urldefrag(urljoin(page, source)).url] = True
    later = LATER.search(text)
    return [*found, *(later[1].split() if later else ())]


def _unpacked(text, encoding):
    if encoding == "gzip":
        return zlib.decompress(text, wbits=31)
    if encoding == "br":
        return brotli.decompress(text)
    return text


@cache
def _tls(site):
    """What asyncio.open_connection needs beside address and port; the certificate is our own and not verified."""
    if not site.name:
        return {}
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return {"ssl": context, "server_hostname": site.name}
