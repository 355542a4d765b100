#ifndef CSS_EMU_KEEPALIVE_KA_QUEUE_H
#define CSS_EMU_KEEPALIVE_KA_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct loop;
struct probe_spec;

/*
 * Classes of keepalives (content.md 4.1): how many of one class may run at once,
 * and how many there may be.  A probe that finds no place waits for its turn,
 * first come, first served.  More than the product takes are probed all the
 * same: its guide warns and refuses nothing.
 */
enum ka_class {
	KA_CLASS_A, /* icmp, tcp, ssl, non-persistent HEAD */
	KA_CLASS_FTP,
	KA_CLASS_GET,
	KA_CLASS_HEAD, /* persistent */
	KA_CLASS_SCRIPT,
	KA_CLASS_NUM,
};

struct ka_class_row {
	const char *name; /* for the log */
	unsigned max, at_once;
};
extern const struct ka_class_row ka_classes[KA_CLASS_NUM];
enum ka_class ka_class_of(const struct probe_spec *spec);

struct ka_place {
	TAILQ_ENTRY(ka_place) link; /* in the queue */
	enum ka_class class;
	bool waits, runs;
};

struct ka_queue;
/* begin() is called for one that had to wait, when it has a place.  It may do
 * anything but free the queue. */
struct ka_queue *ka_queue_new(struct loop *l,
			      void (*begin)(struct ka_place *p,
					    uint64_t now_ms));
void ka_queue_free(struct ka_queue *q); /* when nobody is in it any more */

/* true: it has a place; false: it waits, and begin() is called. */
bool ka_queue_enter(struct ka_queue *q, struct ka_place *p,
		    enum ka_class class);
/* Gives up the place, or the wait for one. */
void ka_queue_leave(struct ka_queue *q, struct ka_place *p);

#endif
