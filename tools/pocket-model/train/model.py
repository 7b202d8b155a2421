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
    """[b, heads, n, d] each.  Written out: on a CPU the fused kernel's backward pass in bf16 is several times slower at our short lengths."""
    s = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if causal:
        n = q.shape[2]
        s = s + torch.full((n, n), -1e9, dtype=s.dtype).triu(1)
    return s.softmax(-1) @ v


def rms_norm(x, weight, eps):
    y = x.float()
    return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


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
        q, k, v = qkv.view(b, n, heads + 2 * kv, d).transpose(1, 2).split([heads, kv, kv], 1)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        now = (k, v)
        k, v = (t.repeat_interleave(heads // kv, 1) for t in (k, v))
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
