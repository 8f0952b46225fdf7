/* Runs a program and says what it took: seconds of the clock, seconds of CPU, its largest resident memory in KiB.
 *
 * Usage: run-measured FILE PROGRAM [ARGUMENT...]. The three figures go to FILE; the exit code is the program's, 126 when
 * it could not be started or was killed. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words) {
  if (count < 3) {
    fprintf(stderr, "usage: run-measured FILE PROGRAM [ARGUMENT...]\n");
    return 126;
  }
  const double begin = now();
  const pid_t child = fork();
  if (child == 0) {
    execvp(words[2], words + 2);
    perror(words[2]);
    _exit(126);
  }
  int status = 0;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
    perror("run-measured");
    return 126;
  }
  const double end = now();
  FILE *file = fopen(words[1], "w");
  if (file == NULL) {
    perror(words[1]);
    return 126;
  }
  fprintf(file, "%.6f %.6f %ld\n", end - begin, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
