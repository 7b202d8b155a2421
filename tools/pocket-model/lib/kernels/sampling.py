"""From logits to tokens: the helpers WebLLM asks for, and our own for a whole batch."""
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


# ------------------------------------------------------------- our own: three kernels for a whole batch, no sort
# In the order of falling probability (ties by rising id) the token wanted is the one at which the running mass passes a
# target; the values at which that happens are found by search over the bits of a float.  Semantics: README.md.
# No barriers: SwiftShader makes a fiber of every four threads that wait, and that takes it longer than the sums.
CHUNK = 64  # tokens a thread looks at where a row is shared out
RISE = 15  # base-4 digits of a float's bits up to 2


def peaks(V):
    """logits [n, 1, V], mask [n, ceil(V / 32)] -> of each CHUNK tokens the largest allowed logit and its lowest id."""
    C = V // CHUNK
    assert V % CHUNK == 0

    @T.prim_func(s_tir=True)
    def peaks(hl: T.handle, hm: T.handle, hp: T.handle, hi: T.handle):
        n = T.int64()
        logits = T.match_buffer(hl, (n, 1, V), "float32")
        mask = T.match_buffer(hm, (n, V // 32), "int32")
        peak = T.match_buffer(hp, (n, C), "float32")
        ids = T.match_buffer(hi, (n, C), "int32")
        for row in T.thread_binding(n, "blockIdx.x"):
            for c in T.thread_binding(C, "threadIdx.x"):
                with T.sblock("peaks"):
                    T.reads(logits[row, 0, 0:V], mask[row, 0:V // 32])
                    T.writes(peak[row, 0:C], ids[row, 0:C])
                    x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    best = T.sblock_alloc_buffer((1,), "float32", scope="local")
                    k = T.sblock_alloc_buffer((3,), "int32", scope="local")  # best id, mask, bit
                    best[0] = T.float32(NEVER)
                    k[0] = -1
                    for w in T.serial(CHUNK // 32):
                        k[1] = mask[row, c * (CHUNK // 32) + w]
                        k[2] = 1
                        for i in T.serial(8):
                            for u in T.vectorized(4):
                                x[u] = logits[row, 0, c * CHUNK + w * 32 + i * 4 + u]
                            for u in T.unroll(4):
                                if T.bitwise_and(k[1], k[2]) != 0 and x[u] > best[0]:
                                    best[0] = x[u]
                                    k[0] = c * CHUNK + w * 32 + i * 4 + u
                                k[2] = k[2] + k[2]
                    peak[row, c] = best[0]
                    ids[row, c] = k[0]

    return scheduled(peaks)


def masses(V):
    """Of each row: e [n, V] = exp((logit - largest) / temperature) or 0 where masked; of each CHUNK tokens the sum at temperature 1, and of e.

    Rows of temperature 0 draw nothing, so theirs is not written.
    """
    C = V // CHUNK

    @T.prim_func(s_tir=True)
    def masses(hl: T.handle, hm: T.handle, ht: T.handle, hp: T.handle, he: T.handle, hs: T.handle):
        n = T.int64()
        logits = T.match_buffer(hl, (n, 1, V), "float32")
        mask = T.match_buffer(hm, (n, V // 32), "int32")
        temp = T.match_buffer(ht, (n,), "float32")
        peak = T.match_buffer(hp, (n, C), "float32")
        e = T.match_buffer(he, (n, V), "float32")
        sums = T.match_buffer(hs, (n, C, 2), "float32")
        for row in T.thread_binding(n, "blockIdx.x"):
            for c in T.thread_binding(C, "threadIdx.x"):
                with T.sblock("masses"):
                    T.reads(logits[row, 0, 0:V], mask[row, 0:V // 32], temp[row], peak[row, 0:C])
                    T.writes(e[row, 0:V], sums[row, 0:C, 0:2])
                    x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    a = T.sblock_alloc_buffer((5,), "float32", scope="local")  # largest, the sums, temperature, exponential
                    k = T.sblock_alloc_buffer((2,), "int32", scope="local")  # mask, bit
                    a[0] = T.float32(NEVER)
                    for i in T.serial(C):
                        a[0] = T.max(a[0], peak[row, i])
                    a[1] = T.float32(0)
                    a[2] = T.float32(0)
                    a[3] = temp[row]
                    for w in T.serial(CHUNK // 32):
                        k[0] = mask[row, c * (CHUNK // 32) + w]
                        k[1] = 1
                        for i in T.serial(8):
                            for u in T.vectorized(4):
                                x[u] = logits[row, 0, c * CHUNK + w * 32 + i * 4 + u]
                            for u in T.unroll(4):
                                x[u] = T.Select(T.bitwise_and(k[0], k[1]) != 0, x[u] - a[0], T.float32(NEVER))
                                k[1] = k[1] + k[1]
                                a[1] = a[1] + T.exp(x[u])
                            if a[3] > T.float32(0):
                                for u in T.unroll(4):
                                    a[4] = T.exp(x[u] / T.max(a[3], T.float32(1e-6)))
                                    a[2] = a[2] + a[4]
                                    e[row, c * CHUNK + w * 32 + i * 4 + u] = a[4]
                    sums[row, c, 0] = a[1]
                    sums[row, c, 1] = a[2]

    return scheduled(masses)


@T.macro
def _search(e, row, a, m, x, k, V):
    """k[0] = the bits of the value at which the mass of all that is as large reaches a[3] (passes it where k[4] is 1); a[4] = the mass above it."""
    k[0] = 0
    k[1] = 1 << (2 * RISE - 2)
    a[4] = T.float32(0)
    for digit in T.serial(RISE):
        for d in T.unroll(3):
            m[3 + d] = T.float32(0)
            m[6 + d] = T.reinterpret("float32", k[0] + k[1] * (d + 1))
        for c in T.serial(V // CHUNK):  # summed as `masses` does, so that the whole is the same to the bit
            for d in T.unroll(3):
                m[d] = T.float32(0)
            for i in T.serial(CHUNK // 4):
                for u in T.vectorized(4):
                    x[u] = e[row, c * CHUNK + i * 4 + u]
                for u in T.unroll(4):
                    for d in T.unroll(3):
                        m[d] = m[d] + T.Select(x[u] >= m[6 + d], x[u], T.float32(0))
            for d in T.unroll(3):
                m[3 + d] = m[3 + d] + m[d]
        k[2] = 0
        for d in T.unroll(3):
            if m[3 + d] > a[3] or (m[3 + d] == a[3] and k[4] == 0):
                k[2] = d + 1
        if k[2] < 3:
            a[4] = T.Select(k[2] == 0, m[3], T.Select(k[2] == 1, m[4], m[5]))
        k[0] = k[0] + k[1] * k[2]
        k[1] = T.shift_right(k[1], 2)


def draw(V):
    """A thread a row: token [n], logprob [n]."""
    C = V // CHUNK

    @T.prim_func(s_tir=True)
    def draw(hl: T.handle, ht: T.handle, hp: T.handle, hu: T.handle, hk: T.handle, hi: T.handle, he: T.handle,
             hs: T.handle, ho: T.handle, hg: T.handle):
        n = T.int64()
        logits = T.match_buffer(hl, (n, 1, V), "float32")
        temp = T.match_buffer(ht, (n,), "float32")
        top = T.match_buffer(hp, (n,), "float32")
        uniform = T.match_buffer(hu, (n,), "float32")
        peak = T.match_buffer(hk, (n, C), "float32")
        ids = T.match_buffer(hi, (n, C), "int32")
        e = T.match_buffer(he, (n, V), "float32")
        sums = T.match_buffer(hs, (n, C, 2), "float32")
        token = T.match_buffer(ho, (n,), "int32")
        logprob = T.match_buffer(hg, (n,), "float32")
        for bx in T.thread_binding((n + 3) // 4, "blockIdx.x"):
            for tx in T.thread_binding(4, "threadIdx.x"):
                with T.sblock("draw"):
                    T.reads(logits[0:n, 0, 0:V], temp[0:n], top[0:n], uniform[0:n], peak[0:n, 0:C], ids[0:n, 0:C], e[0:n, 0:V], sums[0:n, 0:C, 0:2])
                    T.writes(token[0:n], logprob[0:n])
                    a = T.sblock_alloc_buffer((5,), "float32", scope="local")  # largest, sum at temperature 1, sum of e, target, mass above
                    m = T.sblock_alloc_buffer((9,), "float32", scope="local")  # three sums of a chunk, three of the row, from which value on
                    x = T.sblock_alloc_buffer((4,), "float32", scope="local")
                    k = T.sblock_alloc_buffer((5,), "int32", scope="local")  # bits, step, digit, row, which search
                    best = T.sblock_alloc_buffer((3,), "int32", scope="local")  # token, ties wanted, ties seen
                    k[3] = T.cast(bx * 4 + tx, "int32")
                    if k[3] < T.cast(n, "int32"):
                        a[0] = T.float32(NEVER)
                        best[0] = -1
                        a[1] = T.float32(0)
                        a[2] = T.float32(0)
                        for i in T.serial(C):
                            if peak[k[3], i] > a[0]:
                                a[0] = peak[k[3], i]
                                best[0] = ids[k[3], i]
                            a[1] = a[1] + sums[k[3], i, 0]
                            a[2] = a[2] + sums[k[3], i, 1]
                        m[0] = a[0]
                        if temp[k[3]] > T.float32(0) and best[0] >= 0:
                            # first the value at which the mass reaches top_p, so the mass of the prefix; then the value
                            # at which it passes uniform * that mass: one loop, so that the search is compiled once
                            m[0] = a[2]
                            k[4] = T.Select(top[k[3]] < T.float32(1), 0, 1)
                            while k[4] < 2:
                                a[3] = T.max(top[k[3]] * a[2], T.float32(1e-30))
                                if k[4] == 1:
                                    a[3] = T.min(uniform[k[3]], T.float32(0.9999995)) * m[0]
                                _search(e, k[3], a, m, x, k, V)
                                if k[4] == 0:
                                    m[0] = T.reinterpret("float32", k[0])
                                    m[1] = T.ceil((a[3] - a[4]) / T.max(m[0], T.float32(1e-38)))
                                    m[0] = T.min(a[2], a[4] + T.max(m[1], T.float32(1)) * m[0])
                                k[4] = k[4] + 1
                            # and of the tokens with that value the one
                            m[0] = T.reinterpret("float32", k[0])
                            best[1] = T.cast(T.floor(T.min(T.max((a[3] - a[4]) / T.max(m[0], T.float32(1e-38)), T.float32(0)), T.float32(V))), "int32")
                            best[2] = 0
                            for i in T.serial(V // 4):
                                for u in T.vectorized(4):
                                    x[u] = e[k[3], i * 4 + u]
                                for u in T.unroll(4):
                                    if x[u] == m[0] and x[u] > T.float32(0) and best[2] <= best[1]:
                                        best[0] = i * 4 + u
                                        best[2] = best[2] + 1
                            m[0] = logits[k[3], 0, best[0]]
                        token[k[3]] = best[0]
                        logprob[k[3]] = m[0] - a[0] - T.log(a[1])

    return scheduled(draw)
