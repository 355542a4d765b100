#ifndef CSS_EMU_BALANCE_BALANCE_H
#define CSS_EMU_BALANCE_BALANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/net/key.h"
#include "emu/net/request.h"

/*
 * A balance method chooses one of a rule's services (content.md 2.6).  A new
 * method is a file with one of these structs, and a row in balance.c.
 */
struct candidate {     /* in the rule's order */
	bool eligible; /* up, weight above 0, room, load not above the threshold */
	uint8_t weight;
	uint8_t load;	/* 2 to 254; 255: not usable */
	uint32_t conns; /* connections now */
	uint32_t cap;	/* what slow start lets it have; 0: everything */
};

/* What a method that divides does with the share of a service that is gone. */
enum balance_failover {
	FAILOVER_LINEAR, /* spread evenly over the rest */
	FAILOVER_NEXT,	 /* to the one behind it */
	FAILOVER_BYPASS, /* to where the packet wanted to go */
};

#define BALANCE_NONE   (-1) /* nobody is eligible */
#define BALANCE_BYPASS (-2)

struct balance_in {
	const struct candidate *svc;
	int nsvc;
	const struct flow_key *key;
	const struct request *req; /* NULL: layer 3/4 */
	enum balance_failover failover;
	_Atomic uint32_t *cursor; /* the rule's memory between calls */
	bool dry;		  /* the cursor stays where it is */
	uint32_t random;	  /* for methods that throw dice */
};

struct balance_method {
	const char *name; /* as typed after "balance" */
	const char *help;
	/* index in svc, or BALANCE_NONE, BALANCE_BYPASS */
	int (*pick)(const struct balance_in *in);
};

/* NULL-terminated; the first is the product's default. */
extern const struct balance_method *const balance_methods[];
const struct balance_method *balance_find(const char *name);

extern const struct balance_method balance_roundrobin, balance_weightedrr,
	balance_leastconn, balance_aca, balance_srcip, balance_destip,
	balance_domain, balance_domainhash, balance_url, balance_urlhash;

/* ---- for methods ----------------------------------------------------------- */
int balance_eligible(const struct balance_in *in); /* how many */
/* The n-th eligible one, counted from 0; -1: there are not so many. */
int balance_nth(const struct balance_in *in, uint32_t n);
/* The cursor's value; it moves on by one. */
uint32_t balance_turn(const struct balance_in *in);
/* The service that owns a share, 0 to nsvc - 1, or who has it now: failover. */
int balance_share(const struct balance_in *in, uint32_t share);
/* Spreads a hash or number evenly over the services, then as above. */
int balance_hash(const struct balance_in *in, uint64_t hash);

#endif
