"""What a laptop or a phone has to say."""
FORMS = r"""
@ com.apple.xpc.launchd, com.apple.cts, corecaptured, QQ, sharingd, locationd, symptomsd, mDNSResponder, networkd, configd, WindowServer, loginwindow, Safari, Microsoft_Word, mds, mdworker, cloudd, CalendarAgent, secd, hidd, com.apple.WebKit.WebContent, Preview, syslogd, ksfetch, imfoundationremoteurlconnectionagent, UserEventAgent, airportd, GoogleSoftwareUpdateAgent, kdc, AddressBookSourceSync, storeassetd, taskgated, NeteaseMusic, garcon, backupd, bluetoothd, powerd, coreaudiod, opendirectoryd, securityd, trustd, nsurlsessiond, sandboxd, diskarbitrationd, fseventsd, spindump, ReportCrash, authd | syslog darwin
W process (com.apple.{word}.{word}[{pid}]): Service exited with abnormal code: {small}
I process ({«com.apple.{word}.{word}»}): {Service only ran for {small} seconds. Pushing respawn out by {small} seconds.|Service exited due to SIGKILL {bar} sent by {proc}[{pid}]|Unknown key for {word}: {word}}
I process («com.apple.{word}.{word}»[{pid}]): {Endpoint has been activated through legacy launch(3) APIs.|This service is defined to be constantly running and is inherently inefficient.|Service could not initialize: {neterr}}
I scheduler {DuetActivitySchedulerCenter|com.apple.CDScheduler|«com.apple.SyncServices»}: {Setting up activity|Activity «com.apple.{word}.{word}» deferred|Thermal pressure state: {small} Memory pressure state: 0}
W scheduler {«com.apple.{word}.{word}»|activity «com.apple.{word}.{word}»}: scheduler_evaluate_activity told me to run this job; however, but the start time isn't for {n} seconds.  Ignoring.
I network {CCFile::captureLogRun|CCXPCService::setStreamEventHandler|CCLogTap::profileRemoved}{|, Owner: com.apple.driver.AirPort.Brcm4360.0, Name: {word}}{| Skipping current file Dir file [{date}_{clock}.{n}]-{word}.xml}
I network {Captive: |}[CNInfoNetworkActive:{n}] {«en0»|«iface»}: {SSID '{word}' making interface primary (cache indicates network not captive)|not captive}
I network {network changed: v4(«en0»{+|-|!}:{ip}) DNS{+|-|!|*} Proxy SMB|«en0»: {Received EAPOL packet (length = {n2})|802.1x Supplicant started|SSID {word} BSSID {mac}}}
W network {«en0»|«awdl0»|«utun0»}: {link quality is poor, switching|disassociated, reason {small}|AirPort: Link Down on {iface}. Reason {small} (Disassociated because station leaving).}
I network «{utun0|en0|awdl0|en4}»: {promiscuous mode {enable|disable} {succeeded|failed}|inet6 rtr |attached with {small} suspended link-layer addresses}
E network {tcp_connection_destination_prepare_complete {n} connectx to «{ip}»#{port} failed: {n2} - {neterr}|nw_connection_connect {small} «{domain}» failed: {neterr}|tcp_connection_tls_session_error_callback_imp {n} «{domain}» __tcp_connection_tls_session_callback_write_block_invoke.434 error {n2}}
W network {mDNS_RegisterInterface: Frequent transitions for interface «en0» ({ip})|DNSServiceResolve({word}._{word}._tcp.local.) «{domain}»: query timed out|ERROR: {word}._tcp host «{host}» no address}
W network nw_path_close_fd Failed to close guarded necp fd {n2} [{n2}: Bad file descriptor] {| for «{proc}»}
E network [{clock}.{n}] {FigAgglomeratorSetObjectForKey signalled err=-{n} (kFigStringConformerError_ParamErr) (NULL key) at {path} line {n}|CRABackend: server «{domain}» unreachable}
I other {Hibernate Statistics|Sleep|DarkWake|Wake} {from Deep Idle [CDNVA] :|from Normal Sleep [CDN] : due to|[CDNP] : due to} «{EC.LidOpen/HID Activity|ARPT/Network|RTC/Alarm|SMC.OutboxNotEmpty}»{ Using BATT (Charge:{n2}%)|}
W other {Thermal|thermal} {level|pressure state}{:| is} {small}{, throttling «{CPU|GPU}»|}
I other {«hidd»|HID}: {MultitouchHID: device bootloaded|[HID] [MT] MTActuatorManagement::getActuatorRef Calling MTActuatorOpen() outside of MTTrackpadHIDManager.}
E other {«USBMSC»|«AppleUSBMultitouchDriver»|SMC}: {failed to {open|reset} device|checkStatus - received Status Packet, Payload 2: device was reinitialized|read key {word} failed}: 0x{hex8}
I memory {memorystatus: killing_top_process|memorystatus_thread: idle exiting} pid {pid} [«{proc}»]{ (memorystatus_available_pages: {n})|}
W memory {memorystatus: |}{low swap: |}{killing|purging} {highwater|largest compressed} {process|} pid {pid} [«{proc}»]
W process {«{proc}»|WindowServer}: {CGXDisplayDidWakeNotification [{n}]: posting kCGSDisplayDidWake|_CGXRemoveWindowFromWindowMovementGroup: window {ptr} is not attached to window {ptr}|app "«{proc}»" has been unresponsive for {dur}|disable_update_timeout: UI updates were forcibly disabled by application "«{proc}»" for over {float} seconds. Server has re-enabled them.}
I process {«{proc}»|«{proc}»[{pid}]}: {notify name "com.apple.{word}" has been registered {n} times - this may be a leak|Unloading|RemoteViewService ({pid}) terminated|Process exited, state 0}
E process {Saved crash report for|Formulating crash report for} {process|} «{proc}»[{pid}]{ version {ver}|}{ to {path}|}
E process Failed to {obtain sandbox extension|bootstrap path: path = {path}|spawn} {for |}«{proc}»{, error = {n2}: {errno}|}
E process {ASL Sender Statistics|__NSXPCCONNECTION_IS_WAITING_FOR_A_SYNCHRONOUS_REPLY__ interrupted|XPC error messaging} «{com.apple.{word}|{proc}}»: Connection {invalid|interrupted}
D other {Bluetooth|hci} {-[BluetoothHIDDeviceController] EventServiceConnectedCallback|[writeDescriptorValue] state {small}|{ptr} {word} callback}
I storage {TimeMachine|Starting|Backup completed|Finished copying} {automatic backup|items|standard backup} {to|from} «/Volumes/{word}»{ ({size})|}
E storage {Backup failed with error {small}:|Failed to eject volume|Error: (22) setxattr for key:com.apple.backupd on path:} «/Volumes/{word}»{: {fileerr}|}
W storage {disk|volume} «{disk2s1|disk1}» {is almost full|did not appear|was not ejected properly}
I storage {hfs|apfs}: {mounted|unmount initiated on|summary table not allocated for|nx_dev_init_from_device: device «disk{small}s{small}»} «{Macintosh HD|{word}}» {on device disk{small}s{small}|}
I storage {DB|sqlite|CoreData}: {annotation: |}{Disconnecting from sqlite database|vacuumed|opened} «{path}»
W storage {sqlite|BUG in libdispatch client|API call with invalid database connection pointer}: {database is locked|invalid page} in «{path}»
W auth {Error Domain=AKAuthenticationError|Authentication failed for|password rejected for} {account |user |}«{mail|user}»{ Code=-{n}|}
I auth {DEAD_PROCESS: {pid} ttys00{small}|USER_PROCESS: {pid} ttys00{small}|Login Window Application Started|loginwindow: session agent for user «{user}» created}
W auth SecTrustEvaluate [leaf AnchorTrusted {lb}{rb}]: certificate of «{mail}» not trusted
I auth {Keychain|keychain} «{login.keychain|{user}}» {unlocked|locked}
W permission {«{proc}»|tccd}: {Prompting policy for hardened runtime; service: kTCCService{word} requires entitlement|denied access to|user refused} «{Microphone|Camera|Contacts|{path}}»
W permission {«{proc}»|Sandbox}: not {allowed|entitled|permitted} to {open|look up|write} «{path}»
W permission SecTaskLoadEntitlements failed error={n2}{ for «{proc}»|}
I config {«{proc}»|[App Store]}: {checking for updates|no updates found|preferences synchronised|+[{camel} {word}]: loaded defaults}
N config {installed|Installed|Installing} "«{proc}»" ({ver}){ from App Store|}
W config {CFPreferences|objc[{pid}]}: {Class {camel} is implemented in both|the option «{option}» is deprecated|could not read default «{option}»}
I request {«{url}»|CloudKit operation «{uuid}»|Fetch «{uuid}»} {finished|completed}{ with status 200| in {dur}|}
E request {Task <«{uuid}»>.<{small}>|PBOSCHTTPRequest «{url}»|Fetch «{uuid}»} {finished with error - code: -{n}|HTTP load failed (error code: -{n})|got error: {neterr}}

@ SurfaceFlinger, vold, installd, netd, wpa_supplicant, AlarmManager, JobScheduler, GCMService, Settings, Launcher3, MediaPlayer, AudioFlinger, AccountManagerService, SyncManager, BackupManagerService, Finsky, GmsCoreStatsService, BluetoothAdapter, RIL, GnssLocationProvider, ThermalService, PackageInstaller, StrictMode, InputDispatcher, chromium, WebView, ExoPlayer, Fingerprint, NfcService, UsbDeviceManager | logcat logcat app
D process {onCreate|onResume|onPause|onDestroy|onBind|handleMessage what={small}|updateState: {n}|show: {bool}, flags {small}}
D other {getSlotIndex|notifyUiVisibilityChanged vis={n}|showing navigation bar|vsync {on|off}|handle={n}|mCurrentBrightness={n}|onSensorChanged {float}}{| light={n2}}
D memory {Trimming|trimMemory level} {«com.{word}.{word}»|{n2}}{, {size}|}
D network {pollState: modem not in service|sendRequest «{domain}»|netlink event {small} «{wlan0|rmnet0}»|onLinkPropertiesChanged «{wlan0|rmnet0}»}
I scheduler {Job|alarm|sync} «com.{word}.{word}/.{camel}» {scheduled|finished|deferred|delivered|started}
W scheduler {Job|alarm|sync} «com.{word}.{word}/.{camel}» {exceeded quota|timed out|dropped: too many}
I storage {vold|StorageManager}: {mounted|unmounted|checking} «/{storage|mnt}/{emulated/0|sdcard1|{hex4}-{hex4}}»
E storage {could not|failed to|Unable to} {open|create|write} {database|file|preferences} «{{path}|/data/data/com.{word}.{word}/files/{file}}»: {fileerr}
W storage {low storage|storage space low}: «/data» {n}MB left
I auth {fingerprint|face|pattern|PIN} {accepted|unlock}{ for user «{{user}|0}»|}
W auth {fingerprint|face|pattern|PIN} {rejected|mismatch|not recognised}{ for user «{user}»|}
W! auth {device|account} {locked|wiped} after {small} failed {unlock|PIN} attempts{ of user «{user}»|}
I auth {account|token} «{mail}» {added|synced|refreshed}
W permission {uid|package|caller} {n} {lacks|does not hold|missing} permission «android.permission.{READ_CONTACTS|WRITE_SETTINGS|CAMERA|BLUETOOTH|ACCESS_FINE_LOCATION}»
W permission {avc: denied|SELinux: denied} {lb} {read|write|ioctl} {rb} for path="«{path}»" dev="{part}" scontext=u:r:untrusted_app:s0
I network {«wlan0»|«rmnet0»|«p2p0»}: {supplicant state ASSOCIATED -> COMPLETED|signal -{n2} dBm|DHCP lease {ip}|connected to "{word}"}
W network {«wlan0»|«rmnet0»|«p2p0»}: {no internet|scan failed|disconnected, reason={small}|captive portal detected|weak signal}
E network {Unable to resolve host|HTTP request to|SSL handshake with|socket to} {"|}«{domain}»{"|}{: {neterr}| failed}
I config {setting|property|flag} «{option}» {=|changed to|set to} {n|onoff}
W config {use of|access to} {deprecated|hidden} {API|method|field} «L{word}/{word}/{camel};»
N config {app|package} «com.{word}.{word}» {updated to {ver}|installed|uninstalled|disabled}
E process {java.lang.RuntimeException: Unable to start activity|FATAL EXCEPTION in|Fatal signal 11 (SIGSEGV), code 1 in tid {n} of|tombstone written for} «com.{word}.{word}»
W process {skipped {n2} frames|slow dispatch took {n}ms|Long monitor contention {dur}|janky frames} {in |}«com.{word}.{word}»
W process {Force stopping|force-killing|Service «com.{word}.{word}/.{camel}» not responding, killing} «com.{word}.{word}»
W memory «com.{word}.{word}» {heap near limit|using too much memory}: {size}
E memory {OutOfMemoryError thrown while|Failed to allocate a {n} byte allocation} in «com.{word}.{word}»
C memory {Out of memory|low memory}: {killed|killing} foreground app «com.{word}.{word}»
I other {battery|Battery} {level|}: {n2}%{, plugged={bool}|}
W other {«{sensor}»|GPS|«GPS»|compass} {lost fix|uncalibrated|timeout|disabled by thermal limit}
I request {play|pause|seek|prepare} «{url}»{ at {n} ms|}
E request {playback|decode|stream|download} of «{url|file}» failed{: {exc|reason}|}
"""
