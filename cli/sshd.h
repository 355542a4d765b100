#ifndef CSS_CLI_SSHD_H
#define CSS_CLI_SSHD_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>

#include "cli/account.h"

struct out;
struct ssh_server;
struct session;
struct sessions;
struct terminal;

/*
 * Inside of the SSH server: sshd.c is the control thread's part, ssh_conn.c runs
 * a thread for each connection and is the only file that knows libssh.
 *
 * A connection's thread puts questions to the control thread and waits: it has
 * nothing else to do.  What is learnt about the user goes through an ordinary
 * session, so that log-ins are the same as on every other way in; that session
 * then gets a terminal on a pseudo terminal, whose master the thread keeps.
 */
#define SSH_USER_LEN 32

enum ssh_question { SSH_OPEN, SSH_LOGIN, SSH_SHELL };

struct ssh_conn {
	struct ssh_server *server;
	int fd; /* the control thread's; libssh has a copy */
	struct in_addr peer;
	unsigned port;
	pthread_t thread;
	bool running; /* the thread has to be joined */

	pthread_mutex_t lock; /* of the question and its answer */
	enum ssh_question question;
	char user[SSH_USER_LEN + 1], password[PASSWORD_LEN + 1];
	bool answered, yes, hung;
	char *banner; /* owned; answer to SSH_OPEN, "" none */
	int master;   /* answer to SSH_SHELL; the thread takes it, -1 then */
	int bell;     /* eventfd: there is an answer, or the thread must end */

	/* control thread's */
	struct session *session; /* until it has a terminal */
	struct terminal *terminal;
	int slave;
	char name[SSH_USER_LEN + 1], line[16];
};

/* ---- sshd.c, called by a connection's thread ------------------------------ */
/* The server's private keys, PEM texts that end in NULL. */
const char *const *sshd_keys(const struct ssh_conn *c);
/* The answer: of SSH_OPEN, is nobody asked who he is?  False also when the
 * switch wants the connection to end. */
bool sshd_ask(struct ssh_conn *c, enum ssh_question q, const char *user,
	      const char *password);
bool sshd_hung(struct ssh_conn *c);

/* ---- sshd.c, for show commands; s NULL: the server is off ------------------- */
unsigned sshd_count(const struct ssh_server *s);
void sshd_show(const struct ssh_server *s, struct out *o);
void sshd_where(const struct ssh_server *s, char *text, size_t cap);

/* ---- ssh_conn.c ----------------------------------------------------------- */
void ssh_conn_run(struct ssh_conn *c); /* until the connection is over */
/* A new private key of this kind ("ed25519", "rsa") as a PEM text, owned by the
 * caller; NULL: the library cannot. */
char *ssh_key_make(const char *kind);
void ssh_key_forget(char *pem);
const char *ssh_library(void); /* "0.10.6/openssl/zlib" */

#endif
