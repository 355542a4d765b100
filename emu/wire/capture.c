#include "emu/wire/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/net/offload.h"
#include "emu/net/packet.h"
#include "sslmod/secrets.h"

/* ---- pcapng ---------------------------------------------------------------------- */

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BLOCK_SECRETS = 10,
	MAGIC = 0x1a2b3c4d,
	LINK_ETHERNET = 1,
	OPTION_NAME = 2,
	OPTION_FLAGS = 2,
	FLAG_IN = 1,
	FLAG_OUT = 2,
	BLOCK_ENDS = 12, /* type, and length at both ends */
	PACKET_HEAD = 20,
	PACKET_OPTIONS = 12,
};
#define SECRETS_TLS 0x544c534bu

#define BUFFER	(256 << 10) /* bytes; more than the largest block */
#define TAG_LEN 4

enum state { UNUSED, RUNNING, STOPPED, FULL, FAILED };

struct capture {
	struct capture_want want;
	int port; /* of CAPTURE_PORT */
	enum state state;
	int error; /* errno of FAILED */
	int fd;	   /* owned while it runs */
	uint64_t frames, bytes;
	struct capture_ports ports; /* without the names */
	uint8_t *buf;		    /* owned while it runs */
	size_t len;
	/* the room in front: where in the file, its bytes, and those in use */
	uint64_t room_at;
	uint32_t room_len, room_used;
};

struct captures {
	struct secrets *secrets; /* borrowed; NULL: none */
	uint64_t (*clock)(void);
	int running;
	struct capture of[CAPTURE_MAX];
	/* to finish and cut frames in */
	uint8_t whole[PACKET_HEADROOM + PACKET_MAX];
	uint8_t piece[PACKET_HEADROOM + PACKET_MAX];
};

static uint32_t padded(size_t len)
{
	return (uint32_t)(len + 3) & ~3u;
}

/* Numbers stand in the host's order; the magic tells which. */
static void add32(struct capture *c, uint32_t v)
{
	memcpy(c->buf + c->len, &v, sizeof(v));
	c->len += sizeof(v);
}

static void add16(struct capture *c, uint16_t v)
{
	memcpy(c->buf + c->len, &v, sizeof(v));
	c->len += sizeof(v);
}

static void add_padded(struct capture *c, const void *data, size_t len)
{
	memcpy(c->buf + c->len, data, len);
	memset(c->buf + c->len + len, 0, padded(len) - len);
	c->len += padded(len);
}

/* ---- the file -------------------------------------------------------------------- */

static void finish(struct captures *cs, struct capture *c, enum state how)
{
	c->state = how;
	(void)close(c->fd);
	free(c->buf);
	c->buf = NULL;
	c->fd = -1;
	cs->running--;
	for (int i = 0; i < CAPTURE_MAX; i++)
		if (cs->of[i].state == RUNNING && cs->of[i].want.secrets)
			return;
	if (cs->secrets && c->want.secrets)
		secrets_tap(cs->secrets, false);
}

static void write_out(struct captures *cs, struct capture *c)
{
	for (size_t done = 0; done < c->len;) {
		ssize_t n = write(c->fd, c->buf + done, c->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->error = errno;
			finish(cs, c, FAILED);
			return;
		}
		done += (size_t)n;
	}
	c->len = 0;
}

static void end_capture(struct captures *cs, struct capture *c, enum state how)
{
	write_out(cs, c);
	if (c->state == RUNNING)
		finish(cs, c, how);
}

/* Begins a block of that many bytes in all; false: the file has no room for it, and
 * is complete. */
static bool block_begin(struct captures *cs, struct capture *c, uint32_t type,
			uint32_t len)
{
	if (c->bytes + len > c->want.limit) {
		end_capture(cs, c, FULL);
		return false;
	}
	if (c->len + len > BUFFER)
		write_out(cs, c);
	if (c->state != RUNNING)
		return false;
	c->bytes += len;
	add32(c, type);
	add32(c, len);
	return true;
}

static void section(struct captures *cs, struct capture *c)
{
	const uint32_t len = BLOCK_ENDS + 16;

	if (!block_begin(cs, c, BLOCK_SECTION, len))
		return;
	add32(c, MAGIC);
	add16(c, 1);
	add16(c, 0);
	add32(c, 0xffffffff); /* of what length, is not known yet */
	add32(c, 0xffffffff);
	add32(c, len);
}

