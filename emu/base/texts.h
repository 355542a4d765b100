#ifndef CSS_EMU_BASE_TEXTS_H
#define CSS_EMU_BASE_TEXTS_H

/*
 * Every text of the product that the emulator prints without having seen it in
 * print.  One table, so that a text is corrected in one place when a real one
 * turns up.  The tag behind each row says how it is known:
 *   doc     printed in a manual        recall  remembered, wording may be off
 *   guess   an invention that fits     own     the real switch has no such text
 * Texts are printed behind "%% " by the session unless they are labels.
 */

/* ---- command line ------------------------------------------------------ */
#define T_INVALID    "Invalid input detected at '^' marker."   /* doc 7.50 */
#define T_AMBIGUOUS  "Ambiguous input detected at '^' marker." /* guess */
#define T_INCOMPLETE "Incomplete command."		       /* recall */
#define T_Q_CREATE   "Create %s <%s>, [y/n]: "		       /* recall */
#define T_Q_DELETE   "Delete %s <%s>, [y/n]: "		       /* recall */
#define T_LOGIN_USER "User Name:"			       /* recall */
#define T_LOGIN_PASS "Password:"			       /* recall */
#define T_LOGIN_BAD  "Login invalid"			       /* guess */
#define T_ANY_KEY    "Press any key to log in."		       /* doc 5.00 */
#define T_NO_SESSION_TEXT "\nSystem unavailable.  Please try later.\n"
#define T_NO_SESSION                                                           \
	"\r\nSystem unavailable.  Please try later.\r\n" /* field notes */

#define T_Q_PROFILE                                                            \
	"Profile changes have occurred. Save them, [y/n]: " /* guess */
#define T_Q_UNSAVED                                                            \
	"Configuration changes have occurred. Save them, [y/n]: " /* guess */
#define T_Q_SURE     "Are you sure, [y/n]: "			  /* recall */
#define T_GONE	     "%s %s does not exist any more"		  /* own */
#define T_IDLE	     "Session closed: idle time-out"		  /* own */
#define T_OVERTIME   "Session closed: time-out"			  /* own */
#define T_HUNG_UP    "Session closed by the switch"		  /* own */
#define T_NOTICE_LOST "(%u messages were left out)"		  /* own */
#define T_NOT_SUPER  "Account has no SuperUser rights"		  /* own */
#define T_NOT_IN_FILE "Not in a file of commands: run it in a session" /* own */
#define T_NO_DIR_ACCESS "No %s access to the %s directory"	  /* guess */
#define T_DIR_CODES  "dir-access is 7 letters of B, R, W and N: %s" /* own */
#define T_TELNET_OPEN	"Connected.\r\nEscape character is '^]'.\r\n" /* guess */
#define T_TELNET_CLOSED "\r\nConnection closed by foreign host.\r\n" /* guess */
#define T_TELNET_LEFT	"\r\nConnection closed.\r\n"		    /* guess */
#define T_NOT_AUTHORIZED "Command authorization failed" /* field notes */
#define T_NO_AUTHORIZER                                                        \
	"Command authorization failed: no TACACS+ server answers" /* own */
#define T_NO_HASH                                                              \
	"The password cannot be hashed; nothing was changed" /* own */
#define T_HARDWARE_HASH                                                        \
	"username %s: a password in the hardware's own form cannot be "       \
	"checked; set it again"				 /* own */
#define T_NO_FOLDER "%s: give the name of a file, without a folder" /* own */
#define T_USERS_RESTRICTED                                                     \
	"Only the administrator may do that: restrict user-database is set" /* guess */
#define T_SCRIPT_ASK "A script cannot answer: %s"		  /* own */
#define T_SKIPPED    "Not run: it belongs to \"%s\", which was refused" /* own */

/* ---- scripts ------------------------------------------------------------ */
#define T_SCRIPT_BAD_LINE    "Error in script playback in line: %u" /* doc */
#define T_SCRIPT_BAD_COMMAND "Error in script playback line:%u"     /* doc */
#define T_SCRIPT_CANCELLED   "Script Playback cancelled."	     /* doc */
#define T_SOCK_CONNECT	     "Failed to connect to remote host"	     /* doc */
#define T_PROMPT_BLOCK	     "> "				     /* guess */
#define T_ALIAS_HELP	     "An alias"			     /* own */
#define T_NO_SCRIPT	     "Script not found: %s"		     /* guess */
#define T_NO_ENDBRANCH	     "Missing endbranch"		     /* guess */
#define T_NO_BRANCH	     "endbranch without if, while or loop"   /* guess */
#define T_NO_FUNCTION_END    "Missing end of the function"	     /* guess */
#define T_NO_BEGIN	     "End of a function that has no begin"   /* guess */
#define T_FUNCTION_INSIDE    "A function cannot begin inside of a block" /* own */
#define T_TOO_DEEP	     "More than 32 blocks in each other"	     /* own */
#define T_TWICE		     "There is another one of that name"	     /* own */
#define T_MANY_NAMES	     "Too many functions and labels"	     /* own */
#define T_NOT_TEXT	     "A script is text: this is a control character" /* own */
#define T_SCRIPT_LONG	     "Script is longer than %u bytes"	     /* own */
#define T_SCRIPT_DEEP	     "Scripts and functions in each other: %d at most" /* own */
#define T_SCRIPT_ENDLESS     "More than %d commands without an end"    /* own */
#define T_SCRIPT_STATUS	     "The script ended with status %d"	     /* own */
#define T_SCRIPT_TEXT	     "More than %u bytes of output"	     /* own */
#define T_NO_FUNCTION	     "Function not found: %s"		     /* guess */
#define T_NO_LABEL	     "Label not found: %s"		     /* own */
#define T_LABEL_INSIDE	     "Label %s is in a block that is not entered" /* own */
#define T_ONLY_SCRIPT	     "Only in a script"			     /* own */
#define T_BLOCK_ALIAS	     "A block cannot begin in an alias"	     /* own */
#define T_NO_USER	     "There is nobody to ask"		     /* own */
#define T_RECORD                                                               \
	"Type the commands of the script; a line with a dot ends it" /* own */
