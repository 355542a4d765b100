#include "emu/base/out.h"
#include "emu/base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct out *o, size_t extra)
{
	size_t need = o->len + extra + 1;

	if (need <= o->cap)
		return;
	o->cap = need < 128 ? 256 : need * 2;
	o->buf = xrealloc(o->buf, o->cap);
}

void out_vprintf(struct out *o, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	reserve(o, 80); /* most lines fit at the first attempt */
	va_copy(again, ap);
	n = vsnprintf(o->buf + o->len, o->cap - o->len, fmt, ap);
	if (n >= 0 && (size_t)n >= o->cap - o->len) {
		reserve(o, (size_t)n);
		(void)vsnprintf(o->buf + o->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n > 0)
		o->len += (size_t)n;
	o->buf[o->len] = '\0';
}

void out_printf(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(o, fmt, ap);
	va_end(ap);
}

void out_write(struct out *o, const void *data, size_t len)
{
	reserve(o, len);
	if (len)
		memcpy(o->buf + o->len, data, len);
	o->len += len;
	o->buf[o->len] = '\0';
}

void out_puts(struct out *o, const char *text)
{
	out_write(o, text, strlen(text));
}

static void pad(struct out *o, size_t n)
{
	reserve(o, n);
	memset(o->buf + o->len, ' ', n);
	o->len += n;
	o->buf[o->len] = '\0';
}

void out_col(struct out *o, int width, const char *fmt, ...)
{
	size_t w = (size_t)(width < 0 ? -(long)width : width);
	struct out text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	if (width < 0 && text.len < w)
		pad(o, w - text.len);
	out_write(o, text.buf, text.len);
	if (width >= 0)
		pad(o, text.len < w ? w - text.len : 1);
	else if (text.len > w)
		pad(o, 1);
	out_fini(&text);
}

const char *out_text(const struct out *o)
{
	return o->buf ? o->buf : "";
}

void out_clear(struct out *o)
{
	o->len = 0;
	if (o->buf)
		o->buf[0] = '\0';
}

void out_fini(struct out *o)
{
	free(o->buf);
	*o = (struct out){ 0 };
}

void out_json(struct out *o, const char *text)
{
	out_puts(o, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			out_printf(o, "\\%c", c);
		else if (c < ' ' || c > '~')
			out_printf(o, "\\u%04x", c);
		else
			out_write(o, text, 1);
	}
	out_puts(o, "\"");
}
