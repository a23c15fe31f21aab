#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The recorder is killed (SIGKILL) at fifty random moments: its target is never left stopped and
gets on, and what was written can be read and is known to be unfinished. Stops that a user asked for
stay."""

import ctypes
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from recording import RECORDER, Attached, path, recorder, wait_for
from tap import Tap

MOMENTS = 50

tap = Tap()


class Worker:
    """A process that makes calls without an end, on its own or under the recorder."""

    def __init__(self):
        self.counter = path(".counter")
        self.command = [programs.build(os.path.join(HERE, "worker.c")), self.counter]

    def start(self):
        # A group of its own: in one without a parent outside SIGTSTP does nothing.
        self.process = subprocess.Popen(self.command, preexec_fn=os.setpgrp)
        self.pid = self.process.pid
        return self

    def count(self):
        try:
            with open(self.counter, "rb") as file:
                return struct.unpack("Q", file.read(8))[0]
        except (OSError, struct.error):
            return 0

    def state(self):
        return process_state(self.pid)

    def gets_on(self, seconds=5):
        """Whether the count grows, and keeps growing."""
        for _ in range(3):
            before = self.count()
            try:
                wait_for(lambda: self.count() > before + 1000, seconds)
            except AssertionError:
                return False
        return True


def process_state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def find_child(parent, name):
    """The pid of a process' descendant by its name, or None."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                head, tail = file.read().rsplit(")", 1)
            if head.endswith(f"({name}") and int(tail.split()[1]) == parent:
                return int(pid)
        except OSError:
            pass
    return None


def helpers():
    """Processes that a killed recorder of this test has left behind."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode(errors="replace").split("\0")
            if words[0] == RECORDER and any(w.startswith(recording.scratch()) for w in words):
                found.append(int(pid))
        except OSError:
            pass
    return found


def stays_free(worker, seconds=0.4):
    """Stopped for good is stopped at every look; a stop in passing is not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if worker.state() not in ("T", None):
            return True
        time.sleep(0.01)
    return False


def can_be_read(trace, reader="show"):
    """What a reader and verify say of the file that was left: a problem, or None."""
    read = recorder(reader, trace, stdout=subprocess.DEVNULL)
    verify = recorder("verify", trace)
    if read.returncode != 4:
        return f"{reader} ended with {read.returncode}: {read.stderr}"
    if verify.returncode != 2 or "not finished" not in verify.stdout:
        return f"verify ended with {verify.returncode}: {verify.stdout}"
    return None


def kill_attached(worker, moment, mode):
    """Attach, kill the recorder after moment seconds: a problem, or None.

    With wait they count from the beginning of the trace, with drop from the recorder's own start.
    """
    trace = path(".rec")
    process = subprocess.Popen([RECORDER, "-q", "-o", trace, f"--on-full={mode}", "--buffer-size",
                                "64K", "-p", str(worker.pid)],
                               stderr=subprocess.DEVNULL)
    if mode == "wait":
        wait_for(lambda: os.path.exists(trace + ".partial"), 20, "the trace")
    return kill_recorder(process, worker, moment, trace)


def kill_command(moment, mode):
    """The same with a command that the recorder started."""
    worker = Worker()
    trace = path(".rec")
    process = subprocess.Popen([RECORDER, "-q", "-o", trace, f"--on-full={mode}", "--buffer-size",
                                "64K", "--", *worker.command],
                               stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: worker.count() > 0, 20, "the worker")
        worker.pid = find_child(process.pid, "worker")
        return kill_recorder(process, worker, moment, trace)
    finally:
        if getattr(worker, "pid", None):
            os.kill(worker.pid, signal.SIGKILL)


left = []  # traces that a killed recorder had begun


def kill_recorder(process, worker, moment, trace):
    time.sleep(moment)
    process.kill()
    process.wait()
    if not stays_free(worker):
        return f"stopped for good, killed after {moment:.3f} s"
    if not worker.gets_on():
        return f"does not get on (state {worker.state()}), killed after {moment:.3f} s"
    if os.path.exists(trace + ".partial") and os.path.getsize(trace + ".partial") > 16:
        left.append(trace)
        problem = can_be_read(trace + ".partial", "info")
        os.unlink(trace + ".partial")
        return problem
    return None


