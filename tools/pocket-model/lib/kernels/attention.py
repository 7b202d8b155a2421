"""Attention over the paged cache, and over the new tokens themselves."""
from tvm.script import tirx as T

from . import scheduled

# ------------------------------------------------------------- attention
# One thread per (query row, head), online softmax in base 2; the result is the
# attention over one KV block plus its log2-sum-exp, which merge() joins.
LOG2E = 1.4426950408889634


@T.macro
def _start(o, st, D):
    st[0] = T.float32(-5e4)
    st[1] = T.float32(1)
    for e in T.serial(D):
        o[e] = T.float32(0)


@T.macro
def _rescale(o, st, D, scale):
    # st: running max, running sum, score, new max
    st[2] = st[2] * scale * T.float32(LOG2E)
    st[3] = T.max(st[0], st[2])
    st[0] = T.exp2(st[0] - st[3])
    st[2] = T.exp2(st[2] - st[3])
    st[1] = st[1] * st[0] + st[2]
    for e in T.serial(D):
        o[e] = o[e] * st[0]
    st[0] = st[3]


def paged_prefill(H, KV, D, P=16):
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
        for by in T.thread_binding(H, "blockIdx.y"):
            for bx in T.thread_binding((n + 15) // 16, "blockIdx.x"):
                for tx in T.thread_binding(16, "threadIdx.x"):
                    with T.sblock("attn"):
                        T.reads(q[0:n, 0:H, 0:D], qi[0:b + 1], pages[0:npage, 0:2, 0:KV, 0:P, 0:D], pi[0:b + 1], pv[0:nnz], last[0:b])
                        T.writes(out[0:n, 0:H, 0:D], lse[0:n, 0:H])
                        ql = T.sblock_alloc_buffer((D,), "float32", scope="local")
                        o = T.sblock_alloc_buffer((D,), "float32", scope="local")
                        st = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        iv = T.sblock_alloc_buffer((4,), "int32", scope="local")  # sequence, kv length, page, row
                        iv[3] = bx * 16 + tx
                        if iv[3] < qi[b]:
                            iv[0] = 0
                            for s in T.serial(b):
                                if qi[s + 1] <= iv[3]:
                                    iv[0] = s + 1
                            iv[1] = 0
                            if pi[iv[0] + 1] > pi[iv[0]]:
                                iv[1] = (pi[iv[0] + 1] - pi[iv[0]] - 1) * P + last[iv[0]]
                            if causal == 1:
                                iv[1] = T.max(0, iv[1] - (qi[iv[0] + 1] - qi[iv[0]]) + iv[3] - qi[iv[0]] + 1)
                            for e in T.serial(D):
                                ql[e] = q[iv[3], by, e]
                            _start(o, st, D)
                            for j in T.serial(iv[1]):
                                iv[2] = pv[pi[iv[0]] + j // P]
                                st[2] = T.float32(0)
                                for e in T.serial(D):
                                    st[2] = st[2] + ql[e] * pages[iv[2], 0, by // G, j % P, e]
                                _rescale(o, st, D, scale)
                                for e in T.serial(D):
                                    o[e] = o[e] + st[2] * pages[iv[2], 1, by // G, j % P, e]
                            for e in T.serial(D):
                                out[iv[3], by, e] = o[e] / st[1]
                            lse[iv[3], by] = st[0] + T.log2(st[1])

    return scheduled(attn_paged)


def paged_decode(H, KV, D, P=16):
    G = H // KV

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
        for bx in T.thread_binding(b, "blockIdx.x"):
            for tx in T.thread_binding(H, "threadIdx.x"):
                with T.sblock("attn"):
                    T.reads(q[0:b, 0:H, 0:D], pages[0:npage, 0:2, 0:KV, 0:P, 0:D], pi[0:b + 1], pv[0:nnz], last[0:b])
                    T.writes(out[0:b, 0:H, 0:D], lse[0:b, 0:H])
                    ql = T.sblock_alloc_buffer((D,), "float32", scope="local")
                    o = T.sblock_alloc_buffer((D,), "float32", scope="local")
                    st = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    iv = T.sblock_alloc_buffer((2,), "int32", scope="local")  # kv length, page
                    iv[0] = 0
                    if pi[bx + 1] > pi[bx]:
                        iv[0] = (pi[bx + 1] - pi[bx] - 1) * P + last[bx]
                    for e in T.serial(D):
                        ql[e] = q[bx, tx, e]
                    _start(o, st, D)
                    for j in T.serial(iv[0]):
                        iv[1] = pv[pi[bx] + j // P]
                        st[2] = T.float32(0)
                        for e in T.serial(D):
                            st[2] = st[2] + ql[e] * pages[iv[1], 0, tx // G, j % P, e]
                        _rescale(o, st, D, scale)
                        for e in T.serial(D):
                            o[e] = o[e] + st[2] * pages[iv[1], 1, tx // G, j % P, e]
                    for e in T.serial(D):
                        out[bx, tx, e] = o[e] / st[1]
                    lse[bx, tx] = st[0] + T.log2(st[1])

    return scheduled(attn_decode)


def ragged_prefill(H, KV, D):
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
        for by in T.thread_binding(H, "blockIdx.y"):
            for bx in T.thread_binding((n + 15) // 16, "blockIdx.x"):
                for tx in T.thread_binding(16, "threadIdx.x"):
                    with T.sblock("attn"):
                        T.reads(q[0:n, 0:H, 0:D], qi[0:b + 1], k[0:kn, 0:KV, 0:D], v[0:kn, 0:KV, 0:D], ki[0:b + 1])
                        T.writes(out[0:n, 0:H, 0:D], lse[0:n, 0:H])
                        ql = T.sblock_alloc_buffer((D,), "float32", scope="local")
                        o = T.sblock_alloc_buffer((D,), "float32", scope="local")
                        st = T.sblock_alloc_buffer((4,), "float32", scope="local")
                        iv = T.sblock_alloc_buffer((3,), "int32", scope="local")  # sequence, kv length, row
                        iv[2] = bx * 16 + tx
                        if iv[2] < qi[b]:
                            iv[0] = 0
                            for s in T.serial(b):
                                if qi[s + 1] <= iv[2]:
                                    iv[0] = s + 1
                            iv[1] = ki[iv[0] + 1] - ki[iv[0]]
                            if causal == 1:
                                iv[1] = T.max(0, iv[1] - (qi[iv[0] + 1] - qi[iv[0]]) + iv[2] - qi[iv[0]] + 1)
                            for e in T.serial(D):
                                ql[e] = q[iv[2], by, e]
                            _start(o, st, D)
                            for j in T.serial(iv[1]):
                                st[2] = T.float32(0)
                                for e in T.serial(D):
                                    st[2] = st[2] + ql[e] * k[ki[iv[0]] + j, by // G, e]
                                _rescale(o, st, D, scale)
                                for e in T.serial(D):
                                    o[e] = o[e] + st[2] * v[ki[iv[0]] + j, by // G, e]
                            for e in T.serial(D):
                                out[iv[2], by, e] = o[e] / st[1]
                            lse[iv[2], by] = st[0] + T.log2(st[1])

    return scheduled(attn_ragged)


def merge(H, D):
    """Join two partial attentions.  TVM's own kernel lets every thread of a row
    write S while others still read it; one thread per row has no such race."""

    @T.prim_func(s_tir=True)
    def attn_merge(hv: T.handle, hs: T.handle, hv2: T.handle, hs2: T.handle):
        n = T.int32()
        v = T.match_buffer(hv, (n, H, D), "float32")
        s = T.match_buffer(hs, (n, H), "float32")
        v2 = T.match_buffer(hv2, (n, H, D), "float32")
        s2 = T.match_buffer(hs2, (n, H), "float32")
        for bx in T.thread_binding(n, "blockIdx.x"):
            for tx in T.thread_binding(H, "threadIdx.x"):
                with T.sblock("merge"):
                    T.reads(v[bx, tx, 0:D], s[bx, tx], v2[bx, tx, 0:D], s2[bx, tx])
                    T.writes(v[bx, tx, 0:D], s[bx, tx])
                    a = T.sblock_alloc_buffer((3,), "float32", scope="local")
                    a[0] = T.max(s[bx, tx], s2[bx, tx])
                    a[1] = T.exp2(s[bx, tx] - a[0])
                    a[2] = T.exp2(s2[bx, tx] - a[0])
                    s[bx, tx] = a[0] + T.log2(a[1] + a[2])
                    for e in T.serial(D):
                        v[bx, tx, e] = (v[bx, tx, e] * a[1] + v2[bx, tx, e] * a[2]) / (a[1] + a[2])

    return scheduled(attn_merge)
