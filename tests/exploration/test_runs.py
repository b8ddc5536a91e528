from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import dask
import distributed
import psutil
import pytest

from neuroest.exploration import checkpoint as stores
from neuroest.exploration import runner
from neuroest.exploration.runner import run_chunks
from neuroest.exploration.space import ExplorationError
from neuroest.exploration.sweep import make_job, read_sweep, sweep

CHIP, NET = "diffusive_28nm_derived", "mlp_mnist_spiking"
pytestmark = pytest.mark.slow
SPACE = {"chip.tile.array.rows": "32..256", "technology.supply_voltage": "0.7..0.9 V"}


def run(file: Path, **options: object) -> None:
    sweep(CHIP, SPACE, NET, output=file, samples=600, sampler="random", chunk_size=100, **options)  # type: ignore[arg-type]


def test_a_run_goes_on_from_the_finished_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    run(whole, workers=1)
    kept = stores.Store.write

    def fails_at_three(self: stores.Store, chunk: int, columns: object) -> object:
        if chunk == 3:
            raise KeyboardInterrupt
        return kept(self, chunk, columns)  # type: ignore[arg-type]

    monkeypatch.setattr(stores.Store, "write", fails_at_three)
    with pytest.raises(KeyboardInterrupt):
        run(cut, workers=1)
    assert not cut.exists()
    assert stores.Store(cut).finished() == {0, 1, 2}
    written = []
    monkeypatch.setattr(stores.Store, "write", lambda s, c, x: (written.append(c), kept(s, c, x))[1])
    run(cut, workers=1)
    assert written == [3, 4, 5]
    assert cut.read_bytes() == whole.read_bytes()


def test_another_input_with_the_same_output_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "found.parquet"
    run(file, workers=1)
    before = file.read_bytes()
    with pytest.raises(ExplorationError, match="another input"):
        run(file, workers=1, seed=9)
    assert file.read_bytes() == before
    run(file, workers=1)  # the same input: nothing to do
    run(file, workers=1, seed=9, overwrite=True)
    assert file.read_bytes() != before


def test_chunks_of_another_input_are_refused(tmp_path: Path) -> None:
    job, file = make_job(CHIP, SPACE, NET, samples=10, sampler="random"), tmp_path / "found.parquet"
    store = stores.Store(file)
    with store.opened(job):
        store.write(0, job.compute(0))
        with pytest.raises(ExplorationError, match="another run is writing"):
            run(file, workers=1, overwrite=True)
    with pytest.raises(ExplorationError, match="chunks of another input"):
        run(file, workers=1)
    assert store.finished() == {0}
    run(file, workers=1, overwrite=True)
    assert not store.folder.exists()


def test_a_run_that_came_to_nothing_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "found.parquet"
    with pytest.raises(ExplorationError, match="cannot compute anything"):
        run(file, workers=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["", '{"fingerprint": "ab', "[]"])
def test_a_manifest_that_a_break_down_cut_short_is_reported(tmp_path: Path, left: str) -> None:
    file = tmp_path / "found.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores.Store, "assemble", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(file, workers=1)
    (stores.Store(file).folder / "manifest.json").write_text(left, "utf-8")
    with pytest.raises(ExplorationError, match="contains chunks of another input"):
        run(file, workers=1)
    run(file, workers=1, overwrite=True)
    assert file.exists()


def test_rows_of_before_never_are_next_to_what_is_said_of_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "found.csv"
    run(file, workers=1)
    kept = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == file:
            raise KeyboardInterrupt
        return kept(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            run(file, workers=1, seed=9, overwrite=True)
    run(file, workers=1, seed=9)
    fresh = tmp_path / "fresh.csv"
    run(fresh, workers=1, seed=9)
    assert file.read_bytes() == fresh.read_bytes()


@pytest.mark.parametrize("name", ["found.txt", "no/such/folder/found.parquet", "."])
def test_outputs_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExplorationError):
        run(tmp_path / name, workers=1)


