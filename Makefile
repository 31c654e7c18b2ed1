# make demo   everything from a fresh Debian or Ubuntu with Swift to a finished clip
# make test   everything that is tested, the clients included
# make build  the programs, released: .build/release/fal-bridge and .build/release/fal-local
# make engines  the Python environment of the engines, beside the programs
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# libcurl and libcrypto are opened at first use, so nothing of them may be linked (see Package.swift).
SWIFT_FLAGS := --static-swift-stdlib -Xlinker --as-needed
PACKAGES := libjansson-dev libcurl4-openssl-dev libsqlite3-dev libpcre2-dev pkg-config ffmpeg python3-venv
VENV := .build-engines
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: all build debug packages engines generate check demo test test-swift test-engines test-clients test-wire bench clean

all: build engines

# Debian packages that are missing, by apt; sudo only where it is needed.
packages:
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing the Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	fi

build: packages
	swift build -c release $(SWIFT_FLAGS) --product fal-bridge
	swift build -c release $(SWIFT_FLAGS) --product fal-local

debug: packages
	swift build

clean:
	rm -rf .build .build-engines demo

generate:
	schemas/bundle

check:
	schemas/bundle --check

test: packages check test-swift

test-swift: debug
	swift test
