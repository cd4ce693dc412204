"""Files are written as a whole or not at all."""

import pytest

from qbi_utils._files import replace_file


@pytest.mark.parametrize("as_text", [False, True])
def test_a_file_appears_and_is_replaced_at_the_end(tmp_path, as_text):
    path = tmp_path / "notes.txt"
    for text in ("old", "new"):
        before = path.read_text() if path.exists() else None
        with replace_file(str(path) if as_text else path) as unfinished:
            unfinished.write_text(text)
            assert (path.read_text() if path.exists() else None) == before
        assert path.read_text() == text
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "old"])
def test_an_error_while_writing_leaves_everything_as_it_was(tmp_path, before):
    path = tmp_path / "notes.txt"
    if before:
        path.write_text(before)

    def fail():
        with replace_file(path) as unfinished:
            unfinished.write_text("ne")
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail()
    assert [file.read_text() for file in tmp_path.iterdir()] == ([before] if before else [])


def test_nothing_written_replaces_nothing(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), replace_file(path):
        pass
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_folder_must_exist(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"), replace_file(tmp_path / "missing" / "notes.txt"):
        pass
