/*
 * A lean FTP load client: it costs as little as it can, so that what is measured is the server.
 *
 * It is driven by lines on standard input and answers each with one line, so that the driver can read the server's CPU
 * time between two of them while the session's processes still live. Anything unexpected (a wrong reply, a byte too many
 * or too few, a server that hangs) is said on standard error and ends the program with status 1.
 *
 *   usage: ftp-load PORT USER PASSWORD
 *
 *   open                          connect, log in, TYPE I
 *   get NAME BYTES [SAVE-AS]      RETR; the bytes are discarded unread unless they are to be saved
 *   put NAME LOCAL                STOR by sendfile
 *   gets PREFIX COUNT BYTES       COUNT times EPSV and RETR of PREFIX00000, PREFIX00001, ...
 *   puts PREFIX COUNT LOCAL       COUNT times EPSV and STOR
 *   list ENTRIES COMMAND          LIST or MLSD; at least ENTRIES lines must come
 *   logins COUNT PARALLEL         connect, USER, PASS, QUIT
 *   idle COUNT                    that many logged-in sessions, kept until `close`
 *   close                         QUIT
 *
 *   ok SECONDS BYTES FIRST        FIRST: seconds from the command to the first byte (0 where nobody asked)
 *   refused REPLY                 the server does not know the command
 */
#include "driven.h"
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

/* ---- the control connection ---- */

static ssize_t receive_some(struct session *session, void *bytes, size_t size) {
  return read(session->fd, bytes, size);
}

static ssize_t send_all(struct session *session, const void *bytes, size_t size) {
  return write(session->fd, bytes, size);
}

static struct session log_in(void) {
  struct session session = {.fd = connect_to(port)};
  expect(&session, 220, "no greeting");
  give_name(&session);
  return session;
}

static void log_out(struct session *session) {
  send_command(session, "QUIT");
  expect(session, 221, "QUIT was not answered with 221");
  close(session->fd);
}

/* ---- transfers ---- */

static long long receive_all(int data, int save) {
  long long total = 0;
  ssize_t got;
  while ((got = recv(data, save < 0 ? NULL : chunk, CHUNK_BYTES, save < 0 ? MSG_TRUNC : 0)) > 0) {
    if (save >= 0 && write(save, chunk, (size_t)got) != got) fail("cannot save what was received");
    total += got;
  }
  if (got < 0) fail("the data connection broke");
  return total;
}

static long long get_file(struct session *session, const char *name, long long bytes, int save) {
  int data = open_data(session);
  send_command(session, "RETR %s", name);
  if (!preliminary(session)) fail("RETR was refused");
  long long got = receive_all(data, save);
  close(data);
  completed(session);
  if (got != bytes) fail("RETR gave a wrong number of bytes");
  return got;
}

static long long put_file(struct session *session, const char *name, int local, long long bytes) {
  int data = open_data(session);
  off_t offset = 0;
  send_command(session, "STOR %s", name);
  if (!preliminary(session)) fail("STOR was refused");
  while (offset < bytes)
    if (sendfile(data, local, &offset, (size_t)(bytes - offset)) <= 0) fail("the data connection broke");
  close(data);
  completed(session);
  return bytes;
}

static long long get_one(struct session *session, const char *arguments) {
  char name[LINE_BYTES], path[LINE_BYTES];
  long long bytes;
  int fields = sscanf(arguments, "%4095s %lld %4095s", name, &bytes, path);
  if (fields < 2) fail("get needs NAME BYTES");
  int save = fields == 3 ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (fields == 3 && save < 0) fail(path);
  long long got = get_file(session, name, bytes, save);
  if (save >= 0) close(save);
  return got;
}

static long long put_one(struct session *session, const char *arguments) {
  char name[LINE_BYTES], path[LINE_BYTES];
  long long bytes;
  if (sscanf(arguments, "%4095s %4095s", name, path) != 2) fail("put needs NAME LOCAL");
  int local = open_local(path, &bytes);
  put_file(session, name, local, bytes);
  close(local);
  return bytes;
}

static long long get_many(struct session *session, const char *arguments) {
  char prefix[LINE_BYTES / 2], name[LINE_BYTES];
  long long bytes, total = 0;
  int count;
  if (sscanf(arguments, "%2047s %d %lld", prefix, &count, &bytes) != 3) fail("gets needs PREFIX COUNT BYTES");
  for (int index = 0; index < count; index++) {
    snprintf(name, sizeof name, "%s%05d", prefix, index);
    total += get_file(session, name, bytes, -1);
  }
  return total;
}

