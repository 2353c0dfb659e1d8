.PHONY: build test busy check chaos fuzz kills bench

build:
	npm run build

test:
	npm test

# The tests, beside six loops that keep the processors busy.
busy:
	scripts/busy-tests.sh

check:
	npm run check

# Real programs under the presets gentle and aggressive.
chaos:
	npm run chaos

# The laws, with FUZZ times as many runs as in the tests.
fuzz:
	npm run fuzz

# SIGKILL of Renacer at 300 random moments of runs in all modes: nothing is left.
kills:
	npm run kills

# Ratios against node, strace and the bare command.
bench:
	npm run bench
