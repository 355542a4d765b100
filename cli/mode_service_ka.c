/* Commands of the service mode: its own keepalive (content.md 4.2). */
#include "cli/cmd.h"
#include "cli/mode_keepalive.h"
#include "cli/modes.h"
#include "emu/conf/service.h"

#define TYPE_RENDER(fn, kind)                                                  \
	static void fn(const void *obj, struct out *o)                         \
	{                                                                      \
		const struct service *s = obj;                                 \
                                                                               \
		probe_type_render(&s->keepalive, kind, "  keepalive ", o);     \
	}

TYPE_RENDER(plain_render, PROBE_LINE_PLAIN)
TYPE_RENDER(non_persistent_render, PROBE_LINE_NON_PERSISTENT)
TYPE_RENDER(ftp_render, PROBE_LINE_FTP)
TYPE_RENDER(named_render, PROBE_LINE_NAMED)
TYPE_RENDER(script_render, PROBE_LINE_SCRIPT)

const struct cmd service_ka_cmds[] = {
	{ .syntax = "keepalive type {none|icmp|tcp|ssl|http}",
	  .help = "How the service is checked\n"
		  "Set the kind of check\n"
		  "No check; always alive\n"
		  "Ping\n"
		  "TCP connection\n"
		  "SSL hello\n"
		  "HTTP request",
	  .run = probe_type_set,
	  .render = plain_render,
	  .no = "no keepalive type",
	  .clear = probe_type_clear },
	{ .syntax = "keepalive type http non-persistent",
	  .help = "One connection for each check",
	  .run = probe_type_set,
	  .render = non_persistent_render },
	{ .syntax = "keepalive type ftp <record:ftprecord:16>",
	  .help = "FTP login\n"
		  "FTP record",
	  .run = probe_type_ftp,
	  .render = ftp_render },
	{ .syntax = "keepalive type named <name:keepalive>",
	  .help = "Follow a named keepalive\n"
		  "Keepalive name",
	  .run = probe_type_named,
	  .render = named_render },
	{ .syntax = "keepalive type script <script:name:31> "
		    "[<arguments:text:1-128>] [use-output]",
	  .help = "Script; exit status 0 is alive\n"
		  "Script name\n"
		  "Arguments\n"
		  "Find the state in the output",
	  .run = probe_type_script,
	  .render = script_render },
	{ .syntax = "keepalive port <port:uint:1-65535>",
	  .help = "Port that is checked\n"
		  "Port number",
	  .no = "no keepalive port",
	  .set = PROBE_AT(struct service, keepalive, port, .store = SET_U16) },
	PROBE_TIMER_ROWS("keepalive ", struct service, keepalive),
	PROBE_PAGE_ROWS("keepalive ", struct service, keepalive, NULL,
			probe_uri_check),
	{ 0 },
};
