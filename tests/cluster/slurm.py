"""A real Slurm on this machine: one controller, two nodes, no accounting; started for a test and stopped after it."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PACKAGES = ("munge", "slurm-wlm")
CONF = Path("/etc/slurm/slurm.conf")  # where the jobs look, too
MARK = "# Written by Hearsay's tests; they overwrite it."
NODES = ("one", "two")


def refusal() -> str:
    """Return why no cluster may be started here, or nothing: the machine must be CI's own to change."""
    if not os.environ.get("CI"):
        return "CI is not set, and it would install Slurm and change /etc/slurm"
    if os.geteuid():
        return "only root can install and start Slurm"
    if CONF.exists() and MARK not in CONF.read_text():
        return f"{CONF} is somebody's own"
    if not shutil.which("apt-get"):
        return "there is no apt-get to install Debian's slurm-wlm and munge with"
    return ""


def install() -> None:
    """Install the packages where they are missing."""
    if shutil.which("slurmctld") and shutil.which("slurmd") and shutil.which("munged"):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, check=True, env=quiet, stdout=subprocess.DEVNULL)


def configuration(folder: Path) -> str:
    """Return slurm.conf for two nodes of two cores on this machine, with everything that it writes below `folder`."""
    host = socket.gethostname()
    ports = enumerate(NODES, start=6818)
    nodes = [
        f"NodeName={name} NodeAddr=127.0.0.1 NodeHostname={host} Port={port} CPUs={min(2, os.cpu_count() or 1)} "
        "RealMemory=8000 State=UNKNOWN"
        for port, name in ports
    ]
    return "\n".join(
        [
            MARK,
            "ClusterName=hearsay",
            f"SlurmctldHost={host}(127.0.0.1)",
            "SlurmctldPort=6817",
            "SlurmUser=root",
            "AuthType=auth/munge",
            "AccountingStorageType=accounting_storage/none",
            "JobAcctGatherType=jobacct_gather/none",
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_Core_Memory",
            "SlurmdParameters=config_overrides",  # a small machine may pretend to have the memory that jobs ask for
            "SchedulerParameters=sched_interval=2,bf_interval=2",
            "ReturnToService=0",  # a node that was set down stays down
            "MinJobAge=3600",  # squeue is asked for the end of jobs, for want of accounting
            "KillWait=2",
            f"StateSaveLocation={folder}/state",
            f"SlurmdSpoolDir={folder}/spool-%n",
            f"SlurmctldPidFile={folder}/slurmctld.pid",
            f"SlurmdPidFile={folder}/slurmd-%n.pid",
            f"SlurmctldLogFile={folder}/slurmctld.log",
            f"SlurmdLogFile={folder}/slurmd-%n.log",
            *nodes,
            f"PartitionName=main Nodes={','.join(NODES)} Default=YES MaxTime=INFINITE State=UP",
            "",
        ]
    )


class Cluster:
    """The daemons, each in the foreground of a process of ours, so that ending those ends the cluster."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.daemons: list[subprocess.Popen] = []

    def start(self) -> None:
        """Start munge where it does not run, the controller and the nodes; wait until the nodes are idle."""
        (self.folder / "state").mkdir(parents=True)
        CONF.parent.mkdir(exist_ok=True)
        CONF.write_text(configuration(self.folder))
        if subprocess.run("munge -n | unmunge", shell=True, capture_output=True, check=False).returncode:
            run_folder = Path("/run/munge")
            run_folder.mkdir(exist_ok=True)
            shutil.chown(run_folder, "munge", "munge")
            run_folder.chmod(0o755)
            self._start("munged", "--foreground", user="munge", group="munge", extra_groups=[])
            self._wait(lambda: Path("/run/munge/munge.socket.2").exists(), "munged does not come up")
        self._start("slurmctld", "-D")
        for name in NODES:
            self._start("slurmd", "-D", "-N", name)
        self._wait(lambda: self.states() == dict.fromkeys(NODES, "idle"), "the nodes do not become idle")

    def stop(self) -> None:
        """End every daemon that was started, and take the configuration away."""
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
        CONF.unlink(missing_ok=True)

    def states(self) -> dict[str, str]:
        """Return the state of each node."""
        lines = self("sinfo", "--noheader", "--Node", "--format=%N %T").splitlines()
        return dict(line.split() for line in lines)

    def jobs(self) -> list[dict[str, str]]:
        """Return what Slurm knows of each job that it has seen."""
        lines = self("scontrol", "--oneliner", "show", "jobs").splitlines()
        return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines if "JobId=" in line]

    def __call__(self, *command: str) -> str:
        """Run one of Slurm's commands and return what it says."""
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def _start(self, *command: str, **who) -> None:
        log = (self.folder / f"{command[0]}-{len(self.daemons)}.log").open("w")
        self.daemons.append(subprocess.Popen(command, stdout=log, stderr=log, **who))

    def _wait(self, good, otherwise: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not good():
            if time.monotonic() > end:
                logs = "\n".join(path.read_text()[-1500:] for path in self.folder.glob("*.log"))
                raise AssertionError(f"Slurm: {otherwise}\n{logs}")
            time.sleep(0.5)


if __name__ == "__main__":
    # For the Makefile: says why not, where no cluster may be started. Any other status than 0 is a fault of ours.
    print(refusal())
