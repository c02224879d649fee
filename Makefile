# `make` tells what you can do. Needs git, make, npm and any Node from 20 on; the Node that runs
# everything comes with `make install`, pinned in package-lock.json.

.DEFAULT_GOAL := help
.PHONY: help install mvp-demo test check types lint build bench bench-dashboard scale soak
.PHONY: screenshots format clean

STAMP := node_modules/.peerwork-stamp
# The npm package keeps its binary here; node_modules/.bin/node points to it.
NODE := node_modules/node/bin/node
BUNDLE := node_modules/.peerwork/index.json
WEB := web/dist/index.html
RUN := npm run --silent

FILE ?= README.md
BOOTSTRAP ?=
OBSERVE ?=
DASHBOARD ?=
NETWORK ?=
JSON ?=

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'
	@echo
	@echo "  make mvp-demo FILE=document.md   analyse another document"
	@echo "  make mvp-demo BOOTSTRAP=1        on a machine without multicast"
	@echo "  make mvp-demo OBSERVE=1          then ask an observer over HTTP what happened"
	@echo "  make mvp-demo OBSERVE=keep       the same, and everybody stays until Ctrl-C"
	@echo "  make mvp-demo DASHBOARD=1        the same, and a link to the trace in the dashboard"

install: $(BUNDLE) $(WEB) ## Install exactly what the lockfile says

# The stamp is newer than both files only after a whole installation. `npm ci` insists that the
# lockfile names the packages of every platform, also where a registry does not carry them; then
# `npm install --no-save` installs the same locked versions with the same hashes. Without its
# registry npm would try for ten minutes and more and say nothing, so it is asked for one thing first.
$(STAMP): package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or newer" >&2; exit 1; }
	@echo "Installing some 470 packages, Node among them (640 MB); this happens once."
	@if ! why=$$(npm view zod version --fetch-retries=0 --fetch-timeout=20000 2>&1); then \
			echo "npm cannot reach its registry, and takes what it has kept. It says:" >&2; \
			printf '%s\n' "$$why" | grep -v 'complete log' | head -5 | sed 's/^/  /' >&2; \
			echo "  Behind a proxy, or one that opens TLS: npm help config (proxy, cafile)." >&2; \
			kept="--prefer-offline --fetch-retries=0"; \
		fi; \
		if npm ci --dry-run $$kept >/dev/null 2>&1; then way=ci; else way="install --no-save"; fi; \
		if [ -t 2 ]; then show=--progress; else show=--loglevel=http; fi; \
		npm $$way --no-audit --no-fund $$show $$kept
	@$(MAKE) --no-print-directory $(NODE)
	@touch $@

# Where npm blocks install scripts, the `node` package is there but its binary is not.
$(NODE):
	@echo "npm did not run the install script of the node package; running it now"
	npm rebuild node --foreground-scripts --ignore-scripts=false || \
		(cd node_modules/node && node installArchSpecificPackage.js)
	@test -x $@ || { echo "$@ is missing: allow install scripts (npm config set" \
		"ignore-scripts false) and run make install again" >&2; exit 1; }

# The agent as one file and a few, which starts in half the time. Nothing needs it.
$(BUNDLE): $(STAMP) $(shell find src tools -name '*.ts')
	@$(NODE) --conditions=source tools/prebundle.ts

# The dashboard, as browsers get it.
$(WEB): $(STAMP) $(shell find web/index.html web/share.html web/vite.config.ts web/src -type f)
	@$(RUN) web

mvp-demo: $(BUNDLE) $(WEB) ## Two agents find each other and one works for the other
	@$(NODE) --conditions=source examples/mvp-demo.ts $(if $(BOOTSTRAP),--bootstrap) \
		$(if $(OBSERVE),$(if $(filter keep,$(OBSERVE)),--keep,--observe)) \
		$(if $(DASHBOARD),--dashboard) \
		$(if $(NETWORK),--network "$(NETWORK)") $(if $(JSON),--json) "$(FILE)"

test: $(BUNDLE) ## Run the tests from source
	@$(RUN) test

check: types lint build ## What CI checks beside the tests: types, style, package

types: $(STAMP)
	@$(RUN) types

lint: $(STAMP)
	@$(RUN) lint

build: $(STAMP) ## Compile to dist/, and check that it can be published
	@$(RUN) build

bench: $(BUNDLE) ## Measure, beside the limits and the rivals; writes docs/benchmarks.md
	@$(RUN) bench

bench-dashboard: $(STAMP) $(WEB) ## Frame times of the dashboard in Chromium, at 100,000 spans
	@$(NODE) --conditions=source bench/dashboard.ts

scale: $(BUNDLE) ## Networks of 10, 30 and 100 agents on this machine, measured
	@$(RUN) scale

soak: $(BUNDLE) ## 20 minutes of agents that come, go and work; SOAK_SECONDS for less
	@$(RUN) soak

screenshots: $(STAMP) $(WEB) ## Pictures of the dashboard for its docs, and all others to look at
	@$(NODE) --conditions=source tools/screenshots.ts

format: $(STAMP) ## Rewrite the files in the house format
	@$(RUN) format

clean: ## Remove what was built and installed
	rm -rf dist web/dist coverage pictures node_modules
