#include "tests/replay/frametext.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"

/*
 * The switch's own code for headers and checksums is not used here on purpose: a
 * mistake in it must not hide itself.
 */

enum kind { ETH, ARP, IP, TCP, UDP, ICMP, BPDU, SNAP, DATA, KIND_NUM };

static const char *const kind_name[KIND_NUM] = {
	"eth", "arp", "ip", "tcp", "udp", "icmp", "bpdu", "snap", "data",
};
static const size_t kind_len[KIND_NUM] = { 14, 28, 20, 20, 8, 8, 38, 8, 0 };

enum type { NUMBER, MAC, ADDR, BRIDGE };

/* A field of a header: bytes from its start, and the bits of them. */
struct field {
	const char *name;
	enum type type;
	uint8_t at, bytes;
	uint16_t mask;	 /* 0: all */
	uint8_t shift;	 /* of the mask's lowest bit */
	uint8_t scale;	 /* what one stands for; 0: one */
	bool shown;	 /* printed even when it is 0 */
	uint64_t normal; /* when a line does not name it */
};

static const struct field eth_fields[] = {
	{ "src", MAC, .at = 6, .bytes = 6, .shown = true },
	{ "dst", MAC, .at = 0, .bytes = 6, .shown = true },
	{ 0 },
};
static const struct field arp_fields[] = {
	{ "src", ADDR, .at = 14, .bytes = 4, .shown = true },
	{ "dst", ADDR, .at = 24, .bytes = 4, .shown = true },
	{ "op", NUMBER, .at = 6, .bytes = 2 },
	{ "sha", MAC, .at = 8, .bytes = 6, .shown = true },
	{ "tha", MAC, .at = 18, .bytes = 6 },
	{ 0 },
};
static const struct field ip_fields[] = {
	{ "src", ADDR, .at = 12, .bytes = 4, .shown = true },
	{ "dst", ADDR, .at = 16, .bytes = 4, .shown = true },
	{ "ver", NUMBER, .at = 0, .bytes = 1, .mask = 0xf0, .shift = 4,
	  .normal = 4 },
	{ "hl", NUMBER, .at = 0, .bytes = 1, .mask = 0x0f },
	{ "tos", NUMBER, .at = 1, .bytes = 1 },
	{ "len", NUMBER, .at = 2, .bytes = 2 },
	{ "id", NUMBER, .at = 4, .bytes = 2, .shown = true, .normal = 1 },
	{ "df", NUMBER, .at = 6, .bytes = 2, .mask = 0x4000, .shift = 14 },
	{ "mf", NUMBER, .at = 6, .bytes = 2, .mask = 0x2000, .shift = 13 },
	{ "frag", NUMBER, .at = 6, .bytes = 2, .mask = 0x1fff, .scale = 8 },
	{ "ttl", NUMBER, .at = 8, .bytes = 1, .shown = true, .normal = 64 },
	{ "proto", NUMBER, .at = 9, .bytes = 1 },
	{ "sum", NUMBER, .at = 10, .bytes = 2 },
	{ 0 },
};
static const struct field tcp_fields[] = {
	{ "src", NUMBER, .at = 0, .bytes = 2, .shown = true },
	{ "dst", NUMBER, .at = 2, .bytes = 2, .shown = true },
	{ "seq", NUMBER, .at = 4, .bytes = 4, .shown = true },
	{ "ack", NUMBER, .at = 8, .bytes = 4 },
	{ "hl", NUMBER, .at = 12, .bytes = 1, .mask = 0xf0, .shift = 4 },
	{ "flags", NUMBER, .at = 13, .bytes = 1 },
	{ "win", NUMBER, .at = 14, .bytes = 2, .shown = true, .normal = 8192 },
	{ "sum", NUMBER, .at = 16, .bytes = 2 },
	{ "urg", NUMBER, .at = 18, .bytes = 2 },
	{ 0 },
};
static const struct field udp_fields[] = {
	{ "src", NUMBER, .at = 0, .bytes = 2, .shown = true },
	{ "dst", NUMBER, .at = 2, .bytes = 2, .shown = true },
	{ "len", NUMBER, .at = 4, .bytes = 2 },
	{ "sum", NUMBER, .at = 6, .bytes = 2 },
	{ 0 },
};
static const struct field icmp_fields[] = {
	{ "type", NUMBER, .at = 0, .bytes = 1 },
	{ "code", NUMBER, .at = 1, .bytes = 1 },
	{ "sum", NUMBER, .at = 2, .bytes = 2 },
	{ "id", NUMBER, .at = 4, .bytes = 2 },
	{ "seq", NUMBER, .at = 6, .bytes = 2 },
	{ "mtu", NUMBER, .at = 6, .bytes = 2 },
	{ "pointer", NUMBER, .at = 4, .bytes = 1 },
	{ "gw", ADDR, .at = 4, .bytes = 4 },
	{ 0 },
};
/* Behind the LLC header of three bytes (IEEE 802.1D 9.3.1); times in seconds. */
static const struct field bpdu_fields[] = {
	{ "kind", NUMBER, .at = 6, .bytes = 1 },
	{ "flags", NUMBER, .at = 7, .bytes = 1 },
	{ "root", BRIDGE, .at = 8, .bytes = 8, .shown = true },
	{ "cost", NUMBER, .at = 16, .bytes = 4, .shown = true },
	{ "bridge", BRIDGE, .at = 20, .bytes = 8, .shown = true },
	{ "port", NUMBER, .at = 28, .bytes = 2, .shown = true,
	  .normal = 0x8001 },
	{ "age", NUMBER, .at = 30, .bytes = 1 },
	{ "max", NUMBER, .at = 32, .bytes = 1, .normal = 20 },
	{ "hello", NUMBER, .at = 34, .bytes = 1, .normal = 2 },
	{ "delay", NUMBER, .at = 36, .bytes = 1, .normal = 15 },
	{ 0 },
};
static const struct field snap_fields[] = {
	{ "oui", NUMBER, .at = 4, .bytes = 2,
	  .shown = true }, /* its last two bytes */
	{ "type", NUMBER, .at = 6, .bytes = 2, .shown = true },
	{ 0 },
};
static const struct field data_fields[] = { { 0 } };

