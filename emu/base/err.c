#include "emu/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Through a buffer of its own: an argument may be the old err->msg, when a
 * caller puts more context around an error from below. */
int err_set(struct err *err, enum err_code code, int col, const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	err->code = code;
	err->col = col;
	memcpy(err->msg, msg, sizeof(msg));
	return -1;
}
