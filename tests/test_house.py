"""The house as STYLE has it, read from the sources: who may import whom, and who may say what."""
import ast
import re
import sys
from pathlib import Path

from models.every_table import TABLES

ROOT = Path(__file__).parent.parent
LAYERS = ("models", "documents", "exchange", "jobs", "views")
MAY_IMPORT = {  # app → views → documents, exchange, jobs → models; a job calls into documents and exchange
    "models": {"models"},
    "documents": {"documents", "models"},
    "exchange": {"exchange", "models"},
    "jobs": {"jobs", "documents", "exchange", "models"},
    "views": set(LAYERS),
}
STOREYS = ("models", "models/tables", "models/rules", "models/acts")  # each knows those before it
AREAS = ("views", "views/candidates", "views/centres", "views/slips", "views/subcentres", "views/staff", "views/board")
MODELS_NEED = {"models", "peewee", "playhouse", "pwmigrate", "argon2", "pyotp", "cryptography",
               "cbor2"}  # beside the standard library
PUBLIC_TABLES = {"Series", "Release", "Officer", "StaffSession", "OneTimeLink", "Attempts"}
CENTRE_DATA = {table.__name__ for table in TABLES} - PUBLIC_TABLES
STARTS_A_QUERY = {"select", "get", "get_or_none", "get_by_id", "get_or_create", "create", "insert", "insert_many",
                  "update", "delete", "raw"}


def sources(folder):
    return sorted(path for path in (ROOT / folder).rglob("*.py"))


def imports(path):
    """The first parts of every module that the file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_nothing_points_back_up():
    own = {*LAYERS, "app", "commands", "settings", "benchmarks", "tests"}
    wrong = [(str(path.relative_to(ROOT)), name) for layer in LAYERS for path in sources(layer)
             for name in imports(path) & own if name not in MAY_IMPORT[layer]]

    assert wrong == []


def modules(path):
    """Every module of ours that the file imports, as a path without `.py`: `models/rules/needs`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" if (ROOT / node.module.replace(".", "/")).is_dir() else node.module
                      for name in node.names}
    return {name.replace(".", "/") for name in found if name.split(".")[0] in LAYERS}


def test_what_is_kept_knows_no_rule_and_a_rule_knows_no_act():
    """`every_table` lists the tables from above; nothing of `models` but it reaches up a storey."""
    wrong = []
    for number, storey in enumerate(STOREYS):
        for path in sorted((ROOT / storey).glob("*.py")):
            wrong += [(str(path.relative_to(ROOT)), module) for module in modules(path)
                      if module.rpartition("/")[0] in STOREYS[number + 1:] and path.name != "every_table.py"]

    assert wrong == []


def test_rules_write_nothing():
    """But `results`, which holds every statement that names a grade."""
    writes = re.compile(r"\b[A-Z]\w+\.(create|insert|insert_many|update|delete)\(|audit\.record\(|atomic\(")
    wrong = [path.name for path in sources("models/rules") if path.name != "results.py" and writes.search(
        path.read_text())]

    assert wrong == []


def test_the_areas_of_the_portal_know_the_candidate_site_and_no_other_area():
    wrong = []
    for area in AREAS:
        for path in sorted((ROOT / area).glob("*.py")):
            near = {"views", area} | ({"views/candidates"} if area not in ("views", "views/candidates") else set())
            wrong += [(str(path.relative_to(ROOT)), module) for module in modules(path)
                      if module.startswith("views") and module.rpartition("/")[0] not in {*near, ""}
                      and path != ROOT / "views/__init__.py"]

    assert wrong == []


def test_models_know_data_and_rules_alone():
    wrong = {name for path in sources("models") for name in imports(path)} - MODELS_NEED - sys.stdlib_module_names

    assert wrong == set()


