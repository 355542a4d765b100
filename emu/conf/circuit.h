#ifndef CSS_EMU_CONF_CIRCUIT_H
#define CSS_EMU_CONF_CIRCUIT_H

#include "emu/conf/conf.h"

struct circuit_ip {
	TAILQ_ENTRY(circuit_ip) link;
	struct in_addr addr;
	uint8_t prefix_len; /* 8..31 */
	bool disabled;
	bool no_redirects, no_unreachables;
	struct in_addr broadcast; /* INADDR_ANY: all ones */
};
TAILQ_HEAD(circuit_ip_list, circuit_ip);

struct circuit {
	TAILQ_ENTRY(circuit) link;
	char name[NAME_LEN + 1]; /* VLAN10 */
	unsigned vlan;		 /* 1..4094 */
	char description[33];
	bool redundancy;
	struct circuit_ip_list ips; /* order of entry */
};

struct iface { /* a port that has settings of its own */
	TAILQ_ENTRY(iface) link;
	char name[NAME_LEN + 1]; /* "1/1", "e3", "Ethernet-Mgmt" */
	unsigned slot, port;
	char description[256];
	char phy[24];  /* "": auto-negotiate */
	unsigned vlan; /* bridge vlan, default 1 */
	bool trunk;
	bool admin_shutdown;
	/* kept for the wire attachment */
	uint16_t bridge_pathcost; /* 0: by speed */
	uint8_t bridge_priority;  /* default 128 */
	bool bridge_off, port_fast;
	uint16_t max_idle_s; /* 0: off */
	bool redundancy_phy, isc_one, isc_two;
};

void circuit_free(struct circuit *ci); /* of no list any more */
/* VLAN1 always exists; `bridge vlan N` makes VLANN. */
struct circuit *circuit_find(const struct conf *c, const char *name);
struct circuit *circuit_add(struct conf *c, unsigned vlan, struct err *err);
struct circuit_ip *circuit_ip_find(const struct circuit *ci, struct in_addr a);
struct circuit_ip *circuit_ip_add(struct conf *c, struct circuit *ci,
				  struct in_addr a, uint8_t prefix_len,
				  struct err *err);
int circuit_ip_del(struct conf *c, struct circuit *ci, struct in_addr a,
		   struct err *err);
struct iface *iface_find(const struct conf *c, const char *name);
/* Also when the port exists in the chassis but has no settings yet. */
struct iface *iface_get(struct conf *c, const char *name, struct err *err);
/* "2/1", "e3" (slot 1), "Ethernet-Mgmt" (0/0); canon gets the printed name. */
bool iface_parse(const char *text, unsigned *slot, unsigned *port, char *canon,
		 size_t cap);
/* VLAN10 (any case) -> 10; 0: not the name of a circuit */
unsigned circuit_vlan_of(const char *name);
int iface_set_vlan(struct conf *c, struct iface *i, unsigned vlan,
		   struct err *err);

#endif