static const struct field *const fields[KIND_NUM] = {
	eth_fields,  arp_fields,  ip_fields,   tcp_fields,  udp_fields,
	icmp_fields, bpdu_fields, snap_fields, data_fields,
};

static const struct {
	const char *name;
	uint8_t type, code;
} icmp_kinds[] = {
	{ "echo", 8, 0 },
	{ "reply", 0, 0 },
	{ "net-unreachable", 3, 0 },
	{ "host-unreachable", 3, 1 },
	{ "proto-unreachable", 3, 2 },
	{ "port-unreachable", 3, 3 },
	{ "need-frag", 3, 4 },
	{ "prohibited", 3, 13 },
	{ "quench", 4, 0 },
	{ "redirect-net", 5, 0 },
	{ "redirect", 5, 1 },
	{ "ttl-exceeded", 11, 0 },
	{ "reassembly-exceeded", 11, 1 },
	{ "bad-parameter", 12, 0 },
};

/* A topology change notification is the shortest one. */
#define BPDU_TCN     0x80
#define BPDU_TCN_LEN 7

static const char tcp_flag[] = "FSRPAUEC";

static const struct {
	const char *name;
	uint8_t kind, len;
} tcp_options[] = {
	{ "eol", 0, 1 }, { "nop", 1, 1 },    { "mss", 2, 4 },
	{ "ws", 3, 3 },	 { "sackok", 4, 2 }, { "ts", 8, 10 },
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const uint8_t mac_all[6] = { 255, 255, 255, 255, 255, 255 };
static const uint8_t mac_stp[6] = { 0x01, 0x80, 0xc2 };
static const uint8_t mac_cdp[6] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc };

/* ---- bytes ----------------------------------------------------------------- */
static uint64_t bytes_get(const uint8_t *at, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *at++;
	return v;
}

