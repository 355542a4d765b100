/* What the servers that sessions come in by have in common. */
#include "cli/face.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"

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
