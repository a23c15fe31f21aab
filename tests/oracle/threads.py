# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Threads, a child, and time."""
import os
import subprocess
import threading
import time


def read(name):
    for _ in range(20):
        with open(name, "rb") as file:
            file.read()
        time.sleep(0.001)


names = ["/etc/passwd", "/etc/group", "/proc/self/status"]
threads = [threading.Thread(target=read, args=(name,)) for name in names * 2]
for thread in threads:
    thread.start()
print(subprocess.run(["sh", "-c", "echo from a child; exit 3"], capture_output=True))
for thread in threads:
    thread.join()
print(os.urandom(32).hex(), os.getpid())
