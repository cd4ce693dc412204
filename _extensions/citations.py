"""References that carry the names by which the text cites them: author and year, not an abbreviation."""

from pybtex.plugin import register_plugin
from pybtex.style.formatting.alpha import Style as AlphaStyle
from pybtex.style.labels import BaseLabelStyle


class AuthorYearLabels(BaseLabelStyle):
    """Labels such as "Dice, 1945", "Lipton and Steinhardt, 2019" or "Guo et al., 2017"."""

    def format_labels(self, sorted_entries):
        """Yield the label of each entry."""
        for entry in sorted_entries:
            people = entry.persons.get("author") or entry.persons.get("editor")
            names = ["".join(str(part) for part in person.rich_last_names) for person in people]
            who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            yield f"{who}, {entry.fields['year']}"


class AuthorYearStyle(AlphaStyle):
    """References in alphabetical order, as in pybtex' style "alpha"."""

    default_label_style = AuthorYearLabels


def setup(app):
    """Register with Sphinx."""
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
