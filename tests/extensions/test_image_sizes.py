"""Sizes of pictures, as the page tells them."""

from types import SimpleNamespace

from bs4 import BeautifulSoup
from PIL import Image

from _extensions import image_sizes


def test_pictures_tell_their_size_and_load_when_near(tmp_path):
    Image.new("L", (30, 20)).save(tmp_path / "source.png")
    app = SimpleNamespace(builder=SimpleNamespace(images={str(tmp_path / "source.png"): "a.png"}))
    card = '<img src="_images/card-a.webp" width="48"/>'
    context = {"body": f'<img alt="A." src="../_images/a.png" /><img src="../_static/logo.svg"/>{card}'}
    image_sizes.size_images(app, "lectures/01", "page.html", context, None)
    sized, logo, _ = BeautifulSoup(context["body"], "html.parser").select("img")
    assert context["body"].endswith(card)
    assert (sized["width"], sized["height"], sized["loading"]) == ("30", "20", "lazy")
    assert list(logo.attrs) == ["src"]
