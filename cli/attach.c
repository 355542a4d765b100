/*
 * css11500 attach: the console from another terminal
 *
 * The switch listens on DIR/console, a Unix socket that only its owner may
 * open.  The client sends one byte with descriptors: the slave of a pty it has
 * made (it then relays keys and text between its terminal and the pty's
 * master), or, when its input is no terminal, its own input and output.  The
 * switch runs an ordinary terminal on what it got; either side closes the
 * socket to end it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/terminal.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#define ATTACH_MAX 8 /* clients at once, own bound */

/* ---- the socket's name ---------------------------------------------------- */

/* A path of any length fits through the folder's descriptor. */
static bool socket_name(struct sockaddr_un *sun, int dirfd)
{
	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(sun->sun_path, sizeof(sun->sun_path),
			"/proc/self/fd/%d/console",
			dirfd) < (int)sizeof(sun->sun_path);
}

static int dir_open(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- the switch's side ---------------------------------------------------- */

struct attach {
	struct sessions *all;
	struct watch listener;
	struct client *client[ATTACH_MAX]; /* owned; NULL: free */
	char *dir;			   /* owned */
};

struct client {
	struct attach *at;
	struct watch conn;
	struct terminal *terminal; /* borrowed; NULL: no descriptors yet */
	int in, out;		   /* -1: none */
};

static int client_place(const struct client *c)
{
	int i = 0;

	while (c->at->client[i] != c)
		i++;
	return i;
}

static void client_free(struct client *c)
{
	struct loop *l = sessions_loop(c->at->all);

	loop_unwatch(l, &c->conn);
	(void)close(c->conn.fd);
	if (c->in >= 0)
		(void)close(c->in);
	if (c->out >= 0 && c->out != c->in)
		(void)close(c->out);
	c->at->client[client_place(c)] = NULL;
	free(c);
}

static void client_gone(void *arg)
{
	client_free(arg);
}

/* The descriptors that came with the client's byte: one or two. */
static int fds_receive(int fd, int fds[2])
{
	char byte = 0;
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.buf,
			    .msg_controllen = sizeof(control.buf) };
	ssize_t got = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c = NULL;
	size_t len = 0;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	c = got > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return -1;
	len = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (len < 1 || len > 2)
		return -1;
	memcpy(fds, CMSG_DATA(c), len * sizeof(int));
	return (int)len;
}

static bool client_start(struct client *c)
{
	struct terminal *t = xcalloc(1, sizeof(*t));

	t->tty = isatty(c->in) && isatty(c->out);
	t->kind = t->tty ? SESSION_CONSOLE : SESSION_PIPE;
	t->in = c->in;
	t->out = c->out;
	t->gone = client_gone;
	t->gone_arg = c;
	(void)snprintf(t->name, sizeof(t->name), "attach%u",
		       (unsigned)client_place(c) % ATTACH_MAX + 1);
	(void)str_copy(t->where, sizeof(t->where), "console");
	if (!terminal_start(c->at->all, t))
		return false;
	c->terminal = t;
	return true;
}

static void client_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct client *c = arg;
	struct loop *l = sessions_loop(c->at->all);
	int fds[2] = { -1, -1 }, n = 0;

	(void)ready;
	(void)now_ms;
	if (c->terminal) { /* it says nothing more: it has gone */
		loop_unwatch(l, &c->conn);
		terminal_hang_up(c->terminal, "");
		return;
	}
	n = fds_receive(c->conn.fd, fds);
	if (!n)
		return;
	c->in = fds[0];
	c->out = n == 2 ? fds[1] : fds[0];
	if (n < 0 || !client_start(c))
		client_free(c);
}

/* The socket's mode keeps strangers out; this also holds for the few systems
 * where it would not. */
static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	       (peer.uid == geteuid() || peer.uid == 0);
}

