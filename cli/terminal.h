#ifndef CSS_CLI_TERMINAL_H
#define CSS_CLI_TERMINAL_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "cli/session.h"
#include "emu/base/out.h"

struct sessions;

/*
 * A terminal is a thread on a pair of descriptors and one session of the
 * control thread.  They talk through the mailbox below: the thread puts in a
 * request, posts to the loop and waits; the control thread fills in the reply,
 * at once or when the session's job is over.  Meanwhile, and while a user
 * types, it may leave notices, which the thread prints when it sees fit.  The
 * thread never touches the session, the control thread never touches the
 * descriptors.
 */
enum ask {
	ASK_OPEN, /* a new session, in the place of one that is over */
	ASK_LINE,
	ASK_HELP,
	ASK_COMPLETE,
	ASK_INTERRUPT,
	ASK_TERM, /* nothing but the settings, which others may have changed */
	ASK_GO_ON, /* the text of a busy session has been printed */
};

struct reply {
	struct out out; /* what to print; the terminal's memory */
	char prompt[512];
	char add[256]; /* ASK_COMPLETE */
	bool echo, over, asking, logged_in;
	bool busy;   /* there is more to come: ASK_GO_ON */
	bool forgot; /* the session's command history is empty */
	bool first_boot; /* the switch has never been configured */
	bool lends;  /* to the connection on fd, which it closes (relay.h) */
	int fd;
	struct session_term term;
};

struct terminal {
	TAILQ_ENTRY(terminal) link;
	struct sessions *all;
	enum session_kind kind;
	int in, out; /* the thread's; closed by the owner in gone() */
	bool tty;
	bool comes_back; /* the console: log in again after logging out */
	char where[64];
	char name[16]; /* console, vty1 */
	/* control thread, when the thread has ended and been joined */
	void (*gone)(void *arg);
	void *gone_arg;

	/* The user has logged in already, on the way here: owned from
	 * terminal_start() on, and the first session; NULL: a new one is */
	struct session *given;

	pthread_t thread;
	struct session *session; /* control thread's */

	pthread_mutex_t lock; /* of all below */
	enum ask ask;
	char *text;
	bool asked, answered;
	struct reply reply;
	bool hung;	   /* the switch wants this terminal to end ... */
	char why[80];	   /* ... and tells the user so */
	struct out notice; /* to be printed in between, NOTICE_MAX bytes */
	unsigned unsaid;   /* lines that did not fit */
	int wake;	   /* eventfd, readable when hung */
	int bell;	   /* eventfd: an answer or a notice has come */
};

TAILQ_HEAD(terminal_list, terminal);

/* ---- control thread (sessions.c) ------------------------------------------ */
struct loop *sessions_loop(const struct sessions *s);
const struct env *sessions_env(const struct sessions *s);
/* Starts the thread of a terminal whose upper part is filled in; owns it from
 * then on.  false: no thread to be had, t is freed and gone() not called. */
bool terminal_start(struct sessions *s, struct terminal *t);
void terminal_hang_up(struct terminal *t, const char *why);
/* The lowest free name of vty1..vty4; NULL: all are taken. */
const char *sessions_vty(const struct sessions *s);
/* A front end's listener: stop() before the terminals are hung up, fini() when
 * the last of them is gone. */
void sessions_on_free(struct sessions *s, void (*stop)(void *arg),
		      void (*fini)(void *arg), void *arg);

/* Lines for the terminal's user while he types or waits; never blocks: what does
 * not fit is counted, and the count is told. */
void terminal_notice(struct terminal *t, const char *text);
/* Prints text on the terminals of logged-in users whose line is named;
 * wanted(arg, "vty1") says which. */
void sessions_notice(struct sessions *s, const char *text,
		     bool (*wanted)(void *arg, const char *line), void *arg);

/* ---- the terminal's thread ------------------------------------------------ */
/* Sends a request; the bell rings when it is answered.  ASK_INTERRUPT may be
 * sent while a request waits for its answer, and has none of its own then. */
void terminal_ask(struct terminal *t, enum ask ask, const char *text);
/* The answer, when it is there: r's text is the caller's to clear.  When the
 * terminal was hung up there is none, and r->over is set. */
bool terminal_answer(struct terminal *t, struct reply *r);
/* Takes the notices, and silences the bell. */
void terminal_listen(struct terminal *t, struct out *text);
bool terminal_hung(struct terminal *t, char *why, size_t cap);
void terminal_run(struct terminal *t); /* console.c: until the end */

#endif
