/*
 * Building a switch from its parts, and letting it go again.
 *
 * This file and main.c are the only ones that see everything.  Parts know what
 * is below them; what must go upwards (a module was pulled, a service came
 * alive, a command changed the configuration) goes through function pointers
 * that are set here.
 *
 * follow() is the one place where the living switch follows what was written:
 * it runs after every command line and every card move, and brings cards,
 * keepalives and traffic into line with the configuration, in that order: a
 * module has its lists before a service that needs it can come alive, and a
 * policy is compiled when everything it refers to is there.
 */
#include "emu/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "chassis/chassis.h"
#include "chassis/links.h"
#include "cli/account.h"
#include "cli/env.h"
#include "cli/fetch.h"
#include "cli/logsink.h"
#include "cli/mask.h"
#include "cli/mib.h"
#include "cli/script_files.h"
#include "cli/sched.h"
#include "cli/script_ka.h"
#include "cli/script_sock.h"
#include "cli/session.h"
#include "cli/usage.h"
#include "emu/aaa/radius_client.h"
#include "emu/aaa/tacacs_client.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/tally.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/job.h"
#include "emu/io/loop.h"
#include "emu/io/sntp.h"
#include "emu/io/timekeep.h"
#include "emu/keepalive/keepalive.h"
#include "emu/options.h"
#include "emu/plane/plane.h"
#include "emu/redundancy/box.h"
#include "emu/redundancy/reporters.h"
#include "emu/redundancy/vrouter.h"
#include "emu/power.h"
#include "emu/rmon/sampler.h"
#include "emu/scratch.h"
#include "emu/startup.h"
#include "emu/wired.h"
#include "sslmod/card_ssl.h"
#include "sslmod/expiry.h"
#include "sslmod/image.h"
#include "sslmod/outside.h"
#include "sslmod/seal.h"
#include "sslmod/secrets.h"
#include "sslmod/store.h"

struct css {
	const struct options *opt;
	struct env env; /* owns what its pointers name, but the map */
	struct power power;
	struct out startup_errors;
	struct expiry *expiry;
	struct sched *sched; /* owned */
	struct wired *wired; /* owned; NULL: on the host attachment */
	struct timer cables; /* looks whether one was pulled */
	/* slot that a service's lists are loaded in, by service index; 0: none */
	uint8_t loaded[SERVICE_MAX + 1];
	bool left[SERVICE_MAX + 1]; /* unloaded: its flows are to be reset */
	unsigned refused[SERVICE_MAX + 1]; /* activation that was not loaded */
	uint64_t followed;		   /* generation that traffic follows */
	bool cards_moved;
	struct rlimit core_limit; /* at the start */
	bool reboot;
};

/* what the signals stop, once it runs */
static struct loop *volatile signalled;
static volatile sig_atomic_t stop_asked; /* also while it still boots */

static void on_signal(int sig)
{
	if (sig == SIGINT && startup_interrupt())
		return;
	stop_asked = 1;
	if (signalled) /* NOLINTNEXTLINE: loop_stop() is made for handlers */
		loop_stop(signalled);
}

static bool is_stopped(void)
{
	return stop_asked != 0;
}

static void signals_catch(void)
{
	(void)signal(SIGTERM, on_signal);
	(void)signal(SIGINT, on_signal);
	/* a terminal that goes away stops the switch, but not under nohup */
	if (signal(SIGHUP, on_signal) == SIG_IGN)
		(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* ---- following the configuration ------------------------------------------ */

static bool module_ready(void *arg, const struct service *s)
{
	struct css *css = arg;
	const struct card *card = chassis_card(css->env.chassis, s->slot);

	return card && card_ssl_loaded(card, s->index) == s->activations;
}

static void unload(struct css *css, unsigned index)
{
	struct card *card =
		chassis_card_rw(css->env.chassis, css->loaded[index]);

	if (card)
		card_ssl_unload(card, index);
	css->left[index] = true;
	css->loaded[index] = 0;
}

/*
 * Activation of a service is what downloads its lists (ssl.md 2.6).  What could
 * not be loaded is said once and tried again with the next activation, or when
 * a card has moved.
 */
static void download(struct css *css, const struct service *s, struct out *warn)
{
	struct card *card = chassis_card_rw(css->env.chassis, s->slot);
	const struct ssl_source from = { .conf = css->env.conf,
					 .store = css->env.store,
					 .outside = css->env.outside,
					 .profile = css->opt->tls,
					 .secrets = css->env.secrets };
	struct err err = { 0 };

	if (!card || card_ssl_loaded(card, s->index) == s->activations ||
	    css->refused[s->index] == s->activations)
		return;
	css->refused[s->index] = 0;
	if (card_ssl_download(card, &from, s, plane_nworkers(css->env.plane),
			      &err)) {
		log_write(LOG_SSLACCEL, LOG_ERROR_3,
			  "service %s is not loaded on slot %u: %s", s->name,
			  s->slot, err.msg);
		out_printf(warn, "service %s: %s\n", s->name, err.msg);
		css->refused[s->index] = s->activations;
		return;
	}
	css->loaded[s->index] = (uint8_t)s->slot;
}

/* Also false when it was suspended and activated again since, in one line. */
static bool is_as_loaded(const struct css *css, const struct service *s)
{
	const struct card *card =
		chassis_card(css->env.chassis, css->loaded[s->index]);

	return css->loaded[s->index] == s->slot && card &&
	       card_ssl_loaded(card, s->index) == s->activations;
}

static void follow_cards(struct css *css, struct out *warn)
{
	struct conf *conf = css->env.conf;

	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		const struct service *s = conf->service_at[i];
		bool wanted = s && s->active && service_is_module(s);

		if (css->loaded[i] && (!wanted || !is_as_loaded(css, s)))
			unload(css, i);
		if (wanted)
			download(css, s, warn);
		else
			css->refused[i] = 0;
	}
}

/* Behind the new policy, so that no flow begins on what has left. */
static void reset_left(struct css *css)
{
	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		if (css->left[i])
			plane_reset_service(css->env.plane, i);
		css->left[i] = false;
	}
}

