/*
 * The SSH server, the control thread's part
 *
 * A connection's life: accepted here, it gets a thread, which does the key
 * exchange and asks three questions: may anybody come in, is this the password,
 * and a terminal for the shell, please.  The thread's last word is conn_over();
 * the connection is freed when its thread and its terminal are both gone,
 * whichever goes last.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/face.h"
#include "cli/session_priv.h"
#include "cli/sshd.h"
#include "cli/terminal.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/setting.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"

#define SSH_PORT 22u
#define CONN_MAX 8 /* 4 sessions, and some that are on their way in or out */
#define KEYS	 2

enum { W_LINE = 10, W_USER = 18 };

struct ssh_server {
	struct sessions *all;
	struct face_door door[DOOR_NUM];
	char where[32]; /* "127.0.0.1:2222", "off" */
	char *key[KEYS + 1];		 /* owned; NULL-terminated */
	struct ssh_conn *conn[CONN_MAX]; /* owned; NULL: free */
};

static struct loop *loop_of(const struct ssh_conn *c)
{
	return sessions_loop(c->server->all);
}

static void ring(const struct ssh_conn *c)
{
	const uint64_t one = 1;

	if (write(c->bell, &one, sizeof(one)) < 0)
		return; /* full: it is readable already */
}

/* ---- the thread's side ---------------------------------------------------- */

const char *const *sshd_keys(const struct ssh_conn *c)
{
	return (const char *const *)c->server->key;
}

bool sshd_hung(struct ssh_conn *c)
{
	bool hung = false;

	(void)pthread_mutex_lock(&c->lock);
	hung = c->hung;
	(void)pthread_mutex_unlock(&c->lock);
	return hung;
}

static void serve(void *arg);

static bool is_answered(struct ssh_conn *c, bool *yes)
{
	bool over = false;

	(void)pthread_mutex_lock(&c->lock);
	over = c->answered || c->hung;
	*yes = c->answered && c->yes && !c->hung;
	(void)pthread_mutex_unlock(&c->lock);
	return over;
}

bool sshd_ask(struct ssh_conn *c, enum ssh_question q, const char *user,
	      const char *password)
{
	struct pollfd p = { .fd = c->bell, .events = POLLIN };
	bool yes = false;
	uint64_t rung = 0;

	(void)pthread_mutex_lock(&c->lock);
	c->question = q;
	c->answered = c->yes = false;
	/* what is too long fits nothing, like a name that cannot be one */
	if (!str_copy(c->user, sizeof(c->user), user) ||
	    !str_is_name(c->user, SSH_USER_LEN))
		(void)str_copy(c->user, sizeof(c->user), "?");
	if (!str_copy(c->password, sizeof(c->password), password))
		c->password[0] = '\0';
	(void)pthread_mutex_unlock(&c->lock);
	loop_post(loop_of(c), serve, c);
	while (!is_answered(c, &yes)) {
		(void)poll(&p, 1, -1);
		(void)!read(c->bell, &rung, sizeof(rung));
	}
	return yes;
}

static void conn_over(void *arg);

static void *thread_run(void *arg)
{
	struct ssh_conn *c = arg;

	ssh_conn_run(c);
	loop_post(loop_of(c), conn_over, c);
	return NULL;
}

/* ---- the end -------------------------------------------------------------- */

static void conn_free(struct ssh_conn *c)
{
	for (int i = 0; i < CONN_MAX; i++)
		if (c->server->conn[i] == c)
			c->server->conn[i] = NULL;
	session_free(c->session);
	(void)close(c->fd);
	(void)close(c->bell);
	if (c->slave >= 0)
		(void)close(c->slave);
	if (c->master >= 0) /* the thread did not take it */
		(void)close(c->master);
	free(c->banner);
	(void)pthread_mutex_destroy(&c->lock);
	wipe(c, sizeof(*c));
	free(c);
}

static void conn_over(void *arg)
{
	struct ssh_conn *c = arg;

	(void)pthread_join(c->thread, NULL);
	c->running = false;
	if (c->terminal)
		terminal_hang_up(c->terminal, "");
	else
		conn_free(c);
}

/* The terminal's thread is gone: the master reads out, then the thread ends. */
static void terminal_over(void *arg)
{
	struct ssh_conn *c = arg;

	c->terminal = NULL;
	(void)close(c->slave);
	c->slave = -1;
	if (!c->running)
		conn_free(c);
}

