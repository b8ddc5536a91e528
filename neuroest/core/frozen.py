"""Frozen data: read-only mappings that can be sent to other processes, and dataclasses that are cheap to make.

The standard library writes the methods of each frozen dataclass as text and compiles them at every start, 0.6 ms a
class. Here all classes share their methods. Only `__init__` differs, and it is made when the first object of a class
is, from code that is compiled once for all classes with as many fields.
"""

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from functools import cache
from inspect import get_annotations
from reprlib import recursive_repr
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_origin, overload

from neuroest.core.errors import UnknownNameError

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _Named(dict[str, _Value]):
    """A mapping that says which names it has when it lacks one."""

    def __init__(self, content: Mapping[str, _Value], what: str) -> None:
        super().__init__(content)
        self.what = what

    def __missing__(self, name: str) -> _Value:
        raise UnknownNameError(self.what, name, self)

    def copy(self) -> "_Named[_Value]":
        return _Named(self, self.what)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Named, (dict(self), self.what)


def named(content: Mapping[str, _Value], what: str) -> Mapping[str, _Value]:
    """A copy that cannot be changed, and whose `KeyError` is an `UnknownNameError` of what the names stand for.

    Examples
    --------
    >>> named({"area_m2": 1e-6}, "result")["area_m2"]
    1e-06
    """
    return MappingProxyType(_Named(content, what))


