"""What class of machine a timing comes from: its processor and how many of its cores may be used. No name of a host."""

import os
import platform
from pathlib import Path

from hearsay.vision.device import CPU


def processor(device: str = CPU) -> str:
    """Return the name of the processor's model, or on a GPU the GPU's and the processor's."""
    name = _processor()
    if device == CPU:
        return name
    import torch

    return f"{torch.cuda.get_device_name()}, {name}"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available() -> int:
    """Return the bytes of memory that could be taken without moving anything out."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2 if hasattr(os, "sysconf") else 2**31


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
