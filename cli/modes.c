/*
 * The modes: prompts, where `exit` goes, and which tables each offers
 *
 * Order in a list is precedence: when two tables have the same sentence, the
 * first one's row answers.  Show commands and most SuperUser commands are valid
 * in the configuration modes too.
 */
#include "cli/modes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/mode_ssllist.h"
#include "cli/tree.h"
#include "emu/base/str.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"

/* ---- the objects of the modes --------------------------------------------- */

#define OBJECT(fn, find)                                                       \
	static void *fn(struct conf *c, const char *outer, const char *inner)  \
	{                                                                      \
		(void)inner;                                                   \
		return find(c, outer);                                         \
	}

OBJECT(iface_object, iface_find)
OBJECT(circuit_object, circuit_find)
OBJECT(service_object, service_find)
OBJECT(owner_object, owner_find)
OBJECT(group_object, group_find)
OBJECT(keepalive_object, probe_find)
OBJECT(ssllist_object, ssllist_find)
OBJECT(nql_object, nql_find)
OBJECT(eql_object, eql_find)
OBJECT(dql_object, dql_find)
OBJECT(urql_object, urql_find)
OBJECT(hfgroup_object, hfgroup_find)
OBJECT(reporter_object, reporter_find)

#define INDEXED(fn, find)                                                      \
	static void *fn(struct conf *c, const char *outer, const char *inner)  \
	{                                                                      \
		(void)inner;                                                   \
		return find(c, (unsigned)strtoul(outer, NULL, 10));            \
	}

INDEXED(acl_object, acl_find)
INDEXED(rmon_alarm_object, rmon_alarm_find)
INDEXED(rmon_event_object, rmon_event_find)
INDEXED(rmon_history_object, rmon_history_find)

static void *content_object(struct conf *c, const char *outer,
			    const char *inner)
{
	return content_find(c, outer, inner);
}

static void *iface_vlan_object(struct conf *c, const char *outer,
			       const char *inner)
{
	const struct iface *i = iface_find(c, outer);

	return i ? iface_vlan_find(i, circuit_vlan_of(inner)) : NULL;
}

static void *circuit_ip_object(struct conf *c, const char *outer,
			       const char *inner)
{
	const struct circuit *ci = circuit_find(c, outer);
	struct in_addr a;

	if (!ci || !str_to_addr(inner, &a))
		return NULL;
	return circuit_ip_find(ci, a);
}

/* ---- the tables of the modes ---------------------------------------------- */

/* clang-format off: one a line */
#define SHOWS								\
	show_chassis_cmds,						\
	show_clock_cmds,						\
	show_sntp_cmds,							\
	ping_cmds,							\
	traceroute_cmds,						\
	show_system_cmds,						\
	show_memory_cmds,						\
	show_disk_cmds,							\
	show_record_cmds,						\
	show_profile_cmds,						\
	show_service_cmds,						\
	show_rule_cmds,							\
	show_sticky_cmds,						\
	show_load_cmds,							\
	show_owner_cmds,						\
	show_group_cmds,						\
	show_list_cmds,							\
	show_flow_cmds,							\
	show_keepalive_cmds,						\
	show_ssl_cmds,							\
	show_sched_cmds,						\
	show_radius_cmds,						\
	show_tacacs_cmds,						\
	show_sshd_cmds,							\
	show_rmon_cmds,							\
	NET_SHOWS
/* clang-format on */

/* Ports, circuits, IP and what runs on it. */
#define NET_SHOWS                                                              \
	show_ports_cmds, show_circuit_cmds, show_ip_cmds, show_route_cmds,     \
		show_arp_cmds, show_bridge_cmds, show_vrouter_cmds,            \
		show_peer_cmds, show_dns_cmds, show_zone_cmds,                 \
		show_proximity_cmds, show_rip_cmds, show_ospf_cmds,            \
		show_flowmgr_cmds, show_dos_cmds, show_portmap_cmds,           \
		show_http_cmds, show_redundancy_cmds, show_replica_cmds

/* Clearing what NET_SHOWS show. */
#define NET_CLEARS                                                             \
	clear_ports_cmds, clear_arp_cmds, zero_ip_cmds, zero_vrouter_cmds,     \
		zero_flow_cmds, zero_dos_cmds, zero_reporter_cmds

#define EVERYWHERE any_cmds, alias_cmds, script_any_cmds, show_socket_cmds

