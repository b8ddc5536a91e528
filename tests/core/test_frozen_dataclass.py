"""Frozen dataclasses do what those of the standard library do."""

import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar

import pytest

from neuroest.core.frozen import frozen_dataclass

ROOT = Path(__file__).parents[2]
standard = dataclass(frozen=True)
Decorator = Callable[[type], type]
both = pytest.mark.parametrize("decorator", [standard, frozen_dataclass], ids=["standard", "ours"])


@frozen_dataclass
class Cell:
    """A cell with a field of every kind."""

    resistance: float
    name: str = "cell"
    notes: list[str] = field(default_factory=list)
    drawn: tuple[int, ...] = field(default=(), compare=False, repr=False)
    instances: ClassVar[int] = 0


@frozen_dataclass(kw_only=True)
class Pair(Cell):
    """A class that inherits fields and adds one."""

    ratio: float


@frozen_dataclass(eq=False)
class Alone:
    """Equal to nothing else."""

    value: float


def made(decorator: Decorator) -> Any:
    """The same class by either decorator."""

    class Node:
        left: int
        right: "int" = 2
        kept: list[int] = field(default_factory=list)
        hidden: int = field(default=0, repr=False, compare=False)
        count: "ClassVar[int]" = 7

    return decorator(Node)


@both
def test_init_repr_and_equality(decorator: Decorator) -> None:
    node = made(decorator)
    first, second = node(1), node(left=1, right=2, hidden=9)
    assert repr(first).endswith("Node(left=1, right=2, kept=[])")
    assert first == second
    assert first != node(3)
    assert first != (1, 2, [])
    assert first.kept is not second.kept
    assert [one.name for one in fields(node)] == ["left", "right", "kept", "hidden"]
    assert node.__match_args__ == ("left", "right", "kept", "hidden")
    assert (node.right, node.count, hasattr(node, "left")) == (2, 7, False)
    assert list(signature(node).parameters) == ["left", "right", "kept", "hidden"]
    assert str(signature(node).parameters["kept"].default) == "<factory>"


@both
@pytest.mark.parametrize("arguments", [{}, {"left": 1, "middle": 2}], ids=["missing", "unknown"])
def test_wrong_arguments(decorator: Decorator, arguments: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"left|middle"):
        made(decorator)(**arguments)


@both
def test_nothing_can_be_changed(decorator: Decorator) -> None:
    node = made(decorator)(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'left'"):
        node.left = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'left'"):
        del node.left
    assert node.left == 1


@both
def test_a_method_of_the_class_stays(decorator: Decorator) -> None:
    class Stated:  # noqa: PLW1641 - the decorator adds it
        value: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "stated"

    stated: Any = decorator(Stated)
    assert stated(1) == stated(2)
    assert repr(stated(1)) == "stated"
    assert hash(stated(1)) == hash(stated(1))


@both
def test_a_field_without_a_default_after_one_with_a_default(decorator: Decorator) -> None:
    class Wrong:
        one: int = 1
        two: int

    with pytest.raises(TypeError, match="two"):
        decorator(Wrong)


def test_copies_pickles_and_dicts() -> None:
    cell = Cell(47e3, notes=["a"], drawn=(1,))
    assert replace(cell, name="other") == Cell(47e3, "other", ["a"])
    assert replace(cell, name="other").drawn == (1,)
    assert asdict(cell) == {"resistance": 47000, "name": "cell", "notes": ["a"], "drawn": (1,)}
    assert pickle.loads(pickle.dumps(cell)) == cell
    with pytest.raises(TypeError, match="colour"):
        replace(cell, colour="red")


def test_fields_are_inherited() -> None:
    pair = Pair(1.0, ratio=2.0)
    assert (pair.resistance, pair.name, pair.ratio) == (1, "cell", 2)
    assert pair != Cell(1.0)
    with pytest.raises(TypeError, match="ratio"):
        Pair(1.0)  # type: ignore[call-arg]


def test_identity_without_equality() -> None:
    one = Alone(1.0)
    assert one == one
    assert one != Alone(1.0)
    assert {one: 1}[one] == 1


def test_equal_objects_have_one_hash() -> None:
    assert hash(Point(1, 2)) == hash(Point(1, 2))
    assert len({Point(1, 2), Point(1, 2), Point(2, 1)}) == 2
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


@frozen_dataclass
class Point:
    """Two numbers."""

    x: int
    y: int


@standard
class Voxel(Point):
    """A class of the standard library inherits from ours."""

    z: int = 0


@frozen_dataclass
class Named(Voxel):
    """And ours from one of those."""

    name: str = ""


def test_standard_classes_in_one_family() -> None:
    assert Voxel(1, 2, 3) == Voxel(1, 2, 3)
    assert asdict(Named(1, 2, name="n")) == {"x": 1, "y": 2, "z": 0, "name": "n"}
    with pytest.raises(FrozenInstanceError):
        Voxel(1, 2).x = 3  # type: ignore[misc]


def test_an_object_that_contains_itself_is_shown() -> None:
    cell = Cell(1.0)
    cell.notes.append(cell)  # type: ignore[arg-type]
    assert repr(cell) == "Cell(resistance=1.0, name='cell', notes=[...])"


def test_the_package_uses_no_other_frozen_dataclass() -> None:
    other = re.compile(r"^ *@dataclass\(.*frozen=True(?!, order)", re.MULTILINE)
    files = [path for path in (ROOT / "neuroest").rglob("*.py") if path.name != "frozen.py"]
    assert len(files) > 300
    assert [path.name for path in files if other.search(path.read_text(encoding="utf-8"))] == []


def test_a_plain_class_that_inherits_from_a_frozen_one_has_attributes_of_its_own() -> None:
    class Warm(Cell):
        def __init__(self) -> None:
            super().__init__(47e3)
            self.temperature = 300

    warm = Warm()
    warm.temperature += 10
    assert warm.temperature == 310
    with pytest.raises(FrozenInstanceError):
        warm.resistance = 1.0  # type: ignore[misc]
    del warm.temperature
    with pytest.raises(FrozenInstanceError):
        del warm.resistance
