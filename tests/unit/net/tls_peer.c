#include "tls_peer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fiber/loop.h"
#include "support/check.h"

static X509 *certify(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    CHECK(X509_set_version(certificate, 2));
    CHECK(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1));
    CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL);
    CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) != NULL);
    CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                     -1, -1, 0));
    CHECK(X509_set_issuer_name(certificate, name));
    CHECK(X509_set_pubkey(certificate, key));
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

void tls_files_make(struct tls_files *files)
{
    snprintf(files->folder, sizeof files->folder, "/tmp/tls-XXXXXX");
    CHECK(mkdtemp(files->folder) != NULL);
    snprintf(files->certificate, sizeof files->certificate, "%s/cert.pem", files->folder);
    snprintf(files->key, sizeof files->key, "%s/key.pem", files->folder);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = certify(key);
    FILE *file = fopen(files->certificate, "w");
    CHECK(file && PEM_write_X509(file, certificate) == 1);
    CHECK(file && fclose(file) == 0);
    file = fopen(files->key, "w");
    CHECK(file && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
    CHECK(file && fclose(file) == 0);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void tls_files_remove(const struct tls_files *files)
{
    CHECK_INT(unlink(files->certificate), 0);
    CHECK_INT(unlink(files->key), 0);
    CHECK_INT(rmdir(files->folder), 0);
}

static void connect_on_thread(void *arg)
{
    struct tls_peer *peer = arg;
    peer->context = SSL_CTX_new(TLS_client_method());
    if (peer->version)
        (void)SSL_CTX_set_max_proto_version(peer->context, peer->version);
    peer->ssl = SSL_new(peer->context);
    (void)SSL_set_fd(peer->ssl, peer->fd);
    if (peer->session)
        (void)SSL_set_session(peer->ssl, peer->session);
    peer->connected = SSL_connect(peer->ssl) == 1;
}

bool tls_peer_connect(struct tls_peer *peer)
{
    offload(connect_on_thread, peer);
    return peer->connected;
}

struct transfer {
    struct tls_peer *peer;
    char *into;
    struct slice octets;
    size_t done;
};

static void write_on_thread(void *arg)
{
    struct transfer *transfer = arg;
    int len = (int)transfer->octets.len;
    transfer->done = SSL_write(transfer->peer->ssl, transfer->octets.data, len) == len;
}

bool tls_peer_write(struct tls_peer *peer, struct slice octets)
{
    struct transfer transfer = {.peer = peer, .octets = octets};
    offload(write_on_thread, &transfer);
    return transfer.done;
}

BIO *tls_peer_make_key_updates(struct tls_peer *peer, unsigned count)
{
    BIO *memory = BIO_new(BIO_s_mem());
    bool made = memory && BIO_up_ref(memory);
    SSL_set0_wbio(peer->ssl, memory);
    for (unsigned i = 0; made && i < count; i++)
        made = SSL_key_update(peer->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
               SSL_do_handshake(peer->ssl) == 1;
    SSL_set0_wbio(peer->ssl, BIO_new_socket(peer->fd, BIO_NOCLOSE));
    return made ? memory : NULL;
}

static void send_on_thread(void *arg)
{
    struct transfer *transfer = arg;
    struct slice left = transfer->octets;
    ssize_t sent = 0;
    while (left.len > 0 && (sent = send(transfer->peer->fd, left.data, left.len, MSG_NOSIGNAL)) > 0)
        left = slice_sub(left, (size_t)sent, SIZE_MAX);
    transfer->done = left.len == 0;
}

bool tls_peer_send(struct tls_peer *peer, struct slice octets)
{
    struct transfer transfer = {.peer = peer, .octets = octets};
    offload(send_on_thread, &transfer);
    return transfer.done;
}

static void read_on_thread(void *arg)
{
    struct transfer *transfer = arg;
    size_t got = 1;
    while (got > 0 && transfer->done < transfer->octets.len) {
        if (SSL_read_ex(transfer->peer->ssl, transfer->into + transfer->done,
                        transfer->octets.len - transfer->done, &got) != 1)
            break;
        transfer->done += got;
    }
}

size_t tls_peer_read(struct tls_peer *peer, char *into, size_t size)
{
    struct transfer transfer = {.peer = peer, .into = into, .octets = {into, size}};
    offload(read_on_thread, &transfer);
    return transfer.done;
}

void tls_peer_close(struct tls_peer *peer, bool notify)
{
    if (notify)
        (void)SSL_shutdown(peer->ssl);
    else if (peer->ssl)
        SSL_set_quiet_shutdown(peer->ssl, 1);
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
    peer->ssl = NULL;
    peer->context = NULL;
    close(peer->fd);
}