static void bytes_put(uint8_t *at, unsigned n, uint64_t v)
{
	while (n--) {
		at[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t field_get(const struct field *f, const uint8_t *header)
{
	uint64_t v = bytes_get(header + f->at, f->bytes);

	if (f->mask)
		v = (v & f->mask) >> f->shift;
	return v * (f->scale ? f->scale : 1);
}

static void field_put(const struct field *f, uint8_t *header, uint64_t v)
{
	uint64_t old = bytes_get(header + f->at, f->bytes);

	v /= f->scale ? f->scale : 1;
	if (f->mask)
		v = (old & ~(uint64_t)f->mask) | (v << f->shift & f->mask);
	bytes_put(header + f->at, f->bytes, v);
}

static uint16_t inet_sum(uint64_t sum, const uint8_t *at, size_t len)
{
	for (; len > 1; len -= 2, at += 2)
		sum += bytes_get(at, 2);
	if (len)
		sum += (uint64_t)at[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Of TCP, UDP or ICMP inside the IPv4 packet; 0: right, when its own is in it. */
static uint16_t l4_sum(const uint8_t *ip, const uint8_t *l4, size_t len)
{
	uint64_t pseudo = 0;

	for (int i = 12; i < 20; i += 2)
		pseudo += bytes_get(ip + i, 2);
	pseudo += ip[9] + len;
	return inet_sum(ip[9] == IPPROTO_ICMP ? 0 : pseudo, l4, len);
}

/* ---- names ------------------------------------------------------------------ */
struct name *names_find(struct names *t, const char *text, size_t len)
{
	for (int i = 0; i < t->n; i++)
		if (strlen(t->list[i].text) == len &&
		    !memcmp(t->list[i].text, text, len))
			return &t->list[i];
	return NULL;
}

static struct name *name_of(struct names *t, const char *text, size_t len)
{
	struct name *n = names_find(t, text, len);

	if (n || t->n == NAMES_MAX || !len || len >= sizeof(n->text))
		return n;
	n = &t->list[t->n++];
	*n = (struct name){ 0 };
	memcpy(n->text, text, len);
	return n;
}

static bool is_mac(const char *w, uint8_t mac[6])
{
	uint8_t m[6];
	char behind = 0;

	if (sscanf(w, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &m[0], &m[1],
		   &m[2], &m[3], &m[4], &m[5], &behind) != 6)
		return false;
	memcpy(mac, m, 6);
	return true;
}

static bool mac_read(struct names *t, const char *w, uint8_t mac[6])
{
	const struct name *n = names_find(t, w, strlen(w));
	const uint8_t *known = n && n->has_mac	   ? n->mac
			       : !strcmp(w, "all") ? mac_all
			       : !strcmp(w, "stp") ? mac_stp
			       : !strcmp(w, "cdp") ? mac_cdp
						   : NULL;

	if (known)
		memcpy(mac, known, 6);
	return known || is_mac(w, mac);
}

static bool addr_read(struct names *t, const char *w, struct in_addr *a)
{
	const struct name *n = names_find(t, w, strlen(w));

	if (n && n->has_addr)
		*a = n->addr;
	return (n && n->has_addr) || inet_pton(AF_INET, w, a) == 1;
}

int names_add(struct names *t, const char *text, struct err *err)
{
	char copy[128], *rest = copy, *w = NULL;
	struct name *n = NULL;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	w = strtok_r(copy, " \t", &rest);
	n = w ? name_of(t, w, strlen(w)) : NULL;
	if (!n)
		return err_set(err, ERR_SYNTAX, -1, "a name is missing");
	while ((w = strtok_r(NULL, " \t", &rest))) {
		if (mac_read(t, w, n->mac))
			n->has_mac = true;
		else if (addr_read(t, w, &n->addr))
			n->has_addr = true;
		else
			return err_set(err, ERR_SYNTAX, -1,
				       "%s: neither a MAC nor an IP address",
				       w);
	}
	return 0;
}

/* ---- text into layers -------------------------------------------------------- */
struct value {
	const struct field *field;
	char text[40]; /* as written */
};
struct layer_text {
	enum kind kind;
	struct value value[FT_FIELDS];
	int n;
	bool has_opts;
	uint8_t opts[64];
	size_t nopts;
	unsigned vlan;	/* eth; 0: untagged */
	unsigned quote; /* icmp: bytes that are quoted; 0: all */
	uint8_t *data;	/* data; owned */
	size_t len;
};
struct frame_text {
	struct layer_text layer[FT_LAYERS];
	int n;
};

static void text_free(struct frame_text *f)
{
	for (int i = 0; i < f->n; i++)
		free(f->layer[i].data);
}

static const struct field *field_find(enum kind kind, const char *name,
				      size_t len)
{
	for (const struct field *f = fields[kind]; f->name; f++)
		if (strlen(f->name) == len && !memcmp(f->name, name, len))
			return f;
	return NULL;
}

static int set(struct layer_text *l, const char *name, size_t nlen,
	       const char *text, struct err *err)
{
	const struct field *f = field_find(l->kind, name, nlen);

	if (!f || l->n == FT_FIELDS)
		return err_set(err, ERR_SYNTAX, -1, "%s has no field %.*s",
			       kind_name[l->kind], (int)nlen, name);
	l->value[l->n].field = f;
	(void)snprintf(l->value[l->n].text, sizeof(l->value[0].text), "%s",
		       text);
	l->n++;
	return 0;
}

static int set_number(struct layer_text *l, const char *name, unsigned v,
		      struct err *err)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", v);
	return set(l, name, strlen(name), text, err);
}

static int hex_read(const char *w, uint8_t *to, size_t cap, size_t *len)
{
	size_t n = strlen(w);

	if (n % 2 || n / 2 > cap || strspn(w, "0123456789abcdefABCDEF") != n)
		return -1;
	for (size_t i = 0; i < n; i += 2)
		(void)sscanf(w + i, "%2hhx", &to[i / 2]);
	*len = n / 2;
	return 0;
}

static int tcp_option(struct layer_text *l, char *w, struct err *err)
{
	char *a = strchr(w, ':'), *b = NULL;
	uint8_t *at = l->opts + l->nopts;

	if (a)
		*a++ = '\0';
	b = a ? strchr(a, ':') : NULL;
	for (size_t i = 0; i < COUNT(tcp_options); i++) {
		unsigned len = tcp_options[i].len;

		if (strcmp(tcp_options[i].name, w) != 0)
			continue;
		if (l->nopts + len > 40)
			break;
		at[0] = tcp_options[i].kind;
		if (len > 1)
			at[1] = (uint8_t)len;
		if (len > 2)
			bytes_put(at + 2, len == 10 ? 4 : len - 2,
				  a ? strtoul(a, NULL, 0) : 0);
		if (len == 10)
			bytes_put(at + 6, 4, b ? strtoul(b + 1, NULL, 0) : 0);
		l->nopts += len;
		return 0;
	}
	return err_set(err, ERR_SYNTAX, -1, "%s: no such option", w);
}

static int options_read(struct layer_text *l, char *w, struct err *err)
{
	char *rest = w, *one = NULL;

	l->has_opts = true;
	if (!strcmp(w, "none"))
		return 0;
	if (!strncmp(w, "0x", 2))
		return hex_read(w + 2, l->opts, 40, &l->nopts)
			       ? err_set(err, ERR_SYNTAX, -1, "%s: no hex", w)
			       : 0;
	if (l->kind != TCP)
		return err_set(err, ERR_SYNTAX, -1, "%s: 0x... or none", w);
	while ((one = strtok_r(rest, ",", &rest)))
		if (tcp_option(l, one, err))
			return -1;
	while (l->nopts % 4)
		l->opts[l->nopts++] = 0;
	return 0;
}

/* SA, FA, ...; a lone dot: none at all */
static bool flags_read(const char *w, unsigned *flags)
{
	*flags = 0;
	if (!strcmp(w, "."))
		return true;
	for (; *w; w++) {
		const char *f = strchr(tcp_flag, *w);

		if (!f)
			return false;
		*flags |= 1u << (f - tcp_flag);
	}
	return true;
}

static int word_bare(struct layer_text *l, const char *w, struct err *err)
{
	unsigned flags = 0;

	if (l->kind == TCP && flags_read(w, &flags))
		return set_number(l, "flags", flags, err);
	if (l->kind == ARP && !strcmp(w, "request"))
		return set_number(l, "op", 1, err);
	if (l->kind == ARP && !strcmp(w, "reply"))
		return set_number(l, "op", 2, err);
	for (size_t i = 0; l->kind == ICMP && i < COUNT(icmp_kinds); i++)
		if (!strcmp(icmp_kinds[i].name, w))
			return set_number(l, "type", icmp_kinds[i].type, err) |
			       set_number(l, "code", icmp_kinds[i].code, err);
	return err_set(err, ERR_SYNTAX, -1, "%s: not understood behind %s", w,
		       kind_name[l->kind]);
}

static int word_take(struct layer_text *l, char *w, struct err *err)
{
	char *eq = strchr(w, '=');

	if (!eq)
		return word_bare(l, w, err);
	if (!strncmp(w, "opts=", 5))
		return options_read(l, eq + 1, err);
	if (l->kind == ETH && !strncmp(w, "vlan=", 5)) {
		l->vlan = (unsigned)strtoul(eq + 1, NULL, 0);
		return 0;
	}
	if (l->kind == ICMP && !strncmp(w, "quote=", 6)) {
		l->quote = (unsigned)strtoul(eq + 1, NULL, 0);
		return 0;
	}
	return set(l, w, (size_t)(eq - w), eq + 1, err);
}

/* "A > B" anywhere behind the kind, then words. */
static int layer_words(struct layer_text *l, char *text, struct err *err)
{
	char *word[FT_FIELDS], *rest = text, *w = NULL;
	int n = 0;

	while ((w = strtok_r(rest, " \t", &rest)) && n < FT_FIELDS)
		word[n++] = w;
	for (int i = 0; i < n; i++) {
		int rc;

		if (i + 2 < n && !strcmp(word[i + 1], ">")) {
			rc = set(l, "src", 3, word[i], err) |
			     set(l, "dst", 3, word[i + 2], err);
			i += 2;
		} else {
			rc = word_take(l, word[i], err);
		}
		if (rc)
			return -1;
	}
	return 0;
}

/* Of a string, behind its backslash; *used gets the characters behind it. */
static uint8_t escape(const char *s, size_t *used)
{
	unsigned v = 0;

	*used = 1;
	switch (*s) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case '0':
		return '\0';
	case 'x':
		(void)sscanf(s + 1, "%2x", &v);
		*used = 3;
		return (uint8_t)v;
	default:
		return (uint8_t)*s;
	}
}

static int data_read(struct layer_text *l, const char *text, struct err *err)
{
	unsigned n = 0;
	char behind[8] = "";

	l->kind = DATA;
	l->data = calloc(1, FRAME_MAX);
	if (*text == '"') {
		for (text++; *text && *text != '"'; text++) {
			size_t used = 0;

			l->data[l->len++] = *text == '\\'
						    ? escape(text + 1, &used)
						    : (uint8_t)*text;
			text += used;
		}
		return *text ? 0
			     : err_set(err, ERR_SYNTAX, -1, "\" is missing");
	}
	if (!strncmp(text, "hex ", 4))
		return hex_read(text + 4, l->data, FRAME_MAX, &l->len)
			       ? err_set(err, ERR_SYNTAX, -1, "%.40s: no hex",
					 text)
			       : 0;
	if (sscanf(text, "%u %7s", &n, behind) != 2 ||
	    strncmp(behind, "byte", 4) != 0 || n > FRAME_MAX)
		return err_set(err, ERR_SYNTAX, -1, "%.40s: not understood",
			       text);
	for (l->len = 0; l->len < n; l->len++)
		l->data[l->len] = (uint8_t)l->len;
	return 0;
}

static int layer_read(struct layer_text *l, char *text, struct err *err)
{
	size_t len = 0;

	while (isspace((unsigned char)*text))
		text++;
	for (len = strlen(text); len && isspace((unsigned char)text[len - 1]);
	     len--)
		text[len - 1] = '\0';
	len = strcspn(text, " \t");
	for (int k = 0; k < DATA; k++)
		if (strlen(kind_name[k]) == len &&
		    !memcmp(text, kind_name[k], len)) {
			l->kind = (enum kind)k;
			return layer_words(l, text + len, err);
		}
	return data_read(l, text, err);
}

static char *next_bar(char *s)
{
	bool quoted = false;

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '"')
			quoted = !quoted;
		else if (*s == '|' && !quoted)
			return s;
	}
	return NULL;
}

static int text_read(struct frame_text *f, const char *text, struct err *err)
{
	char *copy = strdup(text), *at = copy;
	int rc = 0;

	*f = (struct frame_text){ 0 };
	while (at && !rc) {
		char *bar = next_bar(at);

		if (bar)
			*bar++ = '\0';
		rc = f->n == FT_LAYERS
			     ? err_set(err, ERR_RANGE, -1, "too many headers")
			     : layer_read(&f->layer[f->n++], at, err);
		at = bar;
	}
	free(copy);
	return rc;
}

/* ---- values -------------------------------------------------------------------- */
static int number_read(struct names *t, const char *w, uint64_t *v,
		       struct err *err)
{
	size_t len = strcspn(w, "+");
	const struct name *n = NULL;
	char *end = NULL;

	if (*w != '$') {
		*v = strtoull(w, &end, 0);
		return end != w && !*end ? 0
					 : err_set(err, ERR_SYNTAX, -1,
						   "%s: no number", w);
	}
	n = names_find(t, w + 1, len - 1);
	if (!n || !n->has_value)
		return err_set(err, ERR_NOT_FOUND, -1, "%s was never seen", w);
	*v = n->value + (w[len] ? strtoull(w + len + 1, NULL, 0) : 0);
	return 0;
}

static int value_read(struct names *t, const struct value *val, uint64_t *v,
		      struct err *err)
{
	struct in_addr a = { 0 };
	char *slash = NULL;
	uint8_t mac[6];

	if (*val->text == '$')
		return number_read(t, val->text, v, err);
	switch (val->field->type) {
	case MAC:
		if (!mac_read(t, val->text, mac))
			break;
		*v = bytes_get(mac, 6);
		return 0;
	case ADDR:
		if (!addr_read(t, val->text, &a))
			break;
		*v = ntohl(a.s_addr);
		return 0;
	case BRIDGE:
		*v = strtoull(val->text, &slash, 0) << 48;
		if (*slash != '/' || !mac_read(t, slash + 1, mac))
			break;
		*v |= bytes_get(mac, 6);
		return 0;
	case NUMBER:
		if (number_read(t, val->text, v, err))
			return -1;
		if (val->field->bytes == 4) /* sequence numbers go round */
			*v &= 0xffffffff;
		return 0;
	}
	return err_set(err, ERR_SYNTAX, -1, "%s: not known", val->text);
}

/* ---- frames into layers --------------------------------------------------------- */
struct layer {
	enum kind kind;
	const uint8_t *at;
	size_t len;  /* of the header */
	size_t left; /* of the packet, header included */
	bool cut;    /* quoted in an ICMP error: the rest may be missing */
};
struct frame_layers {
	struct layer layer[FT_LAYERS];
	int n;
	unsigned vlan;
};

static bool is_there(const struct field *f, const struct layer *l)
{
	return f->at + (size_t)f->bytes <= l->len;
}

static enum kind kind_of_proto(uint8_t proto)
{
	return proto == IPPROTO_TCP    ? TCP
	       : proto == IPPROTO_UDP  ? UDP
	       : proto == IPPROTO_ICMP ? ICMP
				       : DATA;
}

static bool is_error(uint8_t icmp_type)
{
	return icmp_type == 3 || icmp_type == 4 || icmp_type == 5 ||
	       icmp_type == 11 || icmp_type == 12;
}

/* What the bytes behind a header are. */
static enum kind kind_behind(const struct layer *l)
{
	switch (l->kind) {
	case IP:
		return bytes_get(l->at + 6, 2) & 0x1fff
			       ? DATA
			       : kind_of_proto(l->at[9]);
	case ICMP:
		return is_error(l->at[0]) ? IP : DATA;
	case ETH:
	case ARP:
	case TCP:
	case UDP:
	case BPDU:
	case SNAP:
	case DATA:
	case KIND_NUM:
		break;
	}
	return DATA;
}

static size_t header_len(enum kind kind, const uint8_t *at, size_t left)
{
	size_t len = kind_len[kind];

	if (left < (kind == BPDU ? BPDU_TCN_LEN : len))
		return len;
	if (kind == IP)
		len = (at[0] & 15u) * 4;
	if (kind == TCP)
		len = (at[12] >> 4) * 4u;
	if (kind == BPDU && at[6] == BPDU_TCN)
		len = BPDU_TCN_LEN;
	return len;
}

static void layers_add(struct frame_layers *f, enum kind kind,
		       const uint8_t *at, size_t left, bool cut)
{
	while (f->n < FT_LAYERS && left) {
		struct layer *l = &f->layer[f->n++];
		size_t total = 0;

		*l = (struct layer){ kind, at, header_len(kind, at, left), left,
				     cut };
		if (kind != DATA && kind != BPDU &&
		    (left < kind_len[kind] || l->len < kind_len[kind] ||
		     l->len > left))
			l->kind = DATA; /* what there is of it */
		if (kind == BPDU && l->len > left)
			l->kind = DATA;
		if (l->kind == DATA) {
			l->len = left;
			return;
		}
		total = kind == IP ? bytes_get(at + 2, 2) : left;
		if (kind == IP && total >= l->len && total < left)
			l->left = left = total; /* without padding */
		if (kind == ICMP)
			cut = true;
		kind = kind_behind(l);
		at += l->len;
		left -= l->len;
	}
}

static void layers_find(struct frame_layers *f, const uint8_t *frame,
			size_t len)
{
	uint64_t type = 0;
	size_t at = 14;

	*f = (struct frame_layers){ 0 };
	f->layer[f->n++] = (struct layer){ ETH, frame, 14, len, false };
	if (len < 14)
		return;
	type = bytes_get(frame + 12, 2);
	if (type == 0x8100 && len >= 18) {
		f->vlan = (unsigned)(bytes_get(frame + 14, 2) & 4095);
		type = bytes_get(frame + 16, 2);
		at = 18;
	}
	if (type < 1536 && type <= len - at)
		len = at + type;
	layers_add(f,
		   type == 0x0800				      ? IP
		   : type == 0x0806				      ? ARP
		   : type < 1536 && len - at > 3 && frame[at] == 0x42 ? BPDU
		   : type < 1536 && len - at > 3 && frame[at] == 0xaa ? SNAP
								      : DATA,
		   frame + at, len - at, false);
}

/* ---- as text --------------------------------------------------------------------- */
static void mac_print(const struct names *t, const uint8_t *mac, struct out *o)
{
	for (int i = 0; t && i < t->n; i++)
		if (t->list[i].has_mac && !memcmp(t->list[i].mac, mac, 6)) {
			out_puts(o, t->list[i].text);
			return;
		}
	if (!memcmp(mac, mac_all, 6))
		out_puts(o, "all");
	else
		out_printf(o, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
			   mac[2], mac[3], mac[4], mac[5]);
}

static void addr_print(const struct names *t, const uint8_t *at, struct out *o)
{
	for (int i = 0; t && i < t->n; i++)
		if (t->list[i].has_addr && !memcmp(&t->list[i].addr, at, 4)) {
			out_puts(o, t->list[i].text);
			return;
		}
	out_printf(o, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]);
}

