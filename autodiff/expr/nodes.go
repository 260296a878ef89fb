package expr

// Node is one operation of a linearised expression, see [Nodes].
type Node struct {
	Op    Op
	Unary Unary     // OpUnary
	Bin   Binary    // OpBinary
	Args  []int     // positions of the operands in the list, all smaller than the node's own
	Width int       // components of the result
	Lo    int       // OpSlice: first component
	Data  []float64 // OpConst: the row; OpLinear: the matrix, row-major Width×(operand's width)
	Name  string    // OpInput
	Input int       // OpInput: position among the inputs given to Nodes, else -1

	spans []span // OpLinear: of each row of the matrix
}

// Nodes lists the operations of an expression, operands before the operations
// that use them and the output last, each once however often it is used. It
// fails where the expression carries an error or uses a variable that is not
// among the inputs.
func Nodes(out Value, inputs ...Value) ([]Node, error) {
	if err := out.Err(); err != nil {
		return nil, err
	}
	var list []Node
	at := make(map[*node]int)
	input := make(map[*node]int)
	for i, in := range inputs {
		if err := in.Err(); err != nil {
			return nil, err
		}
		input[in.n] = i
	}
	// An explicit stack: an expression built in a loop may be deeper than is
	// comfortable for recursion.
	stack := []*node{out.n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if _, done := at[n]; done {
			stack = stack[:len(stack)-1]
			continue
		}
		ready := true
		for i := len(n.args) - 1; i >= 0; i-- {
			if _, done := at[n.args[i]]; !done {
				stack = append(stack, n.args[i])
				ready = false
			}
		}
		if !ready {
			continue
		}
		stack = stack[:len(stack)-1]
		entry := Node{Op: n.op, Unary: n.un, Bin: n.bin, Width: n.width, Lo: n.lo, Data: n.data, spans: n.spans, Name: n.name, Input: -1}
		if n.op == OpInput {
			i, ok := input[n]
			if !ok {
				return nil, fail("the expression uses the variable %q, which is not among its inputs", n.name).Err()
			}
			entry.Input = i
		}
		for _, a := range n.args {
			entry.Args = append(entry.Args, at[a])
		}
		at[n] = len(list)
		list = append(list, entry)
	}
	return list, nil
}
