"""HTTP servers, proxies, mail, queues: what clients asked for."""
FORMS = r"""
// access logs: whole lines
@ nginx, httpd | raw
I request {ip#c} - {-|{user}} [{n2}/{month}/20{n2}:{clock} {+0000|-0700|+0200}] "{method} «{url}»{query} HTTP/1.{1|0}" {200|200|200|201|204|206|301|302|304} {{n}|-}{| "{-|http://{domain}{url}}" "{agent}"}{| {float}}
W request {ip} - {-|{user}} [{n2}/{month}/20{n2}:{clock} +0000] "{method} «{url}»{query} HTTP/1.{1|0}" {404|404|404|400|405|408|410|413|429|499|422} {n}{| "-" "{agent}"}
W permission {ip} - {-|{user}} [{n2}/{month}/20{n2}:{clock} +0000] "{method} «{url}»{query} HTTP/1.1" {401|403|403} {n}{| "-" "{agent}"}
E request {ip} - {-|{user}} [{n2}/{month}/20{n2}:{clock} +0000] "{method} «{url}»{query} HTTP/1.1" {500|502|503|504} {n}{| "-" "{agent}"}
I request {domain|host} {ip} - - [{n2}/{month}/20{n2}:{clock} +0000] "{method} «{url}»{query} HTTP/{1.1|2.0}" {200|200|304|302} {n} "-" "{agent}"
W request {domain} {ip} - - [{n2}/{month}/20{n2}:{clock} +0000] "{method} «{url}»{query} HTTP/{1.1|2.0}" {404|400|429} {n} "-" "{agent}"
I request {float} {n} {ip} {TCP_MISS|TCP_HIT|TCP_TUNNEL|TCP_REFRESH_UNMODIFIED}/200 {n} {GET|CONNECT|POST} «{http://{domain}{url}|{domain}:443}» - {HIER_DIRECT|DIRECT}/{ip} {text/html|-|image/png}
W permission {float} {n} {ip} TCP_DENIED/403 {n} {GET|CONNECT|POST} «{http://{domain}{url}|{domain}:443}» - {HIER_NONE|NONE}/- text/html
E request {float} {n} {ip} {TCP_MISS|NONE}/{502|503|504} {n} {GET|CONNECT} «{http://{domain}{url}|{domain}:443}» - DIRECT/{ip} text/html

@ haproxy, nginx, envoy, traefik, varnishd | syslog time
I request {ip}:{port} [{n2}/{month}/20{n2}:{clock}.{n}] {word}~ {word}/{host} {small}/0/{small}/{n2}/{n2} 200 {n} - - ---- {n2}/{n2}/0/0/0 0/0 "{method} «{url}»{query} HTTP/1.1"
E request {ip}:{port} [{n2}/{month}/20{n2}:{clock}.{n}] {word}~ {word}/<NOSRV> 0/-1/-1/-1/0 503 {n} - - SC-- {n2}/{n2}/0/0/0 0/0 "{method} «{url}»{query} HTTP/1.1"
W request {ip}:{port} [{n2}/{month}/20{n2}:{clock}.{n}] {word} {word}/{host} {small}/0/{small}/{n2}/{n2} {404|400|408} {n} - - ---- {n2}/{n2}/0/0/0 0/0 "{method} «{url}» HTTP/1.1"
E network Server {word}/«{host}» is DOWN, reason: {Layer4 connection problem|Layer7 timeout|Layer7 wrong status, code: 503}, {info: "{neterr}", |}check duration: {n}ms.{| {small} active and 0 backup servers left.}
N network Server {word}/«{host}» is UP, reason: Layer7 check passed, code: 200, check duration: {n}ms.
C= network {backend|proxy} «{word}» has no server available!
C network {backend|proxy} «{word}» has no server available!
I network Connect from «{ip}»:{port} to {ip}:{port} ({word}/HTTP)
N process Proxy «{word}» {started.|stopped (FE: {n} conns, BE: {n} conns).}
W network {health check|Health check} for {upstream|backend} «{host|ip}» failed{: {neterr}|}
I request {"|}{method} «{url}»{query}{ HTTP/1.1|}{"|} {200|200|201|204|302|304}{| in {dur}| {n}b| - {n} bytes}
W request {"|}{method} «{url}»{query}{ HTTP/1.1|}{"|} {404|400|429|409}{| in {dur}| {n}b}
W permission {"|}{method} «{url}»{query}{ HTTP/1.1|}{"|} {401|403}{| in {dur}| {n}b}
E request {"|}{method} «{url}»{query}{ HTTP/1.1|}{"|} {500|502|503|504}{| in {dur}| {n}b}
C memory {«varnishd»|Child} {died: out of memory|({pid}) Panic message: Out of memory}

@ httpd | apache
N process {Apache/{ver} ({Unix|Ubuntu|CentOS}){| PHP/{ver}| mod_ssl/{ver} OpenSSL/{ver}} configured -- resuming normal operations|caught SIGTERM, shutting down|SIGHUP received.  Attempting to restart|Graceful restart requested, doing restart|Digest: {generating secret for digest authentication ...|done}}
I process {jk2_init() Found child {pid} in scoreboard slot {n2}|Child {pid} starting|AH00163: {word} configured -- resuming normal operations|mpm_worker: {n2} child threads started}
I config {workerEnv.init() ok|LDAP: Built with OpenLDAP LDAP SDK, config} «{path}»
E process {mod_jk child workerEnv in error state {small}|mod_jk child init {small} -{small}|jk2_init() Can't find child {pid} in scoreboard|env.createBean2(): Factory error creating channel.jni:jni ( channel.jni, jni)|AH00051: child pid {pid} exit signal Segmentation fault (11)}
W config {configuration error|RSA server certificate CommonName (CN)|NameVirtualHost|The Alias directive in {path} at line {n2} will probably never match} `«{domain}»' {does NOT match server name!?|has no VirtualHosts}
E permission [client {ip}{|:{port}}] {Directory index forbidden by {rule|Options directive}|AH01630: client denied by server configuration|AH01276: Cannot serve directory|client denied by server configuration|(13)Permission denied: access to}: «{path|dir}/»
E permission [client {ip}] (13)Permission denied: {access to|file permissions deny server access:} «{path|url}»{ denied|}
E storage [client {ip}{|:{port}}] {File does not exist|script not found or unable to stat|AH00128: File does not exist|script '{file}' not found}: «{path}»{|, referer: http://{domain}/}
E request [client «{ip}»{|:{port}}] {Invalid URI in request GET {url}|request failed: error reading the headers|Invalid method in request \x16\x03|client sent malformed Host header|AH00126: Invalid URI in request|request failed: URI too long (longer than 8190)}
E request [client {ip}] PHP {Fatal error|Parse error|Warning|Notice}:  {Uncaught {exc}|Undefined variable: {word}|Allowed memory size of {seq} bytes exhausted (tried to allocate {n} bytes)|Call to undefined function {word}()} in «{path}» on line {n}
E network {(111)Connection refused|(110)Connection timed out|(70007)The timeout specified has expired}: {AH00957: |}{HTTP|AJP|proxy}: attempt to connect to «{ip}»:{port} ({host|ip}) failed
W request [client {ip}] ModSecurity: {Access denied with code 403|Warning. Pattern match "{word}"} at ARGS:{word}. [uri "«{url}»"]
C memory {AH00052: |}child process {pid} still did not exit, {out of memory|sending a SIGKILL}
E auth [client {ip}] {AH01617: |}user «{user}»: authentication failure for "{url}": Password Mismatch
E auth [client {ip}] {AH01618: |}user «{user}» not found: {url}
W process server reached {MaxRequestWorkers|MaxClients|MaxRequestsPerChild} setting, consider raising the {MaxRequestWorkers|MaxClients} setting
N process {child process {pid} still did not exit, sending a SIGTERM|seg fault or similar nasty error detected in the parent process}

@ nginx | nginx
E storage open() "«{path}»" failed (2: No such file or directory), client: {ip}, server: {domain}, request: "{method} {url} HTTP/1.1", host: "{domain}"
E permission open() "«{path}»" failed (13: Permission denied), client: {ip}, server: {domain}, request: "{method} {url} HTTP/1.1"
E permission {directory index of|access forbidden by rule, file} "«{dir}/»" {is forbidden|is denied}, client: {ip}, server: {{domain}|_}, request: "GET / HTTP/1.1", host: "{ip}"
E network {connect() failed (111: Connection refused) while connecting to upstream|upstream timed out (110: Connection timed out) while reading response header from upstream|upstream prematurely closed connection while reading response header from upstream|no live upstreams while connecting to upstream}, client: {ip}, server: {domain}, request: "{method} {url} HTTP/1.1", upstream: "http://«{ip4}»:{port}{url}"
W request {a client request body is buffered to a temporary file|an upstream response is buffered to a temporary file} {path} {while reading upstream|}, client: {ip}, server: , request: "{method} «{url}» HTTP/1.1"
E request client intended to send too large body: {n} bytes, client: {ip}, server: {domain}, request: "POST «{url}» HTTP/1.1"
W request limiting {requests|connections}, excess: {float} by zone "{word}", client: {ip}, server: {domain}, request: "GET «{url}» HTTP/1.1"
I network client «{ip}» closed keepalive connection
W network client closed connection while waiting for request, client: «{ip}», server: 0.0.0.0:443
E network SSL_do_handshake() failed (SSL: error:{hex8}:SSL routines:{no shared cipher|wrong version number|unsupported protocol}) while SSL handshaking, client: «{ip}», server: 0.0.0.0:443
E auth user "«{user}»" {was not found in "{path}"|: password mismatch}, client: {ip}, server: {domain}, request: "GET {url} HTTP/1.1"
N process {signal process started|signal {1|3|15|29} ({SIGHUP|SIGQUIT|SIGTERM|SIGIO}) received{| from {pid}}, {reconfiguring|shutting down|exiting}|start worker process{es| {pid}}|worker process {pid} exited with code 0|using the "epoll" event method|nginx/{ver}|gracefully shutting down}
C process {worker process {pid} exited on signal {9|11}|could not fork, out of resources}
E config {bind() to 0.0.0.0:{80|443} failed (98: Address already in use)|unknown directive "{word}" in «{path}»:{n2}|host not found in upstream "{host}" in «{path}»:{n2}}
W config {conflicting server name "«{domain}»" on 0.0.0.0:80, ignored|the "ssl" directive is deprecated, use the "listen ... ssl" directive instead in «{path}»:{n2}|duplicate MIME type "text/html" in «{path}»:{n2}}

@ postfix/smtpd, postfix/smtp, postfix/qmgr, postfix/cleanup, postfix/local, postfix/pickup, postfix/anvil, postfix/bounce, postfix/master | syslog
I network {connect from|disconnect from|lost connection after {CONNECT|DATA|EHLO} from} {unknown|{domain}}[«{ip}»]
I request «{qid}»: {client={domain}[{ip}]|from=<{mail}>, size={n}, nrcpt={small} (queue active)|removed|message-id=<{id}@{domain}>|uid={uid} from=<{user}>}
I request «{qid}»: to=<{mail}>, relay={domain}[{ip}]:25, delay={float}, delays={float}/0/{float}/{float}, dsn=2.0.0, status=sent (250 {2.0.0 |}OK{| {id}})
I request «{qid}»: to=<{user}>, {orig_to=<root>, |}relay=local, delay={float}, dsn=2.0.0, status=sent (delivered to {mailbox|maildir|command})
W request «{qid}»: to=<{mail}>, relay={none|{domain}[{ip}]:25}, delay={n}, dsn=4.{small}.{small}, status=deferred ({connect to {domain}[{ip}]:25: {neterr}|host {domain} said: 451 4.7.1 Greylisted, try again later|Host or domain name not found})
E request «{qid}»: to=<{mail}>, relay={none|{domain}[{ip}]:25}, delay={n}, dsn=5.{small}.{small}, status=bounced ({host {domain}[{ip}] said: 550 5.1.1 User unknown|unknown user: "{user}"|Host or domain name not found. Name service error})
W network warning: {hostname {domain} does not resolve to address|{ip}: hostname {domain} verification failed: Name or service not known|non-SMTP command from unknown[«{ip}»]} «{ip}»
W auth= warning: {unknown|{domain}}[«{ip}»]: SASL {LOGIN|PLAIN|CRAM-MD5} authentication failed: {authentication failure|UGFzc3dvcmQ6|Invalid authentication mechanism}
W permission= NOQUEUE: reject: RCPT from {unknown|{domain}}[{ip}]: {554 5.7.1|450 4.7.1|550 5.1.1} <«{mail}»>: {Relay access denied|Recipient address rejected: User unknown in local recipient table|Client host rejected: cannot find your reverse hostname}; from=<{mail}> to=<{mail}> proto=ESMTP helo=<{host}>
W request NOQUEUE: reject: RCPT from {unknown|{domain}}[«{ip}»]: 554 5.7.1 Service unavailable; Client host [{ip}] blocked using {zen.spamhaus.org|bl.spamcop.net}; from=<{mail}> to=<{mail}>
W network timeout after {DATA|END-OF-MESSAGE|EHLO|CONNECT} from {unknown|{domain}}[«{ip}»]
I request statistics: max {connection rate|connection count|cache size} {small}/60s for (smtp:«{ip}») at {month} {n2} {clock}
N process {daemon started -- version {ver}, configuration /etc/postfix|terminating on signal 15|reload -- version {ver}, configuration /etc/postfix|starting the Postfix mail system|stopping the Postfix mail system}
C config= fatal: {bad string length|open database «{path}»: No such file or directory|parameter «{option}»: bad numeric value|unsupported dictionary type: {word}}
C storage= fatal: {write queue file: No space left on device|lock file «{path}»: unable to set exclusive lock}
E network= error: {open|connect to} {subsystem|transport} «{word}»: {neterr}

@ sendmail, sm-mta, exim, exim4, mailer, opensmtpd, spamd, amavis, opendkim, amavisd | syslog app
I request «{qid}»: {from=<{mail}>, size={n}, class=0, nrcpts={small}, msgid=<{id}@{host}>, proto=ESMTP, daemon=MTA, relay={domain} [{ip}]|to=<{mail}>, delay={clock}, xdelay={clock}, mailer=esmtp, pri={n}, relay={domain}. [{ip}], dsn=2.0.0, stat=Sent (OK)|{<=|=>|->} {mail} {H={domain} [{ip}] P=esmtp S={n}|R=dnslookup T=remote_smtp}|Completed}
W request «{qid}»: {to=<{mail}>, delay={clock}, mailer=esmtp, relay={domain}., dsn=4.0.0, stat=Deferred: {neterr}{| with {domain}}|SMTP timeout while connected to {host} [{ip}]|== {mail} R=dnslookup T=remote_smtp defer (-{n2}): {neterr}}
E request «{qid}»: {to=<{mail}>, dsn=5.1.1, stat=User unknown|** {mail}: Unrouteable address|SYSERR(root): hash map "Alias0": missing map file|return to sender: User unknown}
W network {«{ip}»|[«{ip}»]} did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA
W request ruleset=check_{rcpt|relay}, arg1=<{mail}>, relay={domain} [«{ip}»], reject=550 5.7.1 {Relaying denied|Access denied}
N process {starting daemon ({ver}): SMTP+queueing@{01:00:00|00:15:00}|rejecting connections on daemon MTA: load average: {n2}|alias database /etc/aliases rebuilt by root|daemon stopped}
I request spamd: {clean message|result: . -{small} - |processing message <{id}@{domain}> for} «{user}»{:{uid} in {float} seconds|}
W request {spamd: identified spam ({float}/5.0) for «{user}»:{uid}|Blocked SPAM {lb}DiscardedInbound{rb}, [«{ip}»] <{mail}> -> <{mail}>|Blocked INFECTED ({word}.{word}), [«{ip}»] <{mail}> -> <{mail}>}
I request «{qid}»: {DKIM-Signature field added (s={word}, d={domain})|no signature data|signature verification passed}
W config unable to qualify my own domain name («{host}») -- using short name

@ dovecot, imapd, pop3d, imaps, courier, cyrus | syslog
I auth {imap|pop3}-login: Login: user=<«{user|mail}»>, method=PLAIN, rip={ip}, lip={ip}, mpid={pid}{, TLS|}
I auth {imap|pop3}-login: Disconnected{: Logged out|}: user=<«{user}»>, rip={ip}, in={n} out={n}
W auth {imap|pop3}-login: {Disconnected (auth failed, {small} attempts in {n2} secs)|Aborted login (auth failed, {small} attempts)}: user=<«{user}»>, method=PLAIN, rip={ip}, lip={ip}
W auth {auth: |}{passwd-file|pam|sql}(«{user}»,{ip}): {unknown user|Password mismatch|pam_authenticate() failed: Authentication failure}
W network {imap|pop3}-login: {Disconnected (no auth attempts in {n2} secs)|Disconnected: Inactivity}: user=<>, rip=«{ip}», lip={ip}
I request imap({user}): {Logged out|Connection closed} in={n} out={n}
E storage= imap({user}): Error: {Corrupted|Broken|Fixed} {index|transaction log} file «{path}»{: {fileerr}|}
W storage imap({user}): {Quota|mailbox} {exceeded|almost full}: «{path}»
N process {Dovecot v{ver} starting up for imap, pop3|master: Warning: Killed with signal 15 (by pid={pid} uid=0 code=kill)|SIGHUP received - reloading configuration}

@ squid, openvpn, charon, pppd, xl2tpd, wireguard, strongswan, racoon, tor, stunnel, wpa_supplicant, hostapd, tailscaled | syslog app
I network {TCP connection established with|UDPv4 link remote:|Peer Connection Initiated with} [AF_INET]«{ip}»:{port}
I network {user/|}{ip}:{port} {TLS: Initial packet from|[{word}] Peer Connection Initiated with} [AF_INET]«{ip}»:{port}{, sid={hex8} {hex8}|}
I config {user}/{ip}:{port} {MULTI: Learn: {ip} -> {user}/{ip}|PUSH: Received control message: 'PUSH_REQUEST'|OPTIONS IMPORT: route options modified}
W network {WARNING: |}{Inactivity timeout (--ping-restart), restarting|TLS Error: TLS key negotiation failed to occur within 60 seconds|TLS Error: TLS handshake failed|Connection reset, restarting [{small}]} «{ip}»{:{port}|}
E~ network {Cannot resolve host address|RESOLVE: Cannot resolve host address|connect to [AF_INET]} «{domain}»{: {neterr}|}, {retrying in {small} seconds|will try again}
W auth AUTH{_FAILED|: Received control message: AUTH_FAILED}{| for «{user}»}
N process {OpenVPN {ver} x86_64-pc-linux-gnu|Initialization Sequence Completed|SIGTERM[hard,] received, process exiting|SIGUSR1[soft,ping-restart] received, process restarting|Exiting due to fatal error}
I network {IKE_SA|CHILD_SA} {word}[{n2}] {established|rekeyed|closed|deleted} between {ip}[{ip}]...«{ip}»[{ip}]
W network {retransmit {small} of request with message ID {n}|giving up after 5 retransmits|no response from peer} «{ip}»
E network {received NO_PROPOSAL_CHOSEN notify error, no CHILD_SA built|peer not responding, trying again|establishing connection '{word}' failed} {to|with} «{ip}»
I network «{ppp0|ppp1}»: {Connect: ppp0 <--> /dev/ttyS{small}|local  IP address {ip}|remote IP address {ip}|LCP terminated by peer}
E network {«ppp0»: |}{LCP: timeout sending Config-Requests|No response to {n} echo-requests|Modem hangup|PAP authentication failed}
I auth «{wlan0|wlan1}»: STA {mac} {WPA: pairwise key handshake completed (RSN)|IEEE 802.11: authenticated}
I network «{wlan0|wlp2s0}»: {CTRL-EVENT-CONNECTED - Connection to {mac} completed|Trying to associate with {mac} (SSID='{word}' freq={n} MHz)|Associated with {mac}|STA {mac} IEEE 802.11: {associated|disassociated|associated (aid {small})}}
W network «{wlan0|wlp2s0}»: {CTRL-EVENT-DISCONNECTED bssid={mac} reason={small}|CTRL-EVENT-ASSOC-REJECT|CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid="{word}" auth_failures={small}|WPA: 4-Way Handshake failed - pre-shared key may be incorrect}
I network {peer |Peer |}«{ip}»{:{port}|} {handshake completed|keepalive received|sent handshake response}

@ proxifier | proxifier
I network {«{domain}»:{443|80|5070}|«{ip}»:{port}} {close, {n} bytes ({float} KB) sent, {n} bytes{| ({float} KB)} received, lifetime {00:01|<1 sec|{clock}}|open through proxy {domain}:{port} HTTPS|open through proxy {domain}:{port} SOCKS5}
E= network «{domain}»:{443|80} error : Could not connect through proxy {domain}:{port} - {Proxy server cannot establish a connection with the target, status code 403|Proxy closed the connection unexpectedly.|{neterr}}
E= network «{domain}»:{443|80} error : {A connection request was canceled before the completion.|Could not connect to proxy {domain}:{port} - Reading proxy reply on a connection request failed with error {n}.}
I network {«{domain}»:{443|80} }{open directly|matching {word} rule : using proxy {domain}:{port} HTTPS}

@ fail2ban.actions, fail2ban.filter, fail2ban, denyhosts, sshguard, snort, suricata, ossec, clamd, crowdsec, csf, portsentry, rkhunter, aide, wazuh | python syslog app
W! network {[sshd]|[nginx-http-auth]|[apache]|[postfix]} Ban «{ip}»
N network {[sshd]|[nginx-http-auth]|[recidive]} Unban «{ip}»
I auth {[sshd]|[dovecot]} Found «{ip}»{| - {date} {clock}}
W! network {Blocking|Blocked|banned|blocked} {host |address |}«{ip}»{|/32}{| for {n} secs}{|: {small} attacks in {n2} secs}
W! network {[1:{n}:{small}] |}{ET SCAN|GPL ATTACK_RESPONSE|ET POLICY|ET TROJAN} {Potential SSH Scan|suspicious inbound to mySQL port|id check returned root|SQL injection attempt} [Classification: {Attempted Information Leak|Potentially Bad Traffic}] [Priority: {small}] {lb}TCP{rb} «{ip}»:{port} -> {ip}:{port}
W! network {attackalert: |}{Connect from host|SYN scan from host|Possible stealth scan from host|port scan detected from}{:|} «{ip}»{/{ip} to TCP port: {port}|}
W! storage {path} : {virus|malware} {word}.{word}.{n} FOUND in «{path}»
W storage «{path}»: {Eicar-Test-Signature|Win.Trojan.{word}-{n}|Php.Malware.{word}} FOUND
C! auth {intrusion|Intrusion|break-in|root compromise} {confirmed|succeeded|was successful}: {attacker|remote shell opened} from «{ip}»
I config {Reading databases from|Loaded {n} signatures from|Database correctly reloaded ({n} signatures) from|rules loaded from} «{path}»
N config {database|signatures|rules} «{file}» {updated|reloaded}{| (version {n})}
N process {Jail 'sshd' {started|stopped}|Server ready|Exiting Fail2ban|clamd daemon {ver} (OS: linux-gnu) started}
W! storage {checksum|Checksum|integrity checksum} {changed|mismatch} for{:|} '«{path}»'
W config {database|Database} is {n} days old{, please update|}: «{file}»

@ Xorg, gdm, gnome-shell, gnome-session, pulseaudio, firefox, dbus-daemon, avahi-daemon, bluetoothd, ModemManager, upowerd, tracker-miner-fs, colord, kdeinit, thunderbird, steam | syslog app level
I process [{system|session uid={uid} pid={pid}}] {Activating {via systemd: |}service name='«org.freedesktop.{word}»'|Successfully activated service '«org.freedesktop.{word}»'}
E process Activated service 'org.freedesktop.{word}' failed: Failed to activate service 'org.freedesktop.{word}': timed out{ (service_start_timeout=25000ms)|}
W permission [system] Rejected send message, {small} matched rules; type="method_call", sender=":1.{n}" (uid={uid} pid={pid} comm="«{proc}»") interface="org.freedesktop.{word}"
I network {Joining|Leaving|New relevant interface|Registering new address record for|Withdrawing address record for} {mDNS multicast group on interface |}«{iface|ip}»{.IPv4|.IPv6|}{ for mDNS|}.
I network Service "{word}" ({path}) successfully established on «{iface}».
W network {Host name conflict, retrying with|Received response from host with invalid source port} «{host}»
I other {Endpoint registered: sender=:1.{n} path=/MediaEndpoint/A2DPSource|Sap driver initialization failed.|Loaded theme|device event} «{usb|sensor|word}»{: {mac}|}
W process {JS ERROR|JS WARNING|Gtk-WARNING|Gdk-CRITICAL|GLib-GObject-WARNING}: {word}: {word} is {null|undefined|not a function}
W process {Window manager warning|gnome-session-binary}: {Overwriting existing binding of keysym {n2}|Application '«{app}.desktop»' killed by signal {small}|Failed to start app}
I config {(II)|(==)|(**)} {Loading sub module "«{word}»"|LoadModule: "«{word}»"|Using config file: "«{path}»"|Using system config directory "«{dir}»"}
W config (WW) {The directory "«{dir}»" does not exist.|Option "«{word}»" requires a string value}
E other (EE) {Failed to load module "{word}" (module does not exist, 0)|no screens found|Failed to open device}: «{usb|word}»
I other {<info>  |}{Couldn't check support for device|[device]} '«{/sys/devices/pci0000:00/0000:00:{n2}.0|{usb}}»'{: not supported by any plugin|}
W other {ALSA|alsa-sink.c}: {Most likely this is a bug in the ALSA driver|snd_pcm_avail() returned a value that is exceptionally large} '«{module}»'
N process Source id {n} {shutting down|starting up}
W process {org.gnome.Shell.desktop|«{proc}»}[{pid}]: {slow script|plugin container crashed|unresponsive for {dur}}
"""
