"""Images larger than memory: the same functions on Dask arrays, a chunk at a time, on one machine or on many.

`map_images` applies a function to a stack of images, `draw_images` makes a stack from nothing, `draw_displacement` and
`warp_image` deform one image whose chunks need their neighbours. Their results depend neither on the chunks nor on the
number of workers. They are lazy: nothing happens before `compute` or `write_zarr`, which goes on where an interrupted
run stopped. `connect` reaches the workers.

An affine warp of one large image needs no function here: `dask_image.ndinterp.affine_transform` takes the matrix of a
`qbi_utils.augment.Geometry`. Zarr arrays are read by `dask.array.from_zarr`.
"""

from .cluster import connect
from .images import draw_images, map_images
from .storage import write_zarr
from .warping import draw_displacement, warp_image

__all__ = ["connect", "draw_displacement", "draw_images", "map_images", "warp_image", "write_zarr"]
