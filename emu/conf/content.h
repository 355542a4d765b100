#ifndef CSS_EMU_CONF_CONTENT_H
#define CSS_EMU_CONF_CONTENT_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"
#include "emu/conf/service.h"

struct balance_method; /* emu/balance: kept by name here */

enum advanced_balance { /* content.md 2.7 */
			ADVBAL_NONE,
			ADVBAL_SSL,
			ADVBAL_COOKIEURL,
			ADVBAL_URL,
			ADVBAL_COOKIES,
			ADVBAL_STICKY_SRCIP_DSTPORT,
			ADVBAL_STICKY_SRCIP,
			ADVBAL_ARROWPOINT_COOKIE,
			ADVBAL_WAP_MSISDN,
			ADVBAL_SIP_CALL_ID,
			ADVBAL_NUM,
};

enum application {
	APP_HTTP, /* the default */
	APP_BYPASS,
	APP_FTP_CONTROL,
	APP_REALAUDIO_CONTROL,
	APP_SIP,
	APP_SSL,
	APP_NUM,
};

/*
 * What a rule keeps for layers that do not act on it yet: cookies, strings, hot
 * lists, DNS.  A 0 or "" is the default unless a comment tells it.  DNS names,
 * location services and what has more than one value are in struct settings.
 */
struct content_more {
	char header_field[HFGROUP_NAME_LEN + 1];
	uint16_t header_weight;
	uint8_t failover; /* index of the keyword: linear next bypass */
	bool param_bypass;
	uint8_t load_threshold; /* default 254 */
	uint8_t serverdown;	/* index of the keyword, balance first */
	char string_prefix[31], string_eos[6];
	uint8_t string_skip, string_process;
	uint8_t string_operation; /* index, match-service-cookie first */
	uint8_t string_match;	  /* index, specific first */
	bool string_no_ascii;
	char arpt_name[NAME_LEN + 1]; /* "": ARPT */
	char arpt_path[100];
	char arpt_expiration[12];
	bool arpt_browser_expire, arpt_expire_services, arpt_reinsert,
		arpt_advanced;
	char cookie_domain[65];
	bool hotlist;
	uint8_t hotlist_interval_min, hotlist_size; /* default 1, 10 */
	uint16_t hotlist_threshold;
	uint8_t dnsbalance; /* index, useownerdnsbalance first */
	bool dns_disable_local;
	bool ping_local_remote;
	bool l4_stateless;
	char sasp_agent[NAME_LEN + 1];
	uint16_t slowstart_s;
};

#define CONTENT_SERVICE_MAX 64 /* own bound; 16 were seen (field notes) */

struct content_service { /* one `add service` line; order of entry */
	char name[NAME_LEN + 1];
	int weight; /* -1: the service's own */
};

struct content {
	TAILQ_ENTRY(content) link;
	unsigned index; /* 1..CONTENT_MAX */
	struct owner *owner;
	char name[NAME_LEN + 1];
	bool active;
	struct in_addr vip; /* INADDR_ANY: wildcard VIP */
	uint16_t vip_range;
	uint16_t port; /* 0: any */
	enum ip_proto proto;
	char url[253]; /* "": none; makes the rule layer 5 */
	char url_eql[NAME_LEN + 1], url_dql[NAME_LEN + 1],
		url_urql[NAME_LEN + 1];
	uint16_t url_dql_port; /* 0: any */
	char balance[20];      /* "roundrobin" */
	uint8_t advanced;      /* enum advanced_balance */
	uint8_t application;   /* enum application */
	char redirect[253];
	char primary_sorry[NAME_LEN + 1], secondary_sorry[NAME_LEN + 1];
	struct in_addr sticky_mask;	  /* default 255.255.255.255 */
	uint32_t sticky_inact_min;	  /* 0: never by timer */
	uint32_t flow_timeout_multiplier; /* or FLOW_TIMEOUT_UNSET */
	bool persistent;		  /* default true */
	bool flow_reset_reject;
	uint16_t redundant_index;
	struct content_service service[CONTENT_SERVICE_MAX];
	int nservice;
	struct content_more more;
	struct settings kept; /* what only has a value */
};

struct owner {
	TAILQ_ENTRY(owner) link;
	char name[NAME_LEN + 1];
	char address[129], billing_info[129], email[65];
	bool case_sensitive;
	uint8_t dns;	    /* index of the keyword: none accept both push */
	uint8_t dnsbalance; /* index: roundrobin leastloaded preferlocal */
	struct content_list contents;
	struct settings kept; /* what only has a value */
};

/* As typed, but for "none", which `no dns` leaves; ends in NULL. */
extern const char *const owner_dns_names[];

struct owner *owner_find(const struct conf *c, const char *name);
struct owner *owner_add(struct conf *c, const char *name, struct err *err);
int owner_del(struct conf *c, const char *name, struct err *err);

struct content *content_find(const struct conf *c, const char *owner,
			     const char *name);
struct content *content_add(struct conf *c, struct owner *o, const char *name,
			    struct err *err);
int content_del(struct conf *c, struct owner *o, const char *name,
		struct err *err);
int content_set_vip(struct conf *c, struct content *r, struct in_addr a,
		    uint16_t range, struct err *err);
int content_set_port(struct conf *c, struct content *r, uint16_t port,
		     struct err *err);
int content_set_proto(struct conf *c, struct content *r, enum ip_proto p,
		      struct err *err);
/* The url with its lists, which must exist, each "" for none; all "": no url. */
struct content_url {
	const char *url, *eql, *dql, *urql;
	uint16_t dql_port; /* 0: any */
};
int content_set_url(struct conf *c, struct content *r,
		    const struct content_url *u, struct err *err);
/* group "" takes the header fields away */
int content_set_header(struct conf *c, struct content *r, const char *group,
		       uint16_t weight, struct err *err);
int content_set_balance(struct conf *c, struct content *r, const char *method,
			struct err *err);
int content_add_service(struct conf *c, struct content *r, const char *service,
			int weight, struct err *err);
int content_del_service(struct conf *c, struct content *r, const char *service,
			struct err *err);
/* Refuses, with T_IN_USE, when a rule has the service. */
int content_check_service_unused(const struct conf *c, const char *service,
				 struct err *err);
/* The same for whatever rules name: uses() tells whether this one does. */
int content_check_unused(const struct conf *c,
			 bool (*uses)(const struct content *r,
				      const char *name),
			 const char *name, struct err *err);
/* which: 1 primary, 2 secondary; "" takes it away */
int content_set_sorry(struct conf *c, struct content *r, int which,
		      const char *service, struct err *err);
/* The weight of a service that is in the rule already; -1: its own. */
int content_change_weight(struct conf *c, struct content *r,
			  const char *service, int weight, struct err *err);
/* For settings that need `suspend`: -1 and err when the rule is active. */
int content_may_edit(const struct content *r, struct err *err);
int content_activate(struct conf *c, struct content *r, struct err *err);
int content_suspend(struct conf *c, struct content *r, struct err *err);

/* As typed; the arrays end in NULL. */
extern const char *const advanced_balance_names[ADVBAL_NUM + 1];
extern const char *const application_names[APP_NUM + 1];
const char *advanced_balance_name(enum advanced_balance a);

#endif
