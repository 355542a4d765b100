#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int net_parse(const char *text, struct sockaddr_in *sa)
{
	const char *colon = strrchr(text, ':');
	char addr[INET_ADDRSTRLEN];
	size_t n = colon ? (size_t)(colon - text) : 0;
	char *end;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	memset(sa, 0, sizeof(*sa));
	sa->sin_family = AF_INET;
	if (colon && n < sizeof(addr) && port && port < 65536 && !*end) {
		memcpy(addr, text, n);
		addr[n] = '\0';
		sa->sin_port = htons((uint16_t)port);
		if (inet_pton(AF_INET, addr, &sa->sin_addr) == 1)
			return 0;
	}
	fprintf(stderr, "%s: not an address and port such as 127.0.0.1:5061\n",
		text);
	return -1;
}

static int tcp_socket(void)
{
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int close_failed(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
	return -1;
}

int net_listen(const struct sockaddr_in *sa)
{
	int on = 1, fd = tcp_socket();

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) < 0 ||
	    listen(fd, 128) < 0)
		return close_failed(fd);
	return fd;
}

int net_connect(const struct sockaddr_in *sa)
{
	int fd = tcp_socket();

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) < 0 &&
	    errno != EINPROGRESS)
		return close_failed(fd);
	return fd;
}

uint64_t net_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
