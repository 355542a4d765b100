#ifndef CSS_CLI_SCRIPT_PLAY_H
#define CSS_CLI_SCRIPT_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli;
struct code;
struct err;
struct play;
struct session;

/*
 * Playing a script in a session (content.md 5).  The session's pump takes its
 * commands from here when the typed line has none left: play_next() puts the
 * next one into the line.  A script runs in slices; between them the loop turns
 * and a terminal prints what there is, so that no script stalls the switch.
 *
 * Levels: a script, a function of it, a script that it plays, or an `if` that
 * was typed at the prompt.
 */
#define PLAY_DEPTH_MAX 32 /* levels, own bound */

/* Plays script NAME of the disk: ARGS is args.  as_function: for the function
 * SCRIPT_PLAY, whose `exit script` ends the caller, too. */
int play_script(struct cli *c, const char *name, const char *args,
		bool as_function, struct err *err);
/* Plays a text that is no file of the scripts, a profile: it goes on after
 * errors; quiet: and does not even tell them. */
int play_text(struct cli *c, const char *name, const char *text, size_t len,
	      bool quiet, struct err *err);
bool play_is_quiet(const struct cli *c);
/* Plays what was typed at the prompt; takes the reference over. */
void play_typed(struct cli *c, struct code *code);
int play_function(struct cli *c, const char *name, const char *args,
		  struct err *err);

/* Puts the next command into the session's line, or ends the play. */
void play_next(struct cli *c);
/* Behind each command: does the session let others run first? */
bool play_pauses(struct cli *c);
bool play_waits(const struct cli *c); /* it has paused */
/* The command has failed, as c->cmd tells. */
void play_failed(struct cli *c);
/* Are failures only told (CONTINUE_ON_ERROR)? */
bool play_goes_on(const struct cli *c);
void play_interrupt(struct cli *c); /* Ctrl-C: at the next command */
void play_drop(struct cli *c);	    /* the session ends */

/* ---- for the commands of the language ------------------------------------- */
/* Is a script being played, not only something typed? */
bool play_in_script(const struct cli *c);
/* `if` and `while` of the command that runs; false: it is not one of a block. */
bool play_at_head(const struct cli *c);
void play_branch(struct cli *c, bool enter, uint32_t times);
int play_goto(struct cli *c, const char *label, struct err *err);
void play_echo(struct cli *c, bool on);
void play_exit(struct cli *c, int status);

/* ---- variables ------------------------------------------------------------- */
/* With the special ones (content.md 5.5); NULL: not set.  The text is good until
 * the next look-up. */
const char *play_var(struct cli *c, const char *name);
int play_var_set(struct cli *c, const char *name, const char *value,
		 bool session, struct err *err);
/* Where it is already: of the script, else of the session. */
int play_var_modify(struct cli *c, const char *name, const char *value,
		    struct err *err);
bool play_var_unset(struct cli *c, const char *name);
/* All that are set, in order of name: emit is called for each. */
void play_vars(struct cli *c,
	       void (*emit)(void *arg, const char *name, const char *value),
	       void *arg);

#endif