static void interface(struct captures *cs, struct capture *c, const char *name)
{
	const size_t name_len = strlen(name);
	const uint32_t len = BLOCK_ENDS + 8 + 4 + padded(name_len) + 4;

	if (!block_begin(cs, c, BLOCK_INTERFACE, len))
		return;
	add16(c, LINK_ETHERNET);
	add16(c, 0);
	add32(c, 0); /* frames are whole */
	add16(c, OPTION_NAME);
	add16(c, (uint16_t)name_len);
	add_padded(c, name, name_len);
	add32(c, 0); /* end of options */
	add32(c, len);
}

static void secrets_block(struct captures *cs, struct capture *c,
			  const char *text, size_t text_len)
{
	const uint32_t len = BLOCK_ENDS + 8 + padded(text_len);

	if (!block_begin(cs, c, BLOCK_SECRETS, len))
		return;
	add32(c, SECRETS_TLS);
	add32(c, (uint32_t)text_len);
	add_padded(c, text, text_len);
	add32(c, len);
}

/* Bytes of secrets that get room in front. */
static uint32_t room_for(uint64_t limit)
{
	const uint64_t min = 4 << 10, max = 4 << 20;
	uint64_t len = limit / 8;

	return (uint32_t)(len < min ? min : len > max ? max : len) & ~3u;
}

/* Empty lines, until there is something to say. */
static void secrets_room(struct captures *cs, struct capture *c)
{
	const uint32_t all = room_for(c->want.limit);
	const uint32_t len = BLOCK_ENDS + 8 + all;

	if (!block_begin(cs, c, BLOCK_SECRETS, len))
		return;
	add32(c, SECRETS_TLS);
	add32(c, all);
	c->room_at = c->bytes - all - 4;
	c->room_len = all;
	write_out(cs, c);
	for (uint32_t left = all; left > 0 && c->state == RUNNING;) {
		uint32_t n = left < BUFFER / 2 ? left : BUFFER / 2;

		memset(c->buf, '\n', n);
		c->len = n;
		left -= n;
		write_out(cs, c);
	}
	if (c->state == RUNNING)
		add32(c, len);
}

/* Whole lines of the text, as many as the room has place for: how many bytes. */
static size_t into_room(struct captures *cs, struct capture *c,
			const char *text, size_t len)
{
	const char *end = NULL;
	size_t n = c->room_len - c->room_used;

	n = len < n ? len : n;
	end = memrchr(text, '\n', n);
	n = end ? (size_t)(end + 1 - text) : 0;
	if (n == 0)
		return 0;
	if (pwrite(c->fd, text, n, (off_t)(c->room_at + c->room_used)) !=
	    (ssize_t)n) {
		c->error = errno;
		finish(cs, c, FAILED);
		return 0;
	}
	c->room_used += (uint32_t)n;
	return n;
}

static void packet_block(struct captures *cs, struct capture *c, int port,
			 bool is_out, const struct packet *p)
{
	const uint32_t len =
		BLOCK_ENDS + PACKET_HEAD + padded(p->len) + PACKET_OPTIONS;
	const uint64_t now_us = cs->clock();

	if (!block_begin(cs, c, BLOCK_PACKET, len))
		return;
	add32(c, (uint32_t)port);
	add32(c, (uint32_t)(now_us >> 32));
	add32(c, (uint32_t)now_us);
	add32(c, p->len);
	add32(c, p->len);
	add_padded(c, p->data, p->len);
	add16(c, OPTION_FLAGS);
	add16(c, 4);
	add32(c, is_out ? FLAG_OUT : FLAG_IN);
	add32(c, 0); /* end of options */
	add32(c, len);
	c->frames++;
}

/* ---- which frames ------------------------------------------------------------------ */

/* What a frame tells of its ends; INADDR_ANY and 0 where it does not. */
struct ends {
	struct in_addr addr[2];
	uint16_t l4port[2];
};

static uint32_t l3_of(const struct packet *p)
{
	return p->len > ETH_LEN && get16(p->data + ETH_LEN - 2) == ETHER_VLAN
		       ? ETH_LEN + TAG_LEN
		       : ETH_LEN;
}

