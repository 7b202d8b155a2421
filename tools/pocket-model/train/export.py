"""Writes a checkpoint as the model folder WebLLM fetches, and reference answers to test the library against.

    python export.py CHECKPOINT [--out public/models/pocket/resolve/main] [--reference tools/pocket-model/reference.json]
"""
import argparse
import hashlib
import json
import random
import shutil
from pathlib import Path

import numpy as np
import torch

from batches import END, TOKENIZER, encode_prompt, load_tokenizer
from generator.lines import LineMaker
from generator.tasks import review_sample, triage_sample
from model import CONFIG, GROUP, Pocket, quantise

ROOT = Path(__file__).resolve().parents[3]


def pack(w):
    """[k, n] float tensor -> (uint32 [k/8, n], scale [k/32, n]); value = (nibble - 7) * scale, nibble i of a word is row 8r + i."""
    q, scale = quantise(w)
    nibbles = (q + 7).reshape(w.shape[0] // 8, 8, w.shape[1]).numpy().astype("uint32")
    words = np.zeros((w.shape[0] // 8, w.shape[1]), "uint32")
    for i in range(8):
        words |= nibbles[:, i] << np.uint32(4 * i)
    return words, scale.reshape(-1, w.shape[1]).numpy().astype("float32")


def unpack(words, scale):
    q = np.stack([(words >> np.uint32(4 * i)) & 15 for i in range(8)], 1).astype("float32") - 7
    return q.reshape(-1, words.shape[1]) * np.repeat(scale, GROUP, axis=0)


def tensors(model):
    """(name, array) in the order of the library's metadata; matrices of the model become what unpacking gives."""
    def matrix(name, p):
        words, scale = pack(p.data)
        p.data = torch.from_numpy(unpack(words, scale))
        return [(f"{name}.q_words", words), (f"{name}.q_scale", scale)]

    vector = lambda name, p: [(f"{name}.weight", p.data.numpy().astype("float32"))]
    out = matrix("head", model.head)
    for i, l in enumerate(model.layers):
        at = f"layers.{i}"
        out += vector(f"{at}.norm1", l.norm1) + matrix(f"{at}.qkv", l.qkv) + matrix(f"{at}.out", l.out)
        out += vector(f"{at}.norm2", l.norm2) + matrix(f"{at}.gate_up", l.gate_up) + matrix(f"{at}.down", l.down)
    return out + vector("norm", model.norm)


def chat_config(c):
    return {
        "version": "0.1.0", "model_type": "llama", "quantization": "q4f32_1",
        # What K/V looks like: read by the warm tier and by the sums of memory.
        "model_config": {
            "hidden_size": c["hidden"], "intermediate_size": c["inter"], "num_hidden_layers": c["layers"], "num_attention_heads": c["heads"],
            "num_key_value_heads": c["kv_heads"], "head_dim": c["head_dim"], "position_embedding_base": c["theta"],
        },
        "vocab_size": c["vocab"], "context_window_size": c["context"], "sliding_window_size": -1, "attention_sink_size": -1,
        "prefill_chunk_size": c["chunk"], "tensor_parallel_shards": 1,
        "temperature": 0.0, "top_p": 1.0, "repetition_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0,
        "bos_token_id": 0, "eos_token_id": 2, "tokenizer_files": ["tokenizer.json"],
        "tokenizer_info": {"token_postproc_method": "byte_level", "prepend_space_in_encode": False, "strip_space_in_decode": False},
        "conv_template": {
            "name": "chatml", "system_template": "<|im_start|>system\n{system_message}<|im_end|>\n", "system_message": "Triage this log line.",
            "roles": {"user": "<|im_start|>user", "assistant": "<|im_start|>assistant"},
            "role_templates": {"user": "{user_message}", "assistant": "{assistant_message}", "tool": "{tool_message}"},
            "messages": [], "seps": ["<|im_end|>\n"], "role_content_sep": "\n", "role_empty_sep": "\n",
            "stop_str": ["<|im_end|>"], "stop_token_ids": [2], "function_string": "", "use_function_calling": False, "system_prefix_token_ids": None,
        },
    }


@torch.no_grad()
def reference(model, tok, prompts=20, seed=20):
    """Logits of the last prompt position in float32 from the unpacked weights (which `tensors` left in the model), and greedy tokens."""
    rng, maker = random.Random(seed), LineMaker("form")
    w = model.weights(False, torch.float32)
    fixed = sorted(random.Random(1).sample(range(CONFIG["vocab"]), 64))
    out = []
    for i in range(prompts):
        make = triage_sample if i % 3 else review_sample
        system, user, _ = make(rng, maker.make(rng))
        ids = encode_prompt(tok, system, user)
        h, past = model.hidden(torch.tensor([ids]), w)
        logits = now = h[0, -1] @ w[0]
        top = logits.topk(32).indices.tolist()
        greedy = []
        while len(greedy) < 64 and (best := int(now.argmax())) != END:
            h, past = model.hidden(torch.tensor([[best]]), w, len(ids) + len(greedy), past)
            now = h[0, -1] @ w[0]
            greedy.append(best)
        take = lambda at: [[int(j), round(float(logits[j]), 6)] for j in at]
        out.append({"system": system, "user": user, "ids": ids, "top": take(top), "fixed": take(fixed), "greedy": greedy, "text": tok.decode(greedy, skip_special_tokens=False)})
    return {"note": "made by train/export.py; logits are [token, value] of the last prompt position", "vocab": CONFIG["vocab"], "prompts": out}


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("--out", default=str(ROOT / "public/models/pocket/resolve/main"))
    ap.add_argument("--reference", default=str(ROOT / "tools/pocket-model/reference.json"))
    a = ap.parse_args()
    torch.set_num_threads(2)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    model, tok = Pocket(), load_tokenizer()
    state = torch.load(a.checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    blob, records = bytearray(), []
    for name, x in tensors(model):
        raw = np.ascontiguousarray(x).tobytes()
        records.append({"name": name, "shape": list(x.shape), "dtype": str(x.dtype), "format": "raw", "nbytes": len(raw), "byteOffset": len(blob)})
        blob += raw
    (out / "params_shard_0.bin").write_bytes(blob)
    cache = {"metadata": {"ParamSize": len(records), "ParamBytes": len(blob), "BitsPerParam": round(8 * len(blob) / sum(p.numel() for p in model.parameters()), 3)},
             "records": [{"dataPath": "params_shard_0.bin", "format": "raw-shard", "nbytes": len(blob), "records": records, "md5sum": hashlib.md5(blob).hexdigest()}]}
    (out / "tensor-cache.json").write_text(json.dumps(cache))
    (out / "mlc-chat-config.json").write_text(json.dumps(chat_config(CONFIG), indent=1) + "\n")
    shutil.copyfile(TOKENIZER, out / "tokenizer.json")
    Path(a.reference).write_text(json.dumps(reference(model, tok), ensure_ascii=False) + "\n")
    print(f"step {state['step']}, {state['seen']} samples: {len(records)} tensors, {len(blob)} bytes")


if __name__ == "__main__":
    main()
