"""A centre's dashboard, results, statements and files."""
