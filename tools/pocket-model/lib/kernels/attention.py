"""Attention over the paged cache, and among the new tokens themselves.

Softmax is in base 2; every kernel gives the attention over one part of the keys and that part's log2-sum-exp, and
`merge` joins two parts.  A prefilling thread serves all query heads of one K/V head, so a key or value is
loaded once for the group, and takes KEYS keys at a time in loops over the features.  Its query and result are private
arrays that those loops index: 256 floats a thread would not fit into a GPU's registers either, and unrolled they
were half of the time that all shaders took to compile.
"""
from tvm.script import tirx as T

from . import scheduled
from .functions import exp2, log2
from .pages import P

LOG2E = 1.4426950408889634
NONE = -5e4  # log2-sum-exp of no keys at all
TILE = 16  # keys that the rows of a prefilling workgroup walk together; a page
TX = 64
KEYS = 4  # keys a prefilling thread takes at a time
SHARES = 8  # threads that share the keys of a decoding sequence's head


@T.macro
def _weigh(top, mass, s, was, t, G):
    """From the scores s [G, KEYS] of some keys to their weights; what was added up before is to shrink by was [G]."""
    for g in T.unroll(G):
        was[g] = top[g]
        for j in T.unroll(KEYS):
            top[g] = T.max(top[g], s[g * KEYS + j])
        was[g] = was[g] - top[g]
        exp2(was, g, t)
        mass[g] = mass[g] * was[g]
    for g in T.unroll(G):
        for j in T.unroll(KEYS):
            s[g * KEYS + j] = s[g * KEYS + j] - top[g]
            exp2(s, g * KEYS + j, t)
            mass[g] = mass[g] + s[g * KEYS + j]


@T.macro
def _sequence(iv, indptr, b):
    """iv[1] = the sequence that row iv[0] belongs to."""
    iv[1] = 0
    for s in T.serial(b - 1):
        if indptr[s + 1] <= iv[0]:
            iv[1] = s + 1


