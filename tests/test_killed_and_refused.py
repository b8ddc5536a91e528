"""Runs that are killed or interrupted, folders of others, and a package built from its source archive."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import neuroest
from neuroest.publishing.paper.plan import STEPS
from tests.publishing.test_paper import folder_of_curves

ROOT = Path(__file__).parents[1]
CHIP, NETWORK = "diffusive_28nm_derived", "mlp_mnist_spiking"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command in a group of its own, which a terminal would interrupt as a whole."""
    code = (
        "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.argv[1:] = sys.argv[1:]\nfrom neuroest.cli import start\nstart()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    process = started(folder, *words)
    out, errors = process.communicate(timeout=900)
    return subprocess.CompletedProcess(words, process.returncode, out, errors)


# --- A paper that is killed in every step ---------------------------------------------------------------------------

SHORT = {
    "fit": ["--starts", "2"],
    "contest": ["--axis", "period=10ms,1s", "--axis", "spike_rate=1,2", "--samples", "16"],
}
PASSING = (".pdf", ".png", ".zip", ".html", ".svg")


def paper_folder(place: Path) -> Path:
    place.mkdir()
    folder = folder_of_curves(place)
    assert run(folder.parent, "paper", str(folder), "-w", NETWORK, "--commands").returncode == 0
    file = folder / "paper" / "paper.yaml"
    plan = yaml.safe_load(file.read_text("utf-8"))
    plan["baselines"], plan["options"] = ["analog_lif_low_power_28nm", "digital_spiking_28nm"], SHORT
    file.write_text(yaml.safe_dump(plan), "utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Hash of each file of a paper, but of its logs and of the record with its times."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "paper").rglob("*"))
        if path.is_file() and "log" not in path.parts and path.name != "state.json"
    }


@pytest.mark.nightly
def test_a_paper_that_is_killed_in_every_step_is_that_of_one_run(tmp_path: Path) -> None:
    whole = paper_folder(tmp_path / "one")
    assert run(whole, "paper", str(whole)).returncode == 0
    cut = paper_folder(tmp_path / "two")
    killed = []
    for step in STEPS:
        process = started(cut, "paper", str(cut))
        assert process.stderr is not None
        for line in process.stderr:
            if (
                f"] {step}" in line
                or f"] neuroest {step}" in line
                or line.startswith(f"[{STEPS.index(step) + 1:2}/")
            ):
                time.sleep(0.2)
                os.killpg(process.pid, signal.SIGKILL)  # with the command of the step
                killed.append(step)
                break
        _, errors = process.communicate(timeout=600)
        assert "Traceback" not in errors
    assert killed == list(STEPS)
    done = run(cut, "paper", str(cut))
    assert done.returncode == 0, done.stderr
    assert contents(cut) == contents(whole)


# --- Ctrl-C keeps what there is -------------------------------------------------------------------------------------


def once(folder: Path, there: str) -> Iterator[None]:
    """Wait until a file of this pattern exists."""
    end = time.monotonic() + 120.0
    while not list(folder.glob(there)):
        assert time.monotonic() < end
        time.sleep(0.05)
    yield


def after(process: subprocess.Popen[str], seconds: float) -> None:
    """Wait until a process has taken this much processor time, or four times as long elsewhere."""
    status, end = (
        Path(f"/proc/{process.pid}/stat"),
        time.monotonic() + (120.0 if sys.platform == "linux" else 4 * seconds),
    )
    while time.monotonic() < end:
        assert process.poll() is None
        if sys.platform == "linux":
            ticks = sum(map(int, status.read_text("ascii").rpartition(")")[2].split()[11:13]))
            if ticks >= seconds * os.sysconf("SC_CLK_TCK"):
                return
        time.sleep(0.05)


@pytest.mark.slow
def test_an_interrupted_search_prints_the_best_so_far(tmp_path: Path) -> None:
    pytest.importorskip("pymoo")
    axes = (
        "--set",
        "technology.supply_voltage=0.7..0.95 V",
        "--set",
        "chip.tile.array.read_voltage=0.05..0.1 V",
    )
    process = started(
        tmp_path, "optimize", CHIP, "-w", NETWORK, *axes, "--minimize", "energy_per_inference_J", "--minimize",
        "latency_s", "--generations", "100000", "--population", "20", "-o", "best.csv",
    )  # fmt: skip
    after(process, 4.0)  # a start and some generations
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "interrupted: these are the best of the designs evaluated so far" in errors
    assert "Traceback" not in errors
    assert len((tmp_path / "best.csv").read_text("utf-8").splitlines()) > 1


