"""Let shaders read a float32 buffer as array<vec4<f32>> where every access to it is a vector of four.

TVM's PointerValueTypeRewrite does this for local buffers but (in 0.27) no longer for a kernel's parameters, and a
vec4 put together from four scalar loads costs four bounds checks.  There is no mutator of TIR in Python, so the
device function is rewritten as text, between TVM's lowering and its WGSL writer, and parsed again.  Kernels only
vectorise loads whose first index is a multiple of four.
"""
import ast
import re

import tvm


def _quarter(index):
    """Text of index / 4 for a multiple of 4, term by term: a shift is slow on SwiftShader, which does it lane by lane."""
    terms, rest = [], []

    def split(node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            split(node.left)
            split(node.right)
            return
        value = node.value if isinstance(node, ast.Constant) else None
        factor = node.right.value if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.right, ast.Constant) else None
        if isinstance(value, int) and value % 4 == 0:
            terms.append(str(value // 4))
        elif isinstance(factor, int) and factor % 4 == 0:
            terms.append(f"({ast.unparse(node.left)}) * {factor // 4}")
        else:
            rest.append(ast.unparse(node))

    split(ast.parse(index.strip(), mode="eval").body)
    if rest:
        terms.append(f"T.shift_right({' + '.join(rest)}, 2)")
    return " + ".join(terms)


def _accesses(text, name):
    """(start, end) of each NAME[...], brackets balanced."""
    for m in re.finditer(rf"(?<![\w.]){name}\[", text):
        depth, i = 1, m.end()
        while depth:
            depth += {"[": 1, "]": -1}.get(text[i], 0)
            i += 1
        yield m.start(), i


def _widen(text, name):
    spans, out, at = list(_accesses(text, name)), [], 0
    head = f"{name}[T.Ramp("
    if not spans or any(not (text.startswith(head, a) and text[:b].endswith(", 1, 4)]")) for a, b in spans):
        return text  # not used, or also read one by one
    for a, b in spans:
        out += [text[at:a], f"{name}[{_quarter(text[a + len(head):b - len(', 1, 4)]')])}]"]
        at = b
    text = "".join([*out, text[at:]])
    text, n = re.subn(rf"\b{name} = T\.decl_buffer\(\((.+),\), data={name}_ptr\)",
                      rf'{name} = T.decl_buffer((T.shift_right(\1, 2),), "float32x4", data={name}_ptr)', text)
    text, m = re.subn(rf'\b{name}_ptr: T\.handle\("float32", "global"\)', f'{name}_ptr: T.handle("float32x4", "global")', text)
    assert n == 1 and m == 1, f"{name}: declaration not as expected"
    return text


def install():
    """Put the rewriting before TVM's WGSL writer."""
    write = tvm.get_global_func("target.build.webgpu")

    def build(mod, target):
        functions = {}  # not checked again: shapes of declarations may name what only the body defines, and nothing reads them
        for gv, fn in mod.functions_items():
            text = before = tvm.IRModule({gv: fn}).script()
            for name in re.findall(r'\b(\w+)_ptr: T\.handle\("float32", "global"\)', text):
                text = _widen(text, name)
            functions[gv] = fn if text == before else tvm.script.from_source(text, check_well_formed=False)[gv.name_hint]
        return write(tvm.IRModule(functions), target)

    tvm.register_global_func("target.build.webgpu", build, override=True)
