/**
 * Which lines of a log belong to the line before them: what is indented, and the parts of stack traces that are not (Java, Python, Go,
 * JavaScript, .NET, PHP, Ruby, Rust). Lines are told by their form alone; each is looked at once.
 */

/** What the line before is in the middle of, as far as the next depends on it. */
type Inside = 'nothing' | 'traceback' | 'chain' | 'go' | 'rust' | 'trace';

/** Is asked about every line of a file that is not blank, in order. */
export class Continuation {
  #inside: Inside = 'nothing';
  /** The first line of the item and the last one, without what stands before each line of the log. */
  #head: Line | null = null;
  #last = '';

  /** Whether the line belongs to the one before it. */
  follows(given: string): boolean {
    return this.#head !== null && this.#belongs(lineOf(given), this.#head);
  }

  /** Goes on behind the line. */
  take(given: string, follows: boolean): void {
    const line = lineOf(given);
    if (!follows) {
      this.#head = line;
      this.#inside = 'nothing';
    }
    this.#inside = insideAfter(line.body, this.#inside);
    this.#last = line.body;
  }

  #belongs(line: Line, head: Line): boolean {
    const { body, prefixed } = line;
    if (/^\s/.test(body)) return (prefixed ? INDENTED_BEHIND_PREFIX.test(body) : true) && !isLogLine(body.trimStart());
    if (FRAME.test(body) || isGoroutine(body) || OPENS_TRACE.test(body)) return true;
    if (!prefixed && body.startsWith('at ')) return true;
    // What closes the brackets of an object that stands indented.
    if (/^[}\])]+[;,]?$/.test(body)) return /^\s/.test(this.#last);
    switch (this.#inside) {
      case 'traceback':
        return TRACEBACK.test(body) || PYTHON_CHAIN.test(body) || PYTHON_END.test(body);
      case 'chain':
        return TRACEBACK.test(body);
      case 'go':
        return GO.test(body) || (GO_CALL.test(body) && body.endsWith(')'));
      case 'rust':
        return this.#last.endsWith(':') || body.startsWith('note: ');
      case 'trace':
        if (PYTHON_CHAIN.test(body) || /^#\d+\s/.test(body) || /^Node\.js v\d/.test(body)) return true;
        break;
      case 'nothing':
    }
    // The exception stands on a line of its own, below the one that a logger wrote about it.
    if (isLogLine(body)) return false;
    const below = isLogLine(head.body) || (head.prefixed && !prefixed);
    if (TRACEBACK.test(body)) return below && this.#inside === 'nothing' && !HARMLESS.test(head.body.slice(0, 80));
    return EXCEPTION.test(body) && (below || /^\s*\^+\s*$/.test(this.#last));
  }
}

function insideAfter(body: string, before: Inside): Inside {
  if (TRACEBACK.test(body)) return 'traceback';
  if (PYTHON_CHAIN.test(body) && before !== 'nothing') return 'chain';
  if (GO_PANIC.test(body) || isGoroutine(body)) return 'go';
  if (RUST_PANIC.test(body)) return 'rust';
  if (body.startsWith('exit status ')) return 'trace';
  if (before === 'traceback') return /^\s/.test(body) ? 'traceback' : 'trace';
  if (before === 'go' || before === 'rust') return before;
  return /^\s/.test(body) || FRAME.test(body) || EXCEPTION.test(body) || OPENS_TRACE.test(body) ? 'trace' : before;
}

interface Line {
  readonly body: string;
  /** It stood behind a time, a container or a host that each line of the log has. */
  readonly prefixed: boolean;
}

/** What collectors of logs write before each line: Kubernetes (CRI), syslog, Docker Compose, `--timestamps`. */
const PREFIXES = [
  /^\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] /,
  /^\d{4}-\d\d-\d\dT\S+ \S+ [^\s:[\]]+\[\d+\]: /,
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:[\]]+(?:\[\d+\])?: /,
  /^[\w.-]+\s+\| /,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? /,
];

function lineOf(given: string): Line {
  for (const prefix of PREFIXES) {
    const [found] = prefix.exec(given) ?? [];
    if (found !== undefined) return { body: given.slice(found.length), prefixed: true };
  }
  return { body: given, prefixed: false };
}

/** One more space may only part columns. */
const INDENTED_BEHIND_PREFIX = /^(?:\t|\s{2,}\S|\s+at )/;

/** Begins with a time or a level, as loggers write lines. */
const isLogLine = (body: string): boolean => DATED.test(body) || LEVELLED.test(body);
const DATED =
  /^[[(<"']*(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/. ](?:\d\d?|[A-Z][a-z]{2})[-/. ]\d{2,4}|\d\d?:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? |[IWEF]\d{4} \d\d:|\d{10}(?:\d{3})?\b)/;
const LEVELLED =
  /^[[(<"']*(?:(?:level|lvl|severity)=|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE|ALERT|EMERGENCY)\b|(?:trace|debug|info|notice|warn|warning|error|critical|fatal)[\]:|])/;
const HARMLESS = /\b(?:trace|debug|info|notice)\b/i;

const FRAME =
  /^(?:at [\w$.<>/\\@:-]+ ?[([]|at (?:async |new )?[\w$.<>[\] ]+ \(|Caused by:|Suppressed: |Wrapped by: |\.{3} \d+ (?:more|common frames omitted)|--- End of |---> |\S+\.rb:\d+:in [`'][^']*'$)/;
const OPENS_TRACE = /^(?:stack ?trace|stack backtrace|backtrace|call stack):$/i;
const EXCEPTION =
  /^(?:(?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable|Failure|Fault)\b(?::|$| )|(?:Uncaught )?[A-Z]\w*(?:Error|Exception)(?::|$| \[))/;

const TRACEBACK = /^Traceback \(most recent call last\):/;
/** The exception that a traceback ends with: `ValueError: …`, `requests.exceptions.Timeout`. */
const PYTHON_END = /^[A-Za-z_][\w.]*(?::|$)/;
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;

const GO_PANIC = /^(?:panic: |fatal error: )/;
/** Not one pattern: with two gaps in it a long line would cost the square of its length. */
const isGoroutine = (body: string): boolean => /^goroutine \d+ .*\[/.test(body) && body.endsWith(']:');
const GO = /^(?:\[signal |goroutine |created by |exit status \d|\.{3}|runtime stack:|[a-z]\w{1,5} +0x[\da-f]+$)/;

const GO_CALL = /^[\w./*$()[\]-]+\(/;

const RUST_PANIC = /^thread '.*' (?:\(\d+\) )?panicked at /;
