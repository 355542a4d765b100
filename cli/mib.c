#include "cli/mib.h"

#include <string.h>
#include <strings.h>

#include "chassis/ports.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/ports.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/conf/service.h"
#include "emu/plane/frames.h"
#include "emu/plane/plane.h"
#include "emu/rmon/sampler.h"

/* ---- readers: key is what tells objects of a kind apart ------------------- */

static bool net_read(const struct env *env, const char *which, int key,
		     uint64_t *value)
{
	struct net_counters c = { { 0 } };

	(void)which;
	if (env->plane)
		plane_net_counters(env->plane, &c);
	*value = c.n[key];
	return true;
}

static bool attacks_read(const struct env *env, const char *which, int key,
			 uint64_t *value)
{
	struct attacks a = { .count = { 0 } };

	(void)which;
	if (env->plane)
		plane_attacks(env->plane, &a);
	*value = 0;
	for (int i = 0; i < ATTACK_NUM; i++)
		if (key == ATTACK_NUM || key == i)
			*value += a.count[i];
	return true;
}

enum service_key { KEY_CONNECTIONS, KEY_TOTAL_CONNECTIONS, KEY_TRANSITIONS };

static bool service_read(const struct env *env, const char *which, int key,
			 uint64_t *value)
{
	const struct service *s = service_find(env->conf, which);
	struct service_counters c;
	struct monitor_info info;

	if (!s)
		return false;
	live_service_counters(env, s, &c);
	live_service(env, s, &info);
	*value = key == KEY_CONNECTIONS		? c.current_conns
		 : key == KEY_TOTAL_CONNECTIONS ? c.total_conns
						: info.transitions;
	return true;
}

/* "shop.web": names have dots, so every one of them may be the border. */
static const struct content *rule_named(const struct env *env,
					const char *which)
{
	char owner[NAME_LEN + 1];
	const struct content *r = NULL;

	for (const char *dot = strchr(which, '.'); dot && !r;
	     dot = strchr(dot + 1, '.')) {
		size_t len = (size_t)(dot - which);

		if (len > NAME_LEN)
			break;
		memcpy(owner, which, len);
		owner[len] = '\0';
		r = content_find(env->conf, owner, dot + 1);
	}
	return r;
}

static bool rule_read(const struct env *env, const char *which, int key,
		      uint64_t *value)
{
	const struct content *r = rule_named(env, which);
	struct rule_counters c;

	(void)key;
	if (!r)
		return false;
	live_rule_counters(env, r, &c);
	*value = c.hits;
	return true;
}

static bool counters_of(const struct env *env, uint32_t ifindex,
			struct port_counters *c)
{
	struct port p = { 0 };

	while (port_next(env->chassis, env->conf, &p))
		if (p.ifindex == ifindex) {
			port_counters(env, &p, c);
			return true;
		}
	return false;
}

static bool port_read(const struct env *env, const char *which, int key,
		      uint64_t *value)
{
	struct port_counters c;
	uint32_t ifindex = 0;

	if (!str_to_u32(which, 1, UINT32_MAX, &ifindex) ||
	    !counters_of(env, ifindex, &c))
		return false;
	*value = c.n[key];
	return true;
}

bool mib_port(const struct env *env, uint32_t ifindex, uint64_t *n)
{
	static const enum port_counter from[RMON_STAT_NUM] = {
		[RMON_DROPS] = PORT_RMON_DROPS,
		[RMON_OCTETS] = PORT_RMON_OCTETS,
		[RMON_PACKETS] = PORT_RMON_PACKETS,
		[RMON_BROADCAST] = PORT_RMON_BROADCAST,
		[RMON_MULTICAST] = PORT_RMON_MULTICAST,
		[RMON_CRC_ALIGN] = PORT_RMON_CRC_ALIGN,
		[RMON_UNDERSIZE] = PORT_RMON_UNDERSIZE,
		[RMON_OVERSIZE] = PORT_RMON_OVERSIZE,
		[RMON_FRAGMENTS] = PORT_RMON_FRAGMENTS,
		[RMON_JABBERS] = PORT_RMON_JABBERS,
		[RMON_COLLISIONS] = PORT_RMON_COLLISIONS,
	};
	struct port_counters c;

	if (!counters_of(env, ifindex, &c))
		return false;
	for (int i = 0; i < RMON_STAT_NUM; i++)
		n[i] = c.n[from[i]];
	return true;
}

