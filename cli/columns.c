#include "cli/columns.h"

#include <stdarg.h>
#include <stdio.h>

#include "emu/base/out.h"

static const struct {
	int label, value, label2;
} widths[COL_NUM] = {
	[COL_NARROW] = { 20, 20, 18 },
	[COL_MIDDLE] = { 28, 16, 28 },
	[COL_WIDE] = { 40, 12, 40 },
	[COL_COUNTER] = { 40, -12, 0 },
};

void col_line(struct out *o, enum columns c, const char *name, const char *fmt,
	      ...)
{
	va_list ap;

	out_col(o, widths[c].label, "%s:", name);
	va_start(ap, fmt);
	out_vprintf(o, fmt, ap);
	va_end(ap);
	out_puts(o, "\n");
}

void col_count(struct out *o, enum columns c, const char *name, uint64_t n)
{
	out_col(o, widths[c].label, "%s:", name);
	out_col(o, c == COL_COUNTER ? widths[c].value : -1, "%llu",
		(unsigned long long)n);
	out_puts(o, "\n");
}

void col_pair(struct out *o, enum columns c, const char *name,
	      const char *value, const char *name2, const char *value2)
{
	out_col(o, widths[c].label, "%s:", name);
	out_col(o, widths[c].value, "%s", value);
	out_col(o, widths[c].label2, "%s:", name2);
	out_printf(o, "%s\n", value2);
}

const char *enabled(bool on)
{
	return on ? "Enabled" : "Disabled";
}

const char *yes_no(bool on)
{
	return on ? "Yes" : "No";
}
