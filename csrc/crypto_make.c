/*
** crypto_make.c - RSA keys from PEM text or from their numbers. Knows
** nothing of Lua.
*/
#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "crypto.h"

/* Without this libcrypto would ask on the terminal. */
static int give_password (char *into, int size, int writing, void *password) {
  size_t n = password != NULL ? strlen(password) : 0;
  (void)writing;
  if (n == 0 || n > (size_t)size)
    return -1;
  memcpy(into, password, n);
  return (int)n;
}

/* Gives back what is not RSA, or too weak, or too much to compute with. */
static EVP_PKEY *only_good (EVP_PKEY *key) {
  int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
  if (key != NULL && EVP_PKEY_is_a(key, "RSA") && PAY_KEY_MIN_BITS <= bits &&
      bits <= PAY_KEY_MAX_BITS)
    return key;
  EVP_PKEY_free(key);
  return NULL;
}

EVP_PKEY *pay_key_from_pem (const char *pem, size_t n, const char *password,
                            int is_private) {
  EVP_PKEY *key = NULL;
  BIO *bio = n <= INT_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
  if (bio == NULL)
    return NULL;
  if (is_private)
    key = PEM_read_bio_PrivateKey(bio, NULL, give_password, (void *)password);
  else
    key = PEM_read_bio_PUBKEY(bio, NULL, give_password, NULL);
  BIO_free(bio);
  return only_good(key);
}

static EVP_PKEY *key_of (OSSL_PARAM *params) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
  if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
      EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
    key = NULL;
  EVP_PKEY_CTX_free(ctx);
  return key;
}

static OSSL_PARAM *params_of (const BIGNUM *n, const BIGNUM *e) {
  OSSL_PARAM *params = NULL;
  OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
  if (bld != NULL && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) &&
      OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
    params = OSSL_PARAM_BLD_to_param(bld);
  OSSL_PARAM_BLD_free(bld);
  return params;
}

/* An exponent is odd and above 1; the modulus is odd. */
static int are_good (const BIGNUM *n, const BIGNUM *e) {
  return n != NULL && e != NULL && BN_is_odd(n) && BN_is_odd(e) &&
         !BN_is_one(e) && BN_num_bits(e) <= 64;
}

EVP_PKEY *pay_key_from_numbers (const unsigned char *n, size_t n_bytes,
                                const unsigned char *e, size_t e_bytes) {
  EVP_PKEY *key = NULL;
  OSSL_PARAM *params = NULL;
  BIGNUM *modulus, *exponent;
  if (n_bytes > PAY_KEY_MAX_BITS / 8 || e_bytes > PAY_KEY_MAX_BITS / 8)
    return NULL;
  modulus = BN_bin2bn(n, (int)n_bytes, NULL);
  exponent = BN_bin2bn(e, (int)e_bytes, NULL);
  if (are_good(modulus, exponent))
    params = params_of(modulus, exponent);
  if (params != NULL)
    key = key_of(params);
  OSSL_PARAM_free(params);
  BN_free(modulus);
  BN_free(exponent);
  return only_good(key);
}

size_t pay_key_number (const EVP_PKEY *key, const char *name,
                       unsigned char *into) {
  BIGNUM *number = NULL;
  size_t n = 0;
  if (EVP_PKEY_get_bn_param(key, name, &number) &&
      BN_num_bytes(number) <= PAY_KEY_MAX_BITS / 8)
    n = (size_t)BN_bn2bin(number, into);
  BN_free(number);
  return n;
}
