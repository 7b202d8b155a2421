"""What stands before (or around) a message: a header format is chosen independently of the message.

A header function takes (rng, context) and returns (prefix, daemon, level) where `daemon` is the name of the speaking program as it
stands in the prefix ('' when it does not) and `level` the severity of the explicit level word in it (None without one).
Wrappers (JSON, key=value, CSV) are at the end.
"""
import json

from . import vocabulary as v
from .vocabulary import DAYS, MONTHS

# The words that formats use for each severity
LEVELS = {
    "debug": ("DEBUG", "DEBUG", "DEBUG", "TRACE", "FINE", "VERBOSE", "debug", "trace", "Debug", "FINER", "DBG", "DEBUG1"),
    "info": ("INFO", "INFO", "INFO", "info", "Info", "INFORMATION", "INF", "Information"),
    "notice": ("NOTICE", "notice", "Notice"),
    "warning": ("WARN", "WARNING", "WARN", "WARNING", "warn", "warning", "Warning", "WRN"),
    "error": ("ERROR", "ERROR", "ERROR", "ERR", "error", "err", "Error", "SEVERE"),
    "critical": ("FATAL", "CRITICAL", "CRIT", "fatal", "critical", "crit", "ALERT", "EMERG", "alert", "emerg", "PANIC", "Fatal"),
}
LETTERS = {"debug": "DDV", "info": "I", "notice": "I", "warning": "W", "error": "E", "critical": "F"}
LETTER_LEVEL = {"D": "debug", "V": "debug", "I": "info", "W": "warning", "E": "error", "F": "critical"}


def level_word(rng, severity, style=None):
    words = LEVELS[severity]
    if style == "upper":
        words = [w for w in words if w.isupper() and len(w) > 3 and w not in ("INFORMATION", "DEBUG1")] or words
    elif style == "lower":
        words = [w for w in words if w.islower()] or words
    return rng.choice(words)


# --- times -----------------------------------------------------------------------------------------------------------
def hms(r):
    return f"{r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"


def bsd(r):
    return f"{r.choice(MONTHS)} {r.randrange(1, 32):2d} {hms(r)}"


def ymd(r, sep="-"):
    return f"{r.randrange(2003, 2027)}{sep}{r.randrange(1, 13):02d}{sep}{r.randrange(1, 29):02d}"


def iso(r):
    return f"{ymd(r)}T{hms(r)}" + r.choice(("Z", f".{r.randrange(1000):03d}Z", f".{r.randrange(10**6):06d}+00:00", "+02:00", f".{r.randrange(1000):03d}+0100", f".{r.randrange(10**9):09d}Z", ""))


def spaced(r):
    return f"{ymd(r)} {hms(r)}" + r.choice(("", f",{r.randrange(1000):03d}", f",{r.randrange(1000):03d}", f".{r.randrange(1000):03d}", f".{r.randrange(10**6):06d}"))


def short(r):
    return r.choice((f"{r.randrange(3, 27):02d}/{r.randrange(1, 13):02d}/{r.randrange(1, 29):02d} {hms(r)}", f"{r.randrange(3, 27):02d}{r.randrange(1, 13):02d}{r.randrange(1, 29):02d} {hms(r).replace(':', '')}",
                     f"{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d} {hms(r)}.{r.randrange(1000):03d}", f"{ymd(r, '/')} {hms(r)}", f"{r.randrange(1, 29):02d}/{r.choice(MONTHS)}/{r.randrange(2003, 2027)} {hms(r)}",
                     f"{r.randrange(1, 29):02d}-{r.choice(MONTHS)}-{r.randrange(2003, 2027)} {hms(r)}.{r.randrange(1000):03d}", f"[{r.randrange(1, 13):02d}.{r.randrange(1, 29):02d} {hms(r)}]"))


def ctime(r):
    return f"{r.choice(DAYS)} {r.choice(MONTHS)} {r.randrange(1, 29):02d} {hms(r)}" + r.choice((f" {r.randrange(2003, 2027)}", f".{r.randrange(10**6):06d} {r.randrange(2003, 2027)}"))


