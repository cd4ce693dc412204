"""Stacks in chunks, against loops over whole stacks."""

import dask
import numpy as np
import pytest
from distributed import get_task_stream

from qbi_utils.chunked import draw_images, map_images
from tests.chunked.helpers import (
    CHUNKINGS,
    IMAGES,
    augment,
    chunk,
    loop,
    measure,
    same,
    simulate_nuclei,
)

STACK = chunk(IMAGES, (6, 6))


@pytest.mark.parametrize("sizes", CHUNKINGS)
@pytest.mark.parametrize("images_per_call", [1, 2])
def test_augmented_stacks_are_those_of_a_loop(sizes, images_per_call):
    augmented = map_images(augment, chunk(IMAGES, sizes), images_per_call=images_per_call, rng=7)
    assert augmented.chunks == ((*sizes,), (16,), (18,))
    assert augmented.dtype == np.uint8
    assert same(augmented, loop(augment, 12, images_per_call, 7, IMAGES))


def test_neither_workers_nor_chunks_change_a_bit(cluster):
    expected_images = loop(augment, 12, 2, 7, IMAGES)
    expected_nuclei = loop(simulate_nuclei, 12, 2, 7)
    for workers in (list(cluster.nthreads())[:1], list(cluster.nthreads())):
        with get_task_stream(cluster) as tasks:
            for sizes in CHUNKINGS:
                augmented = map_images(augment, chunk(IMAGES, sizes), images_per_call=2, rng=7)
                nuclei = draw_images(simulate_nuclei, 12, chunk_size=sizes[0], images_per_call=2, rng=7)
                features = map_images(measure, augmented)
                done = cluster.gather(cluster.compute([augmented, nuclei, features], workers=workers))
                assert same(done[0], expected_images)
                assert same(done[1], expected_nuclei)
                assert same(done[2], measure(expected_images))
        assert {task["worker"] for task in tasks.data} == set(workers)  # computed anew, and by all of them


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_schedulers_of_one_machine_agree(scheduler):
    augmented = map_images(augment, chunk(IMAGES, (4, 4, 4)), rng=7)
    assert same(augmented.compute(scheduler=scheduler), loop(augment, 12, 1, 7, IMAGES))


def test_the_last_group_may_be_smaller():
    augmented = map_images(augment, chunk(IMAGES[:11], (5, 5, 1)), images_per_call=5, rng=0)
    assert same(augmented, loop(augment, 11, 5, 0, IMAGES[:11]))
    drawn = draw_images(simulate_nuclei, 11, chunk_size=10, images_per_call=5, rng=0)
    assert same(drawn, loop(simulate_nuclei, 11, 5, 0))


@pytest.mark.parametrize(
    "function",
    [
        measure,
        lambda images: images.max(axis=(1, 2)),
        lambda images: images.mean(axis=2),
        lambda images: images[:, ::2, ::3],
        lambda images: np.stack([images, images], axis=-1),
        lambda images: np.stack([images, images], axis=-1)[..., None],
    ],
    ids=["features", "number", "rows", "smaller", "channels", "more axes"],
)
def test_results_of_any_shape_are_those_of_numpy(function):
    expected = function(IMAGES)
    results = map_images(function, chunk(IMAGES, (4, 6, 2)))
    assert (results.shape, results.dtype) == (expected.shape, expected.dtype)
    assert results.chunks[0] == (4, 6, 2)
    assert same(results, expected)


