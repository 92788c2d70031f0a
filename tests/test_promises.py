"""Every promise of docs/promises.md has a test that there is, and every test that names a promise stands there."""
import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs/promises.md").read_text(encoding="utf-8")
PROMISES = {"A": 6, "S": 6, "Z": 5, "E": 8, "I": 5, "F": 5, "K": 4, "R": 5, "P": 5, "V": 3, "U": 2}
NO_PROMISE = {"R4"}  # a number that is not used
CODES = re.compile(r"^((?:[A-Z]\d(?:, )?)+)(?=[:., ])|\(([A-Z]\d)\)\.$")


def told():
    """{code: [test, …]} as the page has it; a test is `path::name` below tests/."""
    found, code = {}, None
    for line in PAGE.splitlines():
        if promise := re.match(r"\* \*\*([A-Z]\d)\*\* \S", line):
            code = promise[1]
            assert code not in found, f"{code} stands twice"
            found[code] = []
        elif test := re.fullmatch(r"  `(\S+::test_\w+)`", line):
            found[code].append(test[1])
    return found


def there():
    """({every test}, {(code, test or file)} of those whose docstring begins with the codes of promises)."""
    tests, naming = set(), set()
    for path in TESTS.rglob("test_*.py"):
        tree, place = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(TESTS).as_posix()
        for node in [tree, *tree.body]:
            name = f"{place}::{node.name}" if isinstance(node, ast.FunctionDef) else place
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                tests.add(name)
            is_told = isinstance(node, (ast.Module, ast.FunctionDef)) and CODES.search(ast.get_docstring(node) or "")
            if is_told:
                naming |= {(code, name) for code in re.findall(r"[A-Z]\d", is_told[0]) if code[0] in PROMISES}
    return tests, naming


def test_every_promise_has_a_test_that_there_is():
    promises = told()

    assert set(promises) == {f"{kind}{n}" for kind, most in PROMISES.items() for n in range(1, most + 1)} - NO_PROMISE
    assert {code for code, tests in promises.items() if not tests} == set()
    assert {test for tests in promises.values() for test in tests} - there()[0] == set()


def test_every_test_that_names_a_promise_stands_on_the_page():
    promises, (_tests, naming) = told(), there()

    assert len(naming) > 15
    assert {(code, name) for code, name in naming
            if not any(test.startswith(name) for test in promises.get(code, ()))} == set()
