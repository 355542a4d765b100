/* Commands of the service mode: its own keepalive (content.md 4.2). */
#include "cli/cmd.h"
#include "cli/mode_keepalive.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"

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

/* Row order is running-config order. */
const struct cmd service_ka_cmds[] = {
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
	{ 0 },
};
