# What a developer and the CI run. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GOLANGCI_VERSION := v2.15.0
GOBIN := $(shell go env GOPATH)/bin
GOLANGCI := $(GOBIN)/golangci-lint
# Not every user has the folders of the servers in the path.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

.PHONY: help check tools lint vet test build

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

check: tools lint vet test ## everything the CI checks; as root on Debian it installs what is missing

tools: ## the engines and tools the tests need, and golangci-lint
	@.ci/engines
	@"$(GOLANGCI)" version 2>/dev/null | grep -qF "version $(GOLANGCI_VERSION:v%=%) " || { \
		echo "building golangci-lint $(GOLANGCI_VERSION)"; \
		GOFLAGS= GOBIN="$(GOBIN)" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION); \
	}

lint: ## golangci-lint with .golangci.yml
	"$(GOLANGCI)" run ./...

vet: ## go vet
	go vet ./...

test: ## all tests with the race detector; a missing engine is a failure
	LBCONF_REQUIRE_ENGINES=1 go test -race -count=1 -timeout 20m ./...

build: ## ./lbconf and ./lbbench
	go build -o lbconf ./cmd/lbconf
	go build -o lbbench ./cmd/lbbench