def test_documents_exchange_and_jobs_know_no_request():
    web = {"flask_login", "flask_wtf", "wtforms", "werkzeug"}
    wrong = [(str(path.relative_to(ROOT)), sorted(imports(path) & web))
             for layer in ("documents", "exchange", "jobs") for path in sources(layer) if imports(path) & web]

    assert wrong == []


def test_there_is_one_door_to_xhtml2pdf():
    users = {path.parent.name for folder in LAYERS for path in sources(folder) if "xhtml2pdf" in imports(path)}

    assert users == {"engine"}


def test_the_press_has_one_door():
    """Outside `documents/engine` only what its door gives is imported; its own tests and benchmarks may look inside."""
    wrong = [str(path.relative_to(ROOT)) for folder in LAYERS for path in sources(folder)
             if path.parent.name != "engine" and re.search(r"documents\.engine\.\w", path.read_text())]
    private = [f"{path.relative_to(ROOT)}: {node.attr}" for path in sources("documents")
               for node in ast.walk(ast.parse(path.read_text()))
               if isinstance(node, ast.Attribute) and node.attr == "__wrapped__"]

    assert (wrong, private) == ([], [])


def test_views_fetch_centre_data_through_the_person():
    """Outside `reach`, and the board's pages that are shut to all others, no query starts at a table."""
    wrong = []
    for path in sources("views"):
        if path.name == "reach.py" or path.parent.name == "board":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (isinstance(node, ast.Attribute) and node.attr in STARTS_A_QUERY
                    and isinstance(node.value, ast.Name) and node.value.id in CENTRE_DATA):
                wrong.append(f"{path.name}:{node.lineno} {node.value.id}.{node.attr}")

    assert wrong == []


def test_verbs_open_their_transaction_and_write_their_event_themselves():
    """A view and a command each call one verb: neither records nor opens a transaction."""
    own = re.compile(r"audit\.record\(|AuditEvent\.create|database\.atomic\(|\.transaction\(")
    wrong = [str(path.relative_to(ROOT)) for path in [*sources("views"), ROOT / "commands.py"]
             if own.search(path.read_text())]

    assert wrong == []


def test_every_area_of_the_portal_says_for_which_kind_of_person_it_is():
    own_guard = {"sign_in.py", "site.py", "health.py", "public.py"}  # PUBLIC names their open endpoints
    wrong = []
    for path in sources("views"):
        text = path.read_text()
        if "= Blueprint(" in text and path.name not in own_guard:
            guard = "board_only" if path.parent.name == "board" else "officers_only"
            if f"bp.before_request({guard})" not in text:
                wrong.append(str(path.relative_to(ROOT)))

    assert wrong == []


def test_htmx_headers_are_read_and_set_in_one_place():
    """`Vary` names one, which is neither."""
    name = re.compile(r"[\"']HX-[A-Za-z-]+[\"']")
    users = {}
    for folder in LAYERS:
        for path in sources(folder):
            lines = [line for line in path.read_text().splitlines() if name.search(line) and '"Vary"' not in line]
            if lines:
                users[path.name] = {("sets" if re.search(r"\] = ", line) else "reads") for line in lines}

    assert users == {"hypermedia.py": {"reads"}, "errors.py": {"sets"}}


def test_nothing_is_marked_safe_and_nothing_runs_inline():
    pages = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "paper"]  # those are PDFs
    trusting = re.compile(r"\|\s*safe\b|autoescape false|hx-on|\bjs:|<style(?!>\{\{ inline)|\bstyle=")
    unsafe = [path.name for path in pages if trusting.search(path.read_text())]
    marked = [path.name for path in sources("views")
              if re.search(r"\bMarkup\(|render_template_string", path.read_text())]

    assert (unsafe, marked) == ([], ["assets.py"])  # whose text is the project's own files, allowed by their hashes


def test_no_sql_is_made_of_strings():
    wrong = []
    for folder in LAYERS:
        for path in sources(folder):
            for node in ast.walk(ast.parse(path.read_text())):
                if (isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name))
                        and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("execute_sql", "SQL", "raw")
                        and node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert wrong == []
