#include "emu/io/sock.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/hostmap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Sharing a port.  SO_REUSEPORT lets any process of the same user join, which
 * would hide that another program has the port.  So every listener is bound
 * without it first; that fails when anybody listens there.  Only when the
 * holder is a listener of our own for the same appliance address is a second
 * one opened that joins it.  SO_REUSEPORT is switched on behind bind(2): the
 * kernel looks at it when the next socket asks for the port.
 *
 * To know its own listeners, the file keeps a note of each shared one.  Nobody
 * tells when a descriptor is closed; a note is believed only while its
 * descriptor is a listening socket on that address, and dropped when not.
 */
#define BACKLOG	    4096 /* the kernel cuts it to net.core.somaxconn */
#define SEGMENT_MIN 88	 /* Linux: TCP_MIN_MSS */

struct note {
	int fd, type; /* SOCK_STREAM, SOCK_DGRAM */
	struct sockaddr_in host;
	struct in_addr appliance;
};

static pthread_mutex_t notes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct note *notes; /* owned */
static size_t nnote, note_cap;

static bool note_holds(const struct note *n)
{
	struct sockaddr_in at = { 0 };
	socklen_t len = sizeof(at);
	int type = 0, listening = 0;
	socklen_t optlen = sizeof(int);

	return !getsockopt(n->fd, SOL_SOCKET, SO_TYPE, &type, &optlen) &&
	       type == n->type &&
	       !getsockopt(n->fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
			   &optlen) &&
	       listening == (type == SOCK_STREAM) &&
	       !getsockname(n->fd, (struct sockaddr *)&at, &len) &&
	       at.sin_family == AF_INET && at.sin_port == n->host.sin_port &&
	       at.sin_addr.s_addr == n->host.sin_addr.s_addr;
}

/* Whose listener of ours is on this host address? */
static bool note_find(int type, const struct sockaddr_in *host,
		      struct in_addr *appliance)
{
	for (size_t i = 0; i < nnote; i++) {
		const struct note *n = &notes[i];

		if (n->type != type || n->host.sin_port != host->sin_port ||
		    n->host.sin_addr.s_addr != host->sin_addr.s_addr)
			continue;
		if (note_holds(n)) {
			*appliance = n->appliance;
			return true;
		}
		notes[i--] = notes[--nnote];
	}
	if (!nnote) {
		free(notes);
		notes = NULL;
		note_cap = 0;
	}
	return false;
}

static void note_add(int fd, int type, const struct sockaddr_in *host,
		     struct in_addr appliance)
{
	for (size_t i = 0; i < nnote; i++)
		if (notes[i].fd == fd)
			notes[i--] = notes[--nnote]; /* closed meanwhile */
	if (nnote == note_cap) {
		note_cap = note_cap ? 2 * note_cap : 16;
		notes = xrealloc(notes, note_cap * sizeof(*notes));
	}
	notes[nnote++] = (struct note){ fd, type, *host, appliance };
}

static void set_on(int fd, int level, int option)
{
	int on = 1;

	(void)setsockopt(fd, level, option, &on, sizeof(on));
}

void sock_limit_segments(int fd, unsigned bytes)
{
	int value = (int)bytes;

	if (value && value < SEGMENT_MIN)
		value = SEGMENT_MIN;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &value, sizeof(value));
}

static int close_keep_errno(int fd)
{
	int keep = errno;

	(void)close(fd);
	errno = keep;
	return -1;
}

/* m NULL: of this host. */
static int any_socket(const struct hostmap *m, int type)
{
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && m && hostmap_is_transparent(m))
		set_on(fd, IPPROTO_IP, IP_TRANSPARENT);
	return fd;
}