@pytest.mark.nightly
def test_an_interrupted_contest_goes_on_from_its_points(tmp_path: Path) -> None:
    words = (
        "contest", "-w", NETWORK, "--axis", "period=10ms,1s", "--axis", "spike_rate=1,2", "--samples", "16",
        "--points", "points.parquet", "--workers", "1", "-o", "map.txt",
    )  # fmt: skip
    process = started(tmp_path, *words)
    for _ in once(tmp_path, "points.parquet.parts/*.npz"):
        os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "points.parquet.parts").glob("*.npz")}
    assert kept
    assert run(tmp_path, *words).returncode == 0
    (tmp_path / "whole").mkdir()
    assert run(tmp_path / "whole", *words).returncode == 0
    for name in ("points.parquet", "map.txt"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


# --- A folder of another user ---------------------------------------------------------------------------------------

WRITING = {
    "estimate": ("estimate", CHIP, "-w", NETWORK, "-o", "out.txt"),
    "sweep": (
        "sweep",
        CHIP,
        "-w",
        NETWORK,
        "--set",
        "chip.tile.array.read_voltage=0.05 V,0.06 V",
        "-o",
        "out.csv",
    ),
    "uncertainty": ("uncertainty", CHIP, "-w", NETWORK, "--samples", "64", "-o", "out.txt"),
    "new": ("new", "neuron", "--model", "analog_lif", "-o", "out.yaml"),
    "report": ("report", CHIP, "-w", NETWORK, "-o", "out"),
}
# root may write everywhere: its program is started without the right to pass over the modes of files
WITHOUT_OVERRIDE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


@pytest.mark.slow
@pytest.mark.parametrize("verb", WRITING)
def test_a_folder_that_may_not_be_written_is_one_line(tmp_path: Path, verb: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    start = WITHOUT_OVERRIDE if os.geteuid() == 0 else ()
    if start and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv, or a user who is not root")
    done = subprocess.run(
        [*start, sys.executable, "-m", "neuroest", *WRITING[verb]],
        capture_output=True, text=True, check=False, timeout=300, cwd=closed,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("wrote")]
    assert len(lines) == 1, done.stderr
    assert "cannot write" in lines[0]
    assert not list(closed.iterdir())


# --- A scheduler that is killed -------------------------------------------------------------------------------------


@pytest.mark.nightly
def test_a_killed_scheduler_of_dask_costs_no_finished_chunk(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    cluster = "import sys\nfrom distributed.cli.dask_{0} import main\nmain()"
    scheduler = subprocess.Popen(
        [sys.executable, "-c", cluster.format("scheduler"), "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
         "--scheduler-file", str(tmp_path / "scheduler.json")], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in once(tmp_path, "scheduler.json"):
        time.sleep(0.5)
    address = yaml.safe_load((tmp_path / "scheduler.json").read_text("utf-8"))["address"]
    worker = subprocess.Popen(
        [sys.executable, "-c", cluster.format("worker"), address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
         "--local-directory", str(tmp_path)], stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    words = (
        "sweep", CHIP, "-w", NETWORK, "--set", "chip.tile.array.read_voltage=0.05..0.1 V:1000",
        "--set", "technology.supply_voltage=0.7..0.9 V:400", "-o", "points.csv",
    )  # fmt: skip
    try:
        process = started(tmp_path, *words, "--scheduler", address)
        for _ in once(tmp_path, "points.csv.parts/*.npz"):
            scheduler.kill()
        _, errors = process.communicate(timeout=300)
    finally:
        for each in (worker, scheduler):
            each.kill()
            each.wait()
    assert process.returncode == 1, errors
    assert "lost the connection to the scheduler" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert list(tmp_path.glob("points.csv.parts/*.npz"))
    assert run(tmp_path, *words, "--workers", "1").returncode == 0
    (tmp_path / "whole").mkdir()
    assert run(tmp_path / "whole", *words, "--workers", "1").returncode == 0
    assert (tmp_path / "points.csv").read_bytes() == (tmp_path / "whole" / "points.csv").read_bytes()


# --- Memory ---------------------------------------------------------------------------------------------------------


@pytest.mark.nightly
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory as Linux reports it")
def test_a_hundred_characterisations_take_no_more_memory_than_some() -> None:
    pytest.importorskip("scipy")

    def resident() -> float:
        gc.collect()
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / 2**20

    def characterise(count: int) -> None:
        for _ in range(count):
            neuroest.simulate("lif_28nm_circuit", characteristics="all", devices=2)

    characterise(10)
    before = resident()
    characterise(90)
    assert resident() - before < 16.0


# --- The source archive ---------------------------------------------------------------------------------------------


@pytest.mark.nightly
def test_the_source_archive_builds_and_what_it_builds_runs(tmp_path: Path) -> None:
    pytest.importorskip("build", reason="needs neuroest[dev]")
    pytest.importorskip("hatchling", reason="needs neuroest[dev]")

    def python(*words: str, folder: Path) -> str:
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False, timeout=600, cwd=folder
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    python("-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(ROOT), folder=ROOT)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    python("-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source), folder=source)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    python(
        "-c", f"import zipfile; zipfile.ZipFile({str(wheel)!r}).extractall({str(site)!r})", folder=tmp_path
    )
    code = "import sys; sys.path.insert(0, {!r}); from neuroest.cli import main; main({!r})"
    found = python("-P", "-c", code.format(str(site), ["estimate", CHIP, "-w", NETWORK]), folder=tmp_path)
    assert found == run(tmp_path, "estimate", CHIP, "-w", NETWORK).stdout
    listed = python("-P", "-c", code.format(str(site), ["list", "architectures"]), folder=tmp_path)
    assert listed.count("\n") > 40
