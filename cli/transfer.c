/*
 * File transfers, by libcurl.
 *
 * The server's address goes through the host mapping like every address of the
 * configuration: the URL carries the appliance's address, the connection is
 * made to the host's.  Proxies of the environment do not count, nothing is
 * asked of a terminal, time and size are bounded.
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

#include "cli/env.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "sslmod/seal.h"

#define CONNECT_S 15
#define TOTAL_S	  120
#define HOSTS	  "ssh_known_hosts"

struct transfer_peer {
	struct in_addr appliance, host;
	char user[33], password[129];
	char *path;	   /* below the login directory unless it begins "/" */
	char *known_hosts; /* NULL: a switch without a disk */
	bool key_changed, too_long;
	size_t sent;
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

static int fill_peer(const struct env *env, const char *record,
		     const char *remote, struct transfer_peer *p,
		     struct err *err)
{
	const struct ftp_record *r = ftp_record_find(env->conf, record);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD);
	if (host_resolve(env->conf, r->host, &p->appliance, err) < 0)
		return -1;
	p->host = hostmap_addr(env->map, p->appliance);
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

struct transfer *transfer_new(const struct env *env, const char *record,
			      bool sftp, const char *remote, size_t max,
			      struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct transfer *t = xcalloc(1, sizeof(*t));

	pthread_once(&once, start_curl);
	t->sftp = sftp;
	t->max = max;
	t->peer = xcalloc(1, sizeof(*t->peer));
	if (fill_peer(env, record, remote, t->peer, err) < 0) {
		transfer_free(t);
		return NULL;
	}
	return t;
}

void transfer_send(struct transfer *t, void *data, size_t len)
{
	t->put = true;
	t->data = data;
	t->len = len;
}

void transfer_free(struct transfer *t)
{
	if (!t)
		return;
	if (t->data)
		wipe(t->data, t->len);
	free(t->data);
	free(t->peer->path);
	free(t->peer->known_hosts);
	wipe(t->peer, sizeof(*t->peer));
	free(t->peer);
	free(t);
}

/* ---- on the helper thread ------------------------------------------------- */

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	char *more;

	n *= size;
	if (n > t->max - t->len) {
		t->peer->too_long = true;
		return 0;
	}
	more = xcalloc(1, t->len + n + 1);
	if (t->data) {
		memcpy(more, t->data, t->len);
		wipe(t->data, t->len);
		free(t->data);
	}
	memcpy(more + t->len, p, n);
	t->data = more;
	t->len += n;
	return n;
}

static size_t on_wanted(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t left = t->len - t->peer->sent;

	n *= size;
	n = n < left ? n : left;
	memcpy(p, t->data + t->peer->sent, n);
	t->peer->sent += n;
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

	if (*path == '/' && !t->sftp)
		out_puts(url, "%2F");
	else if (*path != '/' && t->sftp)
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

static int explain(const struct transfer *t, CURLcode code, struct err *err)
{
	if (t->peer->key_changed)
		return err_set(err, ERR_DENIED, -1, T_XFER_KEY,
			       str_addr(t->peer->appliance));
	if (t->peer->too_long)
		return err_set(err, ERR_RANGE, -1, T_XFER_LONG, t->max);
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
		return err_set(err, ERR_NOT_FOUND, -1, T_XFER_NOFILE);
	case CURLE_UPLOAD_FAILED:
		return err_set(err, ERR_IO, -1, T_XFER_REFUSED);
	default:
		return err_set(err, ERR_IO, -1, T_XFER_FAILED,
			       curl_easy_strerror(code));
	}
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
				 (curl_off_t)t->len);
	} else {
		curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	}
}

static CURLcode perform(CURL *c, struct transfer *t)
{
	struct out url = { 0 }, to = { 0 };
	struct curl_slist *list;
	CURLcode code;

	out_printf(&url, "%s://%s/", t->sftp ? "sftp" : "ftp",
		   str_addr(t->peer->appliance));
	add_path(&url, c, t);
	out_printf(&to, "::%s:", str_addr(t->peer->host));
	list = curl_slist_append(NULL, out_text(&to));
	curl_easy_setopt(c, CURLOPT_URL, out_text(&url));
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, list);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TOTAL_S);
	curl_easy_setopt(c, CURLOPT_USERNAME, t->peer->user);
	curl_easy_setopt(c, CURLOPT_PASSWORD, t->peer->password);
	curl_easy_setopt(c, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_NOCWD);
	curl_easy_setopt(c, CURLOPT_FTP_SKIP_PASV_IP, 1L);
	if (t->sftp)
		set_ssh(c, t);
	set_direction(c, t);
	code = curl_easy_perform(c);
	curl_slist_free_all(list);
	out_fini(&url);
	out_fini(&to);
	return code;
}

void transfer_run(struct transfer *t)
{
	CURL *c = curl_easy_init();
	CURLcode code = c ? perform(c, t) : CURLE_FAILED_INIT;

	if (c)
		curl_easy_cleanup(c);
	if (code != CURLE_OK)
		t->rc = explain(t, code, &t->err);
}