static int tcp_socket(const struct hostmap *m)
{
	int fd = any_socket(m, SOCK_STREAM);

	if (fd >= 0)
		set_on(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

static int udp_socket(const struct hostmap *m)
{
	return any_socket(m, SOCK_DGRAM);
}

/* SO_REUSEADDR lets a second UDP socket take datagrams away from the first; for
 * TCP it only concerns connections that are over. */
static int open_listener(const struct hostmap *m, int type,
			 const struct sockaddr_in *host, bool join, bool shared)
{
	int fd = type == SOCK_STREAM ? tcp_socket(m) : udp_socket(m);

	if (fd < 0)
		return -1;
	if (type == SOCK_STREAM)
		set_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (join)
		set_on(fd, SOL_SOCKET, SO_REUSEPORT);
	if (bind(fd, (const struct sockaddr *)host, sizeof(*host)))
		return close_keep_errno(fd);
	if (shared)
		set_on(fd, SOL_SOCKET, SO_REUSEPORT);
	if (type == SOCK_STREAM && listen(fd, BACKLOG))
		return close_keep_errno(fd);
	return fd;
}

static int outer_net = -1, inner_net = -1; /* borrowed */

static void cure(int error, const struct sockaddr_in *host, char *text,
		 size_t cap)
{
	unsigned port = ntohs(host->sin_port);

	switch (error) {
	case EADDRINUSE:
		(void)snprintf(text, cap,
			       "port %u is in use by another program there; "
			       "stop it, or move the switch's ports with "
			       "--port-base",
			       port);
		return;
	case EADDRNOTAVAIL:
		(void)snprintf(text, cap,
			       "it is not an address of this host; add it to "
			       "an interface, or map it with --map");
		return;
	case EACCES:
		(void)snprintf(text, cap,
			       "port %u is for root only; run as root, or %s",
			       port,
			       outer_net < 0 ? "give a --port-base such as "
					       "10000"
					     : "with CAP_NET_BIND_SERVICE");
		return;
	case EMFILE:
	case ENFILE:
		(void)snprintf(text, cap,
			       "no descriptors are left; raise the limit with "
			       "ulimit -n");
		return;
	default:
		(void)snprintf(text, cap, "%s", strerror(error));
	}
}

static int listen_failed(int error, struct in_addr addr, in_port_t port,
			 const struct sockaddr_in *host, struct err *err)
{
	char why[160];

	cure(error, host, why, sizeof(why));
	if (addr.s_addr == host->sin_addr.s_addr && port == host->sin_port)
		return err_set(err, ERR_IO, -1, "cannot listen on %s:%u: %s",
			       str_addr(addr), ntohs(port), why);
	return err_set(err, ERR_IO, -1,
		       "cannot listen on %s:%u (%s:%u of this host): %s",
		       str_addr(addr), ntohs(port), str_addr(host->sin_addr),
		       ntohs(host->sin_port), why);
}

/* Under notes_lock. */
static int listen_noted(const struct hostmap *m, int type, struct in_addr addr,
			in_port_t port, const struct sockaddr_in *host,
			bool shared, struct err *err)
{
	struct in_addr holder;
	int fd = open_listener(m, type, host, false, shared);
	int error = errno;

	if (fd < 0 && error == EADDRINUSE && note_find(type, host, &holder)) {
		if (holder.s_addr != addr.s_addr)
			return err_set(err, ERR_EXISTS, -1,
				       "%s:%u and %s:%u both fall on %s:%u of "
				       "this host; %s is not opened: map one "
				       "elsewhere with --map",
				       str_addr(holder), ntohs(port),
				       str_addr(addr), ntohs(port),
				       str_addr(host->sin_addr),
				       ntohs(host->sin_port), str_addr(addr));
		if (!shared)
			return err_set(err, ERR_EXISTS, -1,
				       "%s:%u is open already", str_addr(addr),
				       ntohs(port));
		fd = open_listener(m, type, host, true, true);
		error = errno;
	}
	if (fd < 0)
		return listen_failed(error, addr, port, host, err);
	note_add(fd, type, host, addr);
	return fd;
}

/*
 * Behind the wire there are no strangers, but listeners of ours for one address
 * beside one for every other: nobody asks who holds the port, and the closer fit
 * takes a connection.
 */
static int listen_transparent(const struct hostmap *m, int type,
			      struct in_addr addr, in_port_t port,
			      const struct sockaddr_in *host, struct err *err)
{
	int fd = open_listener(m, type, host, true, true);

	return fd < 0 ? listen_failed(errno, addr, port, host, err) : fd;
}

static int listen_mapped(int type, const struct hostmap *m, struct in_addr addr,
			 in_port_t port, bool shared, struct err *err)
{
	struct sockaddr_in host = { .sin_family = AF_INET };
	int fd;

	if (addr.s_addr == htonl(INADDR_ANY) && !hostmap_is_transparent(m))
		return err_set(err, ERR_RANGE, -1,
			       "port %u cannot be opened on every address: "
			       "give the VIP an address",
			       ntohs(port));
	host.sin_addr = hostmap_addr(m, addr);
	host.sin_port = hostmap_listen_port(m, port);
	if (!host.sin_port)
		return err_set(err, ERR_RANGE, -1,
			       "%s:%u: with --port-base the port lies above "
			       "65535; use a smaller --port-base",
			       str_addr(addr), ntohs(port));
	if (hostmap_is_transparent(m))
		return listen_transparent(m, type, addr, port, &host, err);
	(void)pthread_mutex_lock(&notes_lock);
	fd = listen_noted(m, type, addr, port, &host, shared, err);
	(void)pthread_mutex_unlock(&notes_lock);
	return fd;
}

int sock_listen(const struct hostmap *m, struct in_addr addr, in_port_t port,
		bool shared, struct err *err)
{
	return listen_mapped(SOCK_STREAM, m, addr, port, shared, err);
}

int sock_listen_udp(const struct hostmap *m, struct in_addr addr,
		    in_port_t port, bool shared, struct err *err)
{
	return listen_mapped(SOCK_DGRAM, m, addr, port, shared, err);
}

void sock_set_outside(int outer, int inner)
{
	outer_net = outer;
	inner_net = inner;
}

int sock_call_outside(int (*fn)(void *arg), void *arg)
{
	int rc = -1, error = 0;

	if (outer_net >= 0 && setns(outer_net, CLONE_NEWNET))
		return -1;
	rc = fn(arg);
	error = errno;
	if (outer_net >= 0 && setns(inner_net, CLONE_NEWNET))
		abort(); /* all that follows would be in the wrong place */
	errno = error;
	return rc;
}

static int listen_here(void *host)
{
	return open_listener(NULL, SOCK_STREAM, host, false, false);
}

int sock_listen_host(struct in_addr addr, in_port_t port, struct err *err)
{
	struct sockaddr_in host = { .sin_family = AF_INET,
				    .sin_addr = addr,
				    .sin_port = port };
	int fd = sock_call_outside(listen_here, &host);

	if (fd < 0 && errno == EADDRINUSE)
		return err_set(err, ERR_EXISTS, -1,
			       "cannot listen on %s:%u: the port is taken; "
			       "choose another with --telnet ADDR:PORT",
			       str_addr(addr), ntohs(port));
	return fd < 0 ? listen_failed(errno, addr, port, &host, err) : fd;
}

/* The port is left to connect(2), which sees the whole four-tuple: a source
 * address then carries as many connections as there are ports per server. */
static int bind_source(int fd, struct in_addr host, in_port_t port)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr = host,
				    .sin_port = port };

	if (!port)
		set_on(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
	return bind(fd, (const struct sockaddr *)&from, sizeof(from));
}

int sock_connect_from(const struct hostmap *m, struct in_addr dst,
		      in_port_t port, struct in_addr src, in_port_t sport)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr = hostmap_addr(m, dst),
				  .sin_port = port };
	int fd = tcp_socket(m);

	if (fd < 0)
		return -1;
	if (sport) /* a connection from there may just be over */
		set_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (src.s_addr != htonl(INADDR_ANY) &&
	    bind_source(fd, hostmap_addr(m, src), sport))
		return close_keep_errno(fd);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) &&
	    errno != EINPROGRESS)
		return close_keep_errno(fd);
	return fd;
}

