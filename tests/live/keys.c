/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* keyctl: what operations on keys read and write; keys for public-key cryptography are refused. */
#include <linux/keyctl.h>

#include "expect.h"

#define SESSION -3L /* KEY_SPEC_SESSION_KEYRING */

#ifndef KEYCTL_CAPABILITIES
#define KEYCTL_CAPABILITIES 31
#endif

static void state(long key)
{
	char *buf = tail(100), *caps = tail(16);
	char *type = tail_string("no type"), *restriction = tail_string("none");
	long n;

	TEST("keyctl: a security label");
	n = CALL(keyctl, KEYCTL_GET_SECURITY, key, buf, 100, 0);
	if (n > 0)
		out(2, buf, n < 100 ? (size_t)n : 100);
	TEST("keyctl: what the kernel can, and zeros behind it");
	n = CALL(keyctl, KEYCTL_CAPABILITIES, caps, 16, 0, 0);
	if (n >= 0)
		out(1, caps, 16);
	TEST("keyctl: a keyring restricted to a type");
	CALL(keyctl, KEYCTL_RESTRICT_KEYRING, key, type, restriction, 0);
	in_string(2, type);
	in_string(3, restriction);
}

/* Only who was asked for a key may give it its payload. */
static void payloads(long key)
{
	char *data = tail_copy("data", 4);
	struct iovec *iov = tail(2 * sizeof(*iov));

	TEST("keyctl: a payload that nobody asked for");
	CALL(keyctl, KEYCTL_INSTANTIATE, key, data, 4, SESSION);
	in(2, data, 4);
	iov[0] = (struct iovec){ data, 4 };
	iov[1] = (struct iovec){ tail_copy("more", 4), 4 };
	CALL(keyctl, KEYCTL_INSTANTIATE_IOV, key, iov, 2, SESSION);
	in(2, iov, 2 * sizeof(*iov));
	in(2, data, 4);
	in(2, iov[1].iov_base, 4);
}

static void cryptography(long key)
{
	int32_t *numbers = tail(3 * sizeof(*numbers));
	struct {
		int32_t key;
		uint32_t in_len, second_len, spare[7];
	} *params = tail(sizeof(*params));
	char *info = tail_string("enc=pkcs1"), *input = tail_copy("input", 5);
	char *second = tail_copy("signature", 9), *answer = tail(56);

	for (int i = 0; i < 3; i++)
		numbers[i] = (int32_t)key;
	TEST("keyctl: the product of three keys that are none");
	CALL(keyctl, KEYCTL_DH_COMPUTE, numbers, answer, 56, NULL);
	in(1, numbers, 3 * sizeof(*numbers));
	TEST("keyctl: what a key of another kind can");
	CALL(keyctl, KEYCTL_PKEY_QUERY, key, 0, info, answer);
	in_string(3, info);
	memset(params, 0, sizeof(*params));
	params->key = (int32_t)key;
	params->in_len = 5;
	params->second_len = 9;
	TEST("keyctl: to encrypt, decrypt and sign with it");
	for (long op = KEYCTL_PKEY_ENCRYPT; op <= KEYCTL_PKEY_SIGN; op++) {
		CALL(keyctl, op, params, info, input, answer);
		in(1, params, sizeof(*params));
		in_string(2, info);
		in(3, input, 5);
	}
	TEST("keyctl: to verify a signature with it");
	CALL(keyctl, KEYCTL_PKEY_VERIFY, params, info, input, second);
	in(1, params, sizeof(*params));
	in_string(2, info);
	in(3, input, 5);
	in(4, second, 9);
}

int main(void)
{
	long key;

	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	key = syscall(SYS_add_key, "user", "a key", "data", 4, SESSION);
	state(key);
	payloads(key);
	cryptography(key);
	flush();
	return 0;
}