static long long put_many(struct session *session, const char *arguments) {
  char prefix[LINE_BYTES / 2], path[LINE_BYTES], name[LINE_BYTES];
  long long bytes, total = 0;
  int count;
  if (sscanf(arguments, "%2047s %d %4095s", prefix, &count, path) != 3) fail("puts needs PREFIX COUNT LOCAL");
  int local = open_local(path, &bytes);
  for (int index = 0; index < count; index++) {
    snprintf(name, sizeof name, "%s%05d", prefix, index);
    total += put_file(session, name, local, bytes);
  }
  close(local);
  return total;
}

/* ---- listings ---- */

static long count_lines(size_t length) {
  long lines = 0;
  const char *at = chunk, *end = chunk + length;
  while ((at = memchr(at, '\n', (size_t)(end - at)))) lines++, at++;
  return lines;
}

/* False when the server does not know the command. */
static int list(struct session *session, const char *arguments, struct result *result) {
  int data = open_data(session), skip = 0;
  long wanted, lines = 0;
  ssize_t got;
  if (sscanf(arguments, "%ld %n", &wanted, &skip) != 1) fail("list needs ENTRIES COMMAND");
  double start = now();
  send_command(session, "%s", arguments + skip);
  if (!preliminary(session)) return close(data), 0;
  while ((got = recv(data, chunk, CHUNK_BYTES, 0)) > 0) {
    if (!result->bytes) result->first = now() - start;
    result->bytes += got;
    lines += count_lines((size_t)got);
  }
  if (got < 0) fail("the data connection broke");
  close(data);
  completed(session);
  if (lines < wanted) fail("the listing has too few entries");
  result->seconds = now() - start;
  return 1;
}

/* ---- logins and idle sessions ---- */

static void log_in_often(int count) {
  for (int index = 0; index < count; index++) {
    struct session session = log_in();
    log_out(&session);
  }
}

static void logins(const char *arguments) {
  int count, parallel, status, failed = 0;
  if (sscanf(arguments, "%d %d", &count, &parallel) != 2) fail("logins needs COUNT PARALLEL");
  for (int index = 0; index < parallel; index++) {
    pid_t child = fork();
    if (child < 0) fail("cannot fork");
    if (child == 0) {
      log_in_often(count / parallel);
      _exit(0);
    }
  }
  while (wait(&status) > 0) failed |= status;
  errno = 0;
  if (failed) fail("a login failed");
}

static int idle_count;
static int *idle_fds;

static void open_idle(const char *arguments) {
  struct rlimit files;
  idle_count = atoi(arguments);
  idle_fds = calloc((size_t)idle_count, sizeof *idle_fds);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  for (int index = 0; index < idle_count; index++) idle_fds[index] = log_in().fd;
}

static void close_idle(void) {
  for (int index = 0; index < idle_count; index++) close(idle_fds[index]);
  free(idle_fds);
  idle_fds = NULL;
  idle_count = 0;
}

/* ---- the driver's lines ---- */

static struct session main_session = {.fd = -1};

static void open_main(void) {
  main_session = log_in();
  send_command(&main_session, "TYPE I");
  expect(&main_session, 200, "TYPE I was refused");
}

static void close_all(void) {
  if (main_session.fd >= 0) log_out(&main_session);
  main_session.fd = -1;
  close_idle();
}

static int obey(const char *line, struct result *result) {
  const char *rest;
  double start = now();
  int known = 1;
  if (is(line, "open", &rest)) open_main();
  else if (is(line, "get", &rest)) result->bytes = get_one(&main_session, rest);
  else if (is(line, "put", &rest)) result->bytes = put_one(&main_session, rest);
  else if (is(line, "gets", &rest)) result->bytes = get_many(&main_session, rest);
  else if (is(line, "puts", &rest)) result->bytes = put_many(&main_session, rest);
  else if (is(line, "list", &rest)) known = list(&main_session, rest, result);
  else if (is(line, "logins", &rest)) logins(rest);
  else if (is(line, "idle", &rest)) open_idle(rest);
  else if (is(line, "close", &rest)) close_all();
  else fail("the driver said something unknown");
  if (result->seconds == 0) result->seconds = now() - start;
  return known;
}

int main(int count, char **words) {
  return follow_driver(count, words);
}
