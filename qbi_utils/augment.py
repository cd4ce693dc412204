"""Augmentation of image batches: one geometry moves images, masks, points and boxes together.

`draw_geometry` draws a random geometry for each image of a batch; the `Geometry` warps whatever belongs to the
image, and interpolates each pixel once, however many operations it is made of. `draw_intensity` does the same
for grey levels. `deskew` and `normalize` take away what carries no information instead of varying it.

Positions are (row, column) in pixels, rows downwards, (0, 0) in the centre of the first pixel. Angles are in
degrees.
"""

import functools
import itertools
from dataclasses import dataclass

import joblib
import numba
import numpy as np
import pandas as pd
from scipy import ndimage

from ._validation import NOT_NEGATIVE, POSITIVE, SHARE, draw_values, validate_number, validate_shape

__all__ = ["Geometry", "Intensity", "deskew", "draw_geometry", "draw_intensity", "normalize"]

_MODES = {"constant": 0, "nearest": 1, "reflect": 2, "wrap": 3}
_compile = functools.partial(
    numba.njit, nogil=True, cache=True, error_model="numpy", fastmath={"nsz", "arcp", "contract"}
)


# --------------------------------------------------------------------------- kernels


@_compile
def _map_coordinate(position, size, mode):
    """Position inside an axis of `size` pixels that has the same value, by scipy.ndimage's rules."""
    last = size - 1.0
    if 0 <= position <= last or size == 1:
        return min(max(position, 0.0), last)
    if mode == 3:  # the last pixel is the first one of the next period
        return position % last
    position = (position + 0.5) % (2 * size)  # d c b a | a b c d | d c b a
    return min(max(min(position, 2 * size - position) - 0.5, 0.0), last)


@_compile
def _place_row(matrices, displacement, index, row, axis, size, mode, positions, inside):
    """Where along one axis the pixels of one output row are sampled, and which of them exist."""
    start = matrices[index, axis, 0] * row + matrices[index, axis, 2]
    step = matrices[index, axis, 1]
    if displacement is None:
        for column in range(positions.size):
            positions[column] = start + step * column
    else:
        offsets = displacement[index, axis, row]
        for column in range(positions.size):
            positions[column] = start + step * column + offsets[column]
    if mode >= 2:
        for column in range(positions.size):
            positions[column] = _map_coordinate(positions[column], size, mode)
    else:
        for column in range(positions.size):
            clipped = min(max(positions[column], 0.0), size - 1.0)
            # Rounding must not push a sample out of the image: a flip would lose its border.
            inside[column] &= mode == 1 or abs(positions[column] - clipped) < 1e-6
            positions[column] = clipped


@_compile
def _warp_bilinear(images, matrices, displacement, mode, fill_value, half, channels, warped):
    """Sample each image where its geometry says; `half` is 0.5 for integers, whose cast rounds down.

    `channels` is a tuple because its length belongs to its type: the compiler knows how many there are and
    unrolls the innermost loop. Images and results go through buffers, so that no conversion interrupts it.
    """
    n_images, height, width = images.shape[:3]
    n_channels = len(channels)
    one = type(half)(1)
    buffer, line = np.full(height * width * n_channels, half), np.full(width * n_channels, half)
    rows, columns, inside = np.empty(width), np.empty(width), np.empty(width, np.bool_)
    corners = np.empty(width, np.uint32)
    downs, acrosses = np.full(width, half), np.full(width, half)
    right = np.uint32(n_channels if width > 1 else 0)
    below = np.uint32(n_channels * width if height > 1 else 0)
    last_top, last_left = np.int32(max(height - 2, 0)), np.int32(max(width - 2, 0))
    for index in range(n_images):
        image, result = images[index].reshape(-1), warped[index].reshape(-1)
        for pixel in range(buffer.size):
            buffer[pixel] = image[pixel]
        for row in range(height):
            inside[:] = True
            _place_row(matrices, displacement, index, row, 0, height, mode, rows, inside)
            _place_row(matrices, displacement, index, row, 1, width, mode, columns, inside)
            for column in range(width):
                top, left = min(np.int32(rows[column]), last_top), min(np.int32(columns[column]), last_left)
                downs[column], acrosses[column] = rows[column] - top, columns[column] - left
                corners[column] = (top * np.int32(width) + left) * np.int32(n_channels)
            for column in range(width):
                down, across = downs[column], acrosses[column]
                for channel in range(np.uint32(n_channels)):
                    a = corners[column] + channel
                    upper = buffer[a] * (one - across) + buffer[a + right] * across
                    lower = buffer[a + below] * (one - across) + buffer[a + below + right] * across
                    value = upper * (one - down) + lower * down + half
                    line[np.uintp(column * n_channels) + channel] = value if inside[column] else fill_value
            for pixel in range(line.size):
                result[np.uintp(row * line.size + pixel)] = line[pixel]


