/* Commands of the keepalive mode, for named keepalives (content.md 4.2). */
#include "cli/mode_keepalive.h"

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/probe.h"

void probe_type_render(const struct probe_spec *p, const char *before,
		       struct out *o)
{
	if (p->type == PROBE_ICMP)
		return;
	out_printf(o, "%stype %s ", before, probe_type_name(p->type));
	if (p->arg[0])
		out_printf(o, "%s ", p->arg);
	if (p->script_args[0])
		out_printf(o, "\"%s\" ", p->script_args);
	if (p->use_output)
		out_puts(o, "use-output ");
	if (p->non_persistent)
		out_puts(o, "non-persistent ");
	out_puts(o, "\n");
}

static void page_render(const struct probe_spec *p, const char *before,
			struct out *o)
{
	if (p->method_get)
		out_printf(o, "%smethod get \n", before);
	if (p->uri[0])
		out_printf(o, "%suri \"%s\" \n", before, p->uri);
	if (p->http_rspcode != 200)
		out_printf(o, "%shttp-rspcode %u \n", before, p->http_rspcode);
	if (p->hash[0])
		out_printf(o, "%shash \"%s\" \n", before, p->hash);
	if (p->close_fin)
		out_printf(o, "%stcp-close fin \n", before);
	if (p->encrypt)
		out_printf(o, "%sencrypt \n", before);
}

void probe_settings_render(const struct probe_spec *p, const char *before,
			   struct out *o)
{
	if (p->port)
		out_printf(o, "%sport %u \n", before, p->port);
	if (p->frequency_s != 5)
		out_printf(o, "%sfrequency %u \n", before, p->frequency_s);
	if (p->maxfailure != 3)
		out_printf(o, "%smaxfailure %u \n", before, p->maxfailure);
	if (p->retryperiod_s != 5)
		out_printf(o, "%sretryperiod %u \n", before, p->retryperiod_s);
	page_render(p, before, o);
}

/* ---- description and address ---------------------------------------------- */

static int description_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct probe *p = cli_object(cli);

	return conf_put_text(cli_conf(cli), p->description,
			     sizeof(p->description), arg_word(a, "text"), err);
}

static int description_clear(struct cli *cli, const struct args *a,
			     struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)a;
	return conf_put_text(cli_conf(cli), p->description,
			     sizeof(p->description), "", err);
}

static void description_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	if (p->description[0])
		out_printf(o, "  description \"%s\" \n", p->description);
}

static int address_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return probe_set_addr(cli_conf(cli), cli_object(cli), ip, err);
}

static int address_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_set_addr(cli_conf(cli), cli_object(cli),
			      (struct in_addr){ INADDR_ANY }, err);
}

static void address_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	if (p->addr.s_addr != INADDR_ANY)
		out_printf(o, "  ip address %s \n", str_addr(p->addr));
}

/* ---- what is probed: needs suspend ---------------------------------------- */

static int type_plain(struct cli *cli, enum probe_type t, const char *arg,
		      const char *script_args, struct err *err)
{
	struct probe *p = cli_object(cli);
	struct conf *c = cli_conf(cli);

	if (probe_may_edit(p, err) < 0 ||
	    conf_put_text(c, p->spec.arg, sizeof(p->spec.arg), arg, err) < 0 ||
	    conf_put_text(c, p->spec.script_args, sizeof(p->spec.script_args),
			  script_args, err) < 0)
		return -1;
	p->spec.type = t;
	p->spec.non_persistent = false;
	p->spec.use_output = false;
	conf_changed(c);
	return 0;
}

static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);
	enum probe_type t = arg_key(a, "tcp")	 ? PROBE_TCP
			    : arg_key(a, "ssl")	 ? PROBE_SSL
			    : arg_key(a, "http") ? PROBE_HTTP
						 : PROBE_ICMP;

	if (type_plain(cli, t, "", "", err) < 0)
		return -1;
	p->spec.non_persistent = arg_key(a, "non-persistent");
	return 0;
}

static int type_ftp(struct cli *cli, const struct args *a, struct err *err)
{
	if (type_plain(cli, PROBE_FTP, arg_word(a, "record"), "", err) < 0)
		return -1;
	return object_kept(cli, "type ftp");
}

static int type_script(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);
	const char *args = arg_word(a, "arguments");

	if (type_plain(cli, PROBE_SCRIPT, arg_word(a, "script"),
		       args ? args : "", err) < 0)
		return -1;
	p->spec.use_output = arg_key(a, "use-output");
	return object_kept(cli, "type script");
}

static int type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return type_plain(cli, PROBE_ICMP, "", "", err);
}

static void type_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	probe_type_render(&p->spec, "  ", o);
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &p->spec.port, arg_uint(a, "port", 0));
	return 0;
}

static int method_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &p->spec.method_get, arg_key(a, "get"));
	if (arg_key(a, "get"))
		cli_warn(cli, "method get is kept, but only the response code "
			      "is compared yet");
	return 0;
}

static int uri_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);
	const char *uri = arg_word(a, "uri");

	if (probe_may_edit(p, err) < 0)
		return -1;
	return probe_set_uri(cli_conf(cli), &p->spec, uri ? uri : "", err);
}

static int hash_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);
	const char *hash = arg_word(a, "hash");

	if (probe_may_edit(p, err) < 0 ||
	    probe_set_hash(cli_conf(cli), &p->spec, hash ? hash : "", err) < 0)
		return -1;
	return hash ? object_kept(cli, "hash") : 0;
}