int sock_connect(const struct hostmap *m, struct in_addr dst, in_port_t port,
		 struct in_addr src)
{
	return sock_connect_from(m, dst, port, src, 0);
}

/* ---- announced connections -------------------------------------------------- */

#define FEW 4

int sock_listen_at(const struct hostmap *m, struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = tcp_socket(m);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at))) {
		at->sin_port = 0;
		if (bind(fd, (const struct sockaddr *)at, sizeof(*at)))
			return close_keep_errno(fd);
	}
	if (listen(fd, FEW) || getsockname(fd, (struct sockaddr *)at, &len))
		return close_keep_errno(fd);
	return fd;
}

int sock_udp_at(const struct hostmap *m, struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = udp_socket(m);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) ||
	    getsockname(fd, (struct sockaddr *)at, &len))
		return close_keep_errno(fd);
	return fd;
}

static int connect_from(const struct hostmap *m, const struct sockaddr_in *to,
			const struct sockaddr_in *from)
{
	int fd = tcp_socket(m);

	if (fd < 0)
		return -1;
	set_on(fd, SOL_SOCKET, SO_REUSEADDR); /* port 20 again and again */
	if (from && bind(fd, (const struct sockaddr *)from, sizeof(*from)))
		return close_keep_errno(fd);
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) &&
	    errno != EINPROGRESS)
		return close_keep_errno(fd);
	return fd;
}

