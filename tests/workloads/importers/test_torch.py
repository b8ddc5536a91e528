from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install '.[dev-import]'")

import neuroest  # noqa: E402
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError, UnsupportedOperatorError  # noqa: E402
from neuroest.workloads.layers import geometry, layer_table  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries, which deprecate things at import
nn = torch.nn
STEPS, SAMPLES = 6, 4


def spikes(*shape: int, rate: float = 0.4):
    generator = torch.Generator().manual_seed(3)
    return (torch.rand((STEPS, SAMPLES, *shape), generator=generator) < rate).float()


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def counted(model, sample) -> float:
    """Multiply-accumulates of one sample by torch's own counter, which knows matrices and convolutions."""
    from torch.utils.flop_counter import FlopCounterMode

    with (
        torch.no_grad(), torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
        FlopCounterMode(display=False) as counter,
    ):  # fmt: skip
        torch.backends.mha.set_fastpath_enabled(False)
        model.eval()(sample)
    return counter.get_total_flops() / 2 / len(sample)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.depthwise = nn.Conv2d(8, 8, 3, 1, 1, groups=8)
        self.point = nn.Conv2d(8, 8, 1)
        self.branch = nn.Conv2d(8, 4, (1, 5), padding=(0, 2), dilation=1)
        self.out = nn.Linear(12, 5)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(self.stem(x), 3, 2, 1)
        y = torch.relu(self.point(self.depthwise(x)) + x)
        return self.out(torch.cat([y, self.branch(y)], 1).mean((2, 3)))


def models():
    yield "block", Block(), torch.randn(2, 3, 33, 40)
    yield "encoder", nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), torch.randn(3, 7, 16)
    yield (
        "sequence",
        nn.Sequential(nn.Conv1d(4, 8, 5, 2), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(8 * 6, 3)),
        torch.randn(2, 4, 30),
    )


