"""The press: a template becomes a proven plan, a plan is stamped with values, pages are written. This is its door."""
from documents.engine.compiler import (
    Code,
    Plan,
    SharedCode,
    Unusual,
    compile_literal,
    compile_page,
    names_in,
    values_in,
    with_images,
)
from documents.engine.fitting import TooLong
from documents.engine.lettering import alphabet
from documents.engine.sheets import Cell, sheet
from documents.engine.stamping import Press
from documents.engine.typesetting import FACES, Face, plain_face, script_face, unprintable

__all__ = ["FACES", "Cell", "Code", "Face", "Plan", "Press", "SharedCode", "TooLong", "Unusual", "alphabet",
           "compile_literal", "compile_page", "names_in", "plain_face", "script_face", "sheet", "unprintable",
           "values_in", "with_images"]
