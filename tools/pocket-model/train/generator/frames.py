"""Headers of many fields: what services, frameworks and collectors put around a message beside time, level and name.

A frame takes (rng, context) and returns (prefix, suffix, daemon, level): like a header of `headers.py`, and with what stands behind the
message.  What the fields hold (thread, request, user, file, address of another party) is never what the line is about.
"""
from . import vocabulary as v
from .headers import LETTERS, LETTER_LEVEL, any_time, bsd, epoch, hms, iso, level_word, log4j, python_log, spaced, spring, ymd

BRACKETS = ("[]", "[]", "[]", "[]", "()", "<>", "{}")
EXTENSIONS = (".go", ".py", ".cc", ".cpp", ".c", ".rs", ".java", ".rb", ".js", ".ts", ".cs", ".erl", ".php", ".scala", ".kt")


# --- fields ------------------------------------------------------------------------------------------------------------
def thread(r):
    n = r.randrange
    return r.choice((
        "main", f"worker-{n(40)}", f"http-nio-{n(7000, 9999)}-exec-{n(200)}", f"pool-{n(9)}-thread-{n(60)}", f"Thread-{n(300)}", f"grpc-default-executor-{n(30)}", f"kafka-producer-network-thread | producer-{n(9)}",
        f"XNIO-1 task-{n(90)}", f"ForkJoinPool.commonPool-worker-{n(30)}", f"qtp{n(10**9)}-{n(400)}", f"{v.word(r)}-{n(9)}", f"scheduler-{n(4)}", f"NioEventLoopGroup-{n(9)}-{n(30)}", f"{v.camel(r)}-{n(30)}", f"RpcServer.handler={n(60)},port={n(1000, 65000)}",
        f"tid={n(99999)}", f"T{n(99)}", f"thread-{n(999)}", f"0x{v.hexes(r.choice((4, 8, 12)))(r)}", f"asyncio_{n(9)}", "MainThread", f"Dispatcher worker #{n(9)}", f"{v.camel(r)} Thread {n(9)}",
    ))


def source_file(r):
    base = r.choice((v.word(r), v.word(r) + "_" + v.word(r), v.camel(r), v.camel(r), f"{v.word(r)}/{v.word(r)}", f"src/{v.word(r)}/{v.camel(r).lower()}", f"internal/{v.word(r)}/{v.word(r)}"))
    return base + r.choice(EXTENSIONS)


