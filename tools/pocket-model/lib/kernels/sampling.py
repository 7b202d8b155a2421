"""From logits to tokens: the helpers WebLLM asks for, and one kernel of our own for a whole batch."""
from tvm.script import tirx as T

from . import scheduled

TX = 64
NEVER = -3.0e38  # what a masked logit becomes (WebLLM's value is -FLT_MAX)


# ------------------------------------------------------------- changes to logits, in place
@T.prim_func(s_tir=True)
def logit_bias(hl: T.handle, hp: T.handle, ht: T.handle, hb: T.handle):
    b, v, n = T.int32(), T.int32(), T.int32()
    logits = T.match_buffer(hl, (b, v), "float32")
    row = T.match_buffer(hp, (n,), "int32")
    tok = T.match_buffer(ht, (n,), "int32")
    bias = T.match_buffer(hb, (n,), "float32")
    for o in T.thread_binding((n + 63) // 64, "blockIdx.x"):
        for t in T.thread_binding(64, "threadIdx.x"):
            with T.sblock("bias"):
                i = T.axis.spatial(n, o * 64 + t)
                T.where(o * 64 + t < n)
                T.reads(row[i], tok[i], bias[i], logits[0:b, 0:v])
                T.writes(logits[0:b, 0:v])
                logits[row[i], tok[i]] = logits[row[i], tok[i]] + bias[i]


@T.prim_func(s_tir=True)
def penalty(hl: T.handle, hs: T.handle, hp: T.handle, ht: T.handle, hc: T.handle, hq: T.handle):
    b, v, n, s = T.int32(), T.int32(), T.int32(), T.int32()
    logits = T.match_buffer(hl, (b, v), "float32")
    seq = T.match_buffer(hs, (s,), "int32")
    pos = T.match_buffer(hp, (n,), "int32")
    tok = T.match_buffer(ht, (n,), "int32")
    cnt = T.match_buffer(hc, (n,), "int32")
    pen = T.match_buffer(hq, (s, 3), "float32")  # presence, frequency, repetition
    for o in T.thread_binding((n + 63) // 64, "blockIdx.x"):
        for t in T.thread_binding(64, "threadIdx.x"):
            with T.sblock("penalty"):
                i = T.axis.spatial(n, o * 64 + t)
                T.where(o * 64 + t < n)
                T.reads(seq[0:s], pos[i], tok[i], cnt[i], pen[0:s, 0:3], logits[0:b, 0:v])
                T.writes(logits[0:b, 0:v])
                logits[seq[pos[i]], tok[i]] = (
                    logits[seq[pos[i]], tok[i]] - pen[pos[i], 0] - T.cast(cnt[i], "float32") * pen[pos[i], 1])
                logits[seq[pos[i]], tok[i]] = T.if_then_else(
                    logits[seq[pos[i]], tok[i]] < T.float32(0),
                    logits[seq[pos[i]], tok[i]] * pen[pos[i], 2],
                    logits[seq[pos[i]], tok[i]] / pen[pos[i], 2])


@T.prim_func(s_tir=True)
def bitmask(hl: T.handle, hs: T.handle, hm: T.handle):
    b, v, s = T.int32(), T.int32(), T.int32()
    logits = T.match_buffer(hl, (b, v), "float32")
    seq = T.match_buffer(hs, (s,), "int32")
    mask = T.match_buffer(hm, (b, (v + 31) // 32), "int32")
    for o in T.thread_binding((s * v + 63) // 64, "blockIdx.x"):
        for t in T.thread_binding(64, "threadIdx.x"):
            with T.sblock("mask"):
                r = T.axis.spatial(s, (o * 64 + t) // v)
                c = T.axis.spatial(v, (o * 64 + t) % v)
                T.where(o * 64 + t < s * v)
                T.reads(seq[r], mask[0:b, c // 32], logits[0:b, c])
                T.writes(logits[0:b, c])
                if T.bitwise_and(T.shift_right(mask[seq[r], c // 32], c % 32), 1) == 0:
                    logits[seq[r], c] = T.float32(NEVER)


# ------------------------------------------------------------- the stock way: softmax, sort, draw
@T.prim_func(s_tir=True)
def softmax(hl: T.handle, ht: T.handle, hy: T.handle):
    """probs [b, 1, v] = softmax(logits / temperature [b]); a workgroup a row."""
    b, v = T.int64(), T.int64()
    x = T.match_buffer(hl, (b, 1, v), "float32")
    temp = T.match_buffer(ht, (b,), "float32")
    y = T.match_buffer(hy, (b, 1, v), "float32")
    for bx in T.thread_binding(b, "blockIdx.x"):
        for tx in T.thread_binding(TX, "threadIdx.x"):
            with T.sblock("softmax"):
                T.reads(x[bx, 0, 0:v], temp[bx])
                T.writes(y[bx, 0, 0:v])
                part = T.sblock_alloc_buffer((TX,), "float32", scope="shared")
                a = T.sblock_alloc_buffer((3,), "float32", scope="local")  # max, sum, 1 / temperature
                a[0] = T.float32(NEVER)
                for i in T.serial((v + (TX - 1)) // TX):
                    if i * TX + tx < v:
                        a[0] = T.max(a[0], x[bx, 0, i * TX + tx])
                part[tx] = a[0]
                T.tvm_storage_sync("shared")
                for i in T.serial(TX):
                    a[0] = T.max(a[0], part[i])
                T.tvm_storage_sync("shared")
                a[1] = T.float32(0)
                a[2] = T.float32(1) / temp[bx]
                for i in T.serial((v + (TX - 1)) // TX):
                    if i * TX + tx < v:
                        a[1] = a[1] + T.exp((x[bx, 0, i * TX + tx] - a[0]) * a[2])
                part[tx] = a[1]
                T.tvm_storage_sync("shared")
                a[1] = T.float32(0)
                for i in T.serial(TX):
                    a[1] = a[1] + part[i]
                for i in T.serial((v + (TX - 1)) // TX):
                    if i * TX + tx < v:
                        y[bx, 0, i * TX + tx] = T.exp((x[bx, 0, i * TX + tx] - a[0]) * a[2]) / a[1]


EACH = 8  # elements a thread ranks with one walk over the row


@T.prim_func(s_tir=True)
def ranksort(hp: T.handle, ho: T.handle, hi: T.handle):
    """Descending stable sort of each row: every thread counts who precedes its elements."""
    b, v = T.int64(), T.int64()
    p = T.match_buffer(hp, (b, v), "float32")
    out = T.match_buffer(ho, (b, v), "float32")
    idx = T.match_buffer(hi, (b, v), "int32")
    for r in T.thread_binding(b, "blockIdx.y"):
        for o in T.thread_binding((v + (TX * EACH - 1)) // (TX * EACH), "blockIdx.x"):
            for t in T.thread_binding(TX, "threadIdx.x"):
                with T.sblock("rank"):
                    T.reads(p[r, 0:v])
                    T.writes(out[r, 0:v], idx[r, 0:v])
                    n = T.sblock_alloc_buffer((EACH,), "int32", scope="local")
                    mine = T.sblock_alloc_buffer((EACH,), "float32", scope="local")
                    other = T.sblock_alloc_buffer((1,), "float32", scope="local")
                    for e in T.unroll(EACH):
                        n[e] = 0
                        mine[e] = p[r, T.min((o * EACH + e) * TX + t, v - 1)]
                    for j in T.serial(v):
                        other[0] = p[r, j]
                        for e in T.unroll(EACH):
                            n[e] = n[e] + T.Select(
                                other[0] > mine[e] or (other[0] == mine[e] and j < (o * EACH + e) * TX + t), 1, 0)
                    for e in T.unroll(EACH):
                        if (o * EACH + e) * TX + t < v:
                            out[r, n[e]] = mine[e]
                            idx[r, n[e]] = T.cast((o * EACH + e) * TX + t, "int32")


@T.prim_func(s_tir=True)
def top_p(hp: T.handle, hi: T.handle, hu: T.handle, hs: T.handle, ht: T.handle, ho: T.handle):
    """Draw from the smallest sorted prefix whose mass reaches top_p, one thread a draw; stops where the mass is reached."""
    b, v, n = T.int64(), T.int64(), T.int64()
    p = T.match_buffer(hp, (b, v), "float32")
    idx = T.match_buffer(hi, (b, v), "int32")
    u = T.match_buffer(hu, (n,), "float32")
    row = T.match_buffer(hs, (n,), "int32")
    top = T.match_buffer(ht, (b,), "float32")
    out = T.match_buffer(ho, (n,), "int32")
    for o in T.thread_binding((n + 63) // 64, "blockIdx.x"):
        for t in T.thread_binding(64, "threadIdx.x"):
            with T.sblock("draw"):
                i = T.axis.spatial(n, o * 64 + t)
                T.where(o * 64 + t < n)
                T.reads(p[0:b, 0:v], idx[0:b, 0:v], u[i], row[i], top[0:b])
                T.writes(out[i])
                a = T.sblock_alloc_buffer((2,), "float32", scope="local")  # running mass, target
                j = T.sblock_alloc_buffer((1,), "int32", scope="local")
                a[0] = T.float32(0)
                j[0] = 0
                while j[0] < T.cast(v, "int32") and a[0] < top[row[i]]:
                    a[0] = a[0] + p[row[i], j[0]]
                    j[0] = j[0] + 1
                a[1] = u[i] * a[0]
                a[0] = p[row[i], 0]
                j[0] = 0
                while j[0] < T.cast(v, "int32") - 1 and a[0] <= a[1]:
                    j[0] = j[0] + 1
                    a[0] = a[0] + p[row[i], j[0]]
                out[i] = idx[row[i], j[0]]


# ------------------------------------------------------------- our own: everything in one kernel
@T.macro
def _total(part, a, slot, tx):
    """a[slot] = sum of every thread's a[slot]; the same order in each, so the same result."""
    part[tx] = a[slot]
    T.tvm_storage_sync("shared")
    a[slot] = T.float32(0)
    for i in T.serial(TX):
        a[slot] = a[slot] + part[i]
    T.tvm_storage_sync("shared")


@T.macro
def _mass_from(part, a, e, x, slot, least, tx, PER):
    """a[slot] = mass of the values >= least."""
    a[slot] = T.float32(0)
    for i in T.serial(PER):
        x[0] = e[i * TX + tx]
        a[slot] = a[slot] + T.Select(x[0] >= least, x[0], T.float32(0))
    _total(part, a, slot, tx)


def sample(V):
    """logits [n, 1, V], temperature [n], top_p [n], uniform [n], mask [n, ceil(V / 32)] -> token [n], logprob [n].

    A workgroup a row, no sort: in the order of falling probability (ties by rising id) the token wanted is
    the one at which the running mass passes a target, and the values at which that happens are found by
    bisection over the bits of a float.  Semantics: see README.md, "planaria_sample".
    """
    PER, WORDS = (V + TX - 1) // TX, (V + 31) // 32

    @T.prim_func(s_tir=True)
    def sample(hl: T.handle, ht: T.handle, hp: T.handle, hu: T.handle, hm: T.handle, ho: T.handle, hg: T.handle):
        n = T.int64()
        logits = T.match_buffer(hl, (n, 1, V), "float32")
        temp = T.match_buffer(ht, (n,), "float32")
        top = T.match_buffer(hp, (n,), "float32")
        u = T.match_buffer(hu, (n,), "float32")
        mask = T.match_buffer(hm, (n, WORDS), "int32")
        token = T.match_buffer(ho, (n,), "int32")
        logprob = T.match_buffer(hg, (n,), "float32")
        for bx in T.thread_binding(n, "blockIdx.x"):
            for tx in T.thread_binding(TX, "threadIdx.x"):
                with T.sblock("sample"):
                    T.reads(logits[bx, 0, 0:V], temp[bx], top[bx], u[bx], mask[bx, 0:WORDS])
                    T.writes(token[bx], logprob[bx])
                    part = T.sblock_alloc_buffer((TX,), "float32", scope="shared")
                    ids = T.sblock_alloc_buffer((TX,), "int32", scope="shared")
                    chosen = T.sblock_alloc_buffer((2,), "float32", scope="shared")  # token, its logit; ids are below 2^24
                    e = T.sblock_alloc_buffer((PER * TX,), "float32", scope="shared")  # exponentials by token id
                    # max, sum at temperature 1, sum, mass searched, target, value, mass above the value, ties wanted
                    a = T.sblock_alloc_buffer((8,), "float32", scope="local")
                    x = T.sblock_alloc_buffer((1,), "float32", scope="local")
                    k = T.sblock_alloc_buffer((4,), "int32", scope="local")  # best id, low, high, middle
                    # 1. the largest allowed logit and its lowest id
                    a[0] = T.float32(NEVER)
                    k[0] = -1
                    for i in T.serial(PER):
                        if i * TX + tx < V:
                            if T.bitwise_and(T.shift_right(mask[bx, (i * TX + tx) // 32], (i * TX + tx) % 32), 1) == 1:
                                x[0] = logits[bx, 0, i * TX + tx]
                                if x[0] > a[0]:
                                    a[0] = x[0]
                                    k[0] = i * TX + tx
                    part[tx] = a[0]
                    ids[tx] = k[0]
                    T.tvm_storage_sync("shared")
                    a[0] = T.float32(NEVER)
                    k[0] = -1
                    for i in T.serial(TX):
                        a[3] = part[i]
                        k[1] = ids[i]
                        if a[3] > a[0] or (a[3] == a[0] and k[1] < k[0]):
                            a[0] = a[3]
                            k[0] = k[1]
                    if tx == 0:
                        chosen[0] = T.cast(k[0], "float32")
                        chosen[1] = a[0]
                    T.tvm_storage_sync("shared")
                    # 2. mass at temperature 1 (for the log probability) and at the temperature asked for
                    a[1] = T.float32(0)
                    a[2] = T.float32(0)
                    for i in T.serial(PER):
                        x[0] = T.float32(NEVER)
                        if i * TX + tx < V:
                            if T.bitwise_and(T.shift_right(mask[bx, (i * TX + tx) // 32], (i * TX + tx) % 32), 1) == 1:
                                x[0] = logits[bx, 0, i * TX + tx]
                        a[3] = T.float32(0)
                        a[4] = T.float32(0)
                        if x[0] > T.float32(NEVER):
                            a[3] = T.exp(x[0] - a[0])
                            a[4] = T.exp((x[0] - a[0]) / T.max(temp[bx], T.float32(1e-6)))
                        a[1] = a[1] + a[3]
                        a[2] = a[2] + a[4]
                        e[i * TX + tx] = a[4]
                    _total(part, a, 1, tx)
                    _total(part, a, 2, tx)
                    if temp[bx] > T.float32(0):
                        # 3. the value at which the mass reaches top_p, so the mass of the prefix
                        a[4] = T.min(top[bx], T.float32(1)) * a[2]
                        k[1] = 0
                        k[2] = 0x3F800001
                        a[6] = T.float32(0)
                        for it in T.serial(30):
                            k[3] = T.shift_right(k[1] + k[2], 1)
                            a[5] = T.reinterpret("float32", k[3])
                            _mass_from(part, a, e, x, 3, a[5], tx, PER)
                            if a[3] >= a[4]:
                                k[1] = k[3]
                            else:
                                k[2] = k[3]
                                a[6] = a[3]
                        a[5] = T.reinterpret("float32", k[1])
                        a[7] = T.ceil((a[4] - a[6]) / T.max(a[5], T.float32(1e-38)))
                        a[4] = T.min(u[bx], T.float32(0.9999995)) * T.Select(top[bx] >= T.float32(1), a[2], T.min(a[2], a[6] + T.max(a[7], T.float32(1)) * a[5]))
                        # 4. the value at which it passes uniform * that mass
                        k[1] = 0
                        k[2] = 0x3F800001
                        a[6] = T.float32(0)
                        for it in T.serial(30):
                            k[3] = T.shift_right(k[1] + k[2], 1)
                            a[5] = T.reinterpret("float32", k[3])
                            _mass_from(part, a, e, x, 3, a[5], tx, PER)
                            if a[3] > a[4]:
                                k[1] = k[3]
                            else:
                                k[2] = k[3]
                                a[6] = a[3]
                        a[5] = T.reinterpret("float32", k[1])
                        # 5. of the tokens with that value, the one at which it passes
                        a[7] = T.floor((a[4] - a[6]) / T.max(a[5], T.float32(1e-38)))
                        k[1] = 0
                        for i in T.serial(PER):
                            x[0] = e[tx * PER + i]
                            if x[0] == a[5] and x[0] > T.float32(0):
                                k[1] = k[1] + 1
                        ids[tx] = k[1]
                        T.tvm_storage_sync("shared")
                        k[1] = 0
                        k[2] = 0
                        for i in T.serial(TX):
                            k[3] = ids[i]
                            k[1] = k[1] + T.Select(i < tx, k[3], 0)
                            k[2] = k[2] + k[3]
                        k[3] = T.min(T.cast(T.max(a[7], T.float32(0)), "int32"), k[2] - 1)
                        for i in T.serial(PER):
                            x[0] = e[tx * PER + i]
                            if x[0] == a[5] and x[0] > T.float32(0):
                                if k[1] == k[3]:
                                    chosen[0] = T.cast(tx * PER + i, "float32")
                                    chosen[1] = logits[bx, 0, tx * PER + i]
                                k[1] = k[1] + 1
                        T.tvm_storage_sync("shared")
                    if tx == 0:
                        token[bx] = T.cast(chosen[0], "int32")
                        logprob[bx] = chosen[1] - a[0] - T.log(a[1])

    return scheduled(sample)
