/*
 * File transfers, by libcurl.
 *
 * The server's address goes through the host mapping like every address of the
 * configuration: the URL carries the appliance's address, the connection is
 * made to the host's.  Proxies of the environment do not count, nothing is
 * asked of a terminal, time and size are bounded.  TFTP has no name for the
 * server in what it says, so its URL has the host's address at once.
 *
 * SFTP servers are believed at first sight and remembered in the file
 * ssh_known_hosts of the disk; a server whose key has changed is refused.
 */
#include "cli/transfer.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/lookup.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/names.h"
#include "sslmod/seal.h"

#define CONNECT_S 15
#define IDLE_S	  30   /* nothing moves for so long: given up */
#define TOTAL_S	  3600 /* an image over a slow line */
#define FIRST_CAP 4096
#define HOSTS	  "ssh_known_hosts"

struct transfer_peer {
	struct in_addr appliance, host;
	char name[65]; /* to be looked up first; "": the address is known */
	struct names names;
	char user[33], password[129];
	char *path;	   /* below the login directory unless it begins "/" */
	char *known_hosts; /* NULL: a switch without a disk */
	bool key_changed, too_long, not_written;
	uint64_t sent, total; /* put */
};

const char *transfer_base(const char *remote)
{
	const char *slash = strrchr(remote, '/');

	return slash ? slash + 1 : remote;
}

/* ---- what the helper needs ------------------------------------------------ */

static char *join(const char *dir, const char *remote)
{
	struct out o = { 0 };
	char *path;

	if (*remote != '/' && *dir)
		out_printf(&o, "%s%s", dir,
			   dir[strlen(dir) - 1] == '/' ? "" : "/");
	out_puts(&o, remote);
	path = xstrdup(out_text(&o));
	out_fini(&o);
	return path;
}

static char *hosts_file(const struct disk *d)
{
	struct out o = { 0 };
	char *path = NULL;

	if (!disk_dir(d))
		return NULL;
	out_printf(&o, "%s/" HOSTS, disk_dir(d));
	path = xstrdup(out_text(&o));
	out_fini(&o);
	return path;
}

static int read_password(const struct env *env, const struct ftp_record *r,
			 struct transfer_peer *p, struct err *err)
{
	if (!*r->despw) { /* anonymous */
		(void)str_copy(p->password, sizeof(p->password), "css@");
		return 0;
	}
	if (seal_open(disk_secret(env->disk), r->despw, p->password,
		      sizeof(p->password)))
		return 0;
	return err_set(err, ERR_DENIED, -1, T_RECORD_SEALED, r->name, r->name);
}

/* An address, the name of a `host` line, or one for the name servers. */
static int find_host(const struct env *env, const char *text,
		     struct transfer_peer *p, struct err *err)
{
	lookup_servers(env, &p->names);
	if (host_resolve(env->conf, text, &p->appliance, err) == 0)
		p->host = hostmap_addr(env->map, p->appliance);
	else if (!p->names.nserver || !host_is_name(text) ||
		 !str_copy(p->name, sizeof(p->name), text))
		return -1;
	return 0;
}

static int fill_peer(const struct env *env, const struct ftp_record *r,
		     const char *remote, struct transfer_peer *p,
		     struct err *err)
{
	if (find_host(env, r->host, p, err) < 0)
		return -1;
	(void)str_copy(p->user, sizeof(p->user), r->user);
	if (read_password(env, r, p, err) < 0)
		return -1;
	p->path = join(r->dir, remote);
	p->known_hosts = hosts_file(env->disk);
	return 0;
}

/* What passes through the library are keys and passwords: it forgets them. */

static void forget(void *p)
{
	if (p)
		wipe(p, malloc_usable_size(p));
	free(p);
}

static void *grow(void *p, size_t n)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	void *q = malloc(n);

	if (q && p) {
		memcpy(q, p, had < n ? had : n);
		forget(p);
	}
	return q;
}

static void start_curl(void)
{
	curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, forget, grow, strdup,
			     calloc);
}

void transfer_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, start_curl);
}

