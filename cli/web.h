#ifndef CSS_CLI_WEB_H
#define CSS_CLI_WEB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/io/names.h"

struct env;

/*
 * One HTTP request of the switch itself.  Made on the control thread with copies
 * of all it needs; web_run() takes its time on a helper thread; then the control
 * thread reads the result and frees it.  Only http, only the host that is named:
 * an answer that points elsewhere is a failure.
 */
struct web {
	char *url;
	char name[128];	     /* to be looked up; "": host is known */
	struct names names;  /* who is asked */
	struct in_addr host; /* of this computer */
	const char *type;    /* Content-Type of what is posted; static */
	void *post;	     /* owned; NULL: GET */
	size_t post_len;
	size_t max;	  /* a longer body fails */
	atomic_bool stop; /* give up soon */
	struct out body;
	int rc; /* 0, or -1 and err */
	struct err err;
};

/* NULL and err: the URL is none of http. */
struct web *web_new(const struct env *env, const char *url, size_t max,
		    struct err *err);
void web_run(struct web *w);
void web_free(struct web *w);

#endif
