/*
 * RADIUS packets: code, identifier, length, authenticator, attributes
 *
 * A reply is believed when its authenticator, the MD5 of the reply with the
 * request's authenticator and the secret, is right, and its Message-
 * Authenticator too if there is one (RFC 2865 section 3, RFC 3579 section 3.2).
 */
#include "emu/net/radius.h"

#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/net/md5.h"

#define HEAD 20 /* code, identifier, length, authenticator */

enum {
	CODE_REQUEST = 1,
	CODE_ACCEPT = 2,
	CODE_REJECT = 3,
	CODE_CHALLENGE = 11,
};

enum {
	ATTR_USER_NAME = 1,
	ATTR_USER_PASSWORD = 2,
	ATTR_NAS_IP_ADDRESS = 4,
	ATTR_NAS_PORT = 5,
	ATTR_SERVICE_TYPE = 6,
	ATTR_VENDOR = 26,
	ATTR_CALLING_STATION_ID = 31,
	ATTR_NAS_IDENTIFIER = 32,
	ATTR_NAS_PORT_TYPE = 61,
	ATTR_MESSAGE_AUTHENTICATOR = 80,
};

enum { PORT_ASYNC = 0, PORT_VIRTUAL = 5 };
enum { SERVICE_ADMINISTRATIVE = 6 };
enum { VENDOR_CISCO = 9, CISCO_AVPAIR = 1 };

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void write_u16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* ---- a request ------------------------------------------------------------ */

struct packet {
	uint8_t *buf;
	size_t cap, len;
	bool full;
};

/* Room for an attribute's value; NULL: the packet is full. */
static uint8_t *attr_add(struct packet *p, uint8_t type, size_t len)
{
	uint8_t *at = p->buf + p->len;

	if (len > 253 || p->cap - p->len < len + 2)
		p->full = true;
	if (p->full)
		return NULL;
	at[0] = type;
	at[1] = (uint8_t)(len + 2);
	p->len += len + 2;
	return at + 2;
}

static void attr_text(struct packet *p, uint8_t type, const char *text)
{
	uint8_t *at = *text ? attr_add(p, type, strlen(text)) : NULL;

	if (at) /* NOLINTNEXTLINE: no string in the packet */
		memcpy(at, text, strlen(text));
}

static void attr_u32(struct packet *p, uint8_t type, uint32_t v)
{
	uint8_t *at = attr_add(p, type, 4);

	if (!at)
		return;
	write_u16(at, v >> 16);
	write_u16(at + 2, v & 0xffff);
}

/* RFC 2865 section 5.2: each block is hidden by the MD5 of the secret and what
 * the block before became. */
static void attr_password(struct packet *p, const char *password,
			  const uint8_t *auth, const char *secret)
{
	size_t len = strlen(password);
	size_t whole = len ? (len + 15) / 16 * 16 : 16;
	uint8_t *at = len <= RADIUS_PASSWORD_MAX
			      ? attr_add(p, ATTR_USER_PASSWORD, whole)
			      : NULL;
	const uint8_t *before = auth;
	uint8_t pad[MD5_LEN];

	if (!at) {
		p->full = true;
		return;
	}
	memset(at, 0, whole);
	memcpy(at, password, len); /* NOLINT: no string in the packet */
	for (size_t i = 0; i < whole; i += 16) {
		const struct md5_part part[] = { { secret, strlen(secret) },
						 { before, 16 } };

		if (!md5_digest(part, 2, pad))
			p->full = true;
		for (size_t j = 0; j < 16; j++)
			at[i + j] ^= pad[j];
		before = at + i;
	}
	wipe(pad, sizeof(pad));
}

size_t radius_encode(uint8_t *buf, size_t cap, uint8_t id,
		     const uint8_t auth[RADIUS_AUTH_LEN], const char *secret,
		     const struct radius_login *l)
{
	struct packet p = { buf, cap, HEAD, cap < HEAD };
	uint8_t *signature = attr_add(&p, ATTR_MESSAGE_AUTHENTICATOR, MD5_LEN);
	struct md5_part whole = { buf, 0 };

	if (!signature)
		return 0;
	memset(signature, 0, MD5_LEN);
	buf[0] = CODE_REQUEST;
	buf[1] = id;
	memcpy(buf + 4, auth, RADIUS_AUTH_LEN);
	attr_text(&p, ATTR_USER_NAME, l->user);
	attr_password(&p, l->password, auth, secret);
	if (l->nas.s_addr != htonl(INADDR_ANY))
		attr_u32(&p, ATTR_NAS_IP_ADDRESS, ntohl(l->nas.s_addr));
	attr_text(&p, ATTR_NAS_IDENTIFIER, l->nas_name);
	attr_u32(&p, ATTR_NAS_PORT, l->port);
	attr_u32(&p, ATTR_NAS_PORT_TYPE,
		 l->is_remote ? PORT_VIRTUAL : PORT_ASYNC);
	attr_text(&p, ATTR_CALLING_STATION_ID, l->caller);
	write_u16(buf + 2, p.len);
	whole.len = p.len;
	if (p.full || !md5_hmac(secret, strlen(secret), &whole, 1, signature)) {
		wipe(buf, cap);
		return 0;
	}
	return p.len;
}

