# ruff: noqa: PLC0415, SLF001 - imports are counted, and rounds are calls of private functions
"""What `counters.py` counts: one group for each new process, written as JSON.

::

    python benchmarks/counted.py GROUP

Calls are those of functions of the package and those that it makes, without comprehensions: Python 3.11, 3.12 and 3.13
count the same to 1.2 %. A processor without AVX moves calls of bands by 2 % and rounds of searches of drives by 6 %, as
last digits decide how many rounds a draw takes; no other count depends on it. Modules of other packages depend on
versions. Nothing is imported before it is needed, since some groups count what a command imports.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from neuroest.exploration.structures import Group

PACKAGE = "neuroest"
DEFAULT = ("diffusive_low_power_28nm", "shd_recurrent_spiking")
RESNET = ("adc_crossbar_28nm", "resnet18_imagenet_dense")
WARM = (
    RESNET, ("digital_int8_28nm", "resnet18_imagenet_dense"), DEFAULT, ("loihi_14nm", "mlp_mnist_spiking"),
)  # fmt: skip
"""Chip and network of the estimates whose calls are counted."""
COMMANDS = ("estimate", "estimate loihi_14nm -w mlp_mnist_spiking", "list")
"""Commands whose start is counted."""
LISTED = (
    ("diffusive_28nm_derived", "mlp_mnist_spiking"), ("diffusive_28nm_derived", "vgg9_cifar10_spiking"), DEFAULT,
)  # fmt: skip
"""Chip and network of lists in which eight parameters move."""
DRAWN = (RESNET, ("analog_lif_28nm", "mlp_mnist_spiking"))
"""Chip and network of points in which every spread is drawn."""
ARRAY = "chip.tile.array"
MOVED = {
    f"{ARRAY}.rows": "32..256", f"{ARRAY}.columns": "32..256", f"{ARRAY}.read_voltage": "0.05..0.2 V",
    f"{ARRAY}.pulse_width": "5 ns..50 ns", f"{ARRAY}.cell.high_conductance": "10 uS..100 uS:log",
    "technology.supply_voltage": "0.7..0.9 V", f"{ARRAY}.readout.neuron.input_voltage": "0.4..0.8 V",
    "workload.input.activity.rate": "0.05..0.2",
}  # fmt: skip
"""Parameters of a list, with their ranges."""
KEPT = ("area_m2", "energy_per_inference_J", "latency_s", "throughput_per_s")
"""Results of a list."""
POINTS = 2048
"""Points of a block whose operations are counted."""
FEW = 16
"""Points of a block after which objects are counted."""
ANY_OF = ("mlp_mnist_spiking", "mlp_mnist_dense")
"""Networks: every shipped chip runs one of them."""
LEARNING = "keyword_spotting_learning"
"""Network that chips which learn run as well."""
CHUNKS = (10, 100)
"""Chunks of a worker after which its memory is compared."""
SEARCHES = {
    "neuroest.core.threshold_search._Interval.next": "rounds of searches of drives",
    "neuroest.pipeline.pacing._after": "rounds of searches of timesteps",
}
"""Functions that a round of a search calls once."""
COMPREHENSIONS = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})
"""Calls up to Python 3.11, a part of the function around them since then."""


def started(command: str) -> dict[str, float]:
    """Modules that a command imports and files that it reads."""
    before, files = set(sys.modules), set()
    folders = __file__.rpartition("benchmarks")[0], os.environ.get("XDG_CACHE_HOME", os.devnull)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(folders):
            files.add(str(arguments[0]))

    sys.addaudithook(hook)
    sys.stdout, output = open(os.devnull, "w", encoding="utf-8"), sys.stdout  # noqa: PTH123, SIM115
    from neuroest import cli

    cli.without_plugins_of_pydantic()
    code = 0
    try:
        cli.main(command.split())
    except SystemExit as leaving:
        code = leaving.code
    sys.stdout = output
    assert not code, command
    imported = set(sys.modules) - before
    ours = {name for name in imported if name.partition(".")[0] == PACKAGE}
    read = {file for file in files if not file.endswith((".py", ".pyc")) and "site-packages" not in file}
    return {
        f"neuroest {command}: modules of neuroest imported": len(ours),
        f"neuroest {command}: other modules imported": len(imported - ours),
        f"neuroest {command}: files of neuroest read": len(read),
    }


class Profile:
    """Calls while some work is done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.inside: dict[str, int] = {}
        self.outside = 0
        sys.setprofile(self._event)
        try:
            work()
        finally:
            sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "c_call":
            self.outside += _of_package(frame)
        elif event == "call" and frame.f_code.co_name not in COMPREHENSIONS:
            if _of_package(frame):
                name = f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"
                self.inside[name] = self.inside.get(name, 0) + 1
            elif frame.f_back is not None:
                self.outside += _of_package(frame.f_back)

    def counts(self, what: str, *, searches: bool) -> dict[str, float]:
        """Calls of functions of the package, calls that it makes of others, and rounds of searches."""
        found = {
            f"{what}: calls of functions of neuroest": sum(self.inside.values()),
            f"{what}: calls of other functions": self.outside,
        }
        if searches:
            found |= {f"{what}: {name}": self.inside.get(function, 0) for function, name in SEARCHES.items()}
        return found


