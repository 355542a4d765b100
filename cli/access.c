/* What a session's user may do (Administration Guide, "Managing Access"). */
#include "cli/access.h"

#include "cli/env.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"

int access_may(const struct cli *c, enum access_dir d, bool write,
	       struct err *err)
{
	if (dir_access_allows(c->rights.dir_access, d, write))
		return 0;
	return err_set(err, ERR_DENIED, -1, T_NO_DIR_ACCESS,
		       write ? "write" : "read", dir_name(d));
}

int access_may_users(const struct cli *c, struct err *err)
{
	if (c->rights.administrator ||
	    !c->env->conf->access->restricted[WAY_USER_DATABASE])
		return 0;
	return err_set(err, ERR_DENIED, -1, T_USERS_RESTRICTED);
}
