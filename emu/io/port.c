#include "emu/io/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/io/port_priv.h"
#include "emu/io/rights.h"

static const struct port_ops *const kinds[] = { &port_packet, &port_pcap,
						&port_tap, &port_file };
enum { NKINDS = sizeof(kinds) / sizeof(*kinds) };

/* ---- for the kinds ----------------------------------------------------------- */

void port_init(struct port_io *io, const struct port_ops *ops, const char *name)
{
	io->ops = ops;
	io->fd = io->ctl = -1;
	io->mtu = 1500;
	str_copy(io->name, sizeof(io->name), name);
	(void)snprintf(io->kind, sizeof(io->kind), "%s%s", ops->kind, io->name);
}

int port_refused(const struct port_io *io, const char *what, int error,
		 struct err *err)
{
	if (error == EPERM || error == EACCES)
		return err_set(err, ERR_IO, -1,
			       "%s: %s: not permitted: " RIGHTS_CURE, io->kind,
			       what);
	if (error == ENODEV)
		return err_set(
			err, ERR_IO, -1,
			"%s: there is no such interface: `ip link` lists "
			"those there are, `tap:NAME` makes one",
			io->kind);
	return err_set(err, ERR_IO, -1, "%s: %s: %s", io->kind, what,
		       strerror(error));
}

int port_ask_mtu(struct port_io *io, struct err *err)
{
	struct ifreq r = { 0 };

	if (!str_copy(r.ifr_name, sizeof(r.ifr_name), io->name))
		return port_refused(io, "name", ENODEV, err);
	if (ioctl(io->ctl, SIOCGIFMTU, &r) < 0)
		return port_refused(io, "MTU", errno, err);
	io->mtu = (uint32_t)r.ifr_mtu;
	return 0;
}

struct packet port_frame(uint8_t *room)
{
	return (struct packet){ .data = room + PACKET_HEADROOM,
				.cap = PORT_FRAME - PACKET_HEADROOM };
}

/* ---- for everybody ------------------------------------------------------------ */

/* The kind that the text names; NULL: it is a plain name. */
static const struct port_ops *kind_find(const char *text)
{
	for (int i = 0; i < NKINDS; i++)
		if (str_has_prefix(text, kinds[i]->kind))
			return kinds[i];
	return NULL;
}

static struct port_io *unknown_kind(const char *text, struct err *err)
{
	struct out names = { 0 };

	for (int i = 0; i < NKINDS; i++)
		out_printf(&names, "%s%s", i ? ", " : "", kinds[i]->help);
	(void)err_set(err, ERR_IO, -1, "%s: not an interface; or one of: %s",
		      text, out_text(&names));
	out_fini(&names);
	return NULL;
}

/* A plain interface: its own socket if it can be, else libpcap's. */
static struct port_io *open_best(const char *name, struct err *err)
{
	struct port_io *io = port_packet.open(name, err);

	return io ? io : port_pcap.open(name, NULL);
}

struct port_io *port_open(const char *text, struct err *err)
{
	const struct port_ops *ops = kind_find(text);

	if (ops)
		return ops->open(text + strlen(ops->kind), err);
	if (!*text || strchr(text, ':') || strchr(text, '/'))
		return unknown_kind(text, err);
	return open_best(text, err);
}

/* One that was deleted and made again has a name that is ours, and no more. */
static bool is_another(const struct port_io *io, struct ifreq *r)
{
	return io->index && (ioctl(io->ctl, SIOCGIFINDEX, r) < 0 ||
			     (unsigned)r->ifr_ifindex != io->index);
}

bool port_has_link(const struct port_io *io)
{
	struct ifreq r = { 0 };

	if (io->ctl < 0)
		return !io->unplugged;
	str_copy(r.ifr_name, sizeof(r.ifr_name), io->name);
	return !is_another(io, &r) && ioctl(io->ctl, SIOCGIFFLAGS, &r) == 0 &&
	       (r.ifr_flags & IFF_UP) && (r.ifr_flags & IFF_RUNNING);
}

bool port_follow_mtu(struct port_io *io)
{
	uint32_t was = io->mtu;

	return io->ctl >= 0 && !port_ask_mtu(io, NULL) && io->mtu != was;
}

const char *port_kind(const struct port_io *io)
{
	return io->kind;
}
