#ifndef CSS_EMU_BALANCE_TEXT_H
#define CSS_EMU_BALANCE_TEXT_H

#include <stddef.h>

#include "emu/balance/balance.h"

/* What the methods of names and URLs have in common; not for others. */
struct balance_text {
	const char *at;
	size_t len;
};

/* The request's domain without port and final dot; len 0: none. */
struct balance_text balance_domain_of(const struct balance_in *in);
/* The request's target from its first slash on; len 0: none. */
struct balance_text balance_url_of(const struct balance_in *in);
/*
 * Division by the alphabet: the services share the range from "aaaa" to "zzzz"
 * evenly, first letters first.  Without a text, and for what is before a or
 * behind z, the ends take it.
 */
int balance_divide(const struct balance_in *in, struct balance_text t);
/* The XOR hash over the whole text, then as balance_hash(). */
int balance_xor(const struct balance_in *in, struct balance_text t);

#endif
