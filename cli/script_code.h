#ifndef CSS_CLI_SCRIPT_CODE_H
#define CSS_CLI_SCRIPT_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * A script as it is played: its commands one by one, with the blocks found.
 * Everything that can be known before the first command runs is checked here:
 * a block without an end, an end without a block, blocks too deep, a function
 * or a label twice.
 */
#define CODE_DEPTH_MAX 32	    /* content.md 5.3 */
#define CODE_LEN_MAX   (256u << 10) /* bytes of a script, own bound */
#define CODE_NAMES_MAX 256	    /* functions and labels, own bound */

enum code_kind {
	CODE_PLAIN, /* any command, goto and function calls included */
	CODE_IF,
	CODE_WHILE,
	CODE_LOOP,
	CODE_END, /* endbranch */
	CODE_FUNCTION,
	CODE_FUNCTION_END,
	CODE_LABEL,
	CODE_ECHO_ON,  /* !echo */
	CODE_ECHO_OFF, /* !no echo */
	CODE_NOTHING,  /* a comment, an empty line */
};

struct code_item {
	enum code_kind kind;
	unsigned line;	   /* from 1 */
	const char *whole; /* the line; in code.text */
	char *text;	   /* owned: the command */
	int col;	   /* where it begins in the line */
	int partner;	   /* of a block's head its end, and the other way */
	int outer;	   /* the head of the block it stands in, -1: none */
};

struct code {
	unsigned refs;
	char name[64];		/* of the script */
	char *text;		/* owned: lines, each with its NUL */
	struct code_item *item; /* owned */
	int n;
	/* where a script that cannot be played is wrong; line 0: all of it */
	unsigned line;
	int col;
	const char *where; /* the line */
};

/* Never NULL; -1 in *rc and err when it cannot be played: then line, where and
 * col tell why, and nothing else may be used. */
struct code *code_new(const char *name, const char *text, size_t len, int *rc,
		      struct err *err);
struct code *code_ref(struct code *c);
void code_unref(struct code *c); /* NULL is fine */

/* Which item begins the function, or is the label?  -1: none. */
int code_function(const struct code *c, const char *name);
int code_label(const struct code *c, const char *name);

/* Of one command, leading blanks allowed. */
enum code_kind code_kind_of(const char *command);
/* The nth word of a command, from 0; false when there is none. */
bool code_word(const char *command, int n, char *buf, size_t cap);
/* Where the command that starts at s ends: a semicolon outside of quotes. */
size_t code_command_len(const char *s);

#endif
