"""What is kept: the tables, and nothing that decides or changes."""
