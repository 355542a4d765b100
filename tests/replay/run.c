/*
 * Plays a scenario: frames into the ports of a switch without threads or clocks,
 * and what must come out of them
 *
 *	# a remark
 *	port 1/1 [mtu=N]	wires a port to a queue
 *	host client 02:00:00:00:00:01 192.168.10.5	a name for addresses;
 *		`switch` is there already: the MAC address that the switch speaks
 *		with
 *	config			lines of configuration up to `end`; the first one, too
 *	end
 *	service web1 down	its state: alive, dying or down
 *	in 1/1 FRAME		a frame comes in (frametext.h)
 *	in cut=600 parts=3,1 1/1 FRAME	in fragments, some of them or in an order
 *	in short=40 1/1 FRAME	cut off behind so many bytes
 *	in gso=1448 1/1 FRAME	as a host with offload hands it over: its checksum is
 *		open, and it is to be cut into segments of so many bytes
 *	in times=9 1/1 FRAME	again and again; $n counts from 0
 *	in inside FRAME		from the switch's own sockets, without eth
 *	out 2/1 FRAME		the next frame that this port sends
 *	out pieces=3 2/1 FRAME	in so many fragments, put together
 *	out times=4 2/1 FRAME	so often; $n counts from 0
 *	out inside FRAME	to the switch's own sockets, without eth
 *	skip [PORT] [FRAME]	whatever has been sent (that is such a frame) is gone
 *	ignore FRAME		such frames are not looked at from now on
 *	wait 2.5		seconds pass
 *	link 1/1 down		or up
 *	include base.rpi	the lines of a file beside this one
 *	show flows		what the command prints...
 *	log			what was logged since the last of these
 *	has TEXT		... holds this (any blanks are one)
 *	lacks TEXT
 *
 * A line that ends with a backslash goes on in the next.  What was sent and not
 * asked for is wrong, and so is every checksum or length that is not right.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/tally.h"
#include "emu/base/wall.h"
#include "emu/conf/conf.h"
#include "emu/driven.h"
#include "emu/io/port.h"
#include "emu/net/packet.h"
#include "emu/options.h"
#include "emu/wire/wire.h"
#include "sslmod/card_ssl.h"
#include "tests/replay/frametext.h"

#define LINE_LEN   2048
#define IGNORE_MAX 8
#define QUEUE_MAX  4096
#define START_MS   1000000		  /* time when the scenario begins */
#define NOON_MS	   INT64_C(1155988800000) /* 19 August 2006, as the day */
#define MTU	   1500
#define INSIDE_ETH "eth 00:00:00:00:00:00 > 00:00:00:00:00:00 | "

struct sent { /* a frame that went out */
	uint8_t *frame;
	uint32_t len;
	struct sent *next;
};

struct outlet {
	char name[16];
	struct port_io *io; /* the wire's; NULL: inside */
	struct sent *first, **last;
};

struct place {
	const char *file;
	FILE *f;
	int line, next_line; /* that is played, that is read next */
};

struct player {
	const char *file;
	FILE *f;
	int line, next_line;
	struct driven d;
	struct outlet outlet[WIRE_PORT_MAX + 1]; /* the last one: inside */
	int nport;
	struct names names;
	char ignore[IGNORE_MAX][LINE_LEN];
	int nignore;
	struct session *session;
	struct out shown, logged;
};

/* ---- failing ---------------------------------------------------------------- */
static void __attribute__((noreturn, format(printf, 2, 3)))
fail(const struct player *p, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "%s:%d: ", p->file, p->line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(1);
}

static void __attribute__((noreturn))
fail_frame(const struct player *p, const struct outlet *o, const char *want,
	   const uint8_t *frame, size_t len, const char *why)
{
	struct out got = { 0 };

	frame_tell(&p->names, frame, len, &got);
	(void)fprintf(stderr, "%s:%d: port %s: %s\n", p->file, p->line, o->name,
		      why);
	if (want)
		(void)fprintf(stderr, "  expected: %s\n", want);
	(void)fprintf(stderr, "  got:      %s\n", out_text(&got));
	exit(1);
}