static void conn_hang_up(struct ssh_conn *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->hung = true;
	(void)pthread_mutex_unlock(&c->lock);
	(void)shutdown(c->fd, SHUT_RDWR);
	ring(c);
}

/* ---- questions ------------------------------------------------------------ */

static void answer(struct ssh_conn *c, bool yes)
{
	(void)pthread_mutex_lock(&c->lock);
	c->answered = true;
	c->yes = yes;
	wipe(c->password, sizeof(c->password));
	(void)pthread_mutex_unlock(&c->lock);
	ring(c);
}

static void login_over(void *arg)
{
	struct ssh_conn *c = arg;
	struct out said = { 0 };

	session_take_output(c->session, &said); /* SSH has words of its own */
	out_fini(&said);
	answer(c, session_logged_in(c->session));
}

static void line_name(struct session *s, const char *name)
{
	(void)str_copy(s->cli.line_name, sizeof(s->cli.line_name), name);
}

/* The banner; and whether it is all that stands before the prompt. */
static void open_up(struct ssh_conn *c)
{
	struct out said = { 0 };
	const char *line = sessions_vty(c->server->all);

	c->session = session_new(sessions_env(c->server->all), SESSION_VTY,
				 str_addr(c->peer));
	line_name(c->session, line ? line : "vty");
	session_on_ready(c->session, login_over, c);
	session_open(c->session, &said);
	c->banner = xstrdup(out_text(&said));
	out_fini(&said);
	answer(c, session_logged_in(c->session));
}

static void login(struct ssh_conn *c)
{
	struct out said = { 0 };

	log_write(LOG_SSHD, LOG_WARNING_4,
		  "Access attempted by %s from %s port %u", c->user,
		  str_addr(c->peer), c->port);
	(void)str_copy(c->name, sizeof(c->name), c->user);
	if (session_over(c->session)) {
		answer(c, false);
		return;
	}
	session_line(c->session, c->user, &said);
	session_line(c->session, c->password, &said);
	out_fini(&said);
	if (!session_busy(c->session))
		login_over(c);
}

static struct terminal *terminal_new(struct ssh_conn *c, const char *name)
{
	struct terminal *t = xcalloc(1, sizeof(*t));

	t->kind = SESSION_VTY;
	t->in = t->out = c->slave;
	t->tty = true;
	t->gone = terminal_over;
	t->gone_arg = c;
	t->given = c->session;
	(void)str_copy(t->name, sizeof(t->name), name);
	(void)str_copy(t->where, sizeof(t->where), str_addr(c->peer));
	return t;
}

static bool shell_start(struct ssh_conn *c)
{
	const char *name = sessions_vty(c->server->all);
	struct terminal *t = NULL;

	if (!name || !c->session || !session_logged_in(c->session) ||
	    face_pty(&c->master, &c->slave) < 0)
		return false;
	t = terminal_new(c, name);
	(void)str_copy(c->line, sizeof(c->line), name);
	c->session = NULL; /* the terminal's, whatever comes of it */
	if (terminal_start(c->server->all, t)) {
		c->terminal = t;
		return true;
	}
	return false;
}

static void serve(void *arg)
{
	struct ssh_conn *c = arg;

	if (c->question == SSH_OPEN)
		open_up(c);
	else if (c->question == SSH_LOGIN)
		login(c);
	else
		answer(c, shell_start(c));
}

/* ---- coming in ------------------------------------------------------------ */

static const struct settings *kept_of(const struct ssh_server *s)
{
	return &sessions_env(s->all)->conf->global->kept;
}

/* Version 1 of the protocol is dead, and no library speaks it. */
static bool is_closed(const struct ssh_server *s)
{
	const char *version = settings_get(kept_of(s), "sshd version", "");

	return sessions_env(s->all)->conf->access->restricted[WAY_SSH] ||
	       !sessions_vty(s->all) || (version && !strcmp(version, "v1"));
}

static bool conn_start(struct ssh_server *s, int place, int fd,
		       const struct sockaddr_in *peer)
{
	struct ssh_conn *c = xcalloc(1, sizeof(*c));
	int on = 1;

	c->server = s;
	c->fd = fd;
	c->peer = peer->sin_addr;
	c->port = ntohs(peer->sin_port);
	c->slave = c->master = -1;
	c->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&c->lock, NULL);
	s->conn[place] = c;
	if (!settings_get(kept_of(s), "sshd keepalive", "")) /* "no ..." */
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	c->running = c->bell >= 0 &&
		     !pthread_create(&c->thread, NULL, thread_run, c);
	if (!c->running)
		conn_free(c);
	return c->running;
}

