/* A lean TFTP client for benchmarks: moves one file, once or by many at a time, and says how long that took.
 *
 * Usage: tftp-load HOST PORT get NAME REFERENCE BLKSIZE WINDOW CLIENTS
 *        tftp-load HOST PORT put NAME REFERENCE BLKSIZE WINDOW CLIENTS
 *        tftp-load HOST PORT requests NAME REFERENCE COUNT
 * It prints `SECONDS BYTES BLKSIZE WINDOW REPEATS`: what was granted, and how often silence made it send again.
 *
 * `get` discards what comes; with a REFERENCE other than `-` it first compares every block with that file. `put` sends
 * REFERENCE, mapped into memory; client N of several writes to NAME with N behind it. `requests` fetches NAME so often,
 * one after another, from a new port each time. Any ERROR, and a silence of ten seconds, ends it with a complaint.
 * It looks a while for packets before it sleeps: else the time to wake up, on a machine that is idle, is most of a round
 * trip, and differs from one moment to the next.
 *
 * Options that are RFC 1350's own defaults are not asked for: blocks of 512 bytes, windows of one. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };
enum { HEADER = 4, LARGEST = 65536, WAIT_MS = 500, SPINS = 200, GIVE_UP_MS = 10000, MOST_CLIENTS = 1000 };

struct transfer {
  int fd, index;
  int has_peer, is_done;
  struct sockaddr_in peer;
  long block_bytes, window;
  /* get: the block that is due. put: the first that is not acknowledged, and the next to be sent. */
  long due, next, in_window;
  long acknowledged_gap;
  long bytes;
  double heard;
  int silences;
};

static struct sockaddr_in server;
static const char *name;
static const unsigned char *reference;
static long reference_bytes;
static long wanted_block = 512, wanted_window = 1;
static int is_put, clients = 1, repeats;
static unsigned char packet[LARGEST], out[LARGEST];

