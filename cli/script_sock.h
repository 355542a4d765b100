#ifndef CSS_CLI_SCRIPT_SOCK_H
#define CSS_CLI_SCRIPT_SOCK_H

#include <stdbool.h>

struct cli;
struct hostmap;
struct loop;

/*
 * Sockets of scripts and of the command line (content.md 5.7): one table for the
 * whole switch.  A session uses its own only.  Nothing waits: a command that has
 * to is a task of its session.
 */
#define SOCKETS_MAX 64
#define SOCKET_BUF  10240 /* what was received last */

struct sockets;

struct sockets *sockets_new(struct loop *l, const struct hostmap *map);
void sockets_free(struct sockets *s); /* behind the last session */
/* Of a session that ends (all), or of its script that does. */
void sockets_close(struct cli *c, bool all);

#endif
