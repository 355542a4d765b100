#ifndef CSS_CLI_SETTING_H
#define CSS_CLI_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct args;
struct cli;
struct cmd;
struct err;
struct out;

/*
 * A row that sets a value and does nothing else names where the value goes, and
 * needs no handlers: what was typed is stored, printed in running-config unless
 * it is the default, and undone by the row's `no` sentence (struct cmd .set).
 *
 * A sentence is read as family, key, value.  The family is the keywords that the
 * syntax begins with, unless .family says otherwise; the next .keys words tell
 * one of several from another; the rest, in printed form, is the value: keywords
 * in full, masks with dots, host names as addresses, texts in quotes.
 *
 *	bridge aging-time <seconds:uint:10-1000000>     .dflt = "300"
 *	dns-record a <name:word> <ip:addr> [...]        .keys = 1
 *	cdp run                                         a switch, off by default
 *	sshd keepalive                                  .on = true: prints
 *							"no sshd keepalive"
 *
 * What undoes may begin with another word than "no": "remove dns <name>" undoes
 * "add dns <name>".
 *
 * The value goes into a typed field of the object when .store says so, else into
 * the struct settings (emu/conf/setting.h) at .at.
 */
enum setting_store {
	SET_KEPT, /* struct settings */
	SET_FLAG, /* bool; see .yes and .no */
	SET_U8,
	SET_U16,
	SET_U32,
	SET_TEXT, /* char[.cap]; printed in quotes when typed as text */
	SET_WORD, /* uint8_t: which of .words; the first is the default */
	SET_ADDR, /* struct in_addr, masks too; .dflt NULL: none */
};

/* Rows may share a SET_WORD or SET_TEXT field, words that act apart from inert
 * ones: each prints its own; one without a choice needs .family. */

/*
 * What a sentence changes may be a part of the mode's object that its first
 * words name, as "ssl-server 20" does; .at then counts from the part.
 */
struct setting_part {
	const char *syntax; /* those words, as the rows begin with them */
	/* The part that is meant, for a change; NULL and err when there is none
	 * or it may not change now. */
	void *(*find)(struct cli *cli, const struct args *a, struct err *err);
	/* The same from what the render hooks of the table get; NULL: the row is
	 * not about such a part. */
	const void *(*of)(const void *obj);
	/* The words before its lines: "  ssl-server 20 " */
	void (*begin)(const void *obj, struct out *o);
};

struct setting {
	const char *family;
	const char *dflt;   /* value that is not printed; numbers: "" is 0 */
	const char *noun;   /* in errors; NULL: the family */
	const char *indent; /* NULL: two blanks */
	/* Words that tell one of the family from another.  The undoing sentence
	 * may have fewer: then it is about all that begin so. */
	uint8_t keys;
	bool listed;  /* another row prints the family, this one's lines, too */
	uint16_t max; /* how many of the family; 0: any number */
	/* What is not kept at the end of the value, because it is what it means
	 * to leave it out: "type2|metric 1", tried in this order. */
	const char *omit;
	bool on;      /* a switch that is on until it is undone */
	bool global;  /* .at counts from struct global, not the mode's object */
	enum setting_store store;
	size_t at, cap; /* offset of the field; its size for SET_TEXT */
	const char *const *words;	 /* of SET_WORD, NULL behind the last */
	const struct setting_part *part; /* NULL: the mode's object itself */
	/* SET_FLAG: the value that sets it and the one that clears it.  NULL:
	 * the bare sentence, and its undoing */
	const char *yes, *no;
	/* The parameter that is a secret, and the word printed before its sealed
	 * form, which another sentence of the family must accept. */
	const char *secret, *sealed;
	/* May refuse what would change something; undo too (args.undo).  Not
	 * asked when the value stays what it is. */
	int (*check)(struct cli *cli, const struct args *a, struct err *err);
	/* After a change, for what must follow at once; may be NULL. */
	void (*changed)(struct cli *cli);
};

/* Both are for the command tree: rows with .set are run by it. */
int setting_run(struct cli *cli, const struct args *a, struct err *err);
/* The row's lines of running-config; obj as for the render hooks of the mode. */
void setting_render(const struct cmd *row, const void *obj, struct out *o);

/* .at of a field, for a table's rows: SETTING_AT(struct iface, vlan) */
#define SETTING_AT(type, field) .at = offsetof(type, field)
/* A char[] of the object and its size. */
#define SETTING_TEXT_AT(type, field)                                           \
	.store = SET_TEXT, .at = offsetof(type, field),                        \
	.cap = sizeof(((type *)0)->field)

#endif
