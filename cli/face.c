/* What the servers that sessions come in by have in common. */
#include "cli/face.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/io/hostmap.h"
#include "emu/io/sock.h"

int face_address(const char *option, const char *text, struct in_addr *addr,
		 in_port_t *port, struct err *err)
{
	const char *colon = strrchr(text, ':');
	char host[INET_ADDRSTRLEN];
	uint32_t n = 0;

	if (colon && (size_t)(colon - text) < sizeof(host)) {
		memcpy(host, text, (size_t)(colon - text));
		host[colon - text] = '\0';
		if (str_to_addr(host, addr) &&
		    str_to_u32(colon + 1, 1, 65535, &n)) {
			*port = htons((uint16_t)n);
			return 0;
		}
	}
	return err_set(err, ERR_SYNTAX, -1,
		       "%s %s: give ADDR:PORT, such as 127.0.0.1:2323, or off",
		       option, text);
}

static int listen_host(const struct face_place *at, struct err *err)
{
	struct in_addr a = { 0 };
	in_port_t port = 0;

	if (face_address(at->option, at->where, &a, &port, err) < 0)
		return -1;
	return sock_listen_host(a, port, err);
}

static int door_open(struct face_door *d, struct loop *l, int fd,
		     const struct face_place *at, struct err *err)
{
	if (fd < 0)
		return -1;
	d->watch.fd = fd;
	if (!loop_watch(l, &d->watch, EPOLLIN))
		return 0;
	(void)err_set(err, ERR_IO, -1, "%s %s: %s", at->option, at->where,
		      strerror(errno));
	(void)close(fd);
	d->watch.fd = -1;
	return -1;
}

int face_open(struct face_door door[DOOR_NUM], struct loop *l,
	      const struct face_place *at,
	      void (*fn)(void *door, uint32_t ready, uint64_t now_ms),
	      void *server, struct err *err)
{
	static const struct in_addr any = { INADDR_ANY };
	int rc = 0;

	for (int i = 0; i < DOOR_NUM; i++)
		door[i] = (struct face_door){ { -1, fn, &door[i] }, server };
	if (strcmp(at->where, "off") != 0)
		rc = door_open(&door[DOOR_HOST], l, listen_host(at, err), at,
			       err);
	if (!rc && hostmap_is_transparent(at->map))
		rc = door_open(
			&door[DOOR_CIRCUIT], l,
			sock_listen(at->map, any, htons(at->port), false, err),
			at, err);
	if (rc)
		face_shut(door, l);
	return rc;
}

void face_shut(struct face_door door[DOOR_NUM], struct loop *l)
{
	for (int i = 0; i < DOOR_NUM; i++) {
		if (door[i].watch.fd < 0)
			continue;
		loop_unwatch(l, &door[i].watch);
		(void)close(door[i].watch.fd);
		door[i].watch.fd = -1;
	}
}

int face_pty(int *master, int *slave)
{
	char name[64];

	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (*master < 0)
		return -1;
	if (!grantpt(*master) && !unlockpt(*master) &&
	    !ptsname_r(*master, name, sizeof(name)))
		*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave >= 0)
		return 0;
	(void)close(*master);
	*master = -1;
	return -1;
}

void face_refuse(int fd)
{
	(void)send(fd, T_NO_SESSION, sizeof(T_NO_SESSION) - 1,
		   MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(fd);
}
