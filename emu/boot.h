#ifndef CSS_EMU_BOOT_H
#define CSS_EMU_BOOT_H

struct err;
struct options;

/* Boots the switch and runs it until it is told to stop.  0: stopped on
 * request; -1 and err: could not boot, and nothing was left half done.
 * *reboot: the operator asked for a restart. */
int boot_run(const struct options *o, int *reboot, struct err *err);

/* css11500 replay: the exit status (contract.md). */
int replay_main(const struct options *o);
/* css11500 trace: 0 every request is answered; 1 some, or lines of the
 * configuration, are not understood; 2 could not run. */
int trace_main(const struct options *o);
/* css11500 replay-capture: 0 played; 1 played, but lines of the configuration
 * were rejected; 2 could not run. */
int replay_capture_main(const struct options *o);

#endif
