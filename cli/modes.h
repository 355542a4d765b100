#ifndef CSS_CLI_MODES_H
#define CSS_CLI_MODES_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cmd.h"

struct args;
struct cli;
struct conf;
struct tree;

/* A row of modes.tsv each. */
enum mode_id {
	MODE_USER,
	MODE_SUPERUSER,
	MODE_DEBUG,
	MODE_GLOBAL,
	MODE_INTERFACE,
	MODE_INTERFACE_VLAN,
	MODE_CIRCUIT,
	MODE_CIRCUIT_IP,
	MODE_SERVICE,
	MODE_OWNER,
	MODE_CONTENT,
	MODE_GROUP,
	MODE_ACL,
	MODE_NQL,
	MODE_EQL,
	MODE_DQL,
	MODE_URQL,
	MODE_HEADER_FIELD_GROUP,
	MODE_KEEPALIVE,
	MODE_SSLLIST,
	MODE_BOOT,
	MODE_REPORTER,
	MODE_RMON_ALARM,
	MODE_RMON_EVENT,
	MODE_RMON_HISTORY,
	MODE_NUM,
};

/*
 * A mode: its prompt, what it is a mode of, and the tables it offers: its own
 * first, then those that it shares with other modes.
 */
struct mode {
	const char *name;
	const char *prompt;  /* "(config-service[%s])#"; outer, inner name */
	enum mode_id parent; /* where `exit` goes */
	const struct cmd *const *tables; /* its own, NULL-terminated */
	const struct cmd *const *shared; /* with other modes; NULL: none */
	/* the object by its names; NULL when it is gone */
	void *(*object)(struct conf *c, const char *outer, const char *inner);
};

extern const struct mode modes[MODE_NUM];

/* Modes whose lines running-config has in the order of entry (content.md 8). */
struct mode_lines {
	int tables; /* the first so many of the mode's; 0: row order */
	size_t kept; /* the struct settings of the object, where it is noted */
	/* Notes the place of a line about a part of the object, where parts have
	 * lines in order of entry (render_note_in()); may be NULL. */
	void (*note)(struct cli *cli, const struct args *a);
};
extern const struct mode_lines mode_lines[MODE_NUM];
/* Does a row of this mode change the configuration?  All do that are not offered
 * in every mode. */
bool mode_configures(enum mode_id m, const struct cmd *row);
/* Built at first use; aborts on a broken table. */
const struct tree *mode_tree(enum mode_id m);

/*
 * The tables, one or more a file (`cli/mode_<x>.c`, `cli/show_<x>.c`).  A new
 * table is declared here and named in modes.c.
 */
extern const struct cmd any_cmds[];	  /* mode_any.c: every mode */
extern const struct cmd alias_cmds[];	  /* alias.c: every mode */
extern const struct cmd script_any_cmds[]; /* script_cmds.c: every mode */
extern const struct cmd script_super_cmds[]; /* script_cmds.c: SuperUser */
extern const struct cmd socket_cmds[];	     /* script_sock.c: SuperUser */
extern const struct cmd show_socket_cmds[];  /* script_sock.c: every mode */
extern const struct cmd user_cmds[];	  /* mode_exec.c: user and up */
extern const struct cmd superuser_cmds[]; /* mode_exec.c: SuperUser; and
						configuration modes */
