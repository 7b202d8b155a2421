"""Names, numbers and other things that fill the slots of message forms.  Every slot is a function of a random.Random."""
import string

USERS = """root admin alice bob carol dave erin frank grace heidi ivan judy mallory oscar peggy trent victor walter test guest oracle postgres mysql
 www-data nobody daemon backup operator ftp git jenkins deploy ubuntu ec2-user centos pi vagrant hadoop hdfs yarn spark kafka nagios zabbix tomcat
 jdoe asmith mbrown kwilson lgarcia tnguyen schen rpatel ykim hsato support info webmaster sales user user1 user2 dev devops ansible puppet
 svc-backup svc_sql sysadmin student teacher temp demo minecraft steam teamspeak anonymous squid postfix mail news uucp games cyrus amanda
 redis elastic monitor prometheus grafana sa administrator Administrator SYSTEM webadmin ts3 nginx apache default manager service cisco
 ubnt support1 PlcmSpIp zhangwei mueller ivanova o.petrov j.smith anna-maria maria pedro jose hans pierre""".split()
FIRST = "al be ca da el fa ga ho is jo ka li mo na ol pe qu ra sa ti um vi wa xu yo za chr ste dan mar pat".split()
LAST = "son ler man ski ton der berg nson tti oux ell ari ka ro ne vic ova dez shi mura ng lee wood field worth ham ley by".split()
HOSTWORDS = """web db app mail node worker master gw proxy cache mx ns dns lb api auth build ci jump vpn fw edge core storage nas backup log mon kube
 k8s etcd hadoop spark kafka zk es elk git repo print lab hpc compute login mgmt ldap dc ad sql redis mongo queue batch test stage prod dev hermes
 mysrv server host vm srv box pc laptop desktop macbook imac station""".split()
DOMAINS = """example.com example.org example.net corp.local lan internal.example home.arpa cs.uni-test.edu hpc.example.edu test.lan svc.cluster.local
 eu-west-1.compute.internal ec2.internal dsl.isp.example static.provider.example mail.example.com cdn.example.net host.example.co.uk shop.example.de""".split()
DAEMONS = """sshd cron nginx httpd apache2 mysqld postgres redis-server docker containerd kubelet rsyslogd ntpd chronyd named dnsmasq postfix dovecot cupsd
 smbd nmbd nfsd rpcbind dhcpd dhclient NetworkManager bluetoothd avahi-daemon snmpd squid haproxy vsftpd proftpd xinetd auditd firewalld udisksd polkitd
 slapd winbindd sssd autofs mdadm smartd acpid atd crond gdm lightdm Xorg pulseaudio collectd telegraf node_exporter prometheus grafana-server
 elasticsearch logstash kibana mongod rabbitmq-server memcached zookeeper kafka java python3 node ruby php-fpm uwsgi gunicorn celery supervisord
 puppet-agent salt-minion chef-client zabbix_agentd nagios fail2ban-server clamd spamd amavisd opendkim exim4 sendmail inetd portmap gpm kudzu hald""".split()
SERVICES = [d + s for d in "sshd cron nginx apache2 mysql postgresql redis docker containerd kubelet rsyslog ntp named postfix dovecot cups smb nfs-server dhcpd NetworkManager bluetooth snmpd squid haproxy firewalld auditd getty@tty1 user@1000 systemd-journald systemd-logind systemd-udevd systemd-resolved fstrim logrotate apt-daily man-db backup myapp billing-worker payments-api".split() for s in (".service",)] + \
    "logrotate.timer apt-daily.timer fstrim.timer network-online.target multi-user.target graphical.target boot.mount home.mount var-lib.mount dev-sda1.device swap.img.swap session-42.scope user-1000.slice docker.socket cups.path".split()