def request_id(r):
    return r.choice((
        lambda: v.uuid(r), lambda: v.uuid(r), lambda: "req-" + v.uuid(r), lambda: v.hexes(32)(r), lambda: v.hexes(16)(r), lambda: v.hexes(r.choice((8, 12)))(r), lambda: f"{v.hexes(16)(r)}-{v.hexes(16)(r)}", lambda: f"1-{v.hexes(8)(r)}-{v.hexes(24)(r)}",
        lambda: "".join(r.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789_-") for _ in range(r.choice((11, 22, 27)))), lambda: f"{v.ident(r)}", lambda: f"{v.host(r)}/{v.hexes(10)(r)}-{r.randrange(10**6):06d}",
    ))()


def pair(r):
    n = r.randrange
    return r.choice((
        lambda: ("traceId", v.hexes(r.choice((16, 32)))(r)), lambda: ("spanId", v.hexes(16)(r)), lambda: ("requestId", request_id(r)), lambda: ("request_id", request_id(r)), lambda: ("user", v.user(r)), lambda: ("userId", str(n(10**6))),
        lambda: ("tenant", v.word(r)), lambda: ("session", v.hexes(12)(r)), lambda: ("ip", v.ip(r)), lambda: ("client", v.ip(r)), lambda: ("pid", str(n(65000))), lambda: ("tid", str(n(65000))), lambda: ("thread", thread(r)), lambda: ("node", v.host(r)),
        lambda: ("shard", str(n(64))), lambda: ("region", r.choice(("eu-west-1", "us-east-2", "ap-northeast-2"))), lambda: ("corr", v.hexes(8)(r)), lambda: ("env", r.choice(("prod", "stage", "dev"))), lambda: ("line", str(n(2000))), lambda: ("seq", str(n(10**6))), lambda: ("src", source_file(r)),
    ))()


def pairs(r, count):
    joint = r.choice((", ", ",", " ", "; ", "|"))
    between = r.choice(("=", "=", ":"))
    return joint.join(between.join(pair(r)) for _ in range(count))


def plain_field(r):
    n = r.randrange
    return r.choice((
        lambda: thread(r), lambda: thread(r), lambda: request_id(r), lambda: request_id(r), lambda: str(n(1, 65000)), lambda: f"pid:{n(65000)}", lambda: f"{n(65000)}:{n(10**6)}", lambda: v.host(r), lambda: f"{source_file(r)}:{n(2000)}", lambda: f"{v.camel(r)}@{n(2000)}", lambda: pairs(r, r.choice((1, 2, 2, 3))),
        lambda: "-", lambda: "", lambda: f"{v.hexes(16)(r)},{v.hexes(16)(r)}", lambda: f"{v.word(r)}", lambda: f"#{n(10**4)}", lambda: f"{v.ip(r)}", lambda: f"{v.ip(r)}:{n(1024, 65000)}", lambda: f"{v.word(r)}.{v.word(r)}", lambda: f"id={request_id(r)}", lambda: v.user(r), lambda: f"{n(9)}/{n(9)}",
    ))()


def bracket(r, text):
    a, b = r.choice(BRACKETS)
    return a + text + b


# --- frames ------------------------------------------------------------------------------------------------------------
def bracketed(r, c):
    """[time] [LEVEL] [thread] [request] [name] in some order, all in the same brackets."""
    a, b = r.choice(BRACKETS)
    wrap = lambda x: a + x + b
    lv = level_word(r, c.severity)
    fields = [lv, *(plain_field(r) for _ in range(r.choice((1, 1, 2, 2, 3, 4))))]
    name = c.name if r.random() < 0.8 else ""
    if name:
        fields.append(name)
    if r.random() < 0.6:
        r.shuffle(fields)
    joint = r.choice(("", " ", " "))
    time = any_time(r)
    return (wrap(time) if r.random() < 0.5 else time + " ") + joint + joint.join(wrap(x) for x in fields) + r.choice((" ", " ", ": ", " - ")), "", name, c.severity


def elastic(r, c):
    lv = level_word(r, c.severity, "upper")
    short = ".".join(x[0] for x in c.logger.split(".")[:-1]) + "." + c.logger.split(".")[-1] if "." in c.logger else c.logger
    name = r.choice((short, c.logger))
    return f"[{ymd(r)}T{hms(r)},{r.randrange(1000):03d}][{lv:<5}][{name:<25}] [{v.host(r)}] " + r.choice(("", "", f"[{v.word(r)}-{ymd(r, '.')}][{r.randrange(9)}] ")), "", name, c.severity


def mdc(r, c):
    """log4j or logback with a mapped context between thread and logger."""
    lv = level_word(r, c.severity, "upper")
    context = r.choice((f"[{pairs(r, r.choice((1, 2, 3)))}]", "{" + pairs(r, r.choice((1, 2, 3))) + "}", f"[{c.program},{v.hexes(16)(r)},{v.hexes(16)(r)}]", f"[{c.program},,]", f"[{request_id(r)}]", f"[{request_id(r)}] [{v.user(r)}]", f"({pairs(r, 2)})"))
    parts = r.choice(("{t} {l} [{th}] {m} {g} - ", "{t} [{th}] {l} {g} {m} - ", "{t} {l} {m} {p} --- [{th}] {g} : ", "{t} {m} [{th}] {l}  {g} - ", "{t} {l} {g} [{th}] {m}: ", "{t} | {l} | {th} | {m} | {g} | "))
    return parts.format(t=spaced(r), l=lv.ljust(r.choice((0, 5))), th=thread(r), m=context, g=c.logger, p=r.randrange(1, 65000)), "", c.logger, c.severity


def class_line(r, c):
    """INFO  [main] time StorageService.java:123 - : the class stands as a file with a line."""
    lv = level_word(r, c.severity, "upper")
    name = v.camel(r) + ".java"
    at = f"{name}:{r.randrange(1, 3000)}"
    return r.choice((f"{lv:<5} [{thread(r)}] {spaced(r)} {at} - ", f"{spaced(r)} {lv:<5} [{thread(r)}] ({at}) - ", f"{spaced(r)} {lv} {at} [{thread(r)}] ")), "", name, c.severity


def class_in_brackets(r, c):
    """time - LEVEL  [thread:Class@line] - : the last name that is written is the class."""
    lv = level_word(r, c.severity, "upper")
    name = v.camel(r)
    at = r.randrange(1, 3000)
    return r.choice((f"{spaced(r)} {lv:<5} [{thread(r).replace(' ', '-')}:{name}@{at}] ", f"{spaced(r)} [{lv}] [{thread(r)}] [{name}:{at}] ", f"{spaced(r)} {lv} {name}:{at} - ")), "", name, c.severity


def logger_behind(r, c):
    """[time] LEVEL message (logger)."""
    lv = level_word(r, c.severity, "upper")
    return f"[{ymd(r)} {hms(r)},{r.randrange(1000):03d}] {lv} " + r.choice(("", "", f"[{v.camel(r)} id={r.randrange(9)}] ", f"[{v.word(r)}-{r.randrange(9)}] ")), f" ({c.logger})", c.logger, c.severity


def columns(r, c):
    """time pid tid LEVEL name, with blanks that line up."""
    n = r.randrange
    lv = level_word(r, c.severity, "upper")
    letter = r.choice(LETTERS[c.severity])
    x = r.random()
    if x < 0.3:
        return f"{spaced(r)}  {n(1, 65000):5d}  {n(1, 65000):5d} {letter} {c.name:<8}: ", "", c.name, LETTER_LEVEL[letter]
    if x < 0.6:
        return f"{any_time(r)} {v.host(r)} {n(1, 65000)} {n(1, 65000)} {lv:<8} {c.name} ", "", c.name, c.severity
    if x < 0.8:
        return f"{iso(r)}\t{n(1, 65000)}\t{lv}\t{c.name}\t{thread(r)}\t", "", c.name, c.severity
    return f"{n(10**6):>8} {any_time(r)} {lv:<7} {c.name:<20} {n(65000):>6} ", "", c.name, c.severity


def openstack_request(r, c):
    """pid LEVEL logger [request user project domain -]."""
    lv = level_word(r, c.severity, "upper")
    who = r.choice((f"req-{v.uuid(r)} {v.hexes(32)(r)} {v.hexes(32)(r)} - default default", f"req-{v.uuid(r)} {v.user(r)} {v.word(r)} - - -", f"req-{v.uuid(r)} - - - - -", "None req-" + v.uuid(r) + " None None", "-"))
    more = r.choice(("", "", f"[instance: {v.uuid(r)}] ", f"[{v.uuid(r)}] "))
    return f"{ymd(r)} {hms(r)}.{r.randrange(1000):03d} {r.randrange(1, 40000)} {lv} {c.logger} [{who}] {more}", "", c.logger, c.severity


def zap(r, c):
    """time<tab>level<tab>name<tab>file:line<tab>message<tab>{fields}."""
    lv = level_word(r, c.severity, r.choice(("upper", "lower")))
    has_name = r.random() < 0.6
    src = f"{source_file(r)}:{r.randrange(1, 2000)}"
    fields = "\t{" + ", ".join(f'"{k}": "{x}"' for k, x in (pair(r) for _ in range(r.choice((1, 1, 2, 3))))) + "}" if r.random() < 0.5 else ""
    name = c.name if has_name else src.split(":")[0]
    return "\t".join([r.choice((iso, epoch))(r), lv, *([c.name] if has_name else []), src, ""]), fields, name, c.severity


def console(r, c):
    """10:11AM INF message key=value."""
    lv = {"debug": "DBG", "info": "INF", "notice": "INF", "warning": "WRN", "error": "ERR", "critical": "FTL"}[c.severity]
    level = {"DBG": "debug", "INF": "info", "WRN": "warning", "ERR": "error", "FTL": "critical"}[lv]
    if level == "critical":
        lv = "FATAL"
    tail = " " + " ".join("=".join(pair(r)) for _ in range(r.choice((1, 2, 3)))) if r.random() < 0.5 else ""
    return f"{r.choice((f'{r.randrange(1, 13)}:{r.randrange(60):02d}{r.choice(chr(65) + chr(80))}M', iso(r), f'[{hms(r)}'))} {lv} ".replace("[", ""), tail, "", level


def tracing(r, c):
    """time  LEVEL span{a=1}:inner: crate::module: message."""
    lv = level_word(r, c.severity, "upper")
    module = f"{v.word(r)}::{v.word(r)}" + (f"::{v.word(r)}" if r.random() < 0.4 else "")
    span = f"{v.word(r)}{{{'='.join(pair(r))}}}: " if r.random() < 0.35 else ""
    return r.choice((f"{iso(r)} {lv:>5} {span}{module}: ", f"[{iso(r)} {lv:<5} {module}] ", f"{iso(r)} {lv:>5} ThreadId({r.randrange(1, 40):02d}) {module}: {source_file(r)}:{r.randrange(999)}: ")), "", module, c.severity


def ruby(r, c):
    letter = r.choice(LETTERS[c.severity]).replace("V", "D")
    word = {"D": "DEBUG", "I": "INFO", "W": "WARN", "E": "ERROR", "F": "FATAL"}[letter]
    name = c.name if r.random() < 0.6 else ""
    return f"{letter}, [{ymd(r)}T{hms(r)}.{r.randrange(10**6):06d} #{r.randrange(1, 65000)}] {word:>5} -- {name}: " + r.choice(("", "", f"[{request_id(r)}] ")), "", name, LETTER_LEVEL[letter]


def erlang(r, c):
    lv = level_word(r, c.severity, "lower")
    return f"{spaced(r)}{r.choice(('', '+00:00'))} [{lv}] <0.{r.randrange(1, 30000)}.{r.randrange(4)}> ", "", "", c.severity


def mongo(r, c):
    letter = r.choice(LETTERS[c.severity]).replace("V", "D")
    name = r.choice(("NETWORK", "STORAGE", "COMMAND", "REPL", "INDEX", "CONTROL", "ACCESS", "QUERY", "SHARDING", "-"))
    return f"{ymd(r)}T{hms(r)}.{r.randrange(1000):03d}+0000 {letter} {name:<8} [{r.choice((f'conn{r.randrange(9999)}', 'initandlisten', 'WTCheckpointThread', 'thread' + str(r.randrange(99))))}] ", "", "" if name == "-" else name, LETTER_LEVEL[letter]


def envoy(r, c):
    lv = level_word(r, c.severity, "lower")
    src = f"source/{v.word(r)}/{v.word(r)}.cc"
    return f"[{spaced(r)}][{r.randrange(1, 400)}][{lv}][{v.word(r)}] [{src}:{r.randrange(2000)}] ", "", src, c.severity


def chromium(r, c):
    lv = {"debug": "VERBOSE1", "info": "INFO", "notice": "INFO", "warning": "WARNING", "error": "ERROR", "critical": "FATAL"}[c.severity]
    src = f"{v.word(r)}_{v.word(r)}.cc"
    return f"[{r.randrange(1, 65000)}:{r.randrange(1, 65000)}:{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}/{hms(r).replace(':', '')}.{r.randrange(10**6):06d}:{lv}:{src}({r.randrange(2000)})] ", "", src, {"VERBOSE1": "debug", "INFO": "info", "WARNING": "warning", "ERROR": "error", "FATAL": "critical"}[lv]


def dotnet(r, c):
    word = {"debug": "dbug", "info": "info", "notice": "info", "warning": "warn", "error": "fail", "critical": "crit"}[c.severity]
    name = r.choice(("Microsoft.Hosting.Lifetime", "Microsoft.AspNetCore.Hosting.Diagnostics", f"{v.word(r).capitalize()}.{v.camel(r)}", f"Acme.{v.word(r).capitalize()}.{v.camel(r)}"))
    return f"{word}: {name}[{r.randrange(99)}] ", "", name, {"dbug": "debug", "info": "info", "warn": "warning", "fail": None, "crit": "critical"}[word]


def vmware(r, c):
    lv = level_word(r, c.severity, "lower")
    sub = f"{v.word(r).capitalize()}svc"
    return f"{ymd(r)}T{hms(r)}.{r.randrange(1000):03d}Z {lv} {c.program}[{r.randrange(10**7)}] [Originator@{r.randrange(9999)} sub={sub}{r.choice(('', f' opID={v.hexes(8)(r)}', f' opID={v.hexes(8)(r)}-{v.hexes(2)(r)} user={v.user(r)}'))}] ", "", c.program, c.severity


def weblogic(r, c):
    word = {"debug": "Debug", "info": "Info", "notice": "Notice", "warning": "Warning", "error": "Error", "critical": r.choice(("Critical", "Alert", "Emergency"))}[c.severity]
    name = v.camel(r)
    return f"####<{r.choice(v.MONTHS)} {r.randrange(1, 29)}, {r.randrange(2005, 2027)} {r.randrange(1, 13)}:{r.randrange(60):02d}:{r.randrange(60):02d} {r.choice(('AM', 'PM'))} UTC> <{word}> <{name}> " + r.choice(("", f"<{v.host(r)}> <{thread(r)}> <<anonymous>> <> <{v.hexes(12)(r)}> ")) + f"<BEA-{r.randrange(10**6):06d}> <", "> ", name, c.severity


def websphere(r, c):
    letter = {"debug": "D", "info": "I", "notice": "A", "warning": "W", "error": "E", "critical": "F"}[c.severity]
    name = v.camel(r)[:13]
    level = {"D": None, "I": "info", "A": None, "W": "warning", "E": "error", "F": "critical"}[letter]
    if level is None:
        letter, level = "I", "info"
    return f"[{r.randrange(1, 13)}/{r.randrange(1, 29)}/{r.randrange(10, 27)} {hms(r)}:{r.randrange(1000):03d} UTC] {v.hexes(8)(r)} {name:<13} {letter}   {''.join(r.choice('ABCDEFGHKLMNPRSTVW') for _ in range(4))}{r.randrange(9999):04d}{letter}: ", "", name, level


def jboss(r, c):
    lv = level_word(r, c.severity, "upper")
    return f"{hms(r)},{r.randrange(1000):03d} {lv:<5} [{c.logger}] ({thread(r)}) " + r.choice(("", f"{r.choice(('WFLYSRV', 'WFLYCTL', 'HHH', 'ISPN', 'AMQ'))}{r.randrange(10**4):04d}: ")), "", c.logger, c.severity


def ceph(r, c):
    name = r.choice((f"osd.{r.randrange(99)}", f"mon.{v.host(r)}@{r.randrange(3)}(leader)", f"mds.{r.randrange(4)}.{r.randrange(99)}", "mgr", "rgw"))
    return f"{iso(r)} 7f{v.hexes(10)(r)} {r.choice(('-1', ' 0', ' 1', ' 5', '10'))} {name} ", "", name.split("(")[0], None


def syslog_around(r, c):
    """A collector's syslog header around the application's own: the logger of the inner one speaks."""
    inner, name, level = r.choice((log4j, python_log, spring))(r, c)
    return f"{r.choice((bsd, iso))(r)} {v.host(r)} {c.program}[{r.randrange(1, 65000)}]: {inner}", "", name, level


def container_line(r, c):
    """What containers, pods and platforms put before their output."""
    lv = level_word(r, c.severity)
    front = r.choice((f"{iso(r)} {r.choice(('stdout', 'stderr'))} F ", f"[pod/{v.pod(r)}/{r.choice(v.CONTAINERS)}] ", f"{c.program}-{r.randrange(1, 4)}  | ", f"{iso(r)} {v.uuid(r)} ", f"{iso(r)} app[web.{r.randrange(1, 9)}]: ", f"{v.pod(r)} {r.choice(v.CONTAINERS)} "))
    return front + r.choice((f"{lv} {c.name}: ", f"[{lv}] {c.name} ", f"{lv}\t{c.name}\t", f"level={lv.lower()} logger={c.name} ")), "", c.name, c.severity


def kv_front(r, c):
    """key=value pairs, then the message as it is."""
    lv = level_word(r, c.severity)
    parts = [f"{r.choice(('ts', 'time', 't'))}={iso(r)}", f"{r.choice(('level', 'lvl', 'severity'))}={lv}", f"{r.choice(('component', 'logger', 'svc', 'app'))}={c.name}", *("=".join(pair(r)) for _ in range(r.choice((0, 1, 2, 3))))]
    if r.random() < 0.4:
        r.shuffle(parts)
    return " ".join(parts) + r.choice((" ", " -- ", " : ", " | ")), "", c.name, c.severity


def bars(r, c):
    lv = level_word(r, c.severity)
    fields = [any_time(r), lv, c.name, *(plain_field(r) for _ in range(r.choice((1, 2, 3))))]
    if r.random() < 0.5:
        tail = fields[1:]
        r.shuffle(tail)
        fields = fields[:1] + tail
    bar = r.choice((" | ", "|", " :: ", " ; ", "\t", " ~ "))
    return bar.join(fields) + bar, "", c.name, c.severity


JAVA = (bracketed, elastic, elastic, mdc, mdc, mdc, class_line, class_in_brackets, class_in_brackets, logger_behind, logger_behind, jboss, weblogic, websphere, syslog_around, columns, kv_front)
APP = (bracketed, bracketed, bracketed, columns, columns, zap, zap, console, tracing, tracing, ruby, erlang, dotnet, container_line, container_line, kv_front, kv_front, bars, bars, syslog_around, envoy, chromium)
FAMILIES = {
    "java": JAVA, "python": (openstack_request, openstack_request, openstack_request, bracketed, syslog_around, columns, kv_front, container_line), "app": APP, "go": (zap, console, tracing, kv_front, container_line, envoy),
    "level": (bracketed, bars, kv_front, erlang, ruby, console), "syslog": (bracketed, columns, syslog_around, ceph, vmware, bars, kv_front), "time": APP, "logcat": (columns, columns, bracketed), "nginx": (container_line, envoy), "apache": (container_line, bracketed),
    "mysql": (mongo, container_line), "postgres": (container_line, kv_front), "redis": (container_line, mongo), "winevent": (dotnet, columns, bars), "ci": (container_line, bracketed),
}
HELD_OUT = {websphere, ruby, vmware, mongo, jboss, envoy}  # never trained on


# --- what stands before a whole line --------------------------------------------------------------------------------------
def log_file(r):
    base = r.choice((v.word(r), v.word(r) + "-" + v.word(r), r.choice(v.DAEMONS), r.choice(v.APPS)))
    name = base + r.choice((".log", ".log", ".log", ".log.1", f".log.{r.randrange(9)}", f"-{ymd(r, '')}.log", f".log.{ymd(r)}", f".log.{r.randrange(9)}.{ymd(r)}_{hms(r)}", ".out", ".err", ".txt"))
    return r.choice(("", "", "", "/var/log/", "/var/log/" + v.word(r) + "/", "logs/", "./")) + name


def front(r):
    """A file, with or without a line number, as grep, tail and collectors write it; or a number, a mark, a host."""
    x = r.random()
    if x < 0.65:
        return log_file(r) + r.choice((":", ": ", " ", " ", f":{r.randrange(1, 9999)}:", f":{r.randrange(1, 9999)}: ", f"({r.randrange(1, 9999)}): ", "\t"))
    return r.choice((f"{r.randrange(1, 10**6)} ", f"{r.randrange(1, 10**6)}: ", f"{r.randrange(1, 10**5)}\t", f"{v.host(r)} ", f"{v.host(r)}: ", "> ", "| ", f"[{v.host(r)}] ", f"line {r.randrange(1, 9999)}: "))
