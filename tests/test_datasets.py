import gzip
import hashlib
import io
import multiprocessing
import re
import shutil
import struct
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skimage.data

from qbi_utils import datasets
from qbi_utils.datasets import (
    DatasetError,
    ImageDataset,
    load_cifar10,
    load_fashion_mnist,
    load_mnist,
    load_photo_tiles,
    read_kaggle_digits,
    verify_shipped_files,
    write_submission,
)

ROOT = Path(__file__).parents[1]


def make_dataset(**changes):
    fields = {
        "images": np.zeros((2, 4, 4), np.uint8),
        "labels": np.array([0, 1]),
        "class_names": ["cat", "dog"],
        "name": "Pair",
        "source": "drawn",
        "licence": "CC0",
    }
    return ImageDataset(**fields | changes)


# --------------------------------------------------------------------------- ImageDataset


def test_image_dataset_is_frozen_and_leaves_the_input_writable():
    images = np.zeros((2, 4, 4), np.uint8)
    pair = make_dataset(images=images)
    with pytest.raises(ValueError, match="read-only"):
        pair.images[0] = 1
    with pytest.raises(AttributeError):
        pair.name = "other"
    images[0] = 1  # the caller's own array stays his


def test_image_dataset_takes_colour():
    assert make_dataset(images=np.zeros((2, 4, 4, 3), np.uint8)).describe()["shape"] == "4 × 4 × 3"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": np.zeros((2, 4, 4))}, TypeError, "images must be uint8, got float64"),
        ({"images": np.zeros((2, 4), np.uint8)}, ValueError, r"images must have shape .* got \(2, 4\)"),
        ({"images": np.zeros((2, 4, 4, 2), np.uint8)}, ValueError, r"images must have shape .* 4, 2\)"),
        ({"labels": np.array([0.0, 1.0])}, TypeError, "labels must be integers, got float64"),
        ({"labels": np.array([0])}, ValueError, r"labels must have shape \(2,\).* got \(1,\)"),
        ({"labels": np.array([0, 2])}, ValueError, r"labels must lie in 0..1, got \[2\]"),
        ({"labels": np.array([-1, 0])}, ValueError, r"labels must lie in 0..1, got \[-1\]"),
    ],
)
def test_image_dataset_names_what_is_wrong(changes, error, message):
    with pytest.raises(error, match=message):
        make_dataset(**changes)


# --------------------------------------------------------------------------- what ships


@pytest.mark.parametrize(("split", "n"), [("train", 60_000), ("test", 10_000), ("all", 70_000)])
def test_load_mnist_sizes(split, n):
    mnist = load_mnist(split)
    assert mnist.images.shape == (n, 28, 28)
    assert mnist.images.dtype == np.uint8
    assert mnist.labels.shape == (n,)


def test_load_mnist_is_the_canonical_mnist():
    # Published MD5 sums of the four uncompressed files.
    published = {
        ("train", "images"): "6bbc9ace898e44ae57da46a324031adb",
        ("train", "labels"): "a25bea736e30d166cdddb491f175f624",
        ("test", "images"): "2646ac647ad5339dbf082846283269ea",
        ("test", "labels"): "27ae3e4e09519cfbb04c329615203637",
    }
    for (split, field), md5 in published.items():
        array = getattr(load_mnist(split), field)
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        assert hashlib.md5(header + array.tobytes()).hexdigest() == md5


def test_load_mnist_all_is_train_then_test():
    everything = load_mnist("all")
    assert np.array_equal(everything.images[60_000:], load_mnist("test").images)
    assert np.array_equal(everything.labels[:60_000], load_mnist("train").labels)


