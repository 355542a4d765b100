/* Commands of the service mode (content.md 1.2, ssl.md 4.1). */
#include <assert.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/mode_keepalive.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/plane/plane.h"

static int address_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return service_set_addr(cli_conf(cli), cli_object(cli), ip,
				(uint16_t)arg_uint(a, "range", 1), err);
}

static int address_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_set_addr(cli_conf(cli), cli_object(cli),
				(struct in_addr){ INADDR_ANY }, 1, err);
}

static void address_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->addr.s_addr == INADDR_ANY)
		return;
	out_printf(o, "  ip address %s ", str_addr(s->addr));
	if (s->addr_range > 1)
		out_printf(o, "range %u ", s->addr_range);
	out_puts(o, "\n");
}

/* ---- protocol and port ---------------------------------------------------- */

static int protocol_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum ip_proto p = arg_key(a, "tcp")   ? PROTO_TCP
			  : arg_key(a, "udp") ? PROTO_UDP
					      : PROTO_ANY;

	return service_set_proto(cli_conf(cli), cli_object(cli), p, err);
}

static void protocol_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->proto != PROTO_ANY)
		out_printf(o, "  protocol %s \n",
			   s->proto == PROTO_TCP ? "tcp" : "udp");
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	if (service_set_port(cli_conf(cli), cli_object(cli),
			     (uint16_t)arg_uint(a, "port", 0),
			     (uint16_t)arg_uint(a, "range", 1), err) < 0)
		return -1;
	return arg_has(a, "range") ? object_kept(cli, "port range") : 0;
}

static void port_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (!s->port && s->port_range == 1)
		return;
	out_printf(o, "  port %u ", s->port);
	if (s->port_range > 1)
		out_printf(o, "range %u ", s->port_range);
	out_puts(o, "\n");
}

/* ---- type ----------------------------------------------------------------- */

/* What traffic is not treated after yet. */
static bool type_acts(enum service_type t)
{
	return t == SERVICE_LOCAL || t == SERVICE_SSL_ACCEL ||
	       t == SERVICE_SSL_ACCEL_BACKEND || t == SERVICE_SSL_INIT;
}

static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum service_type t = SERVICE_LOCAL;

	for (int i = 0; i < SERVICE_TYPE_NUM; i++)
		if (arg_key(a, service_type_name((enum service_type)i)))
			t = (enum service_type)i;
	if (service_set_type(cli_conf(cli), cli_object(cli), t, err) < 0)
		return -1;
	return type_acts(t) ? 0 : object_kept(cli, service_type_name(t));
}

static int type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_set_type(cli_conf(cli), cli_object(cli), SERVICE_LOCAL,
				err);
}

static void type_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->type != SERVICE_LOCAL)
		out_printf(o, "  type %s \n", service_type_name(s->type));
}

static int slot_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_slot(cli_conf(cli), cli_object(cli),
				(unsigned)arg_uint(a, "slot", 0), err);
}

static void slot_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->slot)
		out_printf(o, "  slot %u \n", s->slot);
}

/* ---- keepalive ------------------------------------------------------------ */

static struct probe_spec *spec(struct cli *cli)
{
	struct service *s = cli_object(cli);

	return &s->keepalive;
}

static int ka_type_plain(struct cli *cli, enum probe_type t, const char *arg,
			 const char *script_args, struct err *err)
{
	struct probe_spec *p = spec(cli);
	struct conf *c = cli_conf(cli);

	if (conf_put_text(c, p->arg, sizeof(p->arg), arg, err) < 0 ||
	    conf_put_text(c, p->script_args, sizeof(p->script_args),
			  script_args, err) < 0)
		return -1;
	p->type = t;
	p->non_persistent = false;
	p->use_output = false;
	conf_changed(c);
	return 0;
}

static int ka_type_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum probe_type t = arg_key(a, "none")	 ? PROBE_NONE
			    : arg_key(a, "tcp")	 ? PROBE_TCP
			    : arg_key(a, "ssl")	 ? PROBE_SSL
			    : arg_key(a, "http") ? PROBE_HTTP
						 : PROBE_ICMP;

	if (ka_type_plain(cli, t, "", "", err) < 0)
		return -1;
	spec(cli)->non_persistent = arg_key(a, "non-persistent");
	return 0;
}

