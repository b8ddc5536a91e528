"""Texts in CSV files, which spreadsheets would take for formulas."""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of what a spreadsheet computes when it opens a file."""


def cell_text(text: str) -> str:
    """A text as the cell of a CSV file: an apostrophe comes before one that a spreadsheet would take for a formula.

    A number with a sign, and a single character, stay as they are.

    Examples
    --------
    >>> cell_text("=1+1"), cell_text("@SUM(A1)"), cell_text("area"), cell_text("-1.5e-3"), cell_text("-")
    ("'=1+1", "'@SUM(A1)", 'area', '-1.5e-3', '-')
    """
    return f"'{text}" if len(text) > 1 and text.startswith(_BEGINNINGS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
