#ifndef CSS_CLI_CMD_H
#define CSS_CLI_CMD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct args;
struct cli;
struct env;
struct conf;
struct err;
struct out;
struct setting;

/*
 * One row per thing that can be configured or asked (models.md 5.11).
 *   word                  keyword; may be abbreviated while unique
 *   <name:type[:limits]>  value; type is a row in cli/types.c
 *   [ ... ]               may be left out
 *   {a|b|c}               one of several; each may be several words or values
 * A row without run only documents words that other rows share.  help has one
 * line per word or value of the syntax, left to right, leaving out leading
 * words that earlier rows of the same mode have documented.
 * Row order is running-config order inside an object.
 */
struct cmd {
	const char *syntax;
	const char *help;
	int (*run)(struct cli *cli, const struct args *a, struct err *err);
	void (*render)(const void *obj, struct out *o);
	const char *no; /* the sentence that undoes it, NULL if there is none */
	int (*clear)(struct cli *cli, const struct args *a, struct err *err);
	/* The row only keeps a value (cli/setting.h): no run, render or clear. */
	const struct setting *set;
	/* Why what the row sets changes no behaviour; NULL: it does.  Named in
	 * tests/data/inert.tsv; show lab inert prints the lines in use. */
	const char *inert;
	/* Whether it changes none as the object has it; NULL: it never does. */
	bool (*inert_when)(const void *obj);
	/* The same of the host attachment only: on packets it acts. */
	const char *host_inert;
};

/* ---- arguments: each asserts that the row has such a parameter ------------ */
bool arg_has(const struct args *a, const char *name);
struct in_addr arg_addr(const struct args *a, const char *name);
unsigned long arg_uint(const struct args *a, const char *name,
		       unsigned long dflt);
/* The word as typed, quotes taken off; NULL when the sentence left it out. */
const char *arg_word(const struct args *a, const char *name);
/* Which keyword of a {a|b|c} was typed, in full: arg_key(a, "tcp") */
bool arg_key(const struct args *a, const char *keyword);
/* The last keyword of the sentence, in full: the choice of a row that ends in
 * {a|b|c}. */
const char *arg_choice(const struct args *a);
bool arg_undo(const struct args *a); /* is it the row's `no` sentence? */

/* ---- what a handler may do with the session ------------------------------- */
const struct env *cli_env(const struct cli *cli);
struct conf *cli_conf(const struct cli *cli); /* = cli_env(cli)->conf */
/* The object of the present mode, looked up anew for each command. */
void *cli_object(const struct cli *cli);
/* The names that the mode was entered with: 0 the outer, 1 the inner. */
const char *cli_object_name(const struct cli *cli, int which);
struct out *cli_out(struct cli *cli);	   /* where show commands write */
bool cli_is_expert(const struct cli *cli); /* also: scripts, start-up, replay */
bool cli_is_interactive(const struct cli *cli); /* a person or expect script */
bool cli_may_wait(const struct cli *cli); /* not a configuration from a file */
const char *cli_user(const struct cli *cli);
/* A mask as `terminal netmask-format` wants it: 255.255.255.0, /24 ... */
void cli_out_mask(const struct cli *cli, uint8_t prefix_len, char *buf,
		  size_t cap);
/* A "%% " line; the command has still succeeded. */
void cli_warn(struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Asks and returns; fn() is called with the line (NUL, no newline) when it
 * comes, NULL when the operator gave up (Ctrl-C, end of input).  echo false:
 * a password.  fn may ask again.  arg belongs to fn().
 */
typedef int (*cli_answer_fn)(struct cli *cli, const char *line, void *arg,
			     struct err *err);
void cli_ask(struct cli *cli, const char *question, bool echo, cli_answer_fn fn,
	     void *arg);
/*
 * Asks a [y/n] question unless expert; yes() runs at once or after "y".  arg is
 * NULL or one block of the heap: the session frees it when the question is
 * settled, yes() does not.
 */
int cli_confirm(struct cli *cli, struct err *err,
		int (*yes)(struct cli *cli, void *arg, struct err *err),
		void *arg, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Slow work: work(arg) on a helper thread (copies only), then done() on the
 * control thread with the session as it is then, or cli NULL when it is gone.
 * The session takes no further line until done() has returned; other sessions
 * and traffic go on.  done() frees arg.
 */
int cli_job(struct cli *cli, void (*work)(void *arg),
	    int (*done)(struct cli *cli, void *arg, struct err *err),
	    void *arg);
/* Behind cli_job(): what Ctrl-C does while it runs, on the control thread and
 * with the job's arg: set a flag that work() looks at.  Also called when the
 * session goes. */
void cli_job_stop(struct cli *cli, void (*stop)(void *arg));
/*
 * Likewise: how far it is, for who waits on a terminal, as a line that turns:
 * "Copying (-) 57,344", or with a total "Unpacking(-) 99%".  The struct is part
 * of the job's arg; work() counts in done.
 */
struct progress {
	const char *verb; /* static */
	_Atomic uint64_t done;
	uint64_t total; /* 0: not known */
};
void cli_progress(struct cli *cli, const struct progress *p);
/* What such a line says at its end, of work that took no job. */
void cli_worked(struct cli *cli, const char *verb);

/*
 * Work on the loop that takes its time and shows how far it is (ping).  The
 * session takes no further line until cli_task_end().  stop(arg) is called on
 * Ctrl-C and when the session goes: it ends the task, then or soon.  NULL and
 * err: a session of a file has nobody to wait for it.
 */
struct cli_task;
struct cli_task *cli_task_begin(struct cli *cli, void (*stop)(void *arg),
				void *arg, struct err *err);
/* Is printed at once; nothing when the session is gone. */
void cli_task_print(struct cli_task *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What STATUS becomes when it succeeds, default 0. */
void cli_task_status(struct cli_task *t, int status);
/* Never inside the handler that began it.  err NULL: it succeeded. */
void cli_task_end(struct cli_task *t, const struct err *err);

/* Enters a mode (cli/modes.h: enum mode_id); outer and inner are names. */
void cli_enter(struct cli *cli, int mode, const char *outer, const char *inner);
/* Leaves one mode; end: straight to SuperUser. */
void cli_leave(struct cli *cli);
void cli_end(struct cli *cli);

#endif
