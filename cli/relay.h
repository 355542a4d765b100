#ifndef CSS_CLI_RELAY_H
#define CSS_CLI_RELAY_H

struct editor;

/*
 * The terminal's thread: lends the terminal to a connection that the session
 * has begun (`telnet HOST`), until either side ends it or the user types the
 * escape character.  Closes fd.
 */
void relay_run(struct editor *e, int fd);

#endif
