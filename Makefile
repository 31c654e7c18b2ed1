# make demo   everything from a fresh Debian or Ubuntu with Swift to a finished clip
# make test   everything that is tested, the clients included
# make build  the programs, released: .build/release/fal-bridge and .build/release/fal-local
# make bench   figures, each beside something named
# make fuzz    libFuzzer on every reader of foreign bytes
# make soak    ten minutes of a queue that fails at random
# make tsan    the bridge under ThreadSanitizer
# make asan    the bridge under AddressSanitizer and LeakSanitizer
# make engines  the Python environment of the engines, beside the programs
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# libstdc++ goes into the programs, as Swift's own library does: beside them it costs each start 0.8 MiB. The folder has
# nothing but the archive, so the linker finds no shared one in it; where there is no archive, it looks further.
STATIC := .build-static
SWIFT_FLAGS := --static-swift-stdlib -Xlinker -L$(CURDIR)/$(STATIC)
PACKAGES := libjansson-dev libcurl4-openssl-dev libsqlite3-dev libpcre2-dev pkg-config ffmpeg python3-venv
# For make test and make bench: certificates, the client to compare with, and Node where there is none. CI adds nginx,
# the gateway with HTTP/2 of some tests, which pass without it: Debian starts it as a service, so it is not for everybody.
EXTRA_PACKAGES :=
TEST_PACKAGES := openssl curl neovim node-typescript $(if $(shell command -v node),,nodejs)
VENV := .build-engines
PYTEST := $(VENV)/bin/python -m pytest

.PHONY: all build debug packages test-packages engines generate check demo test test-swift test-engines test-clients test-wire fuzz soak tsan asan bench clean

all: build engines

# Debian packages that are missing, by apt; sudo only where it is needed.
packages: ; @$(call install,$(PACKAGES))
test-packages: ; @$(call install,$(PACKAGES) $(TEST_PACKAGES) $(EXTRA_PACKAGES))

define install
missing=""; for p in $(1); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing the Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	fi
endef

build: packages
	@mkdir -p $(STATIC); archive="$$(clang -print-file-name=libstdc++.a || true)"; test ! -f "$$archive" || ln -sf "$$archive" $(STATIC)/
	swift build -c release $(SWIFT_FLAGS) --product fal-bridge
	swift build -c release $(SWIFT_FLAGS) --product fal-local

debug: packages
	swift build

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz .build-engines .build-bench $(SUITE) $(MCP) .build-mcp-bench demo

# What is made from the schemas: Swift sources, and by the program built with them, documents, types and completions.
generate: packages
	schemas/bundle
	swift build --product fal-bridge
	schemas/generate .build/debug/fal-bridge

check: packages
	schemas/bundle --check
	swift build --product fal-bridge
	schemas/generate .build/debug/fal-bridge --check

# The engines' environment, pinned by hash, and the engines beside the programs, where fal-local looks first.
engines: $(VENV)/.done
	@for mode in debug release; do \
	  mkdir -p "$$(swift build -c $$mode --show-bin-path)"; \
	  ln -sf "$(CURDIR)/$(VENV)/bin/fal-engine-stylize" "$$(swift build -c $$mode --show-bin-path)/fal-engine-stylize"; done

