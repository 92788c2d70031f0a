"""Subcentre Management as a person uses it: changes a control, presses a button, reads rows and the bar.

With htmx a changed control is sent at once, as the browser would; without, 'Show what would follow' is pressed.
"""
import re

from tests.visitor import text_of

HERE = "/centres/XA100/candidate-results/june-2026/attached-centres"


class ScreenPage:
    def __init__(self, visitor, query=""):
        self.visitor, self.address = visitor, HERE + query
        self.reload()

    def reload(self):
        """Ask for the whole page; what stands in its controls is then what is typed."""
        return self._read(self.visitor.get(self.address, htmx=False))

    def _read(self, page):
        self.page, self.fields = page, page.fields(page.one("form", id="centres"))
        return page

    def change(self, control, value):
        """Type or tick, and see what would follow. Gives the answer."""
        self.fill(control, value)
        if not self.visitor.htmx:
            return self.press("Show what would follow")
        return self.send(f"/rows/{control.partition('-')[0]}")

    def fill(self, control, value):
        if value is False:
            self.fields.pop(control, None)
        else:
            self.fields[control] = ["on" if value is True else value]

    def mark(self, *numbers):
        """Tick these boxes: each is sent by itself with htmx, with a button otherwise."""
        self.fields["mark"] = list(numbers)
        return self.send("/bulk", act="mark")

    def press(self, button, **more):
        """A button by its text: sends the whole form, and goes where it leads. Gives the last answer."""
        found = next(each for each in self.page.all("button") if re.sub(r" for \d+$", "", text_of(each)) == button)
        if found.get("name"):
            more[found.get("name")] = found.get("value")
        return self.send(found.get("formaction").partition("?")[0].removeprefix(HERE), **more)

    def send(self, path, **more):
        query = self.address.removeprefix(HERE)
        data = {**self.fields, **more, "csrf_token": self.fields["csrf_token"]}
        answer = self.visitor.post(HERE + path + query, data)
        if self.visitor.htmx and answer.headers.get("HX-Retarget") is None:
            self.reload()
        elif answer.status == 303:
            answer = self.visitor.follow(answer)
            self.address = answer.path
        if answer.tree is not None and answer.all("form", id="centres"):
            self._read(answer)
        return answer

    def row(self, number):
        """What follows for a row."""
        body = self.page.one("tbody", id=f"centre-{number}")
        return [text_of(item) for item in body.iter("li")]

    def bar(self):
        """The lines that say what is changed; none while nothing is."""
        bar = self.page.one("div", id="save-bar").find("div")
        return [] if bar is None else [text_of(item).removesuffix(", not in force yet") for item in bar.iter()
                                       if item.tag in ("p", "li")]

    def shown(self, control):
        """What stands in a control: its text, whether it is ticked, the chosen value."""
        element = next(each for each in self.page.tree.iter() if each.get("id") == control)
        if element.tag == "select":
            return next(option.get("value") for option in element.iter("option") if option.get("selected") is not None)
        return element.get("checked") is not None if element.get("type") == "checkbox" else element.get("value")

    def is_read_only(self, control):
        return next(each for each in self.page.tree.iter() if each.get("id") == control).get("disabled") is not None
