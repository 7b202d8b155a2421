"""Puts a header and a message together into one labelled log line."""
import importlib
import pkgutil
import re
from dataclasses import dataclass

from . import bodies, frames, headers, vocabulary as v
from .forms import CLOSE, OPEN, SEVERITIES, expand, read_forms
from .injections import Injector

# How the program that wrote a line may have judged it, given what the line says
LEVEL_OF = {
    "debug": (("debug", 85), ("info", 13), ("warning", 2)),
    "info": (("info", 80), ("debug", 12), ("notice", 4), ("warning", 3), ("error", 1)),
    "notice": (("info", 62), ("notice", 28), ("debug", 4), ("warning", 6)),
    "warning": (("warning", 68), ("info", 16), ("error", 10), ("notice", 3), ("debug", 3)),
    "error": (("error", 66), ("warning", 17), ("info", 8), ("critical", 6), ("debug", 3)),
    "critical": (("critical", 48), ("error", 38), ("warning", 9), ("info", 5)),
}
NAMELESS = ("storage", "request", "permission")  # kinds whose subject is never the daemon: the first word of the message stands in
LEVEL_WORDS = {w.lower() for words in headers.LEVELS.values() for w in words}
TRIM = "\"'()[]{}<>:;,.=|"


def action_of(severity, flags):
    if severity == "warning":
        return "investigate" if "!" in flags else "watch"
    if severity == "error":
        return "watch" if "~" in flags else "investigate"
    return "page" if severity == "critical" else "none"


@dataclass(frozen=True)
class Labelled:
    line: str
    severity: str
    kind: str
    subject: str
    action: str


@dataclass
class Context:
    """What a header may draw on."""
    program: str
    logger: str
    name: str
    severity: str


