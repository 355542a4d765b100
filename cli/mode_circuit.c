/* Commands of the circuit and circuit-ip modes (platform.md 5.2). */
#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"

/* ---- circuit -------------------------------------------------------------- */

static int description_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct circuit *ci = cli_object(cli);
	const char *text = arg_word(a, "text");

	return conf_put_text(cli_conf(cli), ci->description,
			     sizeof(ci->description), text ? text : "", err);
}

static void description_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	if (ci->description[0])
		out_printf(o, "  description \"%s\" \n", ci->description);
}

static int redundancy_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->redundancy, true);
	return object_kept(cli, "redundancy");
}

static int redundancy_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct circuit *ci = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ci->redundancy, false);
	return 0;
}

static void redundancy_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;

	if (ci->redundancy)
		out_puts(o, "  redundancy \n");
}

/* ---- IP interfaces -------------------------------------------------------- */

static int ip_open(struct cli *cli, const struct args *a, const char *circuit,
		   struct err *err)
{
	struct in_addr ip = { INADDR_ANY };
	uint8_t prefix_len = 0;
	struct out name = { 0 };
	int result = 0;

	if (object_net(a, &ip, &prefix_len, err) < 0)
		return -1;
	out_printf(&name, "%s/%u", str_addr(ip), prefix_len);
	result = object_open(cli, OBJECT_CIRCUIT_IP, circuit, out_text(&name),
			     err);
	out_fini(&name);
	return result;
}

static int ip_open_here(struct cli *cli, const struct args *a, struct err *err)
{
	const struct circuit *ci = cli_object(cli);

	return ip_open(cli, a, ci->name, err);
}

/* From the mode of another interface of the same circuit. */
static int ip_open_beside(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return ip_open(cli, a, cli_object_name(cli, 0), err);
}

static int ip_delete(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = arg_addr(a, "ip");

	return object_delete(cli, OBJECT_CIRCUIT_IP, cli_object_name(cli, 0),
			     str_addr(ip), err);
}

static void ips_render(const void *obj, struct out *o)
{
	const struct circuit *ci = obj;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ip, &ci->ips, link) {
		out_printf(o, "\n  ip address %s %s \n", str_addr(ip->addr),
			   str_addr(str_mask_of(ip->prefix_len)));
		render_rows(circuit_ip_cmds, ip, o);
	}
}

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"

/* Row order is running-config order. */
const struct cmd circuit_cmds[] = {
	{ .syntax = "description <text:text:1-32>",
	  .help = "Describe the circuit\n"
		  "Text in quotes",
	  .run = description_set,
	  .render = description_render,
	  .no = "no description",
	  .clear = description_set },
	{ .syntax = "redundancy",
	  .help = "Take part in box-to-box redundancy",
	  .run = redundancy_set,
	  .render = redundancy_render,
	  .no = "no redundancy",
	  .clear = redundancy_clear },
	{ .syntax = "ip address " NET,
	  .help = "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address\n"
		  "Mask\n"
		  "Address and prefix length",
	  .run = ip_open_here,
	  .render = ips_render },
	{ .syntax = "no ip address <ip:addr>",
	  .help = "Undo a command or set its default\n"
		  "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address",
	  .run = ip_delete },
	{ 0 },
};

/* ---- circuit-ip ----------------------------------------------------------- */

static int enable(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->disabled, false);
	return 0;
}

static int disable(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &ip->disabled, true);
	return 0;
}

static void disable_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->disabled)
		out_puts(o, "    disable \n");
}

static int broadcast_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);
	struct in_addr to = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &to, err) < 0)
		return -1;
	ip->broadcast = to;
	conf_changed(cli_conf(cli));
	return object_kept(cli, "broadcast");
}

static int broadcast_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)a;
	(void)err;
	ip->broadcast.s_addr = INADDR_ANY;
	conf_changed(cli_conf(cli));
	return 0;
}

static void broadcast_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->broadcast.s_addr != INADDR_ANY)
		out_printf(o, "    broadcast %s \n", str_addr(ip->broadcast));
}

static int icmp_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);

	(void)err;
	conf_put_flag(cli_conf(cli),
		      arg_key(a, "redirects") ? &ip->no_redirects
					      : &ip->no_unreachables,
		      false);
	return 0;
}

static int icmp_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit_ip *ip = cli_object(cli);
	bool redirects = arg_key(a, "redirects");

	(void)err;
	conf_put_flag(cli_conf(cli),
		      redirects ? &ip->no_redirects : &ip->no_unreachables,
		      true);
	return object_kept(cli, redirects ? "no redirects" : "no unreachables");
}

static void icmp_render(const void *obj, struct out *o)
{
	const struct circuit_ip *ip = obj;

	if (ip->no_redirects)
		out_puts(o, "    no redirects \n");
	if (ip->no_unreachables)
		out_puts(o, "    no unreachables \n");
}

/* Row order is running-config order. */
const struct cmd circuit_ip_cmds[] = {
	{ .syntax = "disable",
	  .help = "Turn the IP interface off",
	  .run = disable,
	  .render = disable_render },
	{ .syntax = "enable",
	  .help = "Turn the IP interface on",
	  .run = enable },
	{ .syntax = "broadcast <ip:host>",
	  .help = "Broadcast address\n"
		  "Address",
	  .run = broadcast_set,
	  .render = broadcast_render,
	  .no = "no broadcast",
	  .clear = broadcast_clear },
	{ .syntax = "{redirects|unreachables}",
	  .help = "Send ICMP redirects\n"
		  "Send ICMP unreachables",
	  .run = icmp_set,
	  .render = icmp_render,
	  .no = "no {redirects|unreachables}",
	  .clear = icmp_clear },
	{ .syntax = "ip address " NET,
	  .help = "IP settings of the circuit\n"
		  "Another IP interface of the circuit\n"
		  "Address\n"
		  "Mask\n"
		  "Address and prefix length",
	  .run = ip_open_beside },
	{ .syntax = "no ip address <ip:addr>",
	  .help = "Undo a command or set its default\n"
		  "IP settings of the circuit\n"
		  "IP interface of the circuit\n"
		  "Address",
	  .run = ip_delete },
	{ 0 },
};
