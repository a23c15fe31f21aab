#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What each option of recording does to the trace, the file, the command and the exit status."""

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import expected
import recording
import run
from recording import RECORDER, path, record, recorder, wait_for
from tap import Tap

NOBODY = 65534

tap = Tap()


def names(calls):
    return {c["syscall"] for c in calls}


def counted(calls, *wanted):
    return {name: sum(c["syscall"] == name for c in calls) for name in wanted}


def problems(name, *options, **how):
    """What differs from the expected calls of a program recorded with options."""
    wanted, recorded = run.record_program(name, *options)
    pairs = expected.match(wanted, recorded.calls())
    found = [(w["test"], "not there" if call is None else expected.call_problem(w, call, **how))
             for w, call in pairs]
    return [f for f in found if f[1]]


def select_calls():
    command = ["cat", "/etc/passwd", "/no/such/file"]
    every = record(command).calls()
    only = record(command, "-e", "trace=openat,read")
    tap.equal(names(only.calls()), {"openat", "read"}, "-e NAME: nothing else")
    tap.equal(counted(only.calls(), "openat", "read"), counted(every, "openat", "read"),
              "-e NAME: all of them")
    tap.ok(only.verify().returncode in (0, 1), "-e NAME: the trace is complete",
           only.verify().stdout)
    less = record(command, "-e", "!mmap,mprotect")
    tap.equal(names(every) - names(less.calls()), {"mmap", "mprotect"}, "-e !NAME: all but those")
    group = names(record(command, "-e", "%file").calls())
    tap.ok({"execve", "openat"} <= group and "read" not in group, "-e %CLASS", group)
    both = names(record(command, "-e", "%memory", "-e", "write").calls())
    tap.ok({"mmap", "write"} <= both and "openat" not in both, "-e twice adds", both)
    name = "a-program-of-more-than-15-bytes"
    os.symlink("/bin/true", os.path.join(recording.scratch(), name))
    named = record(["sh", "-c", f"{recording.scratch()}/{name}; :"], "-e", "getppid")
    tap.equal(named.events("exec")[-1]["comm"], name[:15], "-e without execve: a long name is cut")
    bad = record(command, "-e", "no_such_call")
    tap.equal(bad.status, 125, "-e of no call: status")
    tap.ok("no_such_call" in bad.stderr and bad.stderr.count("\n") == 1, "-e of no call: one line",
           bad.stderr)


def select_data():
    for name in ("read", "write", "msg"):
        tap.equal(problems(name, "--data=out", kept=("out",)), [], f"--data=out: {name}")
        tap.equal(problems(name, "--data=none", kept=()), [], f"--data=none: {name}")
    for name in ("read", "write", "big"):
        tap.equal(problems(name, "-s", "20", limit=20), [], f"-s 20: {name}")
    calls = run.record_program("write", "--data=out")[1].calls()
    inputs = [b for c in calls for b in c["bufs"] if b["dir"] == "in"]
    tap.equal(inputs, [], "--data=out: no inputs")
    calls = run.record_program("read", "--data=none")[1].calls()
    tap.equal([c for c in calls if c["bufs"]], [], "--data=none: no buffers")
    cut = record(["cat", "/etc/passwd"], "-s", "3")
    tap.equal(cut.verify().returncode, 1, "-s: what was cut is a notice")


def workload(uid=0, comm="sh", first=""):
    """A shell under this name that makes calls until it is killed."""
    folder = path(".bin")
    os.mkdir(folder)
    program = os.path.join(folder, comm)
    os.symlink("/bin/sh", program)
    return subprocess.Popen(["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups",
                             program, "-c", first + "while :; do cd /; sleep 0.02; done"])


def recorded_beside(processes, wanted, *options):
    """Record with -a while processes run, until calls of the wanted one are there, and some more.

    The recorder's pid, what it said on standard error, and the recording.
    """
    trace = path(".rec")
    partial = trace + ".partial"
    process = subprocess.Popen([RECORDER, "-q", "-o", trace, "-a", *options],
                               stderr=subprocess.PIPE, text=True)

    def there():
        return os.path.exists(partial) and any(
            o["pid"] == wanted.pid for o in recording.read_trace(partial, (0, 1, 3, 4)))

    try:
        wait_for(there, 20, "a call of the wanted process")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
    finally:
        for one in (*processes, process):
            one.kill()
            one.wait()
    return process.pid, errors, recording.Recording(trace, process.returncode)


