"""Spec files as plain data: YAML 1.2 scalars, a position for every value, and no evaluation.

The parser only emits events; this module builds dicts and lists from them on its own stack. The limits below therefore
stop deep nesting and aliases that expand to a million nodes, no tag can construct an object, and all faults of a file
are reported together.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from neuroest.core.errors import Problem, SpecError, printable, raise_all
from neuroest.core.files import yaml_loader
from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.file_text import Place, decoded, file_content, shortened, unwanted_character

if TYPE_CHECKING:
    import yaml

Scalar: TypeAlias = str | int | float | bool | None

_LONGEST_NUMBER = 250  # this many digits fit a float, even hexadecimal ones

# First characters of a null, a boolean or a number, and the empty text.
_FIRST_CHARACTERS = frozenset(("", *"0123456789+-.~nNtTfF"))
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NOT_ZERO = re.compile(r"[-+.0]*[1-9]")


def scalar_value(text: str) -> Scalar:
    """Value of an unquoted scalar.

    Parameters
    ----------
    text : str
        The scalar as written in the file, without surrounding white space.

    Returns
    -------
    str, int, float, bool or None
        The value; any other text is returned unchanged.

    Raises
    ------
    ValueError
        If a number is not finite or does not fit a float.

    Examples
    --------
    >>> [scalar_value(text) for text in ("1e-9", "010", "0o17", "1:30", "1_000", "no", "true", "~")]
    [1e-09, 10, 15, '1:30', '1_000', 'no', True, None]
    """
    if text[:1] not in _FIRST_CHARACTERS:
        return text  # the usual case, decided by the first letter
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not allowed; a quantity must be finite")
    integer = _INTEGER.fullmatch(text)
    if not (integer or _REAL.fullmatch(text)):
        return text
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is not allowed; shorten it, as in 1.5e9")
    if integer:
        return int(text, 0) if text[1:2] in ("o", "x") else int(text)
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text} is too large for a number; a quantity must be finite")
    if value == 0 and _NOT_ZERO.match(text):
        raise ValueError(f"{text} is too small for a number and would be read as zero")
    return value


def unquoted_key_problem(key: str) -> str:
    """Why an unquoted key is not text, or an empty text if it is.

    Examples
    --------
    >>> unquoted_key_problem("1e3")
    'key 1e3 is a number; a key must be text: write it in quotes'
    >>> unquoted_key_problem("on")
    ''
    """
    if not key:
        return "a key is missing before ':'"
    if key == "<<":
        return "merge keys ('<<') are not allowed; write the keys out"
    try:
        value = scalar_value(key)
    except ValueError:
        value = math.inf
    if isinstance(value, str):
        return ""
    kind = "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"
    return f"key {shortened(key)} is {kind}; a key must be text: write it in quotes"


MOST_NODES = 20_000
DEEPEST_NESTING = 50
MOST_PROBLEMS = 100

_LONGEST_MESSAGE = 200
_TOO_DEEP = f"nested deeper than {DEEPEST_NESTING} levels"
_STANDARD_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class _Node:
    """A value with its place, the number of keys and values in it, and the levels below it."""

    data: Any
    place: Place
    children: dict[str | int, tuple[Place, _Node]] = field(default_factory=dict)
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class _Frame:
    """An open mapping or list, and the key without a value so far."""

    node: _Node
    is_mapping: bool
    key: str | None = None
    key_place: Place | None = None

    @property
    def awaits_key(self) -> bool:
        return self.key_place is None and self.is_mapping


@frozen_dataclass
class Document:
    """One YAML document.

    Attributes
    ----------
    file : str
        File name in messages: the path as given, or ``"<text>"``.
    sha256 : str
        Hash of the bytes of the whole file.
    """

    file: str
    _data: Any = field(repr=False)
    sha256: str
    root: _Node = field(repr=False, compare=False)

    @property
    def data(self) -> Any:
        """Content of the document. Each call returns a new copy, since loaded documents are cached."""
        return _copied(self._data)

    @property
    def kept_data(self) -> Any:
        """The same content without a copy, for read-only use."""
        return self._data

    def with_data(self, data: Any) -> Document:
        """The document with `data` as content and the existing positions."""
        return replace(self, _data=data)

    def position(self, path: Sequence[str | int]) -> Place:
        """Line and column, from 1, of the key or item at `path`, or at its longest existing prefix."""
        return self._find(path)[0]

    def value_position(self, path: Sequence[str | int]) -> Place:
        """Line and column, from 1, of the value at `path`, or at its longest existing prefix.

        The position of an alias is that of the alias itself; its content is at the anchor.
        """
        return self._find(path)[1].place

    def fault(self, path: Sequence[str | int], message: str) -> SpecError:
        """A problem with the value at `path`, with its location."""
        return SpecError([Problem(self.file, *self.position(path), ".".join(map(str, path)), message)])

    def origin(self, path: Sequence[str | int]) -> tuple[Document, Sequence[str | int]]:
        """The document whose file contains the value at `path`, and its path there."""
        return self, path

    @property
    def chain(self) -> tuple[Document, ...]:
        """The document of each source file, this document's own file first."""
        return (self,)

    def _find(self, path: Sequence[str | int]) -> tuple[Place, _Node]:
        document, inside = self.origin(path)
        place, node = document.root.place, document.root
        for part in inside:
            if part not in node.children:
                break
            place, node = node.children[part]
        return place, node