static void fail(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  vfprintf(stderr, format, rest);
  va_end(rest);
  fputc('\n', stderr);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void deliver(struct transfer *t, const void *bytes, size_t count) {
  const struct sockaddr_in *to = t->has_peer ? &t->peer : &server;
  if (sendto(t->fd, bytes, count, 0, (const struct sockaddr *)to, sizeof *to) < 0 && errno != ECONNREFUSED &&
      errno != EAGAIN)
    fail("send: %s", strerror(errno));
}

static void put_header(int opcode, long number) {
  out[0] = 0;
  out[1] = (unsigned char)opcode;
  out[2] = (unsigned char)(number >> 8);
  out[3] = (unsigned char)number;
}

static void acknowledge(struct transfer *t, long block) {
  put_header(ACK, block);
  deliver(t, out, HEADER);
  t->in_window = 0;
}

static size_t add_text(size_t at, const char *text) {
  const size_t length = strlen(text) + 1;
  memcpy(out + at, text, length);
  return at + length;
}

static size_t add_option(size_t at, const char *option, long value) {
  char text[24];
  snprintf(text, sizeof text, "%ld", value);
  return add_text(add_text(at, option), text);
}

static void request(struct transfer *t) {
  char own[512];
  out[0] = 0;
  out[1] = is_put ? WRQ : RRQ;
  if (is_put && clients > 1) snprintf(own, sizeof own, "%s%d", name, t->index);
  else snprintf(own, sizeof own, "%s", name);
  size_t count = add_text(add_text(2, own), "octet");
  if (wanted_block != 512) count = add_option(count, "blksize", wanted_block);
  if (wanted_window != 1) count = add_option(count, "windowsize", wanted_window);
  deliver(t, out, count);
}

static void send_window(struct transfer *t) {
  const long last = reference_bytes / t->block_bytes + 1;
  for (; t->next <= last && t->next < t->due + t->window; t->next++) {
    const long start = (t->next - 1) * t->block_bytes;
    const long count = start + t->block_bytes <= reference_bytes ? t->block_bytes : reference_bytes - start;
    put_header(DATA, t->next);
    memcpy(out + HEADER, reference + start, (size_t)count);
    deliver(t, out, (size_t)(HEADER + count));
  }
}

static void read_options(struct transfer *t, size_t count) {
  packet[count] = 0;
  for (const char *at = (const char *)packet + 2, *end = (const char *)packet + count; at < end;) {
    const char *value = at + strlen(at) + 1;
    if (value >= end) break;
    if (strcasecmp(at, "blksize") == 0) t->block_bytes = atol(value);
    if (strcasecmp(at, "windowsize") == 0) t->window = atol(value);
    at = value + strlen(value) + 1;
  }
}

static void got_data(struct transfer *t, long number, long count) {
  if (number != (t->due & 0xffff)) {
    /* A gap is told once: each further word would make the server begin once more. */
    if (t->window > 1 && t->acknowledged_gap != t->due) {
      t->acknowledged_gap = t->due;
      repeats++;
      acknowledge(t, t->due - 1);
    }
    return;
  }
  const long start = (t->due - 1) * t->block_bytes;
  if (reference != NULL &&
      (start + count > reference_bytes || memcmp(packet + HEADER, reference + start, (size_t)count) != 0))
    fail("block %ld is not what it should be", t->due);
  t->bytes += count;
  t->due++;
  t->in_window++;
  t->is_done = count < t->block_bytes;
  if (t->is_done || t->in_window >= t->window) acknowledge(t, t->due - 1);
}

static void got_ack(struct transfer *t, long number) {
  const long last = reference_bytes / t->block_bytes + 1;
  const long ahead = (number - (t->due - 1)) & 0xffff;
  if (ahead == 0 && t->due == 1 && t->next == 1) send_window(t);
  if (ahead == 0 || ahead > t->next - t->due) return;
  t->due += ahead;
  if (t->next != t->due) repeats++;
  t->next = t->due;
  if (t->due > last) {
    t->bytes = reference_bytes;
    t->is_done = 1;
  } else send_window(t);
}

/* One packet that has come. */
static void got(struct transfer *t, size_t count) {
  if (count < HEADER) return;
  const long number = (long)packet[2] << 8 | packet[3];
  t->has_peer = 1;
  t->silences = 0;
  if (packet[1] == ERROR) fail("refused: ERROR %ld %.*s", number, (int)(count - HEADER), packet + HEADER);
  if (packet[1] == OACK) {
    read_options(t, count);
    if (is_put) send_window(t);
    else acknowledge(t, 0);
  } else if (packet[1] == DATA && !is_put) got_data(t, number, (long)count - HEADER);
  else if (packet[1] == ACK && is_put) got_ack(t, number);
}

static void repeat(struct transfer *t) {
  if (++t->silences * WAIT_MS > GIVE_UP_MS) fail("silence behind block %ld", t->due - 1);
  repeats++;
  if (!t->has_peer) request(t);
  else if (!is_put) acknowledge(t, t->due - 1);
  else {
    t->next = t->due;
    send_window(t);
  }
}

static void begin(struct transfer *t, int index) {
  memset(t, 0, sizeof *t);
  t->index = index;
  t->block_bytes = 512;
  t->window = t->due = t->next = 1;
  t->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const int room = 4 << 20;
  if (t->fd < 0) fail("socket: %s", strerror(errno));
  if (setsockopt(t->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
    setsockopt(t->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  t->heard = now();
  request(t);
}

/* All that waits in the socket. */
static void drain(struct transfer *t) {
  while (!t->is_done) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    const ssize_t count = recvfrom(t->fd, packet, sizeof packet - 1, 0, (struct sockaddr *)&from, &size);
    if (count < 0) return;
    if (t->has_peer && from.sin_port != t->peer.sin_port) continue;
    t->peer = from;
    t->heard = now();
    got(t, (size_t)count);
  }
}

/* Runs as many transfers as there are clients, all at once. */
static void run_all(struct transfer *all) {
  const int poller = epoll_create1(0);
  int left = clients;
  for (int index = 0; index < clients; index++) {
    begin(&all[index], index);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[index]};
    epoll_ctl(poller, EPOLL_CTL_ADD, all[index].fd, &event);
  }
  double looked = now();
  while (left > 0) {
    struct epoll_event events[64];
    int count = 0;
    for (int spins = 0; count == 0 && spins < SPINS; spins++) count = epoll_wait(poller, events, 64, 0);
    if (count == 0) count = epoll_wait(poller, events, 64, WAIT_MS / 4);
    for (int index = 0; index < count; index++) {
      struct transfer *t = events[index].data.ptr;
      drain(t);
      if (!t->is_done) continue;
      left--;
      close(t->fd);
    }
    const double time = now();
    if ((time - looked) * 1000 < WAIT_MS / 4) continue;
    looked = time;
    for (int index = 0; index < clients; index++) {
      struct transfer *t = &all[index];
      if (t->is_done || (time - t->heard) * 1000 < WAIT_MS) continue;
      t->heard = time;
      repeat(t);
    }
  }
  close(poller);
}

static void map_reference(const char *path) {
  struct stat facts;
  const int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &facts) < 0) fail("%s: %s", path, strerror(errno));
  reference_bytes = facts.st_size;
  if (reference_bytes == 0) fail("%s is empty", path);
  reference = mmap(NULL, (size_t)reference_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (reference == MAP_FAILED) fail("%s: %s", path, strerror(errno));
  close(file);
}

int main(int count, char **words) {
  static struct transfer all[MOST_CLIENTS];
  if (count != 7 && count != 9) fail("usage: tftp-load HOST PORT get|put|requests NAME REFERENCE BLKSIZE|COUNT [WINDOW CLIENTS]");
  const int is_requests = strcmp(words[3], "requests") == 0;
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(words[2]));
  if (inet_pton(AF_INET, words[1], &server.sin_addr) != 1) fail("%s is no address", words[1]);
  name = words[4];
  is_put = strcmp(words[3], "put") == 0;
  if (strcmp(words[5], "-") != 0) map_reference(words[5]);
  if (!is_requests) {
    wanted_block = atol(words[6]);
    wanted_window = atol(words[7]);
    clients = atoi(words[8]);
  }
  if (clients < 1 || clients > MOST_CLIENTS || (is_put && reference == NULL)) fail("that makes no sense");
  const double started = now();
  const int rounds = is_requests ? atoi(words[6]) : 1;
  long bytes = 0;
  for (int round = 0; round < rounds; round++) {
    run_all(all);
    for (int index = 0; index < clients; index++) bytes += all[index].bytes;
  }
  printf("%.6f %ld %ld %ld %d\n", now() - started, bytes, all[0].block_bytes, all[0].window, repeats);
  return 0;
}
