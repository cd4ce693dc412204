"""The loops over pixels that Numba compiles: two warps and a smoothing."""

import numpy as np

from .._parallel import compile_warps


@compile_warps
def map_coordinate(position, size, mode):
    """Position inside an axis of `size` pixels that has the same value, by scipy.ndimage's rules."""
    last = size - 1.0
    if 0 <= position <= last or size == 1:
        return min(max(position, 0.0), last)
    if mode == 3:  # the last pixel is the first one of the next period
        return position % last
    position = (position + 0.5) % (2 * size)  # d c b a | a b c d | d c b a
    return min(max(min(position, 2 * size - position) - 0.5, 0.0), last)


@compile_warps
def place_row(matrices, displacement, index, row, axis, size, mode, positions, inside):
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
            positions[column] = map_coordinate(positions[column], size, mode)
    else:
        for column in range(positions.size):
            clipped = min(max(positions[column], 0.0), size - 1.0)
            # Rounding must not push a sample out of the image: a flip would lose its border.
            inside[column] &= mode == 1 or abs(positions[column] - clipped) < 1e-6
            positions[column] = clipped


@compile_warps
def warp_bilinear(images, matrices, displacement, mode, fill_value, half, channels, warped):
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
            place_row(matrices, displacement, index, row, 0, height, mode, rows, inside)
            place_row(matrices, displacement, index, row, 1, width, mode, columns, inside)
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


@compile_warps
def warp_nearest(masks, matrices, displacement, mode, fill_value, warped):
    """Take for each pixel the label of the nearest one."""
    n_images, height, width = masks.shape
    rows, columns, inside = np.empty(width), np.empty(width), np.empty(width, np.bool_)
    for index in range(n_images):
        for row in range(height):
            inside[:] = True
            place_row(matrices, displacement, index, row, 0, height, mode, rows, inside)
            place_row(matrices, displacement, index, row, 1, width, mode, columns, inside)
            for column in range(width):
                if inside[column]:
                    source = masks[index, int(rows[column] + 0.5), int(columns[column] + 0.5)]
                    warped[index, row, column] = source
                else:
                    warped[index, row, column] = fill_value


@compile_warps
def smooth_separably(fields, weights, smoothed):
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