static void ends_of_ip4(const struct packet *p, uint32_t l3, struct ends *e)
{
	const uint8_t *ip = p->data + l3;
	uint32_t l4 = 0;

	if (l3 + IP4_MIN > p->len)
		return;
	e->addr[0] = get_addr(ip + IP4_SRC);
	e->addr[1] = get_addr(ip + IP4_DST);
	l4 = l3 + ip4_header_len(ip);
	if (l4 + 4 > p->len || (get16(ip + IP4_FRAG) & 0x1fff) != 0 ||
	    (ip[IP4_PROTO] != IPPROTO_TCP && ip[IP4_PROTO] != IPPROTO_UDP))
		return;
	e->l4port[0] = get16(p->data + l4);
	e->l4port[1] = get16(p->data + l4 + 2);
}

static void ends_of_arp(const struct packet *p, uint32_t l3, struct ends *e)
{
	enum { SENDER = 14, TARGET = 24, ARP_LEN = 28 };

	if (l3 + ARP_LEN > p->len)
		return;
	e->addr[0] = get_addr(p->data + l3 + SENDER);
	e->addr[1] = get_addr(p->data + l3 + TARGET);
}

static struct ends ends_of(const struct packet *p)
{
	struct ends e = { 0 };
	uint32_t l3 = l3_of(p);

	if (l3 > p->len)
		return e;
	if (get16(p->data + l3 - 2) == ETHER_IP4)
		ends_of_ip4(p, l3, &e);
	else if (get16(p->data + l3 - 2) == ETHER_ARP)
		ends_of_arp(p, l3, &e);
	return e;
}

static bool is_end(const struct capture_want *w, int which,
		   const struct ends *e, int side)
{
	return w->addr[which].s_addr == e->addr[side].s_addr &&
	       (!w->l4port[which] || w->l4port[which] == e->l4port[side]);
}

static bool is_wanted(const struct capture *c, int port, const struct ends *e)
{
	const struct capture_want *w = &c->want;

	if (c->state != RUNNING)
		return false;
	switch (w->kind) {
	case CAPTURE_PORT:
		return c->port == port;
	case CAPTURE_ADDRESS:
		return is_end(w, 0, e, 0) || is_end(w, 0, e, 1);
	case CAPTURE_FLOW:
		break;
	}
	return (is_end(w, 0, e, 0) && is_end(w, 1, e, 1)) ||
	       (is_end(w, 0, e, 1) && is_end(w, 1, e, 0));
}

/* ---- frames ------------------------------------------------------------------------ */

struct into {
	struct captures *cs;
	struct capture *c;
	int port;
	bool is_out;
};

static void add_piece(void *arg, struct packet *p)
{
	const struct into *to = arg;

	if (to->c->state == RUNNING)
		packet_block(to->cs, to->c, to->port, to->is_out, p);
}

/* What is open in it is finished in a copy. */
static void add_open(struct into *to, const struct packet *p)
{
	struct captures *cs = to->cs;
	struct packet copy = *p;

	if (p->len > PACKET_MAX)
		return;
	copy.data = cs->whole + PACKET_HEADROOM;
	copy.cap = PACKET_MAX;
	copy.l3 = (uint16_t)l3_of(p);
	memcpy(copy.data, p->data, p->len);
	if (offload_split(&copy, to->c->ports.mtu[to->port], cs->piece,
			  sizeof(cs->piece), add_piece, to)) {
		offload_finish(&copy);
		add_piece(to, &copy);
	}
}

static void hand_out_secrets(struct captures *cs)
{
	size_t len = 0;
	char *text = secrets_take(cs->secrets, &len);

	if (!text)
		return;
	for (int i = 0; i < CAPTURE_MAX; i++) {
		struct capture *c = &cs->of[i];
		size_t at = 0;

		if (c->state == RUNNING && c->want.secrets)
			at = into_room(cs, c, text, len);
		/* in blocks that a buffer has room for */
		while (c->state == RUNNING && c->want.secrets && at < len) {
			size_t n =
				len - at < BUFFER / 2 ? len - at : BUFFER / 2;

			secrets_block(cs, c, text + at, n);
			at += n;
		}
	}
	wipe(text, len);
	free(text);
}

bool capture_runs(const struct captures *cs)
{
	return cs->running > 0;
}

void capture_frame(struct captures *cs, int port, bool is_out,
		   const struct packet *p)
{
	struct ends e;

	if (cs->running == 0 || p->len < ETH_LEN)
		return;
	if (cs->secrets && secrets_wait(cs->secrets))
		hand_out_secrets(cs);
	e = ends_of(p);
	for (int i = 0; i < CAPTURE_MAX; i++) {
		struct into to = { cs, &cs->of[i], port, is_out };

		if (!is_wanted(to.c, port, &e))
			continue;
		if (p->off.checksum)
			add_open(&to, p);
		else
			packet_block(cs, to.c, port, is_out, p);
	}
}

