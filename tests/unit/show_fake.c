/* Fakes for the tests of show commands (show_fake.h). */
#include "tests/unit/show_fake.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/group.h"
#include "emu/nat/portmap.h"

/* ---- the session ------------------------------------------------------------ */

struct cli cli;
struct args args;

const char *arg_word(const struct args *a, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < 8 && a->words[i]; i++)
		if (!strncmp(a->words[i], name, len) && a->words[i][len] == '=')
			return a->words[i] + len + 1;
	return NULL;
}

bool arg_key(const struct args *a, const char *keyword)
{
	for (int i = 0; i < 8 && a->words[i]; i++)
		if (!strcmp(a->words[i], keyword))
			return true;
	return false;
}

struct in_addr arg_addr(const struct args *a, const char *name)
{
	return (struct in_addr){ .s_addr = inet_addr(arg_word(a, name)) };
}

unsigned long arg_uint(const struct args *a, const char *name,
		       unsigned long dflt)
{
	const char *word = arg_word(a, name);

	return word ? strtoul(word, NULL, 10) : dflt;
}

const struct env *cli_env(const struct cli *c)
{
	return &c->env;
}

struct conf *cli_conf(const struct cli *c)
{
	return c->env.conf;
}

void *cli_object(const struct cli *c)
{
	return c->object;
}

const char *cli_object_name(const struct cli *c, int which)
{
	return which ? c->inner : c->outer;
}

struct out *cli_out(struct cli *c)
{
	return &c->out;
}

/* ---- the living side ---------------------------------------------------------- */

enum service_state states[8];
struct flow_line flow_lines[4];
int nflows, flow_max;
struct sticky_entry stickies[4];
int nstickies;

const char *service_state_name(enum service_state s)
{
	return s == SERVICE_ALIVE   ? "Alive"
	       : s == SERVICE_DYING ? "Dying"
	       : s == SERVICE_DOWN  ? "Down"
				    : "Suspended";
}

void monitor_info(const struct monitor *m, unsigned index,
		  struct monitor_info *info)
{
	(void)m;
	*info = (struct monitor_info){ .state = states[index],
				       .transitions = 10 + index,
				       .probes = 100 * index,
				       .probe_failures = index };
	if (states[index] == SERVICE_DOWN)
		(void)str_copy(info->detail, sizeof(info->detail),
			       "connection refused");
}

void monitor_probe_text(const struct conf *conf, const struct service *s,
			char *text, size_t cap)
{
	(void)conf;
	(void)s;
	(void)str_copy(text, cap, "TCP-80");
}

void monitor_probe_target(const struct conf *conf, const struct service *s,
			  struct in_addr *addr, uint16_t *port)
{
	(void)conf;
	*addr = s->addr;
	*port = s->port;
}

void plane_service_counters(const struct plane *p, unsigned index,
			    struct service_counters *c)
{
	(void)p;
	c->total_conns = 1000 * index;
	c->reused_conns = 7;
	c->current_conns = 20 + index;
}

void plane_load(const struct plane *p, unsigned index, struct service_load *l)
{
	(void)p;
	*l = (struct service_load){ (uint8_t)(10 * index), 90, 2 };
}

uint32_t plane_load_step_ms(const struct plane *p)
{
	(void)p;
	return 120;
}

void plane_rule_counters(const struct plane *p, unsigned index,
			 struct rule_counters *c)
{
	(void)p;
	*c = (struct rule_counters){
		.hits = 10 * index, .bytes = 4000, .frames = 8, .rejects = index
	};
}

uint64_t plane_clause_hits(const struct plane *p, unsigned acl, unsigned clause)
{
	(void)p;
	return acl * 100 + clause;
}

struct hot_url *plane_hotlist(const struct plane *p, unsigned rule,
			      unsigned interval_min, size_t *n)
{
	(void)p;
	(void)rule;
	(void)interval_min;
	*n = 0;
	return NULL;
}

uint64_t plane_rule_service_hits(const struct plane *p, unsigned rule,
				 unsigned service)
{
	(void)p;
	return 100 * rule + service;
}

void plane_group_counters(const struct plane *p, unsigned index,
			  struct group_counters *c)
{
	(void)p;
	*c = (struct group_counters){ .hits = 40 + index,
				      .frames = 12,
				      .bytes = 4096,
				      .total_ftp = 5,
				      .current_ftp = 2,
				      .total_conns = 41,
				      .current_conns = 3 };
}

void plane_group_ports(const struct plane *p, unsigned index,
		       struct portmap_figures *f)
{
	(void)p;
	(void)index;
	*f = (struct portmap_figures){ .used = 3, .last = 2018, .refused = 1 };
}

