"""A fault that is no traceback."""


class WrongResultError(Exception):
    """Something was accepted that should not have been, or a result that no result may be."""
