"""A person at a browser without pictures: asks for pages, sends forms, reads what comes back.

Every page is linted on the way: valid HTML, ids unique, every control labelled, every htmx request with a
plain address behind it, no dead anchor, no inline script or style.
"""
import re

import html5lib
from flask import url_for

from models.tables.audit import AuditEvent
from models.tables.people import Officer
from tests.cast import PASSWORD

ALARMS = ("alarm: many refused sign-ins", "alarm: many accounts tried")
LABELLED = {"input", "select", "textarea"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}  # as every browser says of its own page's form
VERBS = ("hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch")


class Answer:
    """What came back: `.status`, `.text` (as read, blanks folded), `.tree` (elements), `.headers`, `.html`."""

    def __init__(self, response, path):
        self.path, self.status, self.headers = path, response.status_code, response.headers
        self.body = response.data
        is_html = response.mimetype == "text/html"
        self.html = response.get_data(as_text=True) if is_html else ""
        self.location = response.headers.get("Location")
        self.is_fragment = is_html and "<html" not in self.html
        self.tree = None
        if is_html and self.html.strip():
            pieces = _pieces(self.html) if self.is_fragment else [self.html]
            parsed = [_parsed(piece, self.is_fragment) for piece in pieces]
            self.errors = [error for _tree, errors in parsed for error in errors]
            self.tree = parsed[0][0]
            self.tree.extend([tree for tree, _errors in parsed[1:]])
        self.text = " ".join("".join(_words(self.tree)).split()) if self.tree is not None else ""

    def all(self, tag, **attributes):
        """Elements with this tag and these attributes (class_ and for_ for the reserved words)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [element for element in self.tree.iter(tag)
                if all(element.get(name) == value for name, value in wanted.items())]

    def one(self, tag, **attributes):
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}> on {self.path}"
        return found[0]

    def links(self):
        """{text: href} of every link."""
        return {text_of(a): a.get("href") for a in self.tree.iter("a")}

    def fields(self, form):
        """{name: [values]} that a browser would send for this <form>, unchanged."""
        controls = [e for e in self.tree.iter() if e.tag in ("input", "select", "textarea", "button")
                    and (e.get("form") == form.get("id", "-") or e in set(form.iter()))]
        sent = {}
        for control in controls:
            name, kind = control.get("name"), control.get("type", "")
            if not name or control.get("disabled") is not None or control.tag == "button":
                continue
            if kind in ("checkbox", "radio") and control.get("checked") is None:
                continue
            if control.tag == "select":
                options = list(control.iter("option"))
                chosen = [o for o in options if o.get("selected") is not None] or options[:1]
                values = [o.get("value", text_of(o)) for o in chosen]
            elif control.tag == "textarea":
                values = [text_of(control)]
            else:
                values = [control.get("value", "on" if kind in ("checkbox", "radio") else "")]
            sent.setdefault(name, []).extend(values)
        return sent


class Visitor:
    def __init__(self, app, officer=None, htmx=False):
        self.app, self.htmx = app, htmx
        self.client = app.test_client()
        if officer is not None:
            self.sign_in(officer)

    def sign_in(self, officer, password=PASSWORD):
        """Through the real sign-in page."""
        email = officer.email if isinstance(officer, Officer) else officer
        page = self.get("/sign-in", htmx=False)
        token = page.one("input", name="csrf_token", type="hidden").get("value")
        return self._open("POST", "/sign-in", htmx=False, headers=OWN_PAGE,
                          data={"email": email, "password": password, "csrf_token": token})

    @property
    def csrf(self):
        """The token of this session, read from a page as a browser would."""
        page = self._open("GET", "/account", htmx=False, lint=False)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.html)
        return found[1] if found else ""

    def get(self, path, htmx=None, **options):
        return self._open("GET", path, self.htmx if htmx is None else htmx, **options)

    def post(self, path, data=None, htmx=None, csrf=True, headers=OWN_PAGE, **options):
        data = dict(data or {})
        if csrf:
            data.setdefault("csrf_token", self.csrf)
        return self._open("POST", path, self.htmx if htmx is None else htmx, data=data, headers=headers, **options)

    def follow(self, answer):
        return self.get(answer.location, htmx=False)

    def _open(self, method, path, htmx, lint=True, **options):
        headers = dict(options.pop("headers", {}))
        if htmx:
            headers |= {"HX-Request": "true", "HX-Request-Type": "partial"}
        # candidates count their queries themselves, and a check of a statement changes nothing
        watched = method == "POST" and not path.startswith(("/results/", "/verify"))
        events = _events() if watched else 0
        response = self.client.open(path, method=method, headers=headers, **options)
        answer = Answer(response, path)
        response.close()
        if watched:
            written = _events() - events
            assert written in expected_events(answer), f"POST {path}: {answer.status}, {written} events"
        if lint and answer.tree is not None:
            complaints = lint_page(answer)
            assert complaints == [], f"{method} {path}: {complaints}"
        return answer


def _pieces(html):
    """What htmx swaps, each piece to its own place: the answer without its <hx-partial>s, then their contents."""
    partial = re.compile(r"<hx-partial\b[^>]*>(.*?)</hx-partial>", re.DOTALL)
    return [partial.sub("", html), *partial.findall(html)]


def _parsed(html, is_fragment):
    """(tree, errors) as a browser reads it; a piece that begins with a row is read inside a table."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    if not is_fragment:
        return parser.parse(html), parser.errors
    row = re.match(r"\s*<(tr|tbody|thead)\b", html)
    holder = {"tr": "tbody"}.get(row[1], "table") if row else "div"
    return parser.parseFragment(html, container=holder), parser.errors


