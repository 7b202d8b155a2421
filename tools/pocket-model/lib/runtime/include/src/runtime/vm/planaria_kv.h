// K/V of one sequence out of the paged cache and back, without attention and without touching other sequences.
//
//   planaria.kv_export(cache, seq_id, begin, end, data)   data [2, layers, end - begin, KV, D], written
//   planaria.kv_import(cache, seq_id, data)               data [2, layers, n, KV, D], appended to the sequence
//
// data[0] is K, already turned by its position, data[1] is V; dtype and device are the cache's.  Import appends n
// tokens as a forward pass would (same pages, same lengths), so it must meet the position at which the export began.
// Both are bit exact.  No forward pass may be open.  A cache that is not paged, or a wrong shape, is an error.
#ifndef PLANARIA_KV_H_
#define PLANARIA_KV_H_
#include <algorithm>

namespace tvm {
namespace runtime {
namespace vm {
namespace planaria {

// The standard's own way to a private member: access is not checked in an explicit instantiation.
template <typename Tag, typename Tag::Type Member>
struct Reach {
  friend constexpr typename Tag::Type Get(Tag) { return Member; }
};
#define PLANARIA_REACH(Name, Type_, Member)                  \
  struct Name {                                              \
    using Type = Type_;                                      \
    friend constexpr Type Get(Name);                         \
  };                                                         \
  template struct Reach<Name, &PagedAttentionKVCacheObj::Member>

using Cache = PagedAttentionKVCacheObj;
PLANARIA_REACH(Pages, std::vector<Tensor> Cache::*, pages_);
PLANARIA_REACH(PositionMap, Tensor Cache::*, append_position_map_view_);
PLANARIA_REACH(Append, ffi::Optional<ffi::Function> Cache::*, f_transpose_append_mha_);
PLANARIA_REACH(Chunk, const int64_t Cache::*, prefill_chunk_size_);
PLANARIA_REACH(SendAuxiliary, void (Cache::*)(), ComputeStreamWaitForCopyStream);
#undef PLANARIA_REACH

inline Cache* Paged(const AttentionKVCache& cache) {
  auto* paged = const_cast<Cache*>(cache.as<Cache>());
  TVM_FFI_ICHECK(paged != nullptr) << "planaria: the cache is not a paged attention cache";
  return paged;
}

// Checks data against the cache; gives back [layers, n, KV, D], row count n and bytes in one [n, KV, D].
struct Layout {
  int64_t layers, n, heads, dim, layer_bytes;
  Layout(Cache* cache, const Tensor& data) {
    const std::vector<Tensor>& pages = cache->*Get(Pages());
    TVM_FFI_ICHECK_EQ(data->ndim, 5) << "planaria: K/V data is [2, layers, tokens, heads, dim]";
    layers = data->shape[1];
    n = data->shape[2];
    heads = data->shape[3];
    dim = data->shape[4];
    TVM_FFI_ICHECK_EQ(data->shape[0], 2);
    TVM_FFI_ICHECK_EQ(layers, static_cast<int64_t>(pages.size()));
    TVM_FFI_ICHECK_EQ(heads, pages[0]->shape[2]);
    TVM_FFI_ICHECK_EQ(dim, pages[0]->shape[4]);
    TVM_FFI_ICHECK(data.DataType() == pages[0].DataType());
    layer_bytes = n * heads * dim * ((data->dtype.bits * data->dtype.lanes + 7) / 8);
  }
};

inline void Export(AttentionKVCache cache, int64_t seq_id, int64_t begin, int64_t end, Tensor data) {
  Layout at(Paged(cache), data);
  TVM_FFI_ICHECK_EQ(at.n, end - begin);
  ffi::Shape half{at.layers, at.n, at.heads, at.dim};
  // A kernel may not write one WebGPU buffer through two bindings, so K and V are gathered apart and then joined.
  Tensor k = Tensor::Empty(half, data->dtype, data->device), v = Tensor::Empty(half, data->dtype, data->device);
  cache->DebugGetKV(seq_id, begin, end, k, v);
  data.CreateView(half, data->dtype).CopyFrom(k);
  data.CreateView(half, data->dtype, at.layers * at.layer_bytes).CopyFrom(v);
}

inline void Import(AttentionKVCache cache, int64_t seq_id, Tensor data) {
  Cache* paged = Paged(cache);
  Layout at(paged, data);
  const int64_t row_bytes = at.n == 0 ? 0 : at.layer_bytes / at.n, chunk = paged->*Get(Chunk());
  const ffi::Function& append = (paged->*Get(Append())).value();
  for (int64_t from = 0; from < at.n; from += chunk) {
    const int64_t rows = std::min(chunk, at.n - from);
    ffi::Shape shape{rows, at.heads, at.dim};
    paged->BeginForward(ffi::Shape{seq_id}, ffi::Shape{rows}, std::nullopt);
    (paged->*Get(SendAuxiliary()))();
    for (int64_t layer = 0; layer < at.layers; ++layer) {
      const int64_t k = layer * at.layer_bytes + from * row_bytes, v = k + at.layers * at.layer_bytes;
      append((paged->*Get(Pages()))[layer], data.CreateView(shape, data->dtype, k),
             data.CreateView(shape, data->dtype, v), paged->*Get(PositionMap()));
    }
    paged->EndForward();
  }
}

}  // namespace planaria

TVM_FFI_STATIC_INIT_BLOCK() {
  namespace refl = tvm::ffi::reflection;
  refl::GlobalDef()
      .def("planaria.kv_export", planaria::Export)
      .def("planaria.kv_import", planaria::Import);
}

}  // namespace vm
}  // namespace runtime
}  // namespace tvm
#endif
