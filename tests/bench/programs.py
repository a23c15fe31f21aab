# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The kernel's own account of the time that BPF programs take."""

import atexit
import contextlib
import json
import os

from tools import output_of

SWITCH = "/proc/sys/kernel/bpf_stats_enabled"


def program_ids(pid):
    """Of the programs and links that a process has open."""
    ids = set()
    folder = f"/proc/{pid}/fdinfo"
    for name in os.listdir(folder):
        with contextlib.suppress(OSError), open(os.path.join(folder, name)) as file:
            ids |= {int(line.split()[1]) for line in file if line.startswith("prog_id:")}
    return ids


class Statistics:
    """Switched on while this program runs. Each run is timed then, and takes longer."""

    def __init__(self):
        with open(SWITCH) as file:
            before = file.read()
        self.switch("1")
        atexit.register(self.switch, before)

    @staticmethod
    def switch(text):
        with open(SWITCH, "w") as file:
            file.write(text)

    @staticmethod
    def look(pids):
        """Programs that these processes hold: runs, ns, runs missed."""
        bpftool = next((path for path in ("/usr/sbin/bpftool", "/sbin/bpftool")
                        if os.path.exists(path)), "bpftool")
        found, ids = {}, set().union(*map(program_ids, pids))
        for each in json.loads(output_of(bpftool, "-j", "prog", "show") or "[]"):
            if each["id"] in ids:
                found[each.get("name", str(each["id"]))] = {
                    "run_time_ns": each.get("run_time_ns", 0),
                    "run_cnt": each.get("run_cnt", 0),
                    "missed": each.get("recursion_misses", 0)}
        return found
