#ifndef CSS_CLI_OBJECT_H
#define CSS_CLI_OBJECT_H

#include <netinet/in.h>
#include <stdint.h>

#include "emu/conf/service.h"

struct args;
struct cli;
struct err;
struct out;

/*
 * What the modes of configuration have in common: objects that are entered by
 * naming them, made after a question, and deleted after another; and the
 * shapes of argument that recur.
 */
enum object_kind {
	OBJECT_SERVICE,
	OBJECT_OWNER,
	OBJECT_CONTENT, /* outer: its owner */
	OBJECT_GROUP,
	OBJECT_KEEPALIVE,
	OBJECT_SSLLIST,
	OBJECT_ACL, /* name: its number */
	OBJECT_NQL,
	OBJECT_EQL,
	OBJECT_DQL,
	OBJECT_URQL,
	OBJECT_HFGROUP,
	OBJECT_REPORTER,
	OBJECT_RMON_ALARM, /* name: its number, as for the next two */
	OBJECT_RMON_EVENT,
	OBJECT_RMON_HISTORY,
	OBJECT_CIRCUIT,	   /* deleted by name, but made by the ports in it */
	OBJECT_VLAN,	   /* outer: the trunk; name: VLANn */
	OBJECT_CIRCUIT_IP, /* outer: its circuit; name: a.b.c.d/n */
	OBJECT_KIND_NUM,
};

/* Enters the object's mode; asks and makes it first when there is none. */
int object_open(struct cli *cli, enum object_kind k, const char *outer,
		const char *name, struct err *err);
/* Asks, then deletes; a missing object is an error before any question. */
int object_delete(struct cli *cli, enum object_kind k, const char *outer,
		  const char *name, struct err *err);

/* ---- arguments ------------------------------------------------------------ */
/* <name:host> as an address: a.b.c.d or the name of a `host` line */
int object_addr(const struct cli *cli, const struct args *a, const char *name,
		struct in_addr *addr, struct err *err);
/* "<ip:addr> <mask:mask>" or "<ip:cidr>" */
int object_net(const struct args *a, struct in_addr *addr, uint8_t *prefix_len,
	       struct err *err);
/* Which of the keywords was typed?  names ends in NULL; 0 when none was. */
unsigned object_choice(const struct args *a, const char *const *names);

enum ip_proto object_proto(const struct args *a); /* {tcp|udp|any} */

/* ---- running-config ------------------------------------------------------- */
/* "SENTENCE tcp" and "SENTENCE a.b.c.d range n", or nothing at the default. */
void object_proto_render(const char *sentence, enum ip_proto p, struct out *o);
void object_addr_render(const char *sentence, struct in_addr a, unsigned range,
			struct out *o);

#endif
