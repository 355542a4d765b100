#ifndef CSS_CLI_COLUMNS_H
#define CSS_CLI_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

struct out;

/*
 * Shapes that show commands share: "Label:   value" lines, alone and two beside
 * each other.  Where the values begin is one table, columns.c, since spacing is
 * what is least known of the product's output (platform.md 0).
 */
enum columns {
	COL_NARROW,  /* labels up to 18 letters */
	COL_MIDDLE,  /* ... 26 */
	COL_WIDE,    /* ... 38 */
	COL_COUNTER, /* counters, right-aligned */
	COL_NUM,
};

/* "Name:    value\n" */
void col_line(struct out *o, enum columns c, const char *name, const char *fmt,
	      ...) __attribute__((format(printf, 4, 5)));
void col_count(struct out *o, enum columns c, const char *name, uint64_t n);
/* "Name:    value     Name2:    value2\n" */
void col_pair(struct out *o, enum columns c, const char *name,
	      const char *value, const char *name2, const char *value2);

const char *enabled(bool on); /* "Enabled", "Disabled" */
const char *yes_no(bool on);  /* "Yes", "No" */

#endif
