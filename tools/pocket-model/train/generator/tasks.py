"""Chat samples of the two roles: (system prompt, user text, answer)."""
import json

from .forms import KINDS, SEVERITIES

ACTIONS = ("none", "watch", "investigate", "page")
TRIAGE = "Triage this log line."
REVIEW = "Review this triage of a log line."

TRIAGE_SHORT = (
    "Triage this log line. Answer in JSON.", "You triage log lines.", "Triage the log line.", "Triage the following log line.", "triage this log line", "You are a triager. Triage this log line.",
    "Triage this log line: severity, kind, subject, action.", "You are a log triage agent. Triage this log line.", "Triage one log line. Reply with JSON only.", "Do log triage.", "Log triage.", "You are a triage agent for system logs.",
    "Triage this line of a log and reply with one JSON object.", "Read the log line and triage it.", "You triage logs. Answer with JSON.", "Triage this log entry.", "Triage the message below.", "Please triage this log line.",
)
REVIEW_SHORT = (
    "Review this triage of a log line. Answer in JSON.", "You review the triage of log lines.", "Review the triage.", "Review this triage.", "Check this triage of a log line.", "review this triage of a log line", "You are a reviewer. Review this triage of a log line.",
    "Review the triage of this log line: agree or fix.", "You are a reviewer of log triage.", "Review a log line's triage. Reply with JSON only.", "Check the triage below and fix what is wrong.", "Please review this triage of a log line.",
)
FIELDS = (
    "severity is one of debug, info, notice, warning, error, critical.", "kind is one of auth, network, storage, memory, process, config, permission, request, scheduler, other.",
    "subject is copied from the line and says who or what.", "action is none, watch, investigate or page.", "Answer with one JSON object.", "Do not explain.", "Fields: severity, kind, subject, action.", "Use the line alone.",
    "subject: a piece of the line, letter by letter.", "An explicit level in the line decides the severity.", "Reply with compact JSON.", "severity: how bad it is.", "kind: what part of the system it is about.", "action: what a person should do.",
)


def prompt(rng, stem, short):
    x = rng.random()
    if x < 0.72:
        return stem
    if x < 0.93:
        return rng.choice(short)
    text = rng.choice((stem, rng.choice(short)))
    return " ".join([text, *rng.sample(FIELDS, rng.choice((1, 2, 2, 3, 4, 6)))])


def compact(obj):
    return json.dumps(obj, ensure_ascii=False, separators=(",", ":"))


def triage(m):
    return {"severity": m.severity, "kind": m.kind, "subject": m.subject, "action": m.action}


def other_piece(rng, m):
    """A subject that is wrong: another piece of the line, a cut one, or one that is not there."""
    x = rng.random()
    words = [w.strip("\"'()[]{}<>:;,=|") for w in m.line.split()]
    words = [w for w in words if w and w != m.subject]
    if x < 0.6 and words:
        return rng.choice(words)
    if x < 0.8 and len(m.subject) > 3:
        at = rng.randrange(1, len(m.subject))
        return m.subject[:at] if rng.random() < 0.6 else m.subject[at:]
    for cand in rng.sample(("root", "sshd", "kernel", "admin", "10.0.0.1", "192.168.1.10", "eth0", "/var/log/messages", "/dev/sda1", "nginx", "systemd", "nightly-backup", "user42", "blk_1073741825"), 4):
        if cand != m.subject:
            return cand
    return "unknown"


def corrupt(rng, m):
    """-> (the triage as shown, what has to be put right)."""
    right = triage(m)
    shown, fix = dict(right), {}
    fields = rng.sample(("severity", "severity", "kind", "kind", "subject", "action"), rng.choice((1, 1, 1, 2, 2)))
    for f in set(fields):
        if f == "severity":
            shown[f] = rng.choice([s for s in SEVERITIES if s != m.severity])
        elif f == "kind":
            shown[f] = rng.choice([k for k in KINDS if k != m.kind])
        elif f == "action":
            shown[f] = rng.choice([a for a in ACTIONS if a != m.action])
        else:
            shown[f] = other_piece(rng, m)
    if shown["severity"] != m.severity and rng.random() < 0.5:  # a triager who misjudges the severity misjudges the action as well
        from .lines import action_of
        shown["action"] = action_of(shown["severity"], "")
    fix = {f: right[f] for f in right if shown[f] != right[f]}
    return shown, fix


def triage_sample(rng, m):
    return prompt(rng, TRIAGE, TRIAGE_SHORT), m.line, compact(triage(m))


def review_sample(rng, m):
    shown, fix = (triage(m), {}) if rng.random() < 0.5 else corrupt(rng, m)
    return prompt(rng, REVIEW, REVIEW_SHORT), m.line + "\n" + compact(shown), compact({"agree": not fix, "fix": fix})


def repeat_sample(rng, m):
    """Copying and nothing else: what subjects are made of, learnt sooner when every token of the answer is a copy."""
    a = rng.randrange(max(1, len(m.line) - 60))
    piece = m.line[a:a + rng.randrange(20, 110)].strip()
    if rng.random() < 0.6:  # out of order nothing but copying can tell the next word
        words = piece.split()
        rng.shuffle(words)
        piece = " ".join(words)
    return "Repeat this log line.", piece, piece


def sample(rng, maker, reviews=0.25, repeats=0.0):
    m = maker.make(rng)
    if rng.random() < repeats:
        return repeat_sample(rng, m)
    return review_sample(rng, m) if rng.random() < reviews else triage_sample(rng, m)
