#include "cli/script_text.h"

#include <ctype.h>
#include <string.h>

#include <openssl/evp.h>

#define PRETTY_BYTES 16
#define QNAME_MAX    253
#define QLABEL_MAX   63

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool pair(const char *s, char *byte)
{
	int hi = digit(s[0]), lo = hi < 0 ? -1 : digit(s[1]);

	if (lo < 0)
		return false;
	*byte = (char)(hi << 4 | lo);
	return true;
}

/* What stands behind a backslash; 0: no escape. */
static size_t escape(const char *s, char *byte)
{
	static const char from[] = "nrt\\'\"", to[] = "\n\r\t\\'\"";
	const char *at = *s ? strchr(from, *s) : NULL;

	if (at) {
		*byte = to[at - from];
		return 1;
	}
	return *s == 'x' && pair(s + 1, byte) ? 3 : 0;
}

void text_unescape(const char *text, struct out *o)
{
	while (*text) {
		char byte = *text;
		size_t len = byte == '\\' ? escape(text + 1, &byte) : 0;

		out_write(o, &byte, 1);
		text += 1 + len;
	}
}

bool text_from_hex(const char *text, struct out *o)
{
	while (*(text += strspn(text, " \t"))) {
		char byte = 0;

		if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
			text += 2;
		if (!pair(text, &byte))
			return false;
		out_write(o, &byte, 1);
		text += 2;
	}
	return true;
}

void text_to_base64(const char *data, size_t len, struct out *o)
{
	unsigned char text[8];

	for (size_t i = 0; i < len; i += 3) {
		int n = len - i < 3 ? (int)(len - i) : 3;
		int got = EVP_EncodeBlock(text, (const unsigned char *)data + i,
					  n);

		out_write(o, text, (size_t)got);
	}
}

bool text_to_qname(const char *name, struct out *o)
{
	size_t all = strlen(name);

	if (all && name[all - 1] == '.')
		all--;
	if (!all || all > QNAME_MAX)
		return false;
	for (size_t i = 0; i < all;) {
		size_t len = strcspn(name + i, ".");

		if (!len || len > QLABEL_MAX)
			return false;
		out_printf(o, "%02x", (unsigned)len);
		for (size_t j = 0; j < len; j++)
			out_printf(o, "%02x", (unsigned char)name[i + j]);
		i += len + 1;
	}
	out_puts(o, "00");
	return true;
}

/* ---- dumps ------------------------------------------------------------------- */

static void printable(const char *data, size_t len, struct out *o)
{
	for (size_t i = 0; i < len; i++) {
		char c = isprint((unsigned char)data[i]) ? data[i] : '.';

		out_write(o, &c, 1);
	}
}

static void row(const char *data, size_t len, bool ascii, struct out *o)
{
	for (size_t i = 0; i < len; i++)
		out_printf(o, "%s0x%02x", i ? " " : "", (unsigned char)data[i]);
	if (ascii) {
		for (size_t i = len; i < PRETTY_BYTES; i++)
			out_puts(o, "     ");
		out_puts(o, " ");
		printable(data, len, o);
	}
	out_puts(o, "\n");
}

void text_dump(const char *data, size_t len, enum text_form form, struct out *o)
{
	if (form >= TEXT_PRETTY) {
		for (size_t i = 0; i < len; i += PRETTY_BYTES)
			row(data + i,
			    len - i < PRETTY_BYTES ? len - i : PRETTY_BYTES,
			    form == TEXT_PRETTY, o);
		return;
	}
	if (form == TEXT_PLAIN)
		printable(data, len, o);
	for (size_t i = 0; form == TEXT_HEX && i < len; i++)
		out_printf(o, "%02x", (unsigned char)data[i]);
	if (len)
		out_puts(o, "\n");
}

/* ---- searching ----------------------------------------------------------------- */

static bool equal(const char *a, const char *b, size_t len, bool any_case)
{
	if (!any_case)
		return !memcmp(a, b, len);
	for (size_t i = 0; i < len; i++)
		if (tolower((unsigned char)a[i]) !=
		    tolower((unsigned char)b[i]))
			return false;
	return true;
}

size_t text_find(const char *a, size_t len, size_t from, const char *b,
		 size_t b_len, bool any_case)
{
	for (size_t i = from; i + b_len <= len; i++)
		if (equal(a + i, b, b_len, any_case))
			return i;
	return len;
}
