#include "emu/conf/logging.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

struct logging *logging_new(void)
{
	struct logging *l = xcalloc(1, sizeof(*l));

	(void)str_copy(l->disk, sizeof(l->disk), LOG_DISK_DFLT);
	l->to_disk = true;
	for (int i = 0; i < LOG_SUBSYS_NUM; i++) {
		l->level[i] = LOG_WARNING_4;
		log_level_set((enum log_subsys)i, LOG_WARNING_4);
	}
	return l;
}

void logging_free(struct logging *l)
{
	free(l);
}

int logging_set_disk(struct conf *c, const char *name, struct err *err)
{
	struct logging *l = c->logging;

	if (*name == '.' || strchr(name, '/') ||
	    !str_is_name(name, LOG_DISK_LEN))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, name,
			       LOG_DISK_LEN);
	return conf_put_text(c, l->disk, sizeof(l->disk), name, err);
}

/* ---- levels --------------------------------------------------------------- */

void logging_set_level(struct conf *c, enum log_subsys s, enum log_level l)
{
	log_level_set(s, l);
	conf_put_u8(c, &c->logging->level[s], l);
}

void logging_set_level_all(struct conf *c, enum log_level l)
{
	for (int i = 0; i < LOG_SUBSYS_NUM; i++)
		logging_set_level(c, (enum log_subsys)i, l);
}

/* Takes one out of an array of n. */
static void take_out(void *array, size_t size, int *n, int at)
{
	char *place = (char *)array + (size_t)at * size;

	(*n)--;
	memmove(place, place + size, (size_t)(*n - at) * size);
}

/* ---- hosts ---------------------------------------------------------------- */

static int host_at(const struct logging *l, struct in_addr a)
{
	for (int i = 0; i < l->nhost; i++)
		if (l->host[i].addr.s_addr == a.s_addr)
			return i;
	return -1;
}

static int check_addr(struct in_addr a, struct err *err)
{
	if (a.s_addr == htonl(INADDR_ANY))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, str_addr(a));
	return conf_check_hosts(a, 1, err);
}

int logging_host_set(struct conf *c, const struct log_host *h, struct err *err)
{
	struct logging *l = c->logging;
	int at = host_at(l, h->addr);

	if (check_addr(h->addr, err) < 0)
		return -1;
	if (at < 0 && l->nhost == LOG_HOST_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "logging host",
			       LOG_HOST_MAX);
	if (at < 0)
		at = l->nhost++;
	l->host[at] = *h;
	conf_changed(c);
	return 0;
}

int logging_host_del(struct conf *c, struct in_addr addr, struct err *err)
{
	struct logging *l = c->logging;
	int at = host_at(l, addr);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "logging host", str_addr(addr));
	take_out(l->host, sizeof(l->host[0]), &l->nhost, at);
	conf_changed(c);
	return 0;
}

/* ---- recipients ----------------------------------------------------------- */

static int mail_at(const struct logging *l, const char *to)
{
	for (int i = 0; i < l->nmail; i++)
		if (!strcmp(l->mail[i].to, to))
			return i;
	return -1;
}

/* Nothing that would end the line of the mail protocol that it stands in. */
static bool is_mailbox(const char *to)
{
	size_t len = strlen(to);

	return len && len <= LOG_MAIL_TO_LEN && !strpbrk(to, "<>\" \\,;:") &&
	       *to != '@' && to[len - 1] != '@' && *to != '-';
}

int logging_mail_set(struct conf *c, const struct log_mail *m, struct err *err)
{
	struct logging *l = c->logging;
	int at = mail_at(l, m->to);

	if (!is_mailbox(m->to))
		return err_set(err, ERR_RANGE, -1, T_BAD_MAILBOX, m->to);
	if (check_addr(m->server, err) < 0)
		return -1;
	if (*m->domain && !str_is_name(m->domain, LOG_DOMAIN_LEN))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, m->domain,
			       LOG_DOMAIN_LEN);
	if (at < 0 && l->nmail == LOG_MAIL_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "logging sendmail",
			       LOG_MAIL_MAX);
	if (at < 0)
		at = l->nmail++;
	l->mail[at] = *m;
	conf_changed(c);
	return 0;
}

int logging_mail_del(struct conf *c, const char *to, struct err *err)
{
	struct logging *l = c->logging;
	int at = mail_at(l, to);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "logging sendmail", to);
	take_out(l->mail, sizeof(l->mail[0]), &l->nmail, at);
	conf_changed(c);
	return 0;
}

/* ---- lines ---------------------------------------------------------------- */

static int line_at(const struct logging *l, const char *line)
{
	for (int i = 0; i < l->nline; i++)
		if (str_ieq(l->line[i], line))
			return i;
	return -1;
}

bool logging_has_line(const struct logging *l, const char *line)
{
	return line_at(l, line) >= 0;
}

int logging_line_add(struct conf *c, const char *line, struct err *err)
{
	struct logging *l = c->logging;

	if (logging_has_line(l, line))
		return 0;
	if (l->nline == LOG_LINE_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "logging line",
			       LOG_LINE_MAX);
	(void)str_copy(l->line[l->nline++], sizeof(l->line[0]), line);
	return 0;
}

bool logging_line_del(struct conf *c, const char *line)
{
	struct logging *l = c->logging;
	int at = line_at(l, line);

	if (at < 0)
		return false;
	take_out(l->line, sizeof(l->line[0]), &l->nline, at);
	return true;
}
