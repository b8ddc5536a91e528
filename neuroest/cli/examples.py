"""An example of each verb, which its help ends with."""

from collections.abc import Mapping
from types import MappingProxyType

_CHIP, _NET = "analog_lif_28nm", "mlp_mnist_spiking"

_AXIS = "--set chip.tile.array.rows=64,128,256"

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "estimate": f"{_CHIP} -w {_NET} --set chip.tile.array.rows=256",
        "compare": f"{_CHIP} digital_spiking_28nm -w {_NET}",
        "figure": f"integration-time {_CHIP} digital_spiking_28nm -w {_NET} -o energy.pdf",
        "report": f"{_CHIP} digital_spiking_28nm -w {_NET} -o report",
        "paper": "my_curves -w mlp_mnist_spiking",
        "list": "architectures crossbar",
        "show": "rram_hfox_28nm",
        "check": "my_neuron.yaml my_chip.yaml",
        "new": f"architecture --like {_CHIP} --neuron my_neuron.yaml -o my_chip.yaml",
        "explain": f"{_CHIP} energy_per_inference_J -w {_NET}",
        "cite": f"{_CHIP} -w {_NET} --format bibtex",
        "sensitivity": f"{_CHIP} -w {_NET}",
        "uncertainty": f"{_CHIP} -w {_NET}",
        "sweep": f"{_CHIP} -w {_NET} {_AXIS} -o sweep.csv",
        "pareto": "sweep.csv --minimize energy_per_inference_J --minimize area_m2",
        "optimize": f"{_CHIP} -w {_NET} {_AXIS} --minimize energy_per_inference_J",
        "breakeven": f"{_CHIP} digital_spiking_28nm -w {_NET} --along 'workload.activity.rate=0.001..0.3:log'",
        "contest": "-w shd_recurrent_spiking --axis period=1ms..10s:9:log --axis spike_rate=0.5,1,2 -p map.png",
        "crossover": f"digital_spiking_28nm digital_int8_28nm -w {_NET} --other-workload mlp_mnist_dense",
        "fit": "curves.csv -o my_neuron.yaml -p fit.png",
        "simulate": "diffusive_28nm_capacitor --level '0.9 V' -p spikes.png",
        "characterise": "diffusive_bench",
        "behave": f"{_CHIP} -w my_network.yaml --weights weights.npz --samples samples.npz",
        "export": "spice switch_generic_28nm -o circuit --check",
        "import": "model.onnx -o my_network.yaml",
        "activity": "attach my_network.yaml spikes.npz --dataset 'test set' -o measured.yaml",
        "reproduce": "odin --figure scoreboard.png",
        "rerun": "report/bundle.zip",
        "diff": "before.json after.json",
        "schema": "architecture",
    }
)
"""Arguments of an example of each verb."""