static void follow_states(struct css *css)
{
	struct monitor_info info;

	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		if (!css->env.conf->service_at[i])
			continue;
		monitor_info(css->env.monitor, i, &info);
		plane_service_state(css->env.plane, i, info.state);
	}
}

static enum service_state router_asks(void *arg, const struct service *s)
{
	const struct css *css = arg;
	struct monitor_info info;

	monitor_info(css->env.monitor, s->index, &info);
	return info.state;
}

static bool object_read(void *arg, const char *name, uint64_t *value)
{
	const struct css *css = arg;

	return mib_read(&css->env, name, value);
}

static bool port_read(void *arg, uint32_t ifindex, uint64_t n[RMON_STAT_NUM])
{
	const struct css *css = arg;

	return mib_port(&css->env, ifindex, n);
}

/* true: traffic must follow */
static bool follow_redundancy(struct css *css)
{
	struct vr_view v = { .chassis = css->env.chassis,
			     .conf = css->env.conf,
			     .arg = css,
			     .service_state = router_asks };
	bool routers = vrouters_follow(css->env.vrouters, &v);
	bool box = box_follow(css->env.box, &v);

	reporters_follow(css->env.reporters, &v);
	if (!routers && !box)
		return false;
	plane_served_changed(css->env.plane);
	return true;
}

/* `dump enable` gives back the limit that the program was started with. */
static void follow_dump(struct css *css)
{
	struct rlimit r = css->core_limit;

	if (css->env.conf->global->dump_off)
		r.rlim_cur = 0;
	(void)setrlimit(RLIMIT_CORE, &r);
}

/* Packets go by what is published, so they follow behind. */
static void publish(struct css *css, struct out *warn)
{
	plane_publish(css->env.plane, css->env.conf, css->env.chassis, warn);
	wired_follow(css->wired, &css->env);
}

static void follow(void *arg, struct out *warn)
{
	struct css *css = arg;

	if (css->followed == css->env.conf->generation && !css->cards_moved)
		return;
	css->followed = css->env.conf->generation;
	if (css->cards_moved)
		memset(css->refused, 0, sizeof(css->refused));
	css->cards_moved = false;
	radius_client_sync(css->env.radius);
	tacacs_client_sync(css->env.tacacs);
	follow_dump(css);
	sntp_sync(css->env.sntp, &css->env.conf->global->sntp);
	(void)links_follow(css->env.links, css->env.chassis, css->env.conf,
			   wall_now());
	follow_cards(css, warn);
	fetch_follow(css->env.fetch);
	monitor_sync(css->env.monitor);
	(void)follow_redundancy(css);
	sampler_sync(css->env.sampler);
	follow_states(
		css); /* what is new must not be taken for what was there */
	publish(css, warn);
	reset_left(css);
}

/* A circuit goes with its last cable, and with it its networks and routes. */
#define CABLES_MS 500

static void cables_look(void *arg, uint64_t now_ms)
{
	struct css *css = arg;
	struct out warn = { 0 };

	loop_timer(css->env.loop, &css->cables, now_ms + CABLES_MS);
	if (!links_follow(css->env.links, css->env.chassis, css->env.conf,
			  wall_now()))
		return;
	(void)follow_redundancy(css);
	plane_served_changed(css->env.plane);
	publish(css, &warn);
	out_fini(&warn); /* it is in the log */
}

static void service_changed(void *arg, unsigned index, enum service_state from,
			    enum service_state to)
{
	struct css *css = arg;
	struct out warn = { 0 };