APPS = """billing orders checkout inventory catalog search gateway auth-service user-service payment payments notifier mailer scheduler worker ingest
 exporter importer indexer crawler recommender pricing shipping cart frontend backend api portal dashboard reporting analytics collector aggregator
 session-manager profile-service image-resizer thumbnailer transcoder uploader sync-agent license-server webhook-relay rate-limiter config-server
 discovery ledger accounting fraud-check geo-lookup translator chat-server voice-bridge telemetry firmware-updater device-registry""".split()
COMMANDS = """/usr/sbin/logrotate /usr/bin/rsync /bin/ls /usr/bin/apt-get /bin/systemctl /usr/local/bin/backup.sh /opt/app/run.sh /usr/lib/sa/sa1 /usr/bin/find
 /bin/bash /bin/sh /usr/bin/python3 /usr/bin/perl /sbin/reboot /usr/bin/tar /usr/bin/updatedb /etc/cron.daily/man-db /usr/bin/certbot /usr/bin/vim
 /usr/bin/tail /usr/bin/less /usr/sbin/useradd /usr/bin/passwd /bin/mount /sbin/fsck /usr/bin/docker /usr/bin/kubectl""".split()
PATHDIRS = "var etc usr opt home srv tmp data mnt lib log www run share local cache spool backup app conf bin src public html static uploads images assets".split()
FILEWORDS = """config settings server access error main index data users orders report backup dump archive image photo style script app core module plugin service
 catalog export import session token cert key ca private public master slave state lock journal wal segment part chunk block table schema license readme test""".split()
EXTS = ".conf .log .cfg .ini .yaml .yml .json .xml .db .sqlite .dat .tmp .pid .sock .lock .py .sh .php .html .css .js .png .jpg .gif .pem .crt .key .tar.gz .zip .gz .sql .csv .txt .properties .so .jar .service .ibd .md".split()
WEBWORDS = "index login logout admin api users items orders cart checkout products search images static assets js css img blog posts news feed rss about contact help docs download upload health status metrics graphql auth token session profile settings account wp-login wp-admin xmlrpc phpmyadmin cgi-bin favicon robots sitemap v1 v2 v3 report export".split()
METHODS = ("GET",) * 8 + ("POST",) * 4 + ("PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
AGENTS = ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0", "curl/7.68.0", "Wget/1.20.3", "python-requests/2.25.1",
          "Googlebot/2.1", "kube-probe/1.21", "Go-http-client/1.1", "okhttp/4.9.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0)", "ELB-HealthChecker/2.0", "-", "masscan/1.0", "sqlmap/1.5"]
