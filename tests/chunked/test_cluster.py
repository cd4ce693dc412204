"""Workers that are there, that are not, and what runs on them besides Dask's arrays."""

import logging
import os
import socket
import time

import joblib
import numpy as np
import pytest
from distributed import get_task_stream
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from qbi_utils.chunked import cluster as workers
from qbi_utils.chunked import connect
from qbi_utils.mixture import BetaBernoulliMixture
from tests.chunked.helpers import IMAGES, augment, same


def silent_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize(
    "address", [None, "nowhere", "post://nowhere:1"], ids=["silent", "no port", "no protocol"]
)
def test_a_scheduler_that_does_not_answer_is_named_and_soon(address):
    address = (
        address or silent_address()
    )  # a port of this process: pytest-xdist wants the same cases in all of them
    start = time.monotonic()
    with pytest.raises(
        ConnectionError, match=f"no Dask scheduler answers at {address} within 0.5 s; check the"
    ):
        connect(address, timeout=0.5)
    assert time.monotonic() - start < 5


def test_workers_of_this_machine_only_where_asked():
    address = silent_address()
    with (
        pytest.warns(UserWarning, match=f"answers at {address} within 0.5 s; 1 workers on this machine take"),
        connect(address, timeout=0.5, fallback=True, n_workers=1) as client,
    ):
        assert client.submit(os.getpid).result() != os.getpid()


def test_clusters_side_by_side_do_not_quarrel_over_a_port(cluster):
    with connect(n_workers=1) as second:  # Dask's own default, 8787, would be taken twice, with a warning
        assert second.cluster.scheduler.http_server.port not in (
            8787,
            cluster.cluster.scheduler.http_server.port,
        )


def test_a_worker_that_takes_long_to_end_is_not_worth_a_message(cluster):
    logger = logging.getLogger("distributed.nanny")
    said = [
        logger.filter(logging.LogRecord("", logging.WARNING, "", 0, text, (), None))
        for text in ("Worker process still alive after 4.0 seconds, killing", "Restarting worker")
    ]
    assert [*map(bool, said)] == [False, True]


def test_only_a_heartbeat_missed_at_the_end_of_a_cluster_is_not_worth_a_message():
    logger = logging.getLogger("distributed.worker")
    before = list(logger.filters)
    workers._QuietEnd().setup(None)
    try:
        said = [
            logger.filter(logging.LogRecord("", logging.ERROR, "", 0, text, (), None))
            for text in (
                "Failed to communicate with scheduler during heartbeat.",
                "Worker is at 85% memory usage.",
            )
        ]
    finally:
        logger.filters = before
    assert [*map(bool, said)] == [False, True]


def test_a_running_scheduler_is_used(client):
    with connect(client.scheduler.address) as second:
        assert second.submit(os.getpid).result() in client.run(os.getpid).values()


def test_workers_have_one_thread_and_the_memory_asked_for(cluster):
    assert set(cluster.nthreads().values()) == {1}
    limits = cluster.run(lambda dask_worker: dask_worker.memory_manager.memory_limit)
    assert set(limits.values()) == {1_000_000_000}


# --------------------------------------------------------------------------- joblib on the workers


def test_the_chains_of_a_mixture_run_on_the_workers(client):
    images = np.random.default_rng(0).integers(0, 2, (300, 40), np.uint8)
    mixture = BetaBernoulliMixture(n_chains=3, n_sweeps=4, n_jobs=1, random_state=0)
    expected = mixture.fit(images).chains_
    with get_task_stream(client) as tasks, joblib.parallel_config("dask"):
        chains = mixture.set_params(n_jobs=2).fit(images).chains_
    # A task for a chain, not for a sweep: the images are sent once.
    assert sum("_run_chain" in task["key"] for task in tasks.data) == 3
    for chain, wanted in zip(chains, expected, strict=True):
        assert same(chain.labels, wanted.labels)
        assert same(chain.on_counts, wanted.on_counts)
        assert chain.log_joint == wanted.log_joint


def score_and_tell_where(estimator, X, y):  # noqa: N803
    return {"accuracy": estimator.score(X, y), "pid": os.getpid()}


def test_a_grid_search_runs_on_the_workers(client):
    X, y = load_digits(n_class=3, return_X_y=True)  # noqa: N806
    search = GridSearchCV(
        LogisticRegression(), {"C": [1e-4, 1e-2]}, scoring=score_and_tell_where, refit="accuracy", cv=2
    )
    expected = search.fit(X, y).cv_results_
    with joblib.parallel_config("dask"):
        results = search.fit(X, y).cv_results_
    assert same(results["mean_test_accuracy"], expected["mean_test_accuracy"])
    assert os.getpid() == expected["split0_test_pid"][0]
    pids = {*results["split0_test_pid"].astype(int), *results["split1_test_pid"].astype(int)}
    assert pids <= set(client.run(os.getpid).values())


def study(seed):
    """Judge augmented images, as one seed of the perturbation study does."""
    return os.getpid(), augment(IMAGES, np.random.default_rng(seed)).mean()


def test_the_seeds_of_a_study_run_on_the_workers(client):
    with joblib.parallel_config("dask"):
        pids, means = zip(*joblib.Parallel()(joblib.delayed(study)(seed) for seed in range(6)), strict=True)
    assert list(means) == [study(seed)[1] for seed in range(6)]
    assert set(pids) <= set(client.run(os.getpid).values())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: connect(n_workers=0), "n_workers must be a whole number of at least 1, got 0"),
        (lambda: connect(timeout=0), "timeout must be greater than 0, got 0.0"),
        (
            lambda: connect(memory_limit="much"),
            "memory_limit must be 'auto' or at least 250 MB .*, got 'much'",
        ),
        (
            lambda: connect(memory_limit="200 MB"),
            "memory_limit must be 'auto' or at least 250 MB .*, got '200 MB'",
        ),
        (lambda: connect(memory_limit=None), "memory_limit must be 'auto' or at least 250 MB .*, got None"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
