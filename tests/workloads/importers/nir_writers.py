"""Networks in NIR files as the libraries themselves write them, and what a trace of the same models counts.

    python -m tests.workloads.importers.nir_writers            all that the installed versions can write
    python -m tests.workloads.importers.nir_writers norse sinabs

It needs ``pip install '.[nir]' torch snntorch spikingjelly nirtorch``, and writes `tests/data/nir_writers/`.
Norse 1.1 and sinabs 3.1 hand scalars to nir that only nir 1.0.4 can write: their files were recorded with
``nir==1.0.4 nirtorch==2.0.2``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data" / "nir_writers"
STEPS, SAMPLES = 6, 3


@dataclass(frozen=True)
class Written:
    """One model: its NIR graph, and how it is traced."""

    graph: Any
    model: Any
    shape: tuple[int, ...]
    run: Callable[[Any, Any], Any] | None = None
    multi_step: bool = False


def _stepwise(model: Any, sample: Any) -> Any:
    import torch

    outs = [model(step) for step in sample]
    return torch.stack([out[0] if isinstance(out, tuple) else out for out in outs])


def _leaky(*shape: int, **more: Any) -> Any:
    """nir 1.0.8 refuses the scalars that snnTorch hands over by default, so each neuron has its own decay."""
    import snntorch
    import torch

    return snntorch.Leaky(
        beta=torch.full(shape, 0.9), threshold=torch.full(shape, 0.3), init_hidden=True, **more
    )


def _snntorch(model: Any, *shape: int) -> Written:
    import torch
    from snntorch.export_nir import export_to_nir

    graph = export_to_nir(model, torch.rand(1, *shape), ignore_dims=[0])
    return Written(graph, model, shape, _stepwise)


def snntorch_fully_connected() -> Written:
    from torch import nn

    return _snntorch(
        nn.Sequential(nn.Linear(30, 20), _leaky(20), nn.Linear(20, 5, bias=False), _leaky(5, output=True)), 30
    )


def snntorch_recurrent() -> Written:
    import snntorch
    from torch import nn

    hidden = snntorch.RLeaky(beta=0.9, threshold=0.3, linear_features=20, init_hidden=True)
    return _snntorch(nn.Sequential(nn.Linear(30, 20), hidden, nn.Linear(20, 5), _leaky(5, output=True)), 30)


def snntorch_synaptic() -> Written:
    """Two states a neuron, each fed back to itself."""
    import snntorch
    import torch
    from torch import nn

    hidden = snntorch.RSynaptic(
        alpha=0.8, beta=0.9, threshold=0.3, all_to_all=False, V=torch.rand(20), init_hidden=True
    )
    out = snntorch.Synaptic(
        alpha=torch.full((5,), 0.8), beta=torch.full((5,), 0.9), threshold=torch.ones(5), init_hidden=True, output=True
    )  # fmt: skip
    return _snntorch(nn.Sequential(nn.Linear(30, 20), hidden, nn.Linear(20, 5), out), 30)


def snntorch_convolutional() -> Written:
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), _leaky(4, 8, 8), nn.AvgPool2d(2), nn.Conv2d(4, 8, 3, stride=2), _leaky(8, 1, 1),
        nn.Flatten(), nn.Linear(8, 10), _leaky(10, output=True),
    )  # fmt: skip
    return _snntorch(model, 2, 8, 8)


def _spikingjelly(model: Any, *shape: int) -> Written:
    import torch
    from spikingjelly.activation_based import functional
    from spikingjelly.activation_based.nir_exchange.to_nir import export_to_nir

    functional.set_step_mode(model, "m")
    graph = export_to_nir(model, torch.rand(STEPS, 1, *shape), dt=1e-3)
    return Written(graph, model, shape, None, multi_step=True)


def spikingjelly_fully_connected() -> Written:
    from spikingjelly.activation_based import layer, neuron
    from torch import nn

    return _spikingjelly(
        nn.Sequential(
            layer.Linear(30, 20), neuron.LIFNode(tau=5.0, v_threshold=0.1), layer.Linear(20, 5, bias=False),
            neuron.IFNode(v_threshold=0.1),
        ),
        30,
    )  # fmt: skip


def spikingjelly_two_states() -> Written:
    from spikingjelly.activation_based import layer, neuron
    from torch import nn

    return _spikingjelly(
        nn.Sequential(
            layer.Linear(30, 20), neuron.CUBALIFNode(c_decay=0.5, v_decay=0.5, v_threshold=0.1),
            layer.Linear(20, 5, bias=False), neuron.ParametricLIFNode(v_threshold=0.1),
        ),
        30,
    )  # fmt: skip


def spikingjelly_convolutional() -> Written:
    from spikingjelly.activation_based import layer, neuron
    from torch import nn

    return _spikingjelly(
        nn.Sequential(
            layer.Conv2d(2, 4, 3, padding=1), neuron.LIFNode(v_threshold=0.1), layer.AvgPool2d(2),
            layer.Conv2d(4, 8, 3, stride=2), neuron.IFNode(v_threshold=0.1), layer.Flatten(), layer.Linear(8, 10),
            neuron.IFNode(v_threshold=0.1),
        ),
        2, 8, 8,
    )  # fmt: skip


def spikingjelly_one_dimensional() -> Written:
    from spikingjelly.activation_based import layer, neuron
    from torch import nn

    return _spikingjelly(
        nn.Sequential(
            layer.Conv1d(4, 6, 5, padding=2), neuron.LIFNode(v_threshold=0.1), layer.Flatten(),
            layer.Linear(6 * 16, 10), neuron.IFNode(v_threshold=0.1),
        ),
        4, 16,
    )  # fmt: skip


def norse_fully_connected() -> Written:
    import norse.torch as norse
    import torch
    from norse.torch.utils.export_nir import to_nir
    from torch import nn

    model = norse.SequentialState(nn.Linear(30, 20), norse.LIFCell(), nn.Linear(20, 5), norse.LIBoxCell())

    def run(model: Any, sample: Any) -> Any:
        state, found = None, []
        for step in sample:
            out, state = model(3.0 * step, state)
            found.append(out)
        return torch.stack(found)

    return Written(to_nir(model, torch.rand(1, 30)), model, (30,), run)


def sinabs_convolutional() -> Written:
    import sinabs.layers as sl
    import torch
    from sinabs.nir import to_nir
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), sl.IAFSqueeze(batch_size=1), sl.SumPool2d(2), nn.Conv2d(4, 8, 3, stride=2),
        sl.IAFSqueeze(batch_size=1), nn.Flatten(), nn.Linear(8, 10), sl.IAFSqueeze(batch_size=1),
    )  # fmt: skip
    graph = to_nir(model, torch.rand(1, 2, 8, 8))
    graph.infer_types()
    return Written(graph, None, (2, 8, 8))  # its neurons are not known to the trace


NETWORKS: dict[str, Callable[[], Written]] = {
    made.__name__: made
    for made in (
        snntorch_fully_connected,
        snntorch_recurrent,
        snntorch_synaptic,
        snntorch_convolutional,
        spikingjelly_fully_connected,
        spikingjelly_two_states,
        spikingjelly_convolutional,
        spikingjelly_one_dimensional,
        norse_fully_connected,
        sinabs_convolutional,
    )
}


def counts(spec: Any) -> dict[str, Any]:
    """What is compared, layer by layer."""
    from neuroest.workloads.layers import geometry

    shapes = geometry(spec)
    return {
        "types": list(shapes.types),
        "multiply_accumulates": shapes.macs.tolist(),
        "weights": shapes.weights.tolist(),
        "recurrent": shapes.recurrent_connections.tolist(),
        "excluded": list(spec.excluded),
    }


def traced(written: Written) -> dict[str, Any]:
    """The same of a trace of the model."""
    import torch

    import neuroest

    sample = (torch.rand(STEPS, SAMPLES, *written.shape) < 0.4).float()
    network = neuroest.trace(written.model, sample, time_first=True, run=written.run)
    return counts(network.workload().spec)


def main() -> None:
    """Record."""
    import nir
    import torch

    DATA.mkdir(exist_ok=True)
    chosen = sys.argv[1:]
    file = DATA / "traced.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name, make in NETWORKS.items():
        library = name.partition("_")[0]
        if chosen and library not in chosen:
            continue
        torch.manual_seed(1)
        written = make()
        nir.write(DATA / f"{name}.nir", written.graph)
        found[name] = {
            "versions": {one: version(one) for one in (library, "nir", "nirtorch", "torch")},
            "traced": traced(written) if written.model is not None else None,
        }
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
