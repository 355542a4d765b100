#ifndef CSS_CLI_MODE_SSLLIST_H
#define CSS_CLI_MODE_SSLLIST_H

struct args;
struct cli;
struct err;
struct out;
struct ssl_backend;
struct ssl_common;
struct ssl_server;

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

/* The entry that <n> names, for a change: -1 and err when there is none or the
 * list is active.  either: the line says ssl-server or backend-server. */
int entry_server(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err);
int entry_backend(struct cli *cli, const struct args *a, struct entry *e,
		  struct err *err);
int entry_either(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err);
/* "  ssl-server 20 " */
void entry_begin(const struct entry *e, struct out *o);

#define EITHER	"{ssl-server|backend-server} <n:uint:1-256>"
#define SERVER	"ssl-server <n:uint:1-256>"
#define BACKEND "backend-server <n:uint:1-256>"

#endif
