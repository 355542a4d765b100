#ifndef CSS_TESTS_FUZZ_SCRATCH_ENV_H
#define CSS_TESTS_FUZZ_SCRATCH_ENV_H

struct env;
struct options;

/* A switch as `replay` builds it: no ports, no traffic, a disk in memory. */
struct env *scratch_env(void); /* one per process, configuration cleared */
/* The same with a chassis of one's own; the first call decides. */
struct env *scratch_env_of(const struct options *opt);

#endif