int sock_connect_at(const struct hostmap *m, const struct sockaddr_in *to,
		    const struct sockaddr_in *from)
{
	struct sockaddr_in address = *from;
	int fd = connect_from(m, to, from);

	address.sin_port = 0;
	if (fd < 0)
		fd = connect_from(m, to, &address);
	return fd < 0 ? connect_from(m, to, NULL) : fd;
}

struct sockaddr_in sock_name(int fd)
{
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &len) ||
			       a.sin_family != AF_INET
		       ? (struct sockaddr_in){ .sin_family = AF_INET }
		       : a;
}

struct sockaddr_in sock_peer(int fd)
{
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);

	return getpeername(fd, (struct sockaddr *)&a, &len) ||
			       a.sin_family != AF_INET
		       ? (struct sockaddr_in){ .sin_family = AF_INET }
		       : a;
}

/* ---- datagrams --------------------------------------------------------------- */

int sock_udp(const struct hostmap *m, struct in_addr dst, in_port_t port,
	     struct in_addr src, in_port_t sport)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr = hostmap_addr(m, dst),
				  .sin_port = port };
	int fd = udp_socket(m);

	if (fd < 0)
		return -1;
	if ((src.s_addr != htonl(INADDR_ANY) &&
	     bind_source(fd, hostmap_addr(m, src), sport)) ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return close_keep_errno(fd);
	return fd;
}

void sock_nagle(int fd)
{
	int off = 0;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof(off));
}

int sock_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		return errno;
	return error;
}

int sock_udp_open(struct err *err)
{
	int fd = udp_socket(NULL);

	if (fd < 0)
		return err_set(err, ERR_IO, -1, "cannot open a UDP socket: %s",
			       strerror(errno));
	return fd;
}

bool sock_send(const struct hostmap *m, int fd, struct in_addr dst,
	       in_port_t port, const void *data, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr = hostmap_addr(m, dst),
				  .sin_port = port };

	return sendto(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&to, sizeof(to)) == (ssize_t)len;
}

int sock_icmp(bool *is_dgram, struct err *err)
{
	const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = socket(AF_INET, SOCK_RAW | flags, IPPROTO_ICMP);

	*is_dgram = fd < 0;
	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM | flags, IPPROTO_ICMP);
	if (fd < 0)
		return err_set(err, ERR_IO, -1,
			       "cannot send ICMP (%s): run as root, or let "
			       "groups ping: sysctl -w "
			       "net.ipv4.ping_group_range=\"0 2147483647\"",
			       strerror(errno));
	return fd;
}
