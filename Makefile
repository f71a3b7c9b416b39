# Every target installs what it misses from Debian (tools/deps.sh) and works alone on a fresh Debian or Ubuntu with the .NET SDK 10.

RID    := linux-$(if $(filter aarch64,$(shell uname -m)),arm64,x64)
BINARY := dist/dotproxy
LISTEN ?= 127.0.0.1:5300
MEGABYTES = $$(stat -c %s $(BINARY) | awk '{ printf "%.1f MB", $$1 / 1e6 }')
SOURCES := Program.cs DotProxy.csproj Directory.Build.props Directory.Packages.props BannedSymbols.txt $(shell find src -name '*.cs' -o -name '*.xml')

.DEFAULT_GOAL := help
.PHONY: help deps build run demo test bench faults size certs image image-test clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install from Debian what the targets need
	@tools/deps.sh build test image image-test bench

build: $(BINARY) ## Build the native binary, dist/dotproxy
	@$(if $(BUILT),,echo "$(BINARY) is up to date ($(MEGABYTES))")

$(BINARY): $(SOURCES)
	@tools/deps.sh build
	@dotnet publish DotProxy.csproj --nologo -v quiet -c Release -r $(RID) -o dist
	@touch $@
	@echo "built $(BINARY) ($(MEGABYTES))"
	$(eval BUILT := yes)

run: $(BINARY) ## Forward from 127.0.0.1:5300 to Cloudflare over TLS (LISTEN=ADDR:PORT, ARGS='--upstream quad9')
	@tools/deps.sh run
	@exec $(BINARY) --listen $(LISTEN) $(ARGS)

demo: $(BINARY) ## The same without internet: Unbound as the resolver behind TLS, all on loopback (DEMO_PORT=5301)
	@tools/deps.sh demo
	@tools/demo.sh $(BINARY)

test: $(BINARY) ## Unit, property and conformance tests, and end-to-end tests on the native binary
	@tools/deps.sh test
	@tools/test.sh $(BINARY)

bench: $(BINARY) ## Measure against Unbound, dnsdist and smartdns, side by side on loopback (QUICK=1: one short round)
	@tools/deps.sh bench
	@bench/run.sh $(if $(QUICK),--quick) $(BINARY) $(ARGS)

faults: $(BINARY) ## Show what clients notice when one of three upstreams is killed, frozen, cut off … (as root; six minutes)
	@tools/deps.sh faults
	@bench/faults.sh $(BINARY) $(ARGS)

size: $(BINARY) ## Print the binary's size, its time to listen and its resident memory, beside their bounds
	@tools/deps.sh demo
	@tools/size.sh $(BINARY)

certs: ## Make a test CA with certificates, good and bad, in certs/out
	@tools/deps.sh certs
	@certs/make.sh

image: ## Build the container image (buildah or docker)
	@tools/deps.sh image
	@tools/image.sh

image-test: ## Build the image and try what it holds in a root where there is nothing else
	@tools/deps.sh image image-test
	@tools/image-test.sh

clean: ## Remove what was built
	rm -rf dist certs/out bench/out TestResults bin obj tests/bin tests/obj bench/bin bench/obj
