"""The pocket model in PyTorch: what the WebGPU library computes, with gradients.

Matrices are [in, out], as the library stores them.  `fake_quant` rounds a matrix exactly as the packer in
`export.py` does, so that training can see the 4-bit weights it will be shipped with.
"""
import json
import math
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = json.loads((Path(__file__).resolve().parent.parent / "config.json").read_text())
GROUP = 32  # rows of `in` that share one scale


def quantise(w, group=GROUP):
    """[in, out] -> (integers in -7..7 as float [in/group, group, out], scale [in/group, 1, out])."""
    k, n = w.shape
    g = w.reshape(k // group, group, n)
    scale = (g.abs().amax(1, keepdim=True) / 7).clamp_min(1e-8)
    return (g / scale).round().clamp(-7, 7), scale


def fake_quant(w, group=GROUP):
    """The weight after packing and unpacking; the gradient passes straight through."""
    q, scale = quantise(w.detach(), group)
    return w + ((q * scale).reshape(w.shape) - w).detach()


def rotary(n, head_dim, theta):
    """cos and sin [n, head_dim], both halves alike (rotate-half)."""
    angle = torch.arange(n)[:, None] / theta ** (torch.arange(0, head_dim, 2) / head_dim)[None]
    return torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def attention(q, k, v, causal):
    """q [b, heads, n, d]; k, v [b, kv_heads, m, d] -> [b, heads, n, d].

    Written out: on a CPU the fused kernel's backward pass in bf16 is several times slower at our short lengths.  The query heads of a
    key head stand below one another, so that keys and values are not copied.
    """
    b, heads, n, d = q.shape
    kv, m = k.shape[1:3]
    s = ((q * d ** -0.5).reshape(b, kv, heads // kv * n, d) @ k.transpose(-1, -2)).view(b, heads, n, m)
    if causal:
        s = s + torch.full((n, n), -1e9, dtype=s.dtype).triu(1)
    return (s.softmax(-1).view(b, kv, heads // kv * n, m) @ v).view(b, heads, n, d)


class RmsNorm(torch.autograd.Function):
    """x * weight / rms(x) with the sums in float32; by hand because autograd's way takes three times the passes over memory."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        r = torch.rsqrt(torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32).square() / x.shape[-1] + eps).to(x.dtype)
        y = x * r
        ctx.save_for_backward(y, r, weight)
        return y * weight.to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        y, r, weight = ctx.saved_tensors
        d = (g * y).flatten(0, -2).sum(0, dtype=torch.float32)
        g = g * weight.to(g.dtype)
        mean = (g * y).sum(-1, keepdim=True, dtype=torch.float32).to(g.dtype) / y.shape[-1]
        return (g - y * mean) * r, d, None


def rms_norm(x, weight, eps):
    return RmsNorm.apply(x, weight, eps)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        h, inter, d = c["hidden"], c["inter"], c["head_dim"]
        q, kv = c["heads"] * d, c["kv_heads"] * d
        init = lambda i, o, s=1.0: nn.Parameter(torch.randn(i, o) * (s / math.sqrt(i)))
        back = 1 / math.sqrt(2 * c["layers"])  # residual branches start small
        self.norm1, self.norm2 = nn.Parameter(torch.ones(h)), nn.Parameter(torch.ones(h))
        self.qkv, self.out = init(h, q + 2 * kv), init(q, h, back)
        self.gate_up, self.down = init(h, 2 * inter), init(inter, h, back)

    def forward(self, x, w, cos, sin, c, past=None):
        b, n, _ = x.shape
        heads, kv, d = c["heads"], c["kv_heads"], c["head_dim"]
        qkv = rms_norm(x, self.norm1, c["eps"]) @ w["qkv"]
        qk, v = qkv.view(b, n, heads + 2 * kv, d).transpose(1, 2).split([heads + kv, kv], 1)
        q, k = rotate(qk, cos, sin).split([heads, kv], 1)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        now = (k, v)
        y = attention(q, k, v, past is None)
        x = x + y.transpose(1, 2).reshape(b, n, heads * d) @ w["out"]
        gate, up = (rms_norm(x, self.norm2, c["eps"]) @ w["gate_up"]).chunk(2, -1)
        return x + (F.silu(gate) * up) @ w["down"], now


class Pocket(nn.Module):
    MATRICES = ("qkv", "out", "gate_up", "down")

    def __init__(self, c=CONFIG):
        super().__init__()
        self.c = c
        self.head = nn.Parameter(torch.randn(c["hidden"], c["vocab"]) / math.sqrt(c["hidden"]))
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["layers"]))
        self.norm = nn.Parameter(torch.ones(c["hidden"]))
        cos, sin = rotary(c["context"], c["head_dim"], c["theta"])
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def weights(self, quantised, dtype):
        """Matrices as the forward pass uses them: rounded to 4 bits or not, in `dtype`."""
        f = (lambda w: fake_quant(w).to(dtype)) if quantised else (lambda w: w.to(dtype))
        return f(self.head), [{m: f(getattr(l, m)) for m in self.MATRICES} for l in self.layers]

    def hidden(self, ids, weights, start=0, past=None):
        """ids [b, n] -> normed state [b, n, hidden] and the keys and values of every layer."""
        head, layers = weights
        x = F.embedding(ids, head.t())
        n = ids.shape[1]
        cos, sin = (t[start:start + n].to(x.dtype) for t in (self.cos, self.sin))
        keep = []
        for i, layer in enumerate(self.layers):
            x, kv = layer(x, layers[i], cos, sin, self.c, past[i] if past else None)
            keep.append(kv)
        return rms_norm(x, self.norm, self.c["eps"]), keep

    def forward(self, ids, weights):
        return self.hidden(ids, weights)[0] @ weights[0]