DISKS = "sda sdb sdc sdd sde sdf sdaa hda hdb hdc vda vdb xvda xvdf nvme0n1 nvme1n1 mmcblk0 md0 md1 md127 dm-0 dm-3 loop0 loop7 sr0 fd0".split()
IFACES = "eth0 eth1 eth2 eth3 eno1 eno2 enp0s3 enp3s0f0 ens33 ens192 wlan0 wlp2s0 bond0 br0 br-lan docker0 virbr0 veth1a2b3c4 tun0 tap0 ppp0 lo ib0 usb0 wwan0 vlan100 eth0.20 en0 awdl0 cni0 flannel.1".split()
MODULES = "e1000 e1000e ixgbe igb bnx2 tg3 r8169 iwlwifi ath9k nouveau nvidia i915 amdgpu radeon usb_storage usbhid btusb snd_hda_intel kvm kvm_intel overlay br_netfilter ip_tables nf_conntrack xfs ext4 btrfs zfs loop dm_mod raid1 megaraid_sas mpt3sas ahci nvme sr_mod parport_pc floppy joydev".split()
DBS = "users orders shop inventory analytics billing app main test prod wiki blog crm erp metrics events sessions postgres mysql template1 wordpress nextcloud zabbix keystone nova glance warehouse reports audit".split()
TABLES = "users orders items sessions accounts payments logs events products customers invoices audit_log job_queue migrations tokens tags comments posts".split()
TOPICS = "orders events payments clicks logs metrics audit user-events page_views notifications inventory-updates billing.events email_queue task_queue dead-letter __consumer_offsets telemetry sensor.data".split()
JOBS = "nightly-backup daily-report cleanup_temp sync-users rotate-logs send-digest reindex vacuum-db certificate-renewal import_orders export-csv etl_load warm-cache purge-sessions db_dump send_newsletter aggregate-metrics refresh-tokens housekeeping healthcheck billing-run".split()
PACKAGES = "openssl libssl1.1 bash curl nginx linux-image-5.4.0-90-generic glibc systemd python3 vim git docker-ce mysql-server postgresql-13 nodejs tzdata ca-certificates sudo openssh-server libc6 perl kernel-core firefox gcc cmake numpy requests react lodash webpack typescript express log4j-core jackson-databind guava serde tokio".split()
OPTIONS = "max_connections listen_addresses worker_processes PermitRootLogin ServerName innodb_buffer_pool_size log_level timeout bind-address cluster.name heap_size vm.swappiness net.ipv4.ip_forward keepalive_timeout ssl_protocols AllowOverride UsePrivilegeSeparation retention.ms maxmemory-policy query_cache_size dfs.replication yarn.nodemanager.resource.memory-mb spark.executor.memory http.port proxy_read_timeout client_max_body_size session.gc_maxlifetime memory_limit tls.enabled".split()
PROCS = DAEMONS + APPS + "bash firefox chrome gnome-shell mysqldump rsync tar gzip make gcc cc1plus vim perl postmaster kworker/0:1 kswapd0 ksoftirqd/1 khugepaged jbd2/sda1-8 qemu-system-x86 vmtoolsd Slack Dropbox iTunes WeChat QQ".split()
SECTIONS = "billing orders net io db cache http auth core util storage job rpc web admin model pipeline cluster queue stream shard index monitor security config events".split()
CLASSES = "Server Client Manager Handler Service Controller Worker Executor Listener Connector Dispatcher Scheduler Monitor Repository Factory Registry Loader Parser Session Store Cache Pool Resolver Coordinator Tracker Allocator Balancer Fetcher Committer Launcher Container Connection Processor Filter Provider Engine Gateway Agent Publisher Consumer Writer Reader Router Validator Publisher Invoker Replicator Election Heartbeat".split()
CLASSNOUNS = "Data Name Block Task Job Resource Node Map Reduce Shuffle Http Rpc Socket Token User Order Payment Index Query File Disk Memory Thread Event Message Config Session Cluster Leader Quorum Replica Partition Log Segment Metrics Health Auth Login Storage Backup Container Application Web Rest Kafka Spark Cache".split()
PACKAGE_ROOTS = "org.apache.hadoop org.apache.spark org.apache.kafka org.apache.zookeeper org.apache.catalina org.springframework com.example com.acme io.netty org.eclipse.jetty org.hibernate com.zaxxer.hikari net.corp de.firma org.elasticsearch io.quarkus akka.actor dfs".split()
WORDS = "alpha beta gamma delta omega north south east west red green blue primary secondary standby replica shard zone region pool group tenant site branch unit cell sector spare left right upper lower fast slow hot cold".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
SENSORS = "CPU0 CPU1 CPU Core Package GPU PSU1 PSU2 FAN1 FAN2 Fan3 Ambient Inlet Exhaust DIMM_A1 DIMM-B2 VRM Chassis System Battery BBU thermal_zone0 temp1".split()
USB = "Logitech Keyboard SanDisk Ultra Kingston Mouse Webcam Hub Printer Scanner Yubikey Bluetooth Headset Storage Receiver".split()
CONTAINERS = "nginx redis postgres web app worker sidecar proxy istio-proxy fluentd prometheus api-server coredns etcd mysql kafka busybox cert-manager ingress-nginx metrics-server".split()
NAMESPACES = "default kube-system monitoring production staging ingress logging payments cert-manager istio-system dev".split()
EXCEPTIONS = "NullPointerException IOException SocketTimeoutException ConnectException OutOfMemoryError IllegalStateException IllegalArgumentException FileNotFoundException ClassNotFoundException SQLException TimeoutException EOFException UnknownHostException RuntimeException ConcurrentModificationException AccessDeniedException NoSuchElementException KeyError ValueError TypeError AttributeError ConnectionRefusedError ZeroDivisionError IndexError ImportError OSError".split()
HEX = "0123456789abcdef"
PRINTERS = "HP_LaserJet_4200 Brother-HL2270 office-printer lp0 Canon_MX920 Epson-XP640 printer3 Lexmark_T640 PDF".split()
COUNTRIES = "de fr uk jp cn br in nl se pl it es ru kr au ca mx".split()