static void field_print(const struct names *t, const struct field *f,
			const uint8_t *header, struct out *o)
{
	switch (f->type) {
	case MAC:
		mac_print(t, header + f->at, o);
		break;
	case ADDR:
		addr_print(t, header + f->at, o);
		break;
	case BRIDGE:
		out_printf(o, "%u/", (unsigned)bytes_get(header + f->at, 2));
		mac_print(t, header + f->at + 2, o);
		break;
	case NUMBER:
		out_printf(o, "%llu", (unsigned long long)field_get(f, header));
		break;
	}
}

static void tcp_options_print(const uint8_t *at, size_t len, struct out *o)
{
	out_puts(o, " opts=0x");
	for (size_t i = 0; i < len; i++)
		out_printf(o, "%02x", at[i]);
}

static void data_print(const uint8_t *at, size_t len, struct out *o)
{
	out_puts(o, "\"");
	for (size_t i = 0; i < len && i < 96; i++)
		if (at[i] == '\r')
			out_puts(o, "\\r");
		else if (at[i] == '\n')
			out_puts(o, "\\n");
		else if (isprint(at[i]) && at[i] != '"' && at[i] != '\\')
			out_printf(o, "%c", at[i]);
		else
			out_printf(o, "\\x%02x", at[i]);
	out_puts(o, len > 96 ? "\"..." : "\"");
	if (len > 96)
		out_printf(o, " (%zu bytes)", len);
}

