"""Faults are listed completely, in the order of the page."""

from lecture_tools.reading import Fault, report


def test_a_report_lists_all_faults_from_top_to_bottom_and_cuts_nothing():
    faults = [Fault("z" * 500, 12, 3), Fault("second", 12, 1), Fault("first", 2), Fault("whole")]
    faults += [Fault("many", 20, line) for line in range(1, 41)]
    assert report("12-augmentation", iter(faults)).splitlines() == [
        "12-augmentation",
        "  whole",
        "  cell 2: first",
        "  cell 12, line 1: second",
        f"  cell 12, line 3: {'z' * 500}",
        *(f"  cell 20, line {line}: many" for line in range(1, 41)),
    ]


def test_no_faults_are_no_report():
    assert report("12-augmentation", []) == ""
