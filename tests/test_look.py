"""The look in figures: size, contrast of every pair in use, nothing physical, nothing from elsewhere."""
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from views.assets import inline

ROOT = Path(__file__).parent.parent
CSS = (ROOT / "static/site.css").read_text(encoding="utf-8")
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
SCRIPT = ROOT / "static/site.js"

TEXT = 4.5  # WCAG 2.2, 1.4.3
SHAPE = 3.0  # WCAG 2.2, 1.4.11: borders that tell a control, large figures
PAIRS = [
    *((ink, ground, TEXT) for ground in ("ground", "paper", "raised") for ink in ("ink", "muted", "link")),
    *((tone, ground, TEXT) for ground in ("ground", "paper") for tone in ("ok", "warn", "bad", "primary")),
    *((tone, f"{tone}-tint", TEXT) for tone in ("ok", "warn", "bad")),
    *((ink, f"{tint}-tint", TEXT) for tint in ("info", "ok", "warn", "bad") for ink in ("ink", "muted", "link")),
    ("primary", "info-tint", TEXT), ("bad", "warn-tint", TEXT), ("warn", "info-tint", TEXT),
    ("bad", "info-tint", TEXT), ("warn", "bad-tint", TEXT),
    ("on-primary", "primary", TEXT), ("on-primary", "pressed", TEXT), ("on-band", "band", TEXT),
    *(("edge", ground, SHAPE) for ground in ("ground", "paper", "raised")),
    ("primary", "raised", SHAPE),
    ("focus-ink", "focus", TEXT),
]


def tokens(scheme):
    """{name: #rrggbb} in `light` or `dark`; what has one value has it in both."""
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", RULES))
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", RULES):
        found[name] = light if scheme == "light" else dark
    return found


def luminance(colour):
    channels = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_does():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_everything_can_be_read(scheme, ink, ground, least):
    colours = tokens(scheme)

    assert contrast(colours[ink], colours[ground]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_ring_shows_on_every_ground(scheme):
    """Dark inside, yellow outside: whichever the ground swallows, the other one stands out."""
    colours = tokens(scheme)

    for ground in ("ground", "paper", "raised", "band", "primary", "info-tint", "warn-tint", "bad-tint"):
        assert max(contrast(colours[ring], colours[ground]) for ring in ("focus", "focus-ink")) >= SHAPE


def test_older_browsers_get_the_light_colours():
    """Tokens stand twice: plain for browsers without light-dark(), then as pairs. They must not drift apart."""
    plain, pairs = RULES.split("@supports (color: light-dark", 1)
    first = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", plain))
    light = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]+),", pairs))

    assert len(light) > 15
    assert {name: first.get(name) for name in light} == light


def test_colours_are_tokens():
    """Outside the tokens no colour is written, but for paper."""
    after = RULES.split("@layer base {", 1)[1]

    assert set(re.findall(r"#[0-9a-f]{3,8}\b", after)) == {"#999"}


def test_every_token_is_defined_and_used():
    assert set(re.findall(r"var\(--([\w-]+)\)", RULES)) == set(re.findall(r"--([\w-]+):", RULES))


def test_right_to_left_is_free():
    physical = re.findall(
        r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|[{;]\s*(?:left|right|top|bottom|width|height"
        r"|(?:min|max)-(?:width|height))\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b", RULES)

    assert physical == []


def test_the_candidates_look_has_the_same_colours_and_its_own_plain_way():
    """A phone of 2018 knows neither layers nor light-dark(): it is written without, and stands in each page."""
    css = re.sub(r"/\*.*?\*/", "", (ROOT / "static/candidate.css").read_text("utf-8"), flags=re.DOTALL)
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)", 1)
    own = {scheme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text)) for scheme, text in (
        ("light", light), ("dark", dark))}

    for scheme, colours in own.items():
        colours.pop("gold", None)
        assert len(colours) > 15
        assert colours == {name: tokens(scheme)[name] for name in colours}
    assert set(re.findall(r"var\(--([\w-]+)\)", css)) == set(re.findall(r"--([\w-]+):", css))
    assert re.findall(r"(?:-|[{;]\s*|: )(?:left|right)\b|url\(|@import|https?:", css) == []
    assert re.findall(r"@layer|@container|light-dark\(|:has\(|:is\(|:where\(|oklch|color-mix|&", css) == []
    assert len(gzip.compress(inline("candidate.css").encode())) <= 2_600


def test_nothing_comes_from_elsewhere():
    assert re.findall(r"url\((?!\"watermark\.svg\"\))|@import|https?:", RULES) == []


def test_layers_stand_in_their_order():
    layers = ["reset", "tokens", "base", "layout", "components", "utilities"]

    assert re.search(r"@layer ([\w, ]+);", RULES)[1].split(", ") == ["candidate", *layers]  # see preview.css
    assert re.findall(r"^@layer (\w+) \{", RULES, flags=re.MULTILINE) == layers


def test_a_cheap_phone_pays_little():
    """As it travels, compressed: so that it can be written to be read."""
    assert len(gzip.compress(CSS.encode())) <= 7_500
    assert len(gzip.compress(SCRIPT.read_bytes())) <= 2_000


def test_styles_and_scripts_are_written_to_be_read():
    own = [path for path in (ROOT / "static").iterdir() if path.suffix in (".css", ".js") and ".min." not in path.name]

    assert len(own) >= 4
    assert [(path.name, number) for path in own for number, line in enumerate(path.read_text().splitlines(), 1)
            if len(line) > 120] == []


def test_htmx_is_the_one_that_was_checked():
    notice = (ROOT / "static/NOTICE.md").read_text(encoding="utf-8")
    vendored = hashlib.sha256((ROOT / "static/htmx-4.0.1.min.js").read_bytes()).hexdigest()

    assert vendored in notice


def test_templates_keep_to_the_content_security_policy():
    """No script or style but by its hash, no handler, hx-on, js: or trigger filter; nothing from another host."""
    forbidden = re.compile(
        r"""<style(?!>\{\{ inline)|\sstyle=|<script(?!>\{\{ inline|[^>]*\ssrc=| type="application/json")|"""
        r"""\son[a-z]+\s*=|hx-on|["']js:|"""
        r"""hx-trigger="[^"]*\[|(?:src|href)="(?:https?:)?//""")
    pages = [page for page in (ROOT / "templates").rglob("*.html") if "paper" not in page.parts]

    assert len(pages) > 5
    assert {page.name: found for page in pages if (found := forbidden.findall(page.read_text("utf-8")))} == {}


def test_templates_are_written_to_be_read():
    """A line is at most 140 characters; a table's phone labels are its headings, word for word."""
    pages = list((ROOT / "templates").rglob("*.html"))
    long = [f"{page.relative_to(ROOT)}:{number}" for page in pages
            for number, line in enumerate(page.read_text("utf-8").splitlines(), 1) if len(line) > 140]
    strange = {(page.name, label) for page in pages if page.name != "_rows.html"
               for label in re.findall(r'data-label="\{\{ (.*?) \}\}"', page.read_text("utf-8"))
               if label not in re.sub(r'data-label="[^"]*"', "", page.read_text("utf-8"))}

    assert (long, strange) == ([], set())


def test_forms_that_change_something_come_from_one_macro():
    """But on the candidate site, whose forms carry no token: it asks where a form comes from."""
    own = [str(page.relative_to(ROOT)) for page in (ROOT / "templates").rglob("*.html")
           if page.parent.name != "candidates" and re.search(r'<form[^>]*method="post"', page.read_text("utf-8"))]

    assert own == ["templates/_macros/forms.html"]
