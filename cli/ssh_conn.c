/*
 * A connection of the SSH server
 *
 * One thread, one connection, at most one channel: a shell on a pseudo terminal.
 * Passwords are the only way in; commands without a shell, subsystems and
 * forwarding are refused.  Neither direction is read while the other side has no
 * room, and a peer that takes nothing for STALL_MS is given up.
 */
#include "cli/sshd.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#define EXCHANGE_S 20	  /* for the key exchange, own bound */
#define LOGIN_MS   120000 /* to log in and ask for a shell, own bound */
#define TRIES_MAX  3
#define STALL_MS   60000
#define BUF_CAP	   4096

struct talk {
	struct ssh_conn *conn;
	ssh_bind bind;
	ssh_session session;
	ssh_event event;
	ssh_channel channel;
	struct ssh_server_callbacks_struct server_cb;
	struct ssh_channel_callbacks_struct channel_cb;
	struct winsize size;
	int tries;
	bool open_to_all; /* nobody is asked who he is */
	bool in, shell;
	int master; /* -1: none */
	bool watched, readable, over;
	char to_pty[BUF_CAP];
	size_t to_pty_len;
	uint64_t stalled_ms; /* since when the peer takes nothing; 0: it does */
};

/* ---- log-in --------------------------------------------------------------- */

