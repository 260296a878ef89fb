package manual

// Examples are lines for the help of each command, without the name of the program.
var Examples = map[string][]string{
	"problems":   {"problems", "problems --json"},
	"show":       {"show hjb", "show allen-cahn --dim 20"},
	"methods":    {"methods"},
	"solve":      {"solve hjb --dim 20 --set lambda=5", "solve option.yaml --out run", "solve --resume run"},
	"sweep":      {"sweep hjb --dim 10 --set lambda=1,2,5 --seeds 3 --out lambdas", "sweep option.yaml --set-range strike=80:120:9 --shard auto/4 --out strikes"},
	"runs":       {"runs . --trust no", "runs lambdas --csv"},
	"serve":      {"serve .", "serve runs --port 8000"},
	"merge":      {"merge lambdas", "merge first second --plot lambdas.svg"},
	"reference":  {"reference hjb --set lambda=20", "reference option.yaml --method all"},
	"compare":    {"compare allen-cahn --dim 10 --methods shared,radial", "compare option.yaml --seeds 3"},
	"bench":      {"bench hjb --seeds 2"},
	"eval":       {"eval run --at 0.5:x0 --at 0:90", "eval run --points points.csv"},
	"simulate":   {"simulate run --plot paths.svg"},
	"plot":       {"plot run --out training.svg", "plot run --what line --line all:80:120 --out line.svg"},
	"report":     {"report run --out run.html"},
	"check":      {"check option.yaml"},
	"init":       {"init hjb"},
	"settings":   {"settings hjb --network per-step"},
	"import":     {"import config.json > settings.yaml"},
	"completion": {"completion bash"},
	"man":        {"man"},
	"version":    {"version", "version --licenses > NOTICE"},
}