/* ---- the table ------------------------------------------------------------ */

static const struct object {
	const char *name;
	const char *instance; /* what stands behind the dot; NULL: nothing */
	bool (*read)(const struct env *env, const char *which, int key,
		     uint64_t *value);
	int key;
} objects[] = {
	{ "apCntHits", "OWNER.RULE", rule_read, 0 },
	{ "apFlowMgrExtDoSIllegalDstAttacks", NULL, attacks_read,
	  ATTACK_ILLEGAL_DST },
	{ "apFlowMgrExtDoSIllegalSrcAttacks", NULL, attacks_read,
	  ATTACK_ILLEGAL_SRC },
	{ "apFlowMgrExtDoSLandAttacks", NULL, attacks_read, ATTACK_LAND },
	{ "apFlowMgrExtDoSSmurfAttacks", NULL, attacks_read, ATTACK_SMURF },
	{ "apFlowMgrExtDoSSynAttacks", NULL, attacks_read, ATTACK_SYN },
	{ "apFlowMgrExtDoSTotalAttacks", NULL, attacks_read, ATTACK_NUM },
	{ "apFlowMgrExtDoSZeroPortAttacks", NULL, attacks_read,
	  ATTACK_ZERO_PORT },
	{ "apSvcConnections", "SERVICE", service_read, KEY_CONNECTIONS },
	{ "apSvcTotalLocalConnections", "SERVICE", service_read,
	  KEY_TOTAL_CONNECTIONS },
	{ "apSvcTransitions", "SERVICE", service_read, KEY_TRANSITIONS },
	{ "etherStatsBroadcastPkts", "IFINDEX", port_read,
	  PORT_RMON_BROADCAST },
	{ "etherStatsCRCAlignErrors", "IFINDEX", port_read,
	  PORT_RMON_CRC_ALIGN },
	{ "etherStatsCollisions", "IFINDEX", port_read, PORT_RMON_COLLISIONS },
	{ "etherStatsDropEvents", "IFINDEX", port_read, PORT_RMON_DROPS },
	{ "etherStatsFragments", "IFINDEX", port_read, PORT_RMON_FRAGMENTS },
	{ "etherStatsJabbers", "IFINDEX", port_read, PORT_RMON_JABBERS },
	{ "etherStatsMulticastPkts", "IFINDEX", port_read,
	  PORT_RMON_MULTICAST },
	{ "etherStatsOctets", "IFINDEX", port_read, PORT_RMON_OCTETS },
	{ "etherStatsOversizePkts", "IFINDEX", port_read, PORT_RMON_OVERSIZE },
	{ "etherStatsPkts", "IFINDEX", port_read, PORT_RMON_PACKETS },
	{ "etherStatsUndersizePkts", "IFINDEX", port_read,
	  PORT_RMON_UNDERSIZE },
	{ "icmpInEchoReps", NULL, net_read, NET_ICMP_IN_ECHO_REPLIES },
	{ "icmpInEchos", NULL, net_read, NET_ICMP_IN_ECHOS },
	{ "icmpInErrors", NULL, net_read, NET_ICMP_IN_ERRORS },
	{ "icmpInMsgs", NULL, net_read, NET_ICMP_IN },
	{ "icmpOutErrors", NULL, net_read, NET_ICMP_OUT_ERRORS },
	{ "icmpOutMsgs", NULL, net_read, NET_ICMP_OUT },
	{ "ifInDiscards", "IFINDEX", port_read, PORT_IN_DISCARDS },
	{ "ifInErrors", "IFINDEX", port_read, PORT_IN_ERRORS },
	{ "ifInNUcastPkts", "IFINDEX", port_read, PORT_IN_NUCAST },
	{ "ifInOctets", "IFINDEX", port_read, PORT_IN_OCTETS },
	{ "ifInUcastPkts", "IFINDEX", port_read, PORT_IN_UCAST },
	{ "ifOutDiscards", "IFINDEX", port_read, PORT_OUT_DISCARDS },
	{ "ifOutErrors", "IFINDEX", port_read, PORT_OUT_ERRORS },
	{ "ifOutNUcastPkts", "IFINDEX", port_read, PORT_OUT_NUCAST },
	{ "ifOutOctets", "IFINDEX", port_read, PORT_OUT_OCTETS },
	{ "ifOutUcastPkts", "IFINDEX", port_read, PORT_OUT_UCAST },
	{ "ipForwDatagrams", NULL, net_read, NET_IP_FORWARDED },
	{ "ipInDelivers", NULL, net_read, NET_IP_IN_DELIVERS },
	{ "ipInDiscards", NULL, net_read, NET_IP_IN_DISCARDS },
	{ "ipInReceives", NULL, net_read, NET_IP_IN },
	{ "ipOutDiscards", NULL, net_read, NET_IP_OUT_DISCARDS },
	{ "ipOutNoRoutes", NULL, net_read, NET_IP_OUT_NO_ROUTES },
	{ "ipOutRequests", NULL, net_read, NET_IP_OUT },
	{ "tcpActiveOpens", NULL, net_read, NET_TCP_ACTIVE_OPENS },
	{ "tcpAttemptFails", NULL, net_read, NET_TCP_FAILED },
	{ "tcpCurrEstab", NULL, net_read, NET_TCP_ESTABLISHED },
	{ "tcpEstabResets", NULL, net_read, NET_TCP_RESETS },
	{ "tcpInErrs", NULL, net_read, NET_TCP_IN_ERRORS },
	{ "tcpInSegs", NULL, net_read, NET_TCP_IN },
	{ "tcpOutRsts", NULL, net_read, NET_TCP_OUT_RESETS },
	{ "tcpOutSegs", NULL, net_read, NET_TCP_OUT },
	{ "tcpPassiveOpens", NULL, net_read, NET_TCP_PASSIVE_OPENS },
	{ "tcpRetransSegs", NULL, net_read, NET_TCP_RETRANSMITS },
	{ "udpInDatagrams", NULL, net_read, NET_UDP_IN },
	{ "udpInErrors", NULL, net_read, NET_UDP_IN_ERRORS },
	{ "udpNoPorts", NULL, net_read, NET_UDP_IN_NO_PORT },
	{ "udpOutDatagrams", NULL, net_read, NET_UDP_OUT },
};
#define NOBJECT (sizeof(objects) / sizeof(*objects))

