"""The press: a template becomes a proven plan, a plan is stamped with values, pages are written. This is its door."""
from documents.engine.compiler import (
    Code,
    FineCode,
    Link,
    Name,
    Plan,
    SharedCode,
    Signature,
    Unusual,
    compile_literal,
    compile_page,
    names_in,
    values_in,
    with_images,
)
from documents.engine.drawing import Overfull
from documents.engine.fitting import READABLE, TooLong, fits, wrapped
from documents.engine.lettering import alphabet
from documents.engine.sheets import Cell, sheet, single_sheet, stacked
from documents.engine.signature import Container
from documents.engine.stamping import Press, Signing
from documents.engine.typesetting import FACES, Face, clusters, plain_face, script_face, unprintable, use_fonts

__all__ = ["FACES", "READABLE", "Cell", "Code", "Container", "Face", "FineCode", "Link", "Name", "Overfull", "Plan",
           "Press", "SharedCode", "Signature", "Signing", "TooLong", "Unusual", "alphabet", "clusters",
           "compile_literal", "compile_page", "fits", "names_in", "plain_face", "script_face", "sheet",
           "single_sheet", "stacked", "unprintable", "use_fonts", "values_in", "with_images", "wrapped"]
