#ifndef CSS_EMU_CONF_SNMP_H
#define CSS_EMU_CONF_SNMP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct conf;
struct err;

/* What an SNMP agent answers with, whom it answers and what it reports
 * (platform.md 4.7). */
#define SNMP_COMMUNITY_MAX 5
#define SNMP_TRAP_HOST_MAX 5

struct snmp_community {
	char name[13];
	bool read_write;
};

struct snmp_trap_host {
	struct in_addr addr;
	char community[13];
	bool v2; /* SNMPv2c; else SNMPv1 */
};

enum snmp_trap { /* enterprise traps */
		 TRAP_DOS_ILLEGAL,
		 TRAP_DOS_LAND,
		 TRAP_DOS_SMURF,
		 TRAP_DOS_SYN,
		 TRAP_MODULE,
		 TRAP_POWER,
		 TRAP_LIFETICK,
		 TRAP_LOGIN,
		 TRAP_REDUNDANCY,
		 TRAP_RELOAD,
		 TRAP_REPORTER,
		 TRAP_SERVICE,
		 TRAP_NUM,
};

/* Where packets come from: the address itself, the port they leave by, or one
 * that is given. */
enum snmp_source { SNMP_MANAGEMENT, SNMP_EGRESS, SNMP_SPECIFIED };
struct snmp_address {
	enum snmp_source from;
	struct in_addr addr; /* SNMP_SPECIFIED only */
};

/* Writes to apSnmpExtReloadSet that reboot: none, this value, any. */
#define SNMP_RELOAD_OFF 0u
#define SNMP_RELOAD_ANY UINT32_MAX

#define SNMP_CONTACT  "Cisco Systems, Content Network Systems"
#define SNMP_LOCATION "Customer Premises"
#define SNMP_NAME     "Support"

struct snmp_conf {
	struct snmp_community community[SNMP_COMMUNITY_MAX]; /* by name */
	int ncommunity;
	struct snmp_trap_host trap_host[SNMP_TRAP_HOST_MAX]; /* as entered */
	int ntrap_host;
	char contact[256], location[256], name[256];
	bool auth_traps, generic_traps;
	bool enterprise_traps; /* without it none of the types is sent */
	bool trap[TRAP_NUM];
	/* events in a second that make a trap; 0 for the types without */
	uint16_t threshold[TRAP_NUM];
	uint32_t reload;
	struct snmp_address trap_source;
	struct snmp_address reply_source; /* SNMP_EGRESS: the one asked */
};

void snmp_conf_init(struct snmp_conf *s); /* the defaults */
/* In the words of the command line: service-transition */
const char *snmp_trap_name(enum snmp_trap t);
/* 0: the type has no threshold */
uint16_t snmp_trap_threshold_default(enum snmp_trap t);

int snmp_community_set(struct conf *c, const char *name, bool read_write,
		       struct err *err);
int snmp_community_del(struct conf *c, const char *name, struct err *err);
int snmp_trap_host_set(struct conf *c, const struct snmp_trap_host *h,
		       struct err *err);
int snmp_trap_host_del(struct conf *c, struct in_addr a, struct err *err);
/* on false: the threshold is the default again */
void snmp_trap_set(struct conf *c, enum snmp_trap t, bool on,
		   unsigned threshold);
void snmp_address_set(struct conf *c, struct snmp_address *field,
		      enum snmp_source from, struct in_addr addr);

#endif
