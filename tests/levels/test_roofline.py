"""Claims about kernels on processors."""

from __future__ import annotations

import numpy as np
import pytest

from neuroest.core.errors import NeuroestError
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_device
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from tests.each import each

FOLDER = data_folder("validation_case") / "keyword_spotting_processors"
SLOT = "chip.processor.processor."


def time_of_a_call(chip: str, network: str, **settings: object) -> float:
    result = estimate(
        FOLDER / f"{chip}.yaml", FOLDER / f"{network}.yaml", {SLOT + k: v for k, v in settings.items()}
    )
    return float(result.totals["initiation_interval_s"]) * float(settings.get("batch", 1))  # type: ignore[arg-type]


def test_the_host_works_once_for_each_inference_and_the_framework_once_a_call():
    for batch in (1, 16):
        host = [time_of_a_call("gpu", "spotter", batch=batch, host_time=time) for time in ("0 us", "10 us")]
        call = [time_of_a_call("gpu", "spotter", batch=batch, call_time=time) for time in ("0 us", "10 us")]
        assert host[1] - host[0] == pytest.approx(batch * 10e-6)
        assert call[1] - call[0] == pytest.approx(10e-6)


@pytest.mark.parametrize(("network", "depths"), [("spotter", 0), ("copies_2", 10), ("copies_10", 10)])
def test_branches_are_handed_over_once_a_depth_however_many_there_are(network, depths):
    # ten layers in each copy run parallel to those of the others; the first, the joining and the last two run alone
    times = [time_of_a_call("cpu", network, handover_time=time) for time in ("0 us", "100 us")]
    assert times[1] - times[0] == pytest.approx(depths * 100e-6, abs=1e-12)


def test_small_kernels_have_one_core_and_large_ones_all():
    # 2 x 173 thousand multiply-accumulates on one core of twelve, of which 45 % is used, take 55 us
    quiet = {"launch_time": "0 us", "call_time": "0 us", "host_time": "0 us"}
    macs = 390 * 256 + 256 * 256 + 256 * 29
    assert time_of_a_call("cpu", "spotter", **quiet) == pytest.approx(
        2 * macs / (168e9 / 12 * 0.45), rel=1e-9
    )
    assert time_of_a_call("cpu", "spotter", **quiet, batch=100000) == pytest.approx(
        2 * macs * 100000 / (168e9 * 0.45), rel=1e-9
    )


def test_lists_of_points_equal_their_points():
    nominal = estimate(FOLDER / "cpu.yaml", FOLDER / "copies_2.yaml")
    values = {path: claim.value for path, claim in nominal.claims.items()}
    moved = {
        "batch": (1.0, 4.0, 64.0),
        "cores": (1.0, 12.0, 8.0),
        "operations_per_thread": (0.0, 8e5, 1e5),
        "host_time": (0.0, 1e-6, 1e-5),
        "handover_time": (0.0, 1e-5, 1e-4),
    }
    columns = {SLOT + name: np.array(given).reshape(-1, 1) for name, given in moved.items()}
    batch = evaluate(nominal.design, nominal.workload, {**values, **columns})
    for place in range(3):
        point = {SLOT + name: given[place] for name, given in moved.items()}
        alone = evaluate(nominal.design, nominal.workload, {**values, **point})
        for name in ("energy", "period"):
            together = np.broadcast_to(np.asarray(getattr(batch, name)), (3, 1))[place]
            assert together == pytest.approx(np.ravel(getattr(alone, name)), rel=1e-12)


MACS = {"ic": 12.5e6, "kws": 2.66e6, "ad": 0.264e6, "vww": 7.49e6}
# MLPerf Tiny v1.1, closed/Krai, NUCLEO_H7A3ZI with X-CUBE-AI 8.0.0: inferences a second, and energy of each
PUBLISHED = {
    "ic": (18.215, 7615e-6),
    "kws": (60.988, 2362e-6),
    "ad": (547.234, 235.8e-6),
    "vww": (19.867, 6928e-6),
}


@each("benchmark", PUBLISHED)
def test_the_microcontroller_gives_its_published_benchmarks(benchmark: str) -> None:
    device = load_device("mcu_stm32h7a3").claims
    rate = device["peak_rate"].value * device["compute_efficiency"].value / 2 / MACS[benchmark]
    published, energy = PUBLISHED[benchmark]
    assert rate / published == pytest.approx(1.0, abs=0.3)
    assert device["busy_power"].value / rate / energy == pytest.approx(1.0, abs=0.45)


def test_the_edge_accelerator_gives_the_rates_that_its_constants_do_not_come_from() -> None:
    # two constants come from ResNet-18 and ResNet-34 (2533 and 1346 frames a second)
    assert estimate("edge_accelerator_hailo8", "resnet18_imagenet_dense").totals[
        "throughput_per_s"
    ] == pytest.approx(2533, rel=0.02)
    device = load_device("hailo_8").claims
    reached = device["peak_rate"].value * device["compute_efficiency"].value
    for operations, frames in ((6.98e9, 1394), (4.7e9, 2545), (10.2e9, 911)):
        time = operations / reached + device["call_time"].value
        assert time * frames == pytest.approx(1.0, abs=0.26)


def test_weights_that_exceed_the_memory_of_a_processor_are_refused() -> None:
    with pytest.raises(NeuroestError, match="do not fit its memory"):
        estimate("microcontroller_stm32h7a3", "resnet18_imagenet_dense")
