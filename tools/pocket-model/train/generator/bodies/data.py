"""Databases, caches, message brokers, search."""
FORMS = r"""
@ postgres | postgres
N process {database system is ready to accept connections|database system is shut down|received fast shutdown request|received SIGHUP, reloading configuration files|starting PostgreSQL {ver} on x86_64-pc-linux-gnu|autovacuum launcher {started|shutting down}|aborting any active transactions}
I network {connection received: host=«{ip|host}» port={port}|listening on IPv4 address "«{ip}»", port 5432|could not receive data from client: Connection reset by peer}
I auth {connection authorized: user=«{user}» database={db}{| SSL enabled}|disconnection: session time: {clock}.{n} user=«{user}» database={db} host={ip}}
I storage {checkpoint starting: {time|xlog|immediate}|checkpoint complete: wrote {n} buffers ({pct}%); {n} WAL file(s) added, {n} removed|redo {starts|done} at {small}/{hex8}|restartpoint complete|database system was shut down at {date} {clock} UTC}
I storage automatic {vacuum|analyze} of table "«{db}.public.{table}»": {index scans: {small}|system usage: CPU {float}s}
I request duration: {float} ms  {statement|execute <unnamed>}: {SELECT * FROM {table} WHERE id = {n}|UPDATE {table} SET {word} = $1|INSERT INTO {table} VALUES ({n})}
C auth {password authentication failed for user|role|no pg_hba.conf entry for host "{ip}", user} "«{user}»"{ does not exist|, database "{db}", SSL off|}
C storage database "«{db}»" does not exist
C network {sorry, too many clients already|remaining connection slots are reserved for non-replication superuser connections|could not connect to the primary server: {neterr}|terminating connection due to {idle-in-transaction timeout|administrator command}}
E request {relation|column|function|schema} "«{table}»" does not exist{ at character {n2}|}
E request {duplicate key value violates unique constraint|null value in column|insert or update on table} "«{table}_{pkey|idx|fkey}»"{| violates foreign key constraint}
E request {syntax error at or near "«{word}»"{ at character {n}|}|canceling statement due to {statement timeout|user request|lock timeout}|deadlock detected|could not serialize access due to concurrent update|current transaction is aborted, commands ignored until end of transaction block|invalid input syntax for type integer: "«{word}»"|division by zero}
E permission permission denied for {table|relation|schema|database|sequence} «{table}»
E storage could not {open|read|write|extend|access status of|fsync} {file|block {n} in file|relation mapping file} "«base/{n}/{n}»": {fileerr}
C storage {could not write to file "«pg_wal/{hex16}»": No space left on device|could not locate a valid checkpoint record|invalid page in block {n} of relation «base/{n}/{n}»|data directory "«{dir}»" has wrong ownership|WAL stream corrupt, recovery stopped}
W storage {checkpoints are occurring too frequently ({n2} seconds apart)|database "«{db}»" must be vacuumed within {n} transactions|invalid checksum in control file|oldest xmin is far in the past}
W config {parameter|unrecognized configuration parameter} "«{option}»" {cannot be changed without restarting the server|is deprecated}
I config parameter "«{option}»" changed to "{n}"
I process server process (PID {pid}) exited with exit code {small}
W process {terminating any other active server processes|server process (PID {pid}) was terminated by signal {9|11}: {Killed|Segmentation fault}|worker process: parallel worker for PID {pid} died}
N storage table "«{table}»" does not exist, skipping
W~ network {could not connect to|lost connection to|replication terminated by} primary server «{ip|host}»{, retrying|, will try again}
I network started streaming WAL from primary at {small}/{hex8} on timeline {small}
N storage standby "«{host}»" is now a synchronous standby with priority {small}

@ mysqld, mariadbd, mysqld_safe | mysql
N process {ready for connections. Version: '{ver}'  socket: '{path}'  port: 3306|{path}: Normal shutdown|{path}: Shutdown complete|Server socket created on IP: '{ip}'.|Starting crash recovery...|mysqld (mysqld {ver}) starting as process {pid} ...|Shutting down plugin '{word}'}
W auth Access denied for user '«{user}»'@'{{ip}|{host}|localhost}' (using password: {YES|NO})
W network Aborted connection {n} to db: '{db}' user: '{user}' host: '«{ip|host}»' ({Got timeout reading communication packets|Got an error reading communication packets|Unknown error})
W network {IP address|Host name} '«{ip|domain}»' could not be resolved: {Name or service not known|Temporary failure in name resolution}
I storage InnoDB: {Buffer pool(s) load completed at {date}|Starting shutdown...|{n} rollback segments are active; waiting for purge|Highest supported file format is Barracuda.|5.7.{n2} started; log sequence number {seq}|Completed initialization of buffer pool|Using Linux native AIO|128 out of 128 rollback segments are active.|page_cleaner: 1000ms intended loop took {n}ms.}
E storage InnoDB: {Unable to lock «./ibdata1» error: {n2}|Operating system error number {n2} in a file operation on «{path}».|Cannot open table «{db}/{table}» from the internal data dictionary|Table «{db}/{table}» contains {n} user defined columns|Tablespace {n} was not found at «./{db}/{table}.ibd»}
C storage InnoDB: {Database page corruption on disk or a failed file read of page [page id: space={n}, page number={n}] in «{db}/{table}»|Cannot continue operation, disk is full writing «{path}»}
E storage {Table|Incorrect key file for table} '«{./{db}/{table}|{table}}»' {is marked as crashed and should be repaired|is full; try to repair it|doesn't exist}
E memory {Out of memory (Needed {n} bytes)|InnoDB: Cannot allocate memory for the buffer pool|InnoDB: mmap({seq} bytes) failed; errno 12}
E process {Aborting|Can't start server: Bind on TCP/IP port: Address already in use|Do you already have another mysqld server running on port: 3306 ?|mysqld got signal {6|11} ;}
W config {option|'«{option}»'|The syntax '«{option}»'} {is deprecated and will be removed in a future release|unsigned value {n} adjusted to {n}}
E config unknown {variable|option} '«{option}»={n}'
W auth 'user' entry '«{user}»@{host}' ignored in --skip-name-resolve mode.
W auth {{user}|root}@localhost is created with an empty password ! Please consider switching off the --initialize-insecure option.
I network Slave {I/O|SQL} thread {for channel '' |}: connected to master '{user}@«{host}»:3306',replication started in log '{file}' at position {n}
E~ network Slave I/O: error {connecting|reconnecting} to master '{user}@«{host}»:3306' - retry-time: 60  retries: {n}
E storage Slave SQL: Error '{Duplicate entry|Table doesn't exist}' on query. Default database: '«{db}»'. Error_code: {n}
W request {slow query|Slow query} ({float} s) on «{table}»: {SELECT|UPDATE|DELETE FROM} {table}
W request Unsafe statement written to the binary log using statement format: {INSERT|UPDATE} «{table}»

@ redis-server, redis-sentinel, memcached, valkey, keydb | redis syslog
N process {Server initialized|Ready to accept connections{| tcp}|User requested shutdown...|Redis is now ready to exit, bye bye...|Redis version={ver}, bits=64, commit={hex8}, modified=0, pid={pid}, just started|Received SIGTERM scheduling shutdown...|oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo}
I storage {DB saved on disk|DB loaded from {disk|append only file}: {float} seconds|Background saving {started by pid {pid}|terminated with success}|{n} changes in {n2} seconds. Saving...|RDB: {n} MB of memory used by copy-on-write|Background AOF rewrite finished successfully}
E storage {Failed opening the RDB file «{file}» (in server root dir {dir}) for saving: {fileerr}|Background saving error|Write error saving DB on disk: No space left on device|Error trying to {rename|write} the temp AOF file: {fileerr}}
C storage {MISCONF Redis is configured to save RDB snapshots, but is currently not able to persist on disk|Bad file format reading the append only file: make a backup of your AOF file|Can't persist, data will be lost on restart}
W memory {WARNING|# WARNING} overcommit_memory is set to 0! Background save may fail under low memory condition.
W memory {OOM command not allowed when used memory > 'maxmemory'|used memory {size} is near maxmemory {size}|evicting {n} keys}
C memory {Out Of Memory allocating {n} bytes!|Can't allocate memory: aborting}
W config {WARNING: |}{no config file specified, using the default config|The TCP backlog setting of 511 cannot be enforced because /proc/sys/net/core/somaxconn is set to the lower value of 128|you have Transparent Huge Pages (THP) support enabled in your kernel}
I config Configuration loaded
I network {Connecting to MASTER «{ip}»:{6379|6380}|MASTER <-> REPLICA sync {started|: Finished with success}|Replica «{ip}»:6379 asks for synchronization|Synchronization with replica «{ip}»:6379 succeeded}
W network {Connection with {master|replica} «{ip}»:6379 lost.|Error condition on socket for SYNC: {neterr}|MASTER timeout: no data nor PING received...|Client id={n} addr=«{ip}»:{port} closed for overcoming of output buffer limits}
E network {+sdown|+odown} {master|slave} {word} «{ip}» 6379
N network {+switch-master {word} {ip} 6379|-sdown master {word}|+failover-end master {word}} «{ip}» 6379
W! auth Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis{. Connection from «{ip}»:{port} aborted|}.
I network Accepted «{ip}»:{port}
I network Client closed connection {id={n} addr=«{ip}»:{port}|}

@ mongod, cassandra, couchdb, influxd, clickhouse-server, cockroach, neo4j, elasticsearch, opensearch, solr, etcd, consul, rabbitmq, activemq, nats-server, mosquitto, kafka, zookeeper, minio, vault | app java
I network {connection accepted from|Received client connection from|Accepted socket connection from|accepting AMQP connection <0.{n}.0> (} {/|}«{ip}»:{port}{| #{n} ({n} connections now open)| -> {ip}:5672)}
I network {end connection|closing AMQP connection|Closed socket connection for client|Client disconnected:} {/|}«{ip}»:{port}{| ({n} connections now open)| which had sessionid {ptr}}
W network {closing AMQP connection <0.{n}.0> (|Unexpected exception causing close of session at|connection closed abruptly by|missed heartbeats from client, timeout: {n2}s,} «{ip}»:{port}
E network {Failed to connect to|failed to reach the peer|could not connect to|Unable to connect with seeds} {/|}«{ip|host}»{:{port}|}{: {neterr}|}
W~ network {Failed to connect to|lost contact with|heartbeat to} {node|peer|member|replica} «{host|ip}»{ failed|}, {will retry|retrying in {n} ms}
N process {waiting for connections on port {port}|started|node started|starting ...|stopped|Server startup complete|binding to port 0.0.0.0/0.0.0.0:{port}|shutting down with code:0|[{host}] started|Completed initialization}
N process {became {leader|follower|candidate} at term {n}|elected leader {hex16} at term {n}|LEADING - LEADER ELECTION TOOK - {n}|FOLLOWING|New leader election. My id =  {small}, proposed zxid={ptr}|transition to PRIMARY complete|Member {host}:27017 is now in state SECONDARY}
C process {lost quorum|quorum lost|not enough members for quorum|lost leader {hex16} at term {n}|no leader for {dur}, cluster unavailable}
W storage {apply request|wal: sync duration of|slow fdatasync|fsync}{ took too long|} {float}s, expected less than {1s|100ms}
I storage {Flushing|Enqueuing flush of|Compacting|Compacted|Completed flushing} {memtable |}«{table}»{@{n}({size})|: {size}|}
I storage {compacted raft log at {n}|saved snapshot at index {n}|Snapshotting: {ptr} to «{path}»|Rolled new log segment for «{topic}-{small}» in {n} ms.|Deleting segment {n} from log «{topic}-{small}».|Scheduling log segment [baseOffset {n}, size {n}] for log «{topic}-{small}» for deletion.}
I scheduler [«{topic}-{small}»] {loading producer state till offset {n}|Partition is under min ISR|ISR updated to {small},{small}|starts at leader epoch {n}}
W storage {Shrinking ISR for partition|under-replicated partition} [{«{topic}-{small}»}]{ from 1,2,3 to 1,2|}
E storage {Error while writing to|Failed to flush|failed to read|Corrupt record in|index read-only, cannot write to} {segment|commitlog|journal|index|log dir|snapshot} «{path|table|topic}»: {fileerr}
C storage {all replicas of|no in-sync replica for|all shards failed for|data loss in|partition lost:} «{topic|table}-{small}»
W storage {high disk watermark [90%] exceeded on|low disk watermark [85%] exceeded on|flood stage disk watermark [95%] exceeded on} [{hex8}][{host}][«{dir}»] free: {float}gb[{small}%]
C memory {java.lang.OutOfMemoryError: Java heap space|OutOfMemoryError: GC overhead limit exceeded|fatal: out of memory|memory resource limit alarm set on node rabbit@{host}}
W memory {[gc][{n}] overhead, spent [{float}s] collecting in the last [{float}s]|GC pause of {n} ms|{ParNew|G1 Old Generation|ConcurrentMarkSweep|G1 Young Generation} GC in {n}ms.{|  Par Eden Space: {n} -> {n};}|heap usage {high}% exceeds threshold|[parent] Data too large, data for [<http_request>] would be [{n}/{size}]}
I memory {[gc][young][{n}][{n}] duration [{n}ms], collections [1]/[{float}s]|heap size [{size}], compressed ordinary object pointers [true]|GC (Allocation Failure) {n}K->{n}K({n}K), {float} secs}
I request {command|query|COMMAND} «{db}.{table}» {command: find |planSummary: COLLSCAN |}{lb} find: "{table}" {rb} {n}ms
W request {slow query|Slow operation|read timeout|Operation timed out - received only {small} responses} {on|for|in} «{db}.{table}»{: {dur}|}
E request {Query|query|search|write} {failed|rejected|aborted|error} {on|for} {index |}[«{table}»]{: {reason|exc}|}
E request rejected execution of {bulk|search|write} {id} on {topic|queue} «{topic}»: queue full
I storage {[{word}] |}{creating|created|deleting|updating mapping of} index {[«{table}-{date}»]|«{table}»}{, cause [api], shards [5]/[1]|}
N storage Cluster health status changed from [{YELLOW|RED}] to [GREEN] (reason: [shards started [[«{table}»][{small}]]])
E storage Cluster health status changed from [{YELLOW|GREEN}] to [RED] (reason: [shards failed [[«{table}»][{small}]]])
I storage {mirrored|queue|Queue|exchange} '«{topic}»' {declared|in vhost '/' synchronised|created|purged}
W storage queue '«{topic}»' {is growing: {n} messages|has no consumers|reached its length limit}
I auth {user |}'«{user}»' {authenticated and granted access to vhost '/'|Successfully authenticated as principal|connected}{| from {ip}}
W auth {PLAIN login refused: user|SASL authentication failed for|Failed to authenticate user|ACCESS REFUSED: invalid credentials for} '«{user}»'{| - invalid credentials| from client {ip}:{port}}
W permission {user |}{user} {is not authorized to|not permitted to|lacks privilege to} {read|write|drop|access|publish to} «{topic|table|db}»
I config {options: {lb} config: "|Loading configuration from|using config file|config file:} «{path}»{" {rb}|}
W config {setting|Setting|option} [{word}] «{option}» {was deprecated|is deprecated and will be removed|ignored: unknown}
E config {invalid value|Invalid setting|cannot parse} for «{option}» {in {path}|: {n}}
I scheduler {Preparing to rebalance group «{topic}» in state PreparingRebalance|Stabilized group «{topic}» generation {n}|Assignment received from leader for group «{topic}» for generation {n}}
W~ scheduler {group|consumer group} «{topic}»: {rebalance timed out, retrying|member {id} failed heartbeat, rebalancing}
W! network {repeated|{n} consecutive} {connection failures|timeouts|heartbeat losses} {to|from} {node |}«{host|ip}»
I network {Established session {ptr} with negotiated timeout {n} for client /«{ip}»:{port}|Client attempting to establish new session at /«{ip}»:{port}|Processed session termination for sessionid: {ptr}|Expiring session {ptr}, timeout of {n}ms exceeded}
W network {caught end of stream exception|Connection broken for id {n}, my id = {small}, error = |Cannot open channel to {small} at election address {host}/«{ip}»:3888|Send worker leaving thread|Interrupting SendWorker|Interrupted while waiting for message on queue}
I network Received connection request /«{ip}»:{port}
I network {Notification time out: {n}|Notification: {small} (n.leader), {ptr} (n.zxid), {ptr} (n.round), LOOKING (n.state), {small} (n.sid), {ptr} (n.peerEPoch), LOOKING (my state)}
"""
