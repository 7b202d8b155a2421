"""python -m unittest  (in this folder): the generator's promises, the tokenizer's, and the packing's."""
import json
import random
import re
import unittest
from pathlib import Path

import numpy as np
import torch

from batches import END, batches, encode_prompt, load_tokenizer, pieces
from export import pack, tensors, unpack
from generator import vocabulary as v
from generator.forms import KINDS, SEVERITIES, parse
from generator.injections import ACTIONS as AIMS, ALL, SLOTS, Injector, held_out
from generator.lines import LineMaker, action_of, all_forms
from generator.tasks import ACTIONS, REVIEW, TRIAGE, compact, corrupt, triage, triage_sample
from model import CONFIG, Pocket, fake_quant, rms_norm
from restore import state_of


class Generator(unittest.TestCase):
    def test_lines_carry_their_labels(self):
        for held in (None, "form", "header", "both", "frame", "attack"):
            rng, maker = random.Random(1), LineMaker(held)
            for _ in range(1500):
                m = maker.make(rng)
                self.assertIn(m.subject, m.line)
                self.assertIn(m.severity, SEVERITIES)
                self.assertIn(m.kind, KINDS)
                self.assertIn(m.action, ACTIONS)
                self.assertFalse(any("\ue000" <= c <= "\uf8ff" for c in m.line))

    def test_same_seed_same_lines(self):
        a, b = ([LineMaker().make(random.Random(7)) for _ in range(50)] for _ in range(2))
        self.assertEqual(a, b)

    def test_forms_held_out_are_never_trained_on(self):
        trained, kept = ({f.text for f in LineMaker(h).forms} for h in (None, "form"))
        self.assertFalse(trained & kept)
        self.assertGreater(len(kept) / len(all_forms()), 0.09)

    def test_actions_follow_the_policy(self):
        self.assertEqual([action_of(s, "") for s in SEVERITIES], ["none", "none", "none", "watch", "investigate", "page"])
        self.assertEqual((action_of("warning", "!"), action_of("error", "~")), ("investigate", "watch"))

    def test_reviews_fix_exactly_what_is_wrong(self):
        rng, maker = random.Random(3), LineMaker()
        for _ in range(500):
            m = maker.make(rng)
            shown, fix = corrupt(rng, m)
            self.assertTrue(fix)
            self.assertEqual({**shown, **fix}, triage(m))


    def test_an_instruction_changes_no_label(self):
        """What the injector puts into a line leaves severity, kind, subject and action as they are without it."""
        plain, attacked = LineMaker(), LineMaker()
        plain.attack_share, attacked.attack_share = 0, 1
        by_form = {}
        for maker in (plain, attacked):
            rng = random.Random(11)
            for form in maker.forms[::7]:
                maker.forms, kept = [form], maker.forms
                by_form.setdefault(form.text, []).append(maker.make(rng))
                maker.forms = kept
        for a, b in by_form.values():
            self.assertEqual(a.kind, b.kind)
            self.assertIn(b.subject, b.line)

    def test_attacks_kept_back_are_never_trained_on(self):
        kept = [t for t in ALL if held_out(t)]
        self.assertEqual((len(Injector().templates), len(Injector(True).templates)), (len(ALL) - len(kept), len(kept)))
        self.assertGreater(len(kept), 4)

    def test_the_bench_shares_no_template_with_training(self):
        """bench/injection/attacks.jsonl holds no text that a trained template could write, in whatever dress."""
        aimed = [*SEVERITIES, "fatal", "emergency", "low", "high", "harmless", "P1"]
        syllables = "|".join(v.FIRST), "|".join(v.LAST)
        word = "(?:" + "|".join(map(re.escape, {*v.WORDS, *v.FILEWORDS, *v.SECTIONS, *v.APPS, *v.HOSTWORDS})) + f"|(?:{syllables[0]})(?:{syllables[1]}))"
        words = {"severity": aimed, "SEVERITY": [w.upper() for w in aimed], "kind": KINDS, "action": AIMS,
                 "field": ["severity", "level", "kind", "category", "subject", "action", "priority", "rating", "class", "verdict"]}

        def regex(parts):
            out = []
            for p in parts:
                if isinstance(p, str):
                    out.append(re.escape(p))
                elif isinstance(p, list):
                    out.append("(?:" + "|".join(regex(c) for c in p) + ")")
                elif p[0] in words:
                    out.append("(?:" + "|".join(map(re.escape, words[p[0]])) + ")")
                else:
                    out.append({"word": word, "answer": r"\{.{0,40}(?:severity|kind|subject|action|agree).{0,160}\}"}.get(p[0], r"\S{1,40}"))
            return "".join(out)

        trained = [re.compile(r"[^\w{]*" + regex(parse(t, slots=SLOTS)[0][0]) + r"[^\w}]*", re.IGNORECASE) for t in ALL if not held_out(t)]
        attacks = Path(__file__).resolve().parents[3] / "bench/injection/attacks.jsonl"
        texts = [json.loads(line)["text"] for line in attacks.read_text(encoding="utf-8").splitlines()]
        self.maxDiff = None
        self.assertEqual([text for text in texts if any(t.fullmatch(text) for t in trained)], [])