@pytest.mark.parametrize(
    ("name", "model", "sample"), list(models()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_macs_equal_those_of_torchs_own_counter(name: str, model, sample) -> None:
    assert geometry(neuroest.trace(model, sample).workload().spec).total_macs == counted(model, sample)


@pytest.mark.parametrize(
    "name", ["resnet18", "mobilenet_v2", "shufflenet_v2_x1_0", "squeezenet1_1", "vit_b_16"]
)
def test_macs_of_torchvision_models_equal_torchs_own_counter(name: str) -> None:
    models = pytest.importorskip(
        "torchvision.models", reason="needs torchvision: pip install '.[dev-import]'"
    )
    size = 224 if name == "vit_b_16" else 96
    model, sample = getattr(models, name)(), torch.randn(1, 3, size, size)
    assert geometry(neuroest.trace(model, sample).workload().spec).total_macs == counted(model, sample)


def test_an_export_to_onnx_has_the_counts_of_the_trace(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs neuroest[onnx]")
    from neuroest.workloads.importers import workload_from_file

    for name, model, sample in models():
        if name == "encoder":  # torch's exporter without dynamo stumbles over its own attention
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model.eval(), (sample[:1],), str(tmp_path / f"{name}.onnx"), dynamo=False, opset_version=17
            )
        ours = geometry(neuroest.trace(model, sample).workload().spec)
        theirs = geometry(workload_from_file(tmp_path / f"{name}.onnx").spec)
        assert (ours.total_macs, ours.total_weights) == (theirs.total_macs, theirs.total_weights)


@pytest.mark.parametrize(("cell", "gates"), [(nn.LSTM, 4), (nn.GRU, 3), (nn.RNN, 1)])
def test_recurrent_cells_have_the_weights_of_torch(cell, gates: int) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.out = (
                cell(6, 8, num_layers=2, batch_first=True, bias=False),
                nn.Linear(8, 3, bias=False),
            )

        def forward(self, x):
            y, _ = self.cell(x)
            return self.out(y[:, -1])

    model = Model()
    loaded = neuroest.trace(model, torch.randn(2, 9, 6)).workload()
    shapes = geometry(loaded.spec)
    assert shapes.total_weights == sum(one.numel() for one in model.parameters())
    assert shapes.total_macs == 9 * gates * 8 * ((6 + 8) + (8 + 8)) + 8 * 3


def test_densities_are_those_of_what_the_layers_read() -> None:
    model = nn.Sequential(nn.Linear(20, 30), nn.ReLU(), nn.Linear(30, 4)).eval()
    sample = torch.randn(5, 20)
    network = neuroest.trace(model, sample)
    hidden = torch.relu(model[0](sample)).detach()
    # an activation below half of the least step of eight bits is stored as zero
    codes = np.rint(hidden.numpy().astype(float) / float(hidden.max()) * 255).astype(int)
    recorded = next(r for name, r in network.recorded.items() if name.endswith("0"))
    assert recorded.values["density"] == pytest.approx((codes != 0).mean())
    ones = np.unpackbits(codes.astype(np.uint8).reshape(-1)).mean()
    assert recorded.values["bit_density"] == pytest.approx(ones)
    assert recorded.samples == 5


def test_a_spiking_network_that_rounds_its_weights_in_every_timestep_keeps_its_layers(snn) -> None:
    class Rounded(SnnTorch):
        def forward(self, x):
            state, last, found, self.kept = self.hidden.init_leaky(), self.out.init_leaky(), [], []
            for step in x:
                first, second = (torch.round(w * 7) / 7 for w in (self.first.weight, self.last.weight))
                self.kept += [first, second]  # so that no memory is used again
                fired, state = self.hidden(nn.functional.linear(step, first), state)
                answer, last = self.out(nn.functional.linear(fired, second), last)
                found.append(answer)
            return torch.stack(found)

    network = neuroest.trace(Rounded(snn), spikes(30), time_first=True)
    assert network.timesteps == STEPS
    assert geometry(network.workload().spec).macs.tolist() == [30 * 20, 20 * 5]


def test_a_network_prepared_for_training_with_rounding_has_its_layers_only() -> None:
    from torch.ao import quantization

    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14 * 14, 10))
    model.qconfig = quantization.get_default_qat_qconfig("x86")
    prepared = quantization.prepare_qat(model.train())
    network = neuroest.trace(prepared, torch.rand(2, 3, 16, 16))
    assert [one.type for one in network.layers] == ["convolution", "fully_connected"]
    assert any("Rounding" in note for note in network.notes)


def test_weights_that_are_used_twice_are_reported() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(20, 20), nn.Linear(20, 5)

        def forward(self, x):
            return self.b(torch.relu(self.a(torch.relu(self.a(x)))))

    network = neuroest.trace(Tied(), torch.rand(4, 20))
    assert "a, a_2 use the same weights, which count in each of them" in network.notes
    shapes = geometry(network.workload().spec)
    assert shapes.total_macs == counted(Tied(), torch.rand(4, 20))


def test_tracing_leaves_the_model_as_it_was() -> None:
    model = Block().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    neuroest.trace(model, torch.randn(2, 3, 33, 40))
    assert model.training
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_an_operation_that_is_not_known_is_refused_with_its_share() -> None:
    class Odd(nn.Module):
        def forward(self, x):
            return torch.fft.rfft(x).abs() @ torch.ones(11, 2)

    class Wrapped(nn.Sequential):
        pass

    with pytest.raises((UnsupportedOperatorError, NetworkImportError)) as reported:
        neuroest.trace(Wrapped(nn.Linear(20, 20), Odd()), torch.randn(2, 20)).workload()
    assert "\n" not in str(reported.value)


class SnnTorch(nn.Module):
    """Two layers of snnTorch with the loop over timesteps in the model."""

    def __init__(self, snn, *, recurrent: bool = False) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(30, 20, bias=False), nn.Linear(20, 5, bias=False)
        self.hidden = (
            snn.RLeaky(beta=0.9, linear_features=20) if recurrent else snn.Leaky(beta=0.9, threshold=0.3)
        )
        self.out = snn.Leaky(beta=0.9, threshold=0.3)
        self.recurrent, self.kept = recurrent, []

    def forward(self, x):
        state = self.hidden.init_rleaky() if self.recurrent else (self.hidden.init_leaky(),)
        last, found = self.out.init_leaky(), []
        self.kept = []
        for step in range(x.shape[0]):
            fired, *state = self.hidden(self.first(x[step]), *state)
            answer, last = self.out(self.last(fired), last)
            self.kept.append(fired)
            found.append(answer)
        return torch.stack(found)


