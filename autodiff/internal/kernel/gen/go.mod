module github.com/deepbsde/deepbsde/autodiff/internal/kernel/gen

go 1.25.0

require github.com/mmcloughlin/avo v0.6.0

require (
	golang.org/x/mod v0.29.0 // indirect
	golang.org/x/sync v0.17.0 // indirect
	golang.org/x/tools v0.38.0 // indirect; avo's v0.16.1 does not compile with Go 1.25
)
