#include "cli/web.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/transfer.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/io/hostmap.h"

#define CONNECT_S 10L
#define TOTAL_S	  60L

/* The host of "http://host[:port]/path"; false: it is no such URL. */
static bool host_of(const char *url, char *host, size_t cap)
{
	size_t n;

	if (strncmp(url, "http://", 7) != 0)
		return false;
	n = strcspn(url + 7, ":/?#");
	if (n == 0 || n >= cap || strcspn(url + 7, "@") < strcspn(url + 7, "/"))
		return false;
	memcpy(host, url + 7, n);
	host[n] = '\0';
	return true;
}

static int find_host(const struct env *env, const char *host, struct web *w,
		     struct err *err)
{
	struct in_addr a;

	lookup_servers(env, &w->names);
	if (host_resolve(env->conf, host, &a, err) == 0)
		w->host = hostmap_addr(env->map, a);
	else if (!w->names.nserver || !host_is_name(host) ||
		 !str_copy(w->name, sizeof(w->name), host))
		return -1;
	return 0;
}

struct web *web_new(const struct env *env, const char *url, size_t max,
		    struct err *err)
{
	struct web *w = xcalloc(1, sizeof(*w));
	char host[128];

	transfer_library();
	w->url = xstrdup(url);
	w->max = max;
	if (!host_of(url, host, sizeof(host)))
		(void)err_set(err, ERR_SYNTAX, -1,
			      "the URL must be http://host/path");
	else if (find_host(env, host, w, err) == 0)
		return w;
	web_free(w);
	return NULL;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	free(w->url);
	free(w->post);
	out_fini(&w->body);
	free(w);
}

/* ---- the helper thread ----------------------------------------------------- */

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct web *w = arg;

	n *= size;
	if (w->body.len + n > w->max)
		return 0;
	out_write(&w->body, p, n);
	return n;
}

static int on_step(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
		   curl_off_t d)
{
	struct web *w = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&w->stop);
}

static void set_limits(CURL *c)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, TOTAL_S);
}

static struct curl_slist *set_question(CURL *c, const struct web *w)
{
	struct out type = { 0 };
	struct curl_slist *list;

	if (!w->post)
		return NULL;
	out_printf(&type, "Content-Type: %s", w->type);
	list = curl_slist_append(NULL, out_text(&type));
	out_fini(&type);
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, w->post);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)w->post_len);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	return list;
}

static int explain(struct web *w, CURLcode code, long status)
{
	if (code == CURLE_WRITE_ERROR)
		return err_set(&w->err, ERR_RANGE, -1,
			       "the answer has more than %zu bytes", w->max);
	if (code != CURLE_OK)
		return err_set(&w->err, ERR_IO, -1, "%s",
			       curl_easy_strerror(code));
	if (status != 200)
		return err_set(&w->err, ERR_IO, -1, "the server answers %ld",
			       status);
	return 0;
}

static int perform(struct web *w, CURL *c)
{
	struct out to = { 0 };
	struct curl_slist *at, *head;
	long status = 0;
	CURLcode code;

	out_printf(&to, "::%s:", str_addr(w->host));
	at = curl_slist_append(NULL, out_text(&to));
	out_fini(&to);
	curl_easy_setopt(c, CURLOPT_URL, w->url);
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, at);
	set_limits(c);
	head = set_question(c, w);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, w);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_step);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, w);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(head);
	curl_slist_free_all(at);
	return explain(w, code, status);
}

static int look_up(struct web *w)
{
	struct in_addr a;

	if (!*w->name)
		return 0;
	if (names_lookup(&w->names, w->name, &w->stop, &a, &w->err))
		return -1;
	w->host = hostmap_addr(w->names.map, a);
	return 0;
}

void web_run(struct web *w)
{
	CURL *c;

	w->rc = look_up(w);
	if (w->rc)
		return;
	c = curl_easy_init();
	w->rc = c ? perform(w, c)
		  : err_set(&w->err, ERR_IO, -1, "no HTTP client");
	curl_easy_cleanup(c);
}