def test_photo_tiles_put_the_photographs_together():
    tiles = load_photo_tiles()
    assert np.bincount(tiles.labels).tolist() == [16, 24, 24, 16, 20]
    coffee = tiles.images[tiles.labels == 2].reshape(4, 6, 32, 32, 3)
    together = np.concatenate([np.concatenate(row, axis=1) for row in coffee])
    photo = skimage.data.coffee()  # 400×600: shrunk by 25/8, so compared by the means of large parts
    for rows in range(4):
        expected = photo[100 * rows : 100 * rows + 100, :100].mean(axis=(0, 1))
        assert together[32 * rows : 32 * rows + 32, :32].mean(axis=(0, 1)) == pytest.approx(expected, abs=2)


def test_fashion_sample_is_stratified():
    assert np.bincount(load_fashion_mnist("train").labels).tolist() == [600] * 10
    assert np.bincount(load_fashion_mnist("test").labels).tolist() == [100] * 10


@pytest.mark.parametrize("load", [load_mnist, load_fashion_mnist, load_cifar10])
def test_unknown_split_is_refused(load):
    with pytest.raises(ValueError, match="split must be 'train', 'test' or 'all', got 'tests'"):
        load("tests")


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
    monkeypatch.setattr(datasets, "_DATA", tmp_path)
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


# --------------------------------------------------------------------------- what is downloaded


