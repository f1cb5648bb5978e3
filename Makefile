# make run     build, then serve with sample events: an embedded Redis unless REDIS_URL or REDIS_HOST is set
# make build   bin/tickcast, page included
# make test    everything that CI runs; as root on Debian it installs what it lacks
# make bench   server CPU per delivery, latency and memory, beside a bare websocket broadcast; needs redis-server
# make bench-peers   all loads, on this binary and on every other server that it is compared to, in one table; takes a quarter
#                    of an hour, BENCH=--short less; needs Node and Debian's python3-flask-socketio and python3-eventlet
# make bench-scenarios   the specification's performance scenarios and how far we are from their limits; takes two minutes
# make chaos   breaks connections, instances and Redis at full size and prints what became of it; takes five minutes
# make vet     formatting and go vet alone
# make clean   forget all that was built

# The version is stamped below: Go's own stamp fails in a checkout that belongs to somebody else.
export GOFLAGS := -buildvcs=false $(GOFLAGS)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
NPM_CI  := npm ci --no-audit --no-fund --no-progress --loglevel=error

.DEFAULT_GOAL := build
.PHONY: run build test bench bench-peers bench-scenarios chaos tools vet web clean

# Ctrl-C reaches this shell alone, since background jobs ignore it; it ends both, the server by draining.
# A wait that a signal interrupts says 128 or more, and is begun again.
run: build
	@bin/tickcast serve & serve=$$!; bin/tickcast feed & feed=$$!; \
	trap 'kill $$serve $$feed 2>/dev/null' INT TERM; \
	until wait $$serve; status=$$?; [ $$status -lt 128 ]; do :; done; \
	kill $$feed 2>/dev/null; wait; exit $$status

build: web
	@CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/tickcast ./cmd/tickcast

# The binary embeds web/dist; what npm brings changes with the lock file only.
web: web/dist/socket.io.js
web/dist/socket.io.js: web/package-lock.json web/build.mjs
	cd web && $(NPM_CI) && npm run --silent build
	@touch $@

e2e/node_modules/.package-lock.json: e2e/package-lock.json
	cd e2e && $(NPM_CI)
	@touch $@

# First what needs no other process, then the built binary with everything around it, one package at a time.
test: tools web e2e/node_modules/.package-lock.json vet
	@said=$$(cd web && npm test --silent 2>&1) || { echo "$$said"; exit 1; }
	go test -race -count=1 -timeout 8m $$(go list ./... | grep -v /e2e)
	go test -race -count=1 -timeout 20m -p 1 ./e2e/...

bench: build
	@go build -o bin/bare ./e2e/peers/bare
	@bin/tickcast bench fanout --peer bare=bin/bare $(BENCH)

# A module of its own, so that what it needs does not become ours.
bench-peers: build e2e/node_modules/.package-lock.json
	@go build -o bin/bare ./e2e/peers/bare
	@go build -o bin/floor ./e2e/peers/floor
	@cd e2e/peers/centrifuge && go build -o ../../../bin/centrifuge . || echo "Centrifuge is left out"
	@bin/tickcast bench all --json bench-peers.json --centrifuge centrifuge=bin/centrifuge \
	  --peer 'flask=/usr/bin/python3 e2e/peers/flask/main.py' --peer 'node=node e2e/peers/node/main.cjs' \
	  --peer bare=bin/bare --peer floor=bin/floor $(BENCH)

bench-scenarios: build
	@bin/tickcast bench scenarios $(BENCH)

chaos: tools e2e/node_modules/.package-lock.json
	@mkdir -p bin; TICKCAST_CHAOS=full TICKCAST_CHAOS_TABLE=$(CURDIR)/bin/chaos.txt go test -count=1 -timeout 30m ./e2e/chaos; \
	status=$$?; cat bin/chaos.txt; exit $$status

tools:
	@bash .ci/tools

vet:
	@unformatted=$$( { go list -f '{{.Dir}}' ./...; echo e2e/peers/centrifuge; } | xargs gofmt -l); \
	[ -z "$$unformatted" ] || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }
	go vet ./...

clean:
	rm -rf bin web/node_modules e2e/node_modules
	find web/dist -type f ! -name .keep -delete
