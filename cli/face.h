#ifndef CSS_CLI_FACE_H
#define CSS_CLI_FACE_H

#include <netinet/in.h>

struct err;

/* What the servers that sessions come in by have in common. */

/* "127.0.0.1:2323"; option names it in err. */
int face_address(const char *option, const char *text, struct in_addr *addr,
		 in_port_t *port, struct err *err);
/* Both ends of a pseudo terminal, the master non-blocking; -1: errno is kept and
 * nothing is open. */
int face_pty(int *master, int *slave);
/* Says that there is no session to be had, and closes. */
void face_refuse(int fd);

#endif