/* ---- a reply -------------------------------------------------------------- */

static bool is_right(const uint8_t *data, size_t len, const uint8_t *auth,
		     const char *secret)
{
	const struct md5_part part[] = { { data, 4 },
					 { auth, RADIUS_AUTH_LEN },
					 { data + HEAD, len - HEAD },
					 { secret, strlen(secret) } };
	uint8_t want[MD5_LEN];

	return md5_digest(part, 4, want) && md5_equal(want, data + 4);
}

/* With the request's authenticator in the head and zeros for itself. */
static bool signature_is_right(const uint8_t *data, size_t len,
			       const uint8_t *at, const uint8_t *auth,
			       const char *secret)
{
	static const uint8_t zero[MD5_LEN];
	const struct md5_part part[] = {
		{ data, 4 },
		{ auth, RADIUS_AUTH_LEN },
		{ data + HEAD, (size_t)(at - data) - HEAD },
		{ zero, MD5_LEN },
		{ at + MD5_LEN, len - (size_t)(at - data) - MD5_LEN },
	};
	uint8_t want[MD5_LEN];

	return md5_hmac(secret, strlen(secret), part, 5, want) &&
	       md5_equal(want, at);
}

/* Cisco-AVPair: vendor 9, type 1, "shell:priv-lvl=15" */
static bool says_superuser(const uint8_t *value, size_t len)
{
	static const char text[] = "shell:priv-lvl=15";
	const size_t text_len = sizeof(text) - 1;

	return len == 6 + text_len && read_u32(value) == VENDOR_CISCO &&
	       value[4] == CISCO_AVPAIR && value[5] == 2 + text_len &&
	       !memcmp(value + 6, text, text_len);
}

struct parse {
	const uint8_t *data, *auth;
	size_t len;
	const char *secret;
	struct radius_reply *r;
	bool forged;
};

/* False: an attribute whose length is not its type's. */
static bool attr_read(struct parse *p, uint8_t type, const uint8_t *value,
		      size_t len)
{
	struct radius_reply *r = p->r;

	switch (type) {
	case ATTR_SERVICE_TYPE:
		if (len != 4)
			return false;
		r->superuser |= read_u32(value) == SERVICE_ADMINISTRATIVE;
		return true;
	case ATTR_VENDOR:
		if (len < 5)
			return false;
		r->superuser |= says_superuser(value, len);
		return true;
	case ATTR_MESSAGE_AUTHENTICATOR:
		if (len != MD5_LEN || r->has_signature)
			return false;
		r->has_signature = true;
		p->forged |= !signature_is_right(p->data, p->len, value,
						 p->auth, p->secret);
		return true;
	default:
		return true;
	}
}

static bool attrs_read(struct parse *p)
{
	size_t at = HEAD;

	while (at < p->len) {
		size_t left = p->len - at;
		size_t len = left < 2 ? 0 : p->data[at + 1];

		if (len < 2 || len > left)
			return false;
		if (!attr_read(p, p->data[at], p->data + at + 2, len - 2))
			return false;
		at += len;
	}
	return true;
}

static bool kind_of(uint8_t code, enum radius_kind *kind)
{
	if (code == CODE_ACCEPT)
		*kind = RADIUS_ACCEPT;
	else if (code == CODE_REJECT)
		*kind = RADIUS_REJECT;
	else if (code == CODE_CHALLENGE)
		*kind = RADIUS_CHALLENGE;
	else
		return false;
	return true;
}

static enum radius_kind judge(const uint8_t *data, size_t len,
			      const uint8_t *auth, const char *secret,
			      struct radius_reply *r)
{
	size_t told = len < HEAD ? 0 : (size_t)data[2] << 8 | data[3];
	struct parse p = { data, auth, told, secret, r, false };
	enum radius_kind kind = RADIUS_UNKNOWN;

	if (told < HEAD || told > len || told > RADIUS_PACKET_MAX)
		return RADIUS_MALFORMED;
	if (!kind_of(data[0], &kind))
		return RADIUS_UNKNOWN;
	if (!is_right(data, told, auth, secret))
		return RADIUS_FORGED;
	if (!attrs_read(&p))
		return RADIUS_MALFORMED;
	return p.forged ? RADIUS_FORGED : kind;
}

bool radius_decode(const uint8_t *data, size_t len, const uint8_t *auth,
		   const char *secret, struct radius_reply *r)
{
	*r = (struct radius_reply){ .kind = RADIUS_MALFORMED };
	if (len < 2)
		return false;
	r->id = data[1];
	if (auth)
		r->kind = judge(data, len, auth, secret, r);
	return true;
}
