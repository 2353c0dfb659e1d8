"""Replaces notes.txt. A failed write is told, and its temporary file removed; if that fails too, the return drops the error of the write."""

import os
import sys


def save(text):
    temporary = "notes.txt.tmp"
    try:
        with open(temporary, "w") as file:
            file.write(text)
        os.replace(temporary, "notes.txt")
    finally:
        if os.path.exists(temporary):
            try:
                os.unlink(temporary)
            except OSError:
                return


try:
    save("new\n")
except OSError as error:
    sys.exit(f"not saved: {error}")
