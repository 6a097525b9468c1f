/*
** crypto_rsa.c - what keys do: RS256 (RSASSA-PKCS1-v1_5 with SHA-256), and
** RSA-OAEP with SHA-256 as hash and in MGF1.
*/
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto.h"

#define MAX_BYTES (PAY_KEY_MAX_BITS / 8)

static const unsigned char *check_bytes (lua_State *L, int arg, size_t *n) {
  return (const unsigned char *)luaL_checklstring(L, arg, n);
}

static const struct pay_key *check_private (lua_State *L) {
  const struct pay_key *k = pay_check_key(L, 1);
  luaL_argcheck(L, k->is_private, 1, "needs a private key");
  return k;
}

/* Whether a signature is the key's; what is no signature is not. */
static int is_signed (EVP_PKEY *key, const unsigned char *text, size_t n,
                      const unsigned char *signature, size_t m) {
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  EVP_PKEY_CTX *how;
  int good = 0;
  if (ctx != NULL &&
      EVP_DigestVerifyInit(ctx, &how, EVP_sha256(), NULL, key) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PADDING) == 1)
    good = EVP_DigestVerify(ctx, signature, m, text, n) == 1;
  EVP_MD_CTX_free(ctx);
  return good;
}

/*
** key:verify(text, signature) -> boolean
*/
int pay_key_verify (lua_State *L) {
  const struct pay_key *k = pay_check_key(L, 1);
  size_t n, m;
  const unsigned char *text = check_bytes(L, 2, &n);
  const unsigned char *signature = check_bytes(L, 3, &m);
  int good;
  ERR_set_mark();
  good = is_signed(k->key, text, n, signature, m);
  ERR_pop_to_mark();
  lua_pushboolean(L, good);
  return 1;
}

/* Returns how many bytes the signature has, or 0. */
static size_t make_signature (EVP_PKEY *key, const unsigned char *text,
                              size_t n, unsigned char *into) {
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  EVP_PKEY_CTX *how;
  size_t m = MAX_BYTES;
  if (ctx == NULL ||
      EVP_DigestSignInit(ctx, &how, EVP_sha256(), NULL, key) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PADDING) != 1 ||
      EVP_DigestSign(ctx, into, &m, text, n) != 1)
    m = 0;
  EVP_MD_CTX_free(ctx);
  return m;
}

/*
** key:sign(text) -> signature
*/
int pay_key_sign (lua_State *L) {
  const struct pay_key *k = check_private(L);
  size_t n, m;
  const unsigned char *text = check_bytes(L, 2, &n);
  unsigned char signature[MAX_BYTES];
  ERR_set_mark();
  m = make_signature(k->key, text, n, signature);
  ERR_pop_to_mark();
  if (m == 0)
    return luaL_error(L, "libcrypto does not sign");
  lua_pushlstring(L, (char *)signature, m);
  return 1;
}

/* Says which padding; 0 when libcrypto has no memory. */
static int set_oaep (EVP_PKEY_CTX *ctx) {
  return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

/* Both return the number of bytes written at 'into' in '*m', or 0. */
static int encrypt (EVP_PKEY *key, const unsigned char *text, size_t n,
                    unsigned char *into, size_t *m) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
  int done = ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 && set_oaep(ctx) &&
             EVP_PKEY_encrypt(ctx, into, m, text, n) == 1;
  EVP_PKEY_CTX_free(ctx);
  return done;
}

static int decrypt (EVP_PKEY *key, const unsigned char *text, size_t n,
                    unsigned char *into, size_t *m) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
  int done = ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 && set_oaep(ctx) &&
             EVP_PKEY_decrypt(ctx, into, m, text, n) == 1;
  EVP_PKEY_CTX_free(ctx);
  return done;
}

/*
** key:encrypt(text) -> bytes, or nil and why not
*/
int pay_key_encrypt (lua_State *L) {
  const struct pay_key *k = pay_check_key(L, 1);
  size_t n, m = MAX_BYTES;
  const unsigned char *text = check_bytes(L, 2, &n);
  unsigned char into[MAX_BYTES];
  int done;
  ERR_set_mark();
  done = encrypt(k->key, text, n, into, &m);
  ERR_pop_to_mark();
  if (!done)
    return pay_crypto_refuse(L, "too long for this key");
  lua_pushlstring(L, (char *)into, m);
  return 1;
}

/*
** key:decrypt(bytes) -> text, or nil and why not, which is always the
** same: a reason would help whoever tries.
*/
int pay_key_decrypt (lua_State *L) {
  const struct pay_key *k = check_private(L);
  size_t n, m = MAX_BYTES;
  const unsigned char *bytes = check_bytes(L, 2, &n);
  unsigned char *into = lua_newuserdatauv(L, MAX_BYTES, 0);
  int done;
  ERR_set_mark();
  done = decrypt(k->key, bytes, n, into, &m);
  ERR_pop_to_mark();
  if (done)
    lua_pushlstring(L, (char *)into, m);
  OPENSSL_cleanse(into, MAX_BYTES);
  return done ? 1 : pay_crypto_refuse(L, "cannot be decrypted");
}

/*
** key:decrypt_secret(bytes) -> secret, or nil and why not, as above. The
** text never becomes a string of Lua's.
*/
int pay_key_decrypt_secret (lua_State *L) {
  const struct pay_key *k = check_private(L);
  size_t n, m = PAY_SECRET_BYTES;
  const unsigned char *bytes = check_bytes(L, 2, &n);
  struct pay_secret *secret = pay_push_secret(L);
  int done;
  ERR_set_mark();
  done = decrypt(k->key, bytes, n, (unsigned char *)secret->bytes, &m);
  ERR_pop_to_mark();
  if (!done)
    return pay_crypto_refuse(L, "cannot be decrypted");
  secret->n = m;
  return 1;
}