def epoch(r):
    return r.choice((lambda: str(r.randrange(10**9, 18 * 10**8)), lambda: f"{r.randrange(10**9, 18 * 10**8)}.{r.randrange(1000):03d}", lambda: str(r.randrange(10**12, 18 * 10**11))))()


def any_time(r):
    return r.choice((iso, spaced, spaced, short, bsd, epoch, hms))(r)


# --- headers ---------------------------------------------------------------------------------------------------------
def tag(r, c):
    """program[pid]: and its variants."""
    x = r.random()
    return f"{c.program}[{v.number(r) + 1}]: " if x < 0.72 else f"{c.program}: "


def syslog(r, c):
    prog = c.program
    return f"{bsd(r)} {v.host(r)} {tag(r, c)}", prog, None


def syslog_pri(r, c):
    return f"<{r.randrange(192)}>{bsd(r)} {v.host(r)} {tag(r, c)}", c.program, None


def syslog_iso(r, c):
    return f"{iso(r)} {v.host(r)} {tag(r, c)}", c.program, None


def rfc5424(r, c):
    pid = r.choice((str(v.number(r) + 1), "-"))
    return f"<{r.randrange(192)}>1 {iso(r)} {v.host(r)} {c.program} {pid} {r.choice(('-', 'ID%d' % r.randrange(100)))} - ", c.program, None


def syslog_level(r, c):
    lv = level_word(r, c.severity, "lower")
    return f"{bsd(r)} {v.host(r)} {r.choice(('daemon', 'user', 'local0', 'auth', 'kern'))}.{lv} {tag(r, c)}", c.program, c.severity


def tag_only(r, c):
    return tag(r, c), c.program, None


def cluster(r, c):
    host = v.host(r)
    e = r.randrange(10**9, 14 * 10**8)
    return f"- {e} {ymd(r, '.')} {host} {bsd(r)} {host}/{host} {tag(r, c)}", c.program, None


def cluster_short(r, c):
    return f"- {r.randrange(10**9, 14 * 10**8)} {ymd(r, '.')} {v.host(r)} {bsd(r)} {v.host(r)} {tag(r, c)}", c.program, None


def journal(r, c):
    return f"{r.choice(DAYS)} {ymd(r)} {hms(r)} UTC {v.host(r)} {tag(r, c)}", c.program, None


def kernel(r, c):
    return f"{bsd(r)} {v.host(r)} kernel: " + (f"[{r.randrange(10**6):5d}.{r.randrange(10**6):06d}] " if r.random() < 0.6 else ""), "kernel", None


def kernel_iso(r, c):
    return f"{iso(r)} {v.host(r)} kernel: " + (f"[{r.randrange(10**6)}.{r.randrange(10**6):06d}] " if r.random() < 0.5 else ""), "kernel", None


def kernel_cluster(r, c):
    host = v.host(r)
    return f"- {r.randrange(10**9, 14 * 10**8)} {ymd(r, '.')} {host} {bsd(r)} {host}/{host} kernel: ", "kernel", None


def dmesg(r, c):
    return f"[{r.randrange(10**6):5d}.{r.randrange(10**6):06d}] ", "", None


def kernel_darwin(r, c):
    return f"{bsd(r)} {v.host(r)} kernel[0]: ", "kernel", None


def log4j(r, c):
    lv = level_word(r, c.severity, "upper")
    thread = r.choice(("main", "http-nio-8080-exec-%d" % r.randrange(20), "IPC Server handler %d on %d" % (r.randrange(60), r.randrange(1000, 65000)), "pool-%d-thread-%d" % (r.randrange(9), r.randrange(30)), "Thread-%d" % r.randrange(300), "eventLoop-%d" % r.randrange(9), v.camel(r), "scheduling-1", "RMCommunicator Allocator"))
    return f"{spaced(r)} {r.choice((lv, lv.ljust(5)))} [{thread}] {c.logger}: ", c.logger, c.severity


