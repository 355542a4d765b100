/*
 * css11500 replay-capture: captures go through the ports of a driven switch at the
 * times of their frames, and what the switch sends is written to captures.  No
 * clock, no chance and no thread has a say, so the same files give the same files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/tally.h"
#include "emu/base/wall.h"
#include "emu/boot.h"
#include "emu/driven.h"
#include "emu/io/port.h"
#include "emu/io/rnd.h"
#include "emu/net/packet.h"
#include "emu/options.h"
#include "emu/wire/sender.h"
#include "sslmod/card_ssl.h"

enum { CAPTURE_OK = 0, CAPTURE_REJECTED = 1, CAPTURE_FAILED = 2 };

#define BEFORE_MS 60000 /* that the switch is up before the first frame */
#define AFTER_MS  2000	/* that it goes on behind the last one */
#define SEED	  11500

struct source { /* a port with its next frame */
	struct port_io *io;
	char name[16];
	struct packet next;
	uint64_t when_us;
	bool waits; /* next is there */
};

struct capture {
	const struct options *opt;
	struct driven d;
	struct source port[WIRE_PORT_MAX];
	int nport;
	uint64_t now_us, frames;
	bool rejected;
};

static void line_rejected(void *arg, unsigned line, unsigned column,
			  const char *text, const char *message)
{
	struct capture *c = arg;

	c->rejected = true;
	(void)fprintf(stderr, "%s:%u:%u: %s\n%s\n%*s^\n", c->opt->config, line,
		      column, message, text, column ? (int)column - 1 : 0, "");
}

static int configure(struct capture *c, struct err *err)
{
	const struct script_result result = { .arg = c,
					      .rejected = line_rejected };
	char *text = NULL;
	size_t len = 0;

	if (scratch_read_file(c->opt->config, &text, &len, err))
		return -1;
	driven_configure(&c->d, text, len, &result);
	free(text);
	return 0;
}

/* ---- ports ------------------------------------------------------------------ */

/* The capture that a port has among those of --in or --out; NULL: none. */
static const char *file_of(const struct port_file *list, int n,
			   const char *port)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(list[i].port, port))
			return list[i].file;
	return NULL;
}

static int wire_port(struct capture *c, const char *name, struct err *err)
{
	const struct options *o = c->opt;
	struct source *s = &c->port[c->nport];

	for (int i = 0; i < c->nport; i++)
		if (!strcmp(c->port[i].name, name))
			return 0; /* in and out */
	if (c->nport == WIRE_PORT_MAX)
		return err_set(err, ERR_RANGE, -1, "at most %d ports",
			       WIRE_PORT_MAX);
	s->io = port_file_open(file_of(o->in, o->nin, name),
			       file_of(o->out, o->nout, name), err);
	if (!s->io || driven_wire(&c->d, name, s->io, err) < 0)
		return -1;
	(void)str_copy(s->name, sizeof(s->name), name);
	c->nport++;
	return 0;
}

static int wire_ports(struct capture *c, struct err *err)
{
	for (int i = 0; i < c->opt->nin; i++)
		if (wire_port(c, c->opt->in[i].port, err))
			return -1;
	for (int i = 0; i < c->opt->nout; i++)
		if (wire_port(c, c->opt->out[i].port, err))
			return -1;
	return 0;
}

/* ---- time ------------------------------------------------------------------- */

static void stamp(struct capture *c)
{
	for (int i = 0; i < c->nport; i++)
		port_file_clock(c->port[i].io, c->now_us);
}

static void mute(struct capture *c, bool on)
{
	for (int i = 0; i < c->nport; i++)
		port_file_mute(c->port[i].io, on);
}

/* What becomes due on the way is sent at its own time. */
static void advance(struct capture *c, uint64_t to_us)
{
	uint64_t to_ms = to_us / 1000;

	while (c->d.now_ms < to_ms) {
		uint64_t due_ms = driven_due_ms(&c->d);

		if (due_ms > to_ms)
			due_ms = to_ms;
		if (due_ms * 1000 > c->now_us)
			c->now_us = due_ms * 1000;
		stamp(c);
		driven_advance(&c->d, due_ms);
	}
	if (to_us > c->now_us)
		c->now_us = to_us;
	stamp(c);
}