uint64_t plane_group_service_hits(const struct plane *p, unsigned group,
				  bool destination, unsigned service)
{
	(void)p;
	(void)group;
	(void)service;
	return destination ? 7 : 3;
}

void plane_totals(const struct plane *p, struct plane_totals *t)
{
	(void)p;
	*t = (struct plane_totals){ .flows_active = 12,
				      .acl_bypass = 5,
				      .param_bypass = 6,
				      .no_rule = 77 };
}

struct flow_line *plane_flows(struct plane *p, int max, int *n)
{
	struct flow_line *f = calloc(4, sizeof(*f));

	(void)p;
	flow_max = max;
	memcpy(f, flow_lines, sizeof(flow_lines));
	*n = nflows;
	return f;
}

struct sticky_entry *plane_sticky(const struct plane *p, int *n)
{
	struct sticky_entry *e = calloc(4, sizeof(*e));

	(void)p;
	memcpy(e, stickies, sizeof(stickies));
	*n = nstickies;
	return e;
}

void plane_sticky_stats(const struct plane *p, struct sticky_stats *st)
{
	(void)p;
	*st = (struct sticky_stats){
		.added = 50,
		.hits = 60,
		.rejected = 1,
		.used = 4,
		.used_by = { [STICKY_L3] = 2, [STICKY_L4] = 2 },
	};
}

unsigned plane_sticky_purge(struct plane *p)
{
	(void)p;
	return 4;
}

/* Slots 1 and 2 hold a module. */
const struct card *chassis_card(const struct chassis *ch, unsigned slot)
{
	return slot <= 2 ? (const struct card *)ch : NULL;
}

/* ---- a configuration ------------------------------------------------------------ */

struct owner *acme;
struct content *http, *ssl;
struct service *web[3];

struct in_addr ip(const char *text)
{
	return (struct in_addr){ .s_addr = inet_addr(text) };
}

static void services_make(struct conf *c, struct err *err)
{
	static const char *const names[] = { "web1", "web2", "web3" };

	for (int i = 0; i < 3; i++) {
		web[i] = service_add(c, names[i], err);
		ck_assert_ptr_nonnull(web[i]);
		web[i]->addr = ip("10.1.1.11");
		web[i]->proto = PROTO_TCP;
		web[i]->port = 80;
		web[i]->active = i < 2;
	}
	web[1]->keepalive.type = PROBE_TCP;
}

static void rules_make(struct conf *c, struct err *err)
{
	acme = owner_add(c, "acme", err);
	http = content_add(c, acme, "http-rule", err);
	ssl = content_add(c, acme, "ssl-rule", err);
	http->vip = ip("192.168.10.20");
	http->port = 80;
	http->proto = PROTO_TCP;
	http->active = true;
	ck_assert_int_eq(content_add_service(c, http, "web1", -1, err), 0);
	ck_assert_int_eq(content_add_service(c, http, "web2", 4, err), 0);
}

void show_setup(void)
{
	struct err err = { 0 };

	memset(&cli, 0, sizeof(cli));
	memset(&args, 0, sizeof(args));
	cli.env.conf = conf_new();
	cli.env.plane = (struct plane *)&cli; /* fakes look at neither */
	cli.env.monitor = (struct monitor *)&cli;
	cli.env.chassis = (struct chassis *)&cli;
	cli.outer = cli.inner = "";
	services_make(cli.env.conf, &err);
	rules_make(cli.env.conf, &err);
	states[web[0]->index] = SERVICE_ALIVE;
	states[web[1]->index] = SERVICE_DOWN;
	states[web[2]->index] = SERVICE_SUSPENDED;
	nflows = nstickies = 0;
}

void show_teardown(void)
{
	conf_free(cli.env.conf);
	out_fini(&cli.out);
}

/* Runs the row of that syntax; NULL-terminated arguments. */
int show_run(const struct cmd *table, const char *syntax, struct err *err)
{
	out_clear(&cli.out);
	for (; table->syntax; table++)
		if (!strcmp(table->syntax, syntax))
			return table->run(&cli, &args, err);
	ck_abort_msg("no row \"%s\"", syntax);
	return -1;
}

const char *shown(const struct cmd *table, const char *syntax)
{
	struct err err = { 0 };

	ck_assert_int_eq(show_run(table, syntax, &err), 0);
	return out_text(&cli.out);
}

void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in:\n%s", part,
		      text);
}

void lacks(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in:\n%s", part,
		      text);
}

/* No address here is a virtual router's. */
bool vrouters_share(const struct vrouters *r, const struct conf *c,
		    struct in_addr vip, enum vr_state *state)
{
	(void)r;
	(void)c;
	(void)vip;
	*state = VR_MASTER;
	return false;
}