/* Words that stand for fields; the names of those are left out. */
static void words_print(const struct layer *l, struct out *o)
{
	if (l->kind == ARP)
		out_puts(o, bytes_get(l->at + 6, 2) == 1   ? " request"
			    : bytes_get(l->at + 6, 2) == 2 ? " reply"
							   : " op=?");
	for (size_t i = 0; l->kind == ICMP && i < COUNT(icmp_kinds); i++)
		if (icmp_kinds[i].type == l->at[0] &&
		    icmp_kinds[i].code == l->at[1]) {
			out_printf(o, " %s", icmp_kinds[i].name);
			return;
		}
	if (l->kind == ICMP)
		out_printf(o, " type=%u code=%u", l->at[0], l->at[1]);
}

static void flags_print(const struct layer *l, struct out *o)
{
	out_puts(o, " ");
	for (int i = 0; i < 8; i++)
		if (l->at[13] >> i & 1)
			out_printf(o, "%c", tcp_flag[i]);
	if (!l->at[13])
		out_puts(o, ".");
}

static bool is_silent(enum kind kind, const struct field *f)
{
	static const char *const never[] = { "ver",   "hl",   "len",
					     "proto", "sum",  "op",
					     "flags", "type", "code" };

	if (kind == BPDU || kind == SNAP)
		return false;
	for (size_t i = 0; i < COUNT(never); i++)
		if (!strcmp(never[i], f->name))
			return true;
	return false;
}

