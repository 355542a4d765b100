#ifndef CSS_EMU_CONF_SERVICE_H
#define CSS_EMU_CONF_SERVICE_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"
#include "emu/conf/probe.h"

enum service_type { /* content.md 1.4 */
		    SERVICE_LOCAL,
		    SERVICE_REDIRECT,
		    SERVICE_PROXY_CACHE,
		    SERVICE_TRANSPARENT_CACHE,
		    SERVICE_REP_STORE,
		    SERVICE_REP_STORE_REDIR,
		    SERVICE_REP_CACHE_REDIR,
		    SERVICE_REDUNDANCY_UP,
		    SERVICE_NCI_DIRECT_RETURN,
		    SERVICE_NCI_INFO_ONLY,
		    SERVICE_SSL_ACCEL,
		    SERVICE_SSL_ACCEL_BACKEND,
		    SERVICE_SSL_INIT,
		    SERVICE_TYPE_NUM,
};

/* Places of the words in the compress commands. */
enum compress_encode {
	COMPRESS_AUTO,
	COMPRESS_DEFLATE,
	COMPRESS_FORCE_DEFLATE,
	COMPRESS_FORCE_GZIP,
	COMPRESS_GZIP,
};
enum compress_type {
	COMPRESS_TYPE_DEFAULT,
	COMPRESS_TYPE_ASCII,
	COMPRESS_TYPE_NUMERIC,
};

enum ip_proto { PROTO_ANY = 0, PROTO_TCP = 6, PROTO_UDP = 17 };

#define SERVICE_SSLLIST_MAX 8 /* guess: "several" lists a service */

struct service {
	TAILQ_ENTRY(service) link;
	unsigned index; /* 1..SERVICE_MAX */
	char name[NAME_LEN + 1];
	time_t made_at; /* wall clock: its counters begin here */
	bool active;
	unsigned activations; /* grows with every `active`: what a card has
				 downloaded belongs to one of them */
	uint8_t type;	      /* enum service_type */
	struct in_addr addr;  /* INADDR_ANY: none */
	uint16_t addr_range;  /* 1: one host */
	uint16_t port;	      /* host order, 0: any */
	uint16_t port_range;
	enum ip_proto proto;
	uint8_t weight;		  /* 0..10, default 1 */
	uint16_t max_connections; /* 6..65534, default 65534 */
	char string[16];
	char domain[65];
	char redirect[253];
	bool prepend_http;	     /* default true */
	bool cache_bypass;	     /* default true */
	unsigned slot;		     /* 0: none */
	uint32_t session_cache_size; /* default 10000 */
	uint16_t redundant_index;
	/* kept for layers that do not act on it yet */
	bool bypass_hosttag, transparent_hosttag;
	char access_ftp[17];
	uint8_t load;	       /* 0: measured */
	uint16_t max_age_min;  /* default 120 */
	uint16_t max_content;  /* default 100 */
	uint16_t max_usage_mb; /* default 1 */
	char subscriber[NAME_LEN + 1];
	bool compress;
	uint8_t compress_omit, compress_encode, compress_type; /* places */
	struct {
		uint16_t syn_s, idle_s;
	} compress_tcp[2]; /* towards clients, towards servers */
	char ssllist[SERVICE_SSLLIST_MAX][NAME_LEN + 1]; /* order of entry */
	int nssllist;
	struct probe_spec keepalive;
	struct settings kept; /* what only has a value */
};

struct service *service_find(const struct conf *c, const char *name);
struct service *service_add(struct conf *c, const char *name, struct err *err);
/* Also takes it out of rules and groups. */
int service_del(struct conf *c, const char *name, struct err *err);

int service_set_addr(struct conf *c, struct service *s, struct in_addr a,
		     uint16_t range, struct err *err);
int service_set_port(struct conf *c, struct service *s, uint16_t port,
		     uint16_t range, struct err *err);
int service_set_proto(struct conf *c, struct service *s, enum ip_proto p,
		      struct err *err);
int service_add_ssllist(struct conf *c, struct service *s, const char *list,
			struct err *err);
int service_del_ssllist(struct conf *c, struct service *s, const char *list,
			struct err *err);
/* For settings that need `suspend`: -1 and err when the service is active. */
int service_may_edit(const struct service *s, struct err *err);
/* May it be of that type now? */
int service_may_become(const struct service *s, enum service_type t,
		       struct err *err);
/* Does a backend-server of its lists have the service's address and port? */
bool service_has_backend(const struct conf *c, const struct service *s);
bool service_takes_ssllist(enum service_type t);
/* Checks of ssl.md 4.1 and content.md 1.2, then active. */
int service_activate(struct conf *c, struct service *s, struct err *err);
int service_suspend(struct conf *c, struct service *s, struct err *err);

/* As typed, "ssl-accel"; the array ends in NULL. */
extern const char *const service_type_names[SERVICE_TYPE_NUM + 1];
const char *service_type_name(enum service_type t);
const char *service_type_label(enum service_type t); /* as shown: Ssl-Accel */
static inline bool service_is_module(const struct service *s)
{
	return s->type == SERVICE_SSL_ACCEL || s->type == SERVICE_SSL_INIT;
}

#endif
