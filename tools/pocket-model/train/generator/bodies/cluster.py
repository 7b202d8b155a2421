"""Distributed systems and the JVM: Hadoop, Spark, containers, clouds, supercomputers."""
FORMS = r"""
@ DataNode, NameNode | java | dfs.DataNode$PacketResponder dfs.FSNamesystem dfs.DataNode$DataXceiver dfs.DataBlockScanner dfs.DataNode org.apache.hadoop.hdfs.server.datanode.DataNode BlockStateChange
I storage {Receiving|Received} block «{block}» src: /{ip}:{port} dest: /{ip}:{port}{| of size {n}}
I storage Received block «{block}» of size {n} from /{ip}
I storage PacketResponder {0|1|2} for block «{block}» terminating
I storage BLOCK* {NameSystem.addStoredBlock: blockMap updated: {ip}:{port} is added to «{block}» size {n}|NameSystem.allocateBlock: {path}. «{block}»|NameSystem.delete: «{block}» is added to invalidSet of {ip}:{port}|ask {ip}:{port} to replicate «{block}» to datanode(s) {ip}:{port}|Removing block «{block}» from neededReplications as it has enough replicas.}
I storage {Verification succeeded for|Deleting block|Served block|Starting thread to transfer block} «{block}» {|to /{ip}|file {path}}
W storage {ip}:{port}:Got exception while serving «{block}» to /{ip}:
E storage {writeBlock|Exception in receiveBlock for block} «{block}» {received exception |}java.io.{IOException: Connection reset by peer|EOFException|InterruptedIOException: Interrupted receiveBlock|IOException: Could not read from stream}
E storage Unexpected error trying to delete block «{block}». BlockInfo not found in volumeMap.
W storage {BLOCK* NameSystem.addStoredBlock: Redundant addStoredBlock request received for «{block}» on {ip}:{port} size {n}|PendingReplicationMonitor timed out block «{block}»}
W storage {Slow BlockReceiver write {data|packet} to {disk|mirror} cost|Slow flushOrSync took} {n}ms (threshold=300ms){ for «{block}»|}
E storage {Exception for «{block}»|IOException in offerService|BlockReceiver write error for «{block}»}{ java.io.IOException: {fileerr}|}
C storage {«{block}»|Block «{block}»} {is missing|is CORRUPT}{: all replicas lost| on {ip}:{port}, no other replicas}
W storage {Volume|Datanode volume} «{dir}» {failed|is failed}{: {fileerr}|}{, {small} volumes left|}
I network Registered datanode «{ip}»:{port}{| with storage ID DS-{n}}
W network {Lost heartbeat from|BLOCK* removeDeadDatanode: lost heartbeat from|heartbeat check: dead node} {/default-rack/|}«{ip}»{:{port}|}
I process {STARTUP_MSG: Starting|SHUTDOWN_MSG: Shutting down} «{DataNode|NameNode|ResourceManager|NodeManager}»{ at {host}/{ip}|}

@ ResourceManager, MRAppMaster, NodeManager | java | org.apache.hadoop.mapreduce.v2.app.MRAppMaster org.apache.hadoop.mapreduce.v2.app.rm.RMContainerAllocator org.apache.hadoop.yarn.client.RMProxy org.apache.hadoop.ipc.Client org.apache.hadoop.mapreduce.v2.app.job.impl.TaskAttemptImpl org.apache.hadoop.mapred.TaskAttemptListenerImpl org.apache.hadoop.ipc.Server
I scheduler {«{attempt}»} TaskAttempt Transitioned from {NEW to UNASSIGNED|UNASSIGNED to ASSIGNED|ASSIGNED to RUNNING|RUNNING to SUCCESS_CONTAINER_CLEANUP|SUCCESS_CONTAINER_CLEANUP to SUCCEEDED}
I scheduler {task|Task} «{attempt}» {is done from TaskUmbilicalProtocol's point of view|Transitioned from RUNNING to SUCCEEDED|done|scheduled}
E scheduler {Task: |}«{attempt}» {- exited : |failed: |- failed due to }{exc}{|: {neterr}}
I scheduler Progress of TaskAttempt «{attempt}» is : {float}
I scheduler Assigned container «{container_id}» to {attempt}
I scheduler {Got allocated containers {small}|Before Scheduling: PendingReds:{n2} ScheduledMaps:{n2} ScheduledReds:0 AssignedMaps:{small}|After Scheduling: PendingReds:0 ScheduledMaps:{n2} ScheduledReds:0|Recalculating schedule, headroom=<memory:{n}, vCores:-{n2}>|Reduce slow start threshold not met. completedMapsForReduceSlowstart {small}|All maps assigned. Ramping up all remaining reduces:{small}}
I scheduler «{app_id}» {State change from {NEW to NEW_SAVING|SUBMITTED to ACCEPTED|ACCEPTED to RUNNING|RUNNING to FINISHING}|submitted by user {user}|finished with state FINISHED}
E scheduler {Application|application} «{app_id}» {failed {small} times due to AM Container exited with exitCode: {exit}|killed: exceeded queue limits}
I process {Launching|Container|Processing the event EventType: CONTAINER_REMOTE_LAUNCH for container} «{container_id}» {taskAttempt {attempt}|transitioned from {LOCALIZED to RUNNING|RUNNING to EXITED_WITH_SUCCESS}}
W process Exit code from container «{container_id}» is : {exit}
W memory Container [pid={pid},containerID=«{container_id}»] is running beyond {physical|virtual} memory limits. Current usage: {float} GB of {small} GB physical memory used; {float} GB of {float} GB virtual memory used. Killing container.
W process {KILLING|Killing} «{attempt}»
I process Container killed by the ApplicationMaster: «{container_id}»
I network {Connecting to ResourceManager at|Opening proxy :|Auth successful for} {host}/«{ip}»:{port}
I~ network Retrying connect to server: {host}/«{ip}»:{port}. Already tried {small} time(s); retry policy is RetryUpToMaximumCountWithFixedSleep(maxRetries=10, sleepTime=1000 MILLISECONDS)
W network Address change detected. Old: {host}/{ip}:{port} New: «{host}»/{ip}:{port}
E~ network ERROR IN CONTACTING RM. {will retry|}
E network {Failed to connect to|Call to|DFSOutputStream ResponseProcessor exception for|IOException while contacting} {host}/«{ip}»:{port}{ failed on {connection|socket timeout} exception: {exc}| {neterr}}
W network Slow ReadProcessor read fields took {n}ms (threshold=30000ms); targets: [«{ip}»:{port}]
I network {IPC Server listener on {port}: starting|Starting Socket Reader #1 for port {port}|jetty-{ver}|Started HttpServer2$SelectChannelConnectorWithSafeStartup@0.0.0.0:{port}|IPC Server Responder: starting}
I config {Loaded properties from|loading configuration from|Default file system|The job-conf file on the remote FS is|Executing with tokens:|adding path spec:} «{path|file}»
W config {Unable to load native-hadoop library for your platform... using builtin-java classes where applicable|mapred.job.id is deprecated. Instead, use mapreduce.job.id}
W config {job.xml:an attempt to override final parameter: |}«{option}» {is deprecated. Instead, use {option}|;  Ignoring.}
I config OutputCommitter {set in config null|is org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter}
I memory {maxContainerCapability: <memory:{n}, vCores:{n2}>|yarn.nodemanager.resource.memory-mb: {n}|Upper limit on the thread pool size is {n}|mapResourceRequest:<memory:{n}, vCores:{small}>}
W scheduler {job_{seq}_{n}|«job_{seq}_{n}»} {speculation|straggler}: task {attempt} is slow
I scheduler {Job|job} «job_{seq}_{n2}» {Transitioned from {INITED to SETUP|SETUP to RUNNING|RUNNING to COMMITTING}|completed successfully|running in uber mode : false|number of splits:{n2}|Input size: {n}}
E scheduler {Job|job} «job_{seq}_{n2}» {failed with state FAILED due to: Task failed|aborted}

@ spark | java | executor.Executor storage.BlockManager scheduler.TaskSetManager storage.MemoryStore spark.SecurityManager util.Utils scheduler.DAGScheduler python.PythonRunner output.FileOutputCommitter rdd.HadoopRDD broadcast.TorrentBroadcast
I scheduler {Running task «{tid}» in stage {tid} (TID {n})|Finished task «{tid}» in stage {tid} (TID {n}). {n} bytes result sent to driver|Finished task «{tid}» in stage {tid} (TID {n}) in {n} ms on {host} ({n2}/{n2})|Starting task «{tid}» in stage {tid} (TID {n}, {host}, partition {n2}, PROCESS_LOCAL, {n} bytes)|Got assigned task «{n}»}
W scheduler Lost task «{tid}» in stage {tid} (TID {n}, {host}): {exc}{: {reason}|}
E scheduler {Task «{n2}» in stage {tid} failed 4 times; aborting job|Exception in task «{tid}» in stage {tid} (TID {n})}
I scheduler {Submitting|Got|Final|Adding|Removed} {Stage|stage|job|task set|TaskSet} «{tid}» {with {n2} tasks|(MapPartitionsRDD[{n2}] at {word}), which has no missing parents|from pool default}
I memory {Block «broadcast_{n2}{_piece0|}» stored as {values|bytes} in memory (estimated size {float} KB, free {float} KB)|Block «rdd_{n2}_{n2}» stored as values in memory (estimated size {float} B, free {float} MB)|MemoryStore started with capacity {float} GB|ensureFreeSpace({n}) called with curMem={n}, maxMem={n}|MemoryStore cleared}
W memory Not enough space to cache «rdd_{n2}_{n2}» in memory! (computed {float} MB so far)
I storage {Found block «rdd_{n2}_{n2}» {locally|remotely}|Started reading broadcast variable «{n2}»|Reading broadcast variable «{n2}» took {n} ms|Input split: «hdfs://{ip}:{port}{path}»:{n}+{n}|Saved output of task '«{attempt}»' to {path}|Created local directory at «{path}»}
E network {Connection to|Failed to send RPC to|Lost executor {small} on|Error while fetching blocks from} «{host|ip}»{:{port}| {neterr}}
I network {Successfully created connection to|Connecting to driver: spark://CoarseGrainedScheduler@|Registered executor with} «{host|ip}»:{port}{| after {n} ms}
I request Times: total = {n}, boot = {n}, init = {n}, finish = {n}
N process {Driver commanded a shutdown|Shutdown hook called|Successfully stopped SparkContext|Stopped Spark web UI at http://{ip}:4040|RECEIVED SIGNAL 15: SIGTERM|Starting executor ID {n2} on host {host}}
I auth {SecurityManager: authentication disabled; ui acls disabled; users with view permissions: Set(«{user}»); users with modify permissions: Set({user})|Changing {view|modify} acls to: «{user}»}

@ dockerd, containerd, docker, podman, crio, runc | go syslog app
I process {Container|container|shim} «{hex12|container}» {started|created|exited with code 0|removed|connected|disconnected}
N process {Daemon has completed initialization|containerd successfully booted in {float}s|Starting up|Processing signal 'terminated'|Loading containers: {start|done}.|API listen on {path}}
E process {Handler for POST /v1.{n2}/containers/{hex12}/start returned error: |}{failed to start|cannot start|unable to create} container «{hex12|container}»: {OCI runtime create failed|port is already allocated|name already in use|executable file not found in $PATH}
W process {Container|container} «{hex12|container}» {failed to exit within {n2} seconds of signal 15 - using the force|restarted {small} times|is unhealthy|exited with status {exit}, restarting}
C memory {container|Container} «{container}» {OOMKilled|was killed: out of memory|exceeded its memory limit and was killed}
I config {Pulling|Pulled|pulling|Downloading|Pull complete for} image {"|}«{container}:{ver}»{"|}
E config {failed to pull|Error pulling|manifest unknown for} image {"|}«{container}:{ver}»{"|}{: {neterr|reason}|}
E network {Error response from daemon: Get https://|failed to resolve reference |pull access denied: dial tcp: lookup }«{domain}»{/v2/: {neterr}| on {ip}:53: no such host}
I network {Attaching|Detached} veth «{iface}» {to|from} bridge {docker0|br-{hex12}}
W network Could not {delete|find} network «{word}_default»{: {reason}|}
E storage {failed to|Error: could not} {mount|unmount|remove} {overlay|volume|layer} «{word|hex12}»: {fileerr}
W storage {overlay2|image store|graph driver}: «{dir}» is {high}% full
I storage {Created|Removed|mounted} volume «{word}_data»

@ kubelet, kube-apiserver, kube-scheduler, kube-controller-manager, kube-proxy, etcd, coredns, ingress-nginx, cert-manager, argocd | go app
I scheduler {Successfully assigned|Successfully bound|pod bound:} «{ns}/{pod}» to {|node }{host}
W scheduler {0/{n2} nodes are available: {small} Insufficient {cpu|memory}|FailedScheduling:|no nodes match} for pod «{ns}/{pod}»
I scheduler {Scaled up|Scaled down|deployment rolled out:} replica set «{app}-{hex8}» to {small}
I scheduler {Job completed|Created job|Starting job} «{job}-{n}»
I process {Started container|Created container|Container image already present, starting|Killing container with grace period:} «{container}» {in pod {pod}|}
W process! {Back-off restarting failed container|CrashLoopBackOff: restarting failed container}{=| }«{container}» {in pod |pod=}{pod}{_{ns}({uuid})|}
W process {Liveness|Readiness|Startup} probe failed{ for container|:} «{container}»{: HTTP probe failed with statuscode: {500|503|404}|: dial tcp {ip}:{port}: connect: connection refused|}
E process {Error syncing pod|failed to "StartContainer" for|error killing pod} «{pod}»{, skipping|}: {reason|neterr}
E process {runtime network not ready|PLEG is not healthy: pleg was last seen active {dur} ago|Node «{host}» is NotReady}
W network {Failed to update|unable to reach|lost contact with} {lease|node|endpoint} «{host}»{: {neterr}|}
E network {Unable to authenticate|couldn't get resource list|dial tcp|error contacting} {https://|}«{ip}»:{6443|2379|{port}}{: connect: {neterr}|}
N process {Node|node} «{host}» status is now: {NodeReady|NodeNotSchedulable|NodeSchedulable}
N process {Node|node} «{host}» {cordoned|drained|joined the cluster|removed from cluster}
W memory {Node|node} «{host}» {has condition: MemoryPressure|is under memory pressure}{, evicting pods|}
W storage {Node|node} «{host}» has condition: DiskPressure
W memory {Evicting|evicted} pod «{ns}/{pod}»: {low on memory|The node was low on resource: memory}
I storage {MountVolume.SetUp succeeded|operationExecutor.VerifyControllerAttachedVolume started|AttachVolume.Attach succeeded} for volume "«{word}-{hex8}»"{ pod "{pod}"|}
E storage {MountVolume.SetUp failed|FailedAttachVolume|Unable to attach or mount volumes} for {volume|claim} "«{word}-{hex8}»"{: {reason}|}
E~ storage {MountVolume|UnmountVolume} failed for volume "«{word}-{hex8}»" {(durationBeforeRetry {n}s)|, will retry}: {fileerr}
W config {secret|configmap|ConfigMap} "«{word}-{word}»" not found
I config {Updated|reloaded|Applied|synced} {configmap|deployment|ingress|manifest} «{ns}/{app}»
W permission {|user }"{system:serviceaccount:{ns}:{app}|{user}}" cannot {get|list|watch|create|delete} resource "«{pods|secrets|nodes|configmaps}»"{ in API group ""|}
I request {"|}{GET|POST|PUT|PATCH|LIST} «/api/v1/{namespaces|nodes|pods}{|/{word}}»{"|}{ 200| (200)| resp=200} {n}ms
E request {"|}{POST|PUT|PATCH} «/apis/{word}/v1/{word}»{"|} {500|503|resp=504} {n}ms
I auth {certificate for|issued certificate to|approved CSR for} «{user}»{ is valid until {date}|}
I network {Certificate|certificate} for «{domain}» {renewed|issued}{ successfully|}
W network {Certificate|certificate|TLS certificate} for «{domain}» {expires in {small} days|will expire on {date}}
E network {Certificate|certificate|x509: certificate} for «{domain}» {has expired|is invalid|signed by unknown authority}

@ nova-api, nova-compute, nova-scheduler, neutron-server, cinder-volume, glance-api, heat-engine, swift-proxy, ironic, horizon | python | nova.osapi_compute.wsgi.server nova.compute.manager nova.virt.libvirt.driver nova.virt.libvirt.imagecache nova.scheduler.host_manager nova.metadata.wsgi.server neutron.agent.dhcp keystonemiddleware.auth_token nova.compute.claims nova.api.openstack.compute.server_external_events
I request {ip} "{GET|POST|PUT} «/v2/{hex40}/{servers|servers/detail|images|flavors}» HTTP/1.1" status: {200|202|204} len: {n} time: {float}
W request {ip} "{GET|POST|DELETE} «/v2/{hex40}/{servers/{uuid}|images}» HTTP/1.1" status: {404|400|409|413} len: {n} time: {float}
I request {ip},{ip} "GET «/{openstack/2013-10-17/{meta_data.json|user_data|vendor_data.json}|latest/meta-data/{|instance-id|hostname}}» HTTP/1.1" status: 200 len: {n} time: {float}
E request {ip} "{GET|POST} «/v2/{hex40}/servers» HTTP/1.1" status: {500|503} len: {n} time: {float}
I process [instance: «{uuid}»] {VM Started (Lifecycle Event)|VM Paused (Lifecycle Event)|VM Stopped (Lifecycle Event)|VM Resumed (Lifecycle Event)|Instance spawned successfully.|Took {float} seconds to {build|spawn|destroy|deallocate network for} {instance|the instance on the hypervisor}.|Terminating instance|Instance destroyed successfully.|Creating image|During sync_power_state the instance has a pending task (spawning). Skip.}
E process [instance: «{uuid}»] {Instance failed to spawn|Build of instance aborted|Failed to {stop|reboot|resize} instance}{: {reason}|}
I memory [instance: «{uuid}»] {Total memory: {n} MB, used: {float} MB|memory limit not specified, defaulting to unlimited|memory limit: {float} MB, free: {float} MB}
I scheduler [instance: «{uuid}»] {Attempting claim: memory {n} MB, disk {n2} GB, vcpus {small} CPU|Claim successful|vcpu limit not specified, defaulting to unlimited}
I storage {image {hex40} at (|Active base files: |Removable base files: |Removing base or swap file: |Creating image }«{path}»{): checking|}
W storage Unknown base file: «{path}»
I process Final resource view: name={host} phys_ram={n}MB used_ram={n}MB phys_disk={n2}GB used_disk={n2}GB total_vcpus={n2} used_vcpus={small} pci_stats=[]
W network {Host «{host}»|Agent on «{host}»|The instance sync for host '«{host}»'} {did not match. Re-created its InstanceList.|is down, last heartbeat {n} s ago}
I process {Auditing locally available compute resources for node|Successfully synced instances from host|Compute_service record updated for} '«{host}»'{.|}
W auth {Authorization failed for token|Identity response: 401 for user|Unable to validate token for} «{user}»{| from {ip}}
I network {Creating event network-vif-plugged:|VIF plugged:|Port updated:} {uuid} for instance «{uuid}»
E~ network AMQP server on «{ip}»:5672 is unreachable: {neterr}. Trying again in {small} seconds.
E network {Unable to connect to|Lost connection to} {AMQP server|MySQL server|neutron} on «{host|ip}»{: {neterr}|}
N storage {volume|Volume} «{uuid}» {created|deleted|attached to {host}|resized to {n2} GB}
E storage {volume|Volume} «{uuid}» {failed to attach|could not be created|is in error state}{: {fileerr}|}

@ kernel, ciod, mmcs | ras
I memory {{small} |}{ddr errors(s)|L3 EDRAM error(s) (dcr {ptr})|instruction cache parity error} {detected and corrected{| on rank 0, symbol {n2}, bit {small}}|corrected}
I memory CE sym {n2}, at {ptr}, mask {ptr}
I memory {n} {double-hummer alignment exceptions|floating point alignment exceptions|L1 D-cache parity errors corrected}
I process generating «core.{n}»
E process ciod: {LOGIN chdir(«{dir}») failed: {fileerr}|Error loading «{path}»: invalid or missing program image, {fileerr}|failed to read message prefix on control stream (CioStream socket to {ip}:{port}|Error reading message prefix after LOGIN_MESSAGE on CioStream socket to {ip}:{port}: {neterr}}
C memory {data TLB error interrupt|data storage interrupt|machine check interrupt (bit=0x1{0|d}): L2 dcache unit data parity error|ddr: Unable to steer rank=0, symbol={n2} - rank is already steering symbol {n2}.|uncorrectable error detected in {EDRAM bank|directory} {small}}
C process {rts panic! - stopping execution|rts: kernel terminated for reason {n}|kernel panic|program interrupt: illegal instruction......{0|1}|Power Good signal deactivated: {rack}. A service action may be required.}
I process {ciod: |}{generated {n2} core files for program «{path}»|Starting SystemController|idoproxydb has been started: $Name: V1R2M1 $}
C storage Lustre mount FAILED : «{rack}» : {block_id|point} /p/gb1
C network {ciod: |}{Error receiving packet on tree network, expecting type {n2} instead of type {small}|total of {small} dead links on «{rack}»|tree receiver {small} in re-synch state}
I network {torus|tree} {receiver|sender} {x+|y-|z+} input pipe error(s) (dcr {ptr}) detected and corrected
W other {Temperature|Fan speed|Voltage} {over limit on|out of range for} «{sensor|rack}»{: {n2}|}
I other {Node card|MidplaneSwitchController|Link card} {«{rack}»|VPD check: «{rack}»} {is fully functional|performing bit sparing on bit {small}|not fully functional}
E other {Node card|Link card|Fan module|NodeCard} «{rack}» {is not fully functional|VPD check: missing|power module {word} is not accessible|not found}
N process {machine|midplane|block} «{rack}» {booted|freed|allocated}

@ node, unix.hw, action, switch_module, boot_cmd, gige, psu, temperature, clusterfilesystem, partition, ib_sm, pbs_mom, pbs_server, slurmctld, slurmd, slurmstepd, sge_qmaster, lsf, maui, torque, condor | hpc syslog syslog app
I scheduler {sched: |}{Allocate|_job_complete:|Processing RPC: REQUEST_CANCEL_JOB_INFO for} JobId={«{n}»} {NodeList={host} #CPUs={n2} Partition={word}|WEXITSTATUS 0|done}
I scheduler {launch task|job|Job} «{n}.{host|small}» {request from UID:{uid}|started, pid = {pid}|completed|queued at request of {mail}, owner = {mail}, queue = {word}|exit status 0}
W scheduler {Job|job|batch job} «{n}» {exceeded its time limit, cancelled|requeued due to node failure|held: bad constraints|preempted}
E scheduler {Job|job} «{n}» {failed with exit code {exit}|aborted: node {host} down|could not be started: {reason}}
E process {error: |}Node {«{host}»|«{host}»} {not responding, setting DOWN|unexpectedly rebooted|is down}
N process {Node|node} «{host}» {now responding|set to DRAIN|returned to service|state set to IDLE}
W network {Link error on broadcast tree Interconnect-|link errors on port {small} of }«{host}»{:00:01:0|}
I other {Component State Change: Component|component} {«alt0»|«{rack}»|"«SCSI-WWID:{hex16}:{n2}»"} is {in the unavailable state (HWID={n})|available}
W other {ambient={n2}|Fan speeds ( {n} {n} {n} {n} {n} {n} )|warning: temperature {n2} C on} «{sensor|host}»
E other {psu|power supply} «{PSU1|PSU2|ps{small}}» {failure|failed}{\ambient={n2}|: no input voltage}
W storage ServerFileSystem {domain |}{«{word}_{n}»|«root{small}_{word}»} is full
N storage ClusterFileSystem: {There is no server for ServerFileSystem domain|ServerFileSystem domain} «storage{n}»
W storage {NIFF: node|PVFS|GPFS: disk} «{host|disk}» {detected a failed network connection|is slow to respond|stripe degraded}
I network NIFF: {node «{host}» has detected an available network connection on network {ip} via interface alt0|local host responding on «{ip}»}
C memory {unrecoverable|uncorrectable} {ECC|memory} error on {node |}«{host}»{, node taken out of service|}
"""
