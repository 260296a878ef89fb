package problems

// gridFamilies are control problems with few states: a closed form or a grid solves them.
var gridFamilies = []*Family{energyStorage, merton}

const (
	hanE2016 = "Han, E (2016), arXiv:1611.07422"
)