@pytest.fixture
def snn():
    return pytest.importorskip("snntorch", reason="needs snnTorch: pip install '.[dev-import]'")


def test_snntorch_spikes_and_operations_equal_a_count_by_hand(snn) -> None:
    model, sample = SnnTorch(snn), spikes(30)
    network = neuroest.trace(model, sample, time_first=True)
    with torch.no_grad():
        model(sample)
    hidden = torch.stack(model.kept)
    assert hidden.sum() > 0
    assert network.timesteps == STEPS
    assert network.recorded["first"].values["rate"] == pytest.approx(float(hidden.mean()))
    assert network.recorded["first"].timesteps == pytest.approx(hidden.mean((1, 2)).tolist())
    each = hidden.mean((0, 2)).numpy()  # one mean a sample, whose percentiles are the spread
    assert network.recorded["first"].low["rate"] == pytest.approx(np.quantile(each, 0.1))
    by_hand = float(sample.sum() * 20 + hidden.sum() * 5) / SAMPLES
    assert layer_table(network.workload().spec).synaptic_operations == pytest.approx(by_hand)


def test_operations_equal_those_of_neurobench(snn) -> None:
    pytest.importorskip("neurobench", reason="needs NeuroBench: pip install '.[dev-import]'")
    from neurobench.benchmarks import Benchmark
    from neurobench.metrics.workload import SynapticOperations
    from neurobench.models import SNNTorchModel
    from torch.utils.data import DataLoader, TensorDataset

    model = nn.Sequential(
        nn.Linear(30, 20, bias=False), snn.Leaky(beta=0.9, threshold=0.2, init_hidden=True),
        nn.Linear(20, 5, bias=False), snn.Leaky(beta=0.9, threshold=0.2, init_hidden=True, output=True),
    )  # fmt: skip
    sample = spikes(30)
    data = TensorDataset(sample.transpose(0, 1).contiguous(), torch.zeros(SAMPLES, dtype=torch.long))
    benchmark = Benchmark(
        SNNTorchModel(model), DataLoader(data, batch_size=SAMPLES), [], [], [[], [SynapticOperations]]
    )
    theirs = benchmark.run(quiet=True)["SynapticOperations"]
    snn.utils.reset(model)

    def run(model, sample):
        return torch.stack([model(step)[0] for step in sample])

    spec = neuroest.trace(model, sample, time_first=True, run=run).workload().spec
    assert layer_table(spec).synaptic_operations == pytest.approx(theirs["Effective_ACs"])
    assert theirs["Effective_MACs"] == 0
    # they count the dense operations of all timesteps
    assert geometry(spec).total_macs * STEPS == theirs["Dense"]


def test_recurrent_neurons_of_snntorch_are_a_recurrent_layer(snn) -> None:
    network = neuroest.trace(SnnTorch(snn, recurrent=True), spikes(30), time_first=True)
    assert [layer.type for layer in network.layers] == ["recurrent", "fully_connected"]
    assert geometry(network.workload().spec).total_weights == 30 * 20 + 20 * 20 + 20 * 5


def test_numbers_at_the_input_are_direct_coding_which_neuron_arrays_refuse(snn) -> None:
    network = neuroest.trace(SnnTorch(snn), spikes(30) * 0.7, time_first=True)
    loaded = network.workload()
    assert loaded.spec.input.bits == 8
    assert layer_table(loaded.spec).input_bits.tolist() == [8, 1]
    with pytest.raises(neuroest.MappingError, match="direct coding"):
        neuroest.estimate("diffusive_28nm_derived", loaded)


