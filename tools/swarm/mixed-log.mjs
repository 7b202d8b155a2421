/**
 * Writes the example input, public/swarms/inputs/mixed.log: 400 invented lines of many daemons and formats, the same on every machine.
 *
 *     node tools/swarm/mixed-log.mjs
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LINES = 400;

/** mulberry32: enough to deal out words.
 * @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTS = ['heron', 'wren', 'plover', 'dunlin', 'siskin', 'garganey'];
const USERS = ['mira', 'jonas', 'svc-backup', 'deploy', 'oyelaran', 'kwon', 'postgres', 'ilse'];
const JOBS = ['nightly-report', 'rotate-keys', 'thumbnail-sweep', 'ledger-close', 'geo-refresh', 'prune-sessions'];
const SERVICES = ['ferry', 'lantern', 'quillon', 'atlas-api', 'tidepool', 'mortar'];
const DISKS = ['sda', 'sdb', 'nvme0n1', 'md127', 'dm-3'];
const PATHS = [
  '/var/lib/ferry/spool',
  '/srv/media',
  '/etc/lantern/lantern.toml',
  '/home/kwon/.ssh',
  '/opt/mortar/cache',
];
const URLS = ['/api/v2/parcels', '/login', '/health', '/images/9341.webp', '/search?q=anchor', '/admin/export'];
const TABLES = ['parcels', 'sessions', 'ledger_2026', 'routes', 'outbox'];

/** @param {number} value */
const pad = (value, digits = 2) => String(value).padStart(digits, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @typedef {ReturnType<typeof dealer>} Words
 * @typedef {ReturnType<typeof timesOf>} Times
 */

/**
 * Line makers by how often they come up. `w` deals out words and numbers, `t` writes the time in the format of the daemon.
 * @type {[number, (w: Words, t: Times) => string][]}
 */
const MAKERS = [
  // syslog
  [
    9,
    (w, t) => `${t.syslog} ${w.host} sshd[${w.pid}]: Accepted publickey for ${w.user} from ${w.ip} port ${w.port} ssh2`,
  ],
  [
    7,
    (w, t) =>
      `${t.syslog} ${w.host} sshd[${w.pid}]: Failed password for invalid user ${w.of(['admin', 'test', 'oracle', 'pi'])} from ${w.ip} port ${w.port} ssh2`,
  ],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} sshd[${w.pid}]: error: maximum authentication attempts exceeded for ${w.user} from ${w.ip} port ${w.port} ssh2 [preauth]`,
  ],
  [
    4,
    (w, t) =>
      `${t.syslog} ${w.host} sudo:   ${w.user} : TTY=pts/${w.int(9)} ; PWD=/home/${w.user} ; USER=root ; COMMAND=/usr/bin/systemctl restart ${w.service}`,
  ],
  [7, (w, t) => `${t.syslog} ${w.host} CRON[${w.pid}]: (${w.user}) CMD (/usr/local/bin/${w.job} --quiet)`],
  [
    4,
    (w, t) =>
      `${t.syslog} ${w.host} systemd[1]: Started ${w.service}.service - ${w.of(['parcel tracker', 'search front end', 'image resizer'])}.`,
  ],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} systemd[1]: ${w.service}.service: Main process exited, code=exited, status=${w.of([1, 2, 127])}/FAILURE`,
  ],
  [2, (w, t) => `${t.syslog} ${w.host} systemd[1]: ${w.service}.service: Start request repeated too quickly.`],
  [
    4,
    (w, t) => `${t.syslog} ${w.host} dhclient[${w.pid}]: bound to ${w.ip} -- renewal in ${w.int(9000) + 600} seconds.`,
  ],
  [3, (w, t) => `${t.syslog} ${w.host} ntpd[${w.pid}]: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized`],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} postfix/smtp[${w.pid}]: ${w.hex(10).toUpperCase()}: to=<${w.user}@example.net>, relay=none, delay=${w.int(90)}, status=deferred (connect to mx.example.net[${w.ip}]:25: Connection timed out)`,
  ],
  // kernel
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] eth${w.int(3)}: Link is Up - 1Gbps/Full - flow control rx/tx`,
  ],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] Buffer I/O error on device ${w.disk}, logical block ${w.int(9999999)}`,
  ],
  [
    2,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] EXT4-fs error (device ${w.disk}): ext4_find_entry: reading directory lblock 0; remounting filesystem read-only`,
  ],
  [
    2,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] Out of memory: Killed process ${w.pid} (${w.service}) total-vm:${w.int(9000000) + 500000}kB`,
  ],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] audit: apparmor="DENIED" operation="open" profile="${w.service}" name="${w.path}" requested_mask="r"`,
  ],
  [
    3,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] [UFW BLOCK] IN=eth0 OUT= SRC=${w.ip} DST=${w.ip} LEN=44 PROTO=TCP SPT=${w.port} DPT=23 SYN`,
  ],
  [
    2,
    (w, t) =>
      `${t.syslog} ${w.host} kernel: [${w.int(99999)}.${pad(w.int(999999), 6)}] CPU${w.int(8)}: Core temperature above threshold, cpu clock throttled`,
  ],
  // ISO time, level first
  [6, (w, t) => `${t.iso} INFO  [${w.service}] checkpoint written to ${w.path} in ${w.int(900) + 20} ms`],
  [5, (w, t) => `${t.iso} WARN  [${w.service}] heap at ${w.int(14) + 85} % of 2048 MB, collecting`],
  [4, (w, t) => `${t.iso} ERROR [${w.service}] cannot reach ${w.host}.internal:${w.port}: connection refused`],
  [3, (w, t) => `${t.iso} DEBUG [${w.service}] cache miss for key ${w.hex(8)}, ${w.int(40)} of 64 shards warm`],
  [
    2,
    (w, t) =>
      `${t.iso} FATAL [${w.service}] write-ahead log of ${w.of(TABLES)} is corrupt at offset ${w.int(99999999)}, stopping`,
  ],
  // Java
  [
    4,
    (w, t) =>
      `${t.comma} ERROR [http-nio-8080-exec-${w.int(20)}] com.example.${w.service.replace('-', '.')}.RequestHandler - java.lang.IllegalStateException: parcel ${w.hex(6)} has no route`,
  ],
  [
    3,
    (_w, t) =>
      `${t.comma} WARN  [main] org.example.config.Loader - property "pool.size" is deprecated, use "pool.max" instead`,
  ],
  [
    3,
    (w, t) =>
      `${t.comma} INFO  [scheduler-${w.int(4)}] org.example.jobs.Runner - job ${w.job} finished in ${w.int(300)} s`,
  ],
  // web servers
  [9, (w, t) => `${w.ip} - - [${t.apache}] "GET ${w.url} HTTP/1.1" 200 ${w.int(90000)} "-" "curl/8.5.0"`],
  [
    5,
    (w, t) =>
      `${w.ip} - ${w.user} [${t.apache}] "POST ${w.url} HTTP/1.1" ${w.of([401, 403, 404, 429])} ${w.int(600)} "-" "Mozilla/5.0"`,
  ],
  [
    4,
    (w, t) =>
      `${w.ip} - - [${t.apache}] "GET ${w.url} HTTP/2.0" ${w.of([500, 502, 503])} ${w.int(600)} "-" "Mozilla/5.0"`,
  ],
  [
    4,
    (w, t) =>
      `${t.nginx} [error] ${w.pid}#0: *${w.int(90000)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: ${w.ip}, request: "GET ${w.url} HTTP/1.1"`,
  ],
  // JSON lines
  [
    6,
    (w, t) =>
      JSON.stringify({
        ts: t.iso,
        level: 'info',
        service: w.service,
        msg: 'request done',
        path: w.url,
        ms: w.int(400),
      }),
  ],
  [
    4,
    (w, t) =>
      JSON.stringify({
        ts: t.iso,
        level: 'warn',
        service: w.service,
        msg: `retry ${w.int(4) + 1} of 5`,
        peer: `${w.ip}:${w.port}`,
      }),
  ],
  [
    3,
    (w, t) =>
      JSON.stringify({
        ts: t.iso,
        level: 'error',
        service: w.service,
        msg: 'disk quota exceeded',
        path: w.path,
        user: w.user,
      }),
  ],
  // key=value
  [5, (w, t) => `time=${t.iso} level=info component=scheduler job=${w.job} state=queued node=${w.host}`],
  [
    4,
    (w, t) =>
      `time=${t.iso} level=warn component=scheduler job=${w.job} msg="missed its slot by ${w.int(500) + 30} s" node=${w.host}`,
  ],
  [
    4,
    (w, t) =>
      `time=${t.iso} level=error component=replica table=${w.of(TABLES)} msg="lag ${w.int(4000) + 600} s, reads sent to primary"`,
  ],
  // databases, bare lines
  [
    4,
    (w, t) =>
      `${t.plain} UTC [${w.pid}] LOG:  checkpoint complete: wrote ${w.int(900)} buffers (${w.int(9)}.${w.int(9)}%)`,
  ],
  [
    3,
    (w, t) =>
      `${t.plain} UTC [${w.pid}] ERROR:  deadlock detected while updating tuple (${w.int(900)},${w.int(90)}) in relation "${w.of(TABLES)}"`,
  ],
  [3, (w, t) => `${t.plain} UTC [${w.pid}] FATAL:  password authentication failed for user "${w.user}"`],
  [2, (w) => `backup: copied ${w.int(900) + 10} GB from ${w.path} to vault-${w.int(9)}, verified`],
  [2, (w) => `raid: ${w.disk} degraded, rebuild at ${w.int(99)} %`],
];