static void peer_comes(void *arg, uint32_t ready, uint64_t now_ms)
{
	const struct face_door *door = arg;
	struct ssh_server *s = door->server;
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);
	int place = 0, fd = accept4(door->watch.fd, (struct sockaddr *)&sin,
				    &len, SOCK_CLOEXEC);

	(void)ready;
	(void)now_ms;
	while (place < CONN_MAX && s->conn[place])
		place++;
	if (fd < 0)
		return;
	if (place == CONN_MAX || is_closed(s))
		face_refuse(fd);
	else
		(void)conn_start(s, place, fd, &sin);
}

/* ---- start and stop ------------------------------------------------------- */

static void server_stop(void *arg)
{
	struct ssh_server *s = arg;

	face_shut(s->door, sessions_loop(s->all));
	for (int i = 0; i < CONN_MAX; i++)
		if (s->conn[i])
			conn_hang_up(s->conn[i]);
}

static void server_free(void *arg)
{
	struct ssh_server *s = arg;

	for (int i = 0; i < CONN_MAX; i++) {
		struct ssh_conn *c = s->conn[i];

		if (!c)
			continue;
		if (c->running)
			(void)pthread_join(c->thread, NULL);
		loop_unpost(loop_of(c), c);
		conn_free(c);
	}
	for (int i = 0; i < KEYS; i++)
		ssh_key_forget(s->key[i]);
	free(s);
}

static const char *const key_kinds[KEYS] = { "ed25519", "rsa" };

static int key_load(struct disk *d, const char *kind, char **pem,
		    struct err *err)
{
	char name[32];
	struct err missing = { 0 };
	size_t len = 0;

	(void)snprintf(name, sizeof(name), "ssh_host_%s_key", kind);
	if (disk_read(d, name, pem, &len, &missing) == 0)
		return 0;
	if (missing.code != ERR_NOT_FOUND)
		return err_set(err, missing.code, -1, "--ssh: %s", missing.msg);
	*pem = ssh_key_make(kind);
	if (!*pem)
		return err_set(err, ERR_IO, -1,
			       "--ssh: the library makes no %s key", kind);
	return disk_write(d, name, *pem, strlen(*pem), 0600, err);
}

static int keys_load(struct ssh_server *s, struct err *err)
{
	struct disk *d = sessions_env(s->all)->disk;

	for (int i = 0; i < KEYS; i++)
		if (key_load(d, key_kinds[i], &s->key[i], err) < 0)
			return -1;
	return 0;
}

struct ssh_server *sshd_start(struct sessions *all, const char *addr_port,
			      struct err *err)
{
	const struct face_place at = { "--ssh", addr_port, SSH_PORT,
				       sessions_env(all)->map };
	struct ssh_server *s = xcalloc(1, sizeof(*s));

	s->all = all;
	(void)str_copy(s->where, sizeof(s->where), addr_port);
	if (keys_load(s, err) < 0 ||
	    face_open(s->door, sessions_loop(all), &at, peer_comes, s, err)) {
		server_free(s);
		return NULL;
	}
	sessions_on_free(all, server_stop, server_free, s);
	return s;
}

/* ---- show ----------------------------------------------------------------- */

unsigned sshd_count(const struct ssh_server *s)
{
	unsigned n = 0;

	for (int i = 0; s && i < CONN_MAX; i++)
		n += s->conn[i] && s->conn[i]->terminal;
	return n;
}

void sshd_show(const struct ssh_server *s, struct out *o)
{
	out_col(o, W_LINE, "Line");
	out_col(o, W_USER, "User");
	out_puts(o, "Client\n");
	for (int i = 0; s && i < CONN_MAX; i++) {
		const struct ssh_conn *c = s->conn[i];

		if (!c || !c->terminal)
			continue;
		out_col(o, W_LINE, "%s", c->line);
		out_col(o, W_USER, "%s", c->name);
		out_printf(o, "%s:%u\n", str_addr(c->peer), c->port);
	}
}

void sshd_where(const struct ssh_server *s, char *text, size_t cap)
{
	const char *host = s ? s->where : "off";

	if (!s || s->door[DOOR_CIRCUIT].watch.fd < 0)
		(void)str_copy(text, cap, host);
	else
		(void)snprintf(text, cap, "circuits:%u%s%s", SSH_PORT,
			       strcmp(host, "off") ? ", " : "",
			       strcmp(host, "off") ? host : "");
}
