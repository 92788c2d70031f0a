"""The candidate site's templates, compiled once a language with its messages and addresses written into them.

Looked up at every request, translations, static addresses and context processors cost more than the page. So
when a template is compiled here, `_('…')`, `url_for('static', …)` and the names below become the text that they
stand for. The templates are the same as everywhere else, and nothing here asks for a user or a staff session.
"""
from flask import current_app, g, url_for
from flask_babel import get_translations
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer

from models.rules.languages import LANGUAGES, NAMES

MIDDLE = "\N{REPLACEMENT CHARACTER}middle\N{REPLACEMENT CHARACTER}"


def render(name, **values):
    """The text of the template `name` in the language of this request (`g.language`)."""
    return environment().get_template(name).render(values)


def fixed(name, **values):
    """The same for a page that is the same for everybody: rendered once a language and process."""
    kept = environment().kept_pages
    key = (name, *values.values())
    if key not in kept:
        kept[key] = render(name, **values)
    return kept[key]


def inside(name, middle, **values):
    """The page `name`, the same for everybody but for its middle: `{{ middle }}` stands where that belongs."""
    before, after = fixed(name, middle=MIDDLE, **values).split(MIDDLE)
    return before + middle + after


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
        "locale": language,
        "direction": LANGUAGES[language].direction,
    }
    bound.catalogue, bound.kept_pages = catalogue, {}
    bound.globals = {"_": lambda msgid, **values: catalogue.ugettext(msgid) % values, "languages": NAMES}
    bound.filters = {**shared.filters, "say": lambda sentence: _said(catalogue, sentence)}
    bound.code_generator_class = BindingGenerator
    return bound


def _said(catalogue, sentence):
    text = catalogue.ugettext(sentence.msgid)
    return text % sentence.values if sentence.values else text


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
        if called == "url_for" and node.args[0].value == "static":
            return nodes.Const(url_for("static", filename=node.kwargs[0].value.value), lineno=node.lineno)
        return self.generic_visit(node)

    def _message(self, node):
        """The message itself, or the message % {its values}."""
        text = self.catalogue.ugettext(node.args[0].value)
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        values = [nodes.Pair(nodes.Const(given.key), self.visit(given.value)) for given in node.kwargs]
        return nodes.Mod(nodes.Const(text), nodes.Dict(values), lineno=node.lineno).set_environment(self.environment)
