// Found before TVM's own file of this name: takes it in whole, then adds two functions that need its cache class,
// which is private to that file.
#include_next <src/runtime/vm/paged_kv_cache.cc>

#include "planaria_kv.h"
