#ifndef CSS_CLI_MODE_SSLLIST_H
#define CSS_CLI_MODE_SSLLIST_H

#include "cli/setting.h"
#include "emu/conf/ssllist.h"

struct args;
struct cli;
struct err;
struct out;

/*
 * An entry of an SSL proxy list, for the files that have its commands: what the
 * render hooks of ssllist_entry_cmds and ssllist_traffic_cmds get.  One of
 * server and backend is NULL; c is never.
 */
struct entry {
	struct ssl_server *server;
	struct ssl_backend *backend;
	struct ssl_common *c;
};

/* The entry that <n> names: -1 and err when there is none.  either: the line
 * says ssl-server or backend-server. */
int entry_server(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err);
int entry_backend(struct cli *cli, const struct args *a, struct entry *e,
		  struct err *err);
int entry_either(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err);
/* "  ssl-server 20 " */
void entry_begin(const void *entry, struct out *o);
/* struct mode_lines .note */
void entry_note(struct cli *cli, const struct args *a);
/* A check hook: refuses while the list is active. */
int entry_edit(struct cli *cli, const struct args *a, struct err *err);

#define EITHER	"{ssl-server|backend-server} <n:uint:1-256>"
#define SERVER	"ssl-server <n:uint:1-256>"
#define BACKEND "backend-server <n:uint:1-256>"

/* Rows of one field (cli/setting.h) that begin with EITHER, SERVER, BACKEND. */
extern const struct setting_part either_part, server_part, backend_part;

#define ENTRY_ROW(part_of, check_by, ...)                                      \
	&(const struct setting)                                                \
	{                                                                      \
		.part = &(part_of), .check = (check_by), __VA_ARGS__           \
	}
#define EITHER_SET(field, ...)                                                 \
	ENTRY_ROW(either_part, entry_edit,                                     \
		  SETTING_AT(struct ssl_common, field), __VA_ARGS__)
#define SERVER_SET(field, ...)                                                 \
	ENTRY_ROW(server_part, entry_edit,                                     \
		  SETTING_AT(struct ssl_server, field), __VA_ARGS__)
#define BACKEND_SET(field, ...)                                                \
	ENTRY_ROW(backend_part, entry_edit,                                    \
		  SETTING_AT(struct ssl_backend, field), __VA_ARGS__)
#define SERVER_TEXT(field, ...)                                                \
	ENTRY_ROW(server_part, entry_edit,                                     \
		  SETTING_TEXT_AT(struct ssl_server, field), __VA_ARGS__)

#endif