/* ---- what was sent ------------------------------------------------------------ */
static void sent_put(struct outlet *o, uint8_t *frame, uint32_t len)
{
	struct sent *s = calloc(1, sizeof(*s));

	s->frame = frame;
	s->len = len;
	*o->last = s;
	o->last = &s->next;
}

static void sent_drop(struct outlet *o)
{
	struct sent *s = o->first;

	o->first = s->next;
	if (!o->first)
		o->last = &o->first;
	free(s->frame);
	free(s);
}

static bool is_such(struct player *p, const char *text, const uint8_t *frame,
		    size_t len)
{
	struct err err = { 0 };

	if (!frame_compare(&p->names, text, frame, len, &err))
		return true;
	if (err.code != ERR_REFUSED) /* the line itself is wrong */
		fail(p, "%s", err.msg);
	return false;
}

static bool is_ignored(struct player *p, const uint8_t *frame, size_t len)
{
	for (int i = 0; i < p->nignore; i++)
		if (is_such(p, p->ignore[i], frame, len))
			return true;
	return false;
}

static void sent_take(struct player *p, struct outlet *o, uint8_t *frame,
		      uint32_t len)
{
	struct err err = { 0 };

	if (frame_sound(frame, len, &err))
		fail_frame(p, o, NULL, frame, len, err.msg);
	if (is_ignored(p, frame, len))
		free(frame);
	else
		sent_put(o, frame, len);
}

static void collect(void *arg)
{
	struct player *p = arg;

	for (int i = 0; i < p->nport; i++) {
		struct outlet *o = &p->outlet[i];
		uint32_t len = 0;
		uint8_t *frame = NULL;

		while ((frame = port_queue_take(o->io, &len, NULL)))
			sent_take(p, o, frame, len);
	}
}

static bool to_inside(void *arg, struct packet *k)
{
	struct player *p = arg;
	uint32_t len = k->len - k->l3;
	uint8_t *frame = calloc(1, len + ETH_LEN);

	frame[12] = 8;
	memcpy(frame + ETH_LEN, k->data + k->l3, len);
	if (k->off.checksum || k->off.gso)
		sent_put(&p->outlet[WIRE_PORT_MAX], frame, len + ETH_LEN);
	else
		sent_take(p, &p->outlet[WIRE_PORT_MAX], frame, len + ETH_LEN);
	return true;
}

/* Before anything new happens, nothing may be left of what did. */
static void settle(struct player *p)
{
	for (int i = 0; i <= WIRE_PORT_MAX; i++) {
		struct outlet *o = &p->outlet[i];

		if (o->first)
			fail_frame(p, o, NULL, o->first->frame, o->first->len,
				   "sent, though nothing was expected");
	}
}

/* ---- words ---------------------------------------------------------------------- */
static char *word(char **rest)
{
	char *at = *rest + strspn(*rest, " \t");
	size_t len = strcspn(at, " \t");

	*rest = at + len;
	if (**rest)
		*(*rest)++ = '\0';
	*rest += strspn(*rest, " \t");
	return at;
}

static struct outlet *outlet_of(struct player *p, const char *name)
{
	for (int i = 0; i <= WIRE_PORT_MAX; i++)
		if (!strcmp(p->outlet[i].name, name))
			return &p->outlet[i];
	fail(p, "%s: no port line names it", name);
}

struct how { /* words before the port */
	unsigned cut, len, times, pieces, gso;
	const char *parts;
};