static void layer_print(const struct names *t, const struct layer *l,
			struct out *o)
{
	const struct field *f = fields[l->kind];
	bool ends = f->name && !strcmp(f->name, "src");

	if (l->kind == DATA) {
		data_print(l->at, l->len, o);
		return;
	}
	out_puts(o, kind_name[l->kind]);
	words_print(l, o);
	if (ends) {
		out_puts(o, " ");
		field_print(t, &f[0], l->at, o);
		out_puts(o, " > ");
		field_print(t, &f[1], l->at, o);
	}
	if (l->kind == TCP)
		flags_print(l, o);
	for (f += ends ? 2 : 0; f->name; f++) {
		if (!is_there(f, l) || is_silent(l->kind, f) ||
		    (!f->shown && !field_get(f, l->at)) ||
		    (l->kind == ICMP && f->type == ADDR && l->at[0] != 5))
			continue;
		out_printf(o, " %s=", f->name);
		field_print(t, f, l->at, o);
	}
	if (l->len > kind_len[l->kind])
		tcp_options_print(l->at + kind_len[l->kind],
				  l->len - kind_len[l->kind], o);
}

void frame_tell(const struct names *t, const uint8_t *frame, size_t len,
		struct out *o)
{
	struct frame_layers f;

	if (len < 14) {
		data_print(frame, len, o);
		return;
	}
	layers_find(&f, frame, len);
	for (int i = 0; i < f.n; i++) {
		if (i)
			out_puts(o, " | ");
		layer_print(t, &f.layer[i], o);
		if (!i && f.vlan)
			out_printf(o, " vlan=%u", f.vlan);
	}
}

/* ---- comparing --------------------------------------------------------------------- */
static int field_compare(struct names *t, const struct layer *l,
			 const struct value *want, struct err *err)
{
	struct out o = { 0 };
	struct name *n = NULL;
	uint64_t got, v = 0;

	if (!is_there(want->field, l))
		return err_set(err, ERR_REFUSED, -1, "%s has no %s",
			       kind_name[l->kind], want->field->name);
	got = field_get(want->field, l->at);
	if (!strcmp(want->text, "*"))
		return 0;
	if (*want->text == '?') {
		n = name_of(t, want->text + 1, strlen(want->text + 1));
		if (!n)
			return err_set(err, ERR_RANGE, -1, "%s: no room",
				       want->text);
		n->value = got;
		n->has_value = true;
		return 0;
	}
	if (value_read(t, want, &v, err))
		return -1;
	if (v == got)
		return 0;
	field_print(t, want->field, l->at, &o);
	(void)err_set(err, ERR_REFUSED, -1, "%s of %s is %s, not %s",
		      want->field->name, kind_name[l->kind], out_text(&o),
		      want->text);
	out_fini(&o);
	return -1;
}

static int data_compare(const struct layer *l, const struct layer_text *want,
			struct err *err)
{
	size_t len = l->len < want->len ? l->len : want->len, i = 0;

	while (i < len && l->at[i] == want->data[i])
		i++;
	if (i < len)
		return err_set(err, ERR_REFUSED, -1,
			       "payload differs from byte %zu on", i);
	if (l->len != want->len)
		return err_set(err, ERR_REFUSED, -1,
			       "payload has %zu bytes, not %zu", l->len,
			       want->len);
	return 0;
}

static int options_compare(const struct layer *l, const struct layer_text *want,
			   struct err *err)
{
	size_t len = l->len - kind_len[l->kind];

	if (want->has_opts &&
	    (len != want->nopts ||
	     memcmp(l->at + kind_len[l->kind], want->opts, len) != 0))
		return err_set(err, ERR_REFUSED, -1, "options of %s differ",
			       kind_name[l->kind]);
	return 0;
}

/* An ARP packet that names its sender also means the sender's MAC address. */
static int arp_compare(struct names *t, const struct layer *l,
		       const struct layer_text *want, struct err *err)
{
	const struct field *sha = field_find(ARP, "sha", 3);
	const struct name *n = NULL;
	struct value v = { .field = sha };

	for (int i = 0; i < want->n; i++) {
		if (want->value[i].field == sha)
			return 0;
		if (!strcmp(want->value[i].field->name, "src"))
			n = names_find(t, want->value[i].text,
				       strlen(want->value[i].text));
	}
	if (!n || !n->has_mac)
		return 0;
	(void)snprintf(v.text, sizeof(v.text), "%s", n->text);
	return field_compare(t, l, &v, err);
}

static int layer_compare(struct names *t, const struct frame_layers *f, int i,
			 const struct layer_text *want, struct err *err)
{
	const struct layer *l = &f->layer[i];

	if (i >= f->n)
		return err_set(err, ERR_REFUSED, -1,
			       want->kind == DATA ? "there is no payload"
						  : "there is no %s",
			       kind_name[want->kind]);
	if (l->kind != want->kind)
		return err_set(err, ERR_REFUSED, -1, "it is %s, not %s",
			       kind_name[l->kind], kind_name[want->kind]);
	if (l->kind == DATA)
		return data_compare(l, want, err);
	if (l->kind == ETH && f->vlan != want->vlan)
		return err_set(err, ERR_REFUSED, -1, "VLAN tag is %u, not %u",
			       f->vlan, want->vlan);
	for (int j = 0; j < want->n; j++)
		if (field_compare(t, l, &want->value[j], err))
			return -1;
	if (l->kind == ARP && arp_compare(t, l, want, err))
		return -1;
	return options_compare(l, want, err);
}