def fifty_moments():
    chance = random.Random(20)
    worker = Worker().start()
    problems = {"wait": [], "drop": [], "command": []}
    for i in range(MOMENTS):
        kind = {3: "drop", 4: "command"}.get(i % 5, "wait")
        if kind == "command":
            problem = kill_command(chance.uniform(0, 0.5), "wait")
        else:
            problem = kill_attached(worker, chance.uniform(0, 2 if kind == "drop" else 0.6), kind)
        if problem:
            problems[kind].append(problem)
    for kind, found in problems.items():
        tap.equal(found, [], f"killed at random moments, {kind}")
    tap.ok(len(left) > MOMENTS / 2, "killed at random moments: mostly while it recorded", len(left))
    wait_for(lambda: not helpers(), 5, "the helpers' end")
    tap.ok(worker.process.poll() is None, "killed at random moments: the target lives")
    worker.process.kill()
    worker.process.wait()


def what_was_written_is_there():
    worker = Worker().start()
    attached = Attached([worker.pid]).ready()
    time.sleep(2.5)
    attached.process.kill()
    attached.process.wait()
    partial = attached.trace + ".partial"
    times = [o["exit_ns"] for o in recording.read_trace(partial, (4,)) if o.get("exit_ns")
             and o["pid"] == worker.pid]
    attached.kill()
    tap.ok(times and times[-1] - times[0] > 1.2e9, "killed: all but the last second can be shown",
           f"{len(times)} calls over {(times[-1] - times[0]) / 1e9 if times else 0:.2f} s")
    tap.equal(can_be_read(partial), None, "killed: known to be unfinished")
    worker.process.kill()
    worker.process.wait()


def links_of(pid):
    """Our own copies of the links that keep a recorder's programs attached."""
    pidfd_getfd = 438  # on every architecture
    pidfd = os.pidfd_open(pid)
    copies = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        if "bpf_link" in os.readlink(f"/proc/{pid}/fd/{fd}"):
            copies.append(ctypes.CDLL(None).syscall(pidfd_getfd, pidfd, int(fd), 0))
    os.close(pidfd)
    return copies


def programs_that_outlive_the_recorder():
    """The kernel can take long to detach a killed recorder's programs."""
    worker = Worker().start()
    attached = Attached([worker.pid], "--buffer-size", "64K").ready()
    links = links_of(attached.process.pid)
    tap.ok(len(links) > 2 and min(links) >= 0, "programs outlive the recorder: links", links)
    attached.process.kill()
    attached.process.wait()
    wait_for(lambda: not helpers(), 10, "the helpers' end")
    tap.ok(worker.gets_on(), "programs outlive the recorder: the target gets on", worker.state())
    for link in links:
        os.close(link)
    attached.kill()
    worker.process.kill()
    worker.process.wait()


def killed_as_it_resumes():
    """strace kills the recorder at the entry of its first kill(2), which resumes the target."""
    worker = Worker().start()
    subprocess.run(["strace", "-o", "/dev/null", "-e", "trace=kill", "-e",
                    "inject=kill:signal=SIGKILL", RECORDER, "-q", "-o", path(".rec"),
                    "--buffer-size", "64K", "-p", str(worker.pid)],
                   stderr=subprocess.DEVNULL, timeout=60)
    wait_for(lambda: not helpers(), 10, "the helpers' end")
    tap.ok(worker.gets_on(), "killed as it resumes: the target gets on", worker.state())
    worker.process.kill()
    worker.process.wait()


def stops_of_others_stay():
    for number in (signal.SIGSTOP, signal.SIGTSTP):
        worker = Worker().start()
        attached = Attached([worker.pid], "--buffer-size", "64K").ready()
        os.kill(worker.pid, number)
        wait_for(lambda: worker.state() == "T", 5, "the stop")
        time.sleep(0.5)
        tap.equal(worker.state(), "T", f"{number.name}: stays while recorded")
        if number == signal.SIGSTOP:
            attached.process.kill()
            attached.process.wait()
            attached.kill()
        else:
            attached.stop()
        time.sleep(0.3)
        tap.equal(worker.state(), "T", f"{number.name}: stays after the recorder's end")
        os.kill(worker.pid, signal.SIGCONT)
        tap.ok(worker.gets_on(), f"{number.name}: goes on when told so")
        worker.process.kill()
        worker.process.wait()