static struct outlet *how_read(struct player *p, char **rest, struct how *h)
{
	*h = (struct how){ .times = 1 };
	for (;;) {
		char *w = word(rest);
		char *eq = strchr(w, '=');
		unsigned n = eq ? (unsigned)strtoul(eq + 1, NULL, 0) : 0;

		if (!eq)
			return outlet_of(p, w);
		*eq = '\0';
		if (!strcmp(w, "cut"))
			h->cut = n;
		else if (!strcmp(w, "parts"))
			h->parts = eq + 1;
		else if (!strcmp(w, "short"))
			h->len = n;
		else if (!strcmp(w, "times"))
			h->times = n;
		else if (!strcmp(w, "gso"))
			h->gso = n;
		else if (!strcmp(w, "pieces"))
			h->pieces = n;
		else
			fail(p, "%s= is not understood", w);
	}
}

static void count_set(struct player *p, unsigned n)
{
	struct err err;
	struct name *c = names_find(&p->names, "n", 1);

	if (!c && names_add(&p->names, "n", &err) == 0)
		c = names_find(&p->names, "n", 1);
	if (!c)
		fail(p, "too many names");
	c->has_value = true;
	c->value = n;
}

/* ---- frames in -------------------------------------------------------------------- */
static void leave_open(struct packet *k, unsigned size)
{
	unsigned start = 0, at = 0;

	frame_open_sum(k->data, &start, &at);
	k->off = (struct packet_offload){
		.checksum = true,
		.gso = at == TCP_SUM ? GSO_TCP4 : GSO_UDP4,
		.gso_size = (uint16_t)size,
		.csum_start = (uint16_t)start,
		.csum_offset = (uint16_t)at,
	};
}

static void give(struct player *p, const struct outlet *o, const uint8_t *frame,
		 size_t len, unsigned gso)
{
	static uint8_t room[PACKET_HEADROOM + PACKET_MAX];
	struct packet k = { .data = room + PACKET_HEADROOM,
			    .len = (uint32_t)len,
			    .cap = PACKET_MAX };

	if (!o->io) { /* as a TUN device has it */
		k.len -= ETH_LEN;
		frame += ETH_LEN;
	}
	memcpy(k.data, frame, k.len);
	if (gso)
		leave_open(&k, gso);
	if (o->io)
		driven_receive(&p->d, (int)(o - p->outlet), &k);
	else
		driven_from_inside(&p->d, &k);
}

static void give_parts(struct player *p, const struct outlet *o,
		       const uint8_t *frame, size_t len, const struct how *h)
{
	static uint8_t part[FRAME_MAX];
	const char *at = h->parts;
	size_t n = 0;

	for (unsigned i = 0; !at; i++) {
		n = frame_fragment(frame, len, h->cut, i, part);
		if (!n)
			return;
		give(p, o, part, n, 0);
	}
	while (*at) {
		char *end = NULL;
		unsigned long i = strtoul(at, &end, 10);

		n = i ? frame_fragment(frame, len, h->cut, (unsigned)i - 1,
				       part)
		      : 0;
		if (!n)
			fail(p, "parts=%s: there is no part %lu", h->parts, i);
		give(p, o, part, n, 0);
		at = *end == ',' ? end + 1 : end;
	}
}

static void play_in(struct player *p, char *rest)
{
	static uint8_t frame[FRAME_MAX];
	char text[LINE_LEN + sizeof(INSIDE_ETH)];
	struct how h;
	const struct outlet *o = how_read(p, &rest, &h);
	struct err err = { 0 };
	size_t len = 0;

	settle(p);
	(void)snprintf(text, sizeof(text), "%s%s", o->io ? "" : INSIDE_ETH,
		       rest);
	for (unsigned i = 0; i < h.times; i++) {
		count_set(p, i);
		if (frame_make(&p->names, text, frame, &len, &err))
			fail(p, "%s", err.msg);
		if (h.len && h.len < len)
			len = h.len;
		if (h.cut)
			give_parts(p, o, frame, len, &h);
		else
			give(p, o, frame, len, h.gso);
	}
}

