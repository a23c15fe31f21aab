#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Records in VMs under the kernels of tests/vm/kernels, and judges here what came out of them.

VM_KERNELS takes all, or those named ("6.1/arm64 newest/x86_64"); otherwise one x86-64 kernel of
another series than this machine's, and the newest of arm64. What each run found is left in
vm-results/results.json of the build folder, for tests/vm/table.
"""

import glob
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import expected
import programs
import recording
from recording import Recording, data, number, threads
from tap import Tap

ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, ".output")
RESULTS = os.path.join(OUT, "vm-results")
NATIVE = "x86_64"
SECONDS = 400  # of one VM
MARK = 0x5EED
FLOOD = 80000
COMPLAINT = re.compile(r"BUG:|WARNING:|Oops|Call [Tt]race|rcu.*stall|soft lockup")
STATUS = {"exit": 77, "lockdown": 121, "no-entry": 7}

tap = Tap()


class Machine:
    """One line of tests/vm/kernels, and what its VM gave."""

    def __init__(self, line):
        self.name, self.arch, self.suite, self.package = line.split()
        self.title = f"{self.name} {self.arch}"
        self.folder = os.path.join(RESULTS, f"{self.name}-{self.arch}")
        self.seconds = self.status = None
        self.complaints = ""

    def run(self, programs32):
        built = os.path.join(OUT, "vm" if self.arch == NATIVE else f"{self.arch}/vm")
        shutil.rmtree(self.folder, ignore_errors=True)
        start = time.monotonic()
        done = subprocess.run(
            [os.path.join(HERE, "run"), "-k", self.name, "-a", self.arch, "-t", str(SECONDS),
             "-i", f"{built}/recorder:/bin/recorder", "-i", f"{built}:/tests",
             "-i", f"{programs32}:/tests/live32", "-i", os.path.join(HERE, "guest"),
             "-o", self.folder, "--", "/guest"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.seconds = time.monotonic() - start
        self.status = done.returncode
        self.complaints = done.stdout

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def text(self, name):
        return self.read(name).decode().strip()

    def trace(self, name):
        return Recording(self.path(name + ".rec"))

    def features(self):
        info = recording.recorder("info", self.path("smoke.rec")).stdout
        match = re.search(r"^features *(.*)$", info, re.MULTILINE)
        return match[1].split() if match else []


def build32(machine):
    """Programs of 32 bits: those of tests/live, or of tests/live32 where it has one of that name.
    Their folder."""
    sources = {}
    for tier in ("live", "live32"):
        for path in glob.glob(os.path.join(ROOT, "tests", tier, "*.c")):
            sources[os.path.basename(path)] = path
    return os.path.dirname([programs.build32(path, machine) for name, path in sources.items()
                            if not name.startswith("follow_")][0])


def chosen():
    with open(os.path.join(HERE, "kernels")) as file:
        every = [Machine(line) for line in file if line.strip() and not line.startswith("#")]
    words = os.environ.get("VM_KERNELS", "").split()
    if words:
        return [m for m in every if words == ["all"] or f"{m.name}/{m.arch}" in words]
    own = platform.release()
    others = [m for m in every if m.arch == NATIVE and not own.startswith(m.name + ".")]
    return others[:1] + [m for m in every if m.arch == "arm64"][-1:]


def complete(machine, name, title):
    verify = machine.trace(name).verify()
    tap.ok(verify.returncode in (0, 1), f"{title}: its trace is complete",
           verify.stdout + verify.stderr)


def statuses(machine):
    lines = [line.split() for line in machine.text("statuses").splitlines()]
    wrong = [(name, status) for name, status in lines
             if int(status) != STATUS.get(name.removesuffix("-32"), 0)]
    tap.equal(wrong, [], f"{machine.title}: every program runs to its end")


def kernel_log(machine):
    lines = [line for line in machine.text("dmesg").splitlines() if COMPLAINT.search(line)]
    tap.ok(not lines, f"{machine.title}: the kernel has nothing to complain about",
           "\n".join(lines))


def rights(machine):
    """What the machine offers is said, and a lockdown is named."""
    words = [line.split()[:2] for line in machine.text("features").splitlines()[1:]]
    optional = [name for name, there in words[5:] if there == "yes"]
    tap.ok([there for _, there in words[:5]] == ["yes"] * 5 and
           set(machine.features()) == set(optional) - ({"task_work_impl"}
                                                       if "task_work" in optional else set()),
           f"{machine.title}: --features says what is there", machine.text("features"))
    tap.equal(machine.text("lockdown"), "recorder: programs may not read memory; kernel lockdown "
              "forbids it: boot with lockdown=integrity, or none",
              f"{machine.title}: lockdown is named")


def smoke(machine):
    calls = machine.trace("smoke").calls()
    for path in sorted(glob.glob(machine.path("*.expected"))):
        name = os.path.basename(path).removesuffix(".expected")
        if not name.startswith(("cold-", "no-entry-")):
            expected.check(tap, f"{machine.title}: {name}",
                           expected.parse(machine.read(name + ".expected")), calls)
    complete(machine, "smoke", f"{machine.title}: smoke")


def follow(machine):
    run = machine.trace("follow")
    births = {(o["tid"], o["child_pid"], o["child_tid"]) for o in run.events("fork")}
    ends = {o["tid"] for o in run.events("exit")}
    calls = threads(run.calls())
    for line in machine.text("follow").splitlines():
        kind, *who = line.split()
        birth = tuple(int(w) for w in who)
        tap.ok(birth in births and birth[2] in calls and birth[2] in ends,
               f"{machine.title}: {kind} is followed from birth to end", birth)
    tap.equal(len(births), 6, f"{machine.title}: no other children")
    tap.ok(all([c["seq"] for c in own] == list(range(len(own))) for own in calls.values()),
           f"{machine.title}: a thread's calls, each once")
    complete(machine, "follow", f"{machine.title}: follow")


def no_entry(machine):
    """Without entry times: the bytes of calls, execve's strings, the exit of each thread."""
    run = machine.trace("no-entry")
    calls = run.calls()
    tap.ok(all(c["enter_ns"] is None for c in calls), f"{machine.title}: no entry is looked at")
    for path in sorted(glob.glob(machine.path("no-entry-*.expected"))):
        name = os.path.basename(path).removesuffix(".expected")
        expected.check_without_entries(tap, f"{machine.title}: {name}",
                                       expected.parse(machine.read(name + ".expected")), calls)
    execs = [c for c in calls if c["syscall"] == "execve" and c["ret"] == 0]
    tap.ok(all(number(a) for c in execs for a in c["args"]),
           f"{machine.title}: execve's arguments were taken before they went", execs[-1]["args"])
    tap.ok(any(b"exit 7\0one\0two\0" in data(b) for b in execs[-1]["bufs"]),
           f"{machine.title}: and its strings")
    wrong = [tid for tid, own in threads(calls).items()
             if [c["seq"] for c in own] != list(range(len(own)))
             or own[-1]["syscall"] not in ("exit", "exit_group")]
    tap.equal(wrong, [], f"{machine.title}: each thread's calls, once, and its exit")
    births = {o["child_tid"] for o in run.events("fork")}
    tap.ok(births <= set(threads(calls)), f"{machine.title}: children have calls")
    complete(machine, "no-entry", f"{machine.title}: without entry times")


