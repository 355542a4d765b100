/*
 * Any bytes as a script, played by a session that may only look, as a keepalive
 * does: the language, sockets on this machine's loopback, show commands.  What
 * does not end is interrupted.  The first byte picks how much else is tried.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/script_pipe.h"
#include "cli/script_play.h"
#include "cli/script_text.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/sched.h"
#include "emu/io/loop.h"
#include "scratch_env.h"

#define TEXT_LEN  4000
#define TURNS	  40
#define TURNS_END 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void turn(const struct env *env, struct session *s, struct out *o)
{
	loop_turn(env->loop, 0);
	out_clear(o);
	session_take_output(s, o);
	out_clear(o);
	if (session_held(s))
		session_go_on(s, o);
}

static void play(const char *text, size_t len)
{
	const struct env *env = scratch_env();
	struct session *s = session_new(env, SESSION_KEEPALIVE, "fuzz");
	struct cli *c = &s->cli;
	struct out o = { 0 };
	struct err err = { .col = -1 };
	int left = TURNS_END;

	c->out = &o;
	if (!play_text(c, "fuzz", text, len, false, &err)) {
		(void)play_var_set(c, "ARGS", "10.1.1.1 80 name", false, &err);
		(void)play_var_unset(c, "CONTINUE_ON_ERROR");
		session_go_on(s, &o);
	}
	for (int i = 0; i < TURNS && session_busy(s); i++)
		turn(env, s, &o);
	while (session_busy(s) && left-- > 0) {
		session_interrupt(s, &o);
		turn(env, s, &o);
	}
	if (session_busy(s))
		abort(); /* it cannot be stopped */
	session_free(s);
	out_fini(&o);
}

static void parse(const char *text)
{
	struct out o = { 0 };
	struct err err;
	struct pipe *p = pipe_new(text, &err);
	struct pipe_result r;
	struct tm noon = { .tm_hour = 12, .tm_mday = 1 };
	struct sched_record when = { .line = "show clock" };

	if (p) {
		out_puts(&p->buf, text);
		pipe_run(p, &r);
		pipe_result_fini(&r);
		pipe_free(p);
	}
	text_unescape(text, &o);
	(void)text_from_hex(text, &o);
	(void)text_to_qname(text, &o);
	text_to_base64(text, strlen(text), &o);
	text_dump(text, strlen(text), TEXT_PRETTY, &o);
	for (int i = 0; i < SCHED_FIELD_NUM; i++) {
		(void)str_copy(when.field[i], sizeof(when.field[i]), text);
		(void)sched_due(&when, &noon);
	}
	out_fini(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[TEXT_LEN + 1];

	if (len < 1 || len > TEXT_LEN)
		return 0;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	if (data[0] & 1)
		parse(text);
	else
		play(text, len - 1);
	return 0;
}
