#!/bin/sh
# Writes 20 rows, each in a transaction of its own, and each again until it is there.
sqlite3 data.db 'create table numbers (number integer primary key)'
for number in $(seq 20); do
  until sqlite3 data.db "insert or ignore into numbers values ($number)"; do sleep 0.1; done
done