@pytest.mark.parametrize("mode", ["s", "m"])
def test_spikingjelly_in_both_step_modes(mode: str) -> None:
    pytest.importorskip("spikingjelly", reason="needs SpikingJelly: pip install '.[dev-import]'")
    activation_based = pytest.importorskip(
        "spikingjelly.activation_based", reason="a part of SpikingJelly is missing"
    )
    from spikingjelly.activation_based import functional, layer, neuron

    assert activation_based
    model = nn.Sequential(
        layer.Conv2d(2, 4, 3, padding=1, bias=False), layer.BatchNorm2d(4), neuron.LIFNode(v_threshold=0.3),
        layer.MaxPool2d(2, 2), layer.Flatten(), layer.Linear(4 * 16, 10, bias=False), neuron.IFNode(v_threshold=0.3),
    )  # fmt: skip
    functional.set_step_mode(model, mode)
    sample = spikes(2, 8, 8)
    run = None if mode == "m" else (lambda model, sample: torch.stack([model(step) for step in sample]))
    network = neuroest.trace(model, sample, time_first=True, run=run)
    assert [one.type for one in network.layers] == ["convolution", "pooling", "fully_connected"]
    assert network.timesteps == STEPS
    functional.set_step_mode(model, "m")
    functional.reset_net(model)
    with torch.no_grad():
        fired = model.eval()[:3](sample)
        pooled = torch.nn.functional.max_pool2d(fired.flatten(0, 1), 2)
    names = [one.name for one in network.layers]
    assert network.recorded[names[0]].values["rate"] == pytest.approx(float(fired.mean()))
    assert network.recorded[names[1]].values["rate"] == pytest.approx(float(pooled.mean()))
    spec = network.workload().spec
    taps = torch.nn.functional.conv2d(sample.flatten(0, 1), torch.ones(4, 2, 3, 3), padding=1).sum()
    # an average rate meets the average number of taps; by events the same but for where the border is
    expected = float(taps + pooled.sum() * 10) / SAMPLES
    assert layer_table(spec).synaptic_operations == pytest.approx(expected, rel=0.02)


def test_norse_cells() -> None:
    norse = pytest.importorskip("norse.torch", reason="needs Norse: pip install '.[dev-import]'")
    model = norse.SequentialState(nn.Linear(30, 20), norse.LIFCell(), nn.Linear(20, 5), norse.LIFCell())

    def run(model, sample):
        state, found = None, []
        for step in sample:
            out, state = model(3 * step, state)
            found.append(out)
        return torch.stack(found)

    network = neuroest.trace(model, spikes(30), time_first=True, run=run)
    assert [one.type for one in network.layers] == ["fully_connected", "fully_connected"]
    assert network.timesteps == STEPS
    assert network.workload().spec.coding == "spiking"


def stepwise(model, sample):
    outs = [model(step) for step in sample]
    return torch.stack([out[0] if isinstance(out, tuple) else out for out in outs])


def test_norse_recurrent_cells_are_recurrent_layers_with_both_matrices() -> None:
    norse = pytest.importorskip("norse.torch", reason="needs Norse: pip install '.[dev-import]'")
    model = norse.SequentialState(norse.LIFRecurrentCell(30, 20), nn.Linear(20, 5), norse.LIBoxCell())

    def run(model, sample):
        state, found = None, []
        for step in sample:
            out, state = model(3 * step, state)
            found.append(out)
        return torch.stack(found)

    network = neuroest.trace(model, spikes(30), time_first=True, run=run)
    assert [one.type for one in network.layers] == ["recurrent", "fully_connected"]
    shapes = geometry(network.workload().spec)
    assert shapes.weights.tolist() == [30 * 20 + 20 * 20, 20 * 5]
    assert any("never spike" in note for note in network.notes)
    assert network.recorded["input"].values["rate"] == pytest.approx(float(spikes(30).mean()), rel=0.2)