/* ---- frames out -------------------------------------------------------------------- */
static void expect_frame(struct player *p, struct outlet *o, const char *text)
{
	struct err err = { 0 };

	if (!o->first)
		fail(p, "port %s sent nothing\n  expected: %s", o->name, text);
	if (frame_compare(&p->names, text, o->first->frame, o->first->len,
			  &err))
		fail_frame(p, o, text, o->first->frame, o->first->len, err.msg);
	sent_drop(o);
}

static void expect_whole(struct player *p, struct outlet *o, const char *text,
			 unsigned pieces)
{
	static uint8_t whole[FRAME_MAX];
	struct err err = { 0 };
	size_t have = 0;
	int missing = -1;

	for (unsigned i = 0; i < pieces; i++) {
		if (!o->first)
			fail(p, "port %s sent %u fragments, not %u", o->name, i,
			     pieces);
		if (!missing ||
		    frame_gather(whole, &have, &missing, o->first->frame,
				 o->first->len, &err))
			fail_frame(p, o, text, o->first->frame, o->first->len,
				   missing ? err.msg
					   : "it was whole before this");
		sent_drop(o);
	}
	if (missing)
		fail(p, "port %s: %u fragments and not yet whole", o->name,
		     pieces);
	if (frame_sound(whole, have, &err) ||
	    frame_compare(&p->names, text, whole, have, &err))
		fail_frame(p, o, text, whole, have, err.msg);
}

static void play_out(struct player *p, char *rest)
{
	char text[LINE_LEN + sizeof(INSIDE_ETH)];
	struct how h;
	struct outlet *o = how_read(p, &rest, &h);

	(void)snprintf(text, sizeof(text), "%s%s", o->io ? "" : INSIDE_ETH,
		       rest);
	for (unsigned i = 0; i < h.times; i++) {
		count_set(p, i);
		if (h.pieces)
			expect_whole(p, o, text, h.pieces);
		else
			expect_frame(p, o, text);
	}
}

static void skip_of(struct player *p, struct outlet *o, const char *text)
{
	struct sent *keep = NULL, **end = &keep;

	while (o->first) {
		struct sent *s = o->first;

		if (!*text || is_such(p, text, s->frame, s->len)) {
			sent_drop(o);
			continue;
		}
		o->first = s->next;
		s->next = NULL;
		*end = s;
		end = &s->next;
	}
	o->first = keep;
	o->last = keep ? end : &o->first;
}

static void play_skip(struct player *p, char *rest)
{
	struct outlet *only = NULL;

	if (isdigit((unsigned char)*rest) || !strncmp(rest, "inside", 6))
		only = outlet_of(p, word(&rest));
	for (int i = 0; i <= WIRE_PORT_MAX; i++)
		if (!only || only == &p->outlet[i])
			skip_of(p, &p->outlet[i], rest);
}

static void play_ignore(struct player *p, char *rest)
{
	if (p->nignore == IGNORE_MAX)
		fail(p, "more than %d ignore lines", IGNORE_MAX);
	(void)snprintf(p->ignore[p->nignore++], LINE_LEN, "%s", rest);
}