def log4j_dash(r, c):
    lv = level_word(r, c.severity, "upper")
    mid = r.choice((f"[{v.camel(r)}:{r.choice(('Worker', 'Listener', 'Sender'))}@{r.randrange(1000)}] - ", f"[{v.word(r)}-{r.randrange(9)}] - ", "- "))
    return f"{spaced(r)} - {lv:<5} {c.logger} {mid}", c.logger, c.severity


def spark(r, c):
    lv = level_word(r, c.severity, "upper")
    name = c.logger.split(".")[-1]
    return f"{short(r)} {lv} {name}: ", name, c.severity


def hdfs(r, c):
    lv = level_word(r, c.severity, "upper")
    return f"{r.randrange(3, 27):02d}{r.randrange(1, 13):02d}{r.randrange(1, 29):02d} {hms(r).replace(':', '')} {r.randrange(1, 4000)} {lv} {c.logger}: ", c.logger, c.severity


def logback(r, c):
    lv = level_word(r, c.severity, "upper")
    return f"{hms(r)}.{r.randrange(1000):03d} [{r.choice(('main', 'worker-%d' % r.randrange(9)))}] {lv:<5} {c.logger} - ", c.logger, c.severity


def spring(r, c):
    lv = level_word(r, c.severity, "upper")
    return f"{spaced(r)}  {lv:<5} {r.randrange(1, 65000)} --- [{r.choice(('main', 'nio-8080-exec-%d' % r.randrange(10), 'scheduling-1'))}] {c.logger} : ", c.logger, c.severity


def tomcat(r, c):
    lv = level_word(r, c.severity, "upper").replace("ERROR", "SEVERE")
    return f"{r.randrange(1, 29):02d}-{r.choice(MONTHS)}-{r.randrange(2010, 2027)} {hms(r)}.{r.randrange(1000):03d} {lv} [main] {c.logger} ", c.logger, c.severity


def python_log(r, c):
    lv = level_word(r, c.severity, "upper")
    name = c.name
    return r.choice((f"{spaced(r)} {r.randrange(1, 40000)} {lv} {name} ", f"{spaced(r)} - {name} - {lv} - ", f"{lv}:{name}:", f"[{spaced(r)}: {lv}/{r.choice(('MainProcess', 'ForkPoolWorker-2'))}] {name}: ")), name, c.severity


def openstack(r, c):
    lv = level_word(r, c.severity, "upper")
    return f"{ymd(r)} {hms(r)}.{r.randrange(1000):03d} {r.randrange(1, 40000)} {lv} {c.logger} [{r.choice(('-', 'req-' + v.uuid(r), 'req-' + v.uuid(r) + ' ' + v.hexes(32)(r) + ' - - -'))}] ", c.logger, c.severity


def app_level(r, c):
    lv = level_word(r, c.severity)
    form = r.choice(("{t} {l} {n}: ", "{t} [{l}] {n}: ", "{t} [{n}] {l}: ", "[{t}] {l} {n} - ", "[{t}] [{l}] [{n}] ", "{t} {l} [{n}] ", "{l} {t} {n}: ", "{t} {n} [{l}] ", "{t} | {l} | {n} | ", "[{l}] {t} {n}: ", "{t}: {l}: {n}: ", "{n} {t} {l} "))
    return form.format(t=any_time(r), l=lv, n=c.name), c.name, c.severity


def level_only(r, c):
    lv = level_word(r, c.severity)
    form = r.choice(("{t} {l} ", "{t} [{l}] ", "[{t}] [{l}] ", "[{t}] {l}: ", "{l}: ", "[{l}] ", "{l} ", "{t} {l}: ", "{t} - {l} - ", "[{l}] [{t}] ", "{t} [{l}]: "))
    return form.format(t=any_time(r), l=lv), "", c.severity


