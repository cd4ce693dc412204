import hashlib

import pytest

from qbi_utils.datasets import _download, cifar10
from tests.datasets.mirror import Mirror, make_cifar10_archive


@pytest.fixture(scope="package")
def archive():
    return make_cifar10_archive()


@pytest.fixture
def mirror(archive, monkeypatch):
    monkeypatch.setattr(cifar10, "_CHECKSUM", "sha256:" + hashlib.sha256(archive).hexdigest())
    monkeypatch.setattr(_download, "_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(_download, "_RETRIES", 0)
    server = Mirror({"cifar-10-binary.tar.gz": archive})
    yield server
    server.close()