# Parts of a kernel or a machine as they name themselves
COMPONENTS = """ACPI PCI PnP PNP BIOS DMI APIC IOAPIC IO-APIC HPET TSC RTC NVRAM AGP agpgart apm APM cpuidle cpufreq isapnp ISAPNP PCIe pciehp shpchp EISA SMBus i2c i8042 serio input mice psmouse atkbd evdev hid usbhid usbcore hub uhci_hcd ehci_hcd
 ohci_hcd xhci_hcd parport ppdev floppy Floppy Serial serial8250 Console fbcon vesafb efifb drm sound ALSA snd_intel8x0 watchdog iTCO_wdt softdog rng hw_random thermal fan battery button video rfkill led gpio spi mmc pcmcia cs yenta cardbus irda
 audit devtmpfs bus clocksource sched-clock ftrace kprobes EDAC MCE microcode SELinux AppArmor Yama Security NUMA SMP Transparent cgroup zpool md raid6 async_tx xor crypto ksign keyring lirc v4l2 dvb ieee1394 ohci1394 firewire_core ipmi_si w83627hf lm78""".split()


def component(r):
    """A name that the list has, one with a number, or one that nobody has seen."""
    x = r.random()
    if x < 0.5:
        return r.choice(COMPONENTS)
    if x < 0.62:
        return r.choice(("ACPI", "PCI", "USB", "IO", "DMA", "I2C", "HID", "PM", "GPU", "PIC", "UART")) + r.choice(("", "-", "_", "/")) + "".join(r.choice("ABCDEFGHIKLMNPRSTUVX") for _ in range(r.choice((1, 2, 3))))
    if x < 0.72:
        return r.choice(("ttyS", "lp", "rtc", "input", "sensor", "port", "card", "ctrl", "node", "slot", "hub")) + str(r.randrange(12))
    if x < 0.85:
        return r.choice(FIRST) + r.choice(LAST) + r.choice(("", "_hcd", "_drv", "_bus", "fb", "0", "_core", "kbd"))
    return "".join(r.choice("ABCDEFGHIKLMNPRSTUVX") for _ in range(r.choice((3, 3, 4, 5))))


SYLLABLES = FIRST + LAST + "tor mix lex pro net ops log hub bot dex ify ora max neo arc bit fox ray sol zen kit pod vox".split()


def novel(r):
    """A name nobody has seen, in the manner of programs, services, tables and options."""
    part = lambda: "".join(r.choice(SYLLABLES) for _ in range(r.choice((1, 2, 2, 3))))
    x = r.random()
    if x < 0.35:
        return part() + r.choice(("", "", "d", str(r.randrange(10))))
    if x < 0.55:
        return part() + r.choice("-_.") + r.choice((part(), r.choice(SECTIONS), r.choice(FILEWORDS)))
    if x < 0.7:
        return r.choice(SECTIONS + APPS) + r.choice(("-", "_")) + r.choice(("agent", "worker", "svc", "server", "helper", "monitor", "exporter", str(r.randrange(100))))
    if x < 0.8:
        return part().capitalize() + part().capitalize()
    if x < 0.87:
        return part().upper()
    return part() + "-" + str(r.randrange(1000))