static void fetch(struct source *s)
{
	s->waits = s->io->ops->receive(s->io, &s->next, &s->when_us);
}

/* The port whose frame is next: the earliest, then in order of the options. */
static struct source *earliest(struct capture *c)
{
	struct source *best = NULL;

	for (int i = 0; i < c->nport; i++)
		if (c->port[i].waits &&
		    (!best || c->port[i].when_us < best->when_us))
			best = &c->port[i];
	return best;
}

static void play(struct capture *c)
{
	struct source *s = NULL;

	while ((s = earliest(c))) {
		advance(c, s->when_us);
		driven_receive(&c->d, (int)(s - c->port), &s->next);
		c->frames++;
		fetch(s);
	}
	advance(c, c->now_us + AFTER_MS * 1000);
}

/* ---- what is told ------------------------------------------------------------ */

static void answer(struct capture *c)
{
	struct session *s = session_new(&c->d.scratch.env, SESSION_SCRIPT, "");
	struct out o = { 0 };

	for (int i = 0; i < c->opt->nthen; i++)
		session_line(s, c->opt->then[i], &o);
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
	session_free(s);
}

static void tell(const struct capture *c)
{
	for (int i = 0; i < c->nport; i++)
		if (c->port[i].io->dropped)
			(void)fprintf(
				stderr,
				"css11500: %s: %llu frames were cut off "
				"or no frames and have been left out\n",
				c->port[i].name,
				(unsigned long long)c->port[i].io->dropped);
	if (c->d.ended)
		(void)fprintf(stderr,
			      "css11500: %llu packets belong to connections "
			      "that the switch ends itself (layer 5, SSL, "
			      "management); a capture has no peer for those, "
			      "and they are not followed\n",
			      (unsigned long long)c->d.ended);
	(void)fprintf(stderr, "css11500: %llu frames played\n",
		      (unsigned long long)c->frames);
}

static int services_down(struct capture *c, struct err *err)
{
	for (int i = 0; i < c->opt->ndown; i++)
		if (driven_service(&c->d, c->opt->down[i], SERVICE_DOWN))
			return err_set(err, ERR_NOT_FOUND, -1,
				       "--down %.40s: no such service",
				       c->opt->down[i]);
	return 0;
}

/* When the switch begins: a while before the first frame, so that its spanning
 * tree has settled and its addresses are announced. */
static uint64_t first_us(struct capture *c)
{
	const struct source *s = NULL;

	for (int i = 0; i < c->nport; i++)
		fetch(&c->port[i]);
	s = earliest(c);
	return s && s->when_us > BEFORE_MS * 1000 ? s->when_us
						  : BEFORE_MS * 1000;
}

static int run(struct capture *c, struct err *err)
{
	uint64_t start_us = 0;

	if (driven_open(&c->d, c->opt, 0, err))
		return -1;
	if (memcmp(c->opt->mac, (uint8_t[6]){ 0 }, 6) != 0)
		chassis_mac_set(c->d.scratch.env.chassis, c->opt->mac);
	c->d.scratch.env.tallies = tallies_new();
	if (wire_ports(c, err))
		return -1;
	start_us = first_us(c);
	c->d.now_ms = (start_us / 1000) - BEFORE_MS;
	c->now_us = c->d.now_ms * 1000;
	wall_offset_set((int64_t)c->d.now_ms - (wall_ms() - wall_offset()));
	stamp(c);
	mute(c, true);
	if (configure(c, err) || services_down(c, err))
		return -1;
	advance(c, start_us);
	mute(c, false);
	play(c);
	answer(c);
	tell(c);
	return 0;
}

int replay_capture_main(const struct options *o)
{
	struct capture c = { .opt = o };
	struct err err = { 0 };
	int status = CAPTURE_OK;

	sslmod_start();
	rnd_fix(SEED);
	if (run(&c, &err)) {
		(void)fprintf(stderr, "css11500: %s\n", err.msg);
		status = CAPTURE_FAILED;
	} else if (c.rejected) {
		status = CAPTURE_REJECTED;
	}
	if (c.d.scratch.env.tallies)
		tallies_free(c.d.scratch.env.tallies);
	driven_close(&c.d);
	return status;
}