extern const struct cmd restrict_cmds[];  /* mode_access.c: closed ways */
extern const struct cmd access_cmds[];	  /* mode_access.c: ways in */
extern const struct cmd radius_cmds[];	      /* mode_radius.c */
extern const struct cmd show_radius_cmds[];   /* mode_radius.c */
extern const struct cmd sshd_cmds[];	      /* mode_sshd.c */
extern const struct cmd show_sshd_cmds[];     /* mode_sshd.c */
extern const struct cmd telnet_cmds[];	      /* relay.c: SuperUser */
extern const struct cmd tacacs_cmds[];	      /* mode_tacacs.c */
extern const struct cmd show_tacacs_cmds[];   /* mode_tacacs.c */
extern const struct cmd user_database_cmds[]; /* mode_user.c: username ... */
extern const struct cmd show_user_cmds[];     /* mode_user.c: SuperUser */
extern const struct cmd global_cmds[];	  /* mode_global.c */
extern const struct cmd ping_cmds[];	  /* ping.c */
extern const struct cmd traceroute_cmds[]; /* traceroute.c */
extern const struct cmd sntp_cmds[];	  /* mode_sntp.c */
extern const struct cmd show_sntp_cmds[];
extern const struct cmd system_cmds[];	  /* mode_system.c: dump */
extern const struct cmd show_memory_cmds[]; /* mode_system.c */
extern const struct cmd names_cmds[];	  /* mode_names.c: dns, host */
extern const struct cmd logging_cmds[];	  /* mode_logging.c */
extern const struct cmd clock_cmds[];	  /* mode_clock.c: SuperUser */
extern const struct cmd date_cmds[];	  /* mode_clock.c: date ... */
extern const struct cmd show_clock_cmds[]; /* mode_clock.c */
extern const struct cmd bridge_cmds[];	  /* mode_bridge.c: bridge, cdp */
extern const struct cmd ports_cmds[];	  /* mode_bridge.c: SuperUser only */
extern const struct cmd flow_cmds[];	  /* mode_flowconf.c */
extern const struct cmd peer_cmds[];	  /* mode_peer.c: app, dfp ... */
extern const struct cmd superuser_peer_cmds[];
extern const struct cmd proximity_cmds[]; /* mode_proximity.c */
extern const struct cmd dns_cmds[];	  /* mode_dns.c: the DNS server */
extern const struct cmd snmp_cmds[];	  /* mode_snmp.c */
extern const struct cmd crl_cmds[];	  /* mode_crl.c: ssl crl-record ... */
extern const struct cmd sched_cmds[];	  /* mode_sched.c: cmd-sched */
extern const struct cmd show_sched_cmds[]; /* mode_sched.c */
extern const struct cmd routing_cmds[];	  /* mode_routing.c: ospf, rip */
extern const struct cmd ip_cmds[];	  /* mode_ip.c: arp, ip, ip route */
extern const struct cmd
	global_ssl_cmds[]; /* mode_ssl.c: ssl ... , ftp-record */
extern const struct cmd
	superuser_ssl_cmds[];		 /* mode_ssl.c: copy ssl, clear ssl */
extern const struct cmd sideways_cmds[]; /* mode_sideways.c: opening commands
						valid in most config modes */
