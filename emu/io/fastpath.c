#include "emu/io/fastpath.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/io/inside.h"
#include "emu/io/rnd.h"
#include "emu/io/rtnl.h"
#include "emu/io/sock.h"

#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

/* By these our filters are told from others', and one that a killed switch left is
 * replaced. */
#define HANDLE	 0xc55
#define PRIORITY 11500
#define TAPS_MAX (FAST_PORTS + 3)

/* The compiled programs, byte for byte. */
__asm__(".section .rodata\n"
	".balign 8\n"
	".globl fastpath_object\n"
	"fastpath_object:\n"
	".incbin \"" CSS_FASTPATH_OBJECT "\"\n"
	".globl fastpath_object_end\n"
	"fastpath_object_end:\n"
	".previous\n");
extern const char fastpath_object[], fastpath_object_end[];

struct tap { /* a program at an interface */
	int index;
	enum bpf_tc_attach_point at;
	bool has_queue; /* it was us who put the queueing discipline there */
};

struct fastpath {
	struct bpf_object *object;  /* owned */
	struct fast_way *way;	    /* mapped; the kernel's, too */
	struct fast_bucket *bucket; /* mapped */
	struct fast_state *state;   /* mapped */
	struct fast_begun *begun;   /* mapped; a ring, FAST_BEGUN */
	__u32 looked;		    /* at so many of it */
	int ports, ncpu;	    /* of object */
	struct fast_port *percpu;   /* owned; ncpu */
	struct tap tap[TAPS_MAX];
	int ntap;
	unsigned cable;
};

/* ---- life ----------------------------------------------------------------------- */

static int quiet(enum libbpf_print_level level, const char *format,
		 va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int refused(const char *what, int error, struct err *err)
{
	if (error == EPERM || error == EACCES)
		return err_set(
			err, ERR_DENIED, -1,
			"%s: not permitted: run as root of this host, not in "
			"a user namespace (`unshare -Urn`, a rootless "
			"container)",
			what);
	return err_set(err, ERR_IO, -1, "%s: %s", what, strerror(error));
}

static int fd_of(const struct fastpath *f, const char *map)
{
	return bpf_object__find_map_fd_by_name(f->object, map);
}

static int program_fd(const struct fastpath *f, const char *name)
{
	return bpf_program__fd(
		bpf_object__find_program_by_name(f->object, name));
}

/* NULL and errno */
static void *map_memory(const struct fastpath *f, const char *name, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd_of(f, name), 0);

	return at == MAP_FAILED ? NULL : at;
}

static size_t pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

#define WAYS_SIZE    pages(FAST_WAYS * sizeof(struct fast_way))
#define BUCKETS_SIZE pages(FAST_BUCKETS * sizeof(struct fast_bucket))
#define STATE_SIZE   pages(sizeof(struct fast_state))
#define BEGUN_SIZE   pages(FAST_BEGUN * sizeof(struct fast_begun))

static int load(struct fastpath *f, struct err *err)
{
	f->object = bpf_object__open_mem(
		fastpath_object,
		(size_t)(fastpath_object_end - fastpath_object), NULL);
	if (!f->object)
		return refused("BPF programs", errno, err);
	if (bpf_object__load(f->object))
		return refused("BPF", errno, err);
	f->ports = fd_of(f, "ports");
	f->way = map_memory(f, "ways", WAYS_SIZE);
	f->bucket = map_memory(f, "buckets", BUCKETS_SIZE);
	f->state = map_memory(f, "state", STATE_SIZE);
	f->begun = map_memory(f, "begun", BEGUN_SIZE);
	f->ncpu = libbpf_num_possible_cpus();
	if (!f->way || !f->bucket || !f->state || !f->begun || f->ncpu <= 0)
		return refused("BPF maps", errno, err);
	f->percpu = xcalloc((size_t)f->ncpu, sizeof(*f->percpu));
	rnd_bytes(&f->state->seed, sizeof(f->state->seed));
	f->state->epoch = 1;
	return 0;
}

struct fastpath *fastpath_new(struct err *err)
{
	struct fastpath *f = xcalloc(1, sizeof(*f));

	(void)libbpf_set_print(quiet);
	if (load(f, err)) {
		fastpath_free(f);
		return NULL;
	}
	return f;
}

/* libbpf wants the padding to be zero, too. */
static void fill(const struct tap *t, struct bpf_tc_hook *hook,
		 struct bpf_tc_opts *opts)
{
	memset(hook, 0, sizeof(*hook));
	hook->sz = sizeof(*hook);
	hook->ifindex = t->index;
	hook->attach_point = t->at;
	memset(opts, 0, sizeof(*opts));
	opts->sz = sizeof(*opts);
	opts->handle = HANDLE;
	opts->priority = PRIORITY;
}

