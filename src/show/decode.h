/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Argument values and memory as people read them: one decoder per type name of
 * docs/adding-a-syscall.md. Memory is decoded from the bytes of the recorded machine
 * (little-endian, 64-bit layouts), by offset, whatever machine shows it. Memory of 32-bit programs
 * that is laid out in another way is shown as bytes.
 */
#ifndef DECODE_H
#define DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"
#include "show/out.h"

#define STRING_LIMIT 32 /* bytes of a string that are shown by default, as strace */
#define STRING_LIMIT_MAX (16U << 20)
#define STRUCT_MAX (64U << 10) /* bytes of a structure or an array that are looked at */
#define ELEMENTS_MAX 32	       /* of an array that are shown */

struct fds;
struct types;
struct type;
struct chunk;

/* A run of recorded memory. */
struct bytes {
	const uint8_t *data;
	size_t len;    /* here */
	uint64_t full; /* read or written: more than len where it was cut, or is missing */
};

struct decode {
	struct out *out;
	struct recorder_trace *trace; /* NULL where every buffer has its data */
	struct types *types;
	const struct fds *fds; /* NULL: no paths */
	size_t string_limit;
	bool keeps_output;		    /* the recording kept what the kernel wrote */
	const struct recorder_event *event; /* the call */
	unsigned int arg;		    /* the argument being shown */
	struct chunk *chunks;		    /* memory for this call's bytes */
};

enum decoder_properties {
	IS_SIGNED = 1 << 0, /* as a pointee narrower than 64 bits */
	IS_LIST = 1 << 1,   /* no bytes at all are a value too */
	IS_WIDE = 1 << 2,   /* 64 bits where longs are, pointers in memory included */
};

struct decoder {
	const char *name;
	uint8_t size;	    /* as a pointee, bytes; 0: varies */
	uint8_t properties; /* enum decoder_properties */
	/* Shows an argument or a number in memory; NULL for what is always pointed to. */
	void (*value)(struct decode *decode, const struct type *type, uint64_t value);
	/* Shows the memory that an argument points to; NULL for a number. */
	void (*memory)(struct decode *decode, const struct type *type, const struct bytes *bytes);
};

/* A member of a structure; its type is any type name, its size that of the type unless given. */
struct field {
	const char *name;
	uint16_t offset;
	uint16_t size;
	const char *type;
};

struct layout {
	const char *name;
	uint16_t size;
	uint16_t count; /* of fields */
	bool more;	/* has members that are not shown */
	const struct field *fields;
};

struct names;

struct type {
	const char *name;
	const struct decoder *decoder;
	const struct names *names; /* flags:NAME, enum:NAME */
	const struct layout *layout;
	const struct type *element; /* X*, X[], X[n] */
	size_t count;		    /* X[n]; 0: as many as fit */
	size_t size;		    /* as a pointee or an element; 0: varies */
	bool is_wide;		    /* laid out otherwise where longs have 32 bits */
};

/*
 * Types by name, made when they are first asked for. A bounded number: what is beyond is shown
 * as "hex".
 */
struct types *types__new(void);
void types__free(struct types *types);
/* name must outlive types. Never NULL. */
const struct type *types__find(struct types *types, const char *name);

/* Whether the call's longs have 32 bits. */
bool has_narrow_longs(const struct decode *decode);
/* What the table says of a call's argument, or of its command's; NULL where it says nothing. */
const struct recorder_arg *call_argument(const struct recorder_event *event, unsigned int i);
/* Shows all of a call's arguments, separated by commas. */
void decode_arguments(struct decode *decode);
/* A number, or the memory at a place, of any type. */
void decode_value(struct decode *decode, const struct type *type, uint64_t value);
void decode_memory(struct decode *decode, const struct type *type, const struct bytes *bytes);
/*
 * An address in memory that argument decode->arg led to: its memory where it was kept, else the
 * address.
 */
void decode_pointer(struct decode *decode, const struct type *type, uint64_t address);
void decode_named(struct decode *decode, const char *type, const struct bytes *bytes);
/*
 * At most max bytes from address on, of the buffers of argument decode->arg. False where none
 * were kept.
 */
bool decode_find(struct decode *decode, uint64_t address, size_t max, struct bytes *bytes);
/* Ends the use of memory that decode_find() handed out. */
void decode_done(struct decode *decode);
/* The bytes from offset on, at most size of them; no bytes where it lies outside. */
struct bytes bytes_at(const struct bytes *bytes, size_t offset, size_t size);
/* Little-endian, of 1 to 8 bytes; 0 where they are not all there. */
uint64_t load(const struct bytes *bytes, size_t offset, size_t size);

/* Quoted and escaped as strace does, "..." behind it where it goes on. */
void show_string(struct out *out, const uint8_t *text, size_t len, bool more);
/* Every byte as \xNN. */
void show_hex_string(struct out *out, const uint8_t *text, size_t len, bool more);
/* A descriptor, with <path> where that is known. */
void show_fd(struct decode *decode, int fd);
/* The lower bits of a mode_t, as strace writes them. */
void show_permissions(struct out *out, uint32_t mode);
void show_wait_status(struct out *out, uint32_t status);
/* What stands in --- SIGNAL {...} ---; info is the kernel's siginfo_t. */
void show_siginfo(struct decode *decode, const struct bytes *info);

/* Sets of constants (flags.c); NULL where there is no such set. */
const struct names *find_names(const char *name, size_t len);
void show_flags(struct out *out, const struct names *names, uint64_t value);
void show_enum(struct out *out, const struct names *names, uint64_t value);
const char *signal_name(unsigned int number);

/* The decoders by family, each list ended by a NULL name. */
extern const struct decoder number_decoders[];
extern const struct decoder memory_decoders[];
extern const struct decoder message_decoders[];
extern const struct decoder set_decoders[];
extern const struct decoder socket_decoders[];
extern const struct decoder process_decoders[];
const struct layout *find_layout(const char *name);

#endif
