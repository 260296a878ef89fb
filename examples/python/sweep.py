"""Solves hjb for several strengths of the control and prints a table: python sweep.py [DIM]."""

import sys

import deepbsde

dim = int(sys.argv[1]) if len(sys.argv) > 1 else 100
print(f"{'lambda':>8} {'value':>10} {'error':>9} trust")
for strength in [0.5, 1, 2, 4]:
    answer = deepbsde.solve("hjb", dim=dim, set={"lambda": strength}, gradient="no")
    error = "unknown" if answer.get("error") is None else f"{answer['error']:.2g}"
    print(f"{strength:8g} {answer['value']:10.5f} {error:>9} {answer['trust']}")
