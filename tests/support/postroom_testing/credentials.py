"""What somebody else vouches for: tokens (RFC 7519) and client certificates, by the openssl
command. tests/support/credentials is this for scripts.
"""

import base64
import json
import re
import subprocess
import time
from pathlib import Path

ISSUER = "https://id.example"
AUDIENCE = "imap"


def openssl(*arguments, input=None):
    command = ["openssl", *map(str, arguments)]
    done = subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode()}")
    return done.stdout


# Tokens -----------------------------------------------------------------------------------


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def make_key(stem, kind="EC"):
    """STEM.key and STEM.pub; EC (P-256) or RSA."""
    options = {
        "EC": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
        "RSA": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    }
    openssl("genpkey", *options[kind], "-out", f"{stem}.key")
    openssl("pkey", "-in", f"{stem}.key", "-pubout", "-out", f"{stem}.pub")


def _numbers(stem):
    """The public key's numbers, as a JWK has them."""
    text = openssl("pkey", "-pubin", "-in", f"{stem}.pub", "-noout", "-text").decode()
    found = re.search(r"(?:pub|Modulus):\n((?: +[0-9a-f:]+\n)+)", text)
    octets = bytes.fromhex(re.sub(r"[^0-9a-f]", "", found[1]))
    if "ASN1 OID: prime256v1" in text:
        return {"kty": "EC", "crv": "P-256", "x": octets[1:33], "y": octets[33:]}
    return {"kty": "RSA", "n": octets.lstrip(b"\0"), "e": b"\1\0\1"}


def key_set(*stems):
    """A JSON Web Key Set; a key's id is the name of its file."""
    rows = []
    for stem in stems:
        row = {
            name: value if isinstance(value, str) else base64url(value).decode()
            for name, value in _numbers(stem).items()
        }
        rows.append(dict(row, kid=Path(stem).name, use="sig"))
    return json.dumps({"keys": rows})


def _signature_numbers(der):
    """r and s of an ECDSA signature in ASN.1."""
    at, numbers = 2, b""
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers


def sign(stem, text, algorithm):
    if algorithm == "none":
        return b""
    if algorithm == "HS256":  # with what everybody knows
        key = Path(f"{stem}.pub").read_bytes().hex()
        return openssl("dgst", "-sha256", "-binary", "-mac", "HMAC", "-macopt", f"hexkey:{key}",
                       input=text)
    signature = openssl("dgst", "-sha256", "-binary", "-sign", f"{stem}.key", input=text)
    return _signature_numbers(signature) if algorithm == "ES256" else signature


def make_token(stem, header=(), **claims):
    """Good for alice for five minutes, but for what the arguments say; None leaves a claim out."""
    now = int(time.time())
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "email": "alice@example.org",
    }
    kind = "ES256" if b"EC PRIVATE" in openssl("pkey", "-in", f"{stem}.key", "-traditional") else "RS256"
    head = {"alg": kind, "typ": "JWT", **dict(header)}
    body = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    text = b".".join(base64url(json.dumps(part).encode()) for part in (head, body))
    return (text + b"." + base64url(sign(stem, text, head["alg"]))).decode()


def oauthbearer(token, authorisation=""):
    """RFC 7628 section 3.1"""
    name = authorisation.replace("=", "=3D").replace(",", "=2C")
    header = f"n,a={name}," if name else "n,,"
    return f"{header}\1host=localhost\1port=143\1auth=Bearer {token}\1\1".encode()


def xoauth2(token, user="alice"):
    return f"user={user}\1auth=Bearer {token}\1\1".encode()


MESSAGES = {"OAUTHBEARER": oauthbearer, "XOAUTH2": xoauth2}


# Certificates -----------------------------------------------------------------------------


EC_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def make_authority(stem, above=None):
    """STEM.pem and STEM.key; signed by the authority above it, or by itself."""
    subject = f"/CN=Authority {Path(stem).name}"
    signer = ("-CA", f"{above}.pem", "-CAkey", f"{above}.key") if above else ()
    openssl("req", "-x509", *EC_KEY, "-days", "2", "-subj", subject, "-keyout", f"{stem}.key",
            "-out", f"{stem}.pem", *signer)


def make_certificate(authority, stem, subject="/CN=alice", emails=(), usage="clientAuth",
                     seconds=None):
    """STEM.pem, with its key. `seconds`: how long it lasts, negative: it has expired."""
    extensions = [f"extendedKeyUsage = {usage}"]
    if emails:
        extensions.append("subjectAltName = " + ",".join(f"email:{email}" for email in emails))
    file = Path(f"{stem}.extensions")
    file.write_text("\n".join(extensions) + "\n")
    openssl("req", "-new", *EC_KEY, "-subj", subject, "-keyout", f"{stem}.key", "-out",
            f"{stem}.csr")
    days = "2" if seconds is None else "1"
    signed = openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", f"{authority}.pem", "-CAkey",
                     f"{authority}.key", "-CAcreateserial", "-days", days, "-extfile", file)
    if seconds is not None:
        signed = _sign_with_end(authority, stem, file, seconds)
    Path(f"{stem}.pem").write_bytes(signed + Path(f"{stem}.key").read_bytes())


def _sign_with_end(authority, stem, extensions, seconds):
    """By `openssl ca`, which takes ends to the second."""
    end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))
    start = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - 86400))
    folder = Path(f"{stem}.ca")
    folder.mkdir()
    (folder / "index").write_text("")
    (folder / "serial").write_text("4001\n")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca = this\n[this]\npolicy = any\ndefault_md = sha256\n"
        f"database = {folder}/index\nserial = {folder}/serial\nnew_certs_dir = {folder}\n"
        "[any]\ncommonName = optional\norganizationName = optional\n"
    )
    openssl("ca", "-batch", "-config", folder / "ca.conf", "-in", f"{stem}.csr", "-cert",
            f"{authority}.pem", "-keyfile", f"{authority}.key", "-startdate", start, "-enddate",
            end, "-extfile", extensions, "-notext", "-out", folder / "signed.pem")
    return (folder / "signed.pem").read_bytes()


def make_revocation_list(authority, *stems):
    """What is to be appended to the authority's certificate."""
    folder = Path(f"{authority}.crl")
    folder.mkdir(exist_ok=True)
    (folder / "index").write_text("")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca = this\n[this]\ndefault_md = sha256\ndefault_crl_days = 1\n"
        f"database = {folder}/index\n"
    )
    by = ("-config", folder / "ca.conf", "-cert", f"{authority}.pem", "-keyfile",
          f"{authority}.key")
    for stem in stems:
        openssl("ca", *by, "-revoke", f"{stem}.pem")
    return openssl("ca", *by, "-gencrl").decode()
