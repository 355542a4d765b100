#ifndef CSS_EMU_BASE_OUT_H
#define CSS_EMU_BASE_OUT_H

#include <stdarg.h>
#include <stddef.h>

/* A growing text buffer.  Everything the user sees is written to one. */
struct out {
	char *buf; /* owned; NUL-terminated once written to, else NULL */
	size_t len;
	size_t cap;
};

void out_printf(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_vprintf(struct out *o, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void out_puts(struct out *o, const char *text);
void out_write(struct out *o, const void *data, size_t len);

/*
 * One column of a table: the text, padded with blanks to |width| (at least one
 * blank follows a text that is too long).  width > 0: left, width < 0: right.
 */
void out_col(struct out *o, int width, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As a JSON string, quotes included; each byte beyond ASCII is one character. */
void out_json(struct out *o, const char *text);
/* The text so far, never NULL. */
const char *out_text(const struct out *o);
void out_clear(struct out *o); /* forgets the text, keeps the memory */
void out_fini(struct out *o);

#endif