/* Others may have put filters of theirs there since. */
static bool is_in_use(const struct tap *t)
{
	struct err err;
	struct rtnl *r = rtnl_open(&err);
	bool in_use = !r || rtnl_has_filters(r, (unsigned)t->index);

	rtnl_close(r);
	return in_use;
}

static void detach(const struct tap *t)
{
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;

	fill(t, &hook, &opts);
	(void)bpf_tc_detach(&hook, &opts);
	if (!t->has_queue || is_in_use(t))
		return;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS; /* all of it */
	(void)bpf_tc_hook_destroy(&hook);
}

void fastpath_free(struct fastpath *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->ntap; i++)
		detach(&f->tap[i]);
	if (f->way)
		(void)munmap(f->way, WAYS_SIZE);
	if (f->bucket)
		(void)munmap(f->bucket, BUCKETS_SIZE);
	if (f->state)
		(void)munmap(f->state, STATE_SIZE);
	if (f->begun)
		(void)munmap(f->begun, BEGUN_SIZE);
	if (f->object)
		bpf_object__close(f->object);
	free(f->percpu);
	free(f);
}

/* ---- at interfaces ---------------------------------------------------------------- */

static int attach(struct fastpath *f, unsigned index,
		  enum bpf_tc_attach_point at, const char *program,
		  struct err *err)
{
	struct tap t = { .index = (int)index, .at = at };
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;
	int rc;

	if (f->ntap == TAPS_MAX)
		return refused("tc", ENOSPC, err);
	fill(&t, &hook, &opts);
	rc = bpf_tc_hook_create(&hook);
	if (rc && rc != -EEXIST)
		return refused("tc clsact", -rc, err);
	t.has_queue = rc == 0;
	opts.prog_fd = program_fd(f, program);
	opts.flags = BPF_TC_F_REPLACE;
	rc = bpf_tc_attach(&hook, &opts);
	if (rc)
		return refused("tc filter", -rc, err);
	f->tap[f->ntap++] = t;
	return 0;
}

/* The filter first: behind it the program at the interface has nothing to take yet. */
int fastpath_port(struct fastpath *f, unsigned index, int sock, struct err *err)
{
	int filter = program_fd(f, "look");

	if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_BPF, &filter,
		       sizeof(filter)))
		return refused("SO_ATTACH_BPF", errno, err);
	return attach(f, index, BPF_TC_INGRESS, "take", err);
}

struct emerging {
	struct fastpath *f;
	unsigned index;
	struct err *err;
};

static int attach_outside(void *arg)
{
	struct emerging *e = arg;

	return attach(e->f, e->index, BPF_TC_INGRESS, "emerge", e->err) ||
	       attach(e->f, e->index, BPF_TC_EGRESS, "shut", e->err);
}

/* These go with the cable, and are not taken off. */
int fastpath_inside(struct fastpath *f, struct inside *in, struct err *err)
{
	struct inside_cable c;
	struct emerging e = { f, 0, err };
	int ntap = f->ntap;

	if (inside_make_cable(in, &c, err))
		return -1;
	e.index = c.outer;
	if (sock_call_outside(attach_outside, &e) ||
	    attach(f, c.inner, BPF_TC_EGRESS, "leave", err))
		return -1;
	f->ntap = ntap;
	f->state->tun = c.tun;
	f->cable = c.outer;
	inside_use_cable(in);
	return 0;
}

unsigned fastpath_cable(const struct fastpath *f)
{
	return f->cable;
}

/* ---- ways ------------------------------------------------------------------------- */

static __u32 *slots_of(const struct fastpath *f, __u32 hash)
{
	return f->bucket[hash % FAST_BUCKETS].slot;
}

/* NULL: there is none of that value. */
static __u32 *slot_find(__u32 *slot, __u32 value)
{
	for (unsigned i = 0; i < FAST_SLOTS; i++)
		if (slot[i] == value)
			return &slot[i];
	return NULL;
}

