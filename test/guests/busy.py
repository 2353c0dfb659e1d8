"""Works for so many seconds: its exit status says whether a call came back wrong, a sleep too early, or a signal was lost."""

import os
import signal
import subprocess
import sys
import threading
import time

end = time.time() + float(sys.argv[1])
errors = []
handled = 0


def on_signal(*_):
    global handled
    handled += 1


def pipes():
    r, w = os.pipe()
    n = 0
    while time.time() < end:
        os.write(w, b"%08d" % n)
        assert os.read(r, 8) == b"%08d" % n
        n += 1
        if n % 50 == 0:
            time.sleep(0.001)


def sleeps():
    while time.time() < end:
        start = time.monotonic()
        time.sleep(0.05)
        assert time.monotonic() - start >= 0.0499


def children():
    n = 0
    while time.time() < end:
        assert subprocess.run(["/bin/echo", str(n)], stdout=subprocess.PIPE).stdout == b"%d\n" % n
        n += 1


def guarded(work):
    try:
        work()
    except BaseException as error:
        errors.append(repr(error))


signal.signal(signal.SIGUSR1, on_signal)
threads = [threading.Thread(target=guarded, args=(work,)) for work in (pipes, pipes, sleeps, children)]
for thread in threads:
    thread.start()
sent = 0
while time.time() < end:
    os.kill(os.getpid(), signal.SIGUSR1)
    sent += 1
    deadline = time.time() + 2
    while handled < sent and time.time() < deadline:
        time.sleep(0.005)
    time.sleep(0.01)
for thread in threads:
    thread.join()
if handled != sent:
    errors.append(f"{sent} signals sent, {handled} handled")
print(errors)
sys.exit(1 if errors else 0)
