#ifndef CSS_CLI_PORTS_H
#define CSS_CLI_PORTS_H

#include <stdbool.h>
#include <time.h>

#include "emu/plane/frames.h"

struct args;
struct circuit;
struct cli;
struct env;
struct err;
struct iface;

/*
 * The ports of the chassis and the circuits they make, as show commands report
 * them.  On the host attachment a port has no cable and carries no frames.  It
 * counts as connected: it is Up while its module is in and nobody has shut it.
 * A circuit is active while one of its ports is Up.
 */
struct port {
	unsigned slot, number, ifindex;
	char name[16];
	const char *type;	   /* "fe", "ge" */
	const struct iface *iface; /* borrowed; NULL: no settings of its own */
};

/* Steps to the next port of the chassis; start with a zeroed one. */
bool port_next(const struct env *env, struct port *p);
/*
 * The same for `show TOPIC [<port:port>]`: the one that was typed, or each in
 * turn.  port_check() first: is it one of the chassis?
 */
int port_check(const struct cli *cli, const struct args *a, struct err *err);
bool port_next_of(const struct cli *cli, const struct args *a, struct port *p);
bool port_is_up(const struct port *p);
unsigned port_vlan(const struct port *p);
/* Wall clock of the last change that is known: its module's arrival. */
time_t port_changed(const struct env *env, const struct port *p);
void port_counters(const struct env *env, const struct port *p,
		   struct port_counters *c);

bool circuit_is_active(const struct env *env, const struct circuit *ci);
bool circuit_next_port(const struct env *env, const struct circuit *ci,
		       struct port *p);
/* What interfaces of circuits count from; ports count from 1. */
#define IFINDEX_CIRCUIT 1022
unsigned circuit_ifindex(const struct env *env, const struct circuit *ci);

#endif
