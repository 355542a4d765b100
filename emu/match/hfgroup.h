#ifndef CSS_EMU_MATCH_HFGROUP_H
#define CSS_EMU_MATCH_HFGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/net/http.h"

/*
 * A header-field-group as compiled for traffic (content.md 6.6): all of its
 * entries must hold.
 */
enum hf_operator {
	HF_EXIST,
	HF_NOT_EXIST,
	HF_EQUAL,
	HF_NOT_EQUAL,
	HF_CONTAIN,
	HF_NOT_CONTAIN,
};

struct hf_entry {
	char field[64];	  /* header name, "": the request line, "msisdn": any of
			   the names that carry a number */
	uint8_t operator; /* enum hf_operator */
	char text[33];
	uint16_t search; /* bytes of the value looked at; 0: all */
};

struct hf_group {
	int n;
	struct hf_entry entry[];
};

/* The field that carries a subscriber's number, under any of its names; NULL:
 * none. */
const struct http_field *msisdn_field(const char *buf,
				      const struct http_head *h);
bool hf_match(const struct hf_group *g, const char *buf,
	      const struct http_head *h);

#endif