@pytest.mark.parametrize("mode", ["s", "m"])
def test_spikingjelly_recurrent_containers_are_recurrent_layers(mode: str) -> None:
    pytest.importorskip("spikingjelly", reason="needs SpikingJelly: pip install '.[dev-import]'")
    from spikingjelly.activation_based import functional, layer, neuron

    model = nn.Sequential(
        layer.Linear(30, 20), layer.LinearRecurrentContainer(neuron.LIFNode(v_threshold=0.1), 20, 20),
        layer.Linear(20, 5), neuron.LIFNode(v_threshold=0.1),
    )  # fmt: skip
    functional.set_step_mode(model, mode)
    network = neuroest.trace(model, spikes(30), time_first=True, run=None if mode == "m" else stepwise)
    shapes = geometry(network.workload().spec)
    assert shapes.types == ("fully_connected", "recurrent", "fully_connected")
    assert shapes.weights.tolist() == [600, 20 * 20 + 20 * 20, 100]


def test_weights_inside_of_neurons_are_never_dropped(snn) -> None:
    maps = spikes(2, 8, 8)
    inside = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        snn.RLeaky(beta=0.9, conv2d_channels=4, kernel_size=3, init_hidden=True),
    )
    for model, sample, count in (
        (inside, maps, 4 * 4 * 9),
        (nn.Sequential(snn.SLSTM(30, 20, init_hidden=True), nn.Linear(20, 5)), spikes(30), 4 * 20 * 50),
    ):
        with pytest.raises(UnsupportedOperatorError, match=f"its {count} weights") as reported:
            neuroest.trace(model, sample, time_first=True, run=stepwise).workload()
        assert "\n" not in str(reported.value)
    left = neuroest.trace(
        inside, maps, time_first=True, run=stepwise, options=ImportOptions(unsupported="host")
    )
    assert [one.type for one in left.layers] == ["convolution", "host"]
    own = nn.Sequential(
        nn.Linear(30, 20), snn.RLeaky(beta=0.9, all_to_all=False, V=torch.rand(20), init_hidden=True)
    )
    spec = neuroest.trace(own, spikes(30), time_first=True, run=stepwise).workload().spec
    assert spec.excluded == ("feedback of each neuron of 1 to itself (20 weights)",)


def test_a_trace_written_and_read_back_has_the_same_counts(snn, tmp_path: Path) -> None:
    network = neuroest.trace(SnnTorch(snn), spikes(30), time_first=True, name="twice", dataset="noise")
    written = network.save(tmp_path / "twice.yaml")
    read = neuroest.load_workload(tmp_path / "twice.yaml")
    assert read.spec == written.spec
    assert "dataset: noise" in (read.spec.sources["recording"].seen_note or "")
    claims = neuroest.estimate("digital_spiking_28nm", read).claims
    assert claims["workload.layers.first.activity.rate"].basis == "simulated"


class Tutorial(nn.Module):
    """Convolution, pooling, neurons: the order in which snnTorch's tutorials have them."""

    def __init__(self, snn) -> None:
        super().__init__()
        self.conv, self.pool = nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.MaxPool2d(2)
        self.neurons = snn.Leaky(beta=0.9, threshold=0.2)
        self.out, self.last = nn.Linear(4 * 16, 5, bias=False), snn.Leaky(beta=0.9)
        self.kept = []

    def forward(self, x):
        first, last = self.neurons.init_leaky(), self.last.init_leaky()
        answers = []
        for step in x:
            fired, first = self.neurons(self.pool(self.conv(step)), first)
            self.kept.append(fired)
            _, last = self.last(self.out(fired.flatten(1)), last)
            answers.append(last)
        return torch.stack(answers)


def test_neurons_behind_a_pooling_spike_once_a_timestep(snn) -> None:
    model, sample = Tutorial(snn), (torch.rand(STEPS, SAMPLES, 2, 8, 8) < 0.4).float()
    network = neuroest.trace(model, sample, time_first=True)  # the answer is a potential, not spikes
    fired = torch.stack(model.kept)
    assert network.timesteps == STEPS
    assert network.recorded["pool"].values["rate"] == pytest.approx(float(fired.mean()))
    assert network.recorded["pool"].timesteps == pytest.approx(fired.mean((1, 2, 3, 4)).tolist())


