"""The Linux kernel and what speaks through it: devices, file systems, memory, firewall, security modules."""
FORMS = r"""
@ kernel | kernel
C memory {Out of memory|Out of Memory|Memory cgroup out of memory}: {Kill process|Killed process|Killed process|Kill process} {pid} («{proc}»){| score {n} or sacrifice child| total-vm:{n}kB, anon-rss:{n}kB, file-rss:{n}kB|.}
C memory «{proc}» invoked oom-killer: gfp_mask={ptr}{(GFP_KERNEL)|}, order={small}{, oom_score_adj={n}|}
C memory oom-kill:constraint=CONSTRAINT_{NONE|MEMCG},nodemask=(null),cpuset=/,mems_allowed=0,task_memcg=/user.slice,task=«{proc}»,pid={pid},uid={uid}
N memory oom_reaper: reaped process {pid} («{proc}»), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB
W memory «{proc}»: page allocation failure{: |. }order:{small}, mode:{ptr}
I memory Memory: {n}k/{n}k available ({n}k kernel code, {n}k reserved, {n}k data, {n}k init)
D memory {Mem-Info:|Node 0 DMA: {n}*4kB {n}*8kB = {n}kB|{n} pages {RAM|of HIGHMEM|reserved|shared|swap cached}|Free pages: {n}kB ({n}kB HighMem)}
D memory {Dentry cache|Inode-cache|Dentry-cache|Mount-cache|PID|IP route cache|TCP established|TCP bind|Page-cache|Buffer-cache} hash table entries: {n} (order: {small}, {n} bytes)
I memory {BIOS-e820|e820}: {ptr} - {ptr} ({usable|reserved|ACPI data|ACPI NVS})
I memory {Freeing unused kernel memory|Freeing initrd memory}: {n}k freed
D memory {On node 0 totalpages: {n}|  DMA zone: {n} pages, LIFO batch:{n}|Zone PFN ranges:|Built 1 zonelists}
I memory Adding {n}k swap on «/dev/{part}».  Priority:{-1|-2} extents:1
I storage {Adding|EXT4-fs}{| ({part})}: mounted filesystem {with ordered data mode|without journal}. Opts: (null)
I storage EXT{3|4}-fs{| («{part}»)}: {mounted filesystem with ordered data mode|recovery complete|re-mounted. Opts: errors=remount-ro}
E storage= EXT{3|4}-fs error (device «{part}»): {ext4_find_entry|ext4_lookup|ext3_get_inode_loc|htree_dirblock_to_tree|ext4_validate_block_bitmap}:{n}: {inode #{n}: comm {proc}: reading directory lblock 0|bad entry in directory #{n}|deleted inode referenced: {n}|bad block bitmap checksum}
C storage EXT4-fs («{part}»): Remounting filesystem read-only
E storage= EXT4-fs («{part}»): {error loading journal|VFS: Can't find ext4 filesystem|couldn't mount because of unsupported optional features}
W storage= EXT4-fs warning (device «{part}»): {ext4_dx_add_entry:{n}: Directory index full!|dx_probe: unrecognised hash code|ext4_end_bio:{n}: I/O error}
E storage= Buffer I/O error on {device|dev} «{part}», logical block {n}{, async page read|, lost async page write|}
E storage {blk_update_request: |print_req_error: |end_request: |}I/O error, dev «{disk}», sector {n}{| op 0x0:(READ) flags 0x0 phys_seg 1}
C storage XFS («{part}»): {Corruption detected. Unmount and run xfs_repair|xfs_do_force_shutdown(0x8) called from line {n}|log I/O error -5|Metadata corruption detected at xfs_agf_read_verify}
I storage XFS («{part}»): {Mounting V5 Filesystem|Ending clean mount|Unmounting Filesystem|Starting recovery (logdev: internal)}
E storage BTRFS {error|critical} (device «{part}»): {parent transid verify failed on {n} wanted {n} found {n}|bdev /dev/{part} errs: wr {n}, rd {n}, flush 0|unable to find logical}
I storage BTRFS info (device «{part}»): {disk space caching is enabled|relocating block group {n}|scrub: started on devid 1}
I storage SCSI device «{disk}»: {n} 512-byte hdwr sectors ({n} MB)
I storage {sd {n}:0:0:0: |}[«{disk}»] {{n} 512-byte logical blocks: ({float} GB/{float} GiB)|Write Protect is off|Attached SCSI disk|Mode Sense: 43 00 00 00|Write cache: enabled, read cache: enabled, doesn't support DPO or FUA}
E storage sd {n}:0:0:0: [«{disk}»] {Unhandled sense code|tag#{n} FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE|Sense Key : Medium Error [current]|Add. Sense: Unrecovered read error|Device offlined - not ready after error recovery}
E storage «ata{small}».00: {failed command: READ FPDMA QUEUED|status: {lb} DRDY ERR {rb}|error: {lb} UNC {rb}|exception Emask 0x{small} SAct 0x{small} SErr 0x0 action 0x{small}{ frozen|}}
W storage «ata{small}»: {hard resetting link|soft resetting link|link is slow to respond, please be patient (ready=0)|limiting SATA link speed to 1.5 Gbps}
I storage «ata{small}»: SATA link {up {1.5|3.0|6.0} Gbps (SStatus 123 SControl 300)|down (SStatus 0 SControl 300)}
I storage «ata{small}».00: {ATA-8: {word}, {ver}, max UDMA/133|configured for UDMA/133|{n} sectors, multi 16: LBA48}
E storage «{hda|hdb|hdc}»: {dma_intr: status=0x51 {lb} DriveReady SeekComplete Error {rb}|dma_intr: error=0x40 {lb} UncorrectableError {rb}, LBAsect={n}|drive_cmd: error=0x04 {lb} DriveStatusError {rb}|lost interrupt}
I storage «{hda|hdb|hdc}»: {ST340014A, ATA DISK drive|{n} sectors ({n} MB) w/2048KiB Cache, CHS={n}/255/63, UDMA(100)|max request size: 128KiB|attached ide-disk driver.}
I storage  «{part}»: {hda1 hda2 hda3|p1 p2 < p5 p6 >|unknown partition table}
W storage «nvme{0|1|2}»: I/O {n} QID {small} timeout, {aborting|completion polled|reset controller}
C storage «nvme{0|1}»: {Device not ready; aborting reset|controller is down; will reset: CSTS=0x{n}|Removing after probe failure status: -19|failed to set APST feature}
I storage md{:|/raid1:}{«md0»|«md127»}: {active with 2 out of 2 mirrors|resync done|raid array is clean}
C storage md{|/raid1|/raid5}:«{md0|md1|md2}»: Disk failure on {part}, disabling device.{ md: Operation continuing on {small} devices.|}
I storage md: {bind<{part}>|running: <{part}><{part}>|recovery of RAID array «{md0|md1}»|data-check of RAID array «md0»|considering {part} ...|... autorun DONE.}
I storage {device-mapper: |}«device-mapper»: {ioctl: {ver}-ioctl initialised|uevent: version 1.0.3|multipath: version 1.0.5 loaded}
E storage device-mapper: {multipath: Failing path {n}:{n}|snapshots: Invalidating snapshot: Unable to allocate exception|table: {n}:{n}: linear: dm-linear: Device lookup failed} «{dm-0|dm-3|{disk}}»
I storage {loop: loaded (max 8 devices)|ide: Assuming 33MHz system bus speed for PIO modes; override with idebus=xx|Uniform CD-ROM driver Revision: 3.20|VFS: Disk quotas dquot_{ver}|journaling block device support|kjournald starting.  Commit interval 5 seconds|VFS: Mounted root (ext2 filesystem).}
C storage {Kernel panic - not syncing: |}VFS: Unable to mount root fs on «{unknown-block(0,0)|{part}}»
E storage nfs: server «{host|ip}» not responding, {timed out|still trying}
I storage nfs: server «{host|ip}» OK
W storage NFS: {state manager: check lease failed on NFSv4 server «{host}» with error 13|nfs4_reclaim_open_state: Lock reclaim failed!}
W storage FAT-fs («{part}»): Volume was not properly unmounted. Some data may be corrupt. Please run fsck.
E storage {ISOFS|UDF-fs|SQUASHFS error}: {Unable to identify CD-ROM format.|unable to read {inode|data} block at «{n}»}
I network «{iface}»: {link up|Link up|link becomes ready|NIC Link is Up {100|1000|10000} Mbps{| Full Duplex{|, Flow Control: RX/TX}}|link is up{, 100Mbps, full-duplex, lpa 0x45E1|}}
W network «{iface}»: {link down|Link down|NIC Link is Down|carrier lost|link is down}
I network {IPv6: |}ADDRCONF(NETDEV_{UP|CHANGE}): «{iface}»: link {is not ready|becomes ready}
I network «{iface}»: {entered|left} {promiscuous|allmulticast} mode
I network device «{iface}» {entered|left} promiscuous mode
I network {br0|docker0|virbr0}: port {small}(«{iface}») entered {forwarding|blocking|disabled|learning|listening} state
E network «{iface}»: {transmit timed out|Detected Tx Unit Hang|Reset adapter unexpectedly|hw csum failure|Error {n} while setting up DMA}{| in queue {small}}
W network NETDEV WATCHDOG: «{iface}» ({module}): transmit queue {small} timed out
I network «{iface}»: {RTL8169|Intel(R) PRO/1000|VIA Rhine II|Tigon3 [partno({word}) rev {n}]} at {ptr}, {mac}, IRQ {n}
I network «{iface}»: renamed from {iface}
W network nf_conntrack: table full, dropping packet{.|}
W network ip_conntrack: {table full, dropping packet.|maximum limit of {n} entries exceeded}
W network! TCP: {request_sock_TCP: |}Possible SYN flooding on port {port}. {Sending cookies|Dropping request}.{|  Check SNMP counters.}
W network {martian source {ip} from «{ip}», on dev {iface}|IPv4: martian source {ip} from «{ip}», on dev {iface}}
W network TCP: {Treason uncloaked! Peer «{ip}»:{port}/{port} shrinks window {seq}:{seq}. Repaired.|drop open request from «{ip}»/{port}}
W network {neighbour: |}{arp_cache|ndisc_cache|Neighbour table}: {neighbor table overflow!|overflow.}
W network {|[{float}] }{[UFW BLOCK]|IPTABLES-DROP|iptables denied:|DROP|Shorewall:net2fw:DROP:|[FW DENY]|REJECT} IN={iface} OUT={|{iface}} MAC={mac}:{mac}:08:00 SRC=«{ip}» DST={ip} LEN={n2} TOS=0x00 PREC=0x00 TTL={n2} ID={n} {DF |}PROTO={TCP|UDP|ICMP} SPT={port} DPT={port}{| WINDOW={n} RES=0x00 SYN URGP=0}
I network {[UFW ALLOW]|[UFW AUDIT]|ACCEPT|FW-ACCEPT:} IN={iface} OUT={|{iface}} SRC=«{ip}» DST={ip} LEN={n2} TTL={n2} PROTO={TCP|UDP} SPT={port} DPT={port}
I network {NET: Registered protocol family {small}|TCP: Hash tables configured (established {n} bind {n})|IPv4 over IPv4 tunneling driver|ip_tables: (C) 2000-2002 Netfilter core team|Initializing IPsec netlink socket|IPv6: loaded, but administratively disabled|TCP cubic registered|TCP reno registered}
I network «{wlan0|wlp2s0}»: {authenticated|associated|associate with {mac} (try 1/3)|RX AssocResp from {mac} (capab=0x431 status=0 aid=1)}
W network «{wlan0|wlp2s0}»: {deauthenticated from {mac} (Reason: {small}={PREV_AUTH_NOT_VALID|DEAUTH_LEAVING})|Connection to AP {mac} lost|disassociated from {mac}}
N network bond{0|1}: {making interface «{iface}» the new active one|now running without any active interface!|Enslaving «{iface}» as a backup interface with a down link}
W network bond0: link status definitely down for interface «{iface}», disabling it
I network bond0: link status definitely up for interface «{iface}», {n} Mbps full duplex
E network {lockd|RPC|rpcbind}: {cannot monitor «{host}»|server «{host}» not responding, timed out}
I other «{usb|hub}» {small}-{small}{|.{small}}: new {low|full|high|super}{-| }speed USB device {number {n2}|using {ehci_hcd|uhci_hcd|xhci_hcd|ohci_hcd} and address {n2}}{| using xhci_hcd}
I other «usb» {small}-{small}: {New USB device found, idVendor={hex4}, idProduct={hex4}|New USB device strings: Mfr=1, Product=2, SerialNumber=3|Product: {usb} {usb}|Manufacturer: {word}|SerialNumber: {hex12}|USB disconnect, {address {n2}|device number {n2}}}
E other «usb» {small}-{small}: {device descriptor read/64, error -{71|110}|device not accepting address {n2}, error -71|unable to enumerate USB device|can't set config #1, error -110}
W other «usb» {small}-{small}: {reset high-speed USB device number {n2} using xhci_hcd|over-current condition|device not responding to setup address.}
I other {«usbcore»|«usb-storage»|«hub» {small}-0:1.0|«uhci_hcd»|«ehci_hcd»|drivers/usb/«{usb.c|hid.c|uhci.c}»}: {registered new {interface |}driver {usbfs|hub|usb-storage|hiddev|usbhid}|USB hub found|{n2} ports detected|waiting for device to settle before scanning}
I other «{ACPI|PCI|PnP|pci|isapnp|PNP}»{| {hex4}:00:0{small}.0}: {Interpreter enabled|Using {IOAPIC|PIC} for interrupt routing|Power Button (FF) [PWRF]|PCI Interrupt Link [LNK{A|B|C|D}] (IRQs 3 4 {*5|*10} 11 12)|bus type pci registered|Probing PCI hardware (bus 00)|BAR {small}: assigned [mem {ptr}-{ptr}]|PCI bridge to [bus 0{small}]|No Plug & Play device found|Subsystem revision {seq}|RSDP (v000 {word} ) @ {ptr}}
W other «ACPI»: {Unable to locate RSDP|Resource is not an IRQ entry|_OSC failed (AE_NOT_FOUND); disabling ASPM}
E other= «ACPI» {Error|BIOS Error (bug)}: {AE_NOT_FOUND, Evaluating _{word}|Could not resolve symbol [\_SB.PCI0.{word}], AE_NOT_FOUND|Method parse/execution failed}
I other «CPU{small}»: {Intel(R) Xeon(R) CPU E5-{n} @ 2.40GHz stepping 0{small}|Temperature/speed normal|Thermal monitoring enabled (TM1)|Core temperature/speed normal}
W other «CPU{small}»: {Temperature above threshold, cpu clock throttled (total events = {n})|Core temperature above threshold, cpu clock throttled (total events = {n})|Package temperature above threshold}
C other= «{CPU{small}|thermal_zone{small}|ACPI}»: {Critical|critical} {temperature|trip point} reached ({n2} C), shutting down{.|}
C memory {mce: |}{[Hardware Error]: |}{Machine check events logged|CPU {small}: Machine Check Exception: {n2} Bank {small}: {hex16}}{, uncorrected memory error on DIMM {word}|, Uncorrectable ECC memory error}
W memory EDAC MC{0|1}: {small} CE {memory read error|memory scrubbing error|ecc error} on {CPU_SrcID#0_Ha#0_Chan#{small}_DIMM#0|mc#0csrow#{small}channel#{small}} (channel:{small} slot:0 page:{ptr} offset:{ptr})
C memory EDAC MC{0|1}: {small} UE {memory read error|memory scrubbing error} on {CPU_SrcID#0_Ha#0_Chan#{small}_DIMM#0|any memory} (channel:{small} page:{ptr})
W memory {mce: [Hardware Error]: |}Machine check events logged
I other {Detected {float} MHz processor.|Calibrating delay loop... {float} BogoMIPS{| (lpj={n})}|Console: colour {VGA+|dummy device} 80x25|Using {tsc|pmtmr|hpet} for high-res timesource|Real Time Clock Driver v1.12|Serial: 8250/16550 driver $Revision: 1.90 $ 8 ports, IRQ sharing enabled|Enabling APIC mode:  Flat.  Using 1 I/O APICs|Total of {small} processors activated ({float} BogoMIPS).|ENABLING IO-APIC IRQs|checking TSC synchronization across 4 CPUs: passed.|Linux agpgart interface v0.100 (c) Dave Jones|hw_random: RNG not detected|Uncompressing Linux... Ok, booting the kernel.|Checking 'hlt' instruction... OK.}
I other {input|serio|mice}: {«{usb} {usb}» as /devices/pci0000:00/0000:00:1d.0/usb2/2-1/input/input{n2}|PS/2 mouse device common for all mice|i8042 AUX port at 0x60,0x64 irq 12|AT Translated Set 2 keyboard on isa0060/serio0}
W other clocksource: timekeeping watchdog on CPU{small}: Marking clocksource '«tsc»' as unstable because the skew is too large
I memory CPU{|{small}}: {L2 cache: {n}K|L1 I cache: {n}K, L1 D cache: {n}K|Trace cache: 12K uops, L1 D cache: 16K|L3 cache: {n}K}
W other {Losing some ticks... checking if CPU frequency changed.|warning: many lost ticks.|Your time source seems to be instable or some driver is hogging interupts}
I other {Clock|clocksource}: {inserting leap second 23:59:60 UTC|Switched to clocksource {tsc|hpet|kvm-clock}}
W other irq {n2}: nobody cared (try booting with the "irqpoll" option)
C process Kernel panic - not syncing: {Fatal exception{| in interrupt}|Attempted to kill init!{| exitcode=0x{hex8}}|Out of memory and no killable processes...|hung_task: blocked tasks|softlockup: hung tasks}
C process {kernel BUG at {mm|fs|net}/{word}.c:{n}!|BUG: unable to handle kernel {NULL pointer dereference|paging request} at {ptr}|general protection fault: {hex4} [#1] SMP|Oops: {hex4} [#{small}] {SMP|PREEMPT SMP}|Unable to handle kernel NULL pointer dereference at virtual address {hex8}}
W process BUG: soft lockup - CPU#{small} stuck for {n2}s! [«{proc}»:{pid}]
W process= {INFO|info}: rcu_sched {self-detected stall on CPU|detected stalls on CPUs/tasks: {lb} {small} {rb} (detected by {small}, t={n} jiffies)}
I process= INFO: task «{proc}»:{pid} blocked for more than {n} seconds.
E process «{proc}»[{pid}]: segfault at {{hex8}|{ptr}|0} {ip|rip} {hex16} {sp|rsp} {hex16} error {small}{| in {libc-2.31.so|libpthread.so|{proc}}[{hex8}+{hex8}]}
E process traps: «{proc}»[{pid}] {general protection|trap invalid opcode|trap divide error} ip:{hex12} sp:{hex12} error:0 in {libc.so.6|{proc}}[{hex8}+{hex8}]
W process «{proc}»[{pid}]: {bad frame in rt_sigreturn|unaligned access|vsyscall attempted with vsyscall=none}
W process cgroup: fork rejected by pids controller in {/user.slice/user-{n}.slice|/system.slice/«{service}»}
W process CPU{small}: {Not responding|Stuck ??}
I config Linux version {ver} ({root|bhcompile|mockbuild}@{host}) (gcc version {ver}{| (Red Hat Linux {ver})}) #1{| SMP}{| {day} {month} {n2} {clock} EDT 2004}
I other {Booting processor {small}/{small} eip {n}|Initializing CPU#{small}|SMP: Allowing {small} CPUs, 0 hotplug CPUs|Brought up {small} CPUs|smpboot: CPU {small} is now offline|POSIX conformance testing by UNIFIX|mtrr: v2.0 (20020519)|Initializing Cryptographic API|ksign: Installing public key data}
I memory {Total HugeTLB memory allocated, 0|Starting kswapd|zapping low mappings.|Using x86 segment limits to approximate NX protection}
I config «{pcmcia|apm|agpgart|loop|ppp|NET4|ttyS0|RAMDISK|ACPI|{iface}}»: {version {ver}|BIOS version {ver} Flags 0x0{small} (Driver version {ver})|Revision: {ver}|core version {ver}}
I config {Kernel c|C}ommand line: {ro root=LABEL=/|BOOT_IMAGE=/boot/vmlinuz-{ver} root=UUID={uuid} ro quiet}{| rhgb quiet}
W config «{module}»: {module verification failed: signature and/or required key missing - tainting kernel|module license 'Proprietary' taints kernel.|loading out-of-tree module taints kernel.|unsupported module, tainting kernel.}
I config «{module}»: {version {ver} loaded|loaded successfully|{Intel(R)|Broadcom} {word} Driver - version {ver}|registered as {n}:{n}|module loaded}
W config «{proc}»: {uses deprecated|using obsolete|is using a deprecated} {setsockopt SO_BSDCOMPAT|SCSI ioctl, please convert it to SG_IO|v2 capabilities in a way that may be insecure|sysctl (syscall) {n}}
W config {process `{word}' used the deprecated sysctl system call with {n}.{n}.|Warning: /proc/ide/hd?/settings interface is obsolete, and will be removed soon!}
E config «{module}»: {Unknown symbol {word}_{word}{| (err 0)}|disagrees about version of symbol {word}|unknown parameter '{word}' ignored|Unknown parameter `{word}'}
E other {«{module}»|drm}: {firmware: failed to load {word}.bin (-2)|Direct firmware load for {word}/{file} failed with error -2|probe of {hex4}:0{small}:00.0 failed with error -{n2}|GPU HANG: ecode 9:0:{hex8}, in {proc}|Microcode SW error detected. Restarting 0x2000000.}
E other NVRM: Xid (PCI:{hex4}:{hex4}): {n2}, {pid='<unknown>', |}{Graphics Exception|GPU has fallen off the bus.|Row Remapper: New row marked for remapping}
I other {NVRM|[drm]}: {loading NVIDIA UNIX x86_64 Kernel Module  {ver}|Initialized {i915|nouveau|amdgpu|vmwgfx} {ver} for {hex4}:00:02.0 on minor 0|ring {small} uses VM inv eng}
W permission {audit: |}type=1400 audit({float}:{n}): apparmor="DENIED" operation="{open|file_mmap|mknod|exec|ptrace|unlink}" profile="{cmd}" name="«{path}»" pid={pid} comm="{proc}" requested_mask="{r|w|wc|x|m}" denied_mask="{r|w|c}" fsuid={uid} ouid=0
I config {audit: |}type=1400 audit({float}:{n}): apparmor="STATUS" operation="profile_{load|replace}" {profile="unconfined" |}name="«{cmd}»" pid={pid} comm="apparmor_parser"
W permission {audit: |}type=1400 audit({float}:{n}): avc:  denied  {lb} {read|write|getattr|open|execute|name_connect|search|unlink} {rb} for  pid={pid} comm="{proc}" {path|name}="«{path|file}»" dev="{part}" ino={n} scontext=system_u:system_r:{httpd|sshd|named|mysqld}_t:s0 tcontext=system_u:object_r:{var|user_home|etc|default}_t:s0 tclass={file|dir|lnk_file}
I auth   audit: type=11{n2} audit({float}:{n}): pid={pid} uid=0 auid={uid} ses={n} msg='op=PAM:{session_open|session_close|accounting|setcred} acct="«{user}»" exe="{cmd}" hostname={host} addr={ip} terminal={tty} res=success'
W auth   audit: type=1100 audit({float}:{n}): pid={pid} uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct="«{user}»" exe="/usr/sbin/sshd" hostname={ip} addr={ip} terminal=ssh res=failed'
I config audit: {audit_backlog_limit={n} old={n} auid=4294967295 ses=4294967295 res=1|type=2000 audit({float}:1): initialized}
I other {«SELinux»|«AppArmor»|«Yama»|«Smack»}:  {Initializing.|Starting in permissive mode|Disabled at runtime.|initialized|becoming mindful.}
I network {SELinux|AppArmor}:  {Registering netfilter hooks|Unregistering netfilter hooks}
I other «Security {Framework|Scaffold}» v{ver} initialized
W memory «{proc}» ({pid}): {drop_caches: 3|/proc/{pid}/oom_adj is deprecated, please use /proc/{pid}/oom_score_adj instead.}
W memory {swap_free: Bad swap file entry {hex8}|Unable to handle swap|zram: Decompression failed! err=-22}
E memory {vmalloc|«{proc}»}: {allocation failure: {n} bytes|out of memory, allocated {n} of {n} bytes}
I process «{systemd|init|{proc}}»[{pid}]: {Inserted module '{module}'|Detected virtualization {kvm|vmware|xen}.|Set hostname to <{host}>.}
I other IOThunderboltSwitch<0>(0x0)::listenerCallback - Thunderbolt HPD packet for route = 0x0 port = {small} unplug = {0|1}
I other {ARPT: {float}: |}{AirPort_Brcm43xx::powerChange: System Wake - Full Wake/ Dark Wake / Maintenance wake|wl0: setup_keepalive: interval {n}, retry_interval {n2}, retry_count 10|AppleCamIn::systemWakeCall - messageType = 0x{hex8}|IOPMrootDomain: idle cancel, state {small}|AppleThunderboltNHIType2::prePCIWake - power up complete - took {n2} us|RTC: PowerByCalendarDate setting ignored|PM response took {n} ms ({n2}, powerd)|hibernate image path: {path}|Wake reason: {ARPT (Network)|EC.LidOpen|RTC (Alarm)|?}|Previous sleep cause: {small}}
I network en0: {BSSID changed to {mac}|Setting hardware address|802.11d country code set to '{word}'.}
I process process «{proc}»[{pid}] {caught causing excessive wakeups. Observed wakeups rate (per sec): {n}; Maximum permitted wakeups rate (per sec): 150|thread {n} caught burning CPU! It used more than 50% CPU}
W permission Sandbox: «{proc}»({pid}) deny(1) {mach-lookup com.apple.{word}.{word}|file-read-data {path}|file-write-create {path}|network-outbound {path}}
"""