static int ka_type_ftp(struct cli *cli, const struct args *a, struct err *err)
{
	if (ka_type_plain(cli, PROBE_FTP, arg_word(a, "record"), "", err) < 0)
		return -1;
	return object_kept(cli, "keepalive type ftp");
}

static int ka_type_named(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");

	if (!probe_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "Specified keepalive does not exist: %s", name);
	return ka_type_plain(cli, PROBE_NAMED, name, "", err);
}

static int ka_type_script(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const char *args = arg_word(a, "arguments");

	if (ka_type_plain(cli, PROBE_SCRIPT, arg_word(a, "script"),
			  args ? args : "", err) < 0)
		return -1;
	spec(cli)->use_output = arg_key(a, "use-output");
	return object_kept(cli, "keepalive type script");
}

static int ka_type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return ka_type_plain(cli, PROBE_ICMP, "", "", err);
}

static void ka_type_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	probe_type_render(&s->keepalive, "  keepalive ", o);
}

static int ka_frequency(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli), &spec(cli)->frequency_s,
		     arg_uint(a, "seconds", 5));
	return 0;
}

static int ka_maxfailure(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u8(cli_conf(cli), &spec(cli)->maxfailure,
		    arg_uint(a, "count", 3));
	return 0;
}

static int ka_retryperiod(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli), &spec(cli)->retryperiod_s,
		     arg_uint(a, "seconds", 5));
	return 0;
}

static int ka_port(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli), &spec(cli)->port, arg_uint(a, "port", 0));
	return 0;
}

static int ka_method(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->method_get, arg_key(a, "get"));
	if (arg_key(a, "get"))
		cli_warn(cli, "method get is kept, but only the response code "
			      "is compared yet");
	return 0;
}

static int ka_method_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->method_get, false);
	return 0;
}

static int ka_uri(struct cli *cli, const struct args *a, struct err *err)
{
	return probe_set_uri(cli_conf(cli), spec(cli), arg_word(a, "uri"), err);
}

static int ka_uri_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_set_uri(cli_conf(cli), spec(cli), "", err);
}

static int ka_rspcode(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli), &spec(cli)->http_rspcode,
		     arg_uint(a, "code", 200));
	return 0;
}

static int ka_hash(struct cli *cli, const struct args *a, struct err *err)
{
	if (probe_set_hash(cli_conf(cli), spec(cli), arg_word(a, "hash"), err) <
	    0)
		return -1;
	return object_kept(cli, "keepalive hash");
}

static int ka_hash_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_set_hash(cli_conf(cli), spec(cli), "", err);
}

static int ka_close(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->close_fin, arg_key(a, "fin"));
	return 0;
}

static int ka_close_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->close_fin, false);
	return 0;
}

static int ka_encrypt(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->encrypt, true);
	return object_kept(cli, "keepalive encrypt");
}

static int ka_encrypt_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &spec(cli)->encrypt, false);
	return 0;
}

static void ka_rest_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	probe_settings_render(&s->keepalive, "  keepalive ", o);
}

/* ---- SSL proxy lists ------------------------------------------------------ */

static int ssllist_add_line(struct cli *cli, const struct args *a,
			    struct err *err)
{
	return service_add_ssllist(cli_conf(cli), cli_object(cli),
				   arg_word(a, "list"), err);
}

static int ssllist_remove_line(struct cli *cli, const struct args *a,
			       struct err *err)
{
	return service_del_ssllist(cli_conf(cli), cli_object(cli),
				   arg_word(a, "list"), err);
}

static void ssllist_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	for (int i = 0; i < s->nssllist; i++)
		out_printf(o, "  add ssl-proxy-list %s \n", s->ssllist[i]);
}

static int cache_size_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return service_set_session_cache_size(
		cli_conf(cli), cli_object(cli),
		(uint32_t)arg_uint(a, "entries", 10000), err);
}

static void cache_size_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->session_cache_size != 10000)
		out_printf(o, "  session-cache-size %u \n",
			   s->session_cache_size);
}

/* ---- load ----------------------------------------------------------------- */

static int weight_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_weight(cli_conf(cli), cli_object(cli),
				  (unsigned)arg_uint(a, "weight", 1), err);
}

static void weight_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->weight != 1)
		out_printf(o, "  weight %u \n", s->weight);
}

