import pytest

from documents.check import check_template
from tests.documents.test_board_templates import PAGE

ALL = "".join(f"<p>{{{{ slip.{name} }}}}</p>" for name in (
    "candidate_number", "centre", "series", "site_address", "username", "printed")) + (
    '{% if slip.password %}<p>{{ slip.password }}</p>{% endif %}'
    '<img src="{{ slip.code }}" alt="Code" style="width: 20mm; height: 20mm">'
    "{% for names, when in slip.releases %}<p>{{ names }}</p><p>{{ when }}</p>{% endfor %}"
    "{% for line in slip.contact %}<p>{{ line }}</p>{% endfor %}")


@pytest.fixture
def checked(tmp_path):
    def check(body: str, style: str = "p { font-size: 7pt }") -> list[str]:
        for name in ("one.html", "two.html", "four.html"):
            (tmp_path / name).write_text(PAGE % (style, body), encoding="utf-8")
        return check_template(tmp_path, languages=["en"])
    return check


def test_the_templates_that_come_with_the_program_are_all_fast():
    assert check_template(None) == []


def test_a_designer_is_told_nothing_about_a_good_template(checked):
    assert checked("<p>{{ slip.candidate_name }}</p>" + ALL) == []


@pytest.mark.parametrize(("name", "sentence"), [
    ("<p>{{ slip.candidate_name|upper }}</p>",
     "slip.candidate_name stands inside a sentence or is changed by the template"),
    ("<p>{% if slip.candidate_name == 'Ana Example' %}Hello{% else %}{{ slip.candidate_name }}{% endif %}</p>",
     "A text depends on a value: “Ana Example” or “ Hello”."),
    ("", "These values are not on the page: slip.candidate_name."),
    ("<p>{{ slip.candidate_nane }}</p>", "has no attribute 'candidate_nane'"),
    ("<p>{{ slip.candidate_name </p>", "The template cannot be read: "),
])
def test_a_designer_is_told_which_value_is_slow_or_wrong_and_why(checked, name, sentence):
    said = checked(name + ALL)

    assert said
    assert all(line.startswith(("one.html (", "two.html (", "four.html (")) for line in said)
    assert any(sentence in line for line in said)
