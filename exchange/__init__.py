"""Files ↔ rows: import with a dry run and a difference, and export. Knows no HTTP."""
