#!/bin/bash
# A switch without a startup-config offers its setup on the console, and only
# there; a program that does not know of it is not held up.
# timeout: 120
. "$(dirname "$0")/lib.sh"
export CONSOLE_EXP=$ROOT/tests/e2e/console.exp

cat >decline.exp <<'END'
source $env(CONSOLE_EXP)
proc offered {} {
	see {Press any key to log in}
	send "\r"
	see {User Name:}
	send "admin\r"
	see {Password:}
	send "system\r"
	see {No startup-config was found, continue with the setup script \[y/n\]\? $}
}
proc again {} {
	send "exit\r"
}
power_on
offered
send "?"
see {Setup asks for .*continue with the setup script \[y/n\]\? $}
send "yo\177\177n\r"
see {CSS11503# $} "n declines"
again
offered
send "q\r"
see {CSS11503# $} "q declines"
again
offered
send "\r"
see {CSS11503# $} "Enter declines"
again
offered
send "show version\r"
see {Version: +sg0820501.*CSS11503# $} "a command declines and is run"
again
offered
see {CSS11503# $} "silence declines"
send "show version\r"
see {Version:.*CSS11503# $}
power_off
END
ok "setup can be declined" expect -f decline.exp "$CSS" "$DISK"
ok "nothing is configured" not test -e "$DISK/startup-config"

cat >setup.exp <<'END'
source $env(CONSOLE_EXP)
power_on
see {Press any key}
send "\r"
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
see {continue with the setup script \[y/n\]\? $}
send "y\r"
see {'q' after any prompt quits setup.*default gateway \[y/n\]\? $}
send "\r"
see {gateway: $}
send "10.9.0.254\r"
see {VLAN1 \[y/n\]\? $}
send "y\r"
see {VLAN1: $}
send "10.9.0.1\r"
see {mask \[255\.255\.255\.0\]: $}
send "\r"
see {Layer 3 load balancing \[y/n\]\? $}
send "y\r"
see {name of a service: $}
send "s1\r"
see {IP address: $}
send "10.9.1.1\r"
see {another one \[y/n\]\? $}
send "n\r"
see {owner: $}
send "shop\r"
see {rule: $}
send "all\r"
see {virtual IP address: $}
send "10.9.0.80\r"
see {These commands are configured:\r\n\r\nip route 0\.0\.0\.0 0\.0\.0\.0 10\.9\.0\.254\r\n.*vip address 10\.9\.0\.80.*startup-config \[y/n\]\? $}
send "y\r"
see {configuration is saved\.\r\nCSS11503# $}
send "exit\r"
see {Press any key}
send "\r"
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
see {CSS11503# $} "no offer when there is a configuration"
power_off
END
ok "setup is gone through" expect -f setup.exp "$CSS" "$DISK"
switch_start
config=$(cli "show running-config")
for line in '^  ip route 0\.0\.0\.0 0\.0\.0\.0 10\.9\.0\.254 1 $' \
	'^circuit VLAN1' '^ +ip address 10\.9\.0\.1 255\.255\.255\.0 $' \
	'^service s1 $' '^  content all $' '^    vip address 10\.9\.0\.80 $'; do
	has "saved and booted" "$config" "$line"
done
switch_stop

# Not for pipes, nor over attach or Telnet, nor with --startup.
rm "$DISK/startup-config"
switch_start --telnet 127.10.14.3:2323
lacks "a pipe is not asked" "$(printf '%s\n' admin system "show version" exit |
	"$CSS" attach --disk "$DISK")" 'setup script'
cat >attach.exp <<'END'
source $env(CONSOLE_EXP)
spawn -noecho $css attach --disk $disk
expect "Press any key" {send "\r"; exp_continue} -re {User Name:} {}
send "admin\r"
see {Password:}
send "system\r"
expect "setup script" {bad "no offer"} -re {CSS11503# $} {} timeout {bad prompt}
send "exit\r"
spawn -noecho telnet 127.10.14.3 2323
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
expect "setup script" {bad "no offer"} -re {CSS11503# $} {} timeout {bad prompt}
send "exit\r"
exit 0
END
ok "attach and Telnet are not asked" expect -f attach.exp "$CSS" "$DISK"
switch_stop
printf 'configure\nhost h 10.1.1.1\n' >startup
cat >startup.exp <<'END'
source $env(CONSOLE_EXP)
power_on --startup startup
login
power_off
END
ok "with --startup nobody is asked" expect -f startup.exp "$CSS" "$DISK"