def apache_error(r, c):
    lv = level_word(r, c.severity, "lower")
    return f"[{ctime(r)}] [{r.choice(('', '', 'core:', 'mpm_prefork:', 'ssl:', 'proxy:'))}{lv}] " + (f"[pid {r.randrange(1, 32000)}] " if r.random() < 0.2 else ""), "", c.severity


def nginx_error(r, c):
    lv = level_word(r, c.severity, "lower")
    return f"{ymd(r, '/')} {hms(r)} [{lv}] {r.randrange(1, 32000)}#{r.randrange(1, 32)}: " + r.choice(("", f"*{r.randrange(1, 10**6)} ")), "", c.severity


def postgres(r, c):
    words = {"debug": "DEBUG", "info": "LOG", "notice": "NOTICE", "warning": "WARNING", "error": "ERROR", "critical": r.choice(("FATAL", "PANIC"))}
    lv = words[c.severity]
    return f"{spaced(r)} {r.choice(('UTC', 'CET', 'EST'))} [{r.randrange(1, 65000)}] " + r.choice(("", f"{v.user(r)}@{r.choice(v.DBS)} ")) + f"{lv}:  ", "", None if lv == "LOG" else c.severity


def mysql(r, c):
    words = {"debug": "Note", "info": "Note", "notice": "Note", "warning": "Warning", "error": "ERROR", "critical": "ERROR"}
    lv = words[c.severity]
    if lv == "Note" and c.severity != "info":
        return level_only(r, c)
    return r.choice((f"{iso(r)} {r.randrange(100)} [{lv}] ", f"{spaced(r)} {r.randrange(100)} [{lv}] [MY-{r.randrange(10**5):06d}] [{r.choice(('Server', 'InnoDB', 'Repl'))}] ")), "", {"Note": None, "Warning": "warning", "ERROR": "error"}[lv]


def redis(r, c):
    return f"{r.randrange(1, 40000)}:{r.choice('MSC')} {r.randrange(1, 29):02d} {r.choice(MONTHS)} {r.randrange(2010, 2027)} {hms(r)}.{r.randrange(1000):03d} {r.choice('#*-.')} ", "", None


def glog(r, c):
    letter = r.choice(LETTERS[c.severity])
    lv = LETTER_LEVEL[letter] if letter != "D" else "debug"
    src = r.choice((v.word(r), v.word(r) + "_" + v.word(r), v.camel(r).lower())) + r.choice((".go", ".cc", ".cpp", ".go"))
    return f"{letter}{r.randrange(1, 13):02d}{r.randrange(1, 29):02d} {hms(r)}.{r.randrange(10**6):06d} {r.randrange(1, 99999):7d} {src}:{r.randrange(1, 2000)}] ", src, lv


def logcat(r, c):
    letter = r.choice(LETTERS[c.severity])
    name = c.name
    return f"{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d} {hms(r)}.{r.randrange(1000):03d} {r.randrange(1, 32000):5d} {r.randrange(1, 32000):5d} {letter} {name}: ", name, LETTER_LEVEL[letter]


def logcat_brief(r, c):
    letter = r.choice(LETTERS[c.severity])
    return f"{letter}/{c.name}({r.randrange(1, 32000):5d}): ", c.name, LETTER_LEVEL[letter]


def cbs(r, c):
    words = {"debug": "Info", "info": "Info", "notice": "Info", "warning": "Warning", "error": "Error", "critical": "Error"}
    lv = words[c.severity]
    prog = r.choice(("CBS", "CSI", "DPX", "WU", c.program))
    return f"{ymd(r)} {hms(r)}, {lv:<21} {prog}    ", prog, {"Info": "info", "Warning": "warning", "Error": "error"}[lv]


