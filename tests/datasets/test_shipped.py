import hashlib
import re
import shutil

import pytest

from lecture_tools.paths import ROOT
from qbi_utils.datasets import DatasetError, _shipped, load_mnist, verify_shipped_files


def test_data_readme_lists_every_file_with_its_checksum():
    rows = dict(
        re.findall(r"\| `([\w/.-]+)` \| .* \| `([0-9a-f]{64})` \|", (ROOT / "data/README.md").read_text())
    )
    files = {str(path.relative_to(ROOT / "data")): path for path in (ROOT / "data").glob("*/*.*")}
    assert rows == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    table = verify_shipped_files()
    assert dict(zip(table["file"], table["SHA-256"], strict=True)) == rows


@pytest.fixture
def data_copy(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data/mnist", tmp_path / "mnist")
    monkeypatch.setattr(_shipped, "DATA", tmp_path)
    return tmp_path / "mnist/t10k-labels-idx1-ubyte.gz"


def test_missing_file_is_named(data_copy):
    data_copy.unlink()
    with pytest.raises(
        DatasetError, match=r"t10k-labels.* cannot be read \(No such file.* 4517 bytes.*`git checkout"
    ):
        load_mnist("test")


def test_truncated_file_is_named(data_copy):
    data_copy.write_bytes(data_copy.read_bytes()[:1000])
    with pytest.raises(
        DatasetError, match=r"t10k-labels.* damaged: expected 4517 bytes, found 1000\. Restore"
    ):
        load_mnist("test")


def test_altered_file_is_named(data_copy):
    content = bytearray(data_copy.read_bytes())
    content[2000] ^= 1
    data_copy.write_bytes(content)
    with pytest.raises(
        DatasetError, match=r"t10k-labels.* damaged: expected SHA-256 b91679.*, found .*Restore"
    ):
        load_mnist("test")
