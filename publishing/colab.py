"""Lectures for Google Colab: the same notebooks with one more cell, which installs the helpers and the data.

They go to a branch of their own (see publish.yml), so that readers elsewhere never meet that cell.
"""

import os

import nbformat

from publishing.pages import ROOT, PublishingError, run

OUTPUT = ROOT / "_build/colab/lectures"
INSTALL = """# Colab knows neither the helpers nor the data of this course. Takes some minutes; where Colab then asks for it,
# restart the session and go on with the next cell.
%pip install --quiet "qbi-utils[lab] @ git+{repository}@{branch}\""""


def write_notebook(page, output=OUTPUT):
    """Write a lecture for Colab.

    Parameters
    ----------
    page : Path
        The built page of the lecture.
    output : Path, optional
        Folder of the notebooks.

    Yields
    ------
    Path

    Raises
    ------
    PublishingError
        If it is not known where the repository is.
    """
    repository = os.environ.get("COURSE_REPOSITORY_URL")
    if not repository:
        raise PublishingError(
            "COURSE_REPOSITORY_URL should say what Colab installs, such as https://github.com/OWNER/NAME."
        )
    branch = os.environ.get("COURSE_REPOSITORY_BRANCH", "main")
    notebook = nbformat.read(ROOT / "lectures" / f"{page.stem}.ipynb", nbformat.NO_CONVERT)
    cell = nbformat.v4.new_code_cell(
        INSTALL.format(repository=repository, branch=branch), id="install-on-colab"
    )
    notebook.cells.insert(0, cell)
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{page.stem}.ipynb"
    nbformat.write(notebook, path)
    yield path


if __name__ == "__main__":
    run(write_notebook, "Write the lectures for Google Colab.")
