"""What /proc tells of this process, but for what differs from one run to the next: as JSON, one line."""

import json
import os

STATUS = (
    "Umask Uid Gid Groups Kthread Threads TracerPid SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb "
    "NoNewPrivs Seccomp Seccomp_filters Speculation_Store_Bypass Cpus_allowed_list Mems_allowed_list THP_enabled"
).split()
# Numbers of the fields of /proc/PID/stat (proc_pid_stat(5)).
STAT = {"pgrp": 5, "session": 6, "tty": 7, "priority": 18, "nice": 19, "exit_signal": 38, "policy": 41}


def lines(name):
    with open(f"/proc/self/{name}", encoding="latin1") as file:
        return file.read().splitlines()


def descriptors():
    found = {}
    for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            info = dict(line.split(":", 1) for line in lines(f"fdinfo/{fd}") if ":" in line)
            found[fd] = [os.readlink(f"/proc/self/fd/{fd}"), info["flags"].strip()]
        except OSError:
            # What listed the others.
            pass
    return found


status = dict(line.split(":", 1) for line in lines("status"))
fields = lines("stat")[0].rpartition(")")[2].split()
card = {
    "status": {name: status[name].split() for name in STATUS if name in status},
    "stat": {name: int(fields[field - 3]) for name, field in STAT.items()},
    "limits": lines("limits"),
    "fd": descriptors(),
    "cwd": os.getcwd(),
    # `_` is what a shell has started: the command, or Renacer.
    "environment": sorted(f"{name}={value}" for name, value in os.environ.items() if name != "_"),
}
# The way there is that of the test: a file, since any descriptor may be closed.
with open(os.environ["CARD"], "w", encoding="utf8") as file:
    json.dump(card, file)
