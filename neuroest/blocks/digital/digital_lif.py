"""Digital leaky integrate-and-fire datapath, time-multiplexed over neurons."""

from typing import Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from neuroest.blocks.base import Check, EnergyCost, NetworkContext, chosen
from neuroest.blocks.digital.base import ClockedBlock, Datapath, LogicLibraryParameters
from neuroest.blocks.model_error import model_errors
from neuroest.blocks.process_scaling import logic_area_ratio
from neuroest.blocks.roles import UpdatesNeurons
from neuroest.core import units as u
from neuroest.equations import counting, neurons
from neuroest.equations import digital as equations
from neuroest.equations.network import handshake_wire_factor
from neuroest.specs.base import Count, Frequency, WholeNumber, WordWidth, WordWidthOrAuto

_LIST = ("additions", "multiplications", "comparisons")


class DigitalNeuronBlock(ClockedBlock):
    """Digital leaky integrate-and-fire datapath, time-multiplexed over many neurons.

    Without a list of operations and without a number of gates it is the least that a neuron needs: a leak, an addition
    and a threshold.
    """

    record = LogicLibraryParameters
    model: Literal["digital_lif"]
    state_bits: WordWidth
    """Bits of state of one neuron."""
    lanes: Count
    """Neurons that one instance updates in parallel."""
    clock_frequency: Frequency
    """Clock."""
    cycles: Count = 1.0
    """Clock cycles of an update or a synaptic operation, from reading the state to writing it back."""
    additions: WholeNumber | None = None
    """Additions of an update, including the leak by a shift and the threshold, if the operations are known."""
    multiplications: WholeNumber | None = None
    """Multiplications of an update, if the operations are known."""
    comparisons: WholeNumber | None = None
    """Comparisons of an update, if the operations are known."""
    operation_bits: WordWidthOrAuto = "auto"
    """Bits of a membrane potential in additions and comparisons; auto: the bits of state."""
    gates: Count | None = None
    """Gate count of the update logic in two-input NAND equivalents, if the synthesis is known."""
    synaptic_operation: Literal["addition", "update"] = "addition"
    """Work of one synaptic operation. addition: the weight is added to the state; update: the state passes through the
    whole datapath, as in designs that check the threshold after every event."""
    signalling: Literal["clocked", "dual_rail"] = "clocked"
    """clocked: registers and a clock; dual_rail: asynchronous, with two wires for each bit that return to zero."""

    @field_validator("signalling")
    @classmethod
    def _without_a_clock(cls, stated: str, info: ValidationInfo) -> str:
        if stated == "dual_rail" and info.data.get("free_running_clock") is not None:
            raise PydanticCustomError("clock", "dual_rail has no clock; leave out free_running_clock")
        return stated

    @field_validator("gates")
    @classmethod
    def _without_a_list(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated is not None and (listed := [name for name in _LIST if info.data.get(name) is not None]):
            raise PydanticCustomError(
                "gates", "are the whole datapath; leave out {listed}", {"listed": " and ".join(listed)}
            )
        return stated

    @field_validator("synaptic_operation")
    @classmethod
    def _width_that_counts(cls, stated: str, info: ValidationInfo) -> str:
        width = info.data.get("operation_bits")
        if stated == "update" and info.data.get("gates") is not None and width not in ("auto", None):
            raise PydanticCustomError(
                "operation", "update passes all `gates`, which no width changes; leave out operation_bits"
            )
        return stated


class DigitalNeuron(Datapath, UpdatesNeurons):
    """Digital leaky integrate-and-fire datapath.

    Model errors
    ------------
    energy
        schedulers and configuration of a real neuron datapath are not in the model
    area
        as for energy
    static_power
        threshold options of the real library
    """

    schema = DigitalNeuronBlock
    owns = ("digital neuron arithmetic",)
    prior_error = model_errors(energy=2, area=2, static_power=3)

    clocked: bool = chosen("signalling", "clocked")
    """Whether the datapath has a clock."""

    def scaled(self, energy: u.Joule) -> u.Joule:
        """Energy on the chip's process and supply; without a clock, every wire is charged in each operation."""
        if self.clocked:
            return super().scaled(energy)
        return super().scaled(energy) * handshake_wire_factor(1.0, self.operation_bits)

    def action_rate(self) -> u.PerSecond:
        """Updates or synaptic operations per second of one instance."""
        return super().action_rate() / self.options["cycles"]

    @property
    def listed(self) -> bool:
        """Whether the operations of an update are stated."""
        return any(name in self.options for name in _LIST)

    @property
    def operation_bits(self) -> u.Bit:
        """Width of an operation."""
        return self.options.get("operation_bits", self.options["state_bits"])

    def operation_counts(self) -> tuple[u.Dimensionless, ...]:
        """Additions, multiplications and comparisons of an update."""
        return tuple(self.options.get(name, 0.0) for name in _LIST)

    def library_gate_area(self) -> u.SquareMetre:
        """Area of a gate on the process of the library."""
        return self.process.gate_area / logic_area_ratio(self)

    def update_energy(self) -> u.Joule:
        """Energy of an update in the library: by its gates, by its operations, or of a minimal neuron."""
        bits, d = self.operation_bits, self.device
        if "gates" in self.options:
            return counting.gates_energy(
                self.options["gates"], self.library_gate_area(), d.add_energy, d.adder_area
            )
        if not self.listed:
            return neurons.leaky_integration_energy(self.add(bits), self.add(bits), self.compare(bits))
        additions, multiplications, comparisons = self.operation_counts()
        multiply = self.multiply(bits, bits)
        return counting.operations_energy(
            additions, self.add(bits), multiplications, multiply, comparisons, self.compare(bits),
            self.registers(bits),
        )  # fmt: skip

    def energies(self, network: NetworkContext) -> list[EnergyCost]:
        """Energy of one update and of adding one weight to a state, each including the register of the result."""
        bits = self.operation_bits
        register = ("register", self.registers(bits))
        update = [("update", self.update_energy())]
        if "gates" not in self.options and not self.listed:
            update.append(register)
        operation = [("addition", self.add(bits)), register]
        if self.spec.synaptic_operation == "update":
            operation = [("datapath" if term == "update" else term, energy) for term, energy in update]
        actions = {"update": update, "accumulate": operation}
        return self.booked((action, *term) for action, terms in actions.items() for term in terms)

    def adder_bits(self, network: NetworkContext) -> u.Bit:
        """Bits of a membrane potential."""
        return self.operation_bits

    def checks(self, network: NetworkContext) -> list[Check]:
        """Whether the adders are wide enough for a weight, and whether the library knows the area of two rails.

        Checks
        ------
        operation_width
            additions are narrower than the weights of the network; raise operation_bits or state_bits
        dual_rail_area_known
            dual_rail needs the dual_rail_area of the library, which its device file does not state
        """
        checks = super().checks(network)
        if not self.clocked:
            known = self.device.dual_rail_area
            checks.append(self.require("infeasible", "dual_rail_area_known", known, ">", 0.0))
        if network.spiking:
            width = self.require(
                "design_rule", "operation_width", self.operation_bits, ">=", network.weight_bits, "bit"
            )
            checks.append(width)
        return checks

    def register_bits(self, network: NetworkContext) -> u.Bit:
        """Register bits of each lane, for a whole state."""
        return self.options["lanes"] * self.options["state_bits"]

    def datapath_area(self, network: NetworkContext) -> u.SquareMetre:
        """Area of the gates or operators of each lane, and of its register."""
        bits, d = self.operation_bits, self.device
        adder = equations.adder_area(d.adder_area, bits)
        comparator = equations.comparator_area(d.comparator_area, bits)
        register = equations.register_area(d.register_area, self.options["state_bits"])
        if "gates" in self.options:
            lane = self.options["gates"] * self.library_gate_area()
        elif self.listed:
            additions, multiplications, comparisons = self.operation_counts()
            multiplier = equations.multiplier_area(d.multiplier_area, bits, bits)
            lane = additions * adder + multiplications * multiplier + comparisons * comparator
        else:
            lane = 2.0 * adder + comparator
        both = self.options["lanes"] * (lane + register)
        return both if self.clocked else both * d.dual_rail_area
