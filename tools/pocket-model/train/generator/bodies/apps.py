"""Applications of any sort, written by anybody: services, phones, desktops, CI, sensors; and plain combinations of who did what and how it went."""
FORMS = r"""
@ * | app java python level
N process {Starting|Started|starting|started} «{app}»{ v{ver}|}{ on {host}|}{ with PID {pid}|}{ in {dur}|}
N process «{app}» {started|is up|is ready|is now running|stopped|shut down|terminated normally|restarted}{| successfully| cleanly}{| in {dur}}
N process {Stopping|Shutting down|shutting down|Restarting|Reloading} «{app}»{...|| gracefully}
E process «{app}» {crashed|died|exited unexpectedly|terminated abnormally|aborted}{ with {signal {sig}|exit code {exit}|status {exit}}|}{, core dumped|}
E process {worker|child|subprocess|helper|thread} «{app}» {crashed|exited with {code|status} {exit}|died|was killed by signal {sig}|hung}
W process {worker|child|service} «{app}» {is not responding|does not answer|missed {small} heartbeats|was restarted by the watchdog|stuck for {dur}}
I process {Spawned|spawned|Forked|Launched|Created} {worker|child|process|thread} «{app}»{ (pid {pid})| with pid {pid}|}
I process {worker|thread|process} «{app}» {idle|finished|exited normally|ready|joined|stopped after {n} requests}
W process! «{app}» {keeps crashing|crashed {small} times in {n2} minutes|restarts too often, giving up}
C process «{app}» {panicked|panic|fatal error}: {index out of range|nil pointer dereference|assertion failed|unrecoverable state|stack overflow}{, service is down|, aborting|}
C process {all|no} {instances|replicas|workers} of «{app}» {are down|left}
E process {Uncaught exception|Unhandled exception|unhandled error|Exception in thread "{word}"} in «{app}»: {exc}
E process {deadlock|Deadlock|livelock} detected in «{app}»
I memory {Heap|heap|memory|RSS} {usage|use} of «{app}»: {size}{| ({pct}%)}
W memory «{app}» {memory usage|heap usage|RSS} {is high|above threshold|near limit|at {high}%}{: {size}|}
W memory {memory|heap} {leak suspected|keeps growing} in «{app}»{: {size}|}
E memory {failed to allocate|could not allocate|cannot allocate} {n} {bytes|pages|MB} for «{app}»
C memory {java.lang.|}OutOfMemoryError{: Java heap space|: Metaspace|} in «{app}»
C memory «{app}» {was killed: out of memory|ran out of memory and was killed|killed by OOM killer}
I memory {GC|garbage collection} {of|in} «{app}» {took|finished in} {dur}{, freed {size}|}
W memory {long GC pause|GC pause too long|stop-the-world pause} in «{app}»: {dur}
I memory {cache|Cache} «{section}» {cleared|trimmed|warmed}{: {n} entries|}{, {size} freed|}
D memory {cache|Cache} {hit|miss|lookup|entry evicted} for {key |}«{word}»
I network {Connected|connected|Connection established|connection opened} to «{host|ip|domain}»{:{port}|}{ in {dur}|}
I network {Disconnected|disconnected|Connection closed|closing connection} {from|to} «{host|ip|domain}»{:{port}|}
I network {Listening|listening|bound|Serving} on {http://|}«{ip}»:{port}
I network {accepted|Accepted|new|incoming} connection from «{ip}»{:{port}|}
W network {Client|client|peer|remote host} «{ip}»{:{port}|} {disconnected unexpectedly|went away|closed the connection early|timed out|reset the connection|dropped}
W network {Slow|slow} {response|link|connection} {from|to} «{host|ip}»{: {dur}|}
W~ network {Connection|connection|link} to «{host|ip|domain}»{:{port}|} {lost|dropped|failed|refused|timed out}{, |; }{retrying|reconnecting|will retry|retry {small}}{ in {dur}|}
W network {retry|Retrying|attempt} {small}{ of {small}|/{small}|} {to connect to|for|connecting to} «{host|ip|domain}»{:{port}|}
E~ network {cannot|could not|failed to} {connect to|reach|contact} «{host|ip|domain}»{:{port}|}: {neterr}{, |; }{will retry|retrying in {dur}|next attempt in {dur}}
E network {cannot|could not|Failed to|failed to|unable to|Unable to} {connect to|reach|contact|open connection to|establish connection with} «{host|ip|domain}»{:{port}|}{: {neterr}| ({neterr})|}
E network {Connection|connection|connect|dial tcp|request} to «{host|ip|domain}»{:{port}|}{:| failed:| error:} {neterr}
E network {giving up|gave up} {on|connecting to} «{host|ip|domain}» after {small} {attempts|retries|tries}
E network {TLS|SSL} {handshake|negotiation} with «{host|ip|domain}» failed{: {reason|neterr}|}
W network {DNS lookup|resolution|lookup} of «{domain}» {failed|timed out|returned no records}{, using cached address|}
E network {no route to|host unreachable:|network unreachable:} «{host|ip}»
I network {resolved|lookup} «{domain}» {to|->} {ip}{ in {dur}|}
W network {packet loss|high latency|jitter} {to|on path to} «{host|ip}»{: {pct}%|: {dur}|}
W network {dropped|dropping|rejected|discarded} {packet|datagram|frame|{n} packets} from «{ip}»{:{port}|}{: {reason}|}
I network {interface|Interface|link} «{iface}» {is up|up|came up|configured with {ip}}
W network {interface|Interface|link} «{iface}» {is down|down|went down|flapping}
D network {sending|received|recv|send} {n} bytes {to|from} «{ip}»{:{port}|}
D network {socket|connection} {state|pool} {changed|->} {OPEN|CLOSED|HALF_OPEN|IDLE} for «{host|ip}»
I storage {Opened|opened|Wrote|wrote|Saved|saved|Read|read|Loaded|loaded|Created|created|Deleted|deleted|closed|Renamed|Flushed} {file |}«{path}»{| ({size})| in {dur}}
E storage {cannot|could not|Failed to|failed to|unable to|Unable to|error} {open|read|write|create|delete|rename|stat|flush|copy|parse|opening|writing} {file |}{'|"|}«{path}»{'|"|}: {fileerr}
W permission {cannot|could not|failed to|not allowed to} {open|read|write|execute|delete|list} {'|}«{path|dir}»{'|}: {denied}
W permission {user|User} {user} {is not allowed|not permitted|has no right|lacks permission} to {read|write|delete|access|execute} «{path|url}»
W permission {access|Access} to «{path|url}» {denied|refused|forbidden}{ for {user}| by policy|}
W permission {denied|Denied|rejected|blocked}: {user} may not {read|write|publish to|administer} «{topic|path}»
I permission {granted|Granted} {read|write|admin} {access|permission} on «{path|topic}» to {user}
W storage {disk|volume|file system|filesystem|partition} «{dir|part}» {is {high}% full|almost full|low on space|usage above {high}%|running out of inodes}{: {size} left|}
E storage {no space left|disk full} {on|at|while writing} «{dir|path}»
C storage {file system|filesystem|volume|disk} «{part}» {is corrupt|is read-only|failed|has been lost|went offline|has unrecoverable errors}
C storage {data loss|Data loss|data corruption} {detected |}{in|on} «{db|part|path}»
W storage {checksum|CRC} {mismatch|error} {in|on|for} «{path|part}»{, using replica| (recovered)|, repaired}
E storage {checksum|CRC} {mismatch|error} {in|on|for} «{path|part}»
I storage {replicated|replication of|synced|resynced} {block|volume|shard} «{word}-{n2}» {to {host}|done|completed}
W storage {replica|mirror|standby} «{word}-{n2}» {is lagging|is behind by {n} {records|bytes|seconds}|out of sync}
W storage {slow|Slow} {write|read|fsync|disk} on «{part|path}»: {dur}
N config {Configuration|configuration|config|Settings|settings} {file |}«{path}» {changed|reloaded|updated|modified|saved}{| by {user}}
I config {Loading|Loaded|Reading|read|Using|loaded} {configuration|config|settings|properties|profile} {from |file |}«{path}»
E config {cannot|failed to|could not} {parse|load|read} {config|configuration|settings} {file |}«{path}»{: {reason}| at line {n}|}
E config {missing|Missing|invalid|Invalid|bad|unknown} {required |}{option|setting|parameter|key|property|environment variable} {'|}«{option}»{'|}{ in {path}|}
W config {option|setting|parameter|flag|property|feature} {'|}«{option}»{'|} is {deprecated|obsolete|ignored|unknown, ignored|not set, using default {n}|no longer supported}
I config {set|Set|using} «{option}»{=| = | to }{n|onoff|path}
I config {version|Version|build} {of |}«{app|pkg}»{:| is} {ver}
N config {upgraded|Upgraded|migrated|updated} «{app|pkg}» from {ver} to {ver}
W config {version|Version} mismatch {for|of} «{pkg|app}»: {expected|wanted} {ver}, {got|found} {ver}
N config feature {flag |}«{word}-{word}» {enabled|disabled}{ by {user}|}
I request {Request|request} {to |for |}«{url}» {completed|served|finished|handled|ok|took} {in |}{dur}
I request {handled|processed|completed|Processed|Served} {method} «{url}»{query}{ in {dur}| (200)| -> 200|}
W request {bad|Bad|invalid|malformed} request {to|for|:} {method |}«{url}»{query}{: {reason}|}
W request {Slow|slow} {request|query|call} {to |for |}«{url}»{: {dur}| took {dur}}
E request {Request|request|call} {to |for |}«{url}» {failed|timed out|aborted}{: {exc|reason}| after {dur}| with status 500|}
E request {unhandled|Unhandled|unexpected} {error|exception} {while serving|handling|in} {method |}«{url}»{: {exc}|}
W request {rate limit|Rate limit|quota} {exceeded|reached} for «{url}»{ by {ip}|}
E request {order|Order|transaction|Transaction|payment|Payment} «{id}» {failed|rejected|could not be processed|rolled back}{: {reason}|}
I request {order|Order|transaction|Transaction|payment|Payment|message|Message} «{id}» {processed|accepted|committed|created|delivered|completed|received|sent|queued}{ in {dur}|}
W request {message|Message|event|record|job} «{id}» {rejected|discarded|dropped|redelivered|moved to dead letter queue}{: {reason}|}
E~ request {message|delivery of|webhook|call} «{id}» failed{: {neterr}|}, {will be retried|retrying|requeued}
I request {consumed|published|sent|received|polled} {n} {messages|records|events} {from|to|on} «{topic}»
E request {could not|failed to} {publish|send|consume|deliver} {message |event |}{to|from|on} «{topic}»{: {neterr|reason}|}
I request {query|Query|statement} on «{table}» {took|returned {n} rows in} {dur}
E request {query|Query|transaction} on «{table}» {failed|timed out|deadlocked}{: {reason}|}
W request {circuit breaker|fallback} {for |}«{url}» {opened|open|used}
I scheduler {Job|job|task|Task} «{job}» {started|completed|finished|done|scheduled for {clock}|succeeded|triggered}{ in {dur}|}
I scheduler {Running|running|Starting|Executing|Scheduling|Triggering} {job|task|scheduled task|cron job} «{job}»
E scheduler {Job|job|task|Task|cron job} «{job}» {failed|aborted|exited with {code|status} {exit}|threw {exc}|timed out after {dur}}{: {reason}|}
E~ scheduler {Job|job|task} «{job}» failed{: {reason}|}, {will retry|retrying in {dur}|rescheduled}
W scheduler {Job|job|task|Task} «{job}» {is late|missed its schedule|overran|skipped: previous run still active|took too long: {dur}|delayed by {dur}}
W scheduler! {Job|job|task} «{job}» {failed {small} times in a row|missed {small} runs}
N scheduler {Job|job|task|timer} «{job}» {paused|resumed|disabled|added|removed|rescheduled}{ by {user}|}
I scheduler {leader assigned|assigned|placed|dispatching} {task|job|shard|partition} «{job}» {to|on} {host}
D scheduler {next run of|timer tick for|polling} «{job}» {at {clock}|in {dur}}
W scheduler {queue|Queue} {is full|backlog growing|depth {n} above limit}{: «{job}» waiting|}
I other {sensor|Sensor|reading|temperature of} «{sensor}»{:|=| is} {n2}{ C|°C| RPM|V|}
W other {sensor|Sensor|temperature|fan} «{sensor}» {above|over|below|out of} {threshold|limit|range}{: {n2}|}
E other {sensor|Sensor|fan|power supply|device} «{sensor|usb}» {failed|not responding|read error|is missing}
C other {temperature|Temperature} {of |}«{sensor}» {critical|too high}: {hot}{ C|°C|}{, shutting down|}
W other {battery|Battery|UPS} «{Battery|BBU|ups0}» {low|on battery power|charge {n2}%|needs replacement}
I other {battery|UPS} «{Battery|BBU|ups0}» {charging|fully charged|back on line power}
I other {clock|time} {synchronised|adjusted} {by {float} s|with} «{host}»
I other {metrics|stats|statistics|heartbeat}{: | }{|«{word}» }{n} {ops|req/s|events|samples}, {n} {errors|drops|pending}
D other {state|State} {machine |}«{word}»{:| from} {INIT|IDLE|READY|WAITING} {->|to} {READY|RUNNING|DONE|IDLE}
D process {entering|leaving|enter|exit|called} «{camel}»{.{word}()|}{ with {word}={n}|}
D config {dump|value|var|resolved} «{option}»{ = |=|: }{n|word}
D request {request headers|parsed payload|raw body|params} for «{url}»: {lb}{word}={n}{rb}
D storage {stat|lookup|open|seek} «{path}» {= {n}|offset={n}|fd={n2}}

@ WindowManager, ActivityManager, PowerManagerService, DisplayPowerController, StatusBar, AudioManager, PhoneStatusBar, TelephonyManager, BatteryService, WifiStateMachine, dalvikvm, art, SurfaceFlinger, System.err, Zygote, chatty, InputReader, SensorService, PackageManager, LocationManager, ConnectivityService, Bluetooth, CameraService, NotificationManager, KeyguardUpdateMonitor, SendBroadcastPermission, TextView | logcat
I process {Start proc {pid}:«com.{word}.{word}»/u0a{n2} for {activity|service|broadcast}|Displayed «com.{word}.{word}»/.{camel}: +{n}ms|START u0 {lb}act=android.intent.action.MAIN cmp=«com.{word}.{word}»/.{camel}{rb} from uid {n}|Killing {pid}:«com.{word}.{word}»/u0a{n2} (adj {n}): empty #{n2}|Process «com.{word}.{word}» (pid {pid}) has died}
E process {ANR in «com.{word}.{word}»|FATAL EXCEPTION: main Process: «com.{word}.{word}», PID: {pid}|Force finishing activity «com.{word}.{word}»/.{camel}}
W process {Scheduling restart of crashed service «com.{word}.{word}»/.{camel} in {n}ms|Activity pause timeout for ActivityRecord{lb}{hex8} u0 «com.{word}.{word}»/.{camel}{rb}|Slow operation: {n}ms so far, now at startProcess: «com.{word}.{word}»}
D process {printFreezingDisplayLogsopening app wtoken = AppWindowToken{lb}{hex8} token=Token{lb}{hex8}{rb}{rb}, allDrawn= false, startingDisplayed =  false|cleanUpApplicationRecord -- {pid}|Skipping, withExcluded: false, tr.intent:Intent|setSystemUiVisibility vis={n} mask=1 oldVal={n} newVal={n} diff=0|applyOptionsLocked: Unknown animationType=0|updateLightsLocked: false|getRunningAppProcesses: caller {n} does not hold REAL_GET_TASKS; limiting output}
D other {acquire lock={n}, flags=0x1, tag="«{word}»", name={word}, ws=null, uid={n}, pid={pid}|release:lock={n}, flg=0x0, tag="«{word}»", name={word}, ws=null|userActivityNoUpdateLocked: eventTime={n}, event=0, flags=0x0, uid=1000|ready=true,policy=3,wakefulness=1,wksummary=0x{n2},uasummary=0x1,bootcompleted=true|Animating brightness: target={n}, rate={n}|level:{n2}, scale:100, status:{small}, health:2, present:true, voltage: {n}, temperature: {n}}
I other {Going to sleep due to {power button|screen timeout}|Waking up from sleep (uid={n})...|Screen on took {n} ms|Light value changed to {n}}
W other {skipped {n2} frames!  The application may be doing too much work on its main thread.|«{sensor}» sensor not found|battery low: {n2}%}
I network {«{wlan0|rmnet0}»: |}{NetworkAgentInfo [WIFI () - {n}] validation passed|CONNECTED/CONNECTED|state changed to COMPLETED|Roaming to {mac}|signal strength -{n2} dBm}
W network {«{wlan0|rmnet0}»: |}{NetworkAgentInfo validation failed|Failed to resolve {domain}|poor link detected|data stall}
I memory {GC_CONCURRENT|Explicit concurrent mark sweep GC|Background partial concurrent mark sweep GC|GC_FOR_ALLOC} freed {n}{K|(4MB) AllocSpace objects}, {n2}% free {n}K/{n}K, paused {n}ms
W memory {Low on memory|lowmemorykiller: Killing '«com.{word}.{word}»' ({pid}), adj {n}|Trim memory level {n2} for «com.{word}.{word}»}
W permission Permission {Denial: reading|denied:} «com.{word}.{camel}Provider» {from pid={pid}, uid={n}|requires android.permission.{READ_CONTACTS|WRITE_SETTINGS|BLUETOOTH}}
N config {Package|package} «com.{word}.{word}» {added|removed|replaced|installed}{ for user 0|}
I request {notify|enqueueNotification|cancel notification}: {pkg=|}«com.{word}.{word}» id={n}
D memory {Free cache|bitmap pool|heap size}: {n}K, {n}K

@ CBS, CSI, TrustedInstaller, wuauclt, svchost, MsiInstaller, Service Control Manager, EventLog, WUAHandler, LSASS, DHCPv6-Client | cbs winevent
I config {Loaded Servicing Stack v{ver} with Core: «{path}»|SQM: {Initializing online with Windows opt-in: False|Cleaning up report files older than 10 days.|Requesting upload of all unsent reports.}|Read out cached {package|} applicability for package: «{pkg}_for_KB{n}~{hex16}~amd64~~{ver}», ApplicableState: {n2}, CurrentState:{n2}|Session: {seq}_{seq} initialized by client {WindowsUpdateAgent|SPP}.|Warning: Unrecognized packageExtended attribute.|Expecting attribute name [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]|Failed to get next element [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]|NonStart: Checking to ensure startup processing was not required.|Reboot mark refs: 0|WcpInitialize (wcp.dll version {ver}) called (stack @0x{hex12})}
I process {Starting|Ending} TrustedInstaller {initialization|finalization|main loop}.
I process {TrustedInstaller service starts successfully.|Startup processing thread terminated normally|No startup processing required, TrustedInstaller service was not set as autostart|Idle processing thread terminated normally|Scavenge: Begin CSI Store|Performing 1 operations; 1 are not lock/unlock and follow:|Created NT transaction (seq {n}) result 0x00000000, handle @{ptr}|Perf: Doqe: Install started.|IAdvancedInstallerAwareStore_ResolvePendingTransactions (call 1) (flags = 00000004, progress = NULL, phase = 0, pdwDisposition = @{ptr}}
N process The «{Windows Update|Print Spooler|WinHTTP Proxy|BITS|Windows Installer|Windows Modules Installer}» service entered the {running|stopped|paused} state.
E process The «{Windows Update|Print Spooler|SQL Server|Remote Registry}» service {terminated unexpectedly.  It has done this {small} time(s).|failed to start due to the following error: The service did not respond in a timely fashion.|hung on starting.}
W process {The previous system shutdown at {clock} was unexpected.|The computer has rebooted from a bugcheck.|Application Hang: program {app}.exe stopped interacting with Windows}
I auth {An account was successfully logged on.|An account was logged off.|Special privileges assigned to new logon.} {Account Name: |Subject: |}«{user}»
W auth {An account failed to log on.|The computer attempted to validate the credentials for an account.} Account Name: «{user}»{ Failure Reason: Unknown user name or bad password.|}{ Source Network Address: {ip}|}
N auth {A user account was {created|changed|enabled|deleted}.|A member was added to a security-enabled local group.} {Target |}Account Name: «{user}»
N config {Windows Installer installed|Windows Installer removed|Installation Successful: Windows successfully installed the following update:|Product:} «{pkg}»{ ({ver})| -- Installation completed successfully.}
E config {Installation Failure: Windows failed to install the following update with error 0x{hex8}:|Failed to resolve package} «{pkg}_KB{n}»
E storage {The device, \Device\«Harddisk{small}»\DR{small}, has a bad block.|The driver detected a controller error on \Device\«Harddisk{small}».|An error was detected on device \Device\«Harddisk{small}» during a paging operation.}
C storage The file system structure on {the disk|volume} «{C|D|E}:» is corrupt and unusable. Please run the chkdsk utility.
W storage The «{C|D|E}:» disk is at or near capacity.
W network {Name resolution for the name «{domain}» timed out after none of the configured DNS servers responded.|Your computer was not able to renew its address from the network (from the DHCP Server) for the Network Card with network address {mac}.|The IP address lease «{ip}» has been denied by the DHCP server.}
I other {The system time has changed|The time provider NtpClient is currently receiving valid time data from «{domain}»|The system has resumed from sleep.|The driver «{module}» loaded}{.|}

@ Step_LSC, Step_SPUtils, Step_StandReportReceiver, HiH_HiSyncUtil, HeartRate, BleService, gatewayd, thermostat, iot-hub, zigbee2mqtt, meter, tracker, camera, doorbell, mqtt-bridge | health health time app
I other {onStandStepChanged {n}|getTodayTotalDetailSteps = {seq}##{n}##{n}##{n}|setTodayTotalDetailSteps={seq}##{n}##{n}|onExtend:{seq} {small} {small} {n}|calculateCaloriesWithCache totalCalories={n}|calculateAltitudeWithCache totalAltitude={n}|REPORT : {n} {n} {n} {n}|flush sensor data|processHandleBroadcastAction action:android.intent.action.{SCREEN_ON|TIME_TICK|SCREEN_OFF}}
I other {device|Device|sensor|node} «{sensor|mac}» {paired|joined|reported {n2}|is online|battery {n2}%}
W other {device|Device|sensor|node} «{sensor|mac}» {left|is offline|battery low|sent bad data|unreachable}
I network {MQTT |}{connected to|subscribed at|published to} {broker |}«{host|ip}»{:1883|}
W network {MQTT |}{disconnected from|ping timeout to} {broker |}«{host|ip}»
E other {device|camera|sensor} «{sensor|mac}» {hardware fault|read failed|calibration failed}{: code {n}|}
I storage {upload|sync} of {n} {records|samples} to «{db|table}» {done|finished|started}
E storage {upload|sync|insert} {to|into} «{db|table}» failed{: {reason}|}

@ runner, jenkins, gitlab-runner, make, ninja, pytest, webpack, tsc, maven, gradle, terraform, ansible, bazel | ci app
I process {Step|step|stage|Stage|Task} {{small}/{small} |:|}«{job}» {started|succeeded|passed|completed|finished|UP-TO-DATE}{| in {dur}}
E process {Step|step|stage|Stage|Task} {:|}«{job}» {failed|FAILED|errored}{| with exit code {exit}| after {dur}}
I process {npm|make|cargo|yarn}: {build|test} {of |}«{app}» {ok|passed|succeeded}
E= process {make: *** [«{file}»] Error {small}|ERROR: Job failed: exit code {exit}|##[error]Process completed with exit code {exit}.|BUILD FAILED in {dur}}
I process {BUILD SUCCESS|BUILD SUCCESSFUL in {n2}s|Build succeeded|Job succeeded|{n} passed in {float}s}
E process {n} {tests |}failed{, {n} passed|} in «{file|app}»
E storage {«{path}»|{path}}:{n}:{n2}: {error: expected ';' before '{word}'|error TS{n}: Property '{word}' does not exist|undefined reference to `{word}'|fatal error: {file}: No such file or directory}
W config {«{path}»}:{n}:{n2}: warning: {unused variable '{word}'|'{word}' is deprecated|comparison of integers of different signs}
I storage {Uploading|Downloading|Restoring|Saving} {artifact|cache|artifacts} «{file|path}»{ ({size})|}
N config {ok|changed|created|destroyed}: [«{host}»]
E network {fatal|unreachable}: [«{host}»]: UNREACHABLE! => {lb}"msg": "Failed to connect to the host via ssh: {neterr}"{rb}
I request {Cloning into|Fetching|Checking out|Pulling} '«{app}»'...
E permission {remote: Permission to {user}/{app}.git denied to {user}|fatal: unable to access 'https://{domain}/«{app}.git»/': The requested URL returned error: 403}

@ amazon-ssm-agent, cloud-init, waagent, google_guest_agent, aws-lambda, s3-sync, cloudwatch, telegraf, prometheus, node_exporter, alertmanager, datadog-agent, filebeat, fluentd, logstash, collectd, zabbix_agentd, nagios, snmpd, monit, sensu | app go syslog
I process {Cloud-init v. {ver} {running 'init'|finished at {day}}|REPORT RequestId: {uuid} Duration: {float} ms|START RequestId: {uuid} Version: $LATEST|END RequestId: {uuid}}
I storage {Harvester started for file:|Uploaded|uploading|Closing file:|following tail of} «{path}»{ to s3://{word}-{word}/{file}|}
E storage {upload of|PutObject|GetObject} «{file|path}» {failed|: AccessDenied|: NoSuchBucket|: SlowDown}
E request {scrape of|Error on scrape of|target} «{app}» {failed|: server returned HTTP status 500|: context deadline exceeded}
W other {SERVICE ALERT|HOST ALERT}: «{host}»;{word};{WARNING|UNKNOWN};SOFT;{small};{high load|{n} processes}
I other {«{host}»;}{PING OK|load average|OK}: {float}, {float}, {float}
W! other {alert|Alert} «{word}-{word}» {firing|is firing}{ for {dur}|}, {repeated {small} times|{small} notifications sent}
W process {'«{app}»' process is not running|'«{app}»' cpu usage of {pct}% matches resource limit [cpu usage > {n2}%]}
W memory '«{app}»' mem usage of {pct}% matches resource limit [mem usage > {n2}%]
N process '«{app}»' {trying to restart|started|process is running with pid {pid}|start: {cmd}}
W other {buffer|queue|metric buffer} {overflow|full|dropped {n} metrics|is filling up}{ for «{section}»|}
E~ network {Failed to send|error sending|cannot flush} {metrics|batch|logs|events} to {https://|}«{domain|ip}»{: {neterr}|}; {will retry|retrying}
E network {Failed to send|error sending|cannot flush} {metrics|batch|logs|events} to {https://|}«{domain|ip}»: {neterr}
N auth {instance role|IAM role|access key} {of |}«{user}» {rotated|attached|changed}
W permission {AccessDenied: |}{User|role} arn:aws:iam::{seq}:user/{user} is not authorized to perform: {s3:GetObject|ec2:RunInstances|kms:Decrypt} on {resource |}«{word}-{word}»
W request {Throttling|Rate exceeded|429 Too Many Requests}{: | for }«{url}»
N process {instance|Instance|node} «i-{hex16}» {launched|terminated|rebooted|stopped}{ by autoscaling|}
"""
