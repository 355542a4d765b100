/*
 * Any bytes as the lines of an interactive session: login, questions, modes,
 * aliases, interrupts.  Commands that would reach out of the process are left
 * to the end-to-end tests.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/out.h"
#include "scratch_env.h"

#define TEXT_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Transfers and key generation: slow, or on the network. */
static bool reaches_out(const char *line)
{
	for (; *line; line++)
		if (!strncasecmp(line, "ssl", 3) || !strncasecmp(line, "co", 2))
			return strncasecmp(line, "conf", 4) != 0 &&
			       strncasecmp(line, "content", 7) != 0;
	return false;
}

static void feed(struct session *s, char *line, struct out *o)
{
	char add[128];

	out_clear(o);
	if (*line == 3)
		session_interrupt(s, o);
	else if (*line == '?')
		session_help(s, line + 1, o);
	else if (*line == '\t')
		session_complete(s, line + 1, add, sizeof(add));
	else if (!reaches_out(line))
		session_line(s, line, o);
	if (!session_over(s) && !*session_prompt(s))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct session *s = NULL;
	struct out o = { 0 };
	char text[TEXT_MAX + 1], *save = NULL;

	if (len < 1 || len > TEXT_MAX)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	s = session_new(scratch_env(), SESSION_VTY, "192.0.2.1");
	if (text[0] & 1) {
		session_line(s, "admin", &o);
		session_line(s, "system", &o);
	}
	for (char *line = strtok_r(text + 1, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		feed(s, line, &o);
	session_free(s);
	out_fini(&o);
	return 0;
}
