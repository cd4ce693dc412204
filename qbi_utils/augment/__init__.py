"""Augmentation of image batches: one geometry moves images, masks, points and boxes together.

`draw_geometry` draws a random geometry for each image of a batch; the `Geometry` warps whatever belongs to the
image, and interpolates each pixel once, however many operations it is made of. `draw_intensity` does the same
for grey levels. `deskew` and `normalize` take away what carries no information instead of varying it.

Positions are (row, column) in pixels, rows downwards, (0, 0) in the centre of the first pixel. Angles are in
degrees.
"""

from .deskewing import deskew
from .geometry import Geometry, draw_geometry
from .intensity import Intensity, draw_intensity, normalize

__all__ = ["Geometry", "Intensity", "deskew", "draw_geometry", "draw_intensity", "normalize"]
