from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
import typer

from neuroest import cli
from neuroest.cli import VERBS
from tests.cli.conftest import CHIP, NETWORK, Command
from tests.each import each

EVERY_VERB = {
    "estimate": [],
    "compare": ["adc_crossbar_28nm", "digital_int8_28nm", "-w", "mlp_mnist_dense"],
    "explain": ["diffusive_28nm_derived", "energy"],
    "check": [CHIP],
    "list": [],
    "show": ["loihi_14nm"],
    "cite": ["diffusive_28nm_derived"],
    "schema": ["workload"],
}


def python(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,  # type: ignore[call-overload]
    )


def main_code(*arguments: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    return stopped.value.code or 0


def test_every_verb_has_a_line_in_the_help(command: Command) -> None:
    helped = command("--help")
    assert helped.code == 0
    for verb in VERBS:
        (line,) = [line for line in helped.lines if line.startswith(f"  {verb} ")]
        assert len(line) <= 80
        assert not line.endswith("...")


@each("verb", VERBS)
def test_every_verb_explains_itself(command: Command, verb: str) -> None:
    helped = command(verb, "--help")
    assert helped.code == 0
    assert f"neuroest {verb}" in helped.out
    assert max(map(len, helped.lines)) <= 80


def test_every_option_of_every_verb_has_a_help_text_and_each_text_an_option() -> None:
    faults = []
    # a click of today drops the help of an argument of Typer 0.19
    one = typer.Typer(add_completion=False)
    argument = typer.Argument(None, help="text")
    one.command()(lambda name=argument: name)
    kept = bool(getattr(typer.main.get_command(one).params[0], "help", None))
    for verb in VERBS:
        module = import_module(f"neuroest.cli.{cli._MODULES.get(verb, verb)}")
        texts, options = cli._documented(vars(module)[f"run_{verb}"])[1], cli._command(verb).params
        faults += [
            f"{verb}: {option.name} has no help text"
            for option in options
            if not getattr(option, "help", None) and (kept or option.param_type_name == "option")
        ]
        faults += [f"{verb}: no option {name}" for name in texts.keys() - {option.name for option in options}]
    assert not faults


@each("verb", VERBS)
def test_the_example_of_every_verb_is_a_command(verb: str) -> None:
    # the arguments are read, with every option, and nothing is run
    arguments = cli._command(verb).epilog.removeprefix(f"Example: neuroest {verb} ")
    context = cli._command(verb).make_context(verb, shlex.split(arguments))
    assert context.params


@pytest.mark.parametrize("verb", EVERY_VERB)
def test_verbs_on_shipped_files_succeed_and_says_nothing_on_stderr(command: Command, verb: str) -> None:
    done = command(verb, *EVERY_VERB[verb])
    assert done.code == 0
    assert done.out
    assert done.err == ""


@each("arguments", [(), ("nonsense",), ("estimate", "--nonsense"), ("compare", "loihi_14nm")])
def test_wrong_usage_exits_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    wrong = command(*arguments)
    assert wrong.code == 2
    assert wrong.out == ""
    assert "Traceback" not in wrong.err


def test_the_nearest_verb_is_suggested(command: Command) -> None:
    assert "estimate" in command("estimat").err


@each(
    "arguments, message",
    [
        (
            ("estimate", "gpu_roofline"),
            r"error: unknown architecture 'gpu_roofline'; \d+ are known, such as gpu_\w+; see `neuroest .*\n",
        ),
        (
            ("estimate", "analog_lif_28mn"),
            r"error: unknown architecture .* did you mean 'analog_lif_28nm'\? See .*\n",
        ),
        (
            ("estimate", CHIP, "-w", "zz"),
            r"error: unknown workload 'zz'; allowed: cortical.*; see `neuroest list work.*\n",
        ),
        (("list", "qq"), r"error: unknown kind 'qq'; allowed: architectures, .*, workloads\n"),
        (("list", "devices", "qqq"), r"error: unknown word in devices 'qqq'\n"),
    ],
)
def test_an_unknown_name_tells_what_is_allowed(
    command: Command, arguments: tuple[str, ...], message: str
) -> None:
    wrong = command(*arguments)
    assert wrong.code == 1
    assert re.fullmatch(message, wrong.err), wrong.err


def test_too_little_memory_is_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 2.20 PiB")

    monkeypatch.setattr("neuroest.estimate", no_room)
    wrong = command("estimate", CHIP, "-w", NETWORK)
    assert wrong.code == 1
    assert wrong.err == "error: the memory of this machine is too small: Unable to allocate 2.20 PiB\n"


def test_version(command: Command) -> None:
    reported = command("--version")
    assert reported.code == 0
    assert reported.out.startswith("neuroest ")


def test_module_and_console_script_are_the_same(command: Command) -> None:
    module, script = python("-m", "neuroest", "list", "mappers"), command("list", "mappers")
    assert module.returncode == script.code == 0
    assert module.stdout == script.out


def test_a_verb_loads_neither_rich_nor_pandas_nor_the_other_verbs() -> None:
    code = (
        "import sys\n"
        "from neuroest.cli import main\n"
        "try:\n    main(['estimate'])\n"
        "except SystemExit as stopped:\n    assert not stopped.code\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    loaded = set(python("-c", code).stderr.split())
    assert "neuroest.cli.estimate" in loaded
    assert not loaded & {"rich", "pandas", "matplotlib", "neuroest.cli.list", "neuroest.reporting.schemas"}


def test_a_closed_pipe_is_no_error() -> None:
    pipe = f"{sys.executable} -m neuroest schema architecture | head -c 1"  # more than a pipe holds
    done = subprocess.run(pipe, shell=True, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "{"
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    code = (
        "import signal, time, neuroest.cli.list as verb, neuroest.cli as cli\n"
        # what a shell runs in its background ignores interrupts, and so does its child
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def wait(kind, word):\n"
        "    print('ready', flush=True)\n    time.sleep(30)\n"
        "verb.list_entries = wait\n"
        "cli.main(['list', 'mappers'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == ""


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(
    variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as terminal:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", terminal)
        assert main_code("show", "mesh") == 0  # less than a terminal holds
        formatted = os.read(ours, 65536)
    os.close(ours)
    assert b"device model mesh" in formatted
    assert (b"\x1b[" in formatted) is coloured


def test_a_terminal_without_block_characters_gets_plain_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main_code("estimate", CHIP, "-w", NETWORK, "--full") == 0
    formatted = terminal.buffer.getvalue()  # type: ignore[attr-defined]
    assert b"####" in formatted
    assert b"?" not in formatted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("breakeven analog_lif_28nm --along integration_time", "did you mean 'integration-time'?"),
        ("estimate analog_lif_28nm --format jsn", "did you mean 'json'?"),
        ("uncertainty analog_lif_28nm --samples few", "'--samples': expected a whole number"),
        ("fit x.csv --starts 1000", "'--starts': must be at most 100"),
        (
            "breakeven analog_lif_28nm digital_spiking_28nm -w mlp_mnist_spiking --along activity.rate=1..1000",
            "--along: workload.activity.rate=1000: 1000 is above the maximum 1",
        ),
        ("import my_net.yaml", "a spec of neuroest already"),
        ("rerun .", ".: this is a folder; name the file"),
        ("estimate analog_lif_28nm.yaml", "the shipped one is named analog_lif_28nm"),
        ("estimate mlp_mnist_spiking", "it is a file of kind workload"),
        ("estimate my_chip", "write my_chip.yaml"),
        ("estimate analog_lif_28nm --set technology.supply_voltage=0.9volt", "write V"),
        (
            "estimate analog_lif_28nm --set chip.tile.array.cell=rram_hfox_28nm",
            "set chip.tile.array.cell.model or",
        ),
        ("sweep analog_lif_28nm --set architectur=a,b", "did you mean 'architecture'?"),
        ("contest --limit areas<=4mm^2", "did you mean 'area'?"),
        ("contest --axis perod=1ms..1s:3", "name both, such as period and spike_rate"),
        ("fit x.csv --model treshold_switch", "did you mean 'threshold_switch_neuron'?"),
        ("uncertainty analog_lif_28nm -w mlp_mnist_spiking --scheduler locl", "did you mean 'local'?"),
    ],
)
def test_a_near_miss_is_named_in_one_line(
    command: Command, arguments: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my_chip.yaml").touch()
    Path("my_net.yaml").write_text("# ours\nkind: workload\n", "utf-8")
    done = command(*arguments.split())
    assert done.code in {1, 2}
    assert words in done.err
    assert sum(line.startswith(("error:", "Error:", "--")) for line in done.err.splitlines()) == 1


@each(
    "arguments, words",
    [
        ("estimate {chip} -w {net} --set suply=0.8V", "--set: unknown path 'suply'; did you mean 'supply'?"),
        ("estimate {chip} -w {net} --set activity.rate=0.2", "a dense network such as {net} has no rate"),
        ("estimate {chip} -w {net} --set supply=0.8V,0.9V", "`neuroest sweep` takes several values"),
        ("sweep {chip} -w {net} --set array.rows=64 --where area<=4", "--where: area_m2 <= 4: 4 has no unit"),
        (
            "breakeven {chip} digital_int8_28nm -w {net} --along suply=0.7..0.9V",
            "--along: unknown path 'suply'",
        ),
        ("contest -w {net}", "--axis: spike_rate: {net} has no spikes"),
        (
            "contest -w mlp_mnist_spiking --axis peroid=1ms,1s --axis spike_rate=1,2",
            "--axis: peroid: unknown path",
        ),
        ("randomness --rate 3", "--rate: 3 has no unit; expected a rate"),
        ("simulate diffusive_28nm_capacitor --set foo=1", "--set: unknown parameter 'foo'"),
        (
            "target diffusive_28nm_capacitor --vary foo=1..2",
            "--vary: unknown parameter of diffusive_28nm_capacitor",
        ),
        (
            "sweep {chip} --set supply=0.8V,0.9V -y energi -p a.svg",
            "-y: unknown result 'energi'; did you mean 'energy'",
        ),
        (
            "sweep {chip} --set supply=0.8V,0.9V -y latency --keep energy -p a.svg",
            "-y latency: --keep must name it too",
        ),
        (
            "sweep {chip} --set supply=0.8V,0.9V -x supply",
            "-x supply: there is no figure to draw; name its file",
        ),
        ("sweep {chip} --set supply=0.8V,0.9V --keep energi", "--keep: unknown result 'energi'"),
        ("uncertainty {chip} -w {net} --results energi", "--results: unknown result 'energi'"),
        ("estimate {chip} -w {net} --set weights=300", "300 bit is above the maximum 64 bit"),
        ("explain {chip} aera -w {net}", "did you mean 'area'?"),
        ("explain {chip} convertor -w {net}", "did you mean 'converter'?"),
    ],
)
def test_a_wrong_option_is_named_and_no_file_of_the_installation(
    command: Command, arguments: str, words: str
) -> None:
    names = {"chip": "adc_crossbar_28nm", "net": "mlp_mnist_dense"}
    done = command(*arguments.format(**names).split())
    assert done.code == 1
    assert words.format(**names) in done.err
    assert ".yaml:" not in done.err
    assert len(done.err.splitlines()) == 1
