"""Asks for a page, and again if there is no answer within half a second: for a minute at most."""

import sys
import time
import urllib.request

end = time.monotonic() + 60
while True:
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=0.5) as answer:
            answer.read()
        break
    except OSError as error:
        print(error)
        if time.monotonic() > end:
            sys.exit("no answer")