def winevent(r, c):
    lv = {"debug": "Verbose", "info": "Information", "notice": "Information", "warning": "Warning", "error": "Error", "critical": "Critical"}[c.severity]
    return f"{r.choice((lv, lv.upper()))}\t{r.randrange(1, 13)}/{r.randrange(1, 29)}/{r.randrange(2010, 2027)} {r.randrange(1, 12)}:{r.randrange(60):02d}:{r.randrange(60):02d} {r.choice(('AM', 'PM'))}\t{c.name}\t{r.randrange(1, 20000)}\t{r.choice(('None', 'General'))}\t", c.name, {"Verbose": "debug", "Information": "info", "Warning": "warning", "Error": "error", "Critical": "critical"}[lv]


def ras(r, c):
    lv = {"debug": "INFO", "info": "INFO", "notice": "INFO", "warning": "WARNING", "error": r.choice(("ERROR", "SEVERE")), "critical": r.choice(("FATAL", "FATAL", "FAILURE"))}[c.severity]
    node = v.SLOTS["rack"](r)
    part = r.choice(("KERNEL", "KERNEL", "KERNEL", "APP", "DISCOVERY", "HARDWARE", "MMCS", "LINKCARD"))
    level = {"INFO": "info", "WARNING": "warning", "ERROR": "error", "SEVERE": "error", "FATAL": "critical", "FAILURE": "critical"}[lv]
    t = f"{ymd(r)}-{hms(r).replace(':', '.')}.{r.randrange(10**6):06d}"
    alert = r.choice(("-", "-", "KERNDTLB", "APPSEV", "KERNSTOR", "KERNMNTF")) if level == "critical" else "-"
    return f"{alert} {r.randrange(10**9, 12 * 10**8)} {ymd(r, '.')} {node} {t} {node} RAS {part} {lv} ", part, level


def hpc(r, c):
    node = r.choice((f"node-{r.randrange(300)}", f"gige{r.randrange(9)}", f"Interconnect-0N{r.randrange(9):02d}", v.host(r)))
    return f"{r.randrange(10**5, 10**6)} {node} {c.name} {r.choice(('state_change.unavailable', 'state_change.available', 'new', 'running', 'error', 'net.niff.up', 'psu'))} {r.randrange(10**9, 13 * 10**8)} {r.randrange(3)} ", c.name, None


def health(r, c):
    return f"{ymd(r, '')}-{r.randrange(24)}:{r.randrange(60)}:{r.randrange(60)}:{r.randrange(1000)}|{c.name}|{r.randrange(10**7, 4 * 10**7)}|", c.name, None


def proxifier(r, c):
    prog = r.choice(("chrome.exe", "firefox.exe", "Skype.exe", "git-remote-https.exe", "svchost.exe", "outlook.exe", "Dropbox.exe", "python.exe"))
    prog += r.choice(("", "", " *64"))
    return f"[{r.randrange(1, 13):02d}.{r.randrange(1, 29):02d} {hms(r)}] {prog} - ", prog.split()[0], None


def time_only(r, c):
    return any_time(r) + r.choice((" ", " ", ": ", " - ")), "", None


def time_name(r, c):
    return f"{any_time(r)} {c.name}: ", c.name, None


def none(r, c):
    return "", "", None


def ci(r, c):
    return r.choice((f"{iso(r)} ", f"[{hms(r)}] ", f"#{r.randrange(1, 40)} {r.randrange(60)}.{r.randrange(1000):03d} ", f"{v.word(r)}_1  | ", "")), "", None


