"""The HTML side of a page: its blocks in reading order, and the tags a screen reader hears them as.

xhtml2pdf draws text but forgets what it was: a heading, a cell, a line of Arabic before it was turned round.
The markup still knows, so every line that was drawn is given back to the block it came from.
"""
from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element as Node

import html5lib

INLINE = frozenset(["a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "sub", "sup", "u"])
STRUCTURE = {"h1": "H1", "h2": "H2", "h3": "H3", "p": "P", "ul": "L", "ol": "L", "li": "LI", "table": "Table",
             "tr": "TR", "th": "TH", "td": "TD", "section": "Sect", "caption": "Caption", "img": "Figure"}
SPACE = re.compile(r"\s+")
_BRACKETS = str.maketrans(")]}»›>", "([{«‹<")


@dataclass(frozen=True, slots=True)
class Tag:
    """One element of the structure tree; `parent` is an index into the same list, -1 the page's own section."""

    name: str
    parent: int
    alt: str = ""
    scope: str = ""


@dataclass(slots=True)
class Block:
    """A paragraph, cell or heading with text of its own. Its number is its marked-content id on the page."""

    number: int
    tag: int
    node: Node
    direction: str
    text: str = ""
    rest: str = ""                              # what has not been seen on paper yet, without spaces

    def begins_with(self, drawn: str) -> bool:
        """Whether a drawn line is what comes next, letter by letter."""
        return self.rest.startswith(drawn)

    def holds(self, drawn: str) -> bool:
        """Whether a drawn line is what comes next in another order, as the bidirectional algorithm leaves it."""
        due = self.rest[:len(drawn)]
        return Counter(due.translate(_BRACKETS)) == Counter(drawn.translate(_BRACKETS))

    def is_all_of(self, drawn: str) -> bool:
        """Whether it is all that is due, in another order: a short label may begin a longer one."""
        return len(self.rest) == len(drawn) and self.holds(drawn)

    def take(self, count: int) -> str:
        """The next `count` letters in logical order, with the spaces between them."""
        done = len(letters(self.text)) - len(self.rest)
        self.rest = self.rest[count:]
        places = [place for place, letter in enumerate(self.text) for _ in letters(letter)]
        return self.text[places[done]:places[done + count - 1] + 1]


@dataclass(slots=True)
class Markup:
    """A parsed page: its tree, its blocks and tags in reading order, its language and title."""

    root: Node
    blocks: list[Block]
    tags: list[Tag]
    language: str
    title: str

    def may_reorder(self, line: str) -> bool:
        """Whether a line may have been put in another order than its letters are written in."""
        return self.root.get("dir") == "rtl" or any(unicodedata.bidirectional(c) in ("R", "AL") for c in line)

    def html(self, *following: Markup) -> str:
        """The page, and the bodies of others on pages of their own, in the first one's style."""
        body = self.root.find("body")
        for page in following:
            body.append(Node("pdf:nextpage"))         # with a closing tag, or every page nests in the last
            body.extend(page.root.find("body"))
        return html5lib.serialize(self.root, omit_optional_tags=False, quote_attr_values="always")


def letters(text: str) -> str:
    """What is compared between paper and markup: no spaces, no case, no marks that a reshaper may drop."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c) not in ("Zs", "Mn", "Cf"))


def read(html: str) -> Markup:
    root = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    markup = Markup(root, [], [], root.get("lang", "en"), (root.findtext(".//title") or "").strip())
    for title in root.findall("head/title"):
        title.text = ""                                 # xhtml2pdf would look for its letters in Helvetica
    _block_element(markup, root.find("body"), -1, root.get("dir", "ltr"), plain=False)
    for block in markup.blocks:
        block.text = SPACE.sub(" ", block.text).strip()
        block.rest = letters(block.text)
    return markup


def _block_element(markup: Markup, node: Node, parent: int, direction: str, plain: bool) -> None:
    """Tag an element and give its texts to blocks; `plain` is inside a table that is only there for the layout."""
    direction = node.get("dir", direction)
    if node.tag == "table":
        plain = node.get("role") == "presentation"
    name = _structure(node, plain)
    if name:
        markup.tags.append(Tag(name, parent, node.get("alt", ""), node.get("scope", "")))
        parent = len(markup.tags) - 1
    if name == "Figure":
        markup.blocks.append(Block(len(markup.blocks), parent, node, direction))
    block = None
    for text, child in _inline_texts(node):
        if child is not None:
            block = None
            _block_element(markup, child, parent, direction, plain)
        elif text.strip() or block:
            if block is None:
                block = Block(len(markup.blocks), parent, node, direction)
                markup.blocks.append(block)
            block.text += text


def _inline_texts(node: Node) -> Iterator[tuple[str, Node | None]]:
    """The texts of a node in order, those of its inline children included; a block child comes instead of one."""
    yield node.text or "", None
    for child in node:
        if child.tag in INLINE:
            yield from _inline_texts(child)
        elif child.tag == "br":
            yield " ", None
        elif isinstance(child.tag, str) and child.tag not in ("style", "script"):
            yield "", child
        yield child.tail or "", None


def _structure(node: Node, plain: bool) -> str | None:
    """What an element is to a screen reader; None where it only places others."""
    if node.tag == "img":
        return "Figure" if node.get("alt") else None
    if node.tag in ("body", "div") or (plain and node.tag in ("table", "tbody", "tr", "td", "th")):
        own_text = any(text.strip() for text, child in _inline_texts(node) if child is None)
        return "P" if own_text else None
    return STRUCTURE.get(node.tag)
