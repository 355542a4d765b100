/*
 * Mailing the log
 *
 * Each recipient has a text that grows while the mail before it is under way.
 * A recipient is known by its address: when the configuration forgets it, the
 * entry goes as soon as its mail has ended.  That mail cannot be sent is logged
 * once, and again only after one has been: the line itself is mailed, too.
 */
#include "cli/logmail.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "cli/transfer.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/logging.h"
#include "emu/io/hostmap.h"
#include "emu/io/job.h"

#define TEXT_MAX  65536 /* of a mail */
#define CONNECT_S 10L
#define TOTAL_S	  30L

struct entry {
	struct log_mail to; /* to.to "": free */
	struct out text;    /* lines of the next mail */
	unsigned left_out;
	bool busy;    /* a mail is under way */
	bool failing; /* the last one failed */
};

struct logmail {
	const struct env *env; /* borrowed */
	struct entry entry[LOG_MAIL_MAX];
	struct logmail_counters count;
	atomic_bool quit;
};

/* What the helper thread gets: copies, and the flag to give up. */
struct mail {
	struct logmail *m;
	int at;
	char *url, *connect_to, *from, *to; /* owned */
	struct out text;		    /* head and lines */
	size_t read;
	CURLcode code;
};

struct logmail *logmail_new(const struct env *env)
{
	struct logmail *m = xcalloc(1, sizeof(*m));

	m->env = env;
	return m;
}

void logmail_free(struct logmail *m)
{
	if (!m)
		return;
	for (int i = 0; i < LOG_MAIL_MAX; i++)
		out_fini(&m->entry[i].text);
	free(m);
}

void logmail_counters(const struct logmail *m, struct logmail_counters *c)
{
	*c = m->count;
}

/* ---- the helper thread ---------------------------------------------------- */

static size_t on_wanted(char *p, size_t size, size_t n, void *arg)
{
	struct mail *mail = arg;
	size_t left = mail->text.len - mail->read;

	n *= size;
	n = n < left ? n : left;
	memcpy(p, mail->text.buf + mail->read, n);
	mail->read += n;
	return n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	struct mail *mail = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&mail->m->quit);
}

static void mail_work(void *arg)
{
	struct mail *mail = arg;
	CURL *c = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	struct curl_slist *at = curl_slist_append(NULL, mail->connect_to);

	mail->code = CURLE_FAILED_INIT;
	if (c && to && at) {
		curl_easy_setopt(c, CURLOPT_URL, mail->url);
		curl_easy_setopt(c, CURLOPT_CONNECT_TO, at);
		curl_easy_setopt(c, CURLOPT_PROXY, "");
		curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
		curl_easy_setopt(c, CURLOPT_TIMEOUT, TOTAL_S);
		curl_easy_setopt(c, CURLOPT_MAIL_FROM, mail->from);
		curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, on_wanted);
		curl_easy_setopt(c, CURLOPT_READDATA, mail);
		curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
		curl_easy_setopt(c, CURLOPT_XFERINFODATA, mail);
		mail->code = curl_easy_perform(c);
	}
	curl_slist_free_all(at);
	curl_slist_free_all(to);
	curl_easy_cleanup(c);
}

/* ---- the control thread --------------------------------------------------- */

static void mail_free(struct mail *mail)
{
	free(mail->url);
	free(mail->connect_to);
	free(mail->from);
	free(mail->to);
	out_fini(&mail->text);
	free(mail);
}

static void mail_done(void *arg)
{
	struct mail *mail = arg;
	struct logmail *m = mail->m;
	struct entry *e = &m->entry[mail->at];
	bool was_failing = e->failing;

	e->busy = false;
	e->failing = mail->code != CURLE_OK;
	if (e->failing)
		m->count.failed++;
	else
		m->count.sent++;
	if (e->failing && !was_failing && !atomic_load(&m->quit))
		log_write(LOG_SYSSOFT, LOG_WARNING_4, T_MAIL_FAILED, e->to.to,
			  str_addr(e->to.server),
			  curl_easy_strerror(mail->code));
	mail_free(mail);
	logmail_send(m);
}

