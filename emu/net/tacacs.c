/*
 * TACACS+ packets: a head of twelve bytes, and a body that is hidden by a pad
 * of MD5 sums (RFC 8907 section 4.5)
 *
 * The pad is no encryption by today's measure, and a body carries no checksum:
 * that a reply was made with our key shows only in its lengths, which must fit
 * to the byte.
 */
#include "emu/net/tacacs.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/net/md5.h"

#define VERSION	      0xc0 /* major 12, minor 0 */
#define FLAG_CLEAR    0x01
#define AUTHEN_LOGIN  1 /* action */
#define AUTHEN_ASCII  1 /* authen_type */
#define SERVICE_LOGIN 1 /* authen_service */

enum {
	AUTHEN_PASS = 1,
	AUTHEN_GETUSER = 4,
	AUTHEN_GETPASS = 5,
	AUTHEN_ERROR = 7,
};
enum {
	AUTHOR_PASS_ADD = 0x01,
	AUTHOR_PASS_REPL = 0x02,
	AUTHOR_ERROR = 0x11,
};
enum { ACCT_SUCCESS = 1 };

static size_t read_u16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void write_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* Each sum goes over session_id, key, version, seq_no and the sum before. */
bool tacacs_crypt(uint8_t *packet, size_t len, const char *key)
{
	uint8_t pad[MD5_LEN];
	const struct md5_part part[] = { { packet + 4, 4 },
					 { key, strlen(key) },
					 { packet, 1 },
					 { packet + 2, 1 },
					 { pad, MD5_LEN } };
	bool ok = true;

	for (size_t at = TACACS_HEAD; at < len && ok; at += MD5_LEN) {
		ok = md5_digest(part, at == TACACS_HEAD ? 4 : 5, pad);
		for (size_t i = 0; i < MD5_LEN && at + i < len; i++)
			packet[at + i] ^= pad[i];
	}
	wipe(pad, sizeof(pad));
	return ok;
}

/* ---- requests ------------------------------------------------------------- */

struct packet {
	uint8_t *buf;
	size_t cap, len;
	bool full;
};

static void put(struct packet *p, const void *data, size_t len)
{
	if (p->full || len > p->cap - p->len) {
		p->full = true;
		return;
	}
	memcpy(p->buf + p->len, data, len);
	p->len += len;
}

static void put_u8(struct packet *p, size_t v)
{
	uint8_t byte = (uint8_t)v;

	p->full |= v > 255;
	put(p, &byte, 1);
}

static void put_text(struct packet *p, const char *text)
{
	put(p, text, strlen(text));
}

static struct packet begin(uint8_t *buf, size_t cap)
{
	return (struct packet){ buf, cap, TACACS_HEAD, cap < TACACS_HEAD };
}

static size_t finish(struct packet *p, struct tacacs_session *s)
{
	if (p->full)
		return 0;
	s->seq++;
	p->buf[0] = VERSION;
	p->buf[1] = (uint8_t)s->type;
	p->buf[2] = s->seq;
	p->buf[3] = *s->key ? 0 : FLAG_CLEAR;
	write_u32(p->buf + 4, s->id);
	write_u32(p->buf + 8, (uint32_t)(p->len - TACACS_HEAD));
	if (*s->key && !tacacs_crypt(p->buf, p->len, s->key))
		return 0;
	return p->len;
}

size_t tacacs_start(uint8_t *buf, size_t cap, struct tacacs_session *s,
		    const struct tacacs_who *w)
{
	struct packet p = begin(buf, cap);

	put_u8(&p, AUTHEN_LOGIN);
	put_u8(&p, w->level);
	put_u8(&p, AUTHEN_ASCII);
	put_u8(&p, SERVICE_LOGIN);
	put_u8(&p, strlen(w->user));
	put_u8(&p, strlen(w->port));
	put_u8(&p, strlen(w->caller));
	put_u8(&p, 0); /* data */
	put_text(&p, w->user);
	put_text(&p, w->port);
	put_text(&p, w->caller);
	return finish(&p, s);
}

size_t tacacs_continue(uint8_t *buf, size_t cap, struct tacacs_session *s,
		       const char *text)
{
	struct packet p = begin(buf, cap);

	put_u8(&p, 0); /* user_msg has fewer than 256 bytes */
	put_u8(&p, strlen(text));
	put_u8(&p, 0); /* data */
	put_u8(&p, 0);
	put_u8(&p, 0); /* flags */
	put_text(&p, text);
	return finish(&p, s);
}

/* What authorization and accounting requests have in common. */
static void put_who(struct packet *p, const struct tacacs_who *w,
		    const char *const *args, size_t nargs)
{
	p->full |= nargs > TACACS_ARGS_MAX;
	put_u8(p, w->method);
	put_u8(p, w->level);
	put_u8(p, AUTHEN_ASCII);
	put_u8(p, SERVICE_LOGIN);
	put_u8(p, strlen(w->user));
	put_u8(p, strlen(w->port));
	put_u8(p, strlen(w->caller));
	put_u8(p, nargs);
	for (size_t i = 0; i < nargs; i++)
		put_u8(p, strlen(args[i]));
	put_text(p, w->user);
	put_text(p, w->port);
	put_text(p, w->caller);
	for (size_t i = 0; i < nargs; i++)
		put_text(p, args[i]);
}

