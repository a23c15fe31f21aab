#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs programs under the recorder and the oracle at once, and requires that every byte which the
oracle saw the kernel change is in the trace.

    run.py                  the quick programs
    run.py --all            all of them, with a table by system call
    run.py NAME...          these
"""

import base64
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import compare
import programs
import recording
import records
import report
from judge import Judge, pair
from recording import RECORDER, path, wait_for
from tap import Tap, skip_all

MARK = -23130
# Once more without entries, whose exits are to show every byte that was written.
WITHOUT_ENTRIES = ["ls", "live-follow", "live-arguments", "live-file", "live-ipc", "live-msg",
                   "live-signal"]
ORACLE = os.path.join(programs.ROOT, os.environ.get("OUT", ".output"), "tests", "oracle", "oracle")

tap = Tap()


def is_traced(pid):
    with open(f"/proc/{pid}/status") as status:
        return "TracerPid:\t0\n" not in status.read()


def kill(processes):
    for process in processes:
        if process and process.poll() is None:
            process.kill()
            process.wait()


def run_both(command, folder, seconds, *options):
    """Run a command under both: the recording, the oracle's file, the pid, how the oracle ended."""
    pid_file, fifo, seen, trace = path(".pid"), path(".fifo"), path(".seen"), path(".rec")
    os.mkfifo(fifo)
    gate = programs.build(os.path.join(HERE, "..", "differential", "gate.c"))
    oracle = None
    with open(path(".out"), "wb") as out:
        recorder = subprocess.Popen([RECORDER, "-q", "--buffer-size", "64M", *options, "-o", trace,
                                     "--", gate, pid_file, fifo, "sh", "-c", command],
                                    cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=subprocess.PIPE)
        try:
            wait_for(lambda: os.path.exists(pid_file) and open(pid_file).read().endswith("\n"), 20,
                     "the gate")
            pid = int(open(pid_file).read())
            oracle = subprocess.Popen([ORACLE, seen, str(pid)], stderr=subprocess.PIPE)
            wait_for(lambda: is_traced(pid), 20, "the oracle")
            open(fifo, "wb").close()
            errors = recorder.communicate(timeout=seconds)[1].decode()
            complaints = oracle.communicate(timeout=20)[1].decode()
        finally:
            kill([oracle, recorder])
    run = recording.Recording(trace, recorder.returncode, b"", errors + complaints)
    return run, seen, pid, oracle.returncode


def is_mark(call):
    return (call["syscall"] == "close"
            and (recording.number(call["args"][0]) - MARK) % (1 << 32) == 0)


def judge_run(run, seen, pid):
    """A Judge that has seen everything, and what is wrong with the calls themselves."""
    objects = list(run.objects())
    run.objects = lambda: objects
    ours = compare.recorded_threads(run)
    ours[pid] = compare.after(ours[pid], is_mark)
    theirs, first = {}, None
    judge = Judge(0)
    for record in records.read_records(seen):
        judge.add_record(record)
        if isinstance(record, records.Call):
            if first is None:
                if (record.args[0] - MARK) % (1 << 32) == 0:
                    first = record.id + 1
                continue
            theirs.setdefault(record.tid, []).append(record)
        elif isinstance(record, records.Unreadable):
            judge.unreadable += record.len
    judge.first_id = first
    for event in objects:
        if "event" in event:
            judge.add_event(event)
    problems = []
    for tid in sorted(ours.keys() | theirs.keys()):
        seen_calls = sorted(theirs.get(tid, []), key=lambda call: call.id)
        problem = pair(judge, ours.get(tid, []), seen_calls)
        if problem:
            problems.append(f"thread {tid}: {problem}")
    for record in records.read_records(seen):
        if isinstance(record, records.Change):
            judge.change(record)
    return judge, problems


def prepare(program):
    """A folder for a program, with what it needs in it."""
    folder = path(".d")
    os.mkdir(folder)
    os.environ.update(BUILT=os.path.dirname(os.path.dirname(ORACLE)), HERE=HERE,
                      STRESS="stress-ng -q --temp-path . --timeout")
    if program.name.startswith("live32-"):
        programs.build32(report.live_source(program.name))
    if program.setup:
        subprocess.run(["sh", "-c", program.setup], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def test_program(program, *options):
    """One program: its Judge."""
    folder = prepare(program)
    start = time.monotonic()
    run, seen, pid, status = run_both(program.command, folder, program.seconds, *options)
    if options:
        program = program._replace(name=f"{program.name} {' '.join(options)}")
    middle = time.monotonic()
    tap.equal([run.status, status], [program.status, 0], f"{program.name}: runs to its end")
    judge, problems = judge_run(run, seen, pid)
    tap.ok(not problems, f"{program.name}: oracle and recorder saw the same calls",
           "\n".join(problems[:6]) + run.stderr)
    tap.ok(not judge.failures, f"{program.name}: every byte that changed is recorded",
           "\n".join(report.failures(judge.failures)))
    print(f"# {program.name}: {report.summary(report.total(judge))}; {middle - start:.1f} s, "
          f"judged in {time.monotonic() - middle:.1f} s", flush=True)
    return judge


def test_judge(program):
    """A trace without all bytes must not pass, nor one with other bytes."""
    run, seen, pid, _ = run_both(program.command, prepare(program), program.seconds, "-s", "5")
    judge, problems = judge_run(run, seen, pid)
    missed = {failure.syscall for failure in judge.failures if "not recorded" in failure.what}
    tap.ok(not problems and missed >= {"read", "execve", "newfstatat"},
           "the judge: refuses a trace whose buffers were cut", f"{problems} {missed}")
    run, seen, pid, _ = run_both(program.command, prepare(program), program.seconds)
    lines = list(run.objects())
    for call in lines:
        for buf in call.get("bufs", []):
            if call["syscall"] == "read" and buf["dir"] == "out" and buf["len"]:
                buf["data"] = base64.b64encode(bytes(b ^ 1 for b in recording.data(buf)))
    run.objects = lambda: lines
    judge, problems = judge_run(run, seen, pid)
    others = {failure.syscall for failure in judge.failures if "other bytes" in failure.what}
    tap.ok(not problems and others == {"read"},
           "the judge: refuses a trace with other bytes", f"{problems} {others}")


def need_oracle():
    """The kernel must tell of pages and mappings by ioctl: PAGEMAP_SCAN, PROCMAP_QUERY."""
    release = os.uname().release
    if tuple(int(part) for part in release.split(".")[:2]) < (6, 11):
        skip_all("oracle", f"needs Linux 6.11 or later, not {release}")


def main():
    recording.need_recording("oracle")
    need_oracle()
    chosen = report.read_programs(os.path.join(HERE, "programs"), sys.argv[1:])
    judges = []
    for program in chosen:
        def one(program=program):
            judges.append(test_program(program))

        one.__name__ = program.name
        tap.run([one])
    if not sys.argv[1:] or sys.argv[1:] == ["--all"]:
        tap.run([lambda: test_judge(chosen[0])])
        tap.run([lambda program=program: test_program(program, "--no-entry-time")
                 for program in chosen if program.name in WITHOUT_ENTRIES])
    for line in report.table(judges):
        print(f"# {line}")
    if sys.argv[1:] == ["--all"]:
        print(f"1..{tap.count}\n{tap.count - tap.failed} passed, {tap.failed} failed, 0 skipped")
        sys.exit(1 if tap.failed else 0)
    tap.finish()


if __name__ == "__main__":
    main()
