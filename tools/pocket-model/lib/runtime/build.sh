#!/bin/sh
# Compile TVM's WebAssembly runtime to object files, once: sources from the installed apache-tvm and apache-tvm-ffi
# wheels, our own files (include/, found first) for the few headers that the wheel leaves out and for what we add.
# usage: build.sh OUT     PYTHON: a python that has the wheels
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUT}
py=${PYTHON:-python3}
at() { $py -c "import importlib.util as u; print(u.find_spec('$1').submodule_search_locations[0])"; }
tvm=$(at tvm)
ffi=$(at tvm_ffi)
own=$here/include
mkdir -p "$out/ffi/3rdparty"
ln -sfn "$ffi" "$out/ffi/3rdparty/tvm-ffi"
# -ffile-prefix-map: error messages name files, and must not depend on where the wheels are
cc="emcc -I$own -I$own/src/runtime/vm -I$own/src/runtime -I$own/web/emcc -I$out/ffi -I$tvm -I$tvm/include
    -I$ffi/include -I$ffi/3rdparty/dlpack/include -Os -std=c++17 -Wno-ignored-attributes
    -ffile-prefix-map=$out/ffi=ffi -ffile-prefix-map=$ffi=ffi -ffile-prefix-map=$tvm=tvm -ffile-prefix-map=$here=planaria -c"
$cc "$tvm/web/emcc/webgpu_runtime.cc" -o "$out/webgpu_runtime.o"
$cc "$here/tvmjs_support.cc" -o "$out/tvmjs_support.o"
$cc "$tvm/web/emcc/wasm_runtime.cc" -o "$out/wasm_runtime.o"
