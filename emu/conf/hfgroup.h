#ifndef CSS_EMU_CONF_HFGROUP_H
#define CSS_EMU_CONF_HFGROUP_H

#include "emu/conf/conf.h"

/*
 * Header field groups (content.md 6.6): what the head of an HTTP request must
 * have for a content rule to take it.  All fields of a group must fit.
 */
#define HFGROUP_MAX	   1024 /* own bound */
#define HFGROUP_FIELD_MAX  256	/* own bound */
#define HFGROUP_TEXT_LEN   31
#define HFGROUP_SEARCH_MAX 1024

enum header_field {
	FIELD_ACCEPT,
	FIELD_CACHE_CONTROL,
	FIELD_CHARSET, /* Accept-Charset */
	FIELD_CONNECTION,
	FIELD_COOKIES,	/* Cookie */
	FIELD_ENCODING, /* Accept-Encoding */
	FIELD_HOST,
	FIELD_LANGUAGE, /* Accept-Language */
	FIELD_MSISDN,	/* X-MSISDN and its kin */
	FIELD_PRAGMA,
	FIELD_REFERER,
	FIELD_REQUEST_LINE,
	FIELD_USER_AGENT,
	FIELD_CUSTOM, /* custom[] tells its name */
	FIELD_NUM,
};

enum header_op {
	HEADER_CONTAIN,
	HEADER_EQUAL,
	HEADER_EXIST,
	HEADER_NOT_CONTAIN,
	HEADER_NOT_EQUAL,
	HEADER_NOT_EXIST,
	HEADER_OP_NUM,
};

struct hfgroup_field {
	char name[HFGROUP_NAME_LEN + 1];
	enum header_field field;
	char custom[HFGROUP_TEXT_LEN + 1];
	enum header_op op;
	char text[HFGROUP_TEXT_LEN + 1]; /* "" with exist, not-exist */
	uint16_t search_len;		 /* bytes looked at; 0: all */
};

struct hfgroup {
	TAILQ_ENTRY(hfgroup) link;
	char name[HFGROUP_NAME_LEN + 1];
	char description[65];
	struct hfgroup_field *field; /* owned, order of entry */
	size_t nfield;
};

const char *header_field_name(enum header_field f); /* as typed */
const char *header_op_name(enum header_op op);

struct hfgroup *hfgroup_find(const struct conf *c, const char *name);
struct hfgroup *hfgroup_add(struct conf *c, const char *name, struct err *err);
/* Refused while a rule names it. */
int hfgroup_del(struct conf *c, const char *name, struct err *err);
/* Adds the field, or changes the one of that name. */
int hfgroup_set_field(struct conf *c, struct hfgroup *g,
		      const struct hfgroup_field *f, struct err *err);
int hfgroup_del_field(struct conf *c, struct hfgroup *g, const char *name,
		      struct err *err);

#endif
