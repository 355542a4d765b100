/*
 * Commands of the content mode that are about requests: cookies, strings,
 * caches, hot lists, DNS names (content.md 2.2, 2.7)
 *
 * They are kept and printed; the layers that will act on them are not there
 * yet, and each command says so.
 */
#include <stddef.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/conf/service.h"

/* ---- stickiness lost ------------------------------------------------------ */

static const char *const serverdown_names[] = {
	"balance", "redirect", "reject", "sticky-srcip", "sticky-srcip-dstport",
	NULL,
};

static int serverdown_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.serverdown,
		    object_choice(a, serverdown_names));
	return r->more.serverdown
		       ? object_kept(cli, "sticky-serverdown-failover")
		       : 0;
}

static const char *const no_cookie_names[] = { "loadbalance", "redirect",
					       "reject", "service", NULL };

static int no_cookie_put(struct cli *cli, uint8_t which, const char *arg,
			 struct err *err)
{
	struct content *r = cli_object(cli);

	if (conf_put_text(cli_conf(cli), r->more.no_cookie_arg,
			  sizeof(r->more.no_cookie_arg), arg, err) < 0)
		return -1;
	conf_put_u8(cli_conf(cli), &r->more.no_cookie, which);
	return which ? object_kept(cli, "sticky-no-cookie-found-action") : 0;
}

static int no_cookie_plain(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return no_cookie_put(cli, arg_key(a, "reject") ? 2 : 0, "", err);
}

static int no_cookie_redirect(struct cli *cli, const struct args *a,
			      struct err *err)
{
	return no_cookie_put(cli, 1, arg_word(a, "url"), err);
}

static int no_cookie_service(struct cli *cli, const struct args *a,
			     struct err *err)
{
	const char *name = arg_word(a, "service");

	if (!service_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "Specified service does not exist: %s", name);
	return no_cookie_put(cli, 3, name, err);
}

static int no_cookie_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	return no_cookie_put(cli, 0, "", err);
}

static void stickiness_lost_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->serverdown)
		out_printf(o, "    sticky-serverdown-failover %s \n",
			   serverdown_names[m->serverdown]);
	if (!m->no_cookie)
		return;
	out_printf(o, "    sticky-no-cookie-found-action %s ",
		   no_cookie_names[m->no_cookie]);
	if (m->no_cookie == 1)
		out_printf(o, "\"%s\" ", m->no_cookie_arg);
	if (m->no_cookie == 3)
		out_printf(o, "%s ", m->no_cookie_arg);
	out_puts(o, "\n");
}

/* ---- caches ---------------------------------------------------------------- */

static const char *const failover_names[] = { "linear", "next", "bypass",
					      NULL };

static int failover_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.failover,
		    object_choice(a, failover_names));
	return r->more.failover ? object_kept(cli, "failover") : 0;
}

static int param_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &r->more.param_bypass,
		      arg_key(a, "enable"));
	return r->more.param_bypass ? object_kept(cli, "param-bypass") : 0;
}

static int threshold_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.load_threshold,
		    arg_uint(a, "load", 254));
	return r->more.load_threshold != 254
		       ? object_kept(cli, "load-threshold")
		       : 0;
}

static int ping_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &r->more.ping_local_remote,
		      arg_key(a, "local-remote"));
	return r->more.ping_local_remote ? object_kept(cli, "vip-ping-response")
					 : 0;
}

static void caching_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->failover)
		out_printf(o, "    failover %s \n",
			   failover_names[m->failover]);
	if (m->param_bypass)
		out_puts(o, "    param-bypass enable \n");
	if (m->load_threshold != 254)
		out_printf(o, "    load-threshold %u \n", m->load_threshold);
	if (m->ping_local_remote)
		out_puts(o, "    vip-ping-response local-remote \n");
}

/* ---- flags by their word -------------------------------------------------- */