$(VENV)/.done: Sources/engines/requirements-stylize.txt $(shell find Sources/engines/fal_engines -name '*.py' -o -name '*.txt') Sources/engines/pyproject.toml | packages
	test -x $(VENV)/bin/python || python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r Sources/engines/requirements-stylize.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ./Sources/engines
	rm -rf Sources/engines/build Sources/engines/*.egg-info
	touch $@

$(VENV)/.tests: Tests/requirements.txt | $(VENV)/.done
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
	touch $@

# JSON Schema's official test suite, from the source archive of the Python package that carries it.
SUITE := .build-schema-suite
$(SUITE)/.done: Tests/schema/requirements-suite.txt | $(VENV)/.done
	rm -rf $(SUITE)
	mkdir -p $(SUITE)
	$(VENV)/bin/python -m pip download --quiet --disable-pip-version-check --no-binary :all: --no-deps --require-hashes -d $(SUITE) -r $<
	tar -xzf $(SUITE)/jsonschema-*.tar.gz -C $(SUITE) --strip-components=1
	touch $@

# The MCP SDK's clients, each line of it in an environment of its own: one cannot be installed beside the other.
MCP := .build-mcp-1 .build-mcp-2
.build-mcp-%/.done: Tests/mcp/requirements-%.txt | packages
	test -x $(@D)/bin/python || python3 -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.build-mcp-bench/.done: Tests/bench/requirements-mcp.txt | packages
	test -x $(@D)/bin/python || python3 -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

PROMPT := van gogh style oil painting of a rabbit in a meadow, swirling brush strokes
demo: build engines
	@mkdir -p demo
	.build/release/fal-bridge run --backend local --state-dir demo/state \
	  --input video_url=Tests/media/bunny.mp4 --input prompt="$(PROMPT)" --input seed=7 \
	  -o demo/out.mp4 --sheet demo/sheet.png
	@echo "the clip:    demo/out.mp4"; echo "the picture: demo/sheet.png"

test: test-packages check test-swift test-wire test-engines test-clients

test-swift:
	swift build --build-tests
	swift test --skip-build

# The built programs, driven from outside.
test-wire: engines $(VENV)/.tests $(SUITE)/.done $(MCP:=/.done)
	swift build
	$(PYTEST) -q Tests/schema
	$(PYTEST) -q Tests/wire
	$(PYTEST) -q Tests/local
	for sdk in $(MCP); do $$sdk/bin/python -m pytest -q Tests/mcp; done

test-engines: engines $(VENV)/.tests
	FAL_ENGINE_STYLIZE="$(CURDIR)/$(VENV)/bin/fal-engine-stylize" $(PYTEST) -q Tests/engines

test-clients: engines $(VENV)/.tests
	swift build
	$(PYTEST) -q Tests/clients
	node --test Tests/clients/

# The bridge under AddressSanitizer and LeakSanitizer, driven from outside.
ASAN := $(CURDIR)/.build-asan
asan: engines $(VENV)/.tests
	swift build --sanitize=address --scratch-path $(ASAN) --product fal-bridge
	swift build --product fal-local
	rm -f $(ASAN)/report.*
	FAL_BRIDGE_SANITIZED=1 LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/asan/leaks.txt:print_suppressions=0" \
	  ASAN_OPTIONS="log_path=$(ASAN)/report" FAL_BRIDGE_BIN=$(ASAN)/debug/fal-bridge \
	  $(PYTEST) -q $(patsubst %,Tests/wire/test_%.py,cases ending streams waiting queue subscribe soak)
	@! grep -h SUMMARY $(ASAN)/report.* 2>/dev/null

# libFuzzer's targets in turn, each for FUZZ_SECONDS or FUZZ_RUNS inputs; a first finding ends it. The compiler forgets
# the kind of coverage on all but one of its threads, so LLVM is told, and ld.gold cannot link it.
FUZZ_SECONDS := 30
FUZZ_RUNS := -1
FUZZ_TARGETS :=
FUZZ_FLAGS := -enable-testing -sanitize=fuzzer -Xllvm -sanitizer-coverage-inline-8bit-counters=1 \
  -Xllvm -sanitizer-coverage-pc-table=1 -Xllvm -sanitizer-coverage-trace-compares=1 -gnone -use-ld=lld
fuzz: packages
	FAL_BRIDGE_FUZZ=1 swift build -c release --scratch-path .build-fuzz $(addprefix -Xswiftc ,$(FUZZ_FLAGS)) --product fuzz
	Tests/fuzz/run .build-fuzz/release/fuzz --seconds $(FUZZ_SECONDS) --runs $(FUZZ_RUNS) $(FUZZ_TARGETS)

# Ten minutes of two hundred subscriptions at a time and a queue that fails at random.
soak: engines $(VENV)/.tests
	swift build --product fal-bridge
	FAL_BRIDGE_SOAK=600 $(PYTEST) -q -s Tests/wire/test_soak.py

# The bridge under ThreadSanitizer, driven from outside. The sanitizer does not know the standard library's locks, so a
# module that it does know is put before them.
TSAN := $(CURDIR)/.build-tsan
TSAN_TESTS := cases life ending streams bounds waiting queue many uploads downloads subscribe soak
tsan: engines $(VENV)/.tests
	rm -rf $(TSAN)/locks $(TSAN)/x86_64-* $(TSAN)/aarch64-*  # nothing knows that it was built with the locks of before
	mkdir -p $(TSAN)/locks
	cd $(TSAN)/locks && swiftc -swift-version 6 -parse-as-library -sanitize=thread -module-name Synchronization \
	  -emit-module -emit-library -static -o libSynchronization.a $(CURDIR)/Tests/tsan/Synchronization.swift
	swift build --sanitize=thread --scratch-path $(TSAN) --product fal-bridge -Xswiftc -I$(TSAN)/locks -Xlinker $(TSAN)/locks/libSynchronization.a
	swift build --product fal-local
	rm -f $(TSAN)/report.*
	FAL_BRIDGE_SANITIZED=1 TSAN_OPTIONS="log_path=$(TSAN)/report exitcode=0" FAL_BRIDGE_BIN=$(TSAN)/debug/fal-bridge \
	  $(PYTEST) -q $(TSAN_TESTS:%=Tests/wire/test_%.py)
	@! grep -h SUMMARY $(TSAN)/report.* 2>/dev/null

# What fal-bridge is measured beside.
.build-bench/.done: Tests/bench/requirements.txt
	test -x .build-bench/bin/python || python3 -m venv .build-bench
	.build-bench/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench: test-packages build engines $(VENV)/.tests .build-bench/.done .build-mcp-bench/.done
	for part in rpc job queue schema mcp; do $(VENV)/bin/python Tests/bench/$${part}_bench.py; done