	(void)from;
	if (css->env.plane)
		plane_service_state(css->env.plane, index, to);
	if (!css->env.vrouters || !follow_redundancy(css))
		return;
	publish(css, &warn);
	out_fini(&warn); /* it is in the log */
}

static void *script_start(void *arg, const struct script_probe *what,
			  script_done_fn done, void *owner, struct err *err)
{
	struct css *css = arg;

	return script_ka_start(&css->env, what, done, owner, err);
}

static void script_stop(void *arg, void *run)
{
	(void)arg;
	script_ka_stop(run);
}

/* What must follow does so behind the command, which then tells what failed. */
static int card_insert(void *arg, unsigned slot, const char *part,
		       struct err *err)
{
	struct css *css = arg;

	if (chassis_insert(css->env.chassis, slot, part,
			   loop_now(css->env.loop), err))
		return -1;
	css->cards_moved = true;
	return 0;
}

/* The card's services go down and its flows are reset at once, even when the
 * same line puts a card back; configuration stays. */
static int card_remove(void *arg, unsigned slot, struct err *err)
{
	struct css *css = arg;
	struct out warn = { 0 };

	if (chassis_remove(css->env.chassis, slot, err))
		return -1;
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		if (css->loaded[i] == slot)
			css->loaded[i] = 0;
	css->cards_moved = true;
	follow(css, &warn);
	plane_reset_slot(css->env.plane, slot);
	out_fini(&warn);
	return 0;
}

static void stop(void *arg, bool reboot)
{
	struct css *css = arg;

	css->reboot = reboot;
	loop_stop(css->env.loop);
}

static bool secret_open(void *arg, const char *sealed, char *clear, size_t cap)
{
	struct css *css = arg;

	return seal_open(disk_secret(css->env.disk), sealed, clear, cap);
}

/* ---- building and letting go ----------------------------------------------- */

/* Appended to, as other programs do (NSS key log format); nobody else's. */
static int keylog_open(struct css *css, struct err *err)
{
	const char *file = css->opt->keylog;
	int fd = 0;

	if (file) {
		fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			  0600);
		if (fd < 0)
			return err_set(err, ERR_IO, -1, "--keylog %s: %s", file,
				       strerror(errno));
	}
	css->env.secrets = secrets_new(fd);
	return 0;
}

