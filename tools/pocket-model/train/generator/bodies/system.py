"""The rest of a Unix system: services, timers, clock, name resolution, addresses, disks, printing, mail of the system."""
FORMS = r"""
@ systemd | syslog
N process {Started|Stopped|Reloaded|Restarted} {«{service}»|«{service}» - {word} daemon}.
I process {Starting|Stopping|Reloading} «{service}»...
N process {Started|Stopped} «{daemon}»{.| daemon.| server.| service.}
I process {Starting|Stopping} «{daemon}»{...| daemon...| service...}
I process «{service}»: {Succeeded.|Deactivated successfully.|Consumed {float}s CPU time.|Main process exited, code=exited, status=0/SUCCESS|Scheduled restart job, restart counter is at {small}.|Service hold-off time over, scheduling restart.|Found left-over process {pid} ({proc}) in control group while starting unit. Ignoring.}
E process «{service}»: {Main process exited, code={exited|killed|dumped}, status={exit}/{FAILURE|n/a|KILL|ABRT|SEGV}|Failed with result '{exit-code|signal|timeout|core-dump|start-limit-hit|watchdog}'.|Control process exited, code=exited status={small}|Unit entered failed state.|State 'stop-sigterm' timed out. Killing.|Killing process {pid} ({proc}) with signal SIGKILL.}
E process Failed to start «{service|daemon}»{| - {word} daemon}.
E process Failed to start «{daemon}» {server|service|daemon}.
C memory «{service}»: A process of this unit has been killed by the OOM killer.
W process «{service}»: {Watchdog timeout (limit {small}min)!|Start request repeated too quickly.|Job {word} timed out.|Processes still around after SIGKILL. Ignoring.|stopping timed out. Terminating.}
E process Dependency failed for «{service|dir}».
I process Reached target «{Network|Multi-User System|Timers|Basic System|Sockets|Graphical Interface|Shutdown|Sound Card}».
I process {Stopped target|Listening on|Set up automount|Created slice} «{word} {word}»{ Socket|}.
I storage {Mounted|Mounting|Unmounted|Unmounting} «{dir}»{...|.}
E storage Failed to mount «{dir}».
I auth   {Started|Starting} Session {c|}{n} of {user|User} «{user}».
I auth   {Created slice User Slice of|Removed slice User Slice of|Started User Manager for UID|Stopping User Manager for UID} «{user|uid}».
I process {Startup finished in {float}s (kernel) + {float}s (userspace) = {float}s.|Queued start job for default target Graphical Interface.|Detected architecture x86-64.|Hostname set to <{host}>.|systemd {n} running in system mode}
N config {Reloading.|Reexecuting.|Reloading configuration...}
W config «/{etc|usr/lib}/systemd/system/{service}»:{n}: {Unknown lvalue '{word}' in section 'Service', ignoring|Support for option {word}= has been removed|Executable path is not absolute}
W config Configuration file «/etc/systemd/system/{service}» is marked {executable|world-inaccessible}. Please remove executable permission bits. Proceeding anyway.
E config «{service}»: {Failed to load environment files: {errno}|Bad unit file setting.|Failed at step {EXEC|USER|CHDIR} spawning {cmd}: {errno}}
I scheduler «{service}»: {Adding {n}min {float}s random time.|Next elapse {date}}
I process Time has been changed
I process Activating swap «/dev/{part}»{...|.}
I process Received SIG{RTMIN+24|CHLD} from PID {pid} ({proc}).
N process {Shutting down.|Powering off.|Rebooting.|Received SIGTERM from PID 1 (systemd).}

@ systemd-udevd, systemd-journald, systemd-networkd, systemd-resolved, systemd-tmpfiles, systemd-sysctl, systemd-modules-load, systemd-coredump, udevd, journal | syslog
I storage {Runtime|System} journal ({path}) is {n}M, max {n}M, {n}M free.
N process Journal {started|stopped}
W other Suppressed {n} messages from «{service}»
W other Forwarding to syslog missed {n} messages.
W storage File «{path}» corrupted or uncleanly shut down, renaming and replacing.
I storage {Vacuuming done, freed {n}M of archived journals from {dir}|Time spent on flushing to /var is {float}ms for {n} entries.}
I network «{iface}»: {Gained carrier|Gained IPv6LL|Configured|Link UP|IPv6 enabled for interface}
W network «{iface}»: {Lost carrier|DHCP lease lost|Link DOWN}
I network «{iface}»: DHCPv4 address {ip}/24 via {ip}
W network Server returned error {NXDOMAIN|SERVFAIL}, mitigating potential DNS violation DVE-2018-0001, retrying transaction with reduced feature level UDP.
W~ network Using degraded feature set ({UDP|TCP}) for DNS server «{ip}».
E process Process {pid} («{proc}») of user {uid} dumped core.
I config {Applying «/etc/sysctl.d/{word}.conf» ...|Inserted module '«{module}»'}
E config Couldn't write '{n}' to '«{net/ipv4/|vm/|kernel/}{word}_{word}»', ignoring: {errno}
E config Failed to {insert|find} module '«{module}»'{: {errno}|}
W config «{path}»:{n}: Line references path below legacy directory /var/run/, updating {path} → /run/{word}; please update the tmpfiles.d/ drop-in file accordingly.
E other «{disk}»: {Process '{cmd}' failed with exit code {small}.|Failed to process device, ignoring: {errno}|Worker [{pid}] processing SEQNUM={n} killed}
W other «{iface|disk}»: {Worker processing SEQNUM={n} is taking a long time|Could not generate persistent MAC address: {errno}}

@ cron, CRON, crond, /usr/sbin/cron, anacron, fcron, atd | syslog
I scheduler ({user}) CMD («{cmd}»{ -{word}|})
I scheduler ({user}) CMD ({  |}«{cmd}» {{path}|> /dev/null 2>&1|&& {cmd}})
I scheduler ({user}) CMD (   «cd / && run-parts --report /etc/cron.{hourly|daily|weekly}»)
I scheduler ({user}) CMD («run-parts /etc/cron.{hourly|daily}»)
I auth   pam_unix({cron|crond}:session): session {opened|closed} for user «{user}»{| by (uid=0)}
I scheduler (CRON) {INFO (Running @reboot jobs)|INFO (Skipping @reboot jobs -- not system startup)}
E scheduler= (CRON) {error|ERROR} ({grandchild #{pid} failed with exit status {small}|can't fork|chdir failed ({dir})})
W config («{user}») {WRONG FILE OWNER (/etc/cron.d/{word})|BAD FILE MODE (/etc/cron.d/{word})|ORPHAN (no passwd entry)}
I config («{user}») {RELOAD (crontabs/{user})|LIST ({user})}
N config («{user}») {REPLACE|DELETE|BEGIN EDIT|END EDIT} ({user})
E config= (*system*«{word}») ERROR (Syntax error, this crontab file will be ignored)
E config Error: {bad minute|bad hour|bad command|bad username}; while reading «/etc/{crontab|cron.d/{word}}»
I scheduler Job `«{cron.daily|cron.weekly|{job}}»' {started|terminated|terminated (mailing output)}
I scheduler Job `«{cron.daily|cron.weekly|cron.monthly|{job}}»' {started|terminated}
E scheduler Job `«{cron.daily|cron.weekly|{job}}»' terminated {(exit status: {exit})|(exit status: {exit}) (mailing output)}
I scheduler {Normal exit ({small} jobs run)|Anacron {ver} started on {date}|Will run job `«cron.{daily|weekly}»' in {n2} min.|Updated timestamp for job `«cron.{daily|weekly}»' to {date}|Jobs will be executed sequentially}
W scheduler («{user}») MAIL (mailed {n} bytes of output but got status 0x{hex4})
N process {STARTUP|(CRON) STARTUP (V5.0|{ver})|(CRON) STARTUP (fork ok)}
W scheduler {can't lock /var/run/crond.pid, otherpid may be {pid}: {errno}|time disparity of {n} minutes detected}
I scheduler (user) Starting job {n} ({hex12}) for user '«{user}»' ({uid})
I scheduler ({user}) CMDOUT ({word} {word})
I scheduler {(«{user}») AUTH (crontab command not allowed)}
W scheduler! («{job}») {skipped, previous run still active|missed {small} runs}

@ ntpd, chronyd, ntpdate, systemd-timesyncd, ptp4l, timed | syslog
I other {synchronized to|Selected source} «{ip}»{, stratum {small}|}
I other {time reset|step time server {ip} offset|adjust time server {ip} offset} {+|-}{float} s{|ec}
W other {no server suitable for synchronization found|Can't synchronise: no selectable sources|no servers reachable|Forward time jump detected!|Time jumped backwards}
W other System clock wrong by {float} seconds{, adjustment started|}
W other Source «{ip}» {offline|replaced with {ip}|is a falseticker}
N other kernel time sync {enabled|disabled|status change} {hex4|small}
I other frequency {initialized|error} {float} PPM{| from {path}}
E network sendto(«{ip}») (fd={n2}): {Network is unreachable|Operation not permitted|Invalid argument}
W network {cannot|can't} {resolve|find host} «{domain}»{: {neterr}|}
I network {Listening on interface #{small} «{iface}», {ip}#123 Enabled|Listen normally on {small} «{iface}» {ip} UDP 123|Deleting interface #{n} «{iface}», {ip}#123}
I other {precision = {float} usec|Initial synchronization to time server «{ip}»:123 ({domain}).|Synchronized to time server «{ip}»:123 ({domain}).|peer «{ip}» now {valid|invalid}}
N process ntpd {ver} {started|exiting on signal {15|1}|Starting}
N process chronyd version {ver} starting (+CMDMON +NTP +REFCLOCK)
W~ network Timed out waiting for reply from «{ip}»:123 ({domain}).
C other clock {skew|offset} too large, giving up: {float} s

@ dhclient, dhcpcd, dhcpd, udhcpd, dnsmasq-dhcp, NetworkManager, kea-dhcp4 | syslog
I network DHCPDISCOVER {on «{iface}» to 255.255.255.255 port 67 interval {small}|from {mac} via «{iface}»}
I network DHCPREQUEST {on {iface} to «{ip}» port 67|for «{ip}» from {mac}{| ({host})} via {iface}|for «{ip}» ({ip}) from {mac} via {iface}}
I network DHCPACK {from «{ip}»|on «{ip}» to {mac}{| ({host})} via {iface}|of {ip} from «{ip}»}
I network DHCPOFFER {on «{ip}» to {mac} via {iface}|from «{ip}»|of {ip} from «{ip}»}
I network {DHCPINFORM from «{ip}» via {iface}|DHCPRELEASE of «{ip}» from {mac} via {iface} (found)}
W network DHCPNAK on «{ip}» to {mac} via {iface}
W network {No DHCPOFFERS received.|No working leases in persistent database - sleeping.}
W network DHCPDECLINE of «{ip}» from {mac} via {iface}: abandoned
E network {no free leases|DHCPDISCOVER from {mac} via «{iface}»: network {ip}/24: no free leases}
I network bound to «{ip}» -- renewal in {n} seconds.
I network {Listening on|Sending on}   LPF/«{iface}»/{mac}{|/{ip}/24}
I network «{iface}»: {leased {ip} for {n} seconds|soliciting a DHCP lease|adding default route via {ip}|carrier acquired|rebinding lease of {ip}}
W network «{iface}»: {carrier lost|no IPv6 Routers available|DHCP lease expired|failed to renew DHCP, rebinding}
I network {[{float}] |}device («{iface}»): state change: {prepare -> config|disconnected -> prepare|activated -> deactivating|ip-config -> activated|unavailable -> disconnected} (reason '{none|carrier-changed|user-requested}'{, internal state 'managed'|})
I network= <info>  {[{float}] |}({«{iface}»}): {link connected|carrier is ON|Activation: successful, device activated.|device state change: {n} -> {n}}
I network= <info>  {[{float}] |}{manager: NetworkManager state is now {CONNECTED_GLOBAL|CONNECTED_SITE|DISCONNECTED}|dhcp4 («{iface}»): state changed {bound -> bound|unknown -> bound}|policy: set '{word}' («{iface}») as default for IPv4 routing and DNS}
W network= <warn>  {[{float}] |}{device («{iface}»): Activation: failed for connection '{word}'|dhcp4 («{iface}»): request timed out|connectivity: check failed|(«{iface}»): link timed out.}
E network= <error> {[{float}] |}{device («{iface}»): failed to {set MTU|bring up}|dispatcher: could not get dispatcher proxy}: {errno}
I network Got {small} address(es) on «{iface}»

@ named, unbound, dnsmasq, bind9, pdns, systemd-resolved, coredns, nscd | syslog app
I network client {@{ptr} |}«{ip}»#{port}{| ({domain})}: query: {domain} IN {A|AAAA|MX|PTR|TXT|SRV} + ({ip})
W network client «{ip}»#{port}: {query (cache) '{domain}/A/IN' denied|update '{domain}/IN' denied|zone transfer '{domain}/AXFR/IN' denied}
W network {lame server|lame-server} resolving '«{domain}»' (in '{domain}'?): {ip}#53
W network {unexpected RCODE ({SERVFAIL|REFUSED})|FORMERR|network unreachable|connection refused|host unreachable} resolving '«{domain}»/{A|AAAA|NS|MX}/IN': {ip}#53
W network {DNS format error from|error (network unreachable) resolving|timed out resolving} {ip}#53 {resolving |}«{domain}»{|/A}
I network zone «{domain}»/IN: {loaded serial {seq}|sending notifies (serial {seq})|Transfer started.|transferred serial {seq}}
E network zone «{domain}»/IN: {refresh: failure trying master {ip}#53 (source 0.0.0.0#0): timed out|not loaded due to errors.|expired|loading from master file {path} failed: file not found}
E~ network zone «{domain}»/IN: refresh: retry limit for master {ip}#53 exceeded (source 0.0.0.0#0)
I network {query[{A|AAAA|PTR}] «{domain}» from {ip}|forwarded «{domain}» to {ip}|reply «{domain}» is {ip}|cached «{domain}» is {ip}}
W network {possible DNS-rebind attack detected|Maximum number of concurrent DNS queries reached (max: {n})}{: «{domain}»|}
W network nameserver «{ip}» refused to do a recursive query
I config {reading «{path}»|using nameserver «{ip}»#53|read «/etc/hosts» - {small} addresses|loading configuration from '«{path}»'}
N config {reloading configuration succeeded|reloading zones succeeded}
E config «{path}»:{n}: {unknown option '{word}'|missing ';' before '{word}'|expected quoted string near '{word}'}
N process {starting BIND {ver} -u named|shutting down|exiting|started, version {ver} cachesize {n}|all zones loaded|service stopped (unbound {ver}).|start of service (unbound {ver}).}
W auth   validating «{domain}»/{A|DNSKEY|DS}: {no valid signature found|got insecure response; parent indicates it should be secure|verify failed due to bad signature}
E network {validation failure|SERVFAIL} <«{domain}» {A|AAAA} IN>: {signature expired|no keys have a DS|all servers for this domain failed}
W memory {cache size limit reached|max cache size ({n} MB) exceeded, evicting}

@ smartd, mdadm, lvm, dmeventd, multipathd, udisksd, zed, fsck, e2fsck, fstrim, mount, quotaon, automount, rpc.mountd, nfsd, smbd, iscsid, tapdisk | syslog
C storage Device: «/dev/{disk}»{| [SAT]}, {FAILED SMART self-check. BACK UP DATA NOW!|SMART Failure: FAILURE PREDICTION THRESHOLD EXCEEDED|Self-Test Log error count increased from 0 to {small}, disk failing}
W storage Device: «/dev/{disk}»{| [SAT]}, {{n} Currently unreadable (pending) sectors|{n} Offline uncorrectable sectors|ATA error count increased from {n} to {n}|Temperature {n2} Celsius reached limit of {n2} Celsius}
I storage Device: «/dev/{disk}»{| [SAT]}, {opened|found in smartd database: {word}|is SMART capable. Adding to "monitor" list.|SMART {Usage|Prefailure} Attribute: {n} {Temperature_Celsius|Raw_Read_Error_Rate|Airflow_Temperature_Cel} changed from {n} to {n}|state written to {path}}
C storage {Fail|DegradedArray|FailSpare} event detected on md device «/dev/{md0|md1|md127}»{, component device /dev/{part}|}
I storage {RebuildStarted|RebuildFinished|Rebuild{n2}|SpareActive|NewArray|DeviceAppeared} event detected on md device «/dev/{md0|md1|md127}»
W storage «{mpath{small}|{disk}}»: {sda - tur checker reports path is down|remaining active paths: {small}|path failed, switching path group}
C storage «mpath{small}»: {no path left, I/O errors returned|remaining active paths: 0}
I storage «{mpath{small}|{disk}}»: {path is up|reinstated|load table [0 {n} multipath]|event checker started}
I storage {Mounted|Unmounted|Cleaning up mount point|Unmounting} «/dev/{part}» {at|from|on} {dir}{| on behalf of uid {uid}}
E storage {mount: |}{wrong fs type, bad option, bad superblock on|can't read superblock on|special device} «/dev/{part}»{| does not exist}
E storage mount of «{dir|path}» {failed|timed out}: {fileerr}
I storage «{dir}»: {n} GiB ({seq} bytes) trimmed{| on /dev/{part}}
I storage «{/dev/{part}|{part}}»: clean, {n}/{n} files, {n}/{n} blocks
E storage «/dev/{part}»: {UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.|contains a file system with errors, check forced.|Inodes that were part of a corrupted orphan linked list found.}
W storage {quota|usage} {exceeded|warning} for {user|uid} {user} on «{dir|part}»
I request authenticated {mount|unmount} request from «{ip|host}»:{n2} for {dir} ({dir})
W permission refused mount request from {ip|host} for «{dir}» ({/|{dir}}): {unmatched host|not exported|illegal port {port}}
E storage Pool '«{tank|rpool|{word}}»' {state changed to DEGRADED|has experienced an unrecoverable error}
I storage pool «{tank|rpool|{word}}»: scrub {started|finished with 0 errors}
I network connect to «{ip|host}» ({target|portal}) {succeeded|is operational now}
E network Kernel reported iSCSI connection {n}:0 error ({n} - ISCSI_ERR_TCP_CONN_CLOSE) state (3)
E~ network connection{n}:0 {to «{ip}» |}is not operational, will retry
C storage {Thin pool|volume group|data volume} «{word}_{word}» is {now |}{100% full|out of space|out of metadata space}
W storage {Thin pool|Volume|File system} «{word}_{word}» is now {high}% full.
I storage Monitoring {mirror|thin|snapshot|RAID} device «{word}-{word}» for events.
W auth   {NT_STATUS_WRONG_PASSWORD|check_ntlm_password: Authentication for user [{user}] -> [«{user}»] FAILED with error NT_STATUS_NO_SUCH_USER}
W request {smbd_smb2_request_error_ex|read_fd_with_timeout}: {client|smbd} «{ip}» {disconnected|read error = Connection reset by peer}

@ cupsd, lpd, ipp-usb, cups-browsed, hp | syslog app
I request {[Job {n}] |}{Queued on|Started filter|Job completed.|Sending job to} {printer |}"«{printer}»"{| by "{user}"}
E request [Job {n}] {Unable to send print file to printer|Stopping job because the scheduler could not execute a filter.|Job stopped due to filter errors}{: «{printer}»|}
W request {printer|Printer} «{printer}» {is offline|out of paper|low on toner|not responding; will retry in {n2} seconds|jammed}
N config {Printer|printer|queue} «{printer}» {added|removed|modified|is now the default}
N process {cupsd startup succeeded|cupsd shutdown succeeded|Scheduler shutting down normally.|Listening to {ip}:631 (IPv4)}
W permission {Returning HTTP Forbidden for|Returning HTTP Unauthorized for} {CUPS-Add-Modify-Printer|Get-Jobs|Print-Job} (ipp://localhost/printers/«{printer}») from {localhost|{ip}}

@ init, rc, syslogd, syslog, rsyslogd, syslog-ng, klogd, network, portmap, gpm, irqbalance, random, xfs, messagebus, kudzu, nfslock, sysctl, crond, hald, httpd, named | syslog
N process {«{daemon}» {startup|shutdown} succeeded|«{daemon}» {startup|shutdown} succeeded}
E process «{daemon}» {startup|shutdown} failed
N process {«syslogd» {ver}: restart.|[origin software="rsyslogd" swVersion="{ver}" x-pid="{pid}"] {start|exiting on signal 15.|rsyslogd was HUPed}|exiting on signal {1|15}|restart (remote reception).}
N process {«klogd» {ver}, log source = /proc/kmsg started.|Kernel logging (proc) stopped.|Kernel log daemon terminating.}
I config {Loaded {n} symbols from «/boot/System.map-{ver}».|Symbols match kernel version {ver}.|Inspecting «/boot/System.map-{ver}»|Cannot find map file.}
I network Bringing up {loopback interface|interface «{iface}»}:  {succeeded|done}
E network Bringing up interface «{iface}»:  failed
I config {«net.ipv4.{ip_forward|conf.default.rp_filter|tcp_syncookies|conf.all.accept_source_route}» = {0|1}|«kernel.{sysrq|core_uses_pid|pid_max}» = {0|1}}
I network Setting network parameters:  succeeded
I process «{random|{daemon}|irqbalance}»{:|} {Initializing random number generator|Starting up|initialisation}{:|}  succeeded
I other {creating|removing} device node '«/{udev|dev}/{vcs{small}|vcsa{small}|{disk}|{iface}}»'
I network Received SNMP packet(s) from «{ip}»{:{port}|}
N process {«rpc.statd»|«sdpd»|«hcid»|«{daemon}»} {v{ver} started|Version {ver} Starting|HCI daemon ver {ver} started|daemon started}
W network warning: can't get client address: {neterr}
N process {Switching to runlevel: {0|3|5|6}|Re-reading inittab|Trying to re-exec init|Entering runlevel: {3|5}}
W process! Id "«{word}»" respawning too fast: disabled for 5 minutes
W network {action 'action-{small}-builtin:omfwd'|cannot connect to {ip}:514|syslog connection broken; fd='{n2}', server='AF_INET(«{ip}»:514)', time_reopen='60'} {suspended|lost}
E~ network cannot connect to «{ip|host}»:{514|6514}: {neterr}; retrying
W other imuxsock {begins to drop messages|lost {n} messages} from pid {pid} due to rate-limiting
W other {imjournal|imuxsock}: {n} messages lost due to rate-limiting
I config {command|option} '«{word}»' is currently not permitted - did you already set it via a RainerScript command?
I process {-- MARK --|Log statistics; processed='center(queued)={n}'}
I other {*** info [mice.c({n})]:|Detected|imps2: Auto-detected} {intellimouse PS/2|mouse} «{word}»

@ logrotate, run-parts(/etc/cron.daily), mandb, updatedb, prelink, makewhatis, tmpwatch, rsync, rsyncd, bacula-dir, amanda, borg, restic, duplicity, rsnapshot, snapper, veeam | syslog app
C process= ALERT exited abnormally with [{small}]
I storage {rotating|compressing|removing old} log «{path}»{|, log->rotateCount is {small}}
E storage= error: {error opening|error renaming|failed to compress|stat of} «{path}»{: {fileerr}| failed: {fileerr}}
W permission= error: skipping "«{path}»" because parent directory has insecure permissions
I scheduler {starting|finished} «{{job}|logrotate|mlocate|prelink|man-db}»
I storage {Backup|backup|Snapshot|snapshot|Archive} {of |}{«{db|dir}»|«{word}-{word}»} {completed|finished|done}{ successfully|}{ in {dur}|}{, {size}|}
I storage {Starting|starting|Begin} {backup|full backup|incremental backup|snapshot} of «{db|dir|path}»
E storage {Backup|backup|Snapshot|snapshot} of «{db|dir|path}» {failed|aborted|did not finish}: {fileerr|neterr|reason}
W storage {Backup|backup} {of |for |}«{db|dir}» is {n} days {old|overdue}
W storage {file|File} {changed as we read it|has vanished|vanished}: {"|}«{path}»{"|}
E storage rsync: {read errors mapping|write failed on|mkstemp|send_files failed to open} "«{path}»": {fileerr} ({n2})
E= storage rsync error: {some files/attrs were not transferred (see previous errors)|error in file IO|timeout in data send/receive} (code {n2}) at main.c({n}) [sender={ver}]
I request {rsync|rsync on} «{word}/» from {user}@{domain} ({ip})
I storage {sent {n} bytes  received {n} bytes  total size {seq}|wrote {size}, {n} files}{| to «{path}»}
I storage {Pruned|Removed|Deleted} {small} {old |expired |}{snapshots|archives|backups} {of|from} «{word}»
C storage {backup repository|Repository|archive} «{path|word}» is {corrupt|damaged}, {no valid copy left|data cannot be restored}

@ yum, dnf, apt, dpkg, unattended-upgrade, pacman, zypper, snapd, rpm, flatpak, packagekitd, pip, npm, gem, cargo | syslog app raw time
N config {Installed|Updated|Erased|Removed|Upgraded|Reinstalled|Downgraded}: «{pkg}»-{ver}{|.x86_64|.noarch}
N config {install|upgrade|remove|configure|purge} «{pkg}»:{amd64|i386|all} {{ver}|<none>} {{ver}|<none>}
I config status {half-configured|unpacked|installed|half-installed|triggers-pending} «{pkg}»:{amd64|all} {ver}
N config {Unpacking|Setting up|Preparing to unpack|Selecting previously unselected package} {«{pkg}»} ({ver}) ...
I config {Reading package lists... Done|Building dependency tree|{n} upgraded, {n} newly installed, {n} to remove and {n} not upgraded.}
E config {E: |}{Unable to locate package|Package has no installation candidate:} «{pkg}»
E= config error: {Failed dependencies|unpacking of archive failed on file {path}|can't create transaction lock}: «{pkg}» {is needed by {pkg}|}
E network {Failed to fetch|Err:{small}} http{s|}://«{domain}»/{word}/{file}  {{neterr}|404  Not Found}
W config {W: |}{GPG error|Signature by key {hex16} uses weak digest algorithm|Possible missing firmware}: «{{domain}|{module}|{pkg}}»
N config [alpm] {upgraded|installed|removed|reinstalled} «{pkg}» ({ver}{ -> {ver}|})
I config {Refreshing|refresh} {snap|metadata} "«{pkg}»"{ (expired)|}
N config {pkg|Package|package} «{pkg}» {was |}{installed|removed|upgraded|updated to {ver}|downgraded to {ver}}{| by {user}}
W config {npm WARN |warning |}{deprecated|peer dependency missing:} «{pkg}»@{ver}{: this package is no longer maintained|}
W= config npm WARN deprecated «{pkg}»@{ver}: {please upgrade|no longer supported}
E= config npm ERR! {code ERESOLVE|404 Not Found|peer dep missing}: «{pkg}»@{ver}
E= config ERROR: {Could not find a version that satisfies the requirement|No matching distribution found for|Failed building wheel for} «{pkg}»
I config {Collecting|Downloading|Using cached|Requirement already satisfied:} «{pkg}»{-{ver}.tar.gz|}
N config Successfully installed «{pkg}»-{ver}
I config {Compiling|Downloaded|Updating} «{pkg}» v{ver}
N config Packages that will be upgraded: «{pkg}»
"""
