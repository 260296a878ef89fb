// Package features has the vectors and pooled numbers of a state of which fields are made
// that are fitted instead of trained:
//
//	Z_i = c Σ_k A_k(ρ) ψ_{k,i},   Γ_i = c/√h Σ_k B_k(ρ) ψ_{k,i}
//
// and on a few directions D of the noise, Γ_jk = c/√h C_jk(ρ), with A_k, B_k and C_jk linear in ρ, which are random functions of the pooled numbers q and of
// time. A random feature model (Rahimi, Recht 2007) with the structure of the problem in it.
package features