size_t tacacs_authorize(uint8_t *buf, size_t cap, struct tacacs_session *s,
			const struct tacacs_who *w, const char *const *args,
			size_t nargs)
{
	struct packet p = begin(buf, cap);

	put_who(&p, w, args, nargs);
	return finish(&p, s);
}

size_t tacacs_account(uint8_t *buf, size_t cap, struct tacacs_session *s,
		      const struct tacacs_who *w, uint8_t flags,
		      const char *const *args, size_t nargs)
{
	struct packet p = begin(buf, cap);

	put_u8(&p, flags);
	put_who(&p, w, args, nargs);
	return finish(&p, s);
}

/* ---- replies -------------------------------------------------------------- */

size_t tacacs_reply_len(const uint8_t *data, size_t len)
{
	size_t body = 0;

	if (len < TACACS_HEAD)
		return 0;
	body = read_u32(data + 8);
	if (body > TACACS_REPLY_MAX - TACACS_HEAD)
		return TACACS_REPLY_MAX + 1;
	return TACACS_HEAD + body;
}

/* status, flags, server_msg_len, data_len, server_msg, data */
static enum tacacs_status authen_read(const uint8_t *b, size_t len)
{
	if (len < 6 || len != 6 + read_u16(b + 2) + read_u16(b + 4))
		return TACACS_MALFORMED;
	switch (b[0]) {
	case AUTHEN_PASS:
		return TACACS_PASS;
	case AUTHEN_GETUSER:
		return TACACS_ASKS_USER;
	case AUTHEN_GETPASS:
		return TACACS_ASKS_PASSWORD;
	case AUTHEN_ERROR:
		return TACACS_ERROR;
	default: /* also what we cannot go along with: more data, another way,
		    another server (section 5.4) */
		return TACACS_FAIL;
	}
}

/* "priv-lvl=15", or with a star where it may be ignored */
static void arg_read(const char *arg, size_t len, struct tacacs_reply *r)
{
	static const char name[] = "priv-lvl";
	const size_t n = sizeof(name) - 1;
	unsigned level = 0;

	if (len < n + 2 || len > n + 3 || memcmp(arg, name, n) != 0 ||
	    (arg[n] != '=' && arg[n] != '*'))
		return;
	for (size_t i = n + 1; i < len; i++) {
		if (arg[i] < '0' || arg[i] > '9')
			return;
		level = 10 * level + (unsigned)(arg[i] - '0');
	}
	r->level = level;
}

/* status, arg_cnt, server_msg_len, data_len, the arguments' lengths, server_msg,
 * data, arguments */
static enum tacacs_status author_read(const uint8_t *b, size_t len,
				      struct tacacs_reply *r)
{
	size_t n = len < 6 ? 0 : b[1], at = 6 + n, end = 0;

	if (len < at)
		return TACACS_MALFORMED;
	at += read_u16(b + 2) + read_u16(b + 4);
	end = at;
	for (size_t i = 0; i < n; i++)
		end += b[6 + i];
	if (end != len)
		return TACACS_MALFORMED;
	for (size_t i = 0; i < n; at += b[6 + i++])
		arg_read((const char *)b + at, b[6 + i], r);
	r->replaces = b[0] == AUTHOR_PASS_REPL;
	if (b[0] == AUTHOR_PASS_ADD || b[0] == AUTHOR_PASS_REPL)
		return TACACS_PASS;
	return b[0] == AUTHOR_ERROR ? TACACS_ERROR : TACACS_FAIL;
}

/* server_msg_len, data_len, status, server_msg, data */
static enum tacacs_status acct_read(const uint8_t *b, size_t len)
{
	if (len < 5 || len != 5 + read_u16(b) + read_u16(b + 2))
		return TACACS_MALFORMED;
	return b[4] == ACCT_SUCCESS ? TACACS_PASS : TACACS_ERROR;
}

/* A reply to this session, sealed or not as was agreed on. */
static bool head_fits(const uint8_t *p, size_t len,
		      const struct tacacs_session *s)
{
	const bool clear = p[3] & FLAG_CLEAR;

	return (p[0] & 0xf0) == (VERSION & 0xf0) && p[1] == s->type &&
	       p[2] == s->seq + 1 && clear == !*s->key &&
	       read_u32(p + 4) == s->id && tacacs_reply_len(p, len) == len;
}

void tacacs_read(uint8_t *data, size_t len, struct tacacs_session *s,
		 struct tacacs_reply *r)
{
	const uint8_t *body = data + TACACS_HEAD;

	*r = (struct tacacs_reply){ .status = TACACS_MALFORMED };
	if (len < TACACS_HEAD || !head_fits(data, len, s) ||
	    (*s->key && !tacacs_crypt(data, len, s->key)))
		return;
	s->seq = data[2];
	len -= TACACS_HEAD;
	if (s->type == TACACS_AUTHEN)
		r->status = authen_read(body, len);
	else if (s->type == TACACS_AUTHOR)
		r->status = author_read(body, len, r);
	else
		r->status = acct_read(body, len);
}
