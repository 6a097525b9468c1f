/*
** crypto_key.c - RSA keys as Lua values. A key never prints; a private one
** can say its public numbers only.
*/
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto.h"

#define KEY "luapay.crypto.key"

struct pay_key *pay_check_key (lua_State *L, int arg) {
  struct pay_key *k = luaL_checkudata(L, arg, KEY);
  luaL_argcheck(L, k->key != NULL, arg, "key is closed");
  return k;
}

/* Pushes a key with nothing in it: its collector has nothing to free. */
static struct pay_key *push_key (lua_State *L, int is_private) {
  struct pay_key *k = lua_newuserdatauv(L, sizeof(*k), 0);
  k->key = NULL;
  k->is_private = is_private;
  luaL_setmetatable(L, KEY);
  return k;
}

/* Returns the key on the top, or says that there is none. */
static int give (lua_State *L, const struct pay_key *k, const char *what) {
  return k->key != NULL ? 1 : pay_crypto_refuse(L, what);
}

/*
** private_key(pem, password?) -> key, or nil and why not
*/
int pay_private_key (lua_State *L) {
  size_t n;
  const char *pem = luaL_checklstring(L, 1, &n);
  const char *password = luaL_optstring(L, 2, NULL);
  struct pay_key *k = push_key(L, 1);
  ERR_set_mark();
  k->key = pay_key_from_pem(pem, n, password, 1);
  ERR_pop_to_mark();
  return give(L, k, "not an RSA private key of 2048 bits or more in PEM");
}

/*
** public_key(pem) or public_key(n, e) -> key, or nil and why not. The
** numbers are bytes, most significant first, as a JWK has them.
*/
int pay_public_key (lua_State *L) {
  size_t n, m = 0;
  const char *s = luaL_checklstring(L, 1, &n);
  const char *e = luaL_optlstring(L, 2, NULL, &m);
  struct pay_key *k = push_key(L, 0);
  ERR_set_mark();
  k->key = e == NULL ? pay_key_from_pem(s, n, NULL, 0)
                     : pay_key_from_numbers((const unsigned char *)s, n,
                                            (const unsigned char *)e, m);
  ERR_pop_to_mark();
  return give(L, k, "not an RSA public key of 2048 bits or more");
}

/* generate_key(bits = 2048) -> private key; takes a part of a second */
int pay_generate_key (lua_State *L) {
  lua_Integer bits = luaL_optinteger(L, 1, PAY_KEY_MIN_BITS);
  struct pay_key *k;
  luaL_argcheck(L, PAY_KEY_MIN_BITS <= bits && bits <= PAY_KEY_MAX_BITS, 1,
                "out of range");
  k = push_key(L, 1);
  ERR_set_mark();
  k->key = EVP_RSA_gen((unsigned)bits);
  ERR_pop_to_mark();
  return give(L, k, "no key could be made");
}

/* key:numbers() -> n, e: the public ones, as bytes */
static int key_numbers (lua_State *L) {
  const struct pay_key *k = pay_check_key(L, 1);
  unsigned char n[PAY_KEY_MAX_BITS / 8], e[PAY_KEY_MAX_BITS / 8];
  size_t n_bytes = pay_key_number(k->key, OSSL_PKEY_PARAM_RSA_N, n);
  size_t e_bytes = pay_key_number(k->key, OSSL_PKEY_PARAM_RSA_E, e);
  if (n_bytes == 0 || e_bytes == 0)
    return luaL_error(L, "the key has no numbers");
  lua_pushlstring(L, (char *)n, n_bytes);
  lua_pushlstring(L, (char *)e, e_bytes);
  return 2;
}

/* close(), and __gc and __close: any number of times. Wipes the key. */
static int key_close (lua_State *L) {
  struct pay_key *k = luaL_checkudata(L, 1, KEY);
  EVP_PKEY_free(k->key);
  k->key = NULL;
  return 0;
}

static int key_tostring (lua_State *L) {
  const struct pay_key *k = luaL_checkudata(L, 1, KEY);
  lua_pushfstring(L, "luapay.crypto: %s RSA key",
                  k->key == NULL  ? "closed"
                  : k->is_private ? "private"
                                  : "public");
  return 1;
}

static const luaL_Reg key_methods[] = { { "verify", pay_key_verify },
                                        { "sign", pay_key_sign },
                                        { "encrypt", pay_key_encrypt },
                                        { "decrypt", pay_key_decrypt },
                                        { "decrypt_secret",
                                          pay_key_decrypt_secret },
                                        { "numbers", key_numbers },
                                        { "close", key_close },
                                        { NULL, NULL } };

static const luaL_Reg key_metamethods[] = { { "__gc", key_close },
                                            { "__close", key_close },
                                            { "__tostring", key_tostring },
                                            { NULL, NULL } };

void pay_open_keys (lua_State *L) {
  luaL_newmetatable(L, KEY);
  luaL_setfuncs(L, key_metamethods, 0);
  luaL_newlib(L, key_methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