/* The key is in its way by then; the programs take slots, too. */
static bool enter(struct fastpath *f, __u32 place)
{
	__u32 hash = fast_hash(&f->way[place].key, f->state->seed);
	__u32 value = fast_slot(hash, place);
	__u32 *slot = slots_of(f, hash);

	if (slot_find(slot, value))
		return true;
	for (unsigned i = 0; i < FAST_SLOTS; i++) {
		__u32 free = 0;

		if (__atomic_compare_exchange_n(&slot[i], &free, value, false,
						__ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* All of it but that it is in force. */
static struct fast_way *write_way(struct fastpath *f, __u32 place,
				  const struct fast_way *way)
{
	struct fast_way *to = &f->way[place];

	__atomic_store_n(&to->epoch, 0, __ATOMIC_SEQ_CST);
	*to = *way;
	to->epoch = 0;
	to->frames = to->bytes = 0;
	to->flags = 0;
	return to;
}

static void put_in_force(struct fastpath *f, __u32 place)
{
	__atomic_store_n(&f->way[place].epoch, f->state->epoch,
			 __ATOMIC_RELEASE);
}

bool fastpath_put(struct fastpath *f, __u32 place, const struct fast_way *way)
{
	(void)write_way(f, place, way);
	if (!enter(f, place))
		return false;
	put_in_force(f, place);
	return true;
}

bool fastpath_put_pattern(struct fastpath *f, __u32 there,
			  const struct fast_way *way, __u32 back,
			  const struct fast_way *answers)
{
	write_way(f, there, way)->answers = back + 1;
	(void)write_way(f, back, answers);
	if (!enter(f, there))
		return false;
	put_in_force(f, back);
	put_in_force(f, there);
	return true;
}

void fastpath_set_odd(struct fastpath *f, uint16_t port)
{
	__u32 *odd = f->state->odd;

	if (port)
		__atomic_fetch_or(&odd[port / 32], 1u << port % 32,
				  __ATOMIC_RELEASE);
	else
		memset(odd, 0, sizeof(f->state->odd));
}

bool fastpath_find(const struct fastpath *f, const struct fast_key *key,
		   __u32 *place)
{
	__u32 hash = fast_hash(key, f->state->seed);
	const __u32 *slot = slots_of(f, hash);

	for (unsigned i = 0; i < FAST_SLOTS; i++) {
		__u32 at = __atomic_load_n(&slot[i], __ATOMIC_ACQUIRE);

		*place = (at & FAST_PLACE) - 1;
		if (at && !((at ^ hash) & FAST_HASH_TAG) &&
		    fastpath_is_current(f, *place) &&
		    fast_is_same(&f->way[*place].key, key))
			return true;
	}
	return false;
}

void fastpath_drop(struct fastpath *f, __u32 place)
{
	struct fast_way *way = &f->way[place];
	__u32 hash = fast_hash(&way->key, f->state->seed);
	__u32 *at = slot_find(slots_of(f, hash), fast_slot(hash, place));

	__atomic_store_n(&way->epoch, 0, __ATOMIC_RELEASE);
	if (at)
		__atomic_store_n(at, 0, __ATOMIC_RELEASE);
}

void fastpath_flush(struct fastpath *f)
{
	__u32 next = f->state->epoch + 1;

	__atomic_store_n(&f->state->epoch, next ? next : 1, __ATOMIC_RELEASE);
}

bool fastpath_is_current(const struct fastpath *f, __u32 place)
{
	return f->way[place].epoch == f->state->epoch;
}

const struct fast_way *fastpath_way(const struct fastpath *f, __u32 place)
{
	return &f->way[place];
}

bool fastpath_give(struct fastpath *f, __u32 there, __u32 back)
{
	__u32 n = f->state->given;

	if (n - f->looked >= FAST_BEGUN)
		return false;
	f->begun[n % FAST_BEGUN] =
		(struct fast_begun){ there, back, FAST_GIVEN, 0 };
	__atomic_store_n(&f->state->given, n + 1, __ATOMIC_RELEASE);
	return true;
}

/* One that was taken and is not told of yet is being written right now. */
bool fastpath_used(struct fastpath *f, struct fast_begun *b)
{
	struct fast_begun *at = &f->begun[f->looked % FAST_BEGUN];

	if (f->looked == __atomic_load_n(&f->state->taken, __ATOMIC_ACQUIRE))
		return false;
	b->is = __atomic_load_n(&at->is, __ATOMIC_ACQUIRE);
	if (b->is == FAST_GIVEN)
		return false;
	b->there = at->there;
	b->back = at->back;
	f->looked++;
	return true;
}

bool fastpath_is_beaten(const struct fastpath *f)
{
	return __atomic_load_n(&f->state->beaten, __ATOMIC_RELAXED) != 0;
}

void fastpath_count(const struct fastpath *f, __u32 port,
		    struct fast_port *total)
{
	*total = (struct fast_port){ 0 };
	if (bpf_map_lookup_elem(f->ports, &port, f->percpu))
		return;
	for (int cpu = 0; cpu < f->ncpu; cpu++) {
		const struct fast_port *p = &f->percpu[cpu];

		total->in_octets += p->in_octets;
		total->in_frames += p->in_frames;
		total->out_octets += p->out_octets;
		total->out_frames += p->out_frames;
		for (unsigned i = 0; i < FAST_SIZES; i++)
			total->size[i] += p->size[i];
	}
}
