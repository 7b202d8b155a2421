"""Compile the pocket model as MLC compiles a model of the hub: a test fixture, never shipped.

usage: stock.py --config ../config.json --runtime DIR --out stock.wasm [--merge mended]

TVM's own schedules, attention, paged cache and merge kernel; batches of 128, chunks of 1024, `batch_verify` and its memory
in the metadata; no function of ours.  `--merge mended` is without the race of TVM's merge kernel.  Weights are those of pocket.wasm.
"""
import argparse
import json
import os

os.environ.setdefault("TVM_FFI_DISABLE_TORCH_C_DLPACK", "1")
import tvm
from tvm import relax, te, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import Tensor, op
from tvm.relax.frontend.nn.llm import kv_cache as tvm_kv
from tvm.relax.frontend.nn.llm.kv_cache import PagedKVCache, RopeMode, TIRPagedKVCache
from tvm.s_tir import dlight as dl

import build
from kernels import attention, linear, sampling, scheduled
from model import Linear, Norm, Pocket

MAX_BATCH, CHUNK = 128, 1024
BITS = 8  # values of four bits a word

# Our names of parts, and those that MLC gives a Llama's.
PARTS = {
    "head": "embed_tokens", "norm": "norm", "norm1": "input_layernorm", "norm2": "post_attention_layernorm", "qkv": "self_attn.qkv_proj",
    "out": "self_attn.o_proj", "gate_up": "mlp.gate_up_proj", "down": "mlp.down_proj",
}


def mlc_name(name):
    *path, part, kind = name.split(".")
    return ".".join(["model", *path, PARTS[part], kind])