def expected_events(answer):
    """How many audit events a POST may have written: one when it was accepted, none when it was refused.

    To mark a row is no act. Nothing was accepted where the way leads to the password or to signing in,
    or where a page only says what would follow (`data-dry-run`). Subcentre Management keeps what was typed in the
    draft even where it refuses it, so that nothing is lost: that is one event.
    """
    where = answer.location or ""
    if where.endswith("#bar") or (answer.status == 200 and "data-marks" in answer.html):
        return (0, 1) if "attached-centres" in answer.path else (0,)  # marks are kept, and there what was typed
    if where.startswith("/account/password-again") or "data-dry-run" in answer.html:
        return (0,)
    if where.startswith("/sign-in") or ("attached-centres" in answer.path and answer.status in (409, 422)):
        return (0, 1)
    return (int(answer.status < 400),)


def _events():
    return AuditEvent.select().where(AuditEvent.what.not_in(ALARMS)).count()


def lint_page(answer):
    """The sentences that a strict reviewer would say about this page or fragment."""
    elements = [e for e in answer.tree.iter() if isinstance(e.tag, str)]
    complaints = [f"not valid: {error[1]} {error[2]} at {error[0]}" for error in answer.errors
                  if error[1] not in ("expected-doctype-but-got-start-tag", "expected-doctype-but-got-chars",
                                      "expected-doctype-but-got-eof")]
    ids = [e.get("id") for e in elements if e.get("id")]
    complaints += [f"id {name} twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    labels = {e.get("for") for e in elements if e.tag == "label"}
    wrapped = {inner for e in elements if e.tag == "label" for inner in e.iter()}
    for e in elements:
        named = e.get("aria-label") or e.get("aria-labelledby") or e.get("id") in labels or e in wrapped
        if e.tag in LABELLED and e.get("type") not in ("hidden", "submit", "button") and not named:
            complaints.append(f"<{e.tag} name={e.get('name')}> has no label")
        if e.tag == "a" and not (e.get("href") or "").strip("#"):
            complaints.append(f"link ‘{text_of(e)}’ leads nowhere")
        for verb in VERBS:
            if e.get(verb) is not None and not _has_plain_way(e, verb, answer):
                complaints.append(f"{verb} {e.get(verb)} works only with script")
        if e.get("style") is not None or any(name.startswith(("on", "hx-on")) for name in e.attrib):
            complaints.append(f"inline script or style on <{e.tag}>")
        if e.tag == "script" and text_of(e) and e.get("type") not in ("application/json",):
            complaints.append("inline script")
        if e.tag in ("button", "a") and not (text_of(e) or e.get("aria-label")):
            complaints.append(f"<{e.tag}> without a name")
    if not answer.is_fragment:
        complaints += [] if len(answer.all("h1")) == 1 else ["not exactly one h1"]
        complaints += [] if answer.tree.find(".//title") is not None else ["no title"]
    return complaints


def _has_plain_way(element, verb, answer):
    """hx-get on a link or GET form with the address; hx-post on a form or a control that belongs to one."""
    if verb == "hx-get":
        return element.get("href") == element.get(verb) or element.tag in ("form", "progress") or any(
            element in set(form.iter()) for form in answer.all("form")) or element.get("form")
    if element.tag == "form":
        return element.get("action") == element.get(verb)
    return bool(element.get("form")) or any(element in set(form.iter()) for form in answer.all("form"))


def text_of(element):
    return " ".join("".join(_words(element)).split())


def _words(element):
    if element.tag in ("script", "style", "template") or not isinstance(element.tag, str):
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _words(child)
        if child.tag not in ("b", "i", "em", "strong", "bdi", "span", "a", "abbr", "code"):
            yield " "
        if child.tail:
            yield child.tail


def address(app, endpoint, **values):
    with app.test_request_context():
        return url_for(endpoint, **values)
