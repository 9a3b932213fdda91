/*
 * How late a thread wakes that sleeps until each point of an absolute grid and does nothing else:
 * the best this machine's kernel gives at this moment.
 *
 *   loop-anchor PERIOD_US COUNT     prints COUNT latenesses in milliseconds, one a line
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long period_ns = atol(argv[1]) * 1000L;
  int count = atoi(argv[2]);
  double *late_ms = malloc(sizeof(double) * (size_t)count);
  struct timespec due, now;
  if (late_ms == NULL || clock_gettime(CLOCK_MONOTONIC, &due) != 0) return 1;
  for (int i = 0; i < count; i++) {
    due.tv_nsec += period_ns;
    while (due.tv_nsec >= 1000000000L) {
      due.tv_nsec -= 1000000000L;
      due.tv_sec++;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0) {}
    clock_gettime(CLOCK_MONOTONIC, &now);
    late_ms[i] = (double)(now.tv_sec - due.tv_sec) * 1e3 + (double)(now.tv_nsec - due.tv_nsec) / 1e6;
  }
  for (int i = 0; i < count; i++) printf("%.4f\n", late_ms[i]);
  return 0;
}
