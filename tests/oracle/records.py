# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads the oracle's file (oracle.h has the layout)."""

import struct
from collections import namedtuple

USER, FOREIGN, BIRTH, EXEC, DEATH = 1, 2, 4, 8, 16
SHARED, FIRST, MAPPING, FILE = 1, 2, 4, 8

CALL = struct.Struct("=6IQq6Q")
CHANGE = struct.Struct("=6I")
RANGE = struct.Struct("=Q2I")
THREAD = struct.Struct("=4I3Q")
UNREADABLE = struct.Struct("=2I2Q")

Call = namedtuple("Call", "tid id arch sequence finished nr ret args")
Range = namedtuple("Range", "addr flags old new")
# calls: the ids of those that were in the kernel in that address space, the one that ends first.
Change = namedtuple("Change", "tid flags calls ranges")
Birth = namedtuple("Birth", "tid parent id flags child_tid parent_tid")
Unreadable = namedtuple("Unreadable", "tid addr len")


def read_call(fields, file):
    return Call(*fields[:5], fields[5], fields[6], fields[7:])


def read_change(fields, file):
    tid, flags, ncalls, nranges, _ = fields
    calls = struct.unpack(f"={ncalls}I", file.read(4 * ncalls))
    ranges = []
    for _ in range(nranges):
        addr, length, kind = RANGE.unpack(file.read(RANGE.size))
        old = file.read(length)
        ranges.append(Range(addr, kind, old, file.read(length)))
    return Change(tid, flags, calls, ranges)


def read_birth(fields, file):
    return Birth(*fields)


def read_unreadable(fields, file):
    return Unreadable(*fields)


KINDS = {1: (CALL, read_call), 2: (CHANGE, read_change), 3: (THREAD, read_birth),
         4: (UNREADABLE, read_unreadable)}


def read_records(name):
    """Each record of the file, in order."""
    with open(name, "rb") as file:
        while kind := file.read(4):
            layout, read = KINDS[struct.unpack("=I", kind)[0]]
            yield read(layout.unpack(kind + file.read(layout.size - 4))[1:], file)


def changed_count(old, new):
    """How many bytes differ."""
    size = len(old)
    difference = int.from_bytes(old, "little") ^ int.from_bytes(new, "little")
    return size - difference.to_bytes(size, "little").count(0)