def test_a_full_disk_is_reported_and_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "found.parquet"
    kept = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name.startswith("000000002"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return kept(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ExplorationError, match="No space left on device; finished chunks are kept"):
        run(file, workers=1)
    assert stores.Store(file).finished() == {0, 1}


def _suicidal(folder: str, chunk: int) -> int:
    mark = Path(folder) / "died"
    if chunk == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return chunk * chunk


class Suicidal:
    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __call__(self, chunk: int) -> int:
        return _suicidal(self.folder, chunk)


class Hopeless:
    def __call__(self, chunk: int) -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


def test_a_killed_worker_costs_its_chunk_only(tmp_path: Path) -> None:
    assert dict(run_chunks(Suicidal(tmp_path), range(6), 2)) == {n: n * n for n in range(6)}
    assert (tmp_path / "died").exists()


def test_workers_that_always_die_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neuroest.exploration.runner._MOST_DEATHS", 2)
    with pytest.raises(ExplorationError, match="worker processes died"):
        list(run_chunks(Hopeless(), range(3), 2))


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell to replace a worker")
def test_workers_that_die_before_they_begin_end_the_run(tmp_path: Path) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text(
        f'#!/bin/sh\ncase "$*" in *spawn_main*) exit 1;; esac\nexec "{sys.executable}" "$@"\n', "utf-8"
    )
    stand_in.chmod(0o755)
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing\n"
        "from functools import partial\n"
        "from neuroest.exploration.space import ExplorationError\n"
        "from neuroest.exploration.runner import run_chunks\n"
        f"multiprocessing.get_context('spawn').set_executable({str(stand_in)!r})\n"
        "larger_than_a_pipe = partial(max, b'x' * 2_000_000)\n"
        "try:\n    list(run_chunks(larger_than_a_pipe, range(4), 2))\n"
        "except ExplorationError as error:\n    print(error)\n",
        "utf-8",
    )
    words = [sys.executable, str(script)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("worker processes died 5 times")


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    space = (
        "--set",
        "chip.tile.array.read_voltage=0.05..0.1 V:400",
        "--set",
        "technology.supply_voltage=0.7..0.9 V:2000",
    )
    words = [
        sys.executable,
        "-m",
        "neuroest",
        "sweep",
        CHIP,
        "-w",
        NET,
        *space,
        "--keep",
        "area_m2,latency_s",
    ]
    words += ["--workers", "1", "-o"]
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    process = subprocess.Popen([*words, str(cut)])
    while process.poll() is None and len(list(tmp_path.glob("cut.parquet.parts/*.npz"))) < 3:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not cut.exists()
    assert len(stores.Store(cut).finished()) >= 3
    for file in (cut, whole):
        subprocess.run([*words, str(file)], check=True, capture_output=True)
    assert cut.read_bytes() == whole.read_bytes()


def test_a_chunk_that_is_not_whole_is_computed_again(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    run(whole, workers=1)
    job = make_job(CHIP, SPACE, NET, samples=600, sampler="random", chunk_size=100)
    store = stores.Store(cut)
    with store.opened(job):
        for chunk in range(3):
            store.write(chunk, job.compute(chunk))
    part = store.folder / "000000001.npz"
    part.write_bytes(part.read_bytes()[:-200])
    (store.folder / "000000002.npz").write_bytes(b"")
    assert store.finished() == {0}
    run(cut, workers=1)
    assert cut.read_bytes() == whole.read_bytes()


def test_dask_gives_the_same_to_the_bit(tmp_path: Path) -> None:
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    run(here, workers=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the cluster's own libraries deprecate is not ours
        run(there, workers=2, scheduler="local")
    assert here.read_bytes() == there.read_bytes()


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runner, "_CONNECT_SECONDS", 1)
    with pytest.raises(ExplorationError, match="does not answer"):
        run(tmp_path / "found.parquet", scheduler="tcp://127.0.0.1:9")


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_this_machine_listens_on_loopback_only() -> None:
    with runner._client(distributed, 1, "local"):
        this = psutil.Process()
        heard = {
            connection.laddr.ip
            for process in (this, *this.children(recursive=True))
            for connection in process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        }
    assert heard
    assert heard <= {"127.0.0.1", "::1"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
@pytest.mark.filterwarnings("ignore")
def test_certificates_of_dask_s_configuration_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    request = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(request.split(), check=True, capture_output=True)
    roles = {
        f"tls_{role}_{kind}": file
        for role in ("scheduler", "worker", "client")
        for kind, file in (("cert", certificate), ("key", key))
    }
    security = distributed.Security(tls_ca_file=certificate, require_encryption=True, **roles)
    with distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, protocol="tls", security=security
    ) as secured:
        assert secured.scheduler_address.startswith("tls://")
        tls = "distributed.comm.tls"
        with dask.config.set(
            {f"{tls}.ca-file": certificate, f"{tls}.client.cert": certificate, f"{tls}.client.key": key}
        ):
            assert dict(run_chunks(abs, range(3), scheduler=secured.scheduler_address)) == {0: 0, 1: 1, 2: 2}
        monkeypatch.setattr(runner, "_CONNECT_SECONDS", 1)
        with pytest.raises(ExplorationError, match="does not answer"):
            dict(run_chunks(abs, range(3), scheduler=secured.scheduler_address))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[distributed.LocalCluster]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as found:
            yield found


@pytest.mark.filterwarnings("ignore")
def test_a_worker_of_a_cluster_that_is_killed_costs_its_chunk_only(
    tmp_path: Path, scheduler: distributed.LocalCluster
) -> None:
    task, address = Suicidal(tmp_path), scheduler.scheduler_address
    assert dict(run_chunks(task, range(6), scheduler=address)) == {n: n * n for n in range(6)}
    assert (tmp_path / "died").exists()


@pytest.mark.filterwarnings("ignore")
def test_a_worker_with_another_source_is_refused(
    monkeypatch: pytest.MonkeyPatch, scheduler: distributed.LocalCluster
) -> None:
    monkeypatch.setattr(runner, "source_digest", lambda: "another")
    monkeypatch.setattr(runner, "_RETRIES", 0)
    with pytest.raises(ExplorationError, match="has another version of neuroest than this machine"):
        list(run_chunks(abs, range(1), scheduler=scheduler.scheduler_address))


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_without_workers_and_one_that_goes_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_NO_WORKER_SECONDS", 0.2)
    monkeypatch.setattr(runner, "_LOOK_SECONDS", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(ExplorationError, match="has had no worker"),
    ):
        run(tmp_path / "found.parquet", scheduler=empty.scheduler_address)

    class Gone:
        def nthreads(self) -> dict[str, int]:
            raise OSError("Timed out trying to connect")

    monkeypatch.setattr(runner, "_client", lambda *_: nullcontext(Gone()))
    with pytest.raises(ExplorationError, match="lost the connection"):
        run(tmp_path / "found.parquet", scheduler="tcp://10.0.0.1:8786")


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import neuroest\n"
        "options = {'sampler': 'random', 'samples': 300, 'chunk_size': 100, 'workers': 2}\n"
        f"print(neuroest.sweep({CHIP!r}, {SPACE!r}, {NET!r}, **options).rows)\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["300"]
    assert done.stderr == ""


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_output_that_is_a_link_stays_one(tmp_path: Path, suffix: str) -> None:
    target, link = tmp_path / f"target{suffix}", tmp_path / f"link{suffix}"
    link.symlink_to(target)
    axes = {"chip.tile.array.rows": [64, 128]}
    for _ in range(2):  # the second run finds the first one
        sweep("analog_lif_28nm", axes, "mlp_mnist_spiking", output=link)
        assert link.is_symlink()
        assert target.is_file()
        assert not target.is_symlink()
    assert read_sweep(link).rows == read_sweep(target).rows == 2
