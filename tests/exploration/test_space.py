from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neuroest.core.errors import SpecError, UnknownNameError
from neuroest.exploration.samplers import permuted, unit_points
from neuroest.exploration.space import Levels, Range, constraint, read_space, settings_space
from neuroest.exploration.structures import resolve
from neuroest.exploration.sweep import make_job
from tests.each import each

CHIP, NET = "diffusive_28nm_derived", "mlp_mnist_spiking"


def test_a_list_and_a_range_on_the_command_line() -> None:
    space = settings_space(["a.b=1 V,2 V", "c.d=0.1..10 V:5:log"])
    assert space.axes[0].tracks["a.b"] == Levels(("1 V", "2 V"), ("1 V", "2 V"))
    assert space.axes[1].tracks["c.d"] == Range("0.1 V", "10 V", 5, log=True)


def test_two_dots_in_the_path_of_a_file_are_no_range() -> None:
    for text in ("analog_lif_28nm,../mine.yaml", "here/../mine.yaml"):
        track = settings_space([f"architecture={text}"]).axes[0].tracks["architecture"]
        assert isinstance(track, Levels)
        assert ",".join(track.labels) == text
    with pytest.raises(SpecError, match="cannot read the unit"):
        resolve(
            "analog_lif_28nm", "mlp_mnist_spiking", settings_space(["technology.supply_voltage=0.7..0.8,1 V"])
        )


def test_linked_paths_take_the_same_value() -> None:
    space = settings_space(["chip.tile.array.rows+chip.tile.array.columns=64,128"])
    axis = resolve(CHIP, NET, space).numeric[0]
    rows, columns = (track.levels for track in axis.tracks.values())
    assert rows is not None
    assert columns is not None
    assert rows.tolist() == columns.tolist() == [64, 128]


