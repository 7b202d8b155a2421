"""More ways to say it: each kind in plain words, as people write their own log lines."""
FORMS = r"""
@ * | app level python java syslog time
// permission
W permission {Access|access|Request|Operation|write} {denied|refused|rejected|not allowed|blocked}: {user|client|token|role} {user} {has no|lacks|without} {rights on|role for|grant on} «{path|table|topic|url}»
W permission {attempt|tried} {by {user} |}to {read|modify|delete|list|execute} «{path|table|url}» without {permission|rights|the needed role}
W permission {ACL|policy|RBAC|rule {n}|sandbox|seccomp|firewall policy} {denies|denied|blocks|forbids} {user} {access to|use of|the action on} «{path|topic|url|service}»
W permission {Forbidden|forbidden|403 Forbidden|Unauthorized|not authorised|HTTP 401}: {method} «{url}»{ for {user}|}{ from {ip}|}
E permission {cannot|could not|failed to|unable to} {chown|chmod|set owner of|change mode of|bind privileged port for|drop privileges for} «{path|service}»: {denied}
E permission {open|mkdir|unlink|rename|exec|connect|bind}{()|}: «{path|dir}»: {Permission denied|Operation not permitted|EACCES|EPERM}
E permission {java.io.FileNotFoundException|AccessControlException|PermissionError: [Errno 13]}: {|Permission denied: }{'|}«{path}»{'|} {(Permission denied)|}
N permission {permissions|mode|owner|ACL} of «{path|dir|topic}» {changed|set} {to {0644|0755|0600|root:root}|by {user}}
N permission {granted|revoked|Grant|Revoke} {SELECT|ALL|write|admin|read} on «{table|topic|path}» {to|from} {user}
I permission {access|check} {allowed|granted|ok}: {user} {may|can} {read|write} «{path|topic|url}»
D permission {evaluating|checking} {rule|policy|ACL} for «{path|url}» {user={user}|}
W permission {file|socket|key file|directory} «{path}» {is world-writable|has insecure permissions|is readable by others}{, ignoring|}
W permission {quota|rights} of {user} {do not allow|does not cover} «{url|topic|path}»
// memory
W memory {swap|Swap} {usage|use} {at|is|above} {high}%{ on {host}|}
W memory {free|available} memory {low|below {n} MB|under threshold}{: {size} left|}
I memory {total|Total|used|free} memory{:| is} {size}{, {used|free} {size}|}
I memory {allocated|Allocated|released|reserved|mapped} {n} {MB|bytes|pages|huge pages} {for|in} «{app|proc|section}»{ {buffer|cache|pool|arena}|}
E memory {malloc|mmap|calloc|realloc|fork|new}{()|} {failed|returned NULL|of {n} bytes failed}{ in «{proc|app}»|}{: Cannot allocate memory|}
E memory «{proc|app}»: {Cannot allocate memory|cannot fork: Cannot allocate memory|memory exhausted|virtual memory exhausted}
C memory {kernel|system|host} out of memory{:|,} {killed|killing} {process |}«{proc}»{ ({pid})|}
C memory {process|task|container|worker} «{proc|container|app}» {was killed by the OOM killer|OOM-killed|killed: out of memory|exceeded memory limit and was OOM killed}
W memory {cache|Cache|buffer pool|page cache|heap} {of «{app}» |}{is full|full, evicting|hit ratio low: {n2}%|fragmented|pressure}
I memory {Full|Minor|Major|Young|Mixed} GC {(Allocation Failure)|done|in {dur}|: {n}M->{n}M({n}M)}
W memory {Full GC|GC} {is taking|took} {too long|{n2} seconds|{high}% of time}{ in «{app}»|}
E memory {ECC|parity|bit} error {at|in|on} {address {ptr}|bank {small}|DIMM {small}}{ (uncorrected)|}
W memory {corrected|correctable|single-bit} {ECC|memory|parity} error {at|in|on} {address {ptr}|bank {small}|DIMM {small}}
I memory {buffer|pool|arena|slab} «{section}» {grew to|shrunk to|resized to|size} {size}
D memory {alloc|free|malloc|gc mark|page in|page out} {ptr} {size={n}|{n} bytes|}
// process
I process {pid|PID|process} {pid} («{proc}») {exited normally|exited with status 0|finished|started}
E process {pid|PID|process} {pid} («{proc}») {exited with status {exit}|terminated by signal {sig}|dumped core}
W process {pid|PID|process} {pid} («{proc}») {ignored SIGTERM|does not respond|is a zombie|uses {high}% CPU}
N process {received|caught|got} {signal {15|1|2}|SIGTERM|SIGHUP|SIGINT}{, {shutting down|reloading|stopping|exiting}|}
N process {graceful|clean|normal} {shutdown|stop} {of «{app}» |}{complete|done|finished|initiated|requested}
N process {system|host|machine|server} {is |}{booting|rebooting|shutting down|halted|going down for reboot|up after {n} s}
I process {thread|worker|fiber|goroutine|task} {pool |}«{section}»{-{n2}|} {started|stopped|idle|resumed|finished|waiting}
W process {thread|worker} pool «{section}» {exhausted|saturated|is full}{: {n} waiting|}
E process {thread|worker|goroutine|task} «{word}-{n2}» {died|terminated|panicked|blocked forever}{: {exc}|}
W process {main loop|event loop|thread} {blocked|stalled|lagging} for {dur}{ in «{app}»|}
E process {child|subprocess|command|script|hook} «{cmd|file}» {returned|exited with|failed with|ended with} {code |status |}{exit}
I process {executing|running|Executed|ran} {command|script|hook} «{cmd}»{: ok| (exit 0)|}
E process {exec|spawn|fork|start} {of |}«{cmd|app}» failed: {errno}
E process {Exception|exception|error} in {thread|loop|handler|callback} «{word}»: {exc}{: {reason}|}
E process {Traceback (most recent call last)|panic: {reason}|Segmentation fault (core dumped)|Aborted (core dumped)|Bus error}{: «{app}»|}
D process {at|  at|\tat} «{class}.{word}»({camel}.java:{n})
E process {Caused by: |}«{exc}»{: {reason|errno}|}
E process File "«{path}»", line {n}, in {word}
I process uptime {n} {s|days|h}{, load {float}|}
W process load average {too high|above limit|is {float}}{ on {host}|}
// config
E config {config|configuration|settings} {error|invalid|rejected}: {unknown key|missing value for|bad type of|duplicate key} {'|"}«{option}»{'|"}{ at line {n}|}
E config «{path|file}»{:{n}|, line {n}|}: {syntax error|parse error|unknown directive "{word}"|unexpected end of file|invalid value "{n}" for {option}}
W config «{path|file}»{:{n}|}: {unknown directive|deprecated directive|unused option} {"{word}" |}{ignored|, ignored|}
W config {no|missing|cannot find} {config|configuration} {file |}«{path}»{, using defaults| - falling back to defaults|; defaults apply}
W config {using|falling back to} default {value |}{for|of} «{option}»{: {n}|}
W config {DEPRECATED|Deprecated|deprecation}: «{option|pkg}» {will be removed in {ver}|is no longer supported|use {option} instead}
N config {parameter|option|setting|sysctl|registry key|environment} «{option}» {changed from {n} to {n}|set to {n} by {user}|updated}
N config {schema|database|table} {migrated|upgraded} «{table|db}» to version {n}
N config {applied|Applied|rolled back|deployed} {release|version|patch|migration|manifest} «{pkg|app|file}»{ {ver}|}
I config {plugin|module|extension|driver|library} «{module|pkg}» {loaded|registered|enabled|version {ver}}
E config {plugin|module|extension|driver|library} «{module|pkg}» {could not be loaded|failed to load|not found|incompatible with {ver}}{: {reason}|}
I config {environment|env|profile|profiles}{:| active:} «{word}»
D config {property|env|flag|option} «{option}» {resolved to|=|->} {n|path|word}
W config {license|certificate bundle|time zone data|database of signatures} «{file|pkg}» {is outdated|expires in {small} days|is {n} days old}
// scheduler
I scheduler {timer|Timer|cron|trigger} «{job}» {fired|elapsed|set for {clock}|armed}
I scheduler {queued|enqueued|dequeued|picked up|submitted|dispatched} {job|task|work item|batch} «{job|id}»{ (priority {small})| to {word}|}
I scheduler {next|Next} run of «{job}» {at|is} {date} {clock}
W scheduler {batch|job|task} «{job|id}» {waits since {dur}|still pending|starving|was preempted|is over its time limit}
W scheduler {no|not enough} {free |idle |}{workers|slots|executors|nodes} for {job |task |}«{job|id}»
E scheduler {batch|job|task|run} «{job|id}» {ended in error|failed|was lost|aborted by the scheduler}{: {reason}| (exit {exit})|}
E~ scheduler {batch|job|task|run} «{job|id}» failed{: {reason}|}{;|,} {retry {small} of {small}|rescheduled in {dur}|will be retried}
N scheduler {maintenance window|job|schedule} «{job}» {created|changed|suspended|deleted}{ by {user}|}
I scheduler {moved|migrated|rebalanced|assigned|reassigned} {task|partition|shard|lease|region} «{job|id}» {from {host} |}to {host}
W scheduler {rebalance|placement|assignment} of «{job|id}» {postponed|skipped|timed out, trying again}
D scheduler {tick|poll|scan}: {n} {due|pending|ready}
// storage
I storage {read|wrote|copied|moved|archived|uploaded|restored} {n} {bytes|rows|files|records|blocks} {to|from|of} «{path|table|db|disk}»
E storage {read|write|I/O|seek} {error|failure} on «{disk|part|path}»{ at {sector|offset|block} {n}|}{: {fileerr}|}
E storage {file|File|directory|path} {'|}«{path}»{'|} {not found|does not exist|is missing|is not a directory}
W storage {file|File} «{path}» {not found, creating|missing, skipped|does not exist, using default|is locked by another process}
C storage {disk|drive|array|volume|RAID set} «{disk|word}» {has failed|is failing|degraded and failing|lost|is offline, data unavailable}
W storage {RAID|array|volume} «{md0|{word}}» {is degraded|rebuild at {n2}%|has a hot spare missing}
W storage {table|tablespace|index|journal} «{table}» {is {high}% full|is bloated|needs repair|has {n} dead rows}
I storage {table|index|segment|shard|snapshot} «{table}»{-{n2}|} {created|dropped|compacted|flushed|merged|opened|closed|recovered}
E storage {table|index|segment|shard|snapshot|WAL} «{table}»{-{n2}|} {is corrupt|could not be opened|failed to recover|checksum error}
C storage {unrecoverable|fatal} {data|index|journal} corruption in «{db|table|path}»
W storage {backup|snapshot|replica} of «{db|table|path}» {incomplete|skipped|older than {n} h|verification mismatch}
D storage {inode|block|offset|extent} {n} {mapped|cached|dirty|clean} {for |}«{path|part}»
// network
I network {peer|node|member|client} «{host|ip}» {joined|connected|is reachable again|came online|registered}
W network {peer|node|member|client} «{host|ip}» {left|is unreachable|missed heartbeat|gone|timed out|does not answer}
E network {lost|losing} {connection|contact|link} {to|with} «{host|ip}»{: {neterr}|}
W network {reconnect|retry|retransmission|resend} {to |for |}«{host|ip}» {#{small}|(attempt {small})|after {dur}}
I network {HTTP|gRPC|TCP|UDP|admin} {server|endpoint|listener} {listening|bound|ready} {on|at} {«{ip}»:{port}|«{host}»:{port}}
E network {bind|listen}{()|} {on |to |}«{ip}»:{port} {failed|: Address already in use}
I network {route|gateway|neighbour|ARP entry} {to |for |}«{ip}» {added|changed|via {iface}|learned}
W network {route|gateway} {to |}«{ip}» {withdrawn|unreachable|removed: dead}
I network BGP {neighbor|peer} «{ip}» {Up|Established|session established}
E network {BGP|OSPF} {neighbor|peer} «{ip}» {Down|went from FULL to DOWN|session lost}{: {hold timer expired|interface down}|}
I network {%LINK-3-UPDOWN|%LINEPROTO-5-UPDOWN}: {Line protocol on |}Interface «{GigabitEthernet0/{small}|Vlan{n2}}», changed state to up
W network {%LINK-3-UPDOWN|%LINEPROTO-5-UPDOWN}: {Line protocol on |}Interface «{GigabitEthernet0/{small}|Vlan{n2}}», changed state to down
W network {%SEC-6-IPACCESSLOGP|%ASA-4-106023}: {list 101 denied|Deny} {tcp|udp} {src outside:|}«{ip}»({port}) -> {ip}({port}), {small} packet{s|}
I network {%ASA-6-302013|%ASA-6-302014}: {Built inbound|Teardown} TCP connection {n} for outside:«{ip}»/{port} to inside:{ip}/{port}
W network {firewall|packet filter|nftables}: {drop|dropped|blocked|reject} {in={iface} |}{src=|from }«{ip}» {dst=|to }{ip} {proto={tcp|udp}|}
W network {certificate|cert} of «{domain|host}» {expires in {small} days|is self-signed|does not match}
E network {getaddrinfo|gethostbyname|resolve}{()|} «{domain|host}»{:| failed:} {Name or service not known|Temporary failure in name resolution|no such host}
I network {Received|received} {SNMP packet(s)|query|hello|keepalive|announcement} from {UDP: |}[«{ip}»]{:{port}|}
D network {SYN|ACK|FIN|keepalive|frame} {sent to|received from} «{ip}»{ seq={n}|}
W network {can't get client address|warning: can't get client address}: {neterr}
// auth
W auth {login|logon|sign-in|SSH login|authentication} {of|by|for} «{user}» {refused|rejected|denied|failed}{ ({reason})|}{ from {ip}|}
I auth {login|logon|sign-in} {of|by} «{user}» {ok|accepted|succeeded}{ from {ip}|}
I auth «{user}» {logged in|logged on|logged out|signed in|signed out|authenticated}{ from {ip|host}|}{ on {tty}|}
W auth {no such|unknown|nonexistent|invalid|bad} {account|login|user name|username} {'|"}«{user}»{'|"}{ from {ip}|}
W auth {password|passphrase|PIN|secret} {of|for} «{user}» {is wrong|rejected|expired|did not match}
W auth! {many|repeated|{n2} consecutive} {login failures|bad passwords|failed logins} {for|of|by} «{user}»{ from {ip}|}
W auth! {dictionary|brute-force|password guessing} attack {suspected |}{from|by} «{ip}»
N auth {user|account|role|key|token} «{user}» {created|added|removed|disabled|enabled|locked|unlocked|renamed}{ by {user}|}
N auth «{user}» {became root|switched to root|gained sudo|escalated to administrator|used su}{ on {tty}|}
C auth {attacker|intruder|unknown party} {logged in as|took over account|obtained root as} «{user}»{ from {ip}|}
I auth session {of|for} «{user}» {started|ended|expired|renewed|closed}{ after {dur}|}
E auth {auth|login|identity|SSO|LDAP} {backend|provider|service} {failed|unavailable|error} {for|while checking} «{user}»{: {neterr|reason}|}
// request
I request {method} «{url}»{query} {from {ip} |}{->|=>|status|returned|:} {200|201|204|301|304}{ {n}ms| ({dur})|}
W request {method} «{url}»{query} {from {ip} |}{->|=>|status|returned|:} {400|404|405|409|413|429}{ {n}ms| ({dur})|}
E request {method} «{url}»{query} {from {ip} |}{->|=>|status|returned|:} {500|501|502|503|504}{ {n}ms| ({dur})|}
W permission {method} «{url}»{query} {from {ip} |}{->|=>|status|returned|:} {401|403}{ {n}ms| ({dur})|}
I request {mail|message|document|print job|invoice|ticket} «{id|qid}» {delivered|accepted|printed|sent|archived|queued}
W request {mail|message|document|print job|request} «{id|qid}» {deferred|delayed|bounced once, retrying|rejected as spam|ignored: duplicate|invalid: {reason}}
E request {mail|message|document|print job|call|RPC} «{id|qid}» {failed|could not be delivered|lost|aborted}{: {reason|neterr}|}
E request {RPC|gRPC|API} {call |method |}«{/{word}.{camel}/{camel}|{camel}.{word}}» {failed|returned error|: code = {Unavailable|Internal|DeadlineExceeded}}{: {reason}|}
I request {RPC|gRPC|API} {call |method |}«{/{word}.{camel}/{camel}|{camel}.{word}}» {ok|completed|done}{ in {dur}|}
W request {validation|schema check} {failed|error} {for|on} {request |}«{url|id}»{: {reason}|}
// other
I other {clock|time|NTP} {offset|drift|in sync|stepped}{:| by} {float} {s|ms|ppm}
W other {clock|time|NTP} {skew|offset too large|not synchronised|drifting}{: {float} s|}
I other {device|sensor|unit|card} «{usb|sensor}» {attached|detected|plugged in|initialised|recognised}
W other {device|sensor|unit|card} «{usb|sensor}» {removed without eject|unplugged|not recognised|resets often|reports odd values}
E other {device|sensor|unit|card|firmware} «{usb|sensor}» {failed to initialise|does not work|fault|firmware load failed}
C other {fan|power supply|UPS|cooling|CPU} «{sensor}» {failed, shutting down|emergency shutdown|overheated: {hot} C}
W other {fan|temperature|voltage} «{sensor}» {warning|high|low|unstable}{: {n2}|}
I other {counter|gauge|statistics|summary|progress}{:|} {word}={n} {word}={n}{ {word}={float}|}
I other {processed|total|sum|average|progress}{:|} {n}{/{n}| of {n}|%|}
I other {=+=+=|---|***} {end of|begin of|section} {report|summary|{word}} {=+=+=|---|***}
I other last message repeated {n2} times
I other {hello|ok|done|ready|test}{.|!|}
"""
