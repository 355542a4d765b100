#ifndef CSS_EMU_CONF_FLOWCONF_H
#define CSS_EMU_CONF_FLOWCONF_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct err;

/*
 * How connections are treated whatever rule they belong to (content.md 1.5, 3.6
 * to 3.8, 7): limits, ports with a treatment of their own, HTTP, load numbers.
 * Ports are in host order.
 */
#define FLOW_PERMANENT_MAX 20
#define FLOW_MSS_DEFAULT   1460
#define FLOW_PORT_MAX	   64 /* own bound */
#define HTTP_METHOD_MAX	   16 /* own bound */

struct flow_port { /* flow-state PORT PROTO ... */
	uint16_t port;
	uint8_t proto; /* enum ip_proto: tcp, udp */
	bool flow;     /* packets of the port get a flow */
	bool nat;      /* and are translated without one */
};

/* Source ports for translated connections: base .. base + range - 1. */
#define PORTMAP_BASE  2016
#define PORTMAP_RANGE 63488
struct portmap {
	uint16_t base, range;
	bool off; /* noflow-portmap disable */
};

enum uri_form { URI_URL, URI_AUTHORITY, URI_WILDCARD };
struct http_method { /* http-method parse user-defined-method NAME FORM */
	char name[16];
	enum uri_form form;
};

/* http-redirect-option: what ends the connection of a redirect, the answer to
 * it behind the dash */
enum redirect_close { REDIRECT_FIN_RST, REDIRECT_FIN_FIN, REDIRECT_RST_RST };

enum load_calculation { LOAD_RELATIVE, LOAD_ABSOLUTE };
#define LOAD_STEP_MS 10
struct load_conf {
	uint32_t step_ms;    /* default LOAD_STEP_MS */
	bool step_static;    /* default: adapts itself */
	uint8_t threshold;   /* 2..254, default 254 */
	uint32_t teardown_s; /* default 20 */
	uint32_t ageout_s;   /* default 60 */
	uint8_t calculation; /* enum load_calculation */
	uint8_t sensitivity; /* of absolute loads: 1..25, default 21 */
	bool reporting;	     /* default true */
	uint16_t slowstart;  /* leastconn slowstart-rate; 0: none */
};

struct flow_conf {
	uint16_t permanent[FLOW_PERMANENT_MAX]; /* 0: none */
	uint8_t reserve_clean_s;		/* 0..100, default 10 */
	uint16_t tcp_mss;			/* 1..1460, default 1460 */
	bool reset_on_vip_unavailable;
	struct flow_port port[FLOW_PORT_MAX]; /* by port, TCP first */
	int nport;
	struct portmap portmap, noflow_portmap;
	bool dns_flows; /* dnsflow, default true */
	bool tcp_fragments, udp_fragments;
	uint16_t assembled_max;	  /* bytes, default 5120 */
	uint16_t fragment_min;	  /* bytes, default 1024 */
	uint8_t spanning_packets; /* 1..20, default 6 */
	bool rfc2518_methods;
	struct http_method method[HTTP_METHOD_MAX]; /* by name */
	int nmethod;
	uint8_t redirect_close;	 /* enum redirect_close */
	bool persistence_remap;	 /* persistence reset remap; else redirect */
	bool bypass_persistence; /* default true */
	bool l4_fallback;	 /* ssl-l4-fallback, default true */
	struct load_conf load;
};

void flow_conf_init(struct flow_conf *f); /* the defaults */

const struct flow_port *flow_port_find(const struct flow_conf *f, uint16_t port,
				       uint8_t proto);
/* Adds it, or changes the one of that port and protocol. */
int flow_port_set(struct conf *c, const struct flow_port *s, struct err *err);
int flow_port_del(struct conf *c, uint16_t port, uint8_t proto,
		  struct err *err);
/* ERR_RANGE when the ports would go beyond the last one there is. */
int portmap_set(struct conf *c, struct portmap *field, uint16_t base,
		uint16_t range, struct err *err);
const struct http_method *http_method_find(const struct flow_conf *f,
					   const char *name);
int http_method_set(struct conf *c, const char *name, enum uri_form form,
		    struct err *err);
int http_method_del(struct conf *c, const char *name, struct err *err);

#endif
