#ifndef CSS_EMU_BASE_ERR_H
#define CSS_EMU_BASE_ERR_H

enum err_code {
	ERR_NONE,
	ERR_SYNTAX,	/* the line does not match any command */
	ERR_AMBIGUOUS,	/* an abbreviation fits several keywords */
	ERR_INCOMPLETE, /* the line stops before the command does */
	ERR_RANGE,	/* a value is outside its limits */
	ERR_NOT_FOUND,	/* a named object does not exist */
	ERR_EXISTS,	/* a name or address is taken already */
	ERR_REFUSED,	/* the object's state forbids the change */
	ERR_IO,		/* the system refused: file, socket, peer */
	ERR_DENIED,	/* wrong password, missing privilege */
	ERR_NUM,
};

/*
 * Filled by the function that fails; read only after it returned -1.
 * msg is what the operator reads, without the leading "%% ": what is wrong,
 * where, and the cure, in one line.
 */
struct err {
	enum err_code code;
	int col; /* byte column in the user's line, -1 if none */
	char msg[256];
};

/* Returns -1 so that a caller can write "return err_set(...)".  err may be
 * NULL; err->msg may be among the arguments, to put context around it. */
int err_set(struct err *err, enum err_code code, int col, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