def dequantized(w, s, shape):
    """Values [N, K] of words [N, K / 8] and scales [N, K / 32]: MLC's q4f32_1, packed along K."""
    u = lambda v: tirx.const(v, "uint32")
    return te.compute(shape, lambda j, i: (
        ((w[j, i // BITS] >> (i % BITS * 4).astype("uint32")) & u(15)).astype("float32") - 7.0) * s[j, i // linear.GROUP], name="dequantize")


class StockLinear(Linear):
    """The product as MLC fuses it: the weights are made 32-bit numbers, and TVM schedules the rest."""

    def __init__(self, n_in, n_out):
        self.k, self.n = n_in, n_out
        self.q_weight = nn.Parameter((n_out, n_in // BITS), "uint32")
        self.q_scale = nn.Parameter((n_out, n_in // linear.GROUP), "float32")

    def forward(self, x, residual=None):
        k, n = self.k, self.n

        def matmul(a, w, s):
            weight = dequantized(w, s, (n, k))
            r = te.reduce_axis((0, k), name="k")
            return te.compute((a.shape[0], n), lambda i, j: te.sum(a[i, r] * weight[j, r], axis=r), name="NT_matmul")

        y = op.tensor_expr_op(matmul, "dequantize_NT_matmul", [x, self.q_weight, self.q_scale])
        return y if residual is None else y + residual

    def swiglu(self, x):
        gate, up = op.split(self.forward(x), 2, axis=-1)
        return op.silu(gate) * up


class StockNorm(Norm):
    def forward(self, x):
        return op.rms_norm(x, self.weight, axes=[-1], epsilon=self.eps)

    def __init__(self, n, eps):
        super().__init__(n, eps)
        self.eps = eps


class Stock(Pocket):
    def embed(self, ids: Tensor):
        d, u32 = self.c["hidden"], lambda v: tirx.const(v, "uint32")
        return op.tensor_expr_op(
            lambda w, s, i: te.compute((i.shape[0], d), lambda r, k: (
                ((w[i[r], k // BITS] >> (k % BITS * 4).astype("uint32")) & u32(15)).astype("float32") - 7.0)
                * s[i[r], k // linear.GROUP], name="take"),
            "dequantize_take", [self.head.q_weight, self.head.q_scale, ids])

    def batch_verify(self, x: Tensor, cache: PagedKVCache):
        return self._logits(self._hidden(x, cache)), cache

    def create_tir_paged_kv_cache(self, max_batch_size: tirx.Var, max_total_seq_len: tirx.Var,
                                  prefill_chunk_size: tirx.Var, page_size: tirx.Var,
                                  support_sliding_window: tirx.Var):
        c = self.c
        return TIRPagedKVCache(
            attn_kind="mha", max_batch_size=max_batch_size, max_total_seq_len=max_total_seq_len,
            prefill_chunk_size=prefill_chunk_size, page_size=page_size, support_sliding_window=support_sliding_window,
            layer_partition=relax.ShapeExpr([0, c["layers"]]), num_hidden_layers=c["layers"],
            num_attention_heads=c["heads"], num_key_value_heads=c["kv_heads"], qk_head_dim=c["head_dim"],
            v_head_dim=c["head_dim"], mla_original_qk_head_dim=0, mla_original_v_head_dim=0,
            rope_mode=RopeMode.NORMAL, rope_scale=1, rope_theta=c["theta"], rope_scaling={},
            rope_ext_factors=relax.prim_value(0), rotary_dim=c["head_dim"], enable_disaggregation=False,
            dtype="float32", target=tvm.target.Target.current())

    def spec(self):
        spec = super().spec()
        spec["batch_verify"] = {**spec["prefill"]}
        return spec


def attach_sampling(mod):
    """As MLC's compiler attaches them: softmax, sort, and the draw that TVM has for a sorted row; the vocabulary is not known.

    What changes logits in place is the pocket library's, and so is the sort: TVM 0.27's launches along z, which its own WebGPU code
    refuses, and, launched otherwise, was not compiled by SwiftShader within minutes.
    """
    build.attach_in_place(mod)
    bb = relax.BlockBuilder(mod)
    f32, i32, tensor = "float32", "int32", relax.TensorType
    dim = lambda *names: [tirx.Var(n, "int64") for n in names]

    b, v = dim("batch_size", "vocab_size")
    args = [relax.Var("logits", tensor([b, 1, v], f32)), relax.Var("temperature", tensor([b], f32))]
    with bb.function("softmax_with_temperature", args):
        with bb.dataflow():
            warmth = bb.emit(relax.op.reshape(args[1], [b, 1, 1]))
            y = bb.emit_output(relax.op.nn.softmax(relax.op.divide(args[0], warmth), axis=-1))
        bb.emit_func_output(y)

    b, v = dim("batch_size", "vocab_size")
    probs = relax.Var("probs", tensor([b, v], f32))
    with bb.function("argsort_probs", [probs]):
        with bb.dataflow():
            y = bb.emit_output(relax.call_tir(bb.add_func(scheduled(sampling.ranksort), "argsort"), [probs],
                                              out_ty=[tensor([b, v], f32), tensor([b, v], i32)]))
        bb.emit_func_output(y)

    b, v, n = dim("batch_size", "vocab_size", "num_samples")
    args = [relax.Var("sorted_probs", tensor([b, v], f32)), relax.Var("sorted_indices", tensor([b, v], i32)),
            relax.Var("uniform", tensor([n], f32)), relax.Var("rows", tensor([n], i32)), relax.Var("top_p", tensor([b], f32))]
    with bb.function("sample_with_top_p", args):
        with bb.dataflow():
            column = lambda x, rows, kind: nn.wrap_nested(relax.call_pure_packed(
                "vm.builtin.reshape", x, relax.ShapeExpr([rows, 1]), ty_args=tensor([rows, 1], kind)), name="column")
            top_k = op.tensor_expr_op(lambda p: te.compute((b, 1), lambda i, _: p.shape[1].astype(i32), name="full"), "full",
                                      [nn.wrap_nested(args[0], name="sorted_probs")])
            drawn = op.sample_top_p_top_k_from_sorted_prob(
                nn.wrap_nested(args[0], name="p"), nn.wrap_nested(args[1], name="i"), column(args[4], b, f32), top_k,
                column(args[2], n, f32), column(args[3], n, i32))
            y = bb.emit_output(relax.call_pure_packed("vm.builtin.reshape", drawn._expr, relax.ShapeExpr([n]), ty_args=tensor([n], i32)))
        bb.emit_func_output(y)
    return bb.finalize()


def memory_usage(mod):
    """As MLC's compiler states it: what is planned of each function, in bytes."""
    usage = {}
    for gv, fn in mod.functions_items():
        if not isinstance(fn, relax.Function):
            continue
        total = 0

        def visit(e):
            nonlocal total
            if isinstance(e, relax.Call) and isinstance(e.op, tvm.ir.Op) and e.op.name == "relax.memory.alloc_storage":
                for value in e.args[0].values:
                    if isinstance(value, tirx.IntImm):
                        total += int(value)

        relax.analysis.post_order_visit(fn, visit)
        usage[gv.name_hint] = total
    return usage


def pipeline(target, meta):
    rt = relax.transform

    @tvm.transform.module_pass(opt_level=0)
    def describe(mod, _ctx):
        bb = relax.BlockBuilder(mod)
        with bb.function("_metadata", []):
            bb.emit_func_output(tvm.ir.StringImm(json.dumps({**meta, "memory_usage": memory_usage(mod)})))
        return bb.finalize()

    @tvm.transform.module_pass(opt_level=0)
    def one_target(mod, _ctx):
        """Passes leave some functions a target without its host: they would become a second module, whose shaders nobody compiles ahead."""
        for gv, fn in mod.functions_items():
            if isinstance(fn, tirx.PrimFunc) and "target" in fn.attrs.keys():
                mod[gv] = fn.with_attr("target", target)
        return mod

    @tvm.transform.module_pass(opt_level=0)
    def run(mod, _ctx):
        return tvm.transform.Sequential([
            tirx.transform.BindTarget(target),
            relax.backend.DispatchSampling(), relax.backend.DispatchSortScan(),
            rt.LegalizeOps(), rt.AnnotateTIROpPattern(), rt.FoldConstant(), rt.FuseOps(), rt.FuseTIR(),
            rt.DeadCodeElimination(),
            dl.ApplyDefaultSchedule(dl.gpu.Matmul(), dl.gpu.GEMV(), dl.gpu.Reduction(), dl.gpu.GeneralReduction(), dl.gpu.Fallback()),
            tirx.transform.ForceNarrowIndexToInt32(),
            rt.RewriteDataflowReshape(), rt.DeadCodeElimination(), rt.ToNonDataflow(), rt.RemovePurityChecking(), rt.CallTIRRewrite(),
            rt.StaticPlanBlockMemory(), describe,
            rt.LowerAllocTensor(), rt.KillAfterLastUse(),
            rt.LowerRuntimeBuiltin(), rt.ComputePrimValue(), rt.VMShapeLower(), rt.AttachGlobalSymbol(), one_target,
        ])(mod)

    return run


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--config", required=True)
    ap.add_argument("--runtime", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--merge", choices=["stock", "mended"], default="stock", help="the merge kernel as TVM has it, or without its race")
    a = ap.parse_args()
    with open(a.config) as f:
        c = json.load(f)
    if a.merge == "mended":
        tvm_kv._merge_state_inplace = lambda heads, dim, *_: attention.merge(heads, dim)
    import model
    model.Linear, model.Norm = StockLinear, StockNorm
    target = build.web_target()
    with target:
        stock = Stock(c)
        mod, params = stock.export_tvm(stock.spec())
        meta = build.metadata(c, [(mlc_name(n), p) for n, p in params], CHUNK, MAX_BATCH)
        # Not of the vocabulary, so that what sampling takes is in no metadata.
        bounds = {"seq_len": CHUNK, "batch_size": MAX_BATCH, "num_samples": MAX_BATCH}
        mod = build.bound_shapes(attach_sampling(mod), bounds)
        ex = relax.build(mod, target, relax_pipeline=pipeline(target, meta), system_lib=True)
    # In seconds: -Oz takes minutes, and the file is kept compressed.
    ex.export_library(a.out, fcompile=build.linker(a.runtime, "-O1"), options=["-Wl,--strip-all"])
    os.chmod(a.out, 0o644)
    print(f"{a.out}: {os.path.getsize(a.out)} bytes, {len(params)} parameters")


if __name__ == "__main__":
    main()
