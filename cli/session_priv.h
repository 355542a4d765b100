#ifndef CSS_CLI_SESSION_PRIV_H
#define CSS_CLI_SESSION_PRIV_H

#include <time.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/session.h"
#include "cli/tree.h"
#include "emu/aaa/ask.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/access.h"

/*
 * Inside of a session, for the files that are the session: session.c (lines),
 * question.c, login.c, script.c, sessions.c and the session's own commands in
 * mode_any.c and mode_exec.c.  Handlers of other modes use cli/cmd.h.
 */
#define HISTORY_MAX	256
#define HISTORY_DFLT	20
#define TERM_LENGTH_DFLT 25
#define PROMPT_NAME_LEN 15 /* the product's limit */
#define ALIAS_MAX	64 /* own bound */
#define ALIAS_DEPTH	8  /* own bound: aliases that use aliases */
#define LOGIN_FAILURES	3

enum cli_state {
	CLI_USER_NAME, /* "User Name:" is asked */
	CLI_PASSWORD,  /* name is known, the password is asked or checked */
	CLI_READY,     /* logged in */
	CLI_OVER,      /* hang up */
};

/* What the account that logged in may do; copied, so that it holds until the
 * user logs out. */
struct rights {
	bool superuser;
	bool administrator; /* or technician: may change users at all times */
	enum auth_method method; /* how the user came in */
	char dir_access[DIR_NUM + 1];
};

enum netmask_format { NETMASK_DECIMAL, NETMASK_BITCOUNT, NETMASK_HEX };

struct question {
	char *text; /* owned; NULL: none is open */
	bool echo;
	cli_answer_fn answer;
	void *arg; /* answer's */
};

struct alias {
	int mode; /* -1: all */
	char name[32];
	char *text; /* owned */
};

/* The command that runs, or that waits for an answer or a job. */
struct cli_command {
	bool open;
	bool plain;	   /* behind "@": no alias, no question, no echo */
	bool failed;	   /* err tells why ... */
	bool told;	   /* ... and has been printed already */
	bool keeps_status; /* flow control: STATUS stays as it was */
	int status;	   /* STATUS of one that did not fail */
	struct err err;
	int col;	    /* where it begins in the line */
	char *raw;	    /* owned: before variables were put in */
	char *text;	    /* owned: behind that; NULL: there were none */
	struct pipe *pipe;  /* owned; NULL: prints straight */
};

struct cli_task;
struct pipe;
struct play;
struct script;
struct vars;

struct cli {
	const struct env *env;
	enum session_kind kind;
	char where[64];	    /* peer address, "console" */
	char line_name[16]; /* vty1; sessions.c */
	char user[33];
	bool enabled; /* SuperUser rights at present */
	struct rights rights;
	enum cli_state state;
	int failures;
	time_t login_time, last_time;

	int mode;
	char outer[64], inner[64];

	struct out *out; /* of the line that runs, else late */
	struct out late; /* what jobs said, until it is taken */

	/* The typed line and where its next command begins. */
	char *line; /* owned; NULL: none left */
	size_t next;
	bool expanded; /* by an alias or variable: columns are not the typed
			  ones */
	bool lends;    /* the terminal, to lent_fd, with the next reply */
	int depth;
	struct cli_command cmd;
	int lent_fd; /* owned while lends */

	struct question q;
	struct cli_task *job; /* owned by the job; NULL: not busy */
	void (*ready)(void *arg);
	void *ready_arg;
	void (*text)(void *arg, const char *text); /* while busy; NULL: late */
	void *text_arg;

	struct session_term term;
	enum netmask_format netmask;
	bool idle_set; /* term.idle_min is the session's own */
	bool expert;
	char *profile; /* owned: the settings of the log-in, as text */
	char name[PROMPT_NAME_LEN + 1]; /* prompt; "": product name */
	char prompt[192];

	char *history[HISTORY_MAX]; /* owned, oldest first */
	unsigned nhistory;
	struct alias alias[ALIAS_MAX];
	int nalias;

	struct script *script; /* borrowed; start-up and replay */

	/* the scripting language */
	struct vars *vars; /* owned: of the session */
	struct play *play; /* owned: what is played; NULL: nothing */
	struct typed *typed; /* owned: an `if` that is being typed; NULL: none */
	struct code_list *functions; /* owned: defined at the prompt */
	int status;	  /* STATUS: of the last command */
	char *exit_msg;	  /* owned: why the last script ended; NULL */
	bool no_echo;	  /* scripts do not show their commands */
	bool held;	  /* until session_go_on() */
	bool mute;	  /* nobody looks at what commands print */
	bool paged;	  /* by `| more` */
};

