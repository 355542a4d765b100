#ifndef CSS_EMU_CONF_SSLLIST_H
#define CSS_EMU_CONF_SSLLIST_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"

/* ssl.md section 2.  Names of associations, never of files. */
#define SSL_ENTRY_MAX	256 /* both kinds together, per list */
#define SSL_CIPHER_MAX	32  /* lines per entry */
#define SSL_CACERT_MAX	4
#define SSL_REWRITE_MAX 32
#define SSL_SUITE_LEN	47

struct ssl_cipher {		       /* one `cipher` line */
	char suite[SSL_SUITE_LEN + 1]; /* CLI name, sslmod/suites.h */
	struct in_addr addr;	       /* clear-text target; ssl-server only */
	uint16_t port;
	uint8_t weight; /* 1..10, default 1 */
};

enum ssl_version { SSL_VERSION_BOTH, SSL_VERSION_SSL3, SSL_VERSION_TLS1 };
enum ssl_failure {
	SSL_FAILURE_REJECT,
	SSL_FAILURE_IGNORE,
	SSL_FAILURE_REDIRECT
};

struct ssl_tcp {		/* `tcp virtual ...` or `tcp server ...` */
	uint16_t syn_timeout_s; /* 1..3600, default 30 */
	uint16_t inactivity_timeout_s; /* 0..3600, default 240; 0: never */
	bool nagle_off;
	uint16_t ack_delay_ms; /* 0..10000, default 200 */
	uint16_t retrans_ms;   /* 50..500, default 500 */
	uint32_t window;       /* 0: the system chooses */
};

/* What both kinds of entry have. */
struct ssl_common {
	unsigned number; /* 1..256 */
	char rsacert[NAME_LEN + 1], rsakey[NAME_LEN + 1];
	char dsacert[NAME_LEN + 1], dsakey[NAME_LEN + 1];
	char dhparam[NAME_LEN + 1];
	char cacert[SSL_CACERT_MAX][NAME_LEN + 1];
	int ncacert;
	uint8_t version;			  /* enum ssl_version */
	struct ssl_cipher cipher[SSL_CIPHER_MAX]; /* order of entry */
	int ncipher;
	uint32_t session_cache_s;     /* 0..72000, default 300; 0: none */
	uint32_t handshake_data_kb;   /* 0..512000 */
	uint32_t handshake_timeout_s; /* 0..72000 */
	struct ssl_tcp virt, server;
	uint32_t buf_rx, buf_tx; /* tcp buffer-share: 32768, 65536 */
	struct settings kept;	 /* the order of its lines; empty in copies */
};

struct ssl_rewrite {
	unsigned number; /* 1..32, 0: free */
	char host[129];	 /* may begin or end with '*' */
	uint16_t sslport, clearport;
};

/* An addition of this switch: a further name on one VIP (RFC 6066 3). */
#define SSL_SNI_MAX 16
struct ssl_sni {
	char host[129]; /* may begin with "*." */
	char cert[NAME_LEN + 1], key[NAME_LEN + 1];
};

struct ssl_server { /* termination */
	struct ssl_common c;
	struct in_addr vip;
	uint16_t port; /* default 443 */
	bool authentication;
	char crl[NAME_LEN + 1];
	enum ssl_failure failure;
	char failure_url[169];
	bool header_per_request, header_filter;
	bool header_client_cert, header_server_cert, header_session;
	char header_prefix[17];
	char header_static
		[200]; /* as typed: the 4 characters \r\n between lines */
	uint16_t queue_delay_ms; /* default 200 */
	bool unclean_shutdown;
	struct ssl_rewrite rewrite[SSL_REWRITE_MAX];
	bool ocsp_stapling; /* with sni: additions, no product's */
	struct ssl_sni sni[SSL_SNI_MAX]; /* order of entry */
	int nsni;
};

struct ssl_backend { /* back-end SSL or initiation */
	struct ssl_common c;
	bool initiation;
	struct in_addr addr; /* clear-text address: the service's */
	uint16_t port;	     /* default 80 */
	struct in_addr server_addr;
	uint16_t server_port; /* default 443 */
	char server_name[129]; /* an addition: asked for, and checked */
};

struct ssllist {
	TAILQ_ENTRY(ssllist) link;
	char name[NAME_LEN + 1];
	char description[65];
	bool active;
	struct ssl_server **server; /* owned, ascending number */
	int nserver;
	struct ssl_backend **backend; /* owned, ascending number */
	int nbackend;
};

struct ssllist *ssllist_find(const struct conf *c, const char *name);
struct ssllist *ssllist_add(struct conf *c, const char *name, struct err *err);
int ssllist_del(struct conf *c, const char *name, struct err *err);
struct ssl_server *ssllist_server(const struct ssllist *l, unsigned n);
struct ssl_backend *ssllist_backend(const struct ssllist *l, unsigned n);
int ssllist_add_server(struct conf *c, struct ssllist *l, unsigned n,
		       struct err *err);
int ssllist_add_backend(struct conf *c, struct ssllist *l, unsigned n,
			struct err *err);
int ssllist_del_server(struct conf *c, struct ssllist *l, unsigned n,
		       struct err *err);
int ssllist_del_backend(struct conf *c, struct ssllist *l, unsigned n,
			struct err *err);
/* For every other setter: -1 and err when the list is active. */
int ssllist_may_edit(const struct ssllist *l, struct err *err);
/* Lines that may be repeated; the caller has asked ssllist_may_edit. */
int ssl_entry_set_cipher(struct conf *c, struct ssl_common *e,
			 const struct ssl_cipher *cipher, struct err *err);
int ssl_entry_del_cipher(struct conf *c, struct ssl_common *e,
			 const char *suite, struct err *err);
int ssl_entry_add_cacert(struct conf *c, struct ssl_common *e, const char *name,
			 struct err *err);
int ssl_entry_del_cacert(struct conf *c, struct ssl_common *e, const char *name,
			 struct err *err);
int ssllist_activate(struct conf *c, struct ssllist *l, struct err *err);
int ssllist_suspend(struct conf *c, struct ssllist *l, struct err *err);
/* A deep copy, for a card to keep; free with ssllist_copy_free. */
struct ssllist *ssllist_copy(const struct ssllist *l);
void ssllist_copy_free(struct ssllist *l);
/* Is the association named by an active list? kind: cert rsakey ... */
const struct ssllist *ssllist_using(const struct conf *c, const char *kind,
				    const char *name, bool only_active);

#endif
