#include "cli/live.h"

#include <ctype.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/conf/group.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"

#define LOAD_IDLE    2	 /* content.md 1.5 */
#define LOAD_OFFLINE 255 /* also what keeps a service out of balancing */

void live_service(const struct env *env, const struct service *s,
		  struct monitor_info *info)
{
	memset(info, 0, sizeof(*info));
	if (env->monitor)
		monitor_info(env->monitor, s->index, info);
	else
		info->state = s->active ? SERVICE_DOWN : SERVICE_SUSPENDED;
}

void live_service_counters(const struct env *env, const struct service *s,
			   struct service_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_service_counters(env->plane, s->index, c);
}

void live_rule_counters(const struct env *env, const struct content *r,
			struct rule_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_rule_counters(env->plane, r->index, c);
}

struct hot_url *live_hotlist(const struct env *env, const struct content *r,
			     size_t *n)
{
	*n = 0;
	if (!env->plane)
		return NULL;
	return plane_hotlist(env->plane, r->index,
			     r->more.hotlist_interval_min, n);
}

uint64_t live_rule_service_hits(const struct env *env, const struct content *r,
				const struct service *s)
{
	if (!env->plane)
		return 0;
	return plane_rule_service_hits(env->plane, r->index, s->index);
}

void live_group_counters(const struct env *env, const struct group *g,
			 struct group_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_group_counters(env->plane, g->index, c);
}

static enum service_state state_of(void *arg, const struct service *s)
{
	struct monitor_info info;

	live_service(arg, s, &info);
	return info.state;
}

struct vr_view live_view(const struct env *env)
{
	return (struct vr_view){ .chassis = env->chassis,
				 .conf = env->conf,
				 .arg = (void *)(uintptr_t)env,
				 .service_state = state_of };
}

const char *live_redundancy(const struct env *env, struct in_addr vip)
{
	enum vr_state state;

	if (!env->vrouters ||
	    !vrouters_share(env->vrouters, env->conf, vip, &state))
		return NULL;
	return state == VR_MASTER ? "Master" : "Backup";
}

void live_totals(const struct env *env, struct plane_totals *t)
{
	memset(t, 0, sizeof(*t));
	if (env->plane)
		plane_totals(env->plane, t);
}

void live_loads(const struct env *env, const struct service *s,
		enum service_state state, struct service_load *l)
{
	bool up = state == SERVICE_ALIVE || state == SERVICE_DYING;
	uint8_t load = up ? LOAD_IDLE : LOAD_OFFLINE;

	*l = (struct service_load){ load, load, load };
	if (up && env->plane)
		plane_load(env->plane, s->index, l);
}

unsigned live_load(const struct env *env, const struct service *s,
		   enum service_state state)
{
	struct service_load l;

	live_loads(env, s, state, &l);
	return l.average;
}

uint32_t live_multiplier(uint32_t multiplier)
{
	return multiplier == FLOW_TIMEOUT_UNSET ? 0 : multiplier;
}

const char *live_probe_label(const struct probe_spec *p, char *text, size_t cap)
{
	(void)str_copy(text, cap, probe_type_name(p->type));
	for (char *c = text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return text;
}

/*
 * A mode's object is looked up by its names; the one that is found under the
 * same names among the services is it only if it is the same object.
 */
struct service *scope_service(const struct cli *cli)
{
	void *object = cli_object(cli);
	struct service *s = NULL;

	if (object)
		s = service_find(cli_conf(cli), cli_object_name(cli, 0));
	return (void *)s == object ? s : NULL;
}

struct content *scope_content(const struct cli *cli)
{
	void *object = cli_object(cli);
	struct content *r = NULL;

	if (object)
		r = content_find(cli_conf(cli), cli_object_name(cli, 0),
				 cli_object_name(cli, 1));
	return (void *)r == object ? r : NULL;
}

struct owner *scope_owner(const struct cli *cli)
{
	void *object = cli_object(cli);
	struct content *r = scope_content(cli);
	struct owner *o = NULL;

	if (r)
		return r->owner;
	if (object)
		o = owner_find(cli_conf(cli), cli_object_name(cli, 0));
	return (void *)o == object ? o : NULL;
}

struct group *scope_group(const struct cli *cli)
{
	void *object = cli_object(cli);
	struct group *g = NULL;

	if (object)
		g = group_find(cli_conf(cli), cli_object_name(cli, 0));
	return (void *)g == object ? g : NULL;
}
