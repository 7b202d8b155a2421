#!/bin/sh
# Make the pocket model's artifacts, from nothing: a Python with Apache TVM, the runtime, the library, and, from a
# checkpoint, the weights; then the checksums.  Needs emscripten (Debian's 3.1.6) and python3; see README.md.
#
#   make.sh library [OUT]          build the library; OUT defaults to public/models/pocket/pocket.wasm
#   make.sh weights CHECKPOINT     export a checkpoint of train/ (TRAIN_PYTHON: a python with torch)
#   make.sh sums                   write public/models/pocket/SHA256SUMS
#   make.sh verify                 build the library aside and compare it with the committed one
#   make.sh stock                  the libraries of MLC's shape, for tests: stock/libraries.br
#   make.sh all [CHECKPOINT]       library, weights when a checkpoint is given, sums
set -e
here=$(cd "$(dirname "$0")" && pwd)
model=$(cd "$here/../.." && pwd)/public/models/pocket
build=${BUILD:-$here/build}
python=$build/venv/bin/python

setup() {
  [ -x "$python" ] || python3 -m venv "$build/venv"
  # without torch: it would add 20 s to every import of tvm
  "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  [ "$build/runtime/done" -nt "$here/lib/runtime/build.sh" ] && [ -z "$(find "$here/lib/runtime" -newer "$build/runtime/done")" ] || {
    PYTHON=$python sh "$here/lib/runtime/build.sh" "$build/runtime"
    touch "$build/runtime/done"
  }
}

library() {
  setup
  PYTHONDONTWRITEBYTECODE=1 "$python" "$here/lib/build.py" --config "$here/config.json" --runtime "$build/runtime" --out "$1" --meta "$build/pocket.json"
}

# TVM's runtime without our functions, and without the wait that only asyncify builds have; the graph with TVM's own kernels, with its merge kernel and with ours.
stock() {
  setup
  own=$build/own-stock/runtime
  mkdir -p "$build/own-stock"
  cp -r "$here/lib/runtime" "$build/own-stock/"
  rm "$own/include/src/runtime/vm/planaria_kv.h"
  sed -i '/^\/\/ Only copies into device memory/,$d' "$own/tvmjs_support.cc"
  echo '#include_next <src/runtime/vm/paged_kv_cache.cc>' > "$own/include/src/runtime/vm/paged_kv_cache.cc"
  [ "$build/runtime-stock/done" -nt "$build/runtime/done" ] || {
    PYTHON=$python sh "$own/build.sh" "$build/runtime-stock"
    touch "$build/runtime-stock/done"
  }
  for merge in stock mended; do
    PYTHONDONTWRITEBYTECODE=1 "$python" "$here/lib/stock.py" --config "$here/config.json" --runtime "$build/runtime-stock" \
      --merge "$merge" --out "$build/$merge.wasm"
  done
  node "$here/stock/files.mjs" pack "$here/stock/libraries.br" "$build/stock.wasm" "$build/mended.wasm"
}

weights() {
  "${TRAIN_PYTHON:-python3}" "$here/train/export.py" "${1:?usage: make.sh weights CHECKPOINT}"
}

sums() {
  (cd "$model" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS)
  cat "$model/SHA256SUMS"
}

case ${1:-} in
  library) library "${2:-$model/pocket.wasm}" ;;
  stock) stock ;;
  weights) weights "$2" ;;
  sums) sums ;;
  verify)
    library "$build/again.wasm"
    cmp "$build/again.wasm" "$model/pocket.wasm" && echo "the same bytes as the committed library"
    ;;
  all)
    library "$model/pocket.wasm"
    [ -z "${2:-}" ] || weights "$2"
    sums
    ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
