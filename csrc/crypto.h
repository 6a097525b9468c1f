/*
** crypto.h - between the files of luapay.crypto.
** The only C files that know libcrypto. What libcrypto gives is given
** back before anything of Lua's can raise; its queue of errors is left as
** it was found, since a host's TLS may look at it.
*/
#ifndef PAY_CRYPTO_H
#define PAY_CRYPTO_H

#if !defined(OPENSSL_API_COMPAT)
#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED
#endif

#include <stddef.h>

#include <openssl/evp.h>

#include "compat.h"

#pragma GCC visibility push(hidden)

#define PAY_KEY_MIN_BITS 2048
#define PAY_KEY_MAX_BITS 16384
#define PAY_DIGEST_BYTES 32
#define PAY_SECRET_BYTES (PAY_KEY_MAX_BITS / 8)

struct pay_key {
  EVP_PKEY *key; /* NULL while it is being made */
  int is_private;
};

/* A decrypted text; all of it is wiped in the end. */
struct pay_secret {
  size_t n;
  char bytes[PAY_SECRET_BYTES];
};

/* Pushes nil and a message; returns 2. */
int pay_crypto_refuse (lua_State *L, const char *message);

/* crypto_base64.c: functions that Lua calls */

int pay_base64_encode (lua_State *L);
int pay_base64_decode (lua_State *L);
int pay_base64url_encode (lua_State *L);
int pay_base64url_decode (lua_State *L);

/* crypto_key.c: keys as Lua values */

int pay_private_key (lua_State *L);
int pay_public_key (lua_State *L);
int pay_generate_key (lua_State *L);
/* Makes the metatable of keys. */
void pay_open_keys (lua_State *L);
/* The key at 'arg'; raises for anything else. */
struct pay_key *pay_check_key (lua_State *L, int arg);

/* crypto_make.c: keys from what describes them; NULL when it does not */

EVP_PKEY *pay_key_from_pem (const char *pem, size_t n, const char *password,
                            int is_private);
EVP_PKEY *pay_key_from_numbers (const unsigned char *n, size_t n_bytes,
                                const unsigned char *e, size_t e_bytes);
/*
** Writes the modulus (e: the exponent) at 'into', which has room for
** PAY_KEY_MAX_BITS; returns how many bytes, or 0.
*/
size_t pay_key_number (const EVP_PKEY *key, const char *name,
                       unsigned char *into);

/* crypto_rsa.c: methods of keys */

int pay_key_verify (lua_State *L);
int pay_key_sign (lua_State *L);
int pay_key_encrypt (lua_State *L);
int pay_key_decrypt (lua_State *L);
int pay_key_decrypt_secret (lua_State *L);

/* crypto_secret.c: texts that do not become strings */

/* Pushes an empty one. */
struct pay_secret *pay_push_secret (lua_State *L);
/* Makes the metatable of secrets. */
void pay_open_secrets (lua_State *L);

#pragma GCC visibility pop

#endif
