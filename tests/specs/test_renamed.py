"""Old names of keys and words in spec files are read in this version, with one line that gives the new name."""

from __future__ import annotations

from pathlib import Path

import pytest

import neuroest
from neuroest.core.errors import SpecError
from neuroest.loading.library import load_architecture, shipped
from neuroest.specs.reading import read_documents, read_text
from neuroest.specs.renamed import KEYS, WORDS, RenamedWarning
from neuroest.validation.expressions import expression_dimension

CHIP, NETWORK = "adc_crossbar_28nm", "mlp_mnist_dense"


def written(folder: Path, text: str) -> Path:
    path = folder / "old.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_new_name_is_an_old_one() -> None:
    assert not set(KEYS) & set(KEYS.values())
    assert not {word for _, word in WORDS} & set(WORDS.values())


def test_old_keys_and_words_are_read_with_a_note_of_their_places(tmp_path: Path) -> None:
    text = shipped("architecture")[CHIP].read_text(encoding="utf-8").replace(f"name: {CHIP}", "name: old")
    new = written(tmp_path, text)
    expected = neuroest.estimate(new, NETWORK)
    old = written(
        tmp_path, text.replace("weight_encoding:", "pairing:").replace("one_bit_driver", "spike_driver")
    )
    with pytest.warns(RenamedWarning) as notes:
        found = neuroest.estimate(old, NETWORK)
    assert [str(note.message).split(":", 3)[0].rpartition("/")[2] for note in notes] == ["old.yaml"] * 2
    assert {word for note in notes for word in ("weight_encoding", "one_bit_driver") if word in str(note.message)} == {
        "weight_encoding", "one_bit_driver",
    }  # fmt: skip
    assert found.totals["energy_per_inference_J"] == expected.totals["energy_per_inference_J"]
    assert found.totals == expected.totals


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_part_of_a_chip_keeps_its_name(tmp_path: Path, name: str) -> None:
    (document,) = read_documents(written(tmp_path, f"chip: {{{name}: {{model: wire, {name}: 1 um}}}}"))
    assert document.data == {"chip": {name: {"model": "wire", KEYS[name]: "1 um"}}}
    assert [note.column for note in document.notes] == [24 + len(name)]


def test_both_names_of_a_key_are_a_duplicate(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="duplicate key; first defined at line 1, column 2"):
        read_documents(written(tmp_path, "{via: a, cited_in: b}"))


def test_a_text_that_is_no_spec_file_keeps_its_keys() -> None:
    assert [document.data for document in read_text("via: a")] == [{"via": "a"}]


def test_an_old_path_is_set(tmp_path: Path) -> None:
    old, new = (
        neuroest.estimate(CHIP, NETWORK, {f"chip.tile.array.{key}": "offset"})
        for key in ("pairing", "weight_encoding")
    )
    assert old.totals == new.totals


def test_an_old_total_is_read_in_an_expression() -> None:
    with pytest.warns(RenamedWarning, match="'weight_bits' is called 'total_weight_bits' now"):
        old = expression_dimension("weight_bits / area_m2")
    assert old == expression_dimension("total_weight_bits / area_m2")


def test_no_shipped_file_uses_an_old_name(recwarn: pytest.WarningsRecorder) -> None:
    for path in shipped("architecture").values():
        load_architecture(path)
    assert not [w for w in recwarn if issubclass(w.category, RenamedWarning)]
