#!/bin/sh
# scripts/busy-tests.sh [COMMAND...]: all tests, or the command, beside six loops that do nothing but keep the processors busy; LOOPS
# says how many. What can't be relied on under such a load can't be relied on. The exit status is that of the tests.
set -eu
cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then set -- npm test; fi

loops=''
# Each ends by its own id, however this ends; ours alone.
trap 'kill $loops 2> /dev/null; wait' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
count=0
while [ $((count += 1)) -le "${LOOPS:-6}" ]; do
  (while :; do :; done) &
  loops="$loops $!"
done

status=0
"$@" || status=$?
echo "beside ${LOOPS:-6} busy loops, load $(cut -d ' ' -f 1-3 /proc/loadavg): exit status $status"
exit $status