#define T_NO_RECORD_OPEN "No script is being recorded"		/* own */
#define T_Q_OVERWRITE	 "Script %s exists, overwrite, [y/n]: " /* guess */
#define T_LINE_LONG	 "Line is longer than %d characters"	/* own */
#define T_VAR_NAME                                                             \
	"Invalid name of a variable: %s (1 to %d letters, digits, . _ -)" /* own */
#define T_VAR_GIVEN   "%s is set by the switch"		    /* own */
#define T_NO_INT      "\"%s\" is no integer"		    /* guess */
#define T_INT_RANGE   "%s does not fit in 32 bits"	    /* own */
#define T_INT_RESULT  "%s %s %s does not fit in 32 bits"    /* own */
#define T_DIV_ZERO    "Division by zero"		    /* guess */
#define T_NO_OPERATOR "Invalid operator: %s"		    /* guess */
#define T_NO_QNAME    "%s is no domain name"		    /* own */
#define T_OP_ALONE    "Operator %s takes no value"	    /* own */
#define T_OP_VALUE    "Operator %s needs a value"	    /* own */
#define T_NO_SOCKET   "Socket %lu is not open in this session" /* guess */
#define T_SOCK_SEND   "Failed to send to remote host"	    /* guess */
#define T_SOCK_HEX    "Not pairs of hexadecimal digits: %s" /* own */
#define T_SOCK_NOTHING	 "Nothing was received"		    /* guess */
#define T_SOCK_NOT_FOUND "Text was not found in what was received" /* guess */
#define T_INTERRUPTED	 "Interrupted"			    /* own */

#define T_KAL_TOO_MANY                                                         \
	"More than the %u %s keepalives that the product is made for" /* own */
#define T_KAL_RESULT "Service %s: probe: %s"			    /* own */
#define T_KAL_NO_RECORD "ftp-record %s does not exist"		    /* own */
#define T_KAL_PASSWORD	"the password of ftp-record %s was sealed elsewhere" /* own */
#define T_KAL_SCRIPT_LATE "script %s has not ended within %u s"	    /* own */
#define T_KAL_COMMAND	  "A keepalive's script may not run this command" /* own */

/* ---- objects ----------------------------------------------------------- */
#define T_NO_OBJECT "Specified %s does not exist: %s" /* guess */
#define T_BAD_NAME                                                             \
	"Invalid name: %s (1 to %d letters, digits, . _ - :)"	   /* guess */
#define T_FULL	     "Maximum number of %ss (%d) reached"	   /* guess */
#define T_SVC_ACTIVE "Attribute may not be set, service is active" /* guess */
#define T_RULE_ACTIVE                                                          \
	"Attribute may not be set, content rule is active"	   /* guess */
#define T_GROUP_ACTIVE "Attribute may not be set, group is active" /* guess */
#define T_KAL_ACTIVE   "Attribute may not be set, keepalive is active" /* guess */

#define T_SVC_WHY "Last Probe Failure: %s" /* own */

#define T_TOO_LONG "Text is too long (%zu characters at most)"	       /* own */
#define T_BAD_TEXT "Text may not contain quotes or control characters" /* own */
#define T_EXISTS   "%s already exists: %s" /* guess */
#define T_RANGE_END                                                            \
	"Addresses from %s with range %u go beyond the last one" /* own */
#define T_BAD_URL "Invalid url: %s"				 /* guess */
#define T_SCHED_FIELD                                                          \
	"The %s is *, or a list of %u to %u with , and - and /: %s" /* own */
#define T_SCHED_LOG  "Not a file of the log folder: %s"	 /* own */
#define T_SCHED_RUN  "cmd-sched: record %s runs"		 /* own */
#define T_SCHED_BUSY "cmd-sched: record %s still runs, left out" /* own */
#define T_RULE_HAS                                                             \
	"Service %s is already in the rule (change service %s weight N)" /* guess */
#define T_NO_CIRCUIT                                                           \
	"Specified circuit does not exist: %s (bridge vlan %u on a port "      \
	"makes it)"				  /* guess */

