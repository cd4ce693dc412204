"""What all graders share: the verdict, the call of the reader's answer, and ways to look at what it returns.

The reader's function is called in `_ask` and nowhere else, and what it returns is turned into numbers in `to_numbers`.
Whatever goes wrong there is told to the reader; an exception from anywhere else is a fault of the grader, and raised.
"""

import functools
import inspect
import textwrap
from dataclasses import dataclass

import numpy as np

_WIDTH = 68  # characters that fit beside each other in the box of an exercise on the page
_LONGEST = 200  # characters of a value that are shown


@dataclass(frozen=True)
class Verdict:
    """What a grader thinks of an answer.

    Parameters
    ----------
    passed : bool
        Whether the answer is right; also the truth value of the verdict.
    message : str
        What is wrong, or that nothing is.
    hint : str
        Where to look next.

    Examples
    --------
    >>> Verdict(False, "The sum is too small.", "Does the loop reach the last image?")
    ✗ The sum is too small.
      Hint: Does the loop reach the last image?
    """

    passed: bool
    message: str
    hint: str = ""

    def __bool__(self):
        return self.passed

    def __repr__(self):
        text = textwrap.fill(f"{'✓' if self.passed else '✗'} {self.message}", _WIDTH, subsequent_indent="  ")
        if self.hint:
            text += "\n" + textwrap.fill(f"  Hint: {self.hint}", _WIDTH, subsequent_indent="  ")
        return text


class WrongAnswer(Exception):  # noqa: N818 - not an error: the normal way to stop grading
    """The first mistake of an answer: message and hint; its cause is what the answer raised, if it did."""


def grader(grade):
    """Turn a function that stops at the first mistake into one that returns a verdict on it."""

    @functools.wraps(grade)
    def check(answer):
        if not callable(answer):
            return Verdict(
                False, f"Hand over your function itself, not {brief(answer)}.", "Leave out the ()."
            )
        try:
            with np.errstate(
                all="ignore"
            ):  # a result that is NaN or infinite gets a verdict, and needs no warning
                grade(functools.partial(_ask, answer))
        except WrongAnswer as mistake:
            return Verdict(False, *mistake.args)
        return Verdict(True, "Right.")

    return check


def _ask(answer, *arguments):
    """Call the reader's function with copies of the grader's arrays, tables, lists and dicts."""
    given = [argument.copy() if hasattr(argument, "copy") else argument for argument in arguments]
    name = getattr(answer, "__name__", "The function")
    try:
        result = answer(*given)
    except NotImplementedError:
        raise WrongAnswer(f"{name} is not written yet.", "Replace the line that raises the error.") from None
    except (Exception, SystemExit) as error:  # not KeyboardInterrupt: the reader stops the grader
        message = f"{name} stops with {type(error).__name__}: {error}".removesuffix(": ")
        raise WrongAnswer(message, "Call it by hand on a small input.") from error
    for before, after in zip(arguments, given, strict=True):
        if isinstance(before, np.ndarray):
            hint = "Work on a copy: an operation such as `a -= b` writes into `a`."
            expect(np.array_equal(before, after), "The function changes its input.", hint)
        elif hasattr(before, "equals"):
            expect(before.equals(after), "The function changes the table.", "Work on a copy: table.copy().")
    expect(result is not None, "The function returns nothing.", "Does it end with `return`?")
    expect(
        not inspect.isgenerator(result),
        "The function returns a generator, which holds no values yet.",
        "Write `return` for `yield`, or collect the values in a list.",
    )
    return result


def expect(condition, message, hint=""):
    """Stop grading with a message and a hint unless a condition holds."""
    if not condition:
        raise WrongAnswer(message, hint)


def refuse_known(result, mistakes, **tolerance):
    """Stop grading if a result is what a known mistake gives.

    Parameters
    ----------
    result : number or array-like
    mistakes : dict
        Wrong result → (message, hint). An array is written as a tuple, and a number stands for an array that holds
        it throughout.
    **tolerance
        Of `numpy.allclose`.
    """
    for wrong, (message, hint) in mistakes.items():
        same_shape = np.ndim(wrong) == 0 or np.shape(wrong) == np.shape(result)
        expect(not (same_shape and np.allclose(result, wrong, **tolerance)), message, hint)


def brief(value, show=repr):
    """Write a value, cut off where it gets long."""
    try:
        text = show(value)
    except Exception:  # an int of thousands of digits, or a class of the reader's
        text = type(value).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def to_numbers(result):
    """Return the real numbers of a result as an array, or None if it holds anything else."""
    try:
        array = np.asarray(result)
        array = array.astype(float) if array.dtype.kind == "O" else array
    except Exception:  # rows of unequal lengths, entries that are no numbers, a class of the reader's
        return None
    return array if array.dtype.kind in "biuf" else None


def as_array(result, shape=None):
    """Return the numbers of a result as an array, be they integers or float, if it has the shape."""
    array = to_numbers(result)
    if array is None:  # only then write the result, which takes NumPy long
        hint = "Every entry should be a number, and all rows equally long."
        raise WrongAnswer(f"The result should be made of numbers, got {brief(result)}.", hint)
    expect(
        shape is None or array.shape == shape,
        f"The result should have shape {shape}, got {array.shape}.",
        "Which axis counts what?",
    )
    return array


def as_floats(result, shape=None, *, finite=False):
    """Return the numbers of a result as float, if it has the shape and, on request, no NaN or infinity."""
    array = as_array(result, shape).astype(float)
    expect(
        not finite or np.isfinite(array).all(),
        "The result holds NaN or infinity.",
        "Is something divided by zero?",
    )
    return array


def as_number(result):
    """Return a result as a NumPy scalar, if it is one number."""
    array = as_array(result)
    expect(array.ndim == 0, f"The result should be one number, got shape {array.shape}.")
    return array[()]


def unpack(result, n_parts, message, hint):
    """Return a result as it is, if it is a tuple or list of so many parts."""
    expect(isinstance(result, tuple | list) and len(result) == n_parts, message, hint)
    return result