def test_a_model_that_takes_time_for_samples_is_refused(snn) -> None:
    model = nn.Sequential(nn.Linear(8, 6), snn.Leaky(beta=0.9, init_hidden=True))
    sample = (torch.rand(STEPS, SAMPLES, 8) < 0.3).float()
    with pytest.raises(NetworkImportError, match=f"has {STEPS} timesteps, but the neurons ran 1; .* run="):
        neuroest.trace(model, sample, time_first=True)
    notes = neuroest.trace(model, sample).workload().spec.notes
    assert any("ran for one timestep" in note for note in notes)


def test_layers_that_read_potentials_are_refused(snn) -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.neurons, self.out = nn.Linear(8, 6), snn.Leaky(beta=0.9), nn.Linear(6, 2)

        def forward(self, x):
            state, found = self.neurons.init_leaky(), []
            for step in x:
                _, state = self.neurons(self.first(step), state)
                found.append(self.out(state * 2.0))
            return torch.stack(found)

    with pytest.raises(NetworkImportError, match="out reads the membrane potentials of neurons"):
        neuroest.trace(Reads(), spikes(8), time_first=True)


def test_graded_spikes_count_as_events(snn) -> None:
    def rate(factor: float) -> tuple[float, tuple[str, ...]]:
        torch.manual_seed(1)
        model = nn.Sequential(
            nn.Linear(30, 20),
            snn.Leaky(beta=0.9, threshold=0.2, init_hidden=True, graded_spikes_factor=factor),
        )
        network = neuroest.trace(
            model, spikes(30), time_first=True, run=lambda net, x: torch.stack([net(step) for step in x])
        )
        return network.recorded["fully_connected_0"].values["rate"], network.notes

    plain, said = rate(1.0)
    graded, reported = rate(3.0)
    assert plain > 0.0
    assert graded == plain
    assert not said
    assert any("graded" in note for note in reported)


def test_bad_models_and_samples_are_one_line() -> None:
    layer, sample = nn.Linear(8, 4), torch.rand(2, 8)
    for model, given, said in [
        (lambda x: x, sample, "must be a torch.nn.Module, not function"),
        (layer, torch.rand(2, 9), "the model fails on the sample: RuntimeError: mat1 and mat2"),
        (layer, torch.rand(0, 8), "the sample is empty"),
    ]:
        with pytest.raises(NetworkImportError, match=said) as caught:
            neuroest.trace(model, given)
        assert len(str(caught.value).splitlines()) == 1


def test_short_floats_and_sums_over_the_batch_are_no_trouble() -> None:
    class WithLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 4)

        def forward(self, x):
            out = self.layer(x)
            return out, out.square().mean()

    found = neuroest.trace(WithLoss().bfloat16(), torch.rand(2, 8).bfloat16())
    assert [one.type for one in found.layers] == ["fully_connected"]


def test_time_first_cells_say_where_the_batch_is() -> None:
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.out = nn.LSTM(8, 6), nn.Linear(6, 2)

        def forward(self, x):
            return self.out(self.cell(x)[0][-1])

    with pytest.raises(NetworkImportError, match="give time_first=True"):
        neuroest.trace(Reads(), torch.rand(7, 3, 8))
    network = neuroest.trace(Reads(), torch.rand(7, 3, 8), time_first=True)
    assert geometry(network.workload().spec).total_macs == 7 * 4 * 6 * (8 + 6) + 12


def test_weights_on_a_constant_state_are_listed() -> None:
    class Once(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.GRUCell(8, 6)

        def forward(self, x):
            return self.cell(x)

    assert any(
        "108 weights of cell with a constant" in one
        for one in neuroest.trace(Once(), torch.rand(2, 8)).excluded
    )


def test_complex_numbers_are_refused_by_name() -> None:
    class Spectrum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(8, 8), nn.Linear(5, 3)

        def forward(self, x):
            return self.last(torch.fft.rfft(self.first(x)).abs())

    with pytest.raises(UnsupportedOperatorError, match="fft_r2c"):
        neuroest.trace(Spectrum(), torch.rand(2, 8)).workload()
