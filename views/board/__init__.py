"""The board's own administration, under /board/…: for board staff alone."""
from views.hypermedia import page


def board_page(template, area, fragment=None, status=200, **values):
    """A page of the board's administration, its tab marked."""
    return page(template, fragment, status=status, area=area, **values)