/* Settings that are a word or its `no`; off by default. */
static const struct flag {
	const char *word; /* behind arrowpoint-cookie when sub is set */
	const char *sub;
	size_t offset;
} flags[] = {
	{ "flow-reset-reject", NULL,
	  offsetof(struct content, flow_reset_reject) },
	{ "redundancy-l4-stateless", NULL,
	  offsetof(struct content, more.l4_stateless) },
	{ "dns-disable-local", NULL,
	  offsetof(struct content, more.dns_disable_local) },
	{ "arrowpoint-cookie", "advanced",
	  offsetof(struct content, more.arpt_advanced) },
	{ "arrowpoint-cookie", "browser-expire",
	  offsetof(struct content, more.arpt_browser_expire) },
	{ "arrowpoint-cookie", "expire-services",
	  offsetof(struct content, more.arpt_expire_services) },
	{ "arrowpoint-cookie", "rlct-100-reinsert",
	  offsetof(struct content, more.arpt_reinsert) },
};

static const struct flag *flag_at(const struct args *a, bool cookie)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if ((flags[i].sub != NULL) == cookie &&
		    arg_key(a, cookie ? flags[i].sub : flags[i].word))
			return &flags[i];
	return NULL;
}

static void flag_put(struct cli *cli, const struct flag *f, bool v)
{
	char *r = cli_object(cli);
	bool *field = NULL;
	void *at = r + f->offset;

	field = at;
	conf_put_flag(cli_conf(cli), field, v);
}

static int flag_set(struct cli *cli, const struct args *a, struct err *err)
{
	const struct flag *f = flag_at(a, false);

	(void)err;
	flag_put(cli, f, true);
	return object_kept(cli, f->word);
}

static int flag_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	flag_put(cli, flag_at(a, false), false);
	return 0;
}

static int cookie_flag_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)err;
	flag_put(cli, flag_at(a, true), true);
	return object_kept(cli, "arrowpoint-cookie");
}

static int cookie_flag_clear(struct cli *cli, const struct args *a,
			     struct err *err)
{
	(void)err;
	flag_put(cli, flag_at(a, true), false);
	return 0;
}

static void flag_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->flow_reset_reject)
		out_puts(o, "    flow-reset-reject \n");
	if (r->more.dns_disable_local)
		out_puts(o, "    dns-disable-local \n");
}

/* ---- ArrowPoint and location cookies -------------------------------------- */

static int cookie_name_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct content *r = cli_object(cli);
	const char *name = arg_word(a, "name");

	if (conf_put_text(cli_conf(cli), r->more.arpt_name,
			  sizeof(r->more.arpt_name), name ? name : "", err) < 0)
		return -1;
	return name ? object_kept(cli, "arrowpoint-cookie name") : 0;
}

static int cookie_path_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct content *r = cli_object(cli);
	const char *path = arg_word(a, "path");

	if (conf_put_text(cli_conf(cli), r->more.arpt_path,
			  sizeof(r->more.arpt_path), path ? path : "", err) < 0)
		return -1;
	return path ? object_kept(cli, "arrowpoint-cookie path") : 0;
}

/* dd:hh:mm:ss */
static bool is_life(const char *text)
{
	static const unsigned most[] = { 30, 23, 59, 59 };

	if (strlen(text) != 11)
		return false;
	for (int i = 0; i < 4; i++) {
		const char *at = text + (size_t)i * 3;
		char part[3] = { at[0], at[1], '\0' };
		uint32_t v = 0;

		if (!str_to_u32(part, 0, most[i], &v) ||
		    (i < 3 && at[2] != ':'))
			return false;
	}
	return true;
}

static int cookie_life_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct content *r = cli_object(cli);
	const char *life = arg_word(a, "life");

	if (life && !is_life(life))
		return err_set(err, ERR_RANGE, -1,
			       "A life is dd:hh:mm:ss, dd at most 30: %s",
			       life);
	if (conf_put_text(cli_conf(cli), r->more.arpt_expiration,
			  sizeof(r->more.arpt_expiration), life ? life : "",
			  err) < 0)
		return -1;
	return life ? object_kept(cli, "arrowpoint-cookie expiration") : 0;
}

