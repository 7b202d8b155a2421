"""Who may come in: sshd, PAM, su, sudo, login, FTP, telnet, directory services, web sign-in."""
FORMS = r"""
@ sshd | syslog
W auth   Failed {password|password|password|publickey|none|keyboard-interactive/pam} for «{user}» from {ip} port {port} ssh2
W auth   Failed {password|none|publickey} for {invalid user|illegal user} «{user}» from {ip} port {port} ssh2
I auth   Accepted {password|publickey|publickey|keyboard-interactive/pam|gssapi-with-mic} for «{user}» from {ip} port {port} ssh2
I auth   Accepted publickey for «{user}» from {ip} port {port} ssh2: {RSA|ED25519|ECDSA} SHA256:{hex40}
W auth   {Invalid|Illegal} user «{user}» from {ip}{| port {port}}
W auth   input_userauth_request: invalid user «{user}» [preauth]
W auth!  {|POSSIBLE BREAK-IN ATTEMPT! }reverse mapping checking getaddrinfo for {domain} [«{ip}»] failed - POSSIBLE BREAK-IN ATTEMPT!
W auth!  Address «{ip}» maps to {domain}, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!
I network Connection from «{ip}» port {port}{| on {ip} port 22}
I network Connection closed by «{ip}»{| port {port}}
W network Connection closed by «{ip}»{| port {port}} [preauth]
W network Connection closed by {invalid user|authenticating user} {user} «{ip}» port {port} [preauth]
I network Received disconnect from «{ip}»{| port {port}}:11: {Bye Bye|disconnected by user|Normal Shutdown, Thank you for playing|Closed due to user request.}{| [preauth]}
I network Received disconnect from «{ip}»: 11: {Bye Bye|disconnected by user|ok|}{| [preauth]}
I network Disconnected from {user {user} |}«{ip}» port {port}
W network Did not receive identification string from «{ip}»{| port {port}}
W network Bad protocol version identification '{GET / HTTP/1.1|\003|hello|{word}}' from «{ip}» port {port}
W network Connection reset by «{ip}» port {port} [preauth]
W network Connection reset by authenticating user {user} «{ip}» port {port} [preauth]
W network Unable to negotiate with «{ip}» port {port}: no matching {key exchange method|cipher|host key type|MAC} found. Their offer: {diffie-hellman-group1-sha1|ssh-rsa,ssh-dss|aes128-cbc} [preauth]
W network Timeout before authentication for «{ip}»{| port {port}}
W auth!  Disconnecting: Too many authentication failures for «{user}» [preauth]
W auth!  Disconnecting {invalid user|authenticating user} «{user}» {ip} port {port}: Too many authentication failures [preauth]
E auth!= error: maximum authentication attempts exceeded for {invalid user |}«{user}» from {ip} port {port} ssh2 [preauth]
E network= error: connect_to «{ip}» port {port}: failed.
E auth= error: Received disconnect from «{ip}»: {3|14}: {com.jcraft.jsch.JSchException: Auth fail|No supported authentication methods available}{| [preauth]}
E network= error: Received disconnect from «{ip}»: {2|3|13}: {User request|com.jcraft.jsch.JSchException: timeout in waiting for rekeying process.|java.net.SocketTimeoutException: Read timed out}{| [preauth]}
I auth Received disconnect from «{ip}»: 14: No supported authentication methods available{| [preauth]}
E auth=  error: PAM: {Authentication failure|User not known to the underlying authentication module} for {|illegal user }«{user}» from {ip|domain}
E config= error: Could not load host key: «/etc/ssh/ssh_host_{rsa|dsa|ed25519|ecdsa}_key»
E network= error: Bind to port 22 on «{ip}» failed: {Address already in use|Cannot assign requested address}.
C network= fatal: {Write failed: |Read from socket failed: |}{Connection reset by peer|Broken pipe|Connection timed out|No route to host} [preauth]
C network= fatal: Timeout before authentication for «{ip}» port {port}
C network= fatal: Unable to negotiate with «{ip}» port {port}: no matching cipher found
N process Server listening on {0.0.0.0|::|{ip}} port {22|2222}.
N process Received {signal 15; terminating|SIGHUP; restarting}.
I auth   pam_unix(sshd:session): session {opened|closed} for user «{user}»{| by (uid={uid})}
I auth   {Starting session: shell|Starting session: command|Close session: user} {on {tty} |}for «{user}» from {ip} port {port} id 0
W auth   pam_unix(sshd:auth): check pass; user unknown
W auth   pam_unix(sshd:auth): authentication failure; logname= uid={uid} euid={uid} tty=ssh ruser= rhost=«{ip|domain}»{| }
W auth   pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty={tty} ruser= rhost={ip|domain}  user=«{user}»
W auth!  PAM {small} more authentication failure{s|}; logname= uid=0 euid=0 tty=ssh ruser= rhost=«{ip}»{| }
W auth!  PAM {small} more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip|domain}  user=«{user}»
W auth!  PAM service(sshd) ignoring max retries; {small} > 3
I auth   Postponed {keyboard-interactive|publickey} for «{user}» from {ip} port {port} ssh2
W permission Authentication refused: bad ownership or modes for {directory|file} «{dir|path}»
W auth   User «{user}» from {ip} not allowed because {not listed in AllowUsers|listed in DenyUsers|account is locked|shell /bin/false does not exist|none of user's groups are listed in AllowGroups}
W auth   User «{user}» not allowed because {account is locked|shell {path} is not executable}
W auth   «ROOT» LOGIN REFUSED FROM {ip}{| port {port}}
W network refused connect from {«{ip|domain}»|{domain} («{ip}»)}
W network subsystem request for {sftp|scp} by user {user} failed, subsystem not found
I network subsystem request for sftp{| by user {user}}
D auth   debug1: {userauth-request for user|PAM: initializing for|temporarily_use_uid for} «{user}»{| service ssh-connection method none}
W auth   Certificate invalid: expired for «{user}» from {ip}
I auth   Found matching {RSA|ED25519} key for «{user}»: SHA256:{hex40}
W auth   Nasty PTR record "{ip}" is set up for «{ip}», ignoring

@ sshd(pam_unix), login(pam_unix), su(pam_unix), gdm(pam_unix), crond(pam_unix), remote(pam_unix) | syslog
W auth   check pass; user unknown
W auth   authentication failure; logname={|LOGIN} uid={uid} euid=0 tty={tty} ruser= rhost=«{ip|domain}»{| }
W auth   authentication failure; logname={|LOGIN} uid={uid} euid={uid} tty={tty} ruser={|{user}} rhost={|{ip}|{domain}}  user=«{user}»
W auth!  {small} more authentication failure{s|}; logname= uid=0 euid=0 tty={tty} ruser= rhost=«{ip|domain}»
W auth!  {small} more authentication failures; logname= uid=0 euid=0 tty={tty} ruser= rhost={domain}  user=«{user}»
I auth   session {opened|closed} for user «{user}»{| by (uid={uid})| by {user}(uid={uid})}
W auth!  service(sshd) ignoring max retries; {small} > 3
W auth   bad username [«{word}»]
W auth   account «{user}» has {expired (account expired)|password changed in future}
W auth   expired password for user «{user}» ({root enforced|password aged})

@ su | syslog
N auth   (to {user}) «{user}» on {{tty}|none}
N auth   Successful su for {user} by «{user}»
W auth   FAILED SU (to {user}) «{user}» on {tty}
W auth   BAD SU «{user}» to {user} on /dev/{tty}
W auth   FAILED su for {user} by «{user}»
N auth   + {tty} «{user}»:{user}
W auth   - {tty} «{user}»:{user}
I auth   pam_unix(su{|-l}:session): session {opened|closed} for user «{user}»{| by {|{user}}(uid={uid})}
W auth   pam_unix(su:auth): authentication failure; logname={user} uid={uid} euid=0 tty={tty} ruser={user} rhost=  user=«{user}»

@ sudo | syslog
N auth   {ws}{ws}«{user}» : TTY={tty} ; PWD={dir} ; USER={root|{user}} ; COMMAND={cmd}{| -{word}| {path}}
W auth!  {ws}{ws}«{user}» : {3|2|1} incorrect password attempt{s|} ; TTY={tty} ; PWD={dir} ; USER=root ; COMMAND={cmd}
W permission {ws}{ws}{user} : {user NOT in sudoers|command not allowed} ; TTY={tty} ; PWD={dir} ; USER=root ; COMMAND=«{cmd}»
I auth   pam_unix(sudo:session): session {opened|closed} for user «{root|{user}}»{| by {user}(uid={uid})}
W auth   pam_unix(sudo:auth): authentication failure; logname={user} uid={uid} euid=0 tty=/dev/{tty} ruser={user} rhost=  user=«{user}»
W auth   pam_unix(sudo:auth): conversation failed
W auth   «{user}» is not in the sudoers file.  This incident will be reported.
E config parse error in «/etc/sudoers{|.d/{word}}» near line {n}

@ login, getty, agetty, systemd-logind, gdm-password, polkitd, sddm, lightdm | syslog
I auth   LOGIN ON tty{small} BY «{user}»{| FROM {host}}
I auth   «ROOT» LOGIN {ON|on} {'|}tty{small}{'|}{| FROM {host}}
W auth   FAILED LOGIN {small} FROM {(null)|{host}|{ip}} FOR «{user}», {Authentication failure|User not known to the underlying authentication module|Error in service module}
W auth!  REPEATED LOGIN FAILURES ON tty{small} FROM {host}, «{user}»
W auth!  TOO MANY LOGIN TRIES ({small}) FROM {ip} FOR «{user}»
I auth   New session {c|}{n} of user «{user}».
I auth   {Removed session {n}|Session {n} logged out. Waiting for processes to exit}.
I auth   New seat seat0.
I auth   DIALUP AT tty{small} BY «{user}»
I auth   {Registered|Unregistered} Authentication Agent for unix-session:{n} (system bus name :1.{n} [{cmd}])
N auth   Operator of unix-session:{n} successfully authenticated as unix-user:«{user}» to gain ONE-SHOT authorization for action org.freedesktop.{systemd1.manage-units|packagekit.package-install|udisks2.filesystem-mount}
W auth   Operator of unix-session:{n} FAILED to authenticate to gain authorization for action org.freedesktop.policykit.exec [{cmd}]{| (owned by unix-user:«{user}»)}
N process {System is powering down.|System is rebooting.|Power key pressed.|The system is going down for reboot NOW!}
W auth   gkr-pam: unable to locate daemon control file
I auth   gkr-pam: {unlocked login keyring|stashed password to try later in open session}

@ ftpd, vsftpd, proftpd, pure-ftpd, in.ftpd | syslog time
I network connection from «{ip}» ({{domain}|}) at {day} {month} {n2} {clock} 2005
I auth   FTP LOGIN FROM {domain} [{ip}], «{user}»{| (class: {word})}
W auth   FTP LOGIN FAILED ({cannot set guest privileges|incorrect password|no such user}) for {ip|domain}, «{user}»
I auth   ANONYMOUS FTP LOGIN FROM «{ip}»{|, {mail}}
I auth   CONNECT: Client "«{ip}»"
I auth   [{user#1}] OK LOGIN: Client "{ip}"{|, anon password "{mail}"}
I request [{user}] OK {DOWNLOAD|UPLOAD|MKDIR|DELETE}: Client "{ip}", "«{path}»"{|, {n} bytes, {float}Kbyte/sec}
W auth   [«{user}»] FAIL LOGIN: Client "{ip}"
E request [{user}] FAIL {DOWNLOAD|UPLOAD}: Client "{ip}", "«{path}»", 0.00Kbyte/sec
I auth   {domain} ({domain}[{ip}]) - USER «{user}»: Login successful.
W auth   {domain} ({domain}[{ip}]) - USER «{user}» (Login failed): {Incorrect password|Invalid shell|No such user found}
W auth!  {domain} ({domain}[{ip}]) - Maximum login attempts (3) exceeded, connection refused{| for «{user}»}
I network FTP session {opened|closed}{| from «{ip}»}.
I network (?@{ip}) [INFO] New connection from «{ip}»
W auth   (?@{ip}) [WARNING] Authentication failed for user [«{user}»]
W network getpeername ({in.ftpd|telnetd|ftpd}): Transport endpoint is not connected
W network lost connection to {domain} [«{ip}»]
W network lost connection to «{domain}»
W network User unknown timed out after {n} seconds {at|since} {day} {month} {n2} {clock} 2006
I network FTP {connection|session} {closed|ended}: «{ip}»

@ telnetd, in.telnetd, xinetd, rlogind, rshd, inetd, tcpd | syslog
W network ttloop:  {peer died: EOF|read: Connection reset by peer}
I network START: {telnet|ftp|smtp|auth|time} pid={pid} from=«{ip}»
I network EXIT: {telnet|ftp|smtp|auth|imap} status={zero} pid={pid} duration={n}(sec)
I network connect from {«{ip|domain}»|{domain} («{ip}»)}
W network FAIL: {telnet|ftp|smtp} {address|libwrap|per_source_limit} from=«{ip}»
W permission refused connect from «{ip|domain}»
W auth   Connection from {host} on illegal port {port}
N process xinetd Version {ver} started with {libwrap loadavg|libwrap} options compiled in.
N process Started working: {n} available service{s|}
N process Exiting...
W network! {telnet|ftp|pop3|imap}/tcp server failing (looping), service terminated.
E network bind failed ({errno} (errno = 98)). service = {word}
I process Reading included configuration file: «/etc/xinetd.d/{word}» [file=/etc/xinetd.conf] [line={n}]

@ useradd, groupadd, usermod, userdel, passwd, chage, adduser, groupmod, gpasswd, chpasswd | syslog
N auth   new user: name=«{user}», UID={uid}, GID={uid}, home=/home/{user}, shell=/bin/{bash|sh|false}{|, from=/dev/{tty}}
N auth   new group: name=«{user}», GID={uid}
N auth   delete user '«{user}»'
N auth   removed group '«{user}»' owned by '{user}'
N auth   add '«{user}»' to {group|shadow group} '{wheel|sudo|docker|adm|{word}}'
N auth   {change|changed} user '«{user}»' {password|shell from '/bin/sh' to '/bin/bash'|expiration from 'never' to '{date}'|home from '/home/{word}' to '/srv/{word}'}
N auth   pam_unix(passwd:chauthtok): password changed for «{user}»
W auth   pam_cracklib: bad new password for «{user}»: {it is based on a dictionary word|it is too short}
E auth   failed adding user '«{user}»'{|, data deleted|: exit code {small}}
N auth   account «{user}» {locked|unlocked|disabled|enabled|renamed} by {user}
N auth   user «{user}» added by {root|{user}} to group {wheel|docker|admins}

@ slapd, sssd, winbindd, krb5kdc, kadmind, nslcd, ypserv, freeradius, radiusd, keystone, ldap | syslog app
I auth   conn={n} op={n} BIND dn="{uid=«{user}»,ou=people,dc=example,dc=com|cn=«{user}»,dc=corp,dc=local}" method=128
W auth   conn={n} op={n} RESULT tag=97 err=49 text={|invalid credentials}
I network conn={n} fd={n2} ACCEPT from IP=«{ip}»:{port} (IP=0.0.0.0:389)
I network conn={n} {fd={n2} closed|op={n} UNBIND}
I request conn={n} op={n} SRCH base="dc=example,dc=com" scope=2 deref=0 filter="(uid={user})"
I auth   AS_REQ ({small} etypes {lb}18 17 16 23{rb}) {ip}: ISSUE: authtime {seq}, etypes {lb}rep=18 tkt=18 ses=18{rb}, «{user}»@EXAMPLE.COM for krbtgt/EXAMPLE.COM@EXAMPLE.COM
W auth   AS_REQ ({small} etypes {lb}18 17{rb}) {ip}: {PREAUTH_FAILED|CLIENT_NOT_FOUND|LOCKED_OUT}: «{user}»@EXAMPLE.COM for krbtgt/EXAMPLE.COM, {Decrypt integrity check failed|Client not found in Kerberos database|Clients credentials have been revoked}
E network Could not {connect to|reach|contact} {LDAP server|KDC|domain controller} «{domain|host|ip}»{: {neterr}|}
E~ network ldap_start_tls failed for «{host}», will retry in {n} seconds
I auth   Login OK: [«{user}»] (from client {host} port {n}{| cli {mac}})
W auth   Login incorrect ({mschap: MS-CHAP2-Response is incorrect|pap: cleartext password does not match|No Auth-Type found}): [«{user}»] (from client {host} port {n})
N process Shutting down {sssd|the directory server}
N process Starting up
W auth   user '«{user}»' {denied access|rejected}: {account disabled|password expired|wrong password|outside login hours}
E auth   {pam_krb5|pam_ldap|pam_winbind}({sshd|login}:auth): {request failed|internal module error}{: {neterr}|}{, user '«{user}»'|}

@ auth-service, user-service, api, gateway, portal, keycloak, oauth2-proxy, vault, dashboard, grafana | app java python
I auth   {User|user} «{user}» {logged in|signed in|authenticated}{| successfully}{| from {ip}}
I auth   {User|user} «{user}» {logged out|signed out}
I auth   {Login|Sign-in|Authentication} {successful|succeeded|ok} for {user |}«{user}»{| from {ip}}{| via {oauth|password|saml|ldap}}
W auth   {Login|Sign-in|Authentication|authentication} {failed|failure|attempt failed} for {user |account |}«{user}»{| from {ip}}{|: {bad password|invalid credentials|user not found|account disabled|wrong OTP}}
W auth   {invalid|Invalid|bad|wrong} {credentials|password|passphrase|one-time code} for «{user}»{| from {ip}}
W auth   {Unknown|unknown|no such} user «{user}»{| ({ip})}
W auth   {token|Token|JWT|session|Session} {expired|has expired|is no longer valid|rejected: bad signature} for {user |}«{user}»
W auth!  {Account|account|User} «{user}» {locked|temporarily locked|blocked} after {small} {failed|unsuccessful} {attempts|logins|login attempts}
W auth!  {too many|Too many} {failed logins|login attempts|authentication failures} {from «{ip}»|for «{user}»}{, blocking for {dur}|}
W auth!  {possible|suspected} {brute force|credential stuffing|password spraying} {attack |}{from|by} «{ip}»
C auth!  {unauthorized|Unauthorised} {root access|access to admin account} {gained|obtained} by «{user}» from {ip}
N auth   {Password|password|API key|MFA device|role} {changed|reset|updated|revoked} for {user |}«{user}»
N auth   {Created|created|registered} {new |}{user|account|service account} «{user}»{| with role {admin|viewer|editor}}
N auth   {Deleted|Disabled|deactivated|removed} {user|account} «{user}»
I auth   {Issued|issued|refreshed|Refreshed} {access |}token for {client |user |}«{user}»{, expires in {n}s|}
E auth   {failed to|could not|unable to} {validate|verify|refresh|issue} {token|session|credentials} for «{user}»: {exc|reason|neterr}
I auth   session {id} {created|started|ended|closed} for «{user}»
W auth   {multi-factor|MFA|two-factor} {challenge |}{failed|timed out|denied} for «{user}»
W auth   certificate {of|for} user «{user}» {expires in {small} days|has expired|is revoked}
"""