/* DHCP relay agent */
#define T_DHCP_GLOBAL	    "DHCP Relay Agent Global Information:" /* guess */
#define T_DHCP_MAX_HOPS	    "Max Hops"				   /* guess */
#define T_DHCP_IN_REQUESTS  "Requests Received"			   /* guess */
#define T_DHCP_OUT_REQUESTS "Requests Relayed"			   /* guess */
#define T_DHCP_IN_REPLIES   "Replies Received"			   /* guess */
#define T_DHCP_OUT_REPLIES  "Replies Relayed"			   /* guess */
#define T_DHCP_TOO_FAR	    "Requests Over Max Hops"		   /* guess */
#define T_DHCP_MALFORMED    "Malformed Messages"		   /* guess */
#define T_DHCP_DISCARDS	    "Messages Discarded"		   /* guess */
#define T_DHCP_SERVERS	    "A circuit has at most 2 DHCP servers" /* guess */
#define T_DHCP_REQUEST_LOG  "Request of %s on VLAN%u goes to %s%s"  /* guess */
#define T_DHCP_REPLY_LOG    "Reply of %s for %s goes to VLAN%u%s"   /* guess */
#define T_DHCP_DROP_LOG	    "Message of %s on VLAN%u dropped: %s%s" /* guess */
#define T_DHCP_IS_BAD	    "malformed"				    /* guess */
#define T_DHCP_IS_FAR	    "over max hops"			    /* guess */
#define T_DHCP_IS_LOOPED    "it was relayed here before"	    /* guess */
#define T_DHCP_NO_ADDRESS   "the circuit has no address"	    /* guess */
#define T_DHCP_NO_SERVER    "the circuit has no server"		    /* guess */
#define T_DHCP_NO_AGENT	    "no relay agent is on for it"	    /* guess */
#define T_DHCP_TO_ALL	    "a reply to everybody"		    /* guess */

#define T_NO_STARTUP "There is no startup-config" /* guess */
#define T_NO_STARTUP_ERRORS                                                    \
	"No lines of the startup-config were rejected" /* own */
#define T_Q_CLEAR_STARTUP                                                      \
	"Are you sure you want to clear the startup-config, [y/n]: " /* guess */
#define T_Q_CLEAR_RUNNING                                                      \
	"Are you sure you want to clear the running-config, [y/n]: " /* guess */
#define T_IP_OVERLAP  "%s overlaps %s on circuit %s"		     /* guess */
#define T_BAD_ADDR    "%s is not an IP address"			     /* own */
#define T_IP_PREFIX   "Prefix length is 8 to 31"		     /* own */
#define T_IP_NO_HOST  "%s is not an address of a host"		     /* own */
#define T_KAL_NO_ADDR "Keepalive requires an IP address"	     /* guess */
#define T_SVC_NO_ADDR "Service requires an IP address"		     /* guess */
#define T_SVC_IN_LIST                                                          \
	"Remove the SSL proxy lists of the service first" /* guess */
#define T_RULE_DUP                                                             \
	"Duplicate content rule: %s %s is active with the same address, port " \
	"and URL"					   /* guess */
#define T_RULE_NEEDS   "%s requires %s"			   /* guess */
#define T_IN_USE       "%s is in use by %s %s"		   /* guess */
#define T_GROUP_NO_VIP "Group requires a VIP address"	   /* guess */
#define T_GROUP_TAKEN  "Service %s is already in group %s" /* guess */
#define T_NOT_IN       "Service %s is not in %s %s"	   /* guess */

/* ---- circuits ---------------------------------------------------------- */
#define T_Q_CREATE_VLAN "Create VLAN<%s>, [y/n]: " /* recall */
#define T_Q_DELETE_VLAN "Delete VLAN<%s>, [y/n]: " /* guess */
#define T_NO_TRUNK	"Interface %s is not a trunk (trunk makes it one)" /* guess */
#define T_NO_VLAN	"VLAN %u does not exist on interface %s"	   /* guess */
#define T_CIRCUIT_PORTS "Circuit %s has ports, take them out of it first" /* guess */

/* ---- access lists ------------------------------------------------------ */
#define T_ACL_LOG   "ACL %u clause %u %s %s %s%s"	      /* guess */
#define T_NQL_LOG   "%s %s: %s%s"			      /* guess */
#define T_ACL_EMPTY "Cannot apply ACL for it has no clauses." /* doc */
#define T_ACL_APPLIED                                                          \
	"ACL %u is applied to %s, must be removed from there first" /* guess */
#define T_ACL_TAKEN	 "%s has ACL %u applied, remove it first" /* guess */
#define T_ACL_NOT_THERE	 "ACL %u is not applied to %s"		  /* guess */
#define T_NO_ACL	 "Specified ACL does not exist: %u"	  /* guess */
#define T_ACL_NO_CLAUSE	 "Clause %u does not exist"		  /* guess */
#define T_ACL_HAS_CLAUSE                                                       \
	"Clause %u already exists, delete it first (no clause %u)" /* guess */
