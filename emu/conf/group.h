#ifndef CSS_EMU_CONF_GROUP_H
#define CSS_EMU_CONF_GROUP_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"

#define GROUP_SERVICE_MAX 64 /* own bound */

struct group { /* source group, content.md 3.2 */
	TAILQ_ENTRY(group) link;
	unsigned index; /* 1..GROUP_MAX */
	char name[NAME_LEN + 1];
	bool active;
	struct in_addr vip;
	uint16_t vip_range;
	char source[GROUP_SERVICE_MAX][NAME_LEN + 1]; /* add service */
	int nsource;
	char dest[GROUP_SERVICE_MAX]
		 [NAME_LEN + 1]; /* add destination service */
	int ndest;
	uint16_t base_port;	   /* 2016 */
	uint16_t number_of_ports;  /* 63488 */
	uint8_t vip_address_range; /* 1 */
	bool portmap_disabled;
	uint32_t flow_timeout_multiplier; /* or FLOW_TIMEOUT_UNSET */
	uint16_t redundant_index;
	struct settings kept; /* what only has a value */
};

struct group *group_find(const struct conf *c, const char *name);
struct group *group_add(struct conf *c, const char *name, struct err *err);
int group_del(struct conf *c, const char *name, struct err *err);
int group_set_vip(struct conf *c, struct group *g, struct in_addr a,
		  uint16_t range, struct err *err);
int group_add_source(struct conf *c, struct group *g, const char *service,
		     struct err *err);
int group_del_source(struct conf *c, struct group *g, const char *service,
		     struct err *err);
int group_add_dest(struct conf *c, struct group *g, const char *service,
		   struct err *err);
int group_del_dest(struct conf *c, struct group *g, const char *service,
		   struct err *err);
/* VIP and port translation: -1 and err when the group is active. */
int group_may_edit(const struct group *g, struct err *err);
int group_activate(struct conf *c, struct group *g, struct err *err);
int group_suspend(struct conf *c, struct group *g, struct err *err);

#endif
