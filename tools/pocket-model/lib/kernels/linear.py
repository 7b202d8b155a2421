"""Matrix products with 4-bit weights.

Weights are stored [in, out] so that neighbouring threads read neighbouring words:
`words` uint32 [K / 8, N], nibble i of a word is row 8 * r + i; `scale` float32 [K / 32, N];
value = (nibble - 7) * scale.
"""
from tvm.script import tirx as T

from . import scheduled
from .functions import exp2

GROUP = 32  # values along K that share a scale


def _power(u):
    """16^-u, exact: TVM would write seven digits of it."""
    return T.reinterpret("float32", T.int32((127 - 4 * u) << 23))


def _value(word, u, scale):
    """Value u of a word, 16^u times too large.  No shift: SwiftShader shifts lane by lane.  Value 7 wraps around in int32 and comes out right for nibbles up to 14."""
    part = T.cast(T.bitwise_and(word, T.uint32(15 << 4 * u)), "int32") - T.int32(7 << 4 * u)
    return T.cast(part, "float32") * scale


def _sum8(acc, xv, i, v):
    for u in range(8):
        acc = acc + xv[i * 8 + u] * v[u]
    return acc


@T.macro
def _tile(acc, at, xv, power, word, sc, x, w, s, m, row, col, half, K, ROWS, COLS, PER, TX):
    """acc[i * COLS + j] = sum_k x[row + i, k] * value[k, column j]; rows beyond m repeat the last one.

    Column j of a thread is col + (j % PER) * TX, the second PER of them `half` further on.  All that eight k take is loaded
    first: SwiftShader's loads are branches, and what it computes between branches it keeps in registers.
    """
    for i in T.unroll(ROWS * COLS):
        acc[i] = T.float32(0)
    for u in T.unroll(8):
        power[u] = _power(u)
    for i in T.unroll(ROWS):
        at[i] = T.min(T.cast(row, "int32") + i, T.cast(m, "int32") - 1)
    for g in T.serial(K // GROUP):
        for j in T.unroll(COLS):
            sc[j] = s[g, col + j % PER * TX + j // PER * half]
        for q in T.serial(GROUP // 8):
            for j in T.unroll(COLS):
                word[j] = w[g * (GROUP // 8) + q, col + j % PER * TX + j // PER * half]
            for i in T.unroll(ROWS):
                for h in T.unroll(2):
                    for u in T.vectorized(4):
                        xv[i * 8 + h * 4 + u] = x[at[i], g * GROUP + q * 8 + h * 4 + u] * power[h * 4 + u]
            for j in T.unroll(COLS):
                v0 = _value(word[j], 0, sc[j])
                v1 = _value(word[j], 1, sc[j])
                v2 = _value(word[j], 2, sc[j])
                v3 = _value(word[j], 3, sc[j])
                v4 = _value(word[j], 4, sc[j])
                v5 = _value(word[j], 5, sc[j])
                v6 = _value(word[j], 6, sc[j])
                v7 = _value(word[j], 7, sc[j])
                for i in T.unroll(ROWS):
                    acc[i * COLS + j] = _sum8(acc[i * COLS + j], xv, i, (v0, v1, v2, v3, v4, v5, v6, v7))


def _shape(N, rows, outputs):
    """Columns and threads for N results a row: (columns a thread, threads a workgroup)."""
    per, tx = (8 // outputs, 16) if rows > 1 else (2 // outputs, 32)
    assert N % (per * tx) == 0, f"{N} results do not divide into workgroups of {per * tx}"
    return per, tx


def linear(K, N, rows, residual):
    """y [m, N] = x [m, K] @ W (+ r [m, N]); `rows` rows of the result a thread.

    Without a residual the kernel leaves N open, so that products of the same K are one shader.
    """
    PER, TX = _shape(N, rows, 1)
    ROWS = rows

    @T.prim_func(s_tir=True)
    def plain(hx: T.handle, hw: T.handle, hs: T.handle, hy: T.handle):
        m, n = T.int64(), T.int64()
        x = T.match_buffer(hx, (m, K), "float32")
        w = T.match_buffer(hw, (K // 8, n), "uint32")
        s = T.match_buffer(hs, (K // GROUP, n), "float32")
        y = T.match_buffer(hy, (m, n), "float32")
        for by in T.thread_binding((m + (ROWS - 1)) // ROWS, "blockIdx.y"):
            for bx in T.thread_binding(n // (PER * TX), "blockIdx.x"):
                for tx in T.thread_binding(TX, "threadIdx.x"):
                    with T.sblock("linear"):
                        T.reads(x[0:m, 0:K], w[0:K // 8, 0:n], s[0:K // GROUP, 0:n])
                        T.writes(y[0:m, 0:n])
                        acc = T.sblock_alloc_buffer((ROWS * PER,), "float32", scope="local")
                        at = T.sblock_alloc_buffer((ROWS,), "int32", scope="local")
                        xv = T.sblock_alloc_buffer((ROWS * 8,), "float32", scope="local")
                        power = T.sblock_alloc_buffer((8,), "float32", scope="local")
                        sc = T.sblock_alloc_buffer((PER,), "float32", scope="local")
                        word = T.sblock_alloc_buffer((PER,), "uint32", scope="local")
                        _tile(acc, at, xv, power, word, sc, x, w, s, m, by * ROWS, bx * (PER * TX) + tx, 0, K, ROWS, PER, PER, TX)
                        for i in T.unroll(ROWS):
                            if by * ROWS + i < m:
                                for j in T.unroll(PER):
                                    y[by * ROWS + i, bx * (PER * TX) + j * TX + tx] = acc[i * PER + j]

    @T.prim_func(s_tir=True)
    def added(hx: T.handle, hw: T.handle, hs: T.handle, hr: T.handle, hy: T.handle):
        m = T.int64()
        x = T.match_buffer(hx, (m, K), "float32")
        w = T.match_buffer(hw, (K // 8, N), "uint32")
        s = T.match_buffer(hs, (K // GROUP, N), "float32")
        r = T.match_buffer(hr, (m, N), "float32")
        y = T.match_buffer(hy, (m, N), "float32")
        for by in T.thread_binding((m + (ROWS - 1)) // ROWS, "blockIdx.y"):
            for bx in T.thread_binding(N // (PER * TX), "blockIdx.x"):
                for tx in T.thread_binding(TX, "threadIdx.x"):
                    with T.sblock("linear"):
                        T.reads(x[0:m, 0:K], w[0:K // 8, 0:N], s[0:K // GROUP, 0:N], r[0:m, 0:N])
                        T.writes(y[0:m, 0:N])
                        acc = T.sblock_alloc_buffer((ROWS * PER,), "float32", scope="local")
                        at = T.sblock_alloc_buffer((ROWS,), "int32", scope="local")
                        xv = T.sblock_alloc_buffer((ROWS * 8,), "float32", scope="local")
                        power = T.sblock_alloc_buffer((8,), "float32", scope="local")
                        sc = T.sblock_alloc_buffer((PER,), "float32", scope="local")
                        word = T.sblock_alloc_buffer((PER,), "uint32", scope="local")
                        _tile(acc, at, xv, power, word, sc, x, w, s, m, by * ROWS, bx * (PER * TX) + tx, 0, K, ROWS, PER, PER, TX)
                        for i in T.unroll(ROWS):
                            if by * ROWS + i < m:
                                for j in T.unroll(PER):
                                    y[by * ROWS + i, bx * (PER * TX) + j * TX + tx] = (
                                        acc[i * PER + j] + r[by * ROWS + i, bx * (PER * TX) + j * TX + tx])

    return scheduled(added if residual else plain)


def swiglu(K, N, rows):
    """y [m, N] = silu(x @ G) * (x @ U), with W = [G | U] of 2 N columns: one thread has both halves."""
    PER, TX = _shape(N, rows, 2)
    ROWS, COLS = rows, 2 * PER

    @T.prim_func(s_tir=True)
    def swiglu(hx: T.handle, hw: T.handle, hs: T.handle, hy: T.handle):
        m = T.int64()
        x = T.match_buffer(hx, (m, K), "float32")
        w = T.match_buffer(hw, (K // 8, 2 * N), "uint32")
        s = T.match_buffer(hs, (K // GROUP, 2 * N), "float32")
        y = T.match_buffer(hy, (m, N), "float32")
        for by in T.thread_binding((m + (ROWS - 1)) // ROWS, "blockIdx.y"):
            for bx in T.thread_binding(N // (PER * TX), "blockIdx.x"):
                for tx in T.thread_binding(TX, "threadIdx.x"):
                    with T.sblock("swiglu"):
                        T.reads(x[0:m, 0:K], w[0:K // 8, 0:2 * N], s[0:K // GROUP, 0:2 * N])
                        T.writes(y[0:m, 0:N])
                        acc = T.sblock_alloc_buffer((ROWS * COLS,), "float32", scope="local")
                        at = T.sblock_alloc_buffer((ROWS,), "int32", scope="local")
                        xv = T.sblock_alloc_buffer((ROWS * 8,), "float32", scope="local")
                        power = T.sblock_alloc_buffer((8,), "float32", scope="local")
                        sc = T.sblock_alloc_buffer((COLS,), "float32", scope="local")
                        word = T.sblock_alloc_buffer((COLS,), "uint32", scope="local")
                        val = T.sblock_alloc_buffer((3,), "float32", scope="local")
                        _tile(acc, at, xv, power, word, sc, x, w, s, m, by * ROWS, bx * (PER * TX) + tx, N, K, ROWS, COLS, PER, TX)
                        for i in T.unroll(ROWS):
                            if by * ROWS + i < m:
                                for j in T.unroll(PER):
                                    val[2] = acc[i * COLS + j] * T.float32(-1.4426950408889634)
                                    exp2(val, 2, val)
                                    y[by * ROWS + i, bx * (PER * TX) + j * TX + tx] = (
                                        acc[i * COLS + j] / (T.float32(1) + val[2]) * acc[i * COLS + PER + j])

    return scheduled(swiglu)