def paged_prefill(H, KV, D):
    """Rows of queries over the pages of their sequences: a thread a row and K/V head.

    All rows of a workgroup walk as many keys as its last row, so that rows of one sequence stay together.
    """
    G = H // KV

    @T.prim_func(s_tir=True)
    def attn_paged(hq: T.handle, hqi: T.handle, hp: T.handle, hpi: T.handle, hpv: T.handle, hlen: T.handle,
                   hkr: T.handle, hqr: T.handle, ho: T.handle, hl: T.handle, causal: T.int32,
                   rotary: T.int32, rscale: T.float32, rtheta: T.float32, scale: T.float32):
        n, b, npage, nnz = T.int32(), T.int32(), T.int32(), T.int32()
        o1, o2, o3, o4, o5, o6 = T.int32(), T.int32(), T.int32(), T.int32(), T.int32(), T.int32()
        q = T.match_buffer(hq, (n, H, D), "float32")
        qi = T.match_buffer(hqi, (b + 1,), "int32", elem_offset=o1)
        pages = T.match_buffer(hp, (npage, 2, KV, P, D), "float32")
        pi = T.match_buffer(hpi, (b + 1,), "int32", elem_offset=o2)
        pv = T.match_buffer(hpv, (nnz,), "int32", elem_offset=o3)
        last = T.match_buffer(hlen, (b,), "int32", elem_offset=o4)
        kr = T.match_buffer(hkr, (b,), "int32", elem_offset=o5)
        qr = T.match_buffer(hqr, (n,), "int32", elem_offset=o6)
        out = T.match_buffer(ho, (n, H, D), "float32")
        lse = T.match_buffer(hl, (n, H), "float32")
        for by in T.thread_binding(KV, "blockIdx.y"):
            for bx in T.thread_binding((n + 15) // 16, "blockIdx.x"):
                for tx in T.thread_binding(16, "threadIdx.x"):
                    with T.sblock("attn"):
                        T.reads(q[0:n, 0:H, 0:D], qi[0:b + 1], pages[0:npage, 0:2, 0:KV, 0:P, 0:D], pi[0:b + 1], pv[0:nnz], last[0:b])
                        T.writes(out[0:n, 0:H, 0:D], lse[0:n, 0:H])
                        ql = T.sblock_alloc_buffer((G * D,), "float32", scope="local")
                        o = T.sblock_alloc_buffer((G * D,), "float32", scope="local")
                        x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        a = T.sblock_alloc_buffer((G * KEYS,), "float32", scope="local")
                        r = T.sblock_alloc_buffer((G * 4,), "float32", scope="local")
                        top = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        mass = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        was = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                        exponent = T.sblock_alloc_buffer((1,), "int32", scope="local")
                        iv = T.sblock_alloc_buffer((5,), "int32", scope="local")  # row, sequence, keys, keys walked, page
                        iv[0] = T.min(bx * 16 + tx, n - 1)
                        _sequence(iv, qi, b)
                        iv[2] = 0
                        if pi[iv[1] + 1] > pi[iv[1]]:
                            iv[2] = (pi[iv[1] + 1] - pi[iv[1]] - 1) * P + last[iv[1]]
                        iv[3] = iv[2]
                        if causal == 1:
                            iv[3] = T.min(iv[2], T.max(0, iv[2] - qi[iv[1] + 1] + bx * 16 + 16))
                            iv[2] = T.max(0, iv[2] - qi[iv[1] + 1] + iv[0] + 1)
                        for g in T.unroll(G):
                            for e in T.serial(D // 4):
                                for u in T.vectorized(4):
                                    ql[(g * (D // 4) + e) * 4 + u] = q[iv[0], by * G + g, e * 4 + u] * (scale * T.float32(LOG2E))
                                for u in T.vectorized(4):
                                    o[(g * (D // 4) + e) * 4 + u] = T.float32(0)
                        for g in T.unroll(G):
                            top[g] = T.float32(NONE)
                            mass[g] = T.float32(1)  # of nothing: the first true maximum scales it away
                        for t in T.serial((iv[3] + (P - 1)) // P):
                            iv[4] = pv[pi[iv[1]] + t]
                            for j0 in T.serial(P // KEYS):
                                for i in T.unroll(G * KEYS):
                                    a[i] = T.float32(0)
                                for e in T.serial(D // 4):
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            r[g * 4 + u] = ql[(g * (D // 4) + e) * 4 + u]
                                    for j in T.unroll(KEYS):
                                        for u in T.vectorized(4):
                                            x[u] = pages[iv[4], 0, by, j0 * KEYS + j, e * 4 + u]
                                        for g in T.unroll(G):
                                            a[g * KEYS + j] = a[g * KEYS + j] + r[g * 4] * x[0] + r[g * 4 + 1] * x[1] + r[g * 4 + 2] * x[2] + r[g * 4 + 3] * x[3]
                                for g in T.unroll(G):
                                    for j in T.unroll(KEYS):
                                        a[g * KEYS + j] = T.if_then_else(t * P + j0 * KEYS + j < iv[2], a[g * KEYS + j], T.float32(NONE))
                                _weigh(top, mass, a, was, two, G)
                                for e in T.serial(D // 4):
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            r[g * 4 + u] = o[(g * (D // 4) + e) * 4 + u] * was[g]
                                    for j in T.unroll(KEYS):
                                        for u in T.vectorized(4):
                                            x[u] = pages[iv[4], 1, by, j0 * KEYS + j, e * 4 + u]
                                        for g in T.unroll(G):
                                            for u in T.vectorized(4):
                                                r[g * 4 + u] = r[g * 4 + u] + a[g * KEYS + j] * x[u]
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            o[(g * (D // 4) + e) * 4 + u] = r[g * 4 + u]
                        if bx * 16 + tx < n:
                            for g in T.unroll(G):
                                for e in T.serial(D // 4):
                                    for u in T.vectorized(4):
                                        out[iv[0], by * G + g, e * 4 + u] = o[(g * (D // 4) + e) * 4 + u] / mass[g]
                                log2(mass, g, two, exponent)
                                lse[iv[0], by * G + g] = top[g] + mass[g]

    return scheduled(attn_paged)


def ragged_prefill(H, KV, D):
    """Rows of queries over the new keys and values of their own sequences; else as paged_prefill."""
    G = H // KV

    @T.prim_func(s_tir=True)
    def attn_ragged(hq: T.handle, hqi: T.handle, hk: T.handle, hv: T.handle, hki: T.handle, hqr: T.handle,
                    hkr: T.handle, ho: T.handle, hl: T.handle, causal: T.int32, rotary: T.int32,
                    rscale: T.float32, rtheta: T.float32, scale: T.float32):
        n, kn, b = T.int32(), T.int32(), T.int32()
        o1, o2, o3, o4 = T.int32(), T.int32(), T.int32(), T.int32()
        q = T.match_buffer(hq, (n, H, D), "float32")
        qi = T.match_buffer(hqi, (b + 1,), "int32", elem_offset=o1)
        k = T.match_buffer(hk, (kn, KV, D), "float32")
        v = T.match_buffer(hv, (kn, KV, D), "float32")
        ki = T.match_buffer(hki, (b + 1,), "int32", elem_offset=o2)
        qr = T.match_buffer(hqr, (n,), "int32", elem_offset=o3)
        kr = T.match_buffer(hkr, (b,), "int32", elem_offset=o4)
        out = T.match_buffer(ho, (n, H, D), "float32")
        lse = T.match_buffer(hl, (n, H), "float32")
        for by in T.thread_binding(KV, "blockIdx.y"):
            for bx in T.thread_binding((n + 15) // 16, "blockIdx.x"):
                for tx in T.thread_binding(16, "threadIdx.x"):
                    with T.sblock("attn"):
                        T.reads(q[0:n, 0:H, 0:D], qi[0:b + 1], k[0:kn, 0:KV, 0:D], v[0:kn, 0:KV, 0:D], ki[0:b + 1])
                        T.writes(out[0:n, 0:H, 0:D], lse[0:n, 0:H])
                        ql = T.sblock_alloc_buffer((G * D,), "float32", scope="local")
                        o = T.sblock_alloc_buffer((G * D,), "float32", scope="local")
                        x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        a = T.sblock_alloc_buffer((G * KEYS,), "float32", scope="local")
                        r = T.sblock_alloc_buffer((G * 4,), "float32", scope="local")
                        top = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        mass = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        was = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                        exponent = T.sblock_alloc_buffer((1,), "int32", scope="local")
                        iv = T.sblock_alloc_buffer((5,), "int32", scope="local")  # row, sequence, keys, keys walked, first key
                        iv[0] = T.min(bx * 16 + tx, n - 1)
                        _sequence(iv, qi, b)
                        iv[4] = ki[iv[1]]
                        iv[2] = ki[iv[1] + 1] - iv[4]
                        iv[3] = iv[2]
                        if causal == 1:
                            iv[3] = T.min(iv[2], T.max(0, iv[2] - qi[iv[1] + 1] + bx * 16 + 16))
                            iv[2] = T.max(0, iv[2] - qi[iv[1] + 1] + iv[0] + 1)
                        for g in T.unroll(G):
                            for e in T.serial(D // 4):
                                for u in T.vectorized(4):
                                    ql[(g * (D // 4) + e) * 4 + u] = q[iv[0], by * G + g, e * 4 + u] * (scale * T.float32(LOG2E))
                                for u in T.vectorized(4):
                                    o[(g * (D // 4) + e) * 4 + u] = T.float32(0)
                        for g in T.unroll(G):
                            top[g] = T.float32(NONE)
                            mass[g] = T.float32(1)  # of nothing: the first true maximum scales it away
                        for t in T.serial((iv[3] + (TILE - 1)) // TILE):
                            for j0 in T.serial(TILE // KEYS):
                                for i in T.unroll(G * KEYS):
                                    a[i] = T.float32(0)
                                for e in T.serial(D // 4):
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            r[g * 4 + u] = ql[(g * (D // 4) + e) * 4 + u]
                                    for j in T.unroll(KEYS):
                                        for u in T.vectorized(4):
                                            x[u] = k[T.min(iv[4] + t * TILE + j0 * KEYS + j, kn - 1), by, e * 4 + u]
                                        for g in T.unroll(G):
                                            a[g * KEYS + j] = a[g * KEYS + j] + r[g * 4] * x[0] + r[g * 4 + 1] * x[1] + r[g * 4 + 2] * x[2] + r[g * 4 + 3] * x[3]
                                for g in T.unroll(G):
                                    for j in T.unroll(KEYS):
                                        a[g * KEYS + j] = T.if_then_else(t * TILE + j0 * KEYS + j < iv[2], a[g * KEYS + j], T.float32(NONE))
                                _weigh(top, mass, a, was, two, G)
                                for e in T.serial(D // 4):
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            r[g * 4 + u] = o[(g * (D // 4) + e) * 4 + u] * was[g]
                                    for j in T.unroll(KEYS):
                                        for u in T.vectorized(4):
                                            x[u] = v[T.min(iv[4] + t * TILE + j0 * KEYS + j, kn - 1), by, e * 4 + u]
                                        for g in T.unroll(G):
                                            for u in T.vectorized(4):
                                                r[g * 4 + u] = r[g * 4 + u] + a[g * KEYS + j] * x[u]
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            o[(g * (D // 4) + e) * 4 + u] = r[g * 4 + u]
                        if bx * 16 + tx < n:
                            for g in T.unroll(G):
                                for e in T.serial(D // 4):
                                    for u in T.vectorized(4):
                                        out[iv[0], by * G + g, e * 4 + u] = o[(g * (D // 4) + e) * 4 + u] / mass[g]
                                log2(mass, g, two, exponent)
                                lse[iv[0], by * G + g] = top[g] + mass[g]

    return scheduled(attn_ragged)


def paged_decode(H, KV, D):
    """One query a sequence over its pages: a thread a sequence, head and share of the keys (every SHARES-th), then a
    second kernel that joins the shares.  Without barriers: SwiftShader makes a fiber of every four threads that wait."""
    G = H // KV
    Q = D // 4  # threads that join the shares of a head: one for four features

    @T.prim_func(s_tir=True)
    def attn_decode(hq: T.handle, hp: T.handle, hpi: T.handle, hpv: T.handle, hlen: T.handle, hkr: T.handle,
                    hqr: T.handle, ho: T.handle, hl: T.handle, rotary: T.int32, rscale: T.float32,
                    rtheta: T.float32, scale: T.float32):
        b, npage, nnz = T.int32(), T.int32(), T.int32()
        o2, o3, o4, o5, o6 = T.int32(), T.int32(), T.int32(), T.int32(), T.int32()
        q = T.match_buffer(hq, (b, H, D), "float32")
        pages = T.match_buffer(hp, (npage, 2, KV, P, D), "float32")
        pi = T.match_buffer(hpi, (b + 1,), "int32", elem_offset=o2)
        pv = T.match_buffer(hpv, (nnz,), "int32", elem_offset=o3)
        last = T.match_buffer(hlen, (b,), "int32", elem_offset=o4)
        kr = T.match_buffer(hkr, (b,), "int32", elem_offset=o5)
        qr = T.match_buffer(hqr, (b,), "int32", elem_offset=o6)
        out = T.match_buffer(ho, (b, H, D), "float32")
        lse = T.match_buffer(hl, (b, H), "float32")
        value = T.sblock_alloc_buffer((b, H, SHARES, D), "float32")
        weight = T.sblock_alloc_buffer((b, H, SHARES, 2), "float32")  # largest score, mass relative to it
        for bx in T.thread_binding(b, "blockIdx.x"):
            for tx in T.thread_binding(H * SHARES, "threadIdx.x"):
                with T.sblock("shares"):
                    T.reads(q[0:b, 0:H, 0:D], pages[0:npage, 0:2, 0:KV, 0:P, 0:D], pi[0:b + 1], pv[0:nnz], last[0:b])
                    T.writes(value[0:b, 0:H, 0:SHARES, 0:D], weight[0:b, 0:H, 0:SHARES, 0:2])
                    ql = T.sblock_alloc_buffer((D,), "float32", scope="local")
                    o = T.sblock_alloc_buffer((D,), "float32", scope="local")
                    x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    a = T.sblock_alloc_buffer((4,), "float32", scope="local")  # score then weight, top, mass, rescaling
                    two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                    iv = T.sblock_alloc_buffer((7,), "int32", scope="local")  # keys, key, page, first page, head, K/V head, share
                    iv[3] = pi[bx]
                    iv[4] = tx // SHARES
                    iv[5] = tx // (SHARES * G)
                    iv[6] = tx % SHARES
                    iv[0] = 0
                    if pi[bx + 1] > iv[3]:
                        iv[0] = (pi[bx + 1] - iv[3] - 1) * P + last[bx]
                    for e in T.serial(D // 4):
                        for u in T.vectorized(4):
                            ql[e * 4 + u] = q[bx, iv[4], e * 4 + u] * (scale * T.float32(LOG2E))
                        for u in T.vectorized(4):
                            o[e * 4 + u] = T.float32(0)
                    a[1] = T.float32(NONE)
                    a[2] = T.float32(0)
                    for t in T.serial((iv[0] - iv[6] + (SHARES - 1)) // SHARES):
                        iv[1] = t * SHARES + iv[6]
                        iv[2] = pv[iv[3] + iv[1] // P]
                        iv[1] = iv[1] % P
                        a[0] = T.float32(0)
                        for e in T.unroll(D // 4):
                            for u in T.vectorized(4):
                                x[u] = pages[iv[2], 0, iv[5], iv[1], e * 4 + u]
                            a[0] = a[0] + ql[e * 4] * x[0] + ql[e * 4 + 1] * x[1] + ql[e * 4 + 2] * x[2] + ql[e * 4 + 3] * x[3]
                        a[3] = a[1]
                        if a[0] > a[1]:
                            a[1] = a[0]
                        a[3] = a[3] - a[1]
                        exp2(a, 3, two)
                        a[0] = a[0] - a[1]
                        exp2(a, 0, two)
                        a[2] = a[2] * a[3] + a[0]
                        for e in T.unroll(D // 4):
                            for u in T.vectorized(4):
                                x[u] = pages[iv[2], 1, iv[5], iv[1], e * 4 + u]
                            for u in T.vectorized(4):
                                o[e * 4 + u] = o[e * 4 + u] * a[3] + a[0] * x[u]
                    for e in T.serial(D // 4):
                        for u in T.vectorized(4):
                            value[bx, iv[4], iv[6], e * 4 + u] = o[e * 4 + u]
                    weight[bx, iv[4], iv[6], 0] = a[1]
                    weight[bx, iv[4], iv[6], 1] = a[2]
        for bx in T.thread_binding(b, "blockIdx.x"):
            for tx in T.thread_binding(H * Q, "threadIdx.x"):
                with T.sblock("join"):
                    T.reads(value[0:b, 0:H, 0:SHARES, 0:D], weight[0:b, 0:H, 0:SHARES, 0:2])
                    T.writes(out[0:b, 0:H, 0:D], lse[0:b, 0:H])
                    o = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    a = T.sblock_alloc_buffer((3,), "float32", scope="local")  # top, mass, weight
                    two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                    exponent = T.sblock_alloc_buffer((1,), "int32", scope="local")
                    a[0] = T.float32(NONE)
                    a[1] = T.float32(0)
                    for u in T.unroll(4):
                        o[u] = T.float32(0)
                    for i in T.serial(SHARES):
                        a[0] = T.max(a[0], weight[bx, tx // Q, i, 0])
                    for i in T.serial(SHARES):
                        a[2] = weight[bx, tx // Q, i, 0] - a[0]
                        exp2(a, 2, two)
                        a[1] = a[1] + a[2] * weight[bx, tx // Q, i, 1]
                        for u in T.unroll(4):
                            o[u] = o[u] + a[2] * value[bx, tx // Q, i, tx % Q * 4 + u]
                    a[1] = T.max(a[1], T.float32(1e-30))  # no keys: a result of zero, and next to no weight
                    for u in T.unroll(4):
                        out[bx, tx // Q, tx % Q * 4 + u] = o[u] / a[1]
                    if tx % Q == 0:
                        log2(a, 1, two, exponent)
                        lse[bx, tx // Q] = a[0] + a[1]

    return scheduled(attn_decode)


def merge(H, D):
    """Join two partial attentions, v and s in place.  TVM's own kernel lets every thread of a row write s while
    others still read it; here one thread has a row's head to itself, so there is no race."""
    ROWS = TX // H

    @T.prim_func(s_tir=True)
    def attn_merge(hv: T.handle, hs: T.handle, hv2: T.handle, hs2: T.handle):
        n = T.int32()
        v = T.match_buffer(hv, (n, H, D), "float32")
        s = T.match_buffer(hs, (n, H), "float32")
        v2 = T.match_buffer(hv2, (n, H, D), "float32")
        s2 = T.match_buffer(hs2, (n, H), "float32")
        for bx in T.thread_binding((n + (ROWS - 1)) // ROWS, "blockIdx.x"):
            for tx in T.thread_binding(TX, "threadIdx.x"):
                with T.sblock("merge"):
                    T.reads(v[0:n, 0:H, 0:D], s[0:n, 0:H], v2[0:n, 0:H, 0:D], s2[0:n, 0:H])
                    T.writes(v[0:n, 0:H, 0:D], s[0:n, 0:H])
                    a = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                    exponent = T.sblock_alloc_buffer((1,), "int32", scope="local")
                    if bx * ROWS + tx // H < n:
                        a[0] = T.max(s[bx * ROWS + tx // H, tx % H], s2[bx * ROWS + tx // H, tx % H])
                        a[1] = s[bx * ROWS + tx // H, tx % H] - a[0]
                        a[2] = s2[bx * ROWS + tx // H, tx % H] - a[0]
                        exp2(a, 1, two)
                        exp2(a, 2, two)
                        a[3] = a[1] + a[2]
                        log2(a, 3, two, exponent)
                        s[bx * ROWS + tx // H, tx % H] = a[0] + a[3]
                        for e in T.serial(D):
                            v[bx * ROWS + tx // H, tx % H, e] = (
                                v[bx * ROWS + tx // H, tx % H, e] * a[1] + v2[bx * ROWS + tx // H, tx % H, e] * a[2]) / (a[1] + a[2])

    return scheduled(attn_merge)
