# One verb a task; `make help` lists them. Works with GNU make 3.81, the one on macOS.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BOOK := _build/.book
LECTURES := $(wildcard lectures/*.ipynb)
BOOK_SOURCES := $(shell find _config.yml _toc.yml intro.md references.bib lectures appendix assets data \
	_extensions qbi_utils -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*')
BUILD = $(BIN)/jupyter-book build . -W -n --keep-going
# A warning is only seen while its page is read, so a broken build must not leave pages that look fine.
FORGET = { rm -rf _build/html _build/.doctrees $(BOOK); exit 1; }

# TensorFlow greets on stderr with what it was compiled for; on a page that is noise.
export TF_CPP_MIN_LOG_LEVEL := 3
# oneDNN rounds otherwise, is taken by itself only on some processors, and says so on stderr.
export TF_ENABLE_ONEDNN_OPTS := 0

.DEFAULT_GOAL := help
.PHONY: help setup html handouts slides pdf colab serve lab test site check changes links lint format lock clean distclean

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## install everything that the course needs into .venv

# An interrupted installation leaves no marker, and is started from scratch.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo \
	  "The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo \
	  "$(PYTHON) cannot create environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@if [ ! -f $@ ]; then rm -rf $(VENV); $(PYTHON) -m venv $(VENV); fi
	@rm -f $@
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

html: $(BOOK)  ## build the website, or what changed of it, into _build/html
	@echo "The website is in _build/html/index.html"

$(BOOK): $(READY) $(BOOK_SOURCES)
	@$(BUILD) || $(FORGET)
	@touch $@

handouts: html  ## print a student and an instructor edition of each lecture (LECTURE=06 for one)
	$(BIN)/python -m publishing.handouts --lecture "$(LECTURE)"

slides: html  ## make a deck of each lecture, and its PDF (LECTURE=06 for one)
	$(BIN)/python -m publishing.slides --lecture "$(LECTURE)"

pdf: $(READY)  ## build the whole book as one PDF, through LaTeX
	$(BIN)/python -m publishing.book_pdf

colab: html  ## write the lectures for Google Colab (COURSE_REPOSITORY_URL says what it installs)
	$(BIN)/python -m publishing.colab

serve: html  ## show the website on http://localhost:8000 (PORT=... for another)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: setup  ## open the lectures in JupyterLab
	$(BIN)/jupyter lab lectures

test: setup  ## run every test: package, doctests, book hygiene, then each lecture
	$(BIN)/python -m pytest --cov
	$(BIN)/python -m pytest -p tests.lecture_plugin --nbval-lax --nbval-current-env --nbval-cell-timeout 180 \
	  -W default $(LECTURES)

# Every page is read again; what was executed with these very inputs, by `make test` say, need not run again.
site: setup  ## build the website with its handouts, slides and PDF anew, strictly, as it is published
	rm -rf _build/html _build/.doctrees
	COURSE_PRODUCTS=1 $(BUILD) --all || $(FORGET)
	@touch $(BOOK)
	$(BIN)/python -m publishing.handouts
	$(BIN)/python -m publishing.slides
	$(BIN)/python -m publishing.book_pdf
	cp -r _build/handouts _build/slides _build/image-datasets.pdf _build/html

check: site  ## build everything and test it: pages in a browser, what the PDFs hold, what does not fit on a slide
	$(BIN)/python -m pytest -m site -n 2 --dist loadfile

changes:  ## list the pages that differ from those of another commit (BASE=origin/main)
	@git diff --name-only $(or $(BASE),origin/main)...HEAD -- intro.md lectures appendix | sed 's/^/- /'

links: setup  ## follow every link to the outside (needs a network)
	$(BIN)/jupyter-book build . --builder linkcheck

lint: setup  ## check style, spelling, stripped lectures and workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/nbstripout --keep-id --verify $(LECTURES)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(wildcard .github/workflows/*.yml)
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

format: setup  ## mend style, strip outputs from the lectures
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/nbstripout --keep-id $(LECTURES)

lock: setup  ## write the versions of requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --no-header \
	  --output-file requirements.txt

clean:  ## delete what was built
	rm -rf _build dist .pytest_cache .ruff_cache .hypothesis .coverage

distclean: clean  ## delete the environment too
	rm -rf $(VENV)
