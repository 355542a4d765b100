#ifndef CSS_CLI_LIVE_H
#define CSS_CLI_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/keepalive/keepalive.h"
#include "emu/plane/plane.h"
#include "emu/redundancy/vrouter.h"

struct cli;
struct content;
struct env;
struct group;
struct owner;
struct probe_spec;
struct service;

/*
 * What show commands report of the living side.  A scratch switch has neither
 * data plane nor keepalives: counters are zero there, and no probe has yet
 * succeeded, so an active service is Down.
 */
void live_service(const struct env *env, const struct service *s,
		  struct monitor_info *info);
void live_service_counters(const struct env *env, const struct service *s,
			   struct service_counters *c);
void live_rule_counters(const struct env *env, const struct content *r,
			struct rule_counters *c);
/* Of a rule, most hits first; free() the array. */
struct hot_url *live_hotlist(const struct env *env, const struct content *r,
			     size_t *n);
uint64_t live_rule_service_hits(const struct env *env, const struct content *r,
				const struct service *s);
void live_group_counters(const struct env *env, const struct group *g,
			 struct group_counters *c);
/* What virtual routers and reporters are decided by; env outlives it. */
struct vr_view live_view(const struct env *env);
/* "Master", "Backup": what the virtual router of the address is; NULL: it has
 * none. */
const char *live_redundancy(const struct env *env, struct in_addr vip);
void live_totals(const struct env *env, struct plane_totals *t);

/* The loads that balancing goes by; 255 while the service is not up. */
void live_loads(const struct env *env, const struct service *s,
		enum service_state state, struct service_load *l);
unsigned live_load(const struct env *env, const struct service *s,
		   enum service_state state); /* their average */
/* A flow-timeout-multiplier as shown: 0 where none is set. */
uint32_t live_multiplier(uint32_t multiplier);
/* "HTTP", "ICMP": the kind of probe as shown. */
const char *live_probe_label(const struct probe_spec *p, char *text,
			     size_t cap);

/*
 * The object of the session's mode, NULL in the modes of other objects: what a
 * show command means when no name is typed.  In content mode scope_owner() is
 * the rule's owner.
 */
struct service *scope_service(const struct cli *cli);
struct owner *scope_owner(const struct cli *cli);
struct content *scope_content(const struct cli *cli);
struct group *scope_group(const struct cli *cli);

#endif
