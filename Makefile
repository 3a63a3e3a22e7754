# Every target is a verb of dev.py, which does its own set-up; `make help` reads the comments here.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test env lint bench soak docs clean help

help:  ## list what can be made
	@$(PYTHON) dev.py help

demo:  ## build the demo vault and serve it on http://127.0.0.1:8000 (PORT=0 ONCE=1: only check it)
	@$(PYTHON) dev.py demo $(ARGS)

test:  ## run everything CI runs: form, types, floors and all tests (ARGS=... for pytest alone)
	@$(PYTHON) dev.py test $(ARGS)

env:  ## build .venv/, so that .venv/bin/titleblock works
	@$(PYTHON) dev.py env

lint:  ## check form, types and floors
	@$(PYTHON) dev.py lint

bench:  ## measure the speeds that are promised (ARGS=ledger: only that)
	@$(PYTHON) dev.py bench $(ARGS)

soak:  ## race, kill and replay release control for hours (ARGS=... for some tests)
	@$(PYTHON) dev.py soak $(ARGS)

docs:  ## write the tables of docs/ anew from the code
	@$(PYTHON) dev.py docs

clean:  ## remove the environment, the caches and the demo vault
	@$(PYTHON) dev.py clean
