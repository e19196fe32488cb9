"""The machine: what it is, how fast its disk keeps a promise, and who uses its processors."""

from __future__ import annotations

import os
import platform
import re
import resource
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def fsyncs_a_second(folder: Path, seconds: float = 1.0) -> float:
    """How often a second 8 kB can be written and known to be on the disk, one after the other."""
    path, page, done = folder / "fsync-probe", os.urandom(8192), 0
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        os.pwrite(file, page * 128, 0)
        os.fsync(file)
        start = time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds:
            os.pwrite(file, page, 8192 * (done % 128))
            os.fdatasync(file)
            done += 1
    finally:
        os.close(file)
        path.unlink()
    return done / passed


def facts() -> dict[str, str]:
    """What stands above the results."""
    processor = re.search(r"^model name\s*:\s*(.+)$", (PROC / "cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", (PROC / "meminfo").read_text(), re.MULTILINE)
    return {
        "processor": f"{processor.group(1) if processor else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory.group(1)) / 1024**2:.0f} GiB" if memory else "?",
        "kernel": f"{platform.system()} {platform.release()}",
    }


@dataclass(frozen=True, slots=True)
class _Process:
    parent: int
    seconds: float


def _processes() -> dict[int, _Process]:
    """Every process with the seconds of processor time that it and its buried children have used."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(errors="replace")
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()
        found[int(folder.name)] = _Process(int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
    return found


def _tree(root: int, processes: dict[int, _Process]) -> set[int]:
    tree, grown = {root}, True
    while grown:
        more = {pid for pid, process in processes.items() if process.parent in tree} - tree
        tree |= more
        grown = bool(more)
    return tree & processes.keys()


def memory_below(root: int) -> float:
    """Megabytes that the children of a supervisor and everything below them use.

    As if nobody else ran the same programs: the bench runs several installations, which share their libraries. So what
    processes have of their own is added up (shared out where they share it by a fork), and of the files that they have
    mapped, which are the same ones, the largest share counts once.
    """
    own, files = 0, 0
    for pid in _tree(root, _processes()) - {root}:
        try:
            rollup, status = (PROC / str(pid) / "smaps_rollup").read_text(), (PROC / str(pid) / "status").read_text()
        except OSError:
            continue
        own += _kib(r"Pss_Anon", rollup) + _kib("Pss_Shmem", rollup)
        files = max(files, _kib("RssFile", status))
    return (own + files) * 1024 / 1e6


def _kib(name: str, text: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) if found else 0


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    """The processor's seconds up to a moment, by who used them."""

    at: float
    trees: dict[str, float]
    bench: float
    kernel: float
    machine: float

    @classmethod
    def now(cls, roots: dict[str, int]) -> ProcessorTime:
        processes = _processes()
        trees = {name: sum(processes[pid].seconds for pid in _tree(root, processes)) for name, root in roots.items()}
        kernel = sum(process.seconds for pid, process in processes.items() if pid == 2 or process.parent == 2)
        return cls(time.perf_counter(), trees, _own_seconds(), kernel, _machine_seconds())

    def since(self, before: ProcessorTime) -> Used:
        trees = {name: seconds - before.trees.get(name, 0.0) for name, seconds in self.trees.items()}
        bench = self.bench - before.bench
        explained = sum(trees.values()) + bench + self.kernel - before.kernel
        foreign = max(0.0, self.machine - before.machine - explained)
        return Used(self.at - before.at, trees, bench, foreign)


@dataclass(frozen=True, slots=True)
class Used:
    """Processor seconds within a span: of each service, of the load generator, and of what we know nothing about."""

    span: float
    trees: dict[str, float]
    bench: float
    foreign: float

    @property
    def foreign_cores(self) -> float:
        return self.foreign / self.span


def _own_seconds() -> float:
    """This process and the load generators it has waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, who))


def _machine_seconds() -> float:
    user, nice, system = (PROC / "stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / TICKS
