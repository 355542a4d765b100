#ifndef CSS_CLI_SESSION_H
#define CSS_CLI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct env;
struct err;
struct out;

/*
 * One user: mode stack, privilege, questions, terminal settings.  Knows nothing
 * of terminals; control thread only.  A front end (console.c, telnet.c,
 * script.c) feeds it lines and prints what it gets.
 *
 *   session_new -> state LOGIN: prompt "User Name:", then "Password:" (no echo)
 *   session_line(): one line; answer text is appended to out
 *   afterwards session_prompt()/session_echo() tell what to ask for next, and
 *   session_busy() that a job runs: wait for on_ready.
 */
struct session;

enum session_kind {
	SESSION_CONSOLE, /* "Press any key to log in." */
	SESSION_VTY,	 /* Telnet */
	SESSION_PIPE,	 /* attach or console that is no terminal */
	/* without a user: SuperUser, expert */
	SESSION_SCRIPT,	   /* start-up, replay: configuration from a file */
	SESSION_BATCH,	   /* the command scheduler */
	SESSION_KEEPALIVE, /* a script that probes a server */
};

struct session *session_new(const struct env *env, enum session_kind kind,
			    const char *where); /* peer address, or "" */
/* Before the first line, when the user is there: the banner; or the user is
 * turned away (session_over()), or let in without being asked for a name. */
void session_open(struct session *s, struct out *out);
void session_free(struct session *s);
/* Called on the control thread when a job that kept the session busy is over;
 * the text it left is in out of the next session_take_output(). */
void session_on_ready(struct session *s, void (*fn)(void *arg), void *arg);

/* What a busy session prints before it is ready, on the control thread; without
 * fn it waits for session_take_output(). */
void session_on_text(struct session *s, void (*fn)(void *arg, const char *text),
		     void *arg);

void session_line(struct session *s, const char *line, struct out *out);
/* on_ready is also called when a session that is still busy has text: it does
 * not go on before this, so that nobody prints faster than a terminal.  The same
 * holds for text that session_line() left with the session busy. */
void session_go_on(struct session *s, struct out *out);
/* Ctrl-C.  A busy session is asked to stop what it does and is ready soon; it
 * leaves out alone. */
void session_interrupt(struct session *s, struct out *out);
void session_take_output(struct session *s, struct out *out);
bool session_held(const struct session *s); /* waits for session_go_on() */
/* Plays a script (session_line() with `script play`, but says why it cannot
 * begin).  gather false: nothing of what its commands print is looked at. */
int session_play(struct session *s, const char *name, const char *args,
		 bool gather, struct out *out, struct err *err);
int session_status(const struct session *s); /* STATUS */
/* Why the last script failed, "" when it did not. */
const char *session_exit_msg(const struct session *s);
const char *session_prompt(const struct session *s);
bool session_echo(const struct session *s); /* false: a password is asked */
bool session_busy(const struct session *s);
bool session_over(const struct session *s); /* logged out: hang up */
bool session_logged_in(const struct session *s);
bool session_asking(const struct session *s); /* the prompt is a question */
/* A SuperUser has logged in on a switch that has no startup-config. */
bool session_first_boot(const struct session *s);

/* What `?` prints behind this text, and what Tab puts there ("" nothing;
 * a unique word gets a blank behind it). */
void session_help(struct session *s, const char *before, struct out *out);
void session_complete(struct session *s, const char *before, char *add,
		      size_t cap);

struct session_term {
	unsigned length;      /* lines a page, default 25 */
	bool more;	      /* paging on */
	unsigned history;     /* 20 */
	unsigned idle_min;    /* 0: never */
	unsigned timeout_min; /* length of the session whether idle or not */
};
void session_term(const struct session *s, struct session_term *t);

/*
 * Runs the lines of a file as configuration (start-up, replay).  For each
 * rejected line rejected() is called: line and column count from 1, message
 * without "%% ".  Returns the number of rejected lines.
 */
struct script_result {
	void *arg;
	void (*rejected)(void *arg, unsigned line, unsigned column,
			 const char *text, const char *message);
	void (*warned)(void *arg, unsigned line, const char *text,
		       const char *message);
	bool (*stop)(void *arg); /* true: no further line; may be NULL */
	/* what a line that was taken printed; NULL: nobody reads it */
	void (*printed)(void *arg, unsigned line, const char *text);
};
int script_run(const struct env *env, const char *text, size_t len,
	       const struct script_result *r);
/* A rejected line as it is shown: number and text, a caret line, the message.
 * Passwords are masked. */
void script_frame(unsigned line, unsigned column, const char *text,
		  const char *message, struct out *out);

/* ---- all sessions ---------------------------------------------------------- */
struct sessions; /* registry: show lines, disconnect, limits */
struct sessions *sessions_new(const struct env *env);
void sessions_free(struct sessions *s); /* hangs every session up */

/* Front ends; each runs until its session ends.  Terminal threads exchange
 * lines with the control thread through one mailbox per session. */
int console_start(struct sessions *s); /* this process's standard input */
int attach_listen(struct sessions *s, const char *disk_dir); /* DIR/console */
int attach_main(const char *disk_dir); /* the client: css11500 attach */
struct hostmap;
struct err;
/* addr_port: on this host, "ADDR:PORT" or "off"; on the wire attachment they are
 * also there at port 23 and 22 of every circuit. */
int telnet_start(struct sessions *all, const char *addr_port, struct err *err);
/* Makes the host keys at first use; NULL and err. */
struct ssh_server;
struct ssh_server *sshd_start(struct sessions *all, const char *addr_port,
			      struct err *err);

#endif
