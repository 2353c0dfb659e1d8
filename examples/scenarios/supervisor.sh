#!/bin/sh
# Keeps a worker running: one that has ended is started again.
trap 'kill $!; exit 0' TERM
while :; do
  sleep 1000 &
  echo "worker $!" >>starts
  wait $!
done
