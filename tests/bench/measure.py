# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One run of a workload under a tool."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time

from figures import Run
from tools import BUILT

LAUNCH = os.path.join(BUILT, "launch")
SECONDS = 120
SETTLE = 0.4                         # seconds from a tool's file being there to its being at work


class Failure(Exception):
    pass


def cpu_of(pid):
    """ns of CPU time of a process, all its threads; 0 where it is gone. For the clock's number see
    clock_getcpuclockid(3)."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return 0


def processes_below(pid, without):
    """pid and its descendants, but not those of the process `without`."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found, ahead = [], [pid]
    while ahead:
        each = ahead.pop()
        if each != without:
            found.append(each)
            ahead += children.get(each, [])
    return found


def peak_memory(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


class Machine:
    """CPU time that neither the workloads nor the tools used: how quiet the machine was."""

    def __init__(self):
        self.capacity = self.others = 0

    @staticmethod
    def busy():
        """ns that all CPUs were busy or taken away by the host (proc(5): /proc/stat)."""
        with open("/proc/stat") as file:
            user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
        tick = 1000000000 // os.sysconf("SC_CLK_TCK")
        return (user + nice + system + irq + softirq + steal) * tick

    def add(self, wall, busy, known):
        self.capacity += wall * os.cpu_count()
        self.others += max(0, busy - known)

    def share(self):
        return self.others / self.capacity if self.capacity else 0


class Meeting:
    """The socket where the launcher reports (launch.c)."""

    def __init__(self, path):
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(1)
        self.connection = None

    def wait(self, fd, processes):
        """Until fd is readable. Fails where a process ends before or it takes too long."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        ends = [os.pidfd_open(process.pid) for process in processes]
        try:
            for end in ends:
                poll.register(end, select.POLLIN)
            ready = [found for found, _ in poll.poll(SECONDS * 1000)]
        finally:
            for end in ends:
                os.close(end)
        if fd not in ready:
            raise Failure("ended before its workload" if ready else f"no end in {SECONDS} s")

    def line(self, processes):
        if self.connection is None:
            self.wait(self.listener.fileno(), processes)
            self.connection = self.listener.accept()[0]
        self.wait(self.connection.fileno(), processes)
        return [int(word) for word in self.connection.recv(4096).split()]

    def go(self):
        self.connection.send(b"!")

    def close(self):
        self.listener.close()
        if self.connection is not None:
            self.connection.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def spawn(argv, stdout, stderr):
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                            start_new_session=True)


def reap(process):
    """Wait: CPU time in ns of the process and of all that it waited for."""
    end = os.pidfd_open(process.pid)
    ready, _, _ = select.select([end], [], [], SECONDS)
    os.close(end)
    if not ready:
        raise Failure(f"does not end in {SECONDS} s")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return round((usage.ru_utime + usage.ru_stime) * 1e9)


def kill(process):
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Measurement:
    """Runs one workload under one tool. look(pids), if given, is called while the tool is there
    and the workload has ended; its value is Run.programs."""

    def __init__(self, scratch, machine, look=None):
        self.scratch = scratch
        self.machine = machine
        self.look = look

    def run(self, tool, workload, count):
        self.out = os.path.join(self.scratch, "out")
        workload.prepare(self.scratch)
        with contextlib.ExitStack() as stack:
            stack.callback(self.remove_files)
            self.meeting = Meeting(os.path.join(self.scratch, "meeting"))
            stack.callback(self.meeting.close)
            self.stdout = stack.enter_context(open(self.out + ".stdout", "w+"))
            self.stderr = stack.enter_context(open(self.out + ".stderr", "w+"))
            try:
                if hasattr(workload, "start"):
                    run = self.attach(stack, tool, workload, count)
                else:
                    run = self.command(stack, tool, workload, count)
                return self.account(run, tool, workload)
            except Failure as failure:
                self.stderr.seek(0)
                lines = self.stderr.read().strip().splitlines()
                raise Failure(": ".join([str(failure), *lines[-1:]])) from None

    def remove_files(self):
        for name in os.listdir(self.scratch):
            if name.startswith("out"):
                os.unlink(os.path.join(self.scratch, name))

    def launch(self, workload, count):
        return [LAUNCH, self.meeting.path, *workload.argv(count)]

    def work(self, process, tool, clock):
        """From the launcher's first word until it waits to be let go."""
        processes = [p for p in (process, tool) if p is not None]
        began, launcher = self.meeting.line(processes)
        pids = processes_below(tool.pid, launcher) if tool else []
        before = [sum(map(cpu_of, pids)), cpu_of(clock) if clock else 0, self.machine.busy()]
        self.meeting.go()
        wall, cpu, own, status = self.meeting.line(processes)
        after = [sum(map(cpu_of, pids)), cpu_of(clock) if clock else 0, self.machine.busy()]
        self.machine.add(wall, after[2] - before[2], cpu + own + sum(after[:2]) - sum(before[:2]))
        if status:
            raise Failure(f"its workload ended with status {status}")
        run = Run(wall=wall, cpu=after[1] - before[1] if clock else cpu)
        if pids:
            run.memory = sum(map(peak_memory, pids))
            run.programs = self.look(pids) if self.look else {}
        return run, began, before[0], cpu + own

    def command(self, stack, tool, workload, count):
        spawned = time.monotonic_ns()
        process = spawn(tool.command(self.out, self.launch(workload, count)), self.stdout,
                        self.stderr)
        stack.callback(kill, process)
        bare = tool.command(self.out, []) == []
        run, began, startup_cpu, workload_cpu = self.work(process, None if bare else process, None)
        let_go = time.monotonic_ns()
        self.meeting.close()
        cpu = reap(process)
        if process.returncode:
            raise Failure(f"exit status {process.returncode}")
        if not bare:
            run.startup = began - spawned
            run.tool_cpu = max(0, cpu - workload_cpu - startup_cpu)
        run.total = began - spawned + run.wall + time.monotonic_ns() - let_go
        return run

    def attach(self, stack, tool, workload, count):
        target = workload.start(self.scratch)
        stack.callback(target.wait)
        stack.callback(target.kill)
        argv = tool.attach(self.out, target.pid)
        recording = None
        if argv:
            recording = spawn(argv, subprocess.DEVNULL, self.stderr)
            stack.callback(kill, recording)
            self.wait_for_file(recording, tool)
        process = spawn(self.launch(workload, count), self.stdout, self.stderr)
        stack.callback(kill, process)
        run, _, startup_cpu, _ = self.work(process, recording, workload.cpu_clock(target))
        self.meeting.close()
        reap(process)
        if recording:
            recording.send_signal(signal.SIGINT)
            run.tool_cpu = max(0, reap(recording) - startup_cpu)
            if recording.returncode not in (0, -signal.SIGINT, 128 + signal.SIGINT):
                raise Failure(f"exit status {recording.returncode}")
        return run

    def wait_for_file(self, recording, tool):
        """A tool that records makes its file when it has attached, or soon before."""
        end = time.monotonic() + SECONDS
        mine = ("out.stdout", "out.stderr")
        while tool.records and not any(name.startswith("out") and name not in mine
                                       for name in os.listdir(self.scratch)):
            if recording.poll() is not None:
                raise Failure(f"exit status {recording.returncode}")
            if time.monotonic() > end:
                raise Failure("makes no file")
            time.sleep(0.01)
        time.sleep(SETTLE)

    def account(self, run, tool, workload):
        self.stdout.seek(0)
        for name, value in workload.results(self.stdout.read()).items():
            setattr(run, name, value)
        if tool.records:
            self.stderr.seek(0)
            if workload.recorded and os.path.exists(self.out):
                run.size = os.path.getsize(self.out)
            for name, value in tool.account(self.out, self.stderr.read()).items():
                setattr(run, name, value)
        return run
