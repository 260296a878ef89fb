package points

// Evaluation is a trained run at points.
type Evaluation struct {
	Title      string
	Problem    string
	Kind       string // pde or control
	Identity   string // the problem with its dimension and changed parameters
	Method     string
	Dim        int
	Parameters map[string]float64
	Unknown    string   // what a solution of the problem gives, in words
	Policy     bool     // the run trains a policy
	ActionDim  int      // of the policy
	States     []string // names of the components of x and of the action, nil for none
	Actions    []string
	Start      []float64 // x0
	Iterations int       // done
	Unfinished string    // how far training is, "" where it is done
	Values     []*Value
}

// Value is what is known at a point, NaN and nil where something is not.
type Value struct {
	Time           float64
	State          []float64
	Value          float64
	Error          float64    // half-width of CI95, all errors together; of a policy it is not known
	CI95           [2]float64 // of a policy, of sampling
	Trust          string     // yes or no; "" of a policy
	Reasons        []string   // why not
	Lower, Upper   float64    // bounds of u
	NoBounds       string     // why there are none
	StdErr         float64
	Step           float64 // discretisation error
	Network        float64 // what an imperfect Z may have left
	Bias           float64 // of an imperfect Z as estimated, signed
	Trained        float64 // of the network itself
	Gradient       []float64
	GradientStdErr []float64
	GradientStep   float64
	GradientBias   float64
	Action         []float64
	Obstacle       *float64 // what exercise pays there; nil where the point is no date of exercise
	Rule           string   // stop or continue, there
	Exact          float64
	ExactGradient  []float64
	Paths          int
}

// Untrusted is the number of points whose value cannot be trusted.
func (e *Evaluation) Untrusted() (n int) {
	for _, p := range e.Values {
		if p.Trust == "no" {
			n++
		}
	}
	return n
}
