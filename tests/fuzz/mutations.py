"""Changes to files: of the tree of a spec, of lines of text, and of bytes."""

from __future__ import annotations

import copy
import json
import pickle
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import yaml

SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 3, 7, 8, 0.5, 1e-30, 1e30, 1e308, -1e308, float("inf"), float("nan"), 10**18,
    10**400, "", " ", "0", "-0", "0 V", "-1 V", "1e400 V", "1e-320 F", "nan ohm", "inf s", "1 kV", "3 parsec", "50 %",
    "150 %", "1 V/", "1..2", "1..2:0", "auto", "~", "*a", "&a 1", "!!python/object:os.system 1", "../../x",
    "/dev/zero", "a" * 300, "x" * 20_000, "\u202e", "\u0000", "\x1b[31m", "=1+1", "<script>", "\\input{x}", "é", "chip",
    [], {}, [[]], [1, 2], {"value": 1}, {"value": "1 V", "low": "2 V", "high": "0 V"}, {"model": "sar_adc"},
    ["a"] * 2_000,
)  # fmt: skip
"""Values that have broken readers of files before, in this program or in others."""
TOKENS = (
    "\t", "\r\n", "\n\n", "---\n", "...\n", "{", "}", "[", "]", ":", ": ", "- ", "#", "'", '"', "|\n", ">\n", "&a ",
    "*a", "<<: *a", "%", "@", "`", ",", ";", "nan", "inf", "1e999", "-", "0x10", "1_000", "é", "\ufeff", "\u2028",
    "\x1b", "\x00", "\u202e", "%TAG ! x", "!!binary x",
)  # fmt: skip

Tree = Any
Place = tuple[Any, Any]


def places(tree: Tree) -> Iterator[Place]:
    """Every container of a tree with a key or index of it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            yield node, key
            waiting.append(node[key])


def _replaced(node: Any, key: Any, rng: random.Random) -> None:
    node[key] = copy.deepcopy(rng.choice(SCALARS))


def _removed(node: Any, key: Any, rng: random.Random) -> None:
    del node[key]


def _renamed(node: Any, key: Any, rng: random.Random) -> None:
    if isinstance(node, dict):
        other = str(key)
        at = rng.randrange(len(other) + 1)
        node[other[:at] + rng.choice("abcxyz_ .-") + other[at + rng.randrange(2) :]] = node.pop(key)


def _doubled(node: Any, key: Any, rng: random.Random) -> None:
    if isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    else:
        node[f"{key}_2"] = copy.deepcopy(node[key])


def _wrapped(node: Any, key: Any, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 3, 40))):
        node[key] = {"value": node[key]} if rng.random() < 0.5 else [node[key]]


def _scaled(node: Any, key: Any, rng: random.Random) -> None:
    """A number of another size, its unit kept: most of these files are still sound, and the models must answer."""
    value = node[key]
    factor = rng.choice((0.0, 1e-9, 0.1, 0.5, 0.99, 1.01, 2.0, 10.0, 1e9, -1.0))
    if isinstance(value, bool) or value is None or value == 10**400:  # which no float can be
        return
    if isinstance(value, int):
        node[key] = int(value * factor) if rng.random() < 0.7 else value * factor
    elif isinstance(value, float):
        node[key] = value * factor
    elif isinstance(value, str):
        number, space, unit = value.partition(" ")
        try:
            node[key] = f"{float(number) * factor!r}{space}{unit}"
        except ValueError:
            return


_EDITS: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _scaled, _scaled, _scaled, _scaled, _replaced, _replaced, _removed, _renamed, _doubled, _wrapped,
)  # fmt: skip


@lru_cache(512)
def _packed(text: str) -> bytes:
    """The tree of a good file, kept in the form that gives a new one fastest."""
    return pickle.dumps(yaml.load(text, yaml.CSafeLoader))


def _edited(tree: Tree, rng: random.Random) -> Tree:
    """A tree with one to four places changed, or two values exchanged."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        found = list(places(tree))
        if not found:
            break
        node, key = rng.choice(found)
        if rng.random() < 0.1:
            other, place = rng.choice(found)
            node[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(node[key])
        else:
            rng.choice(_EDITS)(node, key, rng)
    return tree


def changed_tree(text: str, rng: random.Random) -> bytes:
    """A spec with some places of its tree changed; now and then a change of its text."""
    if rng.random() < 0.15:
        return changed_text(text, rng)
    tree = _edited(pickle.loads(_packed(text)), rng)
    dumped: str = yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    return dumped.encode("utf-8", "surrogatepass")


def changed_json(content: bytes, rng: random.Random) -> bytes:
    """A JSON file with some places of its tree changed, or a change of its text."""
    text = content.decode()
    if rng.random() < 0.4:
        return changed_text(text, rng)
    try:
        return json.dumps(_edited(json.loads(text), rng)).encode()
    except ValueError:  # a tree with a cycle, or with a number of too many digits to write
        return changed_text(text, rng)


def changed_text(text: str, rng: random.Random) -> bytes:
    """A text with lines taken out, doubled or exchanged, and with characters put in, changed or cut off."""
    lines = text.splitlines(keepends=True) or [""]
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        at = rng.randrange(len(lines))
        kind = rng.randrange(7)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif kind == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == 3:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        elif kind == 4:
            cells = lines[at].split(",")
            cells[rng.randrange(len(cells))] = str(rng.choice(SCALARS))[:2_000]
            lines[at] = ",".join(cells)
        else:
            place = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + rng.choice(TOKENS) + lines[at][place + rng.randrange(2) :]
    found = "".join(lines).encode("utf-8", "surrogatepass")
    return changed_bytes(found, rng) if rng.random() < 0.05 else found


def changed_bytes(content: bytes, rng: random.Random) -> bytes:
    """Bytes with bits turned over, runs taken out, doubled or overwritten, or the end cut off."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        at = rng.randrange(len(data))
        length = rng.choice((1, 1, 2, 4, 8, 64))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at : at + length] = rng.randbytes(length)
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + length]
        elif kind == 4:
            data[at : at + length] = rng.choice((b"\x00", b"\xff", b"\x7f", b"\x80")) * length
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)
