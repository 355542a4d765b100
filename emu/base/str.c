#include "emu/base/str.h"

#include <stdio.h>
#include <string.h>

/*
 * Only ASCII matters here and the locale must not: the product's names and
 * keywords are ASCII, so ctype.h is not used.
 */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c - 'A' + 'a');
}

static bool is_alnum(char c)
{
	char l = lower(c);

	return is_digit(c) || (l >= 'a' && l <= 'z');
}

bool str_copy(char *dst, size_t cap, const char *src)
{
	size_t len = strlen(src);
	bool fits = len < cap;

	if (!cap)
		return false;
	if (!fits)
		len = cap - 1;
	memmove(dst, src, len);
	dst[len] = '\0';
	return fits;
}

bool str_ieq(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Linear memory, quadratic at worst: on a mismatch only the last star needs
 * another try, because an earlier one matched as little as it could. */
bool str_wild_match(const char *pattern, const char *s, bool icase)
{
	const char *star = NULL, *from = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = ++pattern;
			from = s;
		} else if (*pattern == *s ||
			   (icase && lower(*pattern) == lower(*s))) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* A slash would make a name a path, and `;`, `?`, `|`, `!` and quotes have a
 * meaning on the command line. */
bool str_is_name(const char *s, size_t max)
{
	size_t len = strlen(s);

	if (len < 1 || len > max)
		return false;
	for (; *s; s++)
		if (!is_alnum(*s) && !strchr("._-:+=@#$%&~,()", *s))
			return false;
	return true;
}

bool str_to_u32(const char *s, uint32_t lo, uint32_t hi, uint32_t *v)
{
	uint64_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (!is_digit(*s))
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (n < lo || n > hi)
		return false;
	*v = (uint32_t)n;
	return true;
}

/* Up to three digits, always decimal: "010" is ten, as the product has it. */
static bool octet(const char **s, uint32_t *v)
{
	const char *p = *s;
	uint32_t n = 0;

	while (is_digit(*p) && p - *s < 3)
		n = n * 10 + (uint32_t)(*p++ - '0');
	if (p == *s || is_digit(*p) || n > 255)
		return false;
	*s = p;
	*v = n;
	return true;
}

bool str_to_addr(const char *s, struct in_addr *a)
{
	uint32_t host = 0, v;

	for (int i = 0; i < 4; i++) {
		if (i && *s++ != '.')
			return false;
		if (!octet(&s, &v))
			return false;
		host = host << 8 | v;
	}
	if (*s)
		return false;
	a->s_addr = htonl(host);
	return true;
}

struct in_addr str_mask_of(uint8_t prefix_len)
{
	uint32_t host = prefix_len ? UINT32_MAX << (32 - prefix_len) : 0;

	return (struct in_addr){ htonl(host) };
}

bool str_to_mask(const char *s, uint8_t *prefix_len)
{
	struct in_addr a;
	uint32_t n;

	if (*s == '/') {
		if (!str_to_u32(s + 1, 0, 32, &n))
			return false;
		*prefix_len = (uint8_t)n;
		return true;
	}
	if (!str_to_addr(s, &a))
		return false;
	for (uint8_t len = 0; len <= 32; len++) {
		if (str_mask_of(len).s_addr == a.s_addr) {
			*prefix_len = len;
			return true;
		}
	}
	return false;
}

#define TURN	 8 /* buffers a thread may hold at once */
#define TURN_LEN 32

static char *turn_buf(void)
{
	static _Thread_local char buf[TURN][TURN_LEN];
	static _Thread_local unsigned next;

	return buf[next++ % TURN];
}

const char *str_addr(struct in_addr a)
{
	uint32_t host = ntohl(a.s_addr);
	char *buf = turn_buf();

	(void)snprintf(buf, TURN_LEN, "%u.%u.%u.%u", host >> 24,
		       host >> 16 & 255, host >> 8 & 255, host & 255);
	return buf;
}

const char *str_thousands(uint64_t v)
{
	char *buf = turn_buf();
	size_t at = TURN_LEN - 1;

	buf[at] = '\0';
	for (int digits = 0; !digits || v; digits++, v /= 10) {
		if (digits && digits % 3 == 0)
			buf[--at] = ',';
		buf[--at] = (char)('0' + v % 10);
	}
	return buf + at;
}

const char *str_mac(const uint8_t mac[6], char text[static MAC_TEXT_LEN + 1])
{
	(void)snprintf(text, MAC_TEXT_LEN + 1, "%02x-%02x-%02x-%02x-%02x-%02x",
		       mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

bool str_to_mac(const char *s, uint8_t mac[6])
{
	unsigned b[6];
	char behind = 0;

	if (sscanf(s,
		   "%2x%*1[-:]%2x%*1[-:]%2x%*1[-:]%2x%*1[-:]%2x%*1[-:]%2x%c",
		   &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &behind) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return true;
}