def named(*pool):
    """One of the pool, or at times a new name: the model is to copy a name, not to know it."""
    items = pool[0] if len(pool) == 1 else pool
    return lambda r: r.choice(items) if r.random() < 0.65 else novel(r)


def pick(*pool):
    items = pool[0] if len(pool) == 1 else pool
    return lambda r: r.choice(items)


def number(r):
    """Mostly small numbers, at times very large ones."""
    return r.randrange(10 ** r.choice((1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6)))


def hexes(n):
    return lambda r: "".join(r.choice(HEX) for _ in range(n))


def user(r):
    x = r.random()
    if x < 0.6:
        return r.choice(USERS)
    if x < 0.85:
        return r.choice(FIRST) + r.choice(LAST) + r.choice(("", "", "", str(r.randrange(100))))
    if x < 0.93:
        return r.choice("abcdefghjklmnprst") + r.choice((".", "_", "", "-")) + r.choice(FIRST) + r.choice(LAST)
    return "".join(r.choice(string.ascii_lowercase) for _ in range(r.randrange(2, 9))) + r.choice(("", str(r.randrange(1000))))


def ip(r):
    x = r.random()
    if x < 0.3:
        return f"10.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(256)}"
    if x < 0.45:
        return f"192.168.{r.randrange(256)}.{r.randrange(256)}"
    if x < 0.5:
        return f"172.{r.randrange(16, 32)}.{r.randrange(256)}.{r.randrange(256)}"
    if x < 0.52:
        return "127.0.0.1"
    return f"{r.randrange(1, 224)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(256)}"


def ip6(r):
    x = r.random()
    if x < 0.15:
        return "::1"
    head, groups = r.choice((("fe80:", 4), ("2001:db8", 2), ("2001:db8", 4), ("fd00", 4), ("2a02:1234", 5), ("2600:1f18", 4)))
    return head + ":" + ":".join("%x" % r.randrange(65536) for _ in range(groups))


def addr(r):
    return ip(r) if r.random() < 0.93 else ip6(r)


def word(r):
    x = r.random()
    if x < 0.55:
        return r.choice(r.choice((WORDS, FILEWORDS, SECTIONS, APPS, HOSTWORDS)))
    return r.choice(FIRST) + r.choice(LAST)


def host(r):
    x = r.random()
    w = r.choice(HOSTWORDS)
    if x < 0.3:
        return w + r.choice(("", "-", "")) + str(r.randrange(1, 30)).zfill(r.choice((1, 2)))
    if x < 0.45:
        return w
    if x < 0.6:
        return f"{w}-{r.choice(WORDS)}-{r.randrange(1, 9)}"
    if x < 0.75:
        return f"{r.choice(FIRST)}{r.choice(LAST)}"
    if x < 0.83:
        return f"{r.choice(('dn', 'an', 'bn', 'cn', 'r', 'n', 'node-', 'compute-', 'admin', 'ip-10-0-0-', 'agent-'))}{r.randrange(1, 999)}"
    return f"{w}{r.randrange(1, 20)}.{r.choice(DOMAINS)}"


def domain(r):
    x = r.random()
    if x < 0.4:
        return f"{r.choice(HOSTWORDS)}.{r.choice(DOMAINS)}"
    if x < 0.75:
        return f"{r.choice(('www.', '', 'mail.', 'ns1.', 'api.', 'smtp.', 'static-'))}{word(r)}{r.choice(('', '-' + word(r)))}.{r.choice(('com', 'net', 'org', 'io', 'info', 'biz') + tuple(COUNTRIES))}"
    i = ip(r)
    return f"{r.choice(('host-', 'dsl-', 'ip', 'cpe-', 'static-', 'customer-'))}{i.replace('.', '-')}.{word(r)}.{r.choice(COUNTRIES + ['com', 'net'])}"


