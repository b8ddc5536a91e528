"""NeuroBench metrics of the network of an estimate, with the chip's totals.

The harness measures networks; energy, latency and area of the chip are next to its metrics under ``system``.
"""

import json

from neuroest.results.estimate import Estimate
from neuroest.workloads.importers.neurobench import neurobench_results

_SYSTEM = (
    "energy_per_inference_J", "latency_s", "throughput_per_s", "average_power_W", "area_m2",
    "energy_per_synaptic_operation_J",
)  # fmt: skip


def results_text(estimate: Estimate) -> str:
    """Results in JSON: metrics under the names of the harness, totals of the chip with their bands, and origin."""
    found = neurobench_results(estimate.workload)
    system = {}
    for name in _SYSTEM:
        headline = estimate.headline(name)
        system[name] = {
            "nominal": headline.nominal,
            "p10": headline.low,
            "median": headline.median,
            "p90": headline.high,
        }
    return (
        json.dumps({**found, "system": system, "origin": estimate.origin}, indent=4, allow_nan=False) + "\n"
    )
