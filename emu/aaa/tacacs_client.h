#ifndef CSS_EMU_AAA_TACACS_CLIENT_H
#define CSS_EMU_AAA_TACACS_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "emu/aaa/ask.h"
#include "emu/net/tacacs.h"

struct conf;
struct hostmap;
struct loop;

/*
 * The TACACS+ client (RFC 8907): the primary server is asked first, then the
 * others in order of entry.  A server that cannot be reached, does not answer in
 * time, answers with an error or with another key gives no answer, and the next
 * one is asked; it is dead and passed over until a connection succeeds, which is
 * tried every `frequency` seconds.  Frequency 0: it is asked again every time.
 *
 * Control thread only.
 */
struct tacacs_client;
struct tacacs_ask;

struct tacacs_client *tacacs_client_new(struct loop *l, const struct hostmap *m,
					const struct conf *c,
					const struct aaa_secrets *secrets);
void tacacs_client_free(struct tacacs_client *t); /* forgets what was asked */
/* The configuration has changed: what a server that is gone was asked is asked
 * elsewhere. */
void tacacs_client_sync(struct tacacs_client *t);

/* Checks the password, then asks for the privilege level of a shell: 15 is
 * SuperUser.  NULL: there is no server to ask. */
struct tacacs_ask *tacacs_client_login(struct tacacs_client *t,
				       const struct aaa_user *u,
				       aaa_done_fn done, void *arg);

/* A command of a user: words[0] is its first. */
struct tacacs_command {
	enum tacacs_method method; /* how the user came in */
	uint8_t level;
	const char *const *words;
	size_t nwords;
};
/* May the user run it?  NULL: nobody to ask, or it is longer than the protocol
 * carries. */
struct tacacs_ask *tacacs_client_command(struct tacacs_client *t,
					 const struct aaa_user *u,
					 const struct tacacs_command *c,
					 aaa_done_fn done, void *arg);
void tacacs_client_cancel(struct tacacs_ask *a);

/* Tells that a command begins or has ended.  Nobody waits for it; a record that
 * no server takes is logged.  Words that are too long are cut. */
struct tacacs_record {
	uint8_t flags; /* TACACS_ACCT_... */
	uint32_t task;
	time_t since; /* wall clock at the beginning */
	unsigned elapsed_s;
};
void tacacs_client_account(struct tacacs_client *t, const struct aaa_user *u,
			   const struct tacacs_command *c,
			   const struct tacacs_record *r);

struct tacacs_stats {
	enum aaa_state state;
	uint32_t authen, author, acct; /* packets of each kind sent */
};
/* Of the server at this place of the configuration. */
void tacacs_client_stats(const struct tacacs_client *t, int at,
			 struct tacacs_stats *s);

#endif
