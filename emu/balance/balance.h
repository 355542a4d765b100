#ifndef CSS_EMU_BALANCE_BALANCE_H
#define CSS_EMU_BALANCE_BALANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct flow_key;

/*
 * A balance method chooses one of a rule's services (content.md 2.6).  A new
 * method is a file with one of these structs, and a row in balance.c.
 */
struct candidate {     /* in the rule's order */
	bool eligible; /* up, weight above 0, room for one more connection */
	uint8_t weight;
	uint32_t conns; /* connections now */
};

struct balance_in {
	const struct candidate *svc;
	int nsvc;
	const struct flow_key *key;
	_Atomic uint32_t *cursor; /* the rule's memory between calls */
};

struct balance_method {
	const char *name; /* as typed after "balance" */
	const char *help;
	int (*pick)(const struct balance_in *in); /* index in svc, -1: none */
};

/* NULL-terminated; the first is the product's default. */
extern const struct balance_method *const balance_methods[];
const struct balance_method *balance_find(const char *name);

extern const struct balance_method balance_roundrobin, balance_weightedrr,
	balance_leastconn, balance_srcip;

/* ---- for methods ----------------------------------------------------------- */
int balance_eligible(const struct balance_in *in); /* how many */
/* The n-th eligible one, counted from 0; -1: there are not so many. */
int balance_nth(const struct balance_in *in, uint32_t n);
/* The cursor's value; it moves on by one. */
uint32_t balance_turn(const struct balance_in *in);

#endif
