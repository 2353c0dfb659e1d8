#!/bin/sh
# Reads the same 30 MB again and again: they stay in memory as long as there is room.
head -c 30000000 /dev/zero >data
sha256sum data >first.sum
for time in $(seq 5); do sha256sum data >last.sum; done
