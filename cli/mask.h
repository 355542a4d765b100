#ifndef CSS_CLI_MASK_H
#define CSS_CLI_MASK_H

struct out;

/*
 * A typed line as it may be kept: passwords of commands that take one are
 * "****".  For logs and histories, which outlive the moment and are read by
 * others.  Works on what was typed, so abbreviations and lines that were
 * refused are covered, too.
 */
void mask_line(const char *line, struct out *o);

#endif