static int domain_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *domain = arg_word(a, "domain");

	if (conf_put_text(cli_conf(cli), r->more.cookie_domain,
			  sizeof(r->more.cookie_domain), domain ? domain : "",
			  err) < 0)
		return -1;
	return domain ? object_kept(cli, "cookie-domain") : 0;
}

static int location_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	struct conf *c = cli_conf(cli);
	const char *life = arg_word(a, "life");

	if (life && !is_life(life))
		return err_set(err, ERR_RANGE, -1,
			       "A life is dd:hh:mm:ss, dd at most 30: %s",
			       life);
	if (conf_put_text(c, r->more.location_name,
			  sizeof(r->more.location_name), arg_word(a, "name"),
			  err) < 0 ||
	    conf_put_text(c, r->more.location_value,
			  sizeof(r->more.location_value), arg_word(a, "value"),
			  err) < 0 ||
	    conf_put_text(c, r->more.location_expiration,
			  sizeof(r->more.location_expiration), life ? life : "",
			  err) < 0)
		return -1;
	return object_kept(cli, "location-cookie");
}

static int location_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	r->more.location_name[0] = '\0';
	r->more.location_value[0] = '\0';
	r->more.location_expiration[0] = '\0';
	conf_changed(cli_conf(cli));
	return 0;
}

static void cookie_flags_render(const struct content_more *m, struct out *o)
{
	if (m->arpt_advanced)
		out_puts(o, "    arrowpoint-cookie advanced \n");
	if (m->arpt_browser_expire)
		out_puts(o, "    arrowpoint-cookie browser-expire \n");
	if (m->arpt_expire_services)
		out_puts(o, "    arrowpoint-cookie expire-services \n");
	if (m->arpt_reinsert)
		out_puts(o, "    arrowpoint-cookie rlct-100-reinsert \n");
}

static void cookies_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->arpt_name[0])
		out_printf(o, "    arrowpoint-cookie name %s \n", m->arpt_name);
	if (m->arpt_path[0])
		out_printf(o, "    arrowpoint-cookie path \"%s\" \n",
			   m->arpt_path);
	if (m->arpt_expiration[0])
		out_printf(o, "    arrowpoint-cookie expiration %s \n",
			   m->arpt_expiration);
	cookie_flags_render(m, o);
	if (m->cookie_domain[0])
		out_printf(o, "    cookie-domain \"%s\" \n", m->cookie_domain);
	if (!m->location_name[0])
		return;
	out_printf(o, "    location-cookie name %s value %s ", m->location_name,
		   m->location_value);
	if (m->location_expiration[0])
		out_printf(o, "expiration %s ", m->location_expiration);
	out_puts(o, "\n");
}

/* ---- strings in cookies and URLs ------------------------------------------ */

static const char *const operation_names[] = { "match-service-cookie", "hash-a",
					       "hash-crc32", "hash-xor", NULL };
static const char *const match_names[] = { "specific", "first-service-match",
					   "first-string-found", NULL };

static int range_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	unsigned long from = arg_uint(a, "from", 1),
		      to = arg_uint(a, "to", 100);

	if (to <= from)
		return err_set(err, ERR_RANGE, -1,
			       "The range ends before it begins");
	conf_put_u16(cli_conf(cli), &r->more.string_from, from);
	conf_put_u16(cli_conf(cli), &r->more.string_to, to);
	return object_kept(cli, "string range");
}

static int range_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_u16(cli_conf(cli), &r->more.string_from, 1);
	conf_put_u16(cli_conf(cli), &r->more.string_to, 100);
	return 0;
}

static int prefix_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *text = arg_word(a, "text");

	if (conf_put_text(cli_conf(cli), r->more.string_prefix,
			  sizeof(r->more.string_prefix), text ? text : "",
			  err) < 0)
		return -1;
	return text ? object_kept(cli, "string prefix") : 0;
}

