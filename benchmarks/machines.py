"""A sweep over several hosts that share neither files nor memory, one of which is switched off mid-way.

::

    sudo python benchmarks/machines.py [POINTS]      # Linux with iproute2; 4 x 10^6 points by default

Each host is a network namespace with an address of its own on a bridge and a folder of its own (a tmpfs that no
other host sees): one for the Dask scheduler, one for the client, two for workers. The client runs the sweep on its
own first and then through the scheduler's address. When a third of the rows has come back, the second worker is killed
with its host's whole process group. Nothing of the machine's own network is touched, and all of it goes at the end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOSTS = {"scheduler": "10.77.13.1", "client": "10.77.13.2", "worker1": "10.77.13.3", "worker2": "10.77.13.4"}
ADDRESS = f"tcp://{HOSTS['scheduler']}:8786"
FOLDER = "/mnt"  # the same name everywhere, another folder on each host
PREFIX = "neuroest-"
KILL_AT = 1 / 3

CLIENT = f"""
import sys, time, hashlib
from pathlib import Path
import neuroest
from neuroest.exploration.space import space_from

AXES = {{"chip.tile.array.read_voltage": "0.05..0.2 V", "technology.supply_voltage": "0.7..0.9 V",
        "chip.tile.array.rows": "32..256", "workload.activity.rate": "0.05..0.2"}}

def run(name, **options):
    def started(points, there):
        done = there
        def tick(rows):
            nonlocal done
            done += rows
            print(name, done / points, flush=True)
        return tick
    file, begun = Path(name + ".parquet"), time.monotonic()
    found = neuroest.sweep("diffusive_28nm_derived", AXES, "mlp_mnist_spiking", output=file, sampler="random",
                           samples=int(sys.argv[1]), started=started, **options)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    print("result", name, found.rows, found.feasible, digest, round(time.monotonic() - begun, 1), flush=True)

if __name__ == "__main__":
    run("alone", workers=1)
    run("cluster", scheduler="{ADDRESS}")
"""


def ip(*words: str) -> None:
    """One command of iproute2."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def network() -> Iterator[None]:
    """Namespaces on a bridge that is in the scheduler's."""
    made: list[str] = []
    try:
        for host in HOSTS:
            ip("netns", "add", PREFIX + host)
            made.append(host)
            ip("-n", PREFIX + host, "link", "set", "lo", "up")
        middle = PREFIX + "scheduler"
        ip("-n", middle, "link", "add", "bridge", "type", "bridge")
        ip("-n", middle, "address", "add", f"{HOSTS['scheduler']}/24", "dev", "bridge")
        ip("-n", middle, "link", "set", "bridge", "up")
        for host, address in HOSTS.items():
            if host == "scheduler":
                continue
            own = PREFIX + host
            ip("-n", middle, "link", "add", host, "type", "veth", "peer", "name", "net0", "netns", own)
            ip("-n", middle, "link", "set", host, "master", "bridge")
            ip("-n", middle, "link", "set", host, "up")
            ip("-n", own, "address", "add", f"{address}/24", "dev", "net0")
            ip("-n", own, "link", "set", "net0", "up")
        yield
    finally:
        for host in made:
            ip("netns", "delete", PREFIX + host)


def on(host: str, *command: str) -> subprocess.Popen[str]:
    """A program on a host: in its network, with its folder, as a process group of its own."""
    inside = f'mount -t tmpfs none {FOLDER} && cd {FOLDER} && exec "$@"'
    return subprocess.Popen(
        ["ip", "netns", "exec", PREFIX + host, "unshare", "--mount", "sh", "-c", inside, "sh", *command],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if host != "client" else None,
        start_new_session=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def switch_off(program: subprocess.Popen[str]) -> None:
    """Kill a host's processes."""
    if program.poll() is None:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def main() -> None:
    """The run."""
    points = sys.argv[1] if len(sys.argv) > 1 else "4000000"
    python = [sys.executable, "-m"]
    with network(), ExitStack() as stack:
        started = {"scheduler": on("scheduler", *python, "distributed.cli.dask_scheduler", "--no-dashboard")}
        stack.callback(switch_off, started["scheduler"])
        time.sleep(5.0)
        for worker in ("worker1", "worker2"):
            started[worker] = on(
                worker, *python, "distributed.cli.dask_worker", ADDRESS, "--nthreads", "1", "--no-dashboard",
                "--name", worker,
            )  # fmt: skip
            stack.callback(switch_off, started[worker])
        client = on("client", sys.executable, "-c", CLIENT, points)
        stack.callback(switch_off, client)
        results = {}
        for line in client.stdout or ():
            word, *rest = line.split()
            if word == "result":
                results[rest[0]] = rest[1:]
                print(line.strip(), flush=True)
            elif word == "cluster" and float(rest[0]) >= KILL_AT and started["worker2"].poll() is None:
                switch_off(started["worker2"])
                print(f"worker2 killed when {float(rest[0]):.0%} of the rows were there", flush=True)
        assert client.wait() == 0
        assert started["worker2"].poll() is not None, "the worker outlived the run: ask for more points"
        assert results["alone"][:3] == results["cluster"][:3], "the cluster gave another file"
        print(f"both files have the same bytes; folders on {len(HOSTS)} hosts, none shared")


if __name__ == "__main__":
    if Path("/proc/self").exists() and os.geteuid() == 0:
        main()
    else:
        sys.exit("network namespaces need Linux and root")