@_compile
def _warp_nearest(masks, matrices, displacement, mode, fill_value, warped):
    n_images, height, width = masks.shape
    rows, columns, inside = np.empty(width), np.empty(width), np.empty(width, np.bool_)
    for index in range(n_images):
        for row in range(height):
            inside[:] = True
            _place_row(matrices, displacement, index, row, 0, height, mode, rows, inside)
            _place_row(matrices, displacement, index, row, 1, width, mode, columns, inside)
            for column in range(width):
                if inside[column]:
                    source = masks[index, int(rows[column] + 0.5), int(columns[column] + 0.5)]
                    warped[index, row, column] = source
                else:
                    warped[index, row, column] = fill_value


@_compile
def _smooth_separably(fields, weights, smoothed):
    """Smooth the columns, then the row that results, with zeros around each field."""
    n_fields, height, width = fields.shape
    radius = weights.size // 2
    padded = np.zeros(width + 2 * radius, fields.dtype)
    line = padded[radius : radius + width]
    for index in range(n_fields):
        for row in range(height):
            line[:] = 0
            for source in range(max(0, row - radius), min(height, row + radius + 1)):
                weight, values = weights[source - row + radius], fields[index, source]
                for column in range(width):
                    line[column] += weight * values[column]
            result = smoothed[index, row]
            result[:] = 0
            for tap in range(weights.size):
                weight, values = weights[tap], padded[tap : tap + width]
                for column in range(width):
                    result[column] += weight * values[column]


# --------------------------------------------------------------------------- validation


def _validate_images(images):
    images = np.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"images must have shape (n, height, width) or (n, height, width, channels), got {images.shape}"
        )
    if images.dtype not in (np.uint8, np.float32, np.float64):
        raise TypeError(f"images must be uint8, float32 or float64, got {images.dtype}")
    return images


# --------------------------------------------------------------------------- geometry


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
        images = _validate_images(images)
        self._validate_batch("images", images.shape[:3])
        real = np.float64 if images.dtype == np.float64 else np.float32
        half = real(0.5 if images.dtype == np.uint8 else 0)
        fill_value = _validate_fill(fill_value, images.dtype)
        channels = (0,) * (images.shape[3] if images.ndim == 4 else 1)
        return self._warp(_warp_bilinear, images, mode, n_jobs, real(fill_value), half, channels)

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
        fill_value = _validate_fill(fill_value, masks.dtype)
        return self._warp(_warp_nearest, masks, mode, n_jobs, fill_value)

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

        warped = invert(straight)
        if self.displacement is None:
            return warped
        images = np.arange(len(points))[:, None, None]
        axes = np.arange(2)
        for _ in range(500):
            rows, columns = (np.nan_to_num(warped[..., axis, None]) for axis in axes)
            where = np.broadcast_arrays(images, axes, rows, columns)
            offsets = ndimage.map_coordinates(self.displacement, where, order=1, mode="nearest", output=float)
            previous, warped = warped, invert(straight - offsets)
            steps = np.nan_to_num(np.abs(warped - previous))
            if steps.max(initial=0) < 1e-9:
                return warped
        folded = np.flatnonzero(steps.max(axis=(1, 2)) >= 1e-9)
        raise ValueError(
            f"displacement must not fold an image where it has points, that of image {folded[0]} does; "
            "use a smaller elastic_alpha or a larger elastic_sigma"
        )

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
        n_threads = min(joblib.effective_n_jobs(n_jobs), max(len(images), 1))
        edges = np.linspace(0, len(images), n_threads + 1).astype(int)

        def warp_block(start, stop):
            block = slice(start, stop)
            displacement = None if self.displacement is None else self.displacement[block]
            kernel(images[block], self.matrices[block], displacement, _MODES[mode], *values, warped[block])

        joblib.Parallel(n_threads, require="sharedmem")(
            joblib.delayed(warp_block)(*ends) for ends in itertools.pairwise(edges)
        )
        return warped


