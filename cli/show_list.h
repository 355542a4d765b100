#ifndef CSS_CLI_SHOW_LIST_H
#define CSS_CLI_SHOW_LIST_H

struct acl;
struct acl_clause;
struct env;
struct hfgroup;
struct out;

/* What shows of rules have in common with those of lists: a clause with its
 * hits, the fields of a group. */
void acl_clause_show(const struct env *env, const struct acl *l,
		     const struct acl_clause *k, struct out *o);
void hfgroup_fields_show(const struct hfgroup *g, struct out *o);

#endif
