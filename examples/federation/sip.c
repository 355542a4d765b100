#include "sip.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const COPIED[] = { "Via", "From", "To", "Call-ID", "CSeq" };
#define NCOPIED (sizeof(COPIED) / sizeof(*COPIED))

/* ---- reading -------------------------------------------------------------- */

static size_t head_len(const char *buf, size_t len)
{
	const char *end = memmem(buf, len, "\r\n\r\n", 4);

	return end ? (size_t)(end - buf) + 4 : 0;
}

const char *sip_header(const char *msg, size_t len, const char *name, size_t *n)
{
	size_t head = head_len(msg, len), nlen = strlen(name);
	const char *p = msg, *end = msg + (head ? head : len);

	while ((p = memmem(p, (size_t)(end - p), "\r\n", 2))) {
		const char *eol, *v;

		p += 2;
		if ((size_t)(end - p) <= nlen)
			return NULL;
		if (strncasecmp(p, name, nlen) || p[nlen] != ':')
			continue;
		v = p + nlen + 1;
		eol = memmem(v, (size_t)(end - v), "\r\n", 2);
		if (!eol)
			return NULL;
		while (v < eol && (*v == ' ' || *v == '\t'))
			v++;
		while (eol > v && (eol[-1] == ' ' || eol[-1] == '\t'))
			eol--;
		*n = (size_t)(eol - v);
		return v;
	}
	return NULL;
}

int sip_header_copy(const char *msg, size_t len, const char *name, char *out,
		    size_t cap)
{
	size_t n;
	const char *v = sip_header(msg, len, name, &n);

	if (!v || n >= cap)
		return -1;
	memcpy(out, v, n);
	out[n] = '\0';
	return 0;
}

/* -1: none, or not a number that fits */
static long content_length(const char *msg, size_t len)
{
	size_t n, i;
	long value = 0;
	const char *v = sip_header(msg, len, "Content-Length", &n);

	if (!v || n == 0 || n > 6)
		return -1;
	for (i = 0; i < n; i++) {
		if (!isdigit((unsigned char)v[i]))
			return -1;
		value = value * 10 + (v[i] - '0');
	}
	return value;
}

ssize_t sip_frame(const char *buf, size_t len)
{
	size_t head = head_len(buf, len);
	long body;

	if (!head)
		return len >= SIP_MAX ? -1 : 0;
	body = content_length(buf, head);
	if (body < 0 || head + (size_t)body > SIP_MAX)
		return -1;
	return len < head + (size_t)body ? 0 : (ssize_t)(head + (size_t)body);
}

int sip_status(const char *msg, size_t len)
{
	if (len < 12 || memcmp(msg, "SIP/2.0 ", 8))
		return 0;
	return (msg[8] - '0') * 100 + (msg[9] - '0') * 10 + (msg[10] - '0');
}

/* ---- writing -------------------------------------------------------------- */

struct text { /* bytes with a bound; over says that the bound was hit */
	char *p;
	size_t len, cap;
	bool over;
};

static void put(struct text *t, const char *s, size_t n)
{
	if (n > t->cap - t->len) {
		t->over = true;
		return;
	}
	memcpy(t->p + t->len, s, n);
	t->len += n;
}

static void puts_(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

size_t sip_answer(char *out, const char *msg, size_t len, const char *node)
{
	struct text t = { .p = out, .cap = SIP_MAX };
	size_t head = head_len(msg, len), i, n;
	char number[24];

	if (!head)
		return 0;
	puts_(&t, "SIP/2.0 200 OK\r\n");
	for (i = 0; i < NCOPIED; i++) {
		const char *v = sip_header(msg, len, COPIED[i], &n);

		if (!v)
			return 0;
		puts_(&t, COPIED[i]);
		puts_(&t, ": ");
		put(&t, v, n);
		if (!strcmp(COPIED[i], "To")) {
			puts_(&t, ";tag=");
			puts_(&t, node);
		}
		puts_(&t, "\r\n");
	}
	puts_(&t, "Server: ");
	puts_(&t, node);
	snprintf(number, sizeof(number), "%zu", len - head);
	puts_(&t, "\r\nContent-Length: ");
	puts_(&t, number);
	puts_(&t, "\r\n\r\n");
	put(&t, msg + head, len - head);
	return t.over ? 0 : t.len;
}

static uint64_t draw(uint64_t *state) /* xorshift64* */
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static size_t draw_body(char *out, uint64_t *state, size_t max)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789 .,-\r\n";
	size_t n = max ? draw(state) % (max + 1) : 0, i;

	for (i = 0; i < n; i++)
		out[i] = letters[draw(state) % (sizeof(letters) - 1)];
	return n;
}

size_t sip_request(char *out, unsigned i, unsigned run, size_t body_max)
{
	static const char *const methods[] = { "MESSAGE", "OPTIONS",
					       "SUBSCRIBE", "MESSAGE" };
	static char body[32768 + 1];
	const char *method = methods[i % 4];
	uint64_t state = ((uint64_t)run << 32 | i) * 2654435761u + 1;
	size_t n = draw_body(body, &state,
			     strcmp(method, "OPTIONS") ? body_max : 0);
	int head = snprintf(out, SIP_MAX - sizeof(body),
			    "%s sip:user%u@im.example.com SIP/2.0\r\n"
			    "Via: SIP/2.0/TLS gw.foreign.example:5061"
			    ";branch=z9hG4bK%08x%08x\r\n"
			    "Max-Forwards: 70\r\n"
			    "From: <sip:peer%u@foreign.example>;tag=%016llx\r\n"
			    "To: <sip:user%u@im.example.com>\r\n"
			    "Call-ID: %u-%u@gw.foreign.example\r\n"
			    "CSeq: %u %s\r\n"
			    "%sContent-Length: %zu\r\n\r\n",
			    method, i % 97, run, i, i % 89,
			    (unsigned long long)draw(&state), i % 97, i, run,
			    i + 1, method,
			    n ? "Content-Type: text/plain\r\n" : "", n);

	memcpy(out + head, body, n);
	return (size_t)head + n;
}

long sip_request_number(const char *call_id, unsigned run)
{
	char *end;
	unsigned long i = strtoul(call_id, &end, 10);
	char mine[SIP_CALL_LEN + 1];

	if (end == call_id || i > INT32_MAX)
		return -1;
	snprintf(mine, sizeof(mine), "%lu-%u@gw.foreign.example", i, run);
	return strcmp(mine, call_id) ? -1 : (long)i;
}

void sip_digest(const char *kind, const char *buf, size_t len, char *hex)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0, i;

	hex[0] = '\0';
	if (!EVP_Digest(buf, len, md, &n, EVP_get_digestbyname(kind), NULL))
		return;
	for (i = 0; i < n && i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
}
