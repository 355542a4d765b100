#ifndef CSS_EMU_BASE_LOG_H
#define CSS_EMU_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

/*
 * The product's log (Administration Guide, "Logging"): subsystems and levels
 * are its own, so that the emulated `logging` commands govern the real log.
 * Line form: "MON DD HH:MM:SS slot/subslot SEQ SUBSYSTEM-level: text".
 * Any thread may log; the log has one lock of its own.
 */
enum log_level {
	LOG_FATAL_0,
	LOG_ALERT_1,
	LOG_CRITICAL_2,
	LOG_ERROR_3,
	LOG_WARNING_4,
	LOG_NOTICE_5,
	LOG_INFO_6,
	LOG_DEBUG_7,
	LOG_LEVEL_NUM,
};

/*
 * X(enumerator, name typed after "logging subsystem", tag printed): platform.md
 * 4.8.  "buffer" is also written "bufman".
 */
#define LOG_SUBSYS_LIST(X)                                                     \
	X(LOG_ACL, "acl", "ACL")                                               \
	X(LOG_APP, "app", "APP")                                               \
	X(LOG_BOOMERANG, "boomerang", "BOOMERANG")                             \
	X(LOG_BUFFER, "buffer", "BUFFER")                                      \
	X(LOG_CDP, "cdp", "CDP")                                               \
	X(LOG_CHASSIS, "chassis", "CHMGR")                                     \
	X(LOG_CIRCUIT, "circuit", "CIRCUIT")                                   \
	X(LOG_CSDPEER, "csdpeer", "CSDPEER")                                   \
	X(LOG_DHCP, "dhcp", "DHCP")                                            \
	X(LOG_DQL, "dql", "DQL")                                               \
	X(LOG_FAC, "fac", "FAC")                                               \
	X(LOG_FLOWAGENT, "flowagent", "FLOWAGENT")                             \
	X(LOG_FLOWMGR, "flowmgr", "FLOWMGR")                                   \
	X(LOG_FPDRIVER, "fp-driver", "FPDRIVER")                               \
	X(LOG_HFG, "hfg", "HFG")                                               \
	X(LOG_IPV4, "ipv4", "IPV4")                                            \
	X(LOG_KEEPALIVE, "keepalive", "KAL")                                   \
	X(LOG_NATMGR, "natmgr", "NATMGR")                                      \
	X(LOG_NETMAN, "netman", "NETMAN")                                      \
	X(LOG_NQL, "nql", "NQL")                                               \
	X(LOG_OSPF, "ospf", "OSPF")                                            \
	X(LOG_PCM, "pcm", "PCM")                                               \
	X(LOG_PORTMAPPER, "portmapper", "PORTMAPPER")                          \
	X(LOG_PROXIMITY, "proximity", "PROXIMITY")                             \
	X(LOG_PUBLISH, "publish", "PUBLISH")                                   \
	X(LOG_RADIUS, "radius", "RADIUS")                                      \
	X(LOG_REDUNDANCY, "redundancy", "REDUNDANCY")                          \
	X(LOG_REPLICATE, "replicate", "REPLICATE")                             \
	X(LOG_REPORTER, "reporter", "REPORTER")                                \
	X(LOG_RIP, "rip", "RIP")                                               \
	X(LOG_SECURITY, "security", "SECURITY")                                \
	X(LOG_SLR, "slr", "SLR")                                               \
	X(LOG_SNTP, "sntp", "SNTP")                                            \
	X(LOG_SSHD, "sshd", "SSHD")                                            \
	X(LOG_SSLACCEL, "ssl-accel", "SSLACCEL")                               \
	X(LOG_SYSSOFT, "syssoft", "SYSSOFT")                                   \
	X(LOG_TACACS, "tacacs", "TACACS")                                      \
	X(LOG_URQL, "urql", "URQL")                                            \
	X(LOG_VLANMGR, "vlanmgr", "VLANMGR")                                   \
	X(LOG_VPM, "vpm", "VPM")                                               \
	X(LOG_VRRP, "vrrp", "VRRP")                                            \
	X(LOG_WCC, "wcc", "WCC")

/* clang-format off */
enum log_subsys {
#define X(id, name, tag) id,
	LOG_SUBSYS_LIST(X)
#undef X
	LOG_SUBSYS_NUM,
};
/* clang-format on */

/* A subsystem lets through its level and graver ones; warning-4 at start.
 * Bytes that are no printable ASCII become dots: a line is one line.
 * slot/subslot of the line is 1/1 (the SCM) unless log_write_slot is used. */
void log_write(enum log_subsys s, enum log_level l, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void log_write_slot(int slot, enum log_subsys s, enum log_level l,
		    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

void log_level_set(enum log_subsys s, enum log_level l);
enum log_level log_level_get(enum log_subsys s);
/* -1 when there is no such name, or when it shortens several: "warning-4",
 * "warning" and "warn" are all the same level. */
int log_subsys_find(const char *name);
int log_level_find(const char *name);
const char *log_subsys_name(enum log_subsys s);
const char *log_level_name(enum log_level l); /* "warning-4" */

/* One finished line without newline; called under the log's lock: must not log,
 * must not block.  The returned id is for log_sink_del, -1: all 8 are taken. */
typedef void (*log_sink_fn)(void *arg, enum log_level l, const char *line);
int log_sink_add(log_sink_fn fn, void *arg);
void log_sink_del(int id);

/*
 * For lines that traffic can trigger: one static, zeroed struct log_rate at
 * each call site.  True at most LOG_RATE_BURST times a second; *skipped is how
 * many lines were left out since the last true, for the text of this one.
 */
#define LOG_RATE_BURST 5
struct log_rate {
	_Atomic uint64_t second;
	_Atomic unsigned used, left_out;
};
bool log_rate_ok(struct log_rate *r, uint64_t now_ms, unsigned *skipped);

#endif
