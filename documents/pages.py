"""The templates of printed pages: where they lie, in which language, on which paper, in which faces."""
from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from documents.engine import FACES, Face, plain_face, script_face
from documents.languages import translation
from documents.text import unbroken
from models.rules.languages import LANGUAGES, tag_of

_HAN_BLANK = re.compile("(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates" / "paper"
MARK = ROOT / "static" / "mark.svg"


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet's or a part's size in points."""

    width: float
    height: float


PAPERS = {"A4": Paper(595.276, 841.89), "Letter": Paper(612.0, 792.0)}


@dataclass(frozen=True, slots=True)
class Design:
    """Everything about a page that is no value: a template, its place in the board's own set, and its settings."""

    template: str
    paper: Paper
    language: str = "en"
    board_name: str = ""
    templates: Path | None = None
    logo: Path | None = None
    air: float = 1.0                            # of the gaps that a template may give up, 0 to 1

    @property
    def right_to_left(self) -> bool:
        return LANGUAGES[self.language].is_right_to_left

    @property
    def roots(self) -> tuple[Path, ...]:
        """The only directories that xhtml2pdf may read."""
        faces = {face.path.parent for face in FACES}
        own = [path for path in (self.templates, self.logo and self.logo.parent) if path]
        return (TEMPLATES, *sorted(faces), *own)

    def html(self, values: dict, faces: tuple[Face, ...] = ()) -> str:
        """The page as HTML; every value is escaped. `faces`: what xhtml2pdf needs besides the language's own to
        set these values by itself."""
        rtl = self.right_to_left
        return _environment(self.templates).get_template(self.template).render(
            values, _=lambda text: _static(translation(self.language, text)), language=tag_of(self.language),
            unspaced="SC" in LANGUAGES[self.language].scripts, direction="rtl" if rtl else "ltr",
            start="right" if rtl else "left", end="left" if rtl else "right",
            paper=self.paper, air=self.air, board_name=self.board_name, logo=self.logo and str(self.logo),
            folder=str(TEMPLATES), faces=_declared(self.language, faces),
            families=_families(self.language, faces))


@cache
def _environment(board: Path | None) -> jinja2.Environment:
    folders = [folder for folder in (board, TEMPLATES) if folder]
    return jinja2.Environment(loader=jinja2.FileSystemLoader(folders), autoescape=True,
                              undefined=jinja2.StrictUndefined, trim_blocks=True)


@cache
def _declared(language: str, further: tuple[Face, ...]) -> tuple[dict, ...]:
    """The faces that a page in this language needs: each one declared costs xhtml2pdf time."""
    plain = plain_face
    faces = [("Slip", plain(), False), ("Slip", plain(bold=True), True), ("SlipMono", plain(mono=True), False)]
    for script in LANGUAGES[language].scripts:
        faces += [(f"Slip{script}", script_face(script, bold), bold) for bold in (False, True)]
    own = [face for _, face, _ in faces]
    faces += [(face.name, face, "Bold" in face.name) for face in further if face not in own]
    return tuple({"family": family, "path": str(face.path), "bold": bold} for family, face, bold in faces)


def _families(language: str, further: tuple[Face, ...]) -> str:
    """The CSS list of families, first the one that Latin text is set in."""
    names = dict.fromkeys(face["family"] for face in _declared(language, further))
    return ", ".join(name for name in names if name != "SlipMono")


def _static(text: str) -> str:
    """A sentence as xhtml2pdf can draw it: the Chinese face has no blank, which there stands beside Latin letters."""
    return _HAN_BLANK.sub("", unbroken(text))


def forget_templates() -> None:
    """Read templates from their files again at the next page."""
    _environment.cache_clear()
