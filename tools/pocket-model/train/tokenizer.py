"""The tokenizer: byte-level BPE over words of our own generated text.

What stands left of a word never changes its tokens (white space, digits and punctuation are apart from words), so that copying a
piece of the line is copying tokens.  The JSON scaffolding of the answers and the two role prompts are one token each: a triage is
three tokens, its subject and the end.  They are ordinary vocabulary entries, found whole by `ignore_merges`, not special ones, so
a grammar over token strings can produce them.
"""
import argparse
import json
import random
import re

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from generator import tasks
from generator.forms import KINDS, SEVERITIES
from generator.lines import LineMaker
from generator.tasks import ACTIONS, REVIEW, TRIAGE
from model import CONFIG

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
WHOLE = (
    [TRIAGE, REVIEW, "system\n", "user\n", "assistant\n", '{"agree":true,"fix":{}}', '{"agree":false,"fix":{']
    + [f'{{"severity":"{s}","kind":"' for s in SEVERITIES]
    + [f'{k}","subject":"' for k in KINDS]
    + [f'","action":"{a}"}}' for a in ACTIONS]
    + [f'"severity":"{s}"' for s in SEVERITIES] + [f'"kind":"{k}"' for k in KINDS] + [f'"action":"{a}"' for a in ACTIONS]
    + ['"subject":"']
)
# words by case, digits in pairs from the left, white space by runs, anything else alone
PIECES = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]|[0-9]{1,2}| +|\s|[^A-Za-z0-9\s]"


def pattern():
    """What text is cut by: first the whole pieces, longest first, then words."""
    literal = lambda w: re.sub(r"([{}.|+*?()\[\]\\^$])", r"\\\1", w).replace("\n", "\\n")
    return "|".join(map(literal, sorted(WHOLE, key=len, reverse=True))) + "|" + PIECES


def to_bytes_alphabet(text):
    """A token as byte-level BPE writes it (a space is Ġ, a newline Ċ)."""
    bl = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return "".join(piece for piece, _ in bl.pre_tokenize_str(text))


def build(samples=60000, seed=1):
    rng = random.Random(seed)
    maker = LineMaker()
    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern()), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    plain = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(PIECES), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])

    def corpus():
        for _ in range(samples):
            yield maker.make(rng).line
        for p in (*tasks.TRIAGE_SHORT, *tasks.REVIEW_SHORT, *tasks.FIELDS, TRIAGE, REVIEW):
            for _ in range(60):
                yield p
        for w in (*SEVERITIES, *KINDS, *ACTIONS, "agree", "fix", "true", "false", "severity", "kind", "subject", "action"):
            for _ in range(400):
                yield w
        for i in range(100):
            for _ in range(400):
                yield f"{i:02d}"

    room = CONFIG["vocab"] - len(WHOLE)
    tok = Tokenizer(models.BPE(ignore_merges=True))
    tok.pre_tokenizer = plain
    tok.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=room, special_tokens=SPECIAL, show_progress=False, min_frequency=2, max_token_length=16,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tok.pre_tokenizer, tok.decoder = split, decoders.ByteLevel()
    data = json.loads(tok.to_str())
    vocab = data["model"]["vocab"]
    for w in WHOLE:
        vocab[to_bytes_alphabet(w)] = len(vocab)
    assert len(vocab) == CONFIG["vocab"], len(vocab)
    return Tokenizer.from_str(json.dumps(data))


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("out")
    a = ap.parse_args()
    tok = build()
    tok.save(a.out)
    rng, maker = random.Random(9), LineMaker()
    n = [len(tok.encode(maker.make(rng).line).ids) for _ in range(2000)]
    print(f"{tok.get_vocab_size()} tokens; a line is {sum(n) / len(n):.1f} on average, {max(n)} at most")


if __name__ == "__main__":
    main()