#define T_ACL_BYPASS	"A bypass clause cannot have a source group" /* guess */
#define T_ACL_ICMP_TYPE "A type of ICMP needs the protocol icmp"     /* guess */
#define T_ACL_RANGE	"The range of ports ends before it begins"   /* own */

/* ---- qualifier lists --------------------------------------------------- */
#define T_ENTRY_EXISTS                                                         \
	"%s is in the list already; delete it first (no %s %s)" /* guess */
#define T_NO_ENTRY	"%s is not in the list" /* guess */
#define T_DQL_INDEX	"Index %u is taken by %s" /* guess */
#define T_URQL_ACTIVE	"Attribute may not be set, URQL is active" /* guess */
#define T_NO_URL	"URL %u is not in the list"		   /* guess */
#define T_NQL_PREFIX	"Prefix length is 8 to 32"		   /* own */
#define T_HFG_NEEDS_TEXT "%s needs a text"			   /* own */
#define T_HFG_NO_TEXT	"%s has no text"			   /* own */
#define T_URQL_WILD	"A URL of a URQL cannot have wildcards: %s" /* guess */
#define T_NOT_ACTIVE	"%s %s is not active" /* guess */

/* ---- reporters, RMON --------------------------------------------------- */
#define T_REPORTER_ACTIVE  "Attribute may not be set, reporter is active" /* guess */
#define T_REPORTER_NO_PHY  "A reporter of type %s watches no interfaces" /* guess */
#define T_REPORTER_NO_VRID "A reporter of type %s watches no virtual routers" /* guess */
#define T_NOT_WATCHED	   "The reporter does not watch %s"	  /* guess */
#define T_REPORTER_LOG	   "Enterprise:Reporter Transition:%s -> %s" /* guess */
/* event, alarm, object, value, rising or falling, threshold, description */
#define T_RMON_LOG                                                             \
	"RMON event %u: alarm %u: %s is %" PRId64 ", %s threshold %u: %s" /* guess */
#define T_RMON_INDEX	   "An index of %s is 1 to %u"		  /* own */
#define T_NO_RMON	   "Specified %s does not exist: %u"	  /* guess */
#define T_RMON_ACTIVE	   "Attribute may not be set, %s is active" /* guess */

/* ---- SSL --------------------------------------------------------------- */
#define T_LIST_ACTIVE                                                          \
	"SSL proxy list is active, must be suspended before it can be "        \
	"modified"					       /* guess */
#define T_LIST_EMPTY "No servers configured in SSL proxy list" /* guess */
#define T_LIST_INUSE "SSL proxy list is in use by service %s"  /* guess */
#define T_SSL_SAME_VIP                                                         \
	"Lists share an address and port: %s ssl-server %u, %s ssl-server %u" /* guess */
#define T_SSL_ENTRY_LACKS "%s %u requires %s"			   /* guess */
#define T_SSL_ENTRY_TWICE "%s %u and %u share an address and port" /* guess */
#define T_NO_SSL_SERVER	  "SSL server %u does not exist"	   /* guess */
#define T_NO_BACK_SERVER  "Backend server %u does not exist"	   /* guess */
#define T_NO_REWRITE	  "Rewrite rule %u does not exist"	   /* guess */
#define T_PAIR_MISMATCH	  "Certificate and key pair do not match"  /* recall */
#define T_SVC_NO_LIST	  "SSL service requires an SSL proxy list" /* guess */
#define T_SVC_LIST_DOWN	  "SSL proxy list is not active"	   /* guess */
#define T_SVC_NO_SLOT	  "SSL service requires a slot"		   /* guess */
#define T_SVC_NO_MODULE	  "No SSL module in specified slot"	   /* guess */
#define T_SVC_SLOT_TAKEN                                                       \
	"Slot is already in use by an active SSL service" /* guess */
#define T_SVC_NOT_SSL                                                          \
	"Service type does not support SSL proxy lists"		     /* guess */
#define T_SSL_NO_FILE	 "Specified file does not exist"	     /* guess */
#define T_SSL_BAD_KIND	 "File type does not match association type" /* guess */
#define T_SSL_NO_KEY	 "Specified RSA key association does not exist" /* guess */
#define T_SSL_BAD_PASS	 "Invalid password"		       /* guess */
#define T_SSL_BAD_PHRASE "Invalid passphrase"		       /* guess */
#define T_SSL_EXISTS	 "File already exists"		       /* guess */
#define T_SSL_FORMAT	 "Invalid file format"		       /* guess */
#define T_SSL_FULL	 "Maximum number of SSL files reached" /* guess */
#define T_SSL_KEYSIZE	 "Unsupported key size"		       /* guess */
#define T_SSL_INUSE                                                            \
	"Association is used by an active SSL proxy list" /* recall */
#define T_RECORD_SEALED                                                        \
	"The password of ftp-record %s was sealed by another switch; enter "   \
	"ftp-record %s again" /* own */
#define T_XFER_KEY                                                             \
	"The host key of %s has changed; if that is right, delete its line "   \
	"from ssh_known_hosts on the disk"		      /* own */
