#ifndef CSS_CLI_PORTS_H
#define CSS_CLI_PORTS_H

#include <time.h>

#include "chassis/chassis.h"
#include "chassis/ports.h"
#include "emu/plane/frames.h"

struct args;
struct cli;
struct env;
struct err;

/* Ports and circuits as show commands report them. */

/*
 * Of `show TOPIC [<port:port>]`: the port that was typed, or each in turn; start
 * with a zeroed one.  port_check() first: is it one of the chassis?
 */
int port_check(const struct cli *cli, const struct args *a, struct err *err);
bool port_next_of(const struct cli *cli, const struct args *a, struct port *p);
/* Wall clock of the last change that is known: its module's arrival. */
time_t port_changed(const struct env *env, const struct port *p);
void port_counters(const struct env *env, const struct port *p,
		   struct port_counters *c);
/* Zero on a scratch switch, as all that is counted. */
void net_counters(const struct env *env, struct net_counters *c);

/* What interfaces of circuits count from; ports count from 1. */
#define IFINDEX_CIRCUIT 1022
unsigned circuit_ifindex(const struct env *env, const struct circuit *ci);

#endif
