"""Simulated images with exact ground truth: each function is a forward model of an instrument.

Objects are drawn first and the ground truth is taken from them; then come optics, counting statistics and the
detector. Besides the noisy images each model returns `clean`, what the instrument would record on average.
Characters written by hand, `digits` and `draw_strokes`, are given by the strokes of a pen, and free of noise.

A range of a parameter is a tuple (low, high), from which one value is drawn for each image or each object; a
number holds for all. Positions are (row, column) in pixels, rows downwards, (0, 0) in the centre of the first
pixel.
"""

# Two functions are named as their modules are. An import binds the module first and the function after it, and a later
# import of the module no longer does: `simulate.nuclei` and `simulate.digits` are the functions, always.
from .digits import digits
from .heads import TISSUES, HeadPhantom, head_phantom
from .nuclei import Nuclei, nuclei
from .pores import PorousVolume, porous_volume
from .radiographs import Radiograph, radiograph
from .strokes import draw_strokes

__all__ = [
    "TISSUES",
    "HeadPhantom",
    "Nuclei",
    "PorousVolume",
    "Radiograph",
    "digits",
    "draw_strokes",
    "head_phantom",
    "nuclei",
    "porous_volume",
    "radiograph",
]
