"""Reads of embeddings: rows that are asked for, from the memory of the weights or over a link, else an exclusion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.workloads.importers import ImportOptions, workload_from_file

pytest.importorskip("onnx", reason="needs neuroest[onnx]")
from tests.workloads.importers.test_onnx_inputs import sentence


def test_rows_of_a_table_are_read_once_where_the_weights_are(tmp_path: Path) -> None:
    loaded = workload_from_file(sentence(tmp_path / "s.onnx"), ImportOptions(axes={"sequence": 16}))
    result = neuroest.estimate("digital_int8_28nm", loaded)
    assert not any("table" in line for line in result.exclusions)
    level = result.evaluation.levels[0]
    memory = level.mapper.memories("weights")[-1]
    place = [layer.name for layer in loaded.spec.layers].index("w")
    words = float(np.ravel(result.evaluation.counts.actions[memory.path, "read"])[place])
    activations = level.mapper.memories("activations")[-1]
    assert activations.path != memory.path
    # 16 rows of 12 numbers of 8 bits
    assert words == pytest.approx(16 * 12 * 8 / memory.options["width"])


def test_a_table_without_a_place_is_an_exclusion(tmp_path: Path) -> None:
    loaded = workload_from_file(sentence(tmp_path / "s.onnx"), ImportOptions(axes={"sequence": 16}))
    (line,) = [one for one in neuroest.estimate("adc_crossbar_28nm", loaded).exclusions if "table" in one]
    assert "no memory has room" in line
