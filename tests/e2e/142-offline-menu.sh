#!/bin/bash
# The console before the switch is up: boot text, the check after an unclean
# stop, aborting the startup-config, and the Offline Diagnostic Monitor.
# timeout: 120
. "$(dirname "$0")/lib.sh"

export CONSOLE_EXP=$ROOT/tests/e2e/console.exp

# A configuration, so that no setup is offered; two versions of the software.
printf 'configure\nhost here 10.1.1.1\nservice s1\n  ip address 10.1.1.1\n' \
	>startup
switch_start --startup startup
printf 'CSS-ADI 1\nversion sg0810106\nbytes 0\n\n' >"$DISK/root/x.adi"
cli_ok "copy running-config startup-config" configure boot "unpack x.adi"
switch_stop
rm -f "$DISK/root/x.adi"

# ---- boot text -------------------------------------------------------------------
cat >text.exp <<'END'
source $env(CONSOLE_EXP)
power_on
see {^Reading configuration records\.\.\.OK\r\nChecking previous shutdown\.\.\.OK\r\nInitializing the disk\.\.\.OK\r\n\r\nPress CNTRL-C to abort running the startup-config\r\n} "boot text"
login
power_off KILL
power_on
see {^Reading configuration records\.\.\.OK\r\nChecking previous shutdown\.\.\.DIRTY\r\nComplete \(/\) Operation completed successfully\r\nInitializing the disk\.\.\.OK\r\n} "boot text after an unclean stop"
login
power_off
power_on
see {Checking previous shutdown\.\.\.OK}
login
power_off
END
ok "boot text, clean and unclean" expect -f text.exp "$CSS" "$DISK"