def frozen(content: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    """A copy that cannot be changed."""
    return MappingProxyType(dict(content))


def _view(content: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    return MappingProxyType(content)


def _reduced(view: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _view, (view.copy(),)


copyreg.pickle(MappingProxyType, _reduced)  # Python itself refuses to pickle a read-only view


_T = TypeVar("_T")


@dataclass(frozen=True)
class _Standard:
    """`dataclasses` recognises its classes and their fields by two marks, which are copied from this one."""

    member: int


_PARAMETERS: Any = vars(_Standard)["__dataclass_params__"]
_MARK: Any = _Standard.__dataclass_fields__["member"]._field_type  # type: ignore[attr-defined]  # noqa: SLF001


@overload
def frozen_dataclass(cls: type[_T], /) -> type[_T]: ...
@overload
def frozen_dataclass(*, eq: bool = True, kw_only: bool = False) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen_dataclass(cls: type[_T] | None = None, /, *, eq: bool = True, kw_only: bool = False) -> Any:
    """Make a class what ``@dataclass(frozen=True)`` makes it, in a tenth of the time.

    `dataclasses.replace`, `fields` and `asdict` work, and so do pickling, pattern matching and inheritance from and by
    frozen dataclasses of the standard library. `InitVar`, `KW_ONLY` and slots are not supported.

    Parameters
    ----------
    eq : bool
        Whether objects with equal fields are equal; otherwise, only an object and itself are.
    kw_only : bool
        Whether the fields of this class are passed by keyword.

    Raises
    ------
    TypeError
        If a field without a default follows one with a default.

    Examples
    --------
    >>> @frozen_dataclass
    ... class Point:
    ...     x: float
    ...     y: float = 0.0
    >>> Point(1.0), Point(1.0) == Point(1.0, 0.0)
    (Point(x=1.0, y=0.0), True)
    """

    def decorated(cls: Any) -> Any:
        members: dict[str, Field[Any]] = {}
        for base in reversed(cls.__mro__[1:]):
            members.update(vars(base).get("__dataclass_fields__", {}))
        for name, annotation in get_annotations(cls).items():
            if not _is_class_variable(annotation):
                # The field of an annotation; its default remains as an attribute of the class.
                default: Any = getattr(cls, name, MISSING)
                member: Any = default if isinstance(default, Field) else field(default=default)
                if default is member and member.default is MISSING:
                    delattr(cls, name)
                elif default is member:
                    setattr(cls, name, member.default)
                member.name, member.type, member._field_type = name, annotation, _MARK  # noqa: SLF001
                if member.kw_only is MISSING:
                    member.kw_only = kw_only
                members[name] = member
        _check_order(cls, members)
        added: dict[str, Any] = {
            "__init__": _Initialiser(cls),
            "__repr__": _represented,
            "__match_args__": tuple(name for name, one in members.items() if one.init and not one.kw_only),
        }
        if eq:
            added |= {"__eq__": _equal, "__hash__": _hash}
        if not _is_plain(next(base for base in cls.__mro__ if "__repr__" in vars(base))):
            del added["__repr__"]
        for name, one in added.items():
            if vars(cls).get(name) is None:  # a class that states `__eq__` has None as its `__hash__`
                setattr(cls, name, one)
        cls.__setattr__, cls.__delattr__ = _refuse_setting, _refuse_deleting
        cls.__compared__ = tuple(name for name, one in members.items() if one.compare)
        cls.__dataclass_fields__, cls.__dataclass_params__ = members, _PARAMETERS
        return cls

    return decorated if cls is None else decorated(cls)


def _is_plain(owner: type[Any]) -> bool:
    """Whether a class has the `__repr__` of all objects or dataclasses, and none of its own."""
    return owner is object or "__dataclass_fields__" in vars(owner)


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return annotation is ClassVar or get_origin(annotation) is ClassVar


def _check_order(cls: type[Any], members: dict[str, Field[Any]]) -> None:
    earlier = ""
    for name, member in members.items():
        if member.init and not member.kw_only:
            if _default(member) is not MISSING:
                earlier = name
            elif earlier:
                raise TypeError(
                    f"{cls.__name__}: {name}, without a default, follows {earlier}, which has one"
                )


class _Fresh:
    """Default of a field with a factory: the argument that asks for a new value."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def __repr__(self) -> str:
        return "<factory>"


def _default(member: Field[Any]) -> Any:
    return member.default if member.default_factory is MISSING else _Fresh(member.default_factory)


class _Initialiser:
    """Stands for `__init__` until the first object of the class is made, or until somebody asks for the method."""

    def __init__(self, owner: type[Any]) -> None:
        self.owner = owner

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        cls = self.owner
        members = [one for one in vars(cls)["__dataclass_fields__"].values() if one.init]
        by_place = [one for one in members if not one.kw_only]
        by_name = [one for one in members if one.kw_only]
        names = tuple(one.name for one in (*by_place, *by_name))
        template = _template(len(by_place), len(by_name))
        words = dict(zip(template.co_varnames[1 : len(names) + 1], names, strict=True))
        code = template.replace(
            co_varnames=(template.co_varnames[0], *names, *template.co_varnames[len(names) + 1 :]),
            co_consts=tuple(
                words.get(one, one) if isinstance(one, str) else one for one in template.co_consts
            ),
            co_qualname=f"{cls.__qualname__}.__init__",
        )
        defaults = tuple(default for one in by_place if (default := _default(one)) is not MISSING)
        made = FunctionType(code, globals(), "__init__", defaults)
        made.__kwdefaults__ = {
            one.name: default for one in by_name if (default := _default(one)) is not MISSING
        }
        made.__annotations__ = {**{one.name: one.type for one in members}, "return": None}
        made.__module__ = cls.__module__
        type.__setattr__(self.owner, "__init__", made)
        return made.__get__(instance, owner)


@cache
def _template(by_place: int, by_name: int) -> CodeType:
    """Code of an `__init__` with so many arguments, whose names are replaced."""
    names = [f"argument{index}" for index in range(by_place + by_name)]
    star = ["*"] if by_name else []
    lines = [f"def __init__({', '.join(['self', *names[:by_place], *star, *names[by_place:]])}):"]
    lines.append(" __dict__ = self.__dict__")
    lines += [f" __dict__[{name!r}] = {name}.make() if type({name}) is _Fresh else {name}" for name in names]
    space: dict[str, Any] = {}
    exec("\n".join(lines), space)  # noqa: S102 - a text of this function, once for each number of fields
    code: CodeType = space["__init__"].__code__
    return code


def _compared(one: Any) -> list[Any]:
    return [getattr(one, name) for name in one.__compared__]


def _equal(self: Any, other: Any) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(_compared(self)))


@recursive_repr()
def _represented(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, one in self.__dataclass_fields__.items() if one.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse_setting(self: Any, name: str, value: object) -> None:
    if _is_frozen(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _refuse_deleting(self: Any, name: str) -> None:
    if _is_frozen(self, name):
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


def _is_frozen(one: Any, name: str) -> bool:
    """Whether an attribute may not change: a plain class that inherits from a frozen one has attributes of its own."""
    return "__dataclass_fields__" in vars(type(one)) or name in one.__dataclass_fields__