static struct transfer *transfer_make(enum transfer_way way, uint64_t max)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	transfer_library();
	t->way = way;
	t->max = max;
	t->fd = -1;
	t->progress.verb = T_XFER_COPYING;
	t->peer = xcalloc(1, sizeof(*t->peer));
	return t;
}

struct transfer *transfer_by(const struct env *env, const struct ftp_record *r,
			     bool sftp, const char *remote, uint64_t max,
			     struct err *err)
{
	struct transfer *t =
		transfer_make(sftp ? TRANSFER_SFTP : TRANSFER_FTP, max);

	if (fill_peer(env, r, remote, t->peer, err) == 0)
		return t;
	transfer_free(t);
	return NULL;
}

struct transfer *transfer_new(const struct env *env, const char *record,
			      bool sftp, const char *remote, uint64_t max,
			      struct err *err)
{
	const struct ftp_record *r = ftp_record_find(env->conf, record);

	if (r)
		return transfer_by(env, r, sftp, remote, max, err);
	(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD);
	return NULL;
}

struct transfer *transfer_tftp(const struct env *env, const char *host,
			       const char *remote, uint64_t max,
			       struct err *err)
{
	struct transfer *t = transfer_make(TRANSFER_TFTP, max);

	if (find_host(env, host, t->peer, err) == 0) {
		t->peer->path = xstrdup(remote);
		return t;
	}
	transfer_free(t);
	return NULL;
}

void transfer_receive(struct transfer *t, struct disk_draft *draft)
{
	t->draft = draft;
}

void transfer_send(struct transfer *t, void *data, size_t len)
{
	t->put = true;
	t->data = data;
	t->len = len;
	t->peer->total = len;
}

void transfer_send_file(struct transfer *t, int fd, uint64_t len)
{
	t->put = true;
	t->fd = fd;
	t->peer->total = len;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	if (t->data)
		wipe(t->data, t->len);
	free(t->data);
	disk_draft_abort(t->draft);
	if (t->fd >= 0)
		(void)close(t->fd);
	free(t->peer->path);
	free(t->peer->known_hosts);
	wipe(t->peer, sizeof(*t->peer));
	free(t->peer);
	free(t);
}

/* ---- on the helper thread ------------------------------------------------- */

/* Room for n bytes more and a NUL; what is left behind is wiped. */
static void make_room(struct transfer *t, size_t n)
{
	size_t cap = t->cap ? t->cap : FIRST_CAP;
	char *more = NULL;

	while (cap < t->len + n + 1)
		cap *= 2;
	if (cap == t->cap)
		return;
	more = xcalloc(1, cap);
	if (t->data) {
		memcpy(more, t->data, t->len);
		wipe(t->data, t->len);
		free(t->data);
	}
	t->data = more;
	t->cap = cap;
}

static int on_step(void *arg, curl_off_t dltotal, curl_off_t dlnow,
		   curl_off_t ultotal, curl_off_t ulnow)
{
	const struct transfer *t = arg;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	return t->stopped;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (n > t->max - t->progress.done) {
		t->peer->too_long = true;
		return 0;
	}
	if (t->draft && disk_draft_add(t->draft, p, n, &t->err) < 0) {
		t->peer->not_written = true;
		return 0;
	}
	if (!t->draft) {
		make_room(t, n);
		memcpy(t->data + t->len, p, n);
		t->len += n;
		t->data[t->len] = '\0';
	}
	t->progress.done += n;
	return n;
}

static size_t on_wanted(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	uint64_t left = t->peer->total - t->peer->sent;

	n *= size;
	n = n < left ? n : (size_t)left;
	if (t->fd >= 0) {
		ssize_t got = read(t->fd, p, n);

		if (got < 0)
			return CURL_READFUNC_ABORT;
		n = (size_t)got;
	} else {
		memcpy(p, t->data + t->peer->sent, n);
	}
	t->peer->sent += n;
	t->progress.done += n;
	return n;
}