int frame_compare(struct names *t, const char *text, const uint8_t *frame,
		  size_t len, struct err *err)
{
	struct frame_text want;
	struct frame_layers f;
	int rc = text_read(&want, text, err);

	layers_find(&f, frame, len);
	for (int i = 0; i < want.n && !rc; i++)
		rc = layer_compare(t, &f, i, &want.layer[i], err);
	text_free(&want);
	return rc;
}

/* ---- checking ------------------------------------------------------------------------ */
static int l4_sound(const struct layer *ip, const struct layer *l,
		    struct err *err)
{
	size_t len = l->left;

	if (l->kind == UDP) {
		if (bytes_get(l->at + 4, 2) != len)
			return err_set(err, ERR_REFUSED, -1,
				       "length of udp is %u of %zu",
				       (unsigned)bytes_get(l->at + 4, 2), len);
		if (!bytes_get(l->at + 6, 2))
			return 0; /* none was made (RFC 768) */
	}
	if (l4_sum(ip->at, l->at, len))
		return err_set(err, ERR_REFUSED, -1, "checksum of %s is wrong",
			       kind_name[l->kind]);
	return 0;
}

static int ip_sound(const struct layer *l, struct err *err)
{
	if (inet_sum(0, l->at, l->len))
		return err_set(err, ERR_REFUSED, -1,
			       l->cut ? "checksum of the quoted ip is wrong"
				      : "checksum of ip is wrong");
	if (!l->cut && bytes_get(l->at + 2, 2) > l->left)
		return err_set(err, ERR_REFUSED, -1,
			       "length of ip is %u, there are %zu bytes",
			       (unsigned)bytes_get(l->at + 2, 2), l->left);
	return 0;
}

static bool is_fragment(const struct layer *ip)
{
	return (bytes_get(ip->at + 6, 2) & 0x3fff) != 0;
}

int frame_sound(const uint8_t *frame, size_t len, struct err *err)
{
	struct frame_layers f;
	const struct layer *ip = NULL;

	layers_find(&f, frame, len);
	for (int i = 0; i < f.n; i++) {
		const struct layer *l = &f.layer[i];

		if (l->kind == IP) {
			ip = l;
			if (ip_sound(l, err))
				return -1;
		}
		if ((l->kind == TCP || l->kind == UDP || l->kind == ICMP) &&
		    ip && !l->cut && !is_fragment(ip) && l4_sound(ip, l, err))
			return -1;
	}
	return 0;
}

/* ---- making --------------------------------------------------------------------------- */
struct maker {
	struct names *names;
	const struct frame_text *text;
	struct err *err;
	bool failed;
};

static const struct value *value_of(const struct layer_text *l,
				    const char *name)
{
	for (int i = 0; i < l->n; i++)
		if (!strcmp(l->value[i].field->name, name))
			return &l->value[i];
	return NULL;
}

static void write_field(const struct layer_text *l, uint8_t *h,
			const char *name, uint64_t v)
{
	if (!value_of(l, name))
		field_put(field_find(l->kind, name, strlen(name)), h, v);
}

static void write_fields(struct maker *m, const struct layer_text *l,
			 uint8_t *h)
{
	for (const struct field *f = fields[l->kind]; f->name; f++)
		if (f->normal)
			field_put(f, h, f->normal);
	for (int i = 0; i < l->n; i++) {
		uint64_t v = 0;

		if (value_read(m->names, &l->value[i], &v, m->err))
			m->failed = true;
		else
			field_put(l->value[i].field, h, v);
	}
}

static uint8_t proto_of(const struct layer_text *l)
{
	return l->kind == TCP	 ? IPPROTO_TCP
	       : l->kind == UDP	 ? IPPROTO_UDP
	       : l->kind == ICMP ? IPPROTO_ICMP
				 : 253; /* RFC 3692: for experiments */
}

static void make_ip(const struct layer_text *l, uint8_t *h, size_t hlen,
		    size_t len, const struct layer_text *next)
{
	write_field(l, h, "hl", hlen / 4);
	write_field(l, h, "len", len);
	if (next)
		write_field(l, h, "proto", proto_of(next));
	if (!value_of(l, "sum"))
		bytes_put(h + 10, 2, inet_sum(0, h, hlen));
}

static void make_l4(const struct layer_text *l, uint8_t *h, size_t hlen,
		    size_t len, const uint8_t *ip)
{
	uint16_t sum = 0;

	if (l->kind == TCP)
		write_field(l, h, "hl", hlen / 4);
	if (l->kind == UDP)
		write_field(l, h, "len", len);
	if (value_of(l, "sum") || !ip)
		return;
	sum = l4_sum(ip, h, len);
	if (l->kind == UDP && !sum)
		sum = 0xffff;
	bytes_put(h + (l->kind == TCP ? 16 : l->kind == UDP ? 6 : 2), 2, sum);
}

static void make_arp(struct maker *m, const struct layer_text *l, uint8_t *h,
		     const uint8_t *eth)
{
	const struct value *src = value_of(l, "src");
	uint8_t mac[6];

	bytes_put(h, 2, 1);
	bytes_put(h + 2, 2, 0x0800);
	h[4] = 6;
	h[5] = 4;
	if (!src || !mac_read(m->names, src->text, mac))
		memcpy(mac, eth + 6, 6);
	write_field(l, h, "sha", bytes_get(mac, 6));
	if (bytes_get(h + 6, 2) == 2)
		write_field(l, h, "tha", bytes_get(eth, 6));
}

