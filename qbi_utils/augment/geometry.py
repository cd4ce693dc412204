"""One geometry, drawn at random, moves images, masks, points and boxes together."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._parallel import share_out
from .._validation import NOT_NEGATIVE, POSITIVE, SHARE, draw_values, validate_number, validate_shape
from ._elastic import draw_displacement, undo_displacement
from ._images import validate_fill, validate_images
from ._kernels import warp_bilinear, warp_nearest

_MODES = {"constant": 0, "nearest": 1, "reflect": 2, "wrap": 3}


@dataclass(frozen=True, eq=False, repr=False)
class Geometry:
    """Where each pixel of a batch comes from: one affine matrix an image, and maybe a displacement.

    The pixel at x of image i is taken from position ``matrices[i] @ (x, 1) + displacement[i, :, x]`` of the
    original. The same geometry warps images, masks, points and boxes, so that they stay together. Mostly
    made by `draw_geometry`.

    Parameters
    ----------
    matrices : array_like, shape (n, 2, 3)
        Affine maps from (row, column, 1) in the result to (row, column) in the original, in pixels.
    image_shape : tuple of int
        Height and width of the images.
    displacement : array_like, shape (n, 2, height, width), optional
        Rows and columns to add to each position, in pixels.
    parameters : pandas.DataFrame, optional
        What the matrices were made of, one row an image, to explain a result. ``draw_geometry(n,
        image_shape, **geometry.parameters)`` makes the same matrices again.

    Raises
    ------
    ValueError
        If a shape disagrees, a number is not finite, or a matrix is singular.

    Examples
    --------
    A quarter turn, counter-clockwise, of an image and of a point in it.

    >>> import numpy as np
    >>> turn = draw_geometry(1, (2, 2), rotation=90)
    >>> turn.warp_images(np.array([[[1.0, 2.0], [3.0, 4.0]]])).round()
    array([[[2., 4.],
            [1., 3.]]])
    >>> turn.warp_points([[[0, 0]]]).round() + 0
    array([[[1., 0.]]])
    """

    matrices: np.ndarray
    image_shape: tuple
    displacement: np.ndarray | None = None
    parameters: pd.DataFrame | None = None

    def __post_init__(self):
        shape = validate_shape("image_shape", self.image_shape)
        matrices = np.ascontiguousarray(self.matrices, float)
        if matrices.ndim != 3 or matrices.shape[1:] != (2, 3):
            raise ValueError(f"matrices must have shape (n, 2, 3), got {matrices.shape}")
        if not np.isfinite(matrices).all():
            raise ValueError("matrices must be finite, got NaN or infinity")
        size = np.abs(matrices[:, :, :2]).max(axis=(1, 2), initial=0)
        singular = np.flatnonzero(np.abs(np.linalg.det(matrices[:, :, :2])) <= 1e-12 * size**2)
        if singular.size:
            raise ValueError(f"matrices must be invertible, matrix {singular[0]} is singular")
        object.__setattr__(self, "image_shape", shape)
        object.__setattr__(self, "matrices", matrices)
        if self.displacement is not None:
            displacement = np.ascontiguousarray(self.displacement, np.float32)
            if displacement.shape != (len(matrices), 2, *shape):
                raise ValueError(
                    f"displacement must have shape {(len(matrices), 2, *shape)}, got {displacement.shape}"
                )
            if not np.isfinite(displacement).all():
                raise ValueError("displacement must be finite, got NaN or infinity")
            object.__setattr__(self, "displacement", displacement)

    def __len__(self):
        return len(self.matrices)

    def __repr__(self):
        kind = "affine" if self.displacement is None else "affine and elastic"
        return f"Geometry of {len(self)} images of {self.image_shape[0]}x{self.image_shape[1]}, {kind}"

    def warp_images(self, images, *, mode="constant", fill_value=0, n_jobs=None):
        """Warp images by bilinear interpolation.

        Parameters
        ----------
        images : ndarray, shape (n, height, width) or (n, height, width, channels)
            Images of uint8, float32 or float64.
        mode : {"constant", "nearest", "reflect", "wrap"}
            What lies beyond the border, as in `scipy.ndimage`: `fill_value`, the border pixel, the mirrored
            image, the repeated image (whose last pixel is the first one of the next).
        fill_value : float
            Value beyond the border in mode "constant".
        n_jobs : int, optional
            Threads that share the images; -1 uses all processors. The result does not depend on it.

        Returns
        -------
        ndarray
            Warped images, of the shape and type of `images`; uint8 is rounded.

        Raises
        ------
        ValueError, TypeError
            If shape, type, `mode` or `fill_value` do not fit.

        Examples
        --------
        >>> import numpy as np
        >>> images = np.array([[[10, 20, 30]]], np.uint8)
        >>> shift = draw_geometry(1, (1, 3), horizontal_shift=0.5)
        >>> shift.warp_images(images, fill_value=255)
        array([[[255,  15,  25]]], dtype=uint8)
        >>> shift.warp_images(images, mode="nearest")
        array([[[10, 15, 25]]], dtype=uint8)
        """
        images = validate_images(images)
        self._validate_batch("images", images.shape[:3])
        real = np.float64 if images.dtype == np.float64 else np.float32
        half = real(0.5 if images.dtype == np.uint8 else 0)
        fill_value = validate_fill(fill_value, images.dtype)
        channels = (0,) * (images.shape[3] if images.ndim == 4 else 1)
        return self._warp(warp_bilinear, images, mode, n_jobs, real(fill_value), half, channels)

    def warp_masks(self, masks, *, mode="constant", fill_value=0, n_jobs=None):
        """Warp masks or label images by taking the nearest pixel, so that no new label appears.

        Parameters
        ----------
        masks : ndarray of bool or integers, shape (n, height, width)
            Masks or labels.
        mode : {"constant", "nearest", "reflect", "wrap"}
            What lies beyond the border, as for `warp_images`; use the same for both.
        fill_value : int
            Label beyond the border in mode "constant".
        n_jobs : int, optional
            Threads that share the masks; -1 uses all processors.

        Returns
        -------
        ndarray
            Warped masks, of the shape and type of `masks`.

        Raises
        ------
        ValueError, TypeError
            If shape, type, `mode` or `fill_value` do not fit.

        Examples
        --------
        >>> import numpy as np
        >>> shift = draw_geometry(1, (1, 3), horizontal_shift=1)
        >>> shift.warp_masks(np.array([[[7, 0, 5]]]))
        array([[[0, 7, 0]]])
        """
        masks = np.asarray(masks)
        if masks.ndim != 3:
            raise ValueError(f"masks must have shape (n, height, width), got {masks.shape}")
        if masks.dtype != bool and not np.issubdtype(masks.dtype, np.integer):
            raise TypeError(f"masks must be bool or integers, got {masks.dtype}")
        self._validate_batch("masks", masks.shape)
        fill_value = validate_fill(fill_value, masks.dtype)
        return self._warp(warp_nearest, masks, mode, n_jobs, fill_value)

    def warp_points(self, points):
        """Move points to where the warped image shows what they pointed at.

        Parameters
        ----------
        points : array_like, shape (n, k, 2)
            Row and column of k points in each image, in pixels. NaN stays NaN, so that images with fewer
            points can be filled up.

        Returns
        -------
        ndarray of float, shape (n, k, 2)
            Positions in the warped images, also beyond their border.

        Raises
        ------
        ValueError
            If the shape disagrees, or the displacement folds the image there: then no single position
            shows the point.

        Notes
        -----
        The affine part is inverted. With a displacement d the equation M x + d(x) = p is solved by the
        fixed-point iteration x ← M⁻¹ (p - d(x)), d interpolated between pixels and constant beyond them.

        Examples
        --------
        >>> draw_geometry(1, (10, 10), vertical_shift=2).warp_points([[[3, 4]]])
        array([[[5., 4.]]])
        """
        points = self._validate_positions("points", points, 2)
        inverses = np.linalg.inv(self.matrices[:, None, :, :2])
        straight = points - self.matrices[:, None, :, 2]

        def invert(targets):
            return (inverses @ targets[..., None])[..., 0]

        if self.displacement is None:
            return invert(straight)
        return undo_displacement(self.displacement, straight, invert)

    def warp_boxes(self, boxes):
        """Move bounding boxes: the smallest upright box around each warped box, cut at the border.

        Parameters
        ----------
        boxes : array_like, shape (n, k, 4)
            Top, left, bottom, right of k boxes in each image, in pixels, as `skimage.measure.regionprops`
            has them: the last row and column are bottom - 1 and right - 1. NaN stays NaN.

        Returns
        -------
        ndarray of float, shape (n, k, 4)
            Boxes in the warped images, 0 to height or width; a box that left the image has no area.

        Raises
        ------
        ValueError
            If the shape disagrees, a box is reversed, or the displacement folds the image there.

        Notes
        -----
        A rotated box needs a larger upright box, although its contents may leave the corners empty. Where
        a mask is at hand, warp the mask and measure the box anew: it is tighter.

        Examples
        --------
        >>> draw_geometry(1, (10, 20), flip_horizontal=1).warp_boxes([[[2, 0, 5, 4]]])
        array([[[ 2., 16.,  5., 20.]]])
        """
        boxes = self._validate_positions("boxes", boxes, 4)
        sides = boxes[..., 2:] - boxes[..., :2]
        if (sides < 0).any():
            raise ValueError("boxes must be (top, left, bottom, right) with top <= bottom and left <= right")
        # Straight edges stay straight under an affine map; a displacement bends them between the corners.
        per_side = 2
        if self.displacement is not None:
            per_side += int(np.ceil(np.nanmax(sides, initial=0)))
        along = np.linspace(0, 1, per_side)
        near, far = np.zeros(per_side), np.ones(per_side)
        outline = np.stack(
            [np.concatenate([near, far, along, along]), np.concatenate([along, along, near, far])], axis=-1
        )
        # Pixels have an extent: the edges of a box lie half a pixel beyond the centres of its pixels.
        corners = boxes[..., None, :2] - 0.5 + outline * sides[..., None, :]
        warped = self.warp_points(corners.reshape(len(boxes), -1, 2)).reshape(corners.shape) + 0.5
        warped = np.clip(warped, 0, self.image_shape)
        return np.concatenate([warped.min(axis=-2), warped.max(axis=-2)], axis=-1)

    def then(self, following):
        """Compose two geometries, so that both warp with a single interpolation.

        Parameters
        ----------
        following : Geometry
            What happens after this one, for as many images of the same shape.

        Returns
        -------
        Geometry
            First this one, then `following`. Its matrices are the products of theirs.

        Raises
        ------
        ValueError
            If the number or the shape of the images differs.

        Examples
        --------
        >>> turn = draw_geometry(1, (5, 5), rotation=30)
        >>> back = draw_geometry(1, (5, 5), rotation=-30)
        >>> turn.then(back).matrices.round(6) + 0
        array([[[1., 0., 0.],
                [0., 1., 0.]]])
        """
        if len(following) != len(self) or following.image_shape != self.image_shape:
            raise ValueError(f"following must fit {self!r}, got {following!r}")
        linear = self.matrices[:, :, :2]
        matrices = linear @ following.matrices
        matrices[:, :, 2] += self.matrices[:, :, 2]
        displacement = None
        if self.displacement is not None:
            # A field is warped as an image is; beyond its border it stays as it is there.
            fields = [following.warp_images(self.displacement[:, axis], mode="nearest") for axis in (0, 1)]
            displacement = np.stack(fields, axis=1)
        if following.displacement is not None:
            carried = np.einsum("nij,njhw->nihw", linear, following.displacement)
            displacement = carried if displacement is None else displacement + carried
        return Geometry(matrices, self.image_shape, displacement)

    def _validate_batch(self, name, shape):
        expected = (len(self), *self.image_shape)
        if shape != expected:
            raise ValueError(
                f"{name} must be {expected[0]} of {expected[1:]} pixels, as the geometry, got {shape}"
            )

    def _validate_positions(self, name, positions, n_numbers):
        positions = np.asarray(positions, float)
        if positions.ndim != 3 or len(positions) != len(self) or positions.shape[2] != n_numbers:
            raise ValueError(f"{name} must have shape ({len(self)}, k, {n_numbers}), got {positions.shape}")
        return positions

    def _warp(self, kernel, images, mode, n_jobs, *values):
        if mode not in _MODES:
            raise ValueError(f"mode must be one of {', '.join(_MODES)}, got {mode!r}")
        images = np.ascontiguousarray(images)
        warped = np.empty_like(images)

        def warp_block(block):
            displacement = None if self.displacement is None else self.displacement[block]
            kernel(images[block], self.matrices[block], displacement, _MODES[mode], *values, warped[block])

        share_out(warp_block, len(images), n_jobs)
        return warped


def draw_geometry(
    n_images,
    image_shape,
    *,
    rotation=0,
    vertical_shift=0,
    horizontal_shift=0,
    zoom=1,
    shear=0,
    skew=0,
    flip_vertical=0,
    flip_horizontal=0,
    elastic_alpha=0,
    elastic_sigma=4,
    rng=None,
):
    """Draw a random geometry for each image of a batch.

    Each parameter is a number, the same for all images; a tuple (low, high), from which a value is drawn
    uniformly for each image; or an array with one value an image. The order is flip, zoom, shear, skew,
    rotation, shift, displacement, all about the centre of the image but for the skew.

    Parameters
    ----------
    n_images : int
        Images in the batch.
    image_shape : tuple of int
        Their height and width.
    rotation : float, tuple or array
        Degrees, counter-clockwise as seen.
    vertical_shift, horizontal_shift : float, tuple or array
        Pixels, downwards and to the right.
    zoom : float, tuple or array
        Factor greater than 0; above 1 enlarges.
    shear : float, tuple or array
        Degrees, -90 to 90 exclusive, by which upright lines lean to the right.
    skew : float, tuple or array
        Pixels by which the top moves to the right while the bottom stays, a shear that shifts.
    flip_vertical, flip_horizontal : float or array of bool
        Probability, 0 to 1, that top and bottom or left and right change places; or which images do.
    elastic_alpha : float, tuple or array
        Strength of the elastic deformation, at least 0: the factor on smoothed uniform noise between -1
        and 1, in pixels. Displacements have a standard deviation of 0.163 `elastic_alpha` /
        `elastic_sigma` far from the border; 0 leaves the deformation out.
    elastic_sigma : float, tuple or array
        Standard deviation in pixels, greater than 0, of the Gaussian that smooths the noise: the size of
        what moves together.
    rng : int or numpy.random.Generator, optional
        Seed or generator; the same one draws the same geometries.

    Returns
    -------
    Geometry
        One matrix an image, the displacement if there is any, and the drawn parameters.

    Raises
    ------
    ValueError
        If a parameter has the wrong shape, is out of range or not finite, or a range is reversed.

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt: Best practices for convolutional neural networks applied to visual
    document analysis. ICDAR (2003), for the elastic deformation.

    Examples
    --------
    >>> geometry = draw_geometry(3, (28, 28), rotation=(-15, 15), zoom=1.2, rng=0)
    >>> geometry
    Geometry of 3 images of 28x28, affine
    >>> geometry.parameters[["rotation", "zoom"]].round(2)
       rotation  zoom
    0      4.11   1.2
    1     -6.91   1.2
    2    -13.77   1.2
    """
    rng = np.random.default_rng(rng)
    validate_number("n_images", n_images)
    height, width = shape = validate_shape("image_shape", image_shape)
    parameters = pd.DataFrame(
        {
            "rotation": draw_values("rotation", rotation, n_images, rng),
            "vertical_shift": draw_values("vertical_shift", vertical_shift, n_images, rng),
            "horizontal_shift": draw_values("horizontal_shift", horizontal_shift, n_images, rng),
            "zoom": draw_values("zoom", zoom, n_images, rng, **POSITIVE),
            "shear": draw_values(
                "shear",
                shear,
                n_images,
                rng,
                rule="between -90 and 90",
                fits=lambda values: np.abs(values) < 90,
            ),
            "skew": draw_values("skew", skew, n_images, rng),
            "flip_vertical": _draw_flips("flip_vertical", flip_vertical, n_images, rng),
            "flip_horizontal": _draw_flips("flip_horizontal", flip_horizontal, n_images, rng),
            "elastic_alpha": draw_values("elastic_alpha", elastic_alpha, n_images, rng, **NOT_NEGATIVE),
            "elastic_sigma": draw_values("elastic_sigma", elastic_sigma, n_images, rng, **POSITIVE),
        }
    )
    drawn = {name: column.to_numpy() for name, column in parameters.items()}
    # What the columns of `matrices` are made of is inverted: from the result back to the original.
    angle = np.deg2rad(drawn["rotation"])
    cosine, sine = np.cos(angle), np.sin(angle)
    slope = np.tan(np.deg2rad(drawn["shear"])) + drawn["skew"] / height
    down = np.where(drawn["flip_vertical"], -1, 1) / drawn["zoom"]
    across = np.where(drawn["flip_horizontal"], -1, 1) / drawn["zoom"]
    matrices = np.empty((n_images, 2, 3))
    matrices[:, 0, 0], matrices[:, 0, 1] = down * cosine, down * sine
    matrices[:, 1, 0] = across * (slope * cosine - sine)
    matrices[:, 1, 1] = across * (slope * sine + cosine)
    center = np.array([(height - 1) / 2, (width - 1) / 2])
    shift = np.column_stack([drawn["vertical_shift"], drawn["horizontal_shift"]])
    matrices[:, :, 2] = center - np.einsum("nij,nj->ni", matrices[:, :, :2], center + shift)
    matrices[:, 1, 2] -= across * drawn["skew"] * (height + 1) / (2 * height)  # row `height` stays in place
    displacement = None
    if drawn["elastic_alpha"].any():
        displacement = draw_displacement(shape, drawn["elastic_alpha"], drawn["elastic_sigma"], rng)
    return Geometry(matrices, shape, displacement, parameters)


def _draw_flips(name, values, n_images, rng):
    flips = np.asarray(values)
    if flips.dtype == bool and flips.shape == (n_images,):
        return flips
    if flips.ndim:
        raise ValueError(f"{name} must be a probability or an array of {n_images} bool, got {values!r}")
    return rng.random(n_images) < draw_values(name, values, n_images, rng, **SHARE)
