#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What goes wrong ends with one clear line on standard error and a status of its own, and never
harms the target."""

import json
import os
import resource
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import programs
import recording
from recording import RECORDER, path, record, recorder, wait_for
from tap import Tap

NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

tap = Tap()


def one_line(status, errors, wanted, name, *words):
    """The status is the wanted one; there is one line, and it has these words."""
    good = status == wanted and errors.count("\n") == 1 and errors.startswith("recorder: ")
    tap.ok(good and all(word in errors for word in words), name,
           f"status {status}, wanted {wanted}\n{errors}")


def no_such_process():
    gone = subprocess.Popen(["true"])
    gone.wait()
    failed = recorder("-q", "-o", path(".rec"), "-p", str(gone.pid))
    one_line(failed.returncode, failed.stderr, 122, "no such process", str(gone.pid))


def makes_no_calls():
    """Nothing can be recorded of a zombie and of a kernel thread."""
    parent = subprocess.Popen(["sh", "-c", "sleep 0 & echo $!; exec sleep 60"],
                              stdout=subprocess.PIPE, text=True)
    zombie = parent.stdout.readline().strip()
    wait_for(lambda: " Z " in open(f"/proc/{zombie}/stat").read(), 10, "the zombie")
    for pid, name in ((zombie, "a zombie"), ("2", "a kernel thread")):
        trace = path(".rec")
        failed = recorder("-q", "-o", trace, "-p", pid, "--duration", "2")
        one_line(failed.returncode, failed.stderr, 122, name, pid)
        tap.ok(not os.path.exists(trace) and not os.path.exists(trace + ".partial"),
               f"{name}: no file is left")
    parent.kill()
    parent.communicate()


def missing_capability():
    """One that is needed is missing, beside a user id of 0 and all others."""
    for name in ("cap_bpf,cap_sys_admin", "cap_perfmon,cap_sys_admin"):
        failed = subprocess.run(["setpriv", "--bounding-set", "-" + name.replace(",cap_", ",-")
                                 .replace("cap_", ""), RECORDER, "-q", "-o", path(".rec"), "-p",
                                 str(os.getpid()), "--duration", "1"],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=60)
        one_line(failed.returncode, failed.stderr, 120, f"without {name}", "CAP_")


def places_that_are_no_files():
    folder = path(".d")
    os.mkdir(folder)
    for name in (folder, folder + "/"):
        failed = recorder("-q", "-o", name, "--", "true")
        one_line(failed.returncode, failed.stderr, 125, "output a folder", "directory")
    for suffix in (".partial", ".old"):
        trace = path(".rec")
        os.mkdir(trace + suffix)
        failed = recorder("-q", "-o", trace, "--", "true")
        one_line(failed.returncode, failed.stderr, 125, f"FILE{suffix} a folder", suffix)
        tap.ok(not os.path.exists(trace), f"FILE{suffix} a folder: found out before it is too late")
    null = recorder("-o", "/dev/null", "--", "true")
    tap.ok(null.returncode == 0 and " 0 lost" in null.stderr, "output /dev/null", null.stderr)
    tap.ok(stat.S_ISCHR(os.stat("/dev/null").st_mode), "output /dev/null: it is still there")
    fifo = path(".fifo")
    os.mkfifo(fifo)
    verify = subprocess.Popen([RECORDER, "verify", fifo], stdout=subprocess.PIPE, text=True)
    written = recorder("-q", "-o", fifo, "--", "sh", "-c", "exit 5")
    tap.equal([written.returncode, written.stderr], [5, ""], "output a FIFO")
    tap.ok(verify.communicate()[0].startswith("complete"), "output a FIFO: the trace comes through")
    os.chown(fifo, 65534, 65534)
    reader = subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE)
    failed = recorder("-q", "-o", fifo, "--", "true")
    one_line(failed.returncode, failed.stderr, 125, "output a stranger's FIFO", fifo)
    tap.equal(reader.communicate()[0], b"", "output a stranger's FIFO: nothing is written")


def no_privilege():
    target = subprocess.Popen([*NOBODY, "sleep", "60"])
    program = path()
    shutil.copy(RECORDER, program)
    os.chmod(program, 0o755)
    failed = subprocess.run([*NOBODY, program, "-q", "-o", "/tmp/never.rec", "-p", str(target.pid)],
                            capture_output=True, text=True, timeout=60)
    one_line(failed.returncode, failed.stderr, 120, "no privilege, -p")
    failed = subprocess.run([*NOBODY, program, "-q", "-o", "/tmp/never.rec", "--", "true"],
                            capture_output=True, text=True, timeout=60)
    one_line(failed.returncode, failed.stderr, 125, "no privilege, a command")
    tap.ok(not os.path.exists("/tmp/never.rec.partial"), "no privilege: no file is left")
    target.kill()
    target.wait()


def commands_that_cannot_run():
    for command, status in (("no-such-command", 127), ("/etc/passwd", 126)):
        trace = path(".rec")
        failed = recorder("-q", "-o", trace, "--", command)
        one_line(failed.returncode, failed.stderr, status, f"cannot run {command}", command)


def read_only_folder():
    folder = path(".mount")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "recorder-test", folder],
                   check=True)
    target = subprocess.Popen(["sleep", "60"])
    trace = os.path.join(folder, "trace.rec")
    try:
        failed = recorder("-q", "-o", trace, "-p", str(target.pid))
        one_line(failed.returncode, failed.stderr, 123, "read-only folder, -p", trace)
        failed = recorder("-q", "-o", trace, "--", "true")
        one_line(failed.returncode, failed.stderr, 125, "read-only folder, a command", trace)
        failed = recorder("-q", "-o", path() + "/no/folder", "-p", str(target.pid))
        one_line(failed.returncode, failed.stderr, 123, "no such folder")
    finally:
        target.kill()
        target.wait()
        subprocess.run(["umount", folder], check=True)


def count_of(counter):
    with open(counter, "rb") as file:
        return struct.unpack("Q", file.read(8))[0]


def full_disk():
    """The disk fills while a command runs: it runs to its end, the file holds what came before."""
    folder = path(".mount")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "recorder-test", folder], check=True)
    trace, counter = os.path.join(folder, "trace.rec"), path(".counter")
    calls = 300000
    try:
        worker = [programs.build(os.path.join(HERE, "worker.c")), counter, str(calls)]
        failed = recorder("-q", "-o", trace, "--buffer-size", "256K", "--", "dd",
                          "if=/dev/urandom", "of=/dev/null", "bs=64k", "count=200")
        tap.ok(failed.returncode == 125 and "space" in failed.stderr,
               "full disk, large calls: said so",
               f"{failed.returncode} {failed.stderr}")
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        failed = recorder("-q", "-o", trace, "--", *worker)
        one_line(failed.returncode, failed.stderr, 125, "full disk: one line", "space")
        tap.equal(count_of(counter), 2 * calls, "full disk: the command runs to its end")
        left = [os.path.join(folder, name) for name in os.listdir(folder)]
        tap.equal(len(left), 1, f"full disk: one file is left, {left}")
        show = recorder("show", "--json", left[0], stdout=subprocess.DEVNULL)
        tap.ok(show.returncode in (0, 4), "full disk: the file is valid",
               f"{show.returncode} {show.stderr}")
        verify = recorder("verify", left[0])
        tap.equal(verify.returncode, 2, "full disk: the file is known to be incomplete")
    finally:
        subprocess.run(["umount", folder], check=True)


def cut_short():
    """The file may not grow to what a recording takes: what is written is whole, what is not is
    counted."""
    command = ["dd", "if=/dev/zero", "of=/dev/null", "bs=512", "count=60", "status=none"]
    trace = path(".rec")
    recorder("-q", "-o", trace, "--", *command)
    size = os.path.getsize(trace)
    calls = json.loads(recorder("verify", "--json", trace).stdout)["calls"]
    for less in (100, 200, 400, 1500):
        os.unlink(trace)
        failed = recorder("-q", "-o", trace, "--", *command, preexec_fn=lambda:
                          resource.setrlimit(resource.RLIMIT_FSIZE, (size - less, size)))
        one_line(failed.returncode, failed.stderr, 125, f"cut short by {less}", "too large")
        if not os.path.exists(trace):
            os.rename(trace + ".partial", trace)
        verdict = json.loads(recorder("verify", "--json", trace).stdout)
        tap.equal([verdict["status"], verdict["calls"] + verdict["counters"]["unwritten_calls"]],
                  [2, calls], f"cut short by {less}: each call is there, or counted")


def full_disk_attached():
    folder = path(".mount")
    os.mkdir(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "recorder-test", folder], check=True)
    counter = path(".counter")
    target = subprocess.Popen([programs.build(os.path.join(HERE, "worker.c")), counter])
    try:
        failed = recorder("-q", "-o", os.path.join(folder, "trace.rec"), "--duration", "6", "-p",
                          str(target.pid))
        one_line(failed.returncode, failed.stderr, 124, "full disk, -p", "space")
        before = count_of(counter)
        wait_for(lambda: count_of(counter) > before + 10000, 5, "the target to get on")
        tap.ok(True, "full disk, -p: the target gets on")
    finally:
        target.kill()
        target.wait()
        subprocess.run(["umount", folder], check=True)


def closed_pipe():
    """Nobody reads the trace any more: the command runs to its end."""
    ends = path()
    read, write = os.pipe()
    os.close(read)
    script = f"i=0; while [ $i -lt 20000 ]; do cd /; i=$((i + 1)); done; echo end >{ends}"
    failed = subprocess.run([RECORDER, "-q", "-o", "-", "--", "sh", "-c", script],
                            stdin=subprocess.DEVNULL,
                            stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)
    one_line(failed.returncode, failed.stderr, 125, "closed pipe: one line", "pipe")
    tap.ok(os.path.exists(ends), "closed pipe: the command runs to its end")
    target = subprocess.Popen(["sh", "-c", "while :; do cd /; done"])
    script = f"{RECORDER} -q -o - --duration 20 -p {target.pid} | head -c 100 >/dev/null"
    watch = subprocess.run(["bash", "-c", script + "; echo ${PIPESTATUS[0]}"], capture_output=True,
                           text=True, timeout=60)
    one_line(int(watch.stdout), watch.stderr, 124, "closed pipe, -p: one line", "pipe")
    tap.equal(target.poll(), None, "closed pipe, -p: the target runs on")
    target.kill()
    target.wait()


def wrong_usage():
    for args in ([], ["-p", "abc"], ["-p", "0"], ["-a", "-p", "1"], ["--no-such-option"],
                 ["-p", "1", "--data=some"],
                 ["-p", "1", "--buffer-size", "x"], ["-u", "root", "-p", "1"],
                 ["-a", "--on-full=wait"]):
        failed = recorder(*args, cwd=recording.scratch())
        tap.ok(failed.returncode == 2 and failed.stderr, f"usage: {' '.join(args) or 'nothing'}",
               f"{failed.returncode} {failed.stderr}")
    for command in ("show", "stat", "info"):
        failed = recorder(command, "/no/such/trace")
        one_line(failed.returncode, failed.stderr, 1, f"{command}: no such trace", "/no/such/trace")
    failed = recorder("verify", "/no/such/trace")
    one_line(failed.returncode, failed.stderr, 4, "verify: no such trace", "/no/such/trace")


def own_end_of_a_killed_command():
    run = record(["sh", "-c", "kill -KILL $$"])
    tap.equal([run.status, run.stderr], [137, ""],
              "the command is killed: no failure of the recorder")
    process = subprocess.Popen([RECORDER, "-q", "-o", path(".rec"), "--", "sh", "-c",
                                "echo READY; exec sleep 60"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=20)[1]
    tap.equal([process.returncode, errors], [143, ""], "SIGTERM to the recorder ends the command")


def called_off():
    """A signal while recording starts: the command does not begin, and no file is left."""
    for moment in (0.01, 0.04, 0.08):
        trace = path(".rec")
        process = subprocess.Popen([RECORDER, "-q", "-o", trace, "--", "sleep", "60"],
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(moment)
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=20)[1]
        left = [name for name in (trace, trace + ".partial") if os.path.exists(name)]
        begun = left == [trace] and json.loads(recorder("verify", "--json", trace).stdout)["calls"]
        tap.ok(errors == "" and process.returncode in (143, -signal.SIGTERM)
               and (begun or not left), f"called off after {moment} s",
               [process.returncode, errors, left])


def main():
    recording.need_recording("failures")
    tap.run([no_such_process, makes_no_calls, no_privilege, missing_capability,
             places_that_are_no_files, commands_that_cannot_run, read_only_folder, full_disk,
             cut_short, full_disk_attached, closed_pipe, wrong_usage, own_end_of_a_killed_command,
             called_off])
    tap.finish()


if __name__ == "__main__":
    main()