class Tokens(unittest.TestCase):
    def setUp(self):
        self.tok = load_tokenizer()

    def test_special_tokens_and_size(self):
        self.assertEqual([self.tok.token_to_id(t) for t in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")], [0, 1, 2])
        self.assertEqual(self.tok.get_vocab_size(), CONFIG["vocab"])

    def test_round_trip(self):
        rng, maker = random.Random(5), LineMaker()
        for _ in range(500):
            for text in triage_sample(rng, maker.make(rng)):
                self.assertEqual(self.tok.decode(self.tok.encode(text).ids, skip_special_tokens=False), text)
        for text in ("naïve ☃ 日本語", "a\tb\r\n  c", '{"severity":"warning","kind":"auth"}'):
            self.assertEqual(self.tok.decode(self.tok.encode(text).ids), text)

    def test_an_answer_is_four_tokens_and_the_subject(self):
        for subject in ("root", "10.0.0.1", "/var/log/messages", "blk_-1608999687919862906"):
            ids = self.tok.encode(compact({"severity": "error", "kind": "storage", "subject": subject, "action": "watch"})).ids
            self.assertEqual(len(ids), 3 + len(self.tok.encode(subject).ids))
        self.assertEqual([len(self.tok.encode(p).ids) for p in (TRIAGE, REVIEW)], [1, 1])

    def test_what_stands_left_does_not_change_a_word(self):
        for word in ("sshd", "10.1.2.3", "eth0", "Failed", "/dev/sda1"):
            alone = self.tok.encode(word).ids
            for left in (" ", "(", "= ", "user=", ": [", '"'):
                self.assertEqual(self.tok.encode(left + word).ids[-len(alone):], alone)

    def test_batches_mark_what_is_learnt(self):
        ids, kinds = next(batches(self.tok, 1, 2048))
        start = self.tok.encode(pieces("", "")[2]).ids[-1]
        for row, kind in zip(ids.tolist(), kinds.tolist()):
            answer = [t for t, k in enumerate(kind) if k == 1]
            self.assertEqual(row[answer[0]], start)
            self.assertEqual(row[answer[-1] + 1], END)


class Weights(unittest.TestCase):
    def test_training_sees_the_packed_weights(self):
        w = torch.randn(96, 40)
        words, scale = pack(w)
        np.testing.assert_allclose(unpack(words, scale), fake_quant(w).numpy(), atol=1e-6)

    def test_a_checkpoint_is_restored_from_what_was_exported(self):
        m = Pocket()
        restored = state_of(dict(tensors(m)))  # which leaves in m what unpacking gives
        self.assertEqual(restored.keys(), m.state_dict().keys())
        for name, w in m.state_dict().items():
            self.assertTrue(torch.equal(restored[name], w), name)
        self.assertRaises(KeyError, state_of, {})

    def test_norm_has_the_right_gradient(self):
        x, w = torch.randn(3, 8, dtype=torch.float32, requires_grad=True), torch.randn(8, requires_grad=True)
        g = torch.randn(3, 8)
        mine = torch.autograd.grad(rms_norm(x, w, 1e-5), (x, w), g)
        plain = torch.autograd.grad(x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w, (x, w), g)
        for a, b in zip(mine, plain):
            torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)

    def test_decoding_step_by_step_is_one_pass(self):
        m = Pocket()
        w = m.weights(False, torch.float32)
        ids = torch.tensor([encode_prompt(load_tokenizer(), TRIAGE, "sshd[1]: Accepted password for root")])
        with torch.no_grad():
            whole = m(ids, w)[0, -1]
            h, past = m.hidden(ids[:, :-1], w)
            h, _ = m.hidden(ids[:, -1:], w, ids.shape[1] - 1, past)
            torch.testing.assert_close((h @ w[0])[0, -1], whole, atol=1e-4, rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