extern const struct cmd interface_cmds[];
extern const struct cmd interface_vlan_cmds[]; /* mode_iface.c */
extern const struct cmd circuit_cmds[];
extern const struct cmd circuit_ip_cmds[];
extern const struct cmd service_cmds[];
extern const struct cmd service_ka_cmds[];    /* mode_service_ka.c */
extern const struct cmd service_web_cmds[];   /* mode_service_web.c */
extern const struct cmd service_state_cmds[]; /* mode_service.c: active */
extern const struct cmd owner_cmds[];
extern const struct cmd owner_rules_cmds[]; /* mode_owner.c: content */
extern const struct cmd content_cmds[];
extern const struct cmd content_sticky_cmds[]; /* mode_content_sticky.c */
extern const struct cmd content_more_cmds[];   /* mode_content_more.c */
extern const struct cmd content_state_cmds[]; /* mode_content.c: active */
extern const struct cmd group_cmds[];
extern const struct cmd group_state_cmds[]; /* mode_group.c: active */
extern const struct cmd zero_cmds[]; /* zero.c: SuperUser and up */
extern const struct cmd keepalive_cmds[];
extern const struct cmd keepalive_state_cmds[]; /* mode_keepalive.c: active */
extern const struct cmd ssllist_cmds[];
/* render hooks get the struct entry of mode_ssllist.h */
extern const struct cmd ssllist_entry_cmds[];
extern const struct cmd ssllist_traffic_cmds[];
extern const struct cmd ssllist_lab_cmds[];
extern const struct cmd acl_cmds[];
extern const struct cmd acl_global_cmds[]; /* mode_acl.c: acl enable */
extern const struct cmd nql_cmds[];	   /* mode_qualifier.c */
extern const struct cmd eql_cmds[];
extern const struct cmd dql_cmds[];
extern const struct cmd urql_cmds[];
extern const struct cmd hfgroup_cmds[];
extern const struct cmd reporter_cmds[];
extern const struct cmd rmon_alarm_cmds[]; /* mode_rmon.c */
extern const struct cmd rmon_event_cmds[];
extern const struct cmd rmon_history_cmds[];
extern const struct cmd boot_cmds[];
extern const struct cmd record_cmds[];	   /* mode_record.c: ftp-record */
extern const struct cmd show_record_cmds[];
extern const struct cmd show_disk_cmds[]; /* show_disk.c: and software */
extern const struct cmd profile_cmds[];	  /* profile.c */
extern const struct cmd show_profile_cmds[];
extern const struct cmd setup_cmds[];	  /* setup.c: questions of a new switch */
extern const struct cmd license_cmds[];   /* license.c */
extern const struct cmd file_cmds[];  /* mode_files.c: archive, restore ... */
extern const struct cmd copy_cmds[];  /* mode_copy.c */
extern const struct cmd debug_cmds[]; /* mode_files.c: what llama opens */
extern const struct cmd lab_capture_cmds[]; /* lab_capture.c */
extern const struct cmd lab_why_cmds[]; /* lab_why.c: lab trace, why */
extern const struct cmd lab_cmds[];	    /* lab.c: what the real box lacks */
extern const struct cmd show_config_cmds[]; /* show_config.c */
extern const struct cmd show_chassis_cmds[]; /* show_chassis.c */
extern const struct cmd show_system_cmds[];  /* show_system.c */
extern const struct cmd show_log_cmds[];     /* show_log.c: SuperUser, too */
extern const struct cmd clear_log_cmds[];    /* show_log.c: SuperUser */
extern const struct cmd show_service_cmds[]; /* show_service.c */
extern const struct cmd show_rule_cmds[];    /* show_rule.c: rule, content */
extern const struct cmd show_load_cmds[];    /* show_load.c */
extern const struct cmd show_sticky_cmds[];  /* show_sticky.c */
extern const struct cmd debug_sticky_cmds[]; /* the same: debug mode */
extern const struct cmd show_owner_cmds[];   /* show_owner.c: owner, summary */
extern const struct cmd show_group_cmds[];   /* show_group.c */
extern const struct cmd show_list_cmds[];    /* show_list.c: acl, nql ... */
extern const struct cmd show_flow_cmds[];    /* show_flow.c */
extern const struct cmd show_keepalive_cmds[];
extern const struct cmd show_ip_cmds[];	     /* show_ip.c: config, counters */
extern const struct cmd zero_ip_cmds[];	     /* show_ip.c: SuperUser */
extern const struct cmd show_circuit_cmds[]; /* circuits, ip interfaces */
extern const struct cmd show_route_cmds[];   /* ip routes, ip summary */
extern const struct cmd show_arp_cmds[];
extern const struct cmd clear_arp_cmds[]; /* show_arp.c: SuperUser */
extern const struct cmd show_bridge_cmds[];  /* bridge, cdp, dhcp-relay-agent */
extern const struct cmd show_peer_cmds[];	/* app, dfp, gsdb */
extern const struct cmd show_dns_cmds[];	/* dns-server, -peer, -record */
extern const struct cmd show_zone_cmds[];	/* zone, domain */
extern const struct cmd show_proximity_cmds[];
extern const struct cmd show_redundancy_cmds[];
extern const struct cmd show_replica_cmds[]; /* publisher, subscriber */
extern const struct cmd show_rip_cmds[];
extern const struct cmd show_ospf_cmds[];
extern const struct cmd show_flowmgr_cmds[]; /* flow statistics, -timeout ... */
extern const struct cmd zero_flow_cmds[];    /* show_flowmgr.c: SuperUser */
extern const struct cmd show_dos_cmds[];
extern const struct cmd zero_dos_cmds[]; /* show_dos.c: SuperUser */
extern const struct cmd show_portmap_cmds[];
extern const struct cmd show_http_cmds[]; /* http-methods, remap, loads */
extern const struct cmd show_vrouter_cmds[]; /* virtual routers, their VIPs */
extern const struct cmd show_rmon_cmds[]; /* show_rmon.c: reporters, too */
extern const struct cmd zero_reporter_cmds[]; /* show_rmon.c: SuperUser */
extern const struct cmd zero_vrouter_cmds[]; /* show_vrouter.c: SuperUser */
extern const struct cmd show_ports_cmds[]; /* interface, phy, counters */
extern const struct cmd clear_ports_cmds[]; /* show_ports.c: SuperUser */
extern const struct cmd show_ssl_cmds[]; /* show_ssl.c */

#endif