#define T_XFER_LONG    "The file is longer than %s bytes"     /* own */
#define T_XFER_STOPPED "Interrupted"			      /* own */
#define T_XFER_EMPTY   "The file is empty; %s is unchanged"   /* own */
#define T_XFER_NO_TEXT                                                         \
	"The file is not a text file; %s is unchanged" /* own */
#define T_XFER_REFUSED "The server refuses the file"	      /* guess */
#define T_XFER_FAILED  "Transfer failed: %s"		      /* own */
#define T_XFER_START   "Connecting"			      /* recall */
#define T_XFER_COPYING "Copying"			      /* recall */
#define T_XFER_DONE    "Completed successfully."	      /* recall */
#define T_VERIFY_YES   "Certificate %s matches key %s"	      /* recall */
#define T_VERIFY_NO    "Certificate %s does not match key %s" /* guess */
#define T_CSR_COUNTRY  "Country Name must be 2 characters"    /* guess */
#define T_CSR_LONG     "At most %zu characters fit"	      /* own */
#define T_SSL_ASSOCIATED                                                       \
	"File is associated as %s %s; remove the association first" /* guess */
#define T_NO_RECORD    "FTP record not found"			    /* guess */
#define T_XFER_CONNECT "Unable to connect to remote host"	    /* guess */
#define T_XFER_LOGIN   "Login failed"				    /* guess */
#define T_XFER_NOFILE  "File not found"				    /* guess */
#define T_GEN_WAIT                                                             \
	"Please be patient this could take a few minutes" /* recall */

/* ---- chassis ----------------------------------------------------------- */
#define T_CH_UNKNOWN_PART "Unknown module %s; a %s takes: %s" /* own */
#define T_CH_NO_FIT                                                            \
	"A %s does not fit slot %u of a %s, which takes: %s"	       /* own */
#define T_CH_NO_SLOT  "Slot %u does not exist: a %s has slots 1 to %u" /* own */
#define T_CH_ONE_SLOT "Slot %u does not exist: a %s has slot 1 only"   /* own */
#define T_CH_SLOT_TAKEN                                                        \
	"Slot %u holds a %s; take it out first (lab remove slot %u)" /* own */
#define T_CH_SLOT_EMPTY                                                        \
	"Slot %u is empty; show chassis lists the modules" /* own */
#define T_CH_SCM_STAYS                                                         \
	"Slot 1 holds the %s that runs the switch; it stays in" /* own */
#define T_CH_FIXED                                                             \
	"The %s of a %s is built in; an 11503 or 11506 has modules to pull" /* own */
#define T_CH_SSL_FULL                                                          \
	"A %s takes at most %u SSL modules; remove one first" /* own */
#define T_CH_LOG "Module in slot %u, %s, serial %s: %s"	      /* guess */

/* ---- log --------------------------------------------------------------- */
#define T_NO_LOG_FILE "Log file %s does not exist; see show log-list" /* own */
#define T_LOG_DISK    "The log cannot be written to disk: %s"	      /* own */
#define T_LOG_DROPPED "%u log lines were dropped: too many at once"   /* own */

/* ---- files ------------------------------------------------------------- */
#define T_WORKING      "Working.."			/* recall */
#define T_NO_FILE_KIND "%s is not a file"		/* own */
#define T_NO_TEXT      "%s is not a text file"		/* own */
#define T_CHECK_DONE                                                           \
	"Complete (/) Operation completed successfully" /* doc 5.00 */
#define T_PROFILE_SPOILT "%s is spoilt (%s) and kept as %s" /* own */
#define T_STARTUP_ERRORS                                                       \
	"Lines of the startup-config were rejected; see show "                 \
	"startup-errors" /* guess */
#define T_UNPACKING    "Unpacking"			/* recall */
#define T_NO_VERSION                                                           \
	"Version %s is not installed; see show installed-software" /* own */
#define T_VERSION_THERE "Version %s is installed already"	   /* own */
#define T_VERSION_LIMIT                                                        \
	"%d versions are installed, the most there may be; remove one first" /* own */
#define T_SOFTWARE_LIMIT                                                       \
	"Maximum number of installed versions: %d" /* guess */
#define T_VERSION_RUNS "Version %s is running and cannot be removed" /* guess */
#define T_VERSION_NAMED                                                        \
	"Version %s is in the boot record and cannot be removed" /* guess */
#define T_NO_IMAGE_FILE                                                        \
	"There is no image %s; copy ftp RECORD %s boot-image fetches one" /* own */
#define T_NO_IMAGE                                                             \
	"%s is no image for this switch: it must begin with the lines "        \
	"CSS-ADI 1, version NAME, bytes N and an empty one" /* own */
#define T_IMAGE_CUT                                                            \
	"%s is not whole: it has %s bytes behind its head, not %s"   /* own */
#define T_IMAGE_READ   "The image cannot be read to its end"	     /* own */
#define T_NO_PASSIVE   "There is no standby SCM in this chassis"     /* own */
#define T_BAD_MASK     "%s is not a network mask"		     /* own */
#define T_Q_LICENSE    "Enter the Software License Key (q to quit): " /* recall */
#define T_LICENSE_BAD  "A Software License Key has %d digits"	     /* guess */
#define T_LICENSE_DONE "Software License Key accepted."		     /* guess */
#define T_IMAGE_NAME                                                           \
	"%s is no name of an image: it must end in .adi or .zip" /* own */

