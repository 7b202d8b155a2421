"""Endless batches of chat samples as token ids, tokenised piece by piece as WebLLM does it."""
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer

from generator.lines import LineMaker
from generator.tasks import sample

TOKENIZER = Path(__file__).resolve().parent / "tokenizer.json"
END = 2  # <|im_end|>
LINE, ANSWER = 0.5, 1.0  # what a place in `weights` counts for; the trainer scales each kind by itself


def load_tokenizer(path=TOKENIZER):
    return Tokenizer.from_file(str(path))


def pieces(system, user):
    """The prompt as WebLLM's Conversation cuts it before encoding each piece."""
    return (f"<|im_start|>system\n{system}<|im_end|>\n", f"<|im_start|>user\n{user}<|im_end|>\n", "<|im_start|>assistant\n")


def encode_prompt(tok, system, user):
    return [i for p in pieces(system, user) for i in tok.encode(p).ids]


def batches(tok, seed, tokens=6144, held_out=None, reviews=0.25, repeats=0.0, line_share=0.35, longest=400, attacks=None):
    """Yields (ids [b, n], kinds [b, n]): place t predicts ids[t + 1], a token of the line (LINE), of the answer (ANSWER) or nothing to learn (0).

    Samples of like length share a batch; a pool is sorted and cut so that a batch has about `tokens` places.
    """
    rng, maker = random.Random(seed), LineMaker(held_out)
    maker.attack_share = maker.attack_share if attacks is None else attacks
    while True:
        pool = []
        texts = [sample(rng, maker, reviews, repeats) for _ in range(1024)]
        systems = tok.encode_batch([pieces(s, u)[0] for s, u, _ in texts])
        users = tok.encode_batch([pieces(s, u)[1] for s, u, _ in texts])
        start = tok.encode("<|im_start|>assistant\n").ids
        answers = tok.encode_batch([a for _, _, a in texts])
        for s, u, a in zip(systems, users, answers):
            prompt, answer = s.ids + u.ids + start, a.ids + [END]
            if len(prompt) + len(answer) > longest:
                continue
            here = LINE if rng.random() < line_share else 0.0  # the line's own loss is a help, not the aim: a third of the lines will do
            w = [0.0] * (len(s.ids) + 1) + [here] * (len(u.ids) - 3) + [0.0] * (1 + len(start)) + [ANSWER] * len(answer) + [0.0]
            pool.append((prompt + answer, w[:len(prompt) + len(answer)]))
            assert len(w) == len(prompt) + len(answer)
        pool.sort(key=lambda x: len(x[0]) + rng.random())
        groups, i = [], 0
        while i < len(pool):
            j, longest_here = i, 0
            while j < len(pool) and max(longest_here, len(pool[j][0])) * (j - i + 1) <= tokens:
                longest_here = max(longest_here, len(pool[j][0]))
                j += 1
            groups.append(pool[i:j])
            i = j
        rng.shuffle(groups)
        for g in groups:
            n = max(len(ids) for ids, _ in g)
            ids, weights = torch.zeros(len(g), n, dtype=torch.long), torch.zeros(len(g), n)
            for r, (x, w) in enumerate(g):
                ids[r, :len(x)] = torch.tensor(x)
                weights[r, :len(w)] = torch.tensor(w)
            yield ids, weights
