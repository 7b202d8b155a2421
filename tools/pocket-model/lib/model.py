"""The pocket model as a graph: a Llama of a few million parameters over the kernels in kernels/."""
import tvm
from tvm import relax, te, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import Tensor, op
from tvm.relax.frontend.nn.llm import kv_cache as tvm_kv
from tvm.relax.frontend.nn.llm.kv_cache import PagedKVCache, RopeMode

from kernels import attention, linear, pages, rows

ROWS = 4  # rows of a result a thread computes when several come at once


def call(kernel, name, args, shape):
    return op.tensor_ir_op(kernel, name, args=args, out=Tensor.placeholder(shape, "float32"))


class Linear(nn.Module):
    """4-bit weights, see kernels/linear.py for their layout."""

    def __init__(self, n_in, n_out):
        self.k, self.n = n_in, n_out
        self.q_words = nn.Parameter((n_in // 8, n_out), "uint32")
        self.q_scale = nn.Parameter((n_in // linear.GROUP, n_out), "float32")

    def _args(self, x):
        return 1 if x.shape[0] == 1 else ROWS, [x, self.q_words, self.q_scale]

    def forward(self, x, residual=None):
        rows, args = self._args(x)
        return call(linear.linear(self.k, self.n, rows, residual is not None), "linear",
                    args if residual is None else [*args, residual], [x.shape[0], self.n])

    def swiglu(self, x):
        rows, args = self._args(x)
        return call(linear.swiglu(self.k, self.n // 2, rows), "swiglu", args, [x.shape[0], self.n // 2])


class Norm(nn.Module):
    def __init__(self, n, eps):
        self.weight = nn.Parameter((n,), "float32")
        self.n, self.eps = n, eps

    def forward(self, x):
        return call(rows.rms_norm(self.n, self.eps), "rms_norm", [x, self.weight], [x.shape[0], self.n])


class Layer(nn.Module):
    def __init__(self, c):
        self.c = c
        self.norm1 = Norm(c["hidden"], c["eps"])
        self.qkv = Linear(c["hidden"], (c["heads"] + 2 * c["kv_heads"]) * c["head_dim"])
        self.out = Linear(c["heads"] * c["head_dim"], c["hidden"])
        self.norm2 = Norm(c["hidden"], c["eps"])
        self.gate_up = Linear(c["hidden"], 2 * c["inter"])
        self.down = Linear(c["inter"], c["hidden"])

    def forward(self, h, cache, i, b, s):
        c, n = self.c, h.shape[0]
        qkv = op.reshape(self.qkv(self.norm1(h)), (b, s, c["heads"] + 2 * c["kv_heads"], c["head_dim"]))
        att = cache.attention_with_fused_qkv(i, qkv, c["heads"], sm_scale=c["head_dim"] ** -0.5)
        h = self.out(op.reshape(att, (n, c["heads"] * c["head_dim"])), h)
        return self.down(self.gate_up.swiglu(self.norm2(h)), h)


class Pocket(nn.Module):
    """Functions that WebLLM calls; shapes: ids [n] int32, x [1, n, hidden] or [n, 1, hidden], logits [n, 1, vocab] float32."""

    def __init__(self, c):
        self.c = c
        self.head = Linear(c["hidden"], c["vocab"])  # tied: its columns are the embeddings
        self.layers = nn.ModuleList([Layer(c) for _ in range(c["layers"])])
        self.norm = Norm(c["hidden"], c["eps"])

    def _hidden(self, x, cache):
        b, s, d = x.shape
        h = op.reshape(x, (b * s, d))
        for i, layer in enumerate(self.layers):
            h = layer(h, cache, i, b, s)
        return h

    def _logits(self, h):
        y = self.head(self.norm(h))
        return op.reshape(y, (y.shape[0], 1, y.shape[1]))

    def embed(self, ids: Tensor):
        d = self.c["hidden"]
        u32 = lambda v: tirx.const(v, "uint32")
        return op.tensor_expr_op(
            lambda w, s, i: te.compute((i.shape[0], d), lambda r, k: (
                ((w[k // 8, i[r]] >> (k % 8 * 4).astype("uint32")) & u32(15)).astype("float32") - 7.0)
                * s[k // linear.GROUP, i[r]], name="embed"),
            "embed_rows", [self.head.q_words, self.head.q_scale, ids])

    def prefill(self, x: Tensor, cache: PagedKVCache):
        last = op.tensor_expr_op(  # shapes must come from the te tensor, not from the graph
            lambda a: te.compute((1, a.shape[1]), lambda i, k: a[a.shape[0] - 1, k], name="last_row"),
            "last_row", [self._hidden(x, cache)])
        return self._logits(last), cache

    def decode(self, x: Tensor, cache: PagedKVCache):
        return self._logits(self._hidden(x, cache)), cache

    def batch_prefill(self, x: Tensor, positions: Tensor, cache: PagedKVCache):
        """positions [batch] int32: the row of x that is the last token of each sequence; logits [1, batch, vocab]."""
        y = self._logits(op.take(self._hidden(x, cache), positions, axis=0))
        return op.reshape(y, (1, y.shape[0], y.shape[2])), cache

    def batch_decode(self, x: Tensor, cache: PagedKVCache):
        return self._logits(self._hidden(x, cache)), cache

    def create_tir_paged_kv_cache(self, max_batch_size: tirx.Var, max_total_seq_len: tirx.Var,
                                  prefill_chunk_size: tirx.Var, page_size: tirx.Var,
                                  support_sliding_window: tirx.Var):
        """The runtime's paged cache with our kernels.  Empty tuples stand for kernels of sliding windows, token
        trees and MLA, which this model has no use for; page_size must be 16 and sliding windows off."""
        c = self.c
        bb, H, KV, D, L = relax.BlockBuilder.current(), c["heads"], c["kv_heads"], c["head_dim"], c["layers"]
        num, none = relax.prim_value, relax.Tuple([])
        fn = lambda f, name: bb.add_func(f.with_attr("global_symbol", name), name)
        tir = lambda f, name: relax.Tuple([tvm.ir.StringImm("tirx"), fn(f, name)])
        args = [
            relax.ShapeExpr([max_batch_size, max_total_seq_len, prefill_chunk_size, page_size, support_sliding_window]),
            relax.ShapeExpr([0, L]), num(H), num(KV), num(D), num(D),
            relax.ShapeExpr([int(tvm_kv.AttnKind.MHA)] * L), num(False), num(int(RopeMode.NORMAL)),
            num(1), num(c["theta"]), num(0),  # a number, not a tensor: no long-context factors
            relax.op.zeros((), "float32"), fn(pages.append(KV, D), "kv_append"), num(0),
            tir(attention.ragged_prefill(H, KV, D), "attn_ragged"), tir(attention.paged_prefill(H, KV, D), "attn_paged"),
            tir(attention.paged_decode(H, KV, D), "attn_decode"), none, none, none, none, none,
            relax.Tuple([fn(attention.merge(H, D), "attn_merge")]),
            fn(rows.split_rotary(H, KV, D, c["theta"]), "split_rotary"),
            fn(pages.copy_page(KV, D), "kv_copy_page"),
            fn(pages.gather(L, KV, D), "kv_gather"),
            fn(tvm_kv._compact_kv_copy(KV, D, "float32", tvm.target.Target.current()), "kv_compact"),
        ]
        return PagedKVCache(_expr=relax.call_pure_packed("vm.builtin.paged_attention_kv_cache_create", *args,
                                                         ty_args=relax.AnyType()), _name="cache")

    def spec(self):
        d = self.c["hidden"]
        cache = lambda: nn.spec.Object(object_type=PagedKVCache)
        f = lambda *s: nn.spec.Tensor(list(s), "float32")
        packed = {"param_mode": "packed", "effect_mode": "none"}
        return {
            "embed": {"ids": nn.spec.Tensor(["seq_len"], "int32"), "$": packed},
            "prefill": {"x": f(1, "seq_len", d), "cache": cache(), "$": packed},
            "decode": {"x": f(1, 1, d), "cache": cache(), "$": packed},
            "batch_prefill": {"x": f(1, "seq_len", d), "positions": nn.spec.Tensor(["batch_size"], "int32"),
                              "cache": cache(), "$": packed},
            "batch_decode": {"x": f("batch_size", 1, d), "cache": cache(), "$": packed},
            "create_tir_paged_kv_cache": {
                "max_batch_size": int, "max_total_seq_len": int, "prefill_chunk_size": int,
                "page_size": int, "support_sliding_window": int,
                "$": {"param_mode": "none", "effect_mode": "none"}},
        }
