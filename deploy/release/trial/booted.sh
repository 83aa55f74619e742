#!/bin/bash
# Inside a Debian that was booted with systemd and has the package: the service from its first start to its purge.
# Each line of /root/trial/said is one thing that was seen; `all seen` is the last one.
set -eEuo pipefail
exec >/root/trial/log 2>&1
SAID=/root/trial/said
trap 'echo "line $LINENO failed: $BASH_COMMAND" >>$SAID; journalctl --no-pager -u cordpair | tail -40' ERR
seen() { echo "$*" | tee -a $SAID; }
property() { systemctl show -P "$1" cordpair; }
as_service() { runuser -u cordpair -- cordpair "$@"; }
# Until the command succeeds; it is looked at again and again, for a minute.
until_true() { for _ in $(seq 300); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.2; done; echo "never: $*" >>$SAID; return 1; }
get() { /usr/lib/cordpair/bin/python3 -c 'import sys, urllib.request as u; sys.stdout.write(u.urlopen("http://127.0.0.1:8080" + sys.argv[1], timeout=5).read().decode())' "$1"; }
connected() { as_service queues --json | /usr/lib/cordpair/bin/python3 -c 'import json, sys; print(sum(q["outcomes"].get("connected", 0) for q in json.load(sys.stdin)))'; }
calls_taken() { [ "$(connected)" -gt "${1:-0}" ]; }
clerk_is_nice() { for p in /proc/[0-9]*; do if grep -qa reports.clerk "$p/cmdline"; then [ "$(awk '{print $19}' "$p/stat")" -ge 5 ] && return 0; fi; done; return 1; }
restarted() { [ "$(property NRestarts)" -gt "$1" ] && [ "$(property ActiveState)" = active ]; }

# 1. enabled by the package: it came up with the machine, as shipped
[ "$(property ActiveState)/$(property Type)/$(property User)" = active/notify/cordpair ]
until_true get /readyz
get /office | grep -qi '<!doctype html>'
seen "as shipped: active, ready, pages served"

# 2. somebody for the office; a secret that only the service sees
as_service people add anna --role admin --generate >/dev/null
as_service people list | grep -q anna
seen "an administrator was added while it runs"
install -m 0600 /dev/stdin /etc/cordpair/secrets/ari <<<"not-a-real-one"
systemctl restart cordpair
runuser -u cordpair -- test -r /run/credentials/cordpair.service/secrets_ari
! runuser -u cordpair -- test -r /etc/cordpair/secrets/ari
! runuser -u nobody -- test -r /run/credentials/cordpair.service/secrets_ari
seen "a secret reaches the service and nobody else"

# 3. a centre that takes calls: the demonstration's queues and people, in this package's paths
/usr/lib/cordpair/bin/python3 - <<'PYTHON'
import re
from pathlib import Path
from string import Template
from cordpair.cli.demo import TEXT, pbx_url
own = Path("/etc/cordpair/cordpair.toml")
kept = re.search(r"^\[journal\].*", own.read_text(), re.MULTILINE | re.DOTALL)[0]
text = Template(TEXT).substitute(url="http://127.0.0.1:8080", listen="127.0.0.1:8080").replace("[pbx.demo]", "[pbx.main]")
own.write_text(text.replace("loopback://", pbx_url(600, 1)) + kept)
PYTHON
cordpair check | grep -q ': good: '
systemctl restart cordpair
until_true calls_taken 5
until_true clerk_is_nice
seen "calls are taken, and counted by a process that is nice"

# 4. reload, kill, a stuck loop, a configuration that cannot be used
systemctl reload cordpair
until_true sh -c 'journalctl -u cordpair | grep -qi "configuration"'
before=$(property NRestarts); taken=$(connected)
kill -9 "$(property MainPID)"
until_true restarted "$before"
until_true calls_taken "$taken"
seen "killed: back with what it had ($taken connected before), and takes calls"
mkdir -p /run/systemd/system/cordpair.service.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/cordpair.service.d/trial.conf
systemctl daemon-reload; systemctl restart cordpair
before=$(property NRestarts)
kill -STOP "$(property MainPID)"
until_true restarted "$before"
journalctl -u cordpair | grep -q 'Watchdog timeout'
seen "standing still: ended by the watchdog and started again"
rm -r /run/systemd/system/cordpair.service.d; systemctl daemon-reload
cp /etc/cordpair/cordpair.toml /root/trial/good.toml
systemctl stop cordpair
[ "$(property Result)" = success ]
echo 'nonsense = 1' >/etc/cordpair/cordpair.toml
before=$(property NRestarts)
! systemctl start cordpair
[ "$(property ExecMainStatus)/$(property ActiveState)/$(property NRestarts)" = "78/failed/0" ] || [ "$(property ExecMainStatus)/$(property NRestarts)" = "78/$before" ]
seen "a configuration that cannot be used: status 78, not tried again"
cp /root/trial/good.toml /etc/cordpair/cordpair.toml
systemctl reset-failed cordpair; systemctl start cordpair

# 5. hardened as it says, and an upgrade, a removal, a purge
systemd-analyze verify --man=no /usr/lib/systemd/system/cordpair.service
systemd-analyze security cordpair.service | tail -1 | grep -oE '[0-9.]+ [A-Z]+' | sed 's/^/exposure /' | tee -a $SAID
taken=$(connected); pid=$(property MainPID)
dpkg -i /root/trial/cordpair.deb
[ "$(property MainPID)" != "$pid" ]
until_true calls_taken "$taken"
cmp /root/trial/good.toml /etc/cordpair/cordpair.toml
seen "upgraded: restarted, state and configuration kept, takes calls"
dpkg -r cordpair
[ -s /var/lib/cordpair/journal.db ] && [ -f /etc/cordpair/cordpair.toml ] && [ ! -e /usr/bin/cordpair ]
[ ! -e /usr/lib/cordpair ]
seen "removed: state kept, nothing of the program left"
dpkg -i /root/trial/cordpair.deb
systemctl start cordpair
until_true calls_taken "$taken"
seen "installed again: goes on from its journal"
systemctl stop cordpair
dpkg -P cordpair
[ ! -e /var/lib/cordpair ] && [ ! -e /etc/cordpair ]
seen "purged: nothing left"
seen "all seen"
