/*
 * A lean FTPS load client, driven like ftp-load: TLS 1.3 with AES-128-GCM and nothing else, so that every server encrypts
 * alike. Each data connection resumes the control connection's session, which some servers insist on. A download counts
 * only when close_notify and the reply have come: without the former nobody knows whether the file is whole.
 *
 *   usage: ftps-load PORT USER PASSWORD
 *
 *   open                          connect, AUTH TLS, log in, PBSZ 0, PROT P, TYPE I
 *   get NAME BYTES [SAVE-AS]      RETR; the bytes are decrypted, then discarded unless they are to be saved
 *   put NAME LOCAL                STOR, from memory
 *   close                         QUIT
 *
 *   ok SECONDS BYTES 0
 */
#include "driven.h"
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/mman.h>

/* A gulp from the socket holds several records of 16 KiB: one call of the kernel for each would be the client's cost. */
enum { GULP_BYTES = 256 << 10, SEND_BYTES = 256 << 10 };

static SSL_CTX *context;
static SSL_SESSION *newest; /* the ticket that came last on the control connection */
static SSL *control;

static void fail_tls(const char *what) {
  unsigned long error = ERR_get_error();
  char all[512];
  snprintf(all, sizeof all, "%s%s%s", what, error ? ": " : "", error ? ERR_reason_error_string(error) : "");
  fail(all);
}

/* In TLS 1.3 tickets come after the handshake, with the first bytes that are read. */
static int keep_ticket(SSL *tls, SSL_SESSION *session) {
  if (tls != control) return 0;
  SSL_SESSION_free(newest);
  newest = session;
  return 1;
}

static void prepare_tls(void) {
  context = SSL_CTX_new(TLS_client_method());
  if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
      !SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256"))
    fail_tls("cannot prepare TLS 1.3 with AES-128-GCM");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_ticket);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, GULP_BYTES);
}

static SSL *begin_tls(int fd) {
  SSL *tls = SSL_new(context);
  if (!tls || !SSL_set_fd(tls, fd)) fail_tls("cannot begin TLS");
  return tls;
}

static void shake_hands(SSL *tls, const char *what) {
  errno = 0;
  ERR_clear_error();
  if (SSL_connect(tls) != 1) fail_tls(what);
}

/* ---- the control connection ---- */

static ssize_t receive_some(struct session *session, void *bytes, size_t size) {
  return session->tls ? SSL_read(session->tls, bytes, (int)size) : read(session->fd, bytes, size);
}

static ssize_t send_all(struct session *session, const void *bytes, size_t size) {
  return session->tls ? SSL_write(session->tls, bytes, (int)size) : write(session->fd, bytes, size);
}

static struct session log_in(void) {
  struct session session = {.fd = connect_to(port)};
  expect(&session, 220, "no greeting");
  send_command(&session, "AUTH TLS");
  expect(&session, 234, "AUTH TLS was refused");
  control = begin_tls(session.fd);
  shake_hands(control, "the control connection's handshake failed");
  session.tls = control;
  give_name(&session);
  send_command(&session, "PBSZ 0");
  expect(&session, 200, "PBSZ 0 was refused");
  send_command(&session, "PROT P");
  expect(&session, 200, "PROT P was refused");
  send_command(&session, "TYPE I");
  expect(&session, 200, "TYPE I was refused");
  return session;
}

static void log_out(struct session *session) {
  send_command(session, "QUIT");
  expect(session, 221, "QUIT was not answered with 221");
  SSL_shutdown(session->tls);
  SSL_free(session->tls);
  close(session->fd);
  control = NULL;
}

/* ---- transfers ---- */

/* The preliminary reply must have come: until then the server does not shake hands. */
static SSL *secure_data(int fd) {
  SSL *tls = begin_tls(fd);
  /* A copy: the library lets a session of TLS 1.3 be resumed once. */
  SSL_SESSION *copy = newest ? SSL_SESSION_dup(newest) : NULL;
  if (newest && !SSL_set_session(tls, copy)) fail_tls("cannot resume the control connection's session");
  SSL_SESSION_free(copy);
  shake_hands(tls, "the data connection's handshake failed");
  return tls;
}

static long long receive_all(SSL *tls, int save) {
  long long total = 0;
  int got;
  errno = 0;
  ERR_clear_error();
  while ((got = SSL_read(tls, chunk, CHUNK_BYTES)) > 0) {
    if (save >= 0 && write(save, chunk, (size_t)got) != got) fail("cannot save what was received");
    total += got;
  }
  if (SSL_get_error(tls, got) != SSL_ERROR_ZERO_RETURN) fail_tls("the data connection ended without close_notify");
  return total;
}

static long long get_one(struct session *session, const char *arguments) {
  char name[LINE_BYTES], path[LINE_BYTES];
  long long bytes;
  int fields = sscanf(arguments, "%4095s %lld %4095s", name, &bytes, path);
  if (fields < 2) fail("get needs NAME BYTES");
  int save = fields == 3 ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (fields == 3 && save < 0) fail(path);
  int data = open_data(session);
  send_command(session, "RETR %s", name);
  if (!preliminary(session)) fail("RETR was refused");
  SSL *tls = secure_data(data);
  long long got = receive_all(tls, save);
  SSL_shutdown(tls);
  SSL_free(tls);
  close(data);
  completed(session);
  if (got != bytes) fail("RETR gave a wrong number of bytes");
  if (save >= 0) close(save);
  return got;
}

/*
 * Ends an upload. What the server sent meanwhile (tickets) is read first: the kernel answers a close with unread bytes by
 * a reset, which could take the upload's end with it.
 */
static void end_upload(SSL *tls, int data) {
  if (SSL_shutdown(tls) < 0) fail_tls("cannot send close_notify");
  shutdown(data, SHUT_WR);
  while (read(data, chunk, CHUNK_BYTES) > 0);
  SSL_free(tls);
  close(data);
}

static long long put_one(struct session *session, const char *arguments, double *start) {
  char name[LINE_BYTES], path[LINE_BYTES];
  long long bytes;
  if (sscanf(arguments, "%4095s %4095s", name, path) != 2) fail("put needs NAME LOCAL");
  int local = open_local(path, &bytes);
  char *content = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, local, 0);
  if (content == MAP_FAILED) fail(path);
  *start = now();
  int data = open_data(session);
  send_command(session, "STOR %s", name);
  if (!preliminary(session)) fail("STOR was refused");
  SSL *tls = secure_data(data);
  for (long long at = 0; at < bytes; at += SEND_BYTES) {
    int size = (int)(bytes - at < SEND_BYTES ? bytes - at : SEND_BYTES);
    if (SSL_write(tls, content + at, size) != size) fail_tls("the data connection broke");
  }
  end_upload(tls, data);
  completed(session);
  munmap(content, (size_t)bytes);
  close(local);
  return bytes;
}

/* ---- the driver's lines ---- */

static struct session session = {.fd = -1};

static int obey(const char *line, struct result *result) {
  const char *rest;
  double start = now();
  if (is(line, "open", &rest)) session = log_in();
  else if (is(line, "get", &rest)) result->bytes = get_one(&session, rest);
  else if (is(line, "put", &rest)) result->bytes = put_one(&session, rest, &start);
  else if (is(line, "close", &rest)) log_out(&session);
  else fail("the driver said something unknown");
  result->seconds = now() - start;
  return 1;
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  prepare_tls();
  return follow_driver(count, words);
}
