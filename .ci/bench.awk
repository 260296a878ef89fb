# Reads the output of go test -bench and adds the table of ratios, all from the
# same run: a step against the TapeMachine baseline and against the time that its
# arithmetic takes at the peak of two cores, a matrix product against the peak.
{ print }
/^Benchmark/ {
	name = $1; sub(/-[0-9]+$/, "", name); sub(/^Benchmark/, "", name)
	for (i = 2; i < NF; i++) {
		if ($(i + 1) == "ns/op") ns[name] = $i
		if ($(i + 1) == "GFLOP/s") gflops[name] = $i
	}
	order[++count] = name
}
END {
	base = ns["TrainStepTapeMachine/allen-cahn/per-step"]
	# The matrix products of a step of the paper's network, forward and twice
	# backward: 2·3·64·19·(100·110 + 110·110 + 110·100).
	flop = 249e6
	printf "\n%-44s %12s %10s\n", "ratios", "", ""
	for (k = 1; k <= count; k++) {
		name = order[k]; precision = name ~ /float64/ ? "float64" : "float32"
		peak = gflops["Peak/" precision]
		if (name ~ /^TrainStep\/allen-cahn\/per-step/ && base)
			printf "%-44s %9.2f ms %6.1f times faster than TapeMachine, %.1f times its arithmetic at peak\n",
				name, ns[name] / 1e6, base / ns[name], peak ? ns[name] / (flop / peak / 2) : 0
		if (name ~ /^Gemm/ && peak)
			printf "%-44s %5.0f GFLOP/s %5.0f %% of peak\n", name, gflops[name], 100 * gflops[name] / peak
	}
}