struct session {
	struct cli cli;
};

/* ---- cli.c ---------------------------------------------------------------- */
const char *cli_product(const struct cli *c); /* "CSS11503" */
/* What the mode is about may be gone: to the parent mode.  Before a line
 * another session has deleted it, and the operator is told; after a line the
 * operator has. */
void cli_leave_gone(struct cli *c);
void cli_leave_deleted(struct cli *c);

/* Is there somebody who can be asked? */
bool session_has_user(const struct cli *c);
/* May this kind of session run the command?  false and err. */
bool session_allows(const struct cli *c, const struct args *a, struct err *err);

/* ---- session.c ------------------------------------------------------------ */
/* After a line or a job: traffic follows, the prompt is made anew. */
void cli_settled(struct cli *c);
/* Makes traffic follow; what could not be done is told. */
void cli_apply(struct cli *c);
void cli_prompt_update(struct cli *c);
void cli_logout(struct cli *c);
void cli_history_clear(struct cli *c);
void cli_history_trim(struct cli *c);
void cli_welcome(struct cli *c, const char *user, const struct rights *r);

/* Lends the session's terminal to a connection (relay.h); fd is no longer the
 * caller's. */
void cli_lend(struct cli *c, int fd);

/* ---- command.c ------------------------------------------------------------ */
/* The command has failed: prints why, or hands it to the script. */
void cli_fail(struct cli *c, const struct err *err);
/* Prints an error under the line. */
void cli_tell(struct cli *c, const struct err *err);
/* Goes on with the commands behind a question or a job. */
void cli_pump(struct cli *c);
/* The same from the loop: whoever waits for the session hears of it. */
void cli_go_on(struct cli *c);
bool cli_busy(const struct cli *c); /* a job, or a script without a question */
void cli_line_drop(struct cli *c);
void command_drop(struct cli *c);

/* ---- alias.c -------------------------------------------------------------- */
void alias_defaults(struct cli *c);
void alias_drop(struct cli *c);
/* As commands that make them. */
void alias_render(const struct cli *c, struct out *o);
const struct alias *alias_find(struct cli *c, const char *word);
/* Its commands, and what was typed behind its name, in the place of the line. */
void alias_expand(struct cli *c, const struct alias *a, const char *behind);
void alias_names(const struct cli *c, void (*emit)(void *arg, const char *name),
		 void *arg);

/* ---- question.c ----------------------------------------------------------- */
void question_settle(struct cli *c, const char *line);
void question_drop(struct cli *c); /* the session ends: answers NULL */
void job_forget(struct cli *c);	   /* the session ends while it runs */
void job_interrupt(struct cli *c); /* Ctrl-C while it runs */
/* As cli_task_end(), but then(c, arg) comes first and may begin another task or
 * a job; not called when the session is gone. */
void cli_task_then(struct cli_task *t, void (*then)(struct cli *c, void *arg),
		   void *arg);

/* ---- login.c -------------------------------------------------------------- */
void login_line(struct cli *c, const char *line);
/* The session's user as servers are told of him. */
struct aaa_user login_who(const struct cli *c, const char *name,
			  const char *password);
void login_open(struct cli *c); /* before the first line, see session_open() */
/* Checks a password off the control thread, then calls done; r is NULL when it
 * does not fit. */
typedef void (*login_done_fn)(struct cli *c, const char *user,
			      const struct rights *r);
void login_check(struct cli *c, const char *user, const char *password,
		 login_done_fn done);

/* ---- script.c ------------------------------------------------------------- */
void script_reject(struct cli *c, int col, const char *message);
void script_warn(struct cli *c, const char *message);
/* Is the line left out, since it belongs to an object that was refused? */
bool script_skips(struct cli *c, const struct words *w, int col);
void script_ran(struct cli *c, const struct words *w, bool failed);

/* ---- mode_any.c ----------------------------------------------------------- */
int screen_clear(struct cli *c, const struct args *a, struct err *err);

/* ---- mode_boot.c ---------------------------------------------------------- */
int boot_config_show(struct cli *c, const struct args *a, struct err *err);

/* ---- sessions.c ----------------------------------------------------------- */
struct sessions;
void sessions_show(const struct sessions *s, const struct cli *own,
		   struct out *o);
/* 1 for vty1 ..., 0 for the console */
unsigned sessions_line_number(const char *name);
int sessions_disconnect(struct sessions *s, const char *line_name,
			struct err *err);

#endif