/* ---- offline diagnostic monitor, boot ----------------------------------- */
#define T_DM_WANTED                                                            \
	"Would you like to access the Offline Diagnostic Monitor menu? "       \
	"(y<cr>)"						      /* recall */
#define T_DM_SELECT	 "Enter the number of a menu selection:"      /* recall */
#define T_DM_BACK	 "Return to previous menu"		      /* recall */
#define T_DM_BAD	 "Not in the menu"			      /* own */
#define T_DM_VERSION	 "Which version?"			      /* guess */
#define T_DM_NO_VERSION	 "No version is installed"		      /* own */
#define T_DM_TYPE	 "Which boot type?"			      /* guess */
#define T_DM_KERNEL	 "Enter the kernel path/name:"		      /* recall */
#define T_DM_SERVER	 "Enter the server IP address:"		      /* recall */
#define T_DM_FTP_USER	 "Enter the FTP user name:"		      /* recall */
#define T_DM_FTP_PASS	 "Enter the FTP password:"		      /* recall */
#define T_DM_ALT_PATH	 "Access alternate configuration path? (y/n)" /* recall */
#define T_DM_PATH	 "Enter the configuration path:"	      /* guess */
#define T_DM_ADDR	 "Enter the IP address"			      /* guess */
#define T_DM_MASK	 "Enter the subnet mask"		      /* guess */
#define T_DM_GATEWAY	 "Enter the default gateway"		      /* guess */
#define T_DM_UNCHANGED	 "The boot configuration is unchanged"	      /* own */
#define T_DM_CONTINUE	 "Press Enter to continue"		      /* recall */
#define T_DM_DONE	 "Done"					      /* own */
#define T_DM_SURE_DELETE "Are you sure you want to delete it? (y/n)"  /* guess */
#define T_DM_PROTECT	 "Protect this menu by a password? (y/n)"     /* guess */
#define T_DM_NAME	 "Enter the administrative username:"	      /* guess */
#define T_DM_PASSWORD	 "Enter the administrative password:"	      /* guess */
#define T_DM_AGAIN	 "Enter it again:"			      /* guess */
#define T_DM_DIFFER	 "The two are not the same; nothing is changed" /* own */
#define T_DM_NO_HASH	 "This system cannot keep passwords"	      /* own */
#define T_DM_FORMAT                                                            \
	"Formatting erases the configuration, the SSL files and all other "    \
	"files of this switch's disk for good." /* guess */
#define T_DM_SURE_FORMAT                                                       \
	"Are you sure you want to format the disk? (y/n)"	       /* guess */
#define T_DM_CHECK	"Check the disk? (y/n)"			       /* guess */
#define T_DM_UNREADABLE "%u files cannot be read"		       /* own */
#define T_DM_SURE_REBOOT                                                       \
	"Are you sure you want to reboot the system? (y/n)"	       /* recall */
#define T_BOOT_RECORDS	"Reading configuration records..."	       /* doc 5.00 */
#define T_BOOT_PREVIOUS "Checking previous shutdown..."		       /* doc 5.00 */
#define T_BOOT_DISK	"Initializing the disk..."		       /* doc 5.00 */
#define T_BOOT_ABORT                                                           \
	"Press CNTRL-C to abort running the startup-config" /* doc 5.00 */
#define T_BOOT_ABORTED "The startup-config was aborted"	    /* own */
#define T_BOOT_NEXT    "The %s boot record cannot be used: %s" /* own */
#define T_BOOT_TYPE    "booting by %s is not possible here"    /* own */
#define T_BOOT_EMPTY   "it names no software"		       /* own */

/* ---- setup -------------------------------------------------------------- */
#define T_SETUP_OFFER                                                          \
	"No startup-config was found, continue with the setup script "         \
	"[y/n]? " /* recall */
#define T_SETUP_OFFER_HELP                                                     \
	"Setup asks for a default gateway, an address and services, and shows " \
	"the\ncommands that it makes of them.  n leaves the switch as it is; "  \
	"the command\nsetup asks again at any time." /* guess */
#define T_SETUP_INTRO                                                          \
	"Note: Pressing 'q' after any prompt quits setup.\n"                   \
	"      Pressing <CR> after any [y/n] defaults to 'y'.\n"               \
	"      Pressing '?' after any [y/n] prints help.\n\n" /* recall */
#define T_SETUP_GATEWAY_YN                                                     \
	"Do you wish to configure a default gateway [y/n]? " /* recall */
#define T_SETUP_GATEWAY_HELP                                                   \
	"The default gateway gets what is for networks that the switch has no " \
	"route to." /* guess */
#define T_SETUP_GATEWAY                                                        \
	"Please enter the IP address of the default gateway: " /* guess */
#define T_SETUP_VLAN_YN                                                        \
	"Do you wish to configure an IP address for circuit VLAN1 "            \
	"[y/n]? " /* guess */
