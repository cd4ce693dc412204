import dask
import pytest

from qbi_utils.chunked import connect


@pytest.fixture(autouse=True)
def _in_this_thread():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="package")
def cluster():
    with connect(n_workers=2, memory_limit="1 GB") as client:
        yield client


@pytest.fixture
def client(cluster):
    """Two worker processes, that Dask computes on."""
    with dask.config.set(scheduler="dask.distributed"):
        yield cluster