def stop_during_a_recording_that_waits():
    """Stops come while the recorder itself stops and resumes the target, many times a second."""
    worker = Worker().start()
    attached = Attached([worker.pid], "--buffer-size", "64K").ready()
    freed = 0
    for _ in range(10):
        os.kill(worker.pid, signal.SIGSTOP)
        wait_for(lambda: worker.state() == "T", 5, "the stop")
        time.sleep(0.1)
        before = worker.count()
        time.sleep(0.1)
        freed += worker.count() != before
        os.kill(worker.pid, signal.SIGCONT)
        wait_for(lambda: worker.count() > before, 5, "the target to go on")
    tap.equal(freed, 0, "a user's stop among the recorder's own holds")
    run = attached.stop()
    verify = run.verify()
    tap.ok(verify.returncode in (0, 1), "a user's stop among the recorder's own: complete",
           verify.stdout + verify.stderr)
    tap.ok(worker.gets_on(), "a user's stop among the recorder's own: the target gets on")
    worker.process.kill()
    worker.process.wait()


def a_debugger_s_stop_stays():
    """strace holds its tracee at a signal until it says go on; here it is stopped itself."""
    worker = Worker().start()
    attached = Attached([worker.pid]).ready()
    tracer = subprocess.Popen(["strace", "-f", "-e", "trace=none", "-o", "/dev/null", "-p",
                               str(worker.pid)],
                              stderr=subprocess.DEVNULL)
    wait_for(lambda: "TracerPid:\t0\n" not in open(f"/proc/{worker.pid}/status").read(), 10,
             "strace")
    time.sleep(0.2)
    tracer.send_signal(signal.SIGSTOP)
    wait_for(lambda: process_state(tracer.pid) == "T", 5, "strace to stop")
    os.kill(worker.pid, signal.SIGURG)
    wait_for(lambda: worker.state() == "t", 5, "the tracing stop")
    time.sleep(0.3)
    tap.equal(worker.state(), "t", "a debugger's stop stays")
    tracer.send_signal(signal.SIGCONT)
    tap.ok(worker.gets_on(), "a debugger's stop: over when it says so")
    tracer.terminate()
    tracer.wait()
    attached.stop()
    tap.ok(worker.gets_on(), "a debugger's stop: the target gets on after it all")
    worker.process.kill()
    worker.process.wait()


def block_ends(trace):
    """Offsets of a file at which a block ends (docs/format.md, 1)."""
    at, found = 16, []
    while at < len(trace):
        at += 24 + struct.unpack_from("<I", trace, at + 4)[0]
        found.append(at)
    return found


def beginnings():
    """A recorder that is killed leaves a beginning of the file. Of a trace that has all calls
    nothing is lost in any of them, however far the stream of each CPU has come."""
    program = programs.build(os.path.join(HERE, "wander.c"))
    run = recording.record([program, "300000"], "--buffer-size", "256K")
    with open(run.trace, "rb") as file:
        whole = file.read()
    beginning, seen, unwritten = path(".rec"), [], 0
    for end in block_ends(whole)[:-1]:
        with open(beginning, "wb") as file:
            file.write(whole[:end])
        verdict = json.loads(recorder("verify", "--json", beginning).stdout)
        seen.append((end, verdict["status"], verdict["lost_calls"], verdict["disorder"]))
        unwritten += any(f["name"] == "unwritten" for f in verdict["findings"])
    tap.equal([s for s in seen if s[1:] != (2, 0, 0)], [],
              "beginnings: not finished, and nothing lost of them")
    tap.ok(len(seen) > 10 and (unwritten or os.cpu_count() == 1),
           "beginnings: calls that were not written are told", [len(seen), unwritten])


def main():
    recording.need_recording("killed")
    tests = [fifty_moments, what_was_written_is_there, programs_that_outlive_the_recorder,
             killed_as_it_resumes, stops_of_others_stay, stop_during_a_recording_that_waits,
             a_debugger_s_stop_stays, beginnings]
    tap.run([t for t in tests if len(sys.argv) < 2 or t.__name__ in sys.argv[1:]])
    tap.finish()


if __name__ == "__main__":
    main()
