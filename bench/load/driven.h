/*
 * What the load clients have in common: the control connection, and the lines by which they are driven. A program that
 * includes this says how bytes move on the control connection and what it can be told to do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, CHUNK_BYTES = 1 << 20, WAIT_SECONDS = 120 };

struct session {
  int fd;
  void *tls; /* what the program keeps of the connection's encryption; NULL without */
  size_t used, length;
  char buffer[512];
};

struct result {
  double seconds, first;
  long long bytes;
};

static int port;
static const char *user, *password;
static char reply_line[LINE_BYTES]; /* the last line of the last reply */
static char chunk[CHUNK_BYTES];

static void fail(const char *what) {
  fprintf(stderr, "%s (last reply: \"%s\"%s%s)\n", what, reply_line, errno ? ", " : "", errno ? strerror(errno) : "");
  _exit(1);
}

/* How a program moves bytes on the control connection. */
static ssize_t receive_some(struct session *session, void *bytes, size_t size);
static ssize_t send_all(struct session *session, const void *bytes, size_t size);

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int connect_to(int to_port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)to_port)};
  struct timeval wait = {.tv_sec = WAIT_SECONDS};
  int yes = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("cannot make a socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
  return fd;
}

/* ---- the control connection ---- */

static int next_byte(struct session *session) {
  if (session->used == session->length) {
    ssize_t got = receive_some(session, session->buffer, sizeof session->buffer);
    if (got <= 0) fail(got ? "no reply" : "the server closed the control connection");
    session->length = (size_t)got;
    session->used = 0;
  }
  return (unsigned char)session->buffer[session->used++];
}

static void read_line(struct session *session) {
  size_t length = 0;
  for (int byte; (byte = next_byte(session)) != '\n';)
    if (byte != '\r' && length < sizeof reply_line - 1) reply_line[length++] = (char)byte;
  reply_line[length] = 0;
}

/* One reply, of one line or many (RFC 959, 4.2): its code. */
static int read_reply(struct session *session) {
  char code[4] = "";
  read_line(session);
  memcpy(code, reply_line, 3);
  if (reply_line[0] && reply_line[3] == '-')
    do read_line(session);
    while (strncmp(reply_line, code, 3) || reply_line[3] != ' ');
  return atoi(code);
}

__attribute__((format(printf, 2, 3))) static void send_command(struct session *session, const char *format, ...) {
  char line[LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 2, format, arguments);
  va_end(arguments);
  memcpy(line + length, "\r\n", 2);
  errno = 0;
  if (send_all(session, line, (size_t)length + 2) != length + 2) fail("cannot send a command");
}

static void expect(struct session *session, int code, const char *what) {
  if (read_reply(session) != code) fail(what);
}

static void give_name(struct session *session) {
  send_command(session, "USER %s", user);
  int code = read_reply(session);
  if (code == 331) {
    send_command(session, "PASS %s", password);
    code = read_reply(session);
  }
  if (code != 230) fail("the login was refused");
}

/* ---- parts of a transfer ---- */

static int open_data(struct session *session) {
  send_command(session, "EPSV");
  expect(session, 229, "EPSV was refused");
  const char *number = strstr(reply_line, "|||");
  if (!number) fail("EPSV named no port");
  return connect_to(atoi(number + 3));
}

static int preliminary(struct session *session) {
  int code = read_reply(session);
  return code == 150 || code == 125;
}

static void completed(struct session *session) {
  int code = read_reply(session);
  if (code != 226 && code != 250) fail("the transfer was not completed");
}

static int open_local(const char *path, long long *bytes) {
  struct stat facts;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &facts)) fail(path);
  *bytes = facts.st_size;
  return fd;
}

/* ---- the driver's lines ---- */

static int is(const char *line, const char *word, const char **arguments) {
  size_t length = strlen(word);
  if (strncmp(line, word, length) || (line[length] && line[length] != ' ')) return 0;
  *arguments = line[length] ? line + length + 1 : line + length;
  return 1;
}

/* Does what the line says; false when the server does not know the command. */
static int obey(const char *line, struct result *result);

static int follow_driver(int count, char **words) {
  char line[LINE_BYTES];
  if (count != 4) {
    fprintf(stderr, "usage: %s PORT USER PASSWORD\n", words[0]);
    return 2;
  }
  port = atoi(words[1]);
  user = words[2];
  password = words[3];
  while (fgets(line, sizeof line, stdin)) {
    struct result result = {0};
    line[strcspn(line, "\n")] = 0;
    if (obey(line, &result)) printf("ok %.6f %lld %.6f\n", result.seconds, result.bytes, result.first);
    else printf("refused %s\n", reply_line);
    fflush(stdout);
  }
  return 0;
}