static void attach_accept(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct attach *at = arg;
	struct client *c = NULL;
	int fd = accept4(at->listener.fd, NULL, NULL, SOCK_CLOEXEC), i = 0;

	(void)ready;
	(void)now_ms;
	while (i < ATTACH_MAX && at->client[i])
		i++;
	if (fd < 0)
		return;
	if (i == ATTACH_MAX || !is_ours(fd)) {
		(void)close(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	*c = (struct client){ .at = at, .in = -1, .out = -1 };
	c->conn = (struct watch){ fd, client_ready, c };
	at->client[i] = c;
	if (loop_watch(sessions_loop(at->all), &c->conn, EPOLLIN) < 0)
		client_free(c);
}

/* Clients with a terminal go when their terminal does. */
static void attach_stop(void *arg)
{
	struct attach *at = arg;
	int dirfd = dir_open(at->dir);

	loop_unwatch(sessions_loop(at->all), &at->listener);
	(void)close(at->listener.fd);
	if (dirfd >= 0) {
		(void)unlinkat(dirfd, "console", 0);
		(void)close(dirfd);
	}
	at->listener.fd = -1;
	for (int i = 0; i < ATTACH_MAX; i++)
		if (at->client[i] && !at->client[i]->terminal)
			client_free(at->client[i]);
}

static void attach_free(void *arg)
{
	struct attach *at = arg;

	free(at->dir);
	free(at);
}

/* The disk's lock is ours, so a socket that is there is a leftover. */
static int listener_open(const char *dir)
{
	struct sockaddr_un sun;
	int dirfd = dir_open(dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int saved = 0;

	if (dirfd >= 0 && fd >= 0 && socket_name(&sun, dirfd) &&
	    (!unlinkat(dirfd, "console", 0) || errno == ENOENT) &&
	    !fchmod(fd, 0600) &&
	    !bind(fd, (struct sockaddr *)&sun, sizeof(sun)) &&
	    !listen(fd, ATTACH_MAX)) {
		(void)close(dirfd);
		return fd;
	}
	saved = errno;
	if (dirfd >= 0)
		(void)close(dirfd);
	if (fd >= 0)
		(void)close(fd);
	errno = saved;
	return -1;
}

int attach_listen(struct sessions *s, const char *disk_dir)
{
	struct attach *at = NULL;
	int fd = listener_open(disk_dir);

	if (fd < 0)
		return -1;
	at = xcalloc(1, sizeof(*at));
	at->all = s;
	at->dir = xstrdup(disk_dir);
	at->listener = (struct watch){ fd, attach_accept, at };
	sessions_on_free(s, attach_stop, attach_free, at);
	return loop_watch(sessions_loop(s), &at->listener, EPOLLIN);
}

/* ---- the client ----------------------------------------------------------- */

static struct termios client_saved;
static volatile sig_atomic_t client_resized;

static void on_winch(int sig)
{
	(void)sig;
	client_resized = 1;
}

static int fds_send(int fd, const int *fds, size_t n)
{
	char byte = 0;
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.buf,
			    .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static void size_copy(int master)
{
	struct winsize ws;

	client_resized = 0;
	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &ws))
		(void)ioctl(master, TIOCSWINSZ, &ws);
}

static int pty_open(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];

	if (master < 0)
		return -1;
	if (grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)) ||
	    (*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		(void)close(master);
		return -1;
	}
	return master;
}

/* false: from has ended or to is gone */
static bool copy_some(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return true;
	for (ssize_t done = 0; done < n;) {
		ssize_t w = write(to, buf + done, (size_t)(n - done));

		if (w < 0 && errno != EINTR)
			return false;
		done += w > 0 ? w : 0;
	}
	return n > 0;
}

/* Until the switch has closed its end and all its text is shown. */
static void relay(int master, int conn)
{
	struct pollfd p[3] = { { .fd = STDIN_FILENO, .events = POLLIN },
			       { .fd = master, .events = POLLIN },
			       { .fd = conn, .events = POLLIN } };

	for (;;) {
		if (client_resized)
			size_copy(master);
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents) {
			if (!copy_some(master, STDOUT_FILENO))
				return;
		} else if (p[2].revents) {
			return;
		} else if (p[0].revents) {
			if (!copy_some(STDIN_FILENO, master))
				return;
		}
		p[0].revents = p[1].revents = p[2].revents = 0;
	}
}

static int attach_terminal(int conn)
{
	struct sigaction sa = { .sa_handler = on_winch };
	struct termios raw;
	int slave = -1, master = pty_open(&slave);

	if (master < 0) {
		(void)fprintf(stderr, "css11500: no pseudo terminal: %s\n",
			      strerror(errno));
		return 1;
	}
	(void)sigaction(SIGWINCH, &sa, NULL);
	size_copy(master);
	(void)tcgetattr(STDIN_FILENO, &client_saved);
	raw = client_saved;
	cfmakeraw(&raw);
	if (fds_send(conn, &slave, 1) < 0)
		return 1;
	(void)close(slave);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	relay(master, conn);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &client_saved);
	(void)close(master);
	return 0;
}

/* Descriptors 0 and 1 are the switch's now; only its end is waited for. */
static int attach_plain(int conn)
{
	const int fds[2] = { STDIN_FILENO, STDOUT_FILENO };
	char byte = 0;

	if (fds_send(conn, fds, 2) < 0)
		return 1;
	while (read(conn, &byte, 1) < 0 && errno == EINTR)
		;
	return 0;
}

int attach_main(const char *disk_dir)
{
	struct sockaddr_un sun;
	int dirfd = dir_open(disk_dir), result = 1;
	int conn = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (dirfd < 0 || conn < 0 || !socket_name(&sun, dirfd) ||
	    connect(conn, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		(void)fprintf(stderr,
			      "css11500: no switch runs on disk %s (%s): start "
			      "one with css11500 run, or name its disk with "
			      "--disk\n",
			      disk_dir, strerror(errno));
	else
		result = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)
				 ? attach_terminal(conn)
				 : attach_plain(conn);
	if (dirfd >= 0)
		(void)close(dirfd);
	if (conn >= 0)
		(void)close(conn);
	return result;
}