static int eos_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *text = arg_word(a, "text");

	if (conf_put_text(cli_conf(cli), r->more.string_eos,
			  sizeof(r->more.string_eos), text ? text : "",
			  err) < 0)
		return -1;
	return text ? object_kept(cli, "string eos-char") : 0;
}

static int skip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.string_skip,
		    arg_uint(a, "bytes", 0));
	return r->more.string_skip ? object_kept(cli, "string skip-length") : 0;
}

static int process_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.string_process,
		    arg_uint(a, "bytes", 0));
	return r->more.string_process
		       ? object_kept(cli, "string process-length")
		       : 0;
}

static int operation_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.string_operation,
		    object_choice(a, operation_names));
	return r->more.string_operation ? object_kept(cli, "string operation")
					: 0;
}

static int match_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.string_match,
		    object_choice(a, match_names));
	return r->more.string_match ? object_kept(cli, "string match") : 0;
}

static int ascii_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &r->more.string_no_ascii,
		      arg_key(a, "disable"));
	return r->more.string_no_ascii
		       ? object_kept(cli, "string ascii-conversion")
		       : 0;
}

static void string_names_render(const struct content_more *m, struct out *o)
{
	if (m->string_operation)
		out_printf(o, "    string operation %s \n",
			   operation_names[m->string_operation]);
	if (m->string_match)
		out_printf(o, "    string match %s \n",
			   match_names[m->string_match]);
	if (m->string_no_ascii)
		out_puts(o, "    string ascii-conversion disable \n");
}

static void string_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->string_from != 1 || m->string_to != 100)
		out_printf(o, "    string range %u to %u \n", m->string_from,
			   m->string_to);
	if (m->string_prefix[0])
		out_printf(o, "    string prefix \"%s\" \n", m->string_prefix);
	if (m->string_eos[0])
		out_printf(o, "    string eos-char \"%s\" \n", m->string_eos);
	if (m->string_skip)
		out_printf(o, "    string skip-length %u \n", m->string_skip);
	if (m->string_process)
		out_printf(o, "    string process-length %u \n",
			   m->string_process);
	string_names_render(m, o);
}

/* ---- hot lists, DNS, workload managers ------------------------------------ */

static int hotlist_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &r->more.hotlist, true);
	return object_kept(cli, "hotlist");
}

static int hotlist_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &r->more.hotlist, false);
	return 0;
}

static int hot_interval_set(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.hotlist_interval_min,
		    arg_uint(a, "minutes", 1));
	return 0;
}

static int hot_size_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.hotlist_size,
		    arg_uint(a, "entries", 10));
	return 0;
}

static int hot_threshold_set(struct cli *cli, const struct args *a,
			     struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &r->more.hotlist_threshold,
		     arg_uint(a, "hits", 0));
	return 0;
}

/* There is one type, and it is the default. */
static int hot_type_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)a;
	(void)err;
	return 0;
}

static void hotlist_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->hotlist)
		out_puts(o, "    hotlist \n");
	if (m->hotlist_interval_min != 1)
		out_printf(o, "    hotlist interval %u \n",
			   m->hotlist_interval_min);
	if (m->hotlist_size != 10)
		out_printf(o, "    hotlist size %u \n", m->hotlist_size);
	if (m->hotlist_threshold)
		out_printf(o, "    hotlist threshold %u \n",
			   m->hotlist_threshold);
}

static const char *const dnsbalance_names[] = { "useownerdnsbalance",
						"roundrobin", "leastloaded",
						"preferlocal", NULL };

static int dnsbalance_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &r->more.dnsbalance,
		    object_choice(a, dnsbalance_names));
	return r->more.dnsbalance ? object_kept(cli, "dnsbalance") : 0;
}

static int dns_at(const struct content_more *m, const char *name)
{
	for (int i = 0; i < m->ndns; i++)
		if (!strcmp(m->dns[i].name, name))
			return i;
	return -1;
}