static char *text_of(struct out *o)
{
	char *text = xstrdup(out_text(o));

	out_fini(o);
	return text;
}

/* "Sat, 19 Aug 2006 14:02:45 -0500" (RFC 5322), whatever the locale */
static void date_line(struct out *o)
{
	static const char day[7][4] = { "Sun", "Mon", "Tue", "Wed",
					"Thu", "Fri", "Sat" };
	static const char month[12][4] = { "Jan", "Feb", "Mar", "Apr",
					   "May", "Jun", "Jul", "Aug",
					   "Sep", "Oct", "Nov", "Dec" };
	char zone[WALL_ZONE_LEN + 1];
	time_t now = wall_now();
	int east = wall_zone_at(now, zone, sizeof(zone));
	struct tm tm;

	wall_local(now, &tm);
	out_printf(o, "Date: %s, %02d %s %d %02d:%02d:%02d %c%02d%02d\r\n",
		   day[(unsigned)tm.tm_wday % 7], tm.tm_mday,
		   month[(unsigned)tm.tm_mon % 12], tm.tm_year + 1900,
		   tm.tm_hour, tm.tm_min, tm.tm_sec, east < 0 ? '-' : '+',
		   abs(east) / 3600, abs(east) / 60 % 60);
}

static void mail_write(struct mail *mail, struct entry *e, const char *unit)
{
	struct out *o = &mail->text;

	date_line(o);
	out_printf(o,
		   "From: %s\r\nTo: <%s>\r\nSubject: " T_MAIL_SUBJECT
		   "\r\n\r\n",
		   mail->from, mail->to, unit);
	out_puts(o, out_text(&e->text));
	if (e->left_out)
		out_printf(o, T_LOG_DROPPED "\r\n", e->left_out);
	out_clear(&e->text);
	e->left_out = 0;
}

static void mail_start(struct logmail *m, int at)
{
	struct entry *e = &m->entry[at];
	struct mail *mail = xcalloc(1, sizeof(*mail));
	const char *unit = chassis_model(m->env->chassis)->product;
	const char *domain = *e->to.domain ? e->to.domain : unit;
	struct out o = { 0 };

	transfer_library();
	mail->m = m;
	mail->at = at;
	out_printf(&o, "smtp://%s:25/%s", str_addr(e->to.server), domain);
	mail->url = text_of(&o);
	out_printf(&o, "::%s:25",
		   str_addr(hostmap_addr(m->env->map, e->to.server)));
	mail->connect_to = text_of(&o);
	out_printf(&o, "<%s@%s>", unit, domain);
	mail->from = text_of(&o);
	mail->to = xstrdup(e->to.to);
	mail_write(mail, e, unit);
	e->busy = true;
	jobs_start(m->env->jobs, mail_work, mail_done, mail);
}

/* The recipient's entry, or a new one; NULL: too many were renamed at once. */
static struct entry *entry_of(struct logmail *m, const struct log_mail *to)
{
	struct entry *spare = NULL;

	for (int i = 0; i < LOG_MAIL_MAX; i++) {
		struct entry *e = &m->entry[i];

		if (!strcmp(e->to.to, to->to))
			return e;
		if (!spare && !e->busy && !e->text.len)
			spare = e;
	}
	if (spare)
		spare->failing = false;
	return spare;
}

void logmail_add(struct logmail *m, const struct log_mail *to, const char *line)
{
	struct entry *e = entry_of(m, to);

	if (!e || atomic_load(&m->quit) || e->text.len > TEXT_MAX) {
		m->count.dropped++;
		if (e)
			e->left_out++;
		return;
	}
	e->to = *to;
	out_printf(&e->text, "%s\r\n", line);
}

void logmail_send(struct logmail *m)
{
	if (atomic_load(&m->quit) || !m->env->jobs)
		return;
	for (int i = 0; i < LOG_MAIL_MAX; i++)
		if (m->entry[i].text.len && !m->entry[i].busy)
			mail_start(m, i);
}

void logmail_hush(struct logmail *m)
{
	atomic_store(&m->quit, true);
}
