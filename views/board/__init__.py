"""The board's own administration, under /board/…: for board staff alone."""
