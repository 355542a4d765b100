#ifndef CSS_EMU_STICKY_STRING_H
#define CSS_EMU_STICKY_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/request.h"

/*
 * Stickiness without a table: a text in the request names the service
 * (content.md 2.7).  Methods cookies, url and cookieurl take the work text out
 * of the request by the rule's `string` settings; what it names is a service
 * whose string occurs in it, or the one its hash falls on.
 */
enum string_source { STRING_COOKIES, STRING_URL, STRING_COOKIEURL };
enum string_operation {		      /* in the order of the configuration */
			STRING_MATCH, /* match-service-cookie */
			STRING_HASH_A,
			STRING_HASH_CRC32,
			STRING_HASH_XOR,
};
enum string_match {
	STRING_SPECIFIC,
	STRING_FIRST_SERVICE,
	STRING_FIRST_FOUND,
};

struct string_rule {
	uint8_t source, operation, match;
	uint16_t from, to; /* bytes of the field, counted from 1 */
	char prefix[33], eos[6];
	uint8_t skip, process; /* process 0: up to the end character */
	bool ascii;	       /* %xx counts as its character */
};

/*
 * The n-th work text of the request (n 0: the first; more with
 * first-service-match, where each occurrence of the prefix is tried), copied to
 * buf with its %xx resolved.  false: there is none.
 */
bool string_text(const struct string_rule *r, const struct request *req,
		 unsigned n, char *buf, size_t cap, size_t *len);
uint32_t string_hash(enum string_operation op, const char *text, size_t len);
bool string_contains(const char *text, size_t len, const char *service_string);

#endif