static void limits_raise(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static int workers_wanted(const struct options *o)
{
	long n = o->workers ? o->workers : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static int store_fill(struct css *css, struct err *err)
{
	css->env.store = store_open(css->env.disk);
	css->env.outside = outside_new();
	for (int i = 0; i < css->opt->nimport; i++)
		if (store_import_host_file(css->env.store,
					   css->opt->import_ssl[i], err))
			return -1;
	return 0;
}

/* By SNTP: the battery clock goes along. */
static void clock_moved(void *arg)
{
	struct css *css = arg;
	struct err err;

	if (timekeep_save(css->env.disk, &err) < 0)
		log_write(LOG_SNTP, LOG_ERROR_3, "%s", err.msg);
}

static int wired_begin(struct css *css, struct err *err)
{
	if (wired_start(css->wired, &css->env, err))
		return -1;
	css->cables = (struct timer){ .fn = cables_look, .arg = css };
	loop_timer(css->env.loop, &css->cables, loop_now(css->env.loop));
	return 0;
}

static int parts_new(struct css *css, struct err *err)
{
	struct env *env = &css->env;
	struct monitor_hooks hooks = { .arg = css,
				       .changed = service_changed,
				       .module_ready = module_ready,
				       .secret_open = secret_open,
				       .script_start = script_start,
				       .script_stop = script_stop };
	const struct sampler_hooks samples = { css, object_read, port_read };
	struct aaa_secrets secrets = { css, secret_open };

	env->disk = disk_open(css->opt->disk, err);
	if (!env->disk)
		return -1;
	env->loop = loop_new();
	env->log = logsink_start(env);
	timekeep_load(env->disk);
	env->boot_ms = clock_ms();
	env->boot_time = wall_now();
	env->map = css->opt->map;
	env->conf = conf_new();
	account_load(env->disk, env->conf);
	power_on(&css->power, env, css->opt, is_stopped);
	if (scratch_chassis(css->opt, env, err) || store_fill(css, err) ||
	    keylog_open(css, err))
		return -1;
	scratch_hooks(env, css->opt->tls, false);
	env->links = links_new();
	env->sntp = sntp_new(env->loop, env->map, clock_moved, css);
	env->jobs = jobs_new(env->loop);
	env->fetch = fetch_new(env);
	env->monitor = monitor_new(env->loop, env->map, env->conf, &hooks);
	env->plane =
		plane_new(env->loop, env->map, workers_wanted(css->opt), err);
	if (!env->plane)
		return -1;
	if (css->wired && wired_begin(css, err))
		return -1;
	env->radius =
		radius_client_new(env->loop, env->map, env->conf, &secrets);
	env->tacacs =
		tacacs_client_new(env->loop, env->map, env->conf, &secrets);
	env->reporters = reporters_new();
	env->vrouters = vrouters_new();
	env->box = box_new();
	env->sampler = sampler_new(env->loop, env->conf, &samples);
	env->tallies = tallies_new();
	env->usage = usage_new(env->loop, env->plane);
	env->sockets = sockets_new(env->loop, env->map);
	env->sessions = sessions_new(env);
	css->sched = sched_start(env);
	css->expiry = expiry_new(env->loop, env->conf, env->store);
	return scripts_install(env->disk, err);
}

static void parts_free(struct css *css)
{
	struct env *env = &css->env;

	sched_stop(css->sched);
	if (env->sessions)
		sessions_free(env->sessions);
	radius_client_free(env->radius);
	tacacs_client_free(env->tacacs);
	sampler_free(env->sampler);
	reporters_free(env->reporters);
	vrouters_free(env->vrouters);
	env->vrouters = NULL;
	box_free(env->box);
	env->box = NULL;
	env->sessions = NULL;
	logsink_hush(env->log);
	tallies_free(env->tallies);
	fetch_quit(env->fetch);
	if (env->jobs)
		jobs_free(env->jobs);
	fetch_free(env->fetch);
	usage_free(env->usage);
	if (css->wired && env->loop)
		loop_timer_stop(env->loop, &css->cables);
	wired_stop(css->wired, env);
	if (env->plane)
		plane_free(env->plane);
	if (env->monitor)
		monitor_free(env->monitor);
	sockets_free(env->sockets);
	sntp_free(env->sntp);
	links_free(env->links);
	if (env->chassis)
		chassis_free(env->chassis);
	expiry_free(css->expiry);
	outside_free(env->outside);
	if (env->store)
		store_free(env->store);
	logsink_stop(env->log);
	if (env->conf)
		conf_free(env->conf);
	if (env->loop)
		loop_free(env->loop);
	if (env->disk)
		disk_close(env->disk);
	secrets_free(env->secrets);
	out_fini(&css->startup_errors);
	wired_close(css->wired);
}

static int faces_open(struct css *css, struct err *err)
{
	struct sessions *all = css->env.sessions;
	bool circuits = hostmap_is_transparent(css->env.map);

	if (telnet_start(all, css->opt->telnet, err))
		return -1;
	if (circuits || strcmp(css->opt->ssh, "off") != 0) {
		css->env.sshd = sshd_start(all, css->opt->ssh, err);
		if (!css->env.sshd)
			return -1;
	}
	if (attach_listen(all, css->opt->disk))
		return err_set(err, ERR_IO, -1,
			       "%s/console: %s; use another --disk",
			       css->opt->disk, strerror(errno));
	return 0;
}

static void ready_tell(const struct css *css)
{
	if (css->opt->ready_fd < 0)
		return;
	if (write(css->opt->ready_fd, "ready\n", 6) != 6)
		log_write(LOG_SYSSOFT, LOG_WARNING_4, "--ready-fd %d: %s",
			  css->opt->ready_fd, strerror(errno));
	(void)close(css->opt->ready_fd);
}

static int wires_open(struct css *css, struct err *err)
{
	if (!css->opt->wire)
		return 0;
	css->wired = wired_open(css->opt, err);
	return css->wired ? 0 : -1;
}

static int boot(struct css *css, struct err *err)
{
	if (wires_open(css, err) || parts_new(css, err))
		return -1;
	if (startup_run(&css->env, css->opt, &css->power, err) ||
	    faces_open(css, err))
		return -1;
	if (isatty(STDIN_FILENO) && console_start(css->env.sessions))
		return err_set(err, ERR_IO, -1, "console: %s", strerror(errno));
	logsink_booted(css->env.log);
	ready_tell(css);
	return 0;
}

int boot_run(const struct options *o, int *reboot, struct err *err)
{
	struct css *css = xcalloc(1, sizeof(*css));
	int rc;

	limits_raise();
	(void)getrlimit(RLIMIT_CORE, &css->core_limit);
	sslmod_start();
	css->opt = o;
	css->env.arg = css;
	css->env.apply = follow;
	css->env.stop = stop;
	css->env.card_insert = card_insert;
	css->env.card_remove = card_remove;
	css->env.startup_file = o->startup;
	css->env.startup_errors = &css->startup_errors;
	signals_catch();
	rc = boot(css, err);
	if (rc == 0) {
		signalled = css->env.loop;
		if (!stop_asked)
			loop_run(css->env.loop);
		signalled = NULL;
	}
	*reboot = css->reboot;
	parts_free(css);
	free(css);
	return rc;
}
