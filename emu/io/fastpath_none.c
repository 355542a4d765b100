/* Built without clang or libbpf: there is no fast path. */
#include <stddef.h>

#include "emu/base/err.h"
#include "emu/io/fastpath.h"

struct fastpath *fastpath_new(struct err *err)
{
	(void)err_set(err, ERR_REFUSED, -1,
		      "this program was built without it: install clang and "
		      "libbpf-dev, and build again");
	return NULL;
}

void fastpath_free(struct fastpath *f)
{
	(void)f;
}

int fastpath_port(struct fastpath *f, unsigned index, int sock, struct err *err)
{
	(void)f;
	(void)index;
	(void)sock;
	(void)err;
	return -1;
}

int fastpath_inside(struct fastpath *f, struct inside *in, struct err *err)
{
	(void)f;
	(void)in;
	(void)err;
	return -1;
}

unsigned fastpath_cable(const struct fastpath *f)
{
	(void)f;
	return 0;
}

bool fastpath_put(struct fastpath *f, __u32 place, const struct fast_way *way)
{
	(void)f;
	(void)place;
	(void)way;
	return false;
}

bool fastpath_put_pattern(struct fastpath *f, __u32 there,
			  const struct fast_way *way, __u32 back,
			  const struct fast_way *answers)
{
	(void)f;
	(void)there;
	(void)way;
	(void)back;
	(void)answers;
	return false;
}

void fastpath_set_odd(struct fastpath *f, uint16_t port)
{
	(void)f;
	(void)port;
}

bool fastpath_find(const struct fastpath *f, const struct fast_key *key,
		   __u32 *place)
{
	(void)f;
	(void)key;
	(void)place;
	return false;
}

bool fastpath_give(struct fastpath *f, __u32 there, __u32 back)
{
	(void)f;
	(void)there;
	(void)back;
	return false;
}

bool fastpath_used(struct fastpath *f, struct fast_begun *b)
{
	(void)f;
	(void)b;
	return false;
}

void fastpath_drop(struct fastpath *f, __u32 place)
{
	(void)f;
	(void)place;
}

void fastpath_flush(struct fastpath *f)
{
	(void)f;
}

bool fastpath_is_current(const struct fastpath *f, __u32 place)
{
	(void)f;
	(void)place;
	return false;
}

const struct fast_way *fastpath_way(const struct fastpath *f, __u32 place)
{
	(void)f;
	(void)place;
	return NULL;
}

bool fastpath_is_beaten(const struct fastpath *f)
{
	(void)f;
	return false;
}

void fastpath_count(const struct fastpath *f, __u32 port,
		    struct fast_port *total)
{
	(void)f;
	(void)port;
	*total = (struct fast_port){ 0 };
}