def filename(r):
    x = r.random()
    base = r.choice(FILEWORDS) if x < 0.6 else word(r)
    if x > 0.8:
        base += r.choice("-_.") + r.choice((word(r), str(r.randrange(100)), "2024-01-%02d" % r.randrange(1, 29)))
    return base + r.choice(EXTS)


def directory(r):
    return "/" + "/".join(r.choice(PATHDIRS) if r.random() < 0.75 else word(r) for _ in range(r.choice((1, 2, 2, 3, 4))))


def path(r):
    x = r.random()
    if x < 0.06:
        return f"C:\\{r.choice(('Windows', 'Program Files', 'Users', 'Data'))}\\{word(r)}\\{filename(r)}"
    if x < 0.18:
        return f"/home/{user(r)}/{filename(r)}"
    return directory(r) + "/" + filename(r)


def url(r):
    x = r.random()
    if x < 0.1:
        return "/"
    parts = [r.choice(WEBWORDS) if r.random() < 0.7 else r.choice((word(r), str(r.randrange(100000)))) for _ in range(r.choice((1, 1, 2, 2, 3, 4)))]
    return "/" + "/".join(parts) + (r.choice((".php", ".html", ".js", ".css", ".png", ".jpg", ".asp", ".jsp", ".ico", "/")) if x < 0.4 else "")


def query(r):
    if r.random() < 0.75:
        return ""
    return "?" + "&".join(f"{r.choice(('id', 'q', 'page', 'user', 'token', 'lang', 'sort', 'limit', 'v', 'ref', 'action'))}={r.choice((str(number(r)), word(r), hexes(8)(r)))}" for _ in range(r.choice((1, 1, 2, 3))))


def uuid(r):
    h = hexes(32)(r)
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def java_class(r):
    camel = r.choice(CLASSNOUNS) + (r.choice(CLASSNOUNS) if r.random() < 0.3 else "") + r.choice(CLASSES)
    x = r.random()
    if x < 0.25:
        return camel
    middle = "." + r.choice(SECTIONS) if x < 0.8 else "." + r.choice(SECTIONS) + "." + r.choice(SECTIONS)
    name = r.choice(PACKAGE_ROOTS) + middle + "." + camel
    if x > 0.93:
        name += "$" + r.choice(CLASSNOUNS) + r.choice(CLASSES)
    if x < 0.33:
        bits = name.split(".")
        name = ".".join([b[0] for b in bits[:-1]] + bits[-1:])
    return name


def block(r):
    return r.choice((f"blk_{r.choice(('-', ''))}{r.randrange(10**17, 10**19)}", f"blk_{r.randrange(10**9, 2 * 10**9)}_{r.randrange(1000, 99999)}"))


def size(r):
    return f"{number(r)}{r.choice(('', ' ', ''))}{r.choice(('KB', 'MB', 'GB', 'B', 'bytes', 'k', 'M', 'G', 'MiB', 'GiB', 'kB', 'K', ' bytes', ' blocks'))}"


def duration(r):
    return r.choice((f"{number(r)}{r.choice(('ms', ' ms', 's', ' s', ' seconds', ' sec', ' msec', ' milliseconds', ' minutes', 'us', ' secs'))}", f"{r.randrange(60)}.{r.randrange(1000):03d}{r.choice(('s', ' seconds', ' s', 'ms'))}"))


def clock(r):
    return f"{r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"


def date(r):
    return f"{r.randrange(2003, 2026)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}"


def mac(r):
    return ":".join("%02x" % r.randrange(256) for _ in range(6))


def pod(r):
    return f"{r.choice(APPS + CONTAINERS)}-{hexes(r.choice((8, 9, 10)))(r)}-{''.join(r.choice('bcdfghjklmnpqrstvwxz2456789') for _ in range(5))}"


