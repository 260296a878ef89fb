.PHONY: build run test check bench performance

build: ; CGO_ENABLED=0 go build -o bin/deepbsde ./cmd/deepbsde
run: ; go run ./cmd/deepbsde solve allen-cahn
test: ; go test -timeout 60m ./...
check: ; test -z "$$(gofmt -l .)" && go vet ./... && go tool staticcheck ./... && go test -race -short ./...
bench: ; go test -run '^$$' -bench '^Benchmark(TrainStep|PolicyStep|Gemm|Peak|Speedup)' -benchmem ./autodiff/... ./bsde | go run ./cmd/benchreport
performance: ; .ci/performance