static int dns_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct content_more *m = &((struct content *)cli_object(cli))->more;
	const char *name = arg_word(a, "dns_name");
	int at = dns_at(m, name);

	if (at < 0 && m->ndns == CONTENT_DNS_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "A rule has at most %d DNS names",
			       CONTENT_DNS_MAX);
	if (at < 0)
		at = m->ndns++;
	(void)str_copy(m->dns[at].name, sizeof(m->dns[at].name), name);
	m->dns[at].ttl = (uint8_t)arg_uint(a, "ttl", 0);
	conf_changed(cli_conf(cli));
	return object_kept(cli, "add dns");
}

static int dns_remove(struct cli *cli, const struct args *a, struct err *err)
{
	struct content_more *m = &((struct content *)cli_object(cli))->more;
	const char *name = arg_word(a, "dns_name");
	int at = dns_at(m, name);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "Specified dns name does not exist: %s", name);
	m->ndns--;
	memmove(&m->dns[at], &m->dns[at + 1],
		(size_t)(m->ndns - at) * sizeof(m->dns[0]));
	conf_changed(cli_conf(cli));
	return 0;
}

static void dns_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	for (int i = 0; i < m->ndns; i++) {
		out_printf(o, "    add dns %s ", m->dns[i].name);
		if (m->dns[i].ttl)
			out_printf(o, "%u ", m->dns[i].ttl);
		out_puts(o, "\n");
	}
	if (m->dnsbalance)
		out_printf(o, "    dnsbalance %s \n",
			   dnsbalance_names[m->dnsbalance]);
}

static int sasp_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *label = arg_word(a, "label");

	if (conf_put_text(cli_conf(cli), r->more.sasp_agent,
			  sizeof(r->more.sasp_agent), label ? label : "",
			  err) < 0)
		return -1;
	return label ? object_kept(cli, "sasp agent") : 0;
}

static int slowstart_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &r->more.slowstart_s,
		     arg_uint(a, "seconds", 0));
	return r->more.slowstart_s ? object_kept(cli, "slowstart-timer") : 0;
}

static void agents_render(const void *obj, struct out *o)
{
	const struct content_more *m = &((const struct content *)obj)->more;

	if (m->sasp_agent[0])
		out_printf(o, "    sasp agent %s \n", m->sasp_agent);
	if (m->slowstart_s)
		out_printf(o, "    slowstart-timer %u \n", m->slowstart_s);
}

