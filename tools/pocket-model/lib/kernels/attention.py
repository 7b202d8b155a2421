"""Attention over the paged cache, and among the new tokens themselves.

Softmax is in base 2; every kernel gives the attention over one part of the keys and that part's log2-sum-exp, and
`merge` joins two parts.  A thread (prefill) or a workgroup (decode) serves all query heads of one K/V head, so a
key or value is loaded once for the group.
"""
from tvm.script import tirx as T

from . import scheduled
from .functions import exp2, log2
from .pages import P

LOG2E = 1.4426950408889634
NONE = -5e4  # log2-sum-exp of no keys at all
TILE = 16  # keys that the rows of a prefilling workgroup walk together; a page
TX = 64  # threads of a decoding workgroup: one a feature


@T.macro
def _begin(o, top, mass, G, D):
    for i in T.unroll(G * D):
        o[i] = T.float32(0)
    for g in T.unroll(G):
        top[g] = T.float32(NONE)
        mass[g] = T.float32(1)  # of nothing: the first true maximum scales it away


@T.macro
def _weigh(o, top, mass, a, was, t, G, D):
    """From the scores a [G] of one key to its weights; where a score is the largest so far, what was added up shrinks."""
    for g in T.unroll(G):
        if a[g] > top[g]:
            was[0] = top[g] - a[g]
            exp2(was, 0, t)
            top[g] = a[g]
            mass[g] = mass[g] * was[0]
            for e in T.unroll(D):
                o[g * D + e] = o[g * D + e] * was[0]
        a[g] = a[g] - top[g]
        exp2(a, g, t)
        mass[g] = mass[g] + a[g]


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
                        a = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        top = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        mass = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        was = T.sblock_alloc_buffer((1,), "float32", scope="local")
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
                        for e in T.unroll(G * D // 4):
                            for u in T.vectorized(4):
                                x[u] = q[iv[0], by * G + e // (D // 4), e % (D // 4) * 4 + u]
                            for u in T.unroll(4):
                                ql[e * 4 + u] = x[u] * (scale * T.float32(LOG2E))
                        _begin(o, top, mass, G, D)
                        for t in T.serial((iv[3] + (P - 1)) // P):
                            iv[4] = pv[pi[iv[1]] + t]
                            for j in T.serial(P):
                                for g in T.unroll(G):
                                    a[g] = T.float32(0)
                                for e in T.unroll(D // 4):
                                    for u in T.vectorized(4):
                                        x[u] = pages[iv[4], 0, by, j, e * 4 + u]
                                    for g in T.unroll(G):
                                        for u in T.unroll(4):
                                            a[g] = a[g] + ql[g * D + e * 4 + u] * x[u]
                                for g in T.unroll(G):
                                    a[g] = T.if_then_else(t * P + j < iv[2], a[g], T.float32(NONE))
                                _weigh(o, top, mass, a, was, two, G, D)
                                for e in T.unroll(D // 4):
                                    for u in T.vectorized(4):
                                        x[u] = pages[iv[4], 1, by, j, e * 4 + u]
                                    for g in T.unroll(G):
                                        for u in T.unroll(4):
                                            o[g * D + e * 4 + u] = o[g * D + e * 4 + u] + a[g] * x[u]
                        if bx * 16 + tx < n:
                            for g in T.unroll(G):
                                for e in T.unroll(D):
                                    out[iv[0], by * G + g, e] = o[g * D + e] / mass[g]
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
                        a = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        top = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        mass = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        was = T.sblock_alloc_buffer((1,), "float32", scope="local")
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
                        for e in T.unroll(G * D // 4):
                            for u in T.vectorized(4):
                                x[u] = q[iv[0], by * G + e // (D // 4), e % (D // 4) * 4 + u]
                            for u in T.unroll(4):
                                ql[e * 4 + u] = x[u] * (scale * T.float32(LOG2E))
                        _begin(o, top, mass, G, D)
                        for t in T.serial((iv[3] + (TILE - 1)) // TILE):
                            for j in T.serial(TILE):
                                for g in T.unroll(G):
                                    a[g] = T.float32(0)
                                for e in T.unroll(D // 4):
                                    for u in T.vectorized(4):
                                        x[u] = k[T.min(iv[4] + t * TILE + j, kn - 1), by, e * 4 + u]
                                    for g in T.unroll(G):
                                        for u in T.unroll(4):
                                            a[g] = a[g] + ql[g * D + e * 4 + u] * x[u]
                                for g in T.unroll(G):
                                    a[g] = T.if_then_else(t * TILE + j < iv[2], a[g], T.float32(NONE))
                                _weigh(o, top, mass, a, was, two, G, D)
                                for e in T.unroll(D // 4):
                                    for u in T.vectorized(4):
                                        x[u] = v[T.min(iv[4] + t * TILE + j, kn - 1), by, e * 4 + u]
                                    for g in T.unroll(G):
                                        for u in T.unroll(4):
                                            o[g * D + e * 4 + u] = o[g * D + e * 4 + u] + a[g] * x[u]
                        if bx * 16 + tx < n:
                            for g in T.unroll(G):
                                for e in T.unroll(D):
                                    out[iv[0], by * G + g, e] = o[g * D + e] / mass[g]
                                log2(mass, g, two, exponent)
                                lse[iv[0], by * G + g] = top[g] + mass[g]

    return scheduled(attn_ragged)


def paged_decode(H, KV, D, context):
    """One query a sequence over its pages: a workgroup a sequence and K/V head, 64 threads over the keys for the
    scores, then over the features for the values.  The scores of all keys (at most `context`) lie in shared memory."""
    G = H // KV
    PARTS = TX * 4 // D  # shares of the keys while values are added up; a thread has four features
    assert D == TX

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
        for by in T.thread_binding(KV, "blockIdx.y"):
            for bx in T.thread_binding(b, "blockIdx.x"):
                for tx in T.thread_binding(TX, "threadIdx.x"):
                    with T.sblock("attn"):
                        T.reads(q[0:b, 0:H, 0:D], pages[0:npage, 0:2, 0:KV, 0:P, 0:D], pi[0:b + 1], pv[0:nnz], last[0:b])
                        T.writes(out[0:b, 0:H, 0:D], lse[0:b, 0:H])
                        score = T.sblock_alloc_buffer((G * context,), "float32", scope="shared")
                        part = T.sblock_alloc_buffer((G * TX,), "float32", scope="shared")
                        value = T.sblock_alloc_buffer((PARTS * G * D,), "float32", scope="shared")
                        x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        qv = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        a = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        top = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        mass = T.sblock_alloc_buffer((G,), "float32", scope="local")
                        o = T.sblock_alloc_buffer((G * 4,), "float32", scope="local")
                        two = T.sblock_alloc_buffer((2,), "float32", scope="local")
                        exponent = T.sblock_alloc_buffer((1,), "int32", scope="local")
                        iv = T.sblock_alloc_buffer((2,), "int32", scope="local")  # keys, page
                        iv[0] = 0
                        if pi[bx + 1] > pi[bx]:
                            iv[0] = T.min((pi[bx + 1] - pi[bx] - 1) * P + last[bx], context)
                        for g in T.unroll(G):
                            top[g] = T.float32(NONE)
                        for i in T.serial((iv[0] + (TX - 1)) // TX):
                            if i * TX + tx < iv[0]:
                                iv[1] = pv[pi[bx] + (i * TX + tx) // P]
                                for g in T.unroll(G):
                                    a[g] = T.float32(0)
                                for e in T.serial(D // 4):
                                    for u in T.vectorized(4):
                                        x[u] = pages[iv[1], 0, by, tx % P, e * 4 + u]
                                    for g in T.unroll(G):
                                        for u in T.vectorized(4):
                                            qv[u] = q[bx, by * G + g, e * 4 + u]
                                        for u in T.unroll(4):
                                            a[g] = a[g] + qv[u] * x[u]
                                for g in T.unroll(G):
                                    a[g] = a[g] * (scale * T.float32(LOG2E))
                                    score[g * context + i * TX + tx] = a[g]
                                    top[g] = T.max(top[g], a[g])
                        for g in T.unroll(G):
                            part[g * TX + tx] = top[g]
                        T.tvm_storage_sync("shared")
                        for g in T.unroll(G):
                            for i in T.serial(TX):
                                top[g] = T.max(top[g], part[g * TX + i])
                        for g in T.unroll(G):
                            mass[g] = T.float32(0)
                        for i in T.unroll(G * 4):
                            o[i] = T.float32(0)
                        for i in T.serial((iv[0] + (PARTS - 1)) // PARTS):
                            if i * PARTS + tx // (D // 4) < iv[0]:
                                iv[1] = pv[pi[bx] + (i * PARTS + tx // (D // 4)) // P]
                                for u in T.vectorized(4):
                                    x[u] = pages[iv[1], 1, by, (i * PARTS + tx // (D // 4)) % P, tx % (D // 4) * 4 + u]
                                for g in T.unroll(G):
                                    a[g] = score[g * context + i * PARTS + tx // (D // 4)] - top[g]
                                    exp2(a, g, two)
                                    mass[g] = mass[g] + a[g]
                                    for u in T.unroll(4):
                                        o[g * 4 + u] = o[g * 4 + u] + a[g] * x[u]
                        T.tvm_storage_sync("shared")
                        for g in T.unroll(G):
                            part[g * TX + tx] = mass[g]
                            for u in T.unroll(4):
                                value[(tx // (D // 4) * G + g) * D + tx % (D // 4) * 4 + u] = o[g * 4 + u]
                        T.tvm_storage_sync("shared")
                        for g in T.unroll(G):
                            mass[g] = T.float32(0)
                            a[g] = T.float32(0)
                            for i in T.unroll(PARTS):
                                mass[g] = mass[g] + part[g * TX + i * (D // 4)]
                                a[g] = a[g] + value[(i * G + g) * D + tx]
                            mass[g] = T.max(mass[g], T.float32(1e-30))  # no keys: a result of zero, and next to no weight
                            out[bx, by * G + g, tx] = a[g] / mass[g]
                        if tx == 0:
                            for g in T.unroll(G):
                                log2(mass, g, two, exponent)
                                lse[bx, by * G + g] = top[g] + mass[g]

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