def partition(r):
    d = r.choice(DISKS)
    return d if d.startswith(("md", "dm", "sr", "fd", "loop")) else d + ("p" if d[-1].isdigit() else "") + str(r.randrange(1, 9))


def qid(r):
    return r.choice((lambda: hexes(r.choice((9, 10, 11)))(r).upper(), lambda: "".join(r.choice(string.ascii_letters + string.digits) for _ in range(14)), lambda: f"1{''.join(r.choice(string.ascii_letters + string.digits) for _ in range(5))}-{''.join(r.choice(string.ascii_letters + string.digits) for _ in range(6))}-{r.choice('ABCDEFGH')}{r.choice('abcdefg')}"))()


def camel(r):
    return r.choice(CLASSNOUNS) + r.choice(CLASSES)


def exception(r):
    e = r.choice(EXCEPTIONS)
    return r.choice(("", "", "java.io.", "java.net.", "java.lang.", "org.apache.hadoop.ipc.", "com.example.", "java.util.concurrent.")) + e


def ident(r):
    x = r.random()
    if x < 0.25:
        return str(r.randrange(10 ** r.choice((3, 5, 8, 10))))
    if x < 0.45:
        return hexes(r.choice((6, 8, 12, 16)))(r)
    if x < 0.55:
        return uuid(r)
    if x < 0.7:
        return f"{word(r)}-{r.randrange(1000)}"
    if x < 0.85:
        return f"{r.choice(('req', 'job', 'msg', 'tx', 'id', 'ord', 'task', 'evt'))}{r.choice('-_')}{hexes(6)(r)}"
    return hexes(6)(r).upper()


