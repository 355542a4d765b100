#ifndef CSS_EMU_AAA_TACACS_PRIV_H
#define CSS_EMU_AAA_TACACS_PRIV_H

#include <sys/queue.h>

#include "emu/aaa/tacacs_client.h"
#include "emu/conf/aaa.h"
#include "emu/io/loop.h"

/*
 * Inside of the TACACS+ client: tacacs_side.c knows the servers and whether they
 * are there, tacacs_client.c puts questions to them.
 */
enum purpose { LOGIN_PASSWORD, LOGIN_LEVEL, COMMAND, ACCOUNT };

struct side {
	struct tacacs_client *client;
	bool used;
	struct tacacs_server server; /* as of the last sync */
	char key[TACACS_KEY_MAX + 1];
	bool usable; /* its key can be read */
	unsigned timeout_s, frequency_s;
	struct tacacs_stats stats;
	struct timer probe; /* due: begins, or is late when probing */
	struct watch watch; /* of the probe; fd -1: none */
};

struct tacacs_ask {
	TAILQ_ENTRY(tacacs_ask) link;
	struct tacacs_client *client;
	enum purpose purpose;
	unsigned tried;	    /* a bit for each side */
	struct side *side;  /* NULL: at none */
	struct watch watch; /* fd -1: closed */
	struct timer timer;
	struct tacacs_session session;
	unsigned rounds;
	bool connected;
	uint8_t out[TACACS_REQUEST_MAX], in[TACACS_REPLY_MAX];
	size_t out_len, out_sent, in_len;
	/* who, and what */
	char user[TACACS_TEXT_MAX + 1], password[TACACS_TEXT_MAX + 1];
	char port[32], caller[64];
	struct tacacs_who who;
	uint8_t flags;
	char *args[TACACS_ARGS_MAX]; /* owned */
	size_t nargs;
	aaa_done_fn done; /* NULL: accounting */
	void *arg;
};
TAILQ_HEAD(ask_list, tacacs_ask);

struct tacacs_client {
	struct loop *loop;
	const struct hostmap *map;
	const struct conf *conf;
	struct aaa_secrets secrets;
	struct side side[TACACS_SERVERS];
	struct ask_list asks;
	unsigned nask;
};

/* ---- tacacs_side.c -------------------------------------------------------- */
const struct tacacs_conf *tacacs_conf_of(const struct tacacs_client *t);
void tacacs_watch_close(struct loop *l, struct watch *w);
/* The server at this place of the configuration; NULL: not followed yet. */
struct side *tacacs_side_at(struct tacacs_client *t, int at);
bool tacacs_side_may_be_asked(const struct side *s);
void tacacs_side_is(struct side *s, enum aaa_state state, const char *why);
void tacacs_sides_init(struct tacacs_client *t);
void tacacs_sides_fini(struct tacacs_client *t);

/* ---- tacacs_client.c ------------------------------------------------------ */
/* What this side was asked is asked elsewhere, in the next turn. */
void tacacs_asks_leave(struct side *s);

#endif
