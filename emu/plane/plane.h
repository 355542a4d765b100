#ifndef CSS_EMU_PLANE_PLANE_H
#define CSS_EMU_PLANE_PLANE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/keepalive/keepalive.h"
#include "emu/net/http.h"

struct chassis;
struct conf;
struct err;
struct hostmap;
struct loop;
struct out;
struct policy;
struct shared;
struct why;

/*
 * The data plane of the host attachment: workers that own sockets and flows,
 * and follow an immutable policy compiled from the configuration.  All calls
 * are the control thread's.
 */
struct plane;

struct plane *plane_new(struct loop *l, const struct hostmap *m, int nworkers,
			struct err *err);
void plane_free(struct plane *p); /* stops the workers, closes every flow */
int plane_nworkers(const struct plane *p);
uint64_t
plane_cpu_us(const struct plane *p); /* processor time of the workers */

/*
 * Compiles the configuration and publishes it; opens and closes listeners to
 * fit.  A VIP that cannot be opened is not fatal: it is logged and described in
 * warn, one line each ("VIP 10.0.0.1:443 is not open: ...; cure").
 */
void plane_publish(struct plane *p, const struct conf *conf,
		   const struct chassis *ch, struct out *warn);
/* conf->hooks.serves() answers otherwise than before: the next plane_publish()
 * compiles even the configuration that it knows. */
void plane_served_changed(struct plane *p);
/* A service's state changed: no recompilation, seen at once by every worker. */
void plane_service_state(struct plane *p, unsigned service_index,
			 enum service_state s);
/* Resets every flow that uses the module in this slot. */
void plane_reset_slot(struct plane *p, unsigned slot);
/* Resets the flows of one service (suspended SSL service). */
void plane_reset_service(struct plane *p, unsigned service_index);

/* ---- counters: sums over the workers -------------------------------------- */
struct service_counters {
	uint64_t total_conns, reused_conns;
	uint32_t current_conns;
	uint64_t bytes_in, bytes_out;
	uint64_t zeroed_at; /* time(2) of the last clearing */
};
struct service_load { /* 2 to 254; content.md 1.5 */
	uint8_t short_flows, long_flows, average;
};
struct rule_counters {
	uint64_t hits, bytes, frames, redirects, rejects, overload_rejects;
};
struct group_counters {
	uint64_t hits, frames, bytes, total_conns, total_ftp;
	uint32_t current_conns, current_ftp; /* ftp: control connections */
};
void plane_service_counters(const struct plane *p, unsigned index,
			    struct service_counters *c);
void plane_load(const struct plane *p, unsigned index, struct service_load *l);
uint32_t plane_load_step_ms(const struct plane *p); /* in force */
void plane_rule_counters(const struct plane *p, unsigned index,
			 struct rule_counters *c);
/* hits of one service inside one rule */
uint64_t plane_rule_service_hits(const struct plane *p, unsigned rule,
				 unsigned service);
/* Decisions of an access list's clause. */
uint64_t plane_clause_hits(const struct plane *p, unsigned acl,
			   unsigned clause);
void plane_zero_clause(struct plane *p, unsigned acl, unsigned clause);
void plane_group_counters(const struct plane *p, unsigned index,
			  struct group_counters *c);
/* Hits of one service of a group, among its sources or its destinations. */
uint64_t plane_group_service_hits(const struct plane *p, unsigned group,
				  bool destination, unsigned service);
/* Source ports of a group, and of datagrams without a flow (emu/nat/portmap.h). */
struct portmap_figures;
void plane_group_ports(const struct plane *p, unsigned index,
		       struct portmap_figures *f);
void plane_noflow_ports(const struct plane *p, struct portmap_figures *f);
void plane_zero_service(struct plane *p, unsigned index);
void plane_zero_rule(struct plane *p, unsigned index);
void plane_zero_group(struct plane *p, unsigned index);

struct flow_rate {
	uint32_t now, high, average; /* a second; average of the last five */
};
struct plane_totals {
	uint64_t flows_total, flows_active, tcp_total, udp_total;
	uint64_t no_rule, no_service, refused; /* why flows did not start */
	/* packets out of the middle that were refused, flows of too many SYNs */
	uint64_t mid_nat, mid_spoof, mid_sticky, syn_exceeded;
	uint64_t acl_bypass, rule_bypass, param_bypass; /* past the rules */
	uint64_t remapped, sent_round; /* requests that needed another service */
	uint32_t high_flows;
	struct flow_rate tcp, udp, all, hits;
	uint64_t method[HTTP_METHOD_NUM +
			1]; /* parsed requests, emu/net/http.h */
};
void plane_totals(const struct plane *p, struct plane_totals *t);
/* Hits of a row of the flow-state table (emu/flow/ports.h), and clearing all. */
uint64_t plane_port_hits(const struct plane *p, uint8_t proto, uint16_t port);
void plane_zero_port_hits(struct plane *p);
void plane_zero_methods(struct plane *p);

/* The URLs of a rule that are asked for most (emu/plane/hotlist.h), most hits
 * first, of the interval that is now.  Array owned by the caller (free). */
struct hot_url;
struct hot_url *plane_hotlist(const struct plane *p, unsigned rule,
			      unsigned interval_min, size_t *n);

/* One line of `show flows`: one direction of one flow, as the switch shows. */
struct flow_line {
	struct in_addr src, dst, nat_dst;
	uint16_t sport, dport;
	uint8_t proto;
	unsigned rule, service; /* indexes, 0: none */
	uint32_t idle_ms;
	uint64_t bytes;
	char in[8], out[8]; /* switch ports ("1/1"); "": no packet is seen */
};
/* A snapshot; array owned by the caller (free), n at most max. */
struct flow_line *plane_flows(struct plane *p, int max, int *n);

/* The sticky table (emu/sticky/sticky.h): a copy, free()d by the caller. */
struct sticky_entry;
struct sticky_stats;
struct sticky_entry *plane_sticky(const struct plane *p, int *n);
void plane_sticky_stats(const struct plane *p, struct sticky_stats *st);
unsigned plane_sticky_purge(struct plane *p); /* all of it; how many */
/*
 * The packets of a wire attachment are decided and counted with a worker that has
 * no thread (worker.h).  Made when first asked for; the plane's, and a policy that
 * is in force already waits in it.
 */
struct worker;
struct worker *plane_packet_worker(struct plane *p);
/* What the plane asks of whoever has the packets' flows; both lock for
 * themselves.  NULL: nobody has them any more. */
struct packet_side {
	void *arg;
	int (*flows)(void *arg, struct flow_line *line, int max);
	void (*reset_service)(void *arg, unsigned service_index);
};
void plane_set_packet_side(struct plane *p, const struct packet_side *s);
/* Borrowed until the next plane_publish(). */
const struct policy *plane_policy(const struct plane *p);
struct shared *plane_shared(const struct plane *p);
/* The last decisions, oldest first; *n of them, the array is the caller's. */
struct why *plane_why(const struct plane *p, size_t *n);

/* Listeners as they are: for show lab map. */
void plane_show_listeners(const struct plane *p, struct out *o);

/* Can TCP be told times of delays and retransmissions?  From Linux 6.15 on. */
bool plane_tells_tcp_times(void);

#endif
