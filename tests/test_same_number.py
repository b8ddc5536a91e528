"""One chip written in several ways is one chip: order of keys, folder, units, a setting or an edited file."""

from __future__ import annotations

import math
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import load_architecture, shipped
from neuroest.results.estimate import Estimate
from tests.pairs import other_chips_nightly
from tests.shared import estimated, network

CHIPS = list(shipped("architecture"))
PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}
QUANTITY = re.compile(r"([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?) ?([fpnumkMG]?)(V|A|s|F|ohm|S|Hz|W|J)")


def written(tree: Any, chip: str, folder: Path) -> Path:
    file = folder / f"{chip}.yaml"
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return file


def same(one: float | None, other: float | None) -> bool:
    """Equal to 1e-12; None is what does not apply."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-12)


def assert_same(one: Estimate, other: Estimate) -> None:
    for name, value in one.totals.items():
        assert same(other.totals[name], value), name
    for name, band in one.bands.totals.items():
        found = other.bands.totals[name]
        ends = zip((found.low, found.median, found.high), (band.low, band.median, band.high), strict=True)
        assert all(same(a, b) for a, b in ends), name


def with_keys_in_another_order(node: Any, rng: random.Random) -> Any:
    if isinstance(node, dict):
        items = [(key, with_keys_in_another_order(value, rng)) for key, value in node.items()]
        rng.shuffle(items)
        return dict(items)
    return [with_keys_in_another_order(value, rng) for value in node] if isinstance(node, list) else node


def with_other_prefixes(node: Any, rng: random.Random) -> Any:
    """Each quantity with another prefix: 0.9 V becomes 900 mV."""
    if isinstance(node, dict):
        return {key: with_other_prefixes(value, rng) for key, value in node.items()}
    if isinstance(node, list):
        return [with_other_prefixes(value, rng) for value in node]
    found = QUANTITY.fullmatch(node) if isinstance(node, str) else None
    if found is None:
        return node
    number, prefix, unit = found.groups()
    other = rng.choice([name for name in PREFIXES if name != prefix])
    return f"{Decimal(number).scaleb(PREFIXES[prefix] - PREFIXES[other])} {other}{unit}"


def changed_places(tree: Any) -> int:
    text = yaml.safe_dump(tree)
    return len(re.findall(rf": '?{QUANTITY.pattern}'?$", text, re.MULTILINE))


def test_bands_do_not_depend_on_which_of_two_families_a_file_lists_first(tmp_path: Path) -> None:
    chip = "mixed_depthwise_28nm"
    tree = load_architecture(chip).document.data
    turned = {**tree, "chip": dict(reversed(tree["chip"].items()))}
    assert list(turned["chip"]) != list(tree["chip"])
    assert_same(
        estimated(chip, network(chip)), neuroest.estimate(written(turned, chip, tmp_path), network(chip))
    )


@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_order_of_keys_folder_and_prefixes_of_units(chip: str, tmp_path: Path) -> None:
    before, rng = load_architecture(chip).document.data, random.Random(chip)
    tree = with_other_prefixes(before, rng)
    assert tree != before or changed_places(before) == 0
    file = written(with_keys_in_another_order(tree, rng), chip, tmp_path)
    assert_same(estimated(chip, network(chip)), neuroest.estimate(file, network(chip)))


def numbers(node: Any, path: str) -> dict[str, tuple[Any, str]]:
    """Container and key of every number and quantity, by path."""
    found: dict[str, tuple[Any, str]] = {}
    for key, value in node.items():
        place = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict):
            found |= numbers(value, place)
        elif (isinstance(value, float | int) and not isinstance(value, bool)) or (
            isinstance(value, str) and QUANTITY.fullmatch(value)
        ):
            found[place] = (node, key)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("chip", other_chips_nightly(CHIPS))
def test_a_setting_is_an_edited_file(chip: str, tmp_path: Path) -> None:
    rng, compared = random.Random(chip), 0
    paths = sorted(numbers(load_architecture(chip).document.data, ""))
    for path in rng.sample(paths, min(len(paths), 3)):
        tree = load_architecture(chip).document.data
        node, key = numbers(tree, "")[path]
        found = QUANTITY.fullmatch(str(node[key]))
        value = (
            node[key] * 2 if found is None else f"{Decimal(found[1]) * Decimal('1.05')} {found[2]}{found[3]}"
        )
        try:
            alone = neuroest.estimate(chip, network(chip), {path: str(value)})
        except NeuroestError:
            node[key] = value
            with pytest.raises(NeuroestError):
                neuroest.estimate(written(tree, chip, tmp_path), network(chip))
            continue
        node[key] = value
        assert_same(alone, neuroest.estimate(written(tree, chip, tmp_path), network(chip)))
        compared += 1
    assert compared > 0 or not paths
