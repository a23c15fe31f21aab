#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Pid namespaces: a recorder in one, as in a container, has that one's pids; one outside has its
own for those who are inside."""

import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from recording import RECORDER, Recording, number, path, record
from tap import Tap

INSIDE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

tap = Tap()


def inside(script):
    """Run a shell in a pid namespace of its own."""
    return subprocess.run([*INSIDE, "sh", "-c", script], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)


def a_command_inside():
    trace = path(".rec")
    run = inside(f"for i in 1 2 3; do /bin/true; done; {RECORDER} -q -o {trace} -- "
                 "sh -c 'echo $$; sh -c \"echo \\$\\$; :\"; :'")
    tap.equal([run.returncode, run.stderr], [0, ""], "inside: runs to its end")
    recorded = Recording(trace)
    shell, child = (int(line) for line in run.stdout.split())
    calls = recorded.calls()
    tap.equal({c["pid"] for c in calls}, {shell, child}, "inside: its own pids")
    tap.equal({c["tid"] for c in calls}, {shell, child}, "inside: and thread ids")
    tap.equal([calls[0]["syscall"], calls[0]["pid"]], ["execve", shell],
              "inside: execve comes first")
    tap.equal([(o["tid"], o["child_pid"]) for o in recorded.events("fork")], [(shell, child)],
              "inside: the child is known")
    tap.ok(recorded.verify().returncode in (0, 1), "inside: complete")


def a_flood_inside():
    """The recorder stops and resumes by numbers, too."""
    trace = path(".rec")
    run = inside(f"{RECORDER} -q -o {trace} --buffer-size 64K -- "
                 "dd if=/dev/zero of=/dev/null bs=1 count=150000")
    tap.equal(run.returncode, 0, "flood inside: runs to its end")
    recorded = Recording(trace)
    tap.equal(len(recorded.calls("write")) >= 150000, True, "flood inside: all of it")
    tap.ok(recorded.verify().returncode in (0, 1), "flood inside: complete")


def a_process_inside():
    trace = path(".rec")
    run = inside(f"sh -c 'while :; do cd /; sleep 0.02; done' & echo $!; "
                 f"{RECORDER} -q -o {trace} -p $! --duration 1")
    tap.equal([run.returncode, run.stderr], [0, ""], "inside, -p: ends in order")
    pid = int(run.stdout)
    pids = {c["pid"] for c in Recording(trace).calls("chdir")}
    tap.equal(pids, {pid}, "inside, -p: that process")


def exec_of_a_thread_inside():
    """A thread that calls execve becomes the leader: its old number is the namespace's."""
    program = programs.build(os.path.join(HERE, "exec.c"))
    trace = path(".rec")
    run = inside(f"cd {recording.scratch()}; {RECORDER} -q -o {trace} -- {program} >/dev/null")
    recorded = Recording(trace)
    changed = [o for o in recorded.events("exec") if o["old_tid"] != o["tid"]]
    known = {o["child_tid"] for o in recorded.events("fork")}
    tap.ok(changed and all(o["old_tid"] in known for o in changed),
           "inside: a thread's exec has its old number", changed)


def number_in_the_child():
    """clone's CLONE_CHILD_SETTID: what the kernel writes in the child, the child's own view."""
    run = record(["unshare", "--pid", "--fork", "sh", "-c", "(:); :"])
    clones = [c for c in run.calls("clone") if number(c["args"][0]) & 0x1000000]
    clones.sort(key=lambda c: c["enter_ns"])
    tap.equal([o["set_tid"] for o in run.events("fork")],
              [{"addr": c["args"][3], "value": i + 1} for i, c in enumerate(clones)],
              "the child's number is written where clone says")
    tap.equal([b for c in clones for b in c["bufs"]], [], "and no memory of the parent's")


def from_outside():
    run = record([*INSIDE, "sh", "-c", "echo $$; /bin/true; :"])
    tap.equal([run.status, run.stdout], [0, b"1\n"], "outside: runs to its end")
    pids = {o["child_pid"] for o in run.events("fork")}
    tap.ok(1 not in pids and len(pids) == 2, "outside: pids of outside", pids)
    tap.ok(run.verify().returncode in (0, 1), "outside: complete")
    run = record([*INSIDE, "dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=150000"],
                 "--buffer-size", "64K")
    tap.equal(run.status, 0, "flood from outside: runs to its end")
    tap.equal(run.events("signal"), [o for o in run.events("signal")
                                     if o["number"] not in (signal.SIGSTOP, signal.SIGCONT)],
              "flood from outside: no signal of the recorder's own")
    tap.ok(run.verify().returncode in (0, 1), "flood from outside: complete")


def main():
    recording.need_recording("namespace")
    tap.run([number_in_the_child, a_command_inside, a_flood_inside, a_process_inside,
             exec_of_a_thread_inside, from_outside])
    tap.finish()


if __name__ == "__main__":
    main()