/* The layer and all behind it; its length, header included. */
static size_t make_from(struct maker *m, int i, uint8_t *h, uint8_t *eth,
			const uint8_t *ip)
{
	const struct layer_text *l = &m->text->layer[i];
	const struct layer_text *next = i + 1 < m->text->n ? l + 1 : NULL;
	size_t hlen = kind_len[l->kind] + l->nopts, len = hlen;

	if (i == m->text->n)
		return 0;
	if (l->kind == DATA) {
		memcpy(h, l->data, l->len);
		return l->len;
	}
	write_fields(m, l, h);
	memcpy(h + kind_len[l->kind], l->opts, l->nopts);
	if (l->kind == IP && next) /* the sum of what follows needs it */
		write_field(l, h, "proto", proto_of(next));
	len += make_from(m, i + 1, h + hlen, eth, l->kind == IP ? h : ip);
	if (l->quote && len > hlen + l->quote)
		len = hlen + l->quote;
	if (l->kind == IP)
		make_ip(l, h, hlen, len, next);
	else if (l->kind == ARP)
		make_arp(m, l, h, eth);
	else if (l->kind == BPDU)
		memcpy(h, "\x42\x42\x03", 3);
	else if (l->kind == SNAP)
		memcpy(h, "\xaa\xaa\x03\x00", 4);
	else
		make_l4(l, h, hlen, len, ip);
	return len;
}

static void make_type(const struct frame_text *text, uint8_t *at, size_t len)
{
	enum kind kind = text->n > 1 ? text->layer[1].kind : DATA;

	bytes_put(at, 2,
		  kind == IP	? 0x0800
		  : kind == ARP ? 0x0806
		  : kind == BPDU || kind == SNAP
			  ? len
			  : 0x88b5); /* IEEE 802: for experiments */
}

static size_t make_frame(struct maker *m, uint8_t *frame)
{
	const struct layer_text *l = &m->text->layer[0];
	size_t at = l->vlan ? 18 : 14, len = 0;

	write_fields(m, l, frame);
	if (l->vlan) {
		bytes_put(frame + 12, 2, 0x8100);
		bytes_put(frame + 14, 2, l->vlan);
	}
	len = make_from(m, 1, frame + at, frame, NULL);
	make_type(m->text, frame + at - 2, len);
	return at + len;
}

int frame_make(struct names *t, const char *text, uint8_t *frame, size_t *len,
	       struct err *err)
{
	struct frame_text f;
	struct maker m = { .names = t, .text = &f, .err = err };
	int rc = text_read(&f, text, err);

	if (!rc && f.layer[0].kind != ETH)
		rc = err_set(err, ERR_SYNTAX, -1, "a frame begins with eth");
	if (!rc) {
		memset(frame, 0, FRAME_MAX);
		*len = make_frame(&m, frame);
		if (*len < 60)
			*len = 60;
		rc = m.failed ? -1 : 0;
	}
	text_free(&f);
	return rc;
}

void frame_open_sum(uint8_t *frame, unsigned *start, unsigned *at)
{
	const uint8_t *ip = frame + 14;
	size_t head = (ip[0] & 15u) * 4, len = bytes_get(ip + 2, 2) - head;
	uint64_t sum = ip[9] + len;

	*start = (unsigned)(14 + head);
	*at = ip[9] == IPPROTO_TCP ? 16 : 6;
	bytes_put(frame + *start + *at, 2,
		  (uint16_t)~inet_sum(sum, ip + 12, 8));
}

/* ---- fragments ----------------------------------------------------------------------- */
size_t frame_fragment(const uint8_t *frame, size_t len, unsigned size,
		      unsigned nth, uint8_t *to)
{
	size_t at = bytes_get(frame + 12, 2) == 0x8100 ? 18 : 14;
	const uint8_t *ip = frame + at;
	size_t head = at + (ip[0] & 15u) * 4;
	size_t all = at + bytes_get(ip + 2, 2);
	size_t from = head + (size_t)(size & ~7u) * nth;
	size_t n = size & ~7u;
	uint64_t word = bytes_get(ip + 6, 2);

	if (all > len || from >= all)
		return 0;
	if (n > all - from)
		n = all - from;
	memcpy(to, frame, head);
	memcpy(to + head, frame + from, n);
	if (from + n < all)
		word |= 0x2000;
	bytes_put(to + at + 2, 2, head - at + n);
	bytes_put(to + at + 6, 2, word + (from - head) / 8);
	bytes_put(to + at + 10, 2, 0);
	bytes_put(to + at + 10, 2, inet_sum(0, to + at, head - at));
	return head + n;
}

int frame_gather(uint8_t *whole, size_t *have, int *missing,
		 const uint8_t *frame, size_t len, struct err *err)
{
	struct frame_layers f;
	const struct layer *ip = &f.layer[1];
	size_t body, place;

	layers_find(&f, frame, len);
	if (f.n < 2 || ip->kind != IP)
		return err_set(err, ERR_REFUSED, -1, "it is no fragment");
	body = ip->left - ip->len;
	place = (bytes_get(ip->at + 6, 2) & 0x1fff) * 8;
	if ((size_t)(ip->at - frame) + ip->len + place + body > FRAME_MAX)
		return err_set(err, ERR_REFUSED, -1, "it lies behind the end");
	if (!*have) {
		memcpy(whole, frame, (size_t)(ip->at - frame) + ip->len);
		*missing = -1;
	}
	memcpy(whole + (ip->at - frame) + ip->len + place, ip->at + ip->len,
	       body);
	*have += body;
	if (!(bytes_get(ip->at + 6, 2) & 0x2000))
		*missing = (int)(place + body);
	if (*missing >= 0 && *have == (size_t)*missing) {
		uint8_t *h = whole + (ip->at - frame);

		bytes_put(h + 2, 2, ip->len + *have);
		bytes_put(h + 6, 2, 0);
		bytes_put(h + 10, 2, 0);
		bytes_put(h + 10, 2, inet_sum(0, h, ip->len));
		*missing = 0;
		*have += (size_t)(h - whole) + ip->len;
	} else if (*missing == 0) {
		*missing = -1;
	}
	return 0;
}