static int connections_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return service_set_max_connections(
		cli_conf(cli), cli_object(cli),
		(unsigned)arg_uint(a, "connections", 65534), err);
}

static void connections_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->max_connections != 65534)
		out_printf(o, "  max connections %u \n", s->max_connections);
}

static int load_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &s->load, arg_uint(a, "load", 0));
	return s->load ? object_kept(cli, "load") : 0;
}

static void load_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->load)
		out_printf(o, "  load %u \n", s->load);
}

/* ---- strings and redirects ------------------------------------------------ */

static int string_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	if (conf_put_text(cli_conf(cli), s->string, sizeof(s->string),
			  arg_word(a, "text"), err) < 0)
		return -1;
	return object_kept(cli, "string");
}

static int string_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), s->string, sizeof(s->string), "",
			     err);
}

static void string_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->string[0])
		out_printf(o, "  string \"%s\" \n", s->string);
}

static int domain_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	if (s->redirect[0])
		return err_set(err, ERR_REFUSED, -1,
			       "Remove the redirect-string first (no "
			       "redirect-string)");
	if (conf_put_text(cli_conf(cli), s->domain, sizeof(s->domain),
			  arg_word(a, "name"), err) < 0)
		return -1;
	return object_kept(cli, "domain");
}

static int domain_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), s->domain, sizeof(s->domain), "",
			     err);
}

static void domain_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->domain[0])
		out_printf(o, "  domain %s \n", s->domain);
}

static int redirect_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	if (s->domain[0])
		return err_set(err, ERR_REFUSED, -1,
			       "Remove the domain first (no domain)");
	if (conf_put_text(cli_conf(cli), s->redirect, sizeof(s->redirect),
			  arg_word(a, "url"), err) < 0)
		return -1;
	return object_kept(cli, "redirect-string");
}

static int redirect_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), s->redirect, sizeof(s->redirect),
			     "", err);
}

static void redirect_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->redirect[0])
		out_printf(o, "  redirect-string \"%s\" \n", s->redirect);
}

static int prepend_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->no_prepend_http, false);
	return 0;
}

static int prepend_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->no_prepend_http, true);
	return object_kept(cli, "no prepend-http");
}

static void prepend_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->no_prepend_http)
		out_puts(o, "  no prepend-http \n");
}

/* ---- caches and replication ----------------------------------------------- */

static int bypass_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->no_cache_bypass, false);
	return 0;
}

static int bypass_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->no_cache_bypass, true);
	return object_kept(cli, "no cache-bypass");
}

static void bypass_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->no_cache_bypass)
		out_puts(o, "  no cache-bypass \n");
}

static int hosttag_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	bool bypass = arg_key(a, "bypass-hosttag");

	(void)err;
	conf_put_flag(cli_conf(cli),
		      bypass ? &s->bypass_hosttag : &s->transparent_hosttag,
		      true);
	return object_kept(cli,
			   bypass ? "bypass-hosttag" : "transparent-hosttag");
}

static int hosttag_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli),
		      arg_key(a, "bypass-hosttag") ? &s->bypass_hosttag
						   : &s->transparent_hosttag,
		      false);
	return 0;
}

static void hosttag_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->bypass_hosttag)
		out_puts(o, "  bypass-hosttag \n");
	if (s->transparent_hosttag)
		out_puts(o, "  transparent-hosttag \n");
}

static int access_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	if (conf_put_text(cli_conf(cli), s->access_ftp, sizeof(s->access_ftp),
			  arg_word(a, "record"), err) < 0)
		return -1;
	return object_kept(cli, "access ftp");
}

static int access_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), s->access_ftp,
			     sizeof(s->access_ftp), "", err);
}

static void access_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->access_ftp[0])
		out_printf(o, "  access ftp %s \n", s->access_ftp);
}

static int max_age_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &s->max_age_min,
		     arg_uint(a, "minutes", 120));
	return s->max_age_min != 120 ? object_kept(cli, "max age") : 0;
}

static int max_content_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &s->max_content,
		     arg_uint(a, "pieces", 100));
	return s->max_content != 100 ? object_kept(cli, "max content") : 0;
}

static int max_usage_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &s->max_usage_mb,
		     arg_uint(a, "megabytes", 1));
	return s->max_usage_mb != 1 ? object_kept(cli, "max usage") : 0;
}