def all_forms():
    forms = []
    for m in sorted(pkgutil.iter_modules(bodies.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{bodies.__name__}.{m.name}")
        forms += module.forms() if hasattr(module, "forms") else read_forms(module.FORMS)
    return forms


def weighted(rng, pairs):
    x = rng.random() * sum(w for _, w in pairs)
    for value, w in pairs:
        x -= w
        if x < 0:
            return value
    return pairs[-1][0]


def context(rng, group, severity):
    if group.programs[0] == "*" or rng.random() < 0.12:  # a message does not belong to one program alone
        program = rng.choice(v.DAEMONS + v.APPS) if rng.random() < 0.5 else v.novel(rng)
    else:
        program = rng.choice(group.programs)
    logger = rng.choice(group.loggers) if group.loggers and rng.random() < 0.5 else v.java_class(rng)
    name = program if rng.random() < 0.7 else rng.choice((v.word(rng), logger, f"{program}.{rng.choice(v.SECTIONS)}", v.camel(rng)))
    return Context(program, logger, name, severity)


def first_word(text):
    for w in text.replace(OPEN, "").replace(CLOSE, "").split():
        w = w.strip(TRIM)
        if w and w.lower() not in LEVEL_WORDS:
            return w
    return ""


def typo(rng, text):
    """One slip of the keyboard in a word outside the subject."""
    spots = [m.span() for m in re.finditer(r"[a-z]{4,}", text)]
    a, b = text.find(OPEN), text.find(CLOSE)
    spots = [s for s in spots if not (a <= s[0] < b)]
    if not spots:
        return text
    s, e = rng.choice(spots)
    i = rng.randrange(s + 1, e - 1)
    how = rng.randrange(3)
    return text[:i] + (text[i + 1] + text[i] + text[i + 2:] if how == 0 else text[i + 1:] if how == 1 else text[i] + text[i:])


# Words that may stand for one another without a change of sense, so that the model learns words and not sentences
SYNONYMS = [s.split("/") for s in (
    "failed/failure/unsuccessful/did not succeed", "cannot/can't/could not/unable to/failed to/not able to", "refused/rejected/declined/turned down", "denied/refused/not permitted/disallowed", "started/launched/begun/up",
    "starting/launching/beginning/bringing up", "stopped/halted/ended/terminated", "stopping/halting/terminating", "finished/completed/done/concluded", "completed successfully/succeeded/finished ok", "connected/linked/attached",
    "connection/link/session", "disconnected/dropped/cut off", "lost/dropped/gone", "invalid/bad/illegal/malformed", "unknown/unrecognised/unrecognized", "missing/absent/not found", "timed out/timeout/time limit reached",
    "retrying/trying again/will retry", "received/got/obtained", "sent/transmitted/forwarded", "opened/open", "closed/shut", "created/made/added", "removed/deleted/dropped", "updated/changed/modified", "loaded/read in/loaded up", "loading/reading",
    "slow/sluggish/delayed", "full/exhausted/used up", "crashed/died/went down", "killed/terminated", "corrupt/damaged/broken", "user/account/login", "password/passphrase", "from/by", "for/of", "server/host/node", "client/peer/remote",
    "file/path", "process/task/program", "configuration/config/settings", "request/call", "reached/hit/exceeded", "detected/found/seen", "successfully/ok/fine", "exceeded/over/above",
)]
SAME = {w: group for group in SYNONYMS for w in group}
SAME_WORDS = re.compile(r"(?<![\w/.\-=\"])(" + "|".join(sorted(map(re.escape, SAME), key=len, reverse=True)) + r")(?![\w/.\-=:\"])")


def reword(rng, text):
    return SAME_WORDS.sub(lambda m: rng.choice(SAME[m.group()]) if rng.random() < 0.4 else m.group(), text)


def outside(text, change):
    """`change` applied to what stands before and after the subject."""
    a, b = text.find(OPEN), text.find(CLOSE)
    return change(text) if a < 0 else change(text[:a]) + text[a:b + 1] + change(text[b + 1:])


class LineMaker:
    """Labelled lines from the trained forms and headers, or (`held_out`) from those kept back.

    held_out: None, or which of "form", "header", "both" (form and header), "frame", "attack" is one that training never sees.
    """

    def __init__(self, held_out=None):
        forms = all_forms()
        self.forms = [f for f in forms if f.held_out == (held_out in ("form", "both"))]
        self.held_headers = held_out in ("header", "both")
        self.frames = {family: [f for f in each if (f in frames.HELD_OUT) == (held_out == "frame")] for family, each in frames.FAMILIES.items()}
        self.frame_share = 1.0 if held_out == "frame" else 0.0 if self.held_headers else 0.3
        self.injector = Injector(held_out == "attack")
        self.attack_share = 1.0 if held_out == "attack" else 0.12

    def frame_for(self, rng, form):
        """A header of many fields, where the form's programs have such."""
        choices = [f for family in form.group.families for f in self.frames.get(family, ())]
        return rng.choice(choices) if choices and rng.random() < self.frame_share else None

    def header_for(self, rng, form):
        families = form.group.families
        for _ in range(50):
            if self.held_headers:
                choices = [h for f in families for h in headers.FAMILIES[f] if h in headers.HELD_OUT] or [headers.journal, headers.rfc5424, headers.log4j_dash, headers.winevent]
                return rng.choice(choices)
            own = rng.random() < 0.82 or "raw" in families
            h = rng.choice(headers.FAMILIES[rng.choice(families)]) if own else rng.choice(headers.ANY)
            if h not in headers.HELD_OUT:
                return h
        return headers.syslog if not self.held_headers else headers.rfc5424

    def make(self, rng):
        while True:
            made = self.attempt(rng)
            if made:
                return made

    def attempt(self, rng):
        form = rng.choice(self.forms)
        body = expand(form.parts, rng, {})
        own_level = "=" in form.flags
        if rng.random() < 0.3 and not own_level:
            body = outside(body, lambda text: reword(rng, text))
        wanted = weighted(rng, LEVEL_OF[form.severity])
        c = context(rng, form.group, wanted)
        flags = form.flags
        if rng.random() < 0.05:
            body = self.suffix(rng, body)
        if rng.random() < 0.06:
            body = self.noise(rng, body)
        if rng.random() < self.attack_share:
            body = self.attack(rng, body)
        wrap = rng.random()
        plain = "raw" in form.group.families
        frame = None if plain or own_level else self.frame_for(rng, form)
        if frame:
            prefix, suffix, daemon, level = frame(rng, c)
            line = prefix + body + suffix
        elif self.frame_share == 1.0:
            return None
        elif wrap < 0.11 and not own_level and not plain and not self.held_headers:
            how = headers.json_line if wrap < 0.05 else headers.logfmt_line if wrap < 0.085 else headers.csv_line
            line, daemon, level = how(rng, c, body)
        else:
            header = self.header_for(rng, form)
            prefix, daemon, level = header(rng, c)
            if own_level and level is not None:
                prefix, daemon, level = headers.syslog(rng, c) if not self.held_headers else headers.rfc5424(rng, c)
            if not plain and daemon and level is None and rng.random() < 0.012:
                body = f"message repeated {rng.randrange(2, 9)} times: [ {body}]"
                flags += "!"
            line = prefix + body
        severity = level or form.severity
        if rng.random() < 0.05 and (daemon or OPEN in line):  # else the first word of the line would be another one
            line = frames.front(rng) + line
        line, subject = self.cut_subject(line, body, daemon if form.kind not in NAMELESS else "")
        if not subject or len(line) > 700:
            return None
        if rng.random() < 0.02:
            line = line + rng.choice((" ", "  ", "\r", " ..."))
        if rng.random() < 0.03:
            at = rng.randrange(len(line) // 2, len(line) + 1)
            if at > line.find(subject) + len(subject) and at > len(line) - max(8, len(body) // 4):
                line = line[:at]
        return Labelled(line, severity, form.kind, subject, action_of(severity, flags))

    @staticmethod
    def cut_subject(line, body, daemon):
        a, b = line.find(OPEN), line.find(CLOSE)
        if 0 <= a < b:
            subject = line[a + 1:b].strip()
            line = line[:a] + line[a + 1:b] + line[b + 1:]
        else:
            subject = daemon.split("(")[0] or first_word(body)
        line = line.replace(OPEN, "").replace(CLOSE, "")
        return line, subject if subject in line else ""

    def attack(self, rng, body):
        """An instruction as data: mostly behind the message, at times before it or in its middle, never inside the subject."""
        text = self.injector.text(rng).replace(OPEN, "").replace(CLOSE, "")
        x = rng.random()
        if x < 0.72 or OPEN not in body:
            return body + rng.choice((" ", " ", " ", ": ", "; ", ", ", " - ")) + text
        if x < 0.86:
            return text + rng.choice((" ", ": ", " - ", " | ")) + body
        spots = [m.start() for m in re.finditer(" ", body) if not body.find(OPEN) < m.start() < body.find(CLOSE)]
        at = rng.choice(spots) if spots else len(body)
        return f"{body[:at]} {text}{body[at:]}"

    @staticmethod
    def suffix(rng, body):
        return body + rng.choice((f" (pid {v.number(rng)})", f" [{v.ident(rng)}]", f" ({v.duration(rng)})", f", trace {v.hexes(8)(rng)}", f" id={v.ident(rng)}", f" ({v.word(rng)}.c:{v.number(rng)})", f" [{v.word(rng)}]", f" on {v.host(rng)}"))

    @staticmethod
    def noise(rng, body):
        x = rng.random()
        if x < 0.4:
            return typo(rng, body)
        if x < 0.55:
            return outside(body, str.upper)
        if x < 0.75:
            return outside(body, str.lower)
        if x < 0.9:
            return outside(body, lambda s: s.replace(" ", "  ", 1))
        return body[:1].upper() + body[1:]


__all__ = ["LineMaker", "Labelled", "SEVERITIES"]
