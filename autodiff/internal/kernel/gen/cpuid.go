package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// emitCPUID writes the two instructions that tell what the processor and the
// operating system support.
func emitCPUID(ctx *build.Context) {
	ctx.Function("cpuid")
	ctx.SignatureExpr("func(leaf, sub uint32) (eax, ebx, ecx, edx uint32)")
	ctx.Doc("cpuid asks the processor for the features of a leaf.")
	ctx.Attributes(0)
	ctx.Load(ctx.Param("leaf"), reg.EAX)
	ctx.Load(ctx.Param("sub"), reg.ECX)
	ctx.CPUID()
	ctx.Store(reg.EAX, ctx.Return("eax"))
	ctx.Store(reg.EBX, ctx.Return("ebx"))
	ctx.Store(reg.ECX, ctx.Return("ecx"))
	ctx.Store(reg.EDX, ctx.Return("edx"))
	ctx.RET()

	ctx.Function("xgetbv")
	ctx.SignatureExpr("func() (eax uint32)")
	ctx.Doc("xgetbv tells which registers the operating system saves.")
	ctx.Attributes(0)
	ctx.XORL(reg.ECX, reg.ECX)
	ctx.XGETBV()
	ctx.Store(reg.EAX, ctx.Return("eax"))
	ctx.RET()
}
