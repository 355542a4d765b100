#!/bin/bash
# What is wrong from outside is said in one line that names it, with the status
# that the manual gives.
. "$(dirname "$0")/lib.sh"

refused() { # "SENTENCE" STATUS REGEX ARGUMENT...
	local what=$1 want=$2 names=$3 rc

	shift 3
	timeout 20 "$CSS" "$@" </dev/null >out 2>report
	rc=$?
	same "$what: the status" $rc "$want"
	same "$what: one line" "$(wc -l <report)" 1
	has "$what: names it" "$(<report)" "$names"
}

refused "an unknown option" 2 "--bogus" run --bogus
refused "a missing value" 2 "--disk" run --disk
refused "a model that is not" 2 "11509" run --chassis 11509
refused "a slot that is not" 2 "99" run --slot 99=CSS5-SSL-K9
refused "a profile that is not" 2 "old" run --tls old
refused "a Telnet address that is none" 2 "nowhere" run --telnet nowhere
refused "a mapping that is none" 2 "sideways" run --map sideways
refused "a number that is none" 2 "many" run --workers many
refused "a word that is no command" 2 "frobnicate" frobnicate
refused "a card that is not" 1 "CSS5-NOPE" run --disk "$DISK" --telnet off \
	--slot 2=CSS5-NOPE
refused "a startup file that is not there" 1 "absent\.cfg" \
	run --disk "$DISK" --telnet off --startup absent.cfg
refused "a startup file that is a folder" 1 "$T" \
	run --disk "$DISK" --telnet off --startup "$T"
refused "a startup file that is a device" 1 "/dev/zero is a device" \
	run --disk "$DISK" --telnet off --startup /dev/zero
refused "a configuration that is a folder" 2 "is a folder" replay "$T"
refused "a configuration that is a device" 2 "is a device" replay /dev/zero
head -c 8388609 /dev/zero | tr '\0' '!' >long.cfg
refused "a configuration that is too long" 2 "longer than 8388608" \
	replay long.cfg
rm long.cfg
refused "a certificate file that is not there" 1 "absent\.pem" \
	run --disk "$DISK" --telnet off --import-ssl absent.pem
refused "a disk below a file" 1 "/dev/null/disk" \
	run --disk /dev/null/disk --telnet off
refused "attaching to a switch that does not run" 1 "disk" \
	attach --disk "$DISK"
same "nothing to replay" "$("$CSS" replay >/dev/null 2>&1; echo $?)" 2

switch_start --telnet 127.10.2.1:2323
refused "a disk that another switch holds" 1 "disk" \
	run --disk "$DISK" --telnet off
refused "a busy Telnet port" 1 "127\.10\.2\.1:2323" \
	run --disk "$T/other" --telnet 127.10.2.1:2323

# A VIP whose port somebody else has: the command names it, nothing is half done.
background other "$PYTHON" "$ROOT/tests/e2e/web.py" \
	other=127.10.2.10:80 server=127.10.2.20:80
within 10 listens 127.10.2.20 80 || fail "web.py"
answer=$(cli configure "service s" "ip address 10.10.2.20" "active" \
	"owner o" "content c" "vip address 10.10.2.10" "protocol tcp" \
	"port 80" "add service s" "active" end)
has "a busy port of a VIP" "$answer" '10\.10\.2\.10(:80)?.*(in use|taken|busy)'
has "is in the log too" "$(cli "show log sys.log")" '10\.10\.2\.10'
end other
switch_stop

switch_start --map none
answer=$(cli configure "service s" "ip address 127.0.0.1" "active" \
	"owner o" "content c" "vip address 192.0.2.77" "protocol tcp" \
	"port 80" "add service s" "active" end)
has "an address that is not on this host" "$answer" '192\.0\.2\.77'
ok "the switch lives on" cli_ok "show version"

# A list that cannot be activated stays suspended, and says why.
answer=$(cli configure "ssl-proxy-list l" "active")
has "an empty list" "$answer" '^%%'
answer=$(cli configure "ssl-proxy-list l" "ssl-server 1" \
	"ssl-server 1 vip address 192.0.2.1" "ssl-server 1 rsacert nocert" \
	"ssl-server 1 rsakey nokey" \
	"ssl-server 1 cipher rsa-with-aes-128-cbc-sha 192.0.2.2 80" "active")
has "a list without its certificate" "$answer" '^%%.*nocert'
lacks "is not active" \
	"$(cli "show running-config" | sed -n '/^ssl-proxy-list l/,/^!/p')" \
	'^  active'
ca_new x && ca_issue a x a.example && ca_issue b x b.example
switch_stop
switch_start --tls faithful --import-ssl a.pem --import-ssl a.key \
	--import-ssl b.key
base=(configure "ssl associate cert c a.pem" "ssl associate rsakey k a.key"
	"ssl associate rsakey other b.key" "ssl-proxy-list l" "ssl-server 1"
	"ssl-server 1 vip address 10.10.2.1" "ssl-server 1 rsacert c")
answer=$(cli "${base[@]}" "ssl-server 1 rsakey other" \
	"ssl-server 1 cipher rsa-with-aes-128-cbc-sha 10.10.2.2 80" active)
has "a key that does not fit" "$answer" '^%% Certificate and key pair do not match'
answer=$(cli "${base[@]}" "ssl-server 1 rsakey k" \
	"no ssl-server 1 cipher rsa-with-aes-128-cbc-sha" \
	"ssl-server 1 cipher rsa-export-with-rc4-40-md5 10.10.2.2 80" active)
has "a suite that the library lacks, by name" "$answer" \
	'^%%.*rsa-export-with-rc4-40-md5'
switch_stop
