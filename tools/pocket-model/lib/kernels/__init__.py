"""GPU kernels of the pocket library, written by hand as TIR.

What shaped them, measured on SwiftShader (2 cores) and kept sane for a real GPU:

* A load from a buffer costs some twenty instructions on SwiftShader (bounds, equal or sequential
  lanes), a multiply-add one or two.  So a thread computes a small tile and reuses what it loaded.
* Neighbouring threads read neighbouring words: one vector load on SwiftShader, coalesced on a GPU.
* Barriers are used only where a row must be reduced as a whole (sampling, softmax).
"""
from tvm.script import tirx as T


def scheduled(fn, name=None):
    """Mark `fn` as scheduled by hand, free of aliases and closed to fusion."""
    fn = fn.without_attr("global_symbol").with_attr("tirx.is_scheduled", True).with_attr("tirx.noalias", True)
    fn = fn.with_attr("op_pattern", 8)
    return fn.with_attr("global_symbol", name) if name else fn
