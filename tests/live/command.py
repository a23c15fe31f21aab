#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a command finds when the recorder starts it: user, groups, environment, open files, limits;
and how a command that cannot start is told."""

import os
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import recording
from recording import RECORDER, path, record
from tap import Tap

NOBODY = 65534
STRANGER = 3999999  # a user that no database has

tap = Tap()


def executable(place, text):
    with open(place, "w") as file:
        file.write(text)
    os.chmod(place, 0o755)
    return place


def output_of(run):
    return run.stdout.decode().split("\n")[:-1]


def users():
    say = ["sh", "-c", "id -u; id -g; id -G; echo $HOME; echo $USER $LOGNAME; "
           "grep CapEff /proc/self/status"]
    by_name = record(say, "-u", "nobody")
    home = os.path.expanduser("~nobody")
    tap.equal(output_of(by_name), [*[str(NOBODY)] * 3, home, "nobody nobody",
                                   "CapEff:\t0000000000000000"], "-u NAME: as sudo -u")
    by_number = record(say, "-u", str(NOBODY))
    tap.equal(output_of(by_number), output_of(by_name), "-u NUMBER: the same user")
    env = dict(os.environ, HOME="/there", USER="someone", LOGNAME="someone")
    stranger = record(say, "-u", str(STRANGER), env=env)
    tap.equal(output_of(stranger)[:5], [*[str(STRANGER)] * 3, "/there", "someone someone"],
              "-u NUMBER: of nobody that is known")
    for bad in ("no-such-user", "-1", "4294967295", "1x", ""):
        none = record(["true"], "-u", bad)
        tap.equal([none.status, none.stderr.count("\n")], [125, 1], f"-u {bad!r}: no such user")


def groups():
    """Supplementary groups come from the group database, which here is one of the test's own."""
    names = path(".group")
    subprocess.run(["sh", "-c", f"cat /etc/group; echo recorder-test:x:{STRANGER}:nobody"],
                   stdout=open(names, "w"), check=True)
    script = (f"mount --bind {names} /etc/group; "
              f"exec {RECORDER} -q -o {path('.rec')} -u nobody -- id -G")
    run = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True)
    tap.equal(run.stdout.split(), [str(NOBODY), str(STRANGER)], "-u: supplementary groups")


def paths():
    first, second = path(".d"), path(".d")
    for folder in (first, second):
        os.mkdir(folder)
        executable(os.path.join(folder, "which-one"), f"#!/bin/sh\necho {folder}\n")
    env = dict(os.environ, PATH=f"{first}:{second}:{os.environ['PATH']}")
    tap.equal(output_of(record(["which-one"], env=env)), [first], "PATH: the first one")
    os.chmod(first, 0o700)
    tap.equal(output_of(record(["which-one"], "-u", "nobody", env=env)), [second],
              "PATH: the first one that this user may run")
    private = record([os.path.join(first, "which-one")], "-u", "nobody")
    tap.equal([private.status, private.stderr.count("\n")], [126, 1],
              "not executable for this user")
    relative = record(["./which-one"], "-u", "nobody", cwd=second)
    tap.equal(output_of(relative), [second], "a relative path")
    names = next(relative.objects())
    tap.equal(names["syscall"], "execve", "a relative path: execve comes first")


def setuid_programs():
    program = path()
    subprocess.run(["cp", "/usr/bin/id", program], check=True)
    os.chmod(program, 0o4755)
    run = record([program, "-u"], "-u", "nobody")
    tap.equal(output_of(run), ["0"], "setuid: as without a recorder")
    tap.ok(run.verify().returncode in (0, 1), "setuid: complete")
    tap.equal([os.stat(run.trace).st_uid, stat.S_IMODE(os.stat(run.trace).st_mode)], [0, 0o600],
              "setuid: the trace is the recorder's")


def not_executable():
    interpreter = executable(path(), "#!/no/such/interpreter\n")
    run = record([interpreter])
    tap.equal([run.status, run.stderr.count("\n")], [127, 1], "no interpreter")
    for name, text in (("no format", "echo\n"), ("no program", "\x7fELF")):
        run = record([executable(path(), text)])
        tap.equal([run.status, run.stderr.count("\n")], [126, 1], name)
    tap.ok(not os.path.exists(run.trace + ".partial"), "not executable: no file is left")


def open_files():
    """The command finds closed what its caller has closed, and nothing of the recorder's own."""
    listing = path()
    show = f"ls -l /proc/self/fd | sed 's/.* \\([0-9]* ->\\)/\\1/' >{listing}"
    traced = path(".rec")
    subprocess.run(["sh", "-c", show])
    without = [line for line in open(listing).read().split("\n") if "/proc/" not in line]
    subprocess.run([RECORDER, "-q", "-o", traced, "--", "sh", "-c", show])
    recorded = [line for line in open(listing).read().split("\n") if "/proc/" not in line]
    same = [[line.split()[0] for line in lines if line] for lines in (recorded, without)]
    tap.equal(same[0], same[1], "open files: those of the caller")
    test = f"for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] || printf $fd >>{listing}.closed; done"
    closed = subprocess.run(["sh", "-c", f"{RECORDER} -o {traced} -- sh -c '{test}' <&- >&- 2>&-"])
    tap.equal([closed.returncode, open(listing + ".closed").read()], [0, "012"],
              "closed files: closed for the command too")
    verify = recording.recorder("verify", traced)
    tap.ok(verify.returncode in (0, 1), "closed files: nothing else is written to the trace",
           verify.stdout + verify.stderr)
    closed = subprocess.run(["sh", "-c", f"{RECORDER} -q -o - -- true >&-"], capture_output=True,
                            text=True)
    tap.equal([closed.returncode, closed.stderr.count("\n")], [125, 1],
              "-o - and a closed standard output: one line")


def limits():
    run = subprocess.run(["sh", "-c", f"ulimit -Sn 12; {RECORDER} -q -o {path('.rec')} -- "
                          "sh -c 'ulimit -Sn'"], capture_output=True, text=True)
    tap.equal([run.returncode, run.stdout, run.stderr], [0, "12\n", ""],
              "limit of open files: the command's only")
    script = "i=0; while [ $i -lt 60000 ]; do cd /; i=$((i + 1)); done; ulimit -f; echo end"
    trace = path(".rec")
    shell = f"ulimit -f 30; {RECORDER} -q -o {trace} -- sh -c '{script}'"
    run = subprocess.run(["sh", "-c", shell], capture_output=True, text=True)
    tap.equal(run.stdout, "30\nend\n", "limit of a file's size: the command runs to its end")
    tap.equal([run.returncode, run.stderr.count("\n")], [125, 1],
              "limit of a file's size: one line")


def main():
    recording.need_recording("command")
    tap.run([users, groups, paths, setuid_programs, not_executable, open_files, limits])
    tap.finish()


if __name__ == "__main__":
    main()