/* which gets what stands behind the dot; scalars may have ".0". */
static const struct object *find(const char *name, const char **which)
{
	size_t len = strcspn(name, ".");

	*which = name[len] ? name + len + 1 : "";
	for (size_t i = 0; i < NOBJECT; i++) {
		const struct object *x = &objects[i];

		if (strlen(x->name) != len ||
		    strncasecmp(x->name, name, len) != 0)
			continue;
		if (x->instance ? **which != '\0'
				: !**which || !strcmp(*which, "0"))
			return x;
	}
	return NULL;
}

bool mib_is_known(const char *object)
{
	const char *which = NULL;

	return find(object, &which) != NULL;
}

bool mib_read(const struct env *env, const char *object, uint64_t *value)
{
	const char *which = NULL;
	const struct object *x = find(object, &which);

	return x && x->read(env, which, x->key, value);
}

void mib_list(const char *prefix, struct out *o)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < NOBJECT; i++)
		if (!strncasecmp(objects[i].name, prefix, len))
			out_printf(o, "%s%s%s\n", objects[i].name,
				   objects[i].instance ? "." : "",
				   objects[i].instance ? objects[i].instance
						       : "");
}

void mib_names(void (*fn)(void *arg, const char *name), void *arg)
{
	for (size_t i = 0; i < NOBJECT; i++)
		fn(arg, objects[i].name);
}
