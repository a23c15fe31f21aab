# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares the calls that strace and the recorder saw of the same threads."""

import struct

import strace
from recording import data, number, threads

STAT = "QQQIIIIQqqqQQQQQQ"
STAT_FIELDS = ("st_dev st_ino st_nlink st_mode st_uid st_gid pad st_rdev st_size st_blksize "
               "st_blocks st_atime st_atime_nsec st_mtime st_mtime_nsec st_ctime "
               "st_ctime_nsec").split()
STATX = "IIQIIIHHQQQQ"
STATX_FIELDS = ("stx_mask stx_blksize stx_attributes stx_nlink stx_uid stx_gid stx_mode pad "
                "stx_ino stx_size stx_blocks stx_attributes_mask").split()

# The argument that a call's bytes come into.
STRING_CALLS = {"read": 1, "pread64": 1, "recvfrom": 1, "getrandom": 0, "readlink": 1,
                "readlinkat": 2}
SEGMENT_CALLS = {"readv": 1, "preadv": 1, "preadv2": 1, "recvmsg": 1}
STAT_CALLS = {"stat": 1, "lstat": 1, "fstat": 1, "newfstatat": 2, "statx": 4}


def written(call, arg):
    """The bytes that a recorded call's argument points to, all ranges one behind the other."""
    return b"".join(data(b) for b in call["bufs"] if b["arg"] == arg and b["dir"] == "out")


def message_bytes(call):
    """The bytes of recvmsg's segments: struct msghdr and its iovec are among the buffers."""
    at = {number(b["addr"]): data(b) for b in call["bufs"]}
    _, _, iov, count = struct.unpack_from("QQQQ", at[number(call["args"][1])])
    left, parts = call["ret"], []
    for base, size in struct.iter_unpack("QQ", at[iov][:16 * count]):
        size = min(size, left)
        left -= size
        if size:
            parts.append(at[base][:size])
    return b"".join(parts)


def bytes_problem(ours, theirs):
    """How the bytes of one call differ, or None."""
    name = theirs.name
    if theirs.ret is None or theirs.ret < 0:
        return None
    if name in STAT_CALLS:
        layout, known = (STATX, STATX_FIELDS) if name == "statx" else (STAT, STAT_FIELDS)
        got = dict(zip(known, struct.unpack_from(layout, written(ours, STAT_CALLS[name]))))
        wanted = {key: value for key, value in strace.fields(theirs).items() if key in got}
        other = {key: (got[key], value) for key, value in wanted.items() if got[key] != value}
        return f"recorder, strace: {other}" if other or not wanted else None
    if theirs.ret == 0:
        return None
    if name in STRING_CALLS:
        got, wanted = written(ours, STRING_CALLS[name]), strace.string_bytes(theirs)
    elif name in SEGMENT_CALLS:
        wanted = strace.segment_bytes(theirs)
        got = message_bytes(ours) if name == "recvmsg" else written(ours, 1)
    else:
        return None
    if got == wanted:
        return None
    return f"{len(got)} bytes, strace {len(wanted)}: {got[:40]} {wanted[:40]}"


def result(value):
    return None if value is None else value % (1 << 64)


def call_problem(ours, theirs):
    if ours["syscall"] != theirs.name and theirs.name != "restart_syscall":
        return "another call"
    if result(ours["ret"]) != result(theirs.ret):
        return "another return value"
    first = strace.first_number(theirs)
    if first is not None and ours["args"] and (number(ours["args"][0]) - first) % (1 << 32):
        return "another first argument"
    return bytes_problem(ours, theirs)


def text(ours, theirs):
    left = f"{ours['syscall']}({', '.join(ours['args'])}) = {ours['ret']}" if ours else "nothing"
    right = f"{theirs.name}({theirs.args[:120]}) = {theirs.ret}" if theirs else "nothing"
    return f"recorder: {left}\nstrace:   {right}"


def without_death(ours, theirs):
    """strace's calls, the last one as the recorder saw it where a fatal signal ended the thread.

    strace does not see what the kernel returns then. And it stops a thread ahead of sys_enter: one
    that is killed just there never made the call.
    """
    if not theirs or theirs[-1].ret is not None or theirs[-1].name.startswith("exit"):
        return theirs
    if len(theirs) == len(ours) + 1:
        return theirs[:-1]
    return theirs[:-1] + [theirs[-1]._replace(ret=ours[-1]["ret"])] if ours else theirs


def thread_problem(ours, theirs):
    """The first difference between the two lists of one thread's calls, or None."""
    theirs = without_death(ours, theirs)
    for i in range(max(len(ours), len(theirs))):
        a = ours[i] if i < len(ours) else None
        b = theirs[i] if i < len(theirs) else None
        problem = call_problem(a, b) if a and b else "only one of them has it"
        if problem:
            return f"call {i} of {len(ours)}, strace {len(theirs)}: {problem}\n{text(a, b)}"
    return None


def after(calls, is_mark):
    """What follows the marking call."""
    for i, call in enumerate(calls):
        if is_mark(call):
            return calls[i + 1:]
    raise AssertionError("the mark is not there")


def compare(recorded, traced):
    """Compare {tid: calls} of both; the problems, and the number of calls compared."""
    problems = []
    for tid in sorted(recorded.keys() | traced.keys()):
        problem = thread_problem(recorded.get(tid, []), traced.get(tid, []))
        if problem:
            problems.append(f"thread {tid}: {problem}")
    return problems, sum(len(calls) for calls in traced.values())


def traced_threads(path):
    by_tid = {}
    with open(path, errors="surrogateescape") as lines:
        for call in strace.read_calls(lines):
            by_tid.setdefault(call.tid, []).append(call)
    return by_tid


def recorded_threads(recording):
    """The recorder's calls by thread, without the end of the call that a child was born from."""
    births = {"clone", "clone3", "fork", "vfork"}
    by_tid = threads(recording.calls())
    return {tid: calls[1:] if calls[0]["syscall"] in births
            and calls[0]["enter_ns"] is None else calls
            for tid, calls in by_tid.items()}
