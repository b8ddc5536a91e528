"""Attributes that components and mappers read from their slots and from the choices of a file."""

from typing import Any


def slot(name: str, of: str = "") -> Any:
    """A property: the component in a slot, or in a slot of the component in slot `of`; None where it is empty."""

    def found(self: Any) -> Any:
        return self.slots.get(name)

    def found_inside(self: Any) -> Any:
        return self.slots[of].slots.get(name)

    return property(found_inside if of else found)


def chosen(key: str, value: str) -> Any:
    """A property: whether a file chose this value for a key; False where its schema has no such key."""

    def found(self: Any) -> bool:
        return bool(getattr(self.spec, key, None) == value)

    return property(found)