/* Everything that is not the mode's own. */
/* clang-format off: one a line */
#define COMMON								\
	superuser_cmds,							\
	clock_cmds,							\
	superuser_ssl_cmds,						\
	show_config_cmds,						\
	show_user_cmds,							\
	telnet_cmds,							\
	show_log_cmds,							\
	clear_log_cmds,							\
	copy_cmds,							\
	file_cmds,							\
	license_cmds,							\
	profile_cmds,							\
	setup_cmds,							\
	superuser_peer_cmds,						\
	lab_cmds,							\
	lab_why_cmds,							\
	lab_capture_cmds,						\
	script_super_cmds,						\
	socket_cmds,							\
	NET_CLEARS,							\
	zero_cmds,							\
	SHOWS,								\
	EVERYWHERE,							\
	NULL
/* clang-format on */

typedef const struct cmd *const table_list[];

/* Behind a mode's own: what may be typed beside the words of the mode. */
static table_list common_tables = { COMMON };
static table_list sideways_tables = { sideways_cmds, COMMON };

static table_list user_tables = { user_cmds, SHOWS, EVERYWHERE, NULL };
static table_list superuser_tables = { user_cmds, ports_cmds, NULL };
static table_list debug_tables = { debug_cmds, debug_sticky_cmds, EVERYWHERE,
				   NULL };
/* clang-format off: one a line */
static table_list global_tables = {
	restrict_cmds,
	user_database_cmds,
	access_cmds,
	sshd_cmds,
	radius_cmds,
	tacacs_cmds,
	logging_cmds,
	names_cmds,
	sntp_cmds,
	system_cmds,
	global_cmds,
	date_cmds,
	bridge_cmds,
	flow_cmds,
	peer_cmds,
	proximity_cmds,
	dns_cmds,
	snmp_cmds,
	global_ssl_cmds,
	acl_global_cmds,
	crl_cmds,
	sched_cmds,
	routing_cmds,
	ip_cmds,
	record_cmds,
	NULL
};
/* clang-format on */
static table_list interface_tables = { interface_cmds, NULL };
static table_list interface_vlan_tables = { interface_vlan_cmds, NULL };
static table_list circuit_tables = { circuit_cmds, NULL };
static table_list circuit_ip_tables = { circuit_ip_cmds, NULL };
static table_list service_tables = { service_cmds, service_ka_cmds,
				     service_web_cmds, service_state_cmds,
				     NULL };
static table_list owner_tables = { owner_cmds, owner_rules_cmds, NULL };
static table_list content_tables = { content_cmds, content_sticky_cmds,
				     content_more_cmds, content_state_cmds,
				     NULL };
static table_list group_tables = { group_cmds, group_state_cmds, NULL };
static table_list keepalive_tables = { keepalive_cmds, keepalive_state_cmds,
				       NULL };
static table_list ssllist_tables = { ssllist_cmds, ssllist_entry_cmds,
				     ssllist_traffic_cmds, ssllist_lab_cmds,
				     NULL };
static table_list acl_tables = { acl_cmds, NULL };
static table_list nql_tables = { nql_cmds, NULL };
static table_list eql_tables = { eql_cmds, NULL };
static table_list dql_tables = { dql_cmds, NULL };
static table_list urql_tables = { urql_cmds, NULL };
static table_list hfgroup_tables = { hfgroup_cmds, NULL };
static table_list reporter_tables = { reporter_cmds, NULL };
static table_list rmon_alarm_tables = { rmon_alarm_cmds, NULL };
static table_list rmon_event_tables = { rmon_event_cmds, NULL };
static table_list rmon_history_tables = { rmon_history_cmds, NULL };
static table_list boot_tables = { boot_cmds, NULL };