static int on_password(ssh_session session, const char *user,
		       const char *password, void *arg)
{
	struct talk *k = arg;

	(void)session;
	if (k->in || k->tries++ == TRIES_MAX)
		return SSH_AUTH_DENIED;
	k->in = sshd_ask(k->conn, SSH_LOGIN, user, password);
	return k->in ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

static int on_none(ssh_session session, const char *user, void *arg)
{
	struct talk *k = arg;

	(void)session;
	(void)user;
	k->in |= k->open_to_all;
	return k->open_to_all ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

/* ---- the channel ---------------------------------------------------------- */

static void size_set(struct talk *k, int cols, int rows)
{
	k->size.ws_col = (unsigned short)cols;
	k->size.ws_row = (unsigned short)rows;
	if (k->master >= 0)
		(void)ioctl(k->master, TIOCSWINSZ, &k->size);
}

static int on_pty(ssh_session session, ssh_channel channel, const char *term,
		  int cols, int rows, int px, int py, void *arg)
{
	(void)session;
	(void)channel;
	(void)term;
	(void)px;
	(void)py;
	size_set(arg, cols, rows);
	return 0;
}

static int on_window(ssh_session session, ssh_channel channel, int cols,
		     int rows, int px, int py, void *arg)
{
	(void)session;
	(void)channel;
	(void)px;
	(void)py;
	size_set(arg, cols, rows);
	return 0;
}

static int on_shell(ssh_session session, ssh_channel channel, void *arg)
{
	struct talk *k = arg;

	(void)session;
	(void)channel;
	if (k->shell)
		return 1;
	k->shell = true;
	return 0;
}

static int on_exec(ssh_session session, ssh_channel channel,
		   const char *command, void *arg)
{
	(void)session;
	(void)channel;
	(void)command;
	(void)arg;
	return 1; /* refused */
}

static int on_subsystem(ssh_session session, ssh_channel channel,
			const char *name, void *arg)
{
	return on_exec(session, channel, name, arg);
}

static ssh_channel on_channel(ssh_session session, void *arg)
{
	struct talk *k = arg;

	if (!k->in || k->channel)
		return NULL;
	k->channel = ssh_channel_new(session);
	if (k->channel)
		(void)ssh_set_channel_callbacks(k->channel, &k->channel_cb);
	return k->channel;
}

/* ---- coming up ------------------------------------------------------------ */

static bool keys_import(struct talk *k)
{
	const char *const *pem = sshd_keys(k->conn);
	int n = 0;

	for (; *pem; pem++) {
		ssh_key key = NULL;

		if (ssh_pki_import_privkey_base64(*pem, NULL, NULL, NULL,
						  &key) == SSH_OK &&
		    ssh_bind_options_set(k->bind, SSH_BIND_OPTIONS_IMPORT_KEY,
					 key) == SSH_OK)
			n++;
		else
			ssh_key_free(key);
	}
	return n > 0;
}

/* The library reads no configuration of the host. */
static bool bind_open(struct talk *k)
{
	bool no = false;

	k->bind = ssh_bind_new();
	return k->bind &&
	       ssh_bind_options_set(k->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG,
				    &no) == SSH_OK &&
	       ssh_bind_options_set(k->bind, SSH_BIND_OPTIONS_BANNER,
				    "CSS11500") == SSH_OK &&
	       keys_import(k);
}

static bool session_open_up(struct talk *k)
{
	long seconds = EXCHANGE_S;
	int fd = dup(k->conn->fd);

	k->session = ssh_new();
	if (fd < 0 || !k->session ||
	    ssh_options_set(k->session, SSH_OPTIONS_TIMEOUT, &seconds) != 0 ||
	    ssh_bind_accept_fd(k->bind, k->session, fd) != SSH_OK) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	ssh_callbacks_init(&k->server_cb);
	ssh_callbacks_init(&k->channel_cb);
	ssh_set_auth_methods(
		k->session,
		SSH_AUTH_METHOD_PASSWORD |
			(k->open_to_all ? SSH_AUTH_METHOD_NONE : 0));
	return ssh_set_server_callbacks(k->session, &k->server_cb) == SSH_OK &&
	       ssh_handle_key_exchange(k->session) == SSH_OK;
}

static int on_bell(socket_t fd, int ready, void *arg)
{
	uint64_t rung = 0;

	(void)ready;
	(void)arg;
	(void)!read(fd, &rung, sizeof(rung));
	return 0;
}

static bool event_open(struct talk *k)
{
	k->event = ssh_event_new();
	return k->event &&
	       ssh_event_add_session(k->event, k->session) == SSH_OK &&
	       ssh_event_add_fd(k->event, k->conn->bell, POLLIN, on_bell, k) ==
		       SSH_OK;
}

static void banner_send(struct talk *k)
{
	ssh_string text =
		*k->conn->banner ? ssh_string_from_char(k->conn->banner) : NULL;

	if (!text)
		return;
	(void)ssh_send_issue_banner(k->session, text);
	ssh_string_free(text);
}

/* Until the user is in and has asked for a shell. */
static bool comes_in(struct talk *k)
{
	const uint64_t late = clock_ms() + LOGIN_MS;

	banner_send(k);
	while (!k->shell) {
		if (clock_ms() > late || sshd_hung(k->conn) ||
		    k->tries > TRIES_MAX ||
		    ssh_event_dopoll(k->event, 1000) == SSH_ERROR)
			return false;
	}
	if (!sshd_ask(k->conn, SSH_SHELL, "", ""))
		return false;
	k->master = k->conn->master;
	k->conn->master = -1;
	if (k->size.ws_col)
		(void)ioctl(k->master, TIOCSWINSZ, &k->size);
	return true;
}

/* ---- moving bytes --------------------------------------------------------- */

static int on_master(socket_t fd, int ready, void *arg)
{
	struct talk *k = arg;

	(void)fd;
	(void)ready;
	k->readable = true;
	return 0;
}

/* The master is watched while the peer's window is open. */
static void master_watch(struct talk *k, bool wanted)
{
	if (wanted == k->watched)
		return;
	if (wanted)
		(void)ssh_event_add_fd(k->event, k->master, POLLIN, on_master,
				       k);
	else
		(void)ssh_event_remove_fd(k->event, k->master);
	k->watched = wanted;
}

static void peer_heard(struct talk *k)
{
	int n = 0;

	if (k->to_pty_len < sizeof(k->to_pty))
		n = ssh_channel_read_nonblocking(
			k->channel, k->to_pty + k->to_pty_len,
			(uint32_t)(sizeof(k->to_pty) - k->to_pty_len), 0);
	if (n > 0)
		k->to_pty_len += (size_t)n;
	k->over |= n < 0 && n != SSH_AGAIN;
}

static void pty_fed(struct talk *k)
{
	ssize_t n = 0;

	if (!k->to_pty_len)
		return;
	n = write(k->master, k->to_pty, k->to_pty_len);
	if (n < 0) {
		k->over |= errno != EAGAIN && errno != EINTR;
		return;
	}
	wipe(k->to_pty, (size_t)n); /* passwords are typed, too */
	memmove(k->to_pty, k->to_pty + n, k->to_pty_len - (size_t)n);
	k->to_pty_len -= (size_t)n;
}

static void pty_heard(struct talk *k, uint32_t window)
{
	char data[BUF_CAP];
	ssize_t n = 0;

	k->readable = false;
	n = read(k->master, data,
		 window < sizeof(data) ? window : sizeof(data));
	if (n > 0)
		k->over |= ssh_channel_write(k->channel, data, (uint32_t)n) < 0;
	else
		k->over |= !n || (errno != EAGAIN && errno != EINTR);
}

static void stall_watch(struct talk *k, bool open)
{
	uint64_t now = clock_ms();

	if (open)
		k->stalled_ms = 0;
	else if (!k->stalled_ms)
		k->stalled_ms = now;
	else
		k->over |= now - k->stalled_ms > STALL_MS;
}

static void pump(struct talk *k)
{
	ssh_set_blocking(k->session, 0);
	while (!k->over && !sshd_hung(k->conn)) {
		uint32_t window = ssh_channel_window_size(k->channel);
		int wait_ms = k->to_pty_len ? 20 : window ? 1000 : 50;

		stall_watch(k, window > 0);
		master_watch(k, window > 0);
		if (ssh_event_dopoll(k->event, wait_ms) == SSH_ERROR ||
		    ssh_channel_is_closed(k->channel))
			return;
		peer_heard(k);
		pty_fed(k);
		if (k->readable && window)
			pty_heard(k, window);
	}
}

/* ---- the end -------------------------------------------------------------- */

static void say_goodbye(struct talk *k)
{
	if (k->channel && ssh_channel_is_open(k->channel)) {
		(void)ssh_channel_request_send_exit_status(k->channel, 0);
		(void)ssh_channel_send_eof(k->channel);
		(void)ssh_channel_close(k->channel);
	}
	for (int i = 0; k->event && i < 5; i++)
		if (ssh_event_dopoll(k->event, 20) == SSH_ERROR)
			break;
}

static void close_down(struct talk *k)
{
	if (k->event) {
		if (k->master >= 0)
			master_watch(k, false);
		say_goodbye(k);
		(void)ssh_event_remove_fd(k->event, k->conn->bell);
		(void)ssh_event_remove_session(k->event, k->session);
		ssh_event_free(k->event);
	}
	if (k->session) {
		ssh_disconnect(k->session);
		ssh_free(k->session);
	}
	if (k->bind)
		ssh_bind_free(k->bind);
	if (k->master >= 0)
		(void)close(k->master);
	wipe(k->to_pty, sizeof(k->to_pty));
}

void ssh_conn_run(struct ssh_conn *c)
{
	struct talk k = {
		.conn = c,
		.master = -1,
		.server_cb = { .userdata = &k,
			       .auth_password_function = on_password,
			       .auth_none_function = on_none,
			       .channel_open_request_session_function =
				       on_channel },
		.channel_cb = { .userdata = &k,
				.channel_pty_request_function = on_pty,
				.channel_shell_request_function = on_shell,
				.channel_exec_request_function = on_exec,
				.channel_subsystem_request_function =
					on_subsystem,
				.channel_pty_window_change_function =
					on_window },
	};

	k.open_to_all = sshd_ask(c, SSH_OPEN, "", "");
	if (!sshd_hung(c) && bind_open(&k) && session_open_up(&k) &&
	    event_open(&k) && comes_in(&k))
		pump(&k);
	close_down(&k);
}

/* ---- keys ----------------------------------------------------------------- */

char *ssh_key_make(const char *kind)
{
	const bool rsa = !strcmp(kind, "rsa");
	ssh_key key = NULL;
	char *pem = NULL, *copy = NULL;

	if (ssh_pki_generate(rsa ? SSH_KEYTYPE_RSA : SSH_KEYTYPE_ED25519,
			     rsa ? 3072 : 0, &key) == SSH_OK &&
	    ssh_pki_export_privkey_base64(key, NULL, NULL, NULL, &pem) ==
		    SSH_OK)
		copy = xstrdup(pem);
	ssh_key_free(key);
	if (pem) {
		wipe(pem, strlen(pem));
		ssh_string_free_char(pem);
	}
	return copy;
}

void ssh_key_forget(char *pem)
{
	if (pem)
		wipe(pem, strlen(pem));
	free(pem);
}

const char *ssh_library(void)
{
	return ssh_version(0);
}