void capture_flush(struct captures *cs)
{
	for (int i = 0; i < CAPTURE_MAX; i++)
		if (cs->of[i].state == RUNNING)
			write_out(cs, &cs->of[i]);
}

/* ---- start, stop, show ---------------------------------------------------------------- */

static uint64_t host_clock(void)
{
	return clock_wall_us();
}

struct captures *captures_new(struct secrets *s, uint64_t (*clock)(void))
{
	struct captures *cs = xcalloc(1, sizeof(*cs));

	cs->secrets = s;
	cs->clock = clock ? clock : host_clock;
	return cs;
}

void captures_free(struct captures *cs)
{
	if (!cs)
		return;
	(void)capture_stop(cs, NULL, NULL);
	free(cs);
}

/* A place for it: its own old one, an unused one, one that has ended. */
static const struct capture *place_for(const struct captures *cs,
				       const char *file)
{
	const struct capture *free_one = NULL;

	for (int i = 0; i < CAPTURE_MAX; i++) {
		const struct capture *c = &cs->of[i];

		if (c->state != UNUSED && !strcmp(c->want.file, file))
			return c->state == RUNNING ? NULL : c;
		if (c->state == RUNNING)
			continue;
		if (!free_one ||
		    (free_one->state != UNUSED && c->state == UNUSED))
			free_one = c;
	}
	return free_one;
}

int capture_check(const struct captures *cs, const struct capture_want *want,
		  struct err *err)
{
	if (place_for(cs, want->file))
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       "%s is being written, or %d captures run: lab capture "
		       "stop",
		       want->file, CAPTURE_MAX);
}

int capture_start(struct captures *cs, const struct capture_want *want,
		  int port, const struct capture_ports *ports, int fd,
		  struct err *err)
{
	struct capture *c;

	if (capture_check(cs, want, err)) {
		(void)close(fd);
		return -1;
	}
	c = &cs->of[place_for(cs, want->file) - cs->of];
	*c = (struct capture){ .want = *want,
			       .port = port,
			       .state = RUNNING,
			       .fd = fd,
			       .ports = *ports,
			       .buf = xcalloc(1, BUFFER) };
	cs->running++;
	if (want->secrets && cs->secrets)
		secrets_tap(cs->secrets, true);
	section(cs, c);
	for (int i = 0; i < ports->n && c->state == RUNNING; i++)
		interface(cs, c, ports->name[i]);
	if (want->secrets && c->state == RUNNING)
		secrets_room(cs, c);
	return 0;
}

int capture_stop(struct captures *cs, const char *file, struct err *err)
{
	int stopped = 0;

	for (int i = 0; i < CAPTURE_MAX; i++) {
		struct capture *c = &cs->of[i];

		if (c->state != RUNNING ||
		    (file && strcmp(file, c->want.file) != 0))
			continue;
		end_capture(cs, c, STOPPED);
		stopped++;
	}
	if (stopped)
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1,
		       "no such capture runs: show lab captures");
}

static const char *state_text(const struct capture *c)
{
	static const char *const names[] = {
		[RUNNING] = "running", [STOPPED] = "stopped", [FULL] = "full"
	};

	return c->state == FAILED ? strerror(c->error) : names[c->state];
}

enum { W_FILE = 20, W_WHAT = 36, W_NUMBER = 12 };

void capture_show(const struct captures *cs, struct out *o)
{
	out_col(o, W_FILE, "File");
	out_col(o, W_WHAT, "What");
	out_col(o, -W_NUMBER, "Frames");
	out_col(o, -W_NUMBER, "Bytes");
	out_col(o, -W_NUMBER, "Limit");
	out_puts(o, "  State\n");
	for (int i = 0; i < CAPTURE_MAX; i++) {
		const struct capture *c = &cs->of[i];

		if (c->state == UNUSED)
			continue;
		out_col(o, W_FILE, "%s", c->want.file);
		out_col(o, W_WHAT, "%s%s", c->want.what,
			c->want.secrets ? ", secrets" : "");
		out_col(o, -W_NUMBER, "%s", str_thousands(c->frames));
		out_col(o, -W_NUMBER, "%s", str_thousands(c->bytes));
		out_col(o, -W_NUMBER, "%s", str_thousands(c->want.limit));
		out_printf(o, "  %s\n", state_text(c));
	}
}
