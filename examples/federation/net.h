#ifndef FED_NET_H
#define FED_NET_H

#include <netinet/in.h>
#include <stdint.h>

/* "127.0.0.1:5061" -> sa; 0, or -1 with one line on standard error. */
int net_parse(const char *text, struct sockaddr_in *sa);
/* Non-blocking sockets; -1 with errno. */
int net_listen(const struct sockaddr_in *sa);
int net_connect(const struct sockaddr_in *sa);
uint64_t net_now_ms(void);

#endif