def _of_package(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] == PACKAGE


def calls() -> dict[str, float]:
    """Calls of repeated estimates and of bands, and the rounds of their searches."""
    import neuroest
    from neuroest.core import threshold_search
    from neuroest.pipeline import pacing

    assert threshold_search._Interval.next  # without this function no rounds would be counted
    assert pacing._after
    found = {}
    for chip, network in WARM:
        for _ in range(2):
            result = neuroest.estimate(chip, network)
        profile = Profile(lambda c=chip, n=network: neuroest.estimate(c, n))
        found |= profile.counts(f"estimate of {chip} on {network}", searches=(chip, network) == DEFAULT)
        if (chip, network) == DEFAULT:
            profile = Profile(lambda r=result: r.bands)
            found |= profile.counts(f"bands of {chip} on {network}", searches=True)
    return found


def operations() -> dict[str, float]:
    """Operations of numpy in a block of points, numbers that they read and write for each point, and those of plans."""
    import numpy as np

    from neuroest.error_analysis.draws import draw
    from neuroest.exploration.space import space_from
    from neuroest.exploration.structures import candidate, resolve

    os.environ["NEUROEST_PLAN"] = "0"  # counted is what an evaluation does
    found = {}
    for chip, network in LISTED:
        resolved = resolve(chip, network, space_from(MOVED))

        def listed(seed: int, axes: Any = resolved.numeric) -> dict[str, Any]:
            unit = np.random.default_rng(seed).random((len(axes), POINTS, 1))
            return {
                p: track.at(u) for axis, u in zip(axes, unit, strict=True) for p, track in axis.tracks.items()
            }

        found |= _recorded(f"list of {chip} on {network}", resolved.groups[0], listed)
        planned = _planned(resolved.groups[0], listed(3))
        found[f"list of {chip} on {network}: operations of its plan"] = planned
    for chip, network in DRAWN:
        group = candidate(chip, network, {}, {}).group
        drawn = lambda seed, group=group: draw(group.claims, POINTS, seed)  # noqa: E731
        found |= _recorded(f"draws of {chip} on {network}", group, drawn)
        found[f"draws of {chip} on {network}: operations of its plan"] = _planned(group, drawn(3))
    # rounds of searches for a few late timesteps, which last digits of a processor move
    del found[f"draws of {DRAWN[1][0]} on {DRAWN[1][1]}: operations of numpy a block"]
    return found


def _planned(group: Group, columns: dict[str, Any]) -> int:
    """Operations that a plan repeats for each point, those within a round of its loops once."""
    from neuroest.core.operations import Loop
    from neuroest.core.plan import Plan
    from neuroest.core.recording import recording
    from neuroest.core.symbolic import Recording
    from neuroest.exploration.batch_evaluation import _Asked, _evaluated

    with recording(Recording()) as recorded:
        point = {path: recorded.input(path, values[:1]) for path, values in columns.items()}
        plan = Plan(recorded, _evaluated(group, _Asked(KEPT, judged=True), point)[0])
    repeated = plan._needed.values()
    return len(repeated) + sum(len(one.call.inside) for one in repeated if type(one.call) is Loop)