SLOTS = {
    "user": user, "ip": addr, "ip4": ip, "ip6": ip6, "host": host, "domain": domain, "file": filename, "dir": directory, "path": path, "url": url, "query": query,
    "uuid": uuid, "class": java_class, "camel": camel, "block": block, "size": size, "dur": duration, "clock": clock, "date": date, "mac": mac, "pod": pod,
    "part": partition, "qid": qid, "exc": exception, "id": ident, "word": word, "n": number,
    "port": lambda r: r.choice((22, 80, 443, 25, 53, 3306, 5432, 6379, 8080, 8443, 9200, 9092, 2181)) if r.random() < 0.35 else r.randrange(1024, 65536),
    "pid": lambda r: r.randrange(1, 10 ** r.choice((3, 4, 5))), "uid": lambda r: r.choice((0, 0, 1000, 1001, 33, 65534, 501, r.randrange(2000))),
    "small": lambda r: r.randrange(1, 13), "pct": lambda r: r.choice((r.randrange(1, 101), f"{r.randrange(100)}.{r.randrange(100)}")),
    "high": lambda r: r.randrange(80, 101), "n2": lambda r: r.randrange(2, 100), "zero": lambda r: 0, "float": lambda r: f"{r.randrange(1000)}.{r.randrange(10 ** r.choice((1, 2, 3, 6)))}",
    "hex4": hexes(4), "hex8": hexes(8), "hex12": hexes(12), "hex16": hexes(16), "hex40": lambda r: hexes(r.choice((32, 40, 64)))(r),
    "ptr": lambda r: "0x" + hexes(r.choice((1, 2, 4, 8, 8, 12, 16)))(r), "daemon": named(DAEMONS), "service": lambda r: r.choice(SERVICES) if r.random() < 0.7 else novel(r).lower() + ".service", "app": named(APPS), "cmd": pick(COMMANDS),
    "component": component, "disk": pick(DISKS), "iface": pick(IFACES), "module": named(MODULES), "db": named(DBS), "table": named(TABLES), "topic": named(TOPICS), "job": named(JOBS),
    "pkg": named(PACKAGES), "option": named(OPTIONS), "proc": named(PROCS), "sensor": named(SENSORS), "usb": named(USB), "container": named(CONTAINERS),
    "ns": pick(NAMESPACES), "printer": named(PRINTERS), "method": pick(METHODS), "agent": pick(AGENTS), "month": pick(MONTHS), "day": pick(DAYS), "section": pick(SECTIONS),
    "country": pick(COUNTRIES), "bool": pick("true", "false"), "onoff": pick("on", "off", "yes", "no", "true", "false", "enabled", "disabled"),
    "tty": lambda r: r.choice(("pts/%d" % r.randrange(10), "tty%d" % r.randrange(1, 8), "unknown", "NODEVssh", "ssh", ":0", "?")),
    "ver": lambda r: ".".join(str(r.randrange(r.choice((4, 10, 30)))) for _ in range(r.choice((2, 3, 3, 4)))) + r.choice(("", "", "", "-rc1", "-1ubuntu2", "p1", "-SNAPSHOT", ".el7")),
    "mail": lambda r: f"{user(r)}@{domain(r)}", "errno": pick("Permission denied", "No such file or directory", "Connection refused", "Input/output error", "No space left on device", "Operation not permitted", "Device or resource busy", "Invalid argument", "Broken pipe", "Connection timed out", "Too many open files", "Cannot allocate memory", "Read-only file system", "Connection reset by peer", "No route to host", "Network is unreachable", "Resource temporarily unavailable"),
    "neterr": pick("Connection refused", "Connection timed out", "No route to host", "Network is unreachable", "Connection reset by peer", "Host is unreachable", "timeout", "i/o timeout", "no response", "handshake failure", "EOF", "Broken pipe", "connect timeout", "Name or service not known"),
    "fileerr": pick("No such file or directory", "Input/output error", "No space left on device", "Read-only file system", "Device or resource busy", "Stale file handle", "checksum mismatch", "unexpected end of file", "I/O error", "disk full", "short read", "corrupt header"),
    "denied": pick("Permission denied", "Operation not permitted", "access denied", "EACCES", "not authorized", "insufficient privileges", "forbidden"),
    "sig": pick("SIGTERM", "SIGKILL", "SIGSEGV", "SIGABRT", "SIGHUP", "SIGINT", "11", "9", "15", "6"), "exit": lambda r: r.choice((1, 1, 1, 2, 127, 137, 139, 143, 255, r.randrange(1, 256))),
    "app_id": lambda r: f"application_{r.randrange(10**12, 2*10**12)}_{r.randrange(1, 9999):04d}", "container_id": lambda r: f"container_{r.randrange(10**12, 2*10**12)}_{r.randrange(1, 99):04d}_01_{r.randrange(1, 999):06d}",
    "attempt": lambda r: f"attempt_{r.randrange(10**12, 2*10**12)}_{r.randrange(1, 99):04d}_{r.choice('mr')}_{r.randrange(1, 999):06d}_{r.randrange(4)}",
    "tid": lambda r: f"{float(r.randrange(30))}", "rack": lambda r: f"R{r.randrange(80):02d}-M{r.randrange(2)}-N{r.randrange(16)}-{r.choice('CI')}:J{r.randrange(1, 19):02d}-U{r.choice(('01', '11'))}",
    "agentid": lambda r: f"{r.choice('abcdefgh')}{r.randrange(100)}", "lb": lambda r: "{", "rb": lambda r: "}", "bar": lambda r: "|", "q": lambda r: '"',
    "ws": lambda r: r.choice((" ", " ", "  ")), "seq": lambda r: r.randrange(10 ** 9), "temp": lambda r: r.randrange(20, 120), "hot": lambda r: r.randrange(85, 125),
    "reason": pick("timeout", "bad format", "not found", "unknown", "invalid signature", "unexpected EOF", "malformed input", "limit exceeded", "internal error", "unavailable", "conflict", "duplicate key", "stale version", "checksum mismatch", "expired", "rejected by policy", "out of range"),
}
