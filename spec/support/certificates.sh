#!/bin/sh
# Makes a throw-away CA and certificates in the folder given: for specs.
set -e
cd "$1"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
ca() {
  key "$1"
  openssl req -new -x509 -key "$1.key" -subj "/CN=$1" -days 2 -out "$1.crt"
}
# signed <name> <ca> <subjectAltName> <not before> <not after>
signed() {
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  mkdir -p "$1.db"
  : > "$1.db/index"
  cat > "$1.cnf" <<END
[ca]
default_ca = d
[d]
database = $1.db/index
new_certs_dir = $1.db
rand_serial = yes
default_md = sha256
policy = p
x509_extensions = x
[p]
commonName = supplied
[x]
subjectAltName = $3
END
  openssl ca -batch -notext -config "$1.cnf" -cert "$2.crt" \
    -keyfile "$2.key" -in "$1.csr" -out "$1.crt" -startdate "$4" -enddate "$5"
}
here="DNS:localhost,IP:127.0.0.1,IP:::1"
start=$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)
end=$(date -u -d '+2 days' +%Y%m%d%H%M%SZ)
past=$(date -u -d '-2 days' +%Y%m%d%H%M%SZ)
{
  ca ca
  ca foreign
  signed good ca "$here" "$start" "$end"
  signed expired ca "$here" "$past" "$start"
  signed elsewhere ca "DNS:elsewhere.example,DNS:two.example" "$start" "$end"
  signed untrusted foreign "$here" "$start" "$end"
  signed client ca "DNS:client" "$start" "$end"
  openssl ec -aes256 -in client.key -passout pass:opensesame \
    -out locked.key
  key lonely
  openssl req -new -x509 -key lonely.key -subj /CN=localhost -days 2 \
    -addext "subjectAltName=$here" -out lonely.crt
} > log 2>&1 || { cat log >&2; exit 1; }