def test_colour_images_are_taken():
    colours = np.stack([IMAGES, IMAGES // 2, IMAGES // 3], axis=-1)
    assert same(map_images(augment, chunk(colours, (6, 6)), rng=1), loop(augment, 12, 1, 1, colours))


def test_shape_and_dtype_may_be_given_and_then_nothing_is_tried():
    def refuse_black(images):
        assert images.any()
        return measure(images)

    features = map_images(refuse_black, chunk(IMAGES, (6, 6)), shape=[2], dtype="float64")
    assert same(features, measure(IMAGES))
    with pytest.raises(ValueError, match=r"function must work on 1 images, zeros .* or give shape and dtype"):
        map_images(refuse_black, chunk(IMAGES, (6, 6)))


def test_an_empty_stack_stays_empty():
    assert map_images(measure, chunk(IMAGES[:0], (0,))).compute().shape == (0, 2)
    assert draw_images(simulate_nuclei, 0, chunk_size=4, rng=0).compute().shape == (0, 32, 32)


def test_each_kind_of_rng():
    def draw(rng):
        return draw_images(simulate_nuclei, 3, chunk_size=1, rng=rng).compute()

    assert same(draw(5), draw(np.random.SeedSequence(5)))
    child = np.random.SeedSequence(5).spawn(2)[1]
    first = simulate_nuclei(1, np.random.default_rng(np.random.SeedSequence(5, spawn_key=(1, 0))))
    assert same(draw(child)[:1], first)
    rng, twin = np.random.default_rng(5), np.random.default_rng(5)
    drawn = draw(rng)
    assert same(drawn, draw(twin))
    assert not same(drawn, draw(rng))  # the call has advanced it
    assert not same(draw(None), draw(None))


def test_nothing_given_is_changed():
    seed, images = np.random.SeedSequence(5), IMAGES.copy()
    map_images(augment, chunk(images, (6, 6)), rng=seed).compute()
    assert seed.n_children_spawned == 0
    assert same(images, IMAGES)


def test_a_chain_of_calls_is_one_task_a_chunk():
    nuclei = draw_images(simulate_nuclei, 12, chunk_size=2, rng=0)
    (augmented,) = dask.optimize(map_images(augment, nuclei, rng=1))
    assert len(augmented.__dask_graph__()) == 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: map_images(measure, STACK[0]),
            r"images must have shape \(n, height, width\) or \(n, .* \(16, 18\)",
        ),
        (
            lambda: map_images(measure, STACK.rechunk((6, 8, 18))),
            r"images must be chunked along the first axis only, so that no image is split, got chunks \(\(6, 6\), \(8",
        ),
        (
            lambda: map_images(measure, STACK, images_per_call=4),
            r"chunks must hold whole groups of 4 images \(images_per_call\), got chunks of \(6, 6\)",
        ),
        (
            lambda: map_images(measure, STACK, images_per_call=0),
            "images_per_call must be a whole number of at least 1",
        ),
        (
            lambda: map_images(measure, STACK, shape=(2,)),
            r"shape and dtype must be given together .*got \(2,\) and N",
        ),
        (lambda: map_images(augment, STACK, rng=-1), "rng must be a whole number of at least 0, got -1"),
        (
            lambda: map_images(lambda images: images.sum(), STACK),
            r"return one result for each .*shape \(\) for 1 im",
        ),
        (
            lambda: map_images(measure, STACK, shape=(3,), dtype=float).compute(),
            r"function must return shape \(1, 3\) and float64 for 1 images.* got \(1, 2\) and float64",
        ),
        (
            lambda: map_images(measure, STACK, shape=(2,), dtype="float32").compute(),
            r"function must return shape \(1, 2\) and float32 .* got \(1, 2\) and float64",
        ),
        (
            lambda: draw_images(simulate_nuclei, 1.5, chunk_size=1),
            "n_images must be a whole number of at least 0",
        ),
        (
            lambda: draw_images(simulate_nuclei, 4, chunk_size=0),
            "chunk_size must be a whole number of at least 1",
        ),
        (
            lambda: draw_images(simulate_nuclei, 8, chunk_size=3, images_per_call=2),
            r"chunks must hold whole groups of 2 images \(images_per_call\), got chunks of \(3, 3, 2\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_arrays_of_numpy_are_refused():
    with pytest.raises(TypeError, match="images must be a dask array, got ndarray; see "):
        map_images(measure, IMAGES)
