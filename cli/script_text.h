#ifndef CSS_CLI_SCRIPT_TEXT_H
#define CSS_CLI_SCRIPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/base/out.h"

/* Forms of a text that scripts send, search for and print. */

/* \n \r \t \\ \' \" and \xHH; what else stands behind a backslash stays. */
void text_unescape(const char *text, struct out *o);
/* Pairs of hexadecimal digits; blanks and 0x between them do not matter. */
bool text_from_hex(const char *text, struct out *o);
void text_to_base64(const char *data, size_t len, struct out *o);

/* A domain name as a DNS query has it (RFC 1035 3.1), in hexadecimal digits;
 * false: an empty or a long label, or a long name. */
bool text_to_qname(const char *name, struct out *o);

/* How `socket inspect` prints what was received. */
enum text_form { TEXT_PLAIN, TEXT_HEX, TEXT_PRETTY, TEXT_PRETTY_HEX };
void text_dump(const char *data, size_t len, enum text_form form,
	       struct out *o);

/* Where b stands in a, from byte `from` on; len: nowhere. */
size_t text_find(const char *a, size_t len, size_t from, const char *b,
		 size_t b_len, bool any_case);

#endif