def _validate_fill(fill_value, dtype):
    if np.ndim(fill_value) or not np.isfinite(fill_value):
        raise ValueError(f"fill_value must be one number, got {fill_value!r}")
    if dtype.kind != "f":
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        if not low <= fill_value <= high:
            raise ValueError(f"fill_value must lie in {low}..{high}, as {dtype} does, got {fill_value}")
    return dtype.type(fill_value)


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
        displacement = _draw_displacement(shape, drawn["elastic_alpha"], drawn["elastic_sigma"], rng)
    return Geometry(matrices, shape, displacement, parameters)


def _draw_flips(name, values, n_images, rng):
    flips = np.asarray(values)
    if flips.dtype == bool and flips.shape == (n_images,):
        return flips
    if flips.ndim:
        raise ValueError(f"{name} must be a probability or an array of {n_images} bool, got {values!r}")
    return rng.random(n_images) < draw_values(name, values, n_images, rng, **SHARE)


def _draw_displacement(shape, alphas, sigmas, rng):
    """Smoothed noise, (n, 2, height, width), in pixels; drawn in blocks that stay in the cache."""
    displacement = np.empty((len(alphas), 2, *shape), np.float32)
    block = max(1, 100_000 // (shape[0] * shape[1]))
    for sigma in np.unique(sigmas):
        images = np.flatnonzero(sigmas == sigma)
        for some in np.split(images, range(block, len(images), block)):
            # 256 levels are enough: smoothing adds up hundreds of them. Over 128 they have the variance 1/3.
            noise = rng.integers(0, 256, (len(some), 2, *shape), np.uint8).astype(np.float32)
            noise -= 127.5
            noise *= (alphas[some] / 128).astype(np.float32)[:, None, None, None]
            displacement[some] = _smooth(noise, sigma)
    return displacement


def _smooth(fields, sigma):
    """Smooth by a Gaussian, zeros around each field, as `ndimage.gaussian_filter` in mode "constant"."""
    height, width = fields.shape[-2:]
    if max(height, width) <= 64:  # then two products of small symmetric matrices are fastest
        along_rows, along_columns = (
            ndimage.gaussian_filter1d(np.eye(size), sigma, mode="constant").astype(np.float32)
            for size in (height, width)
        )
        return along_rows @ fields @ along_columns
    radius = int(4 * sigma + 0.5)
    impulse = np.zeros(2 * radius + 1, np.float32)
    impulse[radius] = 1
    weights = ndimage.gaussian_filter1d(impulse, sigma, mode="constant")
    smoothed = np.empty_like(fields)
    _smooth_separably(fields.reshape(-1, height, width), weights, smoothed.reshape(-1, height, width))
    return smoothed


# --------------------------------------------------------------------------- intensity


@dataclass(frozen=True, eq=False, repr=False)
class Intensity:
    """Changes of grey levels, one set of parameters an image. Made by `draw_intensity`.

    Parameters
    ----------
    parameters : pandas.DataFrame
        One row an image: blur, contrast, brightness, gamma, noise, erase.
    noise_seed : int
        Seed of the noise, so that the same object does the same again.

    Examples
    --------
    >>> import numpy as np
    >>> brighter = draw_intensity(1, brightness=0.1)
    >>> brighter.adjust_images(np.array([[[0.2, 0.95]]]))
    array([[[0.3, 1. ]]])
    """

    parameters: pd.DataFrame
    noise_seed: int

    def __len__(self):
        return len(self.parameters)

    def __repr__(self):
        return f"Intensity of {len(self)} images"

    def adjust_images(self, images):
        """Blur, then change contrast, brightness and gamma, then add noise, then erase pixels.

        Parameters
        ----------
        images : ndarray, shape (n, height, width) or (n, height, width, channels)
            uint8 0-255, or float32 or float64 0-1.

        Returns
        -------
        ndarray
            Changed images, of the shape and type of `images`, cut off at black and white.

        Raises
        ------
        ValueError, TypeError
            If the shape, the type or the number of images does not fit.

        Examples
        --------
        >>> import numpy as np
        >>> half_the_contrast = draw_intensity(1, contrast=0.5)
        >>> half_the_contrast.adjust_images(np.array([[[0, 100, 200]]], np.uint8))
        array([[[ 50, 100, 150]]], dtype=uint8)
        """
        images = _validate_images(images)
        if len(images) != len(self):
            raise ValueError(f"images must be {len(self)}, as the parameters, got {len(images)}")
        white = 255 if images.dtype == np.uint8 else 1
        adjusted = images / np.array(white, np.float64 if images.dtype == np.float64 else np.float32)
        rng = np.random.default_rng(self.noise_seed)
        per_image = (-1,) + (1,) * (images.ndim - 1)
        drawn = {
            name: column.to_numpy(adjusted.dtype).reshape(per_image)
            for name, column in self.parameters.items()
        }
        for image, blur in zip(adjusted, drawn["blur"].ravel(), strict=True):
            if blur:
                ndimage.gaussian_filter(image, blur, mode="nearest", axes=(0, 1), output=image)
        mean = adjusted.mean(axis=tuple(range(1, images.ndim)), keepdims=True)
        adjusted = mean + (adjusted - mean) * drawn["contrast"] + drawn["brightness"]
        adjusted = np.clip(adjusted, 0, 1) ** drawn["gamma"]
        if drawn["noise"].any():
            adjusted += rng.standard_normal(adjusted.shape, adjusted.dtype) * drawn["noise"]
        if drawn["erase"].any():  # a pixel is erased in all its channels
            adjusted[rng.random(images.shape[:3]) < drawn["erase"].reshape(-1, 1, 1)] = 0
        adjusted = np.clip(adjusted, 0, 1) * white
        return np.rint(adjusted).astype(np.uint8) if images.dtype == np.uint8 else adjusted


def draw_intensity(n_images, *, blur=0, contrast=1, brightness=0, gamma=1, noise=0, erase=0, rng=None):
    """Draw random changes of the grey levels for each image of a batch.

    Each parameter is a number, the same for all images; a tuple (low, high), from which a value is drawn
    uniformly for each image; or an array with one value an image.

    Parameters
    ----------
    n_images : int
        Images in the batch.
    blur : float, tuple or array
        Standard deviation of a Gaussian, in pixels, at least 0.
    contrast : float, tuple or array
        Factor, at least 0, on the distance of each pixel from the mean of its image.
    brightness : float, tuple or array
        Share of the full range to add: 0.1 adds 25.5 grey levels to uint8.
    gamma : float, tuple or array
        Exponent greater than 0 on grey levels between 0 and 1; above 1 darkens.
    noise : float, tuple or array
        Standard deviation of Gaussian noise to add, as a share of the full range, at least 0.
    erase : float, tuple or array
        Probability, 0 to 1, that a pixel is set to black.
    rng : int or numpy.random.Generator, optional
        Seed or generator.

    Returns
    -------
    Intensity
        The drawn parameters, and the seed of the noise.

    Raises
    ------
    ValueError
        If a parameter has the wrong shape, is out of range or not finite, or a range is reversed.

    Examples
    --------
    >>> draw_intensity(2, gamma=(0.5, 2), noise=0.05, rng=0).parameters.round(2)
       blur  contrast  brightness  gamma  noise  erase
    0   0.0       1.0         0.0   1.46   0.05    0.0
    1   0.0       1.0         0.0   0.90   0.05    0.0
    """
    rng = np.random.default_rng(rng)
    validate_number("n_images", n_images)
    parameters = pd.DataFrame(
        {
            "blur": draw_values("blur", blur, n_images, rng, **NOT_NEGATIVE),
            "contrast": draw_values("contrast", contrast, n_images, rng, **NOT_NEGATIVE),
            "brightness": draw_values("brightness", brightness, n_images, rng),
            "gamma": draw_values("gamma", gamma, n_images, rng, **POSITIVE),
            "noise": draw_values("noise", noise, n_images, rng, **NOT_NEGATIVE),
            "erase": draw_values("erase", erase, n_images, rng, **SHARE),
        }
    )
    return Intensity(parameters, int(rng.integers(2**63)))


# --------------------------------------------------------------------------- less variation, not more


def normalize(images):
    """Give each image the mean 0 and the standard deviation 1.

    Parameters
    ----------
    images : ndarray, shape (n, height, width) or (n, height, width, channels)
        Images of uint8, float32 or float64.

    Returns
    -------
    ndarray of float32 or float64
        Normalised images, float64 only for float64; an image of one grey level becomes 0.

    Raises
    ------
    ValueError, TypeError
        If shape or type do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> normalize(np.array([[[10, 30]], [[7, 7]]], np.uint8))
    array([[[-1.,  1.]],
    <BLANKLINE>
           [[ 0.,  0.]]], dtype=float32)
    """
    images = _validate_images(images)
    real = np.float64 if images.dtype == np.float64 else np.float32
    axes = tuple(range(1, images.ndim))
    centered = images - images.mean(axis=axes, keepdims=True, dtype=real)
    spread = centered.std(axis=axes, keepdims=True)
    return centered / np.where(spread > 0, spread, 1)


def deskew(images, *, n_jobs=None):
    """Straighten slanted handwriting and centre it, by the moments of each image.

    The grey levels are taken as masses. The image is moved so that their centre comes to its middle, and
    sheared so that their rows and columns are no longer correlated.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        Images of uint8, float32 or float64; ink bright, background 0.
    n_jobs : int, optional
        Threads that share the images; -1 uses all processors.

    Returns
    -------
    ndarray
        Deskewed images, of the shape and type of `images`. One without ink, or with all its ink in one row,
        is at most moved.

    Raises
    ------
    ValueError, TypeError
        If shape or type do not fit, or a pixel is negative.

    Examples
    --------
    >>> import numpy as np
    >>> slanted = np.array([[[0, 0, 9], [0, 9, 0], [9, 0, 0]]], np.uint8)
    >>> deskew(slanted)
    array([[[0, 9, 0],
            [0, 9, 0],
            [0, 9, 0]]], dtype=uint8)
    """
    images = _validate_images(images)
    if images.ndim != 3:
        raise ValueError(f"images must have shape (n, height, width), got {images.shape}")
    if (images < 0).any():
        raise ValueError(f"images must not be negative, got {images.min()}")
    n_images, height, width = images.shape
    rows, columns = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    # Sums over rows and over columns first: images may be many, and their product with positions large.
    by_row, by_column = images.sum(axis=2, dtype=float), images.sum(axis=1, dtype=float)
    mass = by_row.sum(axis=1)
    ink = np.where(mass > 0, mass, 1)
    row_mean, column_mean = by_row @ rows / ink, by_column @ columns / ink
    mixed = np.einsum("nhw,hw->n", images, np.outer(rows, columns))  # without a copy in float
    variance = by_row @ rows**2 / ink - row_mean**2
    covariance = mixed / ink - row_mean * column_mean
    slope = np.where(variance > 1e-9, covariance / np.where(variance > 1e-9, variance, 1), 0)
    matrices = np.zeros((n_images, 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = 1
    matrices[:, 1, 0] = slope
    matrices[:, 0, 2] = row_mean
    matrices[:, 1, 2] = column_mean - slope * (height - 1) / 2
    return Geometry(matrices, (height, width)).warp_images(images, n_jobs=n_jobs)