#define T_SETUP_VLAN_HELP                                                      \
	"All ports belong to VLAN1 at first; its address is the switch's own." /* guess */
#define T_SETUP_VLAN                                                           \
	"Please enter the IP address of circuit VLAN1: " /* guess */
#define T_SETUP_MASK                                                           \
	"Please enter the subnet mask [255.255.255.0]: " /* guess */
#define T_SETUP_L3_YN                                                          \
	"Do you wish to configure Layer 3 load balancing [y/n]? " /* guess */
#define T_SETUP_L3_HELP                                                        \
	"Servers share all traffic to one virtual address." /* guess */
#define T_SETUP_L5_YN                                                          \
	"Do you wish to configure Layer 5 load balancing [y/n]? " /* guess */
#define T_SETUP_L5_HELP                                                        \
	"Web servers share the requests to one virtual address, chosen by "    \
	"URL." /* guess */
#define T_SETUP_PROXY_YN                                                       \
	"Do you wish to configure a proxy cache [y/n]? " /* guess */
#define T_SETUP_PROXY_HELP                                                     \
	"Browsers name the virtual address as their proxy; caches share "      \
	"it." /* guess */
#define T_SETUP_CACHE_YN                                                       \
	"Do you wish to configure a transparent cache [y/n]? " /* guess */
#define T_SETUP_CACHE_HELP                                                     \
	"Web requests that pass the switch go to caches; browsers do not "     \
	"know." /* guess */
#define T_SETUP_SERVER      "Please enter the name of a service: "	/* guess */
#define T_SETUP_SERVER_ADDR "Please enter its IP address: "	/* guess */
#define T_SETUP_MORE_YN     "Do you wish to add another one [y/n]? " /* guess */
#define T_SETUP_MORE_HELP   "The services share the traffic."	/* guess */
#define T_SETUP_OWNER       "Please enter the name of the owner: "	/* guess */
#define T_SETUP_RULE                                                           \
	"Please enter the name of the content rule: "	    /* guess */
#define T_SETUP_VIP   "Please enter the virtual IP address: " /* guess */
#define T_SETUP_LINES "These commands are configured:"	    /* guess */
#define T_SETUP_NONE  "(none)"				    /* own */
#define T_SETUP_SAVE_YN                                                        \
	"Do you wish to save them to the startup-config [y/n]? " /* guess */
#define T_SETUP_SAVE_HELP                                                      \
	"What is not saved is gone when the switch boots again." /* guess */
#define T_SETUP_SAVED "The configuration is saved."   /* guess */
#define T_SETUP_QUIT  "Setup is left; nothing has changed." /* guess */
#define T_SETUP_BAD   "%s cannot be used here"	      /* own */

/* ---- system ------------------------------------------------------------ */
#define T_NO_DISK      "There is no disk 1; the switch has disk 0" /* own */
#define T_SCRATCH_DISK "This switch runs without a disk"	   /* own */
#define T_NO_PORT      "Specified interface does not exist: %s"	   /* guess */
#define T_NO_ARP       "No ARP entry for %s"			   /* guess */
#define T_DUPLICATE_IP "Duplicate IP address detected: %s %s"	   /* field notes */
#define T_NO_PROCESSOR "No session processor in slot %u"		   /* guess */
#define T_NO_RIP       "RIP does not run on %s"			   /* guess */
#define T_NO_OSPF      "OSPF does not run on %s"			   /* guess */
#define T_NO_INDEX     "Nothing has the redundant-index %u"		   /* guess */
#define T_NO_ZONE      "Zone %lu is not known"			   /* guess */
#define T_NO_BLOCK     "Nothing is known of %s"			   /* guess */
#define T_NO_IP_IFACE  "No circuit has the IP interface %s"	   /* guess */
#define T_NO_VROUTER   "No virtual router %u on %s"		   /* guess */
#define T_INERT                                                                \
	"Kept, but without effect on this switch:" /* own */
#define T_NO_INERT                                                             \
	"Every line of the configuration has its effect" /* own */
#define T_NO_WIRE                                                              \
	"No port is wired: the switch is attached to this host's sockets" /* own */
#define T_NO_DECISION  "No decision fits" /* own */
#define T_NO_TRAFFIC   "There is no traffic in a configuration check" /* own */
#define T_NO_SWITCH    "No module moves in a configuration check"  /* own */

