"""Distributed systems at length: brokers, consensus, stores, schedulers, meshes and clouds, with ids, addresses and counts around what happened."""
FORMS = r"""
@ zookeeper, consul, etcd, raft, nomad, vault | java go app | org.apache.zookeeper.server.quorum.QuorumPeer org.apache.zookeeper.server.NIOServerCnxnFactory agent.server.raft
I network {Accepted socket connection from|Established session {ptr} for client|Client attempting to establish new session at|New client session from} /«{ip}»:{port}{| with negotiated timeout {n}}
I network {Received connection request|Notification time out: {n}|Sending handshake to leader} {/|}«{ip}»:{port}{ (my id = {small}, proposed leader id = {small})|}
I network Closed socket connection for client /«{ip}»:{port} {which had sessionid {ptr}|(no session established for client)}
W network {caught end of stream exception|Unable to read additional data from client} {sessionid {ptr}, |}{likely |}client «{ip}» has closed socket
W network {Cannot open channel to|Connection broken for id} {small} at election address {host}/«{ip}»:{port}{, my id = {small}, error = |}
W network {Interrupted while waiting for message on queue|Send worker leaving thread|Exception when following the leader}{ {small}|: {exc}|}
W~ network {failed to contact|heartbeat timeout reached to|missed heartbeat from}{:|} peer «{host|ip}»{, starting election| time={dur}|; will retry in {dur}}
I scheduler {entering|Entering} {Follower|Candidate|Leader} state{: | }{node|leader}=«{host|ip:{port}|word}»{ term={n2}|}
I scheduler {LEADING|FOLLOWING|LOOKING|election won}{ - |: }{LEADER ELECTION TOOK - {n}|tally={small} term={n2}|New election. My id = {small}, proposed zxid={ptr}}
I scheduler {acquired|renewed|released|transferred} {leader |}{lease|lock|leadership} «{word}/{word}-{word}»{ by {host}_{uuid}| (ttl {n2}s)|}
W scheduler {lost|could not renew|failed to renew} {leader |}{lease|lock} «{word}/{word}-{word}»{, stopped leading|: context deadline exceeded|}
E scheduler {no leader|lost quorum|cluster has no leader|election failed} {for group|in} «{word}-{word}»{ since {dur}|}
C storage {quorum lost|majority of replicas lost|cluster unavailable}{: |; }{writes to|data in} «{db|word}» {is|are} {not possible|lost|rejected}
I storage {Reading snapshot|Snapshotting|compacted raft log|starting snapshot up to|saved snapshot to|purged file} «{path|file}»{ {n} to {n}|: index={n}|}
W storage {fsync-ing the write ahead log|apply request|slow fdatasync} {in SyncThread:{small} |}took {too long|{n}ms which will adversely effect operation latency} «{path}»{ (expected-duration {n}ms)|}
E storage {failed to|could not|unable to} {append|replicate|persist|restore|apply} {log entry|snapshot|segment|index} «{file|path}»{: {fileerr}| index={n} term={n2}|}
I config {Reading|Loading} configuration from: «{path}»
I config {autopurge.|server.|raft.|gossip.}«{option}» {set to|=|is} {n}
I config {Server|server} environment:{«{word}.{word}»=|java.«{word}.{word}»=}{path|ver|word}
I auth {granted|issued|renewed|revoked} {token|lease|secret} for {entity|role|user} «{user}»{ policies=[{word} {word}]| ttl={dur}|}
W auth {permission|token} {denied|expired|not found} for {accessor|user|role} «{user}»{ from {ip}|}

@ kafka, pulsar, rabbitmq, nats-server, activemq, emqx | java app | kafka.server.KafkaServer kafka.log.LogManager kafka.coordinator.group.GroupCoordinator org.apache.kafka.clients.NetworkClient kafka.controller.KafkaController
I storage {Loading producer state|Rolled new log segment|Deleting segment|Completed load of log|Found deletable segments|Truncating|Recovering unflushed segment} {for|in|of|} {partition |}«{topic}-{n2}» {with|at|till|from} offset {n}{ in {n} ms|}
W storage {ISR shrunk|Shrinking ISR|Under-replicated} {for |}partition «{topic}-{n2}»{ from {n2},{n2},{n2} to {n2}|: {small} of {small} replicas in sync}
I storage {Expanding ISR|ISR expanded} {for |}partition «{topic}-{n2}» from {n2} to {n2},{n2}
E storage {Error while|Failed to} {appending records|flush|read index|delete} {to|of|for} «{topic}-{n2}» in dir {dir}{: {fileerr}|}
C storage {Stopping serving logs in dir|Shutdown broker because all log dirs in|All log dirs failed:} «{dir}»{ have failed|}
I scheduler {Preparing to rebalance|Stabilized|Assignment received from leader for|Finished assignment for|Rebalanced} group «{word}-{word}»{ in state PreparingRebalance with old generation {n}| generation {n}| ({n2} members)|}
W scheduler {Member|member} {word}-{uuid} {in|of} group «{word}-{word}» {has failed, removing it from the group|left: consumer poll timeout has expired}
I request {Committed|committed|Resetting|Seeking to|fetched} offset {n} for {partition |}«{topic}-{n2}»{ (consumer {word}-{small})|}
W request {offset|fetch position} {n} {out of range|is out of range} for {partition |}«{topic}-{n2}»{, resetting offset|}
E request {failed to|Got error} {produce|send|deliver|produce response with correlation id {n}} {to|on|for} {topic|topic-partition|queue|exchange} «{topic}{|-{n2}}»{: {neterr}| error: {NOT_LEADER_FOR_PARTITION|UNKNOWN_TOPIC|CORRUPT_MESSAGE}|: {reason}}
W request {queue|Queue} «{topic}» {has {n} messages and {small} consumers|reached its length limit|is blocked by flow control|lag is {n}}
W network {Connection|connection} to node {small} ({host}/«{ip}»:{port}) {could not be established. Broker may not be available.|was disconnected before the response was read|terminated during authentication}
W network {closing|closed} {AMQP|MQTT|STOMP} connection <0.{n}.0> («{ip}»:{port} -> {ip}:{port}{, vhost: '/', user: '{user}'|}){: client unexpectedly closed TCP connection|, missed heartbeats from client, timeout: {n2}s}
I network {accepting|accepted|closing} {AMQP|MQTT|STOMP} connection <0.{n}.0> («{ip}»:{port} -> {ip}:{port}{|, vhost: '/', user: '{user}'})
I auth connection <0.{n}.0> ({ip}:{port} -> {ip}:{port}): user '«{user}»' authenticated and granted access to vhost '/'
W memory {memory resource limit alarm set|vm_memory_high_watermark set}{. | }{Memory used:|on node} {n}{ allowed:{n}|}
W storage {disk resource limit alarm set|Free disk space is insufficient}{. | }{Free bytes: {n}. Limit: {n}|on node {word}}
I process {broker|Broker|node} «{word}@{host}» {started|stopped|registered|shut down completed}
N process [«{KafkaServer|{camel}}» id={small}] {started|shut down completed|starting controlled shutdown}

@ cassandra, hbase, scylla, cockroach, tikv, couchbase, neo4j, influxd, clickhouse-server, minio | java go app | org.apache.cassandra.gms.Gossiper org.apache.hadoop.hbase.regionserver.HRegion
I storage {Completed flushing|Writing|Flushed|Compacted|Enqueuing flush of|Opening|Major compaction of} «{path|table}»{ ({n} bytes) for commitlog position| {n}.{n}MiB on-heap| {n} sstables to [{path}], ~{n} keys, {n}ms| (took {dur})}
I storage {Region|region|tablet|range|vnode} «{table},{hex8},{n}.{hex16}» {opened|closed|split|moved|compacted|assigned} {on|to|by} {host},{port},{n}
W storage {Region|region|tablet|range} «{table},{hex8}.{hex16}» {is in transition too long|has no lease|is under-replicated|too many store files; delaying flushes}
E storage {Failed|failed|Unable} to {open|flush|compact|split|replicate} {region|tablet|sstable|part|chunk} «{table}{|,{hex8}}.{hex16}»{: {fileerr}| on {host},{port},{n}|}
E storage {Corrupt|corrupted} {sstable|part|block|chunk|page} «{path}»{: {reason}| at offset {n}|, skipped}
W storage {Batch|batch} {of|for} [«{db}.{table}»] is of size {n}{.{n}KiB|}, exceeding specified threshold of {n}{KiB|} by {n}
W request {Read|Write|{n2} slow queries|query} {timed out|took longer than {dur}|operations were slow}{ in the last {n} msecs|}: {<|}SELECT * FROM «{table}»{ WHERE id = {n}|}{>|}
I network {Node|InetAddress|node} /«{ip}»{:{port}|} is now {UP|part of the cluster|JOINING}
W network {Node|InetAddress|node} /«{ip}»{:{port}|} is now {DOWN|UNREACHABLE|LEAVING}
W memory {Heap|heap} is {float} full.{ | }{You may need to reduce memtable and/or cache sizes|flushing largest memtable}
W memory {ParNew|G1 Young Generation|G1 Old Generation|ConcurrentMarkSweep} GC in {n}ms.{  | }{Old Gen: {n} -> {n};|CMS heap {n} -> {n}}
I memory {ParNew|G1 Young Generation} GC in {n2}ms.{ Eden Space: {n} -> {n};| survivor {n} -> {n}}
I storage {bucket|object|multipart upload} «{word}-{word}{|/{file}}» {created|stored|completed|versioned|healed}{ ({size})|}
E storage {bucket|object|drive} «{word}-{word}{|/{file}}» {not healed|read quorum not met|offline|checksum does not match}

@ nova-compute, nova-api, neutron-openvswitch-agent, cinder-volume, glance-api, keystone, heat-engine, libvirtd, ovs-vswitchd, ironic-conductor, magnum | python app | nova.compute.manager nova.virt.libvirt.driver nova.compute.claims nova.network.neutron oslo_messaging.rpc.server neutron.plugins.ml2.managers cinder.volume.manager
I process {[instance: {uuid}] |}{VM|Instance|instance} «{uuid}» {is {starting|running|paused}|spawned successfully|Started (Lifecycle Event)|Paused (Lifecycle Event)|Resumed (Lifecycle Event)|destroyed successfully}{.|}
I process «{instance|server|domain|vm}» {uuid} {booting|built|rebuilt|migrated to {host}|resized} {in {float} seconds|on the hypervisor}{.|}
N process {Terminating|Rebooting|Shutting down|Deleting} {instance|server|domain} «{uuid}»{.|...|}
E process {[instance: {uuid}] |}{Instance|Build of instance|server} «{uuid}» {failed to spawn|was re-scheduled: {reason}|aborted: {reason}|went into error state|not found on hypervisor}
W process {Instance|While synchronizing instance power states, instance} «{uuid}» {shutdown by itself. Calling the stop API.|is not running, database says it is|has no host}{ Current vm_state: active, current task_state: None|}
W process {While synchronizing|during sync_power_state}: {found {n2} instances in the database and {n2} instances on the hypervisor|the instance has a pending task}
I scheduler {Attempting claim|Claim successful|Total {memory|disk|vcpu}: {n} {MB|GB}, used: {n}|{memory|disk|vcpu} limit not specified, defaulting to unlimited}{ on node «{host}»|: memory {n} MB, disk {n2} GB, vcpus {small} CPU}
W scheduler {No valid host was found|Host «{host}» has not been heard from in a while|Failed to schedule instances}{: {reason}|}
I memory Final resource view: name={host} phys_ram={n}MB used_ram={n}MB phys_disk={n}GB
I storage {Creating image|Downloading image|Active base files:|image {uuid} at|Removing base file:|checking} «{path|uuid}»{: checking|: in use: on this node {small} local, 0 on other nodes|}
W storage Unknown base file: «{path}»
I storage {Volume|volume|Snapshot|Backup} «{uuid}» {created|attached to {uuid}|detached|deleted|extended to {n2}G|uploaded}{ successfully|}{.|}
E storage {Volume|volume|Snapshot} «{uuid}» {failed to attach|create failed|is in error state|could not be exported}{: {reason|fileerr}|}
I network {Creating event|Received event|Processing} network-{vif-plugged|vif-unplugged|changed}:{uuid} for instance «{uuid}»
I network {Port|port} «{uuid}» {updated|bound|plugged}{. Details: {lb}'admin_state_up': True{rb}|}{ on {host}|}
W network {Port|port} «{uuid}» {not present in bridge br-int|binding failed on {host}|has no segment}
E network {AMQP server on|RPC server at} «{ip}»:{port} is unreachable: {neterr}. {Trying again in {small} seconds.|}
I request {ip} "{GET|POST|PUT|DELETE} «/v{small}{|.{small}}/{hex40|word}/{servers|volumes|os-{word}|ports|images}{|/{uuid}|/detail}» HTTP/1.1" status: {200|201|202|204} len: {n} time: {float}
W request {ip} "{GET|POST|PUT|DELETE} «/v{small}{|.{small}}/{hex40|word}/{servers|volumes|ports}{|/{uuid}}» HTTP/1.1" status: {400|404|409|413} len: {n} time: {float}
W permission {ip} "{GET|POST|PUT|DELETE} «/v{small}{|.{small}}/{hex40|word}/{servers|volumes|ports}{|/{uuid}}» HTTP/1.1" status: {401|403} len: {n} time: {float}
W request HTTP exception thrown: {Instance|Volume|Image|No instances found for any} «{uuid|word}» {could not be found.|is in an invalid state|event}

@ kube-controller-manager, kubelet, kube-proxy, containerd, istiod, envoy, argo, flux, knative, helm, traefik, linkerd, calico-node, cilium-agent, coredns | go app
I process "{SyncLoop|Observed pod startup duration|Container runtime status|RemoveContainer|StartContainer}"{ (PLEG): event for pod|} {pod|containerID}="«{ns}/{pod}»"{ podStartSLOduration={float}| event={lb}ID:{uuid} Type:ContainerStarted{rb}|}
E process "{Error syncing pod, skipping|CreatePodSandbox for pod failed|Failed to stop sandbox|ContainerStatus from runtime service failed}" {err|error}="{rpc error: code = {Unknown|DeadlineExceeded|NotFound} desc = |}{reason|neterr}" pod="«{ns}/{pod}»"{ podUID={uuid}|}
W process "{Probe failed|Container not ready|Pod was deleted and then recreated}" probeType="{Liveness|Readiness|Startup}" pod="«{ns}/{pod}»" {podUID={uuid} |}containerName="{container}"{ probeResult=failure output="{neterr}"|}
I scheduler "{Event occurred|Finished syncing|Adding pod|Scheduled}" {object|key|deployment|job}="«{ns}/{app}»"{ kind="Deployment" type="Normal" reason="ScalingReplicaSet" message="Scaled up replica set to {small}"| duration="{float}ms"|}
W scheduler "{Event occurred|Unschedulable|Preemption is not helpful}" {object|pod}="«{ns}/{pod}»"{ type="Warning" reason="FailedScheduling"| nominatedNode="" reason="Insufficient {cpu|memory}"|}
I config {reconciled|applied|synced|upgraded|Reconciliation finished for} {Kustomization|HelmRelease|Application|ConfigMap|manifest} «{ns}/{app}»{ revision={hex12}| in {dur}|}
E config {reconciliation of|validation of|failed to apply} {Kustomization|HelmRelease|Application|CRD} «{ns}/{app}»{ failed|}: {reason|unknown field "{word}"|no matches for kind "{camel}"}
I network {upstream cluster|endpoint|cluster|route|listener|xds: cluster} «{app}.{ns}.svc.cluster.local»{:{port}|} {added|updated|healthy|warming complete|push {ver}}{ ({n2} endpoints)|}
W network {upstream|endpoint|cluster|outlier} «{app}.{ns}.svc.cluster.local»{:{port}|} {ejected|unhealthy|has no healthy hosts|reset: connection termination}
E network {upstream connect error|failed to connect|dial} {to |}«{app}.{ns}.svc.cluster.local|{ip}»:{port}{: | or disconnect/reset before headers: }{neterr}
I request [{date}T{clock}Z] "{GET|POST} «{url}»{query} HTTP/{1.1|2}" {200|204|304} - via_upstream - "-" {n} {n} {n} {n} "-" "{agent}" "{uuid}" "{domain}" "{ip}:{port}"
E request [{date}T{clock}Z] "{GET|POST} «{url}»{query} HTTP/{1.1|2}" {500|502|503|504} {UF|UH|URX|-} {upstream_reset_before_response_started|via_upstream|no_healthy_upstream} - "-" {n} {n} {n} - "-" "{agent}" "{uuid}" "{domain}" "{ip}:{port}"
W request [{date}T{clock}Z] "{GET|POST} «{url}»{query} HTTP/{1.1|2}" {404|408|429} {NR|RL|-} {route_not_found|-} - "-" {n} {n} {n} - "-" "{agent}" "{uuid}" "{domain}" "-"
I network {finished|completed} {unary|streaming} call {with code OK |}grpc.method={camel} grpc.service={word}.v1.{camel} peer.address=«{ip}»:{port} grpc.time_ms={float}

@ flink, spark-driver, airflow, presto, trino, storm, dask, ray, yarn, mesos-master, celery, temporal, argo-workflows, slurmd, slurmctld, pbs_mom, condor_schedd | java python app | org.apache.flink.runtime.executiongraph.ExecutionGraph org.apache.hadoop.yarn.server.resourcemanager.scheduler airflow.models.taskinstance
I scheduler {Job|Source|Task|TaskInstance|Stage|workflow|DAG|step|attempt} «{job|app_id|{word}.{word}_{n2}|{word} -> {word} ({small}/{small})}» {({hex40}) |}{switched from {CREATED|SCHEDULED|DEPLOYING} to {SCHEDULED|DEPLOYING|RUNNING|FINISHED}|marked success|queued|started on {host}|finished in {dur}|completed checkpoint {n}}{.|}
E scheduler {Job|Task|TaskInstance|Stage|workflow|DAG|step|attempt} «{job|app_id|{word}.{word}_{n2}|{word} -> {word} ({small}/{small})}» {({hex40}) |}{switched from RUNNING to FAILED|failed with exception {exc}|exited {exit}|lost its executor on {host}|timed out after {dur}}{.|}
E~ scheduler {Job|Task|TaskInstance|step|attempt} «{job|app_id|{word}.{word}_{n2}}» {failed|switched to FAILED}{, | - |; }{marking UP_FOR_RETRY|will be retried in {dur}|attempt {small} of {small}, retrying}
W scheduler {Job|Task|stage|pod|attempt} «{job|app_id}» {waits for {resources|slots|executors} since {dur}|was preempted|is a straggler|heartbeat is stale|ran longer than its SLA of {dur}}
I scheduler {Allocated|Assigned|Released|Requested|Reserved} {container|slot|executor|worker} «{container_id|uuid}» {on|to|from|of capacity <memory:{n}, vCores:{small}> on} {host}{:{port}|}{ for job {hex16}|}
I scheduler {sched|slurmctld|job_complete|_slurm_rpc_submit_batch_job}: {JobId|Job}={n} {job |}«{job}»{ NodeList={word}[{n2}-{n2}] #CPUs={n2} Partition={word}| done| WEXITSTATUS 0| InitPrio={n} usec={n}}
E process {executor|worker|TaskManager|node} «{word}-{n2}» {lost|died|was killed|did not respond}{: {neterr}| on {host} (exit code {exit})| after {dur}}
I process {executor|worker|TaskManager|raylet} «{word}-{n2}» {registered|started|came up|connected} {on|at|from} {host}{:{port}|}{ with {small} slots|}
W memory {Container|executor|TaskManager|worker} «{container_id|{word}-{n2}}» {uses|is using|exceeds} {high}% of its memory{ ({size} of {size})|}{, spilling|, back pressure|}
I storage {Checkpoint|Savepoint|savepoint} «{path|n}» {completed|stored|triggered|restored} {for job {hex16}|in {dur}|({n} bytes, {n} ms)}
E storage {Checkpoint|Savepoint} «{path|n}» {expired|declined|failed|could not be written} {for job {hex16}|before completing|: {fileerr}}

@ haproxy, nginx, varnish, squid, traefik, caddy, cloudfront, alb, apigw, kong | nginx syslog app
I request {ip}:{port} [{date}:{clock}.{n}] {word}-in~ {word}/{word}{small} {n}/0/{n}/{n}/{n} {200|204|304} {n} - - ---- {n}/{n}/{n}/{n}/0 0/0 "{GET|POST} «{url}»{query} HTTP/1.1"
E request {ip}:{port} [{date}:{clock}.{n}] {word}-in {word}/{<NOSRV>|word} {n}/-1/-1/-1/{n} {503|504|502} {n} - - {sC--|SC--|sH--} {n}/{n}/{n}/{n}/3 0/0 "{GET|POST} «{url}»{query} HTTP/1.1"
W request {ip}:{port} [{date}:{clock}.{n}] {word}-in {word}/<NOSRV> {n}/-1/-1/-1/{n} {400|408|403} {n} - - {PR--|cR--} {n}/{n}/0/0/0 0/0 "{<BADREQ>|{method} «{url}» HTTP/1.0}"
E network {Server|backend|upstream} {word}/«{host}» is DOWN, reason: {Layer4 {timeout|connection problem}|Layer7 wrong status, code: 503}, check duration: {n}ms. {small} active and {small} backup servers left.
I network {Server|backend|upstream} {word}/«{host}» is UP, reason: Layer7 check passed, code: 200, check duration: {n}ms.
C network {backend|proxy|pool} {'|}«{word}»{'|} has no server available!
I request {https|h2|http} {date}T{clock}.{n}Z app/{word}/{hex16} {ip}:{port} {ip}:{port} {float} {float} {float} 200 200 {n} {n} "{GET|POST} https://{domain}:443«{url}»{query} HTTP/{1.1|2.0}" "{agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2
E request {https|h2|http} {date}T{clock}.{n}Z app/{word}/{hex16} {ip}:{port} {-|{ip}:{port}} -1 -1 -1 {502|503|504} - {n} {n} "{GET|POST} https://{domain}:443«{url}»{query} HTTP/1.1" "{agent}" - -
I request {ip} - {user|-} [{n2}/{month}/{n}:{clock} +0000] "{GET|POST} «{url}»{query} HTTP/1.1" {200|204|302|304} {n} "{-|https://{domain}{url}}" "{agent}" {n} {float} [{ns}-{app}-{port}] [] {ip}:{port} {n} {float} 200 {hex40}

@ sshd, login, sudo, su, gdm, ftpd, vsftpd, proftpd, pure-ftpd, dovecot, sasl, pam, telnetd, rlogind, xdm, smbd, krb5kdc, radiusd, openvpn, sssd | syslog
W auth {Disconnecting|Closing connection|Connection closed|disconnecting}{:|} {by |}{invalid|authenticating|unknown} user «{user}» {ip}{ port {port}|}{: Too many authentication failures|: no more methods| [preauth]| after {small} attempts}
W auth! {error: |}maximum {authentication attempts|login attempts|number of tries} {exceeded|reached} for {invalid user |}«{user}» from {ip}{ port {port}|}{ ssh2|} [preauth]
W auth {reverse|Reverse|forward} {mapping|lookup|DNS} {checking |check |}{getaddrinfo |}for {domain} [«{ip}»] {failed|does not match|points elsewhere}{ - POSSIBLE BREAK-IN ATTEMPT!| during login|}
W auth {Address|Host|Peer} «{ip}» {maps to|claims to be|calls itself} {domain}, but {this|that|the name} does not {map back to the address|resolve to it}{ - POSSIBLE BREAK-IN ATTEMPT!|.|}
W auth {input_userauth_request|userauth_pubkey|check_user|getpwnam}: {invalid|unknown|illegal|no such} user «{user}»{ [preauth]|}
W auth {check pass|pam_{unix|sss|tally2}({sshd|login|ftp|su}:auth)}{;|:} {user unknown|check pass; user unknown|unknown user}{ «{user}»|}
W auth {authentication failure|auth failure|login failure}; logname={|{user}} uid={uid} euid={uid} tty={tty} ruser={|{user}} rhost=«{ip}» 
W auth {authentication failure|auth failure}; logname= uid={uid} euid={uid} tty={tty} ruser= rhost={ip|domain}  user=«{user}»
W auth {couldn't authenticate|cannot authenticate|Authentication failed for|Login incorrect for|FAILED LOGIN {small} FROM {host|ip} FOR} {user |}«{user}»{, Authentication failure|: {reason}|}
W auth {FTP LOGIN|ANONYMOUS FTP LOGIN|LOGIN} {FAILED|REFUSED} {FROM|from} {domain|ip}{ [{ip}]|}, «{user}»
I auth {ANONYMOUS FTP LOGIN|FTP LOGIN|ROOT LOGIN|LOGIN} {FROM|ON} {domain|ip|tty}{ [{ip}]|}{,|:|} «{user}»{ (uid {uid})|}
I network {connection|connect|connected|Connection} from «{ip}»{ ({domain})| ({})| at {day} {month} {n2} {clock} {n}|}
I network {connection|connect} from {domain} («{ip}»){ at {day} {month} {n2} {clock} {n}|}
I auth {session|Session} {opened|closed|started|ended} for {local |}{user|account} «{user}» {from [{ip}]|by (uid={uid})|by {user}(uid={uid})|on {tty}|}
W network {User |}{unknown|anonymous|nobody} timed out after {n} seconds{ at {day} {month} {n2} {clock}|}
E auth {kerberos|Kerberos|krb5|LDAP|PAM|NSS} {authentication|bind|lookup|initialisation} {failed|error|refused} for «{user}»{: {Cannot contact any KDC|Clock skew too great|Invalid credentials|neterr}|}
N auth {su|sudo|pkexec}: {«{user}» to root on {tty}|(to root) «{user}» on {tty}|«{user}» : TTY={tty} ; PWD={dir} ; USER=root ; COMMAND={cmd}}
W auth {getpeername|gethostbyaddr|can't verify hostname: getaddrinfo}{:|({domain}, AF_INET)} {failed|{errno}}{ for login of «{user}»| («{ip}»)|}
"""
