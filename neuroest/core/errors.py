"""All errors of the package, as one family.

::

    NeuroestError
    ├── SpecError            one or more problems in a spec file, all of them at once
    ├── QuantityError        a text that is not a quantity, or has the wrong dimension
    ├── UnknownNameError     no shipped file, model, path or quantity has that name
    ├── RangeError           a model used outside the range that its source covers
    └── MappingError         a network that the chip cannot store or cannot run
        └── CodingError      a spiking network on a dense chip, or the reverse

Each message is one line: where, what, what is allowed, and the likely fix.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_LISTED = 24
"""Most names that an error lists in full; of a longer list it shows some."""
_SOME = 3
_SOMEWHAT_LIKE = 0.55
"""Similarity from which a name is worth mentioning where none is near; a convention."""
_LONG_ENOUGH = 5
"""Letters of a word that is somewhat like a name by more than chance; a convention."""
_LONGEST_COMPARED = 200
"""Characters of a word that are compared with names; all names are shorter."""
_LONGEST_LINE = 1000
"""Most characters in a line of a message."""
_LONGEST_WORD = 300
"""Most characters in a word of a message; paths are shorter."""
_PARTS = re.compile(r"[._ ]")
"""What parts the words of a name."""
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")


def printable(text: str) -> str:
    r"""Return a text on one line, with an escape for each character that cannot be shown.

    Examples
    --------
    >>> print(printable("two\nlines"))
    two\nlines
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown_line(text: str) -> str:
    """Return one printable line of a message; long words, and a line that is still too long, lose their middle."""
    line = printable(text)
    if len(line) <= _LONGEST_WORD:
        return line
    line = _LONG_WORD.sub(lambda word: _without_middle(word[0], _LONGEST_WORD), line)
    return _without_middle(line, _LONGEST_LINE)


def _without_middle(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    mark = f" [... {len(text) - most} characters ...] "
    half = (most - len(mark)) // 2
    return f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"


class NeuroestError(Exception):
    """Base class of all errors that neuroest raises for its users."""

    def __str__(self) -> str:
        # of a KeyError, the text would be the representation of its argument
        return "\n".join(shown_line(line) for line in Exception.__str__(self).split("\n"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error by its text and attributes, since constructors of subclasses take other arguments."""
        return _revived, (type(self), self.args, self.__dict__)


def _revived(cls: type[NeuroestError], args: tuple[Any, ...], attributes: dict[str, Any]) -> NeuroestError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(attributes)
    return error


class QuantityError(NeuroestError, ValueError):
    """A text is not a quantity of the expected dimension."""


class RangeError(NeuroestError):
    """A model was evaluated outside the range of its source."""


class MappingError(NeuroestError):
    """A network does not fit the chip, or has a layer that the chip cannot run."""


class CodingError(MappingError):
    """A chip for spiking networks was given a dense network, or the other way round."""


class UnknownNameError(NeuroestError, KeyError):
    """A name is unknown; also the `KeyError` of the mappings of results and of the registry.

    Parameters
    ----------
    what : str
        What was looked for, for example ``"architecture"``.
    name : str
        The name that was given.
    known : iterable of str
        The names that exist; the nearest one is suggested.
    hint : str
        What else helps.
    where : str
        Option that the name was given to, if it does not say so itself.
    """

    def __init__(self, what: str, name: str, known: Iterable[str], hint: str = "", where: str = "") -> None:
        self.what, self.name, self.known, self.hint = what, name, sorted(known), hint
        self.fault = followed_by(f"unknown {what} {name!r}{did_you_mean(name, self.known)}", hint)
        super().__init__(f"{where}: {self.fault}" if where else self.fault)

    def at(self, where: str) -> "UnknownNameError":
        """The same error for a name that was given to another option."""
        return UnknownNameError(self.what, self.name, self.known, self.hint, where)


def check_names(what: str, names: Iterable[str], known: Collection[str], hint: str = "") -> None:
    """Refuse unknown names.

    Raises
    ------
    UnknownNameError
        For the first one that is not known.
    """
    for name in names:
        if name not in known:
            raise UnknownNameError(what, name, known, hint)


@dataclass(frozen=True, order=True)
class Problem:
    """One problem in a spec file.

    Attributes
    ----------
    file : str
        File name.
    line, column : int
        Position, starting at one; zero if unknown.
    path : str
        Path of the value in the file, such as ``parameters.spike_energy``.
    message : str
        The problem, with what is allowed.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return shown_line(
            f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"
        )


class SpecError(NeuroestError):
    """All problems found in one or more spec files.

    Attributes
    ----------
    problems : tuple of Problem
        In the order of file, line and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def raise_all(problems: Iterable[Problem]) -> None:
    """Raise the problems of spec files together, if there are any.

    Raises
    ------
    SpecError
        With all of them.
    """
    if found := tuple(problems):
        raise SpecError(found)


def followed_by(text: str, hint: str) -> str:
    """A message and what else helps: a clause, or a sentence after a question.

    Examples
    --------
    >>> followed_by("unknown result 'gpu'", "`neuroest list` shows all")
    "unknown result 'gpu'; `neuroest list` shows all"
    >>> followed_by("unknown result 'arae'; did you mean 'area'?", "see the list")
    "unknown result 'arae'; did you mean 'area'? See the list"
    """
    if not hint:
        return text
    return f"{text} {hint[0].upper()}{hint[1:]}" if text.endswith("?") else f"{text}; {hint}"


def first_few(items: Sequence[str], most: int) -> str:
    """The first items of a list, and how many more there are.

    Examples
    --------
    >>> first_few(["area", "energy", "latency"], 2)
    'area, energy and 1 more'
    """
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return f"{', '.join(items[:most])}{more}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known word; else list all words if they are few; else give their number and the nearest ones.

    Examples
    --------
    >>> did_you_mean("arae", ["area", "energy"])
    "; did you mean 'area'?"
    >>> did_you_mean("gpu", ["area", "energy"])
    '; allowed: area, energy'
    """
    names = list(known)
    folded = {name.lower(): name for name in names}
    compared = str(word)[:_LONGEST_COMPARED].lower()
    near = difflib.get_close_matches(compared, folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {folded[near[0]]!r}?"
    if len(names) > _MOST_LISTED:
        words = {part for part in _PARTS.split(compared) if len(part) > 2}
        like = [n for n in folded if (compared and compared in n) or words & {*_PARTS.split(n)}]
        alike = difflib.get_close_matches(compared, folded, n=_SOME, cutoff=_SOMEWHAT_LIKE)
        some = like or (alike if len(compared) >= _LONG_ENOUGH else [])
        such = (
            f", such as {', '.join(folded[name] for name in sorted(some, key=len)[:_SOME])}" if some else ""
        )
        return f"; {len(names)} are known{such}"
    return "; allowed: " + ", ".join(names) if names else ""
