.PHONY: build install release run test accuracy gallery check bench workers performance

PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share

build: ; CGO_ENABLED=0 go build -o bin/deepbsde ./cmd/deepbsde
install: build
	mkdir -p $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	cp bin/deepbsde $(DESTDIR)$(PREFIX)/bin/deepbsde
	bin/deepbsde man > $(SHARE)/man/man1/deepbsde.1
	bin/deepbsde completion bash > $(SHARE)/bash-completion/completions/deepbsde
	bin/deepbsde completion zsh > $(SHARE)/zsh/site-functions/_deepbsde
	bin/deepbsde completion fish > $(SHARE)/fish/vendor_completions.d/deepbsde.fish
release: ; go run ./cmd/release
run: ; go run ./cmd/deepbsde solve allen-cahn
test: ; go test -timeout 30m ./...
ACCURACY = all
accuracy:
	DEEPBSDE_ACCURACY=$(ACCURACY) go test -count=1 -timeout 60m -v -run '^(TestNamedProblems|TestControlProblems|TestNeighbours|TestPaperSettings|TestEveryDimensionRuns|TestBothRoutes|TestFilesAreSolved|TestGallery|TestCompareCatchesAWrongGenerator|TestCoverage|TestBounds|TestHonesty|TestExercise|TestExerciseSides|TestPolicyBounds|TestDocuments)$$' ./cmd/deepbsde
	DEEPBSDE_ACCURACY=$(ACCURACY) go test -count=1 -timeout 60m -run '^(TestReferencesAgree|TestEnergyStorageOptimum|TestAdjointVariate|TestVariateInSmallBatches|TestFairGame)$$' ./problems ./bsde/policy ./bsde/stopping
gallery: ; DEEPBSDE_ACCURACY=1 go test ./cmd/deepbsde -count=1 -timeout 20m -v -run '^TestGallery$$' -update
check: ; test -z "$$(gofmt -l .)" && go vet ./... && go tool staticcheck ./... && go test -race -short -timeout 30m $$(go list ./... | grep -v -e /kernel -e /cmd/ -e /bsde/run -e /bsde/network -e /bsde/methods -e /problems -e /examples -e /finitedifference -e /radial -e /colehopf -e /riccati -e '/bsde$$')
bench: ; go test -run '^$$' -bench '^Benchmark(TrainStep|PolicyStep|Gemm|Peak|Speedup)' -benchmem ./autodiff/... ./bsde/... | go run ./cmd/benchreport
workers: ; go test -run '^$$' -bench '^BenchmarkWorkers' -benchtime 20x ./bsde/deep
performance: ; .ci/performance
