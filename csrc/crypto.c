/*
** crypto.c - module luapay.crypto: the little cryptography that payments
** need, by libcrypto. A host that needs none never loads it.
*/
#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "crypto.h"

#define MAX_RANDOM 65536

int pay_crypto_refuse (lua_State *L, const char *message) {
  luaL_pushfail(L);
  lua_pushstring(L, message);
  return 2;
}

/*
** equal(a, b) -> boolean. Takes the same time wherever two texts of the
** same length differ.
*/
static int crypto_equal (lua_State *L) {
  size_t n, m;
  const char *a = luaL_checklstring(L, 1, &n);
  const char *b = luaL_checklstring(L, 2, &m);
  lua_pushboolean(L, n == m && CRYPTO_memcmp(a, b, n) == 0);
  return 1;
}

/* sha256(text) -> 32 bytes */
static int crypto_sha256 (lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  unsigned char digest[PAY_DIGEST_BYTES];
  if (!EVP_Digest(s, n, digest, NULL, EVP_sha256(), NULL))
    return luaL_error(L, "libcrypto has no SHA-256");
  lua_pushlstring(L, (char *)digest, sizeof digest);
  return 1;
}

/* hmac_sha256(key, text) -> 32 bytes */
static int crypto_hmac_sha256 (lua_State *L) {
  size_t k, n;
  const char *key = luaL_checklstring(L, 1, &k);
  const char *s = luaL_checklstring(L, 2, &n);
  unsigned char digest[PAY_DIGEST_BYTES];
  luaL_argcheck(L, k <= INT_MAX, 1, "too long a key");
  if (HMAC(EVP_sha256(), key, (int)k, (const unsigned char *)s, n, digest,
           NULL) == NULL)
    return luaL_error(L, "libcrypto has no HMAC");
  lua_pushlstring(L, (char *)digest, sizeof digest);
  return 1;
}

/* random(n) -> n bytes that nobody can guess */
static int crypto_random (lua_State *L) {
  lua_Integer n = luaL_checkinteger(L, 1);
  unsigned char *bytes;
  luaL_argcheck(L, 1 <= n && n <= MAX_RANDOM, 1, "out of range");
  bytes = lua_newuserdatauv(L, (size_t)n, 0);
  if (RAND_bytes(bytes, (int)n) != 1)
    return luaL_error(L, "no random bytes to be had");
  lua_pushlstring(L, (char *)bytes, (size_t)n);
  OPENSSL_cleanse(bytes, (size_t)n);
  return 1;
}

static const luaL_Reg crypto_functions[] = {
  { "equal", crypto_equal },
  { "sha256", crypto_sha256 },
  { "hmac_sha256", crypto_hmac_sha256 },
  { "random", crypto_random },
  { "base64_encode", pay_base64_encode },
  { "base64_decode", pay_base64_decode },
  { "base64url_encode", pay_base64url_encode },
  { "base64url_decode", pay_base64url_decode },
  { "private_key", pay_private_key },
  { "public_key", pay_public_key },
  { "generate_key", pay_generate_key },
  { NULL, NULL }
};


PAY_EXPORT int luaopen_luapay_crypto (lua_State *L);
PAY_EXPORT int luaopen_luapay_crypto (lua_State *L) {
  pay_open_keys(L);
  pay_open_secrets(L);
  luaL_newlib(L, crypto_functions);
  return 1;
}