static int on_host_key(CURL *c, const struct curl_khkey *known,
		       const struct curl_khkey *found, enum curl_khmatch match,
		       void *arg)
{
	struct transfer *t = arg;

	(void)c;
	(void)known;
	(void)found;
	if (match == CURLKHMATCH_OK)
		return CURLKHSTAT_FINE;
	if (match == CURLKHMATCH_MISSING)
		return CURLKHSTAT_FINE_ADD_TO_FILE;
	t->peer->key_changed = true;
	return CURLKHSTAT_REJECT;
}

/* A leading slash is meant: it must survive the URL's own. */
static void add_path(struct out *url, CURL *c, const struct transfer *t)
{
	const char *path = t->peer->path;

	if (*path == '/' && t->way != TRANSFER_SFTP)
		out_puts(url, "%2F");
	else if (*path != '/' && t->way == TRANSFER_SFTP)
		out_puts(url, "~/");
	path += strspn(path, "/");
	while (*path) {
		size_t n = strcspn(path, "/");
		char *part = curl_easy_escape(c, path, (int)n);

		out_puts(url, part ? part : "");
		curl_free(part);
		path += n;
		if (*path)
			out_puts(url, "/");
		path += strspn(path, "/");
	}
}

static int explain_code(const struct transfer *t, CURLcode code,
			struct err *err)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_FTP_ACCEPT_TIMEOUT:
	case CURLE_WEIRD_SERVER_REPLY:
		return err_set(err, ERR_IO, -1, T_XFER_CONNECT);
	case CURLE_LOGIN_DENIED:
		return err_set(err, ERR_DENIED, -1, T_XFER_LOGIN);
	case CURLE_REMOTE_FILE_NOT_FOUND:
	case CURLE_FTP_COULDNT_RETR_FILE:
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_TFTP_NOTFOUND:
		if (t->put)
			return err_set(err, ERR_IO, -1, T_XFER_REFUSED);
		return err_set(err, ERR_NOT_FOUND, -1, T_XFER_NOFILE);
	case CURLE_UPLOAD_FAILED:
	case CURLE_TFTP_PERM:
	case CURLE_REMOTE_FILE_EXISTS:
	case CURLE_REMOTE_DISK_FULL:
		return err_set(err, ERR_IO, -1, T_XFER_REFUSED);
	case CURLE_ABORTED_BY_CALLBACK:
		return err_set(err, ERR_REFUSED, -1, T_XFER_STOPPED);
	default:
		return err_set(err, ERR_IO, -1, T_XFER_FAILED,
			       curl_easy_strerror(code));
	}
}

static int explain(const struct transfer *t, CURLcode code, struct err *err)
{
	if (t->peer->key_changed)
		return err_set(err, ERR_DENIED, -1, T_XFER_KEY,
			       str_addr(t->peer->appliance));
	if (t->peer->too_long)
		return err_set(err, ERR_RANGE, -1, T_XFER_LONG,
			       str_thousands(t->max));
	if (t->peer->not_written)
		return -1; /* the disk has told why */
	/* a port without a TFTP server answers by ICMP */
	if (t->way == TRANSFER_TFTP && !t->progress.done &&
	    (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR))
		code = CURLE_COULDNT_CONNECT;
	return explain_code(t, code, err);
}

static void set_ssh(CURL *c, struct transfer *t)
{
	curl_easy_setopt(c, CURLOPT_SSH_AUTH_TYPES,
			 (long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
	if (!t->peer->known_hosts)
		return;
	curl_easy_setopt(c, CURLOPT_SSH_KNOWNHOSTS, t->peer->known_hosts);
	curl_easy_setopt(c, CURLOPT_SSH_KEYFUNCTION, on_host_key);
	curl_easy_setopt(c, CURLOPT_SSH_KEYDATA, t);
}

static void set_direction(CURL *c, struct transfer *t)
{
	if (t->put) {
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, on_wanted);
		curl_easy_setopt(c, CURLOPT_READDATA, t);
		curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE,
				 (curl_off_t)t->peer->total);
	} else {
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	}
}