def _recorded(what: str, group: Group, columns: Callable[[int], dict[str, Any]]) -> dict[str, float]:
    """Operations of a second block, whose numbers are others than those of the first."""
    from unittest import mock

    import numpy as np

    from neuroest.exploration.batch_evaluation import evaluate_points

    count, moved = 0, 0

    class Recorded(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            if "out" in options:
                options["out"] = plain(options["out"])
            return record(plain(inputs), getattr(ufunc, method)(*plain(inputs), **options))

        def __array_function__(self, function, types, inputs, options):
            inputs, result = plain(inputs), function(*plain(inputs), **plain(options))
            new = arrays(result)
            if any(np.may_share_memory(one, old) for one in new for old in arrays(inputs)):
                return recording(result)  # a view moves nothing
            return record(inputs, result) if new else result

    def plain(item):
        if isinstance(item, Recorded):
            return item.view(np.ndarray)
        if isinstance(item, dict):
            return {name: plain(one) for name, one in item.items()}
        return type(item)(map(plain, item)) if type(item) in (tuple, list) else item

    def arrays(item):
        if isinstance(item, np.ndarray):
            return [item]
        return [array for one in item for array in arrays(one)] if type(item) in (tuple, list) else []

    def record(inputs, result):
        nonlocal count, moved
        count += 1
        moved += sum(array.size for array in (*arrays(inputs), *arrays(result)))
        return recording(result)

    def recording(item):
        if isinstance(item, np.ndarray):
            return item.view(Recorded)
        return type(item)(map(recording, item)) if type(item) in (tuple, list) else item

    array, frombuffer = np.array, np.frombuffer
    evaluate_points(group, columns(1), (POINTS,), KEPT)
    with (
        mock.patch.object(
            np, "asarray", np.asanyarray
        ),  # which would end the recording, as the next two would
        mock.patch.object(np, "array", lambda *given, **options: recording(array(*plain(given), **options))),
        mock.patch.object(
            np, "frombuffer", lambda *given, **options: recording(frombuffer(*given, **options))
        ),
    ):
        evaluate_points(group, {p: recording(v) for p, v in columns(2).items()}, (POINTS,), KEPT)
    return {
        f"{what}: operations of numpy a block": count,
        f"{what}: numbers moved a point": round(moved / POINTS),
    }


def collector() -> dict[str, float]:
    """Objects that a chunk of points leaves to the garbage collector, since they refer to each other."""
    import gc
    from collections import Counter

    import numpy as np

    from neuroest.error_analysis.draws import draw
    from neuroest.exploration.batch_evaluation import evaluate_points
    from neuroest.exploration.structures import candidate
    from neuroest.loading.library import shipped
    from neuroest.results.quantities import QUANTITIES

    def left(chip: str, network: str) -> Counter[str] | None:
        """Objects by class; None if the chip does not run the network."""
        group = candidate(chip, network, {}, {}).group
        points = draw(group.claims, FEW, 1)
        names: Counter[str] = Counter()
        for _ in range(2):  # what code leaves at its first use is no leak
            gc.freeze()
            found = evaluate_points(group, points, (FEW,), tuple(QUANTITIES))
            if np.isnan(found.totals["area_m2"]).all():
                return None
            del found
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            names = Counter(type(one).__name__ for one in gc.garbage)
            gc.garbage.clear()
            gc.set_debug(0)
            if not names:
                break
        return names

    gc.disable()
    total: Counter[str] = Counter()
    for chip in shipped("architecture"):
        objects = next(one for network in ANY_OF if (one := left(chip, network)) is not None)
        objects += left(chip, LEARNING) or Counter()
        total += objects
        if objects:
            print(f"a chunk of {chip} leaves {objects.most_common(3)}", file=sys.stderr)
    return {"a chunk of every shipped chip: objects left to the collector": total.total()}


def memory() -> dict[str, float]:
    """Memory of worker processes after 100 chunks of a grid, and its growth from 10 chunks on."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from counted import Resident  # by this name in the workers, where `__main__` is another module

    from neuroest.exploration.checkpoint import Store
    from neuroest.exploration.runner import run_chunks
    from neuroest.exploration.sweep import make_job

    grid = {f"{ARRAY}.read_voltage": "0.05..0.2 V:4000", "technology.supply_voltage": "0.7..0.9 V:4000"}
    job = make_job(LISTED[0][0], grid, LISTED[0][1], quantities=KEPT)
    assert job.chunks >= 2 * CHUNKS[1]
    sizes = {}
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "points.parquet")
        with store.opened(job):
            for _, (process, chunks, size) in run_chunks(
                Resident(job, store), range(2 * CHUNKS[1]), workers=2
            ):
                sizes[process, chunks] = size
    grown = [
        size - sizes[process, CHUNKS[0]] for (process, chunks), size in sizes.items() if chunks >= CHUNKS[1]
    ]
    assert grown
    return {
        "worker: MiB that 100 chunks take more than 10": max(grown),
        "worker: memory after 100 chunks, MiB": max(sizes.values()),
    }


class Resident:
    """A task that computes and stores a chunk, and says the process, its chunks so far and the MiB that it takes."""

    def __init__(self, job: Any, store: Any) -> None:
        self.job, self.store, self.chunks = job, store, 0

    def __call__(self, chunk: int) -> tuple[int, int, int]:
        import os
        import resource

        self.store.write(chunk, self.job.compute(chunk))
        self.chunks += 1
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return os.getpid(), self.chunks, size >> 20


GROUPS = {
    "calls": calls, "operations": operations, "collector": collector, "memory": memory,
    **{command: lambda c=command: started(c) for command in COMMANDS},
}  # fmt: skip
"""Groups of counters, each in a process of its own."""


if __name__ == "__main__":
    found = GROUPS[sys.argv[1]]()
    import json

    json.dump(found, sys.stdout)
