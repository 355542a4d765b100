#ifndef CSS_CLI_MIB_H
#define CSS_CLI_MIB_H

#include <stdbool.h>
#include <stdint.h>

struct env;
struct out;

/*
 * MIB objects by name, as far as their values are known here: what RMON alarms
 * can sample.  "tcpCurrEstab" stands alone; others say of which service
 * ("apSvcConnections.web1"), rule ("apCntHits.shop.web") or port, by its ifIndex
 * ("ifInOctets.3").
 */
bool mib_is_known(const char *object); /* whether or not there is such a port */
/* false: not known, or there is no such service, rule or port now. */
bool mib_read(const struct env *env, const char *object, uint64_t *value);
/* The RMON counters of a port (emu/rmon/sampler.h: enum rmon_stat); false: there
 * is no such port. */
bool mib_port(const struct env *env, uint32_t ifindex, uint64_t *n);
/* The names that begin so, one a line, with what must follow. */
void mib_list(const char *prefix, struct out *o);
/* Calls fn() with each name. */
void mib_names(void (*fn)(void *arg, const char *name), void *arg);

#endif