/* ---- the switch --------------------------------------------------------------------- */
static void begin(struct player *p)
{
	static struct options opt = { .chassis = "11503" };
	const struct wire_inside inside = { p, to_inside };
	struct env *env = &p->d.scratch.env;
	struct err err = { 0 };
	const uint8_t *mac = NULL;
	char text[64];

	if (driven_open(&p->d, &opt, START_MS, &err))
		fail(p, "%s", err.msg);
	p->d.sent = collect;
	p->d.arg = p;
	wire_set_inside(p->d.wire, &inside);
	env->tallies = tallies_new();
	p->session = session_new(env, SESSION_SCRIPT, "scenario");
	mac = chassis_mac(env->chassis);
	(void)snprintf(text, sizeof(text),
		       "switch %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		       mac[2], mac[3], mac[4], mac[5]);
	if (names_add(&p->names, text, &err))
		fail(p, "%s", err.msg);
	for (int i = 0; i <= WIRE_PORT_MAX; i++)
		p->outlet[i].last = &p->outlet[i].first;
	(void)strcpy(p->outlet[WIRE_PORT_MAX].name, "inside");
}

static void play_port(struct player *p, char *rest)
{
	const char *name = word(&rest);
	unsigned mtu = MTU;
	struct outlet *o = &p->outlet[p->nport];
	struct err err = { 0 };

	(void)sscanf(rest, "mtu=%u", &mtu);
	o->io = port_queue_new(mtu);
	if (!str_copy(o->name, sizeof(o->name), name) ||
	    driven_wire(&p->d, name, o->io, &err) != p->nport)
		fail(p, "%s", err.msg);
	p->nport++;
}

static void line_rejected(void *arg, unsigned line, unsigned column,
			  const char *text, const char *message)
{
	struct player *p = arg;

	(void)column;
	p->line += (int)line;
	fail(p, "%s\n  %s", message, text);
}

static bool read_raw(struct player *p, char *line)
{
	if (!fgets(line, LINE_LEN, p->f))
		return false;
	p->next_line++;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static void play_config(struct player *p, char *rest)
{
	const struct script_result result = { .arg = p,
					      .rejected = line_rejected };
	struct out text = { 0 };
	char line[LINE_LEN];

	(void)rest;
	settle(p);
	while (read_raw(p, line) && strcmp(line, "end") != 0)
		out_printf(&text, "%s\n", line);
	driven_configure(&p->d, out_text(&text), text.len, &result);
	out_fini(&text);
}

static void play_service(struct player *p, char *rest)
{
	static const struct {
		const char *word;
		enum service_state state;
	} states[] = {
		{ "alive", SERVICE_ALIVE },
		{ "dying", SERVICE_DYING },
		{ "down", SERVICE_DOWN },
	};
	const char *name = word(&rest);

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(states[i].word, rest)) {
			if (driven_service(&p->d, name, states[i].state))
				fail(p, "%s: no such service", name);
			return;
		}
	fail(p, "%s: alive, dying or down", rest);
}

static void play_host(struct player *p, char *rest)
{
	struct err err = { 0 };

	if (names_add(&p->names, rest, &err))
		fail(p, "%s", err.msg);
}

static void play_wait(struct player *p, char *rest)
{
	double s = atof(rest);

	settle(p);
	driven_advance(&p->d, p->d.now_ms + (uint64_t)(s * 1000 + 0.5));
}

static void play_link(struct player *p, char *rest)
{
	const struct outlet *o = outlet_of(p, word(&rest));

	settle(p);
	port_queue_link(o->io, !strcmp(rest, "up"));
	driven_advance(&p->d, p->d.now_ms + 1000); /* until it is looked at */
}

/* ---- commands ---------------------------------------------------------------------- */

/* Any run of blanks becomes one. */
static char *folded(const char *text)
{
	char *copy = calloc(1, strlen(text) + 1), *to = copy;

	for (; *text; text++)
		if (!isspace((unsigned char)*text))
			*to++ = *text;
		else if (to > copy && to[-1] != ' ')
			*to++ = ' ';
	return copy;
}

static bool shows(const struct player *p, const char *text)
{
	char *have = folded(out_text(&p->shown)), *want = folded(text);
	bool found = strstr(have, want) != NULL;

	free(have);
	free(want);
	return found;
}

static void command(struct player *p, const char *line)
{
	out_clear(&p->shown);
	session_line(p->session, line, &p->shown);
}

static void play_show(struct player *p, char *rest)
{
	char line[LINE_LEN + 8];

	(void)snprintf(line, sizeof(line), "show %s", rest);
	command(p, line);
}

static void play_do(struct player *p, char *rest)
{
	settle(p);
	command(p, rest);
	driven_follow(&p->d);
}

static void keep_log(void *arg, enum log_level l, const char *line)
{
	struct player *p = arg;

	(void)l;
	out_printf(&p->logged, "%s\n", line);
}

static void play_log(struct player *p, char *rest)
{
	(void)rest;
	settle(p);
	out_clear(&p->shown);
	out_puts(&p->shown, out_text(&p->logged));
	out_clear(&p->logged);
}

static void play_has(struct player *p, char *rest)
{
	if (!shows(p, rest))
		fail(p, "expected: %s\ngot:\n%s", rest, out_text(&p->shown));
}

static void play_lacks(struct player *p, char *rest)
{
	if (shows(p, rest))
		fail(p, "did not expect: %s\ngot:\n%s", rest,
		     out_text(&p->shown));
}

static void play_include(struct player *p, char *rest);

/* ---- the scenario -------------------------------------------------------------------- */
static const struct {
	const char *word;
	void (*play)(struct player *p, char *rest);
} directives[] = {
	{ "port", play_port },	   { "host", play_host },
	{ "config", play_config }, { "service", play_service },
	{ "in", play_in },	   { "out", play_out },
	{ "skip", play_skip },	   { "ignore", play_ignore },
	{ "wait", play_wait },	   { "link", play_link },
	{ "show", play_show },	   { "do", play_do },
	{ "log", play_log },	   { "has", play_has },
	{ "lacks", play_lacks },   { "include", play_include },
};

static void play_line(struct player *p, char *line)
{
	char *rest = line;
	const char *w = word(&rest);

	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++)
		if (!strcmp(directives[i].word, w)) {
			directives[i].play(p, rest);
			return;
		}
	fail(p, "%s: not understood", w);
}

