#include "sslmod/secrets.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/xalloc.h"

struct secrets {
	int fd; /* owned; 0: none */
	atomic_bool tapped, waits;
	pthread_mutex_t lock;
	char *text; /* owned; SECRETS_MAX bytes while tapped */
	size_t len;
};

struct secrets *secrets_new(int fd)
{
	struct secrets *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	(void)pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void drop(struct secrets *s)
{
	if (s->text)
		wipe(s->text, s->len);
	free(s->text);
	s->text = NULL;
	s->len = 0;
	s->waits = false;
}

void secrets_free(struct secrets *s)
{
	if (!s)
		return;
	drop(s);
	if (s->fd)
		(void)close(s->fd);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A line a secret; one write each keeps those of workers apart. */
static void to_file(const struct secrets *s, const char *line)
{
	struct iovec v[] = { { (void *)(uintptr_t)line, strlen(line) },
			     { (void *)(uintptr_t) "\n", 1 } };

	if (writev(s->fd, v, 2) < 0)
		log_write(LOG_SSLACCEL, LOG_WARNING_4, "--keylog: %s",
			  strerror(errno));
}

static void to_tap(struct secrets *s, const char *line)
{
	size_t len = strlen(line);

	(void)pthread_mutex_lock(&s->lock);
	if (s->text && s->len + len + 1 <= SECRETS_MAX) {
		memcpy(s->text + s->len, line, len);
		s->text[s->len + len] = '\n';
		s->len += len + 1;
		s->waits = true;
	}
	(void)pthread_mutex_unlock(&s->lock);
}

void secrets_write(struct secrets *s, const char *line)
{
	if (s->fd)
		to_file(s, line);
	if (s->tapped)
		to_tap(s, line);
}

void secrets_tap(struct secrets *s, bool on)
{
	(void)pthread_mutex_lock(&s->lock);
	s->tapped = on;
	if (!on)
		drop(s);
	else if (!s->text)
		s->text = xcalloc(1, SECRETS_MAX);
	(void)pthread_mutex_unlock(&s->lock);
}

bool secrets_wait(const struct secrets *s)
{
	return atomic_load_explicit(&s->waits, memory_order_relaxed);
}

char *secrets_take(struct secrets *s, size_t *len)
{
	char *text = NULL;

	(void)pthread_mutex_lock(&s->lock);
	if (s->len > 0) {
		text = xmemdup(s->text, s->len);
		*len = s->len;
		wipe(s->text, s->len);
		s->len = 0;
		s->waits = false;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return text;
}