def marks(calls):
    return [number(c["args"][1]) for c in calls
            if c["syscall"] == "getpriority" and number(c["args"][0]) == MARK]


def attach(machine):
    run = machine.trace("attach")
    born = int(machine.text("births"))
    tap.equal(sorted(marks(run.calls())), list(range(born)),
              f"{machine.title}: attached, all {born} threads are there")
    complete(machine, "attach", f"{machine.title}: attach")
    for i in (1, 2, 3):
        complete(machine, f"deaths-{i}", f"{machine.title}: attach while threads die, {i}")


def flood(machine, count):
    run = machine.trace(f"flood-{count}")
    own = threads(run.calls("getpriority"))
    wanted = list(range(FLOOD // count))
    tids = [int(line) for line in machine.text(f"flood-{count}").splitlines()]
    tap.ok(len(tids) == count and all(marks(own.get(tid, [])) == wanted for tid in tids),
           f"{machine.title}: flood of {count} threads, each call once, in order",
           {tid: len(own.get(tid, [])) for tid in tids})
    complete(machine, f"flood-{count}", f"{machine.title}: flood of {count} threads")


def cold(machine):
    """In wait mode all is there; in drop mode what the kernel does not bring is missing."""
    filled = any(word.startswith("task_work") for word in machine.features())
    wanted, = expected.parse(machine.read("cold-wait.expected"))
    expected.check(tap, f"{machine.title}: wait", [wanted], machine.trace("cold-wait").calls())
    complete(machine, "cold-wait", f"{machine.title}: a cold page, wait")
    wanted, = expected.parse(machine.read("cold-drop.expected"))
    if filled:
        expected.check(tap, f"{machine.title}: drop", [wanted], machine.trace("cold-drop").calls())
        complete(machine, "cold-drop", f"{machine.title}: a cold page, drop")
        return
    (_, call), = expected.match([wanted], machine.trace("cold-drop").calls())
    tap.equal([(b["len"], b["full"], b["err"]) for b in call["bufs"]],
              [(0, wanted["bufs"][0]["len"], "EFAULT")],
              f"{machine.title}: drop, a cold page is missing with its errno")
    verify = machine.trace("cold-drop").verify()
    tap.ok(verify.returncode == 2 and "missing: could not be read" in verify.stdout,
           f"{machine.title}: drop, verify says so", verify.stdout)


def reads_the_same(machine):
    show = recording.recorder("show", "--json", machine.path("follow.rec"))
    tap.ok(show.stdout == machine.read("follow.json").decode(),
           f"{machine.title}: the trace is shown here as there")
    verify = machine.trace("follow").verify()
    tap.equal(verify.stdout, machine.read("follow.verify").decode(),
              f"{machine.title}: and verified")


def judge(machine):
    """What one VM left: its row of the table."""
    before, failed = tap.count, tap.failed
    tap.equal(machine.status, 0, f"{machine.title}: boots, records and ends")
    if machine.status:
        print("\n".join("# " + line for line in machine.complaints.splitlines()))
    else:
        tap.run([lambda test=test: test(machine) for test in
                 (statuses, kernel_log, rights, smoke, follow, no_entry, attach, cold,
                  reads_the_same)])
        tap.run([lambda count=count: flood(machine, count) for count in (1, 4)])
    return {"name": machine.name, "arch": machine.arch,
            "kernel": "" if machine.status else machine.text("release"),
            "features": [] if machine.status else machine.features(),
            "passed": tap.count - before - (tap.failed - failed), "failed": tap.failed - failed,
            "seconds": round(machine.seconds, 1)}


def main():
    machines = chosen()
    if platform.machine() != NATIVE:
        for machine in machines:
            tap.skip(machine.title, "programs for VMs are built on x86-64")
        tap.finish()
    folders32 = {arch: build32({"arm64": "aarch64"}.get(arch, arch))
                 for arch in {machine.arch for machine in machines}}
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 1))) as pool:
        list(pool.map(lambda machine: machine.run(folders32[machine.arch]), machines))
    results = [judge(machine) for machine in machines]
    for row in results:
        print("# {kernel} {arch}: {passed} passed, {failed} failed, {seconds} s".format(**row))
    os.makedirs(RESULTS, exist_ok=True)
    with open(os.path.join(RESULTS, "results.json"), "w") as file:
        json.dump(results, file, indent=1)
    tap.finish()


if __name__ == "__main__":
    main()
