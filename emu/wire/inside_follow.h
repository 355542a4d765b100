#ifndef CSS_EMU_WIRE_INSIDE_FOLLOW_H
#define CSS_EMU_WIRE_INSIDE_FOLLOW_H

struct chassis;
struct conf;
struct inside;

/*
 * The switch's own sockets speak from the address of the circuit that leads to
 * where they speak to: of the network itself, or of the next hop of the static
 * route there; when neither fits, of the first circuit.  Control thread.
 */
void inside_follow(struct inside *in, const struct conf *conf,
		   const struct chassis *ch);

#endif
