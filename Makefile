# The same in plain commands stands in the README.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
# It loads the machine itself, so it runs alone.
MORNING := tests/candidates/test_morning.py
QUICK := $(addprefix tests/,subcentres slips candidates/test_languages.py candidates/test_sheet.py test_answers.py \
    test_audit.py test_database.py test_delay.py test_house.py test_look.py test_passwords.py test_rules.py)

help:            ## what can be made here
	@grep -hE '^[a-z]+: .*##|^[a-z]+:  *##' Makefile | sed 's/:.*##/ –/'

$(BIN)/python:
	$(PYTHON) -m venv .venv

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[tests]'
	touch $(STAMP)

install: $(STAMP)  ## the environment in .venv

run: $(STAMP)      ## serve on 127.0.0.1:8000 with demo data
	$(BIN)/python app.py

check: $(STAMP)    ## the linter and the quick tests, while you work
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 -k 'not plain' --ignore=tests/subcentres/test_consequences.py $(QUICK)

test: $(STAMP)     ## everything that must hold, on SQLite and on PostgreSQL
	$(BIN)/python -m tests.programs
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 --ignore=$(MORNING)
	$(BIN)/python -m pytest $(MORNING)
	$(BIN)/python -m pytest -n 2 --database=postgresql --ignore=tests/documents --ignore=tests/browser --ignore=$(MORNING)

proof: $(STAMP)    ## the long proofs
	$(BIN)/python -m pytest -n 2 --proof tests

bench: $(STAMP)    ## what is fast, against what
	$(BIN)/python -m benchmarks slips --check
	$(BIN)/python -m benchmarks results --check
	$(BIN)/python -m benchmarks subcentres --check
	$(BIN)/python -m benchmarks attacks --check

pictures: $(STAMP) ## the pictures of the README, and instance/pictures/index.html: every page and state in every look
	$(BIN)/python -m tests.pictures instance/pictures

.PHONY: help install run check test proof bench pictures