/* ---- clock, logging and names -------------------------------------------- */
#define T_Q_DATE       "Enter %s: [%s] (%s) "		   /* recall */
#define T_Q_TIME       "Enter time: [hh:mm:ss] (%s) "	   /* recall */
#define T_BAD_CLOCK    "Invalid %s: %s (%s)"		   /* guess */
#define T_SUMMER_ORDER "Summer time ends before it begins" /* own */
#define T_NAME_UNKNOWN "Unknown host: %s (host %s A.B.C.D names it)"  /* own */
#define T_NAME_NONE    "Unknown host: %s"			      /* guess */
#define T_NAME_FAILED  "Host %s cannot be looked up: %s"	      /* own */
#define T_NAME_STOPPED "Host %s was not looked up: interrupted"       /* own */
#define T_PING_START   "Sending %u echo requests to %s, time-out %u ms:\n" /* guess */
#define T_PING_RATE    "Success rate is %u percent (%u/%u)"	      /* guess */
#define T_PING_TIMES   ", round-trip min/avg/max = %u/%u/%u ms"       /* guess */
#define T_PING_SEND    "Nothing can be sent to %s: %s"		      /* own */
#define T_TRACE_START  "Tracing the route to %s, hops %u to %u:\n"    /* guess */
#define T_TRACE_NONE   "Answers of routers cannot be read here: %s"   /* own */
#define T_TRACE_ORDER  "The last hop comes before the first"	      /* own */
#define T_SNTP_SET     "Time from %s server %s, offset %lld ms"	      /* guess */
#define T_SNTP_FAILED  "No time from %s server %s: %s"		      /* guess */
#define T_SNTP_SILENT  "no answer"				      /* own */
#define T_SNTP_LATE    "its own clock is not set"		      /* own */
#define T_SNTP_KISS    "it asks not to be asked"		      /* own */
/* traps, as NETMAN logs them; the first three are seen, the rest is like them */
#define T_TRAP_LINK_UP	 "Generic:LINK UP for %s"   /* field notes */
#define T_TRAP_LINK_DOWN "Generic:LINK DOWN for %s" /* field notes */
#define T_HOP_DOWN       "Next hop %s does not answer: its routes are not used" /* guess */
#define T_HOP_UP         "Next hop %s answers: its routes are used" /* guess */
#define T_BPDU_GUARD     "Port %s is shut: Port Fast, and it heard a BPDU" /* guess */
#define T_TRAP_SERVICE                                                         \
	"Enterprise:Service Transition:%s -> %s"	      /* field notes */
#define T_TRAP_LOGIN "Enterprise:Login Failure:%s %s from %s" /* guess */
#define T_TRAP_MODULE                                                          \
	"Enterprise:Module Transition:slot %u %s -> %s"		    /* guess */
#define T_MAIL_FAILED  "No mail to %s through %s: %s"		    /* own */
#define T_MAIL_SUBJECT "%s log messages"			    /* guess */
#define T_BAD_MAILBOX  "Invalid mail address: %s"		    /* guess */
#define T_CLOCK_SET    "Clock set to %s by %s"			    /* own */
#define T_CLOCK_SPOILT                                                         \
	"The clock's settings cannot be read: kept as %s; the host's time is " \
	"used" /* own */

/* ---- what a switch does with others --------------------------------------- */
#define T_OFF	     "%s is not enabled"	       /* guess */
#define T_APP_DOWN   "APP session to %s is not up"     /* guess */
#define T_NO_PUBLISHER "Service %s is not a publisher" /* guess */
#define T_NO_SUBSCRIBER "%s does not subscribe to %s"  /* guess */
#define T_NO_REPLICATION                                                       \
	"This switch does not replicate content" /* own */
#define T_NO_VRRP                                                              \
	"Redundancy protocol runs on no circuit" /* guess */
#define T_NO_PEER    "This switch is the master already" /* guess */
#define T_NO_BLOCKS  "Proximity database is empty"	 /* guess */
#define T_NO_PROBES                                                            \
	"This switch keeps no proximity database: it probes no addresses" /* own */
#define T_ZONE_TIER  "Zone %lu needs tier2: tier1 has zones 0 to 5" /* guess */
#define T_BAD_RTT                                                              \
	"Invalid times: %s (at most 16 of 0 to 65535 milliseconds)" /* own */
#define T_OSPF_ON    "OSPF must be disabled first (no ospf enable)" /* guess */
#define T_OSPF_BACKBONE "Area 0.0.0.0 cannot be a stub"		    /* guess */
#define T_CERT_SOON  "Certificate %s will expire in %ld days" /* guess */
#define T_CERT_OVER  "Certificate %s has expired"	       /* guess */
#define T_CRL_UNUSED "CRL %s is used by no active SSL proxy list" /* guess */
#define T_CRL_FETCHED "CRL %s loaded, %zu certificates revoked"	/* guess */
#define T_CRL_FAILED "CRL %s cannot be loaded: %s"		/* guess */
#define T_OCSP_FAILED                                                          \
	"OCSP response for certificate %s cannot be had: %s" /* own */
/* Counters of authentication exist since 7.40; nobody has their texts. */
#define T_SSL_CLIENT_GOOD    "Client authentication succeeded"	    /* guess */
#define T_SSL_CLIENT_BAD     "Client authentication failed"	    /* guess */
#define T_SSL_CLIENT_REVOKED "Client certificates revoked"	    /* guess */
#define T_SSL_CLIENT_NO_CRL  "Client certificates without a CRL"    /* guess */
#define T_SSL_SERVER_BAD     "Server certificates refused"	    /* guess */
#define T_SPAN_SELF  "Port %s cannot be copied to itself"	    /* guess */

/* ---- values in frames that nobody has seen ------------------------------- */
/* CDP's capabilities: router, transparent bridge, switch */
#define T_CDP_CAN (0x01 | 0x02 | 0x08) /* guess */

#endif