static void put_url(struct out *url, CURL *c, const struct transfer *t)
{
	static const char *const scheme[] = { [TRANSFER_FTP] = "ftp",
					      [TRANSFER_SFTP] = "sftp",
					      [TRANSFER_TFTP] = "tftp" };
	bool tftp = t->way == TRANSFER_TFTP;

	out_printf(url, "%s://%s/", scheme[t->way],
		   str_addr(tftp ? t->peer->host : t->peer->appliance));
	add_path(url, c, t);
}

static void set_limits(CURL *c)
{
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TOTAL_S);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)IDLE_S);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)IDLE_S);
}

static CURLcode perform(CURL *c, struct transfer *t)
{
	struct out url = { 0 }, to = { 0 };
	struct curl_slist *list;
	CURLcode code;

	put_url(&url, c, t);
	out_printf(&to, "::%s:", str_addr(t->peer->host));
	list = curl_slist_append(NULL, out_text(&to));
	curl_easy_setopt(c, CURLOPT_URL, out_text(&url));
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, list);
	set_limits(c);
	if (t->way != TRANSFER_TFTP) {
		curl_easy_setopt(c, CURLOPT_USERNAME, t->peer->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, t->peer->password);
	}
	curl_easy_setopt(c, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
	curl_easy_setopt(c, CURLOPT_FTP_SKIP_PASV_IP, 1L);
	if (t->way == TRANSFER_SFTP)
		set_ssh(c, t);
	set_direction(c, t);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_step);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	code = curl_easy_perform(c);
	curl_slist_free_all(list);
	out_fini(&url);
	out_fini(&to);
	return code;
}

static int look_up(struct transfer *t)
{
	struct transfer_peer *p = t->peer;

	if (!*p->name)
		return 0;
	t->rc = names_lookup(&p->names, p->name, &t->stopped, &p->appliance,
			     &t->err);
	p->host = hostmap_addr(p->names.map, p->appliance);
	return t->rc;
}

void transfer_run(struct transfer *t)
{
	CURL *c = NULL;
	CURLcode code = CURLE_FAILED_INIT;

	if (look_up(t) < 0)
		return;
	c = curl_easy_init();
	if (c)
		code = perform(c, t);
	if (c)
		curl_easy_cleanup(c);
	if (code != CURLE_OK)
		t->rc = explain(t, code, &t->err);
	else if (t->draft)
		t->rc = disk_draft_commit(t->draft, &t->err);
	if (code == CURLE_OK)
		t->draft = NULL;
}

/* ---- as a job of a session ------------------------------------------------ */

struct started {
	struct transfer *transfer;
	int (*keep)(struct cli *cli, struct transfer *t, void *arg,
		    struct err *err);
	void *arg;
	void (*drop)(void *arg);
};

static void started_work(void *arg)
{
	struct started *s = arg;

	transfer_run(s->transfer);
}

static void started_stop(void *arg)
{
	struct started *s = arg;

	s->transfer->stopped = true;
}

static int started_done(struct cli *cli, void *arg, struct err *err)
{
	struct started *s = arg;
	struct transfer *t = s->transfer;
	int rc = 0;

	if (cli && t->rc < 0)
		rc = err_set(err, t->err.code, -1, "%s", t->err.msg);
	else if (cli && s->keep)
		rc = s->keep(cli, t, s->arg, err);
	if (cli && rc == 0)
		out_puts(cli_out(cli), T_XFER_DONE "\n");
	transfer_free(t);
	if (s->drop)
		s->drop(s->arg);
	free(s);
	return rc;
}

int transfer_start(struct cli *cli, struct transfer *t,
		   int (*keep)(struct cli *cli, struct transfer *t, void *arg,
			       struct err *err),
		   void *arg, void (*drop)(void *arg))
{
	struct started *s = xcalloc(1, sizeof(*s));
	const struct progress *p = &t->progress;
	int rc;

	*s = (struct started){ t, keep, arg, drop };
	out_puts(cli_out(cli), T_XFER_START "\n");
	rc = cli_job(cli, started_work, started_done, s);
	cli_job_stop(cli, started_stop);
	cli_progress(cli, p);
	return rc;
}
