#ifndef CSS_CLI_EDITOR_H
#define CSS_CLI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <termios.h>

#include "cli/terminal.h"

/*
 * A terminal's thread: tty.c moves bytes and pages, console.c edits lines and
 * runs the logins.
 */
/* Why no further line can be read. */
enum closed {
	CLOSED_NO,
	CLOSED_EOF,
	CLOSED_HUNG,
	CLOSED_IDLE,
	CLOSED_OVERTIME
};

enum { KEY_ABORT = 0x03, KEY_CLEAR = 0x15, KEY_CLEAR2 = 0x18 };

struct seat; /* console.c: libedit's part */

struct editor {
	struct terminal *t;
	struct seat *seat; /* NULL: not a terminal */
	FILE *in;	   /* libedit's view of the descriptor */
	struct termios saved;
	bool have_saved;
	struct reply r;
	enum closed closed;
	bool abort, end; /* Ctrl-C, Ctrl-Z ended the line */
	unsigned room;	 /* rows left on the page that is being printed */
	bool mute;	 /* the user wants no more of this answer ... */
	bool stop;	 /* ... and its command to end */
	uint64_t login_ms;
	char buf[1024]; /* input read ahead */
	size_t at, len;
	bool holds_lock;
	struct out heard; /* notices not printed yet */
	/* Prints again what stood on the line before notices were; NULL: they
	 * have to wait. */
	void (*redraw)(struct editor *e);
};

/* ---- tty.c ---------------------------------------------------------------- */
/* libedit's lock, one for all threads: it is given up while one waits. */
void edit_lock(struct editor *e);
void edit_unlock(struct editor *e);
/* Both tell with e->closed that the terminal is to end. */
size_t put_bytes(struct editor *e, const char *s, size_t len);
void put(struct editor *e, const char *s);
int get_byte(struct editor *e); /* -1: closed */
/* Is there a byte, or will there be in time? */
bool key_comes(struct editor *e, int ms);
/* Sends a request to the control thread; the answer is in e->r.  Meanwhile
 * notices are printed, and on a terminal Ctrl-C interrupts. */
void ask(struct editor *e, enum ask what, const char *text);
void page_begin(struct editor *e); /* before the first answer to a line */
void print_reply(struct editor *e); /* page by page on a terminal */
/* Keys come one by one and unseen; output still gets its carriage returns. */
void tty_raw(struct editor *e, bool signals);
/* Waits until one of p is ready, p[0] being the wake-up call that it fills in;
 * false: none is, or the terminal is to end. */
struct pollfd;
bool wait_any(struct editor *e, struct pollfd *p, unsigned long n,
	      int timeout_ms);
/* How long to wait on for a key that is waited for since then, at most half a
 * minute; 0: it is late, *which tells by which time-out. */
int patience(const struct editor *e, uint64_t since, enum closed *which);
/* What has come in behind what is there already; false: the input is closed. */
bool read_ahead(struct editor *e);
/* Does Ctrl-C stop the switch? */
bool stops_switch(const struct editor *e);

#endif