/** @param {() => number} random */
function dealer(random) {
  /** @param {number} below */
  const int = (below) => Math.floor(random() * below);
  /** @type {<T>(items: readonly T[]) => T} */
  const of = (items) => /** @type {never} */ (items[int(items.length)]);
  return {
    int,
    of,
    /** @param {number} digits */
    hex: (digits) => Array.from({ length: digits }, () => '0123456789abcdef'[int(16)]).join(''),
    // Addresses that documentation may use (RFC 5737).
    get ip() {
      return `${of(['192.0.2', '198.51.100', '203.0.113'])}.${int(254) + 1}`;
    },
    get port() {
      return int(40000) + 1024;
    },
    get pid() {
      return int(32000) + 300;
    },
    get host() {
      return of(HOSTS);
    },
    get user() {
      return of(USERS);
    },
    get job() {
      return of(JOBS);
    },
    get service() {
      return of(SERVICES);
    },
    get disk() {
      return of(DISKS);
    },
    get path() {
      return of(PATHS);
    },
    get url() {
      return of(URLS);
    },
  };
}

/** One moment in each daemon's format.
 * @param {Date} date */
function timesOf(date) {
  const iso = date.toISOString();
  const clock = iso.slice(11, 19);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return {
    syslog: `${MONTHS[month]} ${String(day).padStart(2)} ${clock}`,
    iso,
    comma: `${iso.slice(0, 10)} ${clock},${iso.slice(20, 23)}`,
    plain: `${iso.slice(0, 10)} ${clock}.${iso.slice(20, 23)}`,
    nginx: `${year}/${pad(month + 1)}/${pad(day)} ${clock}`,
    apache: `${pad(day)}/${MONTHS[month]}/${year}:${clock} +0000`,
  };
}

/** The text of the log; each maker comes up in proportion to its weight. */
export function mixedLog(lines = LINES, seed = 4882) {
  const random = randomFrom(seed);
  const words = dealer(random);
  const total = MAKERS.reduce((sum, [weight]) => sum + weight, 0);
  let at = Date.UTC(2026, 2, 9, 4, 10, 7);
  let text = '';
  for (let line = 0; line < lines; line++) {
    at += words.int(4000);
    let ticket = random() * total;
    const [, make] = MAKERS.find(([weight]) => (ticket -= weight) < 0) ?? [0, () => ''];
    text += `${make(words, timesOf(new Date(at)))}\n`;
  }
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../public/swarms/inputs/mixed.log', import.meta.url), mixedLog());
}
