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
# Sources and headers by relative paths, from a folder of links: names of files and of lambdas get into the objects, and
# must be the same wherever this runs.
mkdir -p "$out/ffi/3rdparty"
ln -sfn "$tvm" "$out/tvm"
ln -sfn "$ffi" "$out/ffi/3rdparty/tvm-ffi"
ln -sfn "$here" "$out/own"
cd "$out"
own=own/include
wheel=ffi/3rdparty/tvm-ffi
cc="emcc -I$own -I$own/src/runtime/vm -I$own/src/runtime -I$own/web/emcc -Iffi -Itvm -Itvm/include
    -I$wheel/include -I$wheel/3rdparty/dlpack/include -Os -std=c++17 -Wno-ignored-attributes -c"
$cc tvm/web/emcc/webgpu_runtime.cc -o webgpu_runtime.o
$cc own/tvmjs_support.cc -o tvmjs_support.o
$cc tvm/web/emcc/wasm_runtime.cc -o wasm_runtime.o
