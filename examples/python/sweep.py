"""Solves hjb for several strengths of the control, prints a table and draws it: python sweep.py [DIM [PICTURE]]."""

import sys

import deepbsde

strengths = [0.5, 1, 2, 4]
answers = [deepbsde.solve("hjb", dim=int((sys.argv + [100])[1]), set={"lambda": s}, gradient="no") for s in strengths]
print(f"{'lambda':>8} {'value':>10} {'error':>9} trust")
for strength, answer in zip(strengths, answers):
    error = "unknown" if answer.get("error") is None else f"{answer['error']:.2g}"
    print(f"{strength:8g} {answer['value']:10.5f} {error:>9} {answer['trust']}")
if len(sys.argv) > 2:  # needs matplotlib
    import matplotlib.pyplot as plt

    plt.errorbar(strengths, [a["value"] for a in answers], yerr=[a.get("error", float("nan")) for a in answers], fmt="o-")
    plt.gca().set(xlabel="λ", ylabel="u(0, x0)")
    plt.savefig(sys.argv[2])
