#ifndef CSS_EMU_IO_SOCK_H
#define CSS_EMU_IO_SOCK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct err;
struct hostmap;

/*
 * Every socket of the switch is opened here, so that the address mapping holds
 * for all of them.  Addresses are appliance addresses, ports in network order.
 * Descriptors are non-blocking and close-on-exec, TCP has TCP_NODELAY.
 *
 * Where the mapping is transparent (the wire attachment), sockets are bound to
 * addresses whoever has them (IP_TRANSPARENT): VIPs, and clients' own as sources.
 */

/* A TCP listener (SO_REUSEADDR; several workers share with SO_REUSEPORT, but
 * a port that a stranger holds is still an error: the first is opened alone).
 * -1 and err: names appliance and host address, the reason and the cure.
 * INADDR_ANY is for transparent mappings: every address that has no listener of
 * its own at that port; sock_name() of a connection tells which. */
int sock_listen(const struct hostmap *m, struct in_addr addr, in_port_t port,
		bool shared, struct err *err);
/* The largest segment that connections of a listener take, as their SYN-ACK says
 * it (RFC 9293 3.7.1); 0: what the system thinks best.  Less than 88 bytes is
 * more than Linux does. */
void sock_limit_segments(int fd, unsigned bytes);
/* As sock_listen() on a host address, unmapped (Telnet's --telnet ADDR:PORT): one
 * of the namespace that sock_set_outside() named, if it did. */
int sock_listen_host(struct in_addr addr, in_port_t port, struct err *err);
/* Descriptors of the network namespaces of this host's addresses and of the
 * switch's own; borrowed; -1: there is one for all.  Before the first thread. */
void sock_set_outside(int outer, int inner);
/* fn(arg) and its answer, in the namespace of this host's addresses: only the calling
 * thread is there meanwhile.  -1 and errno: it cannot go. */
int sock_call_outside(int (*fn)(void *arg), void *arg);

/* Starts a TCP connection; src INADDR_ANY: no source address is asked for.
 * -1 and errno kept on failure at once; EINPROGRESS is success.  A source that
 * cannot be had (EADDRNOTAVAIL) is reported like any failure. */
int sock_connect(const struct hostmap *m, struct in_addr dst, in_port_t port,
		 struct in_addr src);
/* The same from a port, which must not be in use. */
int sock_connect_from(const struct hostmap *m, struct in_addr dst,
		      in_port_t port, struct in_addr src, in_port_t sport);
/*
 * For connections that another one announces: host's addresses, unmapped, since
 * they are those of sockets that are there.  A listener for few connections at
 * *at, or on another port when that one is taken; *at is where it is.  -1 and
 * errno kept.
 */
int sock_listen_at(const struct hostmap *m, struct sockaddr_in *at);
/* The same for datagrams, at that port only; 0: any. */
int sock_udp_at(const struct hostmap *m, struct sockaddr_in *at);
/* A connection to a host's address; from's address and port are had if they may
 * be, then its address, then anything. */
int sock_connect_at(const struct hostmap *m, const struct sockaddr_in *to,
		    const struct sockaddr_in *from);
struct sockaddr_in sock_name(int fd); /* 0.0.0.0: it has none */
struct sockaddr_in sock_peer(int fd);
/* Small writes wait for each other: switches TCP_NODELAY off. */
void sock_nagle(int fd);
/* SO_ERROR of a connecting socket: 0 when it is open. */
int sock_error(int fd);

/* A UDP socket whose only peer is dst; src as for sock_connect(), sport 0: the
 * system's choice.  -1 and errno kept.  An ICMP answer that nobody listens is ECONNREFUSED of a later call. */
int sock_udp(const struct hostmap *m, struct in_addr dst, in_port_t port,
	     struct in_addr src, in_port_t sport);
/* A UDP socket that takes datagrams for an address, from any peer; shared and
 * err as for sock_listen(). */
int sock_listen_udp(const struct hostmap *m, struct in_addr addr,
		    in_port_t port, bool shared, struct err *err);
/* A UDP socket for sock_send(), to any peer; -1 and err. */
int sock_udp_open(struct err *err);
/* One datagram, without waiting; false and errno when it cannot go now.  What
 * comes back has the host's address, hostmap_addr() of dst. */
bool sock_send(const struct hostmap *m, int fd, struct in_addr dst,
	       in_port_t port, const void *data, size_t len);

/* ICMP echo socket: raw, else the kernel's unprivileged ping socket (then
 * *is_dgram); -1 and err when neither may be had, with the cure. */
int sock_icmp(bool *is_dgram, struct err *err);

#endif
