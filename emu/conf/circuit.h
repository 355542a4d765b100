#ifndef CSS_EMU_CONF_CIRCUIT_H
#define CSS_EMU_CONF_CIRCUIT_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"

/* Lines about virtual routers: one VRID may have several of a kind, except for
 * the router itself. */
enum vr_kind {
	VR_ROUTER,    /* ip virtual-router: priority, preempt */
	VR_VIP,	      /* ip redundant-vip: addr, range, shared */
	VR_INTERFACE, /* ip redundant-interface: addr */
	VR_SERVICE,   /* ip critical-service: name */
	VR_REPORTER,  /* ip critical-reporter: name */
	VR_KIND_NUM,
};
#define VR_MAX 64 /* own bound: lines of one IP interface */

struct vr_line {
	enum vr_kind kind;
	uint8_t vrid;	  /* 1..255 */
	uint8_t priority; /* 1..255, default 100 */
	bool preempt, shared;
	uint16_t range; /* default 1 */
	struct in_addr addr;
	char name[NAME_LEN + 1];
};

struct circuit_ip {
	TAILQ_ENTRY(circuit_ip) link;
	struct in_addr addr;
	uint8_t prefix_len; /* 8..31 */
	time_t since;	    /* conf_clock() when it was added */
	bool disabled;
	bool redirects, unreachables; /* ICMP that is sent; on by default */
	struct in_addr broadcast;     /* INADDR_BROADCAST: all ones */
	/* kept for redundancy, in order of entry */
	struct vr_line vr[VR_MAX];
	int nvr;
	bool router_discovery;
	uint32_t discovery_preference;
	bool redundancy_protocol;
	struct settings kept;
};
TAILQ_HEAD(circuit_ip_list, circuit_ip);

struct circuit {
	TAILQ_ENTRY(circuit) link;
	char name[NAME_LEN + 1]; /* VLAN10 */
	unsigned vlan;		 /* 1..4094 */
	char description[33];
	bool redundancy;
	struct acl_place acl;
	/* kept for the wire attachment */
	struct in_addr dhcp_relay[2]; /* INADDR_ANY: none */
	bool dhcp_agent;
	uint16_t discovery_lifetime_s; /* 0: 3 times the maximum */
	bool discovery_broadcast;
	uint16_t discovery_max_s;   /* default 600 */
	uint16_t discovery_min_s;   /* 0: three quarters of the maximum */
	struct circuit_ip_list ips; /* order of entry */
	struct settings kept;
};

struct iface_vlan { /* a VLAN of a trunk */
	TAILQ_ENTRY(iface_vlan) link;
	unsigned vlan;		  /* 1..4094 */
	uint16_t bridge_pathcost; /* 0: by speed */
	uint8_t bridge_priority;  /* default 128 */
	bool bridge_state;	  /* spanning tree; default true */
	bool is_default; /* that of untagged frames; one of a port at most */
};
TAILQ_HEAD(iface_vlan_list, iface_vlan);

struct iface { /* a port that has settings of its own */
	TAILQ_ENTRY(iface) link;
	char name[NAME_LEN + 1]; /* "1/1", "e3", "Ethernet-Mgmt" */
	unsigned slot, port;
	char description[256];
	char phy[24];  /* "": auto-negotiate */
	unsigned vlan; /* bridge vlan, default 1; of no effect on a trunk */
	bool trunk;
	struct iface_vlan_list vlans; /* of a trunk, ascending */
	bool admin_shutdown;
	/* kept for the wire attachment */
	uint16_t bridge_pathcost;	/* 0: by speed */
	uint8_t bridge_priority;	/* default 128 */
	bool bridge_state, negotiation; /* default true */
	bool port_fast;
	uint16_t max_idle_s; /* 0: off */
	bool redundancy_phy, isc_one, isc_two;
	struct settings kept;
};

void circuit_free(struct circuit *ci); /* of no list any more */
/* VLAN1 always exists; `bridge vlan N` makes VLANN. */
struct circuit *circuit_find(const struct conf *c, const char *name);
struct circuit *circuit_add(struct conf *c, unsigned vlan, struct err *err);
/* Refused for VLAN1, while a port is in it, and while a list is applied. */
int circuit_del(struct conf *c, const char *name, struct err *err);
struct circuit_ip *circuit_ip_find(const struct circuit *ci, struct in_addr a);
struct circuit_ip *circuit_ip_add(struct conf *c, struct circuit *ci,
				  struct in_addr a, uint8_t prefix_len,
				  struct err *err);
int circuit_ip_del(struct conf *c, struct circuit *ci, struct in_addr a,
		   struct err *err);
/* Adds the line, or changes the one about the same thing. */
int circuit_ip_set_vr(struct conf *c, struct circuit_ip *ip,
		      const struct vr_line *v, struct err *err);
int circuit_ip_del_vr(struct conf *c, struct circuit_ip *ip,
		      const struct vr_line *v, struct err *err);
/* Refuses, with T_IN_USE, when a line of that kind names the object. */
int circuit_check_unused(const struct conf *c, enum vr_kind kind,
			 const char *name, struct err *err);
struct iface *iface_find(const struct conf *c, const char *name);
/* Also when the port exists in the chassis but has no settings yet. */
struct iface *iface_get(struct conf *c, const char *name, struct err *err);
/* "2/1", "e3" (slot 1), "Ethernet-Mgmt" (0/0); canon gets the printed name. */
bool iface_parse(const char *text, unsigned *slot, unsigned *port, char *canon,
		 size_t cap);
/* VLAN10 (any case) -> 10; 0: not the name of a circuit */
unsigned circuit_vlan_of(const char *name);
void iface_free(struct iface *i); /* of no list any more */
int iface_set_vlan(struct conf *c, struct iface *i, unsigned vlan,
		   struct err *err);
/* Off: its VLANs go, and their circuits as when the last port leaves. */
void iface_set_trunk(struct conf *c, struct iface *i, bool trunk);
/* Does the port carry this VLAN? */
bool iface_in_vlan(const struct iface *i, unsigned vlan);
struct iface_vlan *iface_vlan_find(const struct iface *i, unsigned vlan);
/* Makes circuit VLANn, too; refused when the port is no trunk. */
struct iface_vlan *iface_vlan_add(struct conf *c, struct iface *i,
				  unsigned vlan, struct err *err);
int iface_vlan_del(struct conf *c, struct iface *i, unsigned vlan,
		   struct err *err);
/* The VLAN of untagged frames; NULL: none. */
void iface_set_default_vlan(struct conf *c, struct iface *i,
			    const struct iface_vlan *v);

#endif
