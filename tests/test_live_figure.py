"""The live figure says what Python says, waits until it is seen, and can be used with the keyboard."""

import base64
import json

import numpy as np
import pytest
from scipy import special
from sklearn.neighbors import NearestNeighbors

from lecture_tools.paths import ROOT, SITE
from qbi_utils.augment import draw_geometry
from qbi_utils.datasets import load_mnist

PAGE = (SITE / "lectures/12-augmentation.html").as_uri()
N = 100


@pytest.fixture(scope="module")
def model():
    text = (ROOT / "assets/live/model.js").read_text()
    packed = json.loads(text.removeprefix("window.liveModel = ").rstrip().rstrip(";"))

    def unpack(name, dtype):
        return np.frombuffer(base64.b64decode(packed[name]), dtype)

    return {
        "weights": unpack("weights", "<f4").reshape(10, 784).astype(float),
        "intercept": unpack("intercept", "<f4").astype(float),
        "known": unpack("known", np.uint8).reshape(-1, 784) / 255,
        "labels": np.array(packed["labels"]),
        "noise": unpack("noise", "<f4").astype(float),
    }


def test_the_model_knows_its_digits_and_is_right_for_nine_test_images_of_ten(model):
    test = load_mnist("test")
    rows = test.images.reshape(len(test), -1) / 255
    said = (rows @ model["weights"].T + model["intercept"]).argmax(axis=1)
    assert 0.9 < (said == test.labels).mean() < 0.93
    nearest = (
        NearestNeighbors(n_neighbors=1).fit(model["known"]).kneighbors(rows, return_distance=False)[:, 0]
    )
    assert 0.75 < (model["labels"][nearest] == test.labels).mean() < 0.9
    assert np.bincount(model["labels"]).min() > 20


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.goto(PAGE)
    yield page
    page.close()


@pytest.mark.site
def test_the_figure_equals_python_on_100_images(model, page):
    rng = np.random.default_rng(0)
    images = load_mnist("test").images[rng.choice(10_000, N, replace=False)] / 255
    settings = {
        "rotation": rng.uniform(-90, 90, N),
        "zoom": rng.uniform(0.5, 1.6, N),
        "down": rng.uniform(-10, 10, N),
        "right": rng.uniform(-10, 10, N),
    }
    strengths = rng.uniform(0, 1, N)
    geometry = draw_geometry(
        N,
        (28, 28),
        rotation=settings["rotation"],
        zoom=settings["zoom"],
        vertical_shift=settings["down"],
        horizontal_shift=settings["right"],
    )
    rows = geometry.warp_images(images).reshape(N, -1)
    rows = np.clip(rows + strengths[:, None] * model["noise"], 0, 1)
    chances = special.softmax(rows @ model["weights"].T + model["intercept"], axis=1)
    distances, nearest = (
        NearestNeighbors(n_neighbors=5, algorithm="brute").fit(model["known"]).kneighbors(rows)
    )
    asked = [
        {
            "image": image.ravel().tolist(),
            "values": dict(zip(settings, values, strict=True)),
            "noise": strength,
        }
        for image, values, strength in zip(
            images, np.column_stack(list(settings.values())).tolist(), strengths.tolist(), strict=True
        )
    ]
    answers = page.evaluate(
        """async (asked) => {
          await liveDigit.load();
          return asked.map(({image, values, noise}) => {
            const changed = liveDigit.addNoise(liveDigit.warp(Float64Array.from(image), values), noise);
            return {image: [...changed], chances: liveDigit.probabilities(changed), near: liveDigit.neighbours(changed)};
          });
        }""",
        asked,
    )
    differences = {
        "image": np.abs(np.array([answer["image"] for answer in answers]) - rows).max(),
        "chances": np.abs(np.array([answer["chances"] for answer in answers]) - chances).max(),
        "distance": np.abs(np.array([[n["distance"] for n in a["near"]] for a in answers]) - distances).max(),
    }
    print(differences)
    assert max(differences.values()) < 1e-4
    assert [[n["index"] for n in answer["near"]] for answer in answers] == nearest.tolist()


@pytest.mark.site
def test_the_model_is_loaded_when_the_figure_comes_into_view(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("window.scrollTo(0, 0)")
    assert page.locator(".live-verdict").count() == 0
    page.locator(".live-figure").scroll_into_view_if_needed()
    page.wait_for_selector(".live-verdict")
    assert [url.split("/")[-1] for url in asked if "model" in url] == ["model.js"]


@pytest.mark.site
def test_the_figure_can_be_used_with_the_keyboard(page):
    page.locator(".live-figure").scroll_into_view_if_needed()
    page.wait_for_selector(".live-verdict")
    before = page.inner_text(".live-verdict")
    page.focus("#live-rotation")
    for _ in range(90):
        page.keyboard.press("ArrowRight")
    assert page.inner_text("output[for=live-rotation]") == "90°"
    assert page.inner_text(".live-verdict") != before
    page.focus(".live-image")
    for key in ("Space", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert page.locator("#live-digit-choice").input_value() == "drawn"
    assert page.inner_text("output[for=live-rotation]") == "0°"
