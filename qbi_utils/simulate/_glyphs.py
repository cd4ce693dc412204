"""The ways to write each digit: strokes, and how often a writer makes them so."""

from typing import NamedTuple


class Variant(NamedTuple):
    """One way to write a digit.

    Its points, called A, B, C, ..., are (row, column) in a frame of 28 pixels. A stroke names the two, three or
    four control points of a line, a quadratic or a cubic curve; strokes that share a point stay joined.
    """

    probability: float
    points: tuple
    strokes: str


# fmt: off
VARIANTS = {
    0: [
        Variant(0.4, ((4, 14), (4, 3), (24, 3), (24, 14), (24, 25), (4, 25)), "ABCD DEFA"),
        # Narrow and slanted; then one whose end passes the beginning.
        Variant(0.3, ((4, 17), (4, 8), (24, 3), (24, 11), (24, 20), (4, 25)), "ABCD DEFA"),
        Variant(0.3, ((5, 16), (2, 3), (24, 1), (24, 13), (24, 25), (5, 26), (5, 12)), "ABCD DEFG"),
    ],
    1: [
        Variant(0.92, ((4, 15), (14, 14), (24, 13)), "ABC"),
        # With a flag, then with a base, too.
        Variant(0.05, ((4, 15), (14, 14.5), (24, 14), (8, 11)), "DA ABC"),
        Variant(0.03, ((4, 15), (14, 14.5), (24, 14), (8, 11), (24, 9), (24, 19)), "DA ABC EF"),
    ],
    2: [
        Variant(
            0.35, ((9, 7), (2, 9), (2, 23), (10, 20), (14, 18), (19, 12), (23, 6), (23, 14), (23, 22)),
            "ABCD DEFG GHI",
        ),
        # With a loop below, round or flat.
        Variant(
            0.25,
            ((8, 9), (1, 11), (2, 22), (12, 19), (20, 16.5), (28, 8), (22, 6), (17, 4.5), (18, 14), (23, 24)),
            "ABCD DEFG GHIJ",
        ),
        Variant(
            0.2,
            ((10, 8), (0, 8), (2, 24), (12, 18), (16, 15), (25, 6), (22, 5), (19, 4), (21, 14), (22, 23)),
            "ABCD DEFG GHIJ",
        ),
        # Angular, like a Z; without the upper bow.
        Variant(0.15, ((6, 8), (4, 14), (6, 20), (14, 17), (23, 7), (22, 14), (23, 22)), "ABC CDE EFG"),
        Variant(0.05, ((8, 12), (4, 15), (7, 17), (14, 14), (23, 7), (22, 14), (21, 23)), "ABC CDE EFG"),
    ],
    3: [
        Variant(0.65, ((6, 9), (2, 14), (5, 23), (13, 13), (12, 23), (26, 23), (22, 8)), "ABCD DEFG"),
        # With a flat top.
        Variant(0.2, ((5, 9), (4, 14), (5, 19), (9, 16), (12, 13), (11, 24), (26, 23), (22, 8)), "ABC CDE EFGH"),
        # With a loop in the middle.
        Variant(
            0.15,
            ((6, 9), (1, 15), (6, 24), (13, 13), (15, 10), (11, 10), (12, 13), (12, 23), (26, 23), (22, 8)),
            "ABCD DEFG GHIJ",
        ),
    ],
    4: [
        # Open, closed, and round below.
        Variant(0.7, ((4, 9), (10, 7), (15, 8), (15, 14), (14, 21), (4, 19), (14, 18), (25, 17)), "ABC CDE FGH"),
        Variant(0.15, ((4, 17), (10, 11), (16, 7), (16, 14), (16, 22), (14, 16), (25, 15)), "ABC CDE AFG"),
        Variant(0.15, ((5, 8), (17, 4), (17, 16), (11, 20), (4, 20), (14, 18), (25, 16)), "ABCD EFG"),
    ],
    5: [
        Variant(0.45, ((5, 22), (5, 17), (5, 11), (9, 10), (12, 9), (9, 25), (26, 24), (22, 7)), "ABC CDE EFGH"),
        # The bar drawn last, then all in one go, like an S.
        Variant(
            0.25, ((7, 11), (10, 10), (13, 9), (10, 25), (26, 23), (22, 7), (6, 12), (5.5, 17), (5, 23)),
            "ABC CDEF GHI",
        ),
        Variant(0.3, ((5, 22), (3, 11), (9, 5), (13, 14), (18, 22), (25, 19), (22, 7)), "ABCD DEFG"),
    ],
    6: [
        Variant(
            0.6, ((4, 16), (8, 10), (14, 7), (19, 7), (27, 7), (26, 22), (19, 20), (13, 18), (14, 10), (20, 8)),
            "ABCD DEFG GHIJ",
        ),
        # With a small loop.
        Variant(
            0.4, ((4, 17), (4, 8), (22, 3), (23, 12), (24, 19), (17, 23), (16, 17), (15, 13), (18, 11), (22, 12)),
            "ABCD DEFG GHIJ",
        ),
    ],
    7: [
        # Plain, with a hook, with a bar, round.
        Variant(0.45, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 14)), "ABC CDE"),
        Variant(0.2, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 14), (9, 7)), "FA ABC CDE"),
        Variant(0.15, ((6, 7), (5, 14), (5, 21), (13, 17), (24, 13), (14, 11), (14, 20)), "ABC CDE FG"),
        Variant(0.2, ((8, 7), (1, 16), (2, 26), (13, 19), (18, 17), (24, 16)), "ABCD DEF"),
    ],
    8: [
        Variant(
            0.4,
            ((7, 18), (1, 13), (6, 6), (13, 13), (20, 20), (27, 15), (23, 10), (19, 6), (16, 11), (10, 20)),
            "ABCD DEFG GHIJ JA",
        ),
        # Open at the top, where the pen ends in a straight line.
        Variant(
            0.3,
            ((7, 18), (2, 12), (6, 5), (13, 13), (20, 20), (27, 14), (23, 10), (19, 6), (14, 13), (5, 20)),
            "ABCD DEFG GHIJ",
        ),
        # One ring on another.
        Variant(
            0.3,
            ((4, 14), (4, 8), (13, 8), (13, 14), (13, 20), (4, 20), (13, 8), (24, 8), (24, 14), (24, 20), (13, 20)),
            "ABCD DEFA DGHI IJKD",
        ),
    ],
    9: [
        # With a stem that is straight, or bent; with a hook.
        Variant(0.3, ((7, 19), (1, 16), (3, 6), (10, 8), (15, 10), (14, 18), (24, 15)), "ABCD DEFA AG"),
        Variant(0.2, ((8, 19), (1, 16), (3, 5), (11, 8), (17, 10), (14, 19), (17, 18.5), (25, 16)), "ABCD DEFA AGH"),
        Variant(
            0.15, ((9, 19), (1, 16), (4, 5), (12, 9), (16, 12), (13, 20), (20, 20), (27, 16), (23, 9)),
            "ABCD DEFA AGHI",
        ),
        # The loop ends below its beginning; the stem begins above it.
        Variant(
            0.35, ((5, 17), (2, 10), (7, 4), (12, 8), (16, 11), (12, 17), (6, 19), (15, 17), (24, 15)),
            "ABCD DEFG GHI",
        ),
    ],
}
# fmt: on