def pids_of(calls, *wanted):
    return {c["pid"] for c in calls if not wanted or c["syscall"] in wanted}


def whole_machine():
    processes = [workload(), workload(NOBODY)]
    own, errors, traced = recorded_beside(processes, processes[1])
    pids = pids_of(traced.calls())
    tap.equal([traced.status, errors], [0, ""], "-a: ends in order")
    tap.ok(all(p.pid in pids for p in processes), "-a: everybody is there")
    tap.ok(own not in pids, "-a: but the recorder")
    refused = recorder("-a", "--on-full=wait", "--duration", "1", "-o", path())
    tap.equal(refused.returncode, 2, "-a: does not wait")


def by_user():
    processes = [workload(), workload(NOBODY)]
    _, _, traced = recorded_beside(processes, processes[1], "--uid", str(NOBODY))
    pids = pids_of(traced.calls())
    tap.ok(processes[1].pid in pids and processes[0].pid not in pids, "--uid: that user only", pids)


def by_name():
    processes = [workload(0, "name-one"), workload(0, "name-two")]
    _, _, traced = recorded_beside(processes, processes[1], "--comm", "name-two")
    tap.equal(pids_of(traced.calls(), "chdir"), {processes[1].pid}, "--comm: that name only")


def by_cgroup():
    mounts = [line.split() for line in open("/proc/mounts")]
    root = next(m[1] for m in mounts if m[2] == "cgroup2")
    group = os.path.join(root, f"recorder-test.{os.getpid()}")
    os.mkdir(group)
    try:
        processes = [workload(first=f"echo $$ >{group}/cgroup.procs; "), workload()]
        _, _, traced = recorded_beside(processes, processes[0], "--cgroup", group)
        tap.equal(pids_of(traced.calls(), "chdir"), {processes[0].pid}, "--cgroup: that group only")
    finally:
        wait_for(lambda: not open(os.path.join(group, "cgroup.procs")).read(), 5, "an empty group")
        os.rmdir(group)


def as_user():
    user = record(["sh", "-c", "id -u; id -g; id -G; echo $HOME; grep CapEff /proc/self/status"],
                  "-u",
                  "nobody")
    lines = user.stdout.decode().split("\n")
    tap.equal(lines[:3], [str(NOBODY)] * 3, "-u: user and groups")
    tap.equal(lines[4], "CapEff:\t0000000000000000", "-u: no capability left")
    tap.equal(os.stat(user.trace).st_uid, 0, "-u: the trace is the recorder's own")
    first = next(user.objects())
    tap.equal(first.get("syscall"), "execve", "-u: execve comes first")
    none = record(["true"], "-u", "no-such-user")
    tap.equal([none.status, none.stderr.count("\n")], [125, 1], "-u: no such user")


def for_a_time():
    target = subprocess.Popen(["sleep", "60"])
    began = time.monotonic()
    ended = recorder("-q", "-o", path(), "-p", str(target.pid), "--duration", "1")
    took = time.monotonic() - began
    tap.equal(ended.returncode, 0, "--duration: status")
    tap.ok(0.9 < took < 6, "--duration: as long as it says", took)
    tap.equal(target.poll(), None, "--duration: the target runs on")
    target.kill()
    target.wait()


def through_a_pipe():
    piped = subprocess.run(f"{RECORDER} -q -o - -- sh -c 'cat /etc/passwd >/dev/null; exit 4' | "
                           f"{RECORDER} show --json -; echo ${{PIPESTATUS[*]}} >&2", shell=True,
                           executable="/bin/bash", capture_output=True, timeout=60)
    tap.equal(piped.stderr, b"4 0\n", "-o -: both ends' status")
    objects = [json.loads(line) for line in piped.stdout.decode().splitlines()]
    passwd = open("/etc/passwd", "rb").read()
    reads = [recording.data(b) for o in objects if o.get("syscall") == "read" for b in o["bufs"]]
    tap.ok(passwd in reads, "-o -: the whole trace comes through")
    tap.ok(not os.path.exists("-") and not os.path.exists("-.partial"), "-o -: no file")


