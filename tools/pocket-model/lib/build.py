"""Compile the pocket model library (WebAssembly + WGSL) that stock WebLLM 0.2.86 loads.

usage: build.py --config ../config.json --runtime DIR --out pocket.wasm [--meta pocket.json] [--dump FILE]

Public Python API of the apache-tvm wheel; links with emscripten against the runtime objects of runtime/build.sh.
"""
import argparse
import json
import os
import subprocess

os.environ.setdefault("TVM_FFI_DISABLE_TORCH_C_DLPACK", "1")  # else a bridge to torch is compiled at import
import tvm
from tvm import relax, tirx
from tvm.s_tir import dlight as dl

from kernels import sampling, scheduled
import widen
from model import Pocket

MEMORY = "32MB"  # at start; it grows


def attach_in_place(mod):
    """What changes logits in place."""
    for name, fn in (("apply_logit_bias_inplace", sampling.logit_bias), ("apply_penalty_inplace", sampling.penalty),
                     ("apply_bitmask_inplace", sampling.bitmask)):
        mod[name] = scheduled(fn, name)


def attach_sampling(mod, vocab):
    """The helpers WebLLM looks up by name, and planaria_sample."""
    attach_in_place(mod)
    bb = relax.BlockBuilder(mod)
    f32, i32, tensor = "float32", "int32", relax.TensorType
    dim = lambda *names: [tirx.Var(n, "int64") for n in names]

    def add(name, args, kernel, out):
        with bb.function(name, args):
            with bb.dataflow():
                y = bb.emit_output(relax.call_tir(bb.add_func(kernel, name + "_kernel"), args, out_ty=out))
            bb.emit_func_output(y)

    b, v = dim("batch_size", "vocab_size")
    add("softmax_with_temperature",
        [relax.Var("logits", tensor([b, 1, v], f32)), relax.Var("temperature", tensor([b], f32))],
        scheduled(sampling.softmax), tensor([b, 1, v], f32))
    b, v = dim("batch_size", "vocab_size")
    add("argsort_probs", [relax.Var("probs", tensor([b, v], f32))], scheduled(sampling.ranksort),
        [tensor([b, v], f32), tensor([b, v], i32)])
    b, v, n = dim("batch_size", "vocab_size", "num_samples")
    add("sample_with_top_p",
        [relax.Var("probs", tensor([b, v], f32)), relax.Var("ids", tensor([b, v], i32)),
         relax.Var("uniform", tensor([n], f32)), relax.Var("row", tensor([n], i32)), relax.Var("top_p", tensor([b], f32))],
        scheduled(sampling.top_p), tensor([n], i32))
    (n,) = dim("batch_size")
    chunks = vocab // sampling.CHUNK
    args = logits, temperature, top_p, uniform, mask = [
        relax.Var("logits", tensor([n, 1, vocab], f32)), relax.Var("temperature", tensor([n], f32)),
        relax.Var("top_p", tensor([n], f32)), relax.Var("uniform", tensor([n], f32)),
        relax.Var("mask", tensor([n, vocab // 32], i32))]
    with bb.function("planaria_sample", args):
        with bb.dataflow():
            kernel = lambda f, name, xs, out: bb.emit(relax.call_tir(bb.add_func(f, name), xs, out_ty=out))
            peak = kernel(sampling.peaks(vocab), "sample_peaks", [logits, mask], [tensor([n, chunks], f32), tensor([n, chunks], i32)])
            mass = kernel(sampling.masses(vocab), "sample_masses", [logits, mask, temperature, peak[0]],
                          [tensor([n, vocab], f32), tensor([n, chunks, 2], f32)])
            y = bb.emit_output(relax.call_tir(
                bb.add_func(sampling.draw(vocab), "sample_draw"),
                [logits, temperature, top_p, uniform, peak[0], peak[1], mass[0], mass[1]],
                out_ty=[tensor([n], i32), tensor([n], f32)]))
        bb.emit_func_output(y)
    return bb.finalize()


def attach_metadata(mod, meta):
    bb = relax.BlockBuilder(mod)
    with bb.function("_metadata", []):
        bb.emit_func_output(tvm.ir.StringImm(json.dumps(meta)))
    return bb.finalize()


def bound_shapes(mod, bounds):
    """Upper bounds of the symbolic sizes, so that memory is planned once."""
    for gv, fn in mod.functions_items():
        if isinstance(fn, relax.Function):
            mod[gv] = (fn.with_attr("tir_var_upper_bound", bounds)
                         .with_attr("tir_non_negative_var", ["vocab_size"])
                         .with_attr("relax.memory_plan_dynamic_func_output", True))
    return mod


def pipeline(target):
    rt = relax.transform

    @tvm.transform.module_pass(opt_level=0)
    def run(mod, _ctx):
        return tvm.transform.Sequential([
            tirx.transform.BindTarget(target),
            rt.LegalizeOps(), rt.AnnotateTIROpPattern(), rt.FoldConstant(), rt.FuseOps(), rt.FuseTIR(),
            rt.DeadCodeElimination(),
            dl.ApplyDefaultSchedule(dl.gpu.Fallback()),  # what is left: embedding, take, last row, compaction
            tirx.transform.ForceNarrowIndexToInt32(),
            rt.RewriteDataflowReshape(), rt.DeadCodeElimination(), rt.ToNonDataflow(), rt.RemovePurityChecking(), rt.CallTIRRewrite(),
            rt.StaticPlanBlockMemory(), rt.LowerAllocTensor(), rt.KillAfterLastUse(),
            rt.LowerRuntimeBuiltin(), rt.ComputePrimValue(), rt.VMShapeLower(), rt.AttachGlobalSymbol(),
        ])(mod)

    return run


def linker(runtime, level):
    """Link with emcc ourselves, objects not bitcode: Debian's wasm-ld (LLVM 14) can't read the wheel's LLVM 22 bitcode."""

    def link(output, objects, options=None, **_):
        own = sorted(os.path.join(runtime, f) for f in os.listdir(runtime) if f.endswith(".o"))
        flags = ["WASM_BIGINT=1", "ERROR_ON_UNDEFINED_SYMBOLS=0", "STANDALONE_WASM=1", "ALLOW_MEMORY_GROWTH=1",
                 f"TOTAL_MEMORY={MEMORY}"]
        subprocess.check_call(["emcc", level, "--no-entry", *(a for f in flags for a in ("-s", f)), "-o", output,
                               *own, *objects, *(options or [])])

    link.object_format = "o"
    return link


def web_target():
    return tvm.target.Target({"kind": "webgpu", "max_num_threads": 256},
                             host={"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm", "mcpu": "mvp"})


def metadata(c, params, chunk, max_batch):
    """What MLC's compiler says of a library; params: pairs of name and parameter, in the order of the weight file."""
    return {
        "model_type": "llama", "quantization": "q4f32_1", "model_task": "chat", "kv_state_kind": "kv_cache",
        "context_window_size": c["context"], "sliding_window_size": -1, "attention_sink_size": -1,
        "prefill_chunk_size": chunk, "max_batch_size": max_batch, "tensor_parallel_shards": 1,
        "params": [{"name": n, "shape": [int(x) for x in p.shape], "dtype": str(p.dtype)} for n, p in params],
    }


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--config", required=True, help="sizes of the model (JSON)")
    ap.add_argument("--runtime", required=True, help="objects made by runtime/build.sh")
    ap.add_argument("--out", required=True, help="the library to write (.wasm)")
    ap.add_argument("--meta", help="write the library's metadata here: parameters in the order of the weight file")
    ap.add_argument("--dump", help="write the module before compilation here, and the shaders to DUMP.wgsl")
    ap.add_argument("--quick", action="store_true", help="link in seconds to a library twice as large: while working on kernels")
    ap.add_argument("--names", action="store_true", help="keep wasm function names, for a profiler")
    a = ap.parse_args()
    with open(a.config) as f:
        c = json.load(f)
    widen.install()
    target = web_target()
    with target:
        model = Pocket(c)
        mod, params = model.export_tvm(model.spec())
        meta = metadata(c, params, c["chunk"], c["max_batch"])
        bounds = {"seq_len": c["chunk"], "batch_size": c["max_batch"], "num_samples": c["max_batch"], "vocab_size": c["vocab"]}
        mod = attach_metadata(bound_shapes(attach_sampling(mod, c["vocab"]), bounds), meta)
        if a.dump:
            with open(a.dump, "w") as f:
                f.write(mod.script())
        ex = relax.build(mod, target, relax_pipeline=pipeline(target), system_lib=True)
    ex.export_library(a.out, fcompile=linker(a.runtime, "-O1" if a.quick else "-Oz"), options=["--profiling-funcs"] if a.names else [])
    os.chmod(a.out, 0o644)
    if a.meta:
        with open(a.meta, "w") as f:
            json.dump({"cfg": c, "meta": meta}, f, indent=1)
    print(f"{a.out}: {os.path.getsize(a.out)} bytes, {len(params)} parameters")


if __name__ == "__main__":
    main()