class Mirror:
    """Server on loopback that serves one small file, in the way that `behaviour` says."""

    def __init__(self, files):
        self.behaviour, self.requests = "good", 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.requests += 1
                content = files.get(self.path.lstrip("/"))
                if mirror.behaviour == "500" or content is None:
                    return self.send_error(500 if content else 404)
                if mirror.behaviour == "wrong":
                    content = content[::-1]
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if mirror.behaviour == "cut":
                    content = content[: len(content) // 2]
                if mirror.behaviour == "silent":
                    time.sleep(1.5)
                try:
                    for start in range(0, len(content), 1 + len(content) // 5):
                        self.wfile.write(content[start : start + 1 + len(content) // 5])
                        time.sleep(0.05 if mirror.behaviour == "slow" else 0)
                except OSError:  # the reader has given up
                    pass

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def make_cifar10_archive(n_records=3, extra=None):
    """Archive in the form of CIFAR-10: image i of a batch has label i and its first red pixel at 10 + i."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        names = [
            *datasets._CIFAR10_BATCHES["all"],
            "batches.meta.txt",
            "readme.html",
            *([extra] if extra else []),
        ]
        for name in names:
            records = np.zeros((n_records, 3073), np.uint8)
            records[:, 0] = np.arange(n_records)
            records[:, 1] = 10 + np.arange(n_records)  # red, row 0, column 0
            records[:, 1 + 1024 + 33] = 7  # green, row 1, column 1
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = records.nbytes
            archive.addfile(member, io.BytesIO(records.tobytes()))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def archive():
    return make_cifar10_archive()


@pytest.fixture
def mirror(archive, monkeypatch):
    monkeypatch.setattr(datasets, "_CIFAR10_CHECKSUM", "sha256:" + hashlib.sha256(archive).hexdigest())
    monkeypatch.setattr(datasets, "_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(datasets, "_RETRIES", 0)
    server = Mirror({"cifar-10-binary.tar.gz": archive})
    yield server
    server.close()


def load_from(mirror, cache, split="test"):
    return load_cifar10(split, cache=cache, mirror=mirror.url, progress=False)


@pytest.mark.parametrize(("split", "n"), [("train", 15), ("test", 3), ("all", 18)])
def test_cifar10_is_read_as_documented(mirror, tmp_path, split, n):
    cifar10 = load_from(mirror, tmp_path, split)
    assert cifar10.images.shape == (n, 32, 32, 3)
    assert cifar10.labels[:3].tolist() == [0, 1, 2]
    assert cifar10.images[:3, 0, 0, 0].tolist() == [10, 11, 12]
    assert (cifar10.images[:, 1, 1] == [0, 7, 0]).all()
    assert cifar10.class_names[0] == "airplane"


def test_cifar10_is_only_read_where_it_is_when_told_so(mirror, tmp_path):
    with pytest.raises(DatasetError, match=r"CIFAR-10 is not in .* Call load_cifar10"):
        load_cifar10("test", cache=tmp_path, mirror=mirror.url, download=False)
    assert not list(tmp_path.iterdir())
    load_from(mirror, tmp_path)
    assert len(load_cifar10("test", cache=tmp_path, mirror="http://127.0.0.1:9", download=False)) == 3


def test_cifar10_is_downloaded_once(mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("QBI_CACHE_DIR", str(tmp_path))
    load_from(mirror, None)
    load_from(mirror, None)
    assert mirror.requests == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("cut", "could not be downloaded from http://127.*the connection broke off.* Run again"),
        ("wrong", "from http://127.* does not have the expected checksum sha256:.* thrown away.* Run again"),
        ("500", r"could not be downloaded .*the server answered 500.* Run again"),
        ("silent", "could not be downloaded .*no answer within 0.5 s.* Run again"),
    ],
)
def test_misbehaving_mirror_leaves_nothing_and_running_again_helps(mirror, tmp_path, behaviour, message):
    mirror.behaviour = behaviour
    with pytest.raises(DatasetError, match=message):
        load_from(mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []
    mirror.behaviour = "good"
    assert len(load_from(mirror, tmp_path)) == 3


def test_slow_mirror_is_waited_for(mirror, tmp_path):
    mirror.behaviour = "slow"
    assert len(load_from(mirror, tmp_path)) == 3


def test_one_broken_download_is_tried_again(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "_RETRIES", 1)
    mirror.behaviour = "wrong"
    threading.Timer(0.5, setattr, (mirror, "behaviour", "good")).start()
    assert len(load_from(mirror, tmp_path)) == 3
    assert mirror.requests == 2


def test_unreachable_server_is_named(mirror, tmp_path):
    mirror.close()
    with pytest.raises(DatasetError, match=r"could not be downloaded from http://127.*cannot be reached"):
        load_from(mirror, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_altered_file_in_the_cache_is_fetched_anew(mirror, tmp_path):
    load_from(mirror, tmp_path)
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"altered")
    assert len(load_from(mirror, tmp_path)) == 3
    assert mirror.requests == 2


def test_cache_that_cannot_be_written_is_named(mirror, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"cannot be kept in .*file/cache \(.*\).* QBI_CACHE_DIR"):
        load_from(mirror, tmp_path / "file" / "cache")


def test_unexpected_member_is_named(monkeypatch, tmp_path):
    strange = make_cifar10_archive(extra="../../surprise.bin")
    monkeypatch.setattr(datasets, "_CIFAR10_CHECKSUM", "sha256:" + hashlib.sha256(strange).hexdigest())
    server = Mirror({"cifar-10-binary.tar.gz": strange})
    with pytest.raises(
        DatasetError, match=r"missing \[\], unexpected \['cifar-10-batches-bin/../../surprise.bin'\]"
    ):
        load_from(server, tmp_path)
    server.close()
    assert [path.name for path in tmp_path.rglob("*")] == ["cifar-10-binary.tar.gz"]


def _load_in_process(url, checksum, cache, results):
    datasets._CIFAR10_CHECKSUM = checksum
    results.put(len(load_cifar10("test", cache=cache, mirror=url, progress=False)))


def test_two_processes_may_download_at_once(mirror, tmp_path):
    mirror.behaviour = "slow"
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    arguments = (mirror.url, datasets._CIFAR10_CHECKSUM, tmp_path, results)
    processes = [context.Process(target=_load_in_process, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    assert [results.get(timeout=60) for _ in processes] == [3, 3]
    for process in processes:
        process.join()
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-binary.tar.gz"]


# Whole Fashion-MNIST: one file is enough to try both routes.


@pytest.fixture
def fashion(monkeypatch, tmp_path):
    """Tiny files in the place of the four large ones, on a mirror and in a folder like Debian's."""
    files, registry = {}, {}
    for prefix, n in (("train", 3), ("t10k", 2)):
        arrays = {
            "images-idx3": np.full((n, 28, 28), n, np.uint8),
            "labels-idx1": np.arange(n, dtype=np.uint8),
        }
        for kind, array in arrays.items():
            raw = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
            name = f"{prefix}-{kind}-ubyte.gz"
            files[name] = gzip.compress(raw)
            registry[name] = ("md5:" + hashlib.md5(files[name]).hexdigest(), hashlib.sha256(raw).hexdigest())
    monkeypatch.setattr(datasets, "_FASHION_FILES", registry)
    monkeypatch.setattr(datasets, "_FASHION_DEBIAN", tmp_path / "debian")
    server = Mirror(files)
    yield server, files
    server.close()


def test_whole_fashion_mnist_is_downloaded(fashion, tmp_path):
    server, _ = fashion
    everything = load_fashion_mnist(
        "all", whole=True, cache=tmp_path / "cache", mirror=server.url, progress=False
    )
    assert everything.images[:, 0, 0].tolist() == [3, 3, 3, 2, 2]
    assert everything.labels.tolist() == [0, 1, 2, 0, 1]
    assert everything.name == "Fashion-MNIST"


def test_whole_fashion_mnist_is_taken_from_debian_without_network(fashion, tmp_path):
    server, files = fashion
    (tmp_path / "debian").mkdir()
    for name, content in files.items():
        again = gzip.compress(gzip.decompress(content), compresslevel=1, mtime=1)  # other bytes, same content
        (tmp_path / "debian" / name).write_bytes(again)
    assert len(load_fashion_mnist("test", whole=True)) == 2
    assert server.requests == 0


@pytest.mark.parametrize(
    ("content", "found"), [(b"no gzip", "not gzip"), (gzip.compress(b"other"), "found [0-9a-f]{64}")]
)
def test_damaged_debian_file_is_named(fashion, tmp_path, content, found):
    (tmp_path / "debian").mkdir()
    for name in fashion[1]:
        (tmp_path / "debian" / name).write_bytes(content)
    with pytest.raises(
        DatasetError, match=rf"debian/t10k-images.* is damaged: .*{found}.* dataset-fashion-mnist"
    ):
        load_fashion_mnist("test", whole=True)


# --------------------------------------------------------------------------- tables of digits


def write_table(path, rows, labels=None):
    """A table as Kaggle's, written by hand, not by pandas."""
    header = ["label"] * (labels is not None) + [f"pixel{index}" for index in range(784)]
    lines = [header]
    for index, row in enumerate(rows):
        lines.append(([labels[index]] if labels is not None else []) + list(row))
    path.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    return path


def test_a_table_gives_images_row_by_row(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
    path = write_table(tmp_path / "train.csv", images.reshape(3, -1), [7, 0, 9])
    found, labels = read_kaggle_digits(path)
    assert found.dtype == labels.dtype == np.uint8
    assert np.array_equal(found, images)
    assert labels.tolist() == [7, 0, 9]


def test_a_table_without_labels_has_none(tmp_path):
    images, labels = read_kaggle_digits(write_table(tmp_path / "test.csv", [[5] * 784]))
    assert labels is None
    assert images.shape == (1, 28, 28)
    assert (images == 5).all()


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_a_table_from_another_system_is_read(tmp_path, newline):
    path = write_table(tmp_path / "train.csv", [[1] * 784], [3])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", newline).encode())
    assert read_kaggle_digits(path)[1].tolist() == [3]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, 10, r"line 3, column 1 \(label\): expected a whole number in 0-9, got '10'"),
        (0, "seven", r"line 3, column 1 \(label\): expected a whole number in 0-9, got 'seven'"),
        (5, 256, r"line 3, column 6 \(pixel4\): expected a whole number in 0-255, got '256'"),
        (5, 70000, r"line 3, column 6 \(pixel4\): expected a whole number in 0-255, got '70000'"),
        (784, -1, r"line 3, column 785 \(pixel783\): expected a whole number in 0-255, got '-1'"),
        (9, 0.5, r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got '0.5'"),
        (9, "", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got ''"),
        (9, "\u0663", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got '\u0663'"),
        (9, "nan", r"line 3, column 10 \(pixel8\): expected a whole number in 0-255, got 'nan'"),
    ],
)
def test_a_wrong_entry_is_named_by_line_and_column(tmp_path, column, value, message):
    rows = np.ones((2, 785), int).astype(object)
    rows[1, column] = value
    path = write_table(tmp_path / "train.csv", rows[:, 1:], rows[:, 0])
    with pytest.raises(DatasetError, match=message):
        read_kaggle_digits(path)


def test_quotes_change_nothing(tmp_path):
    path = write_table(tmp_path / "train.csv", [['"1"'] * 784], ['"3"'])
    assert read_kaggle_digits(path)[1].tolist() == [3]


def test_a_fault_that_no_rule_explains_still_gets_a_sentence(tmp_path):
    path = write_table(tmp_path / "test.csv", [[1] * 784])
    header = path.read_text().splitlines()[0].split(",")
    assert datasets._describe_fault(path, header) == f"{path} is not a table of whole numbers"


@pytest.mark.parametrize(("n_columns", "got"), [(783, 784), (785, 786)])
@pytest.mark.parametrize("first", [0, 1])
def test_a_line_of_another_length_is_named(tmp_path, n_columns, got, first):
    rows = [[1] * 784] * first + [[1] * n_columns]
    path = write_table(tmp_path / "train.csv", rows, [3] * len(rows))
    with pytest.raises(DatasetError, match=rf"line {first + 2}: expected 785 columns, got {got}"):
        read_kaggle_digits(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected 784 columns, label .* got 0"),
        ("label,pixel0\n", "line 1: expected 785 columns, label .* got 2"),
        (",".join(["digit", *map(str, range(784))]), "line 1: expected 784 columns, label .* got 785"),
        (",".join(["label", "pixel1"] + ["x"] * 783), "line 1, column 2: expected 'pixel0', got 'pixel1'"),
        (",".join(f"pixel{i}" for i in range(784)) + "\n", "holds a header and no digit"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*input contained no data")
def test_a_wrong_header_is_named(tmp_path, text, message):
    path = tmp_path / "train.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_kaggle_digits(path)


def test_a_table_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere\.csv cannot be read as a table: .*No such file"):
        read_kaggle_digits(tmp_path / "nowhere.csv")
    binary = tmp_path / "image.csv"
    binary.write_bytes(b"\x89PNG\xff")
    with pytest.raises(DatasetError, match=r"image\.csv cannot be read as a table"):
        read_kaggle_digits(binary)


def test_a_submission_counts_from_one_and_keeps_the_labels(tmp_path):
    path = tmp_path / "submission.csv"
    labels = np.array([2, 0, 9], np.uint8)
    write_submission(path, labels)
    assert path.read_text() == "ImageId,Label\n1,2\n2,0\n3,9\n"
    assert labels.tolist() == [2, 0, 9]


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([1, 10], ValueError, "labels must lie in 0-9, got 10 for image 2"),
        ([-1], ValueError, "labels must lie in 0-9, got -1 for image 1"),
        ([0.5], TypeError, "labels must be whole numbers, got float64"),
        (np.zeros((2, 10)), ValueError, r"labels must hold one digit for each image, got shape \(2, 10\)"),
        ([], ValueError, r"labels must hold one digit for each image, got shape \(0,\)"),
    ],
)
def test_a_wrong_submission_is_refused_and_the_old_file_stays(tmp_path, labels, error, message):
    path = tmp_path / "submission.csv"
    path.write_text("old")
    with pytest.raises(error, match=message):
        write_submission(path, labels)
    assert path.read_text() == "old"


def test_an_interrupted_submission_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "submission.csv"
    path.write_text("old")

    def fail(self, file, **options):
        Path(file).write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="No space left"):
        write_submission(path, [1, 2])
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["submission.csv"]
