/*
 * Help and completion behind any text that a person may have typed, in the mode
 * that the first byte chooses.  What Tab puts there must be a continuation: after
 * it, help still has an answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/out.h"
#include "scratch_env.h"

#define LINE_MAX_LEN 600
#define ADD_MAX	     128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const modes[][3] = {
	{ NULL },
	{ "configure", NULL },
	{ "configure", "service web1", NULL },
	{ "configure", "owner acme", "content rule1" },
	{ "configure", "group nat", NULL },
	{ "configure", "ssl-proxy-list list1", NULL },
	{ "configure", "circuit VLAN1", NULL },
	{ "configure", "keepalive ka1", NULL },
};

#define NMODES (sizeof(modes) / sizeof(*modes))

static struct session *enter(unsigned mode)
{
	struct session *s = session_new(scratch_env(), SESSION_SCRIPT, "");
	struct out o = { 0 };

	for (int i = 0; i < 3 && modes[mode][i]; i++)
		session_line(s, modes[mode][i], &o);
	out_fini(&o);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char line[LINE_MAX_LEN + ADD_MAX + 1], add[ADD_MAX] = "";
	struct session *s = NULL;
	struct out o = { 0 };

	if (len < 1 || len > LINE_MAX_LEN)
		return 0;
	memcpy(line, data + 1, len - 1);
	line[len - 1] = '\0';
	s = enter(data[0] % NMODES);
	session_help(s, line, &o);
	session_complete(s, line, add, sizeof(add));
	if (strlen(add) >= sizeof(add))
		abort();
	if (add[0]) {
		memcpy(line + strlen(line), add, strlen(add) + 1);
		out_clear(&o);
		session_help(s, line, &o);
		if (!o.len)
			abort();
	}
	out_fini(&o);
	session_free(s);
	return 0;
}
