.PHONY: build test check chaos fuzz bench

build:
	npm run build

test:
	npm test

check:
	npm run check

# Real programs under the presets gentle and aggressive.
chaos:
	npm run chaos

# The laws, with FUZZ times as many runs as in the tests.
fuzz:
	npm run fuzz

# Ratios against node, strace and the bare command.
bench:
	npm run bench
