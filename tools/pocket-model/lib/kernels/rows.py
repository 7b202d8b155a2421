"""Row by row: RMS norm, rotary embedding."""
from tvm.script import tirx as T

from . import scheduled
from .functions import cos_sin

LANES = 4  # threads a row
ROWS = 8  # rows a workgroup


def rms_norm(K, eps):
    """y [m, K] = x / rms(x) * g.  Four threads a row; each sums the whole row (equal loads are
    cheap everywhere), so none waits for another, and writes every fourth vector of four."""

    @T.prim_func(s_tir=True)
    def rms(hx: T.handle, hg: T.handle, hy: T.handle):
        m = T.int64()
        x = T.match_buffer(hx, (m, K), "float32")
        g = T.match_buffer(hg, (K,), "float32")
        y = T.match_buffer(hy, (m, K), "float32")
        for bx in T.thread_binding((m + (ROWS - 1)) // ROWS, "blockIdx.x"):
            for tx in T.thread_binding(ROWS * LANES, "threadIdx.x"):
                with T.sblock("rms"):
                    T.reads(x[0:m, 0:K], g[0:K])
                    T.writes(y[0:m, 0:K])
                    a = T.sblock_alloc_buffer((1,), "float32", scope="local")
                    xv = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    if bx * ROWS + tx // LANES < m:
                        a[0] = T.float32(0)
                        for k in T.serial(K // 4):
                            for u in T.vectorized(4):
                                xv[u] = x[bx * ROWS + tx // LANES, k * 4 + u]
                            for u in T.unroll(4):
                                a[0] = a[0] + xv[u] * xv[u]
                        a[0] = T.float32(1) / T.sqrt(a[0] / T.float32(K) + T.float32(eps))
                        for k in T.serial(K // (4 * LANES)):
                            for u in T.vectorized(4):
                                y[bx * ROWS + tx // LANES, (k * LANES + tx % LANES) * 4 + u] = (
                                    x[bx * ROWS + tx // LANES, (k * LANES + tx % LANES) * 4 + u] * a[0]
                                    * g[(k * LANES + tx % LANES) * 4 + u])

    return scheduled(rms)


def split_rotary(H, KV, D, theta):
    """qkv [n, H + 2 KV, D] -> q [n, H, D], k [n, KV, D] turned by their positions, v [n, KV, D].

    Thread d of a row turns the pair (d, d + D/2) of every head, so sine and cosine are taken once.
    The frequency is a product over the bits of d, nearer than the built-in exp2 or pow.
    """
    HALF = D // 2
    BITS = HALF.bit_length() - 1
    assert HALF == 1 << BITS
    STEP = [float(theta) ** (-2.0 * (1 << b) / D) for b in range(BITS)]

    def frequency(d):
        r = T.float32(1)
        for b in range(BITS):
            r = r * T.if_then_else(T.bitwise_and(T.shift_right(d, b), 1) == 1, T.float32(STEP[b]), T.float32(1))
        return r

    @T.prim_func(s_tir=True)
    def rotary(hqkv: T.handle, hpos: T.handle, hq: T.handle, hk: T.handle, hv: T.handle, apply_rope: T.int64):
        n, off = T.int32(), T.int32()
        qkv = T.match_buffer(hqkv, (n, H + 2 * KV, D), "float32")
        q = T.match_buffer(hq, (n, H, D), "float32")
        k = T.match_buffer(hk, (n, KV, D), "float32")
        v = T.match_buffer(hv, (n, KV, D), "float32")
        pos = T.match_buffer(hpos, (n,), "int32", elem_offset=off)
        for bx in T.thread_binding(n, "blockIdx.x"):
            for tx in T.thread_binding(HALF, "threadIdx.x"):
                with T.sblock("rotary"):
                    T.reads(qkv[0:n, 0:H + 2 * KV, 0:D], pos[0:n])
                    T.writes(q[0:n, 0:H, 0:D], k[0:n, 0:KV, 0:D], v[0:n, 0:KV, 0:D])
                    a = T.sblock_alloc_buffer((4,), "float32", scope="local")  # angle then cosine, sine, x, y
                    t = T.sblock_alloc_buffer((3,), "float32", scope="local")
                    a[0] = frequency(tx) * T.cast(pos[bx], "float32") * T.cast(T.cast(apply_rope, "int32"), "float32")
                    cos_sin(a, 0, 1, t)
                    for h in T.unroll(H):
                        a[2] = qkv[bx, h, tx]
                        a[3] = qkv[bx, h, tx + HALF]
                        q[bx, h, tx] = a[2] * a[0] - a[3] * a[1]
                        q[bx, h, tx + HALF] = a[3] * a[0] + a[2] * a[1]
                    for h in T.unroll(KV):
                        a[2] = qkv[bx, H + h, tx]
                        a[3] = qkv[bx, H + h, tx + HALF]
                        k[bx, h, tx] = a[2] * a[0] - a[3] * a[1]
                        k[bx, h, tx + HALF] = a[3] * a[0] + a[2] * a[1]
                        v[bx, h, tx] = qkv[bx, H + KV + h, tx]
                        v[bx, h, tx + HALF] = qkv[bx, H + KV + h, tx + HALF]

    return scheduled(rotary)
