/*
 * Each look-up has a channel of c-ares of its own, which lives as long as it
 * does; the library does retries, the switch to TCP and the checks of answers.
 */
#include "emu/io/names.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/io/hostmap.h"

#define WAIT_MS	 1500 /* for the first answer of a server, then twice that */
#define TRIES	 2
#define SLICE_MS 100 /* how soon a stop is seen */

struct answer {
	bool over;
	int status;
	struct in_addr addr;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
	(void)ares_library_init(ARES_LIB_INIT_ALL);
}

static void on_answer(void *arg, int status, int timeouts, struct hostent *h)
{
	struct answer *a = arg;

	(void)timeouts;
	a->over = true;
	a->status = status;
	if (status != ARES_SUCCESS)
		return;
	if (h->h_addrtype == AF_INET && h->h_addr_list[0])
		memcpy(&a->addr, h->h_addr_list[0], sizeof(a->addr));
	else
		a->status = ARES_ENODATA;
}

/* What the i-th socket is waited for; the library's own macros shift a one out
 * of its int. */
static int events_of(int bits, int i)
{
	unsigned b = (unsigned)bits >> i;

	return (b & 1 ? POLLIN : 0) |
	       (b >> ARES_GETSOCK_MAXNUM & 1 ? POLLOUT : 0);
}

/* One round of waiting for what the channel waits for. */
static void wait_some(ares_channel c)
{
	ares_socket_t fd[ARES_GETSOCK_MAXNUM];
	int bits = ares_getsock(c, fd, ARES_GETSOCK_MAXNUM);
	struct pollfd p[ARES_GETSOCK_MAXNUM];
	struct timeval slice = { .tv_usec = SLICE_MS * 1000L }, tv;
	const struct timeval *t = ares_timeout(c, &slice, &tv);
	nfds_t n = 0;

	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		int events = events_of(bits, i);

		if (events)
			p[n++] = (struct pollfd){ .fd = fd[i],
						  .events = (short)events };
	}
	(void)poll(p, n, (int)(t->tv_sec * 1000 + t->tv_usec / 1000) + 1);
	for (nfds_t i = 0; i < n; i++)
		ares_process_fd(c, p[i].revents ? p[i].fd : ARES_SOCKET_BAD,
				p[i].revents & POLLOUT ? p[i].fd
						       : ARES_SOCKET_BAD);
	if (!n)
		ares_process_fd(c, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

static int channel_open(const struct names *n, ares_channel *c)
{
	static char dns_only[] = "b";
	struct in_addr host[NAMES_SERVER_MAX];
	struct ares_options o = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = WAIT_MS,
		.tries = TRIES,
		.servers = host,
		.nservers = n->nserver,
		.lookups = dns_only,
	};

	for (int i = 0; i < n->nserver; i++)
		host[i] = hostmap_addr(n->map, n->server[i]);
	return ares_init_options(c, &o,
				 ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
					 ARES_OPT_TRIES | ARES_OPT_SERVERS |
					 ARES_OPT_LOOKUPS);
}

/* ARES_SUCCESS, or why not. */
static int ask(const struct names *n, const char *name, const atomic_bool *stop,
	       struct in_addr *addr)
{
	struct answer a = { .over = false };
	ares_channel c;
	int rc = channel_open(n, &c);

	if (rc != ARES_SUCCESS)
		return rc;
	ares_gethostbyname(c, name, AF_INET, on_answer, &a);
	while (!a.over) {
		if (stop && atomic_load(stop))
			ares_cancel(c);
		else
			wait_some(c);
	}
	ares_destroy(c);
	*addr = a.addr;
	return a.status;
}

/* The answer settles it: the server knows of no such name. */
static bool is_final(int status)
{
	return status != ARES_ENOTFOUND && status != ARES_ENODATA;
}

static int refuse(int status, const char *name, struct err *err)
{
	if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION)
		return err_set(err, ERR_REFUSED, -1, T_NAME_STOPPED, name);
	if (!is_final(status) || status == ARES_EBADNAME)
		return err_set(err, ERR_NOT_FOUND, -1, T_NAME_NONE, name);
	return err_set(err, ERR_IO, -1, T_NAME_FAILED, name,
		       ares_strerror(status));
}

int names_lookup(const struct names *n, const char *name,
		 const atomic_bool *stop, struct in_addr *addr, struct err *err)
{
	char full[256];
	int status = ARES_ENOTFOUND;

	if (!n->nserver)
		return err_set(err, ERR_NOT_FOUND, -1, T_NAME_UNKNOWN, name,
			       name);
	(void)pthread_once(&once, start_library);
	if (*n->suffix && !strchr(name, '.') &&
	    snprintf(full, sizeof(full), "%s.%s", name, n->suffix) <
		    (int)sizeof(full))
		status = ask(n, full, stop, addr);
	if (!is_final(status))
		status = ask(n, name, stop, addr);
	return status == ARES_SUCCESS ? 0 : refuse(status, name, err);
}