static void max_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->max_age_min != 120)
		out_printf(o, "  max age %u \n", s->max_age_min);
	if (s->max_content != 100)
		out_printf(o, "  max content %u \n", s->max_content);
	if (s->max_usage_mb != 1)
		out_printf(o, "  max usage %u \n", s->max_usage_mb);
}

static int publisher_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	const char *trigger = arg_word(a, "filename");

	if (conf_put_text(cli_conf(cli), s->publish_trigger,
			  sizeof(s->publish_trigger), trigger ? trigger : "",
			  err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &s->publish_min, arg_uint(a, "minutes", 2));
	conf_put_flag(cli_conf(cli), &s->publisher, true);
	return object_kept(cli, "publisher");
}

static int publisher_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	conf_put_u16(cli_conf(cli), &s->publish_min, 2);
	conf_put_flag(cli_conf(cli), &s->publisher, false);
	return conf_put_text(cli_conf(cli), s->publish_trigger,
			     sizeof(s->publish_trigger), "", err);
}

static void publisher_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (!s->publisher)
		return;
	out_puts(o, "  publisher ");
	if (s->publish_min != 2 || s->publish_trigger[0])
		out_printf(o, "interval %u ", s->publish_min);
	if (s->publish_trigger[0])
		out_printf(o, "trigger %s ", s->publish_trigger);
	out_puts(o, "\n");
}

static int subscriber_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct service *s = cli_object(cli);

	if (conf_put_text(cli_conf(cli), s->subscriber, sizeof(s->subscriber),
			  arg_word(a, "publisher"), err) < 0)
		return -1;
	return object_kept(cli, "subscriber");
}

static int subscriber_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), s->subscriber,
			     sizeof(s->subscriber), "", err);
}

static void subscriber_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->subscriber[0])
		out_printf(o, "  subscriber %s \n", s->subscriber);
}

static int index_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	unsigned long v = arg_uint(a, "index", 0);

	if (s->redundant_index != v && service_may_edit(s, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &s->redundant_index, v);
	return v ? object_kept(cli, "redundant-index") : 0;
}

static void index_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->redundant_index)
		out_printf(o, "  redundant-index %u \n", s->redundant_index);
}

/* ---- compression ---------------------------------------------------------- */

static const char *const omit_names[] = { "identity", "deflate", "gzip", NULL };
static const char *const encode_names[] = { "auto",	     "deflate",
					    "force-deflate", "force-gzip",
					    "gzip",	     NULL };
static const char *const data_names[] = { "default", "ascii", "numeric", NULL };

static int compress_enable(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->compress, true);
	return object_kept(cli, "compress");
}

static int compress_disable(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &s->compress, false);
	return 0;
}

static int compress_omit(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_omit,
		    object_choice(a, omit_names));
	return object_kept(cli, "compress accept-omit");
}

static int compress_encode(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_encode,
		    object_choice(a, encode_names));
	return object_kept(cli, "compress encode");
}

static int compress_type(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_type,
		    object_choice(a, data_names));
	return object_kept(cli, "compress type");
}

static int compress_omit_clear(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_omit, 0);
	return 0;
}

static int compress_encode_clear(struct cli *cli, const struct args *a,
				 struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_encode, 0);
	return 0;
}

static int compress_type_clear(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_u8(cli_conf(cli), &s->compress_type, 0);
	return 0;
}

static void compress_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->compress_omit)
		out_printf(o, "  compress accept-omit %s \n",
			   omit_names[s->compress_omit]);
	if (s->compress_encode)
		out_printf(o, "  compress encode %s \n",
			   encode_names[s->compress_encode]);
	if (s->compress_type)
		out_printf(o, "  compress type %s \n",
			   data_names[s->compress_type]);
	if (s->compress)
		out_puts(o, "  compress enable \n");
}

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = cli_object(cli);

	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_service(cli_env(cli)->plane, s->index);
	return 0;
}

/* ---- in and out of use ---------------------------------------------------- */

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	struct conf *c = cli_conf(cli);

	(void)a;
	if (service_activate(c, s, err) < 0)
		return -1;
	if (s->type == SERVICE_SSL_ACCEL && s->keepalive.type != PROBE_NONE)
		cli_warn(cli,
			 "Service %s stays down without keepalive type "
			 "none",
			 s->name);
	if ((s->type == SERVICE_SSL_ACCEL_BACKEND ||
	     s->type == SERVICE_SSL_INIT) &&
	    !service_has_backend(c, s))
		cli_warn(cli,
			 "No backend-server in the lists of service %s has its "
			 "address and port: no SSL",
			 s->name);
	return 0;
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->active)
		out_puts(o, "  active \n");
}