def the_file():
    trace = path(".rec")
    for _ in range(2):
        recorder("-q", "-o", trace, "--", "true")
    first = os.stat(trace)
    tap.equal(stat.S_IMODE(first.st_mode), 0o600, "file: for its owner only")
    recorder("-q", "-o", trace, "--", "true")
    tap.equal(os.stat(trace + ".old").st_ino, first.st_ino, "file: the one before is FILE.old")
    tap.ok(not os.path.exists(trace + ".partial"), "file: no FILE.partial")
    env = dict(os.environ, SUDO_UID=str(NOBODY), SUDO_GID=str(NOBODY))
    recorder("-q", "-o", trace, "--", "true", env=env)
    owner = os.stat(trace)
    tap.equal([owner.st_uid, owner.st_gid], [NOBODY, NOBODY], "file: belongs to who called sudo")
    folder = path(".d")
    os.mkdir(folder)
    recorder("-q", "--", "true", cwd=folder)
    tap.equal(os.listdir(folder), ["trace.rec"], "file: trace.rec where no name is given")


def links():
    target, trace = path(), path(".rec")
    with open(target, "w") as file:
        file.write("precious")
    for name in (trace, trace + ".partial"):
        os.symlink(target, name)
        refused = recorder("-q", "-o", trace, "--", "true")
        safe = open(target).read() == "precious"
        if name == trace:
            tap.ok(refused.returncode == 125 and refused.stderr.count("\n") == 1,
                   "links: FILE a link is refused", f"{refused.returncode} {refused.stderr}")
        tap.ok(safe, f"links: not written through {'FILE' if name == trace else 'FILE.partial'}")
        os.unlink(name) if os.path.islink(name) else None


def statuses():
    for command, wanted in ((["true"], 0), (["sh", "-c", "exit 7"], 7),
                            (["sh", "-c", "kill $$"], 143),
                            (["sh", "-c", "kill -9 $$"], 137), (["sh", "-c", "exit 255"], 255),
                            (["/no/such/program"], 127), (["no-such-program"], 127),
                            (["/etc/passwd"], 126), (["/"], 126)):
        run_ = record(command)
        tap.equal(run_.status, wanted, f"status: {' '.join(command)}")
        lines = 1 if wanted in (126, 127) else 0
        tap.equal(run_.stderr.count("\n"), lines,
                  f"status: lines on standard error of {' '.join(command)}")
    loud = recorder("-o", path(), "--", "true")
    tap.ok(" calls" in loud.stderr.splitlines()[-1], "closing line", loud.stderr)
    inherited = record(["sh", "-c", "cat; echo err >&2"], input=b"given", stdin=None)
    tap.equal([inherited.stdout, inherited.stderr], [b"given", "err\n"],
              "the command's own streams")


def on_terminal(script, key, *options):
    """Run a script on a terminal of its own, press a key once it says READY: output and status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(RECORDER, [RECORDER, "-q", "-o", path(), *options, "--", "sh", "-c", script])
    output = b""
    pressed = False
    try:
        while True:
            output += os.read(terminal, 4096)
            if b"READY" in output and not pressed:
                os.write(terminal, key)
                pressed = True
    except OSError:
        pass
    ended = os.waitpid(pid, 0)[1]
    os.close(terminal)
    return output.decode(), os.waitstatus_to_exitcode(ended)


def terminal_signals():
    loop = "echo READY; while :; do sleep 0.05; done"
    output, status = on_terminal(f"trap 'echo GOT INT; exit 5' INT; {loop}", b"\x03")
    tap.ok("GOT INT" in output and status == 5, "terminal: Ctrl-C reaches the command",
           (output, status))
    output, status = on_terminal(loop, b"\x03")
    tap.equal(status, 130, "terminal: killed by Ctrl-C")
    output, status = on_terminal(f"trap 'echo GOT QUIT; exit 6' QUIT; {loop}", b"\x1c")
    tap.ok("GOT QUIT" in output and status == 6, "terminal: Ctrl-\\ reaches the command",
           (output, status))
    output, status = on_terminal("echo READY; read line; echo got $line; tty", b"typed\n")
    tap.ok("got typed" in output and "/dev/pts" in output, "terminal: it is the command's", output)


def main():
    recording.need_recording("options")
    tap.run([select_calls, select_data, whole_machine, by_user, by_name, by_cgroup, as_user,
             for_a_time,
             through_a_pipe, the_file, links, statuses, terminal_signals])
    tap.finish()


if __name__ == "__main__":
    main()