static int rspcode_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &p->spec.http_rspcode,
		     arg_uint(a, "code", 200));
	return 0;
}

static int close_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &p->spec.close_fin, arg_key(a, "fin"));
	return 0;
}

static int encrypt_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)a;
	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &p->spec.encrypt, true);
	return object_kept(cli, "encrypt");
}

static int encrypt_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)a;
	if (probe_may_edit(p, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &p->spec.encrypt, false);
	return 0;
}

/* ---- timers: any time ----------------------------------------------------- */

static int frequency_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &p->spec.frequency_s,
		     arg_uint(a, "seconds", 5));
	return 0;
}

static int maxfailure_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &p->spec.maxfailure,
		    arg_uint(a, "count", 3));
	return 0;
}

static int retryperiod_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)err;
	conf_put_u16(cli_conf(cli), &p->spec.retryperiod_s,
		     arg_uint(a, "seconds", 5));
	return 0;
}

static void settings_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	probe_settings_render(&p->spec, "  ", o);
}

static int logging_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct probe *p = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli), &p->logging, arg_key(a, "enable"));
	return p->logging ? object_kept(cli, "logging") : 0;
}

static void logging_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	if (p->logging)
		out_puts(o, "  logging enable \n");
}

/* ---- in and out of use ---------------------------------------------------- */

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return probe_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct probe *p = obj;

	if (p->active)
		out_puts(o, "  active \n");
}

/* Row order is running-config order. */
const struct cmd keepalive_cmds[] = {
	{ .syntax = "description <text:text:1-64>",
	  .help = "Describe the keepalive\n"
		  "Text in quotes",
	  .run = description_set,
	  .render = description_render,
	  .no = "no description",
	  .clear = description_clear },
	{ .syntax = "ip address <ip:host>",
	  .help = "IP settings\n"
		  "Set the address that is checked\n"
		  "Address",
	  .run = address_set,
	  .render = address_render,
	  .no = "no ip address",
	  .clear = address_clear },
	{ .syntax = "type {icmp|tcp|ssl|http [non-persistent]}",
	  .help = "How the address is checked\n"
		  "Ping\n"
		  "TCP connection\n"
		  "SSL hello\n"
		  "HTTP request\n"
		  "One connection for each check",
	  .run = type_set,
	  .render = type_render,
	  .no = "no type",
	  .clear = type_clear },
	{ .syntax = "type ftp <record:ftprecord:16>",
	  .help = "FTP login\n"
		  "FTP record",
	  .run = type_ftp },
	{ .syntax = "type script <script:name:31> "
		    "[<arguments:text:128> [use-output]]",
	  .help = "Script; exit status 0 is alive\n"
		  "Script name\n"
		  "Arguments\n"
		  "Find the state in the output",
	  .run = type_script },
	{ .syntax = "port <port:uint:0-65535>",
	  .help = "Port that is checked\n"
		  "Port number",
	  .run = port_set,
	  .render = settings_render,
	  .no = "no port",
	  .clear = port_set },
	{ .syntax = "frequency <seconds:uint:2-255>",
	  .help = "Time between checks\n"
		  "Seconds",
	  .run = frequency_set,
	  .no = "no frequency",
	  .clear = frequency_set },
	{ .syntax = "maxfailure <count:uint:1-10>",
	  .help = "How many checks must fail\n"
		  "Number of checks",
	  .run = maxfailure_set,
	  .no = "no maxfailure",
	  .clear = maxfailure_set },
	{ .syntax = "retryperiod <seconds:uint:2-255>",
	  .help = "Time between checks once one failed\n"
		  "Seconds",
	  .run = retryperiod_set,
	  .no = "no retryperiod",
	  .clear = retryperiod_set },
	{ .syntax = "method {get|head}",
	  .help = "HTTP method of checks\n"
		  "GET, and compare the page\n"
		  "HEAD, and look at the code",
	  .run = method_set,
	  .no = "no method",
	  .clear = method_set },
	{ .syntax = "uri <uri:text:1-64>",
	  .help = "Page asked for\n"
		  "Path in quotes, without host",
	  .run = uri_set,
	  .no = "no uri",
	  .clear = uri_set },
	{ .syntax = "http-rspcode <code:uint:100-999>",
	  .help = "Expected code of HTTP checks\n"
		  "Code",
	  .run = rspcode_set,
	  .no = "no http-rspcode",
	  .clear = rspcode_set },
	{ .syntax = "hash <hash:hex:32-32>",
	  .help = "MD5 of the page\n"
		  "32 hexadecimal digits in quotes",
	  .run = hash_set,
	  .no = "no hash",
	  .clear = hash_set },
	{ .syntax = "tcp-close {fin|rst}",
	  .help = "How TCP checks end\n"
		  "With a FIN\n"
		  "With a RST",
	  .run = close_set,
	  .no = "no tcp-close",
	  .clear = close_set },
	{ .syntax = "encrypt",
	  .help = "Send HTTP checks over SSL",
	  .run = encrypt_set,
	  .no = "no encrypt",
	  .clear = encrypt_clear },
	{ .syntax = "logging {enable|disable}",
	  .help = "Log the checks of this keepalive\n"
		  "Log them\n"
		  "Log changes only",
	  .run = logging_set,
	  .render = logging_render,
	  .no = "no logging",
	  .clear = logging_set },
	{ .syntax = "active",
	  .help = "Put the keepalive in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the keepalive out of use",
	  .run = deactivate },
	{ 0 },
};