const struct mode modes[MODE_NUM] = {
	[MODE_USER] = { "user", ">", MODE_USER, user_tables, NULL, NULL },
	[MODE_SUPERUSER] = { "superuser", "#", MODE_SUPERUSER, superuser_tables,
			     common_tables, NULL },
	[MODE_DEBUG] = { "debug", "(debug)#", MODE_SUPERUSER, debug_tables,
			 NULL, NULL },
	[MODE_GLOBAL] = { "global", "(config)#", MODE_SUPERUSER, global_tables,
			  sideways_tables, NULL },
	[MODE_INTERFACE] = { "interface", "(config-if[%s])#", MODE_GLOBAL,
			     interface_tables, sideways_tables, iface_object },
	[MODE_INTERFACE_VLAN] = { "interface-vlan", "(config-if-vlan[%s-%s])#",
				  MODE_INTERFACE, interface_vlan_tables,
				  sideways_tables, iface_vlan_object },
	[MODE_CIRCUIT] = { "circuit", "(config-circuit[%s])#", MODE_GLOBAL,
			   circuit_tables, sideways_tables, circuit_object },
	[MODE_CIRCUIT_IP] = { "circuit-ip", "(config-circuit-ip[%s-%s])#",
			      MODE_CIRCUIT, circuit_ip_tables, sideways_tables,
			      circuit_ip_object },
	[MODE_SERVICE] = { "service", "(config-service[%s])#", MODE_GLOBAL,
			   service_tables, sideways_tables, service_object },
	[MODE_OWNER] = { "owner", "(config-owner[%s])#", MODE_GLOBAL,
			 owner_tables, sideways_tables, owner_object },
	[MODE_CONTENT] = { "content", "(config-owner-content[%s-%s])#",
			   MODE_OWNER, content_tables, sideways_tables,
			   content_object },
	[MODE_GROUP] = { "group", "(config-group[%s])#", MODE_GLOBAL,
			 group_tables, sideways_tables, group_object },
	[MODE_ACL] = { "acl", "(config-acl[%s])#", MODE_GLOBAL, acl_tables,
		       sideways_tables, acl_object },
	[MODE_NQL] = { "nql", "(config-nql[%s])#", MODE_GLOBAL, nql_tables,
		       sideways_tables, nql_object },
	[MODE_EQL] = { "eql", "(config-eql[%s])#", MODE_GLOBAL, eql_tables,
		       sideways_tables, eql_object },
	[MODE_DQL] = { "dql", "(config-dql[%s])#", MODE_GLOBAL, dql_tables,
		       sideways_tables, dql_object },
	[MODE_URQL] = { "urql", "(config-urql[%s])#", MODE_GLOBAL, urql_tables,
			sideways_tables, urql_object },
	[MODE_HEADER_FIELD_GROUP] = { "header-field-group",
				      "(config-header-field-group[%s])#",
				      MODE_GLOBAL, hfgroup_tables,
				      sideways_tables, hfgroup_object },
	[MODE_KEEPALIVE] = { "keepalive", "(config-keepalive[%s])#",
			     MODE_GLOBAL, keepalive_tables, sideways_tables,
			     keepalive_object },
	[MODE_SSLLIST] = { "ssl-proxy-list", "(config-ssl-proxy-list[%s])#",
			   MODE_GLOBAL, ssllist_tables, sideways_tables,
			   ssllist_object },
	[MODE_BOOT] = { "boot", "(config-boot)#", MODE_GLOBAL, boot_tables,
			common_tables, NULL },
	[MODE_REPORTER] = { "reporter", "(config-reporter[%s])#", MODE_GLOBAL,
			    reporter_tables, sideways_tables, reporter_object },
	[MODE_RMON_ALARM] = { "rmon-alarm", "(config-rmonalarm[%s])#",
			      MODE_GLOBAL, rmon_alarm_tables, sideways_tables,
			      rmon_alarm_object },
	[MODE_RMON_EVENT] = { "rmon-event", "(config-rmonevent[%s])#",
			      MODE_GLOBAL, rmon_event_tables, sideways_tables,
			      rmon_event_object },
	[MODE_RMON_HISTORY] = { "rmon-history", "(config-rmonhistory[%s])#",
				MODE_GLOBAL, rmon_history_tables,
				sideways_tables, rmon_history_object },
};

const struct mode_lines mode_lines[MODE_NUM] = {
	[MODE_SERVICE] = { 3, offsetof(struct service, kept), NULL },
	[MODE_OWNER] = { 1, offsetof(struct owner, kept), NULL },
	[MODE_CONTENT] = { 3, offsetof(struct content, kept), NULL },
	[MODE_GROUP] = { 1, offsetof(struct group, kept), NULL },
	[MODE_KEEPALIVE] = { 1, offsetof(struct probe, kept), NULL },
	[MODE_SSLLIST] = { 0, 0, entry_note },
};

/* Control thread only. */
static struct tree *trees[MODE_NUM];

static struct tree *tree_of(table_list own, struct tree *shared)
{
	struct tree *t = tree_new();

	while (*own)
		tree_add(t, *own++);
	if (shared)
		tree_share(t, shared);
	tree_finish(t);
	return t;
}

/* Many modes offer the same commands behind their own: one tree of these. */
static struct tree *shared_tree(table_list tables)
{
	static struct tree *common, *sideways;
	struct tree **t = tables == common_tables ? &common : &sideways;

	if (!tables)
		return NULL;
	if (!*t)
		*t = tree_of(tables, NULL);
	return *t;
}

const struct tree *mode_tree(enum mode_id m)
{
	assert(m < MODE_NUM);
	if (!trees[m])
		trees[m] =
			tree_of(modes[m].tables, shared_tree(modes[m].shared));
	return trees[m];
}

static bool is_offered(table_list tables, const struct cmd *row)
{
	for (; *tables; tables++)
		for (const struct cmd *c = *tables; c->syntax; c++)
			if (c == row)
				return true;
	return false;
}

bool mode_configures(enum mode_id m, const struct cmd *row)
{
	return m > MODE_DEBUG && !is_offered(superuser_tables, row) &&
	       !is_offered(common_tables, row);
}
