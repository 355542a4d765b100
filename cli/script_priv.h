#ifndef CSS_CLI_SCRIPT_PRIV_H
#define CSS_CLI_SCRIPT_PRIV_H

#include "cli/script_code.h"
#include "cli/script_play.h"
#include "cli/script_var.h"
#include "cli/session_priv.h"
#include "emu/io/loop.h"

/* Inside of the play: script_play.c runs it, script_scope.c has its variables,
 * script_frame.c tells its errors. */
enum level_kind {
	LEVEL_SCRIPT, /* script play */
	LEVEL_CALLED, /* function SCRIPT_PLAY: its end by exit is the caller's */
	LEVEL_FUNCTION,
	LEVEL_TYPED, /* a block from the prompt */
};

struct block {
	int head;
	uint32_t left; /* rounds of a loop; UINT32_MAX: until it is left */
};

struct level {
	enum level_kind kind;
	struct code *code; /* a reference of its own */
	int at;		   /* the command that runs */
	int next;	   /* the one behind it */
	int start, end;	   /* of the level: its first, behind its last */
	bool decided; /* the block that `at` begins is entered, or left out */
	bool echo;
	char *args; /* owned; NULL: those of the level below */
	int nblock;
	struct block block[CODE_DEPTH_MAX];
};

/* What the session was at when the play began. */
struct interrupted {
	char *line; /* owned */
	size_t next;
	bool expanded;
	int depth;
};

struct play {
	struct cli *cli;
	struct level *level[PLAY_DEPTH_MAX]; /* owned */
	int n;
	struct vars *vars; /* owned: of the script */
	struct interrupted caller;
	struct timer timer;
	bool waits, interrupted;
	bool quiet;	     /* errors are not told */
	unsigned steps;	     /* of this slice */
	size_t printed;	     /* before this slice */
	uint64_t slice_end;  /* clock_ms() */
	unsigned long total; /* steps of a play that has no loop to turn */
	uint64_t generation; /* of the configuration that traffic follows */
	char *exit_msg;	     /* owned: why it ended */
};

struct level *play_top(const struct play *p);
/* Ends everything that is played. */
void play_end(struct cli *c, int status, bool failed);

/* ---- script_frame.c -------------------------------------------------------- */
/* The frame around the error of the command that runs (content.md 5.6). */
void frame_print(struct cli *c);
/* The same of a script that cannot be played at all. */
void frame_unplayable(struct cli *c, const struct code *code,
		      const struct err *err);
/* EXIT_MSG, when it is set; and it is kept. */
void frame_exit_msg(struct cli *c, const char *otherwise);

#endif
