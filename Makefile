# One verb a task; `make help` lists them. Works with GNU make 3.81, the one on macOS.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BOOK := _build/.book
LECTURES := $(wildcard lectures/*.ipynb)
BOOK_SOURCES := $(shell find _config.yml _toc.yml intro.md references.bib lectures appendix assets data \
	_extensions publishing qbi_utils -type f -not -path '*/.*' -not -path '*/__pycache__/*')
# uv installs in a quarter of pip's time; the one on the PATH, or one of its own.
UV := $(or $(shell command -v uv),$(BIN)/uv)
ONE := $(if $(LECTURE),--lecture "$(LECTURE)")

$(foreach name,lecture Lecture,$(if $($(name)),$(error Write LECTURE=$($(name)), in capitals)))

# Where it is set, each start of Python compiles TensorFlow, Sphinx and all the rest anew.
unexport PYTHONDONTWRITEBYTECODE
# TensorFlow greets on stderr with what it was compiled for; on a page that is noise.
export TF_CPP_MIN_LOG_LEVEL := 3
# oneDNN rounds otherwise, is taken by itself only on some processors, and says so on stderr.
export TF_ENABLE_ONEDNN_OPTS := 0
# The sums of a training depend on how many threads share them out, so their number is the same on every machine.
export TF_NUM_INTRAOP_THREADS := 2

.DEFAULT_GOAL := help
.PHONY: help setup html preview handouts slides pdf colab serve lab lecture renumber test site check ci changes links lint format \
	lock clean distclean

help:  ## list the verbs
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf "\nLECTURE=augmentation (or its number) takes one lecture alone: make html, test, handouts, slides.\n"

##@ Read

setup: $(READY)  ## install everything that the course needs into .venv

# An interrupted installation leaves no marker, and is started from scratch.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo \
	  "The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo \
	  "$(PYTHON) cannot create environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing $$(grep -c == requirements.txt) packages (about 3 GB) into $(VENV): about a minute, more on a slow network."
	@if [ ! -f $@ ]; then rm -rf $(VENV); $(PYTHON) -m venv $(VENV); fi
	@rm -f $@
	@[ -x "$(UV)" ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -o '^uv==[0-9.]*' requirements.txt)"
	@$(UV) pip install --quiet --python $(BIN)/python -r requirements.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# With LECTURE, the others are shown with the outputs that they have, and nothing is checked.
html: $(if $(LECTURE),preview,$(BOOK))  ## build the website, or what changed of it, into _build/html
	@echo "The website is in _build/html/index.html"

$(BOOK): $(READY) $(BOOK_SOURCES)
	@$(BIN)/python -m lecture_tools.runner --missing
	@$(BIN)/python -m publishing.website
	@touch $@

preview: $(READY)
	@$(BIN)/python -m lecture_tools.runner --missing $(ONE)
	@$(BIN)/python -m publishing.website --preview "$(LECTURE)"

serve: html  ## show the website on http://localhost:8000 (PORT=... for another)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: setup  ## open the lectures in JupyterLab
	$(BIN)/jupyter lab lectures

##@ Change

lecture: setup  ## begin a lecture (NAME="my photographs" PART=5)
	@$(BIN)/python -m lecture_tools.skeleton --name="$(NAME)" --part="$(PART)"

renumber: setup  ## number the lectures as _toc.yml orders them, and whatever names them
	@$(BIN)/python -m lecture_tools.renumber

# Goes on after what one of them cannot mend, and says in the end that something is left.
format: setup  ## strip outputs from the lectures, mend style
	@status=0; $(BIN)/python -m lecture_tools.stripping $(LECTURES) || status=1; \
	  $(BIN)/ruff check --fix || status=1; $(BIN)/ruff format || status=1; exit $$status

lint: setup  ## check style, spelling, stripped lectures and workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/python -m lecture_tools.stripping --verify $(LECTURES)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(wildcard .github/workflows/*.yml)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(wildcard .github/ISSUE_TEMPLATE/*.yml)
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

test: setup  ## run every test: package, doctests, rules, then each lecture
ifdef LECTURE
	@$(BIN)/python -m lecture_tools.notebook_rules $(ONE)
else
	$(BIN)/python -m pytest -n auto --cov
endif
	@$(BIN)/python -m lecture_tools.runner $(ONE)

ci:  ## run what a change must pass, as .ci/run does
	.ci/run

lock: setup  ## write requirements.txt anew from pyproject.toml, and of it what lectures need
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --no-header \
	  --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra lab --universal --python-version 3.11 --no-header --no-annotate \
	  --constraint requirements.txt --output-file requirements-lab.txt

##@ Publish

handouts: html  ## print a student and an instructor edition of each lecture
	@$(BIN)/python -m publishing.handouts $(ONE)

slides: html  ## make a deck of each lecture, and its PDF
	@$(BIN)/python -m publishing.slides $(ONE)

pdf: $(READY)  ## build the whole book as one PDF, through LaTeX
	@$(BIN)/python -m lecture_tools.runner --missing
	@$(BIN)/python -m publishing.book_pdf

colab: html  ## write the lectures for Google Colab (COURSE_REPOSITORY_URL says what it installs)
	$(BIN)/python -m publishing.colab

# Every page is read again; what was executed with these very inputs, by `make test` say, need not run again.
site: setup  ## build the website with its handouts, slides and PDF anew, strictly, as it is published
	@$(BIN)/python -m lecture_tools.runner --missing
	COURSE_PRODUCTS=1 $(BIN)/python -m publishing.website --all
	@touch $(BOOK)
	$(BIN)/python -m publishing.handouts
	$(BIN)/python -m publishing.slides
	$(BIN)/python -m publishing.book_pdf
	cp -r _build/handouts _build/slides _build/image-datasets.pdf _build/html

check: site  ## build everything and test it: pages in a browser, what the PDFs hold, what does not fit on a slide
	$(BIN)/python -m pytest -m site -n 2 --dist worksteal

changes:  ## list the pages that differ from those of another commit (BASE=origin/main)
	@git diff --name-only $(or $(BASE),origin/main)...HEAD -- intro.md lectures appendix | sed 's/^/- /'

links: setup  ## follow every link to the outside (needs a network)
	@$(BIN)/python -m lecture_tools.runner --missing
	$(BIN)/jupyter-book build . --builder linkcheck

clean:  ## delete what was built
	rm -rf _build dist .pytest_cache .ruff_cache .hypothesis .coverage

distclean: clean  ## delete the environment too
	rm -rf $(VENV)
