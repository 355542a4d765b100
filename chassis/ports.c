#include "chassis/ports.h"

#include <string.h>

#include "chassis/chassis.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"

bool port_next(const struct chassis *ch, const struct conf *c, struct port *p)
{
	p->number++;
	while (!chassis_port_name(ch, p->slot, p->number, p->name)) {
		if (++p->slot > chassis_model(ch)->nslots)
			return false;
		p->number = 1;
	}
	p->ifindex++;
	p->type = card_port_type(chassis_card(ch, p->slot)->ops, p->number);
	p->link = chassis_has_link(ch, p->slot, p->number);
	p->iface = iface_find(c, p->name);
	return true;
}

bool port_find(const struct chassis *ch, const struct conf *c, const char *name,
	       struct port *p)
{
	*p = (struct port){ 0 };
	while (port_next(ch, c, p))
		if (str_ieq(name, p->name))
			return true;
	return false;
}

bool port_is_up(const struct port *p)
{
	return p->link && !port_is_shut(p);
}

bool port_is_shut(const struct port *p)
{
	return p->iface && p->iface->admin_shutdown;
}

void port_mac(const struct chassis *ch, const struct port *p, uint8_t mac[6])
{
	unsigned low = 0;

	memcpy(mac, chassis_mac(ch), 6);
	low = (mac[4] << 8u | mac[5]) + p->ifindex;
	mac[4] = (uint8_t)(low >> 8);
	mac[5] = (uint8_t)low;
}

bool port_in_vlan(const struct port *p, unsigned vlan)
{
	return p->iface ? iface_in_vlan(p->iface, vlan) : vlan == 1;
}

bool circuit_next_port(const struct chassis *ch, const struct conf *c,
		       const struct circuit *ci, struct port *p)
{
	while (port_next(ch, c, p))
		if (port_in_vlan(p, ci->vlan))
			return true;
	return false;
}

bool circuit_is_active(const struct chassis *ch, const struct conf *c,
		       const struct circuit *ci)
{
	struct port p = { 0 };

	while (circuit_next_port(ch, c, ci, &p))
		if (port_is_up(&p))
			return true;
	return false;
}