def _copied(data: Any) -> Any:
    """Copy the content of a document, much faster than `copy.deepcopy`."""
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}
    return [_copied(value) for value in data] if isinstance(data, list) else data


def read_documents(path: Path | str) -> list[Document]:
    """All documents of a file, separated by ``---``.

    Raises
    ------
    SpecError
        With all faults of the file.
    """
    file = printable(str(path))
    return _documents(file_content(Path(path), file), file)


def read_document(path: Path | str) -> Document:
    """Return the document of a file with exactly one document.

    Raises
    ------
    SpecError
        With all faults of the file, including a second document.
    """
    documents = read_documents(path)
    if len(documents) > 1:
        message = f"document 2 of {len(documents)} begins here; this file may hold only one"
        raise SpecError([Problem(documents[0].file, *documents[1].position(()), "", message)])
    return documents[0]


def read_text(text: str, file: str = "<text>", most_nodes: int = MOST_NODES) -> list[Document]:
    r"""All documents of a text with at most `most_nodes` keys and values. Messages call the text `file`.

    Raises
    ------
    SpecError
        With all faults of the text.

    Examples
    --------
    >>> (document,) = read_text("neuron:\n  leak: 1e-9\n  on: yes")
    >>> document.data
    {'neuron': {'leak': 1e-09, 'on': 'yes'}}
    >>> document.position(["neuron", "leak"]), document.value_position(["neuron", "leak"])
    ((2, 3), (2, 9))
    """
    return _documents(text.encode("utf-8", "surrogatepass"), printable(file), most_nodes)


def _documents(content: bytes, file: str, most_nodes: int = MOST_NODES) -> list[Document]:
    text, sha256 = decoded(content, file), hashlib.sha256(content).hexdigest()
    roots = _Builder(file, most_nodes).build(text)
    return [Document(file, root.data, sha256, root) for root in roots]


