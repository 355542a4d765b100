/*
 * Commands of the service mode that are about requests: strings, redirects,
 * caches, replication, compression (content.md 1.2, 7.6)
 *
 * They are kept and printed; the layers that will act on them are not there
 * yet, and each command says so.
 */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/service.h"

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

/* Row order is running-config order. */
const struct cmd service_web_cmds[] = {
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
	{ 0 },
};
