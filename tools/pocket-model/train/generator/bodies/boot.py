"""A machine comes up and goes down: kernel components and devices as they announce themselves, service scripts, daemons at their start and end."""
FORMS = r"""
@ kernel | kernel
// a component of the kernel or a device announces itself: no process; the component is the subject
I other «{component}»: {Interpreter enabled|initialised|initialized|registered|ready|enabled|disabled|found|present|probing|loaded|init done|using default settings|waiting for devices|no devices found|nothing to list|support compiled in|not present}{.|}
I other «{component}»: {Using|using|selected|Selected} {word|component}{ for {interrupt routing|high-res timesource|console|timer interrupts}| mode| as default|}
I other «{component}»: {registered|Registered} {new |}{device|driver|interface|handler|clock|bus|class|event source} {word}{_{word}|}{ (major {n2})| at minor {n2}|}
I other «{component}»: {{n2}|{small}} {devices|ports|slots|lines|channels|units|buttons|leds|screens} {found|detected|registered|in use|available}{, {n2} {free|used|hidden}|}
I other «{component}»: {found|Found|detected|Detected} {word}{ {word}|}{ at {ptr}| on bus {n2}| (rev {n2})| in slot {n2}|}
I other «{component}» {at|on} {ptr}{, irq {n2}| irq {n2}| (irq = {n2}) is a {n}{A|B|C}|}{ using {word} mode|}
I other «{component}»: {interrupt|IRQ|irq|GSI|pin} {n2} {routed|mapped|assigned|set|connected} {to {n2}|as level low|as edge high|for {word}}
I other «{component}»: {base address|region|window|resource|BAR {small}|mem|io port} {ptr}{-{ptr}| size {n}|} {assigned|reserved|claimed|mapped|not used}
I other «{component}»: {clock|frequency|speed|rate|resolution|precision} {set to |is |}{n}{.{n2}|} {MHz|kHz|Hz|GHz|ns}{ {stable|calibrated|from {word}}|}
I other «{component}»: {power|sleep|wake|idle|suspend} {state|button|management|event} {{S0|S3|D0|D3|C1} |}{supported|enabled|registered|configured|entered|ignored}
I other «{component}»: {passed|test ok|self test passed|check OK|verified|calibrated|sync ok|synchronised}{.|}
I other «{component}»: {feature|option|extension|support} {word} {off|on|enabled|not available|not compiled in|unused}
I other {Initializing|Initialising|Starting|Enabling|Probing|Registering|Calibrating|Checking|Setting up|Bringing up|Scanning|Detecting} «{component}»{...| ...| driver| controller| subsystem| on cpu {small}| bus|}{ done.| OK.| ok|}
I other {Found|Detected|Registered|Using|Configured|Enabled|Attached} «{component}»{ at {ptr}| on {word}| ({word} {word})| device| controller| driver|}
I other {Real Time|Generic|Standard|Intel|VIA|AMD} «{RTC|PIC|APIC|UART|keyboard|mouse|joystick|floppy|serial|parport|watchdog|timer|AGP|console}» {driver|controller|interface|port|device}{ v{ver}| found| registered| loaded| initialised|}
I other «{Console|console}»: {colour|color|switching to colour} {VGA+|dummy device|frame buffer device} {80x25|100x37|{n}x{n}}
I other «{serial8250|ttyS{small}|ttyUSB{small}|ttyACM{small}|lp{small}|parport{small}|rtc{small}|rtc|psaux|input{n2}|event{n2}|mouse{small}|js{small}|video{small}|hidraw{small}|fb{small}|watchdog{small}|hwmon{small}|rfkill{small}|leds|gpiochip{n}|i2c-{small}|spi{small}.0|mmc{small}|sound|card{small}|pcspkr}»: {{word} device|ttyS{small} at I/O {ptr} (irq = {small}) is a 16550A|registered|attached|detected|using {word} (interrupt-driven)|PC-style at {ptr}|adapter {word}|polling|is now ready|frame buffer device|probed|new device|USB {usb} {usb}}{.|}
I other «{pci|usb|pnp|platform|acpi|i2c|scsi|hid-generic|virtio}» {{hex4}:{hex4}:0{small}.{small}|{small}-{small}|0{small}:0{small}|{word}.{small}|LNX{word}:0{small}}: {{hex4}:{hex4} type 0{small} class {ptr}|enabling device ({hex4} -> {hex4})|reg {ptr}: [mem {ptr}-{ptr}]|supports D1 D2|PME# {supported from D0 D3hot|disabled}|new {low|full|high}-speed device|added|bound to driver {word}|resource {n2}: {ptr}}
I other «CPU{small}»: {{Intel|AMD} {word} {n} stepping {n2}|Thermal monitoring enabled|microcode updated|Brought up|online|offline|supports {n2} banks|init done}
I other {Brought up|Booting|Bringing up|Starting} {{small} CPUs|processor {small}/{n2} {hex4}|secondary CPU {small}}
I other {BIOS|DMI|SMBIOS|RSDP|FADT|MADT|SRAT}{ {hex4}|}: {{word} {word}/{word}|{n2} tables|at {ptr}|{hex8} {hex4} (v0{small} {word} {n})|present.}
W other «{component}»: {{Unable|unable} to {locate|find|map|reserve|read} {RSDP|{word} table|firmware|{word}}{; disabling|, ignored|, using default|}|{invalid|Invalid|bad} {checksum|entry|length|table|signature}{, ignored| ({n2})|}|too old, disabled|disabled because {your BIOS is too old|of {word}|blacklisted}|conflicts with {word}|spurious interrupt|{unexpected|lost} interrupt {n2}|quirk applied|not responding, disabled|{BIOS|firmware} bug: {word} ignored|overriding {word}}
E other «{component}»: {{failed|Failed} to {initialise|initialize|register|start|enable|get {word}|allocate {word}|load firmware}{: error -{n2}| (-{n2})|}|{probe|init|reset|self test|calibration} failed{ with error -{n2}|: -{n2}|}|no response{ from device|}, giving up|hardware error {hex4}|{cannot|could not} {claim|map|request} {irq {n2}|region {ptr}|{word}}|device does not work}
C other «{component}»: {fatal|unrecoverable|critical} {error|fault|condition|hardware error}{, system halted| at {ptr}|, machine going down}
D other «{component}»: {reg|register|state|step|word|dump|dbg} {{hex4}={hex8}|{n2}: {hex8} {hex8}|{ptr} -> {ptr}|{n} {n} {n}}
D other «{component}»: {entering|leaving|enter|exit|called} {word}_{word}{()| state {n2}|}
// protocols are network, quotas and disks storage, caches and tables of memory memory
I network «{component}»: {Registered|registered|Unregistered} {protocol|protocol family|socket family} {n2}{ ({word})|}
I network {NET|NET{small}}: {Registered|Unregistered} {protocol family|PF_{word} protocol family} {n2|small}
I network {Netfilter|Bluetooth|IrDA|IPX|AX.25|ATM|CAPI|ISDN|LLC|X.25|IPv6|SCTP|DECnet|RPC|PPP|SLIP}{: | }«{component}» {sockets|protocol|layer|hooks|core|transport module} {initialised|initialized|registered|ver {ver}|loaded|enabled}{.|}
I network {(c)|Copyright (c)} {n} {word} {word}, {word} {protocol|network|firewall} {stack|layer|core}
I network {TCP|UDP|IP|ICMP|DCCP|SCTP|BIC|cubic|reno|vegas} {congestion control |}{registered|enabled|initialised|listening sockets ready}
I storage {Uniform|Generic} {CD-ROM|Multi-Platform E-IDE|disk} driver{ Revision: {ver}| Revision {ver}|} {registered|ready|loaded|}
I storage «{ide{small}|scsi{small}|ata{small}|host{small}|nvme{small}|mmcblk{small}|raid{small}|dm-{small}}»: {{BM-DMA|MMIO} at {ptr}-{ptr}|on {word} controller|{word} {word} adapter|interface {enabled|ready}|{word} disks attached|waiting for reset|speed {n} MB/s}{.|}
I storage {Disk quotas|quota|VFS|devfs|tmpfs|ramfs|hugetlbfs|journalling|inotify|dnotify|squashfs|fuse}{:| |} {dquot_{ver}|mounted root ({word} filesystem){ readonly|}|initialised|init|driver registered|API version {ver}|version {ver} ready}
I storage {I/O|io|block} {scheduler|elevator} «{noop|deadline|cfq|bfq|kyber|mq-deadline|anticipatory}» registered{ (default)|}
I storage «{part}»: {{part} {part}|p1 p2 p3|sda1 < sda5 >|recovery complete|clean, {n}/{n} files, {n}/{n} blocks|{n} files checked}
D memory {{word|component} {hash|cache|lookup}|{Dentry|Inode|Mount|PID|TCP|UDP|route|futex|buffer} {hash|cache}} table{s|} {entries: {n} (order: {small}, {n} bytes)|of {n} entries, {n} bytes|configured (established {n} bind {n})|size {n}}
D memory {{DMA|Normal|HighMem|Movable|DMA32} zone: {n} pages{, LIFO batch:{n2}|}|zone({small}): {n} pages.|free_area_init_node: node {small}|{n}MB {HIGHMEM|LOWMEM} available.|mapped {APIC|IOAPIC} to {hex8} ({hex8})|kernel direct mapping tables up to {ptr} @ {ptr}-{ptr}|init_memory_mapping: {ptr}-{ptr}|{vmalloc|pkmap|fixmap|lowmem} : {ptr} - {ptr} ({n} kB)|Node {small} {DMA|Normal}: {n}*4kB {n}*8kB|PERCPU: {n} bytes at {ptr}}
I memory {BIOS-provided physical RAM map:|user-defined physical RAM map:|{BIOS-e820|efi|modified}: {ptr} - {ptr} ({usable|reserved|ACPI data|unusable})|{n}{MB|K} of {RAM|memory} {found|usable|reserved}|Memory: {n}K/{n}K available ({n}K kernel code, {n}K data, {n}K init)|Total {RAM|swap|memory}: {n} {kB|pages}|Freeing {initrd|init|unused kernel} memory: {n}k freed|Adding {n}k swap}
I memory {CPU{small}|CPU}: {L{1|2|3} {I |D |}cache: {n}K{ ({n2} bytes/line)|}|{Trace|I|D} cache: {n}K{ uops|}|cache size {n} KB|Caches: L1 {n}K L2 {n}K}
I memory {zram|zswap|hugepages|ksm|swap}{: | }{initialised|enabled|added device {small}|using pool {word}|{n} pages reserved|size {n}M}
// a version or revision in so many words is config
I config «{component}»: {version|Version|revision|Revision|driver version|Driver revision|API version|release} {ver}{ ({date})| loaded| initialised| $|}
I config «{component}» {version|revision|driver version} {ver}{, {word}| ({word}@{domain})|}
I config Linux version {ver} ({user}@{domain}) (gcc version {ver}) #{small} {SMP |}{day} {month} {n2} {clock} {n}
I config {Kernel command line|Command line}: {ro |}root=/dev/{part}{ quiet| rhgb quiet| console=ttyS0}
I config {using|setting|forcing} {parameter|option|value} «{option}»{=|: | to }{n|onoff}
I config «{module}»: {loading out-of-tree module taints kernel.|module license '{word}' taints kernel.|module verification failed: signature missing}
N process {Restarting|Power down|System halted|Rebooting|reboot: {Restarting system|Power down}|sysrq: {Resetting|Emergency Sync}|shutdown: system going down}{.|}

@ rc, init, network, netfs, sysctl, random, syslog, irqbalance, portmap, nfslock, rpcidmapd, cups, haldaemon, messagebus, crond, anacron, xfs, kudzu, readahead, mdmonitor, apmd, gpm, pcmcia, bluetooth, autofs, smartd, sshd, sendmail, xinetd, vsftpd, named, httpd, mysqld | syslog
N process «{daemon|app}» {startup|start|shutdown|stop|reload|restart} {succeeded|OK|done|complete}
E process «{daemon|app}» {startup|start|shutdown|stop|reload|restart} failed
N process {Starting|Stopping|Shutting down|Reloading|Restarting} «{daemon|app}»{:|...|: } {[  OK  ]|succeeded|done|ok}
E process {Starting|Stopping|Shutting down} «{daemon|app}»{:|...|: } {[FAILED]|failed}{!|}
I process {Starting|Stopping} «{daemon|app}»: 
N process {Entering|Switching to|Sending} {runlevel: {small}|TERM signal to all processes|KILL signal}
N process {startup|shutdown} {succeeded|complete}
E process {startup|shutdown} failed
I network {Bringing up|Shutting down} {loopback interface|interface} «{iface}»{:  succeeded|: succeeded|}
I storage {Mounting|Unmounting|Checking|Activating} {{local|other|root|network} filesystems|NFS filesystems|pipe file system|swap|LVM}{:  succeeded|: succeeded|}
I config {Setting|Applying|Loading} {hostname {host}|network parameters|default keymap|sysctl settings|firewall rules|console font}{:  succeeded|: succeeded|}
I config {kernel.|net.|vm.|fs.}«{option}» = {n}
I other {Setting clock |Setting system time|hwclock}{ (localtime)|: {day} {month} {n2} {clock} {n}|}{ succeeded|}
I other {Initializing|Configuring} {hardware|random number generator|kernel parameters|console}{...|:} {storage network audio done|succeeded|done|ok}
E other {Initializing|Configuring} «{component}»{...|:} failed

@ syslogd, rsyslogd, klogd, syslog-ng, named, xinetd, sshd, cupsd, httpd, snmpd, dovecot, smbd, dbus, gpm, hcid, sdpd, bluetoothd, hald, acpid, apmd, smartd, rpc.statd, automount, ypbind, nscd, vsftpd, ftpd, squid, postmaster, mysqld, auditd, radiusd, openvpn, racoon, hostapd, wpa_supplicant, upsd, pppd, lircd | syslog
N process {«{daemon}» |}{{ver} |}{started|starting|restarted|restart|re-started|up and running|startup complete|ready for connections|initialisation complete}{.|}{ (pid {pid})| as user {user}| with {n2} workers| ({word})|}
N process {«{daemon}» |}{exiting|stopping|stopped|shutting down|terminated|exit|going down|shutdown complete}{ on signal {15|2|1}| (signal {15|2})|, normal termination| cleanly|.|}
N process «{daemon}» {version |v|}{ver}{,| } {starting|started|restart|exiting}{.|...|}
N process log source = {path} started{.|}
N config {re-reading|reloading|rereading|reread|Reloaded} {configuration|config|configuration file|zones|rules|tables}{ {path}|}{ on SIGHUP|}{.|}
I config {reading|using|loading|parsed} {config|configuration|options|rules} {from |file |}«{path}»
I config {Cannot find map file.|{loaded|Loaded} {n} symbols{ from {word} modules|}{.|}|No module symbols loaded - modules disabled?|Symbols match kernel version {ver}.|Inspecting {path}}
I config «{daemon|pkg}» {release|version|build|copyright} {ver|n}{ by {word} {word}|, {word}|}
W config «{path}»:{n}: {unknown|ignored|obsolete|deprecated} {option|directive|keyword|line}{ '{option}'|}
I network {listening|Listening|accepting connections|waiting for requests} on {{iface} |interface |}«{ip}»{#{port}|:{port}| port {port}|/{port}}
I network {bound|attached|using} {interface|device|link} «{iface}»{ ({ip})| at {ip}|}
I other {bluetooth|Bluetooth|HCI|SDP|bridge|battery|UPS|lid|button|remote} {daemon|device|event|interface|manager}{ {word}|} {initialised|ready|registered|idle|opened {path}|closed}
I storage {monitoring|Monitoring|opened|watching} {device |}«/dev/{disk|part}»{ for {word}|, SMART enabled| [SAT]|}
E process {cannot|can't|could not} {fork|daemonize|create pidfile|open pidfile|become daemon}: {errno}
E network {bind|listen|socket|setsockopt}{: | failed: |()}{ «{ip}»:{port}: |}{Address already in use|Cannot assign requested address|Permission denied}
W process {already running|another «{daemon}» is running|stale pid file {path} removed}{ (pid {pid})|}
I process {caught|got|received} {SIGHUP|SIGUSR1|signal {1|10|12}}{, {reopening logs|rotating logs|rereading}|}
I auth {checking|granted|accepted} {access|credentials|login} for «{user}»
"""
