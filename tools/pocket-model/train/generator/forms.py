"""The notation message forms are written in.

    W auth  Failed password for {|invalid user }«{user}» from {ip} port {port} ssh2

A form line is: severity letter, kind and flags, body.  In a body
    {name}      a slot of `vocabulary.SLOTS`; {name#1} is the same value wherever it stands in the line
    {a|b|{c}}   one of the choices, which may nest; where every choice is the name of a slot they are slots: {ip|domain}
    «...»       the subject; without it the subject is the program that speaks
Severity letters: D I N W E C.  Flags: `!` the line says that it repeats, that a limit of failures was reached or that an attack
is suspected; `~` it says that it recovered or will retry; `=` the body itself holds an explicit level, so no header level is added.

Forms come in groups:
    @ name, name | family family | logger logger
programs that may speak them, header families (see `headers.py`), and logger or module names for those headers that have one.
"""
import zlib
from dataclasses import dataclass

from .vocabulary import SLOTS

SEVERITIES = ("debug", "info", "notice", "warning", "error", "critical")
KINDS = ("auth", "network", "storage", "memory", "process", "config", "permission", "request", "scheduler", "other")
LETTER = dict(zip("DINWEC", SEVERITIES))
OPEN, CLOSE = "\ue000", "\ue001"  # the subject's marks while a line is being made


@dataclass(frozen=True)
class Group:
    programs: tuple
    families: tuple
    loggers: tuple


@dataclass(frozen=True)
class Form:
    group: Group
    severity: str
    kind: str
    flags: str
    text: str
    parts: tuple

    @property
    def held_out(self):
        """About one form in eight is never trained on; which one depends on its words alone."""
        return zlib.crc32(self.text.encode()) % 100 < 12


def parse(text, at=0, nested=False, slots=SLOTS):
    """Body text -> (choices, end); a choice is a tuple of literals and slots, a slot a (name, key) or a list of choices."""
    choices, parts, literal = [], [], []

    def flush():
        if literal:
            parts.append("".join(literal))
            literal.clear()

    while at < len(text):
        ch = text[at]
        if ch == "{":
            flush()
            inner, end = parse(text, at + 1, True, slots)
            if len(inner) == 1 and len(inner[0]) == 1 and isinstance(inner[0][0], str):
                name = inner[0][0]
                base = name.split("#")[0]
                if base not in slots:
                    raise ValueError(f"unknown slot {name!r} in {text!r}")
                parts.append((base, name if "#" in name else None))
            else:
                if all(len(c) == 1 and isinstance(c[0], str) and c[0].split("#")[0] in slots for c in inner):
                    inner = [((c[0].split("#")[0], c[0] if "#" in c[0] else None),) for c in inner]
                parts.append(inner)
            at = end
        elif nested and ch == "}":
            flush()
            choices.append(tuple(parts))
            return choices, at + 1
        elif nested and ch == "|":
            flush()
            choices.append(tuple(parts))
            parts = []
            at += 1
        else:
            literal.append({"«": OPEN, "»": CLOSE}.get(ch, ch))
            at += 1
    if nested:
        raise ValueError(f"unclosed brace in {text!r}")
    flush()
    return [tuple(parts)], at


def expand(parts, rng, memo, slots=SLOTS):
    out = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, list):
            out.append(expand(rng.choice(part), rng, memo, slots))
        else:
            name, key = part
            if key is None:
                out.append(str(slots[name](rng)))
            else:
                if key not in memo:
                    memo[key] = str(slots[name](rng))
                out.append(memo[key])
    return "".join(out)


def read_forms(text):
    """The forms written in one module."""
    forms, group = [], None
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("@"):
            names = [tuple(part.replace(",", " ").split()) for part in line[1:].split("|")]
            names += [()] * (3 - len(names))
            group = Group(names[0], names[1] or ("syslog",), names[2])
            continue
        try:
            mark, kind, body = line.split(None, 2)
            flags = mark[1:] + kind[len(kind.rstrip("!~=")):]
            kind = kind.rstrip("!~=")
            if kind not in KINDS or body.count("«") != body.count("»"):
                raise ValueError("kind or subject marks")
            forms.append(Form(group, LETTER[mark[0]], kind, flags, body, parse(body)[0][0]))
        except (ValueError, KeyError) as e:
            raise ValueError(f"bad form: {line!r}: {e}") from None
    return forms
