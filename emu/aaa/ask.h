#ifndef CSS_EMU_AAA_ASK_H
#define CSS_EMU_AAA_ASK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Asking servers about users, without ever waiting: what the RADIUS and the
 * TACACS+ client have in common.
 */
enum aaa_verdict {
	AAA_NO_ANSWER, /* no server decides: somebody else may */
	AAA_REFUSED,
	AAA_GRANTED,
};

/* Is anybody there?  Servers are looked after while they are not asked. */
enum aaa_state {
	AAA_UNKNOWN, /* not asked yet */
	AAA_ALIVE,
	AAA_DEAD, /* passed over until a probe succeeds */
};

/* Who asks, and from where; all strings are copied. */
struct aaa_user {
	const char *name, *password;
	const char *line;   /* "vty1" */
	const char *caller; /* address of the peer; "": none */
	unsigned port;	    /* number of the line: 0 console, 1 vty1 ... */
	bool is_remote;
};

/* On the loop's thread, never from inside the call that asked. */
typedef void (*aaa_done_fn)(void *arg, enum aaa_verdict v, bool superuser);

/* Opens a secret of running-config; false: it is in a form that only other
 * hardware can read. */
struct aaa_secrets {
	void *arg;
	bool (*open)(void *arg, const char *sealed, char *clear, size_t cap);
};

#endif
