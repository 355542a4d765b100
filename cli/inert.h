#ifndef CSS_CLI_INERT_H
#define CSS_CLI_INERT_H

/*
 * Why a setting changes no behaviour (struct cmd .inert), where several tables
 * say the same.  Whoever makes one act takes the reason out of its rows.
 */
#define INERT_NO_PEER	     "there is no peer switch to hand sessions to"
#define INERT_NO_DNS	     "the switch answers no DNS queries"
#define INERT_NO_REPLICATION "content is not copied between servers and caches"
#define INERT_HOST_TCP	     "the TCP of this host goes by its own timers and windows"
#define INERT_SENT_AT_ONCE   "what has arrived is sent on at once, in one piece"
#define INERT_NO_CACHES                                                        \
	"connections come to VIPs only: past a cache there is nothing"
#define INERT_NO_MGMT "the program has no management port"
#define INERT_NO_NETWORK_BOOT                                                  \
	"nothing is read from disks on the network; the other boot record "    \
	"is tried"
#define INERT_NO_STANDBY "no standby SCM starts in this program"

#endif