/* false: the end.  Lines that go on are put together. */
static bool read_line(struct player *p, char *line)
{
	size_t len = 0;

	p->line = p->next_line + 1;
	while (read_raw(p, line + len)) {
		len = strlen(line);
		if (!len || line[len - 1] != '\\' || len > LINE_LEN / 2)
			return true;
		line[--len] = '\0';
	}
	return false;
}

static void play_file(struct player *p)
{
	char line[LINE_LEN * 2];

	p->f = fopen(p->file, "re");
	if (!p->f)
		fail(p, "cannot be read");
	p->next_line = 0;
	while (read_line(p, line)) {
		const char *at = line + strspn(line, " \t");

		if (*at && *at != '#')
			play_line(p, line);
	}
	(void)fclose(p->f);
}

static void play_include(struct player *p, char *rest)
{
	struct place was = { p->file, p->f, p->line, p->next_line };
	const char *slash = strrchr(p->file, '/');
	char path[512];

	if (snprintf(path, sizeof(path), "%.*s%s",
		     slash ? (int)(slash + 1 - p->file) : 0, p->file,
		     rest) >= (int)sizeof(path))
		fail(p, "%s: too long", rest);
	p->file = path;
	play_file(p);
	p->file = was.file;
	p->f = was.f;
	p->line = was.line;
	p->next_line = was.next_line;
}

static void finish(struct player *p)
{
	session_free(p->session);
	tallies_free(p->d.scratch.env.tallies);
	driven_close(&p->d);
	out_fini(&p->shown);
	out_fini(&p->logged);
}

int main(int argc, char **argv)
{
	static struct player p;
	int sink = -1;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s SCENARIO\n", argv[0]);
		return 2;
	}
	p.file = argv[1];
	sslmod_start();
	wall_offset_set(NOON_MS - (wall_ms() - wall_offset()));
	wall_zone_set(&(struct wall_zone){ .name = "" });
	begin(&p);
	sink = log_sink_add(keep_log, &p);
	play_file(&p);
	settle(&p);
	log_sink_del(sink);
	finish(&p);
	return 0;
}