class _Builder:
    """Builds the documents of one file from the events of the parser."""

    def __init__(self, file: str, most_nodes: int) -> None:
        self.file, self.most_nodes = file, most_nodes
        self.problems: list[Problem] = []
        self.roots: list[_Node] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Node] = {}
        self.nodes = 0

    def build(self, text: str) -> list[_Node]:
        import yaml  # noqa: PLC0415 - files that an earlier run has checked are not parsed

        try:
            for event in yaml.parse(text, Loader=yaml_loader()):
                self.take(event)
        except yaml.MarkedYAMLError as error:
            self.problems.append(_syntax_problem(self.file, error, text))
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: \U in the Python parser
            message = shortened(f"not YAML: {error}", _LONGEST_MESSAGE)
            self.problems.append(Problem(self.file, 0, 0, "", message))
        raise_all(self.problems)
        if not self.roots:
            self.stop((0, 0), "the file is empty: nothing but blank lines and comments")
        return self.roots

    def report(self, place: Place, message: str) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.stop(place, f"more than {MOST_PROBLEMS} problems; the rest of the file was not read")
        keys = (frame.key if frame.is_mapping else len(frame.node.data) for frame in self.stack)
        path = ".".join(shortened(str(key)) for key in keys if key is not None)
        self.problems.append(Problem(self.file, *place, path, message))

    def stop(self, place: Place, message: str) -> NoReturn:
        raise SpecError([*self.problems, Problem(self.file, *place, "", message)])

    def grow(self, place: Place, size: int = 1, height: int = 0) -> None:
        self.nodes += size
        if self.nodes > self.most_nodes:
            self.stop(place, f"more than {self.most_nodes} keys and values, including expanded aliases")
        if len(self.stack) + height > DEEPEST_NESTING:
            self.stop(place, _TOO_DEEP)

    def take(self, event: yaml.Event) -> None:
        import yaml  # noqa: PLC0415 - as above

        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        if isinstance(event, yaml.ScalarEvent):
            self.grow(place)
            frame = self.stack[-1] if self.stack else None
            if frame is not None and frame.is_mapping and frame.key_place is None:
                self.take_key(frame, event, place)
            else:
                self.put(self.named(_Node(self.scalar(event, place), place), event.anchor))
        elif isinstance(event, yaml.CollectionStartEvent):
            self.open(event, place, isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, yaml.CollectionEndEvent):
            self.put(self.stack.pop().node)
        elif isinstance(event, yaml.AliasEvent):
            self.put(self.aliased(str(event.anchor), place))
        elif isinstance(event, yaml.DocumentStartEvent):
            self.anchors = {}
            if event.version not in (None, (1, 2)):
                self.report(place, "a spec file is YAML 1.2; remove the %YAML line")

    def open(self, event: yaml.CollectionStartEvent, place: Place, is_mapping: bool) -> None:
        if self.stack and self.stack[-1].awaits_key:
            kind = "mapping" if is_mapping else "list"
            self.report(place, f"a key must be text, not a {kind}; quote a text that starts with {{ or [")
        self.check_tag(event.tag, place, "map" if is_mapping else "seq")
        self.grow(place, height=1)
        node = _Node({} if is_mapping else [], place, height=1)
        self.stack.append(_Frame(self.named(node, event.anchor), is_mapping))

    def put(self, node: _Node) -> None:
        if not self.stack:
            self.roots.append(node)
            return
        frame = self.stack[-1]
        frame.node.size += node.size
        if not frame.is_mapping:
            frame.node.children[len(frame.node.data)] = node.place, node
            frame.node.data.append(node.data)
        elif frame.key_place is None:  # a list, mapping or alias as key; it was reported where it began
            frame.key_place = node.place
        else:
            if frame.key is not None:
                self.put_value(frame, frame.key, frame.key_place, node)
            frame.key, frame.key_place = None, None
        frame.node.height = max(frame.node.height, node.height + 1)

    def put_value(self, frame: _Frame, key: str, place: Place, node: _Node) -> None:
        if key in frame.node.children:
            line, column = frame.node.children[key][0]
            self.report(place, f"duplicate key; first defined at line {line}, column {column}")
        else:
            frame.node.children[key] = place, node
            frame.node.data[key] = node.data

    def take_key(self, frame: _Frame, event: yaml.ScalarEvent, place: Place) -> None:
        key = event.value
        self.named(_Node(key, place), event.anchor)
        frame.node.size += 1
        frame.key_place = place
        problem = "" if event.style or event.tag else unquoted_key_problem(key)
        if not key.isprintable():
            problem = f"key '{shortened(key)}' must be one line of printable characters"
        if problem:
            self.report(place, problem)
            return
        frame.key = key
        self.check_tag(event.tag, place, "str")

    def scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        text = event.value
        if unwanted := unwanted_character(text):
            self.report(place, f"{unwanted} is not allowed, not as an escape either")
        if not self.check_tag(event.tag, place, "str") or event.tag or event.style:
            return text
        if not (text or self.stack):
            self.report(place, "this document is empty; remove its '---'")
        try:
            return scalar_value(text)
        except ValueError as error:
            self.report(place, str(error))
            return None

    def check_tag(self, tag: str | None, place: Place, allowed: str) -> bool:
        if tag is None or tag == _STANDARD_TAG + allowed:
            return True
        formatted = "!!" + tag.removeprefix(_STANDARD_TAG) if tag.startswith(_STANDARD_TAG) else tag
        self.report(place, f"tag '{shortened(formatted)}' is not allowed; write the plain value")
        return False

    def named(self, node: _Node, anchor: str | None) -> _Node:
        if anchor is not None and (first := self.anchors.setdefault(anchor, node)) is not node:
            message = f"anchor '&{shortened(anchor)}' is already defined at line {first.place[0]}"
            self.report(node.place, message)
        return node

    def aliased(self, anchor: str, place: Place) -> _Node:
        target, name = self.anchors.get(anchor), shortened(anchor)
        if self.stack and self.stack[-1].awaits_key:
            self.report(place, f"a key must be text, not the alias '*{name}'; write it out")
        if target is None:
            self.report(place, f"alias '*{name}' has no anchor before it; quote a text that starts with *")
        elif any(frame.node is target for frame in self.stack):
            self.report(place, f"alias '*{name}' refers to itself")
        else:
            self.grow(place, target.size, target.height)
            return _Node(_copied(target.data), place, target.children, target.size, target.height)
        return _Node(None, place)


def _syntax_problem(file: str, error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Return a parser error on one line; common errors are reworded."""
    mark, start, problem = error.problem_mark, error.context_mark, error.problem or "not YAML"
    character = text[mark.index : mark.index + 1] if mark else ""
    if "tab char" in problem or (character == "\t" and "cannot start" in problem):
        message = "tabs are not allowed here; indent with spaces"
    elif "cannot start" in problem:
        message = f"a text cannot start with {character}; write it in quotes"
    elif "mapping values are not allowed" in problem:
        message = (
            "no ':' is allowed here; correct the indentation, or put a text that contains ': ' in quotes"
        )
    elif "nesting depth" in problem:
        message = _TOO_DEEP
    elif "tag" in f"{error.context} {problem}":
        message = "a tag (a word that starts with '!') is not allowed; write the plain value"
    else:
        since = f", {error.context} that starts at line {start.line + 1}" if error.context and start else ""
        message = shortened(problem + since, _LONGEST_MESSAGE)
    return Problem(file, *((mark.line + 1, mark.column + 1) if mark else (0, 0)), "", message)
