#ifndef CSS_CLI_LICENSE_H
#define CSS_CLI_LICENSE_H

#include <stdbool.h>

struct disk;

/*
 * Licences.  The standard and enhanced command sets come with the switch; a
 * 12-digit key adds Secure Management, the one that was sold apart.  Which key
 * opened which unit is not known, so any key of the right form is taken.
 */
bool license_secure(const struct disk *d);

#endif
