"""The files around the course agree with each other."""

import importlib
import inspect
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from numpydoc.validate import validate
from packaging.requirements import Requirement

import qbi_utils
from lecture_tools.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULES = [importlib.import_module(f"qbi_utils.{name}") for name in qbi_utils.__all__]
PUBLIC = [f"{module.__name__}.{name}" for module in MODULES for name in module.__all__]


def locked():
    """Requirements of the lock by name; a package may have one version for each Python."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]
    return {
        name: [item for item in requirements if item.name == name]
        for name in {item.name for item in requirements}
    }


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("system", "processor"), [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]
)
def test_lock_holds_one_fitting_version_of_every_dependency(python, system, processor):
    machine = {"python_version": python, "python_full_version": f"{python}.5"}
    machine |= {"sys_platform": system, "platform_machine": processor}
    wanted = [
        *PROJECT["dependencies"],
        *(item for group in PROJECT["optional-dependencies"].values() for item in group),
    ]
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate(machine):
            continue
        versions = [
            item
            for item in locked().get(requirement.name.lower(), [])
            if item.marker is None or item.marker.evaluate(machine)
        ]
        assert len(versions) == 1, requirement
        (pin,) = versions[0].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), requirement


def test_conda_and_binder_get_the_versions_of_the_lock():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert dependencies[-1] == {"pip": ["-r requirements-lab.txt", "-e ."]}
    assert dependencies[0] == "python=3.11"


def test_lab_view_of_the_lock_holds_what_lectures_need_and_nothing_else():
    views = [(ROOT / name).read_text().splitlines() for name in ("requirements-lab.txt", "requirements.txt")]
    lab, lock = ({line for line in view if line and not line.lstrip().startswith("#")} for view in views)
    assert lab < lock
    names = {Requirement(line).name for line in lab}
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    assert {Requirement(line).name for line in wanted} <= names
    assert not {"ruff", "playwright", "jupyter-book", "sphinx-book-theme", "pytest"} & names


def test_workflows_run_on_every_python_that_is_promised():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())
    tested = {job["python"] for job in workflow["jobs"]["test"]["strategy"]["matrix"]["include"]}
    assert tested == {"3.11", "3.12", "3.13"}
    assert PROJECT["requires-python"] == ">=3.11,<3.14"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "intro.md"])
def test_documented_commands_exist(name):
    makefile = (ROOT / "Makefile").read_text()
    verbs = set(re.findall(r"^([a-z]+):", makefile, flags=re.M))
    commands = re.findall(r"(?:`|^)make ([^`\n#]+)", (ROOT / name).read_text(), flags=re.M)
    assert commands
    for word in " ".join(commands).split():
        variable = re.match(r"(\w+)=", word)
        if variable:  # make takes any, and says nothing of one that it does not know
            assert f"$({variable[1]})" in makefile, word
        elif word.isalpha():
            assert word in verbs, word


def test_first_page_has_cards_and_links_no_lecture_but_the_first_by_hand():
    text = (ROOT / "intro.md").read_text()
    assert "{lecture-cards}" in text
    first = sorted((ROOT / "lectures").glob("*.ipynb"))[0].stem
    assert set(re.findall(r"`(?:[^`<]* <)?(lectures/[\w-]+)>?`", text)) == {f"lectures/{first}"}


def test_api_page_lists_every_module():
    listed = re.findall(r"automodule:: (\S+)", (ROOT / "appendix/api.md").read_text())
    assert sorted(listed) == sorted(module.__name__ for module in MODULES)


def test_every_module_of_the_package_is_public_or_private_by_name():
    modules = {path.stem for path in (ROOT / "qbi_utils").glob("*.py")}
    packages = {path.parent.name for path in (ROOT / "qbi_utils").glob("*/__init__.py")}
    assert {name for name in modules | packages if not name.startswith("_")} == set(qbi_utils.__all__)


def test_importing_the_package_imports_a_module_when_it_is_first_used():
    code = "import sys, qbi_utils; print('numpy' in sys.modules); qbi_utils.neighbors.nearest_neighbors; "
    code += "print('numpy' in sys.modules, 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["False", "True", "False"], done.stderr


def test_no_file_of_the_package_is_too_long_to_read():
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "qbi_utils").rglob("*.py")}
    assert {path.name: length for path, length in lengths.items() if length > 470} == {}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_docstrings_follow_numpydoc(name):
    # Left out: an extended summary, See Also, and rules on blank lines that ruff has its own of.
    ignored = {"ES01", "SA01", "GL01", "GL02", "GL03"}
    module, _, attribute = name.rpartition(".")
    thing = getattr(importlib.import_module(module), attribute)
    if not callable(thing):
        return
    if inspect.isclass(thing) and issubclass(thing, Exception):
        ignored |= {"EX01"}
    problems = [f"{code}: {text}" for code, text in validate(name)["errors"] if code not in ignored]
    assert problems == []