#define TYPES                                                                  \
	"{local|redirect|proxy-cache|transparent-cache|rep-store|"             \
	"rep-store-redir|rep-cache-redir|redundancy-up|"                       \
	"nci-direct-return|nci-info-only|ssl-accel|ssl-accel-backend|"         \
	"ssl-init}"

/* Row order is running-config order. */
const struct cmd service_cmds[] = {
	{ .syntax = "ip address <ip:host> [range <range:uint:1-65535>]",
	  .help = "IP settings\n"
		  "Set the address of the server\n"
		  "First address\n"
		  "The service stands for several hosts\n"
		  "Number of addresses",
	  .run = address_set,
	  .render = address_render,
	  .no = "no ip address",
	  .clear = address_clear },
	{ .syntax = "protocol {any|tcp|udp}",
	  .help = "IP protocol of the service\n"
		  "Any protocol\n"
		  "TCP\n"
		  "UDP",
	  .run = protocol_set,
	  .render = protocol_render,
	  .no = "no protocol",
	  .clear = protocol_set },
	{ .syntax = "port <port:uint:0-65535> [range <range:uint:1-65535>]",
	  .help = "Port of the service\n"
		  "Port number, 0 any\n"
		  "Several ports\n"
		  "Number of ports",
	  .run = port_set,
	  .render = port_render,
	  .no = "no port",
	  .clear = port_set },
	{ .syntax = "type " TYPES,
	  .help = "What kind of service this is\n"
		  "Ordinary server\n"
		  "Answered with redirects only\n"
		  "Cache that is addressed directly\n"
		  "Cache that gets packets unchanged\n"
		  "Replication store for hot content\n"
		  "Replication store with redirect\n"
		  "Replication cache with redirect\n"
		  "Router watched by box-to-box redundancy\n"
		  "NAT channel identification, reply goes direct\n"
		  "NAT channel identification, information only\n"
		  "SSL termination on an SSL module\n"
		  "Back-end SSL service\n"
		  "SSL initiation service",
	  .run = type_set,
	  .render = type_render,
	  .no = "no type",
	  .clear = type_clear },
	{ .syntax = "slot <slot:uint:1-6>",
	  .help = "SSL module of the service\n"
		  "Slot number",
	  .run = slot_set,
	  .render = slot_render,
	  .no = "no slot",
	  .clear = slot_set },
	{ .syntax = "keepalive type {none|icmp|tcp|ssl|http "
		    "[non-persistent]}",
	  .help = "How the service is checked\n"
		  "Set the kind of check\n"
		  "No check; always alive\n"
		  "Ping\n"
		  "TCP connection\n"
		  "SSL hello\n"
		  "HTTP request\n"
		  "One connection for each check",
	  .run = ka_type_set,
	  .render = ka_type_render,
	  .no = "no keepalive type",
	  .clear = ka_type_clear },
	{ .syntax = "keepalive type ftp <record:ftprecord:16>",
	  .help = "FTP login\n"
		  "FTP record",
	  .run = ka_type_ftp },
	{ .syntax = "keepalive type named <name:keepalive>",
	  .help = "Follow a named keepalive\n"
		  "Keepalive name",
	  .run = ka_type_named },
	{ .syntax = "keepalive type script <script:name:31> "
		    "[<arguments:text:128> [use-output]]",
	  .help = "Script; exit status 0 is alive\n"
		  "Script name\n"
		  "Arguments\n"
		  "Find the state in the output",
	  .run = ka_type_script },
	{ .syntax = "keepalive port <port:uint:0-65535>",
	  .help = "Set the port that is checked\n"
		  "Port number",
	  .run = ka_port,
	  .render = ka_rest_render,
	  .no = "no keepalive port",
	  .clear = ka_port },
	{ .syntax = "keepalive frequency <seconds:uint:2-255>",
	  .help = "Set the time between checks\n"
		  "Seconds",
	  .run = ka_frequency,
	  .no = "no keepalive frequency",
	  .clear = ka_frequency },
	{ .syntax = "keepalive maxfailure <count:uint:1-10>",
	  .help = "Set how many checks must fail\n"
		  "Number of checks",
	  .run = ka_maxfailure,
	  .no = "no keepalive maxfailure",
	  .clear = ka_maxfailure },
	{ .syntax = "keepalive retryperiod <seconds:uint:2-255>",
	  .help = "Set the time between checks once one failed\n"
		  "Seconds",
	  .run = ka_retryperiod,
	  .no = "no keepalive retryperiod",
	  .clear = ka_retryperiod },
	{ .syntax = "keepalive method {get|head}",
	  .help = "Set the HTTP method of checks\n"
		  "GET, and compare the page\n"
		  "HEAD, and look at the code",
	  .run = ka_method,
	  .no = "no keepalive method",
	  .clear = ka_method_clear },
	{ .syntax = "keepalive uri <uri:text:1-64>",
	  .help = "Set the page asked for\n"
		  "Path in quotes, without host",
	  .run = ka_uri,
	  .no = "no keepalive uri",
	  .clear = ka_uri_clear },
	{ .syntax = "keepalive http-rspcode <code:uint:100-999>",
	  .help = "Set the expected code of HTTP checks\n"
		  "Code",
	  .run = ka_rspcode,
	  .no = "no keepalive http-rspcode",
	  .clear = ka_rspcode },
	{ .syntax = "keepalive hash <hash:hex:32-32>",
	  .help = "Set the MD5 of the page\n"
		  "32 hexadecimal digits in quotes",
	  .run = ka_hash,
	  .no = "no keepalive hash",
	  .clear = ka_hash_clear },
	{ .syntax = "keepalive tcp-close {fin|rst}",
	  .help = "Set how TCP checks end\n"
		  "With a FIN\n"
		  "With a RST",
	  .run = ka_close,
	  .no = "no keepalive tcp-close",
	  .clear = ka_close_clear },
	{ .syntax = "keepalive encrypt",
	  .help = "Send HTTP checks over SSL",
	  .run = ka_encrypt,
	  .no = "no keepalive encrypt",
	  .clear = ka_encrypt_clear },
	{ .syntax = "add ssl-proxy-list <list:ssllist>",
	  .help = "Add something to the service\n"
		  "SSL proxy list of an SSL service\n"
		  "List name",
	  .run = ssllist_add_line,
	  .render = ssllist_render,
	  .no = "remove ssl-proxy-list <list:ssllist>",
	  .clear = ssllist_remove_line },
	{ .syntax = "remove", .help = "Take something away from the service" },
	{ .syntax = "session-cache-size <entries:uint:0-100000>",
	  .help = "Set the SSL session cache\n"
		  "Number of entries",
	  .run = cache_size_set,
	  .render = cache_size_render,
	  .no = "no session-cache-size",
	  .clear = cache_size_set },
	{ .syntax = "weight <weight:uint:0-10>",
	  .help = "Share in weighted balancing\n"
		  "Weight; 0 takes no new connections",
	  .run = weight_set,
	  .render = weight_render,
	  .no = "no weight",
	  .clear = weight_set },
	{ .syntax = "max connections <connections:uint:6-65534>",
	  .help = "Set a limit\n"
		  "Most TCP connections\n"
		  "Number of connections",
	  .run = connections_set,
	  .render = connections_render,
	  .no = "no max connections",
	  .clear = connections_set },
	{ .syntax = "max age <minutes:uint:1-1440>",
	  .help = "Age of replicated content\n"
		  "Minutes",
	  .run = max_age_set,
	  .render = max_render,
	  .no = "no max age",
	  .clear = max_age_set },
	{ .syntax = "max content <pieces:uint:1-65535>",
	  .help = "Most pieces of replicated content\n"
		  "Number of pieces",
	  .run = max_content_set,
	  .no = "no max content",
	  .clear = max_content_set },
	{ .syntax = "max usage <megabytes:uint:1-1000>",
	  .help = "Disk for replicated content\n"
		  "Megabytes",
	  .run = max_usage_set,
	  .no = "no max usage",
	  .clear = max_usage_set },
	{ .syntax = "load <load:uint:0-254>",
	  .help = "Set a fixed load number\n"
		  "Load",
	  .run = load_set,
	  .render = load_render,
	  .no = "no load",
	  .clear = load_set },
	{ .syntax = "{string|cookie} <text:text:1-15>",
	  .help = "Set the string for sticky cookies and URLs\n"
		  "Older word for string\n"
		  "String",
	  .run = string_set,
	  .render = string_render,
	  .no = "no {string|cookie}",
	  .clear = string_clear },
	{ .syntax = "domain <name:word:1-64>",
	  .help = "Set the host name for redirects\n"
		  "Host, or host:port",
	  .run = domain_set,
	  .render = domain_render,
	  .no = "no domain",
	  .clear = domain_clear },
	{ .syntax = "redirect-string <url:text:1-252>",
	  .help = "Set the string sent in redirects\n"
		  "String in quotes",
	  .run = redirect_set,
	  .render = redirect_render,
	  .no = "no redirect-string",
	  .clear = redirect_clear },
	{ .syntax = "prepend-http",
	  .help = "Put http:// before a redirect string or domain",
	  .run = prepend_set,
	  .render = prepend_render,
	  .no = "no prepend-http",
	  .clear = prepend_clear },
	{ .syntax = "cache-bypass",
	  .help = "Requests from this cache hit no rule again",
	  .run = bypass_set,
	  .render = bypass_render,
	  .no = "no cache-bypass",
	  .clear = bypass_clear },
	{ .syntax = "{bypass-hosttag|transparent-hosttag}",
	  .help = "Send clients to the origin of the host tag\n"
		  "Keep destination NAT to the VIP for the host tag",
	  .run = hosttag_set,
	  .render = hosttag_render,
	  .no = "no {bypass-hosttag|transparent-hosttag}",
	  .clear = hosttag_clear },
	{ .syntax = "access ftp <record:ftprecord:16>",
	  .help = "Set how content is replicated\n"
		  "By FTP\n"
		  "FTP record",
	  .run = access_set,
	  .render = access_render,
	  .no = "no access ftp",
	  .clear = access_clear },
	{ .syntax = "publisher [interval <minutes:uint:0-3600> "
		    "[trigger <filename:word:1-32>]]",
	  .help = "Make the service a source of content\n"
		  "Set the time between checks\n"
		  "Minutes, 0 none\n"
		  "Replicate when a file changes\n"
		  "File name",
	  .run = publisher_set,
	  .render = publisher_render,
	  .no = "no publisher [interval]",
	  .clear = publisher_clear },
	{ .syntax = "subscriber <publisher:service>",
	  .help = "Get the content of a publisher\n"
		  "Publishing service",
	  .run = subscriber_set,
	  .render = subscriber_render,
	  .no = "no subscriber",
	  .clear = subscriber_clear },
	{ .syntax = "compress enable",
	  .help = "Compression of HTTP replies\n"
		  "Turn it on",
	  .run = compress_enable,
	  .render = compress_render },
	{ .syntax = "compress disable",
	  .help = "Turn it off",
	  .run = compress_disable },
	{ .syntax = "compress accept-omit {identity|deflate|gzip}",
	  .help = "Coding when the client names none\n"
		  "None\n"
		  "Deflate\n"
		  "Gzip",
	  .run = compress_omit,
	  .no = "no compress accept-omit",
	  .clear = compress_omit_clear },
	{ .syntax = "compress encode "
		    "{auto|deflate|force-deflate|force-gzip|gzip}",
	  .help = "Preferred coding\n"
		  "As the client asks\n"
		  "Deflate\n"
		  "Deflate always\n"
		  "Gzip always\n"
		  "Gzip",
	  .run = compress_encode,
	  .no = "no compress encode",
	  .clear = compress_encode_clear },
	{ .syntax = "compress type {default|ascii|numeric}",
	  .help = "Kind of data expected\n"
		  "Any\n"
		  "Text\n"
		  "Numbers",
	  .run = compress_type,
	  .no = "no compress type",
	  .clear = compress_type_clear },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .run = index_set,
	  .render = index_render,
	  .no = "no redundant-index",
	  .clear = index_set },
	{ .syntax = "zero all",
	  .help = "Clear counters\n"
		  "All of the service",
	  .run = zero },
	{ .syntax = "active",
	  .help = "Put the service in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the service out of use",
	  .run = deactivate },
	{ 0 },
};
