# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What kernels know of their system calls: tracefs of the one that runs, BTF of any."""

import json
import os
import re
import shutil
import subprocess
from collections import namedtuple

# The function behind a call: its own name, whether it serves compat ABIs alone, and, where the
# kernel tells, which of its arguments are pointers; None where only the name is known.
Call = namedtuple("Call", "name compat pointers")

BPFTOOL = shutil.which("bpftool") or "/usr/sbin/bpftool"
TRACEFS = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
BTF = "/sys/kernel/btf/vmlinux"
ENTRY = re.compile(r"__(x64|ia32|arm64|do)_(compat_)?sys_(\w+)")
MAGIC = b"\x9f\xeb\x01\x00\x18\x00\x00\x00"  # struct btf_header on a little-endian machine
PACKED = [(b"\x28\xb5\x2f\xfd", ["zstd", "-qdc"]), (b"\xfd7zXZ\x00", ["xz", "-qdc"]),
          (b"\x1f\x8b\x08", ["gzip", "-qdc"]), (b"\x02\x21\x4c\x18", ["lz4", "-qdc"])]


def from_tracefs():
    """The calls of events/syscalls, those of the kernel's own ABI; None where it has none."""
    for place in TRACEFS:
        folder = os.path.join(place, "events", "syscalls")
        if os.path.isdir(folder):
            return [read_format(folder, event) for event in sorted(os.listdir(folder))
                    if event.startswith("sys_enter_")]
    return None


def read_format(folder, event):
    with open(os.path.join(folder, event, "format")) as lines:
        fields = re.findall(r"field:(.*?) *\w+(?:\[\])?;\toffset:(\d+)", lines.read())
    types = [kind for kind, offset in fields if int(offset) >= 16]
    return Call(event.removeprefix("sys_enter_"), False, ["*" in kind for kind in types])


def from_btf(path):
    """The calls that a BTF file has functions of. Their bodies, __do_sys_NAME, tell arguments
    where the compiler has not made them part of something else."""
    dump = subprocess.run([BPFTOOL, "-j", "btf", "dump", "file", path], check=True,
                          stdout=subprocess.PIPE).stdout
    types = {entry["id"]: entry for entry in json.loads(dump)["types"]}
    calls = {}
    for entry in types.values():
        match = entry["kind"] == "FUNC" and ENTRY.fullmatch(entry["name"])
        if not match:
            continue
        key = match[3], bool(match[2])
        pointers = None
        if match[1] == "do":
            pointers = [is_pointer(types, param["type_id"])
                        for param in types[entry["type_id"]]["params"]
                        if param["name"] != "__unused"]
        if pointers is not None or key not in calls:
            calls[key] = Call(*key, pointers)
    return [calls[key] for key in sorted(calls)]


def is_pointer(types, number):
    while number and types[number]["kind"] in ("TYPEDEF", "CONST", "VOLATILE", "TYPE_TAG"):
        if types[number].get("name") == "compat_uptr_t":
            return True
        number = types[number]["type_id"]
    return bool(number) and types[number]["kind"] == "PTR"


def btf_of(vmlinuz, out):
    """Write the BTF of a kernel's image, which is packed or not: whether it was found."""
    with open(vmlinuz, "rb") as file:
        image = file.read()
    for magic, unpack in [(b"", None)] + PACKED:
        at = image.find(magic)
        while at >= 0:
            data = image
            if unpack:
                data = subprocess.run(unpack, input=image[at:], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL).stdout
            found = largest_btf(data)
            if found:
                with open(out, "wb") as file:
                    file.write(found)
                return True
            at = image.find(magic, at + 1) if unpack else -1
    return False


def largest_btf(data):
    best, at = b"", data.find(MAGIC)
    while at >= 0:
        types, types_len, strings, strings_len = (
            int.from_bytes(data[at + n:at + n + 4], "little") for n in (8, 12, 16, 20))
        size = 24 + max(types + types_len, strings + strings_len)
        if size > len(best) and at + size <= len(data):
            best = data[at:at + size]
        at = data.find(MAGIC, at + 1)
    return best if len(best) > 1 << 20 else b""
