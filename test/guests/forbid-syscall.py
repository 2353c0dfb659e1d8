"""forbid-syscall.py NUMBER COMMAND...: runs COMMAND where the system call NUMBER (x86-64) fails with EPERM, as a
container's seccomp profile makes it fail."""

import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_NUMBER = struct.pack("HBBI", 0x20, 0, 0, 0)
RETURN = 0x06
ALLOW, EPERM = 0x7FFF0000, 0x00050000 | 1

number, command = int(sys.argv[1]), sys.argv[2:]
program = (
    LOAD_NUMBER
    + struct.pack("HBBI", 0x15, 0, 1, number)
    + struct.pack("HBBI", RETURN, 0, 0, EPERM)
    + struct.pack("HBBI", RETURN, 0, 0, ALLOW)
)
libc = ctypes.CDLL(None, use_errno=True)
code = ctypes.create_string_buffer(program, len(program))
fprog = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
buffer = ctypes.create_string_buffer(fprog, len(fprog))
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, buffer, 0, 0) == 0
os.execvp(command[0], command)