FAMILIES = {
    "syslog": (syslog,) * 8 + (syslog_iso,) * 3 + (rfc5424, syslog_pri, cluster, cluster, cluster_short, tag_only, journal, syslog_level),
    "kernel": (kernel,) * 6 + (kernel_iso, kernel_iso, dmesg, dmesg, dmesg, kernel_cluster, kernel_cluster, kernel_darwin),
    "java": (log4j,) * 4 + (log4j_dash, log4j_dash, spark, spark, hdfs, hdfs, logback, spring, spring, tomcat, app_level),
    "python": (python_log, python_log, openstack, openstack, app_level),
    "app": (app_level,) * 4 + (level_only, level_only, glog, python_log, time_name),
    "go": (glog, glog, app_level, syslog),
    "apache": (apache_error,), "nginx": (nginx_error,), "postgres": (postgres, postgres, postgres, syslog), "mysql": (mysql, mysql, mysql, level_only), "redis": (redis, redis, time_only),
    "logcat": (logcat, logcat, logcat, logcat_brief), "cbs": (cbs, cbs, cbs, winevent), "winevent": (winevent, winevent, app_level), "ras": (ras,), "hpc": (hpc,), "health": (health, health, time_name),
    "proxifier": (proxifier,), "raw": (none,), "time": (time_only, none), "ci": (ci, ci, level_only), "darwin": (kernel_darwin, syslog), "level": (level_only,),
}
HELD_OUT = {rfc5424, cluster_short, log4j_dash, logcat_brief, winevent, journal, tomcat}  # never trained on
ANY = (syslog, syslog_iso, app_level, app_level, level_only, log4j, glog, python_log, time_only, time_name, none, spark, tag_only)


# --- wrappers: the header's fields and the message inside a structured line --------------------------------------------
def json_line(r, c, message):
    """-> (line, daemon, level); the message is escaped as JSON."""
    lv = level_word(r, c.severity)
    pairs = [(r.choice(("ts", "time", "timestamp", "@timestamp", "t")), r.choice((iso, epoch, spaced))(r)), (r.choice(("level", "level", "severity", "lvl", "log.level", "levelname", "loglevel", "priority")), lv)]
    has_level = r.random() < 0.85
    if not has_level:
        pairs.pop()
    name = ""
    if r.random() < 0.65:
        name = c.name
        pairs.append((r.choice(("logger", "service", "component", "app", "name", "caller", "module")), name))
    pairs.append((r.choice(("msg", "message", "msg", "event", "log")), message))
    for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
        pairs.append(r.choice((("host", v.host(r)), ("trace_id", v.hexes(16)(r)), ("pid", v.number(r)), ("duration_ms", v.number(r)), ("env", r.choice(("prod", "staging", "dev"))), ("request_id", v.uuid(r)), ("version", v.SLOTS["ver"](r)), ("thread", "main"), ("attempt", 1), ("region", "eu-west-1"))))
    if r.random() < 0.4:
        r.shuffle(pairs)
    if r.random() < 0.05:
        return json.dumps({"log": dict(pairs)}, ensure_ascii=False), name, c.severity if has_level else None
    return json.dumps(dict(pairs), ensure_ascii=False, separators=r.choice(((",", ":"), (", ", ": ")))), name, c.severity if has_level else None


def logfmt_line(r, c, message):
    has_level = r.random() < 0.9
    lv = level_word(r, c.severity, "lower") if r.random() < 0.8 else level_word(r, c.severity)
    parts = [f"{r.choice(('time', 'ts', 't', 'at'))}={r.choice((iso(r), epoch(r), chr(34) + spaced(r) + chr(34)))}"]
    if has_level:
        parts.append(f"{r.choice(('level', 'level', 'lvl', 'severity'))}={lv}")
    name = ""
    if r.random() < 0.6:
        name = c.name
        parts.append(f"{r.choice(('component', 'caller', 'logger', 'svc', 'app', 'module', 'service'))}={name}")
    quoted = message.replace('"', '\\"')
    parts.append(f'msg="{quoted}"')
    for _ in range(r.choice((0, 0, 1, 1, 2))):
        parts.append(r.choice((f"trace={v.hexes(8)(r)}", f"took={v.duration(r).replace(' ', '')}", f"n={v.number(r)}", f"attempt=1", f"shard={r.randrange(64)}", f"id={v.ident(r)}")))
    return " ".join(parts), name, c.severity if has_level else None


def csv_line(r, c, message):
    lv = level_word(r, c.severity)
    sep = r.choice((",", ",", ";", "|", "\t"))
    name = c.name
    return sep.join((any_time(r), *r.choice(((lv, name), (name, lv), (v.host(r), lv, name))), message)), name, c.severity