@each(
    "text, message",
    [
        ("chip.tile.array.rows", "expected path=a,b,c"),
        ("chip.tile.array.rows=", "expected path=a,b,c"),
        ("chip.tile.array.rows=64,,128", "an empty one"),
        ("chip.tile.array.rows=64,64", "lists a value twice"),
        ("chip.tile.array.rows=64..128:1", "not a number of points"),
        ("chip.tile.array.rows=64..128:0", "not a number of points"),
        ("chip.tile.array.rows=64..128:3:cubic", "not a scale"),
        ("chip.tile.array.rows=few..many:3", "is not a number"),
    ],
)
def test_texts_that_are_no_axis(text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        settings_space([text])


@each(
    "text, message",
    [
        ("chip.tile.array.rows=128..64:3", "inverted"),
        ("chip.tile.array.rows=64..64:3", "empty"),
        ("chip.tile.array.rows=64..128:4", "whole numbers"),
        ("technology.supply_voltage=0.8..0.9:4", "has no unit"),
        ("chip.tile.array.read_voltage=-1 V..1 V:4", "above"),
        ("workload.activity.rate=0..0.3:4:log", "begins above zero"),
        ("chip.tile.array.rowz=1,2", "did you mean 'rows'"),
        ("chip.tile.array.readout.neuron.device=nobody", "nobody"),
    ],
)
def test_axes_that_do_not_fit_the_chip(text: str, message: str) -> None:
    with pytest.raises((SpecError, UnknownNameError), match=message):
        resolve(CHIP, NET, settings_space([text]))


def test_the_ends_of_a_range_are_met_exactly() -> None:
    track = resolve(CHIP, NET, settings_space(["technology.supply_voltage=0.7..0.9 V:5"])).numeric[0]
    levels = track.tracks["technology.supply_voltage"].levels
    assert levels is not None
    assert (levels[0], levels[-1], levels.size) == (
        pytest.approx(0.7, rel=1e-9),
        pytest.approx(0.9, rel=1e-9),
        5,
    )


def test_choices_split_the_space_into_structures() -> None:
    space = settings_space(
        [
            "workload=mlp_mnist_spiking,shd_recurrent_spiking",
            "chip.tile.array.readout.partial_sums=none,analog_merge",
        ]
    )
    found = resolve(CHIP, NET, space)
    assert [tuple(g.choices.values()) for g in found.groups] == [
        ("mlp_mnist_spiking", "none"), ("mlp_mnist_spiking", "analog_merge"),
        ("shd_recurrent_spiking", "none"), ("shd_recurrent_spiking", "analog_merge"),
    ]  # fmt: skip


def test_a_file_states_ranges_blocks_links_and_constraints(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(
        """\
kind: space
axes:
  technology.supply_voltage: {from: 0.7 V, to: 0.9 V, points: 3}
  chip.tile.array.readout.interface:
    clamp: {model: current_clamp, device: current_clamp_subthreshold}
    ideal: {model: ideal}
linked:
  - {chip.tile.array.rows: [64, 128], chip.tile.array.columns: [64, 64]}
constraints: ["area_m2 <= 4 mm^2"]
sampler: grid
"""
    )
    space = read_space(file)
    found = resolve(CHIP, NET, space)
    assert found.grid_shape() == (3, 2)
    assert found.choices[0].labels == ("clamp", "ideal")
    assert str(space.constraints[0]) == "area_m2 <= 4 mm^2"


def test_all_that_is_wrong_in_a_file_is_reported_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(
        "kind: space\naxis: {}\naxes: {a: []}\nsampler: gird\nsamples: 0\nlinked: [{a: [1, 2], b: [1]}]\n"
    )
    with pytest.raises(SpecError) as error:
        read_space(file)
    lines = {problem.line for problem in error.value.problems}
    assert lines == {2, 3, 4, 5, 6}
    assert "did you mean 'axes'" in str(error.value)


def test_a_constraint_is_a_comparison() -> None:
    assert constraint("a.b<=3 V").right == "3 V"
    with pytest.raises(SpecError, match="expected a comparison"):
        constraint("__import__('os')")


@pytest.mark.parametrize("sampler", ["random", "latin_hypercube", "sobol"])
def test_a_point_does_not_depend_on_the_slice_it_is_drawn_in(sampler: str) -> None:
    whole = unit_points(sampler, 0, 64, 64, 3, 7)  # type: ignore[arg-type]
    parts = [unit_points(sampler, a, b, 64, 3, 7) for a, b in ((0, 5), (5, 40), (40, 64))]  # type: ignore[arg-type]
    assert np.array_equal(whole, np.vstack(parts))
    assert np.all((whole >= 0.0) & (whole < 1.0))


@each("length", [1, 2, 3, 100, 1000])
def test_the_permutation_is_one(length: int) -> None:
    found = permuted(np.arange(length, dtype=np.uint64), length, np.uint64(99))
    assert sorted(found.tolist()) == list(range(length))


def test_a_latin_hypercube_has_one_point_in_each_stratum() -> None:
    points = unit_points("latin_hypercube", 0, 50, 50, 2, 3)
    for axis in range(2):
        assert sorted(np.floor(points[:, axis] * 50).tolist()) == list(range(50))


PLACED = [
    ("  chip.tile.array.rows: [64, -128]", "4:30: chip.tile.array.rows=-128: -128 is below the minimum 1"),
    ("  chip.tile.array.rowz: [64, 128]", "4:26: chip.tile.array.rowz=64: unknown key 'rowz'; did you mean 'rows'?"),
    ("  array.rowz: [64, 128]", "4:3: unknown path 'array.rowz'; the nearest are array.rows and array.readout"),
    ("  array.rows:\n    - 64\n    - 0.5", "6:7: chip.tile.array.rows=0.5: 0.5 is not a whole number"),
    ("  array.rows: [64, 128]\nconstraints: [area_m3 <= 4]", "5:15: constraints.0: unknown parameter or result"),
    ("  array.rows: [64, 128]\nconstraints: [array.rows <= 4 mm]", "5:15: chip.tile.array.rows <= 4 mm: 4 mm is"),
    ("  array.rows: {from: 64, to: 128}", "4:3: chip.tile.array.rows: a grid needs the number of points"),
    ("  array.rows: {from: 128, to: 64, points: 3}", "4:3: chip.tile.array.rows=128..64: the range is inverted"),
    ("  array.rows: {from: 64, to: 129, points: 5}", "4:3: chip.tile.array.rows=64..129:5: takes whole numbers"),
    ("  chip.tile.array.cell.device: [rram_hfox_28nm, nothing]", "4:49: chip.tile.array.cell.device=nothing: unknown"),
    ("  workload.timesteps: [0, 3]", "4:24: workload.timesteps=0: 0 is below the minimum 1"),
    ("  rows: [64, 128]\n  chip.tile.array.rows: [32]", "5:3: chip.tile.array.rows: is moved by more than one axis"),
]  # fmt: skip


@each("axes, line", PLACED)
def test_every_message_about_a_file_has_its_place(tmp_path: Path, axes: str, line: str) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(f"kind: space\nname: some\naxes:\n{axes}\n", "utf-8")
    with pytest.raises(SpecError) as caught:
        make_job("analog_lif_28nm", file, "mlp_mnist_spiking")
    assert all(found.startswith(f"{file}:") for found in str(caught.value).splitlines())
    assert f"{file}:{line}" in str(caught.value)