# ---- Ctrl-C ----------------------------------------------------------------------
cat >abort.exp <<'END'
source $env(CONSOLE_EXP)
power_on --boot-menu
see {Would you like to access}
send "\r"
see {Press CNTRL-C to abort running the startup-config}
send "\003"
see {The startup-config was aborted}
login
send "show running-config\r"
see {!Active version: sg0820501\r\n\r\nconfigure\r\n\r\nCSS11503# $} \
	"an empty configuration"
send "exit\r"
see {Press any key}
power_off
power_on
login
send "show service summary\r"
see {s1 } "the configuration of the next start"
power_off
END
cp "$DISK/startup-config" before
ok "the startup-config can be aborted" expect -f abort.exp "$CSS" "$DISK"
ok "and is still on the disk" cmp -s before "$DISK/startup-config"

# ---- the menu --------------------------------------------------------------------
cat >menu.exp <<'END'
source $env(CONSOLE_EXP)
power_on --boot-menu
see {Would you like to access}
see {Reading configuration records} "booting after five seconds of silence"
login
power_off
power_on --boot-menu
menu
choose 9 2
see {BOOT CONFIGURATION.*primary boot-file sg0820501.*Press Enter to continue}
send "\r"
choose 1
see {SET BOOT CONFIGURATION}
choose 1
see {1\.  Network\r\n   2\.  FTP\r\n   3\.  Disk\r\n   4\.  Clear\r\n}
send "3\r"
see {1\.  sg0810106\r\n   2\.  sg0820501\r\n}
send "1\r"
choose 2
send "2\r"
see {kernel path/name: $}
send "images/sg0740108.adi\r"
see {server IP address: $}
send "10.1.1.9\r"
see {user name: $}
send "joe\r"
see {password: $}
send "topsecret\r"
choose 3
see {IP address \[0\.0\.0\.0\] $}
send "10.86.178.10\r"
see {subnet mask \[0\.0\.0\.0\] $}
send "255.255.255.0\r"
see {default gateway \[0\.0\.0\.0\] $}
send "10.86.178.1\r"
choose 4 2
see {ip address 10\.86\.178\.10.*subnet mask 255\.255\.255\.0.*primary boot-file sg0810106.*secondary boot-file images/sg0740108\.adi.*secondary boot-type boot-via-ftp.*gateway address 10\.86\.178\.1}
send "\r"
choose 4
see {reboot the system\? \(y/n\) $}
send "n\r"
choose 4
see {reboot the system\? \(y/n\) $}
send "y\r"
see {Would you like to access}
send "\r"
login
send "show version\r"
see {Version: +sg0810106 \(08\.10\.1\.06\)} "the chosen version"
see {CSS11503# $}
power_off
END
ok "a version is chosen in the menu" expect -f menu.exp "$CSS" "$DISK"
lacks "no password in clear" "$(<"$DISK/boot-record")" topsecret

# ---- security ----------------------------------------------------------------------
cat >security.exp <<'END'
source $env(CONSOLE_EXP)
power_on --boot-menu
menu
choose 3 2 2
see {administrative username: $}
send "admin\r"
see {password: $}
send "forgotten1\r"
see {again: $}
send "forgotten2\r"
see {nothing is changed}
choose 2
see {username: $}
send "admin\r"
see {password: $}
send "forgotten1\r"
see {again: $}
send "forgotten1\r"
see {Done}
choose 1
see {password\? \(y/n\) $}
send "y\r"
choose r r 4
see {\(y/n\) $}
send "y\r"
see {Would you like to access}
send "y\r"
see {User Name: $}
send "admin\r"
see {Password: $}
send "system\r"
see {Login invalid\r\nUser Name: $}
send "admin\r"
see {Password: $}
send "forgotten1\r"
see {MAIN MENU}
choose 4
see {\(y/n\) $}
send "y\r"
see {Would you like to access}
send "y\r"
foreach try {1 2 3} {
	see {User Name: $}
	send "admin\r"
	see {Password: $}
	send "wrong\r"
}
see {Would you like to access} "no menu without the password"
send "\r"
login forgotten1
power_off
END
ok "passwords are set, asked for and recovered" \
	expect -f security.exp "$CSS" "$DISK"

# ---- the disk ------------------------------------------------------------------------
serial=$(xxd -p "$DISK/identity" | tr -d '\n')
echo "mine" >"$DISK/homework"
cat >disk.exp <<'END'
source $env(CONSOLE_EXP)
power_on --boot-menu
see {Would you like to access}
send "y\r"
see {User Name: $}
send "admin\r"
see {Password: $}
send "forgotten1\r"
choose 3
see {ADVANCED OPTIONS.*1\.  Delete a Software Version.*2\*  Security Options.*3\*  Disk Options.*r\.  Return to previous menu}
choose 1
see {sg0820501}
send "2\r"
see {delete it\? \(y/n\) $}
send "y\r"
see {Done}
choose 3 2
see {Check the disk\? \(y/n\) $}
send "y\r"
see {files: .*folders: .*total bytes in files: .*Complete \(/\) Operation completed successfully}
choose 1
see {\(y/n\) $}
send "n\r"
choose 1
see {format the disk\? \(y/n\) $}
send "y\r"
see {Operation completed successfully}
choose r r 4
see {\(y/n\) $}
send "y\r"
see {Would you like to access}
send "\r"
see {Press any key}
power_off
END
ok "versions are deleted, the disk is checked and formatted" \
	expect -f disk.exp "$CSS" "$DISK"
ok "the configuration is gone" not test -e "$DISK/startup-config"
ok "what is not the switch's is not" test -e "$DISK/homework"
same "the unit is the same" "$(xxd -p "$DISK/identity" | tr -d '\n')" "$serial"
switch_start
ok "a formatted disk boots what the switch was made as" \
	test -e "$DISK/root/sg0820501/version"
switch_stop

# ---- no console, no menu ---------------------------------------------------------------
from=$SECONDS
switch_start --boot-menu
ok "without a terminal nothing is asked" [ $((SECONDS - from)) -lt 4 ]
lacks "nor said" "$(<switch.log)" 'Would you like'
switch_stop
