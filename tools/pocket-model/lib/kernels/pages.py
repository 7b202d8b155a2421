"""Tokens in and out of the pages of the K/V cache.

A page holds P tokens of one layer: [2, KV, P, D], first K then V.
"""
from tvm.script import tirx as T

from . import scheduled

P = 16  # tokens a page; WebLLM asks for 16


def append(KV, D):
    """Write k, v [n, KV, D] to the slots [n] (page * P + place in the page; -1: nowhere)."""

    @T.prim_func(s_tir=True)
    def append(hp: T.handle, hk: T.handle, hv: T.handle, hs: T.handle):
        n, npage, o1, o2, o3, o4 = T.int32(), T.int32(), T.int32(), T.int32(), T.int32(), T.int32()
        pages = T.match_buffer(hp, (npage, 2, KV, P, D), "float32", elem_offset=o1)
        k = T.match_buffer(hk, (n, KV, D), "float32", elem_offset=o2)
        v = T.match_buffer(hv, (n, KV, D), "float32", elem_offset=o3)
        slot = T.match_buffer(hs, (n,), "int32", elem_offset=o4)
        for bx in T.thread_binding(n, "blockIdx.x"):
            for tx in T.thread_binding(D, "threadIdx.x"):
                with T.sblock("append"):
                    T.reads(k[0:n, 0:KV, 0:D], v[0:n, 0:KV, 0:D], slot[0:n])
                    T.writes(pages[0:npage, 0:2, 0:KV, 0:P, 0:D])
                    if slot[bx] >= 0:
                        for h in T.unroll(KV):
                            pages[slot[bx] // P, 0, h, slot[bx] % P, tx] = k[bx, h, tx]
                            pages[slot[bx] // P, 1, h, slot[bx] % P, tx] = v[bx, h, tx]

    return scheduled(append)


def gather(L, KV, D):
    """Read the slots [n] of a layer into k[layer], v[layer] of [L, n, KV, D]."""

    @T.prim_func(s_tir=True)
    def gather(hp: T.handle, hs: T.handle, hk: T.handle, hv: T.handle, layer: T.int64):
        n, npage, o1, o2, o3, o4 = T.int32(), T.int32(), T.int32(), T.int32(), T.int32(), T.int32()
        pages = T.match_buffer(hp, (npage, 2, KV, P, D), "float32", elem_offset=o1)
        slot = T.match_buffer(hs, (n,), "int32", elem_offset=o2)
        k = T.match_buffer(hk, (L, n, KV, D), "float32", elem_offset=o3)
        v = T.match_buffer(hv, (L, n, KV, D), "float32", elem_offset=o4)
        for bx in T.thread_binding(n, "blockIdx.x"):
            for tx in T.thread_binding(D, "threadIdx.x"):
                with T.sblock("gather"):
                    T.reads(pages[0:npage, 0:2, 0:KV, 0:P, 0:D], slot[0:n])
                    T.writes(k[0:L, 0:n, 0:KV, 0:D], v[0:L, 0:n, 0:KV, 0:D])
                    for h in T.unroll(KV):
                        k[layer, bx, h, tx] = pages[slot[bx] // P, 0, h, slot[bx] % P, tx]
                        v[layer, bx, h, tx] = pages[slot[bx] // P, 1, h, slot[bx] % P, tx]

    return scheduled(gather)


def copy_page(KV, D):
    """Copy the first `count` tokens of a page of a layer to another page."""

    @T.prim_func(s_tir=True)
    def copy_page(hp: T.handle, src: T.int64, dst: T.int64, count: T.int64):
        npage, o1 = T.int32(), T.int32()
        pages = T.match_buffer(hp, (npage, 2, KV, P, D), "float32", elem_offset=o1)
        for bx in T.thread_binding(count, "blockIdx.x"):
            for tx in T.thread_binding(D, "threadIdx.x"):
                with T.sblock("copy"):
                    T.reads(pages[src, 0:2, 0:KV, bx, tx])
                    T.writes(pages[dst, 0:2, 0:KV, bx, tx])
                    for h in T.unroll(KV):
                        pages[dst, 0, h, bx, tx] = pages[src, 0, h, bx, tx]
                        pages[dst, 1, h, bx, tx] = pages[src, 1, h, bx, tx]

    return scheduled(copy_page)
