"""The candidate site's templates, compiled once a language with its messages and addresses written into them.

Looked up at every request, translations and context processors cost more than the page. So when a template is compiled
here, `_('…')` and the names below become the text that they stand for. The templates are the same as everywhere else,
and nothing here asks for a user or a staff session.
"""
import struct
import zlib

from flask import Response, current_app, g, request
from flask_babel import get_translations
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import escape

from models.rules.languages import LANGUAGES, tag_of
from views import assets

ONCE = (9, zlib.DEFLATED, -15, 9)  # level, method, window, memory
EACH_TIME = (1, zlib.DEFLATED, -12, 4)  # 20 KB of tables instead of 270: they would push all else out of the caches
MIDDLE = "\N{REPLACEMENT CHARACTER}middle\N{REPLACEMENT CHARACTER}"


def render(name, **values):
    """The text of the template `name` in the language of this request (`g.language`)."""
    return environment().get_template(name).render(values)


def same_for_all(name, cached, **values):
    """The answer with a page that is the same for everybody: rendered and compressed once a language and process."""
    forms = _kept(name, assets.packed, **values)
    return _encoded(forms, assets.coding(request.headers.get("Accept-Encoding", "")), cached)


def inside(name, middle, **values):
    """The answer with the page `name`, the same for everybody but for its middle, `{{ middle }}` there.

    Compressed, which tells nobody anything (BREACH): no secret stands in such a page beside what a request says.
    """
    shell = _kept(name, Shell, middle=MIDDLE, **values)
    chosen = assets.coding(request.headers.get("Accept-Encoding", ""), ("gzip",))
    return _encoded({chosen: shell.around(middle.encode(), chosen)}, chosen, "no-store")


def _kept(name, make, **values):
    """`make` of the bytes of a rendered page, once."""
    kept = environment().kept_pages
    key = (name, *values.values())
    if key not in kept:
        kept[key] = make(render(name, **values).encode())
    return kept[key]


def _encoded(forms, chosen, cached):
    headers = [("Cache-Control", cached), ("Vary", "Accept-Encoding")]
    if chosen != "identity":
        headers.append(("Content-Encoding", chosen))
    return Response(forms[chosen], headers=headers, content_type="text/html; charset=utf-8")


class Shell:
    """A page around its middle. Its two ends are compressed once; the middle goes between them (RFC 1951 and 1952)."""

    # gzip, deflate, no flags, no time, of no known system
    HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"

    def __init__(self, page):
        self.before, self.after = page.split(MIDDLE.encode())
        self.packed_before = self.HEAD + _deflated(self.before, ONCE, zlib.Z_FULL_FLUSH)
        self.packed_after = _deflated(self.after, ONCE, zlib.Z_FINISH)
        self.sum_before = zlib.crc32(self.before)

    def around(self, middle, coding):
        if coding == "identity":
            return self.before + middle + self.after
        total = zlib.crc32(self.after, zlib.crc32(middle, self.sum_before))
        length = len(self.before) + len(middle) + len(self.after)
        return b"".join((self.packed_before, _deflated(middle, EACH_TIME, zlib.Z_FULL_FLUSH), self.packed_after,
                         struct.pack("<LL", total, length)))


def _deflated(part, how, end):
    machine = zlib.compressobj(*how)
    return machine.compress(part) + machine.flush(end)


def environment():
    """The Jinja environment of `g.language`, made at its first use."""
    made = current_app.extensions.setdefault("bound_templates", {})
    if g.language not in made:
        made[g.language] = _bound(g.language)
    return made[g.language]


def _bound(language):
    config, shared, catalogue = current_app.config, current_app.jinja_env, get_translations()
    bound = shared.overlay()
    bound.constants = {
        "site": f"/results/{language}/",
        "board_name": config["BOARD_NAME"],
        "portal_name": config["PORTAL_NAME"],
        "support_email": config["SUPPORT_EMAIL"],
        "locale": tag_of(language),
        "language": language,
        "direction": LANGUAGES[language].direction,
    }
    bound.catalogue, bound.kept_pages = catalogue, {}
    bound.policies = {**shared.policies, "json.dumps_kwargs": {"ensure_ascii": False}}  # a third of \u0627
    bound.globals = {"_": lambda msgid, **values: catalogue.ugettext(msgid) % values, "languages": LANGUAGES,
                     **assets.IN_TEMPLATES}
    bound.filters = {**shared.filters, "say": lambda sentence: _said(bound, sentence)}
    bound.code_generator_class = BindingGenerator
    return bound


def _said(bound, sentence):
    text = bound.catalogue.ugettext(sentence.msgid)
    if not sentence.values:
        return text
    kept = bound.get_template("candidates/_words.html").module.kept
    return escape(text) % {name: kept(value) for name, value in sentence.values.items()}


class BindingGenerator(CodeGenerator):
    """Jinja's compiler, but for a template whose constants are bound first."""

    def visit_Template(self, node, frame=None):
        super().visit_Template(Binder(self.environment).visit(node), frame)


class Binder(NodeTransformer):
    def __init__(self, environment):
        self.environment = environment
        self.constants, self.catalogue = environment.constants, environment.catalogue

    def visit_Name(self, node):
        if node.ctx == "load" and node.name in self.constants:
            return nodes.Const(self.constants[node.name], lineno=node.lineno)
        return node

    def visit_Call(self, node):
        called = getattr(node.node, "name", None)
        if called == "_" and isinstance(node.args[0], nodes.Const):
            return self._message(node)
        return self.generic_visit(node)

    def _message(self, node):
        """The message itself, or the message % {its values}, each escaped but for Markup."""
        text = self.catalogue.ugettext(node.args[0].value)
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(given.key), self.visit(given.value)) for given in node.kwargs]
        text = nodes.Const(escape(text))
        return nodes.Mod(text, nodes.Dict(values), lineno=node.lineno).set_environment(self.environment)