/* Row order is running-config order. */
const struct cmd content_l5_cmds[] = {
	{ .syntax = "sticky-serverdown-failover {balance|redirect|reject|"
		    "sticky-srcip|sticky-srcip-dstport}",
	  .help = "What happens when the sticky service is down\n"
		  "Balance\n"
		  "Redirect\n"
		  "Reset\n"
		  "Go by the source address\n"
		  "Go by source address and destination port",
	  .run = serverdown_set,
	  .render = stickiness_lost_render,
	  .no = "no sticky-serverdown-failover",
	  .clear = serverdown_set },
	{ .syntax = "sticky-no-cookie-found-action {loadbalance|reject}",
	  .help = "What happens to requests without cookie\n"
		  "Balance\n"
		  "Reset",
	  .run = no_cookie_plain,
	  .no = "no sticky-no-cookie-found-action",
	  .clear = no_cookie_clear },
	{ .syntax = "sticky-no-cookie-found-action redirect "
		    "<url:text:1-252>",
	  .help = "Redirect\n"
		  "URL in quotes",
	  .run = no_cookie_redirect },
	{ .syntax = "sticky-no-cookie-found-action service "
		    "<service:service>",
	  .help = "Send to a service\n"
		  "Service name",
	  .run = no_cookie_service },
	{ .syntax = "failover {bypass|linear|next}",
	  .help = "What happens to requests of a failed cache\n"
		  "They go to the origin\n"
		  "The other services share them\n"
		  "The next service takes them",
	  .run = failover_set,
	  .render = caching_render,
	  .no = "no failover",
	  .clear = failover_set },
	{ .syntax = "param-bypass {enable|disable}",
	  .help = "Requests with parameters pass by caches\n"
		  "They do\n"
		  "They do not",
	  .run = param_set,
	  .no = "no param-bypass",
	  .clear = param_set },
	{ .syntax = "load-threshold <load:uint:2-254>",
	  .help = "Load above which services are not eligible\n"
		  "Load",
	  .run = threshold_set,
	  .no = "no load-threshold",
	  .clear = threshold_set },
	{ .syntax = "vip-ping-response {local|local-remote}",
	  .help = "Which services make the VIP answer pings\n"
		  "Local ones\n"
		  "Local and remote ones",
	  .run = ping_set,
	  .no = "no vip-ping-response",
	  .clear = ping_set },
	{ .syntax = "arrowpoint-cookie name <name:name:31>",
	  .help = "Cookie that the switch makes\n"
		  "Set its name\n"
		  "Name",
	  .run = cookie_name_set,
	  .render = cookies_render,
	  .no = "no arrowpoint-cookie name",
	  .clear = cookie_name_set },
	{ .syntax = "arrowpoint-cookie path <path:text:1-99>",
	  .help = "Set its path\n"
		  "Path in quotes",
	  .run = cookie_path_set,
	  .no = "no arrowpoint-cookie path",
	  .clear = cookie_path_set },
	{ .syntax = "arrowpoint-cookie expiration <life:word:11-11>",
	  .help = "Set its life\n"
		  "dd:hh:mm:ss",
	  .run = cookie_life_set,
	  .no = "no arrowpoint-cookie expiration",
	  .clear = cookie_life_set },
	{ .syntax = "arrowpoint-cookie {advanced|browser-expire|"
		    "expire-services|rlct-100-reinsert}",
	  .help = "Form that is looked up faster\n"
		  "The browser drops it at its end\n"
		  "The service in it expires too\n"
		  "Insert it again after a 100 Continue reply",
	  .run = cookie_flag_set,
	  .no = "no arrowpoint-cookie {advanced|browser-expire|"
		"expire-services|rlct-100-reinsert}",
	  .clear = cookie_flag_clear },
	{ .syntax = "cookie-domain <domain:text:1-64>",
	  .help = "Domain of the cookies that the switch makes\n"
		  "Domain in quotes",
	  .run = domain_set,
	  .no = "no cookie-domain",
	  .clear = domain_set },
	{ .syntax = "location-cookie name <name:name:31> value "
		    "<value:name:31> [expiration <life:word:11-11>]",
	  .help = "Cookie that keeps a client at a site\n"
		  "Set its name\n"
		  "Name\n"
		  "Set its value\n"
		  "Value\n"
		  "Set its life\n"
		  "dd:hh:mm:ss",
	  .run = location_set,
	  .no = "no location-cookie",
	  .clear = location_clear },
	{ .syntax = "string range <from:uint:1-1999> to <to:uint:2-2000>",
	  .help = "Where strings are looked for\n"
		  "Bytes that are searched\n"
		  "First byte\n"
		  "To\n"
		  "Last byte",
	  .run = range_set,
	  .render = string_render,
	  .no = "no string range",
	  .clear = range_clear },
	{ .syntax = "string prefix <text:text:1-30>",
	  .help = "Text before the string\n"
		  "Text in quotes",
	  .run = prefix_set,
	  .no = "no string prefix",
	  .clear = prefix_set },
	{ .syntax = "string eos-char <text:text:1-5>",
	  .help = "Characters that end a string\n"
		  "Characters in quotes",
	  .run = eos_set,
	  .no = "no string eos-char",
	  .clear = eos_set },
	{ .syntax = "string skip-length <bytes:uint:0-64>",
	  .help = "Bytes skipped after the prefix\n"
		  "Bytes",
	  .run = skip_set,
	  .no = "no string skip-length",
	  .clear = skip_set },
	{ .syntax = "string process-length <bytes:uint:0-64>",
	  .help = "Bytes used, 0 to the end\n"
		  "Bytes",
	  .run = process_set,
	  .no = "no string process-length",
	  .clear = process_set },
	{ .syntax = "string operation {match-service-cookie|hash-a|"
		    "hash-crc32|hash-xor}",
	  .help = "What is done with a string\n"
		  "Compare it with the strings of services\n"
		  "Simple hash\n"
		  "CRC32 hash\n"
		  "XOR hash",
	  .run = operation_set,
	  .no = "no string operation",
	  .clear = operation_set },
	{ .syntax = "string match {specific|first-service-match|"
		    "first-string-found}",
	  .help = "Which of several strings decides\n"
		  "The one in the range\n"
		  "The first of a service\n"
		  "The first found",
	  .run = match_set,
	  .no = "no string match",
	  .clear = match_set },
	{ .syntax = "string ascii-conversion {enable|disable}",
	  .help = "Decode escaped characters first\n"
		  "Decode them\n"
		  "Leave them",
	  .run = ascii_set,
	  .no = "no string ascii-conversion",
	  .clear = ascii_set },
	{ .syntax = "hotlist",
	  .help = "Hot list of the rule",
	  .run = hotlist_set,
	  .render = hotlist_render,
	  .no = "no hotlist",
	  .clear = hotlist_clear },
	{ .syntax = "hotlist interval <minutes:uint:1-60>",
	  .help = "Time between refreshes\n"
		  "Minutes",
	  .run = hot_interval_set,
	  .no = "no hotlist interval",
	  .clear = hot_interval_set },
	{ .syntax = "hotlist size <entries:uint:1-100>",
	  .help = "Length of the list\n"
		  "Entries",
	  .run = hot_size_set,
	  .no = "no hotlist size",
	  .clear = hot_size_set },
	{ .syntax = "hotlist threshold <hits:uint:0-65535>",
	  .help = "Hits below which content is not hot\n"
		  "Hits",
	  .run = hot_threshold_set,
	  .no = "no hotlist threshold",
	  .clear = hot_threshold_set },
	{ .syntax = "hotlist type hitCount",
	  .help = "What makes content hot\n"
		  "The number of hits",
	  .run = hot_type_set,
	  .no = "no hotlist type",
	  .clear = hot_type_set },
	{ .syntax = "add dns <dns_name:name:31> [<ttl:uint:0-255>]",
	  .help = "DNS name of the VIP\n"
		  "Name\n"
		  "Seconds in replies",
	  .run = dns_add,
	  .render = dns_render,
	  .no = "remove dns <dns_name:name:31>",
	  .clear = dns_remove },
	{ .syntax = "dnsbalance {useownerdnsbalance|roundrobin|leastloaded|"
		    "preferlocal}",
	  .help = "How DNS replies are chosen\n"
		  "As the owner says\n"
		  "In turn\n"
		  "Least loaded site\n"
		  "Local VIP as long as it is up",
	  .run = dnsbalance_set,
	  .no = "no dnsbalance",
	  .clear = dnsbalance_set },
	{ .syntax = "sasp agent <label:name:31>",
	  .help = "Workload manager protocol\n"
		  "Manager that sets the weights\n"
		  "Label",
	  .run = sasp_set,
	  .render = agents_render,
	  .no = "no sasp agent",
	  .clear = sasp_set },
	{ .syntax = "slowstart-timer <seconds:uint:0-65535>",
	  .help = "Ramp-up of a service that came up\n"
		  "Seconds",
	  .run = slowstart_set,
	  .no = "no slowstart-timer",
	  .clear = slowstart_set },
	{ .syntax = "{flow-reset-reject|redundancy-l4-stateless|"
		    "dns-disable-local}",
	  .help = "Reset clients whose service is gone\n"
		  "Stateless failover between switches\n"
		  "Do not answer DNS names of the rule here",
	  .run = flag_set,
	  .render = flag_render,
	  .no = "no {flow-reset-reject|redundancy-l4-stateless|"
		"dns-disable-local}",
	  .clear = flag_clear },
	{ 0 },
};
