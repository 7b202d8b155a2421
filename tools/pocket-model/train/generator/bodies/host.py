"""A host from boot to routine: more of the kernel, virtual machines, clusters of hosts, management agents."""
FORMS = r"""
@ kernel | kernel
I other {Linux Plug and Play Support v{ver} (c) Adam Belay|PCI: Using IRQ router {word} [{hex4}/{hex4}] at 0000:00:1f.0|PCI: Found IRQ {small} for device 0000:00:1f.1|PCI: Sharing IRQ {small} with 0000:00:1d.2|PCI: PCI BIOS revision 2.10 entry at {ptr}, last bus={small}|PCI: Using configuration type 1|EISA: Probing bus 0 at eisa0|EISA: Detected 0 cards.}
I other {isapnp: Scanning for PnP cards...|pnp 00:0{small}: Plug and Play ACPI device, IDs PNP0{n2}|pci_bus 0000:00: root bus resource [mem {ptr}-{ptr}]|pci 0000:00:{n2}.0: [{hex4}:{hex4}] type 00 class 0x{hex8}|ACPI: LAPIC (acpi_id[0x0{small}] lapic_id[0x0{small}] enabled)|ACPI: IRQ9 used by override.|ACPI: SSDT {ptr} {hex8} (v02 {word} {word} {hex8} INTL {seq})}
I other «{fb0|vga16fb|vesafb|Console|ttyS0|parport0|lp0|rtc|rtc_cmos|serio|tsc|hpet|thermal|iTCO_wdt|mei_me|intel_idle|DMI|random|fbcon|Bluetooth|cfg80211|Lockdown|integrity|evm|zswap|squashfs|fuse|tun}»: {initialized|VESA VGA frame buffer device|using parport0 (polling).|registered|Detected {float} MHz processor|max_cstate set|crng init done|Registered thermal governor 'step_wise'|PC-style at 0x378 [PCSPP]|{n2} entries|init (API version 7.31)|Loading compiled-in X.509 certificates|Initializing XFRM netlink socket}
I other {ttyS{small}|«ttyS{small}»} at I/O 0x3f8 (irq = {small}) is a 16550A
I other {Kernel/User page tables isolation: enabled|Spectre V{1|2} : Mitigation: {word}|x86/fpu: Supporting XSAVE feature 0x00{small}: 'AVX registers'|x86/PAT: Configuration [0-7]: WB  WC  UC- UC|process: using mwait in idle threads|Hypervisor detected: {KVM|VMware|Xen HVM}|Performance Events: PEBS fmt3+, 32-deep LBR, full-width counters, Intel PMU driver.|mce: CPU supports {n2} MCE banks|Last level iTLB entries: 4KB 64, 2MB 8, 4MB 8}
I storage {SCSI subsystem initialized|io scheduler {noop|anticipatory|deadline|cfq|mq-deadline} registered{| (default)}|RAMDISK driver initialized: 16 RAM disks of 16384K size 1024 blocksize|md: {md driver 0.90.0 MAX_MD_DEVS=256, MD_SB_DISKS=27|Autodetecting RAID arrays.|autorun ...}|FS-Cache: Loaded|Installing knfsd (copyright (C) 1996 okir@monad.swb.de).|PIIX4: chipset revision 1|libata version {ver} loaded.|VFS: Disk quotas dquot_{ver}|Dquot-cache hash table entries: {n} (order 0, {n} bytes)|vgaarb: loaded}
I storage scsi{small} : {ahci|ata_piix|sata_nv|megaraid_sas|LSI Logic SAS based MegaRAID driver}
I storage scsi {small}:0:{small}:0: Direct-Access     {ATA|SEAGATE|WDC|VMware|QEMU}     {word}  {ver} PQ: 0 ANSI: 5
I network {NET: Registered {PF_INET|PF_UNIX|PF_NETLINK|PF_PACKET} protocol family|NET4: {Unix domain sockets 1.0/SMP for Linux NET4.0.|Linux TCP/IP 1.0 for NET4.0}|IP: routing cache hash table of {n} buckets, {n}Kbytes|TCP: {bic|cubic|reno} registered|RPC: Registered {udp|tcp|named UNIX socket} transport module.|Bridge firewalling registered|ip_conntrack version {ver} ({n} buckets, {n} max) - {n} bytes per conntrack|GRE over IPv4 tunneling driver|Initializing IPsec netlink socket}
I memory {PM: Registering ACPI NVS region [mem {ptr}-{ptr}] ({n} bytes)|Early memory node ranges|Policy zone: {DMA32|Normal|HighMem}|{n}MB {LOWMEM|HIGHMEM} available.|user-defined physical RAM map:|Reserving {n}MB of memory at {n}MB for crashkernel|NUMA: Node 0 [mem {ptr}-{ptr}]|Kernel code/data/bss: {n}k/{n}k/{n}k|SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs={small}, Nodes=1|software IO TLB: mapped [mem {ptr}-{ptr}] (64MB)}
D memory {Movable zone start for each node|{Normal|DMA32|HighMem} zone: {n} pages, LIFO batch:{n2}|pcpu-alloc: s{n} r{n} d{n} u{n} alloc=1*{n}|node 0: [mem {ptr}-{ptr}]|Built {small} zonelists, mobility grouping on.  Total pages: {n}|Futex hash table entries: {n} (order: {small}, {n} bytes)|mapped {APIC|IOAPIC} to {hex8} ({hex8})|found SMP MP-table at {hex8}}
N process {PM: suspend entry (deep)|PM: suspend exit|Freezing user space processes ... (elapsed {float} seconds) done.|Restarting tasks ... done.|ACPI: Preparing to enter system sleep state S{3|4|5}|ACPI: Waking up from system sleep state S3|reboot: {Restarting system|Power down}|kexec_core: Starting new kernel|sysrq: SysRq : {Emergency Sync|Resetting|HELP}}
W process {audit: type=1701 audit({float}:{n}): auid={uid} uid={uid} gid={uid} ses={n} pid={pid} comm="«{proc}»" exe="{cmd}" sig={small} res=1|«{proc}»[{pid}]: potentially unexpected fatal signal {small}.}
I process audit: type=11{30|31} audit({float}:{n}): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=«{daemon}» comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success'
E process {Call Trace:|Modules linked in: {module} {module} {module}|RIP: 0010:{word}_{word}+0x{hex4}/0x{hex4}|Code: {hex8} {hex8} {hex8}|CPU: {small} PID: {pid} Comm: «{proc}» Tainted: G        W  {ver}|Pid: {pid}, comm: «{proc}» Not tainted|EIP is at {word}_{word}+0x{small}/0x{n2}|Process «{proc}» (pid: {pid}, threadinfo={hex8} task={hex8})}
D process  [<{hex8}>] {|? }{word}_{word}+0x{small}/0x{n2}{| [{module}]}
W process WARNING: CPU: {small} PID: {pid} at {mm|net|kernel|drivers}/{word}.c:{n} {word}_{word}+0x{hex4}/0x{hex4}
W memory {page allocation stalls for {n}ms|«{proc}»: page allocation stalls for {n}ms, order:{small}|kswapd0: page allocation failure|min_free_kbytes is not updated to {n}|memory fragmentation is severe}
I memory {Swap cache stats: add {n}, delete {n}, find {n}/{n}|Total swap = {n}kB|Free swap  = {n}kB|{n} pages {RAM|reserved|cma reserved}|[ {pid}]  {uid}  {pid}   {n}    {n}      {n2}        0             0 {proc}}
W network «{iface}»: {Too much work at interrupt, IntrStatus=0x{hex4}|received packet with own address as source address|tx hang {small} detected on queue {small}, resetting adapter|Promiscuous mode enabled|bad gzip magic numbers|excessive collisions|received unexpected TLS flag}
I network «{virtio0|vmxnet3|xennet|{iface}}»: {NIC Link is Up 10000 Mbps|intr type 3, mode 0, {small} vectors allocated|Features changed: 0x{hex8} -> 0x{hex8}|registered PHC clock|MAC: {mac}}
I network drbd «{word}»{/0 drbd{small}|}: {conn( Unconnected -> Connecting )|Handshake successful: Agreed network protocol version 101|peer( Unknown -> Secondary )}
W network drbd «{word}»{/0 drbd{small}|}: {conn( Connected -> NetworkFailure )|PingAck did not arrive in time.|sock was shut down by peer}
W storage «{part}»: {rw=0, want={n}, limit={n}|detected capacity change from {n} to 0|warning: mounting fs with errors, running e2fsck is recommended|maximal mount count reached, running e2fsck is recommended}
C storage {«{part}»: |}{Aborting journal on device «{part}»|ext4_abort called|journal commit I/O error|previous I/O error to superblock detected}
E storage «{sr0|fd0|{disk}}»: {rejecting I/O to dead device|rejecting I/O to offline device|unable to read partition table|critical medium error, sector {n}|bad sector {n}|CDROM not ready}
W other {«CPU{small}»|mce}: {Temperature above threshold|Package power limit notification (total events = {n})|cpu clock throttled}
I other «{sensor}»: {Temperature/speed normal|Core power limit normal|temperature {n2} C}

@ libvirtd, qemu-ga, vmtoolsd, VBoxService, xenstored, virtlogd, vmkernel, hostd, vpxa, xl, lxcfs, qemu-kvm | syslog app
I process {domain|Domain|VM|guest|virtual machine} {'|}«{host}»{'|} {started|resumed|booted|finished migrating|created|defined}{| on {host}}
N process {domain|Domain|VM|guest|virtual machine} {'|}«{host}»{'|} {shut down|powered off|rebooted|suspended|migrated to {host}|reset}
E process {domain|Domain|VM|guest} {'|}«{host}»{'|} {crashed|could not be started|failed to start: {reason}|is paused after I/O error|migration failed: {neterr}}
W process {guest|VM} «{host}» {agent not responding|heartbeat lost|clock drift}
E~ storage {Storage|datastore|volume} «{word}_{n2}» {is inaccessible|lost path redundancy|APD timeout}{, retrying|, will retry}
E storage {cannot|unable to|failed to} {open|lock|attach} disk {image |}«{path}»: {fileerr}
W network {Lost uplink redundancy|Uplink} {on virtual switch |}«vSwitch{small}»{. Physical NIC {iface} is down|}
I config {guest additions|vmtools|tools} «{app}» {running version {ver}|upgraded to {ver}}

@ corosync, pacemaker, crmd, keepalived, ceph-mon, ceph-osd, glusterd, drbdadm, heartbeat, ctdbd, patroni, raft, serf, nomad, galera, mnesia | syslog app
C process {[QUORUM] |}{quorum lost|This node is within the non-primary component and will NOT provide any services.|Partition lost quorum|cluster has no quorum}{, blocking all actions|}
N process {[QUORUM] |}{This node is within the primary component and will provide service.|quorum regained|Members[{small}]: {small} {small}}
N process {VRRP_Instance(«{word}»)|(«{word}»)} {Entering {MASTER|BACKUP|FAULT} STATE|Transition to MASTER STATE|forcing a new MASTER election}
W network {[TOTEM ] |}{A processor failed, forming new configuration.|Retransmit List: {small} {small}|The network interface «{ip}» is down|FAILED TO RECEIVE}
N network {[TOTEM ] |}A new membership («{ip}»:{n}) was formed. Members {joined|left}: {small}
E process {resource|Resource|primitive} «{word}_{word}» {failed to start|stop failed: unmanaged|is not running on any node|monitor operation timed out}{ on {host}|}
N process {resource|Resource} «{word}_{word}» {started|stopped|moved to {host}|promoted}{ on {host}|}
C process {STONITH|fencing} of {node |}«{host}» {failed|initiated: node lost}
N process {promoted|demoted} {self|«{host}»} to {leader|primary|standby}{ by acquiring session lock|}
W storage {osd.{small}|«osd.{small}»} {slow request {float} seconds old|slow ops, oldest one blocked for {n} sec|marked down after no beacon|heartbeat_check: no reply}
I storage pgmap v{n}: {n} pgs: {n} active+clean; {size} data, {size} used, {size} / {size} avail
W storage {Health check failed|HEALTH_WARN}: {n} {pgs degraded|osds down|nearfull osd(s)|pool(s) have no replicas configured}
C storage {Health check failed|HEALTH_ERR}: {n} {objects unfound|scrub errors|full osd(s)|pgs inconsistent}
I storage {Health check cleared|HEALTH_OK|Cluster is now healthy|scrub ok}: «{small}.{hex4}»
W storage {split-brain|Split-Brain} {detected|suspected} on {volume|brick|resource} «{word}»
E storage {brick|peer|replica} «{host}»:{dir} {has disconnected|failed to heal {n} entries|is offline}

@ puppet-agent, chef-client, salt-minion, ansible-pull, cfengine, rhnsd, yum-updatesd, gconfd, gnome-keyring-daemon, nmbd, smbd, ypbind, rpc.idmapd, rpc.statd, auditd, auditctl, acpid, apmd, dmidecode, thermald, tuned, lldpd, snmptrapd, ipmiseld, mcelog, rasdaemon, numad, cachefilesd, fwupd, packagekit, geoclue, accounts-daemon, rtkit-daemon, kerneloops, abrtd, whoopsie, anacron, atopd, sysstat, sa1, vnstatd, ntop, monitd | syslog
N config {(/Stage[main]/{camel}/File[{path}]/content) |}{content|ensure|mode} changed {of «{path}»|'{lb}md5{rb}{hex16}' to '{lb}md5{rb}{hex16}'}
I process {Finished catalog run in {float} seconds|Applied catalog in {float} seconds|Caching catalog for {host}|Chef Run complete in {float} seconds|run of {n} states succeeded}
E config {Could not retrieve catalog from remote server|Failed to apply catalog|State failed|Recipe Compile Error}: {«{path}»|{reason}}{: {reason}|}
N process {starting|(root-{pid}): starting} (version {ver}), pid {pid} user '{user}'
N process {Exiting|exiting|Audit daemon is suspending logging|The audit daemon is now {enabled|exiting}.|Init complete, auditd {ver} listening for events (startup state enable)}
N process {«{daemon}»|«{app}»} {was|has been} {started|stopped|restarted|reloaded|upgraded}
W storage Audit daemon {is low on disk space for logging|log file is larger than max size}
E storage Audit daemon {has no space left on logging partition|failed to write to «{path}»}
I storage Audit daemon rotating log files
W network {become_domain_master_stage|process_local_master_announce|query_name_response}: {Multiple ({small}) responses received|Server {word} at IP «{ip}» is announcing itself as a local master browser}
I network {Samba name server|Local master browser} {host} is now {a local master browser|the domain master} for workgroup {word} on subnet «{ip}»
W network {statd|Can't} {:|} {notify|get status of|contact} «{host|ip}» {failed|timed out}{: RPC: {neterr}|}
E network {broadcast: RPC: Timed out.|server not responding for domain} «{domain}»
W memory {corrected|Corrected} {memory error|DIMM error} {count {n} |}{on|at} {CPU {small} |}{channel {small}|«DIMM_{hex4}»}
E memory {Uncorrected|uncorrectable} {memory error|ECC error} on «DIMM_{hex4}»{ page {ptr} offlined|}
W other {Temperature|temp|Voltage|FAN} {sensor |}«{sensor}» {Upper Non-critical going high|reading {n2} is above limit {n2}|lower critical going low|asserted}
I other {Temperature|temp|Voltage|FAN} {sensor |}«{sensor}» {deasserted|back to normal|reading {n2}}
N other {AC adapter|Power supply|UPS «ups0»} {online|plugged in|on line|switched to line power}
W other {AC adapter|Power supply|UPS «ups0»} {offline|unplugged|on battery|lost input power}
C other {UPS «ups0»|Battery|UPS} {battery critically low|exhausted}, {shutting down|forced shutdown}
I process {client connected from {pid}[{uid}:{uid}]|completed event "button/power PBTN {hex8} {hex8}"|received event "battery BAT0 {hex8} 00000001"|rule loaded|{n} rules loaded}
I config {reading|rereading} configuration {from |file |}«{path}»
E process {Detected crash|Saved core dump|Process {pid} ({cmd}) of user {uid} killed by {sig}} {of |of process |}«{proc}»{ ({pid})|}
I process Successfully made thread {pid} of process {pid} (owned by '{uid}') {RT at priority {small}|high priority at nice level -{small}} «{proc}»
I other {«{sensor}»|thermal zone} trip point {n2}{ changed|}
I other Cannot find a map file.
I config Loaded {n} symbols from {n2} modules.
"""
